//! A participant's line on the meeting's axis: what happened, the statistics, the pictures.

use super::lines::{MeetingLines, kind_of};
use crate::figures::quoted;
use crate::journal::{PageEvent, PageEventKind, PictureRecord};
use crate::meeting::refusal::{granted, in_words};
use crate::plan::Step;
use crate::results::{Outcome, Picture, StatsPoint, TimelineEvent, TimelineKind};

/// What happened on a page, in order.
pub(super) fn events(lines: &MeetingLines<'_>, participant: &str) -> Vec<TimelineEvent> {
    lines
        .events_of(participant)
        .into_iter()
        .map(|event| {
            let (label, kind) = point(&event.what);
            TimelineEvent {
                at_ms: lines.on_axis(event.at_ms),
                label,
                kind,
            }
        })
        .collect()
}

fn point(what: &PageEventKind) -> (String, TimelineKind) {
    let fixed = |label: &str, kind| (label.to_owned(), kind);
    match what {
        PageEventKind::Navigated => fixed("page opened", TimelineKind::Progress),
        PageEventKind::Message(message) => posted(message),
        PageEventKind::Tap(button) => (format!("tap: {}", quoted(button)), TimelineKind::Tap),
        PageEventKind::Token(answer) if granted(answer) => (
            format!("{} answered", quoted(&answer.action)),
            TimelineKind::Progress,
        ),
        PageEventKind::Token(answer) => (
            format!("{}: {}", quoted(&answer.action), in_words(answer)),
            TimelineKind::Trouble,
        ),
        PageEventKind::FirstRemoteAudio => fixed("first remote audio", TimelineKind::Media),
        PageEventKind::FirstRemoteFrame => fixed("first remote frame", TimelineKind::Media),
        PageEventKind::RemoteMuted { whom, muted } => {
            let state = if *muted { "muted" } else { "not muted" };
            (format!("{} {state}", quoted(whom)), TimelineKind::Media)
        }
        PageEventKind::RemoteTile { whom, shown } => {
            let state = if *shown { "shown" } else { "gone" };
            (
                format!("tile of {} {state}", quoted(whom)),
                TimelineKind::Media,
            )
        }
        PageEventKind::Status(text) => (format!("“{}”", quoted(text)), TimelineKind::Progress),
    }
}

/// What the page posted to the app, in words where it is known.
fn posted(message: &str) -> (String, TimelineKind) {
    let (label, kind) = match kind_of(message) {
        "SDK_READY" => ("SDK ready", TimelineKind::Progress),
        "MEETING_JOINED" => ("joined", TimelineKind::Progress),
        "MEETING_LEFT" => ("left", TimelineKind::Progress),
        "MEETING_ENDED" => ("call ended", TimelineKind::Progress),
        "MEETING_RECONNECTED" => ("reconnected", TimelineKind::Progress),
        "MEETING_RECONNECTING" => ("reconnecting", TimelineKind::Trouble),
        kind if kind.contains("ERROR")
            || kind.contains("TIMEOUT")
            || kind.contains("UNDEFINED") =>
        {
            return (quoted(message), TimelineKind::Trouble);
        }
        _ => return (quoted(message), TimelineKind::Progress),
    };
    (label.to_owned(), kind)
}

/// The statistics of a page, in order.
pub(super) fn stats(lines: &MeetingLines<'_>, participant: &str) -> Vec<StatsPoint> {
    let mut points: Vec<StatsPoint> = lines
        .rtc
        .iter()
        .filter(|record| record.participant == participant)
        .map(|record| StatsPoint {
            at_ms: lines.on_axis(record.at_ms),
            stats: record.stats.clone(),
        })
        .collect();
    points.sort_by(|one, other| one.at_ms.total_cmp(&other.at_ms));
    points
}

/// The pictures worth showing of a page: the last one that goes with a proof of seeing, or else
/// the last of the call; and the last of a step that did not hold.
pub(super) fn pictures(
    lines: &MeetingLines<'_>,
    participant: &str,
    outcomes: &[Outcome],
) -> Vec<Picture> {
    let events = lines.events_of(participant);
    let taken = || {
        lines
            .pictures
            .iter()
            .copied()
            .filter(|picture| picture.participant == participant)
            .rev()
    };
    let outcome_of = |picture: &PictureRecord| outcomes.get(picture.step).copied();
    let proving = taken().find(|picture| {
        let asked = lines.meeting.steps.get(picture.step);
        outcome_of(picture) == Some(Outcome::Pass)
            && asked.is_some_and(|asked| {
                matches!(&asked.step, Step::Receives { directions }
                    if directions.iter().any(|one| one.video && one.to == participant))
            })
    });
    let in_call = proving.or_else(|| taken().find(|picture| is_in_call(&events, picture.at_ms)));
    let failed =
        taken().find(|picture| matches!(outcome_of(picture), Some(Outcome::Fail | Outcome::Error)));
    let mut chosen: Vec<&PictureRecord> = in_call.into_iter().collect();
    chosen.extend(failed.filter(|failed| !chosen.contains(failed)));
    chosen
        .into_iter()
        .map(|picture| Picture {
            at_ms: lines.on_axis(picture.at_ms),
            step: lines
                .meeting
                .steps
                .get(picture.step)
                .map_or_else(String::new, |asked| asked.text.clone()),
            jpeg: picture.jpeg.clone(),
        })
        .collect()
}

/// Whether a page was in the call at a time, by what it posted before.
fn is_in_call(events: &[&PageEvent], at_ms: f64) -> bool {
    events.iter().take_while(|event| event.at_ms <= at_ms).fold(
        false,
        |in_call, event| match &event.what {
            PageEventKind::Navigated => false,
            PageEventKind::Message(message) => match kind_of(message) {
                "MEETING_JOINED" | "MEETING_RECONNECTED" => true,
                "MEETING_LEFT" | "MEETING_ENDED" | "MEETING_ERROR" => false,
                _ => in_call,
            },
            _ => in_call,
        },
    )
}
