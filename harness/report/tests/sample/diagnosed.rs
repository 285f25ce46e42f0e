//! Requests of every kind with what is wrong: an answer over HTTP/3, a page that was loaded, and a
//! handshake. Two causes explain most of what does not hold. Nothing in it was measured.

use greenroom_core::diagnosis::Cause;
use greenroom_core::journal::Classification;
use greenroom_core::plan::{At, Source};
use greenroom_core::results::{
    Counts, DiagnosisResult, LoadResult, Outcome, RequestResult, Results, ScenarioResult, Verdict,
};
use greenroom_model::exchange::{Handshake, HandshakeAnswer, TlsVersion};
use greenroom_model::{Delivery, Exchange, PageVariant};

use crate::sample::{HOSTILE, sample_results};

const TITLE: &str = "The CDN at its edge";
const PLACE: &str = "seen on the local stack, this machine";

/// A check of the scenario, what came of it, what was seen, and whether it gates.
const CHECKS: [(&str, Outcome, &str, bool); 7] = [
    (
        "by HTTP/3 / status is 200",
        Outcome::Pass,
        "status 200",
        true,
    ),
    ("by HTTP/3 / protocol is h3", Outcome::Pass, "over h3", true),
    (
        "by HTTP/3 / access-control-allow-origin is *",
        Outcome::Fail,
        "no `access-control-allow-origin`",
        true,
    ),
    (
        "the page with integrity / became ready",
        Outcome::Fail,
        "blocked",
        true,
    ),
    (
        "TLS 1.1 / is refused",
        Outcome::Fail,
        "the server goes on with TLS 1.1",
        true,
    ),
    (
        "TLS 1.0 / is refused",
        Outcome::Pass,
        "refused with alert 70",
        true,
    ),
    (
        "the page with integrity / channel says SDK_READY",
        Outcome::Fail,
        "the app was told `SDK_LOAD_FAILED`",
        false,
    ),
];

/// A run of one scenario of requests, of which two causes are told.
pub(crate) fn diagnosed_results() -> Results {
    let mut results = sample_results();
    results.counts = Counts {
        pass: 3,
        fail: 3,
        ..Counts::default()
    };
    results.headline.gate =
        "Gate failed on the local stack, this machine: 3 of 6 checks do not hold.".to_owned();
    results.headline.answers.clear();
    results.claims.clear();
    results.notes.clear();
    results.host_load.clear();
    results.verdicts = CHECKS
        .iter()
        .zip(7..)
        .map(|((check, outcome, evidence, gates), line)| Verdict {
            check: format!("{TITLE} / {check}"),
            outcome: *outcome,
            evidence: format!("{evidence}; {PLACE}"),
            scenario: 0,
            at: Some(At { line, column: 7 }),
            observed: !gates,
        })
        .collect();
    results.scenarios = vec![ScenarioResult {
        source: Source {
            path: "scenarios/cdn-edge.yaml".to_owned(),
            title: TITLE.to_owned(),
        },
        comparisons: Vec::new(),
        requests: vec![
            by_http3(),
            page(),
            handshake("TLS 1.1", TlsVersion::Tls11, 4),
            handshake("TLS 1.0", TlsVersion::Tls10, 5),
        ],
        meeting: None,
        diagnoses: vec![
            DiagnosisResult {
                cause: Cause::NoAllowOrigin,
                sentence: format!("no `Access-Control-Allow-Origin` for {HOSTILE}"),
                remedy: format!("allow it: {HOSTILE}"),
                explains: vec![2, 3, 6],
            },
            DiagnosisResult {
                cause: Cause::OldTlsAccepted,
                sentence: "viewers may connect with TLS 1.1".to_owned(),
                remedy: "set `MinimumProtocolVersion` to `TLSv1.2_2021`".to_owned(),
                explains: vec![4],
            },
        ],
    }];
    results
}

fn request(title: &str, method: &str, verdicts: &[usize]) -> RequestResult {
    RequestResult {
        title: title.to_owned(),
        method: method.to_owned(),
        url: "https://d111111abcdef8.cloudfront.net/assets/chime-sdk-3.20.0.min.js".to_owned(),
        attempts: 1,
        exchange: None,
        failure: None,
        load: None,
        handshake: None,
        verdicts: verdicts.to_vec(),
    }
}

/// As the answer over HTTP/2 of [`sample_results`], without the header that it lacks.
fn by_http3() -> RequestResult {
    let mut request = request("by HTTP/3", "GET", &[0, 1, 2]);
    let answers = sample_results().scenarios.pop();
    let mut requests = answers.into_iter().flat_map(|scenario| scenario.requests);
    request.exchange = requests
        .find_map(|request| request.exchange)
        .map(|exchange| Exchange {
            protocol: "h3".to_owned(),
            headers: exchange
                .headers
                .into_iter()
                .filter(|field| field.name != "access-control-allow-origin")
                .collect(),
            ..exchange
        });
    request
}

fn page() -> RequestResult {
    let mut request = request("the page with integrity", "LOAD", &[3, 6]);
    request.attempts = 2;
    request.load = Some(LoadResult {
        variant: PageVariant::CdnSri,
        delivery: Delivery::Opaque,
        classification: Classification::Blocked,
        reason: Some(format!("CORS: no header for origin `null` {HOSTILE}")),
        sdk_ready_ms: None,
        protocol: Some("h3".to_owned()),
        sdk_version: None,
        secure_context: Some(false),
        channel: vec![format!("SDK_LOAD_FAILED: {HOSTILE}")],
        console: vec![format!("error: blocked by CORS policy {HOSTILE}")],
    });
    request
}

fn handshake(title: &str, offered: TlsVersion, verdict: usize) -> RequestResult {
    let mut request = request(title, "TLS", &[verdict]);
    request.handshake = Some(Handshake {
        host: "d111111abcdef8.cloudfront.net".to_owned(),
        offered,
        answer: match offered {
            TlsVersion::Tls10 => HandshakeAnswer::Alert(70),
            _ => HandshakeAnswer::Accepted(offered),
        },
    });
    request
}
