//! Types of resources: which names there are, and the stand-ins for what only a deployment knows.
//!
//! AWS CloudFormation Template Reference, "AWS resource and property types reference".

use crate::error::excerpt;
use crate::{Key, TemplateError};

/// `AWS::CloudFront::*` and `AWS::S3::*`, in full: a name of these services that is not here is
/// misspelt, and the template could not be deployed.
const COMPLETE: [&str; 36] = [
    "AWS::CloudFront::AnycastIpList",
    "AWS::CloudFront::CachePolicy",
    "AWS::CloudFront::CloudFrontOriginAccessIdentity",
    "AWS::CloudFront::ConnectionFunction",
    "AWS::CloudFront::ConnectionGroup",
    "AWS::CloudFront::ContinuousDeploymentPolicy",
    "AWS::CloudFront::Distribution",
    "AWS::CloudFront::DistributionTenant",
    "AWS::CloudFront::Function",
    "AWS::CloudFront::KeyGroup",
    "AWS::CloudFront::KeyValueStore",
    "AWS::CloudFront::MonitoringSubscription",
    "AWS::CloudFront::OriginAccessControl",
    "AWS::CloudFront::OriginRequestPolicy",
    "AWS::CloudFront::PublicKey",
    "AWS::CloudFront::RealtimeLogConfig",
    "AWS::CloudFront::ResponseHeadersPolicy",
    "AWS::CloudFront::StreamingDistribution",
    "AWS::CloudFront::TrustStore",
    "AWS::CloudFront::VpcOrigin",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::AlarmMuteRule",
    "AWS::CloudWatch::AnomalyDetector",
    "AWS::CloudWatch::CompositeAlarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::CloudWatch::InsightRule",
    "AWS::CloudWatch::MetricStream",
    "AWS::S3::AccessGrant",
    "AWS::S3::AccessGrantsInstance",
    "AWS::S3::AccessGrantsLocation",
    "AWS::S3::AccessPoint",
    "AWS::S3::Bucket",
    "AWS::S3::BucketPolicy",
    "AWS::S3::MultiRegionAccessPoint",
    "AWS::S3::MultiRegionAccessPointPolicy",
    "AWS::S3::StorageLens",
];

/// Refuses what is no type, or misspelt.
pub(crate) fn check(kind: &Key) -> Result<(), TemplateError> {
    let parts = kind.text.split("::").collect::<Vec<_>>();
    let well_formed = parts.len() >= 2
        && parts.iter().all(|part| !part.is_empty())
        && (parts.first() == Some(&"Custom") || parts.len() >= 3);
    if !well_formed {
        return Err(TemplateError::at(
            kind.place,
            format!("`{}` is no type of resource", excerpt(&kind.text)),
            "write `AWS::SERVICE::RESOURCE`",
        ));
    }
    let complete = ["AWS::CloudFront::", "AWS::CloudWatch::", "AWS::S3::"]
        .iter()
        .any(|service| kind.text.starts_with(service));
    if complete && !COMPLETE.contains(&kind.text.as_str()) {
        return Err(TemplateError::unknown(
            kind.place,
            "type of resource",
            &kind.text,
            COMPLETE,
        ));
    }
    Ok(())
}

/// The attributes that a type has, `Ref` aside; `None` for a type that this reader does not know.
pub(crate) fn attributes(kind: &str) -> Option<&'static [&'static str]> {
    Some(match kind {
        "AWS::S3::Bucket" => &[
            "Arn",
            "DomainName",
            "DualStackDomainName",
            "RegionalDomainName",
            "WebsiteURL",
        ],
        "AWS::S3::BucketPolicy" | "AWS::CloudFront::MonitoringSubscription" => &[],
        "AWS::CloudFront::Distribution" => &["DomainName", "Id"],
        "AWS::CloudFront::OriginAccessControl" => &["Id"],
        "AWS::CloudFront::CloudFrontOriginAccessIdentity" => &["Id", "S3CanonicalUserId"],
        "AWS::CloudFront::CachePolicy"
        | "AWS::CloudFront::OriginRequestPolicy"
        | "AWS::CloudFront::ResponseHeadersPolicy" => &["Id", "LastModifiedTime"],
        "AWS::CloudWatch::Alarm" => &["Arn"],
        "AWS::SNS::Topic" => &["TopicArn", "TopicName"],
        _ => return None,
    })
}

/// Where and as whom a stack is deployed, as far as names depend on it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Account<'i> {
    pub(crate) partition: &'i str,
    pub(crate) region: &'i str,
    pub(crate) owner: &'i str,
    pub(crate) stack_name: &'i str,
}

/// The distribution's id, the one of AWS's documentation.
pub(crate) const DISTRIBUTION_ID: &str = "EDFDVBD632BHDS5";

/// A text for what only a deployment knows: the attribute of a resource (`Ref` for what `Ref`
/// gives) whose name is given where the template or CloudFormation makes one.
///
/// The names of buckets, distributions and topics look as a deployment's would, so that a bucket
/// policy, an origin and an alarm can be compared with them as texts. Everything else is
/// `<LogicalId.Attribute>`, which is no name of anything and equal to nothing but itself.
pub(crate) fn stand_in(
    account: &Account<'_>,
    kind: &str,
    logical_id: &str,
    name: &str,
    attribute: &str,
) -> String {
    let Account {
        partition,
        region,
        owner,
        ..
    } = account;
    match (kind, attribute) {
        ("AWS::S3::Bucket" | "AWS::S3::BucketPolicy" | "AWS::CloudWatch::Alarm", "Ref")
        | ("AWS::SNS::Topic", "TopicName") => name.to_owned(),
        ("AWS::S3::Bucket", "Arn") => format!("arn:{partition}:s3:::{name}"),
        ("AWS::S3::Bucket", "DomainName") => format!("{name}.s3.amazonaws.com"),
        ("AWS::S3::Bucket", "RegionalDomainName") => format!("{name}.s3.{region}.amazonaws.com"),
        ("AWS::S3::Bucket", "DualStackDomainName") => {
            format!("{name}.s3.dualstack.{region}.amazonaws.com")
        }
        ("AWS::S3::Bucket", "WebsiteURL") => {
            format!("http://{}", website_host(name, region))
        }
        ("AWS::CloudFront::Distribution", "Ref" | "Id") => DISTRIBUTION_ID.to_owned(),
        ("AWS::CloudFront::Distribution", "DomainName") => {
            "d111111abcdef8.cloudfront.net".to_owned()
        }
        ("AWS::CloudWatch::Alarm", "Arn") => {
            format!("arn:{partition}:cloudwatch:{region}:{owner}:alarm:{name}")
        }
        ("AWS::SNS::Topic", "Ref" | "TopicArn") => {
            format!("arn:{partition}:sns:{region}:{owner}:{name}")
        }
        // `Ref` and `Id` are the same value and must compare so.
        (kind, "Id") if kind.starts_with("AWS::CloudFront::") => format!("<{logical_id}.Ref>"),
        _ => format!("<{logical_id}.{attribute}>"),
    }
}

/// The property that names a resource, where a type has one that stand-ins are made of.
pub(crate) fn name_property(kind: &str) -> Option<&'static str> {
    match kind {
        "AWS::S3::Bucket" => Some("BucketName"),
        "AWS::S3::BucketPolicy" => Some("Bucket"),
        "AWS::CloudWatch::Alarm" => Some("AlarmName"),
        "AWS::SNS::Topic" => Some("TopicName"),
        _ => None,
    }
}

/// A name as CloudFormation makes one for a resource that has none: stack, logical id and a
/// random end, which is fixed here.
pub(crate) fn generated_name(account: &Account<'_>, kind: &str, logical_id: &str) -> String {
    let name = format!("{}-{logical_id}-1A2B3C4D5E6F", account.stack_name);
    if kind.starts_with("AWS::S3::") {
        // Bucket names are lower case.
        name.to_lowercase()
    } else {
        name
    }
}

/// A bucket's website endpoint. Amazon S3 User Guide, "Website endpoints": a dash before the
/// region in the older regions, a dot in the newer ones; both are read, this one is written.
pub(crate) fn website_host(name: &str, region: &str) -> String {
    format!("{name}.s3-website-{region}.amazonaws.com")
}
