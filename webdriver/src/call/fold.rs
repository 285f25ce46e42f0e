//! Folds DevTools events of a page in a call into what happened. Pure: the same events and the
//! same clock, the same call.

use std::collections::HashMap;
use std::time::Instant;

use greenroom_model::TokenAnswer;
use greenroom_model::load::ConsoleMessage;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::clock::PageClock;
use super::event::{CallEvent, CallEventKind, PageState, Remote, Status, Tap};
use super::token::{self, Exchange};
use crate::devtools::Event;
use crate::events::{Observation, Reaction};

/// Most entries of each list that is kept of one page.
const ENTRY_LIMIT: usize = 500;
/// Most other participants that a page may show.
const REMOTE_LIMIT: usize = 100;

/// What an event asks of the caller.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// Nothing.
    None,
    /// The body of a token service's answer is there to be read.
    Body {
        /// `Network.requestId`.
        request_id: String,
    },
    /// The renderer is gone.
    Crashed,
}

/// What the probe tells.
#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Told {
    Status { state: String, text: String },
    Switch { device: String, off: bool },
    Present { attendee: String, user: String },
    Left { attendee: String },
    Tile { attendee: String, shown: bool },
    Muted { attendee: String, muted: bool },
    Tap { id: String },
    Sound,
    Frame { attendee: String },
}

/// A request to the token service that has not ended.
#[derive(Debug)]
struct Pending {
    exchange: Exchange,
    /// `timestamp` and `wallTime` of the request, s: the same moment by the two clocks of CDP.
    sent: (f64, f64),
    ended: f64,
}

/// The state of one page.
pub(crate) struct Fold {
    clock: PageClock,
    probe: String,
    token_url: Url,
    observation: Observation,
    pending: HashMap<String, Pending>,
    pub(crate) state: PageState,
    happened: Vec<CallEvent>,
    changed: bool,
}

impl Fold {
    /// `probe` is the name that the probe's words come under.
    pub(crate) fn new(
        clock: PageClock,
        observation: Observation,
        probe: &str,
        token_url: Url,
    ) -> Self {
        let mut fold = Self {
            clock,
            probe: probe.to_owned(),
            token_url,
            observation,
            pending: HashMap::new(),
            state: PageState::default(),
            happened: Vec::new(),
            changed: false,
        };
        fold.note(clock.instant(0.0), CallEventKind::Navigated);
        fold
    }

    /// What happened since this was last asked.
    pub(crate) fn take_happened(&mut self) -> Vec<CallEvent> {
        std::mem::take(&mut self.happened)
    }

    /// Whether the state differs from what it was when this was last asked.
    pub(crate) fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// Takes one event.
    pub(crate) fn take(&mut self, event: &Event) -> Ask {
        let params = &event.params;
        if event.method == "Runtime.bindingCalled" && params["name"] == self.probe.as_str() {
            let payload = params["payload"].as_str().unwrap_or_default();
            if let Ok((at_ms, told)) = serde_json::from_str(payload) {
                self.told(self.clock.instant(at_ms), told);
            }
            return Ask::None;
        }
        if self.observation.take(event) == Reaction::Crashed {
            return Ask::Crashed;
        }
        self.observed();
        match event.method.as_str() {
            "Network.requestWillBeSent" => self.asked(params),
            "Network.responseReceived" => {
                if let Some(pending) = self.pending_of(params)
                    && let Some(status) = params["response"]["status"].as_u64()
                {
                    pending.exchange.status = u16::try_from(status).unwrap_or_default();
                }
            }
            "Network.loadingFinished" => {
                let ended = params["timestamp"].as_f64();
                if let Some(pending) = self.pending_of(params) {
                    pending.ended = ended.unwrap_or(pending.ended);
                    let request_id = params["requestId"].as_str().unwrap_or_default().to_owned();
                    return Ask::Body { request_id };
                }
            }
            "Network.loadingFailed" => {
                let ended = params["timestamp"].as_f64();
                if let Some(mut pending) = self.remove(&params["requestId"]) {
                    pending.ended = ended.unwrap_or(pending.ended);
                    let reason = params["errorText"].as_str().unwrap_or("the request failed");
                    let at = self.end_of(&pending);
                    self.answered(at, token::unanswered(pending.exchange, reason));
                }
            }
            _ => {}
        }
        Ask::None
    }

    /// The body that was asked for; `Err` with the reason where the browser had none.
    pub(crate) fn body(&mut self, request_id: &str, body: Result<&str, &str>) {
        let Some(pending) = self.remove(&Value::from(request_id)) else {
            return;
        };
        let at = self.end_of(&pending);
        let answer = match body {
            Ok(body) => token::reduce(pending.exchange, body, &mut self.observation.secrets),
            Err(reason) => {
                let status = pending.exchange.status;
                TokenAnswer {
                    status,
                    ..token::unanswered(pending.exchange, reason)
                }
            }
        };
        self.answered(at, answer);
    }

    fn pending_of(&mut self, params: &Value) -> Option<&mut Pending> {
        self.pending.get_mut(params["requestId"].as_str()?)
    }

    fn remove(&mut self, id: &Value) -> Option<Pending> {
        self.pending.remove(id.as_str()?)
    }

    fn end_of(&self, pending: &Pending) -> Instant {
        let (sent, wall) = pending.sent;
        self.clock.wall(wall + pending.ended - sent)
    }

    /// A request to the token service; a preflight, which has another method, is none.
    fn asked(&mut self, params: &Value) {
        let request = &params["request"];
        let url = request["url"].as_str().and_then(|url| Url::parse(url).ok());
        let here = url.is_some_and(|url| {
            url.origin() == self.token_url.origin() && url.path() == self.token_url.path()
        });
        let sent = params["timestamp"]
            .as_f64()
            .zip(params["wallTime"].as_f64());
        if let Some(id) = params["requestId"].as_str()
            && let Some(sent) = sent
            && here
            && request["method"] == "POST"
            && self.pending.len() < ENTRY_LIMIT
        {
            let exchange = Exchange {
                action: token::action(request["postData"].as_str().unwrap_or_default()),
                status: 0,
            };
            let pending = Pending {
                exchange,
                sent,
                ended: sent.0,
            };
            self.pending.insert(id.to_owned(), pending);
        }
    }

    fn answered(&mut self, at: Instant, answer: TokenAnswer) {
        if self.state.answers.len() < ENTRY_LIMIT {
            self.state.answers.push((at, answer.clone()));
        }
        self.note(at, CallEventKind::Token(answer));
    }

    /// Carries over what the observation has more than the state.
    fn observed(&mut self) {
        let said = self.observation.channel[self.state.messages.len()..].to_vec();
        for message in said {
            let at = self.clock.instant(message.at_ms);
            self.state.messages.push((at, message.message.clone()));
            self.note(at, CallEventKind::Message(message.message));
        }
        let exceptions = self
            .observation
            .exceptions
            .drain(..)
            .map(|exception| ConsoleMessage {
                level: "error".into(),
                source: "exception".into(),
                text: exception.text,
                url: exception.url,
            });
        for message in exceptions.chain(self.observation.console.drain(..)) {
            if self.state.console.len() < ENTRY_LIMIT {
                self.state.console.push(message);
                self.changed = true;
            }
        }
    }

    fn told(&mut self, at: Instant, told: Told) {
        let what = match told {
            Told::Status { state, text } => {
                let status = Status {
                    state: self.observation.kept(&state),
                    text: self.observation.kept(&text),
                };
                self.state.status = Some(status.clone());
                CallEventKind::Status(status)
            }
            Told::Switch { device, off } => {
                match device.as_str() {
                    "microphone" => self.state.microphone_off = Some(off),
                    "camera" => self.state.camera_off = Some(off),
                    _ => return,
                }
                CallEventKind::Switched { device, off }
            }
            Told::Tap { id } => {
                let id = self.observation.kept(&id);
                if id == "start" || id == "join" {
                    self.state.first_remote_audio = None;
                    self.state.first_remote_frame = None;
                }
                if self.state.taps.len() < ENTRY_LIMIT {
                    self.state.taps.push(Tap { id: id.clone(), at });
                }
                CallEventKind::Tap(id)
            }
            Told::Sound => {
                self.state.first_remote_audio = Some(at);
                CallEventKind::FirstRemoteAudio
            }
            Told::Frame { attendee } => {
                self.state.first_remote_frame = Some(at);
                CallEventKind::FirstRemoteFrame {
                    attendee: self.observation.kept(&attendee),
                }
            }
            Told::Present { attendee, user } => {
                let attendee = self.observation.kept(&attendee);
                let user = self.observation.kept(&user);
                let remotes = &mut self.state.remotes;
                if remotes.len() >= REMOTE_LIMIT {
                    return;
                }
                let remote = Remote {
                    user: user.clone(),
                    ..Remote::default()
                };
                remotes.insert(attendee.clone(), remote);
                CallEventKind::RemoteCame { attendee, user }
            }
            Told::Left { attendee } => {
                let attendee = self.observation.kept(&attendee);
                if self.state.remotes.remove(&attendee).is_none() {
                    return;
                }
                CallEventKind::RemoteLeft { attendee }
            }
            Told::Tile { attendee, shown } => {
                let attendee = self.observation.kept(&attendee);
                let Some(remote) = self.state.remotes.get_mut(&attendee) else {
                    return;
                };
                remote.tile = shown;
                CallEventKind::RemoteTile { attendee, shown }
            }
            Told::Muted { attendee, muted } => {
                let attendee = self.observation.kept(&attendee);
                let Some(remote) = self.state.remotes.get_mut(&attendee) else {
                    return;
                };
                remote.muted = muted;
                CallEventKind::RemoteMuted { attendee, muted }
            }
        };
        self.note(at, what);
    }

    fn note(&mut self, at: Instant, what: CallEventKind) {
        self.changed = true;
        self.happened.push(CallEvent { at, what });
    }
}

#[cfg(test)]
mod tests;
