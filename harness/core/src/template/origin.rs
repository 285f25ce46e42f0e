//! By which endpoint CloudFront asks the bucket, for what, and for how long.

use super::rule::{Remarks, Rule, Severity};
use super::site::{Behaviour, OriginKind, Site};
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
