//! CloudFront's metrics as CloudWatch knows them, and what an alarm of the template watches.

use greenroom_cloudformation::ResolvedResource;

use super::site::{ALARM, DISTRIBUTION, Distribution, Site, properties};
use super::value::At;

/// CloudFront's namespace.
pub(super) const NAMESPACE: &str = "AWS/CloudFront";

/// What CloudFront reports of every distribution.
const ALWAYS: [&str; 6] = [
    "4xxErrorRate",
    "5xxErrorRate",
    "BytesDownloaded",
    "BytesUploaded",
    "Requests",
    "TotalErrorRate",
];

/// What it reports where a monitoring subscription asks for it.
const ADDITIONAL: [&str; 8] = [
    "401ErrorRate",
    "403ErrorRate",
    "404ErrorRate",
    "502ErrorRate",
    "503ErrorRate",
    "504ErrorRate",
    "CacheHitRate",
    "OriginLatency",
];

/// What it reports of code at the edge.
const OF_CODE: [&str; 8] = [
    "FunctionComputeUtilization",
    "FunctionExecutionErrors",
    "FunctionInvocations",
    "FunctionThrottles",
    "FunctionValidationErrors",
    "LambdaExecutionError",
    "LambdaLimitExceededError",
    "LambdaValidationError",
];

/// All of CloudFront's metrics.
pub(super) fn metrics() -> Vec<&'static str> {
    ALWAYS
        .into_iter()
        .chain(ADDITIONAL)
        .chain(OF_CODE)
        .collect()
}

/// An alarm on one metric of CloudFront, or on one that is meant to be.
#[derive(Clone, Copy)]
pub(super) struct Alarm<'a> {
    /// The alarm.
    pub(super) resource: &'a ResolvedResource,
    /// Its properties.
    pub(super) said: At<'a>,
    /// `MetricName`.
    pub(super) metric: &'a str,
}

/// The alarms on metrics of CloudFront: those that name its namespace, a distribution's dimension
/// or a metric that only CloudFront has.
pub(super) fn alarms<'a>(site: &Site<'a>) -> impl Iterator<Item = Alarm<'a>> {
    site.of_kind(ALARM).filter_map(|resource| {
        let said = properties(resource);
        let metric = said.get("MetricName").and_then(At::text)?;
        let meant = said.get("Namespace").and_then(At::text) == Some(NAMESPACE)
            || dimension(said, "DistributionId").is_some()
            // `Requests` may be anybody's.
            || (metric.ends_with("Rate") && [&ALWAYS[..], &ADDITIONAL].concat().contains(&metric));
        meant.then_some(Alarm {
            resource,
            said,
            metric,
        })
    })
}

/// The value of a dimension.
pub(super) fn dimension<'a>(alarm: At<'a>, name: &str) -> Option<At<'a>> {
    alarm
        .get("Dimensions")?
        .items()
        .find(|one| one.get("Name").and_then(At::text) == Some(name))?
        .get("Value")
}

impl<'a> Alarm<'a> {
    /// The logical id.
    pub(super) fn id(&self) -> &'a str {
        &self.resource.logical_id
    }

    /// It is of code at the edge, which has dimensions of its own.
    pub(super) fn is_of_code(&self) -> bool {
        OF_CODE.contains(&self.metric)
    }

    /// CloudFront has such a metric.
    pub(super) fn is_known(&self) -> bool {
        metrics().contains(&self.metric)
    }

    /// The metric exists only where a monitoring subscription asks for it.
    pub(super) fn is_additional(&self) -> bool {
        ADDITIONAL.contains(&self.metric)
    }

    /// The metric is a share of requests, in percent.
    pub(super) fn is_rate(&self) -> bool {
        self.meant().ends_with("Rate")
    }

    /// The metric is a share of requests that failed.
    pub(super) fn is_error_rate(&self) -> bool {
        self.meant().ends_with("ErrorRate")
    }

    /// The metric that is watched, or the one that was meant.
    pub(super) fn meant(&self) -> &'a str {
        if self.is_known() {
            return self.metric;
        }
        crate::scenario::nearest(self.metric, &metrics()).unwrap_or(self.metric)
    }

    /// The template's distribution that it watches; `None` where that cannot be known.
    pub(super) fn distribution(&self, site: &Site<'a>) -> Option<&'a str> {
        let (resource, _) = dimension(self.said, "DistributionId")?.attribute()?;
        site.resource_of(resource, DISTRIBUTION)
            .map(|resource| resource.logical_id.as_str())
    }

    /// It may watch this distribution: nothing says that it is another.
    pub(super) fn may_watch(&self, site: &Site<'a>, distribution: &Distribution<'_>) -> bool {
        self.distribution(site)
            .is_none_or(|watched| watched == distribution.id)
    }
}
