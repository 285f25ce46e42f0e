//! Which versions of HTTP are offered.

use super::super::Cause;
use super::super::case::{Aspect, Case, Failure, Finding, Place};
use super::finding;
use crate::plan::Check;

/// Whether a check asks for this protocol and would not have taken an older one.
fn asks_for(check: &Check, protocol: &str, older: &[&str]) -> bool {
    match check {
        Check::Protocol(allowed) => {
            allowed.iter().any(|one| one.eq_ignore_ascii_case(protocol))
                && !allowed.iter().any(|one| older.contains(&one.as_str()))
        }
        _ => false,
    }
}

/// Probes that failed to get a protocol, of which every other failure is then a consequence.
fn probes(case: &Case<'_>, asks: impl Fn(&Failure<'_>) -> bool) -> Vec<usize> {
    let failures = case.failures.iter();
    failures
        .filter(|failure| failure.is_at(Place::Sdk) && asks(failure))
        .map(|failure| failure.view.probe)
        .collect()
}

fn claims(case: &Case<'_>, probes: &[usize], alt_svc: bool) -> Vec<usize> {
    case.claims(|failure| {
        let unanswered = failure.view.no_answer().is_some();
        let of_probe = probes.contains(&failure.view.probe)
            && (unanswered || failure.aspect == Aspect::Protocol);
        let on_cdn = matches!(failure.view.place, Place::Sdk | Place::OtherFile);
        of_probe || (alt_svc && on_cdn && failure.aspect == Aspect::AltSvc)
    })
}

pub(super) fn no_http2(case: &Case<'_>) -> Option<Finding> {
    let probes = probes(case, |failure| asks_for(failure.check, "h2", &["http/1.1"]));
    let offered = case.of_sdk().any(|view| {
        let page = view.request.and_then(|request| request.protocol.as_deref());
        let seen = view.exchange().map(|exchange| exchange.protocol.as_str());
        matches!(seen.or(page), Some("h2" | "h3"))
    });
    if probes.is_empty() || offered || !case.answered() {
        return None;
    }
    finding(
        Cause::NoHttp2,
        "the CDN speaks HTTP/1.1 only: each connection carries one request at a time, and its \
         headers go uncompressed",
        "set `DistributionConfig.HttpVersion` to `http2and3` (left out, it is `http1.1`)",
        // HTTP/3 is offered in an answer by HTTP/2, and is left out by the same property.
        {
            let mut all = probes;
            all.extend(self::probes(case, |failure| {
                asks_for(failure.check, "h3", &["http/1.1", "h2"])
            }));
            claims(case, &all, true)
        },
    )
}

pub(super) fn no_http3(case: &Case<'_>) -> Option<Finding> {
    let probes = probes(case, |failure| {
        asks_for(failure.check, "h3", &["http/1.1", "h2"])
    });
    let claims = claims(case, &probes, true);
    if claims.is_empty() || !case.answered() {
        return None;
    }
    let announced = case
        .of_sdk()
        .filter_map(|view| view.header("alt-svc"))
        .any(|value| value.contains("h3="));
    let sentence = if announced {
        "HTTP/3 is announced (`Alt-Svc`) and not answered: UDP does not get through"
    } else {
        "the CDN does not offer HTTP/3 (no `Alt-Svc`): on networks that lose packets the SDK \
         takes longer than it need"
    };
    finding(
        Cause::NoHttp3,
        sentence,
        "set `DistributionConfig.HttpVersion` to `http2and3`, and let UDP 443 through",
        claims,
    )
}
