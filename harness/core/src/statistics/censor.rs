//! Loads that never became ready count: they are cut off at the timeout, never left out.
//!
//! A mean over the survivors would reward the arm that loses its slowest loads. So L uses
//! min(value, timeout), with one timeout for both arms, and a comparison with any cut value
//! estimates a *restricted mean*: the mean of the time up to the timeout. It says less than the
//! truth of the arm that timed out, and the headline has to say so ([`Pair::is_censored`]).

use thiserror::Error;

/// The measurable values: in ms from a picosecond to 30,000 years. Within it no ratio, sum or
/// logarithm of two values overflows.
const MEASURABLE: std::ops::RangeInclusive<f64> = 1e-9..=1e15;

/// One block of a comparison: a value of either arm, cut off at the timeout.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    baseline: f64,
    candidate: f64,
    censored: bool,
}

/// Why two values make no pair.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
pub enum PairError {
    /// Zero, negative, `NaN`, infinite, or beyond all that is measured.
    #[error("value `{0}` is not a positive measurement, so it has no ratio")]
    Value(f64),
    /// A timeout that is none.
    #[error("timeout `{0}` is not a positive number of ms")]
    Timeout(f64),
}

impl Pair {
    /// A pair from what was measured, in ms; `None` is a load that did not become ready, and
    /// counts as `timeout` just as a value at or above it does.
    ///
    /// # Errors
    /// For a value or timeout outside 1e-9 to 1e15, `NaN` included.
    pub fn new(
        baseline: Option<f64>,
        candidate: Option<f64>,
        timeout: f64,
    ) -> Result<Self, PairError> {
        if !MEASURABLE.contains(&timeout) {
            return Err(PairError::Timeout(timeout));
        }
        let cut = |value: Option<f64>| match value {
            None => Ok(timeout),
            Some(value) if MEASURABLE.contains(&value) => Ok(value.min(timeout)),
            Some(value) => Err(PairError::Value(value)),
        };
        let (baseline, candidate) = (cut(baseline)?, cut(candidate)?);
        Ok(Self {
            baseline,
            candidate,
            censored: baseline >= timeout || candidate >= timeout,
        })
    }

    /// L = ln(candidate / baseline). Computed as a difference, so that swapped arms give exactly
    /// -L.
    pub fn log_ratio(&self) -> f64 {
        self.candidate.ln() - self.baseline.ln()
    }

    /// The baseline's value, at most the timeout.
    pub fn baseline(&self) -> f64 {
        self.baseline
    }

    /// The candidate's value, at most the timeout.
    pub fn candidate(&self) -> f64 {
        self.candidate
    }

    /// Whether either value was cut off. One such pair makes the estimate a restricted mean.
    pub fn is_censored(&self) -> bool {
        self.censored
    }
}

/// The values of one arm, sorted, with the number of those that were cut off at the timeout.
#[derive(Clone, Debug, PartialEq)]
pub struct ArmSample {
    pub(super) sorted: Vec<f64>,
    pub(super) censored: usize,
    pub(super) timeout: f64,
}

/// Why values make no sample.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
pub enum SampleError {
    /// There are none.
    #[error("a sample without values has no quantiles")]
    Empty,
    /// Negative, `NaN`, infinite, or beyond all that is measured.
    #[error("value `{0}` is not a measurement")]
    Value(f64),
    /// A timeout that is none.
    #[error("timeout `{0}` is not a positive number of ms")]
    Timeout(f64),
}

impl ArmSample {
    /// A sample of times in ms; `None` and values at or above `timeout` are censored there.
    ///
    /// # Errors
    /// Without values, for values outside 0 to 1e15 and timeouts outside 1e-9 to 1e15.
    pub fn censored_at(timeout: f64, values: &[Option<f64>]) -> Result<Self, SampleError> {
        if !MEASURABLE.contains(&timeout) {
            return Err(SampleError::Timeout(timeout));
        }
        let mut sorted = Vec::with_capacity(values.len());
        for value in values.iter().flatten() {
            if !(0.0..=*MEASURABLE.end()).contains(value) {
                return Err(SampleError::Value(*value));
            }
            if *value < timeout {
                sorted.push(*value);
            }
        }
        if values.is_empty() {
            return Err(SampleError::Empty);
        }
        sorted.sort_by(f64::total_cmp);
        Ok(Self {
            censored: values.len() - sorted.len(),
            sorted,
            timeout,
        })
    }

    /// How many values there are, those cut off included; at least 1.
    pub fn count(&self) -> usize {
        self.sorted.len() + self.censored
    }

    /// How many were cut off at the timeout.
    pub fn censored(&self) -> usize {
        self.censored
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TIMEOUT: f64 = 75_000.0;

    #[test]
    fn what_timed_out_counts_as_the_timeout() {
        let pair = Pair::new(Some(250.0), None, TIMEOUT).unwrap();
        assert!((pair.candidate() - TIMEOUT).abs() < 1e-9);
        assert!((pair.log_ratio() - 300f64.ln()).abs() < 1e-12);
        assert!(pair.is_censored());
        let late = Pair::new(Some(80_000.0), Some(90_000.0), TIMEOUT).unwrap();
        assert!(late.log_ratio().abs() < 1e-12 && late.is_censored());
        let whole = Pair::new(Some(250.0), Some(260.0), TIMEOUT).unwrap();
        assert!(!whole.is_censored());
    }

    #[test]
    fn what_is_no_measurement_is_refused() {
        for wrong in [0.0, -1.0, f64::INFINITY, f64::NEG_INFINITY, 1e300, 1e-300] {
            assert_eq!(
                Pair::new(Some(wrong), Some(1.0), TIMEOUT),
                Err(PairError::Value(wrong))
            );
            assert_eq!(
                Pair::new(None, Some(wrong), TIMEOUT),
                Err(PairError::Value(wrong))
            );
            assert_eq!(Pair::new(None, None, wrong), Err(PairError::Timeout(wrong)));
        }
        assert!(Pair::new(Some(f64::NAN), None, TIMEOUT).is_err());
        assert!(Pair::new(None, None, f64::NAN).is_err());
    }

    #[test]
    fn a_sample_keeps_count_of_what_was_cut_off() {
        let values = [Some(3.0), None, Some(1.0), Some(TIMEOUT), Some(0.0)];
        let sample = ArmSample::censored_at(TIMEOUT, &values).unwrap();
        assert_eq!((sample.count(), sample.censored()), (5, 2));
        assert_eq!(sample.sorted, [0.0, 1.0, 3.0]);
    }

    #[test]
    fn a_sample_of_nothing_or_of_no_measurements_is_refused() {
        assert_eq!(
            ArmSample::censored_at(TIMEOUT, &[]),
            Err(SampleError::Empty)
        );
        assert_eq!(
            ArmSample::censored_at(0.0, &[Some(1.0)]),
            Err(SampleError::Timeout(0.0))
        );
        for wrong in [-1.0, f64::NAN, f64::INFINITY] {
            assert!(ArmSample::censored_at(TIMEOUT, &[Some(1.0), Some(wrong)]).is_err());
        }
    }

    proptest! {
        #[test]
        fn swapped_arms_and_other_units(
            b in 1e-6..1e9f64, c in 1e-6..1e9f64, unit in 1e-3..1e3f64, timeout in 1.0..1e6f64,
        ) {
            let there = Pair::new(Some(b), Some(c), timeout).unwrap();
            let back = Pair::new(Some(c), Some(b), timeout).unwrap();
            prop_assert!((there.log_ratio() + back.log_ratio()).abs() < 1e-300);
            let scaled = Pair::new(Some(b * unit), Some(c * unit), timeout * unit).unwrap();
            prop_assert!((there.log_ratio() - scaled.log_ratio()).abs() < 1e-12);
        }
    }
}
