//! A log ratio in words: `23% later`, `6.1% shorter`, `4.2 times as long`.

use crate::figures::{number, percent};
use crate::plan::Metric;
use crate::statistics::{ConfidenceSequence, Interval};

/// From here on (ln 3) a change is worded as a multiple: nobody reads 29,298%.
const TIMES: f64 = 1.098_612_288_668_109_8;

/// The words for more and less of a metric.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words {
    more: &'static str,
    less: &'static str,
    times: &'static str,
    same: &'static str,
}

impl Words {
    /// Something happens later or earlier.
    const MOMENT: Self = Self {
        more: "later",
        less: "earlier",
        times: "late",
        same: "at the same time",
    };
    /// Something takes longer or less long.
    const STRETCH: Self = Self {
        more: "longer",
        less: "shorter",
        times: "long",
        same: "as long",
    };

    /// The words for a metric that is a time: a moment counted from the navigation, or the
    /// length of something.
    pub(super) fn of(metric: Metric) -> Self {
        match metric {
            Metric::SdkReady | Metric::Connected | Metric::Document => Self::MOMENT,
            _ => Self::STRETCH,
        }
    }

    /// A log ratio with its conjunction: `23% later than`, `at the same time as`.
    pub(super) fn change_against(self, log: f64) -> String {
        let text = self.change(log);
        if text == "0%" {
            format!("{} as", self.same)
        } else if log >= TIMES {
            format!("{text} as")
        } else {
            format!("{text} than")
        }
    }

    /// A log ratio: `23% later`, `6.1% earlier`, `4.2 times as late` or `0%`.
    fn change(self, log: f64) -> String {
        if log >= TIMES {
            return format!("{} times as {}", number(log.exp(), 1), self.times);
        }
        let share = log.exp_m1();
        let text = percent(share.abs());
        if text == "0%" {
            text
        } else if share > 0.0 {
            format!("{text} {}", self.more)
        } else {
            format!("{text} {}", self.less)
        }
    }

    /// `95% interval 18% later to 29% later`, or that there is none yet. `alpha` is the error
    /// probability that the sequence was made with.
    pub(super) fn interval(self, sequence: &ConfidenceSequence, alpha: f64) -> String {
        // Two decimals: a level that was split among many comparisons is no round 100%.
        let level = number((1.0 - alpha) * 100.0, 2);
        match sequence.interval() {
            Some(Interval { lo, hi }) => {
                let (lo, hi) = (self.change(lo), self.change(hi));
                format!("{level}% interval {lo} to {hi}")
            }
            None => format!("no {level}% interval yet"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::Alpha;

    #[test]
    fn moments_come_later_and_stretches_last_longer() {
        let words = |metric| [0.2, -0.2, 0.0001, 1.5].map(|l| Words::of(metric).change_against(l));
        assert_eq!(
            words(Metric::SdkReady),
            [
                "22% later than",
                "18% earlier than",
                "at the same time as",
                "4.5 times as late as"
            ]
        );
        assert_eq!(
            words(Metric::SdkWait),
            [
                "22% longer than",
                "18% shorter than",
                "as long as",
                "4.5 times as long as"
            ]
        );
    }

    #[test]
    fn a_level_that_was_split_is_not_rounded_to_certainty() {
        let alpha = Alpha::FIVE_PERCENT.split(12);
        let sequence = ConfidenceSequence::new(alpha, 40, 10).unwrap();
        assert_eq!(
            Words::MOMENT.interval(&sequence, alpha.get()),
            "no 99.58% interval yet"
        );
        assert_eq!(
            Words::MOMENT.interval(&sequence, 0.05),
            "no 95% interval yet"
        );
    }
}
