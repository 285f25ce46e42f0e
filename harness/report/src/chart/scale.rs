//! Axes: where a value stands, and which values are written beside it.

/// Maps values to pixels, in proportion to the value or to its logarithm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scale {
    from: f64,
    to: f64,
    left: f64,
    right: f64,
    logarithmic: bool,
}

/// Above this ratio of the largest to the smallest value a linear axis would squeeze most loads
/// into a few pixels.
const LOGARITHMIC_FROM: f64 = 30.0;

impl Scale {
    /// An axis from `from` to `to`, drawn between two pixels.
    pub(crate) fn linear((from, to): (f64, f64), (left, right): (f64, f64)) -> Self {
        Self {
            from,
            to: if to > from { to } else { from + 1.0 },
            left,
            right,
            logarithmic: false,
        }
    }

    /// An axis on which all of these values stand, with some air: from 0 where that costs
    /// little, logarithmic where the values span orders of magnitude.
    ///
    /// `None` without a finite, positive value.
    pub(crate) fn around(
        values: impl Iterator<Item = f64>,
        (left, right): (f64, f64),
    ) -> Option<Self> {
        let (low, high) = values
            .filter(|value| value.is_finite() && *value > 0.0)
            .fold((f64::INFINITY, 0.0_f64), |(low, high), value| {
                (low.min(value), high.max(value))
            });
        if !low.is_finite() {
            return None;
        }
        if high / low > LOGARITHMIC_FROM {
            return Some(Self {
                from: low / 1.15,
                to: high * 1.15,
                left,
                right,
                logarithmic: true,
            });
        }
        let air = ((high - low) * 0.06).max(high * 0.01);
        let from = if low < (high - low) * 0.6 {
            0.0
        } else {
            (low - air).max(0.0)
        };
        Some(Self::linear((from, high + air), (left, right)))
    }

    /// Whether the axis is logarithmic.
    pub(crate) fn is_logarithmic(&self) -> bool {
        self.logarithmic
    }

    /// Where a value stands; one beyond the axis stands at its end.
    pub(crate) fn at(&self, value: f64) -> f64 {
        let share = if self.logarithmic {
            (value.max(f64::MIN_POSITIVE) / self.from).ln() / (self.to / self.from).ln()
        } else {
            (value - self.from) / (self.to - self.from)
        };
        self.left + share.clamp(0.0, 1.0) * (self.right - self.left)
    }

    /// Round values on the axis, in rising order, about `wanted` of them.
    pub(crate) fn ticks(&self, wanted: usize) -> Vec<f64> {
        if self.logarithmic {
            let all: Vec<f64> = (-3..9)
                .flat_map(|power| [1.0, 2.0, 5.0].map(|digit| digit * 10_f64.powi(power)))
                .filter(|value| (self.from..=self.to).contains(value))
                .collect();
            let every = all.len().div_ceil(wanted.max(1)).max(1);
            return all.into_iter().step_by(every).collect();
        }
        let wanted = u32::try_from(wanted.max(1)).unwrap_or(u32::MAX);
        let rough = (self.to - self.from) / f64::from(wanted);
        let power = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 2.5, 5.0, 10.0]
            .map(|digit| digit * power)
            .into_iter()
            .find(|step| *step >= rough * 0.999)
            .unwrap_or(10.0 * power);
        let first = (self.from / step - 1e-9).ceil();
        (0..=wanted * 2)
            .map(|index| (first + f64::from(index)) * step)
            .take_while(|value| *value <= self.to + step * 1e-9)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_keeps_the_order_and_its_ends() {
        let scale = Scale::around([250.0, 200.0, 410.0].into_iter(), (10.0, 110.0)).unwrap();
        assert!(scale.at(200.0) < scale.at(250.0) && scale.at(250.0) < scale.at(410.0));
        assert!((scale.at(-1e9) - 10.0).abs() < 1e-9);
        assert!((scale.at(1e9) - 110.0).abs() < 1e-9);
    }

    #[test]
    fn orders_of_magnitude_get_a_logarithmic_axis() {
        let scale = Scale::around([250.0, 75_000.0].into_iter(), (0.0, 100.0)).unwrap();
        assert!(scale.is_logarithmic());
        assert!(scale.at(2_500.0) > 30.0, "a decade is visible");
        assert!(
            !Scale::around([250.0, 900.0].into_iter(), (0.0, 1.0))
                .unwrap()
                .is_logarithmic()
        );
    }

    #[test]
    fn ticks_are_round_and_on_the_axis() {
        let scale = Scale::linear((0.0, 423.0), (0.0, 100.0));
        assert_eq!(scale.ticks(5), [0.0, 100.0, 200.0, 300.0, 400.0]);
        let scale = Scale::around([250.0, 75_000.0].into_iter(), (0.0, 100.0)).unwrap();
        let ticks = scale.ticks(4);
        assert!(ticks.len() >= 2 && ticks.len() <= 4, "{ticks:?}");
        assert!(ticks.is_sorted());
    }

    #[test]
    fn nothing_to_show_is_no_scale() {
        assert_eq!(Scale::around(std::iter::empty(), (0.0, 1.0)), None);
        assert_eq!(
            Scale::around([f64::NAN, f64::INFINITY].into_iter(), (0.0, 1.0)),
            None
        );
        let point = Scale::around([5.0].into_iter(), (0.0, 1.0)).unwrap();
        assert!(point.ticks(4).len() < 12);
    }
}
