//! `Origins` of a distribution, and the buckets behind them.

use crate::deploy::fields::Fields;
use crate::deploy::{buckets, unknown_reference};
use crate::{
    Node, Origin, OriginAccess, Resolved, ResolvedResource, Signing, TemplateError, kinds,
};

const KEYS: [&str; 13] = [
    "ConnectionAttempts",
    "ConnectionTimeout",
    "CustomOriginConfig",
    "DomainName",
    "Id",
    "OriginAccessControlId",
    "OriginCustomHeaders",
    "OriginMtlsConfig",
    "OriginPath",
    "OriginShield",
    "ResponseCompletionTimeout",
    "S3OriginConfig",
    "VpcOriginConfig",
];

const CONTROL: &str = "AWS::CloudFront::OriginAccessControl";
const IDENTITY: &str = "AWS::CloudFront::CloudFrontOriginAccessIdentity";

/// The origins of a `DistributionConfig`.
pub(super) fn read(config: Fields<'_>) -> Result<Vec<Origin>, TemplateError> {
    let origins = config
        .list("Origins", &KEYS)?
        .into_iter()
        .map(origin)
        .collect::<Result<Vec<_>, _>>()?;
    if origins.is_empty() {
        return Err(TemplateError::at(
            config.place(),
            "the distribution has no `Origins`",
            "say where its objects come from",
        ));
    }
    Ok(origins)
}

fn origin(fields: Fields<'_>) -> Result<Origin, TemplateError> {
    fields.refuse(&["VpcOriginConfig", "OriginMtlsConfig"])?;
    let resolved = fields.resolved;
    let is_custom = fields.node("CustomOriginConfig").is_some();
    let s3 = fields.child(
        "S3OriginConfig",
        &["OriginAccessIdentity", "OriginReadTimeout"],
    )?;
    if is_custom == s3.is_some() {
        return Err(TemplateError::at(
            fields.place(),
            "an origin has either `S3OriginConfig` or `CustomOriginConfig`",
            "for a bucket with origin access control write `S3OriginConfig: {OriginAccessIdentity: \"\"}`",
        ));
    }
    let domain = fields.required_text("DomainName")?;
    let bucket = resolved
        .created("AWS::S3::Bucket")
        .find(|bucket| is_host_of(resolved, bucket, &domain))
        .map(|bucket| buckets::read(resolved, bucket))
        .transpose()?;
    let control = fields
        .node("OriginAccessControlId")
        .filter(|node| node.text() != Some(""));
    let identity = match &s3 {
        Some(s3) => s3.node("OriginAccessIdentity"),
        None => None,
    }
    .filter(|node| node.text() != Some(""));
    let (access, principals) = match (control, identity) {
        (Some(control), Some(_)) => {
            return Err(TemplateError::at(
                control.place,
                "an origin has an origin access control and an identity",
                "leave `OriginAccessIdentity` empty",
            ));
        }
        (Some(control), None) => access_control(resolved, control)?,
        (None, Some(identity)) => access_identity(resolved, identity)?,
        (None, None) => (OriginAccess::None, Vec::new()),
    };
    let path = fields.text("OriginPath")?.unwrap_or_default();
    if !path.is_empty() && (!path.starts_with('/') || path.ends_with('/')) {
        return Err(TemplateError::at(
            fields
                .node("OriginPath")
                .map_or(fields.place(), |node| node.place),
            format!("`OriginPath` cannot be `{}`", crate::error::excerpt(&path)),
            "it begins with `/` and does not end with one",
        ));
    }
    Ok(Origin {
        id: fields.required_text("Id")?,
        domain,
        path,
        bucket,
        is_custom,
        access,
        principals,
    })
}

/// Whether a host is a bucket's, its website endpoint's included.
fn is_host_of(resolved: &Resolved, bucket: &ResolvedResource, host: &str) -> bool {
    let region = &resolved.inputs.region;
    let attributes = ["RegionalDomainName", "DomainName", "DualStackDomainName"];
    attributes
        .iter()
        .any(|attribute| resolved.stand_in(bucket, attribute) == host)
        || kinds::website_host(&bucket.name, region) == host
        || kinds::website_host(&bucket.name, region).replacen("s3-website-", "s3-website.", 1)
            == host
}

/// `OriginAccessControlId`. What signs is the service itself, whose principal a bucket policy
/// names ("Restricting access to an Amazon S3 origin").
fn access_control(
    resolved: &Resolved,
    node: &Node,
) -> Result<(OriginAccess, Vec<String>), TemplateError> {
    let Some(control) = resolved.referred(node, CONTROL) else {
        return Err(unknown_reference(
            resolved,
            node,
            "origin access control of this template",
            CONTROL,
        ));
    };
    let properties = Fields::new(
        resolved,
        &control.properties,
        CONTROL,
        &["OriginAccessControlConfig"],
    )?;
    let config = properties.required_child(
        "OriginAccessControlConfig",
        &[
            "Description",
            "Name",
            "OriginAccessControlOriginType",
            "SigningBehavior",
            "SigningProtocol",
        ],
    )?;
    config.required_choice(
        "OriginAccessControlOriginType",
        &[
            ("s3", ()),
            ("mediastore", ()),
            ("mediapackagev2", ()),
            ("lambda", ()),
        ],
    )?;
    config.required_choice("SigningProtocol", &[("sigv4", ())])?;
    let signing = config.required_choice(
        "SigningBehavior",
        &[
            ("always", Signing::Always),
            ("never", Signing::Never),
            ("no-override", Signing::NoOverride),
        ],
    )?;
    let principals = match signing {
        Signing::Always | Signing::NoOverride => {
            vec!["Service:cloudfront.amazonaws.com".to_owned()]
        }
        Signing::Never => Vec::new(),
    };
    Ok((OriginAccess::Control(signing), principals))
}

/// `OriginAccessIdentity`, which a bucket policy names by its canonical user or its ARN.
fn access_identity(
    resolved: &Resolved,
    node: &Node,
) -> Result<(OriginAccess, Vec<String>), TemplateError> {
    const PREFIX: &str = "origin-access-identity/cloudfront/";
    let text = resolved.text(node).unwrap_or_default();
    let Some(id) = text.strip_prefix(PREFIX) else {
        return Err(TemplateError::at(
            node.place,
            format!(
                "`OriginAccessIdentity` cannot be `{}`",
                crate::error::excerpt(&text)
            ),
            format!("write `{PREFIX}` and its id"),
        ));
    };
    let mut principals = vec![format!(
        "AWS:arn:{}:iam::cloudfront:user/CloudFront Origin Access Identity {id}",
        resolved.partition
    )];
    principals.extend(
        resolved
            .created(IDENTITY)
            .find(|identity| resolved.stand_in(identity, "Ref") == id)
            .map(|identity| {
                format!(
                    "CanonicalUser:{}",
                    resolved.stand_in(identity, "S3CanonicalUserId")
                )
            }),
    );
    Ok((OriginAccess::Identity, principals))
}
