//! What was timed, a column for each participant, with the limits on it.

use greenroom_core::results::{LimitRow, MeetingResult, Results};
use greenroom_model::CallMetric;
use serde::Serialize;

use super::outcome_of;
use crate::format;
use crate::wording::{self, Badge};

/// In the order of a call.
pub(crate) const METRICS: [CallMetric; 9] = [
    CallMetric::SdkReady,
    CallMetric::Token,
    CallMetric::MeetingCreated,
    CallMetric::Connected,
    CallMetric::Started,
    CallMetric::FirstRemoteAudio,
    CallMetric::FirstRemoteFrame,
    CallMetric::MuteSeen,
    CallMetric::EndSeen,
];

/// A metric with the time of each participant.
#[derive(Debug, Serialize)]
pub(super) struct TimingRow {
    what: &'static str,
    from: &'static str,
    cells: Vec<Cell>,
}

/// The time of one participant.
#[derive(Debug, Serialize)]
struct Cell {
    who: String,
    time: String,
    limits: Vec<Limit>,
}

/// A limit and what came of it.
#[derive(Debug, Serialize)]
struct Limit {
    badge: Badge,
    limit: String,
}

/// The metrics that were timed or limited.
pub(super) fn rows(meeting: &MeetingResult, results: &Results) -> Vec<TimingRow> {
    METRICS
        .into_iter()
        .map(|metric| TimingRow {
            what: wording::call_metric(metric),
            from: wording::call_metric_from(metric),
            cells: cells(metric, meeting, results),
        })
        .filter(|row| {
            let told = |cell: &Cell| cell.time != format::NOTHING || !cell.limits.is_empty();
            row.cells.iter().any(told)
        })
        .collect()
}

fn cells(metric: CallMetric, meeting: &MeetingResult, results: &Results) -> Vec<Cell> {
    meeting
        .participants
        .iter()
        .map(|participant| Cell {
            who: crate::untrusted::shown(&participant.name, crate::untrusted::LINE),
            time: format::some_time(
                participant
                    .timings
                    .iter()
                    .find(|timing| timing.metric == metric)
                    .map(|timing| timing.ms),
            ),
            limits: meeting
                .limits
                .iter()
                .filter(|limit| limit.metric == metric && limit.participant == participant.name)
                .map(|limit| limit_of(limit, results))
                .collect(),
        })
        .collect()
}

fn limit_of(limit: &LimitRow, results: &Results) -> Limit {
    Limit {
        badge: wording::outcome(outcome_of(limit.verdict, results)),
        limit: format!("{} {}", wording::op(limit.op), format::time(limit.value)),
    }
}
