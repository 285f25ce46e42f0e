//! One request: a verdict for each of its expectations, from its last try.

use super::Target;
use super::comparison::Found;
use super::gather::RequestLines;
use crate::checks::check_outcome;
use crate::journal::ExchangeOutcome;
use crate::results::{Outcome, RequestResult};

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
    let (exchange, failure) = match judged.map(|record| &record.outcome) {
        Some(ExchangeOutcome::Answer(exchange)) => (Some((**exchange).clone()), None),
        Some(ExchangeOutcome::Failure(failure)) => (None, Some(failure.clone())),
        Some(ExchangeOutcome::NotSent(_)) | None => (None, None),
    };
    let result = RequestResult {
        title: request.title.clone(),
        method: request.method.clone(),
        url: request.url.clone(),
        attempts,
        exchange,
        failure,
        verdicts: Vec::new(),
    };
    (result, verdicts)
}
