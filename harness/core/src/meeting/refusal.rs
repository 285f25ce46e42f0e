//! Whether an answer of the token service is the refusal that was expected.
//!
//! Invariant: status and words must both be right. A 500 refuses too, and is a defect.

use greenroom_model::TokenAnswer;

use crate::figures::quoted;
use crate::plan::Refusal;

/// The status of a refusal, and what its error text must hold.
pub fn expected(refusal: Refusal) -> (u16, &'static str) {
    match refusal {
        Refusal::MissingToken => (401, "Missing X-Firebase-Token header"),
        Refusal::InvalidToken => (401, "Invalid or expired token"),
        Refusal::NotAuthorized => (403, "Not authorized"),
        Refusal::PatientCannotCreate => (403, "PATIENT_CANNOT_CREATE"),
        Refusal::PatientCannotEnd => (403, "PATIENT_CANNOT_END"),
        Refusal::NoActiveCall => (404, "NO_ACTIVE_CALL"),
        Refusal::MeetingExpired => (410, "MEETING_EXPIRED"),
    }
}

/// Whether the token service granted what was asked.
pub fn granted(answer: &TokenAnswer) -> bool {
    (200..300).contains(&answer.status)
}

/// Whether an answer is this refusal.
pub fn matches(refusal: Refusal, answer: &TokenAnswer) -> bool {
    let (status, text) = expected(refusal);
    answer.status == status
        && answer
            .error
            .as_deref()
            .is_some_and(|error| error.contains(text))
}

/// An answer in words: status, and the error that it gives.
pub fn in_words(answer: &TokenAnswer) -> String {
    match (answer.status, &answer.error) {
        (0, None) => "no answer".to_owned(),
        (0, Some(error)) => format!("no answer (`{}`)", quoted(error)),
        (status, None) => status.to_string(),
        (status, Some(error)) => format!("{status} `{}`", quoted(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, error: Option<&str>) -> TokenAnswer {
        TokenAnswer {
            action: "join".to_owned(),
            status,
            error: error.map(str::to_owned),
            ..TokenAnswer::default()
        }
    }

    #[test]
    fn status_and_words_must_both_be_right() {
        let is = |status, error| matches(Refusal::NotAuthorized, &answer(status, error));
        assert!(is(403, Some("Not authorized to join this call")));
        assert!(!is(403, Some("PATIENT_CANNOT_CREATE")));
        assert!(!is(500, Some("Not authorized")));
        assert!(!is(403, None));
        assert!(!is(0, None));
    }

    #[test]
    fn an_answer_is_told_in_one_bounded_line() {
        assert_eq!(in_words(&answer(200, None)), "200");
        assert_eq!(in_words(&answer(0, None)), "no answer");
        assert_eq!(in_words(&answer(401, Some("a\nb"))), "401 `a b`");
    }
}
