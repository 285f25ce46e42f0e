//! What is sent as a body, and what is expected of the values in one.

use serde_json::Value;

use super::Reader;
use super::raw::{BodyRule, JsonNode, Pointer, RequestEntry, Template};
use crate::checks::secret::is_secret_pointer;
use crate::plan::{AskedCheck, Body, Check, ExpectedValue};
use crate::scenario::error::{Problem, ScenarioError, clip};
use crate::scenario::expected::{self, Cell};
use crate::scenario::names::Place;
use crate::scenario::vocabulary::Vocabulary;
use crate::scenario::written::{OneOrMany, Pairs, Placed, Written};

/// Characters of a body's beginning that are kept of an exchange.
const BODY_START: usize = 200;

/// The methods whose requests may have a body.
const WITH_BODY: [&str; 3] = ["put", "post", "delete"];

impl Reader<'_> {
    pub(super) fn body(
        &self,
        entry: &RequestEntry,
        method: &str,
        place: Place<'_>,
    ) -> Result<Option<Body>, ScenarioError> {
        let (json, text) = (entry.json.get(), entry.body.get());
        let span = text.map(|text| text.span).or(json.map(|json| json.span));
        let Some(span) = span else {
            return Ok(None);
        };
        let refuse = |problem| Err(ScenarioError::new(self.source, span, problem));
        if json.is_some() && text.is_some() {
            return refuse(Problem::new(
                "this request has two bodies, `json` and `body`",
                "keep one of the two",
            ));
        }
        if !WITH_BODY.contains(&method) {
            return refuse(Problem::new(
                format!("a request by `{method}` has no body"),
                "use `post`, `put` or `delete`, or remove the body",
            ));
        }
        match (json, text) {
            (Some(json), _) => self.json(json, place).map(|value| Some(Body::Json(value))),
            (None, Some(text)) => self.fill(text, place).map(|text| Some(Body::Text(text))),
            (None, None) => Ok(None),
        }
    }

    fn json(&self, node: &Placed<JsonNode>, place: Place<'_>) -> Result<Value, ScenarioError> {
        match &node.value {
            JsonNode::Scalar(value) => Ok(value.clone()),
            JsonNode::Text(text) => self
                .fill(&Written::<Template>::new(text.clone(), node.span), place)
                .map(Value::String),
            JsonNode::Array(elements) => elements
                .iter()
                .map(|element| self.json(element, place))
                .collect(),
            JsonNode::Object(Pairs(members)) => members
                .iter()
                .map(|(name, member)| Ok((name.text.clone(), self.json(member, place)?)))
                .collect(),
        }
    }

    /// What the beginning of the body is to say.
    pub(super) fn beginning(
        &self,
        rule: &Placed<BodyRule>,
        checks: &mut Vec<AskedCheck>,
    ) -> Result<(), ScenarioError> {
        let before = checks.len();
        let mut add = |word: &str, written: &Written<Template>, check: fn(String) -> Check| {
            let text = self.fill(written, Place::Elsewhere)?;
            if text.is_empty() || text.chars().count() > BODY_START {
                let problem = Problem::new(
                    format!("only the first {BODY_START} characters of a body are looked at"),
                    "write a text that can stand within them",
                );
                return Err(written.error(self.source, problem));
            }
            checks.push(AskedCheck {
                text: format!("body {word} {text}"),
                at: written.span.at,
                check: check(text),
            });
            Ok(())
        };
        let Placed { value, span } = rule;
        if let Some(text) = value.starts.get() {
            add("starts with", text, Check::BodyStarts)?;
        }
        for text in items(self, value.has.get())? {
            add("has", text, Check::BodyHas)?;
        }
        for text in items(self, value.lacks.get())? {
            add("lacks", text, Check::BodyLacks)?;
        }
        if checks.len() == before {
            return Err(ScenarioError::new(
                self.source,
                *span,
                Problem::new(
                    "nothing is expected of the body",
                    "write for example `body: {starts: \"<?xml\", has: AccessDenied}`",
                ),
            ));
        }
        Ok(())
    }

    pub(super) fn json_checks(
        &self,
        Pairs(values): &Pairs<Pointer, Placed<Cell>>,
        checks: &mut Vec<AskedCheck>,
    ) -> Result<(), ScenarioError> {
        for (written, cell) in values {
            let pointer = &written.text;
            // RFC 6901, section 3; the empty pointer is the whole document.
            if !pointer.is_empty() && !pointer.starts_with('/') {
                return Err(written.error(
                    self.source,
                    Problem::new(
                        format!("`{}` is not a JSON Pointer", clip(pointer)),
                        "begin it with `/`, for example `/meeting/MeetingId`",
                    ),
                ));
            }
            let expected = expected::read(self.source, cell, |text| {
                self.filled(text, Place::Elsewhere)
            })?;
            let compared = !matches!(expected, ExpectedValue::Present | ExpectedValue::Absent);
            if compared && is_secret_pointer(pointer) {
                return Err(ScenarioError::new(
                    self.source,
                    cell.span,
                    Problem::new(
                        format!(
                            "what stands at `{}` is kept secret and cannot be compared",
                            clip(pointer)
                        ),
                        "write `present` or `absent`",
                    ),
                ));
            }
            checks.push(AskedCheck {
                text: format!("{pointer} {}", in_words(&expected)),
                at: written.span.at,
                check: Check::Json {
                    pointer: pointer.clone(),
                    expected,
                },
            });
        }
        Ok(())
    }
}

fn items<'e>(
    reader: &Reader<'_>,
    list: Option<&'e OneOrMany<Template>>,
) -> Result<&'e [Written<Template>], ScenarioError> {
    list.map_or(Ok(&[]), |list| list.items(reader.source))
}

fn in_words(expected: &ExpectedValue) -> String {
    match expected {
        ExpectedValue::Present => "is present".to_owned(),
        ExpectedValue::Absent => "is absent".to_owned(),
        ExpectedValue::Is(Value::String(text)) => format!("is {text}"),
        ExpectedValue::Is(value) => format!("is {value}"),
        ExpectedValue::Number { op, value } => format!("{} {value}", op.word()),
    }
}
