//! What an expectation of a JSON body comes to.

use greenroom_model::{Exchange, JsonFound};
use serde_json::Value;

use super::CheckOutcome;
use crate::figures::{number, quoted, thousands};
use crate::plan::ExpectedValue;
use crate::results::Outcome;

/// Whether the body holds what is expected at a pointer.
pub(super) fn json(exchange: &Exchange, pointer: &str, expected: &ExpectedValue) -> CheckOutcome {
    if let Some(error) = &exchange.json_error {
        return CheckOutcome::of(
            false,
            format!(
                "the body is no JSON: {}{}",
                quoted(error),
                super::start(exchange)
            ),
        );
    }
    let reading = exchange.json.iter().find(|one| one.pointer == pointer);
    let Some(reading) = reading else {
        return CheckOutcome {
            outcome: Outcome::Error,
            evidence: format!("`{}` of the body was not looked at", quoted(pointer)),
        };
    };
    let found = &reading.found;
    let nothing = matches!(found, JsonFound::Missing | JsonFound::Scalar(Value::Null));
    let holds = match expected {
        ExpectedValue::Present => !nothing,
        ExpectedValue::Absent => nothing,
        ExpectedValue::Is(expected) => {
            matches!(found, JsonFound::Scalar(value) if same(expected, value))
        }
        ExpectedValue::Number { op, value } => match found {
            JsonFound::Scalar(found) => found.as_f64().is_some_and(|found| op.holds(found, *value)),
            _ => false,
        },
    };
    CheckOutcome::of(
        holds,
        format!("`{}` is {}", quoted(pointer), in_words(found)),
    )
}

/// Numbers are compared as numbers: 3 is 3.0.
fn same(expected: &Value, found: &Value) -> bool {
    expected == found
        || expected
            .as_f64()
            .is_some_and(|expected| found.as_f64() == Some(expected))
}

fn in_words(found: &JsonFound) -> String {
    let size = |size: &usize| thousands(u64::try_from(*size).unwrap_or(u64::MAX));
    match found {
        JsonFound::Missing => "not there".to_owned(),
        JsonFound::Secret => "there, and secret".to_owned(),
        JsonFound::Scalar(Value::String(text)) => format!("\"{}\"", quoted(text)),
        JsonFound::Scalar(Value::Number(figure)) => figure
            .as_f64()
            .map_or_else(|| figure.to_string(), |figure| number(figure, 3)),
        JsonFound::Scalar(value) => value.to_string(),
        JsonFound::Object(members) => format!("an object of {} members", size(members)),
        JsonFound::Array(elements) => format!("an array of {} elements", size(elements)),
        JsonFound::LongText(characters) => format!("a text of {} characters", size(characters)),
    }
}
