//! Whether CloudFront signs what it asks the bucket, and as whom.

use super::rule::{Remarks, Rule, Severity};
use super::site::{ACCESS_CONTROL, ACCESS_IDENTITY, Origin, Site, properties};
use super::value::At;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "origin-access",
        severity: Severity::Error,
        holds: "an origin that is a bucket has an origin access control",
        source: "Amazon CloudFront Developer Guide, Restrict access to an Amazon S3 origin",
        check: access,
    },
    Rule {
        id: "origin-access-kind",
        severity: Severity::Error,
        holds: "the origin access control is one, for S3, with Signature Version 4",
        source: "AWS CloudFormation Template Reference, AWS::CloudFront::OriginAccessControl OriginAccessControlConfig",
        check: kind,
    },
    Rule {
        id: "origin-access-never",
        severity: Severity::Error,
        holds: "the origin access control signs",
        source: "AWS CloudFormation Template Reference, AWS::CloudFront::OriginAccessControl OriginAccessControlConfig",
        check: never,
    },
    Rule {
        id: "origin-access-override",
        severity: Severity::Warning,
        holds: "the origin access control signs every request, also one that brings an `Authorization`",
        source: "AWS CloudFormation Template Reference, AWS::CloudFront::OriginAccessControl OriginAccessControlConfig",
        check: no_override,
    },
    Rule {
        id: "origin-access-identity",
        severity: Severity::Warning,
        holds: "access is by origin access control and not by the older origin access identity",
        source: "Amazon CloudFront Developer Guide, Restrict access to an Amazon S3 origin",
        check: identity,
    },
    Rule {
        id: "origin-access-both",
        severity: Severity::Error,
        holds: "an origin has an access control or an access identity, and not both",
        source: "AWS CloudFormation Template Reference, AWS::CloudFront::Distribution S3OriginConfig",
        check: both,
    },
];

/// `OriginAccessIdentity` that is not empty.
pub(super) fn identity_of(origin: Origin<'_>) -> Option<At<'_>> {
    origin
        .settings
        .path(&["S3OriginConfig", "OriginAccessIdentity"])
        .filter(|at| at.text() != Some(""))
}

/// `OriginAccessControlId` that is not empty.
pub(super) fn control_of(origin: Origin<'_>) -> Option<At<'_>> {
    origin
        .settings
        .get("OriginAccessControlId")
        .filter(|at| at.text() != Some(""))
}

fn access(site: &Site<'_>, remarks: &mut Remarks) {
    for (distribution, origin) in site.bucket_origins() {
        let asked_plainly = origin.settings.get("CustomOriginConfig").is_some();
        if control_of(origin).is_none() && identity_of(origin).is_none() && !asked_plainly {
            remarks.add(
                origin.settings.place,
                distribution.id,
                format!(
                    "the origin `{}` has no `OriginAccessControlId`: its requests are not signed, \
                     and a private bucket answers them 403",
                    origin.name
                ),
                "refer to an `AWS::CloudFront::OriginAccessControl` with `!GetAtt CONTROL.Id`",
            );
        }
    }
}

fn kind(site: &Site<'_>, remarks: &mut Remarks) {
    for (distribution, origin) in site.bucket_origins() {
        if let Some(at) = control_of(origin)
            && let Some((id, _)) = at.attribute()
            && site.resource_of(id, ACCESS_CONTROL).is_none()
        {
            remarks.add(
                at.place,
                distribution.id,
                format!("`{id}` is no origin access control"),
                "refer to an `AWS::CloudFront::OriginAccessControl` with `!GetAtt CONTROL.Id`",
            );
        }
    }
    for (id, config) in controls(site) {
        for (key, wanted) in [
            ("OriginAccessControlOriginType", "s3"),
            ("SigningProtocol", "sigv4"),
        ] {
            let said = config.get(key).and_then(At::text);
            if said != Some(wanted) {
                remarks.add(
                    config.place_of(key),
                    id,
                    format!(
                        "`{key}` is {}, and a bucket takes signatures of `{wanted}` only",
                        said.map_or("not said".to_owned(), |said| format!("`{said}`"))
                    ),
                    format!("set it to `{wanted}`"),
                );
            }
        }
    }
}

fn never(site: &Site<'_>, remarks: &mut Remarks) {
    for (id, config) in controls(site) {
        if config.get("SigningBehavior").and_then(At::text) == Some("never") {
            remarks.add(
                config.place_of("SigningBehavior"),
                id,
                "`SigningBehavior: never` signs nothing, and a private bucket answers 403",
                "set it to `always`",
            );
        }
    }
}

fn no_override(site: &Site<'_>, remarks: &mut Remarks) {
    for (id, config) in controls(site) {
        if config.get("SigningBehavior").and_then(At::text) == Some("no-override") {
            remarks.add(
                config.place_of("SigningBehavior"),
                id,
                "`SigningBehavior: no-override` leaves a request with an `Authorization` of its own \
                 unsigned, and the bucket answers it 403",
                "set it to `always`",
            );
        }
    }
}

/// The access controls of buckets, each once.
fn controls<'a>(site: &Site<'a>) -> Vec<(&'a str, At<'a>)> {
    let mut ids: Vec<&str> = site
        .bucket_origins()
        .filter_map(|(_, origin)| Some(control_of(origin)?.attribute()?.0))
        .collect();
    ids.sort_unstable();
    ids.dedup();
    ids.into_iter()
        .filter_map(|id| site.resource_of(id, ACCESS_CONTROL))
        .filter_map(|resource| {
            let config = properties(resource).get("OriginAccessControlConfig")?;
            Some((resource.logical_id.as_str(), config))
        })
        .collect()
}

fn identity(site: &Site<'_>, remarks: &mut Remarks) {
    for (distribution, origin) in site.bucket_origins() {
        if let Some(at) = identity_of(origin) {
            remarks.add(
                at.place,
                distribution.id,
                "an origin access identity is the older way: it reads nothing that is encrypted \
                 with a KMS key, and does not work in newer regions",
                "use an `AWS::CloudFront::OriginAccessControl`, and leave `OriginAccessIdentity` \
                 empty",
            );
        }
    }
    for resource in site.of_kind(ACCESS_IDENTITY) {
        let used = site
            .bucket_origins()
            .any(|(_, origin)| identity_of(origin).is_some());
        if !used {
            remarks.add(
                resource.place,
                &resource.logical_id,
                "nobody asks as this origin access identity",
                "take it out",
            );
        }
    }
}

fn both(site: &Site<'_>, remarks: &mut Remarks) {
    for (distribution, origin) in site.bucket_origins() {
        if let Some(at) = identity_of(origin)
            && control_of(origin).is_some()
        {
            remarks.add(
                at.place,
                distribution.id,
                "the origin has an access control and an access identity, and CloudFront refuses \
                 the distribution",
                "leave `OriginAccessIdentity` empty",
            );
        }
    }
}
