//! Whether the SDK comes with a quarter of its bytes.

use super::forwarding::keyed;
use super::rule::{Remarks, Rule, Severity};
use super::site::Site;
use super::value::At;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "compress",
        severity: Severity::Warning,
        holds: "a behaviour compresses: `Compress` is `true`, which is not its default",
        source: "Amazon CloudFront Developer Guide, Serve compressed files",
        check: compress,
    },
    Rule {
        id: "encodings",
        severity: Severity::Warning,
        holds: "the cache policy has `EnableAcceptEncodingGzip` and `EnableAcceptEncodingBrotli`",
        source: "Amazon CloudFront Developer Guide, Understand cache policies",
        check: encodings,
    },
    Rule {
        id: "accept-encoding-listed",
        severity: Severity::Warning,
        holds: "`Accept-Encoding` is listed in no policy: the flags put it into the key, in one spelling",
        source: "Amazon CloudFront Developer Guide, Understand cache policies",
        check: listed,
    },
];

fn compress(site: &Site<'_>, remarks: &mut Remarks) {
    for (distribution, behaviour) in site.served() {
        if !behaviour.settings.says(&["Compress"]) {
            remarks.add(
                behaviour.settings.place_of("Compress"),
                distribution.id,
                format!(
                    "{} does not compress: every user waits for four times the bytes",
                    behaviour.name
                ),
                "set `Compress` to `true`",
            );
        }
    }
}

fn encodings(site: &Site<'_>, remarks: &mut Remarks) {
    let mut seen = Vec::new();
    for (_, behaviour) in site.served() {
        // The older settings have no flags; another rule says so.
        if behaviour.settings.get("CachePolicyId").is_none() {
            continue;
        }
        let super::site::Policy::Known(resource, policy) = behaviour.cache else {
            continue;
        };
        if seen.contains(&policy.place) {
            continue;
        }
        seen.push(policy.place);
        let parameters = policy
            .get("ParametersInCacheKeyAndForwardedToOrigin")
            .unwrap_or(policy);
        for (key, name, loss) in [
            (
                "EnableAcceptEncodingGzip",
                "gzip",
                "clients without Brotli, and all over plain http, get the SDK uncompressed",
            ),
            (
                "EnableAcceptEncodingBrotli",
                "Brotli",
                "browsers get a fifth more bytes with gzip, or all of them without",
            ),
        ] {
            if !parameters.says(&[key]) {
                remarks.add(
                    parameters.place_of(key),
                    resource,
                    format!("the cache policy does not let the edge keep {name} copies: {loss}"),
                    format!("set `{key}` to `true`"),
                );
            }
        }
    }
}

fn listed(site: &Site<'_>, remarks: &mut Remarks) {
    let lists = |config: At<'_>| {
        config
            .get("Headers")
            .into_iter()
            .flat_map(At::items)
            .find_map(|at| {
                at.text()
                    .is_some_and(|name| name.eq_ignore_ascii_case("accept-encoding"))
                    .then_some(at.place)
            })
    };
    for (distribution, behaviour) in site.served() {
        let request = behaviour.request.config();
        let configs = keyed(behaviour.cache)
            .into_iter()
            .chain(request.and_then(|policy| policy.get("HeadersConfig")));
        for place in configs.filter_map(lists) {
            remarks.add(
                place,
                distribution.id,
                "`Accept-Encoding` is listed: the edge then takes each browser's spelling of it for \
                 a key of its own and compresses nothing",
                "take it out and set `EnableAcceptEncodingGzip` and `EnableAcceptEncodingBrotli`",
            );
        }
    }
}
