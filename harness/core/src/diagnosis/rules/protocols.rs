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

/// Protocols by which the file came, to the wire and to pages.
fn spoken<'a>(case: &Case<'a>) -> Vec<&'a str> {
    case.of_sdk()
        .filter(|view| view.status().is_some_and(|status| status < 400))
        .filter_map(|view| match view.exchange() {
            Some(exchange) => Some(exchange.protocol.as_str()),
            None => view.request?.protocol.as_deref(),
        })
        .collect()
}

fn claims(case: &Case<'_>, probes: &[usize]) -> Vec<usize> {
    case.claims(|failure| {
        let unanswered = failure.view.no_answer().is_some();
        let of_probe = probes.contains(&failure.view.probe)
            && (unanswered || failure.aspect == Aspect::Protocol);
        of_probe || (failure.is_at(Place::Sdk) && failure.aspect == Aspect::AltSvc)
    })
}

pub(super) fn no_http2(case: &Case<'_>) -> Option<Finding> {
    let mut probes = probes(case, |failure| asks_for(failure.check, "h2", &["http/1.1"]));
    let spoken = spoken(case);
    let old = !spoken.is_empty() && spoken.iter().all(|protocol| protocol.starts_with("http/1"));
    if probes.is_empty() || !old {
        return None;
    }
    // The same property leaves HTTP/3 out.
    probes.extend(asking_for_http3(case));
    finding(
        Cause::NoHttp2,
        "the CDN speaks HTTP/1.1 only: each connection carries one request at a time, and its \
         headers go uncompressed",
        "set `DistributionConfig.HttpVersion` to `http2and3` (left out, it is `http1.1`)",
        claims(case, &probes),
    )
}

fn asking_for_http3(case: &Case<'_>) -> Vec<usize> {
    probes(case, |failure| {
        asks_for(failure.check, "h3", &["http/1.1", "h2"])
    })
}

pub(super) fn no_http3(case: &Case<'_>) -> Option<Finding> {
    // Where the file comes by no protocol at all, this one is not what is missing.
    if spoken(case).is_empty() {
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
        claims(case, &asking_for_http3(case)),
    )
}
