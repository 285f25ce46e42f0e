//! A template's alarms over the same log, period by period.
//!
//! Sources: Amazon CloudFront Developer Guide, "CloudFront metrics"; Amazon CloudWatch User Guide,
//! "Alarm evaluation" and "Configuring how CloudWatch alarms treat missing data". A metric has a
//! data point for each minute with a request. Assumed, because nothing public settles it: a rate's
//! average over a period weighs minutes by their requests ([`Averaging`]), and the evaluation range
//! is [`MORE_THAN_EVALUATED`] periods longer than `EvaluationPeriods`, as in CloudWatch's example.

use std::collections::BTreeMap;

use greenroom_cloudformation::{Alarm, AlarmComparison, AlarmStatistic, Deployment};
use serde::Serialize;

use super::traffic::{CODES, in_one_minute};
use super::{Minute, Traffic};

/// How the rates of minutes make the average of a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Averaging {
    /// A minute counts as often as it has requests.
    #[default]
    ByRequests,
    /// Each minute counts once.
    ByMinute,
}

/// Periods that are looked at beyond `EvaluationPeriods` where data is missing.
pub const MORE_THAN_EVALUATED: usize = 2;

/// Most `EvaluationPeriods` that are computed: CloudWatch takes no more than a day of minutes.
const MOST_PERIODS: u32 = 1_440;

/// Longest time that an alarm looks at, minutes: a week is the most that CloudWatch takes for the
/// periods together.
const LONGEST: u64 = 7 * 24 * 60;

/// Most changes of state that are listed.
const MOST_CHANGES: usize = 1_000;

/// State of an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// Within the threshold.
    Ok,
    /// Beyond it.
    Alarm,
    /// Not known.
    InsufficientData,
}

/// What an alarm would have done.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AlarmHistory {
    /// Logical id in the template.
    pub alarm: String,
    /// Metric.
    pub metric: String,
    /// How often it would have gone to `ALARM`.
    pub fired: u64,
    /// Each change of state: the end of the period, seconds since 1970, and the state.
    pub changes: Vec<(i64, State)>,
    /// The value that is furthest beyond or nearest to the threshold, with the period's end.
    pub nearest: Option<(i64, f64)>,
    /// Why it would not have fired, or what would have made it.
    pub why: String,
}

/// What each alarm of a deployment would have done while this log was written.
pub fn evaluate(
    traffic: &Traffic,
    deployment: &Deployment,
    averaging: Averaging,
) -> Vec<AlarmHistory> {
    deployment
        .alarms
        .iter()
        .map(|alarm| {
            let mut history = AlarmHistory {
                alarm: alarm.logical_id.clone(),
                metric: alarm.metric.clone(),
                fired: 0,
                changes: Vec::new(),
                nearest: None,
                why: String::new(),
            };
            match data_points(alarm, traffic, deployment, averaging) {
                Ok(points) => watch(alarm, &points, &mut history),
                Err(why) => history.why = why,
            }
            history
        })
        .collect()
}

/// What each alarm would do if things stayed as they are in this log: if each minute were like the
/// whole of it, for as long as the slowest alarm takes. A log of seconds is shorter than any period.
pub fn evaluate_if_it_lasts(traffic: &Traffic, deployment: &Deployment) -> Vec<AlarmHistory> {
    let minutes = |alarm: &Alarm| {
        let periods = u64::from(alarm.evaluation_periods.min(MOST_PERIODS));
        periods.saturating_mul(alarm.period.div_ceil(60))
    };
    let slowest = deployment.alarms.iter().map(minutes).max().unwrap_or(0);
    let slowest = i64::try_from(slowest.min(LONGEST)).unwrap_or_default();
    let mut lasting = Traffic::default();
    if !traffic.minutes.is_empty() {
        let each = in_one_minute(traffic);
        lasting.minutes = (0..slowest).map(|minute| (minute, each)).collect();
    }
    evaluate(&lasting, deployment, Averaging::default())
}

/// The value of a metric in each period that has one, by the period's number since 1970.
fn data_points(
    alarm: &Alarm,
    traffic: &Traffic,
    deployment: &Deployment,
    averaging: Averaging,
) -> Result<BTreeMap<i64, f64>, String> {
    if !alarm.created {
        return Err("a condition keeps it out of this stack".to_owned());
    }
    if alarm.namespace != "AWS/CloudFront" {
        return Err(format!(
            "its namespace is `{}`: CloudFront's metrics are in `AWS/CloudFront`",
            alarm.namespace
        ));
    }
    let id = &deployment.distribution.id;
    let expected = [("DistributionId", id.as_str()), ("Region", "Global")];
    let same = alarm.dimensions.len() == expected.len()
        && expected.iter().all(|(name, value)| {
            alarm
                .dimensions
                .iter()
                .any(|(n, v)| n == name && v == value)
        });
    if !same {
        return Err(
            "its dimensions are not `DistributionId` of the distribution and `Region` with `Global`: no such metric has data"
                .to_owned(),
        );
    }
    let Some(metric) = Metric::named(&alarm.metric) else {
        return Err(format!(
            "a log does not say what the metric `{}` would be",
            alarm.metric
        ));
    };
    if metric.is_additional() && !deployment.additional_metrics {
        return Err(format!(
            "`{}` has data only with a monitoring subscription, which the template does not have",
            alarm.metric
        ));
    }
    if alarm.period < 60 || !alarm.period.is_multiple_of(60) {
        return Err(format!(
            "its period is {} s: CloudFront's metrics have one value a minute",
            alarm.period
        ));
    }
    if alarm.evaluation_periods == 0
        || alarm.evaluation_periods > MOST_PERIODS
        || !(1..=alarm.evaluation_periods).contains(&alarm.datapoints_to_alarm)
    {
        return Err(format!(
            "{} of {} periods cannot be evaluated",
            alarm.datapoints_to_alarm, alarm.evaluation_periods
        ));
    }
    let minutes_of_period = i64::try_from(alarm.period / 60).unwrap_or(i64::MAX);
    let mut periods: BTreeMap<i64, Vec<(f64, u64)>> = BTreeMap::new();
    for (minute, counts) in &traffic.minutes {
        if let Some(point) = metric.of(counts) {
            periods
                .entry(minute.div_euclid(minutes_of_period))
                .or_default()
                .push(point);
        }
    }
    Ok(periods
        .into_iter()
        .map(|(period, points)| (period, statistic(alarm.statistic, &points, averaging)))
        .collect())
}

/// The statistic of a period's minutes, each a value and the requests that it is made of.
#[expect(clippy::cast_precision_loss, reason = "counts of a minute")]
fn statistic(statistic: AlarmStatistic, points: &[(f64, u64)], averaging: Averaging) -> f64 {
    let values = || points.iter().map(|(value, _)| *value);
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
            let total: f64 = points.iter().map(|(_, requests)| weight(*requests)).sum();
            let sum: f64 = points
                .iter()
                .map(|(value, requests)| value * weight(*requests))
                .sum();
            if total > 0.0 { sum / total } else { 0.0 }
        }
    }
}

/// Follows an alarm from the first period with data to the last, and as far beyond as its state
/// can still change.
fn watch(alarm: &Alarm, points: &BTreeMap<i64, f64>, history: &mut AlarmHistory) {
    let evaluated = alarm.evaluation_periods as usize;
    let reach = i64::try_from(evaluated + MORE_THAN_EVALUATED).unwrap_or(i64::MAX);
    let mut state = State::InsufficientData;
    let mut breaching = 0;
    let numbers = points.keys().copied().collect::<Vec<_>>();
    for (index, first) in numbers.iter().enumerate() {
        let next = numbers.get(index + 1).copied();
        // The gap after the last data is the time after the log, of which nothing is known.
        let until = next.map_or(*first, |next| (next - 1).min(first + reach));
        for period in *first..=until {
            let new = next_state(alarm, points, period, state);
            if new != state {
                state = new;
                history.fired += u64::from(state == State::Alarm);
                if history.changes.len() < MOST_CHANGES {
                    history.changes.push((end_of(alarm, period), state));
                }
            }
        }
    }
    for (period, value) in points {
        breaching += usize::from(breaches(alarm, *value));
        let is_nearer = history
            .nearest
            .is_none_or(|(_, so_far)| match alarm.comparison {
                AlarmComparison::Greater | AlarmComparison::AtLeast => *value > so_far,
                AlarmComparison::Less | AlarmComparison::AtMost => *value < so_far,
            });
        if is_nearer {
            history.nearest = Some((end_of(alarm, *period), *value));
        }
    }
    let needed = alarm.datapoints_to_alarm;
    history.why = if history.fired > 0 {
        format!(
            "{breaching} of {} periods were beyond {}",
            points.len(),
            alarm.threshold
        )
    } else if points.is_empty() {
        "the log has no data for its metric".to_owned()
    } else if breaching == 0 {
        format!("no period was beyond {}", alarm.threshold)
    } else {
        format!(
            "{breaching} of {} periods were beyond {}, and {needed} of {} in a row are needed",
            points.len(),
            alarm.threshold,
            alarm.evaluation_periods
        )
    };
}

fn end_of(alarm: &Alarm, period: i64) -> i64 {
    let length = i64::try_from(alarm.period).unwrap_or(i64::MAX);
    period.saturating_add(1).saturating_mul(length)
}

fn breaches(alarm: &Alarm, value: f64) -> bool {
    match alarm.comparison {
        AlarmComparison::Greater => value > alarm.threshold,
        AlarmComparison::AtLeast => value >= alarm.threshold,
        AlarmComparison::Less => value < alarm.threshold,
        AlarmComparison::AtMost => value <= alarm.threshold,
    }
}

/// The state after a period. "How alarm state is evaluated when data is missing": of the periods
/// in range the most recent `EvaluationPeriods` that have data count; only where there are fewer
/// does it matter how missing data is treated. "Avoiding premature transitions": fewer than
/// `DatapointsToAlarm` may be enough where all that there are breach and the oldest is old enough.
fn next_state(alarm: &Alarm, points: &BTreeMap<i64, f64>, period: i64, state: State) -> State {
    let evaluated = alarm.evaluation_periods as usize;
    let needed = alarm.datapoints_to_alarm as usize;
    let reach = i64::try_from(evaluated + MORE_THAN_EVALUATED).unwrap_or(i64::MAX);
    let recent = points
        .range(period.saturating_sub(reach - 1)..=period)
        .rev()
        .take(evaluated);
    let (mut present, mut breaching, mut oldest_breach) = (0, 0, period);
    for (at, value) in recent {
        present += 1;
        if breaches(alarm, *value) {
            breaching += 1;
            oldest_breach = *at;
        }
    }
    if breaching >= needed {
        return State::Alarm;
    }
    let missing = evaluated - present;
    if missing == 0 {
        return State::Ok;
    }
    let all_breach = present > 0 && breaching == present;
    match alarm.treat_missing.as_str() {
        "breaching" if breaching + missing >= needed => State::Alarm,
        "breaching" | "notBreaching" => State::Ok,
        "ignore" if present == 0 || all_breach => state,
        _ if present == 0 => State::InsufficientData,
        _ if all_breach => {
            let age = usize::try_from(period - oldest_breach + 1).unwrap_or(usize::MAX);
            if age >= needed { State::Alarm } else { state }
        }
        _ => State::Ok,
    }
}

/// A metric of CloudFront that a log can tell.
#[derive(Clone, Copy)]
enum Metric {
    Requests,
    BytesDownloaded,
    BytesUploaded,
    ClientErrors,
    ServerErrors,
    AllErrors,
    CacheHits,
    /// The rate of one status, by its place in [`CODES`].
    Code(usize),
}

impl Metric {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "Requests" => Self::Requests,
            "BytesDownloaded" => Self::BytesDownloaded,
            "BytesUploaded" => Self::BytesUploaded,
            "4xxErrorRate" => Self::ClientErrors,
            "5xxErrorRate" => Self::ServerErrors,
            "TotalErrorRate" => Self::AllErrors,
            "CacheHitRate" => Self::CacheHits,
            _ => {
                let code: u16 = name.strip_suffix("ErrorRate")?.parse().ok()?;
                Self::Code(CODES.iter().position(|known| *known == code)?)
            }
        })
    }

    /// Whether it needs a monitoring subscription.
    fn is_additional(self) -> bool {
        matches!(self, Self::CacheHits | Self::Code(_))
    }

    /// Its value in a minute, and the requests that this is made of.
    #[expect(clippy::cast_precision_loss, reason = "counts of a minute")]
    fn of(self, minute: &Minute) -> Option<(f64, u64)> {
        let rate = |part: u64, of: u64| (of > 0).then(|| (part as f64 / of as f64 * 100.0, of));
        let requests = minute.requests;
        match self {
            Self::Requests => Some((requests as f64, requests)),
            Self::BytesDownloaded => Some((minute.bytes as f64, requests)),
            Self::BytesUploaded => Some((minute.uploaded as f64, requests)),
            Self::ClientErrors => rate(minute.client_errors, requests),
            Self::ServerErrors => rate(minute.server_errors, requests),
            Self::AllErrors => rate(minute.client_errors + minute.server_errors, requests),
            Self::CacheHits => rate(minute.hits, minute.hits + minute.misses),
            Self::Code(index) => rate(minute.by_code.get(index).copied().unwrap_or(0), requests),
        }
    }
}
