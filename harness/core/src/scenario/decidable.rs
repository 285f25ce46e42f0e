//! Refuses before the first sample what no number of samples can decide.

use greenroom_model::{PageTimers, PageVariant};

use super::error::Problem;
use super::expression::ArmNames;
use super::vocabulary::Vocabulary;
use crate::plan::{Arm, Expression, Metric, Op, SampleMetric, Sampling};
use crate::statistics::{self, Alpha, ConfidenceSequence, Quantile};

/// The confidence sequence says nothing before this many pairs (`n_min`).
pub(super) const FEWEST_PAIRS: u32 = 10;
const _: () = assert!(FEWEST_PAIRS as usize == ConfidenceSequence::N_MIN);

/// The key of `samples` that is at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SamplesKey {
    AtLeast,
    AtMost,
}

/// Checks the numbers of pairs against each other.
pub(super) fn sampling(sampling: &Sampling) -> Result<(), (SamplesKey, Problem)> {
    if sampling.at_least < FEWEST_PAIRS {
        return Err((
            SamplesKey::AtLeast,
            Problem::new(
                format!(
                    "a comparison cannot be decided with fewer than {FEWEST_PAIRS} pairs, and `at_least` is {}",
                    sampling.at_least
                ),
                format!("write `at_least: {FEWEST_PAIRS}` or more"),
            ),
        ));
    }
    if sampling.at_most < sampling.at_least {
        return Err((
            SamplesKey::AtMost,
            Problem::new(
                format!(
                    "`at_most` is {} and `at_least` is {}",
                    sampling.at_most, sampling.at_least
                ),
                format!("write `at_most: {}` or more", sampling.at_least),
            ),
        ));
    }
    Ok(())
}

/// Checks that a load is not cut off before the page itself gives up.
pub(super) fn timeout(timeout_ms: u64, timers: PageTimers, arms: ArmNames) -> Result<(), Problem> {
    let longest = [arms.baseline, arms.candidate]
        .into_iter()
        .max_by_key(|variant| timers.of(*variant))
        .unwrap_or(arms.baseline);
    let timer = timers.of(longest);
    if timeout_ms > timer {
        return Ok(());
    }
    Err(Problem::new(
        format!(
            "`timeout` is {} and the timer of the `{}` page {}: what the page does then would never be seen",
            spoken(timeout_ms),
            longest.word(),
            spoken(timer)
        ),
        format!("write a `timeout` above {}", spoken(timer)),
    ))
}

/// Checks that a sentence asks for nothing that its comparison does not get as far as.
pub(super) fn metric(expression: &Expression, compared: SampleMetric) -> Result<(), Problem> {
    let (Expression::Threshold { metric, .. } | Expression::Relation { metric, .. }) = expression;
    if *metric == Metric::Connected && compared != SampleMetric::Connected {
        return Err(Problem::new(
            "no page joins a call in this comparison, so it has no `connected`",
            "write `metric: connected` under `compare`, or ask for `sdk_ready`",
        ));
    }
    Ok(())
}

/// Checks one sentence.
pub(super) fn expression(
    expression: &Expression,
    sampling: &Sampling,
    timeout_ms: u64,
    arms: ArmNames,
) -> Result<(), Problem> {
    match expression {
        Expression::Relation { arm, metric, .. } => {
            observable(*metric, *arm, arms)?;
            observable(*metric, arm.other(), arms)
        }
        Expression::Threshold {
            arm,
            metric,
            quantile,
            op,
            value,
        } => {
            observable(*metric, *arm, arms)?;
            #[expect(clippy::cast_precision_loss, reason = "at most a day's ms")]
            let timeout = timeout_ms as f64;
            if matches!(metric, Metric::SdkReady | Metric::Connected) && *value >= timeout {
                return Err(Problem::new(
                    format!(
                        "no load is watched for longer than the timeout of {}",
                        spoken(timeout_ms)
                    ),
                    "write a smaller limit, or a larger `timeout`",
                ));
            }
            let needed = match quantile {
                Some(quantile) => pairs_for_quantile(*quantile),
                None => pairs_for_rate(*op, *value),
            };
            match needed {
                Some(needed) if u32::try_from(needed).is_ok_and(|few| few <= sampling.at_most) => {
                    Ok(())
                }
                Some(needed) => Err(Problem::new(
                    format!(
                        "this needs {needed} pairs to be decided, and `at_most` is {}",
                        sampling.at_most
                    ),
                    format!("write `samples: {{at_most: {needed}}}` or more, or a wider limit"),
                )),
                None => Err(Problem::new(
                    "no number of loads can show this",
                    "a share of loads is known up to an interval only: leave some room, for example `< 1%`",
                )),
            }
        }
    }
}

/// The inline page makes no request for the SDK that could be timed.
fn observable(metric: Metric, arm: Arm, arms: ArmNames) -> Result<(), Problem> {
    let variant = match arm {
        Arm::Baseline => arms.baseline,
        Arm::Candidate => arms.candidate,
    };
    if variant == PageVariant::Inline && matches!(metric, Metric::SdkWait | Metric::SdkFetch) {
        return Err(Problem::new(
            format!(
                "the inline page requests no SDK, so it has no `{}`",
                metric.word()
            ),
            "ask it of the other arm, or ask for `sdk_ready`",
        ));
    }
    Ok(())
}

/// Loads that settle a threshold on a quantile either way.
fn pairs_for_quantile(quantile: f64) -> Option<usize> {
    Quantile::new(quantile)
        .ok()
        .map(|quantile| quantile.samples_needed(Alpha::FIVE_PERCENT))
}

/// Loads that show what is said of the failure rate if none of them contradicts it: clean ones
/// for an upper limit, failed ones for a lower limit.
fn pairs_for_rate(op: Op, value: f64) -> Option<usize> {
    let limit = match op {
        Op::Less | Op::AtMost => value,
        Op::Greater | Op::AtLeast => 1.0 - value,
    };
    statistics::samples_needed(limit, 0, Alpha::FIVE_PERCENT).ok()
}

/// ms as a scenario would say it.
pub(super) fn spoken(ms: u64) -> String {
    if ms.is_multiple_of(1_000) {
        format!("{}s", ms / 1_000)
    } else {
        format!("{ms}ms")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_literature() {
        for (value, n) in [(0.01, 299), (0.02, 149), (0.05, 59), (0.1, 29), (0.3, 9)] {
            assert_eq!(pairs_for_rate(Op::Less, value), Some(n), "{value}");
        }
        for (quantile, n) in [(0.5, 5), (0.75, 11), (0.9, 29), (0.95, 59), (0.99, 299)] {
            assert_eq!(pairs_for_quantile(quantile), Some(n), "{quantile}");
        }
        assert_eq!(pairs_for_rate(Op::Less, 0.0), None);
        assert_eq!(pairs_for_rate(Op::AtLeast, 1.0), None);
        assert_eq!(pairs_for_rate(Op::Greater, 0.9), Some(29));
    }
}
