//! What is wrong beyond a step that did not hold, from what was observed alone.
//!
//! Invariant: what the token service was told to do wrong is never read. That a participant
//! shows a forged token, or is a stranger, is what they did and not what the service does.

use greenroom_model::{IdentityToken, Role, TokenAnswer};

use super::lines::MeetingLines;
use super::{rows, steps};
use crate::figures::quoted;
use crate::journal::PageEventKind;
use crate::meeting::refusal::{granted, in_words};
use crate::plan::{Participant, Step};
use crate::results::Outcome;

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Diagnosis {
    /// The step that it explains, where that step did not hold.
    pub(super) step: Option<usize>,
    /// The check that fails by it where it explains no step.
    pub(super) check: &'static str,
    /// In a sentence without its full stop.
    pub(super) sentence: String,
}

/// Everything that is wrong, the gravest first.
pub(super) fn diagnoses(lines: &MeetingLines<'_>, ruled: &[steps::Ruled]) -> Vec<Diagnosis> {
    let mut found = admitted(lines);
    found.extend(leaked(lines));
    found.extend(second_meeting(lines, ruled));
    found.extend(no_table(lines));
    found.extend(no_table_below(lines, ruled));
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
fn unwelcome(participant: &Participant) -> Option<(&'static str, String)> {
    let name = &participant.name;
    let token = match participant.identity {
        IdentityToken::Valid => {
            return (participant.role == Role::Stranger).then(|| {
                (
                    "who has no part in the appointment is refused",
                    format!("a stranger was admitted: {name} has no part in the appointment"),
                )
            });
        }
        IdentityToken::Expired => "an expired identity token was accepted",
        IdentityToken::Forged => "a forged identity token was accepted",
        IdentityToken::WrongAudience => "an identity token for another audience was accepted",
        IdentityToken::WrongIssuer => "an identity token of another issuer was accepted",
        IdentityToken::Missing => "a request without an identity token was accepted",
    };
    Some((
        "an identity token that does not hold is refused",
        format!("{token}: {name} showed it"),
    ))
}

fn admitted(lines: &MeetingLines<'_>) -> Vec<Diagnosis> {
    let of = |participant: &Participant| {
        let (check, sentence) = unwelcome(participant)?;
        let (at_ms, answer) = lines
            .answers_to(&participant.name)
            .into_iter()
            .find(|(_, answer)| granted(answer))?;
        Some(Diagnosis {
            step: lines.step_at(at_ms),
            check,
            sentence: format!(
                "{sentence}, and `{}` was answered {}",
                quoted(&answer.action),
                in_words(answer)
            ),
        })
    };
    lines.meeting.participants.iter().filter_map(of).collect()
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
        sentence: format!(
            "a stack trace leaked: the answer {} to `{}` of {participant} carries `{}`",
            answer.status,
            quoted(&answer.action),
            quoted(trace)
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
                sentence: "asking again made a second meeting: the client request token of the \
                           retry is not that of the first request"
                    .to_owned(),
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
            sentence: format!(
                "the migration is missing: there is no table `{}`",
                quoted(table)
            ),
        })
    })
}

/// The service says nothing of why it failed, and the database says that a table is not there.
/// The query's own verdict fails by it too, so this one only explains.
fn no_table_below(lines: &MeetingLines<'_>, ruled: &[steps::Ruled]) -> Option<Diagnosis> {
    let sentence = rows::missing_table(lines)?;
    let failed = lines.events.iter().find_map(|event| match &event.what {
        PageEventKind::Token(answer) if answer.status >= 500 => lines.step_at(event.at_ms),
        _ => None,
    })?;
    (ruled.get(failed)?.outcome == Outcome::Fail).then_some(Diagnosis {
        step: Some(failed),
        check: "the tables of the calls are there",
        sentence,
    })
}
