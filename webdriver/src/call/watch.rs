//! The task that takes a page's events as they come.

use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};

use super::event::{CallEvent, PageState};
use super::fold::{Ask, Fold};
use crate::devtools::{DevtoolsError, TargetSession};
use crate::error::LoadError;

/// Events that a caller may leave unread; what is beyond is counted.
pub(crate) const EVENT_BOUND: usize = 16_384;

/// How far a page has come.
#[derive(Clone, Debug, Default)]
pub(crate) struct Progress {
    pub(crate) state: PageState,
    pub(crate) end: Option<End>,
    /// Events that were lost, on the way from the browser or to the caller.
    pub(crate) lost: u64,
}

/// How a page was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Crashed,
    Gone,
}

impl Progress {
    /// Whether more can come of the page.
    pub(crate) fn check(&self) -> Result<(), LoadError> {
        match self.end {
            Some(End::Crashed) => Err(LoadError::Crashed),
            Some(End::Gone) => Err(LoadError::Gone),
            None if self.lost > 0 => Err(LoadError::EventsLost { count: self.lost }),
            None => Ok(()),
        }
    }
}

/// Runs until the page, its tab or the browser is gone.
pub(crate) async fn watch(
    mut target: TargetSession,
    mut fold: Fold,
    events: mpsc::Sender<CallEvent>,
    progress: watch::Sender<Progress>,
) {
    let mut unread = 0;
    let mut end = None;
    while end.is_none() {
        for event in fold.take_happened() {
            unread += u64::from(events.try_send(event).is_err());
        }
        let lost = unread + target.lost_events();
        if fold.take_changed() || lost != progress.borrow().lost {
            progress.send_modify(|progress| {
                progress.state.clone_from(&fold.state);
                progress.lost = lost;
            });
        }
        match target.next_event().await.map(|event| fold.take(&event)) {
            None => end = Some(End::Gone),
            Some(Ask::Crashed) => end = Some(End::Crashed),
            Some(Ask::None) => {}
            // Before anything that the page does with the answer: the tokens in it must be known
            // when the page speaks of them.
            Some(Ask::Body { request_id }) => {
                let params = json!({"requestId": request_id});
                let body = text(target.call("Network.getResponseBody", params).await);
                fold.body(&request_id, body.as_deref().map_err(String::as_str));
            }
        }
    }
    progress.send_modify(|progress| progress.end = end);
}

/// The body in the answer to `Network.getResponseBody`, or why there is none.
fn text(answer: Result<Value, DevtoolsError>) -> Result<String, String> {
    let answer = answer.map_err(|error| error.to_string())?;
    match answer["body"].as_str() {
        Some(body) if answer["base64Encoded"] != true => Ok(body.to_owned()),
        _ => Err("the answer's body is no text".into()),
    }
}
