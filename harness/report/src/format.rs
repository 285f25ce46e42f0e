//! Figures in words: one way to print each kind of number, everywhere.
//!
//! Invariant: no function here prints `NaN` or `inf`; what is not finite is [`NOTHING`].

use greenroom_core::figures;
pub(crate) use greenroom_core::figures::thousands as count;
use greenroom_core::results::{Interval, Quantile};

/// Stands where there is no figure.
pub(crate) const NOTHING: &str = "–";

/// A time, as the sentences print it.
pub(crate) fn time(ms: f64) -> String {
    if ms.is_finite() {
        with_minus(ms, figures::duration(ms.abs()))
    } else {
        NOTHING.to_owned()
    }
}

/// A value on a time axis: no decimals for their own sake.
pub(crate) fn tick(ms: f64) -> String {
    if ms == 0.0 {
        "0".to_owned()
    } else if ms.abs() < 1e3 {
        format!("{} ms", number(ms, 2))
    } else {
        format!("{} s", number(ms / 1e3, 3))
    }
}

/// A time, or [`NOTHING`].
pub(crate) fn some_time(ms: Option<f64>) -> String {
    ms.map_or_else(|| NOTHING.to_owned(), time)
}

/// A difference of times, with its sign.
pub(crate) fn time_difference(ms: f64) -> String {
    with_sign(ms, &time(ms.abs()))
}

/// A quantile, `> timeout` where it lies beyond it.
pub(crate) fn quantile(quantile: Option<Quantile>) -> String {
    match quantile {
        Some(Quantile::Value(ms)) => time(ms),
        Some(Quantile::Above(ms)) => format!("> {}", time(ms)),
        None => NOTHING.to_owned(),
    }
}

/// A number of bytes, as the sentences print it.
pub(crate) fn bytes(bytes: f64) -> String {
    if bytes.is_finite() {
        with_minus(bytes, figures::size(bytes.abs()))
    } else {
        NOTHING.to_owned()
    }
}

/// A share as a percentage.
pub(crate) fn percent(fraction: f64) -> String {
    if fraction.is_finite() {
        with_minus(fraction, figures::number(fraction.abs() * 100.0, 1)) + "%"
    } else {
        NOTHING.to_owned()
    }
}

/// What a ratio says as a signed change: 0.88 is −12.0%.
pub(crate) fn change(ratio: f64) -> String {
    let change = ratio - 1.0;
    if !change.is_finite() {
        return NOTHING.to_owned();
    }
    let size = change.abs() * 100.0;
    let printed = if size < 99.95 {
        format!("{size:.1}%")
    } else {
        format!("{}%", grouped(size))
    };
    with_sign(change, &printed)
}

/// An interval of ratios as changes.
pub(crate) fn change_interval(interval: Interval) -> String {
    format!("{} to {}", change(interval.lo), change(interval.hi))
}

/// A plain number: at most this many decimals, none for their own sake; whole numbers with
/// their thousands apart.
pub(crate) fn number(value: f64, decimals: usize) -> String {
    if value.is_finite() && decimals == 0 {
        with_minus(value, grouped(value))
    } else if value.is_finite() {
        with_minus(value, figures::number(value.abs(), decimals))
    } else {
        NOTHING.to_owned()
    }
}

/// How long a run took, in the two largest units.
pub(crate) fn duration(ms: f64) -> String {
    if !ms.is_finite() || ms < 0.0 {
        return NOTHING.to_owned();
    }
    if ms < 59_500.0 {
        return time(ms);
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "finite and not negative; a float's cast saturates"
    )]
    let seconds = (ms / 1e3).round() as u64;
    if seconds < 3_600 {
        format!("{} min {} s", seconds / 60, seconds % 60)
    } else {
        format!("{} h {} min", count(seconds / 3_600), seconds % 3_600 / 60)
    }
}

/// A moment of RFC 3339 as people write it; `None` if it is not one.
pub(crate) fn moment(rfc3339: &str) -> Option<String> {
    let moment: jiff::Timestamp = rfc3339.parse().ok()?;
    Some(moment.strftime("%-d %B %Y, %H:%M:%S UTC").to_string())
}

/// Confidence in percent, of an error probability.
pub(crate) fn confidence(alpha: f64) -> String {
    if alpha.is_finite() {
        format!("{}%", figures::number((1.0 - alpha) * 100.0, 2))
    } else {
        NOTHING.to_owned()
    }
}

/// The size of a number without decimals, its thousands apart.
fn grouped(value: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "finite and not negative; a float's cast saturates"
    )]
    let rounded = value.abs().round() as u64;
    count(rounded)
}

/// Puts the true minus sign before the size of a number, none before a zero.
fn with_minus(value: f64, size: String) -> String {
    if value < 0.0 && !is_zero(&size) {
        format!("\u{2212}{size}")
    } else {
        size
    }
}

fn with_sign(value: f64, size: &str) -> String {
    if is_zero(size) || !value.is_finite() {
        size.to_owned()
    } else if value < 0.0 {
        format!("\u{2212}{size}")
    } else {
        format!("+{size}")
    }
}

fn is_zero(printed: &str) -> bool {
    !printed.chars().any(|c| matches!(c, '1'..='9'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_keep_three_figures_or_so() {
        let printed: Vec<_> = [0.0, 1.25, 9.96, 252.4, 999.6, 1_234.0, 30_000.0, 123_456.0]
            .into_iter()
            .map(time)
            .collect();
        assert_eq!(
            printed,
            [
                "0 ms", "1.2 ms", "10 ms", "252 ms", "1 s", "1.23 s", "30 s", "123 s"
            ]
        );
    }

    #[test]
    fn what_is_not_finite_is_a_dash() {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            for printed in [
                time(value),
                time_difference(value),
                bytes(value),
                percent(value),
                change(value),
                number(value, 2),
                duration(value),
                confidence(value),
            ] {
                assert_eq!(printed, NOTHING);
            }
        }
    }

    #[test]
    fn changes_carry_their_sign() {
        assert_eq!(change(0.877), "\u{2212}12.3%");
        assert_eq!(change(1.0), "0.0%");
        assert_eq!(change(0.9999), "0.0%");
        assert_eq!(change(1.0712), "+7.1%");
        assert_eq!(change(25.0), "+2,400%");
        assert_eq!(time_difference(-31.0), "\u{2212}31 ms");
    }

    #[test]
    fn sizes_are_decimal() {
        assert_eq!(bytes(812_345.0), "812.3 kB");
        assert_eq!(bytes(1_204_000.0), "1.2 MB");
        assert_eq!(bytes(-0.3), "0 B");
        assert_eq!(bytes(-2_000.0), "\u{2212}2 kB");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(confidence(0.0125), "98.75%");
        assert_eq!(duration(83_400.0), "1 min 23 s");
    }

    #[test]
    fn a_moment_is_read_or_left_alone() {
        assert_eq!(
            moment("2026-11-22T12:30:19Z").as_deref(),
            Some("22 November 2026, 12:30:19 UTC")
        );
        assert_eq!(moment("yesterday"), None);
    }
}
