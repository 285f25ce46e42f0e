//! What an interval of the mean of L decides.
//!
//! Regions, not points: with an equivalence margin d the log ratios fall into `faster`,
//! `equivalent` and `slower`, parted at -b and b with b = -ln(1 - d). A decision is made once the
//! whole interval lies in one region, so equal arms are settled too; a rule that had to clear 0
//! would never stop on them.
//!
//! "Slower by x" is the mirror of "faster by x" in logs: the candidate is slower by x exactly if
//! the baseline is faster than the candidate by x. So `slower by 20%` starts at +25%.

use thiserror::Error;

use super::{Interval, Judgement};

/// An equivalence margin or a claimed difference: a share d of the slower arm's time, and the
/// same as a log ratio.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Margin {
    share: f64,
    log: f64,
}

/// A share that is no margin.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
#[error("margin `{0}` is not in 0.0001..=0.99")]
pub struct MarginError(f64);

impl Margin {
    /// The margin of share `d`: 0.1 for 10%.
    ///
    /// # Errors
    /// Outside 0.0001 to 0.99: nearer to 0 nothing can be settled, nearer to 1 nothing is left.
    pub fn new(share: f64) -> Result<Self, MarginError> {
        if (0.0001..=0.99).contains(&share) {
            Ok(Self {
                share,
                log: -(-share).ln_1p(),
            })
        } else {
            Err(MarginError(share))
        }
    }

    /// d, as a share.
    pub fn share(self) -> f64 {
        self.share
    }

    /// b = -ln(1 - d), above 0.
    pub fn log(self) -> f64 {
        self.log
    }

    /// The two boundaries of the regions, as [`super::ConfidenceSequence::pairs_to_settle`] wants
    /// them.
    pub fn boundaries(self) -> [f64; 2] {
        [-self.log, self.log]
    }
}

/// Where the candidate stands beside the baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Region {
    /// The mean of L is below -b: the candidate takes less time, by more than the margin.
    Faster,
    /// The mean of L is above b.
    Slower,
    /// The mean of L is between -b and b.
    Equivalent,
}

/// The region that the whole interval lies in; `None` while it touches a boundary.
pub fn classify(interval: Interval, margin: Margin) -> Option<Region> {
    let Interval { lo, hi } = interval;
    if hi < -margin.log {
        Some(Region::Faster)
    } else if lo > margin.log {
        Some(Region::Slower)
    } else if lo > -margin.log && hi < margin.log {
        Some(Region::Equivalent)
    } else {
        None
    }
}

/// A statement on the candidate that is put to the test beside the regions.
///
/// `is faster than` without a number takes the comparison's own equivalence margin, so it agrees
/// with [`classify`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Hypothesis {
    /// The mean of L is below ln(1 - x).
    FasterBy(Margin),
    /// The mean of L is above -ln(1 - x).
    SlowerBy(Margin),
    /// The mean of L is inside the margin.
    EquivalentWithin(Margin),
}

impl Hypothesis {
    /// What the interval says of it. An interval that lies across a boundary is `Inconclusive`.
    pub fn judge(self, interval: Interval) -> Judgement {
        let Interval { lo, hi } = interval;
        match self {
            Self::FasterBy(x) => Judgement::from_tests(hi < -x.log, lo > -x.log),
            Self::SlowerBy(x) => Judgement::from_tests(lo > x.log, hi < x.log),
            Self::EquivalentWithin(x) => {
                Judgement::from_tests(lo > -x.log && hi < x.log, hi < -x.log || lo > x.log)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn margin(share: f64) -> Margin {
        Margin::new(share).unwrap()
    }

    fn interval(lo: f64, hi: f64) -> Interval {
        Interval { lo, hi }
    }

    #[test]
    fn a_margin_is_a_share_and_a_log_ratio() {
        assert!((margin(0.1).log() - 0.105_360_515_657_826_3).abs() < 1e-15);
        for wrong in [0.0, -0.1, 1.0, 0.995, 0.000_01, f64::NAN, f64::INFINITY] {
            assert!(Margin::new(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_interval_in_one_region_is_classified() {
        let d = margin(0.1);
        assert_eq!(classify(interval(-0.3, -0.11), d), Some(Region::Faster));
        assert_eq!(classify(interval(0.11, 0.3), d), Some(Region::Slower));
        assert_eq!(classify(interval(-0.1, 0.1), d), Some(Region::Equivalent));
        // Clear of 0, and equivalent all the same: the difference is within the margin.
        assert_eq!(classify(interval(0.02, 0.08), d), Some(Region::Equivalent));
        assert_eq!(classify(interval(-0.3, -0.1), d), None);
        assert_eq!(classify(interval(-0.2, 0.2), d), None);
        assert_eq!(classify(interval(-0.3, -d.log()), d), None);
    }

    #[test]
    fn a_claimed_difference_has_a_boundary_of_its_own() {
        use Judgement::{Fail, Inconclusive, Pass};
        let faster = Hypothesis::FasterBy(margin(0.2)); // below -0.2231
        assert_eq!(faster.judge(interval(-0.4, -0.23)), Pass);
        assert_eq!(faster.judge(interval(-0.4, -0.22)), Inconclusive);
        assert_eq!(faster.judge(interval(-0.22, -0.15)), Fail);
        let slower = Hypothesis::SlowerBy(margin(0.2)); // above 0.2231, +25%
        assert_eq!(slower.judge(interval(0.23, 0.4)), Pass);
        assert_eq!(slower.judge(interval(0.19, 0.22)), Fail);
        let equivalent = Hypothesis::EquivalentWithin(margin(0.2));
        assert_eq!(equivalent.judge(interval(-0.2, 0.2)), Pass);
        assert_eq!(equivalent.judge(interval(-0.4, -0.23)), Fail);
        assert_eq!(equivalent.judge(interval(0.23, 0.4)), Fail);
        assert_eq!(equivalent.judge(interval(0.2, 0.4)), Inconclusive);
    }

    proptest! {
        #[test]
        fn swapped_arms_mirror_every_decision(
            lo in -1.0..1.0f64, width in 0.0..0.5f64, share in 0.001..0.9f64,
        ) {
            let (there, back) = (interval(lo, lo + width), interval(-lo - width, -lo));
            let d = margin(share);
            let mirrored = classify(back, d).map(|region| match region {
                Region::Faster => Region::Slower,
                Region::Slower => Region::Faster,
                Region::Equivalent => Region::Equivalent,
            });
            prop_assert_eq!(classify(there, d), mirrored);
            prop_assert_eq!(
                Hypothesis::FasterBy(d).judge(there),
                Hypothesis::SlowerBy(d).judge(back)
            );
            prop_assert_eq!(
                Hypothesis::EquivalentWithin(d).judge(there),
                Hypothesis::EquivalentWithin(d).judge(back)
            );
        }

        #[test]
        fn the_plain_claim_agrees_with_the_region(
            lo in -1.0..1.0f64, width in 0.0..0.5f64, share in 0.001..0.9f64,
        ) {
            let (interval, d) = (interval(lo, lo + width), margin(share));
            prop_assert_eq!(
                classify(interval, d) == Some(Region::Faster),
                Hypothesis::FasterBy(d).judge(interval) == Judgement::Pass
            );
        }

        #[test]
        fn off_all_boundaries_means_decided(
            lo in -1.0..1.0f64, width in 0.0..0.5f64, share in 0.001..0.9f64,
        ) {
            let (interval, d) = (interval(lo, lo + width), margin(share));
            let clear = |at: &[f64]| at.iter().all(|b| interval.hi < *b || *b < interval.lo);
            prop_assert_eq!(classify(interval, d).is_some(), clear(&d.boundaries()));
            for (hypothesis, boundaries) in [
                (Hypothesis::FasterBy(d), vec![-d.log()]),
                (Hypothesis::SlowerBy(d), vec![d.log()]),
                (Hypothesis::EquivalentWithin(d), d.boundaries().to_vec()),
            ] {
                let decided = hypothesis.judge(interval) != Judgement::Inconclusive;
                prop_assert_eq!(decided, clear(&boundaries));
            }
        }
    }
}
