//! What becomes of a preflight: CloudFront forwards it, and the bucket answers it by CORS rules of
//! its own. A plain `<script crossorigin>` sends none, so none of this keeps the SDK from loading.

use greenroom_cloudformation::ResolvedResource;

use super::cors::origins;
use super::forwarding::forwards;
use super::rule::{Remarks, Rule, Severity};
use super::site::{OriginKind, Site, properties};
use super::value::At;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "preflight-method",
        severity: Severity::Warning,
        holds: "`AllowedMethods` has `OPTIONS`, so that a preflight is not refused at the edge",
        source: "Amazon CloudFront Developer Guide, Cache behavior settings",
        check: method,
    },
    Rule {
        id: "preflight-forwarded",
        severity: Severity::Warning,
        holds: "a preflight's own header fields reach the bucket, which answers 400 without them",
        source: "Amazon CloudFront Developer Guide, Cross-origin resource sharing (CORS)",
        check: forwarded,
    },
    Rule {
        id: "preflight-bucket",
        severity: Severity::Warning,
        holds: "the bucket has a CORS rule that admits the origins of the policy, with `GET` and `HEAD`",
        source: "Amazon S3 User Guide, Elements of a CORS configuration",
        check: bucket,
    },
];

const METHODS: [&str; 2] = ["GET", "HEAD"];

fn takes_options(behaviour: At<'_>) -> bool {
    let methods = behaviour.get("AllowedMethods").into_iter();
    methods
        .flat_map(At::texts)
        .any(|method| method == "OPTIONS")
}

fn method(site: &Site<'_>, remarks: &mut Remarks) {
    for (distribution, behaviour) in site.served() {
        if !takes_options(behaviour.settings) {
            remarks.add(
                behaviour.settings.place_of("AllowedMethods"),
                distribution.id,
                format!(
                    "`AllowedMethods` of {} has no `OPTIONS`: CloudFront answers a preflight 403 \
                     with a page of HTML",
                    behaviour.name
                ),
                "allow `[GET, HEAD, OPTIONS]`",
            );
        }
    }
}

fn forwarded(site: &Site<'_>, remarks: &mut Remarks) {
    for (distribution, behaviour) in site.served() {
        let missing: Vec<&str> = [
            "Origin",
            "Access-Control-Request-Method",
            "Access-Control-Request-Headers",
        ]
        .into_iter()
        .filter(|name| forwards(behaviour, name) == Some(false))
        .collect();
        if takes_options(behaviour.settings) && !missing.is_empty() {
            remarks.add(
                behaviour.settings.place_of("OriginRequestPolicyId"),
                distribution.id,
                format!(
                    "{} forwards a preflight without `{}`, so the bucket cannot tell that it is one",
                    behaviour.name,
                    missing.join("`, `")
                ),
                "set `OriginRequestPolicyId` to the managed policy CORS-S3Origin, \
                 `88a5eaf4-2fd4-4709-b370-b4c650ea3fcf`",
            );
        }
    }
}

fn bucket(site: &Site<'_>, remarks: &mut Remarks) {
    for (_, behaviour) in site.served() {
        let Some(OriginKind::Bucket(id)) = behaviour.origin.map(|origin| origin.kind) else {
            continue;
        };
        let Some(bucket) = site.resource(id) else {
            continue;
        };
        if !takes_options(behaviour.settings) {
            continue;
        }
        let rules = cors_rules(bucket);
        if rules.is_empty() {
            remarks.add(
                bucket.place,
                id,
                "the bucket has no `CorsConfiguration`, so S3 answers a preflight 403 \
                 `AccessForbidden`, and no header that CloudFront adds makes a browser accept that",
                "add a rule to `CorsConfiguration` with the origins of the response headers policy",
            );
            continue;
        }
        let wanted = behaviour
            .headers
            .config()
            .and_then(|policy| policy.get("CorsConfig"));
        for origin in wanted
            .into_iter()
            .flat_map(origins)
            .map(|(_, origin)| origin)
        {
            let admits = |rule: &At<'_>| {
                list(*rule, "AllowedOrigins").any(|pattern| matches(pattern, origin))
            };
            let whole = |rule: &At<'_>| {
                admits(rule)
                    && METHODS
                        .iter()
                        .all(|method| list(*rule, "AllowedMethods").any(|one| one == *method))
            };
            if rules.iter().any(whole) {
                continue;
            }
            let (place, reason) = match rules.iter().find(|rule| admits(rule)) {
                Some(rule) => (
                    rule.place_of("AllowedMethods"),
                    format!("the bucket's CORS rule for `{origin}` lacks `GET` or `HEAD`"),
                ),
                None => (
                    rules[0].place_of("AllowedOrigins"),
                    format!(
                        "the response headers policy admits `{origin}` and no CORS rule of the \
                         bucket does"
                    ),
                ),
            };
            remarks.add(
                place,
                id,
                format!("{reason}, so S3 answers such a preflight 403"),
                "let the bucket's rule and the policy take their origins from one parameter, and \
                 allow `[GET, HEAD]`",
            );
        }
    }
}

/// The CORS rules of a bucket.
pub(super) fn cors_rules(bucket: &ResolvedResource) -> Vec<At<'_>> {
    properties(bucket)
        .path(&["CorsConfiguration", "CorsRules"])
        .into_iter()
        .flat_map(At::items)
        .collect()
}

/// The texts of a list in a rule.
pub(super) fn list<'a>(rule: At<'a>, key: &str) -> impl Iterator<Item = &'a str> {
    rule.get(key).into_iter().flat_map(At::texts)
}

/// Whether an origin pattern of S3, with one `*` at the most, covers an origin of the policy.
fn matches(pattern: &str, origin: &str) -> bool {
    match pattern.split_once('*') {
        Some((before, after)) => {
            origin.len() >= before.len() + after.len()
                && origin.starts_with(before)
                && origin.ends_with(after)
        }
        None => pattern == origin,
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_pattern_covers_what_its_one_wildcard_stands_for() {
        assert!(matches("*", "null"));
        assert!(matches("https://*.example.org", "https://a.example.org"));
        assert!(matches("https://*.example.org", "https://*.example.org"));
        assert!(!matches("https://*.example.org", "https://example.org"));
        assert!(!matches("https://a.example.org", "*"));
        assert!(!matches("ab*ba", "aba"), "the ends do not overlap");
    }
}
