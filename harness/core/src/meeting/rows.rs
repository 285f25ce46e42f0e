//! Whether the rows of a query are those that were expected.
//!
//! Invariant: every expected column of every expected row is looked at, and nothing else: a
//! column that nobody asked for is not judged. Rows are compared in order.

use serde_json::{Map, Value};

use crate::figures::{count, number, quoted};
use crate::plan::{AskedRows, ExpectedRow, ExpectedValue};
use crate::scenario::vocabulary::Vocabulary;

/// A row as the database returned it, column by column.
pub type Row = Map<String, Value>;

/// A column that is not as expected.
#[derive(Clone, Debug, PartialEq)]
pub struct Mismatch {
    /// Index of the row.
    pub row: usize,
    /// Name of the column.
    pub column: String,
    /// What was expected.
    pub expected: ExpectedValue,
    /// What was found; `None` where the row has no such column.
    pub found: Option<Value>,
}

/// What is wrong with rows.
#[derive(Clone, Debug, PartialEq)]
pub enum Difference {
    /// There are more or fewer than expected.
    Number {
        /// How many were expected.
        expected: usize,
        /// How many were found.
        found: usize,
    },
    /// As many as expected, with other values.
    Values(Vec<Mismatch>),
}

/// What is wrong with the rows that were found, or `None` where they are as expected.
pub fn difference(expected: &[ExpectedRow], found: &[Row]) -> Option<Difference> {
    if expected.len() != found.len() {
        return Some(Difference::Number {
            expected: expected.len(),
            found: found.len(),
        });
    }
    let mismatches: Vec<Mismatch> = expected
        .iter()
        .zip(found)
        .enumerate()
        .flat_map(|(index, (expected, found))| {
            expected.iter().filter_map(move |(column, expected)| {
                let value = found.get(column);
                (!holds(expected, value)).then(|| Mismatch {
                    row: index,
                    column: column.clone(),
                    expected: expected.clone(),
                    found: value.cloned(),
                })
            })
        })
        .collect();
    (!mismatches.is_empty()).then_some(Difference::Values(mismatches))
}

fn holds(expected: &ExpectedValue, found: Option<&Value>) -> bool {
    let Some(found) = found else { return false };
    match expected {
        ExpectedValue::Present => !found.is_null(),
        ExpectedValue::Absent => found.is_null(),
        ExpectedValue::Number { op, value } => {
            figure(found).is_some_and(|found| op.holds(found, *value))
        }
        ExpectedValue::Is(expected) => is(expected, found),
    }
}

/// Numbers are compared as numbers: `3` is `3.0` and the `3` that PostgreSQL gives as text.
/// Anything else is compared by its text. NULL is like nothing but NULL.
fn is(expected: &Value, found: &Value) -> bool {
    if expected.is_number() {
        return expected == found
            || figure(found).is_some_and(|found| figure(expected) == Some(found));
    }
    match (text(expected), text(found)) {
        (Some(expected), Some(found)) => expected == found,
        (expected, found) => expected.is_none() && found.is_none(),
    }
}

/// A number, or text that is one: PostgreSQL gives `numeric` and `bigint` as text at times.
fn figure(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text
            .trim()
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite()),
        _ => None,
    }
}

/// A value as text; `None` for NULL.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// Expected and found, in words.
pub fn sentence(asked: &AskedRows, found: &[Row]) -> String {
    match difference(&asked.rows, found) {
        None => {
            let values: Vec<String> = asked
                .rows
                .iter()
                .zip(found)
                .map(|(expected, found)| {
                    let columns: Vec<String> = expected
                        .iter()
                        .map(|(column, _)| {
                            format!("{column} {}", found_in_words(found.get(column)))
                        })
                        .collect();
                    columns.join(", ")
                })
                .filter(|row| !row.is_empty())
                .collect();
            let rows = format!("{} as expected", count(found.len() as u64, "row"));
            if values.is_empty() {
                rows
            } else {
                format!("{rows}: {}", values.join("; "))
            }
        }
        Some(Difference::Number { expected, found }) => format!(
            "{} expected, {} found",
            count(expected as u64, "row"),
            count(found as u64, "row")
        ),
        Some(Difference::Values(mismatches)) => {
            let several = asked.rows.len() > 1;
            let parts: Vec<String> = mismatches
                .iter()
                .map(|mismatch| {
                    let row = if several {
                        format!("row {}: ", mismatch.row + 1)
                    } else {
                        String::new()
                    };
                    format!(
                        "{row}{} {} expected, {} found",
                        mismatch.column,
                        expected_in_words(&mismatch.expected),
                        found_in_words(mismatch.found.as_ref())
                    )
                })
                .collect();
            parts.join("; ")
        }
    }
}

/// What is expected of a value: `` `ended` ``, `present`, `NULL`, `>= 3`.
pub fn expected_in_words(expected: &ExpectedValue) -> String {
    match expected {
        ExpectedValue::Is(value) => found_in_words(Some(value)),
        ExpectedValue::Present => "present".to_owned(),
        ExpectedValue::Absent => "NULL".to_owned(),
        ExpectedValue::Number { op, value } => format!("{} {}", op.word(), number(*value, 3)),
    }
}

/// A value as it was found: `` `ended` ``, `NULL`, or that there is no such column.
fn found_in_words(found: Option<&Value>) -> String {
    match found.map(text) {
        None => "no such column".to_owned(),
        Some(None) => "NULL".to_owned(),
        Some(Some(text)) => format!("`{}`", quoted(&text)),
    }
}

#[cfg(test)]
mod tests;
