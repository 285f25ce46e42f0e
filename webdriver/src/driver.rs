//! A browser under chromedriver, ready to load pages.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::time::Duration;

use fantoccini::wd::Capabilities;
use greenroom_model::Endpoints;
use greenroom_supervisor::ProcessError;
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
    /// Deadline of every single command to the browser or to chromedriver.
    pub command_limit: Duration,
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
    /// The browser context of warm loads, once there is one.
    pub(crate) warm_context: Option<String>,
    /// Pages whose HTTP cache is filled, in the warm context.
    pub(crate) warmed: HashSet<String>,
    /// Loads that the default profile has seen, by page.
    pub(crate) heated: HashMap<String, u32>,
    pub(crate) screenshot: Option<Vec<u8>>,
    info: BrowserInfo,
    host: Host,
    command_limit: Duration,
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
        let host = Host::remote(endpoint, &options.endpoints)?;
        Self::at(host, options).await
    }

    async fn at(host: Host, options: &DriverOptions) -> Result<Self, StartError> {
        let switches = switches::switches(&Situation {
            kind: host.kind(),
            headed: options.headed,
            root: host.on_this_machine() && rustix::process::geteuid().is_root(),
            allow_loopback: options.allow_loopback,
            endpoints: &options.endpoints,
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
            warm_context: None,
            warmed: HashSet::new(),
            heated: HashMap::new(),
            screenshot: None,
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
    fn the_product_has_a_version() {
        let answer = json!({"product": "HeadlessChrome/156.0.8078.79"});
        assert_eq!(product_version(&answer), "156.0.8078.79");
        assert_eq!(product_version(&json!({})), "unknown");
    }
}
