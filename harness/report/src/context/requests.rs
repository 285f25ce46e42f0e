//! Requests: what was asked, what was expected, what was seen.

use greenroom_core::results::{LoadResult, RequestResult, Results};
use greenroom_model::exchange::{ExchangeFailureKind, Handshake, HandshakeAnswer};
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
    /// What the app was told by a page.
    told: Vec<String>,
    /// Warnings and errors of the browser's console.
    console: Vec<String>,
}

impl Request {
    /// The request of a scenario with this title; its verdicts are looked up in the results.
    pub(crate) fn of(request: &RequestResult, scenario: &str, results: &Results) -> Self {
        let rows = request
            .verdicts
            .iter()
            .filter_map(|index| results.verdicts.get(*index))
            .map(|verdict| {
                let row = super::check_row(scenario, verdict, results);
                CheckRow {
                    what: super::within(&request.title, &row.what),
                    ..row
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
            told: lines(request.load.as_ref().map(|load| &load.channel)),
            console: lines(request.load.as_ref().map(|load| &load.console)),
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

fn lines(texts: Option<&Vec<String>>) -> Vec<String> {
    let texts = texts.into_iter().flatten();
    texts.map(|text| shown(text, SENTENCE)).collect()
}

fn answer(request: &RequestResult) -> String {
    let tries = match request.attempts {
        0 | 1 => String::new(),
        tries => format!(" Tried {tries} times; the last try is judged."),
    };
    if let Some(exchange) = &request.exchange {
        format!("{}.{tries}", received(exchange))
    } else if let Some(load) = &request.load {
        format!("{}.{tries}", loaded(load))
    } else if let Some(handshake) = &request.handshake {
        format!("{}.{tries}", shaken(handshake))
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

fn loaded(load: &LoadResult) -> String {
    let mut parts = vec![format!(
        "The {} page, {}: {}",
        wording::variant(load.variant),
        wording::delivery(load.delivery),
        load.classification.in_words()
    )];
    if let Some(ms) = load.sdk_ready_ms {
        parts.push(format!("SDK ready after {}", format::time(ms)));
    }
    if let Some(protocol) = &load.protocol {
        parts.push(format!("over {}", shown(protocol, 20)));
    }
    if let Some(version) = &load.sdk_version {
        parts.push(format!("the SDK says {}", shown(version, 100)));
    }
    if load.secure_context == Some(false) {
        parts.push("no secure context".to_owned());
    }
    let mut text = parts.join(", ");
    if let Some(reason) = &load.reason {
        text.push_str(": ");
        text.push_str(shown(reason, SENTENCE).trim_end_matches('.'));
    }
    text
}

fn shaken(handshake: &Handshake) -> String {
    let answer = match &handshake.answer {
        HandshakeAnswer::Accepted(version) => format!("goes on with {}", wording::tls(*version)),
        HandshakeAnswer::Alert(alert) => format!("refuses with alert {alert}"),
        HandshakeAnswer::Closed => "closes the connection".to_owned(),
        HandshakeAnswer::Unknown(why) => format!("could not be asked: {}", shown(why, SENTENCE)),
    };
    format!(
        "Offered {} at most, {} {answer}",
        wording::tls(handshake.offered),
        shown(&handshake.host, LINE)
    )
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
