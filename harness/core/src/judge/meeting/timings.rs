//! What was timed in a call: the first of each, per participant, and the limits on it.
//!
//! Invariant: a time runs from the tap or the navigation that it belongs to, which is the last
//! one before it; what no tap preceded is not timed.

use greenroom_model::CallMetric;

use super::lines::{MeetingLines, kind_of};
use crate::figures::duration;
use crate::journal::{PageEvent, PageEventKind};
use crate::meeting::refusal::granted;
use crate::plan::AskedLimit;
use crate::results::{CallTiming, Outcome};
use crate::scenario::vocabulary::Vocabulary;

/// The times of a participant, in the order of the metrics.
pub(super) fn timings(lines: &MeetingLines<'_>, participant: &str) -> Vec<CallTiming> {
    let mut firsts = Firsts {
        lines,
        found: own(lines, participant),
    };
    let events = lines.events_of(participant);
    if let Some((tap, at)) = mute_seen(lines, participant, &events) {
        firsts.add(CallMetric::MuteSeen, tap, at);
    }
    if let Some((tap, at)) = end_seen(lines, participant, &events) {
        firsts.add(CallMetric::EndSeen, tap, at);
    }
    let mut found = firsts.found;
    found.sort_by_key(|timing| timing.metric);
    found
}

struct Firsts<'a> {
    lines: &'a MeetingLines<'a>,
    found: Vec<CallTiming>,
}

impl Firsts<'_> {
    /// Takes a time, where it is the first of its metric and its beginning is known.
    fn add(&mut self, metric: CallMetric, from: impl Into<Option<f64>>, to: f64) {
        let Some(from) = from.into() else { return };
        if self.found.iter().all(|timing| timing.metric != metric) {
            self.found.push(CallTiming {
                metric,
                ms: (to - from).max(0.0),
                at_ms: self.lines.on_axis(to),
            });
        }
    }
}

/// The times that lie on the participant's own page.
fn own(lines: &MeetingLines<'_>, participant: &str) -> Vec<CallTiming> {
    let mut firsts = Firsts {
        lines,
        found: Vec::new(),
    };
    let mut navigated = None;
    let mut tap = None;
    for event in lines.events_of(participant) {
        let at = event.at_ms;
        match &event.what {
            PageEventKind::Navigated => {
                navigated = Some(at);
                tap = None;
            }
            PageEventKind::Tap(button) if matches!(button.as_str(), "start" | "join") => {
                tap = Some(at);
            }
            PageEventKind::Token(answer) if matches!(answer.action.as_str(), "create" | "join") => {
                firsts.add(CallMetric::Token, tap, at);
                if answer.action == "create" && granted(answer) {
                    firsts.add(CallMetric::MeetingCreated, tap, at);
                }
            }
            PageEventKind::Message(message) => match kind_of(message) {
                "SDK_READY" => firsts.add(CallMetric::SdkReady, navigated, at),
                "MEETING_JOINED" => {
                    firsts.add(CallMetric::Started, navigated, at);
                    firsts.add(CallMetric::Connected, tap, at);
                }
                _ => {}
            },
            PageEventKind::FirstRemoteAudio => firsts.add(CallMetric::FirstRemoteAudio, tap, at),
            PageEventKind::FirstRemoteFrame => firsts.add(CallMetric::FirstRemoteFrame, tap, at),
            _ => {}
        }
    }
    firsts.found
}

/// The first sign of a mute on this page, after the tap of the one who muted.
fn mute_seen(
    lines: &MeetingLines<'_>,
    participant: &str,
    events: &[&PageEvent],
) -> Option<(f64, f64)> {
    events.iter().find_map(|event| match &event.what {
        PageEventKind::RemoteMuted { whom, muted: true } => {
            // A page that does not know the name means whoever tapped last.
            let known = lines.participant(whom).is_some();
            let is_sender = |name: &str| name != participant && (!known || name == whom);
            Some((
                last_tap(lines, "microphone", is_sender, event.at_ms)?,
                event.at_ms,
            ))
        }
        _ => None,
    })
}

/// The first end of the call on this page that another participant's tap brought about, and not
/// one of its own.
fn end_seen(
    lines: &MeetingLines<'_>,
    participant: &str,
    events: &[&PageEvent],
) -> Option<(f64, f64)> {
    events.iter().find_map(|event| match &event.what {
        PageEventKind::Message(message)
            if matches!(kind_of(message), "MEETING_ENDED" | "MEETING_LEFT") =>
        {
            let tap = last_tap(lines, "end", |name| name != participant, event.at_ms)?;
            let left_itself = events.iter().any(|own| {
                matches!(&own.what, PageEventKind::Tap(button) if button == "leave" || button == "end")
                    && (tap..=event.at_ms).contains(&own.at_ms)
            });
            (!left_itself).then_some((tap, event.at_ms))
        }
        _ => None,
    })
}

fn last_tap(
    lines: &MeetingLines<'_>,
    button: &str,
    whose: impl Fn(&str) -> bool,
    before_ms: f64,
) -> Option<f64> {
    lines
        .events
        .iter()
        .filter(|event| {
            whose(&event.participant)
                && matches!(&event.what, PageEventKind::Tap(pressed) if pressed == button)
                && event.at_ms <= before_ms
        })
        .map(|event| event.at_ms)
        .max_by(f64::total_cmp)
}

/// What became of a limit, and what was seen. `first_bad` is the first step that did not pass.
pub(super) fn limit(
    lines: &MeetingLines<'_>,
    asked: &AskedLimit,
    timing: Option<&CallTiming>,
    first_bad: Option<(&str, Outcome)>,
) -> (Outcome, String) {
    let what = described(asked.metric);
    if let Some(timing) = timing {
        let outcome = if asked.op.holds(timing.ms, asked.value) {
            Outcome::Pass
        } else {
            Outcome::Fail
        };
        return (
            outcome,
            format!(
                "{} {what} (expected {} {})",
                duration(timing.ms),
                asked.op.word(),
                duration(asked.value)
            ),
        );
    }
    let never = format!("it never came {what}");
    if !lines.is_begun() {
        return (Outcome::Skipped, "not executed".to_owned());
    }
    match first_bad {
        _ if !lines.is_over => (
            Outcome::Inconclusive,
            format!("{never}: the journal ends before"),
        ),
        Some((step, Outcome::Error)) => (
            Outcome::Error,
            format!("{never}: the environment gave out at `{step}`"),
        ),
        Some((step, _)) => (
            Outcome::Inconclusive,
            format!("{never}: `{step}` did not hold before"),
        ),
        None => (Outcome::Fail, never),
    }
}

/// From where to where a metric runs.
fn described(metric: CallMetric) -> &'static str {
    match metric {
        CallMetric::SdkReady => "from the navigation to the first statement that may use the SDK",
        CallMetric::Token => "from the tap to the token service's answer",
        CallMetric::MeetingCreated => "from the tap to the answer that the meeting is created",
        CallMetric::Started => "from the navigation to `audioVideoDidStart`",
        CallMetric::Connected => "from the tap to `audioVideoDidStart`",
        CallMetric::FirstRemoteAudio => "from the tap to the first remote audio",
        CallMetric::FirstRemoteFrame => "from the tap to the first remote frame on the screen",
        CallMetric::MuteSeen => "from the other's tap on mute to its sign on this page",
        CallMetric::EndSeen => "from the other's tap on end to the end on this page",
    }
}
