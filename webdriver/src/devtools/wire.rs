//! The text of the protocol: JSON-RPC with a session id.

use serde::Deserialize;
use serde_json::{Value, json};

/// An event of one session.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Event {
    /// `Domain.event`.
    pub(crate) method: String,
    /// Its parameters.
    pub(crate) params: Value,
}

/// What the browser sends.
#[derive(Debug, PartialEq)]
pub(crate) enum Incoming {
    /// The answer to the command with this id.
    Reply {
        id: u64,
        result: Result<Value, Refusal>,
    },
    /// An event; `session` is `None` for the browser's own.
    Event {
        session: Option<String>,
        event: Event,
    },
}

/// The error member of an answer.
#[derive(Debug, PartialEq, Deserialize)]
pub(crate) struct Refusal {
    #[serde(default)]
    pub(crate) code: i64,
    #[serde(default)]
    pub(crate) message: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    id: Option<u64>,
    #[serde(default)]
    result: Value,
    error: Option<Refusal>,
    method: Option<String>,
    #[serde(default)]
    params: Value,
    session_id: Option<String>,
}

/// Reads one message; `None` for what is neither an answer nor an event.
pub(crate) fn read(text: &str) -> Option<Incoming> {
    let raw: Raw = serde_json::from_str(text).ok()?;
    if let Some(id) = raw.id {
        let result = match raw.error {
            Some(refusal) => Err(refusal),
            None => Ok(raw.result),
        };
        return Some(Incoming::Reply { id, result });
    }
    Some(Incoming::Event {
        session: raw.session_id,
        event: Event {
            method: raw.method?,
            params: raw.params,
        },
    })
}

/// Writes one command.
pub(crate) fn write(id: u64, session: Option<&str>, method: &str, params: &Value) -> String {
    let mut message = json!({"id": id, "method": method, "params": params});
    if let Some(session) = session {
        message["sessionId"] = json!(session);
    }
    message.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_answers_refusals_and_events_apart() {
        assert_eq!(
            read(r#"{"id":3,"result":{"a":1},"sessionId":"S"}"#),
            Some(Incoming::Reply {
                id: 3,
                result: Ok(json!({"a": 1}))
            })
        );
        assert_eq!(
            read(r#"{"id":4,"error":{"code":-32000,"message":"no"}}"#),
            Some(Incoming::Reply {
                id: 4,
                result: Err(Refusal {
                    code: -32000,
                    message: "no".into()
                })
            })
        );
        assert_eq!(
            read(r#"{"method":"Page.x","params":{"y":2},"sessionId":"S"}"#),
            Some(Incoming::Event {
                session: Some("S".into()),
                event: Event {
                    method: "Page.x".into(),
                    params: json!({"y": 2})
                }
            })
        );
        assert_eq!(read("{}"), None);
        assert_eq!(read("not json"), None);
    }

    #[test]
    fn a_command_names_its_session_only_if_it_has_one() {
        let browser: Value = serde_json::from_str(&write(1, None, "A.b", &json!({}))).unwrap();
        assert_eq!(browser, json!({"id": 1, "method": "A.b", "params": {}}));
        let page: Value =
            serde_json::from_str(&write(2, Some("S"), "A.b", &json!({"c": 1}))).unwrap();
        assert_eq!(page["sessionId"], "S");
    }
}
