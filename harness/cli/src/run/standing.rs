//! How far a journal has come with each part of its plans.

use greenroom_core::checks;
use greenroom_core::journal::{ExchangeOutcome, Record, StopReason};
use greenroom_core::plan::{Comparison, Plan, Request, Work};
use greenroom_core::sampler::Sampler;

use super::late::Before;

/// How far a comparison has come.
#[derive(Debug)]
pub(crate) struct Standing {
    /// A sampler that has been told all that the journal knows.
    pub(crate) sampler: Sampler,
    /// Time that the comparison took so far, ms.
    pub(crate) spent_ms: f64,
    /// Whether it is over.
    pub(crate) over: bool,
}

/// Feeds a sampler with what the journal knows of a comparison.
pub(crate) fn of_comparison(
    records: &[Record],
    plan: usize,
    index: usize,
    comparison: &Comparison,
    seed: u64,
) -> Standing {
    let mut sampler = Sampler::new(comparison, seed, plan, index);
    let (mut began, mut last, mut over) = (None, 0.0, false);
    // What was recorded last before the comparison's first record is when it began.
    let mut before = 0.0;
    for record in records {
        sampler.feed(record);
        let mine = match record {
            Record::Sample(sample) => (sample.plan, sample.comparison) == (plan, index),
            Record::Proof(proof) => (proof.plan, proof.comparison) == (plan, index),
            Record::ComparisonEnd {
                plan: p,
                comparison: c,
                reason,
                ..
            } => {
                // An interruption is no end to what is resumed.
                over |= (*p, *c) == (plan, index) && *reason != StopReason::Interrupted;
                false
            }
            _ => false,
        };
        let at_ms = record.at_ms().unwrap_or(before);
        if mine {
            began.get_or_insert(before);
            last = at_ms;
        }
        before = at_ms;
    }
    Standing {
        sampler,
        spent_ms: began.map_or(0.0, |began| last - began),
        over,
    }
}

/// Whether a journal has seen a plan of requests or a meeting through. A meeting that was cut off
/// is begun anew.
pub(crate) fn is_over(records: &[Record], index: usize, plan: &Plan) -> bool {
    match &plan.work {
        Work::Meeting(_) => records
            .iter()
            .any(|record| matches!(record, Record::MeetingEnd(end) if end.plan == index)),
        Work::Requests(list) => of_requests(records, index, list).done >= list.len(),
        Work::Compare(_) => false,
    }
}

/// How far the requests of a plan have come.
#[derive(Clone, Default)]
pub(crate) struct RequestStanding {
    /// Requests that are seen through.
    pub(crate) done: usize,
    /// Tries that the next request has had.
    pub(crate) tries: u32,
    /// The answer before the next request, as far as the journal has it.
    pub(crate) previous: Option<Before>,
}

/// How far a journal has come with the requests of a plan.
pub(crate) fn of_requests(records: &[Record], plan: usize, list: &[Request]) -> RequestStanding {
    let mut standing = RequestStanding::default();
    let mut answer: Option<Before> = None;
    for record in records {
        let Record::Exchange(exchange) = record else {
            continue;
        };
        let Some(request) = list.get(exchange.request).filter(|_| exchange.plan == plan) else {
            continue;
        };
        let over =
            exchange.attempt >= request.attempts || checks::satisfies(request, &exchange.outcome);
        if let ExchangeOutcome::Answer(received) = &exchange.outcome {
            answer = Some(Before::from_journal(received));
        }
        (standing.done, standing.tries) = if over {
            standing.previous = answer.take().or(standing.previous);
            (exchange.request + 1, 0)
        } else {
            (exchange.request, exchange.attempt)
        };
    }
    standing
}
