//! Carrying out a plan of HTTP requests.

use greenroom_core::checks;
use greenroom_core::journal::{ExchangeOutcome, ExchangeRecord, Record};
use greenroom_core::plan::Request;
use greenroom_core::results::Outcome;
use greenroom_model::Exchange;

use super::body::Question;
use super::exchange::Requester;
use super::late::{self, Before};
use super::secrets::SecretNames;
use super::standing::RequestStanding;
use super::{RunContext, Stopped};

/// Sends the requests in order, from the first that the journal has not seen through.
pub(crate) async fn carry_out(
    run: &mut RunContext,
    requester: &Requester,
    secrets: &SecretNames,
    plan: usize,
    requests: &[Request],
    standing: RequestStanding,
) -> Result<(), Stopped> {
    let RequestStanding {
        done,
        mut tries,
        mut previous,
    } = standing;
    run.progress.begin("requests", requests.len() as u64);
    for (index, request) in requests.iter().enumerate().skip(done) {
        let quoted = requests.get(index + 1).map(late::quoted_pointers);
        let question = Question::new(request, quoted.unwrap_or_default());
        let mut answer = None;
        for attempt in std::mem::take(&mut tries) + 1..=request.attempts.max(1) {
            let (outcome, values) = match late::fill(request, previous.as_ref(), secrets) {
                Ok(outgoing) => {
                    let sending = requester.send(request, outgoing, &question, secrets);
                    run.or_signal(sending).await?
                }
                Err(missing) => (ExchangeOutcome::NotSent(missing), Vec::new()),
            };
            let satisfied = match &outcome {
                ExchangeOutcome::Answer(exchange) => holds(request, exchange),
                ExchangeOutcome::Failure(_) | ExchangeOutcome::NotSent(_) => false,
            };
            if let ExchangeOutcome::Answer(exchange) = &outcome {
                answer = Some(Before::new(exchange, values));
            }
            run.append(&Record::Exchange(Box::new(ExchangeRecord {
                plan,
                request: index,
                attempt,
                at_ms: run.at_ms(),
                outcome,
            })))?;
            if satisfied {
                break;
            }
        }
        // Every try quotes the answer to the request before, not that to the try before.
        previous = answer.or(previous);
        run.progress.step(index as u64 + 1, &request.title);
    }
    Ok(())
}

/// Whether an answer meets every expectation, so that no further try is needed.
pub(crate) fn holds(request: &Request, exchange: &Exchange) -> bool {
    request
        .checks
        .iter()
        .all(|asked| checks::check(&asked.check, exchange).outcome == Outcome::Pass)
}
