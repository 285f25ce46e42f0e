//! One request, page load or handshake: a verdict for each of its expectations, from its last
//! try.

use super::Target;
use super::comparison::Found;
use super::gather::RequestLines;
use crate::checks::{check_outcome, protocol_of_load};
use crate::figures::quoted;
use crate::journal::{ExchangeOutcome, LoadRecord};
use crate::results::{LoadResult, Outcome, RequestResult};

/// Messages to the app and lines of the console that are kept of a load.
const LINES_AT_MOST: usize = 20;

/// A request with its verdicts, whose indices are filled in by the caller.
pub(super) fn judge(lines: &RequestLines<'_>, target: &Target<'_>) -> (RequestResult, Vec<Found>) {
    let request = lines.request;
    let judged = lines.tries.last();
    let attempts = lines.tries.iter().map(|one| one.attempt).max().unwrap_or(0);
    // A retry never erases what came before it: the evidence says that it was one.
    let retried = if attempts > 1 {
        format!(" (last of {attempts} tries)")
    } else {
        String::new()
    };
    let verdicts = request
        .checks
        .iter()
        .map(|asked| {
            let place = target.place();
            let (outcome, evidence) = match judged {
                Some(record) => {
                    let seen = check_outcome(&asked.check, &record.outcome);
                    let evidence = format!("{}{retried}; seen on {place}", seen.evidence);
                    (seen.outcome, evidence)
                }
                None => (Outcome::Skipped, format!("not sent to {place}")),
            };
            Found {
                text: format!("{} / {}", request.title, asked.text),
                at: Some(asked.at),
                outcome,
                evidence,
            }
        })
        .collect();
    let mut result = RequestResult {
        title: request.title.clone(),
        method: request.method.clone(),
        url: request.url.clone(),
        attempts,
        exchange: None,
        failure: None,
        load: None,
        handshake: None,
        verdicts: Vec::new(),
    };
    match judged.map(|record| &record.outcome) {
        Some(ExchangeOutcome::Answer(exchange)) => result.exchange = Some((**exchange).clone()),
        Some(ExchangeOutcome::Failure(failure)) => result.failure = Some(failure.clone()),
        Some(ExchangeOutcome::Load(record)) => result.load = Some(loaded(record)),
        Some(ExchangeOutcome::Handshake(seen)) => result.handshake = Some(seen.clone()),
        Some(ExchangeOutcome::NotSent(_)) | None => {}
    }
    (result, verdicts)
}

fn loaded(record: &LoadRecord) -> LoadResult {
    let load = record.load.as_ref();
    // A page that could not be asked has no origin, not even `null`.
    let asked = load.filter(|load| !load.origin.is_empty());
    LoadResult {
        variant: record.variant,
        delivery: record.delivery,
        classification: record.classified.classification,
        reason: record.classified.reason.clone(),
        sdk_ready_ms: load.and_then(|load| load.sdk_ready_ms),
        protocol: load.and_then(protocol_of_load).map(str::to_owned),
        sdk_version: load.and_then(|load| load.sdk.version.clone()),
        secure_context: asked.map(|load| load.secure_context),
        channel: load.map_or_else(Vec::new, |load| {
            let sent = load.channel.iter().take(LINES_AT_MOST);
            sent.map(|sent| quoted(&sent.message)).collect()
        }),
        console: load.map_or_else(Vec::new, |load| {
            let said = load.console.iter().take(LINES_AT_MOST);
            said.map(|said| quoted(&said.text)).collect()
        }),
    }
}
