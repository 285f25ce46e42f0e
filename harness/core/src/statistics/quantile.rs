//! Quantiles of one arm, and thresholds on them.
//!
//! Estimates are sample quantiles of type 7 (R. J. Hyndman and Y. Fan, "Sample quantiles in
//! statistical packages", The American Statistician 50, 1996). A threshold is judged exactly, by
//! the order statistics: the number of values below the limit is binomial whatever the
//! distribution, so "p50 < 1 s" is shown if more values are below 1 s than chance would put there
//! were the median not below it.

use thiserror::Error;

use super::binomial::{at_least, at_most};
use super::{Alpha, ArmSample, Judgement, real};

/// Which quantile: a share of the values that is below it.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Quantile(f64);

/// A share that has no quantile.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
#[error("quantile `{0}` is not in 0.001..=0.999")]
pub struct QuantileError(f64);

impl Quantile {
    /// The median.
    pub const P50: Self = Self(0.50);
    /// The third quartile.
    pub const P75: Self = Self(0.75);
    /// The 95th percentile.
    pub const P95: Self = Self(0.95);

    /// The quantile of share `p`: 0.95 for p95.
    ///
    /// # Errors
    /// Outside 0.001 to 0.999, and for `NaN`.
    pub fn new(share: f64) -> Result<Self, QuantileError> {
        if (0.001..=0.999).contains(&share) {
            Ok(Self(share))
        } else {
            Err(QuantileError(share))
        }
    }

    /// The share.
    pub fn share(self) -> f64 {
        self.0
    }

    /// The fewest samples with which a threshold on this quantile can be judged either way: with
    /// all of them on one side of it. 5 for p50 and 59 for p95 at level 0.05.
    pub fn samples_needed(self, alpha: Alpha) -> usize {
        let likelier = self.0.max(1.0 - self.0);
        let mut samples = 1;
        let mut chance = likelier;
        // At most about 28,000 steps: p99.9 at the smallest level.
        while chance > alpha.get() {
            samples += 1;
            chance *= likelier;
        }
        samples
    }
}

/// An estimated quantile.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum QuantileEstimate {
    /// In the unit of the sample.
    Value(f64),
    /// It lies among the values that were cut off: all that is known is that it is not below the
    /// timeout, which is given.
    Above(f64),
}

/// A two-sided interval for a quantile, from order statistics; an end is absent where the sample
/// is too small to bound the quantile on that side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QuantileInterval {
    /// Lower end.
    pub lo: Option<QuantileEstimate>,
    /// Upper end.
    pub hi: Option<QuantileEstimate>,
}

/// How a quantile is said to stand to its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// A limit that nothing can be compared with.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
#[error("limit `{0}` is not a finite number")]
pub struct LimitError(f64);

impl ArmSample {
    /// The sample quantile, type 7. Where it rests on a value that was cut off it is
    /// [`QuantileEstimate::Above`] the timeout.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the position lies between 0 and the number of values"
    )]
    pub fn quantile(&self, quantile: Quantile) -> QuantileEstimate {
        let position = real(self.count() - 1) * quantile.share();
        let fraction = position.fract();
        let below = position as usize;
        let above = if fraction > 0.0 { below + 1 } else { below };
        match (self.sorted.get(below), self.sorted.get(above)) {
            (Some(below), Some(above)) => {
                QuantileEstimate::Value(below + fraction * (above - below))
            }
            _ => QuantileEstimate::Above(self.timeout),
        }
    }

    /// The two-sided order-statistic interval of a quantile with coverage of at least
    /// 1 - `alpha`, for display.
    pub fn quantile_interval(&self, quantile: Quantile, alpha: Alpha) -> QuantileInterval {
        let (n, p, tail) = (self.count(), quantile.share(), alpha.get() / 2.0);
        // The r-th smallest value is above the quantile only if fewer than r values are below it.
        let lo = (1..=n)
            .take_while(|rank| at_most(rank - 1, n, p) <= tail)
            .last();
        let hi = (1..=n)
            .rev()
            .take_while(|rank| at_least(*rank, n, p) <= tail)
            .last();
        QuantileInterval {
            lo: lo.map(|rank| self.order_statistic(rank)),
            hi: hi.map(|rank| self.order_statistic(rank)),
        }
    }

    /// Whether a quantile stands to `limit` as said, by exact one-sided tests at level `alpha`.
    ///
    /// A value that was cut off counts as not below the limit when the statement is to be shown,
    /// and, if the limit lies above the timeout, as below it when it is to be refuted: it never
    /// decides what it cannot know.
    ///
    /// # Errors
    /// For a limit that is not finite.
    pub fn judge(
        &self,
        quantile: Quantile,
        relation: Relation,
        limit: f64,
        alpha: Alpha,
    ) -> Result<Judgement, LimitError> {
        if !limit.is_finite() {
            return Err(LimitError(limit));
        }
        Ok(match relation {
            Relation::Less => self.judge_below(quantile, limit, false, alpha),
            Relation::LessOrEqual => self.judge_below(quantile, limit, true, alpha),
            Relation::Greater => self.judge_below(quantile, limit, true, alpha).negated(),
            Relation::GreaterOrEqual => self.judge_below(quantile, limit, false, alpha).negated(),
        })
    }

    fn judge_below(
        &self,
        quantile: Quantile,
        limit: f64,
        inclusive: bool,
        alpha: Alpha,
    ) -> Judgement {
        let (n, p) = (self.count(), quantile.share());
        let surely_below = self
            .sorted
            .partition_point(|value| *value < limit || (inclusive && *value <= limit));
        let perhaps_below = if limit > self.timeout {
            surely_below + self.censored
        } else {
            surely_below
        };
        Judgement::from_tests(
            at_least(surely_below, n, p) <= alpha.get(),
            at_most(perhaps_below, n, p) <= alpha.get(),
        )
    }

    fn order_statistic(&self, rank: usize) -> QuantileEstimate {
        match self.sorted.get(rank - 1) {
            Some(value) => QuantileEstimate::Value(*value),
            None => QuantileEstimate::Above(self.timeout),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::QuantileEstimate::{Above, Value};
    use super::*;

    const ALPHA: Alpha = Alpha::FIVE_PERCENT;
    const TIMEOUT: f64 = 1_000.0;

    fn sample(values: &[f64]) -> ArmSample {
        let values: Vec<_> = values.iter().copied().map(Some).collect();
        ArmSample::censored_at(TIMEOUT, &values).unwrap()
    }

    fn with_timeouts(values: &[f64], timeouts: usize) -> ArmSample {
        let mut values: Vec<_> = values.iter().copied().map(Some).collect();
        values.resize(values.len() + timeouts, None);
        ArmSample::censored_at(TIMEOUT, &values).unwrap()
    }

    #[test]
    fn type_7_interpolates_between_neighbours() {
        let four = sample(&[4.0, 1.0, 3.0, 2.0]);
        assert_eq!(four.quantile(Quantile::P50), Value(2.5));
        assert_eq!(four.quantile(Quantile::P75), Value(3.25));
        assert_eq!(sample(&[5.0]).quantile(Quantile::P95), Value(5.0));
    }

    #[test]
    fn a_quantile_among_the_timeouts_is_above_the_timeout() {
        let half = with_timeouts(&[1.0, 2.0, 3.0], 2);
        assert_eq!(half.quantile(Quantile::P50), Value(3.0));
        assert_eq!(half.quantile(Quantile::P75), Above(TIMEOUT));
        // Between the last value and a timeout: not known either.
        assert_eq!(
            with_timeouts(&[1.0, 2.0], 2).quantile(Quantile::P50),
            Above(TIMEOUT)
        );
        assert_eq!(
            with_timeouts(&[], 3).quantile(Quantile::P50),
            Above(TIMEOUT)
        );
    }

    #[test]
    fn samples_that_a_threshold_needs() {
        let needed = |q: Quantile| q.samples_needed(ALPHA);
        assert_eq!(
            [0.5, 0.75, 0.9, 0.95, 0.99, 0.05].map(|share| needed(Quantile::new(share).unwrap())),
            [5, 11, 29, 59, 299, 59]
        );
    }

    #[test]
    fn a_threshold_is_judged_by_order_statistics() {
        use Judgement::{Fail, Inconclusive, Pass};
        let judge = |values: &[f64], quantile, relation, limit| {
            sample(values)
                .judge(quantile, relation, limit, ALPHA)
                .unwrap()
        };
        let (p50, p95, less) = (Quantile::P50, Quantile::P95, Relation::Less);
        assert_eq!(judge(&[1.0; 5], p50, less, 2.0), Pass);
        assert_eq!(judge(&[1.0; 4], p50, less, 2.0), Inconclusive);
        assert_eq!(judge(&[3.0; 5], p50, less, 2.0), Fail);
        assert_eq!(judge(&[3.0; 5], p50, Relation::Greater, 2.0), Pass);
        assert_eq!(judge(&[1.0; 59], p95, less, 2.0), Pass);
        assert_eq!(judge(&[1.0; 58], p95, less, 2.0), Inconclusive);
        // Of 40, 26 below pass (P(X >= 26) = 0.0403) and 25 do not (0.0769).
        let below = |n: usize| {
            let mut values = vec![1.0; n];
            values.resize(40, 3.0);
            judge(&values, p50, less, 2.0)
        };
        assert_eq!(
            [below(26), below(25), below(15), below(14)],
            [Pass, Inconclusive, Inconclusive, Fail]
        );
    }

    #[test]
    fn values_on_the_limit_count_as_the_relation_says() {
        let all_on_it = sample(&[2.0; 10]);
        let judge = |relation| {
            all_on_it
                .judge(Quantile::P50, relation, 2.0, ALPHA)
                .unwrap()
        };
        assert_eq!(judge(Relation::Less), Judgement::Fail);
        assert_eq!(judge(Relation::LessOrEqual), Judgement::Pass);
        assert_eq!(judge(Relation::Greater), Judgement::Fail);
        assert_eq!(judge(Relation::GreaterOrEqual), Judgement::Pass);
    }

    #[test]
    fn timeouts_decide_only_what_they_can() {
        let judge = |sample: &ArmSample, relation, limit| {
            sample.judge(Quantile::P50, relation, limit, ALPHA).unwrap()
        };
        let gone = with_timeouts(&[1.0], 9);
        assert_eq!(judge(&gone, Relation::Less, 500.0), Judgement::Fail);
        assert_eq!(judge(&gone, Relation::Less, TIMEOUT), Judgement::Fail);
        // They may lie on either side of a limit above the timeout.
        assert_eq!(
            judge(&gone, Relation::Less, 2_000.0),
            Judgement::Inconclusive
        );
        assert_eq!(
            judge(&gone, Relation::Greater, 2_000.0),
            Judgement::Inconclusive
        );
    }

    #[test]
    fn what_is_no_share_or_limit_is_refused() {
        for wrong in [0.0, 1.0, -0.5, f64::NAN] {
            assert!(Quantile::new(wrong).is_err(), "{wrong}");
        }
        for wrong in [f64::NAN, f64::INFINITY] {
            let judged = sample(&[1.0]).judge(Quantile::P50, Relation::Less, wrong, ALPHA);
            assert!(judged.is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_interval_of_a_median() {
        let values: Vec<f64> = (1..=20).map(f64::from).collect();
        // Of 20, ranks 6 and 15 cover the median with 95.86%.
        let interval = sample(&values).quantile_interval(Quantile::P50, ALPHA);
        assert_eq!(
            interval,
            QuantileInterval {
                lo: Some(Value(6.0)),
                hi: Some(Value(15.0))
            }
        );
        // A p95 has no upper bound from 20 values.
        let tail = sample(&values).quantile_interval(Quantile::P95, ALPHA);
        assert_eq!(tail.hi, None);
        assert!(tail.lo.is_some());
        let cut = with_timeouts(&values, 10).quantile_interval(Quantile::P50, ALPHA);
        assert_eq!(cut.hi, Some(Above(TIMEOUT)));
    }

    proptest! {
        #[test]
        fn quantiles_rise_with_their_share(
            values in prop::collection::vec(0.0..999.0f64, 1..60),
            timeouts in 0usize..10,
            low in 0.001..0.999f64,
            high in 0.001..0.999f64,
        ) {
            let sample = with_timeouts(&values, timeouts);
            let at = |share| match sample.quantile(Quantile::new(share).unwrap()) {
                Value(value) => value,
                Above(timeout) => timeout,
            };
            prop_assert!(at(low.min(high)) <= at(low.max(high)) + 1e-9);
        }

        #[test]
        fn a_higher_limit_never_turns_a_pass(
            values in prop::collection::vec(0.0..999.0f64, 1..60),
            limit in 0.0..999.0f64,
            more in 0.0..500.0f64,
        ) {
            let judge = |limit| {
                sample(&values).judge(Quantile::P50, Relation::Less, limit, ALPHA).unwrap()
            };
            if judge(limit) == Judgement::Pass {
                prop_assert_eq!(judge(limit + more), Judgement::Pass);
            }
            if judge(limit + more) == Judgement::Fail {
                prop_assert_eq!(judge(limit), Judgement::Fail);
            }
        }
    }
}
