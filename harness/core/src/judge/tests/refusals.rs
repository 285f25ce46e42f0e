//! What a token service refuses, what it should have refused, and what is told of it.

use greenroom_model::{IdentityToken, Role, ServiceFault, TokenAnswer};

use super::calls::{answered, good_call, meeting, over, page, posted, step};
use super::meetings::{assert_verdict, causes, changed, judged, of};
use crate::diagnosis::Cause;
use crate::journal::{PageEventKind, Record, StepOutcome};
use crate::plan::{Meeting, Refusal, Step, TokenAction, Work};
use crate::results::{Outcome, Results};

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
    for (identity, role, refusal, cause, named) in [
        (
            IdentityToken::Forged,
            Role::Patient,
            Refusal::InvalidToken,
            Cause::ForgedTokenAccepted,
            "a forged identity token was accepted: patient showed it, and `join` was answered 200: 401",
        ),
        (
            IdentityToken::Expired,
            Role::Patient,
            Refusal::InvalidToken,
            Cause::ExpiredTokenAccepted,
            "an expired identity token was accepted",
        ),
        (
            IdentityToken::WrongAudience,
            Role::Patient,
            Refusal::InvalidToken,
            Cause::WrongAudienceAccepted,
            "an identity token for another audience was accepted",
        ),
        (
            IdentityToken::WrongIssuer,
            Role::Patient,
            Refusal::InvalidToken,
            Cause::WrongIssuerAccepted,
            "an identity token of another issuer was accepted",
        ),
        (
            IdentityToken::Valid,
            Role::Stranger,
            Refusal::NotAuthorized,
            Cause::StrangerAdmitted,
            "a stranger was admitted: patient has no part in the appointment, and `join`",
        ),
    ] {
        let plan = refused(identity, role, refusal);
        let run = answer_to_patient(&plan, &granted);
        assert_verdict(&run, "patient: is refused", Outcome::Fail, named);
        assert_eq!(run.counts.fail, 1);
        assert_eq!(causes(&run), [(cause, 1)]);
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
    assert_eq!(causes(&run), [(Cause::StackTraceLeaked, 1)]);
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
    assert_eq!(causes(&run), [(Cause::SecondMeetingOnRetry, 1)]);
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
