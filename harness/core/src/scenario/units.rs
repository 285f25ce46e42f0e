//! Numbers with their units, as scenarios write them: `30s`, `1638.4kbps`, `10%`, `6.5MB`.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::error::{Problem, clip, listed, nearest};
use super::written::Meaning;
use crate::statistics::Margin;

/// A unit with its factor to the base unit.
pub(crate) type Unit = (&'static str, f64);

/// To ms.
pub(crate) const TIME: &[Unit] = &[("ms", 1.0), ("s", 1_000.0), ("min", 60_000.0)];
/// To fractions.
pub(crate) const SHARE: &[Unit] = &[("%", 0.01)];
/// To bytes; powers of ten, as the SI has them.
pub(crate) const SIZE: &[Unit] = &[("B", 1.0), ("kB", 1_000.0), ("MB", 1_000_000.0)];
/// To kbit/s.
pub(crate) const THROUGHPUT: &[Unit] = &[("kbps", 1.0), ("Mbps", 1_000.0)];

/// Reads a number that is not negative, with one of these units.
pub(crate) fn quantity(text: &str, units: &[Unit], example: &str) -> Result<f64, Problem> {
    let text = text.trim_end();
    let digits = text
        .find(|letter: char| !letter.is_ascii_digit() && letter != '.')
        .unwrap_or(text.len());
    let (number, rest) = text.split_at(digits);
    let names: Vec<&str> = units.iter().map(|(name, _)| *name).collect();
    let write = match names.as_slice() {
        [only] => format!("write for example `{example}`; the unit is `{only}`"),
        several => format!(
            "write for example `{example}`; units are {}",
            listed(several)
        ),
    };
    if text.is_empty() {
        return Err(Problem::new("a value is missing here", write));
    }
    // `.nan` and `.inf` are how YAML spells what no value here can be.
    if number.is_empty() || number == "." {
        let message =
            if rest.starts_with('-') && rest[1..].starts_with(|c: char| c.is_ascii_digit()) {
                format!("`{}` is negative", clip(text))
            } else {
                format!("`{}` is not a number with a unit", clip(text))
            };
        return Err(Problem::new(message, write));
    }
    let number: f64 = number
        .parse()
        .map_err(|_| Problem::new(format!("`{}` is not a number", clip(number)), write.clone()))?;
    let unit = rest.trim_start();
    let at = text.len() - unit.len();
    if unit.is_empty() {
        return Err(Problem::new(format!("`{}` has no unit", clip(text)), write));
    }
    let Some((_, factor)) = units.iter().find(|(name, _)| *name == unit) else {
        let help = match nearest(unit, &names) {
            Some(near) => format!("did you mean `{near}`? {write}"),
            None => write,
        };
        return Err(
            Problem::new(format!("unknown unit `{}`", clip(unit)), help).within(at..text.len())
        );
    };
    let value = number * factor;
    if value.is_finite() {
        Ok(value)
    } else {
        Err(Problem::new(
            format!("`{}` is too large", clip(text)),
            write,
        ))
    }
}

/// Reads a whole number between two bounds, both included.
pub(crate) fn whole(text: &str, least: u64, most: u64) -> Result<u64, Problem> {
    let help = format!("write a whole number from {least} to {most}");
    let number: u64 = text.trim().parse().map_err(|_| {
        let negative = text
            .strip_prefix('-')
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        let message = if negative {
            format!("`{}` is negative", clip(text))
        } else {
            format!("`{}` is not a whole number", clip(text))
        };
        Problem::new(message, help.clone())
    })?;
    if (least..=most).contains(&number) {
        Ok(number)
    } else {
        Err(Problem::new(
            format!("{number} is not from {least} to {most}"),
            help,
        ))
    }
}

/// A stretch of time of 1 ms to 24 h, in whole ms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Duration(pub(crate) u64);

impl Meaning for Duration {
    fn read(text: &str) -> Result<Self, Problem> {
        const DAY_MS: f64 = 86_400_000.0;
        let ms = quantity(text, TIME, "30s")?;
        if ms < 1.0 {
            return Err(Problem::new(
                format!("`{}` is no time at all", clip(text)),
                "write 1ms or more",
            ));
        }
        if ms > DAY_MS {
            return Err(Problem::new(
                format!("`{}` is more than a day", clip(text)),
                "write 1440min or less",
            ));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 1 and a day's ms, checked above"
        )]
        Ok(Self(ms.round() as u64))
    }
}

/// The share of a margin ([`Margin`]), as a fraction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Percent(pub(crate) f64);

impl Meaning for Percent {
    fn read(text: &str) -> Result<Self, Problem> {
        let share = quantity(text, SHARE, "10%")?;
        if Margin::new(share).is_ok() {
            Ok(Self(share))
        } else {
            Err(Problem::new(
                format!("`{}` is not from 0.01% to 99%", clip(text)),
                "write for example `10%`",
            ))
        }
    }
}

/// A number of pairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pairs(pub(crate) u32);

impl Pairs {
    const MOST: u32 = 10_000;
}

impl Meaning for Pairs {
    fn read(text: &str) -> Result<Self, Problem> {
        let number = whole(text, 1, u64::from(Self::MOST))?;
        Ok(Self(u32::try_from(number).unwrap_or(Self::MOST)))
    }
}

/// How often a request is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Attempts(pub(crate) u32);

impl Attempts {
    const MOST: u32 = 20;
}

impl Meaning for Attempts {
    fn read(text: &str) -> Result<Self, Problem> {
        let number = whole(text, 1, u64::from(Self::MOST))?;
        Ok(Self(u32::try_from(number).unwrap_or(Self::MOST)))
    }
}

/// An HTTP status code (RFC 9110, section 15).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Status(pub(crate) u16);

impl Meaning for Status {
    fn read(text: &str) -> Result<Self, Problem> {
        let number = whole(text, 100, 599)?;
        Ok(Self(u16::try_from(number).unwrap_or(u16::MAX)))
    }
}

macro_rules! schemas {
    ($($type:ident: $schema:tt),+ $(,)?) => {$(
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    )+};
}

schemas! {
    Duration: {
        "type": "string",
        "pattern": "^[0-9]+(\\.[0-9]+)?\\s*(ms|s|min)$",
        "examples": ["500ms", "30s", "2min"],
    },
    Percent: {
        "type": "string",
        "pattern": "^[0-9]+(\\.[0-9]+)?\\s*%$",
        "examples": ["10%"],
    },
    Pairs: {"type": "integer", "minimum": 1, "maximum": 10_000},
    Attempts: {"type": "integer", "minimum": 1, "maximum": 20},
    Status: {"type": "integer", "minimum": 100, "maximum": 599},
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(result: Result<Duration, Problem>) -> String {
        result.unwrap_err().message
    }

    #[test]
    fn a_duration_is_in_ms_whatever_its_unit() {
        for (text, ms) in [
            ("500ms", 500),
            ("30s", 30_000),
            ("2 min", 120_000),
            ("1.5s", 1_500),
        ] {
            assert_eq!(Duration::read(text).unwrap(), Duration(ms), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_says_why() {
        for (text, why) in [
            ("30 parsecs", "unknown unit `parsecs`"),
            ("30", "`30` has no unit"),
            ("-5s", "`-5s` is negative"),
            ("nan", "`nan` is not a number with a unit"),
            (".inf", "`.inf` is not a number with a unit"),
            ("0s", "`0s` is no time at all"),
            ("1e3s", "unknown unit `e3s`"),
            ("1.2.3s", "`1.2.3` is not a number"),
            ("25000min", "`25000min` is more than a day"),
            ("", "a value is missing here"),
        ] {
            assert_eq!(message(Duration::read(text)), why, "{text}");
        }
    }

    #[test]
    fn a_number_too_large_for_a_float_is_refused() {
        assert!(quantity(&format!("{}s", "9".repeat(400)), TIME, "1s").is_err());
    }

    #[test]
    fn the_unit_is_the_part_that_is_pointed_at() {
        let problem = quantity("400kb", THROUGHPUT, "400kbps").unwrap_err();
        assert_eq!(problem.part, Some(3..5));
        assert!(
            problem.help.starts_with("did you mean `kbps`?"),
            "{}",
            problem.help
        );
    }
}
