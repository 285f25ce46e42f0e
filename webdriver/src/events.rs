//! Folds the events of one load into what was observed. Pure: the same events, the same load.

use greenroom_model::load::{ChannelMessage, ConsoleMessage, LoadEnd, PageException};
use serde_json::Value;

use crate::devtools::Event;
use crate::network_log::NetworkLog;
use crate::secrets::Secrets;

/// Longest text that is kept of anything a page says, in characters.
pub(crate) const TEXT_LIMIT: usize = 2_000;
/// Most channel messages, console messages and exceptions kept of one load, each.
const ENTRY_LIMIT: usize = 500;

/// The page's give-up message. A page that posts it is slow, not failed: it may yet be ready.
const TIMEOUT_MESSAGE: &str = "SDK_TIMEOUT";
/// What the page's own reports about the SDK start with.
const SDK_PREFIX: &str = "SDK_";
/// What its reports start with by which it gives up joining. `DEVICE_ERROR` is none: a page may go
/// on without a camera.
const CALL_FAILURES: [&str; 2] = ["JOIN_ERROR", "MEETING_ERROR"];

/// What an event asks of the caller.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Reaction {
    /// Nothing.
    None,
    /// The document's request is held and wants its answer.
    Fulfil {
        /// `Fetch.requestPaused.requestId`.
        request_id: String,
    },
    /// The renderer is gone.
    Crashed,
}

/// The state of an observation.
#[derive(Debug)]
pub(crate) struct Observation {
    main_frame: String,
    binding: String,
    ready_message: String,
    /// The message that ends the observation after it, where one is waited for.
    pub(crate) connected_message: Option<String>,
    /// Blacked out of every text that is kept.
    pub(crate) secrets: Secrets,
    document_request: Option<String>,
    committed: bool,
    load_fired: bool,
    navigation_failed: bool,
    pub(crate) channel: Vec<ChannelMessage>,
    pub(crate) console: Vec<ConsoleMessage>,
    pub(crate) exceptions: Vec<PageException>,
    pub(crate) network: NetworkLog,
}

impl Observation {
    /// `main_frame` is the target's id, which is also its main frame's; `binding` the name that
    /// channel messages come under.
    pub(crate) fn new(main_frame: &str, binding: &str, ready_message: &str) -> Self {
        Self {
            main_frame: main_frame.to_owned(),
            binding: binding.to_owned(),
            ready_message: ready_message.to_owned(),
            connected_message: None,
            secrets: Secrets::default(),
            document_request: None,
            committed: false,
            load_fired: false,
            navigation_failed: false,
            channel: Vec::new(),
            console: Vec::new(),
            exceptions: Vec::new(),
            network: NetworkLog::default(),
        }
    }

    /// Takes one event.
    pub(crate) fn take(&mut self, event: &Event) -> Reaction {
        let params = &event.params;
        match event.method.as_str() {
            "Runtime.bindingCalled" => self.message(params),
            "Runtime.consoleAPICalled" => self.console_call(params),
            "Runtime.exceptionThrown" => self.exception(&params["exceptionDetails"]),
            "Log.entryAdded" => self.log_entry(&params["entry"]),
            // The blank page that the tab opened with is not the navigation.
            "Page.frameNavigated" => {
                self.committed |= params["frame"]["id"] == self.main_frame.as_str()
                    && params["frame"]["url"] != "about:blank";
            }
            "Page.loadEventFired" => self.load_fired |= self.committed,
            "Inspector.targetCrashed" => return Reaction::Crashed,
            "Fetch.requestPaused" => {
                return params["requestId"].as_str().map_or(Reaction::None, |id| {
                    Reaction::Fulfil {
                        request_id: id.to_owned(),
                    }
                });
            }
            method if method.starts_with("Network.") => {
                self.document_request(method, params);
                self.network.take(method, params);
            }
            _ => {}
        }
        Reaction::None
    }

    /// The navigation itself failed (`net::ERR_...`): there is no page that could still report.
    pub(crate) fn navigation_failed(&mut self) {
        self.navigation_failed = true;
    }

    /// Whether the browser has the document, or its own page about a failure.
    pub(crate) fn committed(&self) -> bool {
        self.committed
    }

    /// When the page first said that the SDK may be used, ms since `timeOrigin`.
    pub(crate) fn sdk_ready_ms(&self) -> Option<f64> {
        self.first(&self.ready_message)
    }

    /// When the page first posted the message that is waited for after that, the same way.
    pub(crate) fn connected_ms(&self) -> Option<f64> {
        self.first(self.connected_message.as_deref()?)
    }

    fn first(&self, wanted: &str) -> Option<f64> {
        self.channel
            .iter()
            .find(|message| message.message == wanted)
            .map(|message| message.at_ms)
    }

    /// A text as it is kept: without secrets, and bounded.
    pub(crate) fn kept(&self, text: &str) -> String {
        cut(&self.secrets.black_out(text))
    }

    /// How the observation has ended, if it has.
    pub(crate) fn ended(&self) -> Option<LoadEnd> {
        if self.navigation_failed {
            return Some(LoadEnd::Failed);
        }
        if !self.load_fired {
            return None;
        }
        let ready = self.sdk_ready_ms().is_some();
        if ready && (self.connected_message.is_none() || self.connected_ms().is_some()) {
            return Some(LoadEnd::Ready);
        }
        if ready {
            let refused = |said: &ChannelMessage| {
                CALL_FAILURES
                    .iter()
                    .any(|prefix| said.message.starts_with(prefix))
            };
            return self.channel.iter().any(refused).then_some(LoadEnd::Failed);
        }
        let reported = self
            .channel
            .iter()
            .any(|said| said.message.starts_with(SDK_PREFIX) && said.message != TIMEOUT_MESSAGE);
        // A page that goes on fetching after its report may have a second source.
        (reported && !self.network.pending()).then_some(LoadEnd::Failed)
    }

    /// Follows the request of the main frame's document. A certificate error shows nowhere else:
    /// to WebDriver the browser's error page is a page that loaded.
    fn document_request(&mut self, method: &str, params: &Value) {
        let id = params["requestId"].as_str();
        match method {
            "Network.requestWillBeSent"
                if params["type"] == "Document"
                    && params["frameId"] == self.main_frame.as_str() =>
            {
                self.document_request = id.map(str::to_owned);
            }
            "Network.loadingFailed" if id.is_some() && id == self.document_request.as_deref() => {
                // One that breaks off later leaves a page that may still report.
                self.navigation_failed |= !self.committed;
            }
            _ => {}
        }
    }

    fn message(&mut self, params: &Value) {
        if params["name"] != self.binding.as_str() || self.channel.len() >= ENTRY_LIMIT {
            return;
        }
        let payload = params["payload"].as_str().unwrap_or_default();
        if let Ok((at_ms, message)) = serde_json::from_str::<(f64, String)>(payload) {
            self.channel.push(ChannelMessage {
                at_ms,
                message: self.kept(&message),
            });
        }
    }

    fn console_call(&mut self, params: &Value) {
        let level = match params["type"].as_str() {
            Some("error" | "assert") => "error",
            Some("warning") => "warning",
            _ => return,
        };
        let words: Vec<String> = params["args"]
            .as_array()
            .into_iter()
            .flatten()
            .map(spoken)
            .collect();
        let url = &params["stackTrace"]["callFrames"][0]["url"];
        self.console_message(level, "console-api", &words.join(" "), url);
    }

    fn log_entry(&mut self, entry: &Value) {
        if let Some(level @ ("error" | "warning")) = entry["level"].as_str() {
            let source = entry["source"].as_str().unwrap_or("other");
            let text = entry["text"].as_str().unwrap_or_default();
            self.console_message(level, source, text, &entry["url"]);
        }
    }

    fn console_message(&mut self, level: &str, source: &str, text: &str, url: &Value) {
        if self.console.len() < ENTRY_LIMIT {
            self.console.push(ConsoleMessage {
                level: level.to_owned(),
                source: source.to_owned(),
                text: self.kept(text),
                url: short_url(url),
            });
        }
    }

    fn exception(&mut self, details: &Value) {
        if self.exceptions.len() >= ENTRY_LIMIT {
            return;
        }
        // "Uncaught" alone says nothing; the exception's description has name, message and stack.
        let text = details["exception"]["description"]
            .as_str()
            .or_else(|| details["exception"]["value"].as_str())
            .or_else(|| details["text"].as_str())
            .unwrap_or_default();
        self.exceptions.push(PageException {
            text: self.kept(text),
            url: short_url(&details["url"]),
            line: details["lineNumber"]
                .as_u64()
                .and_then(|line| u32::try_from(line + 1).ok()),
        });
    }
}

/// A console argument as text.
fn spoken(argument: &Value) -> String {
    match &argument["value"] {
        Value::String(text) => text.clone(),
        Value::Null => argument["description"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        other => other.to_string(),
    }
}

/// At most [`TEXT_LIMIT`] characters.
pub(crate) fn cut(text: &str) -> String {
    text.chars().take(TEXT_LIMIT).collect()
}

/// A URL for the record: not empty, bounded, a `data:` URL without its data.
pub(crate) fn short_url(url: &Value) -> Option<String> {
    let url = url.as_str().filter(|url| !url.is_empty())?;
    Some(match url.strip_prefix("data:") {
        Some(rest) => format!("data:{}", rest.split([',', ';']).next().unwrap_or_default()),
        None => cut(url),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event(method: &str, params: Value) -> Event {
        Event {
            method: method.into(),
            params,
        }
    }

    fn said(at: f64, message: &str) -> Event {
        let payload = json!([at, message]).to_string();
        event(
            "Runtime.bindingCalled",
            json!({"name": "b", "payload": payload}),
        )
    }

    fn committed() -> Event {
        event(
            "Page.frameNavigated",
            json!({"frame": {"id": "F", "url": "https://app.example/"}}),
        )
    }

    fn loaded() -> Event {
        event("Page.loadEventFired", json!({"timestamp": 1}))
    }

    fn after(events: &[Event]) -> Observation {
        let mut observation = Observation::new("F", "b", "SDK_READY");
        for event in events {
            assert_eq!(observation.take(event), Reaction::None);
        }
        observation
    }

    #[test]
    fn ready_wants_the_message_and_the_load_event() {
        assert_eq!(after(&[committed(), loaded()]).ended(), None);
        assert_eq!(after(&[committed(), said(5.0, "SDK_READY")]).ended(), None);
        let both = after(&[
            committed(),
            said(5.5, "SDK_READY"),
            said(9.0, "SDK_READY"),
            loaded(),
        ]);
        assert_eq!(both.ended(), Some(LoadEnd::Ready));
        assert_eq!(both.sdk_ready_ms(), Some(5.5));
    }

    #[test]
    fn the_blank_pages_load_event_does_not_count() {
        let blank = event(
            "Page.frameNavigated",
            json!({"frame": {"id": "F", "url": "about:blank"}}),
        );
        let frame = event(
            "Page.frameNavigated",
            json!({"frame": {"id": "child", "url": "https://x.example/"}}),
        );
        let observation = after(&[blank, frame, loaded(), said(1.0, "SDK_READY")]);
        assert_eq!(observation.ended(), None);
    }

    #[test]
    fn a_timeout_is_no_failure_but_a_failure_is() {
        let slow = [committed(), loaded(), said(1.0, "SDK_TIMEOUT")];
        assert_eq!(after(&slow).ended(), None);
        let other = [committed(), loaded(), said(1.0, "HELLO")];
        assert_eq!(after(&other).ended(), None);
        let failed = [committed(), loaded(), said(1.0, "SDK_LOAD_FAILED: x")];
        assert_eq!(after(&failed).ended(), Some(LoadEnd::Failed));
    }

    #[test]
    fn a_failure_with_a_request_under_way_is_not_the_end() {
        let request = event(
            "Network.requestWillBeSent",
            json!({"requestId": "1", "timestamp": 1.0, "request": {"url": "https://b.example/"}}),
        );
        let done = event(
            "Network.loadingFinished",
            json!({"requestId": "1", "timestamp": 2.0}),
        );
        let mut events = vec![committed(), request, loaded(), said(1.0, "SDK_LOAD_FAILED")];
        assert_eq!(after(&events).ended(), None);
        events.push(done);
        assert_eq!(after(&events).ended(), Some(LoadEnd::Failed));
    }

    #[test]
    fn a_document_that_never_came_is_a_failed_navigation() {
        let request = |frame: &str| {
            event(
                "Network.requestWillBeSent",
                json!({"requestId": "1", "type": "Document", "frameId": frame, "timestamp": 1.0,
                    "request": {"url": "https://app.example/"}}),
            )
        };
        let failed = event(
            "Network.loadingFailed",
            json!({"requestId": "1", "timestamp": 2.0,
                "errorText": "net::ERR_CERT_AUTHORITY_INVALID"}),
        );
        let main = [request("F"), failed.clone()];
        assert_eq!(after(&main).ended(), Some(LoadEnd::Failed));
        let child_frame = [request("G"), failed.clone()];
        assert_eq!(after(&child_frame).ended(), None);
        let cut_off = [request("F"), committed(), failed];
        assert_eq!(after(&cut_off).ended(), None);
    }

    #[test]
    fn a_forged_or_flooding_channel_is_bounded() {
        let mut events = vec![event(
            "Runtime.bindingCalled",
            json!({"name": "other", "payload": "[1,\"SDK_READY\"]"}),
        )];
        events.push(event(
            "Runtime.bindingCalled",
            json!({"name": "b", "payload": "not json"}),
        ));
        for _ in 0..ENTRY_LIMIT + 10 {
            events.push(said(1.0, &"x".repeat(TEXT_LIMIT + 1)));
        }
        let observation = after(&events);
        assert_eq!(observation.channel.len(), ENTRY_LIMIT);
        assert_eq!(observation.channel[0].message.len(), TEXT_LIMIT);
    }

    #[test]
    fn warnings_errors_and_exceptions_are_kept_and_chatter_is_not() {
        let observation = after(&[
            event(
                "Runtime.consoleAPICalled",
                json!({"type": "log", "args": [{"value": "chatter"}]}),
            ),
            event(
                "Runtime.consoleAPICalled",
                json!({"type": "error", "args": [{"value": "a"}, {"value": 1}, {"description": "Error: b"}]}),
            ),
            event(
                "Log.entryAdded",
                json!({"entry": {"level": "error", "source": "security", "text": "digest",
                    "url": "data:text/html;base64,AAAA"}}),
            ),
            event(
                "Runtime.exceptionThrown",
                json!({"exceptionDetails": {"text": "Uncaught", "lineNumber": 4,
                    "exception": {"description": "TypeError: x"}}}),
            ),
        ]);
        assert_eq!(observation.console.len(), 2);
        assert_eq!(observation.console[0].text, "a 1 Error: b");
        assert_eq!(
            observation.console[1].url.as_deref(),
            Some("data:text/html")
        );
        assert_eq!(observation.exceptions[0].text, "TypeError: x");
        assert_eq!(observation.exceptions[0].line, Some(5));
    }

    #[test]
    fn crashes_and_held_requests_ask_for_a_reaction() {
        let mut observation = after(&[]);
        assert_eq!(
            observation.take(&event("Inspector.targetCrashed", json!({}))),
            Reaction::Crashed
        );
        assert_eq!(
            observation.take(&event("Fetch.requestPaused", json!({"requestId": "7"}))),
            Reaction::Fulfil {
                request_id: "7".into()
            }
        );
    }
}
