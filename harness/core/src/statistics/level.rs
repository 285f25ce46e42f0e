//! The level of a test, its division among several comparisons, and what a test can answer.

use thiserror::Error;

/// The chance of a wrong answer that is accepted, from 1e-12 to below 0.5.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Alpha(f64);

/// A level that is no level.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
#[error("level `{0}` is not in 1e-12..0.5")]
pub struct AlphaError(f64);

impl Alpha {
    /// 0.05: the level of every verdict unless something else is said.
    pub const FIVE_PERCENT: Self = Self(0.05);

    /// A level.
    ///
    /// # Errors
    /// Outside 1e-12 to below 0.5, and for `NaN`: from 0.5 on, one sample could pass and fail alike.
    pub fn new(value: f64) -> Result<Self, AlphaError> {
        if (1e-12..0.5).contains(&value) {
            Ok(Self(value))
        } else {
            Err(AlphaError(value))
        }
    }

    /// The level as a number.
    pub fn get(self) -> f64 {
        self.0
    }

    /// The level of each of `comparisons` gating comparisons (Bonferroni), so that the chance of
    /// any wrong answer among them stays below this level. The number must be known before the
    /// first sample. None and one leave the level as it is.
    #[must_use]
    pub fn split(self, comparisons: usize) -> Self {
        Self(self.0 / super::real(comparisons.max(1)))
    }
}

/// What a test at some level says of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Judgement {
    /// The statement is shown to hold.
    Pass,
    /// The statement is shown not to hold.
    Fail,
    /// The samples show neither.
    Inconclusive,
}

impl Judgement {
    /// From the two one-sided tests of a statement, of which at most one can succeed.
    pub(super) fn from_tests(shown: bool, refuted: bool) -> Self {
        match (shown, refuted) {
            (true, false) => Self::Pass,
            (false, true) => Self::Fail,
            _ => Self::Inconclusive,
        }
    }

    /// The judgement of the opposite statement.
    #[must_use]
    pub(super) fn negated(self) -> Self {
        match self {
            Self::Pass => Self::Fail,
            Self::Fail => Self::Pass,
            Self::Inconclusive => Self::Inconclusive,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_outside_the_open_range_are_refused() {
        for value in [0.0, -0.05, 0.5, 1.0, f64::NAN, f64::INFINITY, 1e-13] {
            assert!(Alpha::new(value).is_err(), "{value}");
        }
        assert_eq!(Alpha::new(0.05), Ok(Alpha::FIVE_PERCENT));
    }

    #[test]
    fn bonferroni_divides_by_the_number_of_comparisons() {
        let alpha = Alpha::FIVE_PERCENT;
        assert!((alpha.split(4).get() - 0.0125).abs() < 1e-15);
        assert_eq!(alpha.split(1), alpha);
        assert_eq!(alpha.split(0), alpha);
        assert!(alpha.split(usize::MAX).get() > 0.0);
    }
}
