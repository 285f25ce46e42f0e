//! Whether anybody notices when the CDN fails: metrics and the alarms on them.

use super::alarm::{Alarm, NAMESPACE, alarms, dimension, metrics};
use super::rule::{Remarks, Rule, Severity};
use super::site::{ALARM, DISTRIBUTION, SUBSCRIPTION, Site, properties};
use super::value::At;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "monitoring-subscription",
        severity: Severity::Warning,
        holds: "a monitoring subscription turns on hit rate, origin latency and the rate of each status",
        source: "Amazon CloudFront Developer Guide, View CloudFront and edge function metrics",
        check: subscription,
    },
    Rule {
        id: "alarm-missing",
        severity: Severity::Warning,
        holds: "an alarm watches the rate of 4xx answers, and one that of 5xx answers",
        source: "Amazon CloudFront Developer Guide, Create alarms for metrics",
        check: missing,
    },
    Rule {
        id: "alarm-namespace",
        severity: Severity::Error,
        holds: "an alarm on CloudFront's metrics is in the namespace `AWS/CloudFront`",
        source: "Amazon CloudFront Developer Guide, Types of metrics for CloudFront",
        check: namespace,
    },
    Rule {
        id: "alarm-metric",
        severity: Severity::Error,
        holds: "`MetricName` is a metric of CloudFront, letter by letter",
        source: "Amazon CloudFront Developer Guide, Types of metrics for CloudFront",
        check: metric,
    },
    Rule {
        id: "alarm-dimensions",
        severity: Severity::Error,
        holds: "an alarm has the dimensions `DistributionId` and `Region`, and the latter is `Global`",
        source: "Amazon CloudFront Developer Guide, Types of metrics for CloudFront",
        check: dimensions,
    },
    Rule {
        id: "alarm-region",
        severity: Severity::Warning,
        holds: "an alarm on CloudFront's metrics is created in us-east-1 only",
        source: "Amazon CloudFront Developer Guide, Monitor CloudFront metrics with Amazon CloudWatch",
        check: region,
    },
    Rule {
        id: "alarm-needs-subscription",
        severity: Severity::Error,
        holds: "a metric that only a monitoring subscription brings has one",
        source: "Amazon CloudFront Developer Guide, View CloudFront and edge function metrics",
        check: needs_subscription,
    },
    Rule {
        id: "monitoring-distribution",
        severity: Severity::Error,
        holds: "a monitoring subscription names a distribution",
        source: "AWS CloudFormation Template Reference, AWS::CloudFront::MonitoringSubscription",
        check: subscribed_to,
    },
    Rule {
        id: "alarm-computed",
        severity: Severity::Note,
        holds: "the alarm's metrics are not computed from others, which these rules do not follow",
        source: "Amazon CloudWatch User Guide, Using math expressions with CloudWatch metrics",
        check: computed,
    },
];

fn has_subscription(site: &Site<'_>, distribution: &str) -> bool {
    site.of_kind(SUBSCRIPTION).any(|resource| {
        let said = properties(resource);
        let on = said
            .path(&[
                "MonitoringSubscription",
                "RealtimeMetricsSubscriptionConfig",
                "RealtimeMetricsSubscriptionStatus",
            ])
            .and_then(At::text)
            == Some("Enabled");
        let about = said.get("DistributionId").and_then(At::attribute);
        on && about.is_none_or(|(id, _)| id == distribution)
    })
}

fn subscription(site: &Site<'_>, remarks: &mut Remarks) {
    for distribution in &site.distributions {
        if has_subscription(site, distribution.id) {
            continue;
        }
        let off = site.of_kind(SUBSCRIPTION).next();
        remarks.add(
            off.map_or(distribution.config.place, |resource| resource.place),
            off.map_or(distribution.id, |resource| &resource.logical_id),
            format!(
                "no subscription of `{}` is on: its hit rate, the latency of its origin and which \
                 status its errors have cannot be seen",
                distribution.id
            ),
            "add an `AWS::CloudFront::MonitoringSubscription` with \
             `RealtimeMetricsSubscriptionStatus: Enabled`",
        );
    }
}

fn subscribed_to(site: &Site<'_>, remarks: &mut Remarks) {
    for resource in site.of_kind(SUBSCRIPTION) {
        let said = properties(resource);
        let about = said.get("DistributionId").and_then(At::attribute);
        if let Some((id, _)) = about
            && site.resource_of(id, DISTRIBUTION).is_none()
        {
            remarks.add(
                said.place_of("DistributionId"),
                &resource.logical_id,
                format!("`{id}` is no distribution"),
                "refer to the distribution",
            );
        }
    }
}

fn missing(site: &Site<'_>, remarks: &mut Remarks) {
    // Metrics inside `Metrics` count as watched: what is computed of them is not followed.
    let computed: Vec<&str> = site
        .of_kind(ALARM)
        .filter_map(|resource| properties(resource).get("Metrics"))
        .flat_map(At::items)
        .filter_map(|one| one.path(&["MetricStat", "Metric", "MetricName"])?.text())
        .collect();
    for distribution in &site.distributions {
        for (rate, what) in [
            ("4xxErrorRate", "that files are missing or refused"),
            ("5xxErrorRate", "that the bucket is not reached"),
        ] {
            let covers = |metric: &str| metric == rate || metric == "TotalErrorRate";
            let watched = alarms(site)
                .any(|alarm| covers(alarm.meant()) && alarm.may_watch(site, distribution))
                || computed.iter().any(|metric| covers(metric));
            if !watched {
                remarks.add(
                    distribution.config.place,
                    distribution.id,
                    format!("no alarm watches `{rate}`: users are the first to notice {what}"),
                    format!(
                        "add an `AWS::CloudWatch::Alarm` on `{rate}` of `AWS/CloudFront`, with the \
                         dimensions `DistributionId` and `Region: Global`"
                    ),
                );
            }
        }
    }
}

fn namespace(site: &Site<'_>, remarks: &mut Remarks) {
    for alarm in alarms(site) {
        let said = alarm.said.get("Namespace").and_then(At::text);
        if said != Some(NAMESPACE) {
            remarks.add(
                alarm.said.place_of("Namespace"),
                alarm.id(),
                format!(
                    "in the namespace {} there is no metric of CloudFront, so the alarm never gets a \
                     value",
                    said.map_or("that is not said".to_owned(), |said| format!("`{said}`"))
                ),
                "write `AWS/CloudFront`",
            );
        }
    }
}

fn metric(site: &Site<'_>, remarks: &mut Remarks) {
    for alarm in alarms(site).filter(|alarm| !alarm.is_known()) {
        let near = crate::scenario::nearest(alarm.metric, &metrics());
        remarks.add(
            alarm.said.place_of("MetricName"),
            alarm.id(),
            format!(
                "CloudFront has no metric `{}`, so the alarm never gets a value",
                alarm.metric
            ),
            match near {
                Some(near) => format!("write `{near}`"),
                None => "write one of CloudFront's metrics, such as `5xxErrorRate`".to_owned(),
            },
        );
    }
}

fn dimensions(site: &Site<'_>, remarks: &mut Remarks) {
    for alarm in alarms(site).filter(|alarm| !alarm.is_of_code()) {
        let place = alarm.said.place_of("Dimensions");
        let region = dimension(alarm.said, "Region");
        match region.map(|at| (at, site.filled(at))) {
            Some((_, Some(value))) if value == "Global" => {}
            Some((at, value)) => remarks.add(
                at.place,
                alarm.id(),
                format!(
                    "the dimension `Region` is `{}`, and CloudFront's metrics have `Global` there: \
                     the alarm never gets a value",
                    value.unwrap_or_default()
                ),
                "write `Global`",
            ),
            None => remarks.add(
                place,
                alarm.id(),
                "the alarm has no dimension `Region`, and there is no metric without it: it never \
                 gets a value",
                "add the dimension `Region` with the value `Global`",
            ),
        }
        let Some(id) = dimension(alarm.said, "DistributionId") else {
            remarks.add(
                place,
                alarm.id(),
                "the alarm has no dimension `DistributionId`, and there is no metric without it: it \
                 never gets a value",
                "add the dimension `DistributionId` with `!Ref` to the distribution",
            );
            continue;
        };
        if let Some((resource, attribute)) = id.attribute()
            && (site.resource_of(resource, DISTRIBUTION).is_none()
                || !matches!(attribute, "Ref" | "Id"))
        {
            remarks.add(
                id.place,
                alarm.id(),
                format!("`{resource}` `{attribute}` is no id of a distribution"),
                "write `!Ref` to the distribution",
            );
        }
    }
}

fn region(site: &Site<'_>, remarks: &mut Remarks) {
    let region = &site.inputs.region;
    if region == "us-east-1" {
        return;
    }
    for alarm in alarms(site).filter(|alarm| alarm.resource.created) {
        remarks.add(
            alarm.resource.place,
            alarm.id(),
            format!(
                "in a stack in `{region}` the alarm is created and never gets a value: CloudFront's \
                 metrics are in us-east-1 only"
            ),
            "give it a condition, `!Equals [!Ref \"AWS::Region\", us-east-1]`",
        );
    }
}

fn needs_subscription(site: &Site<'_>, remarks: &mut Remarks) {
    for alarm in alarms(site).filter(Alarm::is_additional) {
        let covered = site
            .distributions
            .iter()
            .filter(|distribution| alarm.may_watch(site, distribution))
            .any(|distribution| has_subscription(site, distribution.id));
        if !covered {
            remarks.add(
                alarm.said.place_of("MetricName"),
                alarm.id(),
                format!(
                    "`{}` exists only where a monitoring subscription is on, and none is: the alarm \
                     never gets a value",
                    alarm.metric
                ),
                "add an `AWS::CloudFront::MonitoringSubscription`",
            );
        }
    }
}

fn computed(site: &Site<'_>, remarks: &mut Remarks) {
    for resource in site.of_kind(ALARM) {
        let metrics = properties(resource).get("Metrics");
        let ours = metrics.into_iter().flat_map(At::items).any(|one| {
            one.path(&["MetricStat", "Metric", "Namespace"])
                .and_then(At::text)
                == Some(NAMESPACE)
        });
        if ours {
            remarks.add(
                properties(resource).place_of("Metrics"),
                &resource.logical_id,
                "the alarm is on what is computed of CloudFront's metrics, which is not checked",
                "see to its dimensions and threshold yourself",
            );
        }
    }
}
