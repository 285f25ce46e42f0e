//! Every switch the browser is started with, and why.

use greenroom_model::{Endpoints, Permission};

use crate::fake_media::MediaFiles;
use crate::locate::BrowserKind;

/// What the switches depend on.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a circumstance of its own"
)]
pub(crate) struct Situation<'a> {
    /// Full browser or headless shell.
    pub(crate) kind: BrowserKind,
    /// With a window on the screen.
    pub(crate) headed: bool,
    /// The effective user is root.
    pub(crate) root: bool,
    /// Pages come as `data:` URLs or are fulfilled, and fetch from loopback.
    pub(crate) allow_loopback: bool,
    /// HTTP/3 is taken up where a server invites to it.
    pub(crate) http3: bool,
    /// Names, addresses, certificates.
    pub(crate) endpoints: &'a Endpoints,
    /// The participant's answer to a page that asks for camera and microphone, and what stands in
    /// for them.
    pub(crate) media: Option<(Permission, &'a MediaFiles)>,
}

/// One switch with its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switch {
    /// As it stands on the command line, `--name` or `--name=value`.
    pub text: String,
    /// Why it is there.
    pub reason: &'static str,
}

/// Switches that are always there. chromedriver adds its own (`--enable-automation`,
/// `--user-data-dir`, `--remote-debugging-port` and others); those are not repeated.
const ALWAYS: &[(&str, &str)] = &[
    (
        "--disable-gpu",
        "software rendering everywhere: one less difference between machines",
    ),
    (
        "--no-first-run",
        "no welcome page beside the page under test",
    ),
    (
        "--disable-background-networking",
        "without it the browser calls home at every start",
    ),
    (
        "--disable-component-update",
        "without it the browser fetches components while a page loads",
    ),
    (
        "--disable-domain-reliability",
        "no upload of network reports",
    ),
    ("--disable-sync", "no account, no traffic to one"),
    ("--disable-breakpad", "no crash upload"),
    (
        "--disable-extensions",
        "nothing that is not the page runs in it",
    ),
    (
        "--disable-background-timer-throttling",
        "the page's give-up timers must fire in time, also in a tab that a newer one hides",
    ),
    (
        "--disable-backgrounding-occluded-windows",
        "a window that another covers would load more slowly",
    ),
    (
        "--disable-renderer-backgrounding",
        "the same for the priority of its process",
    ),
    (
        "--disable-dev-shm-usage",
        "containers give /dev/shm 64 MB, on which renderers crash",
    ),
    ("--mute-audio", "no sound on the machine that tests"),
];

/// The switches for a situation, in a fixed order.
pub(crate) fn switches(situation: &Situation<'_>) -> Vec<Switch> {
    let mut list: Vec<Switch> = ALWAYS
        .iter()
        .map(|(text, reason)| switch(*text, reason))
        .collect();
    if situation.root {
        list.push(switch(
            "--no-sandbox",
            "the sandbox cannot start as root; it stays on for every other user",
        ));
    }
    // The headless shell has no window to open and knows no other mode.
    if !situation.headed && situation.kind == BrowserKind::Chromium {
        list.push(switch(
            "--headless=new",
            "the full browser without a window",
        ));
    }
    list.push(switch(
        format!(
            "--host-resolver-rules={}",
            resolver_rules(situation.endpoints)
        ),
        "names lead to the addresses under test; on a closed target nothing else resolves, on an open one the browser's own services do not",
    ));
    if situation.endpoints.closed {
        list.push(switch(
            "--no-proxy-server",
            "a proxy would resolve names itself, past the rules",
        ));
    }
    if !situation.endpoints.spki.is_empty() {
        list.push(switch(
            format!(
                "--ignore-certificate-errors-spki-list={}",
                situation.endpoints.spki.join(",")
            ),
            "these keys are trusted; --ignore-certificate-errors would switch the HTTP cache off",
        ));
    }
    list.extend(quic(situation));
    if situation.allow_loopback {
        list.push(switch(
            "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests,PrivateNetworkAccessSendPreflights",
            "Local Network Access keeps data: and fulfilled pages from loopback",
        ));
    }
    if let Some((permission, files)) = situation.media {
        list.extend(media(permission, files));
    }
    list
}

/// A port that no origin under test has (tcpmux, which Chromium refuses to dial).
const NO_ORIGIN: u16 = 1;

/// The switch that decides on HTTP/3, where one is needed.
fn quic(situation: &Situation<'_>) -> Option<Switch> {
    let host = situation.endpoints.sdk_url.host_str()?;
    if !situation.http3 {
        let reason = "every load has the same protocol, whether or not alt-svc came before it";
        return Some(switch("--disable-quic", reason));
    }
    // Seen in Chromium 156's network log: alt-svc is followed, and then the handshake fails with
    // `certificate unknown`. A certificate that the list of keys lets through has no known root,
    // and QUIC wants one, except on hosts that this switch names at whatever port.
    // --webtransport-developer-mode does not help.
    (!situation.endpoints.spki.is_empty()).then(|| {
        switch(
            format!("--origin-to-force-quic-on={host}:{NO_ORIGIN}"),
            "lets QUIC accept a private root on this host; the port is none of its own, so that HTTP/3 is learnt by alt-svc as it is in the field",
        )
    })
}

/// The switches by which files stand in for a person at a camera.
fn media(permission: Permission, files: &MediaFiles) -> [Switch; 5] {
    [
        switch(
            match permission {
                Permission::Granted => "--use-fake-ui-for-media-stream",
                Permission::Denied => "--use-fake-ui-for-media-stream=deny",
            },
            "nobody is there to answer the question for camera and microphone",
        ),
        switch(
            "--use-fake-device-for-media-stream",
            "machines that test have no camera; the files below take effect with it only",
        ),
        switch(
            format!(
                "--use-file-for-fake-video-capture={}",
                files.video.display()
            ),
            "a picture by which a receiver tells whose it is and that it moves",
        ),
        switch(
            format!(
                "--use-file-for-fake-audio-capture={}",
                files.audio.display()
            ),
            "a tone by which a receiver tells whose it is; the built-in beep is everybody's",
        ),
        switch(
            "--autoplay-policy=no-user-gesture-required",
            "a page that joins by itself plays sound without a tap, and so does its analysis",
        ),
    ]
}

fn switch(text: impl Into<String>, reason: &'static str) -> Switch {
    Switch {
        text: text.into(),
        reason,
    }
}

/// Hosts that Chromium 156 goes on calling by itself, whatever switches it is given (seen in its
/// network log): sign-in, updates and the time.
const CALLS_HOME: &[&str] = &[
    "accounts.google.com",
    "clients2.google.com",
    "update.googleapis.com",
];

/// The value of `--host-resolver-rules`.
fn resolver_rules(endpoints: &Endpoints) -> String {
    let mut rules: Vec<String> = endpoints
        .host_map
        .iter()
        .map(|entry| {
            let address = std::net::SocketAddr::new(entry.address, entry.address_port);
            format!("MAP {}:{} {address}", entry.host, entry.port)
        })
        .collect();
    if endpoints.closed {
        rules.push("MAP * ~NOTFOUND".into());
        rules.push("EXCLUDE 127.0.0.1".into());
        // A deployed SDK file that nothing maps is found by DNS, and it alone.
        let sdk_host = endpoints.sdk_url.host_str().unwrap_or_default();
        if !endpoints
            .host_map
            .iter()
            .any(|entry| entry.host == sdk_host)
        {
            rules.push(format!("EXCLUDE {sdk_host}"));
        }
    } else {
        rules.extend(
            CALLS_HOME
                .iter()
                .map(|host| format!("MAP {host} ~NOTFOUND")),
        );
    }
    rules.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use greenroom_model::HostMapping;

    fn endpoints() -> Endpoints {
        Endpoints {
            page_url: "https://app.medzen.example/".parse().unwrap(),
            sdk_url: "https://cdn.example/x.js".parse().unwrap(),
            probe_url: None,
            host_map: vec![
                HostMapping {
                    host: "app.medzen.example".into(),
                    port: 443,
                    address: "127.0.0.1".parse().unwrap(),
                    address_port: 4001,
                },
                HostMapping {
                    host: "cdn.example".into(),
                    port: 443,
                    address: "::1".parse().unwrap(),
                    address_port: 4002,
                },
            ],
            closed: true,
            spki: vec!["AAA=".into(), "BBB=".into()],
            ca_pem: None,
        }
    }

    fn texts(situation: &Situation<'_>) -> Vec<String> {
        switches(situation)
            .into_iter()
            .map(|switch| switch.text)
            .collect()
    }

    #[test]
    fn a_closed_target_resolves_nothing_but_its_own_names() {
        assert_eq!(
            resolver_rules(&endpoints()),
            "MAP app.medzen.example:443 127.0.0.1:4001, MAP cdn.example:443 [::1]:4002, \
             MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
        );
        let deployed = Endpoints {
            sdk_url: "https://deployed.example/x.js".parse().unwrap(),
            ..endpoints()
        };
        assert!(resolver_rules(&deployed).ends_with("EXCLUDE 127.0.0.1, EXCLUDE deployed.example"));
        let open = Endpoints {
            closed: false,
            host_map: vec![],
            ..endpoints()
        };
        assert_eq!(
            resolver_rules(&open),
            "MAP accounts.google.com ~NOTFOUND, MAP clients2.google.com ~NOTFOUND, \
             MAP update.googleapis.com ~NOTFOUND"
        );
    }

    #[test]
    fn conditional_switches_follow_the_situation() {
        let endpoints = endpoints();
        let plain = Situation {
            kind: BrowserKind::Chromium,
            headed: false,
            root: false,
            allow_loopback: false,
            http3: false,
            endpoints: &endpoints,
            media: None,
        };
        let list = texts(&plain);
        assert!(list.contains(&"--headless=new".into()));
        assert!(list.contains(&"--ignore-certificate-errors-spki-list=AAA=,BBB=".into()));
        assert!(!list.contains(&"--no-sandbox".into()));
        assert!(
            !list
                .iter()
                .any(|text| text.starts_with("--disable-features"))
        );

        let list = texts(&Situation {
            kind: BrowserKind::HeadlessShell,
            root: true,
            allow_loopback: true,
            ..plain.clone()
        });
        assert!(!list.contains(&"--headless=new".into()));
        assert!(list.contains(&"--no-sandbox".into()));
        assert!(
            list.iter()
                .any(|text| text.contains("LocalNetworkAccessChecks"))
        );

        let list = texts(&Situation {
            headed: true,
            ..plain.clone()
        });
        assert!(!list.contains(&"--headless=new".into()));
        assert!(!list.iter().any(|text| text.contains("media-stream")));

        let files = MediaFiles {
            video: "/a/camera.y4m".into(),
            audio: "/a/microphone.wav".into(),
        };
        let with = |permission| {
            texts(&Situation {
                media: Some((permission, &files)),
                ..plain.clone()
            })
        };
        let list = with(Permission::Granted);
        assert!(list.contains(&"--use-fake-ui-for-media-stream".into()));
        assert!(list.contains(&"--use-file-for-fake-video-capture=/a/camera.y4m".into()));
        let list = with(Permission::Denied);
        assert!(list.contains(&"--use-fake-ui-for-media-stream=deny".into()));
        assert!(!list.contains(&"--use-fake-ui-for-media-stream".into()));
    }

    #[test]
    fn http3_is_off_or_learnt_by_alt_svc() {
        let endpoints = endpoints();
        let situation = Situation {
            kind: BrowserKind::Chromium,
            headed: false,
            root: false,
            allow_loopback: false,
            http3: false,
            endpoints: &endpoints,
            media: None,
        };
        let about_quic = |situation: &Situation<'_>| -> Vec<String> {
            let mut list = texts(situation);
            list.retain(|text| text.contains("quic"));
            list
        };
        assert_eq!(about_quic(&situation), ["--disable-quic"]);
        let on = Situation {
            http3: true,
            ..situation
        };
        // Never at 443: that would force HTTP/3, and prove nothing of alt-svc.
        assert_eq!(about_quic(&on), ["--origin-to-force-quic-on=cdn.example:1"]);
        let deployed = Endpoints {
            spki: vec![],
            ..endpoints.clone()
        };
        let deployed = Situation {
            endpoints: &deployed,
            ..on
        };
        assert!(
            about_quic(&deployed).is_empty(),
            "a real root needs nothing"
        );
    }

    #[test]
    fn the_switch_that_breaks_the_cache_is_never_there() {
        let endpoints = endpoints();
        for switch in switches(&Situation {
            kind: BrowserKind::Chromium,
            headed: false,
            root: true,
            allow_loopback: true,
            http3: true,
            endpoints: &endpoints,
            media: None,
        }) {
            assert_ne!(switch.text, "--ignore-certificate-errors");
            assert!(!switch.reason.is_empty());
        }
    }
}
