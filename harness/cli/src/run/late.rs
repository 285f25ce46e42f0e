//! Names whose values only the run knows: parts of the answer before, and secrets.
//!
//! Invariant: what is sent and what is written down are two texts. A secret stands in the first
//! as its value and in the second as its name.

use greenroom_core::checks::secret::is_secret_pointer;
use greenroom_core::plan::{Body, Request};
use greenroom_model::{Exchange, Header, JsonFound};
use serde_json::Value;

use super::secrets::SecretNames;

const OPENING: &str = "${";
const PREVIOUS: &str = "previous.";
const JSON: &str = "json";

/// What may be quoted of the answer before. It has no `Debug`: values may be secrets.
#[derive(Clone, PartialEq)]
pub(crate) struct Before {
    headers: Vec<Header>,
    values: Vec<(String, Value)>,
}

impl Before {
    /// An answer with the values at the pointers that the next request quotes.
    pub(crate) fn new(exchange: &Exchange, values: Vec<(String, Value)>) -> Self {
        Self {
            headers: exchange.headers.clone(),
            values,
        }
    }

    /// An answer of a journal, which has no secrets.
    pub(crate) fn from_journal(exchange: &Exchange) -> Self {
        let values = exchange
            .json
            .iter()
            .filter_map(|reading| match &reading.found {
                JsonFound::Scalar(value) => Some((reading.pointer.clone(), value.clone())),
                _ => None,
            })
            .collect();
        Self::new(exchange, values)
    }
}

/// A request as it goes out. It has no `Debug`: it holds secrets.
pub(crate) struct Outgoing {
    /// Header fields with their values.
    pub(crate) headers: Vec<Header>,
    /// The same as they may be written down.
    pub(crate) shown: Vec<Header>,
    /// The body.
    pub(crate) body: Option<Vec<u8>>,
}

/// The pointers into the answer before that a request quotes.
pub(crate) fn quoted_pointers(request: &Request) -> Vec<String> {
    let mut pointers = Vec::new();
    let mut look = |text: &str| {
        let mut rest = text;
        while let Some((_, name, after)) = next_name(rest) {
            if let Some(pointer) = pointer_of(name) {
                pointers.push(pointer.to_owned());
            }
            rest = after;
        }
    };
    for header in &request.headers {
        look(&header.value);
    }
    match &request.body {
        Some(Body::Text(text)) => look(text),
        Some(Body::Json(value)) => each_text(value, &mut look),
        None => {}
    }
    pointers
}

fn each_text(value: &Value, look: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => look(text),
        Value::Array(elements) => elements.iter().for_each(|one| each_text(one, look)),
        Value::Object(members) => members.values().for_each(|one| each_text(one, look)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Puts the values in, or says which is not there.
pub(crate) fn fill(
    request: &Request,
    before: Option<&Before>,
    secrets: &SecretNames,
) -> Result<Outgoing, String> {
    let late = Late { before, secrets };
    let mut headers = Vec::new();
    let mut shown = Vec::new();
    for header in &request.headers {
        let filled = late.text(&header.value)?;
        let with = |value| Header {
            name: header.name.clone(),
            value,
        };
        headers.push(with(filled.sent));
        shown.push(with(filled.shown));
    }
    let body = match &request.body {
        None => None,
        Some(Body::Text(text)) => Some(late.text(text)?.sent.into_bytes()),
        Some(Body::Json(value)) => Some(late.json(value)?.to_string().into_bytes()),
    };
    Ok(Outgoing {
        headers,
        shown,
        body,
    })
}

struct Late<'a> {
    before: Option<&'a Before>,
    secrets: &'a SecretNames,
}

#[derive(Default)]
struct Filled {
    sent: String,
    shown: String,
}

impl Late<'_> {
    fn text(&self, text: &str) -> Result<Filled, String> {
        let mut filled = Filled::default();
        let mut rest = text;
        while let Some((ahead, name, after)) = next_name(rest) {
            let value = self.value(name)?;
            filled.sent.push_str(ahead);
            filled.sent.push_str(&value);
            filled.shown.push_str(ahead);
            let secret =
                !name.starts_with(PREVIOUS) || pointer_of(name).is_some_and(is_secret_pointer);
            if secret {
                filled.shown.extend([OPENING, name, "}"]);
            } else {
                filled.shown.push_str(&value);
            }
            rest = after;
        }
        filled.sent.push_str(rest);
        filled.shown.push_str(rest);
        Ok(filled)
    }

    fn json(&self, value: &Value) -> Result<Value, String> {
        match value {
            Value::String(text) => self.text(text).map(|filled| filled.sent.into()),
            Value::Array(elements) => elements.iter().map(|one| self.json(one)).collect(),
            Value::Object(members) => members
                .iter()
                .map(|(name, member)| Ok((name.clone(), self.json(member)?)))
                .collect(),
            scalar => Ok(scalar.clone()),
        }
    }

    fn value(&self, name: &str) -> Result<String, String> {
        let Some(part) = name.strip_prefix(PREVIOUS) else {
            return self
                .secrets
                .value(name)
                .map(str::to_owned)
                .ok_or_else(|| format!("this target gives no `{OPENING}{name}}}`"));
        };
        let before = self
            .before
            .ok_or_else(|| format!("there was no answer before to take `{part}` from"))?;
        if let Some(pointer) = pointer_of(name) {
            let found = before.values.iter().find(|(known, _)| known == pointer);
            return match found.map(|(_, value)| value) {
                Some(Value::String(text)) => Ok(text.clone()),
                Some(value @ (Value::Number(_) | Value::Bool(_))) => Ok(value.to_string()),
                Some(_) => Err(format!("`{pointer}` of the answer before is no text")),
                None if is_secret_pointer(pointer) => Err(format!(
                    "the answer before has no `{pointer}`, or it was left out of the journal that \
                     this run goes on with; start a new run"
                )),
                None => Err(format!("the answer before has no `{pointer}`")),
            };
        }
        before
            .headers
            .iter()
            .find(|field| field.name == part)
            .map(|field| field.value.clone())
            .ok_or_else(|| format!("the answer before had no `{part}`"))
    }
}

/// The text up to the next name, the name, and what follows it.
fn next_name(text: &str) -> Option<(&str, &str, &str)> {
    let (ahead, rest) = text.split_once(OPENING)?;
    let (name, after) = rest.split_once('}')?;
    Some((ahead, name, after))
}

/// The pointer of `previous.json/POINTER`.
fn pointer_of(name: &str) -> Option<&str> {
    name.strip_prefix(PREVIOUS)?
        .strip_prefix(JSON)
        .filter(|pointer| pointer.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn header(name: &str, value: &str) -> Header {
        Header {
            name: name.to_owned(),
            value: value.to_owned(),
        }
    }

    fn request(headers: Vec<Header>, body: Option<Body>) -> Request {
        Request {
            probe: greenroom_core::plan::Probe::Http,
            over: None,
            title: String::new(),
            method: "POST".to_owned(),
            url: "https://token.example/".to_owned(),
            headers,
            body,
            needs_calls: false,
            attempts: 1,
            timeout_ms: 1_000,
            checks: vec![],
            at: greenroom_core::plan::At { line: 1, column: 1 },
        }
    }

    fn before() -> Before {
        Before {
            headers: vec![header("etag", "\"abc\"")],
            values: vec![
                ("/meeting/MeetingId".to_owned(), json!("m-\"1")),
                ("/attendee/JoinToken".to_owned(), json!("hunter2")),
                ("/n".to_owned(), json!(3)),
                ("/none".to_owned(), json!(null)),
            ],
        }
    }

    fn secrets() -> SecretNames {
        [("identity.patient".to_owned(), "a.b.c-secret".to_owned())]
            .into_iter()
            .collect()
    }

    #[test]
    fn parts_of_the_answer_before_are_sent() {
        let asked = request(
            vec![header("if-none-match", "${previous.etag}, \"x\"")],
            Some(Body::Json(json!({
                "meetingId": "${previous.json/meeting/MeetingId}",
                "list": ["no ${previous.json/n}", 5],
            }))),
        );
        assert_eq!(quoted_pointers(&asked), ["/n", "/meeting/MeetingId"]);
        let out = fill(&asked, Some(&before()), &secrets()).ok().unwrap();
        assert_eq!(out.headers[0].value, "\"abc\", \"x\"");
        assert_eq!(out.shown, out.headers);
        let sent: Value = serde_json::from_slice(&out.body.unwrap()).unwrap();
        assert_eq!(sent, json!({"meetingId": "m-\"1", "list": ["no 3", 5]}));
    }

    #[test]
    fn secrets_are_sent_and_not_shown() {
        let asked = request(
            vec![
                header("x-firebase-token", "${identity.patient}"),
                header("x-join", "${previous.json/attendee/JoinToken}"),
            ],
            None,
        );
        let out = fill(&asked, Some(&before()), &secrets()).ok().unwrap();
        assert_eq!(out.headers[0].value, "a.b.c-secret");
        assert_eq!(out.headers[1].value, "hunter2");
        assert_eq!(out.shown, asked.headers);
    }

    #[test]
    fn what_is_not_there_is_named() {
        let missing = |value: &str, before: Option<&Before>| {
            let asked = request(vec![header("x", value)], None);
            fill(&asked, before, &secrets()).err().unwrap()
        };
        assert!(missing("${previous.etag}", None).contains("no answer before"));
        assert!(missing("${previous.age}", Some(&before())).contains("`age`"));
        assert!(missing("${previous.json/x}", Some(&before())).contains("`/x`"));
        assert!(missing("${previous.json/none}", Some(&before())).contains("no text"));
        assert!(missing("${token.api_key}", None).contains("`${token.api_key}`"));
    }
}
