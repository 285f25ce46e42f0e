//! One comparison: its decision, its arms, and a verdict for each of its expectations.
//!
//! A throttle that did not hold, or an environment that gave out, makes the comparison an
//! `error`: what was measured then was not what was asked for.

use super::Target;
use super::arms::{arm_result, row};
use super::decide::{Decided, Ruling, decide, margin};
use super::evidence::Evidence;
use super::gather::ComparisonLines;
use super::sentences::{self, Subject};
use super::throttle::{biases, throttle, throttling_biases};
use crate::journal::StopReason;
use crate::plan::{Arm, Asked, At, Comparison};
use crate::results::{
    Answer, ComparisonResult, Decision, Interval, Outcome, Standing, ThrottleResult,
};
use crate::statistics::{Alpha, hodges_lehmann_shift, ratio_of_medians};

/// Resamples of the bootstrap beside the headline. It decides nothing.
const REPLICATES: usize = 1_000;

/// A comparison with what stands in the lists of the whole run.
pub(super) struct Judged {
    pub(super) result: ComparisonResult,
    pub(super) verdicts: Vec<Found>,
    pub(super) claims: Vec<Put>,
}

/// A gating check before it has its name in the run.
pub(super) struct Found {
    pub(super) text: String,
    pub(super) at: Option<At>,
    pub(super) outcome: Outcome,
    pub(super) evidence: String,
}

/// A claim before it has its name in the run.
pub(super) struct Put {
    pub(super) text: String,
    pub(super) at: At,
    pub(super) standing: Standing,
    pub(super) evidence: String,
}

/// Judges a comparison.
pub(super) fn judge(lines: &ComparisonLines<'_>, target: &Target<'_>, seed: u64) -> Judged {
    let comparison = lines.comparison;
    let mut evidence = Evidence::new(comparison);
    for sample in &lines.samples {
        evidence.push(sample);
    }
    let executed = !lines.samples.is_empty() || !lines.proofs.is_empty();
    let mut decided = decide(comparison, &evidence);
    let throttle = throttle(comparison, &lines.proofs);
    let trouble = trouble(throttle.as_ref(), lines.stopped).filter(|_| executed);
    if let Some(trouble) = &trouble
        && (trouble.voids || !decided.answered)
    {
        decided.answer = Answer::Error;
    }
    let subject = Subject {
        comparison,
        evidence: &evidence,
        target,
    };
    let arms = Arm::BOTH.map(|arm| arm_result(comparison, &evidence, &lines.samples, arm));
    let [baseline, candidate] = arms;
    let decision = decision(&subject, &decided, trouble.as_ref(), seed);
    let verdicts = verdicts(&subject, &decided, trouble.as_ref(), executed);
    let claims = claims(&subject, &decided, trouble.as_ref(), executed);
    Judged {
        result: ComparisonResult {
            id: comparison.id.clone(),
            device: comparison.device.clone(),
            network: comparison.network.clone(),
            cache: comparison.cache,
            delivery: comparison.delivery,
            sampling: comparison.sampling.clone(),
            timeout_ms: comparison.timeout_ms,
            metric: comparison.metric,
            decision,
            baseline,
            candidate,
            throttle,
            biases: biases(comparison),
            stopped: lines.stopped,
            samples: lines.samples.iter().map(|sample| row(sample)).collect(),
        },
        verdicts,
        claims,
    }
}

/// Why nothing can be said.
struct Trouble {
    sentence: String,
    /// Whether even what the evidence decides is void: the condition was not the one asked for.
    voids: bool,
}

fn trouble(throttle: Option<&ThrottleResult>, stopped: Option<StopReason>) -> Option<Trouble> {
    if let Some(throttle) = throttle.filter(|throttle| !throttle.holds) {
        return Some(Trouble {
            sentence: format!("the throttle did not hold: {}", throttle.sentence),
            voids: true,
        });
    }
    (stopped == Some(StopReason::Environment)).then(|| Trouble {
        sentence: "sampling was given up after environment errors".to_owned(),
        voids: false,
    })
}

fn decision(
    subject: &Subject<'_>,
    decided: &Decided,
    trouble: Option<&Trouble>,
    seed: u64,
) -> Decision {
    let evidence = subject.evidence;
    let sequence = evidence.sequence();
    let pairs = evidence.measured_pairs();
    let bootstrap = ratio_of_medians(pairs, REPLICATES, Alpha::FIVE_PERCENT, seed).ok();
    let more_pairs = (decided.answer == Answer::Inconclusive && !decided.answered)
        .then(|| sequence.pairs_to_settle(&margin(subject.comparison).boundaries()))
        .flatten()
        .and_then(|more| u32::try_from(more).ok())
        .map(|more| {
            let missing = subject
                .comparison
                .sampling
                .at_least
                .saturating_sub(evidence.pairs());
            more.max(missing)
        });
    Decision {
        answer: decided.answer,
        sentence: sentences::answer(
            subject,
            decided,
            more_pairs,
            trouble
                .filter(|_| decided.answer == Answer::Error)
                .map(|trouble| trouble.sentence.as_str()),
        ),
        pairs: evidence.pairs(),
        ratio: sequence.moments().mean().map(f64::exp),
        interval: decided.interval.map(|interval| Interval {
            lo: interval.lo.exp(),
            hi: interval.hi.exp(),
        }),
        median_ratio: bootstrap.map(|estimate| estimate.ratio),
        median_ratio_interval: bootstrap.map(|estimate| Interval {
            lo: estimate.lo,
            hi: estimate.hi,
        }),
        shift_ms: hodges_lehmann_shift(pairs),
        restricted_mean: sentences::is_restricted(evidence),
        more_pairs,
    }
}

fn verdicts(
    subject: &Subject<'_>,
    decided: &Decided,
    trouble: Option<&Trouble>,
    executed: bool,
) -> Vec<Found> {
    let comparison = subject.comparison;
    let mut found: Vec<Found> = comparison
        .expectations
        .iter()
        .zip(&decided.expectations)
        .map(|(asked, ruling)| {
            let (outcome, seen) = if executed {
                let (outcome, seen) = verdict(subject, asked, *ruling, trouble);
                (outcome, closing(subject, &seen))
            } else {
                (Outcome::Skipped, not_executed(subject))
            };
            Found {
                text: asked.text.clone(),
                at: Some(asked.at),
                outcome,
                evidence: seen,
            }
        })
        .collect();
    // An error gates even where nothing was expected: a run that could not measure what it was
    // asked to measure is no pass.
    if let Some(trouble) = trouble {
        found.push(Found {
            text: "measured as asked".to_owned(),
            at: None,
            outcome: Outcome::Error,
            evidence: closing(subject, &trouble.sentence),
        });
    }
    found
}

fn verdict(
    subject: &Subject<'_>,
    asked: &Asked,
    ruling: Ruling,
    trouble: Option<&Trouble>,
) -> (Outcome, String) {
    let seen = sentences::evidence(subject, asked, ruling);
    match (ruling, trouble) {
        (_, Some(trouble)) if trouble.voids => (Outcome::Error, trouble.sentence.clone()),
        (Ruling::Holds, _) => (Outcome::Pass, seen),
        (Ruling::Fails, _) => (Outcome::Fail, seen),
        (Ruling::Unobserved, _) => (Outcome::Error, seen),
        (Ruling::Open, Some(trouble)) => (Outcome::Error, format!("{seen}; {}", trouble.sentence)),
        (Ruling::Open, None) => (Outcome::Inconclusive, seen),
    }
}

fn claims(
    subject: &Subject<'_>,
    decided: &Decided,
    trouble: Option<&Trouble>,
    executed: bool,
) -> Vec<Put> {
    let comparison = subject.comparison;
    comparison
        .claims
        .iter()
        .zip(&decided.claims)
        .map(|(asked, ruling)| {
            let void = trouble.filter(|trouble| trouble.voids);
            let (standing, seen) = match (void, ruling) {
                _ if !executed => (Standing::Open, not_executed(subject)),
                (Some(trouble), _) => (Standing::Open, closing(subject, &trouble.sentence)),
                (None, ruling) => (
                    match ruling {
                        Ruling::Holds => Standing::Confirmed,
                        Ruling::Fails => Standing::Refuted,
                        Ruling::Open | Ruling::Unobserved => Standing::Open,
                    },
                    closing(subject, &sentences::evidence(subject, asked, *ruling)),
                ),
            };
            Put {
                text: asked.text.clone(),
                at: asked.at,
                standing,
                evidence: seen,
            }
        })
        .collect()
}

fn not_executed(subject: &Subject<'_>) -> String {
    format!("not executed on {}", subject.target.place())
}

/// The end of the evidence of what was executed: where it was seen, and what the throttling favours.
fn closing(subject: &Subject<'_>, seen: &str) -> String {
    let Subject {
        comparison, target, ..
    } = subject;
    let mut text = format!("{seen}; seen on {}", target.place());
    let known = known_bias(comparison);
    if !known.is_empty() {
        text.push_str(". Known bias: ");
        text.push_str(&known);
    }
    text
}

fn known_bias(comparison: &Comparison) -> String {
    if biases(comparison).is_empty() {
        return String::new();
    }
    throttling_biases(comparison).join("; ")
}
