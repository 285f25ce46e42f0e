//! A meeting: what was proved, who took part, the call in time, the figures behind it.

mod media;
mod pictures;
mod stats;
mod timings;

use greenroom_core::results::{
    MeetingResult, Outcome, ParticipantResult, Results, RowsRow, StepRow, TimelineEvent,
    TimelineKind,
};
use greenroom_model::Role;
use serde::Serialize;
use serde_json::Value;

use self::media::{MediaRow, Swatch};
use self::pictures::Screenshot;
use self::stats::{Chart, StatsRow};
use self::timings::TimingRow;
use super::provenance::{Fact, fact};
use crate::chart::timeline::{Band, Event, Kind, Lane};
use crate::chart::{Figure, timeline};
use crate::format;
use crate::untrusted::{LINE, SENTENCE, shown};
use crate::wording::{self, Badge};

/// Events that are listed of each participant; a page can post as many as it likes.
const EVENTS_AT_MOST: usize = 300;
/// Characters of an event in the picture.
const LABEL: usize = 32;
/// Rows of the database that are shown of each query, and columns of each.
const ROWS_AT_MOST: usize = 20;

/// Style classes of the participants' lines, in their order.
const WHO: [&str; 8] = [
    "who w1", "who w2", "who w3", "who w4", "who w5", "who w6", "who w7", "who w8",
];

/// The style class of the participant with this index.
fn who(index: usize) -> &'static str {
    WHO[index % WHO.len()]
}

/// One meeting's section.
#[derive(Debug, Serialize)]
pub(crate) struct Meeting {
    anchor: String,
    badge: Badge,
    sentence: String,
    facts: Vec<Fact>,
    notes: Vec<String>,
    participants: Vec<Participant>,
    timeline: Option<Figure>,
    steps: Vec<Step>,
    happened: Vec<Happened>,
    timings: Vec<TimingRow>,
    media: Vec<MediaRow>,
    charts: Vec<Chart>,
    statistics: Vec<StatsRow>,
    screenshots: Vec<Screenshot>,
    records: Vec<Record>,
}

/// Who took part.
#[derive(Debug, Serialize)]
struct Participant {
    name: String,
    class: &'static str,
    role: &'static str,
    device: String,
    network: String,
    colour: Swatch,
    tone: String,
}

/// A step.
#[derive(Debug, Serialize)]
struct Step {
    number: usize,
    badge: Badge,
    what: String,
    began: String,
    took: String,
    /// Where it did not pass; of the others the list of checks has it.
    evidence: Option<String>,
}

/// An event on a page.
#[derive(Debug, Serialize)]
struct Happened {
    at: String,
    who: String,
    kind: &'static str,
    what: String,
}

/// A query.
#[derive(Debug, Serialize)]
struct Record {
    badge: Badge,
    query: String,
    sentence: String,
    found: Vec<String>,
}

impl Meeting {
    /// The meeting of the scenario with this index.
    pub(crate) fn of(scenario: usize, meeting: &MeetingResult, results: &Results) -> Self {
        Self {
            anchor: format!("meeting-{}", scenario + 1),
            badge: wording::outcome(outcome(scenario, results)),
            sentence: shown(&meeting.sentence, SENTENCE),
            facts: vec![
                fact("page", wording::variant(meeting.variant)),
                fact("delivery", wording::delivery(meeting.delivery)),
                fact("took", format::duration(meeting.duration_ms)),
            ],
            notes: meeting
                .notes
                .iter()
                .map(|note| shown(note, SENTENCE))
                .collect(),
            participants: meeting
                .participants
                .iter()
                .enumerate()
                .map(|(index, participant)| participant_of(index, participant))
                .collect(),
            timeline: drawn(meeting, results),
            steps: meeting
                .steps
                .iter()
                .zip(1..)
                .map(|(step, number)| step_of(number, step, results))
                .collect(),
            happened: happened(meeting),
            timings: timings::rows(meeting, results),
            media: meeting.media.iter().map(MediaRow::of).collect(),
            charts: stats::charts(meeting),
            statistics: stats::rows(meeting),
            screenshots: pictures::screenshots(meeting),
            records: meeting.rows.iter().map(record).collect(),
        }
    }
}

/// The worst of a scenario's verdicts that gate.
pub(crate) fn outcome(scenario: usize, results: &Results) -> Outcome {
    results
        .verdicts
        .iter()
        .filter(|verdict| verdict.scenario == scenario && !verdict.observed)
        .map(|verdict| verdict.outcome)
        .min_by_key(|outcome| wording::weight(*outcome))
        .unwrap_or(Outcome::Skipped)
}

/// What became of the verdict with this index.
fn outcome_of(verdict: usize, results: &Results) -> Outcome {
    results
        .verdicts
        .get(verdict)
        .map_or(Outcome::Skipped, |verdict| verdict.outcome)
}

fn participant_of(index: usize, participant: &ParticipantResult) -> Participant {
    Participant {
        name: shown(&participant.name, LINE),
        class: who(index),
        role: match participant.role {
            Role::Provider => "provider",
            Role::Patient => "patient",
            Role::Stranger => "no part in the appointment",
        },
        device: shown(&participant.device.name, LINE),
        network: shown(&participant.network.name, LINE),
        colour: Swatch::of(participant.media.colour),
        tone: format!("{} Hz", participant.media.tone_hz),
    }
}

fn step_of(number: usize, step: &StepRow, results: &Results) -> Step {
    let verdict = results.verdicts.get(step.verdict);
    Step {
        number,
        badge: wording::outcome(outcome_of(step.verdict, results)),
        what: shown(&step.text, LINE),
        began: format::some_time(step.began_ms),
        took: format::some_time(step.duration_ms),
        evidence: verdict
            .filter(|verdict| verdict.outcome != Outcome::Pass)
            .map(|verdict| shown(&verdict.evidence, SENTENCE)),
    }
}

fn drawn(meeting: &MeetingResult, results: &Results) -> Option<Figure> {
    let lanes: Vec<Lane> = meeting
        .participants
        .iter()
        .enumerate()
        .map(|(index, participant)| Lane {
            name: shown(&participant.name, LABEL),
            class: who(index),
            events: listed(participant)
                .map(|event| Event {
                    at: event.at_ms,
                    label: shown(&event.label, LABEL),
                    kind: kind(event.kind),
                })
                .collect(),
        })
        .collect();
    let bands: Vec<Band> = meeting
        .steps
        .iter()
        .zip(1..)
        .filter_map(|(step, number)| {
            let began = step.began_ms?;
            Some(Band {
                number,
                span: (began, began + step.duration_ms?),
                held: outcome_of(step.verdict, results) == Outcome::Pass,
            })
        })
        .collect();
    Figure::draw(|frame| timeline::picture(&lanes, &bands, meeting.duration_ms, frame))
}

fn listed(participant: &ParticipantResult) -> impl Iterator<Item = &TimelineEvent> {
    participant.events.iter().take(EVENTS_AT_MOST)
}

fn kind(kind: TimelineKind) -> Kind {
    match kind {
        TimelineKind::Tap => Kind::Tap,
        TimelineKind::Progress => Kind::Progress,
        TimelineKind::Media => Kind::Media,
        TimelineKind::Trouble => Kind::Trouble,
    }
}

fn happened(meeting: &MeetingResult) -> Vec<Happened> {
    let mut events: Vec<(&str, &TimelineEvent)> = meeting
        .participants
        .iter()
        .flat_map(|participant| listed(participant).map(|event| (participant.name.as_str(), event)))
        .collect();
    events.sort_by(|(_, one), (_, other)| one.at_ms.total_cmp(&other.at_ms));
    events
        .into_iter()
        .map(|(who, event)| Happened {
            at: format::time(event.at_ms),
            who: shown(who, LINE),
            kind: match event.kind {
                TimelineKind::Tap => "tap",
                TimelineKind::Progress => "progress",
                TimelineKind::Media => "media",
                TimelineKind::Trouble => "trouble",
            },
            what: shown(&event.label, LINE),
        })
        .collect()
}

fn record(row: &RowsRow) -> Record {
    Record {
        badge: wording::outcome(row.outcome),
        query: shown(&row.text, SENTENCE),
        sentence: shown(&row.sentence, SENTENCE),
        found: row
            .found
            .iter()
            .take(ROWS_AT_MOST)
            .map(|found| {
                let columns: Vec<String> = found
                    .iter()
                    .take(ROWS_AT_MOST)
                    .map(|(column, value)| match value {
                        Value::Null => format!("{column}: NULL"),
                        Value::String(text) => format!("{column}: {text}"),
                        other => format!("{column}: {other}"),
                    })
                    .collect();
                shown(&columns.join(", "), SENTENCE)
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests;
