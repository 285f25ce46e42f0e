//! Whom the token service may let do what. A scenario says what is right: a service that does
//! otherwise fails its step, and a step that expects what is wrong is refused here.

use greenroom_model::{IdentityToken, Role};

use super::super::error::Problem;
use super::super::vocabulary::Vocabulary;
use super::course::Call;
use crate::plan::{Participant, Refusal, TokenAction};

/// Whether somebody can be let into a call.
pub(super) fn may_join(person: &Participant) -> Result<(), Problem> {
    may_enter(person, "join")
}

/// Whether somebody can create a meeting.
pub(super) fn may_create(person: &Participant) -> Result<(), Problem> {
    may_enter(person, "start")?;
    if person.role == Role::Provider {
        return Ok(());
    }
    Err(Problem::new(
        format!(
            "`{}` is no provider, and only a provider may create a meeting",
            person.name
        ),
        "write `\"is refused to start: patient-cannot-create\"`, or let the provider do it",
    ))
}

fn may_enter(person: &Participant, verb: &str) -> Result<(), Problem> {
    let name = &person.name;
    match (by_token(person.identity), person.role) {
        (Some(refusal), _) => Err(Problem::new(
            format!(
                "`{name}` shows a token that is `{}`, and no service may let them in",
                person.identity.word()
            ),
            format!(
                "write `{name}: \"is refused to {verb}: {}\"`",
                refusal.word()
            ),
        )),
        (None, Role::Stranger) => Err(Problem::new(
            format!("`{name}` has no part in the appointment, and no service may let them in"),
            format!("write `{name}: \"is refused to {verb}: not-authorized\"`"),
        )),
        (None, Role::Provider | Role::Patient) => Ok(()),
    }
}

/// Whether somebody in the call can end it.
pub(super) fn may_end(person: &Participant) -> Result<(), Problem> {
    if person.role == Role::Provider {
        return Ok(());
    }
    Err(Problem::new(
        format!(
            "`{}` is no provider, and only a provider may end the call",
            person.name
        ),
        "write `\"is refused to end: patient-cannot-end\"`, or let the provider do it",
    ))
}

/// Whether an action of somebody can be refused so while the call stands so.
pub(super) fn can_be(
    action: TokenAction,
    refusal: Refusal,
    person: &Participant,
    call: Call,
) -> Result<(), Problem> {
    let name = &person.name;
    if let Some(expected) = by_token(person.identity) {
        if refusal == expected {
            return Ok(());
        }
        return Err(Problem::new(
            format!(
                "a token that is `{}` is refused before anything else is looked at",
                person.identity.word()
            ),
            format!("write `{}`", expected.word()),
        ));
    }
    let never = match refusal {
        Refusal::MissingToken | Refusal::InvalidToken => Some((
            format!("`{name}` shows a token that is `valid`"),
            format!("write for example `{name}: {{identity: expired}}` under `participants`"),
        )),
        Refusal::NotAuthorized if person.role != Role::Stranger => Some((
            format!(
                "`{name}` has a part in the appointment as its `{}`",
                person.role.word()
            ),
            "expect this of a participant with `role: stranger`".to_owned(),
        )),
        Refusal::PatientCannotCreate
            if action != TokenAction::Create || person.role != Role::Patient =>
        {
            Some((
                "this is how a patient who starts a call is refused".to_owned(),
                "write `PATIENT: \"is refused to start: patient-cannot-create\"`".to_owned(),
            ))
        }
        Refusal::PatientCannotEnd if action != TokenAction::End || person.role != Role::Patient => {
            Some((
                "this is how a patient who ends a call is refused".to_owned(),
                "write `PATIENT: \"is refused to end: patient-cannot-end\"`".to_owned(),
            ))
        }
        Refusal::NoActiveCall | Refusal::MeetingExpired if action == TokenAction::Create => Some((
            "a new call needs none that is active".to_owned(),
            "expect this of `is refused to join`".to_owned(),
        )),
        Refusal::NoActiveCall | Refusal::MeetingExpired if call == Call::Running => Some((
            "a call is active at this step".to_owned(),
            "put the step before the start of the call or after its end".to_owned(),
        )),
        Refusal::MeetingExpired if call == Call::NotStarted => Some((
            "no meeting was created before this step, so none can have expired".to_owned(),
            "write `no-active-call`, or put the step after the end of the call".to_owned(),
        )),
        _ => None,
    };
    match never {
        Some((message, help)) => Err(Problem::new(message, help)),
        None => Ok(()),
    }
}

/// How a token that does not hold is refused, whatever is asked for.
fn by_token(identity: IdentityToken) -> Option<Refusal> {
    match identity {
        IdentityToken::Valid => None,
        IdentityToken::Missing => Some(Refusal::MissingToken),
        IdentityToken::Expired
        | IdentityToken::Forged
        | IdentityToken::WrongAudience
        | IdentityToken::WrongIssuer => Some(Refusal::InvalidToken),
    }
}
