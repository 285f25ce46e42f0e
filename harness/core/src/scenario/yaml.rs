//! The YAML reader: its limits, and what it says in the words of the language.

use serde::de::DeserializeOwned;
use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::options::MergeKeyPolicy;

use super::error::{Problem, ScenarioError, clip};
use super::source::{SourceFile, Span};

/// Reads a file as one document.
pub(super) fn read<T: DeserializeOwned>(source: &SourceFile) -> Result<T, ScenarioError> {
    serde_saphyr::from_str_with_options(&source.text, options())
        .map_err(|cause| in_our_words(source, &cause))
}

/// What the YAML reader may be asked to do. A file of [`SourceFile::MAX_BYTES`] stays far below
/// each of these limits unless it was made to burst them (an alias bomb, say).
fn options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: 16,
            max_documents: 2,
            max_aliases: 200,
            max_anchors: 200,
            max_nodes: 50_000,
            max_events: 100_000,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: 10_000,
            max_replay_stack_depth: 8,
        },
        merge_keys: MergeKeyPolicy::Error,
        // `yes` and `on` are words here, as YAML 1.2 has it.
        strict_booleans: true,
        reject_unsupported_tags: true,
        with_snippet: false,
    }
}

/// Turns what the YAML reader says into an error of ours, in the words of the language.
fn in_our_words(source: &SourceFile, cause: &serde_saphyr::Error) -> ScenarioError {
    let cause = cause.without_snippet();
    let span = cause
        .location()
        .filter(|location| location.line() > 0)
        .map_or_else(|| source.span_of(0..0), Span::from);
    ScenarioError::new(source, span, explain(cause, source, span))
}

/// The help where nothing better is known.
const README: &str = "scenarios/README.md shows what stands here";

fn explain(cause: &serde_saphyr::Error, source: &SourceFile, span: Span) -> Problem {
    use serde_saphyr::Error as Yaml;
    const LIMITS: &str = "a scenario needs few anchors and no deep nesting; write it out";

    match cause {
        Yaml::AliasError { error, .. } => explain(error, source, span),
        Yaml::SerdeUnknownField {
            field, expected, ..
        } => Problem::unknown("key", field, expected.iter().copied()),
        Yaml::SerdeMissingField { field, .. } => Problem::new(
            format!("the key `{field}` is missing"),
            format!("add `{field}:` here"),
        ),
        Yaml::DuplicateMappingKey { key, .. } => Problem::new(
            match key {
                Some(key) => format!("the key `{}` stands here for the second time", clip(key)),
                None => "this key stands here for the second time".to_owned(),
            },
            "keep one of the two",
        ),
        Yaml::MultipleDocuments { .. } => Problem::new(
            "a second YAML document begins here",
            "one file holds one scenario: put the other into a file of its own",
        ),
        Yaml::MergeKeyNotAllowed { .. } => Problem::new(
            "merge keys (`<<`) are not part of the language",
            "write the keys out, or use an anchor for the whole value",
        ),
        Yaml::NullIntoString { .. } => {
            Problem::new("nothing stands here", "give a value, or leave the key out")
        }
        Yaml::NonFiniteFloat { .. } => Problem::new(
            "`.nan` and `.inf` are no values here",
            "write a number, or put it in quotes if it is text",
        ),
        Yaml::UnknownAnchor { .. } => Problem::new(
            "this alias has no anchor before it",
            "a value that begins with `*` is an alias; put it in quotes if it is text",
        ),
        Yaml::UnsupportedTag { tag, .. } => Problem::new(
            format!("the tag `{}` is not part of the language", clip(tag)),
            "write the value without a tag; put it in quotes if it is text",
        ),
        Yaml::AliasReplayLimitExceeded { .. }
        | Yaml::AliasExpansionLimitExceeded { .. }
        | Yaml::AliasReplayStackDepthExceeded { .. }
        | Yaml::AliasReplayCounterOverflow { .. } => {
            Problem::new("the aliases of this file expand to too much", LIMITS)
        }
        Yaml::Budget { breach, .. } => Problem::new(
            match breach {
                BudgetBreach::Depth { .. } => "the nesting is too deep here",
                BudgetBreach::Aliases { .. }
                | BudgetBreach::Anchors { .. }
                | BudgetBreach::AliasAnchorRatio { .. } => {
                    "the aliases of this file expand to too much"
                }
                _ => "the file holds too many values",
            },
            LIMITS,
        ),
        Yaml::SerdeInvalidType {
            unexpected,
            expected,
            ..
        } => Problem::new(format!("expected {expected}, found {unexpected}"), README),
        Yaml::Unexpected { expected, .. } => wrong_kind(expected),
        // Messages of our own visitors have their help on a second line.
        Yaml::Message { msg, .. } => match msg.split_once('\n') {
            Some((message, help)) => Problem::new(message, help),
            None => Problem::new(first_line(msg), README),
        },
        Yaml::ExternalMessage { msg, .. } => Problem::new(
            format!("not YAML: {}", first_line(msg)),
            if line_has_tab(source, span) {
                "YAML forbids tabs in indentation: use spaces"
            } else if msg.contains("mapping values") {
                "text with `: ` in it needs quotes; otherwise check indentation and brackets here"
            } else {
                "check indentation, brackets and quotes here and on the line before"
            },
        ),
        other => Problem::new(first_line(&other.to_string()), README),
    }
}

/// A value of another kind than what belongs here, by the YAML reader's name of the latter.
fn wrong_kind(expected: &str) -> Problem {
    match expected {
        "mapping start" => Problem::new(
            "expected keys with values",
            "write `key: value` lines, or `{key: value}`",
        ),
        "sequence start" => Problem::new(
            "expected a list",
            "write a line with `- ` for each entry, or `[entry, entry]`",
        ),
        "string scalar" | "scalar" => Problem::new(
            "expected a single value, not a list or keys",
            "write it as text; text with `: ` or brackets in it needs quotes",
        ),
        other => Problem::new(format!("expected {other}"), README),
    }
}

fn line_has_tab(source: &SourceFile, span: Span) -> bool {
    let line = usize::try_from(span.at.line).unwrap_or(usize::MAX);
    source
        .text
        .split('\n')
        .skip(line.saturating_sub(2))
        .take(2)
        .any(|text| text.trim_start_matches(' ').starts_with('\t'))
}

fn first_line(text: &str) -> String {
    clip(text.lines().next().unwrap_or_default()).into_owned()
}
