//! What is wrong beyond a step that did not hold, from what was observed alone.
//!
//! Invariant: what the token service was told to do wrong is never read. That a participant
//! shows a forged token, or is a stranger, is what they did and not what the service does.

use greenroom_model::{IdentityToken, Role, TokenAnswer};

use super::lines::MeetingLines;
use super::{rows, steps};
use crate::diagnosis::Cause;
use crate::figures::quoted;
use crate::journal::PageEventKind;
use crate::meeting::refusal::{granted, in_words};
use crate::plan::{Participant, Step, TokenAction};
use crate::results::{DiagnosisResult, Outcome};

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Explained {
    /// What.
    pub(super) cause: Cause,
    /// In a sentence without its full stop.
    pub(super) sentence: String,
}

impl Explained {
    pub(super) fn new(cause: Cause, sentence: impl Into<String>) -> Self {
        Self {
            cause,
            sentence: sentence.into(),
        }
    }
}

/// Something that is wrong, and where it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Diagnosis {
    /// The step that it explains, where that step did not hold.
    pub(super) step: Option<usize>,
    /// The check that fails by it where it explains no step.
    pub(super) check: &'static str,
    /// What it is.
    pub(super) explained: Explained,
}

/// What is told of a meeting: each cause once, the gravest first, with the verdicts that do not
/// hold because of it. Of several sentences the first is told.
pub(super) fn told(found: impl IntoIterator<Item = (Explained, usize)>) -> Vec<DiagnosisResult> {
    let mut told: Vec<DiagnosisResult> = Vec::new();
    for (explained, verdict) in found {
        let known = told.iter_mut().find(|one| one.cause == explained.cause);
        let Some(known) = known else {
            told.push(DiagnosisResult {
                cause: explained.cause,
                sentence: explained.sentence,
                remedy: remedy(explained.cause).to_owned(),
                explains: vec![verdict],
            });
            continue;
        };
        known.explains.push(verdict);
        known.explains.sort_unstable();
        known.explains.dedup();
    }
    told.sort_by_key(|one| one.cause);
    told
}

/// What to do about what is wrong with a service or its rows.
fn remedy(cause: Cause) -> &'static str {
    match cause {
        Cause::ForgedTokenAccepted => {
            "verify the signature of `x-firebase-token` (RS256) by Google's current public keys \
             before anything in it is read"
        }
        Cause::ExpiredTokenAccepted => {
            "compare `exp` and `iat` of the identity token with the clock before anything else in \
             it is read"
        }
        Cause::MissingTokenAccepted => {
            "answer 401 to a request without `x-firebase-token`, and take nobody's identity from \
             the body"
        }
        Cause::WrongAudienceAccepted => "compare `aud` of the identity token with the project's id",
        Cause::WrongIssuerAccepted => {
            "compare `iss` of the identity token with `https://securetoken.google.com/PROJECT`"
        }
        Cause::StrangerAdmitted => {
            "look the appointment up and compare its provider and patient with the token's `sub` \
             before an attendee is made"
        }
        Cause::PatientEndsCall => {
            "let `end` be the provider's alone: compare the token's `sub` with the appointment's \
             provider, and answer 403 PATIENT_CANNOT_END to anybody else"
        }
        Cause::StackTraceLeaked => {
            "answer 500 with an error of its own, and write the trace to the function's log only"
        }
        Cause::SecondMeetingOnRetry => {
            "derive `ClientRequestToken` from the appointment, so that asking again names the same \
             meeting"
        }
        Cause::MigrationMissing => {
            "run the migration before the functions are deployed (`supabase db push`)"
        }
        Cause::MeetingWithoutRow => {
            "insert the row before the meeting is handed out, and delete the meeting again where \
             that fails"
        }
        Cause::ExpiredMeetingUnhandled => {
            "take `NotFoundException` of the meetings API for the end of the meeting: close its \
             row and answer 410 MEETING_EXPIRED"
        }
        Cause::RowsNotClosed => {
            "on `end` set status, `is_call_active`, `ended_at` and `duration_seconds` of the \
             session, and status and `left_at` of its participants, in one transaction"
        }
        Cause::FailureNotRecorded => {
            "write `error_message` wherever a call ends by a failure, or the success rate reads 100%"
        }
        Cause::OldSdkCalls => {
            "call the methods of version 3 (`startAudioInput` for `chooseAudioInputDevice`, \
             `startVideoInput` for `chooseVideoInputDevice`), or publish the SDK that the page was \
             written for"
        }
        _ => "look at the steps that do not hold",
    }
}

/// Everything that is wrong, the gravest first.
pub(super) fn diagnoses(lines: &MeetingLines<'_>, ruled: &[steps::Ruled]) -> Vec<Diagnosis> {
    let mut found = admitted(lines);
    found.extend(ended_by_patient(lines));
    found.extend(leaked(lines));
    found.extend(second_meeting(lines, ruled));
    found.extend(no_table(lines));
    found.extend(no_table_below(lines, ruled));
    found.extend(expired_unhandled(lines, ruled));
    found.extend(old_calls(lines, ruled));
    for diagnosis in &mut found {
        diagnosis.step = diagnosis.step.filter(|step| {
            ruled
                .get(*step)
                .is_some_and(|ruled| ruled.outcome == Outcome::Fail)
        });
    }
    found
}

/// Why a participant should be let in nowhere.
fn unwelcome(participant: &Participant) -> Option<(Cause, &'static str, String)> {
    let name = &participant.name;
    let (cause, token) = match participant.identity {
        IdentityToken::Valid => {
            return (participant.role == Role::Stranger).then(|| {
                (
                    Cause::StrangerAdmitted,
                    "who has no part in the appointment is refused",
                    format!("a stranger was admitted: {name} has no part in the appointment"),
                )
            });
        }
        IdentityToken::Expired => (
            Cause::ExpiredTokenAccepted,
            "an expired identity token was accepted",
        ),
        IdentityToken::Forged => (
            Cause::ForgedTokenAccepted,
            "a forged identity token was accepted",
        ),
        IdentityToken::WrongAudience => (
            Cause::WrongAudienceAccepted,
            "an identity token for another audience was accepted",
        ),
        IdentityToken::WrongIssuer => (
            Cause::WrongIssuerAccepted,
            "an identity token of another issuer was accepted",
        ),
        IdentityToken::Missing => (
            Cause::MissingTokenAccepted,
            "a request without an identity token was accepted",
        ),
    };
    Some((
        cause,
        "an identity token that does not hold is refused",
        format!("{token}: {name} showed it"),
    ))
}

fn admitted(lines: &MeetingLines<'_>) -> Vec<Diagnosis> {
    let of = |participant: &Participant| {
        let (cause, check, sentence) = unwelcome(participant)?;
        let (at_ms, answer) = lines
            .answers_to(&participant.name)
            .into_iter()
            .find(|(_, answer)| granted(answer))?;
        Some(Diagnosis {
            step: lines.step_at(at_ms),
            check,
            explained: Explained::new(
                cause,
                format!(
                    "{sentence}, and `{}` was answered {}",
                    quoted(&answer.action),
                    in_words(answer)
                ),
            ),
        })
    };
    lines.meeting.participants.iter().filter_map(of).collect()
}

/// A patient may leave; to end is the provider's.
fn ended_by_patient(lines: &MeetingLines<'_>) -> Option<Diagnosis> {
    let patients = lines.meeting.participants.iter();
    patients
        .filter(|participant| participant.role == Role::Patient)
        .find_map(|patient| {
            let answers = lines.answers_to(&patient.name).into_iter();
            let (at_ms, answer) = answers
                .filter(|(_, answer)| granted(answer))
                .find(|(_, answer)| answer.action == "end")?;
            Some(Diagnosis {
                step: lines.step_at(at_ms),
                check: "the patient cannot end the call",
                explained: Explained::new(
                    Cause::PatientEndsCall,
                    format!(
                        "the patient may end the call: `end` of {} was answered {}",
                        patient.name,
                        in_words(answer)
                    ),
                ),
            })
        })
}

/// Who asks for a meeting that is over is told so, and not that something is broken.
fn expired_unhandled(lines: &MeetingLines<'_>, ruled: &[steps::Ruled]) -> Option<Diagnosis> {
    let steps = lines.meeting.steps.iter();
    let expired = steps
        .zip(0..)
        .find(|(asked, _)| matches!(asked.step, Step::ExpireMeeting))
        .and_then(|(_, index)| lines.step(index))?;
    let after = lines
        .events
        .iter()
        .filter(|event| event.at_ms >= expired.at_ms);
    after
        .filter_map(|event| match &event.what {
            PageEventKind::Token(answer) if answer.status >= 500 => Some((event, answer)),
            _ => None,
        })
        .find_map(|(event, answer)| {
            let step = lines.step_at(event.at_ms)?;
            let asked = &lines.meeting.steps.get(step)?.step;
            let of_join = match asked {
                Step::JoinCall { .. } => true,
                Step::Refused { action, .. } => *action == TokenAction::Join,
                _ => false,
            };
            let failed = ruled.get(step)?.outcome == Outcome::Fail;
            (of_join && failed).then(|| Diagnosis {
                step: Some(step),
                check: "a meeting that is over is answered 410",
                explained: Explained::new(
                    Cause::ExpiredMeetingUnhandled,
                    format!(
                        "a meeting that had expired was answered {}: who comes back is told that \
                         something is broken, and not that the call is over",
                        in_words(answer)
                    ),
                ),
            })
        })
}

/// The page says itself that what it calls is not there.
fn old_calls(lines: &MeetingLines<'_>, ruled: &[steps::Ruled]) -> Option<Diagnosis> {
    lines.events.iter().find_map(|event| {
        let PageEventKind::Message(message) = &event.what else {
            return None;
        };
        let lacks = message.contains("_ERROR") && message.contains("is not a function");
        let step = lines.step_at(event.at_ms).filter(|_| lacks)?;
        (ruled.get(step)?.outcome == Outcome::Fail).then(|| Diagnosis {
            step: Some(step),
            check: "the page calls what the SDK has",
            explained: Explained::new(
                Cause::OldSdkCalls,
                format!(
                    "the page calls what this version of the SDK does not have (`{}`), so nobody \
                     can join",
                    quoted(message)
                ),
            ),
        })
    })
}

/// A stack trace is a finding of its own, whatever it comes with.
fn leaked(lines: &MeetingLines<'_>) -> Option<Diagnosis> {
    let (participant, answer, trace) = lines.events.iter().find_map(|event| match &event.what {
        PageEventKind::Token(answer) => {
            let trace = answer.stack_trace.as_deref()?;
            Some((&event.participant, answer, trace))
        }
        _ => None,
    })?;
    Some(Diagnosis {
        step: None,
        check: "no answer carries a stack trace",
        explained: Explained::new(
            Cause::StackTraceLeaked,
            format!(
                "a stack trace leaked: the answer {} to `{}` of {participant} carries `{}`",
                answer.status,
                quoted(&answer.action),
                quoted(trace)
            ),
        ),
    })
}

fn second_meeting(lines: &MeetingLines<'_>, ruled: &[steps::Ruled]) -> Option<Diagnosis> {
    let asked = lines.meeting.steps.iter().enumerate();
    asked
        .filter(|(index, _)| {
            ruled
                .get(*index)
                .is_some_and(|one| one.outcome == Outcome::Fail)
        })
        .find_map(|(index, asked)| {
            let Step::RetryCreate { who } = &asked.step else {
                return None;
            };
            let record = lines.step(index)?;
            let created = |answer: &&TokenAnswer| answer.meeting_id.is_some();
            let again = lines.answers_in(record, who).into_iter().rfind(created)?;
            let first = lines
                .answers_to(who)
                .into_iter()
                .map(|(_, answer)| answer)
                .take_while(|answer| !std::ptr::eq(*answer, again))
                .filter(created)
                .last()?;
            (first.meeting_id != again.meeting_id).then(|| Diagnosis {
                step: Some(index),
                check: "asking again makes no second meeting",
                explained: Explained::new(
                    Cause::SecondMeetingOnRetry,
                    "asking again made a second meeting: the client request token of the retry is \
                     not that of the first request",
                ),
            })
        })
}

/// The service says itself that a table is not there.
fn no_table(lines: &MeetingLines<'_>) -> Option<Diagnosis> {
    lines.events.iter().find_map(|event| {
        let PageEventKind::Token(answer) = &event.what else {
            return None;
        };
        let table = rows::relation_in(answer.error.as_deref()?)?;
        Some(Diagnosis {
            step: lines.step_at(event.at_ms),
            check: "the tables of the calls are there",
            explained: Explained::new(
                Cause::MigrationMissing,
                format!(
                    "the migration is missing: there is no table `{}`",
                    quoted(table)
                ),
            ),
        })
    })
}

/// The service says nothing of why it failed, and the database says that a table is not there.
/// The query's own verdict fails by it too, so this one only explains.
fn no_table_below(lines: &MeetingLines<'_>, ruled: &[steps::Ruled]) -> Option<Diagnosis> {
    let explained = rows::missing_table(lines)?;
    let failed = lines.events.iter().find_map(|event| match &event.what {
        PageEventKind::Token(answer) if answer.status >= 500 => lines.step_at(event.at_ms),
        _ => None,
    })?;
    (ruled.get(failed)?.outcome == Outcome::Fail).then_some(Diagnosis {
        step: Some(failed),
        check: "the tables of the calls are there",
        explained,
    })
}
