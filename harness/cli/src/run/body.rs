//! The body of an answer: its codings undone, and what may be kept of it.

use std::io::{self, Read as _};

use base64::Engine as _;
use greenroom_core::checks::secret::{reading, text_without_secrets, without_secrets};
use greenroom_core::checks::stack_trace;
use greenroom_core::plan::{Check, Request};
use greenroom_model::{Header, JsonFound, JsonReading};
use serde_json::Value;
use sha2::{Digest as _, Sha384};

use super::secrets::SecretNames;

/// A body of more than this, on the wire or decoded, is no SDK: reading on would only fill the
/// memory.
pub(crate) const BODY_LIMIT: usize = 64 * 1024 * 1024;

/// A longer body is not read as JSON, nor searched for a stack trace beyond this.
const TEXT_LIMIT: usize = 1024 * 1024;

/// Of a longer text only so much is cleared of secrets, before its beginning is kept.
const START_LIMIT: usize = 16 * 1024;

/// What somebody wants to know of a body.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Question {
    /// JSON Pointers whose values are kept.
    pointers: Vec<String>,
    /// JSON Pointers whose values the next request sends on.
    quoted: Vec<String>,
    /// Whether a stack trace is looked for.
    stack_trace: bool,
}

impl Question {
    /// What the checks of a request and the quotes of the next one want to know.
    pub(crate) fn new(request: &Request, quoted: Vec<String>) -> Self {
        let mut pointers = quoted.clone();
        for asked in &request.checks {
            if let Check::Json { pointer, .. } = &asked.check {
                pointers.push(pointer.clone());
            }
        }
        pointers.sort_unstable();
        pointers.dedup();
        Self {
            pointers,
            quoted,
            stack_trace: request
                .checks
                .iter()
                .any(|asked| asked.check == Check::NoStackTrace),
        }
    }
}

/// What is known of a body. It has no `Debug`: the values to send on may be secrets.
pub(crate) struct Known {
    /// The beginning as text, at most 200 characters.
    pub(crate) start: String,
    /// What may be written down of the values.
    pub(crate) json: Vec<JsonReading>,
    /// Why it is no JSON.
    pub(crate) json_error: Option<String>,
    /// A line of a stack trace.
    pub(crate) stack_trace: Option<String>,
    /// The values that the next request sends on.
    pub(crate) values: Vec<(String, Value)>,
}

/// Looks at a decoded body.
pub(crate) fn look(decoded: &[u8], question: &Question, secrets: &SecretNames) -> Known {
    let looks_like_json = decoded
        .iter()
        .find(|byte| !byte.is_ascii_whitespace())
        .is_some_and(|byte| b"{[".contains(byte));
    let parsed = (looks_like_json || !question.pointers.is_empty()).then(|| parse(decoded));
    let mut known = Known {
        start: start(
            decoded,
            parsed.as_ref().and_then(|parsed| parsed.as_ref().ok()),
            secrets,
        ),
        json: Vec::new(),
        json_error: None,
        stack_trace: None,
        values: Vec::new(),
    };
    if question.stack_trace {
        let text = String::from_utf8_lossy(&decoded[..decoded.len().min(TEXT_LIMIT)]);
        known.stack_trace = stack_trace(&text).map(|line| secrets.hide(&line));
    }
    match parsed {
        Some(Ok(document)) => {
            for pointer in &question.pointers {
                known.json.push(JsonReading {
                    pointer: pointer.clone(),
                    found: kept(reading(&document, pointer), secrets),
                });
            }
            for pointer in &question.quoted {
                if let Some(value) = document.pointer(pointer) {
                    known.values.push((pointer.clone(), value.clone()));
                }
            }
        }
        Some(Err(error)) if !question.pointers.is_empty() => known.json_error = Some(error),
        Some(Err(_)) | None => {}
    }
    known
}

fn parse(decoded: &[u8]) -> Result<Value, String> {
    if decoded.len() > TEXT_LIMIT {
        return Err(format!("it has more than {TEXT_LIMIT} bytes"));
    }
    // The parser's words name line, column and kind, and quote nothing of the document.
    serde_json::from_slice(decoded).map_err(|error| error.to_string())
}

/// A text in which one of our own secrets came back is one.
fn kept(found: JsonFound, secrets: &SecretNames) -> JsonFound {
    match found {
        JsonFound::Scalar(Value::String(text)) if secrets.hide(&text) != text => JsonFound::Secret,
        other => other,
    }
}

fn start(decoded: &[u8], document: Option<&Value>, secrets: &SecretNames) -> String {
    let text = match document {
        Some(document) => without_secrets(document).to_string(),
        None => text_without_secrets(&String::from_utf8_lossy(
            &decoded[..decoded.len().min(START_LIMIT)],
        )),
    };
    secrets.hide(&text).chars().take(200).collect()
}

/// Undoes the content codings, the last applied first (RFC 9110, section 8.4).
pub(crate) fn decode(body: &[u8], headers: &[Header]) -> io::Result<Vec<u8>> {
    let codings = headers
        .iter()
        .filter(|header| header.name == "content-encoding")
        .flat_map(|header| header.value.split(','))
        .map(|coding| coding.trim().to_ascii_lowercase());
    // An answer to HEAD, a 304 or a 204 declares codings of a body that it does not carry.
    if body.is_empty() {
        return Ok(Vec::new());
    }
    let mut bytes = body.to_vec();
    for coding in codings.collect::<Vec<_>>().iter().rev() {
        bytes = match coding.as_str() {
            "" | "identity" => bytes,
            "gzip" | "x-gzip" => bounded(flate2::read::MultiGzDecoder::new(bytes.as_slice()))?,
            "deflate" => bounded(flate2::read::ZlibDecoder::new(bytes.as_slice()))?,
            "br" => bounded(brotli::Decompressor::new(bytes.as_slice(), 64 * 1024))?,
            other => {
                return Err(io::Error::new(
                    io::ErrorKind::Unsupported,
                    format!("content coding `{other}` is unknown here"),
                ));
            }
        };
    }
    Ok(bytes)
}

/// Reads to the end or to the limit: a small body may decode to a huge one.
fn bounded(reader: impl io::Read) -> io::Result<Vec<u8>> {
    let mut decoded = Vec::new();
    reader
        .take(BODY_LIMIT as u64 + 1)
        .read_to_end(&mut decoded)?;
    if decoded.len() > BODY_LIMIT {
        return Err(io::Error::other(format!(
            "the body decodes to more than {BODY_LIMIT} bytes"
        )));
    }
    Ok(decoded)
}

/// Subresource Integrity, section 3.5: SHA-384 in base64.
pub(crate) fn integrity(bytes: &[u8]) -> String {
    format!(
        "sha384-{}",
        base64::engine::general_purpose::STANDARD.encode(Sha384::digest(bytes))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coded(coding: &str) -> Vec<Header> {
        vec![Header {
            name: "content-encoding".to_owned(),
            value: coding.to_owned(),
        }]
    }

    #[test]
    fn codings_are_undone_last_first_and_lies_are_errors() {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        io::Write::write_all(&mut gzip, b"hello").unwrap();
        let gzipped = gzip.finish().unwrap();
        assert_eq!(decode(&gzipped, &coded("gzip")).unwrap(), b"hello");
        assert_eq!(decode(b"hello", &coded("identity")).unwrap(), b"hello");
        assert!(
            decode(b"hello", &coded("gzip")).is_err(),
            "declared but not applied"
        );
        assert!(decode(b"hello", &coded("br")).is_err());
        assert!(decode(b"hello", &coded("zstd")).is_err());
        assert_eq!(
            decode(b"", &coded("gzip")).unwrap(),
            b"",
            "HEAD and 304 carry no body"
        );
    }

    #[test]
    fn a_decompression_bomb_is_cut_off() {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        let block = vec![0_u8; 1024 * 1024];
        for _ in 0..=(BODY_LIMIT / block.len()) {
            io::Write::write_all(&mut gzip, &block).unwrap();
        }
        let bomb = gzip.finish().unwrap();
        assert!(bomb.len() < 1024 * 1024);
        assert!(decode(&bomb, &coded("gzip")).is_err());
    }

    #[test]
    fn integrity_is_sha384_in_base64() {
        assert_eq!(
            integrity(b""),
            "sha384-OLBgp1GsljhM2TJ+sbHjaiH9txEUvgdDTAzHv2P24donTt6/529l+9Ua0vFImLlb"
        );
    }

    fn asked(checks: Vec<Check>, quoted: &[&str]) -> Question {
        let request = Request {
            probe: greenroom_core::plan::Probe::Http,
            over: None,
            title: String::new(),
            method: "POST".to_owned(),
            url: "https://token.example/".to_owned(),
            headers: vec![],
            body: None,
            needs_calls: false,
            attempts: 1,
            timeout_ms: 1_000,
            checks: checks
                .into_iter()
                .map(|check| greenroom_core::plan::AskedCheck {
                    text: String::new(),
                    at: greenroom_core::plan::At { line: 1, column: 1 },
                    check,
                })
                .collect(),
            at: greenroom_core::plan::At { line: 1, column: 1 },
        };
        Question::new(
            &request,
            quoted.iter().map(|&pointer| pointer.to_owned()).collect(),
        )
    }

    #[test]
    fn a_secret_is_sent_on_and_not_kept() {
        let secrets: SecretNames = [("token.api_key".to_owned(), "hunter3-hunter3".to_owned())]
            .into_iter()
            .collect();
        let body = br#"{"attendee": {"JoinToken": "hunter2"}, "error": "no hunter3-hunter3", "sessionId": "s-1"}"#;
        let question = asked(
            ["/error", "/sessionId", "/attendee"]
                .map(|pointer| Check::Json {
                    pointer: pointer.to_owned(),
                    expected: greenroom_core::plan::ExpectedValue::Present,
                })
                .to_vec(),
            &["/attendee/JoinToken"],
        );
        let known = look(body, &question, &secrets);
        assert_eq!(known.values[0].1, "hunter2");
        let written = format!("{} {:?} {:?}", known.start, known.json, known.stack_trace);
        assert!(!written.contains("hunter"), "{written}");
        assert!(written.contains("s-1"), "{written}");
    }

    #[test]
    fn a_body_is_searched_only_where_somebody_asks() {
        let body = br#"{"error": "x", "stack": "Error\n    at f (a.js:1:2)"}"#;
        let none = look(body, &Question::default(), &SecretNames::default());
        assert_eq!((none.stack_trace, none.json), (None, vec![]));
        let known = look(
            body,
            &asked(vec![Check::NoStackTrace], &[]),
            &SecretNames::default(),
        );
        assert_eq!(known.stack_trace.as_deref(), Some("at f (a.js:1:2)"));
        let question = asked(vec![], &["/x"]);
        let known = look(b"<html>", &question, &SecretNames::default());
        assert!(known.json_error.is_some());
    }
}
