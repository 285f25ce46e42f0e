//! What is expected of one value, of a row or of a JSON document.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};

use super::error::{Problem, ScenarioError, clip};
use super::source::SourceFile;
use super::vocabulary::Vocabulary;
use super::written::{Placed, Written};
use crate::plan::{ExpectedValue, Op};

/// A value of a row or of a JSON document. Its type is kept: `5` is a number and `"5"` is text.
#[derive(Clone, Debug)]
pub(crate) enum Cell {
    Text(String),
    Scalar(serde_json::Value),
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CellVisitor)
    }
}

struct CellVisitor;

impl Visitor<'_> for CellVisitor {
    type Value = Cell;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a value, `present`, `absent` or a comparison such as \">= 1\"")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Cell, E> {
        Ok(Cell::Text(text.to_owned()))
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Cell, E> {
        Ok(Cell::Scalar(value.into()))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Cell, E> {
        Ok(Cell::Scalar(number.into()))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Cell, E> {
        Ok(Cell::Scalar(number.into()))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Cell, E> {
        // The YAML reader refuses what is not finite.
        Ok(Cell::Scalar(number.into()))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Cell, E> {
        Err(E::custom(
            "nothing stands here\nwrite `absent` for NULL or nothing",
        ))
    }
}

impl JsonSchema for Cell {
    fn schema_name() -> Cow<'static, str> {
        "Cell".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "The exact value; `present` for anything but NULL, `absent` for NULL or nothing; or a number with a comparison, for example \">= 1\".",
            "type": ["string", "number", "boolean"],
        })
    }
}

/// Reads what is expected; `fill` puts values for the names in a text.
pub(super) fn read(
    source: &SourceFile,
    cell: &Placed<Cell>,
    fill: impl FnOnce(&str) -> Result<String, Problem>,
) -> Result<ExpectedValue, ScenarioError> {
    let text = match &cell.value {
        Cell::Scalar(value) => return Ok(ExpectedValue::Is(value.clone())),
        Cell::Text(text) => text,
    };
    let found = match text.as_str() {
        "present" => Ok(ExpectedValue::Present),
        "absent" => Ok(ExpectedValue::Absent),
        _ => match comparison(text) {
            Ok(None) => fill(text).map(|text| ExpectedValue::Is(text.into())),
            Ok(Some(found)) => Ok(found),
            Err(problem) => Err(problem),
        },
    };
    let written = Written::<Cell>::new(text.clone(), cell.span);
    found.map_err(|problem| written.error(source, problem))
}

/// `OP NUMBER`, where a text begins with a comparison sign.
fn comparison(text: &str) -> Result<Option<ExpectedValue>, Problem> {
    let Some((sign, op)) = Op::WORDS.iter().find(|(sign, _)| text.starts_with(sign)) else {
        return Ok(None);
    };
    let number = text[sign.len()..].trim();
    match number.parse() {
        Ok(value) if f64::is_finite(value) => Ok(Some(ExpectedValue::Number { op: *op, value })),
        _ => Err(Problem::new(
            format!("`{}` is not a number", clip(number)),
            "write a comparison with a number in quotes, for example \">= 1\"",
        )),
    }
}
