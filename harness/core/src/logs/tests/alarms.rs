//! Alarms, minute by minute.

use greenroom_cloudformation::{Deployment, Inputs, Template};

use super::{HEADER, line, read};
use crate::logs::alarms::{AlarmHistory, Averaging, State, evaluate, evaluate_if_it_lasts};

/// The deployment of a template with one alarm of these properties.
fn deployment(alarm: &str) -> Deployment {
    let text = format!(
        r"
Resources:
  Distribution:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: true
        Origins: [{{Id: o, DomainName: www.example.org, CustomOriginConfig: {{OriginProtocolPolicy: https-only}}}}]
        DefaultCacheBehavior: {{TargetOriginId: o, ViewerProtocolPolicy: https-only, CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6}}
  Errors:
    Type: AWS::CloudWatch::Alarm
    Properties: {{{alarm}}}
"
    );
    Template::read(&text)
        .and_then(|template| template.resolve(&Inputs::default()))
        .and_then(|resolved| resolved.deployment())
        .unwrap()
}

const DIMENSIONS: &str =
    "Dimensions: [{Name: DistributionId, Value: !Ref Distribution}, {Name: Region, Value: Global}]";

pub(super) fn of_errors(needed: u32, of: u32, missing: &str) -> Deployment {
    deployment(&format!(
        "Namespace: AWS/CloudFront, MetricName: 5xxErrorRate, {DIMENSIONS}, Statistic: Average, Period: 60, EvaluationPeriods: {of}, DatapointsToAlarm: {needed}, Threshold: 1, ComparisonOperator: GreaterThanThreshold, TreatMissingData: {missing}"
    ))
}

fn history(log: &str, deployment: &Deployment) -> AlarmHistory {
    let (traffic, _) = read(log);
    evaluate(&traffic, deployment, Averaging::default()).remove(0)
}

/// A log whose minutes are given by signs: `0` good, `X` bad, `-` without a request.
fn minutes(signs: &str) -> String {
    let mut log = HEADER.to_owned();
    for (minute, sign) in (0u32..).zip(signs.chars()) {
        match sign {
            '0' => log.push_str(&line(minute, "200", "Hit")),
            'X' => log.push_str(&line(minute, "503", "Error")),
            _ => {}
        }
    }
    log
}

/// The tables of "Configuring how CloudWatch alarms treat missing data": the state after the last
/// of five periods, for `missing`, `ignore`, `breaching` and `notBreaching`. Before them comes one
/// good period far enough away, so that the state before is OK; `=` is "the state before".
#[test]
fn missing_data_is_treated_as_cloudwatch_says() {
    let (o, a, i, same) = (State::Ok, State::Alarm, State::InsufficientData, State::Ok);
    let table = [
        (3, "0-X-X", [o, o, o, o]),
        (3, "0XX-X", [a, a, a, a]),
        (3, "--X--", [a, same, a, o]),
        (3, "----0", [o, o, o, o]),
        (3, "-----", [i, same, a, o]),
        (2, "0-X-X", [a, a, a, a]),
        (2, "00X0X", [a, a, a, a]),
        (2, "0-X--", [o, o, a, o]),
        (2, "----0", [o, o, a, o]),
        (2, "---X-", [a, same, a, o]),
    ];
    for (needed, signs, expected) in table {
        for (treatment, expected) in ["missing", "ignore", "breaching", "notBreaching"]
            .into_iter()
            .zip(expected)
        {
            // Ten good minutes, ten empty ones, five of the table, ten empty ones, and a good one
            // to say that the log goes on.
            let log = minutes(&format!("0000000000----------{signs}----------0"));
            let history = history(&log, &of_errors(needed, 3, treatment));
            let end = 1_767_225_600 + 25 * 60;
            let state = history
                .changes
                .iter()
                .take_while(|(at, _)| *at <= end)
                .last()
                .map_or(State::InsufficientData, |(_, state)| *state);
            assert_eq!(
                state, expected,
                "{needed} of 3, {signs}, {treatment}: {history:?}"
            );
        }
    }
}

#[test]
fn an_alarm_fires_when_and_only_when_enough_periods_are_bad() {
    let fired =
        |signs: &str, needed, of| history(&minutes(signs), &of_errors(needed, of, "notBreaching"));
    let once = fired("00XX00", 2, 2);
    assert_eq!(once.fired, 1);
    assert_eq!(
        once.changes,
        [
            (1_767_225_600 + 60, State::Ok),
            (1_767_225_600 + 4 * 60, State::Alarm),
            (1_767_225_600 + 5 * 60, State::Ok),
        ]
    );
    assert_eq!(fired("0X0X00", 2, 2).fired, 0);
    assert_eq!(fired("0X0X00", 2, 3).fired, 1);
    assert_eq!(fired("XX00XX", 2, 2).fired, 2);
    let none = fired("0X0000", 2, 2);
    assert_eq!(
        none.why,
        "1 of 6 periods were beyond 1, and 2 of 2 one after the other are needed"
    );
    assert_eq!(fired("0000", 2, 2).why, "no period was beyond 1");
}

/// "Evaluating an alarm": after minutes 1 to 5 it looks at minutes 2 to 6.
#[test]
fn periods_are_counted_back_from_each_minute_unless_the_clock_decides() {
    let of_periods = |window: &str| {
        deployment(&format!(
            "Namespace: AWS/CloudFront, MetricName: 5xxErrorRate, {DIMENSIONS}, Statistic: Maximum, Period: 300, EvaluationPeriods: 2, Threshold: 1, ComparisonOperator: GreaterThanThreshold, TreatMissingData: notBreaching{window}"
        ))
    };
    // Bad from minute 4 to 9: of the first full five minutes and of the second; seen from minute 9
    // on, both periods before it have something bad.
    let log = minutes("0000XXXXXX000000000000000");
    let begin = 1_767_225_600;
    let sliding = history(&log, &of_periods(""));
    assert_eq!(
        sliding.changes,
        [
            (begin + 60, State::Ok),
            (begin + 10 * 60, State::Alarm),
            (begin + 15 * 60, State::Ok),
        ]
    );
    // Bad in minute 4 alone is bad in one period of any two; in 4 and 9, in two of them.
    assert_eq!(
        history(&minutes("0000X0000000000"), &of_periods("")).fired,
        0
    );
    assert_eq!(
        history(&minutes("0000X0000X00000"), &of_periods("")).fired,
        1
    );
    let by_clock = of_periods(", EvaluationWindow: {WallClockWindow: {}}");
    assert_eq!(
        history(&log, &by_clock).changes,
        [
            (begin + 5 * 60, State::Ok),
            (begin + 10 * 60, State::Alarm),
            (begin + 15 * 60, State::Ok),
        ]
    );
    let elsewhere = of_periods(", EvaluationWindow: {WallClockWindow: {Timezone: Europe/Berlin}}");
    assert!(history(&log, &elsewhere).why.contains("time zone"));
}

#[test]
fn a_log_of_seconds_shows_what_would_come_if_it_lasted() {
    let lasting = |signs: &str, deployment: &Deployment| {
        let (traffic, _) = read(&minutes(signs));
        evaluate_if_it_lasts(&traffic, deployment).remove(0).fired
    };
    let slow = of_errors(3, 5, "notBreaching");
    let half_bad = "0X";
    assert_eq!(history(&minutes(half_bad), &slow).fired, 0);
    assert_eq!(lasting(half_bad, &slow), 1);
    assert_eq!(lasting("00", &slow), 0);
    assert_eq!(lasting("", &slow), 0, "what nobody asked for is not bad");
    // A period of many minutes is filled too.
    let hourly = deployment(&format!(
        "Namespace: AWS/CloudFront, MetricName: 5xxErrorRate, {DIMENSIONS}, Statistic: SampleCount, Period: 3600, EvaluationPeriods: 2, Threshold: 59, ComparisonOperator: GreaterThanThreshold, TreatMissingData: notBreaching"
    ));
    assert_eq!(lasting(half_bad, &hourly), 1);
}

#[test]
fn an_alarm_without_data_says_why() {
    let log = minutes("XXXXXX");
    let base = "Namespace: AWS/CloudFront, MetricName: 5xxErrorRate, Statistic: Average, Period: 60, EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: GreaterThanThreshold";
    let with = |change: &dyn Fn(&str) -> String| {
        let history = history(&log, &deployment(&change(&format!("{base}, {DIMENSIONS}"))));
        assert_eq!(history.fired, 0, "{history:?}");
        history.why
    };
    assert!(history(&log, &deployment(&format!("{base}, {DIMENSIONS}"))).fired == 1);
    let reasons = [
        with(&|alarm| alarm.replace(", {Name: Region, Value: Global}", "")),
        with(&|alarm| alarm.replace("AWS/CloudFront", "AWS/Cloudfront")),
        with(&|alarm| alarm.replace("5xxErrorRate", "5xxErrorrate")),
        with(&|alarm| alarm.replace("5xxErrorRate", "503ErrorRate")),
        with(&|alarm| alarm.replace("Period: 60,", "Period: 30,")),
    ];
    insta::assert_snapshot!(reasons.join("\n"));
}

#[test]
fn a_rate_weighs_minutes_as_it_is_told() {
    // One bad request in one minute, 99 good ones in the next: 1% by requests, 50% by minutes.
    let mut log = minutes("X");
    for _ in 0..99 {
        log.push_str(&line(1, "200", "Hit"));
    }
    let (traffic, _) = read(&log);
    let deployment = deployment(&format!(
        "Namespace: AWS/CloudFront, MetricName: 5xxErrorRate, {DIMENSIONS}, Statistic: Average, Period: 300, EvaluationPeriods: 1, Threshold: 10, ComparisonOperator: GreaterThanThreshold, EvaluationWindow: {{WallClockWindow: {{}}}}"
    ));
    let nearest = |averaging| {
        evaluate(&traffic, &deployment, averaging)[0]
            .nearest
            .unwrap()
            .1
    };
    assert!((nearest(Averaging::ByRequests) - 1.0).abs() < 1e-9);
    assert!((nearest(Averaging::ByMinute) - 50.0).abs() < 1e-9);
}
