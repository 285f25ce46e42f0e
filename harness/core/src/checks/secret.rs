//! What of an answer must not be written down.
//!
//! Invariant: errs on the side of secrecy. A value that is kept back for nothing costs a reader
//! a look at the service; one that is journaled for nothing is leaked.

use greenroom_model::JsonFound;
use serde_json::Value;

/// What stands in place of a secret.
pub const HIDDEN: &str = "(secret)";

/// Parts of the names of JSON members whose values are secrets, in lower case and without `_`
/// and `-`.
const PARTS: [&str; 7] = [
    "token",
    "secret",
    "password",
    "credential",
    "apikey",
    "jwt",
    "authorization",
];

/// Strings of more characters are not kept.
const LONGEST: usize = 2_000;

/// Whether what stands under this name is a secret, whatever it is.
pub fn is_secret_name(name: &str) -> bool {
    let plain: String = name
        .chars()
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    PARTS.iter().any(|part| plain.contains(part))
}

/// Whether a JSON Pointer (RFC 6901) leads to a secret or below one.
pub fn is_secret_pointer(pointer: &str) -> bool {
    pointer.split('/').any(is_secret_name)
}

/// Whether a text holds what has the form of a JSON Web Token: three runs of base64url with dots
/// between, the first the beginning of a JSON object (RFC 7519, section 3.1).
fn holds_token(text: &str) -> bool {
    let in_token = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    text.split(|letter| !in_token(letter))
        .any(|run| run.starts_with("eyJ") && run.matches('.').count() >= 2)
}

/// What of a document may be kept of the value at a pointer.
pub fn reading(document: &Value, pointer: &str) -> JsonFound {
    let Some(value) = document.pointer(pointer) else {
        return JsonFound::Missing;
    };
    if is_secret_pointer(pointer) && !value.is_null() {
        return JsonFound::Secret;
    }
    match value {
        Value::Object(members) => JsonFound::Object(members.len()),
        Value::Array(elements) => JsonFound::Array(elements.len()),
        Value::String(text) if holds_token(text) => JsonFound::Secret,
        Value::String(text) if text.chars().count() > LONGEST => {
            JsonFound::LongText(text.chars().count())
        }
        scalar => JsonFound::Scalar(scalar.clone()),
    }
}

/// A document without its secrets.
pub fn without_secrets(document: &Value) -> Value {
    match document {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| {
                let kept = if is_secret_name(name) && !value.is_null() {
                    HIDDEN.into()
                } else {
                    without_secrets(value)
                };
                (name.clone(), kept)
            })
            .collect(),
        Value::Array(elements) => elements.iter().map(without_secrets).collect(),
        Value::String(text) if holds_token(text) => HIDDEN.into(),
        scalar => scalar.clone(),
    }
}

/// The beginning of a body that is no JSON document, up to the first sign of a secret. A JSON
/// document that was cut off is one such body.
pub fn text_without_secrets(text: &str) -> String {
    let looks_like_json = text.trim_start().starts_with(['{', '[']);
    let mut end = text.len();
    if looks_like_json {
        let mut at = 0;
        for part in text.split('"') {
            if part.len() < 64 && is_secret_name(part) {
                end = end.min(at + part.len());
            }
            at += part.len() + 1;
        }
    }
    if let Some(token) = text.find("eyJ")
        && holds_token(&text[token..])
    {
        end = end.min(token);
    }
    match text.get(..end) {
        Some(kept) if end < text.len() => format!("{kept}{HIDDEN}"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln";

    fn answer() -> Value {
        json!({
            "meeting": {"MeetingId": "m-1", "Hosts": ["a", "b"]},
            "attendee": {"AttendeeId": "a-1", "JoinToken": "hunter2"},
            "error": format!("bad token {TOKEN}"),
            "long": "x".repeat(3_000),
            "next_token": null,
        })
    }

    #[test]
    fn what_may_be_kept_is_read_and_secrets_are_not() {
        let read = |pointer| reading(&answer(), pointer);
        assert_eq!(read("/meeting/MeetingId"), JsonFound::Scalar("m-1".into()));
        assert_eq!(read("/meeting/Hosts"), JsonFound::Array(2));
        assert_eq!(read("/meeting"), JsonFound::Object(2));
        assert_eq!(read("/attendee/JoinToken"), JsonFound::Secret);
        assert_eq!(read("/error"), JsonFound::Secret);
        assert_eq!(read("/long"), JsonFound::LongText(3_000));
        assert_eq!(read("/next_token"), JsonFound::Scalar(Value::Null));
        assert_eq!(read("/nothing"), JsonFound::Missing);
    }

    #[test]
    fn no_form_of_a_body_keeps_a_secret() {
        let whole = answer().to_string();
        let kept = without_secrets(&answer()).to_string();
        assert!(kept.contains("m-1") && kept.contains("a-1"), "{kept}");
        for text in [
            kept,
            text_without_secrets(&whole),
            text_without_secrets(&whole[..whole.len() - 1]),
            text_without_secrets(&format!("<p>{TOKEN}</p>")),
        ] {
            assert!(!text.contains("hunter2") && !text.contains(TOKEN), "{text}");
        }
        assert_eq!(text_without_secrets("/*! sdk token */"), "/*! sdk token */");
    }
}
