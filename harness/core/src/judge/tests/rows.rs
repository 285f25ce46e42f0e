//! Rows of the database: what they must say, and why they do not.

use serde_json::json;

use super::calls::{answered, found, good_call, meeting, over, page, rows, step};
use super::meetings::{assert_verdict, causes, changed, judged, of};
use crate::diagnosis::Cause;
use crate::journal::{PageEventKind, Record, RowsOutcome, StepOutcome};
use crate::plan::{ExpectedValue, Meeting, Step};
use crate::results::{Outcome, Results};

fn with_rows(plan: &Meeting, outcome: &RowsOutcome) -> Results {
    changed(plan, |record| {
        if matches!(record, Record::Rows(_)) {
            *record = rows(outcome.clone());
        }
    })
}

#[test]
fn rows_that_are_wrong_are_explained() {
    let of_rows = |outcome: RowsOutcome| with_rows(&meeting(), &outcome);
    let cases = [
        (
            of_rows(found(&json!({"status": "active", "ended_at": null}))),
            Outcome::Fail,
            Some(Cause::RowsNotClosed),
            "the call was ended and its rows were not closed: status `ended` expected, `active` \
             found; ended_at present expected, NULL found",
        ),
        (
            of_rows(RowsOutcome::Rows(Vec::new())),
            Outcome::Fail,
            Some(Cause::MeetingWithoutRow),
            "a meeting was created without a row: 1 row expected, 0 rows found",
        ),
        (
            of_rows(RowsOutcome::Refused {
                code: "42P01".to_owned(),
                message: "relation \"video_call_sessions\" does not exist".to_owned(),
            }),
            Outcome::Fail,
            Some(Cause::MigrationMissing),
            "the migration is missing: there is no table `video_call_sessions`: SQLSTATE 42P01",
        ),
        (
            of_rows(RowsOutcome::Refused {
                code: "42601".to_owned(),
                message: "syntax error".to_owned(),
            }),
            Outcome::Error,
            None,
            "the server refused the query: SQLSTATE 42601, `syntax error`",
        ),
        (
            of_rows(RowsOutcome::NotAsked("no server".to_owned())),
            Outcome::Error,
            None,
            "not asked: no server",
        ),
    ];
    for (run, outcome, cause, evidence) in &cases {
        assert_verdict(run, "${session.id}", *outcome, evidence);
        assert_eq!(run.outcome, *outcome);
        let row = &of(run).rows[0];
        assert_eq!(row.outcome, *outcome);
        assert_eq!(of(run).notes.len(), usize::from(cause.is_some()));
        assert_eq!(causes(run), Vec::from_iter(cause.map(|cause| (cause, 1))));
    }
}

#[test]
fn a_meeting_without_a_session_has_no_row() {
    let run = changed(&meeting(), |record| match record {
        Record::Rows(_) => *record = rows(RowsOutcome::NotAsked("no ${session.id}".to_owned())),
        Record::Page(event) => {
            if let PageEventKind::Token(answer) = &mut event.what {
                answer.session_id = None;
            }
        }
        _ => {}
    });
    assert_verdict(
        &run,
        "${session.id}",
        Outcome::Fail,
        "a meeting was created without a row: the answer to `create` names a meeting",
    );
}

#[test]
fn a_failure_that_left_no_message_is_named() {
    let mut plan = meeting();
    plan.records[0].rows = vec![vec![("error_message".to_owned(), ExpectedValue::Present)]];
    let run = with_rows(&plan, &found(&json!({"error_message": null})));
    assert_verdict(
        &run,
        "${session.id}",
        Outcome::Fail,
        "a failure was not recorded in its row: error_message present expected, NULL found",
    );
    assert_eq!(causes(&run), [(Cause::FailureNotRecorded, 1)]);
}

#[test]
fn a_step_that_asks_for_rows_passes_by_them_alone() {
    let mut plan = meeting();
    let asked = std::mem::take(&mut plan.records);
    plan.steps[5] = step("records: closed", Step::Records { rows: asked });
    let with = |row: &serde_json::Value| {
        changed(&plan, |record| {
            if let Record::Rows(record) = record {
                record.step = Some(5);
                record.outcome = found(row);
            }
        })
    };
    let run = with(&json!({"status": "ended", "ended_at": "x"}));
    assert_verdict(
        &run,
        "records: closed",
        Outcome::Pass,
        "1 row as expected: status `ended`",
    );
    let run = with(&json!({"status": "active", "ended_at": "x"}));
    assert_verdict(
        &run,
        "records: closed",
        Outcome::Fail,
        "the call was ended and its rows were not closed: status",
    );
    assert_eq!(of(&run).notes.len(), 1);
}

#[test]
fn a_service_that_says_that_a_table_is_missing_is_believed() {
    let mut records = good_call(&meeting());
    let error = "relation \"video_call_sessions\" does not exist";
    records[6] = page(
        2_300.0,
        "provider",
        PageEventKind::Token(answered("create", 500, Some(error))),
    );
    records[8] = over(0, 1_050.0, 20_000.0, StepOutcome::NotDone);
    let run = judged(&records);
    assert_verdict(
        &run,
        "provider: start call",
        Outcome::Fail,
        "the migration is missing: there is no table `video_call_sessions`: the page shows nothing",
    );
    assert_eq!(causes(&run)[0].0, Cause::MigrationMissing);
}

#[test]
fn a_service_that_says_nothing_is_explained_by_the_database() {
    let mut records = good_call(&meeting());
    let silent = answered("create", 500, Some("Internal server error"));
    records[6] = page(2_300.0, "provider", PageEventKind::Token(silent));
    records[8] = over(0, 1_050.0, 20_000.0, StepOutcome::NotDone);
    for record in &mut records {
        if matches!(record, Record::Rows(_)) {
            *record = rows(RowsOutcome::Refused {
                code: "42P01".to_owned(),
                message: "relation \"video_call_sessions\" does not exist".to_owned(),
            });
        }
    }
    let run = judged(&records);
    let diagnosis = "the migration is missing: there is no table `video_call_sessions`: ";
    assert_verdict(&run, "provider: start call", Outcome::Fail, diagnosis);
    assert_verdict(&run, "${session.id}", Outcome::Fail, diagnosis);
    assert_eq!(of(&run).notes.len(), 1);
}
