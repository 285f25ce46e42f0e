//! Figures and foreign text as they stand in sentences, and figures as they stand in tables too.
//!
//! Invariant: whatever a page, a server or a console said is one line of bounded length before
//! it enters a sentence of ours.

/// The longest piece of foreign text in a sentence, in characters.
const QUOTE_LIMIT: usize = 160;

/// A whole number with its thousands set apart: `1,157,837`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A time given in ms, to three figures or so: `0.4 ms`, `250 ms`, `1.35 s`, `12.4 s`, `75 s`.
pub fn duration(ms: f64) -> String {
    let size = ms.abs();
    if size < 9.95 {
        trimmed(ms, 1, "ms")
    } else if size < 999.5 {
        trimmed(ms, 0, "ms")
    } else if size < 9_995.0 {
        trimmed(ms / 1e3, 2, "s")
    } else if size < 99_950.0 {
        trimmed(ms / 1e3, 1, "s")
    } else {
        trimmed(ms / 1e3, 0, "s")
    }
}

/// A size given in bytes, in decimal units: `812 B`, `97.3 kB`, `1.16 MB`, `16.7 GB`.
pub fn size(bytes: f64) -> String {
    let size = bytes.abs();
    if size < 999.5 {
        trimmed(bytes, 0, "B")
    } else if size < 999_950.0 {
        trimmed(bytes / 1e3, 1, "kB")
    } else if size < 999.995e6 {
        trimmed(bytes / 1e6, 2, "MB")
    } else {
        trimmed(bytes / 1e9, 2, "GB")
    }
}

/// A fraction as percent: `3.2%`, `23%`; below ten with one decimal.
pub(crate) fn percent(fraction: f64) -> String {
    let hundredths = fraction * 100.0;
    let decimals = usize::from(hundredths.abs() < 9.95);
    format!("{}%", number(hundredths, decimals))
}

/// A number with at most this many decimals, trailing zeros left out.
pub fn number(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    if !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// `1 pair`, `2 pairs`.
pub(crate) fn count(number: impl Into<u64>, noun: &str) -> String {
    let number = number.into();
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", thousands(number))
}

/// Foreign text, on one line and bounded.
pub(crate) fn quoted(text: &str) -> String {
    let mut line = String::new();
    let mut blank = true;
    for (kept, symbol) in text.chars().enumerate() {
        if kept >= QUOTE_LIMIT {
            line.push('…');
            break;
        }
        if symbol.is_whitespace() || symbol.is_control() {
            if !blank {
                line.push(' ');
            }
            blank = true;
        } else {
            line.push(symbol);
            blank = false;
        }
    }
    line.trim_end().to_owned()
}

fn trimmed(value: f64, decimals: usize, unit: &str) -> String {
    format!("{} {unit}", number(value, decimals))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_as_a_person_writes_them() {
        assert_eq!(thousands(1_157_837), "1,157,837");
        assert_eq!(thousands(999), "999");
        assert_eq!(duration(0.44), "0.4 ms");
        assert_eq!(duration(249.6), "250 ms");
        assert_eq!(duration(999.7), "1 s");
        assert_eq!(duration(75_000.0), "75 s");
        assert_eq!(duration(12_345.0), "12.3 s");
        assert_eq!(duration(123_456.0), "123 s");
        assert_eq!(size(812_000.0), "812 kB");
        assert_eq!(size(999_960.0), "1 MB");
        assert_eq!(size(16.7e9), "16.7 GB");
        assert_eq!(percent(0.1), "10%");
        assert_eq!(percent(0.032), "3.2%");
        assert_eq!(count(1_u32, "pair"), "1 pair");
        assert_eq!(count(1_400_u32, "pair"), "1,400 pairs");
    }

    #[test]
    fn foreign_text_is_one_bounded_line() {
        assert_eq!(quoted("a\n\tb\u{1b}[0m "), "a b [0m");
        assert!(quoted(&"x".repeat(5_000)).chars().count() <= QUOTE_LIMIT + 1);
    }
}
