//! The sentences of a comparison: its answer, and the evidence for what was expected of it.
//!
//! Invariant: every sentence that decides something has its figures in it: the estimate, its
//! interval or bound, and the number of loads or pairs.

use greenroom_model::PageVariant;

use super::Target;
use super::change::Words;
use super::decide::{Decided, Ruling, margin, quantile_of};
use super::evidence::Evidence;
use crate::figures::{count, duration, number, percent, size};
use crate::plan::{Arm, Asked, Comparison, Expression, Metric, Op, SampleMetric};
use crate::results::Answer;
use crate::scenario::vocabulary::Vocabulary;
use crate::statistics::{
    Alpha, ArmSample, Pair, Quantile, QuantileEstimate, lower_bound, samples_needed, upper_bound,
};

/// What the sentences are about.
pub(super) struct Subject<'a> {
    pub(super) comparison: &'a Comparison,
    pub(super) evidence: &'a Evidence,
    pub(super) target: &'a Target<'a>,
}

/// The answer of a comparison: by how much, how sure, on which target.
pub(super) fn answer(
    subject: &Subject<'_>,
    decided: &Decided,
    more_pairs: Option<u32>,
    trouble: Option<&str>,
) -> String {
    let Subject {
        comparison,
        evidence,
        target,
    } = subject;
    let condition = condition(comparison);
    let label = target.place();
    if let Some(trouble) = trouble {
        return format!("{condition}: could not be found out on {label}: {trouble}.");
    }
    let pairs = evidence.pairs();
    let (baseline, candidate) = names(comparison);
    if pairs == 0 {
        return format!(
            "{condition}: {candidate} was not compared with {baseline} on {label}: no pair was \
             completed."
        );
    }
    let reached = Reached::of(comparison.metric);
    if !evidence.ever_measured() {
        return format!(
            "{condition}: neither {candidate} nor {baseline} ever {} in {} on {label}: \
             there is nothing to compare.",
            reached.past,
            count(pairs, "pair")
        );
    }
    if let Some(never) = one_arm_never_there(subject, &baseline, &candidate) {
        return format!(
            "{condition}: {never} ({}) on {label}: {}.",
            count(pairs, "pair"),
            verdict(subject, decided, more_pairs)
        );
    }
    let sequence = evidence.sequence();
    let change = sequence.moments().mean().unwrap_or(0.0);
    let words = Words::of(comparison.metric.into());
    let interval = words.interval(sequence, comparison.sampling.alpha);
    let restricted = if is_restricted(evidence) {
        format!(
            ", a restricted mean with every time cut off at {}",
            duration_of(comparison.timeout_ms)
        )
    } else {
        String::new()
    };
    format!(
        "{condition}: {candidate} is {} {} {baseline} ({interval}, {}{restricted}) on \
         {label}: {verdict}.",
        reached.state,
        words.change_against(change),
        count(pairs, "pair"),
        verdict = verdict(subject, decided, more_pairs)
    )
}

fn verdict(subject: &Subject<'_>, decided: &Decided, more_pairs: Option<u32>) -> String {
    match (decided.answer, more_pairs) {
        (Answer::Faster, _) => "faster".to_owned(),
        (Answer::Slower, _) => "slower".to_owned(),
        (Answer::Equivalent, _) => format!(
            "equivalent within {}",
            percent(margin(subject.comparison).share())
        ),
        (Answer::Inconclusive | Answer::Error, Some(more)) => {
            format!(
                "not decided, about {} would settle it",
                count(more, "more pair")
            )
        }
        (Answer::Inconclusive | Answer::Error, None) if decided.interval.is_none() => {
            "not decided, for want of pairs".to_owned()
        }
        (Answer::Inconclusive | Answer::Error, None) => {
            "not decided, and the estimate lies too near the margin to say how many more pairs \
             would settle it"
                .to_owned()
        }
    }
}

/// What is compared, in words.
struct Reached {
    /// After `is`.
    state: &'static str,
    /// After `ever` or `never`.
    past: &'static str,
}

impl Reached {
    fn of(metric: SampleMetric) -> Self {
        match metric {
            SampleMetric::SdkReady => Self {
                state: "ready",
                past: "became ready",
            },
            SampleMetric::Connected => Self {
                state: "in the call",
                past: "got into the call",
            },
        }
    }
}

/// A page that never got there has no time to put into a ratio.
fn one_arm_never_there(subject: &Subject<'_>, baseline: &str, candidate: &str) -> Option<String> {
    let (evidence, metric) = (subject.evidence, subject.comparison.metric);
    let (never, arm, other) = if evidence.ever_measured_in(Arm::Candidate) {
        (baseline, Arm::Baseline, candidate)
    } else {
        (candidate, Arm::Candidate, baseline)
    };
    if evidence.ever_measured_in(arm) {
        return None;
    }
    let (sample, _) = evidence.sample_of(arm.other(), metric.into())?;
    let median = match sample.quantile(Quantile::P50) {
        QuantileEstimate::Value(value) => format!("after a median of {}", duration(value)),
        QuantileEstimate::Above(_) => "in fewer than half of its loads".to_owned(),
    };
    let Reached { state, past } = Reached::of(metric);
    Some(format!(
        "{never} never {past}{}, while {other} is {state} {median}",
        because(evidence, arm)
    ))
}

/// ` (3 unreachable: WHY; 1 slow: WHY)`, or nothing where no load failed.
fn because(evidence: &Evidence, arm: Arm) -> String {
    let causes: Vec<String> = evidence
        .causes(arm)
        .into_iter()
        .map(|cause| {
            let name = cause.classification.in_words();
            match &cause.reason {
                // Bounded where it was made; what is foreign in it is quoted there.
                Some(reason) => format!("{} {name}: {reason}", cause.loads),
                None => format!("{} {name}", cause.loads),
            }
        })
        .collect();
    if causes.is_empty() {
        String::new()
    } else {
        format!(" ({})", causes.join("; "))
    }
}

/// Whether some time was cut off at the timeout.
pub(super) fn is_restricted(evidence: &Evidence) -> bool {
    evidence.measured_pairs().iter().any(Pair::is_censored)
}

/// `With webview delivery on desktop, unthrottled, cold`.
fn condition(comparison: &Comparison) -> String {
    format!(
        "With {} delivery on {}, {}, {}",
        comparison.delivery.word(),
        comparison.device.name,
        comparison.network.name,
        comparison.cache.word()
    )
}

/// Both arms in words; by their part where they load the same page.
fn names(comparison: &Comparison) -> (String, String) {
    let page = |variant| match variant {
        PageVariant::Inline => "inline page",
        PageVariant::Cdn => "CDN page",
        PageVariant::CdnSri => "CDN page with SRI",
    };
    let (baseline, candidate) = (page(comparison.baseline), page(comparison.candidate));
    if comparison.baseline == comparison.candidate {
        (
            format!("the baseline {baseline}"),
            format!("the candidate {candidate}"),
        )
    } else {
        (format!("the {baseline}"), format!("the {candidate}"))
    }
}

/// What was seen of an expectation or claim.
pub(super) fn evidence(subject: &Subject<'_>, asked: &Asked, ruling: Ruling) -> String {
    let Subject {
        comparison,
        evidence,
        ..
    } = subject;
    match &asked.expression {
        Expression::Threshold {
            arm,
            metric: Metric::Failures,
            op,
            value,
            ..
        } => failures(evidence, *arm, *op, *value, ruling),
        Expression::Threshold {
            arm,
            metric,
            quantile,
            ..
        } => {
            let quantile = quantile_of(*quantile);
            match evidence.sample_of(*arm, *metric) {
                Some((sample, missing)) => {
                    threshold(comparison, *metric, quantile, &sample, missing, ruling)
                }
                None => unobserved(*metric, evidence.failures(*arm).1),
            }
        }
        Expression::Relation { metric, .. } => {
            let Some(sequence) = evidence.sequence_of(*metric) else {
                return unobserved(*metric, 0);
            };
            let pairs = sequence.moments().count();
            let Some(mean) = sequence.moments().mean() else {
                return unobserved(*metric, evidence.failures(Arm::Candidate).1);
            };
            let (baseline, candidate) = names(comparison);
            let words = Words::of(*metric);
            format!(
                "{} of {candidate} is {} that of {baseline} ({}, {})",
                metric.word(),
                words.change_against(mean),
                words.interval(sequence, comparison.sampling.alpha),
                count(pairs as u64, "pair")
            )
        }
    }
}

/// The bound that decides, or that is still short of deciding: the upper one for a rate that is
/// to stay below its limit, the lower one for a rate that exceeds it.
fn failures(evidence: &Evidence, arm: Arm, op: Op, limit: f64, ruling: Ruling) -> String {
    let (failures, loads) = evidence.failures(arm);
    if loads == 0 {
        return "no load that counts".to_owned();
    }
    let alpha = Alpha::FIVE_PERCENT;
    let of = format!(
        "{failures} of {} failed{}",
        count(loads as u64, "load"),
        because(evidence, arm)
    );
    let to_stay_below = matches!(op, Op::Less | Op::AtMost);
    if to_stay_below == (ruling == Ruling::Fails) {
        let lower = lower_bound(failures, loads, alpha).unwrap_or(0.0);
        return format!("{of}, so at least {} do at 95% confidence", percent(lower));
    }
    let upper = upper_bound(failures, loads, alpha).unwrap_or(1.0);
    let bound = format!("{of}, so at most {} do at 95% confidence", percent(upper));
    match samples_needed(limit, failures, alpha) {
        Ok(needed) if ruling == Ruling::Open => format!(
            "{bound}; {} with no further failure would show it",
            count(needed as u64, "load")
        ),
        _ => bound,
    }
}

fn threshold(
    comparison: &Comparison,
    metric: Metric,
    quantile: Quantile,
    sample: &ArmSample,
    missing: usize,
    ruling: Ruling,
) -> String {
    let alpha = Alpha::FIVE_PERCENT;
    let figure = |estimate| match estimate {
        QuantileEstimate::Value(value) if metric == Metric::JsHeap => size(value),
        QuantileEstimate::Value(value) => duration(value),
        QuantileEstimate::Above(_) => {
            format!("above {}", duration_of(comparison.timeout_ms))
        }
    };
    let loads = sample.count();
    let mut details = vec![count(loads as u64, "load")];
    if sample.censored() > 0 {
        details.push(format!("{} of them cut off", sample.censored()));
    }
    if missing > 0 {
        details.push(format!("{missing} more did not show it"));
    }
    let range = sample.quantile_interval(quantile, alpha);
    if let (Some(lo), Some(hi)) = (range.lo, range.hi) {
        details.push(format!("95% interval {} to {}", figure(lo), figure(hi)));
    }
    let seen = format!(
        "p{} of {} is {} ({})",
        number(quantile.share() * 100.0, 1),
        metric.word(),
        figure(sample.quantile(quantile)),
        details.join(", ")
    );
    let needed = quantile.samples_needed(alpha);
    if ruling == Ruling::Open && loads < needed {
        format!("{seen}; it takes {needed} loads to judge it at all")
    } else {
        seen
    }
}

fn unobserved(metric: Metric, loads: usize) -> String {
    if loads == 0 {
        return "no load that counts".to_owned();
    }
    let hint = match metric {
        Metric::SdkWait | Metric::SdkFetch => {
            ": the page fetches no SDK, or its server sends no Timing-Allow-Origin"
        }
        _ => "",
    };
    format!(
        "{} was not observed in any of {}{hint}",
        metric.word(),
        count(loads as u64, "load")
    )
}

#[expect(clippy::cast_precision_loss, reason = "a timeout is far below 2^53 ms")]
fn duration_of(ms: u64) -> String {
    duration(ms as f64)
}
