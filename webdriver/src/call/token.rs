//! What an answer of the token service says, without the tokens in it. Pure.

use greenroom_model::TokenAnswer;
use serde_json::Value;

use crate::secrets::Secrets;

/// Longest text that is kept of an answer, in characters.
const TEXT_LIMIT: usize = 300;
/// Deepest nesting that is searched.
const DEPTH_LIMIT: usize = 8;

/// A request to the token service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Exchange {
    /// `action` of its body; empty where it had none.
    pub(crate) action: String,
    /// Status of the answer; 0 while there is none.
    pub(crate) status: u16,
}

/// `action` in the body of a request.
pub(crate) fn action(body: &str) -> String {
    serde_json::from_str::<Value>(body)
        .ok()
        .and_then(|body| body["action"].as_str().map(str::to_owned))
        .map(|action| action.chars().take(TEXT_LIMIT).collect())
        .unwrap_or_default()
}

/// An exchange without an answer: the browser's words for it.
pub(crate) fn unanswered(exchange: Exchange, reason: &str) -> TokenAnswer {
    TokenAnswer {
        action: exchange.action,
        status: 0,
        error: Some(reason.chars().take(TEXT_LIMIT).collect()),
        ..TokenAnswer::default()
    }
}

/// What an answer of the token service says to `action`, without the tokens in it, for who asks
/// without a page.
pub fn token_answer(action: &str, status: u16, body: &str) -> TokenAnswer {
    let exchange = Exchange {
        action: action.to_owned(),
        status,
    };
    reduce(exchange, body, &mut Secrets::default())
}

/// Reduces an answer; its join tokens are added to the secrets first.
pub(crate) fn reduce(exchange: Exchange, body: &str, secrets: &mut Secrets) -> TokenAnswer {
    let json: Value = serde_json::from_str(body).unwrap_or_default();
    learn(&json, secrets, 0);
    let kept =
        |text: &str| -> String { secrets.black_out(text).chars().take(TEXT_LIMIT).collect() };
    let text_of = |value: &Value| value.as_str().map(kept);
    let trace = if json.is_null() {
        trace_in(body)
    } else {
        trace_below(&json, 0)
    };
    TokenAnswer {
        error: error(&exchange, &json, body).map(|error| kept(&error)),
        meeting_id: text_of(&json["meeting"]["MeetingId"]),
        session_id: text_of(&json["sessionId"]),
        attendee_id: text_of(&json["attendee"]["AttendeeId"]),
        external_user_id: text_of(&json["attendee"]["ExternalUserId"]),
        stack_trace: trace.map(kept),
        action: exchange.action,
        status: exchange.status,
    }
}

/// `error` of the body; for a refusal without one, what a gateway says in its place, or the body.
fn error(exchange: &Exchange, json: &Value, body: &str) -> Option<String> {
    let said = match &json["error"] {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    let refused = !(200..300).contains(&exchange.status);
    said.or_else(|| {
        let other = ["msg", "message"]
            .iter()
            .find_map(|name| json[*name].as_str());
        refused.then(|| other.unwrap_or(body.trim()).to_owned())
    })
}

/// The join tokens anywhere in an answer.
fn learn(value: &Value, secrets: &mut Secrets, depth: usize) {
    match value {
        _ if depth > DEPTH_LIMIT => {}
        Value::Array(values) => {
            for value in values {
                learn(value, secrets, depth + 1);
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                match value.as_str() {
                    Some(token) if name.to_ascii_lowercase().contains("token") => {
                        secrets.add(token);
                    }
                    _ => learn(value, secrets, depth + 1),
                }
            }
        }
        _ => {}
    }
}

/// The first text below that holds a stack trace: its first line.
fn trace_below(value: &Value, depth: usize) -> Option<&str> {
    match value {
        _ if depth > DEPTH_LIMIT => None,
        Value::String(text) => trace_in(text),
        Value::Array(values) => values
            .iter()
            .find_map(|value| trace_below(value, depth + 1)),
        Value::Object(members) => members
            .values()
            .find_map(|value| trace_below(value, depth + 1)),
        _ => None,
    }
}

/// The first line of a text in which another line is a frame of a stack: `at ...:12:34)`, as V8
/// writes them, or Python's heading.
fn trace_in(text: &str) -> Option<&str> {
    let is_frame = |line: &str| {
        let line = line.trim_start();
        line.starts_with("Traceback (most recent call last)")
            || line.strip_prefix("at ").is_some_and(|place| {
                let mut parts = place.trim_end_matches(')').rsplitn(3, ':');
                let mut number = || parts.next().is_some_and(|part| part.parse::<u32>().is_ok());
                number() && number()
            })
    };
    text.lines()
        .any(is_frame)
        .then(|| text.lines().find(|line| !line.trim().is_empty()))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn asked(status: u16) -> Exchange {
        Exchange {
            action: "create".into(),
            status,
        }
    }

    #[test]
    fn an_answer_without_its_tokens() {
        let body = json!({
            "meeting": {"MeetingId": "m-1", "MediaPlacement": {"SignalingUrl": "wss://x"}},
            "attendee": {"AttendeeId": "a-1", "JoinToken": "join-token-0123456789"},
            "sessionId": "s-1",
        });
        let mut secrets = Secrets::default();
        let answer = reduce(asked(200), &body.to_string(), &mut secrets);
        assert_eq!(answer.meeting_id.as_deref(), Some("m-1"));
        assert_eq!(answer.session_id.as_deref(), Some("s-1"));
        assert_eq!(answer.attendee_id.as_deref(), Some("a-1"));
        assert_eq!((answer.status, answer.error.as_deref()), (200, None));
        assert!(!format!("{answer:?}").contains("join-token"));
        assert_eq!(secrets.black_out("a join-token-0123456789"), "a [secret]");
    }

    #[test]
    fn refusals_in_the_services_and_the_gateways_words() {
        let error = |status, body: &str| reduce(asked(status), body, &mut Secrets::default()).error;
        assert_eq!(
            error(403, r#"{"error":"PATIENT_CANNOT_CREATE"}"#).as_deref(),
            Some("PATIENT_CANNOT_CREATE")
        );
        assert_eq!(
            error(401, r#"{"msg":"Invalid JWT"}"#).as_deref(),
            Some("Invalid JWT")
        );
        assert_eq!(error(502, "Bad gateway\n").as_deref(), Some("Bad gateway"));
        assert_eq!(
            error(200, r#"{"error":{"code":7}}"#).as_deref(),
            Some(r#"{"code":7}"#)
        );
        assert_eq!(error(200, r#"{"message":"Meeting ended"}"#), None);
        assert_eq!(error(500, &"x".repeat(9_000)).unwrap().len(), TEXT_LIMIT);
    }

    #[test]
    fn a_stack_trace_shows_wherever_it_is() {
        let trace = |body: &str| reduce(asked(500), body, &mut Secrets::default()).stack_trace;
        let v8 = "Error: insert failed\n    at insert (file:///srv/index.ts:12:34)\n    at x";
        assert_eq!(
            trace(&json!({"error": "no", "debug": [{"stack": v8}]}).to_string()).as_deref(),
            Some("Error: insert failed")
        );
        assert_eq!(trace(v8).as_deref(), Some("Error: insert failed"));
        assert_eq!(trace(r#"{"error":"meet at 10:30:00"}"#), None);
        assert_eq!(trace(r#"{"error":"look\nat noon"}"#), None);
    }

    #[test]
    fn an_action_is_read_from_the_request() {
        assert_eq!(action(r#"{"action":"join","meetingId":"m"}"#), "join");
        assert_eq!(action("nonsense"), "");
    }
}
