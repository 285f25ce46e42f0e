//! What the database returned, against what was expected, and what explains a difference.

use super::diagnosis::Explained;
use super::lines::MeetingLines;
use crate::diagnosis::Cause;
use crate::figures::quoted;
use crate::journal::{PageEventKind, RowsOutcome, RowsRecord};
use crate::meeting::refusal::granted;
use crate::meeting::rows::{self, Difference, Mismatch};
use crate::plan::{AskedRows, ExpectedValue, MeetingName, Step};
use crate::results::{Outcome, RowsRow};

/// Columns that the end of a call closes.
const CLOSED_AT_THE_END: [&str; 5] = [
    "status",
    "is_call_active",
    "ended_at",
    "duration_seconds",
    "left_at",
];

const WITHOUT_ROW: &str = "a meeting was created without a row";

/// What became of a query.
pub(super) struct Ruled {
    pub(super) outcome: Outcome,
    /// Expected and found, the diagnosis first where there is one.
    pub(super) sentence: String,
    pub(super) diagnosis: Option<Explained>,
}

impl Ruled {
    fn plain(outcome: Outcome, sentence: impl Into<String>) -> Self {
        Self {
            outcome,
            sentence: sentence.into(),
            diagnosis: None,
        }
    }

    fn failed(diagnosis: Option<Explained>, seen: String) -> Self {
        Self {
            outcome: Outcome::Fail,
            sentence: match &diagnosis {
                Some(diagnosis) => format!("{}: {seen}", diagnosis.sentence),
                None => seen,
            },
            diagnosis,
        }
    }
}

/// Judges a query of a step, or of the scenario's own `records` where `step` is `None`.
pub(super) fn rule(
    lines: &MeetingLines<'_>,
    step: Option<usize>,
    query: usize,
    asked: &AskedRows,
) -> Ruled {
    let Some(record) = record(lines, step, query) else {
        return match (lines.is_begun(), lines.is_over) {
            (false, _) => Ruled::plain(Outcome::Skipped, "not executed"),
            (true, true) => Ruled::plain(Outcome::Skipped, "not asked"),
            (true, false) => Ruled::plain(Outcome::Skipped, "the journal ends before it was asked"),
        };
    };
    match &record.outcome {
        RowsOutcome::Rows(found) => {
            let seen = rows::sentence(asked, found);
            match rows::difference(&asked.rows, found) {
                None => Ruled::plain(Outcome::Pass, seen),
                Some(difference) => {
                    Ruled::failed(explained(lines, record, asked, &difference), seen)
                }
            }
        }
        RowsOutcome::Refused { code, message } => refused(asked, code, message),
        RowsOutcome::NotAsked(reason) => {
            let unnamed = asked.parameters.contains(&MeetingName::SessionId)
                && lines
                    .created_before(record.at_ms)
                    .is_some_and(|created| created.session_id.is_none());
            if unnamed {
                Ruled::failed(
                    Some(Explained::new(Cause::MeetingWithoutRow, WITHOUT_ROW)),
                    "the answer to `create` names a meeting and no session".to_owned(),
                )
            } else {
                Ruled::plain(Outcome::Error, format!("not asked: {}", quoted(reason)))
            }
        }
    }
}

fn record<'a>(
    lines: &MeetingLines<'a>,
    step: Option<usize>,
    query: usize,
) -> Option<&'a RowsRecord> {
    lines
        .rows
        .iter()
        .rev()
        .find(|record| record.step == step && record.query == query)
        .copied()
}

/// `undefined_table` (PostgreSQL, appendix A).
const UNDEFINED_TABLE: &str = "42P01";
/// `undefined_column`.
const UNDEFINED_COLUMN: &str = "42703";

fn refused(asked: &AskedRows, code: &str, message: &str) -> Ruled {
    let said = format!("SQLSTATE {}, `{}`", quoted(code), quoted(message));
    match code {
        UNDEFINED_TABLE => Ruled::failed(Some(no_table(&asked.sql, message)), said),
        UNDEFINED_COLUMN => Ruled::failed(
            Some(Explained::new(
                Cause::MigrationMissing,
                "the migration is an older one: a column is not there",
            )),
            said,
        ),
        _ => Ruled::plain(
            Outcome::Error,
            format!("the server refused the query: {said}"),
        ),
    }
}

fn no_table(sql: &str, message: &str) -> Explained {
    let table = relation_in(message)
        .or_else(|| table_in(sql))
        .map_or_else(String::new, |table| format!(" `{}`", quoted(table)));
    Explained::new(
        Cause::MigrationMissing,
        format!("the migration is missing: there is no table{table}"),
    )
}

/// What a query found to be missing: the first table that is not there.
pub(super) fn missing_table(lines: &MeetingLines<'_>) -> Option<Explained> {
    queries(lines).find_map(
        |(step, query, asked)| match &record(lines, step, query)?.outcome {
            RowsOutcome::Refused { code, message } if code == UNDEFINED_TABLE => {
                Some(no_table(&asked.sql, message))
            }
            _ => None,
        },
    )
}

/// The relation in PostgreSQL's `relation "name" does not exist`.
pub(super) fn relation_in(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("relation \"")?;
    let (name, rest) = rest.split_once('"')?;
    rest.trim_start()
        .starts_with("does not exist")
        .then_some(name)
}

/// The word after the first `FROM`.
fn table_in(sql: &str) -> Option<&str> {
    let mut words = sql.split_whitespace();
    words.find(|word| word.eq_ignore_ascii_case("from"))?;
    words.next()
}

/// What explains rows that are not as expected, by what else was observed.
fn explained(
    lines: &MeetingLines<'_>,
    record: &RowsRecord,
    asked: &AskedRows,
    difference: &Difference,
) -> Option<Explained> {
    match difference {
        Difference::Number { expected, found: 0 } if *expected > 0 => {
            let of_sessions = asked.sql.contains("video_call_sessions");
            let bound = !asked.parameters.is_empty();
            (of_sessions && bound && lines.created_before(record.at_ms).is_some())
                .then(|| Explained::new(Cause::MeetingWithoutRow, WITHOUT_ROW))
        }
        Difference::Number { .. } => None,
        Difference::Values(mismatches) => {
            if mismatches.iter().any(is_unrecorded_failure) {
                return Some(Explained::new(
                    Cause::FailureNotRecorded,
                    "a failure was not recorded in its row",
                ));
            }
            let open = mismatches
                .iter()
                .any(|mismatch| CLOSED_AT_THE_END.contains(&mismatch.column.as_str()));
            (open && was_ended(lines, record.at_ms)).then(|| {
                Explained::new(
                    Cause::RowsNotClosed,
                    "the call was ended and its rows were not closed",
                )
            })
        }
    }
}

/// No message where one was expected.
fn is_unrecorded_failure(mismatch: &Mismatch) -> bool {
    mismatch.column == "error_message"
        && mismatch.expected != ExpectedValue::Absent
        && mismatch
            .found
            .as_ref()
            .is_some_and(serde_json::Value::is_null)
}

/// Whether the token service granted the end of the call before a time.
fn was_ended(lines: &MeetingLines<'_>, at_ms: f64) -> bool {
    lines.events.iter().any(|event| {
        event.at_ms <= at_ms
            && matches!(&event.what, PageEventKind::Token(answer)
                if answer.action == "end" && granted(answer))
    })
}

/// What explains rows that are not as expected, with the query's step, or its index among the
/// scenario's own `records`.
pub(super) fn diagnoses(lines: &MeetingLines<'_>) -> Vec<(Option<usize>, usize, Explained)> {
    queries(lines)
        .filter_map(|(step, query, asked)| {
            let explained = rule(lines, step, query, asked).diagnosis?;
            Some((step, query, explained))
        })
        .collect()
}

/// Every query as a row of the report.
pub(super) fn rows_of_report(lines: &MeetingLines<'_>) -> Vec<RowsRow> {
    queries(lines)
        .map(|(step, query, asked)| {
            let ruled = rule(lines, step, query, asked);
            RowsRow {
                text: asked.text.clone(),
                outcome: ruled.outcome,
                sentence: ruled.sentence,
                found: match record(lines, step, query).map(|record| &record.outcome) {
                    Some(RowsOutcome::Rows(rows)) => rows.clone(),
                    _ => Vec::new(),
                },
            }
        })
        .collect()
}

/// Every query of the meeting with its step and its index there; those of the steps come first.
fn queries<'a>(
    lines: &MeetingLines<'a>,
) -> impl Iterator<Item = (Option<usize>, usize, &'a AskedRows)> + use<'a> {
    let meeting = lines.meeting;
    let of_steps = meeting
        .steps
        .iter()
        .enumerate()
        .filter_map(|(index, asked)| match &asked.step {
            Step::Records { rows } => Some((Some(index), rows)),
            _ => None,
        });
    of_steps
        .chain([(None, &meeting.records)])
        .flat_map(|(step, asked)| {
            let asked = asked.iter().enumerate();
            asked.map(move |(query, asked)| (step, query, asked))
        })
}
