//! A W3C WebDriver session through fantoccini, with a deadline on every command.
//!
//! fantoccini itself waits without end and keeps one queue a session; a command that was given up
//! on here still occupies that queue until chromedriver answers it.

use std::time::Duration;

use fantoccini::error::{CmdError, ErrorStatus, NewSessionError};
use fantoccini::wd::{
    Capabilities, TimeoutConfiguration, WebDriverCompatibleCommand, WindowHandle,
};
use fantoccini::{Client, ClientBuilder, Locator};
use http::Method;
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use url::{ParseError, Url};

/// Why a W3C command failed.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// No session could be made.
    #[error("`New Session` was refused")]
    New(#[source] Box<NewSessionError>),
    /// The system's root certificates, by which an https endpoint is verified, were not found.
    #[error("the system's root certificates could not be read")]
    NativeRoots(#[source] std::io::Error),
    /// The remote end answered with an error, or was not there.
    #[error("`{command}` failed")]
    Command {
        /// The command, in the words of W3C WebDriver.
        command: &'static str,
        /// The remote end's words.
        #[source]
        source: Box<CmdError>,
    },
    /// No answer in time.
    #[error("no answer to `{command}` within {} ms", limit.as_millis())]
    Timeout {
        /// The command.
        command: &'static str,
        /// How long it was waited for.
        limit: Duration,
    },
    /// The remote end offers no DevTools socket.
    #[error("{reason}; loads are measured over DevTools")]
    NoDevtools {
        /// What is missing.
        reason: String,
    },
}

impl SessionError {
    /// Whether no further command can succeed.
    pub fn session_lost(&self) -> bool {
        match self {
            Self::New(_)
            | Self::NativeRoots(_)
            | Self::NoDevtools { .. }
            | Self::Timeout { .. } => true,
            Self::Command { source, .. } => match source.as_ref() {
                CmdError::Standard(error) => {
                    // chromedriver reports a killed browser under either of the two.
                    matches!(
                        error.error,
                        ErrorStatus::InvalidSessionId | ErrorStatus::SessionNotCreated
                    ) || error.message.contains("disconnected")
                        || error.message.contains("not reachable")
                }
                CmdError::NotW3C(_)
                | CmdError::Failed(_)
                | CmdError::FailedC(_)
                | CmdError::Lost(_) => true,
                _ => false,
            },
        }
    }

    /// Whether an element is not there, or not to be clicked, which the page may yet change.
    pub(crate) fn not_yet(&self) -> bool {
        let Self::Command { source, .. } = self else {
            return false;
        };
        matches!(
            source.as_ref(),
            CmdError::Standard(error) if matches!(
                error.error,
                ErrorStatus::NoSuchElement
                    | ErrorStatus::StaleElementReference
                    | ErrorStatus::ElementNotInteractable
                    | ErrorStatus::ElementClickIntercepted
            )
        )
    }

    /// The remote end's own words, on one line.
    pub(crate) fn reason(&self) -> String {
        let words = match self {
            Self::Command { source, .. } => source.to_string(),
            other => other.to_string(),
        };
        words.lines().next().unwrap_or_default().to_owned()
    }

    /// The `net::ERR_...` by which a navigation failed, if this is such a failure: then it is the
    /// page's, not the environment's.
    pub(crate) fn net_error(&self) -> Option<&str> {
        let Self::Command { source, .. } = self else {
            return None;
        };
        let CmdError::Standard(error) = source.as_ref() else {
            return None;
        };
        let start = error.message.find("net::ERR_")?;
        error.message[start..]
            .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':'))
            .next()
    }
}

/// A W3C session.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    client: Client,
    limit: Duration,
}

impl Session {
    /// Makes a session at a WebDriver endpoint. `limit` is the deadline of every command;
    /// `page_load` the session's own for navigations.
    pub(crate) async fn new(
        endpoint: &str,
        capabilities: Capabilities,
        limit: Duration,
        page_load: Duration,
    ) -> Result<Self, SessionError> {
        let connected = if endpoint.starts_with("https:") {
            let connector = HttpsConnectorBuilder::new()
                .with_provider_and_native_roots(rustls::crypto::ring::default_provider())
                .map_err(SessionError::NativeRoots)?
                .https_only()
                .enable_http1()
                .build();
            let mut builder = ClientBuilder::new(connector);
            builder.capabilities(capabilities);
            within("New Session", limit, builder.connect(endpoint)).await?
        } else {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            builder.capabilities(capabilities);
            within("New Session", limit, builder.connect(endpoint)).await?
        };
        let client = connected.map_err(|source| SessionError::New(Box::new(source)))?;
        let session = Self { client, limit };
        let timeouts =
            TimeoutConfiguration::new(Some(limit), Some(page_load), Some(Duration::ZERO));
        session
            .command("Set Timeouts", session.client.update_timeouts(timeouts))
            .await?;
        Ok(session)
    }

    /// A capability that the remote end returned.
    pub(crate) fn capability(&self, pointer: &str) -> Option<String> {
        let capabilities = Value::Object(self.client.capabilities()?.clone());
        capabilities.pointer(pointer)?.as_str().map(str::to_owned)
    }

    /// Switch To Window, for a target that DevTools made: chromedriver's handles are target ids.
    pub(crate) async fn switch_to(&self, target_id: &str) -> Result<(), SessionError> {
        let handle =
            WindowHandle::try_from(target_id.to_owned()).map_err(|_| SessionError::NoDevtools {
                reason: format!("`{target_id}` is no window handle"),
            })?;
        self.command("Switch To Window", self.client.switch_to_window(handle))
            .await
    }

    /// Navigate To. No deadline here: the caller owns the observation's.
    pub(crate) async fn navigate(&self, url: String) -> Result<(), SessionError> {
        // `Client::goto` asks for the current URL first, a round trip that a measurement of
        // overhead can do without.
        self.client
            .issue_cmd(NavigateTo { url })
            .await
            .map(drop)
            .map_err(|source| SessionError::Command {
                command: "Navigate To",
                source: Box::new(source),
            })
    }

    /// Find Element by CSS selector and, where it is enabled, Element Click: a user gesture. A
    /// click on a disabled button would be no error and do nothing. Returns whether it was enabled.
    pub(crate) async fn click(&self, selector: &str) -> Result<bool, SessionError> {
        let found = self.client.find(Locator::Css(selector));
        let element = self.command("Find Element", found).await?;
        let enabled = self
            .command("Is Element Enabled", element.is_enabled())
            .await?;
        if enabled {
            self.command("Element Click", element.click()).await?;
        }
        Ok(enabled)
    }

    /// chromedriver's `goog/cdp/execute` on the current window.
    pub(crate) async fn cdp(&self, method: &str, params: Value) -> Result<Value, SessionError> {
        let command = ExecuteCdp {
            body: json!({"cmd": method, "params": params}).to_string(),
        };
        self.command("goog/cdp/execute", self.client.issue_cmd(command))
            .await
    }

    /// Delete Session.
    pub(crate) async fn delete(self) -> Result<(), SessionError> {
        let limit = self.limit;
        within("Delete Session", limit, self.client.close())
            .await?
            .map_err(|source| SessionError::Command {
                command: "Delete Session",
                source: Box::new(source),
            })
    }

    async fn command<T>(
        &self,
        command: &'static str,
        answer: impl Future<Output = Result<T, CmdError>>,
    ) -> Result<T, SessionError> {
        within(command, self.limit, answer)
            .await?
            .map_err(|source| SessionError::Command {
                command,
                source: Box::new(source),
            })
    }
}

async fn within<T>(
    command: &'static str,
    limit: Duration,
    answer: impl Future<Output = T>,
) -> Result<T, SessionError> {
    tokio::time::timeout(limit, answer)
        .await
        .map_err(|_| SessionError::Timeout { command, limit })
}

fn below_session(base: &Url, session_id: Option<&str>, path: &str) -> Result<Url, ParseError> {
    base.join(&format!(
        "session/{}/{path}",
        session_id.unwrap_or_default()
    ))
}

/// W3C WebDriver 10.1, Navigate To.
#[derive(Debug)]
struct NavigateTo {
    url: String,
}

impl WebDriverCompatibleCommand for NavigateTo {
    fn endpoint(&self, base: &Url, session_id: Option<&str>) -> Result<Url, ParseError> {
        below_session(base, session_id, "url")
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({"url": self.url}).to_string()))
    }
}

/// chromedriver's vendor command for CDP.
#[derive(Debug)]
struct ExecuteCdp {
    body: String,
}

impl WebDriverCompatibleCommand for ExecuteCdp {
    fn endpoint(&self, base: &Url, session_id: Option<&str>) -> Result<Url, ParseError> {
        below_session(base, session_id, "goog/cdp/execute")
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(status: ErrorStatus, message: &str) -> SessionError {
        SessionError::Command {
            command: "Navigate To",
            source: Box::new(CmdError::Standard(fantoccini::error::WebDriver::new(
                status,
                message.to_owned(),
            ))),
        }
    }

    #[test]
    fn a_net_error_is_the_pages_failure() {
        let error = failed(
            ErrorStatus::UnknownError,
            "unknown error: net::ERR_NAME_NOT_RESOLVED\n  (Session info: chrome=156)",
        );
        assert_eq!(error.net_error(), Some("net::ERR_NAME_NOT_RESOLVED"));
        assert!(!error.session_lost());
    }

    #[test]
    fn a_lost_session_is_recognised() {
        assert!(failed(ErrorStatus::InvalidSessionId, "").session_lost());
        let error = failed(
            ErrorStatus::UnknownError,
            "disconnected: not connected to DevTools",
        );
        assert!(error.session_lost());
        assert_eq!(error.net_error(), None);
        let crashed = SessionError::Command {
            command: "Navigate To",
            source: Box::new(CmdError::NotW3C(json!("tab crashed"))),
        };
        assert!(crashed.session_lost());
    }

    #[test]
    fn vendor_commands_go_below_the_session() {
        let base = Url::parse("http://127.0.0.1:1/").unwrap();
        let command = ExecuteCdp {
            body: String::new(),
        };
        assert_eq!(
            command.endpoint(&base, Some("id")).unwrap().as_str(),
            "http://127.0.0.1:1/session/id/goog/cdp/execute"
        );
    }
}
