//! Where chromedriver runs: here, under a supervisor, or behind somebody else's endpoint.

use std::time::Duration;

use greenroom_model::Endpoints;
use url::Url;

use crate::devtools::{self, DevtoolsError};
use crate::driver::{DriverOptions, ParticipantMedia, StartError};
use crate::fake_media::{self, MediaFiles};
use crate::locate::{self, BrowserKind, Located};
use crate::process::LocalDriver;
use crate::roots::{self, RootsError};
use crate::session::{Session, SessionError};

/// A running WebDriver endpoint.
pub(crate) enum Host {
    /// Started by us, ended by us.
    Local {
        /// Browser and driver.
        located: Located,
        /// Their processes.
        local: Box<LocalDriver>,
        /// The fake camera and microphone, in the private folder.
        media: Option<MediaFiles>,
    },
    /// Somebody else's.
    Remote {
        /// Base URL, ending in a slash.
        endpoint: Url,
    },
}

impl Host {
    /// Finds browser and driver, starts the driver, and gives the browser its private root.
    pub(crate) async fn local(options: &DriverOptions) -> Result<Self, StartError> {
        let DriverOptions {
            browser,
            supervisor,
            endpoints,
            command_limit,
            media,
            ..
        } = options.clone();
        let started = tokio::task::spawn_blocking(move || {
            let located = locate::locate(&browser)?;
            let local = LocalDriver::start(&supervisor, &located.driver.path, command_limit)?;
            if let Some(pem) = endpoints.ca_pem.as_deref() {
                roots::install(pem, &local.home(), command_limit)?;
            }
            let write = |media: ParticipantMedia| {
                let folder = local.home();
                fake_media::write(media.media, &folder)
                    .map_err(|source| StartError::Media { folder, source })
            };
            let media = media.map(write).transpose()?;
            Ok(Self::Local {
                located,
                local: Box::new(local),
                media,
            })
        });
        started.await.map_err(|_| StartError::Interrupted)?
    }

    /// An endpoint that is there already.
    pub(crate) fn remote(mut endpoint: Url, endpoints: &Endpoints) -> Result<Self, StartError> {
        if endpoints.ca_pem.is_some() {
            return Err(RootsError::Remote.into());
        }
        if !endpoint.path().ends_with('/') {
            let path = format!("{}/", endpoint.path());
            endpoint.set_path(&path);
        }
        Ok(Self::Remote { endpoint })
    }

    /// Base URL of the WebDriver endpoint.
    pub(crate) fn endpoint(&self) -> String {
        match self {
            Self::Local { local, .. } => format!("http://127.0.0.1:{}/", local.port()),
            Self::Remote { endpoint } => endpoint.as_str().to_owned(),
        }
    }

    /// Browser and driver, where they are ours.
    pub(crate) fn located(&self) -> Option<&Located> {
        match self {
            Self::Local { located, .. } => Some(located),
            Self::Remote { .. } => None,
        }
    }

    /// The files of the fake camera and microphone, where there are any.
    pub(crate) fn media(&self) -> Option<&MediaFiles> {
        match self {
            Self::Local { media, .. } => media.as_ref(),
            Self::Remote { .. } => None,
        }
    }

    /// What kind of browser is asked for. A grid serves the full one under the name `chrome`.
    pub(crate) fn kind(&self) -> BrowserKind {
        self.located()
            .map_or(BrowserKind::Chromium, |located| located.kind)
    }

    /// Whether its browser runs on this machine, and so can be expected to run as this user.
    pub(crate) fn on_this_machine(&self) -> bool {
        match self {
            Self::Local { .. } => true,
            Self::Remote { endpoint } => is_loopback(endpoint),
        }
    }

    /// chromedriver's version, as far as it is known.
    pub(crate) fn driver_version(&self, session: &Session) -> String {
        match self {
            Self::Local { located, .. } => located.driver.version.clone(),
            Self::Remote { .. } => session
                .capability("/chrome/chromedriverVersion")
                .and_then(|version| version.split_whitespace().next().map(str::to_owned))
                .unwrap_or_else(|| "unknown".into()),
        }
    }

    /// The browser's DevTools socket.
    pub(crate) async fn devtools_url(
        &self,
        session: &Session,
        limit: Duration,
    ) -> Result<String, StartError> {
        if let Some(url) = session.capability("/se:cdp") {
            return Ok(url);
        }
        if !self.on_this_machine() {
            // Its debuggerAddress is a loopback address of the other machine.
            return Err(missing("the remote end offers no `se:cdp`").into());
        }
        let address = session
            .capability("/goog:chromeOptions/debuggerAddress")
            .ok_or_else(|| missing("the session has no `goog:chromeOptions.debuggerAddress`"))?;
        let url: Result<String, DevtoolsError> = devtools::web_socket_url(&address, limit).await;
        Ok(url?)
    }
}

fn missing(reason: &str) -> SessionError {
    SessionError::NoDevtools {
        reason: reason.to_owned(),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoints(ca_pem: Option<&str>, spki: &[&str]) -> Endpoints {
        Endpoints {
            page_url: "https://app.medzen.example/".parse().unwrap(),
            sdk_url: "https://cdn.example/x.js".parse().unwrap(),
            probe_url: None,
            host_map: Vec::new(),
            closed: false,
            spki: spki.iter().map(|&key| key.into()).collect(),
            ca_pem: ca_pem.map(str::to_owned),
        }
    }

    #[test]
    fn an_endpoint_ends_in_a_slash_so_that_paths_join_below_it() {
        let url: Url = "http://grid.example:4444/wd/hub".parse().unwrap();
        let host = Host::remote(url, &endpoints(None, &[])).unwrap();
        assert_eq!(host.endpoint(), "http://grid.example:4444/wd/hub/");
        assert!(!host.on_this_machine());
    }

    #[test]
    fn a_private_root_reaches_no_remote_browser() {
        let url: Url = "http://grid.example:4444".parse().unwrap();
        let refused = Host::remote(url.clone(), &endpoints(Some("pem"), &["key"]));
        assert!(matches!(
            refused,
            Err(StartError::Roots(RootsError::Remote))
        ));
        assert!(Host::remote(url, &endpoints(None, &["key"])).is_ok());
    }

    #[test]
    fn loopback_is_told_by_address() {
        for (url, expected) in [
            ("http://127.0.0.1:9515/", true),
            ("http://[::1]:9515/", true),
            ("http://localhost:9515/", true),
            ("http://10.0.0.1:4444/", false),
            ("http://127.0.0.1.example/", false),
        ] {
            assert_eq!(is_loopback(&url.parse().unwrap()), expected, "{url}");
        }
    }
}
