//! A metric's values, one a minute, and the statistic of any stretch of them.

use greenroom_cloudformation::AlarmStatistic;

use super::Averaging;

/// The value of a minute, and the requests that it is made of.
type Point = (f64, u64);

/// The minutes that have a value, in their order.
pub(super) struct Series {
    points: Vec<(i64, Point)>,
    statistic: AlarmStatistic,
    averaging: Averaging,
}

impl Series {
    /// Of minutes in their order.
    pub(super) fn new(
        points: Vec<(i64, Point)>,
        statistic: AlarmStatistic,
        averaging: Averaging,
    ) -> Self {
        Self {
            points,
            statistic,
            averaging,
        }
    }

    /// The minutes that have a value.
    pub(super) fn minutes(&self) -> impl Iterator<Item = i64> {
        self.points.iter().map(|(minute, _)| *minute)
    }

    /// The statistic of a period of so many minutes whose last is `end`.
    pub(super) fn of_period(&self, end: i64, length: i64) -> Option<f64> {
        let from = self
            .points
            .partition_point(|(minute, _)| *minute <= end.saturating_sub(length));
        let until = self.points.partition_point(|(minute, _)| *minute <= end);
        let period = self
            .points
            .get(from..until)
            .filter(|some| !some.is_empty())?;
        Some(statistic(self.statistic, period, self.averaging))
    }
}

/// The statistic of minutes.
#[expect(clippy::cast_precision_loss, reason = "counts of a minute")]
fn statistic(statistic: AlarmStatistic, points: &[(i64, Point)], averaging: Averaging) -> f64 {
    let values = || points.iter().map(|(_, (value, _))| *value);
    match statistic {
        AlarmStatistic::Sum => values().sum(),
        AlarmStatistic::Minimum => values().fold(f64::INFINITY, f64::min),
        AlarmStatistic::Maximum => values().fold(f64::NEG_INFINITY, f64::max),
        AlarmStatistic::SampleCount => points.len() as f64,
        AlarmStatistic::Average => {
            let weight = |requests: u64| match averaging {
                Averaging::ByRequests => requests as f64,
                Averaging::ByMinute => 1.0,
            };
            let total: f64 = points
                .iter()
                .map(|(_, (_, requests))| weight(*requests))
                .sum();
            let sum: f64 = points
                .iter()
                .map(|(_, (value, requests))| value * weight(*requests))
                .sum();
            if total > 0.0 { sum / total } else { 0.0 }
        }
    }
}
