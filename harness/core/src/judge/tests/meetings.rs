//! Meetings: what passes, what fails, what it is called, and what is only skipped.

use greenroom_model::{CallMetric, IdentityToken, MediaReading, Role, ServiceFault, TokenAnswer};
use proptest::prelude::*;
use serde_json::json;

use super::calls::{
    PATIENT, PROVIDER, answered, found, good_call, media, meeting, over, page, posted, reading,
    rows, step, tap,
};
use crate::diagnosis::Cause;
use crate::journal::{MeetingBegin, PageEventKind, Record, RowsOutcome, StepOutcome};
use crate::judge::results;
use crate::plan::{ExpectedValue, Meeting, Refusal, Step, TokenAction, Work};
use crate::results::Outcome::{Inconclusive, Pass, Skipped};
use crate::results::{FailOn, MeetingResult, Outcome, Results};

/// Judges a journal.
fn judged(records: &[Record]) -> Results {
    results(records).unwrap()
}

fn of(run: &Results) -> &MeetingResult {
    run.scenarios[0].meeting.as_ref().unwrap()
}

/// A good call whose records are changed.
fn changed(of: &Meeting, change: impl Fn(&mut Record)) -> Results {
    let mut records = good_call(of);
    records.iter_mut().for_each(change);
    judged(&records)
}

/// The verdict whose check ends so, with its evidence.
fn verdict(run: &Results, check: &str) -> (Outcome, String) {
    let verdict = run
        .verdicts
        .iter()
        .find(|verdict| verdict.check.ends_with(check))
        .unwrap_or_else(|| panic!("no `{check}` in {:#?}", run.verdicts));
    (verdict.outcome, verdict.evidence.clone())
}

fn assert_verdict(run: &Results, check: &str, outcome: Outcome, begins: &str) {
    let (found, evidence) = verdict(run, check);
    assert_eq!(found, outcome, "{evidence}");
    assert!(evidence.starts_with(begins), "{evidence}");
    assert!(
        evidence.ends_with("on the local stack, this machine"),
        "{evidence}"
    );
}

const PLACE: &str = "on the local stack, this machine";

#[test]
fn a_good_call_passes_with_every_figure_in_place() {
    let run = judged(&good_call(&meeting()));
    assert_eq!(run.outcome, Outcome::Pass);
    assert_eq!(run.exit_code(FailOn::Inconclusive), 0);
    let lines: Vec<String> = run
        .verdicts
        .iter()
        .map(|verdict| format!("{}: {}", verdict.check, verdict.evidence))
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    SDK load / provider: start call: seen, after 1.85 s; seen on the local stack, this machine
    SDK load / patient: join call: seen, after 2.35 s; seen on the local stack, this machine
    SDK load / all: see and hear each other: provider to patient: colour #c82828 expected and #c82828 found (distance 0, at most 60), counter from 30 to 45, currentTime from 2 s to 3 s, 15 frames decoded, tone 440 Hz expected and 440 Hz found (at most 24 Hz off), 52 dB over the rest of the spectrum (at least 20 dB), 50 audio packets received; patient to provider: colour #285ac8 expected and #285ac8 found (distance 0, at most 60), counter from 30 to 45, currentTime from 2 s to 3 s, 15 frames decoded, tone 680 Hz expected and 680 Hz found (at most 24 Hz off), 52 dB over the rest of the spectrum (at least 20 dB), 50 audio packets received, after 1.7 s; seen on the local stack, this machine
    SDK load / provider: mute: seen, after 200 ms; seen on the local stack, this machine
    SDK load / patient: stops hearing provider: provider to patient: the tone of 440 Hz is gone: 0 dB over the rest of the spectrum (gone below 20 dB), after 1.4 s; seen on the local stack, this machine
    SDK load / provider: end call: seen, after 300 ms; seen on the local stack, this machine
    SDK load / provider.meeting_created < 2s: 300 ms from the tap to the answer that the meeting is created (expected < 2 s); seen on the local stack, this machine
    SDK load / patient.connected < 3s: 900 ms from the tap to `audioVideoDidStart` (expected < 3 s); seen on the local stack, this machine
    SDK load / patient.mute_seen < 1s: 120 ms from the other's tap on mute to its sign on this page (expected < 1 s); seen on the local stack, this machine
    SDK load / patient.end_seen < 2s: 150 ms from the other's tap on end to the end on this page (expected < 2 s); seen on the local stack, this machine
    SDK load / SELECT status, ended_at FROM video_call_sessions WHERE id = ${session.id}: 1 row as expected: status `ended`, ended_at `2026-01-01 00:00:10+00`; seen on the local stack, this machine
    ");
    assert_eq!(
        run.headline.answers,
        [format!(
            "SDK load, {PLACE}: provider and patient saw and heard each other; 11 of 11 checks hold."
        )]
    );
    let call = of(&run);
    assert_eq!((call.began_ms, call.duration_ms), (1_000.0, 14_500.0));
    assert_eq!(call.notes, Vec::<String>::new());
    assert_eq!(call.steps[1].began_ms, Some(1_950.0));
    assert_eq!(call.steps[1].duration_ms, Some(2_350.0));
    for (index, step) in call.steps.iter().enumerate() {
        assert!(
            run.verdicts[step.verdict].check.ends_with(&step.text),
            "{index}"
        );
    }
    for limit in &call.limits {
        assert!(run.verdicts[limit.verdict].check.ends_with(&limit.text));
    }
    assert!(call.media.iter().all(|row| row.holds));
    assert_eq!(call.media.len(), 3);
    assert!(call.media[2].asked.gone && call.media[2].seen && !call.media[2].heard);
    assert_eq!(call.rows[0].found.len(), 1);
}

#[test]
fn times_run_from_their_own_tap_and_are_the_first_of_their_kind() {
    let run = judged(&good_call(&meeting()));
    let times = |who: usize| -> Vec<(CallMetric, f64)> {
        let timings = &of(&run).participants[who].timings;
        timings
            .iter()
            .map(|timing| (timing.metric, timing.ms))
            .collect()
    };
    assert_eq!(
        times(0),
        [
            (CallMetric::SdkReady, 300.0),
            (CallMetric::Token, 300.0),
            (CallMetric::MeetingCreated, 300.0),
            (CallMetric::Started, 1_700.0),
            (CallMetric::Connected, 800.0)
        ]
    );
    assert_eq!(
        times(1),
        [
            (CallMetric::SdkReady, 350.0),
            (CallMetric::Token, 200.0),
            (CallMetric::Started, 1_900.0),
            (CallMetric::Connected, 900.0),
            (CallMetric::FirstRemoteAudio, 1_000.0),
            (CallMetric::FirstRemoteFrame, 1_250.0),
            (CallMetric::MuteSeen, 120.0),
            (CallMetric::EndSeen, 150.0)
        ]
    );
    assert!((of(&run).participants[1].timings[3].at_ms - 3_900.0).abs() < 1e-9);
}

/// Who leaves after the other's tap on end has not seen the end, and a rejoin is timed no more.
#[test]
fn what_a_page_does_itself_is_not_the_end_that_it_sees() {
    let mut records = good_call(&meeting());
    let end = records.len() - 2;
    records.insert(end, page(10_120.0, "patient", tap("leave")));
    records.insert(end, page(11_000.0, "patient", tap("join")));
    records.insert(end, page(11_900.0, "patient", posted("MEETING_JOINED")));
    let run = judged(&records);
    let timings = &of(&run).participants[1].timings;
    assert!(timings.iter().all(|one| one.metric != CallMetric::EndSeen));
    assert!(
        timings
            .iter()
            .any(|one| one.metric == CallMetric::Connected && (one.ms - 900.0).abs() < 1e-9)
    );
    assert_verdict(
        &run,
        "patient.end_seen < 2s",
        Outcome::Fail,
        "it never came from the other's tap on end",
    );
}

#[test]
fn a_limit_is_missed_by_figures() {
    let run = changed(&meeting(), |record| {
        if let Record::Page(event) = record
            && event.participant == "patient"
            && event.what == posted("MEETING_JOINED")
        {
            event.at_ms = 7_200.0;
        }
    });
    assert_verdict(
        &run,
        "patient.connected < 3s",
        Outcome::Fail,
        "3.2 s from the tap to `audioVideoDidStart` (expected < 3 s)",
    );
    assert_eq!(run.exit_code(FailOn::Fail), 1);
}

#[test]
fn what_never_came_is_no_failure_of_its_own_after_a_failed_step() {
    let mut records = good_call(&meeting());
    records.truncate(9);
    records.push(over(1, 2_950.0, 22_950.0, StepOutcome::NotDone));
    records.extend(good_call(&meeting()).into_iter().rev().take(2).rev());
    let run = judged(&records);
    assert_eq!(run.outcome, Outcome::Fail);
    assert_verdict(
        &run,
        "patient: join call",
        Outcome::Fail,
        "the page shows nothing, not within 20 s",
    );
    assert_verdict(
        &run,
        "see and hear each other",
        Outcome::Skipped,
        "not reached: the meeting ended at `patient: join call`",
    );
    assert_verdict(
        &run,
        "patient.connected < 3s",
        Outcome::Inconclusive,
        "it never came from the tap to `audioVideoDidStart`: `patient: join call` did not hold",
    );
    assert_verdict(&run, "meeting_created < 2s", Outcome::Pass, "300 ms");
    assert!(
        of(&run)
            .sentence
            .contains("2 of 11 checks hold. `patient: join call`: the page")
    );

    let crashed = over(1, 2_950.0, 22_950.0, StepOutcome::EnvironmentError);
    records[9] = crashed;
    let run = judged(&records);
    assert_eq!(run.outcome, Outcome::Error);
    assert_verdict(
        &run,
        "join call",
        Outcome::Error,
        "the environment failed: tab crashed",
    );
    assert_verdict(
        &run,
        "patient.connected < 3s",
        Outcome::Error,
        "it never came",
    );
}

#[test]
fn connected_is_no_proof() {
    // The patient's page shows the patient.
    let run = changed(&meeting(), |record| {
        if let Record::Media(media) = record
            && (media.step, media.from.as_str()) == (2, "provider")
        {
            media.found = reading(PATIENT);
        }
    });
    assert_verdict(
        &run,
        "see and hear each other",
        Outcome::Fail,
        "provider to patient: colour #c82828 expected and #285ac8 found (distance 232, at most \
         60), which is no farther from the #285ac8 that another participant sends, tone 440 Hz",
    );
    assert!(
        of(&run).sentence.contains("proved in 1 of 2 directions"),
        "{}",
        of(&run).sentence
    );

    let mut records = good_call(&meeting());
    records.retain(|record| !matches!(record, Record::Media(media) if media.step == 2));
    let run = judged(&records);
    assert_verdict(
        &run,
        "see and hear each other",
        Outcome::Error,
        "no line of the journal says what of provider reached patient",
    );
}

#[test]
fn the_last_reading_of_a_step_counts_and_a_tone_must_be_gone() {
    let mut records = good_call(&meeting());
    let place = records
        .iter()
        .position(|record| matches!(record, Record::Media(_)))
        .unwrap();
    records.insert(
        place,
        media(2, 6_000.0, "provider", MediaReading::default()),
    );
    assert_eq!(judged(&records).outcome, Outcome::Pass);

    let run = changed(&meeting(), |record| {
        if let Record::Media(media) = record
            && media.step == 4
        {
            media.found = reading(PROVIDER);
        }
    });
    assert_verdict(
        &run,
        "stops hearing provider",
        Outcome::Fail,
        "provider to patient: the tone of 440 Hz that should be gone is 52 dB above",
    );
}

/// A meeting whose patient is refused instead of joining.
fn refused(identity: IdentityToken, role: Role, refusal: Refusal) -> Meeting {
    let mut plan = meeting();
    plan.participants[1].identity = identity;
    plan.participants[1].role = role;
    plan.steps.truncate(2);
    plan.steps[1] = step(
        "patient: is refused",
        Step::Refused {
            who: "patient".to_owned(),
            action: TokenAction::Join,
            refusal,
        },
    );
    plan.expectations.clear();
    plan.records.clear();
    plan
}

fn answer_to_patient(plan: &Meeting, answer: &TokenAnswer) -> Results {
    changed(plan, |record| {
        if let Record::Page(event) = record
            && event.participant == "patient"
            && let PageEventKind::Token(given) = &mut event.what
        {
            *given = answer.clone();
        }
    })
}

#[test]
fn a_refusal_is_the_one_that_was_expected() {
    let plan = refused(IdentityToken::Expired, Role::Patient, Refusal::InvalidToken);
    let right = answered("join", 401, Some("Invalid or expired token"));
    let run = answer_to_patient(&plan, &right);
    assert_eq!(run.outcome, Outcome::Pass);
    assert_verdict(
        &run,
        "patient: is refused",
        Outcome::Pass,
        "401 `Invalid or expired token` expected to `join`, 401 `Invalid or expired token` found",
    );
    let run = answer_to_patient(&plan, &answered("join", 500, Some("boom")));
    assert_verdict(
        &run,
        "patient: is refused",
        Outcome::Fail,
        "401 `Invalid or expired token` expected to `join`, 500 `boom` found",
    );
    let run = answer_to_patient(&plan, &answered("leave", 200, None));
    assert_verdict(
        &run,
        "patient: is refused",
        Outcome::Error,
        "no line of the journal",
    );
}

#[test]
fn who_should_be_refused_and_is_not_is_named() {
    let granted = answered("join", 200, None);
    for (identity, role, refusal, named) in [
        (
            IdentityToken::Forged,
            Role::Patient,
            Refusal::InvalidToken,
            "a forged identity token was accepted: patient showed it, and `join` was answered 200: 401",
        ),
        (
            IdentityToken::Expired,
            Role::Patient,
            Refusal::InvalidToken,
            "an expired identity token was accepted",
        ),
        (
            IdentityToken::Valid,
            Role::Stranger,
            Refusal::NotAuthorized,
            "a stranger was admitted: patient has no part in the appointment, and `join`",
        ),
    ] {
        let plan = refused(identity, role, refusal);
        let run = answer_to_patient(&plan, &granted);
        assert_verdict(&run, "patient: is refused", Outcome::Fail, named);
        assert_eq!(run.counts.fail, 1);
        let note = &of(&run).notes[0];
        assert!(
            note.to_lowercase().starts_with(&named[..20].to_lowercase()),
            "{note}"
        );
        assert!(of(&run).sentence.ends_with(note), "{}", of(&run).sentence);
        // A scenario that expects nothing of it fails all the same.
        let mut careless = plan.clone();
        careless.steps[1] = meeting().steps[1].clone();
        let run = answer_to_patient(&careless, &granted);
        assert_eq!((run.outcome, run.counts.fail), (Outcome::Fail, 1));
        assert_verdict(&run, "is refused", Outcome::Fail, &named[..20]);
    }
}

/// What is diagnosed, with how many verdicts it explains.
fn causes(run: &Results) -> Vec<(Cause, usize)> {
    let told = run.scenarios[0].diagnoses.iter();
    told.map(|one| (one.cause, one.explains.len())).collect()
}

#[test]
fn each_cause_is_told_once_with_the_verdict_that_it_explains() {
    let granted = answered("join", 200, None);
    let plan = refused(IdentityToken::Missing, Role::Patient, Refusal::MissingToken);
    let run = answer_to_patient(&plan, &granted);
    assert_eq!(causes(&run), [(Cause::MissingTokenAccepted, 1)]);
    let explained = run.scenarios[0].diagnoses[0].explains[0];
    assert!(
        run.verdicts[explained]
            .check
            .ends_with("patient: is refused")
    );

    let ends = |plan: &mut Meeting| {
        plan.steps[1].step = Step::Refused {
            who: "patient".to_owned(),
            action: TokenAction::End,
            refusal: Refusal::PatientCannotEnd,
        };
    };
    let mut plan = refused(IdentityToken::Valid, Role::Patient, Refusal::NoActiveCall);
    ends(&mut plan);
    let run = answer_to_patient(&plan, &answered("end", 200, None));
    assert_eq!(causes(&run), [(Cause::PatientEndsCall, 1)]);
    let run = answer_to_patient(&plan, &answered("end", 403, Some("PATIENT_CANNOT_END")));
    assert_eq!(causes(&run), []);

    // Expired at the first step, and asked for at the second.
    let mut plan = refused(IdentityToken::Valid, Role::Patient, Refusal::MeetingExpired);
    let run = answer_to_patient(&plan, &answered("join", 500, Some("boom")));
    assert_eq!(causes(&run), []);
    plan.steps[0].step = Step::ExpireMeeting;
    let run = answer_to_patient(&plan, &answered("join", 500, Some("boom")));
    assert_eq!(causes(&run), [(Cause::ExpiredMeetingUnhandled, 1)]);
}

#[test]
fn a_page_that_calls_an_older_sdk_says_so() {
    let run = changed(&meeting(), |record| match record {
        Record::Page(event)
            if event.participant == "patient" && event.what == posted("MEETING_JOINED") =>
        {
            event.what = posted("JOIN_ERROR: devices.chooseAudioInputDevice is not a function");
        }
        Record::Step(step) if step.step == 1 => step.outcome = StepOutcome::NotDone,
        _ => {}
    });
    assert_eq!(causes(&run), [(Cause::OldSdkCalls, 1)]);
    assert_verdict(
        &run,
        "patient: join call",
        Outcome::Fail,
        "the page calls what this version of the SDK does not have",
    );
}

#[test]
fn a_stack_trace_fails_a_check_of_its_own() {
    let plan = refused(IdentityToken::Valid, Role::Patient, Refusal::NoActiveCall);
    let leaking = TokenAnswer {
        stack_trace: Some("Error: insert failed\n at x.ts:1:2".to_owned()),
        ..answered("join", 404, Some("NO_ACTIVE_CALL"))
    };
    let run = answer_to_patient(&plan, &leaking);
    assert_verdict(&run, "patient: is refused", Outcome::Pass, "404");
    assert_verdict(
        &run,
        "no answer carries a stack trace",
        Outcome::Fail,
        "a stack trace leaked: the answer 404 to `join` of patient carries `Error: insert failed",
    );
}

/// A good call with a retry after the start.
fn retry(answer: &TokenAnswer) -> Results {
    let mut plan = meeting();
    plan.steps.truncate(1);
    plan.steps.push(step(
        "provider: retry",
        Step::RetryCreate {
            who: "provider".to_owned(),
        },
    ));
    plan.expectations.clear();
    plan.records.clear();
    let mut records = good_call(&plan);
    let end = records.len() - 2;
    let mut tail = records.split_off(end);
    records.truncate(9);
    records.push(page(
        2_980.0,
        "provider",
        PageEventKind::Token(answer.clone()),
    ));
    records.push(over(1, 2_950.0, 3_000.0, StepOutcome::Done));
    records.append(&mut tail);
    judged(&records)
}

#[test]
fn a_retry_must_name_the_same_meeting_and_session() {
    let same = answered("create", 200, None);
    let run = retry(&same);
    assert_eq!(run.outcome, Outcome::Pass);
    assert_verdict(
        &run,
        "retry",
        Outcome::Pass,
        "meeting `m-1` and session `s-1` again",
    );
    let run = retry(&TokenAnswer {
        meeting_id: Some("m-2".to_owned()),
        ..same.clone()
    });
    assert_verdict(
        &run,
        "retry",
        Outcome::Fail,
        "asking again made a second meeting: the client request token of the retry is not that \
         of the first request: meeting `m-1` and session `s-1` expected again, meeting `m-2` and \
         session `s-1` found",
    );
    let run = retry(&TokenAnswer {
        session_id: Some("s-2".to_owned()),
        ..same
    });
    assert_verdict(
        &run,
        "retry",
        Outcome::Fail,
        "meeting `m-1` and session `s-1` expected",
    );
    let run = retry(&answered("create", 500, Some("no")));
    assert_verdict(
        &run,
        "retry",
        Outcome::Fail,
        "meeting `m-1` and session `s-1` expected",
    );
}

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
            "the call was ended and its rows were not closed: status `ended` expected, `active` \
             found; ended_at present expected, NULL found",
        ),
        (
            of_rows(RowsOutcome::Rows(Vec::new())),
            Outcome::Fail,
            "a meeting was created without a row: 1 row expected, 0 rows found",
        ),
        (
            of_rows(RowsOutcome::Refused {
                code: "42P01".to_owned(),
                message: "relation \"video_call_sessions\" does not exist".to_owned(),
            }),
            Outcome::Fail,
            "the migration is missing: there is no table `video_call_sessions`: SQLSTATE 42P01",
        ),
        (
            of_rows(RowsOutcome::Refused {
                code: "42601".to_owned(),
                message: "syntax error".to_owned(),
            }),
            Outcome::Error,
            "the server refused the query: SQLSTATE 42601, `syntax error`",
        ),
        (
            of_rows(RowsOutcome::NotAsked("no server".to_owned())),
            Outcome::Error,
            "not asked: no server",
        ),
    ];
    for (run, outcome, evidence) in &cases {
        assert_verdict(run, "${session.id}", *outcome, evidence);
        assert_eq!(run.outcome, *outcome);
        let row = &of(run).rows[0];
        assert_eq!(row.outcome, *outcome);
        assert_eq!(of(run).notes.len(), usize::from(*outcome == Outcome::Fail));
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

#[test]
fn judges_never_see_what_the_service_was_told_to_do_wrong() {
    let mut plan = refused(IdentityToken::Forged, Role::Patient, Refusal::InvalidToken);
    let honest = good_call(&plan);
    plan.injected = vec![
        ServiceFault::ForgedTokenAccepted,
        ServiceFault::StackTraceLeaked,
        ServiceFault::MigrationMissing,
    ];
    let records = good_call(&plan);
    assert_ne!(records, honest);
    let stripped: Vec<Record> = records
        .iter()
        .cloned()
        .map(|mut record| {
            if let Record::Plan { plan } = &mut record
                && let Work::Meeting(meeting) = &mut plan.work
            {
                meeting.injected.clear();
            }
            record
        })
        .collect();
    assert_eq!(stripped, honest);
    let run = judged(&records);
    assert_eq!(run, judged(&stripped));
    assert_eq!(run.outcome, Outcome::Fail);
}

#[test]
fn a_resumed_meeting_begins_anew() {
    let good = good_call(&meeting());
    let mut records = good[..2].to_vec();
    records.push(Record::MeetingBegin(MeetingBegin {
        plan: 0,
        at_ms: 10.0,
    }));
    records.push(over(0, 10.0, 20.0, StepOutcome::NotDone));
    records.push(page(15.0, "provider", posted("JOIN_ERROR: x")));
    let cut = judged(&records);
    assert_eq!(cut.outcome, Outcome::Fail);
    records.extend_from_slice(&good[2..]);
    let run = judged(&records);
    assert_eq!(run.outcome, Outcome::Pass);
    assert_eq!(of(&run), of(&judged(&good)));
}

#[test]
fn a_cut_meeting_is_judged_as_far_as_it_goes() {
    let good = good_call(&meeting());
    let run = judged(&good[..17]);
    assert_eq!(run.outcome, Outcome::Inconclusive);
    let outcomes: Vec<Outcome> = run.verdicts.iter().map(|verdict| verdict.outcome).collect();
    assert_eq!(
        outcomes,
        [
            Pass,
            Pass,
            Inconclusive,
            Skipped,
            Skipped,
            Skipped,
            Pass,
            Pass,
            Inconclusive,
            Inconclusive,
            Skipped
        ]
    );
    let run = judged(&good[..2]);
    assert_eq!(run.outcome, Outcome::Skipped);
    assert!(
        run.verdicts
            .iter()
            .all(|one| one.outcome == Skipped && one.evidence == format!("not executed {PLACE}"))
    );
    assert_eq!(
        run.headline.answers,
        [format!("SDK load: not executed {PLACE}.")]
    );
}

#[test]
fn what_limits_a_meeting_is_noted() {
    let mut plan = meeting();
    plan.participants[1].network.name = "slow-4g".to_owned();
    plan.participants[1].network.rtt_ms = Some(400.0);
    plan.participants[0].device.cpu_rate = 4.0;
    let run = judged(&good_call(&plan));
    assert_eq!(
        of(&run).notes,
        [
            "The network class shaped page, SDK and token requests; media ran unshaped (patient: \
             slow-4g).",
            "The slowdown of the processor was asked for, and is not measured in a meeting \
             (provider: 4 times slower)."
        ]
    );
}

#[test]
fn the_pictures_are_those_of_the_proof_and_of_the_failure() {
    let run = judged(&good_call(&meeting()));
    let pictures = |run: &Results| -> Vec<String> {
        let of = of(run).participants.iter().flat_map(|one| &one.pictures);
        of.map(|picture| picture.jpeg.clone()).collect()
    };
    assert_eq!(
        pictures(&run),
        ["picture of provider after 2", "picture of patient after 2"]
    );
    let run = changed(&meeting(), |record| {
        if let Record::Step(step) = record
            && step.step == 4
        {
            step.outcome = StepOutcome::NotDone;
        }
    });
    assert_eq!(
        pictures(&run),
        [
            "picture of provider after 2",
            "picture of patient after 2",
            "picture of patient after 4"
        ]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Wherever a meeting is cut and whatever its lines claim to belong to, judging it neither
    /// panics nor loses a verdict, and one that is cut before its last rows never passes.
    #[test]
    fn any_cut_and_any_index_is_judged(cut in 2_usize..36, wild in any::<prop::sample::Index>(), number in any::<usize>()) {
        let good = good_call(&meeting());
        let run = judged(&good[..cut]);
        prop_assert_eq!(run.verdicts.len(), 11);
        let complete = good[..cut].iter().any(|record| matches!(record, Record::Rows(_)));
        prop_assert_eq!(run.outcome == Outcome::Pass, complete);
        let mut records = good;
        let at = wild.index(records.len());
        match &mut records[at] {
            Record::Step(step) => step.step = number,
            Record::Media(media) => media.step = number,
            Record::Rows(rows) => rows.query = number,
            Record::Picture(picture) => picture.step = number,
            Record::Page(event) => event.plan = number,
            _ => {}
        }
        let run = judged(&records);
        prop_assert!(run.verdicts.len() >= 11);
        prop_assert!(serde_json::to_string(&run).is_ok());
    }
}
