//! The other headers of answers: security, timing, and what a policy must not take away.

use super::cors::{ByBucket, by_bucket, custom_headers};
use super::rule::{Remarks, Rule, Severity};
use super::site::{Policy, Site};
use super::value::At;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "security-headers",
        severity: Severity::Warning,
        holds: "the policy adds `Strict-Transport-Security`, `X-Content-Type-Options`, `X-Frame-Options` and `Referrer-Policy`",
        source: "Amazon CloudFront Developer Guide, Understand response headers policies",
        check: security,
    },
    Rule {
        id: "hsts-max-age",
        severity: Severity::Warning,
        holds: "browsers are told to stay with https for a year at least, as the managed policies tell them",
        source: "Amazon CloudFront Developer Guide, Use managed response headers policies",
        check: hsts,
    },
    Rule {
        id: "csp-length",
        severity: Severity::Error,
        holds: "a `Content-Security-Policy` has 1783 characters at the most",
        source: "Amazon CloudFront Developer Guide, Quotas",
        check: csp,
    },
    Rule {
        id: "timing-allow-origin",
        severity: Severity::Warning,
        holds: "answers say `Timing-Allow-Origin`, or pages of other origins see 0 for every time and size",
        source: "W3C Resource Timing, Cross-origin resources",
        check: timing_allow_origin,
    },
    Rule {
        id: "cross-origin-resource-policy",
        severity: Severity::Error,
        holds: "no `Cross-Origin-Resource-Policy` keeps the SDK from pages of other origins",
        source: "Fetch Standard, Cross-Origin-Resource-Policy header",
        check: resource_policy,
    },
    Rule {
        id: "cache-control-override",
        severity: Severity::Warning,
        holds: "the policy does not shorten the time for which browsers keep the SDK",
        source: "Amazon CloudFront Developer Guide, Add or remove HTTP headers in CloudFront responses with a policy",
        check: cache_control,
    },
    Rule {
        id: "removed-header",
        severity: Severity::Error,
        holds: "the policy takes no header away that a browser needs, or that CloudFront does not let go",
        source: "Amazon CloudFront Developer Guide, Understand response headers policies",
        check: removed,
    },
    Rule {
        id: "server-timing",
        severity: Severity::Note,
        holds: "answers say in `Server-Timing` what the edge and the origin took",
        source: "Amazon CloudFront Developer Guide, Understand response headers policies",
        check: server_timing,
    },
];

/// As long as the managed policies say, s.
const YEAR: f64 = 31_536_000.0;

/// The parts of `SecurityHeadersConfig` that every answer should have, and their headers.
const SECURITY: [(&str, &str); 4] = [
    ("StrictTransportSecurity", "Strict-Transport-Security"),
    ("ContentTypeOptions", "X-Content-Type-Options"),
    ("FrameOptions", "X-Frame-Options"),
    ("ReferrerPolicy", "Referrer-Policy"),
];

fn security(site: &Site<'_>, remarks: &mut Remarks) {
    for (resource, policy) in site.header_policies() {
        let config = policy.get("SecurityHeadersConfig");
        let missing: Vec<&str> = SECURITY
            .into_iter()
            .filter(|(key, name)| {
                config.is_none_or(|config| config.get(key).is_none())
                    && custom(policy, name).is_none()
            })
            .map(|(_, name)| name)
            .collect();
        if !missing.is_empty() {
            remarks.add(
                policy.place_of("SecurityHeadersConfig"),
                resource,
                format!("answers have no `{}`", missing.join("`, `")),
                "add them under `SecurityHeadersConfig`, each with `Override: true`",
            );
        }
    }
    // Where the bucket does not give CORS headers to all, the missing policy is graver than this.
    for (distribution, behaviour) in site.served() {
        if matches!(behaviour.headers, Policy::None) && by_bucket(site, behaviour) == ByBucket::All
        {
            remarks.add(
                behaviour.settings.place,
                distribution.id,
                format!(
                    "{} has no `ResponseHeadersPolicyId`: the bucket's own rules let pages load \
                     the SDK, and answers have no `{}` and no `Timing-Allow-Origin`",
                    behaviour.name,
                    SECURITY.map(|(_, name)| name).join("`, `")
                ),
                "refer to an `AWS::CloudFront::ResponseHeadersPolicy` with \
                 `SecurityHeadersConfig` and the custom header `Timing-Allow-Origin: *`",
            );
        }
    }
}

fn hsts(site: &Site<'_>, remarks: &mut Remarks) {
    for (resource, policy) in site.header_policies() {
        let age = policy.path(&[
            "SecurityHeadersConfig",
            "StrictTransportSecurity",
            "AccessControlMaxAgeSec",
        ]);
        if let Some(at) = age
            && let Some(seconds) = at.number()
            && seconds < YEAR
        {
            remarks.add(
                at.place,
                resource,
                format!(
                    "`Strict-Transport-Security` ends after {seconds} s: whoever comes back later \
                     may be led to plain http once more"
                ),
                "set `AccessControlMaxAgeSec` to 31536000 or more",
            );
        }
    }
}

fn csp(site: &Site<'_>, remarks: &mut Remarks) {
    for (resource, policy) in site.header_policies() {
        let path = [
            "SecurityHeadersConfig",
            "ContentSecurityPolicy",
            "ContentSecurityPolicy",
        ];
        let Some(at) = policy.path(&path) else {
            continue;
        };
        let length = at.text().map_or(0, |text| text.chars().count());
        if length > 1783 {
            remarks.add(
                at.place,
                resource,
                format!(
                    "the `Content-Security-Policy` has {length} characters, of 1783 at the most"
                ),
                "shorten it",
            );
        }
    }
}

fn timing_allow_origin(site: &Site<'_>, remarks: &mut Remarks) {
    for (resource, policy) in site.header_policies() {
        if custom(policy, "Timing-Allow-Origin").is_none() {
            remarks.add(
                policy.place_of("CustomHeadersConfig"),
                resource,
                "answers have no `Timing-Allow-Origin`: a page, and whoever measures it, sees 0 for \
                 the SDK's times, sizes and protocol",
                "add the custom header `Timing-Allow-Origin: *`",
            );
        }
    }
}

fn resource_policy(site: &Site<'_>, remarks: &mut Remarks) {
    for (resource, policy) in site.header_policies() {
        let Some((header, value)) = custom(policy, "Cross-Origin-Resource-Policy") else {
            continue;
        };
        if value != "cross-origin" {
            remarks.add(
                header.place_of("Value"),
                resource,
                format!(
                    "`Cross-Origin-Resource-Policy: {value}`: a browser does not hand the SDK to a \
                     page of another origin, whatever CORS says"
                ),
                "say `cross-origin`",
            );
        }
    }
}

fn cache_control(site: &Site<'_>, remarks: &mut Remarks) {
    for (resource, policy) in site.header_policies() {
        let Some((header, value)) = custom(policy, "Cache-Control") else {
            continue;
        };
        let long = value
            .split(',')
            .filter_map(|part| part.trim().strip_prefix("max-age="))
            .filter_map(|seconds| seconds.parse::<f64>().ok())
            .any(|seconds| seconds >= YEAR);
        let forbidden = ["no-store", "no-cache", "private"];
        let kept = long
            && !value
                .split(',')
                .any(|part| forbidden.contains(&part.trim()));
        if !kept && header.says(&["Override"]) {
            remarks.add(
                header.place_of("Value"),
                resource,
                format!(
                    "every answer says `Cache-Control: {value}`, whatever was uploaded with the \
                     file: browsers ask for the SDK again and again"
                ),
                "leave `Cache-Control` to the upload, or say \
                 `public, max-age=31536000, immutable`",
            );
        }
    }
}

/// Headers without which a script does not run or is fetched anew.
const NEEDED: [&str; 5] = [
    "content-type",
    "cache-control",
    "etag",
    "last-modified",
    "vary",
];

fn removed(site: &Site<'_>, remarks: &mut Remarks) {
    for (resource, policy) in site.header_policies() {
        let items = policy.path(&["RemoveHeadersConfig", "Items"]);
        for header in items.into_iter().flat_map(At::items) {
            let at = header.get("Header").unwrap_or(header);
            let Some(name) = at.text() else { continue };
            let lower = name.to_ascii_lowercase();
            if NEEDED.contains(&lower.as_str()) {
                remarks.add(
                    at.place,
                    resource,
                    format!("without `{name}` a browser cannot tell what the file is or whether its copy is still good"),
                    "keep it",
                );
            } else if is_kept(&lower) {
                remarks.add(
                    at.place,
                    resource,
                    format!("CloudFront does not let `{name}` be removed and refuses the policy"),
                    "take it out of `RemoveHeadersConfig`",
                );
            }
        }
    }
}

/// Headers that a policy cannot remove.
fn is_kept(lower: &str) -> bool {
    const KEPT: [&str; 12] = [
        "connection",
        "content-encoding",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "via",
        "warning",
        "x-cache",
    ];
    const FAMILIES: [&str; 4] = ["proxy-", "x-accel-", "x-amz-cf-", "x-edge-"];
    KEPT.contains(&lower) || FAMILIES.iter().any(|family| lower.starts_with(family))
}

fn server_timing(site: &Site<'_>, remarks: &mut Remarks) {
    for (resource, policy) in site.header_policies() {
        if !policy.says(&["ServerTimingHeadersConfig", "Enabled"]) {
            remarks.add(
                policy.place_of("ServerTimingHeadersConfig"),
                resource,
                "`Server-Timing` is off: of a slow load it cannot be told whether the edge or the \
                 bucket was slow",
                "enable `ServerTimingHeadersConfig`",
            );
        }
    }
}

/// A custom header by its name, and its value.
fn custom<'a>(policy: At<'a>, name: &str) -> Option<(At<'a>, &'a str)> {
    custom_headers(policy)
        .find(|(_, found)| found.eq_ignore_ascii_case(name))
        .map(|(header, _)| {
            let value = header.get("Value").and_then(At::text);
            (header, value.unwrap_or_default().trim())
        })
}
