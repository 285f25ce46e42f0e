//! Failure rates: exact bounds and the samples that they need.
//!
//! One-sided bounds of C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits
//! illustrated in the case of the binomial", Biometrika 26 (1934). The gate is exact on purpose:
//! the one-sided Wilson bound would accept "below 1%" after 268 clean runs, where 299 are needed.

use statrs::function::beta::beta_reg;
use thiserror::Error;

use super::{Alpha, Judgement, real};

/// Why a failure rate cannot be judged.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
pub enum RateError {
    /// A limit at 0 could never be shown, a limit at 1 never be missed.
    #[error("limit `{0}` on a failure rate is not in 0.000001..=0.999999")]
    Limit(f64),
    /// More failures than samples.
    #[error("`{failures}` failures among `{samples}` samples")]
    Failures {
        /// The failures.
        failures: usize,
        /// The samples.
        samples: usize,
    },
    /// More failures than anybody would let pass.
    #[error("`{0}` failures to allow are more than a million")]
    Allowance(usize),
}

/// Whether the failure rate is below `limit`, from `failures` among `samples`: `Pass` if the
/// one-sided upper bound at level `alpha` is not above the limit, `Fail` if the lower bound is not
/// below it.
///
/// # Errors
/// For a limit outside 1e-6 to 1 - 1e-6, and for more failures than samples.
pub fn judge_rate(
    failures: usize,
    samples: usize,
    limit: f64,
    alpha: Alpha,
) -> Result<Judgement, RateError> {
    check_limit(limit)?;
    check_failures(failures, samples)?;
    Ok(Judgement::from_tests(
        at_most(failures, samples, limit) <= alpha.get(),
        at_least(failures, samples, limit) <= alpha.get(),
    ))
}

/// The fewest samples with which `failures` failures still show a rate below `limit`.
///
/// # Errors
/// For a limit outside 1e-6 to 1 - 1e-6, and for more than 1,000,000 failures.
pub fn samples_needed(limit: f64, failures: usize, alpha: Alpha) -> Result<usize, RateError> {
    check_limit(limit)?;
    if failures > 1_000_000 {
        return Err(RateError::Allowance(failures));
    }
    let shown = |samples| at_most(failures, samples, limit) <= alpha.get();
    let (mut too_few, mut enough) = (failures, failures.saturating_mul(2).max(1));
    while !shown(enough) {
        too_few = enough;
        enough = enough.saturating_mul(2);
    }
    while enough - too_few > 1 {
        let middle = too_few.midpoint(enough);
        if shown(middle) {
            enough = middle;
        } else {
            too_few = middle;
        }
    }
    Ok(enough)
}

/// The one-sided upper bound of the failure rate at level `alpha`; 1 without samples.
///
/// # Errors
/// For more failures than samples.
pub fn upper_bound(failures: usize, samples: usize, alpha: Alpha) -> Result<f64, RateError> {
    check_failures(failures, samples)?;
    if failures == samples {
        return Ok(1.0);
    }
    let (_, above) = bisect(|rate| at_most(failures, samples, rate) > alpha.get());
    Ok(above)
}

/// The one-sided lower bound of the failure rate at level `alpha`; 0 without samples.
///
/// # Errors
/// For more failures than samples.
pub fn lower_bound(failures: usize, samples: usize, alpha: Alpha) -> Result<f64, RateError> {
    check_failures(failures, samples)?;
    if failures == 0 {
        return Ok(0.0);
    }
    let (below, _) = bisect(|rate| at_least(failures, samples, rate) <= alpha.get());
    Ok(below)
}

/// P(X <= k) for X binomial with `n` trials of chance `p`, 0 < p < 1; by the regularised
/// incomplete beta function (NIST Digital Library of Mathematical Functions, 8.17.5).
pub(super) fn at_most(k: usize, n: usize, p: f64) -> f64 {
    if k >= n {
        1.0
    } else {
        beta_reg(real(n - k), real(k) + 1.0, 1.0 - p)
    }
}

/// P(X >= k) for X binomial with `n` trials of chance `p`, 0 < p < 1.
pub(super) fn at_least(k: usize, n: usize, p: f64) -> f64 {
    if k == 0 {
        1.0
    } else if k > n {
        0.0
    } else {
        beta_reg(real(k), real(n - k) + 1.0, p)
    }
}

/// Where a condition that holds at 0 and not at 1 stops holding, as two neighbouring rates.
fn bisect(holds: impl Fn(f64) -> bool) -> (f64, f64) {
    let (mut below, mut above) = (0.0, 1.0);
    // Sixty halvings of 0..1 are finer than the double precision of any rate that is printed.
    for _ in 0..60 {
        let middle = f64::midpoint(below, above);
        if middle <= below || middle >= above {
            break;
        }
        if holds(middle) {
            below = middle;
        } else {
            above = middle;
        }
    }
    (below, above)
}

fn check_limit(limit: f64) -> Result<(), RateError> {
    if (1e-6..=1.0 - 1e-6).contains(&limit) {
        Ok(())
    } else {
        Err(RateError::Limit(limit))
    }
}

fn check_failures(failures: usize, samples: usize) -> Result<(), RateError> {
    if failures <= samples {
        Ok(())
    } else {
        Err(RateError::Failures { failures, samples })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use statrs::distribution::{Beta, ContinuousCDF};

    use super::*;

    const ALPHA: Alpha = Alpha::FIVE_PERCENT;

    /// P(X <= k), summed term by term.
    fn at_most_by_sum(k: usize, n: usize, p: f64) -> f64 {
        let mut term = (1.0 - p).powi(i32::try_from(n).unwrap());
        let mut sum = term;
        for i in 0..k {
            term *= real(n - i) / real(i + 1) * p / (1.0 - p);
            sum += term;
        }
        sum
    }

    #[test]
    fn the_beta_function_is_accurate_where_gates_use_it() {
        for n in [1, 5, 29, 59, 299, 773, 5_000] {
            for k in [0, 1, 2, 3, 10, 40] {
                for p in [0.01, 0.02, 0.05, 0.1] {
                    if k > n {
                        continue;
                    }
                    let (exact, ours) = (at_most_by_sum(k, n, p).min(1.0), at_most(k, n, p));
                    assert!(
                        (exact - ours).abs() < 1e-10,
                        "{k} of {n} at {p}: {ours} {exact}"
                    );
                    let above = 1.0 - exact;
                    assert!((above - at_least(k + 1, n, p)).abs() < 1e-10);
                }
            }
        }
    }

    #[test]
    fn the_published_numbers_of_samples() {
        let needed = |limit, failures| samples_needed(limit, failures, ALPHA).unwrap();
        assert_eq!([0, 1, 2, 3].map(|k| needed(0.01, k)), [299, 473, 628, 773]);
        assert_eq!([0, 1, 2].map(|k| needed(0.02, k)), [149, 236, 313]);
        assert_eq!([0, 1, 2].map(|k| needed(0.05, k)), [59, 93, 124]);
        assert_eq!(needed(0.1, 0), 29);
        assert_eq!(needed(0.999, 0), 1);
        assert_eq!(needed(1e-6, 0), 2_995_731);
    }

    #[test]
    fn a_rate_is_judged_exactly() {
        let judge = |k, n| judge_rate(k, n, 0.01, ALPHA).unwrap();
        assert_eq!(judge(0, 299), Judgement::Pass);
        assert_eq!(judge(0, 298), Judgement::Inconclusive);
        // The one-sided Wilson bound would let this pass.
        assert_eq!(judge(0, 268), Judgement::Inconclusive);
        assert_eq!(judge(1, 472), Judgement::Inconclusive);
        assert_eq!(judge(1, 473), Judgement::Pass);
        assert_eq!(judge(2, 20), Judgement::Fail);
        assert_eq!(judge(1, 1), Judgement::Fail);
        assert_eq!(judge(1, 6), Judgement::Inconclusive);
        assert_eq!(judge(0, 0), Judgement::Inconclusive);
    }

    #[test]
    fn bounds_agree_with_closed_forms_and_with_beta_quantiles() {
        // Without failures the upper bound is 1 - alpha^(1/n).
        let upper = upper_bound(0, 40, ALPHA).unwrap();
        assert!((upper - (1.0 - 0.05f64.powf(1.0 / 40.0))).abs() < 1e-12);
        for (k, n) in [(1, 40), (3, 100), (10, 60), (39, 40)] {
            let (lower, upper) = (
                lower_bound(k, n, ALPHA).unwrap(),
                upper_bound(k, n, ALPHA).unwrap(),
            );
            let beta = |a, b| Beta::new(a, b).unwrap();
            let (k, n) = (real(k), real(n));
            assert!((beta(k, n - k + 1.0).cdf(lower) - 0.05).abs() < 1e-9);
            assert!((beta(k + 1.0, n - k).cdf(upper) - 0.95).abs() < 1e-9);
        }
        assert!((upper_bound(5, 5, ALPHA).unwrap() - 1.0).abs() < 1e-15);
        assert!(lower_bound(0, 5, ALPHA).unwrap().abs() < 1e-15);
        assert!((upper_bound(0, 0, ALPHA).unwrap() - 1.0).abs() < 1e-15);
        // No failures among 5: 1 - 0.05^(1/5) = 0.4507.
        assert!((upper_bound(0, 5, ALPHA).unwrap() - 0.450_719_8).abs() < 1e-7);
    }

    #[test]
    fn what_is_no_rate_is_refused() {
        for limit in [0.0, 1.0, -0.1, f64::NAN, 1e-7] {
            assert!(judge_rate(0, 10, limit, ALPHA).is_err(), "{limit}");
            assert!(samples_needed(limit, 0, ALPHA).is_err(), "{limit}");
        }
        let allowance = RateError::Allowance(usize::MAX);
        assert_eq!(samples_needed(0.1, usize::MAX, ALPHA), Err(allowance));
        assert!(samples_needed(1e-6, 1_000_000, ALPHA).is_ok());
        let wrong = RateError::Failures {
            failures: 3,
            samples: 2,
        };
        assert_eq!(judge_rate(3, 2, 0.1, ALPHA), Err(wrong));
        assert_eq!(upper_bound(3, 2, ALPHA), Err(wrong));
        assert_eq!(lower_bound(3, 2, ALPHA), Err(wrong));
    }

    proptest! {
        #[test]
        fn gate_and_bound_agree(n in 1usize..400, k in 0usize..20, limit in 0.005..0.5f64) {
            prop_assume!(k <= n);
            let (lower, upper) = (
                lower_bound(k, n, ALPHA).unwrap(),
                upper_bound(k, n, ALPHA).unwrap(),
            );
            // Off the boundary itself, where rounding may speak.
            prop_assume!((upper - limit).abs() > 1e-9 && (lower - limit).abs() > 1e-9);
            let expected = Judgement::from_tests(upper < limit, lower > limit);
            prop_assert_eq!(judge_rate(k, n, limit, ALPHA).unwrap(), expected);
        }

        #[test]
        fn more_failures_raise_both_bounds(n in 2usize..400, k in 0usize..399) {
            prop_assume!(k < n);
            prop_assert!(
                upper_bound(k, n, ALPHA).unwrap() <= upper_bound(k + 1, n, ALPHA).unwrap()
            );
            prop_assert!(
                lower_bound(k, n, ALPHA).unwrap() < lower_bound(k + 1, n, ALPHA).unwrap()
            );
        }
    }
}
