//! The properties of a resource as typed values.

use std::str::FromStr;

use crate::error::excerpt;
use crate::{Node, Place, Resolved, TemplateError, Value};

/// Most elements of a list of mappings. Amazon CloudFront Developer Guide, "Quotas": 100 origins
/// and 75 cache behaviours for a distribution, which AWS raises on request.
const LONGEST: usize = 250;

/// A mapping of properties whose names are known.
#[derive(Clone, Copy)]
pub(super) struct Fields<'r> {
    pub(super) resolved: &'r Resolved,
    node: &'r Node,
    what: &'static str,
}

impl<'r> Fields<'r> {
    /// A mapping with no other keys than the known ones. `what` is its name in errors.
    pub(super) fn new(
        resolved: &'r Resolved,
        node: &'r Node,
        what: &'static str,
        known: &[&str],
    ) -> Result<Self, TemplateError> {
        if !matches!(node.value, Value::Map(_)) {
            return Err(TemplateError::at(
                node.place,
                format!("`{what}` is no mapping"),
                "write its properties below it",
            ));
        }
        for (key, _) in node.entries() {
            if !known.contains(&key.text.as_str()) {
                return Err(TemplateError::unknown(
                    key.place,
                    &format!("property of `{what}`"),
                    &key.text,
                    known.iter().copied(),
                ));
            }
        }
        Ok(Self {
            resolved,
            node,
            what,
        })
    }

    /// Where the mapping begins.
    pub(super) fn place(&self) -> Place {
        self.node.place
    }

    /// The value of a property as it is.
    pub(super) fn node(&self, key: &str) -> Option<&'r Node> {
        self.node.get(key).filter(|node| node.value != Value::Null)
    }

    /// Refuses properties that change what a viewer gets and that are not obeyed. Empty lists,
    /// empty texts and `false` say that they are not used.
    pub(super) fn refuse(&self, keys: &[&str]) -> Result<(), TemplateError> {
        for (key, node) in self.node.entries() {
            let unused = match &node.value {
                Value::Null | Value::Bool(false) => true,
                Value::Text(text) => text.is_empty() || text == "false",
                Value::List(items) => items.is_empty(),
                _ => false,
            };
            if keys.contains(&key.text.as_str()) && !unused {
                return Err(TemplateError::at(
                    key.place,
                    format!("`{}` of `{}` is not read", key.text, self.what),
                    "it changes what viewers get, in a way that this reader does not know",
                ));
            }
        }
        Ok(())
    }

    /// The error of a property that must be there.
    fn missing(&self, key: &str) -> TemplateError {
        TemplateError::at(
            self.place(),
            format!("`{}` has no `{key}`", self.what),
            "CloudFormation requires it",
        )
    }

    /// A mapping below this one.
    pub(super) fn child(
        &self,
        key: &'static str,
        known: &[&str],
    ) -> Result<Option<Self>, TemplateError> {
        self.node(key)
            .map(|node| Self::new(self.resolved, node, key, known))
            .transpose()
    }

    /// A mapping below this one that must be there.
    pub(super) fn required_child(
        &self,
        key: &'static str,
        known: &[&str],
    ) -> Result<Self, TemplateError> {
        self.child(key, known)?.ok_or_else(|| self.missing(key))
    }

    /// A text.
    pub(super) fn text(&self, key: &str) -> Result<Option<String>, TemplateError> {
        self.node(key)
            .map(|node| text(self.resolved, node, key))
            .transpose()
    }

    /// A text that must be there.
    pub(super) fn required_text(&self, key: &str) -> Result<String, TemplateError> {
        self.text(key)?.ok_or_else(|| self.missing(key))
    }

    /// A value that is read from a text.
    pub(super) fn number<T: FromStr>(&self, key: &str) -> Result<Option<T>, TemplateError> {
        let Some(node) = self.node(key) else {
            return Ok(None);
        };
        let text = text(self.resolved, node, key)?;
        // YAML and JSON may write a whole number with a fraction of nothing.
        let whole = text.strip_suffix(".0").unwrap_or(&text);
        match whole.parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(TemplateError::at(
                node.place,
                format!("`{key}` cannot be `{}`", excerpt(&text)),
                "it is a number that is not negative",
            )),
        }
    }

    /// A number that must be there.
    pub(super) fn required_number<T: FromStr>(&self, key: &str) -> Result<T, TemplateError> {
        self.number(key)?.ok_or_else(|| self.missing(key))
    }

    /// `true` or `false`, which CloudFormation takes as texts too.
    pub(super) fn boolean(&self, key: &str) -> Result<Option<bool>, TemplateError> {
        self.choice(key, &[("true", true), ("false", false)])
    }

    /// `true` or `false` that must be there.
    pub(super) fn required_boolean(&self, key: &str) -> Result<bool, TemplateError> {
        self.boolean(key)?.ok_or_else(|| self.missing(key))
    }

    /// One of a property's words.
    pub(super) fn choice<T: Copy>(
        &self,
        key: &str,
        words: &[(&str, T)],
    ) -> Result<Option<T>, TemplateError> {
        let Some(node) = self.node(key) else {
            return Ok(None);
        };
        let text = text(self.resolved, node, key)?;
        match words.iter().find(|(word, _)| *word == text) {
            Some((_, meaning)) => Ok(Some(*meaning)),
            None => Err(TemplateError::unknown(
                node.place,
                &format!("value of `{key}`"),
                &text,
                words.iter().map(|(word, _)| *word),
            )),
        }
    }

    /// One of a property's words that must be there.
    pub(super) fn required_choice<T: Copy>(
        &self,
        key: &str,
        words: &[(&str, T)],
    ) -> Result<T, TemplateError> {
        self.choice(key, words)?.ok_or_else(|| self.missing(key))
    }

    /// A list of texts; empty where there is none.
    pub(super) fn texts(&self, key: &str) -> Result<Vec<String>, TemplateError> {
        match self.node(key) {
            None => Ok(Vec::new()),
            Some(node) => texts(self.resolved, node, key),
        }
    }

    /// A list of mappings; empty where there is none.
    pub(super) fn list(
        &self,
        key: &'static str,
        known: &[&str],
    ) -> Result<Vec<Self>, TemplateError> {
        let Some(node) = self.node(key) else {
            return Ok(Vec::new());
        };
        let Value::List(items) = &node.value else {
            return Err(TemplateError::at(
                node.place,
                format!("`{key}` is no list"),
                "begin each element with `- `",
            ));
        };
        if items.len() > LONGEST {
            return Err(TemplateError::at(
                node.place,
                format!("`{key}` has {} elements", items.len()),
                format!("no more than {LONGEST} are read; CloudFront's own quotas are lower"),
            ));
        }
        items
            .iter()
            .map(|item| Self::new(self.resolved, item, key, known))
            .collect()
    }
}

/// A value as a text.
fn text(resolved: &Resolved, node: &Node, key: &str) -> Result<String, TemplateError> {
    resolved.text(node).ok_or_else(|| {
        TemplateError::at(
            node.place,
            format!("`{key}` is no text"),
            "give one text, number or boolean",
        )
    })
}

/// One text or several.
pub(super) fn texts(
    resolved: &Resolved,
    node: &Node,
    key: &str,
) -> Result<Vec<String>, TemplateError> {
    node.items()
        .iter()
        .map(|item| text(resolved, item, key))
        .collect()
}
