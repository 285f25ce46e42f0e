//! How long the edge keeps the SDK and its errors, and how many copies it makes.

use super::forwarding::keyed;
use super::rule::{Remarks, Rule, Severity};
use super::site::{Policy, Site};
use super::value::At;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "cache-policy",
        severity: Severity::Error,
        holds: "a behaviour has a cache policy, or the older settings in its place",
        source: "Amazon CloudFront Developer Guide, Cache behavior settings",
        check: has_policy,
    },
    Rule {
        id: "legacy-cache-settings",
        severity: Severity::Warning,
        holds: "caching is said by a cache policy, since the older settings do not know Brotli",
        source: "Amazon CloudFront Developer Guide, Serve compressed files",
        check: legacy,
    },
    Rule {
        id: "ttl-order",
        severity: Severity::Error,
        holds: "`MinTTL` is at most `DefaultTTL`, and that at most `MaxTTL`",
        source: "AWS CloudFormation Template Reference, AWS::CloudFront::CachePolicy CachePolicyConfig",
        check: order,
    },
    Rule {
        id: "caching-off",
        severity: Severity::Error,
        holds: "the edge keeps what it fetched: `MaxTTL` is above 0",
        source: "Amazon CloudFront Developer Guide, Understand cache policies",
        check: off,
    },
    Rule {
        id: "ttl-short",
        severity: Severity::Warning,
        holds: "the edge keeps an object for a day at least, also one whose origin says nothing",
        source: "Amazon CloudFront Developer Guide, Manage how long content stays in the cache (expiration)",
        check: short,
    },
    Rule {
        id: "ttl-forced",
        severity: Severity::Warning,
        holds: "`MinTTL` is an hour at the most: it also keeps what the origin says must not be kept",
        source: "Amazon CloudFront Developer Guide, Manage how long content stays in the cache (expiration)",
        check: forced,
    },
    Rule {
        id: "cache-key",
        severity: Severity::Warning,
        holds: "nothing is in the cache key that does not change the file",
        source: "Amazon CloudFront Developer Guide, Understand the cache key",
        check: key,
    },
    Rule {
        id: "error-caching",
        severity: Severity::Warning,
        holds: "an entry of `CustomErrorResponses` says `ErrorCachingMinTTL`, and a minute at the most",
        source: "Amazon CloudFront Developer Guide, How CloudFront caches HTTP 4xx and 5xx status codes from your origin",
        check: errors,
    },
    Rule {
        id: "soft-error",
        severity: Severity::Error,
        holds: "an error of the origin is answered as an error",
        source: "Amazon CloudFront Developer Guide, Generate custom error responses",
        check: soft_errors,
    },
];

const DAY: f64 = 86_400.0;
const YEAR: f64 = 31_536_000.0;

fn has_policy(site: &Site<'_>, remarks: &mut Remarks) {
    for (distribution, behaviour) in site.served() {
        match behaviour.cache {
            Policy::None => remarks.add(
                behaviour.settings.place,
                distribution.id,
                format!(
                    "{} has no `CachePolicyId`, and CloudFront refuses a behaviour without one",
                    behaviour.name
                ),
                "refer to an `AWS::CloudFront::CachePolicy`, or to the managed policy \
                 CachingOptimized, `658327ea-f89d-4fab-a63d-7e88639e58f6`",
            ),
            Policy::Other(at, resource) => remarks.add(
                at.place,
                distribution.id,
                format!("`{resource}` is no cache policy"),
                "refer to an `AWS::CloudFront::CachePolicy`",
            ),
            Policy::Known(..) | Policy::Elsewhere(_) => {}
        }
    }
}

fn legacy(site: &Site<'_>, remarks: &mut Remarks) {
    for (distribution, behaviour) in site.served() {
        if let Some(older) = behaviour.settings.get("ForwardedValues")
            && behaviour.settings.get("CachePolicyId").is_none()
        {
            remarks.add(
                older.place,
                distribution.id,
                format!(
                    "{} has `ForwardedValues` in place of a cache policy: the edge compresses with \
                     gzip only",
                    behaviour.name
                ),
                "replace it by `CachePolicyId`, such as the managed policy CachingOptimized, \
                 `658327ea-f89d-4fab-a63d-7e88639e58f6`",
            );
        }
    }
}

/// The three times of a policy in s, with CloudFront's defaults, which move with the minimum.
struct Ttl {
    least: f64,
    default: f64,
    most: f64,
}

impl Ttl {
    fn of(policy: At<'_>) -> Self {
        let said = |key: &str| policy.get(key).and_then(At::number);
        let least = said("MinTTL").unwrap_or(0.0);
        let default = said("DefaultTTL").unwrap_or(DAY.max(least));
        Self {
            least,
            default,
            most: said("MaxTTL").unwrap_or(YEAR.max(default)),
        }
    }

    fn is_off(&self) -> bool {
        self.most <= 0.0
    }
}

fn order(site: &Site<'_>, remarks: &mut Remarks) {
    for (resource, policy) in site.cache_policies() {
        let ttl = Ttl::of(policy);
        let (key, reason) = if ttl.least > ttl.most {
            (
                "MinTTL",
                format!("`MinTTL` {} is above `MaxTTL` {}", ttl.least, ttl.most),
            )
        } else if ttl.least > ttl.default {
            (
                "MinTTL",
                format!(
                    "`MinTTL` {} is above `DefaultTTL` {}",
                    ttl.least, ttl.default
                ),
            )
        } else if ttl.default > ttl.most {
            (
                "DefaultTTL",
                format!(
                    "`DefaultTTL` {} is above `MaxTTL` {}",
                    ttl.default, ttl.most
                ),
            )
        } else {
            continue;
        };
        remarks.add(
            policy.place_of(key),
            resource,
            format!("{reason}, and CloudFront refuses the policy"),
            "write, say, 1, 86400 and 31536000",
        );
    }
}

fn off(site: &Site<'_>, remarks: &mut Remarks) {
    for (resource, policy) in site.cache_policies() {
        if Ttl::of(policy).is_off() {
            remarks.add(
                policy.place_of("MaxTTL"),
                resource,
                "`MaxTTL` is 0, so the edge keeps nothing and compresses nothing: every user waits \
                 for the bucket, for four times the bytes",
                "set `MaxTTL` to 31536000, or refer to the managed policy CachingOptimized",
            );
        }
    }
}

fn short(site: &Site<'_>, remarks: &mut Remarks) {
    for (resource, policy) in site.cache_policies() {
        let ttl = Ttl::of(policy);
        if ttl.is_off() {
            continue;
        }
        if ttl.most < DAY {
            remarks.add(
                policy.place_of("MaxTTL"),
                resource,
                format!(
                    "`MaxTTL` {} s: however long the SDK may be kept, the edge asks the bucket for \
                     it again after that time",
                    ttl.most
                ),
                "set `MaxTTL` to 31536000: a file with a version in its name never changes",
            );
        }
        if ttl.default < DAY && ttl.least < DAY {
            remarks.add(
                policy.place_of("DefaultTTL"),
                resource,
                format!(
                    "`DefaultTTL` {} s: of a file that was uploaded without `Cache-Control` the \
                     edge keeps nothing for longer",
                    ttl.default
                ),
                "set `DefaultTTL` to 86400 or more",
            );
        }
    }
}

fn forced(site: &Site<'_>, remarks: &mut Remarks) {
    for (resource, policy) in site.cache_policies() {
        let ttl = Ttl::of(policy);
        if ttl.least > 3600.0 && ttl.least <= ttl.most {
            remarks.add(
                policy.place_of("MinTTL"),
                resource,
                format!(
                    "`MinTTL` {} s: a file that was uploaded with `no-store` or a short `max-age` \
                     stays that long all the same",
                    ttl.least
                ),
                "set `MinTTL` to 1 and let `Cache-Control` of the upload decide",
            );
        }
    }
}

/// What the bucket may answer differently to: the edge keeps an answer for each.
const CORS_FIELDS: [&str; 3] = [
    "origin",
    "access-control-request-headers",
    "access-control-request-method",
];

fn key(site: &Site<'_>, remarks: &mut Remarks) {
    for (resource, policy) in site.cache_policies() {
        let known = Policy::Known(resource, policy);
        let parameters = policy.get("ParametersInCacheKeyAndForwardedToOrigin");
        let part = |config: &str, behaviour: &str| {
            let at = parameters?.path(&[config, behaviour])?;
            let said = at.text()?;
            (said != "none").then_some((at.place, said))
        };
        // The older settings have other names for the same.
        let is_older = site.served().any(|(_, behaviour)| {
            let older = behaviour.settings.get("ForwardedValues");
            older.is_some_and(|older| older.place == policy.place)
        });
        let fix = |older, policy| if is_older { older } else { policy };
        if let Some((place, _)) = part("CookiesConfig", "CookieBehavior") {
            remarks.add(
                place,
                resource,
                "cookies are in the cache key: each user has a copy, and a first miss, of their own",
                fix(
                    "set `Forward` of `Cookies` to `none`",
                    "set `CookieBehavior` to `none`",
                ),
            );
        }
        if let Some((place, _)) = part("QueryStringsConfig", "QueryStringBehavior") {
            remarks.add(
                place,
                resource,
                "query strings are in the cache key: `?x=1` is a miss, and anybody can make as many \
                 as they like",
                fix(
                    "set `QueryString` to `false`; a new release has a new name",
                    "set `QueryStringBehavior` to `none`; a new release has a new name",
                ),
            );
        }
        let headers: Vec<&str> = keyed(known)
            .filter(|config| config.get("HeaderBehavior").and_then(At::text) == Some("whitelist"))
            .and_then(|config| config.get("Headers"))
            .into_iter()
            .flat_map(At::texts)
            .filter(|name| !CORS_FIELDS.contains(&name.to_ascii_lowercase().as_str()))
            .filter(|name| !name.eq_ignore_ascii_case("accept-encoding"))
            .collect();
        let all = keyed(known)
            .is_some_and(|config| config.get("HeaderBehavior").and_then(At::text) == Some("all"));
        if all || !headers.is_empty() {
            let place = keyed(known).map_or(policy.place, |config| config.place_of("Headers"));
            let which = if all {
                "all headers are".to_owned()
            } else {
                format!("`{}` is", headers.join("`, `"))
            };
            remarks.add(
                place,
                resource,
                format!(
                    "{which} in the cache key: each value makes a copy, and a miss, of its own"
                ),
                fix(
                    "take `Headers` out, or leave CORS's own fields in it",
                    "set `HeaderBehavior` to `none`",
                ),
            );
        }
    }
}

fn errors(site: &Site<'_>, remarks: &mut Remarks) {
    for (distribution, entry, code) in error_responses(site) {
        let said = entry.get("ErrorCachingMinTTL").and_then(At::number);
        let reason = match said {
            None => format!(
                "the entry for {code} has no `ErrorCachingMinTTL`, which means 300 s, and not the \
                 10 s without an entry"
            ),
            Some(seconds) if seconds > 60.0 => {
                format!("`ErrorCachingMinTTL` {seconds} s for {code}")
            }
            Some(_) => continue,
        };
        remarks.add(
            entry.place_of("ErrorCachingMinTTL"),
            distribution,
            format!("{reason}: the edge goes on answering with the error after its cause is gone"),
            "set `ErrorCachingMinTTL` to 10 or less",
        );
    }
}

fn soft_errors(site: &Site<'_>, remarks: &mut Remarks) {
    for (distribution, entry, code) in error_responses(site) {
        let Some(answer) = entry.get("ResponseCode") else {
            continue;
        };
        if answer.number().is_some_and(|status| status < 400.0) {
            remarks.add(
                answer.place,
                distribution,
                format!(
                    "{code} is answered {} with another page: a missing SDK comes as a script that \
                     is HTML, and no check of the status sees it",
                    answer.text().unwrap_or_default()
                ),
                "take the entry out, or let `ResponseCode` be the error",
            );
        }
    }
}

fn error_responses<'a>(site: &Site<'a>) -> impl Iterator<Item = (&'a str, At<'a>, &'a str)> {
    site.distributions.iter().flat_map(|distribution| {
        let entries = distribution.config.get("CustomErrorResponses");
        entries.into_iter().flat_map(At::items).map(|entry| {
            let code = entry.get("ErrorCode").and_then(At::text).unwrap_or("?");
            (distribution.id, entry, code)
        })
    })
}
