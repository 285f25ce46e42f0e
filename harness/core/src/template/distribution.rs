//! The distribution at large: whether it is there, for whom, and at what cost.

use greenroom_cloudformation::Place;

use super::rule::{Remarks, Rule, Severity};
use super::site::{Behaviour, Distribution, Policy, Site};
use super::value::At;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "distribution-missing",
        severity: Severity::Error,
        holds: "the template has a distribution",
        source: "Amazon CloudFront Developer Guide, What is Amazon CloudFront?",
        check: missing,
    },
    Rule {
        id: "distribution-disabled",
        severity: Severity::Error,
        holds: "`Enabled` is `true`",
        source: "Amazon CloudFront Developer Guide, Distribution settings",
        check: disabled,
    },
    Rule {
        id: "price-class",
        severity: Severity::Warning,
        holds: "`PriceClass` says which edge locations are paid for; the default is all",
        source: "Amazon CloudFront Developer Guide, Choose the price class for a CloudFront distribution",
        check: price_class,
    },
    Rule {
        id: "viewer-restricted",
        severity: Severity::Error,
        holds: "no viewer needs a signed URL or a signed cookie",
        source: "Amazon CloudFront Developer Guide, Serve private content with signed URLs and signed cookies",
        check: restricted,
    },
    Rule {
        id: "geo-restriction",
        severity: Severity::Warning,
        holds: "no country is kept out",
        source: "Amazon CloudFront Developer Guide, Restrict the geographic distribution of your content",
        check: countries,
    },
    Rule {
        id: "writing-methods",
        severity: Severity::Warning,
        holds: "`AllowedMethods` has none that writes: the access control would sign it",
        source: "Amazon CloudFront Developer Guide, Cache behavior settings",
        check: writing,
    },
    Rule {
        id: "policy-id",
        severity: Severity::Error,
        holds: "a behaviour refers to a policy by its id, which is a UUID, and not by its name",
        source: "Amazon CloudFront Developer Guide, Use managed cache policies",
        check: id,
    },
    Rule {
        id: "policy-elsewhere",
        severity: Severity::Note,
        holds: "the policies that a behaviour refers to are in the template, or CloudFront's own",
        source: "Amazon CloudFront Developer Guide, Control the cache key with a policy",
        check: elsewhere,
    },
    Rule {
        id: "edge-code",
        severity: Severity::Note,
        holds: "no code at the edge changes requests or answers",
        source: "Amazon CloudFront Developer Guide, Customize at the edge with functions",
        check: code,
    },
    Rule {
        id: "web-acl",
        severity: Severity::Note,
        holds: "no firewall stands before the CDN",
        source: "Amazon CloudFront Developer Guide, Use AWS WAF protections",
        check: firewall,
    },
    Rule {
        id: "ipv6",
        severity: Severity::Note,
        holds: "the distribution has IPv6 addresses",
        source: "Amazon CloudFront Developer Guide, Enable IPv6 for CloudFront distributions",
        check: ipv6,
    },
];

fn missing(site: &Site<'_>, remarks: &mut Remarks) {
    if site.distributions.is_empty() {
        remarks.add(
            Place { line: 1, column: 1 },
            "",
            "the template has no `AWS::CloudFront::Distribution` with a `DistributionConfig`, so \
             nothing serves the SDK",
            "name the template that has the CDN",
        );
    }
}

fn disabled(site: &Site<'_>, remarks: &mut Remarks) {
    let reason = "the distribution is not enabled and answers nothing";
    must_be_on(site, remarks, "Enabled", reason);
}

/// Remarks on each distribution that does not say `true` under a key.
fn must_be_on(site: &Site<'_>, remarks: &mut Remarks, key: &str, reason: &str) {
    for distribution in &site.distributions {
        if !distribution.config.says(&[key]) {
            remarks.add(
                distribution.config.place_of(key),
                distribution.id,
                reason,
                format!("set `{key}` to `true`"),
            );
        }
    }
}

fn price_class(site: &Site<'_>, remarks: &mut Remarks) {
    for distribution in &site.distributions {
        let said = distribution.config.get("PriceClass").and_then(At::text);
        if matches!(said, Some("PriceClass_100" | "PriceClass_200")) {
            continue;
        }
        let how = match said {
            Some(said) => format!("`{said}`"),
            None => "no `PriceClass`".to_owned(),
        };
        remarks.add(
            distribution.config.place_of("PriceClass"),
            distribution.id,
            format!(
                "{how} means every edge location, those in South America and Australia too, where a \
                 byte costs more than in Europe"
            ),
            "set `PriceClass_100`, or `PriceClass_200` where users are in Asia or Africa: nobody is \
             kept out by it",
        );
    }
}

fn restricted(site: &Site<'_>, remarks: &mut Remarks) {
    for (distribution, behaviour, key, at) in listed(site, ["TrustedKeyGroups", "TrustedSigners"]) {
        remarks.add(
            at.place,
            distribution.id,
            format!(
                "{} answers 403 to whoever has no signed URL or cookie, as every meeting page",
                behaviour.name
            ),
            format!("take `{key}` out"),
        );
    }
}

/// The lists under these keys that have elements, of every behaviour that serves the SDK.
fn listed<'s, 'a>(
    site: &'s Site<'a>,
    keys: [&'static str; 2],
) -> impl Iterator<
    Item = (
        &'s Distribution<'a>,
        &'s Behaviour<'a>,
        &'static str,
        At<'a>,
    ),
> {
    site.served().flat_map(move |(distribution, behaviour)| {
        keys.into_iter().filter_map(move |key| {
            let at = behaviour.settings.get(key)?;
            at.items().next()?;
            Some((distribution, behaviour, key, at))
        })
    })
}

fn countries(site: &Site<'_>, remarks: &mut Remarks) {
    for distribution in &site.distributions {
        let path = ["Restrictions", "GeoRestriction", "RestrictionType"];
        if let Some(at) = distribution.config.path(&path)
            && at.text() != Some("none")
        {
            remarks.add(
                at.place,
                distribution.id,
                "viewers of some countries are answered 403: who travels can join no call",
                "set `RestrictionType` to `none`",
            );
        }
    }
}

fn writing(site: &Site<'_>, remarks: &mut Remarks) {
    for (distribution, behaviour) in site.served() {
        let methods = behaviour.settings.get("AllowedMethods");
        let writing: Vec<&str> = methods
            .into_iter()
            .flat_map(At::texts)
            .filter(|method| matches!(*method, "PUT" | "POST" | "PATCH" | "DELETE"))
            .collect();
        if !writing.is_empty() {
            remarks.add(
                behaviour.settings.place_of("AllowedMethods"),
                distribution.id,
                format!(
                    "{} forwards `{}`, signed as CloudFront: what keeps everybody from overwriting \
                     the SDK is the bucket's policy alone",
                    behaviour.name,
                    writing.join("`, `")
                ),
                "allow `[GET, HEAD, OPTIONS]`",
            );
        }
    }
}

/// Whether a text may be the id of a policy: 32 hexadecimal digits in groups, or a value that only
/// a deployment knows.
fn is_id(at: At<'_>) -> bool {
    let Some(text) = at.text() else { return true };
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    let stand_in = text.starts_with('<');
    let digits = text
        .chars()
        .all(|letter| letter == '-' || letter.is_ascii_hexdigit());
    stand_in || (digits && groups == [8, 4, 4, 4, 12])
}

fn id(site: &Site<'_>, remarks: &mut Remarks) {
    for (distribution, behaviour) in site.served() {
        for policy in [behaviour.cache, behaviour.headers, behaviour.request] {
            if let Policy::Elsewhere(at) = policy
                && !is_id(at)
            {
                remarks.add(
                    at.place,
                    distribution.id,
                    format!(
                        "`{}` is no id of a policy, and CloudFront refuses the distribution",
                        at.text().unwrap_or_default()
                    ),
                    "refer to a policy of the template, or write the id of a managed one",
                );
            }
        }
    }
}

fn elsewhere(site: &Site<'_>, remarks: &mut Remarks) {
    for (distribution, behaviour) in site.served() {
        for policy in [behaviour.cache, behaviour.headers, behaviour.request] {
            if let Policy::Elsewhere(at) = policy
                && is_id(at)
            {
                remarks.add(
                    at.place,
                    distribution.id,
                    format!(
                        "what the policy `{}` says is not in this template, and so was not checked",
                        at.text().unwrap_or("?")
                    ),
                    "look at it in the account, or put it into the template",
                );
            }
        }
    }
}

fn code(site: &Site<'_>, remarks: &mut Remarks) {
    for (distribution, behaviour, _, at) in
        listed(site, ["FunctionAssociations", "LambdaFunctionAssociations"])
    {
        remarks.add(
            at.place,
            distribution.id,
            format!(
                "a function of {} may change every header, path and answer: what these rules say \
                 holds before it",
                behaviour.name
            ),
            "check the deployed CDN with the scenarios",
        );
    }
}

fn firewall(site: &Site<'_>, remarks: &mut Remarks) {
    for distribution in &site.distributions {
        if let Some(at) = distribution.config.get("WebACLId")
            && at.text() != Some("")
        {
            remarks.add(
                at.place,
                distribution.id,
                "a web ACL may answer 403 before the CDN does, and these rules do not follow what \
                 it lets through",
                "check the deployed CDN with the scenarios",
            );
        }
    }
}

fn ipv6(site: &Site<'_>, remarks: &mut Remarks) {
    let reason = "the distribution has no IPv6 addresses: phones in networks with IPv6 alone reach \
                  it through a translator";
    must_be_on(site, remarks, "IPV6Enabled", reason);
}
