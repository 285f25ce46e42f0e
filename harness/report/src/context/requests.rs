//! Requests: what was asked, what was expected, what was seen.

use greenroom_core::results::{RequestResult, Results};
use greenroom_model::exchange::ExchangeFailureKind;
use greenroom_model::{Exchange, Header};
use serde::Serialize;

use super::CheckRow;
use crate::format;
use crate::untrusted::{LINE, SENTENCE, shown};
use crate::wording;

/// Header fields that are shown; a hostile server may send more.
const HEADERS_AT_MOST: usize = 100;

/// One request's section.
#[derive(Debug, Serialize)]
pub(crate) struct Request {
    title: String,
    method: String,
    url: String,
    /// What came back, in a line.
    answer: String,
    rows: Vec<CheckRow>,
    sent: Vec<[String; 2]>,
    received: Vec<[String; 2]>,
    body_start: Option<String>,
}

impl Request {
    /// The request of a scenario with this title; its verdicts are looked up in the results.
    pub(crate) fn of(request: &RequestResult, scenario: &str, results: &Results) -> Self {
        let rows = request
            .verdicts
            .iter()
            .filter_map(|index| results.verdicts.get(*index))
            .map(|verdict| {
                let check = super::within(scenario, &verdict.check);
                CheckRow {
                    badge: wording::outcome(verdict.outcome),
                    what: super::within(&request.title, &check),
                    evidence: shown(&verdict.evidence, SENTENCE),
                    place: super::place(results, verdict.scenario, verdict.at),
                }
            })
            .collect();
        let exchange = request.exchange.as_ref();
        Self {
            title: shown(&request.title, LINE),
            method: shown(&request.method, 20),
            url: shown(&request.url, LINE),
            answer: answer(request),
            rows,
            sent: exchange
                .map(|seen| fields(&seen.request_headers))
                .unwrap_or_default(),
            received: exchange
                .map(|seen| fields(&seen.headers))
                .unwrap_or_default(),
            body_start: exchange
                .filter(|seen| !seen.body_start.is_empty())
                .map(|seen| shown(&seen.body_start, 200)),
        }
    }
}

fn fields(headers: &[Header]) -> Vec<[String; 2]> {
    headers
        .iter()
        .take(HEADERS_AT_MOST)
        .map(|header| [shown(&header.name, 100), shown(&header.value, LINE)])
        .collect()
}

fn answer(request: &RequestResult) -> String {
    let tries = match request.attempts {
        0 | 1 => String::new(),
        tries => format!(" Tried {tries} times; the last try is judged."),
    };
    if let Some(exchange) = &request.exchange {
        format!("{}.{tries}", received(exchange))
    } else if let Some(failure) = &request.failure {
        format!(
            "No answer: {}: {}.{tries}",
            layer(failure.kind),
            shown(&failure.message, SENTENCE).trim_end_matches('.')
        )
    } else {
        "It was not sent.".to_owned()
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "sizes are printed to four figures"
)]
fn received(exchange: &Exchange) -> String {
    let size = if exchange.body_bytes == exchange.decoded_bytes {
        format::bytes(exchange.body_bytes as f64)
    } else {
        format!(
            "{} on the wire, {} decoded",
            format::bytes(exchange.body_bytes as f64),
            format::bytes(exchange.decoded_bytes as f64)
        )
    };
    let undecoded = exchange
        .decode_error
        .as_ref()
        .map(|error| format!("; the body could not be decoded: {}", shown(error, LINE)))
        .unwrap_or_default();
    format!(
        "{} over {}, {size}, headers after {}, all after {}{undecoded}",
        exchange.status,
        shown(&exchange.protocol, 20),
        format::time(exchange.time_to_headers_ms),
        format::time(exchange.duration_ms),
    )
}

fn layer(kind: ExchangeFailureKind) -> &'static str {
    match kind {
        ExchangeFailureKind::Dns => "the name did not resolve",
        ExchangeFailureKind::Connection => "the connection failed",
        ExchangeFailureKind::Tls => "the certificate or handshake was refused",
        ExchangeFailureKind::Timeout => "no end within the deadline",
        ExchangeFailureKind::Body => "the body could not be read to its end",
        ExchangeFailureKind::Protocol => "what came back was not HTTP",
    }
}
