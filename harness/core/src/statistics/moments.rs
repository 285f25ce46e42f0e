//! Mean and variance of a growing sample in one pass.

use super::real;

/// Running mean and sum of squared deviations, updated as in B. P. Welford, "Note on a method for
/// calculating corrected sums of squares and products", Technometrics 4 (1962), which does not
/// lose the variance to cancellation when the mean is large beside it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    count: usize,
    mean: f64,
    squares: f64,
}

impl Moments {
    /// Takes one more value.
    pub fn push(&mut self, value: f64) {
        self.count += 1;
        let before = value - self.mean;
        self.mean += before / real(self.count);
        self.squares += before * (value - self.mean);
    }

    /// How many values there were.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Their mean; `None` before the first.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then_some(self.mean)
    }

    /// Their sample standard deviation, with divisor n - 1; `None` before the second.
    pub fn standard_deviation(&self) -> Option<f64> {
        (self.count > 1).then(|| (self.squares.max(0.0) / real(self.count - 1)).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_large_mean_does_not_swallow_the_variance() {
        let mut moments = Moments::default();
        for value in [1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0, 1e9 + 16.0] {
            moments.push(value);
        }
        assert!((moments.standard_deviation().unwrap() - 30f64.sqrt()).abs() < 1e-6);
        assert!((moments.mean().unwrap() - (1e9 + 10.0)).abs() < 1e-6);
    }

    #[test]
    fn too_few_values_have_no_moments() {
        let mut moments = Moments::default();
        assert_eq!(moments.mean(), None);
        moments.push(3.0);
        assert_eq!(moments.mean(), Some(3.0));
        assert_eq!(moments.standard_deviation(), None);
    }

    proptest! {
        #[test]
        fn one_pass_agrees_with_two(values in prop::collection::vec(-1e3..1e3f64, 2..200)) {
            let mut moments = Moments::default();
            for value in &values {
                moments.push(*value);
            }
            let n = real(values.len());
            let mean = values.iter().sum::<f64>() / n;
            let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
            prop_assert!((moments.mean().unwrap() - mean).abs() < 1e-9);
            prop_assert!((moments.standard_deviation().unwrap() - variance.sqrt()).abs() < 1e-9);
        }
    }
}
