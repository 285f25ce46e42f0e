//! What is expected of header fields.

use super::Reader;
use super::raw::{self, FieldName, HeaderRule, Template};
use crate::plan::{AskedCheck, Check, Op};
use crate::scenario::error::{Problem, ScenarioError, clip};
use crate::scenario::names::Place;
use crate::scenario::source::Span;
use crate::scenario::vocabulary::Vocabulary;
use crate::scenario::written::{Shape, Written};

impl Reader<'_> {
    pub(super) fn header_checks(
        &self,
        rules: &[(Written<FieldName>, HeaderRule)],
        checks: &mut Vec<AskedCheck>,
    ) -> Result<(), ScenarioError> {
        let mut seen: Vec<String> = Vec::new();
        for (written, rule) in rules {
            let name = self.field_name(written)?;
            if seen.contains(&name) {
                return Err(self.named_twice(written));
            }
            self.header_rule(&name, rule, checks)?;
            seen.push(name);
        }
        Ok(())
    }

    fn header_rule(
        &self,
        name: &str,
        rule: &HeaderRule,
        checks: &mut Vec<AskedCheck>,
    ) -> Result<(), ScenarioError> {
        let name = name.to_owned();
        match &rule.0 {
            Shape::One(word) if word.text == "absent" => checks.push(AskedCheck {
                text: format!("{name} is absent"),
                at: word.span.at,
                check: Check::HeaderAbsent { name },
            }),
            Shape::One(word) if word.text == "present" => checks.push(AskedCheck {
                text: format!("{name} is present"),
                at: word.span.at,
                check: Check::HeaderPresent { name },
            }),
            Shape::One(value) => {
                checks.push(self.header_is(name, std::slice::from_ref(value), value.span)?);
            }
            Shape::Many(list) if list.value.is_empty() => {
                return Err(ScenarioError::new(
                    self.source,
                    list.span,
                    Problem::new(
                        "this list of values is empty, so no answer could satisfy it",
                        "name the values, or write `absent`",
                    ),
                ));
            }
            Shape::Many(list) => checks.push(self.header_is(name, &list.value, list.span)?),
            Shape::Keys(keys) if keys.value.0.is_empty() => {
                return Err(ScenarioError::new(
                    self.source,
                    keys.span,
                    Problem::new(
                        "no condition stands here",
                        "write for example `{has: [public], max-age: \">= 31536000\"}`",
                    ),
                ));
            }
            Shape::Keys(keys) => {
                for (key, conditions) in &keys.value.0 {
                    for condition in conditions.items(self.source)? {
                        let check = self.condition(&name, &key.text, condition)?;
                        checks.push(check);
                    }
                }
            }
        }
        Ok(())
    }

    pub(super) fn header_is(
        &self,
        name: String,
        written: &[Written<Template>],
        span: Span,
    ) -> Result<AskedCheck, ScenarioError> {
        let values = written
            .iter()
            .map(|value| self.field_value(value, Place::Elsewhere))
            .collect::<Result<Vec<String>, _>>()?;
        Ok(AskedCheck {
            text: format!("{name} is {}", values.join(" or ")),
            at: span.at,
            check: Check::HeaderIs { name, values },
        })
    }

    fn condition(
        &self,
        name: &str,
        key: &str,
        condition: &Written<raw::Condition>,
    ) -> Result<AskedCheck, ScenarioError> {
        let text = condition.text.trim();
        let at = condition.span.at;
        let refuse = |problem| condition.error(self.source, problem);
        if key == "has" {
            if text.is_empty() || text.contains(',') {
                return Err(refuse(Problem::new(
                    format!("`{}` is not one member of a list", clip(text)),
                    "write the members as a list: `has: [public, immutable]`",
                )));
            }
            return Ok(AskedCheck {
                text: format!("{name} has {text}"),
                at,
                check: Check::HeaderHas {
                    name: name.to_owned(),
                    token: text.to_owned(),
                },
            });
        }
        let help = format!("write a comparison in quotes, for example `{key}: \">= 31536000\"`");
        let Some((sign, op)) = Op::WORDS.iter().find(|(sign, _)| text.starts_with(sign)) else {
            return Err(refuse(Problem::new(
                format!("`{}` is not a comparison with a number", clip(text)),
                help,
            )));
        };
        let number = text[sign.len()..].trim();
        let digits = number
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.');
        let value: f64 = match number.parse() {
            Ok(value) if digits && f64::is_finite(value) => value,
            _ => {
                return Err(refuse(Problem::new(
                    format!("`{}` is not a number", clip(number)),
                    help,
                )));
            }
        };
        if key == "if-present" {
            return Ok(AskedCheck {
                text: format!("{name} is absent or {sign} {number}"),
                at,
                check: Check::HeaderNumberIfPresent {
                    name: name.to_owned(),
                    op: *op,
                    value,
                },
            });
        }
        let directive = (key != "value").then(|| key.to_ascii_lowercase());
        Ok(AskedCheck {
            text: match &directive {
                Some(directive) => format!("{name} {directive} {sign} {number}"),
                None => format!("{name} {sign} {number}"),
            },
            at,
            check: Check::HeaderNumber {
                name: name.to_owned(),
                directive,
                op: *op,
                value,
            },
        })
    }
}
