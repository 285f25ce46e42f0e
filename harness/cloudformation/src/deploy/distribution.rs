//! `AWS::CloudFront::Distribution`.

use crate::deploy::fields::Fields;
use crate::deploy::{behaviours, origins};
use crate::{
    Distribution, ErrorResponse, HttpVersion, PriceClass, Resolved, ResolvedResource,
    TemplateError, ViewerCertificate,
};

/// Properties of `DistributionConfig`.
const CONFIG: [&str; 26] = [
    "Aliases",
    "AnycastIpListId",
    "CNAMEs",
    "CacheBehaviors",
    "Comment",
    "ConnectionFunctionAssociation",
    "ConnectionMode",
    "ContinuousDeploymentPolicyId",
    "CustomErrorResponses",
    "CustomOrigin",
    "DefaultCacheBehavior",
    "DefaultRootObject",
    "Enabled",
    "HttpVersion",
    "IPV6Enabled",
    "Logging",
    "OriginGroups",
    "Origins",
    "PriceClass",
    "Restrictions",
    "S3Origin",
    "Staging",
    "TenantConfig",
    "ViewerCertificate",
    "ViewerMtlsConfig",
    "WebACLId",
];

/// Those of them that would change answers and are not obeyed.
const NOT_OBEYED: [&str; 8] = [
    "CNAMEs",
    "ConnectionFunctionAssociation",
    "ContinuousDeploymentPolicyId",
    "CustomOrigin",
    "S3Origin",
    "Staging",
    "TenantConfig",
    "ViewerMtlsConfig",
];

pub(super) fn read(
    resolved: &Resolved,
    resource: &ResolvedResource,
) -> Result<Distribution, TemplateError> {
    let properties = Fields::new(
        resolved,
        &resource.properties,
        "AWS::CloudFront::Distribution",
        &["DistributionConfig", "Tags"],
    )?;
    let config = properties.required_child("DistributionConfig", &CONFIG)?;
    config.refuse(&NOT_OBEYED)?;
    if let Some(groups) = config.child("OriginGroups", &["Items", "Quantity"])? {
        groups.refuse(&["Items"])?;
    }
    let origins = origins::read(config)?;
    let default_behaviour = behaviours::read(
        config.required_child("DefaultCacheBehavior", &behaviours::KEYS)?,
        &origins,
    )?;
    let behaviours = config
        .list("CacheBehaviors", &behaviours::KEYS_WITH_PATH)?
        .into_iter()
        .map(|behaviour| {
            Ok((
                behaviour.required_text("PathPattern")?,
                behaviours::read(behaviour, &origins)?,
            ))
        })
        .collect::<Result<_, TemplateError>>()?;
    let id = resolved.stand_in(resource, "Ref");
    Ok(Distribution {
        logical_id: resource.logical_id.clone(),
        // IAM and CloudFront are global: the ARN names no region.
        arn: format!(
            "arn:{}:cloudfront::{}:distribution/{id}",
            resolved.partition, resolved.inputs.account_id
        ),
        id,
        enabled: config.required_boolean("Enabled")?,
        aliases: config.texts("Aliases")?,
        http_version: config
            .choice(
                "HttpVersion",
                &[
                    ("http1.1", HttpVersion::Http11),
                    ("http2", HttpVersion::Http2),
                    ("http3", HttpVersion::Http3),
                    ("http2and3", HttpVersion::Http2And3),
                ],
            )?
            .unwrap_or(HttpVersion::Http11),
        price_class: config
            .choice(
                "PriceClass",
                &[
                    ("PriceClass_100", PriceClass::Class100),
                    ("PriceClass_200", PriceClass::Class200),
                    ("PriceClass_All", PriceClass::All),
                ],
            )?
            .unwrap_or(PriceClass::All),
        certificate: certificate(config)?,
        default_root_object: config
            .text("DefaultRootObject")?
            .filter(|path| !path.is_empty()),
        origins,
        default_behaviour,
        behaviours,
        error_responses: error_responses(config)?,
    })
}

/// `ViewerCertificate`. Amazon CloudFront Developer Guide, "Supported protocols and ciphers
/// between viewers and CloudFront": with the default certificate the policy is `TLSv1`.
fn certificate(config: Fields<'_>) -> Result<ViewerCertificate, TemplateError> {
    const POLICIES: [(&str, &str); 10] = [
        ("SSLv3", "SSLv3"),
        ("TLSv1", "TLSv1"),
        ("TLSv1_2016", "TLSv1_2016"),
        ("TLSv1.1_2016", "TLSv1.1_2016"),
        ("TLSv1.2_2018", "TLSv1.2_2018"),
        ("TLSv1.2_2019", "TLSv1.2_2019"),
        ("TLSv1.2_2021", "TLSv1.2_2021"),
        ("TLSv1.2_2025", "TLSv1.2_2025"),
        ("TLSv1.3_2025", "TLSv1.3_2025"),
        ("TLSv1.3_2026", "TLSv1.3_2026"),
    ];
    let written = config.child(
        "ViewerCertificate",
        &[
            "AcmCertificateArn",
            "CloudFrontDefaultCertificate",
            "IamCertificateId",
            "MinimumProtocolVersion",
            "SslSupportMethod",
        ],
    )?;
    let Some(written) = written else {
        return Ok(default_certificate());
    };
    let policy = written.choice("MinimumProtocolVersion", &POLICIES)?;
    let own = ["AcmCertificateArn", "IamCertificateId"]
        .iter()
        .any(|key| written.node(key).is_some());
    let is_default = written
        .boolean("CloudFrontDefaultCertificate")?
        .unwrap_or(!own);
    if is_default || !own {
        return Ok(default_certificate());
    }
    Ok(ViewerCertificate {
        is_default: false,
        minimum_protocol: policy.unwrap_or("TLSv1").to_owned(),
    })
}

fn default_certificate() -> ViewerCertificate {
    ViewerCertificate {
        is_default: true,
        minimum_protocol: "TLSv1".to_owned(),
    }
}

/// `CustomErrorResponses`.
fn error_responses(config: Fields<'_>) -> Result<Vec<ErrorResponse>, TemplateError> {
    const KEYS: [&str; 4] = [
        "ErrorCachingMinTTL",
        "ErrorCode",
        "ResponseCode",
        "ResponsePagePath",
    ];
    config
        .list("CustomErrorResponses", &KEYS)?
        .into_iter()
        .map(|entry| {
            Ok(ErrorResponse {
                code: entry.required_number("ErrorCode")?,
                // CloudFormation takes 0 and an empty text for "none".
                response_code: entry.number("ResponseCode")?.filter(|code| *code != 0),
                page_path: entry
                    .text("ResponsePagePath")?
                    .filter(|path| !path.is_empty()),
                caching_min_ttl: entry.number("ErrorCachingMinTTL")?.unwrap_or(300),
            })
        })
        .collect()
}
