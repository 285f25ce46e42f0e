//! A scenario's text and the places in it.

use std::ops::Range;

use serde::de::DeserializeOwned;
use serde_saphyr::Location;

use super::error::{Problem, ScenarioError};
use super::yaml;
use crate::plan::At;

/// A file as it was read: the path that messages name, and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Path as the user gave it.
    pub path: String,
    /// The whole text.
    pub text: String,
}

impl SourceFile {
    /// The longest text that is looked at, in bytes. Scenarios are some kilobytes; anything of
    /// this length is a mistake or an attack.
    pub const MAX_BYTES: usize = 1 << 20;

    /// A file whose text is at hand.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            text: text.into(),
        }
    }

    /// A file from the bytes that were read.
    ///
    /// # Errors
    /// If the bytes are too many, or not UTF-8; the error has the place of the first bad byte.
    pub fn from_bytes(path: impl Into<String>, bytes: Vec<u8>) -> Result<Self, ScenarioError> {
        let path = path.into();
        if bytes.len() > Self::MAX_BYTES {
            return Err(ScenarioError::at_start(&path, too_long(bytes.len())));
        }
        String::from_utf8(bytes)
            .map(|text| Self::new(path.clone(), text))
            .map_err(|bad| {
                let good = bad.utf8_error().valid_up_to();
                let text = String::from_utf8_lossy(bad.as_bytes());
                // Up to `good` nothing was replaced, so the offset holds in the lossy text too.
                let source = Self::new(path, text);
                let span = source.span_of(good..good + 1);
                ScenarioError::new(
                    &source,
                    span,
                    Problem::new(
                        "the file is not UTF-8 from here on",
                        "save it as UTF-8; a scenario is plain text",
                    ),
                )
            })
    }

    /// Reads the text as one YAML document of type `T`.
    pub(super) fn document<T: DeserializeOwned>(&self) -> Result<T, ScenarioError> {
        if self.text.len() > Self::MAX_BYTES {
            return Err(ScenarioError::at_start(
                &self.path,
                too_long(self.text.len()),
            ));
        }
        if self.is_blank() {
            return Err(ScenarioError::new(
                self,
                self.span_of(0..0),
                Problem::new(
                    "the file is empty",
                    "write `scenario: TITLE` and then `compare:`, `participants:` or `requests:`; scenarios/README.md teaches the language",
                ),
            ));
        }
        yaml::read(self)
    }

    /// Whether there is nothing but comments, blank lines and document markers.
    fn is_blank(&self) -> bool {
        self.text
            .trim_start_matches('\u{feff}')
            .lines()
            .map(str::trim)
            .all(|line| line.is_empty() || line.starts_with('#') || line == "---" || line == "...")
    }

    /// The span of a range of bytes; an end inside a character is moved to its start.
    pub(super) fn span_of(&self, range: Range<usize>) -> Span {
        let start = floor_char(&self.text, range.start);
        let end = floor_char(&self.text, range.end).max(start);
        let before = &self.text[..start];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Span {
            at: At {
                line: count(before.matches('\n').count()) + 1,
                column: count(self.text[line_start..start].chars().count()) + 1,
            },
            start,
            len: end - start,
        }
    }

    /// Narrows the span of a scalar to a part of its text, where the text stands in the file as
    /// it was read; a scalar that was folded or escaped keeps its whole span.
    pub(super) fn narrow(&self, span: Span, text: &str, part: &Range<usize>) -> Span {
        let Some(here) = self.text.get(span.start..) else {
            return span;
        };
        let quote = usize::from(here.starts_with(['"', '\'']));
        let verbatim = here
            .get(quote..)
            .is_some_and(|inner| inner.starts_with(text) && !text.contains('\n'));
        if verbatim {
            let start = span.start + quote;
            self.span_of(start + part.start..start + part.end)
        } else {
            span
        }
    }
}

fn too_long(bytes: usize) -> Problem {
    Problem::new(
        format!(
            "the file has {bytes} bytes, and at most {} are read",
            SourceFile::MAX_BYTES
        ),
        "a scenario is some kilobytes of YAML; is this the right file?",
    )
}

/// A place in a file with its extent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// Line and column, from 1.
    pub(crate) at: At,
    /// Byte offset in the text.
    pub(crate) start: usize,
    /// Length in bytes; 0 for a node that is known by its beginning only.
    pub(crate) len: usize,
}

impl From<Location> for Span {
    fn from(location: Location) -> Self {
        let bytes = |value: Option<u64>| {
            value
                .and_then(|number| usize::try_from(number).ok())
                .unwrap_or(0)
        };
        Self {
            at: At {
                line: u32::try_from(location.line()).unwrap_or(u32::MAX),
                column: u32::try_from(location.column()).unwrap_or(u32::MAX),
            },
            start: bytes(location.span().byte_offset()),
            len: bytes(location.span().byte_len()),
        }
    }
}

fn floor_char(text: &str, index: usize) -> usize {
    let mut index = index.min(text.len());
    while !text.is_char_boundary(index) {
        index -= 1;
    }
    index
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
