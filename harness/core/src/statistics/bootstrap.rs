//! The ratio of the medians with its bootstrap interval.
//!
//! Bias-corrected and accelerated (`BCa`), as in B. Efron, "Better bootstrap confidence
//! intervals", Journal of the American Statistical Association 82 (1987). Blocks are resampled,
//! not values: the two values of a block share the state of the host. It is shown beside the
//! headline and decides nothing.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use statrs::distribution::{ContinuousCDF, Normal};
use thiserror::Error;

use super::location::median_in;
use super::{Alpha, Pair, real};

/// The ratio of the medians, candidate over baseline, and its interval. All finite and above 0;
/// `lo <= hi`. With medians of values that were cut off at the timeout it is the ratio of the cut
/// values: ask the arms' quantiles before wording it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RatioEstimate {
    /// The ratio seen.
    pub ratio: f64,
    /// Lower end of the interval.
    pub lo: f64,
    /// Upper end of the interval.
    pub hi: f64,
}

/// Why there is no bootstrap interval.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum BootstrapError {
    /// One block resampled is the same block again.
    #[error("`{0}` pairs cannot be resampled, it needs at least `2`")]
    Pairs(usize),
    /// Too few replicates to read a tail from.
    #[error("`{0}` replicates are too few for the ends of an interval, it needs at least `100`")]
    Replicates(usize),
}

/// The ratio of the medians with its two-sided interval of level `alpha`, from `replicates`
/// resamples of the pairs, drawn with `seed`. The same arguments give the same answer.
///
/// A sample whose replicates are all equal gets an interval of width 0.
///
/// # Errors
/// With fewer than 2 pairs or 100 replicates.
pub fn ratio_of_medians(
    pairs: &[Pair],
    replicates: usize,
    alpha: Alpha,
    seed: u64,
) -> Result<RatioEstimate, BootstrapError> {
    if pairs.len() < 2 {
        return Err(BootstrapError::Pairs(pairs.len()));
    }
    if replicates < 100 {
        return Err(BootstrapError::Replicates(replicates));
    }
    let mut baseline: Vec<f64> = pairs.iter().map(Pair::baseline).collect();
    let mut candidate: Vec<f64> = pairs.iter().map(Pair::candidate).collect();
    let ratio = median_in(&mut candidate) / median_in(&mut baseline);

    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut resampled: Vec<f64> = (0..replicates)
        .map(|_| {
            for (b, c) in baseline.iter_mut().zip(&mut candidate) {
                let block = pairs[rng.random_range(0..pairs.len())];
                (*b, *c) = (block.baseline(), block.candidate());
            }
            median_in(&mut candidate) / median_in(&mut baseline)
        })
        .collect();
    resampled.sort_by(f64::total_cmp);

    let normal = Normal::standard();
    let bias = normal.inverse_cdf(share_below(&resampled, ratio));
    let acceleration = acceleration(pairs);
    let end = |tail: f64| {
        let z = bias + normal.inverse_cdf(tail);
        let shrink = 1.0 - acceleration * z;
        // Beyond this the correction has no meaning; the outermost replicate is the honest end.
        let share = if shrink > 0.0 {
            normal.cdf(bias + z / shrink)
        } else if z > 0.0 {
            1.0
        } else {
            0.0
        };
        at_share(&resampled, share)
    };
    Ok(RatioEstimate {
        ratio,
        lo: end(alpha.get() / 2.0),
        hi: end(1.0 - alpha.get() / 2.0),
    })
}

/// The share of replicates below the estimate, ties counted half, kept off 0 and 1 where the
/// normal quantile is infinite.
fn share_below(sorted: &[f64], estimate: f64) -> f64 {
    let below = sorted.partition_point(|value| *value < estimate);
    let up_to = sorted.partition_point(|value| *value <= estimate);
    let n = real(sorted.len());
    (real(below + up_to) / (2.0 * n)).clamp(0.5 / n, 1.0 - 0.5 / n)
}

/// The acceleration from the jackknife over blocks; 0 where leaving a block out changes nothing.
fn acceleration(pairs: &[Pair]) -> f64 {
    let baseline = medians_without_each(pairs, Pair::baseline);
    let candidate = medians_without_each(pairs, Pair::candidate);
    let left_out: Vec<f64> = candidate
        .iter()
        .zip(&baseline)
        .map(|(c, b)| c / b)
        .collect();
    let mean = left_out.iter().sum::<f64>() / real(left_out.len());
    let (mut squares, mut cubes) = (0.0, 0.0);
    for value in left_out {
        let deviation = (mean - value) / mean;
        squares += deviation.powi(2);
        cubes += deviation.powi(3);
    }
    let scale = 6.0 * squares.powf(1.5);
    if scale > 0.0 { cubes / scale } else { 0.0 }
}

/// For each pair, the median of one arm without it.
fn medians_without_each(pairs: &[Pair], value: impl Fn(&Pair) -> f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..pairs.len()).collect();
    order.sort_by(|a, b| value(&pairs[*a]).total_cmp(&value(&pairs[*b])));
    let left = pairs.len() - 1;
    let mut medians = vec![0.0; pairs.len()];
    for (rank, index) in order.iter().enumerate() {
        let at = |place: usize| value(&pairs[order[place + usize::from(place >= rank)]]);
        medians[*index] = if left % 2 == 1 {
            at(left / 2)
        } else {
            f64::midpoint(at(left / 2 - 1), at(left / 2))
        };
    }
    medians
}

/// The value at a share of a sorted sample.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of 0..=1 times a length is a place in the sample, and casts saturate"
)]
fn at_share(sorted: &[f64], share: f64) -> f64 {
    let place = (share * real(sorted.len() - 1)).round() as usize;
    sorted[place.min(sorted.len() - 1)]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALPHA: Alpha = Alpha::FIVE_PERCENT;

    fn pairs(values: &[(f64, f64)]) -> Vec<Pair> {
        values
            .iter()
            .map(|(b, c)| Pair::new(Some(*b), Some(*c), 1e9).unwrap())
            .collect()
    }

    #[test]
    fn equal_values_give_an_interval_of_no_width() {
        let estimate = ratio_of_medians(&pairs(&[(200.0, 100.0); 12]), 500, ALPHA, 1).unwrap();
        assert_eq!(
            estimate,
            RatioEstimate {
                ratio: 0.5,
                lo: 0.5,
                hi: 0.5
            }
        );
    }

    #[test]
    fn too_little_to_resample_is_refused() {
        let one = pairs(&[(1.0, 2.0)]);
        assert_eq!(
            ratio_of_medians(&one, 500, ALPHA, 1),
            Err(BootstrapError::Pairs(1))
        );
        let two = pairs(&[(1.0, 2.0), (2.0, 3.0)]);
        assert_eq!(
            ratio_of_medians(&two, 99, ALPHA, 1),
            Err(BootstrapError::Replicates(99))
        );
    }

    #[test]
    fn medians_with_one_pair_left_out() {
        let three = pairs(&[(1.0, 1.0), (5.0, 1.0), (3.0, 1.0)]);
        assert_eq!(
            medians_without_each(&three, Pair::baseline),
            [4.0, 2.0, 3.0]
        );
        let four = pairs(&[(1.0, 1.0), (9.0, 1.0), (3.0, 1.0), (4.0, 1.0)]);
        assert_eq!(
            medians_without_each(&four, Pair::baseline),
            [4.0, 3.0, 4.0, 3.0]
        );
    }

    #[test]
    fn a_long_upper_tail_accelerates_upwards() {
        // Medians with one left out: 6, 5.5, 1.5; deviations from their mean -5/3, -7/6, 17/6;
        // 16.527778 / (6 * 12.166667^1.5) = 0.064909.
        let skewed = pairs(&[(1.0, 1.0), (1.0, 2.0), (1.0, 10.0)]);
        assert!((acceleration(&skewed) - 0.064_909).abs() < 1e-6);
        assert!(acceleration(&pairs(&[(2.0, 3.0); 5])).abs() < 1e-15);
    }

    #[test]
    fn the_same_seed_gives_the_same_interval() {
        let sample: Vec<_> = (0..30)
            .map(|i| (100.0 + f64::from(i * 7 % 30), 110.0 + f64::from(i)))
            .collect();
        let draw = |seed| ratio_of_medians(&pairs(&sample), 1_000, ALPHA, seed).unwrap();
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }

    proptest! {
        #[test]
        fn ends_are_finite_and_in_order(
            values in prop::collection::vec((1e-3..1e6f64, 1e-3..1e6f64), 2..30),
            seed: u64,
        ) {
            let estimate = ratio_of_medians(&pairs(&values), 200, ALPHA, seed).unwrap();
            prop_assert!(estimate.lo > 0.0 && estimate.lo <= estimate.hi && estimate.hi.is_finite());
            prop_assert!(estimate.ratio > 0.0 && estimate.ratio.is_finite());
        }

        #[test]
        fn the_unit_does_not_matter(
            values in prop::collection::vec((1.0..1e3f64, 1.0..1e3f64), 2..30),
        ) {
            // A power of two, so that not even rounding differs.
            let scaled: Vec<_> = values.iter().map(|(b, c)| (b * 1024.0, c * 1024.0)).collect();
            let estimate = |values| ratio_of_medians(&pairs(values), 200, ALPHA, 3).unwrap();
            prop_assert_eq!(estimate(&values), estimate(&scaled));
        }
    }
}
