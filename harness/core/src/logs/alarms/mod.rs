//! A template's alarms over the same log, minute by minute.
//!
//! Sources: Amazon CloudFront Developer Guide, "CloudFront metrics"; Amazon CloudWatch User Guide,
//! "Alarm evaluation", "Alarm evaluation window" and "Configuring how CloudWatch alarms treat missing
//! data". A metric has a
//! data point for each minute with a request. Assumed, because nothing public settles it: a rate's
//! average over a period weighs minutes by their requests ([`Averaging`]), and the evaluation range
//! is [`MORE_THAN_EVALUATED`] periods longer than `EvaluationPeriods`, as in CloudWatch's example.

mod metric;
mod series;

use greenroom_cloudformation::{Alarm, AlarmComparison, AlarmWindow, Deployment};
use serde::Serialize;

use self::metric::Metric;
use self::series::Series;
use super::Traffic;
use super::traffic::in_one_minute;

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

/// Longest time that the periods of an alarm may take together, s: a week where they are hours or
/// longer, else a day (Amazon CloudWatch API Reference, `PutMetricAlarm`).
fn longest(period: u64) -> u64 {
    const DAY: u64 = 86_400;
    if period >= 3_600 { 7 * DAY } else { DAY }
}

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
    /// The value of a period that is furthest beyond or nearest to the threshold, with its end.
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
            match series(alarm, traffic, deployment, averaging) {
                Ok(series) => watch(alarm, &series, &mut history),
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
        let periods = u64::from(alarm.evaluation_periods);
        let seconds = periods.saturating_mul(alarm.period);
        seconds.min(longest(alarm.period)).div_ceil(60)
    };
    let slowest = deployment.alarms.iter().map(minutes).max().unwrap_or(0);
    let slowest = i64::try_from(slowest).unwrap_or_default();
    let mut lasting = Traffic::default();
    if !traffic.minutes.is_empty() {
        let each = in_one_minute(traffic);
        lasting.minutes = (0..slowest).map(|minute| (minute, each)).collect();
    }
    evaluate(&lasting, deployment, Averaging::default())
}

/// The values of an alarm's metric.
fn series(
    alarm: &Alarm,
    traffic: &Traffic,
    deployment: &Deployment,
    averaging: Averaging,
) -> Result<Series, String> {
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
    let periods = alarm.evaluation_periods;
    if periods == 0 || !(1..=periods).contains(&alarm.datapoints_to_alarm) {
        return Err(format!(
            "{} of {periods} periods cannot be evaluated",
            alarm.datapoints_to_alarm
        ));
    }
    if u64::from(periods).saturating_mul(alarm.period) > longest(alarm.period) {
        return Err(format!(
            "{periods} periods of {} s are longer than CloudWatch takes",
            alarm.period
        ));
    }
    if let AlarmWindow::WallClock {
        has_time_zone: true,
    } = alarm.window
    {
        return Err(
            "its window is aligned to the clock of a time zone, which is not followed here"
                .to_owned(),
        );
    }
    let points = traffic
        .minutes
        .iter()
        .filter_map(|(minute, counts)| Some((*minute, metric.of(counts)?)))
        .collect();
    Ok(Series::new(points, alarm.statistic, averaging))
}

/// Follows an alarm from the first minute with data to the last. "Evaluating an alarm": it is
/// evaluated each minute, and the periods that it looks at are counted back from that minute,
/// unless its window is aligned to the clock.
fn watch(alarm: &Alarm, series: &Series, history: &mut AlarmHistory) {
    let length = i64::try_from(alarm.period / 60).unwrap_or(i64::MAX);
    let step = match alarm.window {
        AlarmWindow::Sliding => 1,
        AlarmWindow::WallClock { .. } => length,
    };
    let reach = alarm.evaluation_periods as usize + MORE_THAN_EVALUATED;
    let span = i64::try_from(reach).map_or(i64::MAX, |reach| reach.saturating_mul(length));
    // The last minute of the step that a minute is in.
    let end = |minute: i64| minute.div_euclid(step) * step + step - 1;
    let mut state = State::InsufficientData;
    let (mut evaluated, mut breaching) = (0, 0);
    let mut minutes = series.minutes().map(end).peekable();
    while let Some(first) = minutes.next() {
        // Nothing is known of the time after the log; in a gap within it nothing changes once
        // every period is empty.
        let until = minutes
            .peek()
            .map_or(first, |next| (next - step).min(first.saturating_add(span)));
        let mut at = first;
        while at <= until {
            let values: Vec<Option<f64>> = (0..reach)
                .map_while(|back| i64::try_from(back).ok()?.checked_mul(length))
                .map(|back| series.of_period(at.saturating_sub(back), length))
                .collect();
            let new = next_state(alarm, &values, state);
            if new != state {
                state = new;
                history.fired += u64::from(state == State::Alarm);
                if history.changes.len() < MOST_CHANGES {
                    history.changes.push((end_of(at), state));
                }
            }
            if let Some(Some(value)) = values.first() {
                evaluated += 1;
                breaching += usize::from(breaches(alarm, *value));
                note_nearest(alarm, end_of(at), *value, &mut history.nearest);
            }
            at += step;
        }
    }
    history.why = why(alarm, evaluated, breaching, history.fired > 0);
}

fn note_nearest(alarm: &Alarm, at: i64, value: f64, nearest: &mut Option<(i64, f64)>) {
    let is_nearer = nearest.is_none_or(|(_, so_far)| match alarm.comparison {
        AlarmComparison::Greater | AlarmComparison::AtLeast => value > so_far,
        AlarmComparison::Less | AlarmComparison::AtMost => value < so_far,
    });
    if is_nearer {
        *nearest = Some((at, value));
    }
}

fn why(alarm: &Alarm, evaluated: usize, breaching: usize, has_fired: bool) -> String {
    let threshold = alarm.threshold;
    if evaluated == 0 {
        return "the log has no data for its metric".to_owned();
    }
    if breaching == 0 {
        return format!("no period was beyond {threshold}");
    }
    let beyond = format!("{breaching} of {evaluated} periods were beyond {threshold}");
    if has_fired {
        return beyond;
    }
    format!(
        "{beyond}, and {} of {} one after the other are needed",
        alarm.datapoints_to_alarm, alarm.evaluation_periods
    )
}

/// The second at which a minute ends.
fn end_of(minute: i64) -> i64 {
    minute.saturating_add(1).saturating_mul(60)
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
fn next_state(alarm: &Alarm, newest_first: &[Option<f64>], state: State) -> State {
    let evaluated = alarm.evaluation_periods as usize;
    let needed = alarm.datapoints_to_alarm as usize;
    let recent = newest_first
        .iter()
        .enumerate()
        .filter_map(|(age, value)| Some((age, (*value)?)))
        .take(evaluated);
    let (mut present, mut breaching, mut oldest_breach) = (0, 0, 0);
    for (age, value) in recent {
        present += 1;
        if breaches(alarm, value) {
            breaching += 1;
            oldest_breach = age;
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
        _ if all_breach && oldest_breach + 1 >= needed => State::Alarm,
        _ if all_breach => state,
        _ => State::Ok,
    }
}
