//! Reading a sentence from the left, for the grammars of expectations.

use std::ops::Range;

use super::error::{Problem, clip};
use super::units::{self, Unit};
use super::vocabulary::Vocabulary;
use crate::plan::Op;

/// A place in a sentence, and what is written there.
pub(super) struct Cursor<'a> {
    text: &'a str,
    pub(super) at: usize,
    forms: &'static str,
}

impl<'a> Cursor<'a> {
    /// The beginning of a sentence; `forms` says what can be written, for messages.
    pub(super) fn new(text: &'a str, forms: &'static str) -> Self {
        Self { text, at: 0, forms }
    }

    /// What is left of it.
    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Goes on to the next word or sign.
    pub(super) fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    /// Takes this sign, where it is the next.
    pub(super) fn eat(&mut self, sign: &str) -> bool {
        let found = self.rest().starts_with(sign);
        if found {
            self.at += sign.len();
        }
        found
    }

    /// The character at the cursor, or the place after the last one.
    pub(super) fn here(&self) -> Range<usize> {
        let length = self.rest().chars().next().map_or(1, char::len_utf8);
        self.at..self.at + length
    }

    /// Letters, digits, `_` and `-`.
    pub(super) fn word(&mut self, expected: &str) -> Result<(&'a str, Range<usize>), Problem> {
        let rest = self.rest();
        let length = rest
            .find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_' && letter != '-')
            .unwrap_or(rest.len());
        if length == 0 {
            let found = match rest.chars().next() {
                Some(letter) => format!("`{}`", clip(&letter.to_string())),
                None => "the end".to_owned(),
            };
            return Err(
                Problem::new(format!("expected {expected}, found {found}"), self.forms)
                    .within(self.here()),
            );
        }
        let at = self.at..self.at + length;
        self.at = at.end;
        Ok((&rest[..length], at))
    }

    /// A comparison sign, where it is the next.
    pub(super) fn op(&mut self) -> Option<Op> {
        Op::WORDS
            .iter()
            .find(|(sign, _)| self.eat(sign))
            .map(|(_, op)| *op)
    }

    /// The rest as a number with one of these units, and where it stands.
    pub(super) fn quantity(
        &mut self,
        units: &[Unit],
        example: &str,
    ) -> Result<(f64, &'a str, Range<usize>), Problem> {
        self.skip_space();
        let begin = self.at;
        let text = self.rest().trim_end();
        let at = begin..begin + text.len().max(1);
        self.at = self.text.len();
        match units::quantity(text, units, example) {
            Ok(value) => Ok((value, text, at)),
            Err(problem) => {
                let part = match &problem.part {
                    Some(part) => begin + part.start..begin + part.end,
                    None => at,
                };
                Err(problem.within(part))
            }
        }
    }
}
