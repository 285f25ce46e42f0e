//! What the evidence of a comparison decides: one function for the sampler, which stops at it,
//! and for the judge, who reports it.
//!
//! The ratio is followed by a confidence sequence, valid at every look. Thresholds are judged by
//! exact one-sided 95% bounds for the number of loads at hand; they are looked at again after
//! every pair, so their level is that of the last look.

use crate::plan::{Arm, Asked, Comparison, Expression, Metric, Op, Relation, Stop};
use crate::results::Answer;
use crate::statistics::{
    self, Alpha, Hypothesis, Interval, Judgement, Margin, Quantile, Region, judge_rate,
};

use super::evidence::Evidence;

/// What is decided.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Decided {
    /// The candidate against the baseline.
    pub(super) answer: Answer,
    /// Whether more pairs would not change the answer: it is in one region, or there is nothing
    /// to compare because no load of either arm ever got as far as is compared.
    pub(super) answered: bool,
    /// Interval of the mean of L = ln(candidate / baseline).
    pub(super) interval: Option<Interval>,
    /// Expectation by expectation.
    pub(super) expectations: Vec<Ruling>,
    /// Claim by claim.
    pub(super) claims: Vec<Ruling>,
}

/// What the evidence says of one expectation or claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ruling {
    /// It holds.
    Holds,
    /// It does not hold.
    Fails,
    /// The evidence does not decide.
    Open,
    /// Loads were made, and none showed the metric.
    Unobserved,
}

impl Ruling {
    fn is_final(self) -> bool {
        self != Self::Open
    }
}

impl From<Judgement> for Ruling {
    fn from(judgement: Judgement) -> Self {
        match judgement {
            Judgement::Pass => Self::Holds,
            Judgement::Fail => Self::Fails,
            Judgement::Inconclusive => Self::Open,
        }
    }
}

/// Judges the evidence.
pub(super) fn decide(comparison: &Comparison, evidence: &Evidence) -> Decided {
    let rule = |asked: &Asked| rule(comparison, evidence, &asked.expression);
    let (answer, answered) = answer(comparison, evidence);
    Decided {
        answer,
        answered,
        interval: evidence.sequence().interval(),
        expectations: comparison.expectations.iter().map(rule).collect(),
        claims: comparison.claims.iter().map(rule).collect(),
    }
}

/// Whether sampling may stop because everything that was asked is decided. The same answer as
/// from [`decide`], at less cost while the ratio is open.
pub(crate) fn is_resolved(comparison: &Comparison, evidence: &Evidence) -> bool {
    comparison.sampling.stop == Stop::Resolved
        && evidence.pairs() >= comparison.sampling.at_least
        && answer(comparison, evidence).1
        && comparison
            .expectations
            .iter()
            .chain(&comparison.claims)
            .all(|asked| rule(comparison, evidence, &asked.expression).is_final())
}

fn answer(comparison: &Comparison, evidence: &Evidence) -> (Answer, bool) {
    if evidence.pairs() < comparison.sampling.at_least {
        return (Answer::Inconclusive, false);
    }
    if evidence.pairs() > 0 && !evidence.ever_measured() {
        return (Answer::Inconclusive, true);
    }
    let region = evidence
        .sequence()
        .interval()
        .and_then(|interval| statistics::classify(interval, margin(comparison)));
    match region {
        Some(Region::Faster) => (Answer::Faster, true),
        Some(Region::Slower) => (Answer::Slower, true),
        Some(Region::Equivalent) => (Answer::Equivalent, true),
        None => (Answer::Inconclusive, false),
    }
}

/// The equivalence margin of a comparison; 10% where the plan holds none that is valid.
pub(super) fn margin(comparison: &Comparison) -> Margin {
    Margin::new(comparison.sampling.equivalence)
        .unwrap_or_else(|_| Margin::new(0.1).expect("10% is a margin"))
}

fn rule(comparison: &Comparison, evidence: &Evidence, expression: &Expression) -> Ruling {
    match expression {
        Expression::Threshold {
            arm,
            metric: Metric::Failures,
            op,
            value,
            ..
        } => rate(evidence, *arm, *op, *value),
        Expression::Threshold {
            arm,
            metric,
            quantile,
            op,
            value,
        } => threshold(evidence, *arm, *metric, *quantile, *op, *value),
        Expression::Relation {
            arm,
            metric,
            relation,
            by,
        } => {
            if evidence.pairs() < comparison.sampling.at_least {
                return Ruling::Open;
            }
            let Some(sequence) = evidence.sequence_of(*metric) else {
                return Ruling::Unobserved;
            };
            if sequence.moments().count() == 0 && evidence.pairs() > 0 {
                return Ruling::Unobserved;
            }
            let margin = by
                .and_then(|by| Margin::new(by).ok())
                .unwrap_or_else(|| margin(comparison));
            let hypothesis = hypothesis(*arm, *relation, margin);
            sequence
                .interval()
                .map_or(Ruling::Open, |interval| hypothesis.judge(interval).into())
        }
    }
}

/// A relation as a statement on the candidate.
fn hypothesis(arm: Arm, relation: Relation, margin: Margin) -> Hypothesis {
    match (relation, arm) {
        (Relation::EquivalentTo, _) => Hypothesis::EquivalentWithin(margin),
        (Relation::FasterThan, Arm::Candidate) | (Relation::SlowerThan, Arm::Baseline) => {
            Hypothesis::FasterBy(margin)
        }
        (Relation::SlowerThan, Arm::Candidate) | (Relation::FasterThan, Arm::Baseline) => {
            Hypothesis::SlowerBy(margin)
        }
    }
}

/// Exact bounds at 95%; a limit at or beyond 0 and 1 is settled by the first load.
fn rate(evidence: &Evidence, arm: Arm, op: Op, limit: f64) -> Ruling {
    let (failures, loads) = evidence.failures(arm);
    if loads == 0 {
        return Ruling::Open;
    }
    let below = judge_rate(failures, loads, limit, Alpha::FIVE_PERCENT);
    match (below, op) {
        (Ok(judgement), Op::Less | Op::AtMost) => judgement.into(),
        (Ok(judgement), Op::Greater | Op::AtLeast) => match Ruling::from(judgement) {
            Ruling::Holds => Ruling::Fails,
            Ruling::Fails => Ruling::Holds,
            other => other,
        },
        // At 0 one failure refutes, and no number of clean loads is proof.
        (Err(_), Op::Less | Op::AtMost) if limit <= 0.0 && failures > 0 => Ruling::Fails,
        (Err(_), _) => Ruling::Open,
    }
}

fn threshold(
    evidence: &Evidence,
    arm: Arm,
    metric: Metric,
    quantile: Option<f64>,
    op: Op,
    limit: f64,
) -> Ruling {
    let Some((sample, _)) = evidence.sample_of(arm, metric) else {
        let (_, loads) = evidence.failures(arm);
        return if loads == 0 {
            Ruling::Open
        } else {
            Ruling::Unobserved
        };
    };
    let relation = match op {
        Op::Less => statistics::Relation::Less,
        Op::AtMost => statistics::Relation::LessOrEqual,
        Op::Greater => statistics::Relation::Greater,
        Op::AtLeast => statistics::Relation::GreaterOrEqual,
    };
    sample
        .judge(quantile_of(quantile), relation, limit, Alpha::FIVE_PERCENT)
        .map_or(Ruling::Open, Ruling::from)
}

/// The quantile that a threshold is on; the median where it names none.
pub(super) fn quantile_of(share: Option<f64>) -> Quantile {
    share
        .and_then(|share| Quantile::new(share).ok())
        .unwrap_or(Quantile::P50)
}
