//! A page in a call, for the caller.

use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use greenroom_model::{DeviceProfile, FakeMedia, MediaReading, RtcSnapshot};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::event::{CallEvent, PageState};
use super::reading::Measured;
use super::watch::Progress;
use crate::devtools::{DevtoolsError, TargetSender};
use crate::error::LoadError;
use crate::fake_media::picture;
use crate::session::Session;

/// Between two tries to tap on what cannot be tapped on yet.
const TAP_AGAIN: Duration = Duration::from_millis(50);
/// How long the page may take over an analysis beside the interval itself: an audio context's
/// start, a main thread that is busy.
const ANALYSIS_LIMIT: Duration = Duration::from_secs(15);
/// Quality of a picture: text stays legible at a tenth of the size of a PNG.
const JPEG_QUALITY: u32 = 70;

/// An open page. Dropping it leaves the tab to the driver and ends the watching.
pub struct CallPage {
    pub(crate) session: Session,
    pub(crate) sender: TargetSender,
    pub(crate) probe: String,
    pub(crate) events: mpsc::Receiver<CallEvent>,
    pub(crate) seen: watch::Receiver<Progress>,
    pub(crate) watching: JoinHandle<()>,
    pub(crate) device: DeviceProfile,
}

impl CallPage {
    /// The next event, in the order in which they were told; `None` at the deadline. What
    /// happened before the page was lost is still told.
    ///
    /// # Errors
    /// When the page is lost, or events of it are.
    pub async fn next_event(&mut self, deadline: Instant) -> Result<Option<CallEvent>, LoadError> {
        match tokio::time::timeout_at(deadline.into(), self.events.recv()).await {
            Ok(Some(event)) => Ok(Some(event)),
            Ok(None) => {
                self.seen.borrow().check()?;
                Err(LoadError::Gone)
            }
            Err(_) => Ok(None),
        }
    }

    /// The events that are there, without waiting.
    pub fn take_events(&mut self) -> Vec<CallEvent> {
        std::iter::from_fn(|| self.events.try_recv().ok()).collect()
    }

    /// What the page shows now and said so far.
    pub fn state(&self) -> PageState {
        self.seen.borrow().state.clone()
    }

    /// Waits until the page's state meets a condition; whether it did before the deadline. The
    /// events stay to be taken.
    ///
    /// # Errors
    /// When the page is lost, or events of it are.
    pub async fn wait_until(
        &self,
        deadline: Instant,
        mut condition: impl FnMut(&PageState) -> bool,
    ) -> Result<bool, LoadError> {
        let mut seen = self.seen.clone();
        let met = seen.wait_for(|progress| condition(&progress.state) || progress.check().is_err());
        match tokio::time::timeout_at(deadline.into(), met).await {
            Ok(Ok(progress)) => {
                let met = condition(&progress.state);
                if !met {
                    progress.check()?;
                }
                Ok(met)
            }
            Ok(Err(_)) => Err(LoadError::Gone),
            Err(_) => Ok(false),
        }
    }

    /// Taps on an element as a person does (W3C Element Click), once it is there and enabled;
    /// when the tap reached the page.
    ///
    /// # Errors
    /// [`LoadError::NotTapped`] at the deadline; any other where the environment failed.
    pub async fn tap(&mut self, selector: &str, deadline: Instant) -> Result<Instant, LoadError> {
        let before = self.seen.borrow().state.taps.len();
        let not_tapped = |reason: String| LoadError::NotTapped {
            selector: selector.to_owned(),
            reason,
        };
        loop {
            let reason = match self.session.click(selector).await {
                Ok(true) => break,
                Ok(false) => "it is disabled".to_owned(),
                Err(error) if error.not_yet() => error.reason(),
                Err(error) => return Err(error.into()),
            };
            self.seen.borrow().check()?;
            if Instant::now() + TAP_AGAIN >= deadline {
                return Err(not_tapped(reason));
            }
            tokio::time::sleep(TAP_AGAIN).await;
        }
        self.wait_until(deadline, |state| state.taps.len() > before)
            .await?;
        let state = self.state();
        state
            .taps
            .get(before)
            .map(|tap| tap.at)
            .ok_or_else(|| not_tapped("the click did not reach the page".into()))
    }

    /// RTC statistics of the page's open connections.
    ///
    /// # Errors
    /// When the page did not answer.
    pub async fn snapshot(&self) -> Result<RtcSnapshot, LoadError> {
        self.ask("snapshot", &json!({}), ANALYSIS_LIMIT).await
    }

    /// Looks at the tile of a participant (by `data-attendee`) and listens to what the page plays for
    /// an interval, expecting what that participant sends. Takes some 450 ms longer than the
    /// interval where there is something to hear.
    ///
    /// # Errors
    /// When the page did not answer.
    pub async fn read(
        &self,
        attendee: &str,
        sent: FakeMedia,
        interval: Duration,
    ) -> Result<MediaReading, LoadError> {
        let asked = json!({
            "attendee": attendee,
            "toneHz": sent.tone_hz,
            "intervalMs": interval.as_secs_f64() * 1000.0,
            "layout": picture::layout(),
        });
        let measured: Measured = self.ask("read", &asked, interval + ANALYSIS_LIMIT).await?;
        Ok(measured.reading())
    }

    /// A picture of the page (JPEG), at most so many pixels wide.
    ///
    /// # Errors
    /// When the browser could not take one.
    pub async fn screenshot_jpeg(&self, max_width: u32) -> Result<Vec<u8>, LoadError> {
        let (width, height) = (self.device.width, self.device.height);
        let pixels = f64::from(width.max(1)) * self.device.device_scale_factor;
        let scale = (f64::from(max_width) / pixels).min(1.0);
        let answer = self
            .sender
            .call(
                "Page.captureScreenshot",
                json!({
                    "format": "jpeg",
                    "quality": JPEG_QUALITY,
                    "clip": {"x": 0, "y": 0, "width": width, "height": height, "scale": scale},
                }),
            )
            .await?;
        answer["data"]
            .as_str()
            .and_then(|data| STANDARD.decode(data).ok())
            .ok_or_else(|| {
                DevtoolsError::Incomplete {
                    method: "Page.captureScreenshot".into(),
                    member: "data",
                }
                .into()
            })
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        what: &'static str,
        asked: &Value,
        limit: Duration,
    ) -> Result<T, LoadError> {
        let expression = format!(
            "globalThis[Symbol.for({})].{what}({asked})",
            Value::from(self.probe.as_str())
        );
        let answer = self
            .sender
            .send(
                "Runtime.evaluate",
                json!({"expression": expression, "returnByValue": true, "awaitPromise": true}),
            )
            .await_within(limit)
            .await?;
        let thrown = &answer["exceptionDetails"];
        if thrown.is_object() {
            let reason = thrown["exception"]["description"].as_str();
            return Err(LoadError::Unreadable {
                what,
                reason: crate::events::cut(reason.unwrap_or("an exception")),
            });
        }
        serde_json::from_value(answer["result"]["value"].clone()).map_err(|error| {
            LoadError::Unreadable {
                what,
                reason: error.to_string(),
            }
        })
    }
}

impl Drop for CallPage {
    fn drop(&mut self) {
        self.watching.abort();
    }
}
