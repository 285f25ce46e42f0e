//! When an alarm goes off, and whom it tells.

use super::alarm::{Alarm, alarms};
use super::rule::{Remarks, Rule, Severity};
use super::site::Site;
use super::value::At;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "alarm-statistic",
        severity: Severity::Error,
        holds: "an alarm on a rate watches its average: neither a sum of rates nor the worst minute is a rate",
        source: "Amazon CloudFront Developer Guide, Types of metrics for CloudFront",
        check: statistic,
    },
    Rule {
        id: "alarm-threshold",
        severity: Severity::Error,
        holds: "the threshold of a rate is in percent, and not above 5 for 4xx and 1 for 5xx",
        source: "Amazon CloudFront Developer Guide, Types of metrics for CloudFront",
        check: threshold,
    },
    Rule {
        id: "alarm-comparison",
        severity: Severity::Error,
        holds: "an alarm on an error rate goes off above its threshold, one on the hit rate below",
        source: "AWS CloudFormation Template Reference, AWS::CloudWatch::Alarm",
        check: comparison,
    },
    Rule {
        id: "alarm-unit",
        severity: Severity::Error,
        holds: "an alarm on a rate names no unit but `Percent`, which the metric has",
        source: "Amazon CloudWatch API Reference, PutMetricAlarm",
        check: unit,
    },
    Rule {
        id: "alarm-datapoints",
        severity: Severity::Error,
        holds: "`DatapointsToAlarm` is at most `EvaluationPeriods`",
        source: "Amazon CloudWatch User Guide, Alarm evaluation",
        check: datapoints,
    },
    Rule {
        id: "alarm-period",
        severity: Severity::Error,
        holds: "`Period` is a whole number of minutes, as CloudFront reports",
        source: "AWS CloudFormation Template Reference, AWS::CloudWatch::Alarm",
        check: period,
    },
    Rule {
        id: "alarm-late",
        severity: Severity::Warning,
        holds: "an alarm goes off within half an hour",
        source: "Amazon CloudWatch User Guide, Alarm evaluation",
        check: late,
    },
    Rule {
        id: "alarm-no-traffic",
        severity: Severity::Warning,
        holds: "an hour without requests, of which there is no value, is no alarm",
        source: "Amazon CloudWatch User Guide, Configuring how CloudWatch alarms treat missing data",
        check: no_traffic,
    },
    Rule {
        id: "alarm-actions-off",
        severity: Severity::Warning,
        holds: "`ActionsEnabled` is not `false`",
        source: "AWS CloudFormation Template Reference, AWS::CloudWatch::Alarm",
        check: actions_off,
    },
    Rule {
        id: "alarm-actions",
        severity: Severity::Note,
        holds: "an alarm tells somebody: it has `AlarmActions`",
        source: "Amazon CloudWatch User Guide, Using Amazon CloudWatch alarms",
        check: actions,
    },
];

fn statistic(site: &Site<'_>, remarks: &mut Remarks) {
    for alarm in alarms(site).filter(Alarm::is_rate) {
        let (key, said) = match alarm.said.get("ExtendedStatistic") {
            Some(at) => ("ExtendedStatistic", at.text()),
            None => ("Statistic", alarm.said.get("Statistic").and_then(At::text)),
        };
        if said == Some("Average") {
            continue;
        }
        let reason = match said {
            Some("Sum") => "the sum of the rates of each minute grows with the period and has no \
                            meaning"
                .to_owned(),
            Some(said) => format!(
                "`{said}` of the rates of each minute lets one request of one minute decide"
            ),
            None => "there is no `Statistic`, and CloudWatch refuses the alarm".to_owned(),
        };
        remarks.add(
            alarm.said.place_of(key),
            alarm.id(),
            format!("{reason}: `{}` is a percentage", alarm.metric),
            "set `Statistic` to `Average`",
        );
    }
}

fn threshold(site: &Site<'_>, remarks: &mut Remarks) {
    for alarm in alarms(site).filter(Alarm::is_error_rate) {
        let Some(at) = alarm.said.get("Threshold") else {
            continue;
        };
        let Some(percent) = at.number() else { continue };
        // The product's own targets: more than this must not pass unnoticed.
        let most = match alarm.meant().chars().next() {
            Some('5') => 1.0,
            _ => 5.0,
        };
        let (reason, fix) = if percent < 0.1 {
            (
                format!(
                    "`{}` is in percent, so {percent} is less than one request in a thousand: one \
                     failed request in a quiet period sets the alarm off",
                    alarm.metric
                ),
                format!("write {most} for {most}%"),
            )
        } else if percent > most {
            (
                format!(
                    "the alarm goes off when more than {percent}% of requests fail, and {most}% is \
                     what may"
                ),
                format!("set `Threshold` to {most}"),
            )
        } else {
            continue;
        };
        remarks.add(at.place, alarm.id(), reason, fix);
    }
}

fn comparison(site: &Site<'_>, remarks: &mut Remarks) {
    for alarm in alarms(site).filter(Alarm::is_rate) {
        let Some(at) = alarm.said.get("ComparisonOperator") else {
            continue;
        };
        let said = at.text().unwrap_or_default();
        let wanted = if alarm.is_error_rate() {
            "GreaterThan"
        } else {
            "LessThan"
        };
        if !said.starts_with(wanted) {
            remarks.add(
                at.place,
                alarm.id(),
                format!(
                    "`{said}` sets the alarm on `{}` off while all is well, and ends it when it is \
                     not",
                    alarm.metric
                ),
                format!("set `ComparisonOperator` to `{wanted}Threshold`"),
            );
        }
    }
}

fn unit(site: &Site<'_>, remarks: &mut Remarks) {
    for alarm in alarms(site).filter(Alarm::is_rate) {
        if let Some(at) = alarm.said.get("Unit")
            && at.text() != Some("Percent")
        {
            remarks.add(
                at.place,
                alarm.id(),
                format!(
                    "`{}` is reported in `Percent` and has no value in `{}`: the alarm never gets \
                     one",
                    alarm.metric,
                    at.text().unwrap_or_default()
                ),
                "take `Unit` out",
            );
        }
    }
}

/// `Period` in s, `EvaluationPeriods` and `DatapointsToAlarm`.
fn times(alarm: &Alarm<'_>) -> (f64, f64, f64) {
    let said = |key: &str| alarm.said.get(key).and_then(At::number);
    let periods = said("EvaluationPeriods").unwrap_or(1.0);
    (
        said("Period").unwrap_or(60.0),
        periods,
        said("DatapointsToAlarm").unwrap_or(periods),
    )
}

fn datapoints(site: &Site<'_>, remarks: &mut Remarks) {
    for alarm in alarms(site) {
        let (_, periods, needed) = times(&alarm);
        if needed > periods {
            remarks.add(
                alarm.said.place_of("DatapointsToAlarm"),
                alarm.id(),
                format!(
                    "`DatapointsToAlarm` {needed} of `EvaluationPeriods` {periods}: CloudWatch \
                     refuses the alarm"
                ),
                format!("set `DatapointsToAlarm` to {periods} or less"),
            );
        }
    }
}

fn period(site: &Site<'_>, remarks: &mut Remarks) {
    for alarm in alarms(site) {
        let (seconds, ..) = times(&alarm);
        if seconds < 60.0 || seconds % 60.0 != 0.0 {
            remarks.add(
                alarm.said.place_of("Period"),
                alarm.id(),
                format!(
                    "a `Period` of {seconds} s is for metrics of one's own; CloudFront reports by \
                     the minute"
                ),
                "set `Period` to 60, or to 300",
            );
        }
    }
}

fn late(site: &Site<'_>, remarks: &mut Remarks) {
    for alarm in alarms(site) {
        let (seconds, _, needed) = times(&alarm);
        let minutes = seconds * needed / 60.0;
        if minutes > 30.0 {
            remarks.add(
                alarm.said.place_of("Period"),
                alarm.id(),
                format!("the alarm goes off {minutes} minutes after the CDN began to fail"),
                "set, say, `Period: 300` and `EvaluationPeriods: 2`",
            );
        }
    }
}

fn no_traffic(site: &Site<'_>, remarks: &mut Remarks) {
    for alarm in alarms(site) {
        if let Some(at) = alarm.said.get("TreatMissingData")
            && at.text() == Some("breaching")
        {
            remarks.add(
                at.place,
                alarm.id(),
                "a rate has no value where nobody asked for anything: every quiet night is an alarm",
                "set `TreatMissingData` to `notBreaching`",
            );
        }
    }
}

fn actions_off(site: &Site<'_>, remarks: &mut Remarks) {
    for alarm in alarms(site) {
        if let Some(at) = alarm.said.get("ActionsEnabled")
            && at.flag() == Some(false)
        {
            remarks.add(
                at.place,
                alarm.id(),
                "the alarm's actions are switched off, so it tells nobody",
                "take `ActionsEnabled` out",
            );
        }
    }
}

fn actions(site: &Site<'_>, remarks: &mut Remarks) {
    for alarm in alarms(site) {
        let told = alarm.said.get("AlarmActions");
        if told.is_none_or(|at| at.items().next().is_none()) {
            remarks.add(
                alarm.said.place_of("AlarmActions"),
                alarm.id(),
                "the alarm has no `AlarmActions` with these parameters: it changes colour on a \
                 dashboard and tells nobody",
                "give it an SNS topic, by the template's parameter if it has one",
            );
        }
    }
}
