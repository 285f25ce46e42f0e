//! What is asked of the database, and the rows that are expected.
//!
//! Invariant: a value never becomes part of the SQL. `${...}` names are turned into `$1`, `$2`...,
//! and what they stand for is bound when the query runs.

use super::super::error::{Problem, ScenarioError, clip};
use super::super::expected;
use super::super::source::SourceFile;
use super::super::written::Written;
use super::raw::{Column, RecordsEntry, Sql};
use crate::plan::{AskedRows, ExpectedRow, MeetingName};

/// The names that SQL may use.
const NAMES: &[(&str, MeetingName)] = &[
    ("session.id", MeetingName::SessionId),
    ("meeting.id", MeetingName::MeetingId),
    ("appointment.id", MeetingName::AppointmentId),
];

/// PostgreSQL cuts identifiers after so many bytes (`NAMEDATALEN` less one).
const LONGEST_COLUMN: usize = 63;

/// Reads one entry. `has_session`: whether a call was started before it is asked.
pub(super) fn read(
    source: &SourceFile,
    entry: &RecordsEntry,
    has_session: bool,
) -> Result<AskedRows, ScenarioError> {
    let refuse = |problem| entry.sql.error(source, problem);
    let text = one_line(&entry.sql);
    let (sql, parameters) = bound(&entry.sql.text).map_err(refuse)?;
    let early = parameters
        .iter()
        .find(|name| !has_session && **name != MeetingName::AppointmentId);
    if let Some(name) = early {
        let word = word_of(*name);
        return Err(refuse(Problem::new(
            format!("nobody has started a call before this, so there is no `${{{word}}}`"),
            "put a step `start call` before it, or ask for `${appointment.id}`",
        )));
    }
    let rows = entry
        .rows
        .value
        .iter()
        .map(|row| {
            if row.value.0.is_empty() {
                return Err(ScenarioError::new(
                    source,
                    row.span,
                    Problem::new(
                        "nothing is expected of this row",
                        "name a column, for example `{id: present}`; no rows at all are `rows: []`",
                    ),
                ));
            }
            row.value
                .0
                .iter()
                .map(|(column, cell)| {
                    Ok((
                        column_name(source, column)?,
                        expected::read(source, cell, |text| Ok(text.to_owned()))?,
                    ))
                })
                .collect::<Result<ExpectedRow, ScenarioError>>()
        })
        .collect::<Result<Vec<ExpectedRow>, ScenarioError>>()?;
    Ok(AskedRows {
        text,
        at: entry.sql.span.at,
        sql,
        parameters,
        rows,
    })
}

fn one_line(sql: &Written<Sql>) -> String {
    sql.text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn word_of(name: MeetingName) -> &'static str {
    NAMES
        .iter()
        .find(|(_, known)| *known == name)
        .map_or("", |(word, _)| *word)
}

/// The statement with numbered parameters, and the names that they stand for in that order.
fn bound(written: &str) -> Result<(String, Vec<MeetingName>), Problem> {
    let text = written.trim_end().trim_end_matches(';').trim_end();
    let first = text
        .split(|letter: char| !letter.is_ascii_alphabetic())
        .next();
    let reads = ["select", "with", "values", "table"]
        .iter()
        .any(|word| first.is_some_and(|first| first.eq_ignore_ascii_case(word)));
    if !reads {
        return Err(Problem::new(
            "this statement does not read rows",
            "write a query that begins with `SELECT` or `WITH`",
        ));
    }
    let mut sql = String::with_capacity(text.len());
    let mut parameters: Vec<MeetingName> = Vec::new();
    let mut quoted = false;
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let at = text.len() - rest.len();
        let mut taken = letter.len_utf8();
        match letter {
            '\'' => {
                quoted = !quoted;
                sql.push(letter);
            }
            ';' if !quoted => {
                return Err(Problem::new(
                    "a second statement begins here",
                    "write it as an entry of its own",
                )
                .within(at..at + 1));
            }
            '$' if rest.starts_with("${") => {
                let (name, length) = name_at(rest, quoted)
                    .map_err(|(problem, length)| problem.within(at..at + length))?;
                let known = parameters.iter().position(|known| *known == name);
                let index = known.unwrap_or_else(|| {
                    parameters.push(name);
                    parameters.len() - 1
                });
                sql.push('$');
                sql.push_str(&(index + 1).to_string());
                taken = length;
            }
            '$' if !quoted && rest[1..].starts_with(|next: char| next.is_ascii_digit()) => {
                return Err(Problem::new(
                    "parameters are written by name here",
                    "write for example `${session.id}`",
                )
                .within(at..at + 2));
            }
            _ => sql.push(letter),
        }
        rest = &rest[taken..];
    }
    Ok((sql, parameters))
}

/// The name at the beginning of a text, and its length with the braces.
fn name_at(text: &str, quoted: bool) -> Result<(MeetingName, usize), (Problem, usize)> {
    let Some(end) = text.find('}') else {
        return Err((
            Problem::new("this `${` has no `}`", "write for example `${session.id}`"),
            text.len(),
        ));
    };
    let length = end + 1;
    if quoted {
        return Err((
            Problem::new(
                "a name within quotes would be text, not its value",
                "write it without quotes: it is bound as a parameter",
            ),
            length,
        ));
    }
    let word = &text[2..end];
    match NAMES.iter().find(|(known, _)| *known == word) {
        Some((_, name)) => Ok((*name, length)),
        None => Err((
            Problem::unknown("name", word, NAMES.iter().map(|(known, _)| *known)),
            length,
        )),
    }
}

fn column_name(source: &SourceFile, column: &Written<Column>) -> Result<String, ScenarioError> {
    let name = &column.text;
    if name.is_empty() || name.len() > LONGEST_COLUMN || name.chars().any(char::is_control) {
        return Err(column.error(
            source,
            Problem::new(
                format!("`{}` is not the name of a column", clip(name)),
                format!("columns have names of up to {LONGEST_COLUMN} bytes; use `AS name`"),
            ),
        ));
    }
    Ok(name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_parameters_and_each_stands_once() {
        let (sql, names) = bound(
            "SELECT 1 FROM a WHERE x = ${session.id} AND y = ${meeting.id} OR z = ${session.id};",
        )
        .unwrap();
        assert_eq!(sql, "SELECT 1 FROM a WHERE x = $1 AND y = $2 OR z = $1");
        assert_eq!(names, [MeetingName::SessionId, MeetingName::MeetingId]);
    }

    #[test]
    fn what_is_no_query_or_no_parameter_is_refused() {
        for (sql, message) in [
            ("DELETE FROM a", "does not read"),
            ("", "does not read"),
            ("SELECT 1; DELETE FROM a", "second statement"),
            ("SELECT '${session.id}'", "within quotes"),
            ("SELECT $1", "by name"),
            ("SELECT ${session.i}", "unknown name"),
            ("SELECT ${app.url}", "unknown name"),
            ("SELECT ${session.id", "has no `}`"),
        ] {
            let problem = bound(sql).unwrap_err();
            assert!(
                problem.message.contains(message),
                "{sql}: {}",
                problem.message
            );
        }
        let (sql, _) = bound("SELECT 'it''s; $1 é' , \"x\"").unwrap();
        assert_eq!(sql, "SELECT 'it''s; $1 é' , \"x\"");
    }
}
