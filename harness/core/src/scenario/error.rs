//! Errors that point at a place in a scenario and say what to do.

use std::fmt;

use super::source::{SourceFile, Span};
use crate::plan::At;

/// What is wrong with a scenario or a settings file, and where.
///
/// `Display` gives `FILE:LINE:COL: message`, then the line with carets under the place, then a
/// line that begins with `help:` and says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ScenarioError(Box<Report>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Report {
    path: String,
    at: At,
    message: String,
    help: String,
    excerpt: Excerpt,
}

/// The line in question, cropped to what a terminal shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Excerpt {
    line: String,
    indent: usize,
    carets: usize,
}

/// A message and what to do about it, without a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// Lower-case fragment, values in backticks.
    pub(crate) message: String,
    /// What to do.
    pub(crate) help: String,
    /// The part of the scalar that is meant, in bytes; all of it if `None`.
    pub(crate) part: Option<std::ops::Range<usize>>,
}

/// Words that are listed beside one that was nearly met.
const LISTED: usize = 20;

impl Problem {
    pub(crate) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: help.into(),
            part: None,
        }
    }

    pub(crate) fn within(mut self, part: std::ops::Range<usize>) -> Self {
        self.part = Some(part);
        self
    }

    /// A word that is none of the known ones.
    pub(crate) fn unknown<'a>(
        what: &str,
        word: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        let list = listed(&known);
        let help = match nearest(word, &known) {
            // Nobody reads a long list for a slip of the pen.
            Some(near) if known.len() > LISTED => format!("did you mean `{near}`?"),
            Some(near) => format!("did you mean `{near}`? known are {list}"),
            None => format!("known are {list}"),
        };
        Self::new(format!("unknown {what} `{}`", clip(word)), help)
    }
}

impl ScenarioError {
    pub(crate) fn new(source: &SourceFile, span: Span, problem: Problem) -> Self {
        Self(Box::new(Report {
            path: source.path.clone(),
            at: span.at,
            message: problem.message,
            help: problem.help,
            excerpt: excerpt(source, span),
        }))
    }

    /// An error of a file whose text is not worth showing.
    pub(crate) fn at_start(path: &str, problem: Problem) -> Self {
        Self(Box::new(Report {
            path: path.to_owned(),
            at: At { line: 1, column: 1 },
            message: problem.message,
            help: problem.help,
            excerpt: Excerpt::default(),
        }))
    }

    /// Where it is.
    pub fn at(&self) -> At {
        self.0.at
    }

    /// What is wrong, without place and help.
    pub fn message(&self) -> &str {
        &self.0.message
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let At { line, column } = self.at;
        writeln!(out, "{}:{line}:{column}: {}", self.path, self.message)?;
        let number = line.to_string();
        let Excerpt {
            line,
            indent,
            carets,
        } = &self.excerpt;
        if *carets > 0 {
            writeln!(out, "{number} | {line}")?;
            writeln!(
                out,
                "{:width$} | {:indent$}{}",
                "",
                "",
                "^".repeat(*carets),
                width = number.len()
            )?;
        }
        write!(out, "help: {}", self.help)
    }
}

/// Characters of a line that are shown at the most, and how many of them before the place.
const WINDOW: usize = 110;
const LEAD: usize = 60;

fn excerpt(source: &SourceFile, span: Span) -> Excerpt {
    let number = usize::try_from(span.at.line.max(1)).unwrap_or(1) - 1;
    let line = source
        .text
        .split('\n')
        .nth(number)
        .unwrap_or_default()
        .trim_end_matches('\r');
    let column = usize::try_from(span.at.column.max(1)).unwrap_or(1) - 1;
    let length = line.chars().count();
    let skip = if length > WINDOW {
        column.saturating_sub(LEAD)
    } else {
        0
    };
    // A tab or control character takes one column, so that the caret stays under its place.
    let shown: String = line
        .chars()
        .skip(skip)
        .take(WINDOW)
        .map(|letter| match letter {
            '\t' => ' ',
            other if other.is_control() => '\u{fffd}',
            other => other,
        })
        .collect();
    let shown = shown.trim_end().to_owned();
    let extent = source
        .text
        .get(span.start..span.start + span.len)
        .map_or(1, |text| {
            text.split('\n')
                .next()
                .unwrap_or_default()
                .trim_end()
                .chars()
                .count()
        });
    let indent = column - skip.min(column);
    let room = shown.chars().count().saturating_sub(indent).max(1);
    Excerpt {
        line: shown,
        indent,
        carets: extent.clamp(1, room),
    }
}

/// Cuts what a file says before it is repeated in a message.
pub(crate) fn clip(text: &str) -> std::borrow::Cow<'_, str> {
    const MOST: usize = 80;
    let clean = !text.chars().any(char::is_control);
    if clean && text.chars().count() <= MOST {
        return text.into();
    }
    let mut cut: String = text
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .take(MOST)
        .collect();
    if text.chars().count() > MOST {
        cut.push('…');
    }
    cut.into()
}

/// The known word that is nearest to what was written, if one is near enough to be meant.
pub(crate) fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let word = word.to_lowercase();
    known
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(&word, candidate), *candidate))
        .filter(|(distance, candidate)| *distance * 2 <= candidate.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `` `a`, `b` and `c` ``
pub(crate) fn listed(words: &[&str]) -> String {
    match words {
        [] => "none".to_owned(),
        [only] => format!("`{only}`"),
        [most @ .., last] => {
            let most: Vec<String> = most.iter().map(|word| format!("`{word}`")).collect();
            format!("{} and `{last}`", most.join(", "))
        }
    }
}
