//! How CloudFront asks the bucket: by which endpoint, and signed by whom.

use super::rule::{Remarks, Rule, Severity};
use super::site::{
    ACCESS_CONTROL, ACCESS_IDENTITY, Behaviour, Origin, OriginKind, Site, properties,
};
use super::value::At;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "origin-unknown",
        severity: Severity::Error,
        holds: "`TargetOriginId` is the `Id` of an origin",
        source: "Amazon CloudFront Developer Guide, Cache behavior settings",
        check: unknown,
    },
    Rule {
        id: "origin-website",
        severity: Severity::Error,
        holds: "the bucket is asked through its REST endpoint, and not through its website",
        source: "Amazon CloudFront Developer Guide, Restrict access to an Amazon S3 origin",
        check: website,
    },
    Rule {
        id: "origin-custom-bucket",
        severity: Severity::Error,
        holds: "a bucket's REST endpoint has `S3OriginConfig` and no `CustomOriginConfig`",
        source: "Amazon CloudFront Developer Guide, Use various origins with CloudFront distributions",
        check: custom,
    },
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
    Rule {
        id: "origin-path-form",
        severity: Severity::Error,
        holds: "`OriginPath` begins with a slash and does not end with one",
        source: "Amazon CloudFront Developer Guide, Origin settings",
        check: path,
    },
    Rule {
        id: "origin-host",
        severity: Severity::Error,
        holds: "the viewer's `Host` does not reach the bucket, which would look for a bucket of that name",
        source: "Amazon CloudFront Developer Guide, Use managed origin request policies",
        check: host,
    },
    Rule {
        id: "origin-global-name",
        severity: Severity::Note,
        holds: "the bucket is named with its region",
        source: "Amazon CloudFront Developer Guide, Origin settings",
        check: global_name,
    },
    Rule {
        id: "origin-patience",
        severity: Severity::Note,
        holds: "CloudFront gives the bucket up before a page gives CloudFront up, after 30 s",
        source: "Amazon CloudFront Developer Guide, Origin settings",
        check: patience,
    },
];

/// For how long a page with the SDK on the CDN waits for it, s.
const PAGE_WAITS: f64 = 30.0;

fn unknown(site: &Site<'_>, remarks: &mut Remarks) {
    for distribution in &site.distributions {
        let groups = distribution.config.get("OriginGroups").is_some();
        for behaviour in &distribution.behaviours {
            let Some(target) = behaviour.settings.get("TargetOriginId") else {
                continue;
            };
            // An origin group is a name of its own, and a name that is not a text is not known here.
            if behaviour.origin.is_some() || groups || target.text().is_none() {
                continue;
            }
            remarks.add(
                target.place,
                distribution.id,
                format!(
                    "{} asks `{}`, and no origin has that `Id`: CloudFront refuses the distribution",
                    behaviour.name,
                    target.text().unwrap_or_default()
                ),
                "write the `Id` of an element of `Origins`",
            );
        }
    }
}

fn website(site: &Site<'_>, remarks: &mut Remarks) {
    for distribution in &site.distributions {
        for origin in &distribution.origins {
            if origin.kind == OriginKind::Website {
                remarks.add(
                    origin.settings.place_of("DomainName"),
                    distribution.id,
                    "the origin is the bucket's website endpoint: that has no https and knows no \
                     signature, so the bucket must be open to everybody, past the CDN",
                    "use `!GetAtt BUCKET.RegionalDomainName` with `S3OriginConfig` and an origin \
                     access control",
                );
            }
        }
    }
}

fn custom(site: &Site<'_>, remarks: &mut Remarks) {
    for (distribution, origin) in site.bucket_origins() {
        if let Some(custom) = origin.settings.get("CustomOriginConfig") {
            remarks.add(
                custom.place,
                distribution.id,
                "a bucket with `CustomOriginConfig` is asked like any web server, without a \
                 signature, and answers 403 unless it is public",
                "replace it by `S3OriginConfig` and an origin access control",
            );
        }
    }
}

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

fn path(site: &Site<'_>, remarks: &mut Remarks) {
    for distribution in &site.distributions {
        for origin in &distribution.origins {
            let Some(at) = origin.settings.get("OriginPath") else {
                continue;
            };
            let Some(text) = site.filled(at) else {
                continue;
            };
            if !text.is_empty() && (!text.starts_with('/') || text.ends_with('/')) {
                remarks.add(
                    at.place,
                    distribution.id,
                    format!("CloudFront refuses the `OriginPath` `{text}`"),
                    "begin it with a slash and end it without one",
                );
            }
        }
    }
}

fn host(site: &Site<'_>, remarks: &mut Remarks) {
    for (distribution, behaviour) in site.served() {
        let asks_bucket = behaviour.origin.is_some_and(|origin| {
            matches!(
                origin.kind,
                OriginKind::Bucket(_) | OriginKind::BucketElsewhere
            )
        });
        if asks_bucket && super::forwarding::forwards(behaviour, "host") == Some(true) {
            remarks.add(
                host_place(behaviour),
                distribution.id,
                format!(
                    "{} hands the viewer's `Host` on: S3 looks for a bucket of that name, or finds \
                     the signature wrong, and answers 403 or 404",
                    behaviour.name
                ),
                "forward no `Host` to a bucket; the managed policy CORS-S3Origin, \
                 `88a5eaf4-2fd4-4709-b370-b4c650ea3fcf`, has what it needs",
            );
        }
    }
}

fn host_place(behaviour: &Behaviour<'_>) -> greenroom_cloudformation::Place {
    ["OriginRequestPolicyId", "ForwardedValues", "CachePolicyId"]
        .into_iter()
        .find_map(|key| behaviour.settings.get(key))
        .map_or(behaviour.settings.place, |at| at.place)
}

fn global_name(site: &Site<'_>, remarks: &mut Remarks) {
    for (distribution, origin) in site.bucket_origins() {
        let Some(domain) = origin.settings.get("DomainName") else {
            continue;
        };
        let global = match domain.attribute() {
            Some((_, name)) => name == "DomainName",
            None => domain
                .text()
                .is_some_and(|text| text.ends_with(".s3.amazonaws.com")),
        };
        if global {
            remarks.add(
                domain.place,
                distribution.id,
                "the bucket's name is without its region: for some hours after such a bucket is \
                 made outside us-east-1, S3 answers 307 and leads viewers past the CDN",
                "use `!GetAtt BUCKET.RegionalDomainName`",
            );
        }
    }
}

fn patience(site: &Site<'_>, remarks: &mut Remarks) {
    for (distribution, origin) in site.bucket_origins() {
        let said = |key: &str, default: f64| {
            origin
                .settings
                .get(key)
                .and_then(At::number)
                .unwrap_or(default)
        };
        let waits = said("ConnectionAttempts", 3.0) * said("ConnectionTimeout", 10.0);
        if waits >= PAGE_WAITS {
            let key = if origin.settings.get("ConnectionTimeout").is_some() {
                "ConnectionTimeout"
            } else {
                "ConnectionAttempts"
            };
            remarks.add(
                origin.settings.place_of(key),
                distribution.id,
                format!(
                    "CloudFront tries for {waits} s to reach the bucket, and a page gives up after \
                     {PAGE_WAITS} s: it sees a timeout where it could see a 504"
                ),
                "set, say, `ConnectionAttempts: 2` and `ConnectionTimeout: 4`",
            );
        }
    }
}
