//! Alarms, and the subscription that their metrics may need.

use crate::deploy::fields::Fields;
use crate::{
    Alarm, AlarmComparison, AlarmStatistic, AlarmWindow, Node, Resolved, ResolvedResource,
    TemplateError,
};

const ALARM: &str = "AWS::CloudWatch::Alarm";
const TREATMENTS: [&str; 4] = ["missing", "notBreaching", "breaching", "ignore"];
const SUBSCRIPTION: &str = "AWS::CloudFront::MonitoringSubscription";

/// Every alarm on one metric. Alarms on an expression or a percentile, or outside a band, are left
/// aside where the metric is not one of CloudFront's.
pub(super) fn read(resolved: &Resolved) -> Result<Vec<Alarm>, TemplateError> {
    resolved
        .resources
        .iter()
        .filter(|resource| resource.kind == ALARM && is_readable(resource))
        .map(|resource| alarm(resolved, resource))
        .collect()
}

/// Whether it is an alarm on one statistic of one metric, or should be one.
fn is_readable(resource: &ResolvedResource) -> bool {
    let properties = &resource.properties;
    let namespace = properties.get("Namespace").and_then(Node::text);
    namespace == Some("AWS/CloudFront")
        || ![
            "EvaluationCriteria",
            "ExtendedStatistic",
            "Metrics",
            "ThresholdMetricId",
        ]
        .iter()
        .any(|key| properties.get(key).is_some())
}

fn alarm(resolved: &Resolved, resource: &ResolvedResource) -> Result<Alarm, TemplateError> {
    let fields = Fields::new(
        resolved,
        &resource.properties,
        ALARM,
        &[
            "ActionsEnabled",
            "AlarmActions",
            "AlarmDescription",
            "AlarmName",
            "ComparisonOperator",
            "DatapointsToAlarm",
            "Dimensions",
            "EvaluateLowSampleCountPercentile",
            "EvaluationCriteria",
            "EvaluationInterval",
            "EvaluationPeriods",
            "EvaluationWindow",
            "ExtendedStatistic",
            "InsufficientDataActions",
            "MetricName",
            "Metrics",
            "Namespace",
            "OKActions",
            "Period",
            "Statistic",
            "Tags",
            "Threshold",
            "ThresholdMetricId",
            "TreatMissingData",
            "Unit",
        ],
    )?;
    fields.refuse(&[
        "EvaluationCriteria",
        "ExtendedStatistic",
        "Metrics",
        "ThresholdMetricId",
    ])?;
    let dimensions = fields
        .list("Dimensions", &["Name", "Value"])?
        .into_iter()
        .map(|dimension| {
            Ok((
                dimension.required_text("Name")?,
                dimension.required_text("Value")?,
            ))
        })
        .collect::<Result<_, TemplateError>>()?;
    let evaluation_periods = fields.required_number("EvaluationPeriods")?;
    let window = fields.child("EvaluationWindow", &["SlidingWindow", "WallClockWindow"])?;
    let by_clock = match &window {
        Some(window) => window.child("WallClockWindow", &["Timezone"])?,
        None => None,
    };
    Ok(Alarm {
        logical_id: resource.logical_id.clone(),
        created: resource.created,
        namespace: fields.required_text("Namespace")?,
        metric: fields.required_text("MetricName")?,
        dimensions,
        statistic: fields.required_choice(
            "Statistic",
            &[
                ("Average", AlarmStatistic::Average),
                ("Sum", AlarmStatistic::Sum),
                ("Minimum", AlarmStatistic::Minimum),
                ("Maximum", AlarmStatistic::Maximum),
                ("SampleCount", AlarmStatistic::SampleCount),
            ],
        )?,
        period: fields.required_number("Period")?,
        evaluation_periods,
        datapoints_to_alarm: fields
            .number("DatapointsToAlarm")?
            .unwrap_or(evaluation_periods),
        threshold: fields.required_number("Threshold")?,
        comparison: fields.required_choice(
            "ComparisonOperator",
            &[
                ("GreaterThanThreshold", AlarmComparison::Greater),
                ("GreaterThanOrEqualToThreshold", AlarmComparison::AtLeast),
                ("LessThanThreshold", AlarmComparison::Less),
                ("LessThanOrEqualToThreshold", AlarmComparison::AtMost),
            ],
        )?,
        treat_missing: fields
            .choice("TreatMissingData", &TREATMENTS.map(|word| (word, word)))?
            .unwrap_or("missing")
            .to_owned(),
        window: match by_clock {
            Some(clock) => AlarmWindow::WallClock {
                has_time_zone: clock.text("Timezone")?.is_some(),
            },
            None => AlarmWindow::Sliding,
        },
    })
}

/// Whether a subscription turns the additional metrics of the distribution on.
pub(super) fn additional_metrics(resolved: &Resolved) -> Result<bool, TemplateError> {
    for subscription in resolved.created(SUBSCRIPTION) {
        let fields = Fields::new(
            resolved,
            &subscription.properties,
            SUBSCRIPTION,
            &["DistributionId", "MonitoringSubscription"],
        )?;
        let of = fields.required_text("DistributionId")?;
        let status = fields
            .required_child(
                "MonitoringSubscription",
                &["RealtimeMetricsSubscriptionConfig"],
            )?
            .required_child(
                "RealtimeMetricsSubscriptionConfig",
                &["RealtimeMetricsSubscriptionStatus"],
            )?
            .required_choice(
                "RealtimeMetricsSubscriptionStatus",
                &[("Enabled", true), ("Disabled", false)],
            )?;
        if status && of == crate::kinds::DISTRIBUTION_ID {
            return Ok(true);
        }
    }
    Ok(false)
}
