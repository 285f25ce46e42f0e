//! RTC statistics over time, and what they come to.
//!
//! Invariant: a rate is that of two snapshots that follow each other on one connection: where a
//! counter falls, a new connection has begun, and there is no rate.

use greenroom_core::results::{MeetingResult, ParticipantResult, StatsPoint};
use greenroom_model::RtcSnapshot;
use serde::Serialize;

use super::who;
use crate::chart::Picture;
use crate::chart::series::{self, Line};
use crate::format;
use crate::untrusted::{LINE, shown};

/// A statistic.
struct Statistic {
    title: &'static str,
    unit: &'static str,
    reading: Reading,
}

/// How a statistic is read.
enum Reading {
    /// A counter of bytes, shown as kbit/s.
    Rate(fn(&RtcSnapshot) -> u64),
    /// A value of the moment.
    Value(fn(&RtcSnapshot) -> Option<f64>),
}

const STATISTICS: [Statistic; 6] = [
    Statistic {
        title: "Audio received",
        unit: "kbit/s",
        reading: Reading::Rate(|stats| stats.audio_bytes_received),
    },
    Statistic {
        title: "Video received",
        unit: "kbit/s",
        reading: Reading::Rate(|stats| stats.video_bytes_received),
    },
    Statistic {
        title: "Frames per second",
        unit: "frames/s",
        reading: Reading::Value(|stats| stats.frames_per_second),
    },
    Statistic {
        title: "Jitter of the audio",
        unit: "ms",
        reading: Reading::Value(|stats| stats.audio_jitter.map(|seconds| seconds * 1e3)),
    },
    Statistic {
        title: "Round trip",
        unit: "ms",
        reading: Reading::Value(|stats| stats.current_round_trip_time.map(|seconds| seconds * 1e3)),
    },
    Statistic {
        title: "Packets lost, in all",
        unit: "packets",
        #[expect(
            clippy::cast_precision_loss,
            reason = "a call loses fewer than 2^53 packets"
        )]
        reading: Reading::Value(|stats| Some(stats.packets_lost as f64)),
    },
];

/// A statistic over time.
#[derive(Debug, Serialize)]
pub(super) struct Chart {
    title: &'static str,
    unit: &'static str,
    picture: Picture,
}

/// What a statistic comes to, participant by participant.
#[derive(Debug, Serialize)]
pub(super) struct StatsRow {
    what: String,
    cells: Vec<StatsCell>,
}

/// The median and the extremes of one participant.
#[derive(Debug, Serialize)]
struct StatsCell {
    who: String,
    median: String,
    range: String,
}

/// The statistics that were seen, each on the meeting's axis.
pub(super) fn charts(meeting: &MeetingResult) -> Vec<Chart> {
    STATISTICS
        .iter()
        .filter_map(|statistic| {
            let lines: Vec<Line> = meeting
                .participants
                .iter()
                .enumerate()
                .map(|(index, participant)| Line {
                    class: who(index),
                    points: points(statistic, participant),
                })
                .collect();
            Some(Chart {
                title: statistic.title,
                unit: statistic.unit,
                picture: series::picture(
                    statistic.title,
                    statistic.unit,
                    &lines,
                    meeting.duration_ms,
                )?,
            })
        })
        .collect()
}

/// The same in figures.
pub(super) fn rows(meeting: &MeetingResult) -> Vec<StatsRow> {
    STATISTICS
        .iter()
        .map(|statistic| StatsRow {
            what: format!("{}, {}", statistic.title, statistic.unit),
            cells: meeting
                .participants
                .iter()
                .map(|participant| cell(statistic, participant))
                .collect(),
        })
        .filter(|row| row.cells.iter().any(|cell| cell.median != format::NOTHING))
        .collect()
}

fn cell(statistic: &Statistic, participant: &ParticipantResult) -> StatsCell {
    let mut values: Vec<f64> = points(statistic, participant)
        .into_iter()
        .filter_map(|(_, value)| value.filter(|value| value.is_finite()))
        .collect();
    values.sort_by(f64::total_cmp);
    let (median, range) = match (values.first(), values.last()) {
        (Some(low), Some(high)) => {
            let middle = (values[(values.len() - 1) / 2], values[values.len() / 2]);
            (
                format::number(f64::midpoint(middle.0, middle.1), 1),
                format!(
                    "{} to {}",
                    format::number(*low, 1),
                    format::number(*high, 1)
                ),
            )
        }
        _ => (format::NOTHING.to_owned(), format::NOTHING.to_owned()),
    };
    StatsCell {
        who: shown(&participant.name, LINE),
        median,
        range,
    }
}

fn points(statistic: &Statistic, participant: &ParticipantResult) -> Vec<(f64, Option<f64>)> {
    let stats = &participant.stats;
    match &statistic.reading {
        Reading::Value(of) => stats
            .iter()
            .map(|point| (point.at_ms, of(&point.stats)))
            .collect(),
        Reading::Rate(of) => stats
            .windows(2)
            .map(|pair| (pair[1].at_ms, rate(&pair[0], &pair[1], *of)))
            .collect(),
    }
}

/// kbit/s between two snapshots: 8 bits in a byte, and bits per ms are kbit/s.
fn rate(before: &StatsPoint, after: &StatsPoint, of: fn(&RtcSnapshot) -> u64) -> Option<f64> {
    let bytes = of(&after.stats).checked_sub(of(&before.stats))?;
    let ms = after.at_ms - before.at_ms;
    #[expect(
        clippy::cast_precision_loss,
        reason = "a call sends fewer than 2^53 bytes"
    )]
    let bits = bytes as f64 * 8.0;
    (ms > 0.0).then(|| bits / ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(at_ms: f64, bytes: u64) -> StatsPoint {
        StatsPoint {
            at_ms,
            stats: RtcSnapshot {
                audio_bytes_received: bytes,
                ..RtcSnapshot::default()
            },
        }
    }

    #[test]
    fn a_rate_is_that_of_two_snapshots_of_one_connection() {
        let of = |before, after| rate(&before, &after, |stats| stats.audio_bytes_received);
        let seen = of(point(1_000.0, 0), point(2_000.0, 4_000));
        assert!((seen.unwrap() - 32.0).abs() < 1e-9);
        assert_eq!(of(point(1_000.0, 9_000), point(2_000.0, 400)), None);
        assert_eq!(of(point(1_000.0, 0), point(1_000.0, 400)), None);
    }
}
