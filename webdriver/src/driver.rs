//! A browser under chromedriver, ready to load pages.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::time::Duration;

use fantoccini::wd::Capabilities;
use greenroom_model::{Endpoints, FakeMedia, Permission};
use greenroom_supervisor::ProcessError;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use url::Url;

use crate::devtools::{self, Devtools, DevtoolsError};
use crate::host::Host;
use crate::locate::{BrowserChoice, BrowserKind, LocateError, Located};
use crate::roots::RootsError;
use crate::session::{Session, SessionError};
use crate::switches::{self, Situation, Switch};

/// Upper bound of a navigation in chromedriver itself; the observation's own deadline is always
/// shorter.
const PAGE_LOAD_LIMIT: Duration = Duration::from_hours(1);

/// How to start a browser.
#[derive(Clone, Debug)]
pub struct DriverOptions {
    /// Which browser.
    pub browser: BrowserChoice,
    /// Program and leading arguments that end up in [`greenroom_supervisor::run`]; what is to be
    /// supervised is appended.
    pub supervisor: Vec<OsString>,
    /// Names, addresses and certificates of the target.
    pub endpoints: Endpoints,
    /// Show the browser's window.
    pub headed: bool,
    /// Let pages without an address of their own (deliveries `webview` and `opaque`) fetch from
    /// loopback: needed against a local stack, and never against a deployed target.
    pub allow_loopback: bool,
    /// Let the browser take up HTTP/3 where alt-svc invites it. Off, every load has the protocol
    /// of the first: what is compared must not change it half way.
    pub http3: bool,
    /// What stands in for camera and microphone; `None` leaves the browser without any.
    pub media: Option<ParticipantMedia>,
    /// Deadline of every single command to the browser or to chromedriver.
    pub command_limit: Duration,
}

/// Camera and microphone of one participant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParticipantMedia {
    /// What they show and play.
    pub media: FakeMedia,
    /// What becomes of a page that asks for them.
    pub camera: Permission,
}

/// Why no browser could be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Browser or driver missing or mismatched.
    #[error(transparent)]
    Locate(#[from] LocateError),
    /// chromedriver did not start.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// The private root certificate could not be given to the browser.
    #[error(transparent)]
    Roots(#[from] RootsError),
    /// Camera and microphone of files need a browser that reads this machine's files.
    #[error("a remote browser cannot read the files of a fake camera; start one on this machine")]
    RemoteMedia,
    /// The files for the fake camera and microphone could not be written.
    #[error("the fake camera's files could not be written to `{}`", folder.display())]
    Media {
        /// Where to.
        folder: std::path::PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// No session.
    #[error("chromedriver started no browser")]
    Session(#[from] SessionError),
    /// No DevTools connection.
    #[error("the browser's DevTools are not reachable")]
    Devtools(#[from] DevtoolsError),
    /// A blocking step was interrupted by the end of the runtime.
    #[error("the start was interrupted")]
    Interrupted,
}

/// Why a browser could not be ended in good order. Its processes and its folder are gone all the
/// same, unless it says otherwise.
#[derive(Debug, thiserror::Error)]
pub enum CloseError {
    /// Something was left behind.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// The end was interrupted by the end of the runtime.
    #[error("the clean-up was interrupted")]
    Interrupted,
}

/// Why the browser could not be killed.
#[derive(Debug, thiserror::Error)]
pub enum KillError {
    /// It runs behind somebody else's endpoint.
    #[error("a remote browser is not ours to kill; start one on this machine")]
    Remote,
    /// It did not say which process it is.
    #[error("the browser's process is not known")]
    Unknown(#[from] DevtoolsError),
    /// The system refused.
    #[error("process {pid} could not be killed")]
    Refused {
        /// Its id.
        pid: i32,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// What runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrowserInfo {
    /// `chromium` or `chromium-headless-shell`.
    pub name: &'static str,
    /// Version by CDP `Browser.getVersion`, e.g. `156.0.8078.79`.
    pub version: String,
    /// chromedriver's version.
    pub driver_version: String,
    /// The switches it was started with, besides chromedriver's own.
    pub switches: Vec<Switch>,
}

/// A running browser. Dropping it ends the browser too, but blocks for it; prefer
/// [`Driver::close`].
pub struct Driver {
    pub(crate) session: Session,
    pub(crate) devtools: Devtools,
    /// Name under which channel messages are told; the page never sees it.
    pub(crate) binding: String,
    /// Whether HTTP/3 is taken up.
    pub(crate) http3: bool,
    /// The browser context of warm loads, once there is one.
    pub(crate) warm_context: Option<String>,
    /// Pages whose HTTP cache is filled, in the warm context.
    pub(crate) warmed: HashSet<String>,
    /// Loads that the default profile has seen, by page.
    pub(crate) heated: HashMap<String, u32>,
    pub(crate) screenshot: Option<Vec<u8>>,
    /// Devices that pages may use, in the words of the Permissions API. The switch that answers
    /// for the person leaves the permission itself as it was, and the headless shell then hides
    /// this machine's addresses from other browsers.
    pub(crate) granted: &'static [&'static str],
    info: BrowserInfo,
    host: Host,
    pub(crate) command_limit: Duration,
}

impl Driver {
    /// Finds browser and chromedriver, starts them, and connects over WebDriver and DevTools.
    ///
    /// # Errors
    /// When any of that fails; nothing stays behind then.
    pub async fn start(options: DriverOptions) -> Result<Self, StartError> {
        let host = Host::local(&options).await?;
        Self::at(host, &options).await
    }

    /// The same at a WebDriver endpoint that runs already, such as a Selenium Grid; `browser` and
    /// `supervisor` of the options are not used. Loads are measured over DevTools, so the remote
    /// end must offer `se:cdp`, or be a chromedriver on this machine.
    ///
    /// # Errors
    /// When there is no session to be had, or no DevTools socket in it.
    pub async fn connect(endpoint: Url, options: &DriverOptions) -> Result<Self, StartError> {
        if options.media.is_some() {
            return Err(StartError::RemoteMedia);
        }
        let host = Host::remote(endpoint, &options.endpoints)?;
        Self::at(host, options).await
    }

    async fn at(host: Host, options: &DriverOptions) -> Result<Self, StartError> {
        let switches = switches::switches(&Situation {
            kind: host.kind(),
            headed: options.headed,
            root: host.on_this_machine() && rustix::process::geteuid().is_root(),
            allow_loopback: options.allow_loopback,
            http3: options.http3,
            endpoints: &options.endpoints,
            media: options.media.map(|media| media.camera).zip(host.media()),
        });
        let limit = options.command_limit;
        let capabilities = capabilities(host.located(), &switches);
        let session = Session::new(&host.endpoint(), capabilities, limit, PAGE_LOAD_LIMIT).await?;
        let socket = host.devtools_url(&session, limit).await?;
        let devtools = Devtools::connect(&socket, limit).await?;
        let version = session.cdp("Browser.getVersion", json!({})).await?;
        let info = BrowserInfo {
            name: host.kind().name(),
            version: product_version(&version),
            driver_version: host.driver_version(&session),
            switches,
        };
        Ok(Self {
            session,
            devtools,
            // Unlike any name that a page would use.
            binding: format!("__greenroom_{}", std::process::id()),
            http3: options.http3,
            warm_context: None,
            warmed: HashSet::new(),
            heated: HashMap::new(),
            screenshot: None,
            granted: match options.media.map(|media| media.camera) {
                Some(Permission::Granted) => &["camera", "microphone"],
                Some(Permission::Denied) | None => &[],
            },
            info,
            host,
            command_limit: limit,
        })
    }

    /// What runs.
    pub fn info(&self) -> &BrowserInfo {
        &self.info
    }

    /// The picture of the last load's end (PNG), where [`crate::Visit::screenshot_on_failure`]
    /// asked for one and the load did not end ready.
    pub fn take_screenshot(&mut self) -> Option<Vec<u8>> {
        self.screenshot.take()
    }

    /// Kills the browser as a crash would: its main process, with which the others end. The driver
    /// is of no further use after it but for [`Driver::close`].
    ///
    /// # Errors
    /// When the browser is not ours, or its process is not known.
    pub async fn kill_browser(&mut self) -> Result<(), KillError> {
        const METHOD: &str = "SystemInfo.getProcessInfo";
        if !matches!(self.host, Host::Local { .. }) {
            return Err(KillError::Remote);
        }
        let answer = self.devtools.call(METHOD, json!({})).await?;
        let pid = browser_process(&answer).ok_or_else(|| DevtoolsError::Incomplete {
            method: METHOD.to_owned(),
            member: "processInfo",
        })?;
        kill_process(pid, Signal::KILL).map_err(|source| KillError::Refused {
            pid: pid.as_raw_nonzero().get(),
            source: source.into(),
        })
    }

    /// Ends the session, chromedriver and every process of the browser, and removes their folder.
    ///
    /// # Errors
    /// When a process or the folder could not be removed within some 15 s.
    pub async fn close(self) -> Result<(), CloseError> {
        let Self {
            session,
            devtools,
            host,
            command_limit,
            ..
        } = self;
        drop(devtools);
        // Courtesies that let the browser end by itself; the supervisor ends whatever does not.
        let deleted = session.delete().await.is_ok();
        let Host::Local { local, .. } = host else {
            return Ok(());
        };
        if deleted {
            let address = format!("127.0.0.1:{}", local.port());
            let _refused = devtools::http_get(&address, "/shutdown", command_limit).await;
        }
        tokio::task::spawn_blocking(|| local.close())
            .await
            .map_err(|_| CloseError::Interrupted)??;
        Ok(())
    }
}

fn capabilities(located: Option<&Located>, switches: &[Switch]) -> Capabilities {
    let arguments: Vec<&str> = switches.iter().map(|switch| switch.text.as_str()).collect();
    let mut options = json!({"args": arguments});
    if let Some(located) = located {
        options["binary"] = json!(located.browser.path);
    }
    let browser_name = match located.map(|located| located.kind) {
        Some(BrowserKind::HeadlessShell) => "chrome-headless-shell",
        Some(BrowserKind::Chromium) | None => "chrome",
    };
    let mut capabilities = Capabilities::new();
    capabilities.insert("browserName".into(), json!(browser_name));
    capabilities.insert("goog:chromeOptions".into(), options);
    capabilities
}

/// The browser's main process in the answer to `SystemInfo.getProcessInfo`.
fn browser_process(answer: &Value) -> Option<Pid> {
    let processes = answer["processInfo"].as_array()?;
    let browser = processes
        .iter()
        .find(|process| process["type"] == "browser")?;
    Pid::from_raw(i32::try_from(browser["id"].as_i64()?).ok()?)
}

/// The version in `Browser.getVersion`'s `product`, e.g. `Chrome/156.0.8078.79`.
fn product_version(answer: &Value) -> String {
    let product = answer["product"].as_str().unwrap_or("unknown");
    let version = product
        .split_once('/')
        .map_or(product, |(_, version)| version);
    version.chars().take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_main_process_is_the_browser() {
        let answer = json!({"processInfo": [
            {"type": "GPU", "id": 11}, {"type": "browser", "id": 10}, {"type": "renderer", "id": 12},
        ]});
        assert_eq!(browser_process(&answer), Pid::from_raw(10));
        assert_eq!(browser_process(&json!({"processInfo": []})), None);
        assert_eq!(
            browser_process(&json!({"processInfo": [{"type": "browser", "id": 0}]})),
            None
        );
    }

    #[test]
    fn the_product_has_a_version() {
        let answer = json!({"product": "HeadlessChrome/156.0.8078.79"});
        assert_eq!(product_version(&answer), "156.0.8078.79");
        assert_eq!(product_version(&json!({})), "unknown");
    }
}
