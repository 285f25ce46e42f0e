//! One HTTP request and what came back, as a client on the wire saw it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A header field. Names are lower case, as HTTP/2 has them; order and repeats are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Header {
    /// Field name in lower case.
    pub name: String,
    /// Field value; bytes that are not UTF-8 are replaced.
    pub value: String,
}

/// A request and its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Exchange {
    /// Request method.
    pub method: String,
    /// The URL that was asked for.
    pub url: String,
    /// Request header fields that were set on purpose.
    pub request_headers: Vec<Header>,
    /// Status code of the answer.
    pub status: u16,
    /// `http/1.1`, `h2` or `h3`.
    pub protocol: String,
    /// Answer header fields.
    pub headers: Vec<Header>,
    /// Bytes of the body as they came over the wire (content codings still on).
    pub body_bytes: u64,
    /// Bytes of the body with its content codings undone; equal to `body_bytes` without any.
    pub decoded_bytes: u64,
    /// `sha384-...` of the decoded body.
    pub integrity: String,
    /// The first bytes of the decoded body as text, at most 200 characters.
    pub body_start: String,
    /// Why the declared content coding could not be undone, where it could not.
    pub decode_error: Option<String>,
    /// What the body holds, as JSON, where somebody asked. Secrets are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub json: Vec<JsonReading>,
    /// Why the body is no JSON, where somebody asked and it is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json_error: Option<String>,
    /// The first line in the body that looks like one of a stack trace, where somebody asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack_trace: Option<String>,
    /// From the first byte sent to the end of the headers, ms.
    pub time_to_headers_ms: f64,
    /// From the first byte sent to the end of the body, ms.
    pub duration_ms: f64,
    /// The longest time that the body stood still, from the headers on, ms; absent where nobody
    /// looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longest_pause_ms: Option<f64>,
}

/// What stands at one place of a JSON document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct JsonReading {
    /// JSON Pointer (RFC 6901).
    pub pointer: String,
    /// What is there.
    pub found: JsonFound,
}

/// What can stand at a place of a JSON document, as far as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum JsonFound {
    /// Nothing.
    Missing,
    /// null, a boolean, a number, or a string of at most 2,000 characters.
    Scalar(serde_json::Value),
    /// Something that is kept secret: its place says so, or it is of a token's form.
    Secret,
    /// An object with so many members.
    Object(usize),
    /// An array of so many elements.
    Array(usize),
    /// A longer string, of so many characters.
    LongText(usize),
}

/// Why there was no answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ExchangeFailure {
    /// Request method.
    pub method: String,
    /// The URL that was asked for.
    pub url: String,
    /// What kind of failure: the layer that gave up.
    pub kind: ExchangeFailureKind,
    /// The cause, as the client words it.
    pub message: String,
    /// What had come of the body; absent where none had begun, or nobody looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received: Option<Received>,
}

/// What had come of a body when it was given up.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Received {
    /// Bytes, content codings still on.
    pub bytes: u64,
    /// For how long nothing had come then, ms.
    pub silent_ms: f64,
    /// From the headers until then, ms.
    pub waited_ms: f64,
}

/// The layer at which an exchange failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ExchangeFailureKind {
    /// The name did not resolve.
    Dns,
    /// Nobody listens, or the connection was lost before an answer.
    Connection,
    /// The certificate or the handshake was refused.
    Tls,
    /// No end within the deadline.
    Timeout,
    /// The body ended early or could not be read.
    Body,
    /// The answer was not HTTP.
    Protocol,
}

/// What a server answered to the first message of a TLS handshake (RFC 8446, section 4.1.2) that
/// offers one version and no later one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Handshake {
    /// Host that was asked for.
    pub host: String,
    /// The version that was offered.
    pub offered: TlsVersion,
    /// What came back.
    pub answer: HandshakeAnswer,
}

/// A version of TLS.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub enum TlsVersion {
    /// TLS 1.0 (RFC 2246).
    #[serde(rename = "1.0")]
    Tls10,
    /// TLS 1.1 (RFC 4346).
    #[serde(rename = "1.1")]
    Tls11,
    /// TLS 1.2 (RFC 5246).
    #[serde(rename = "1.2")]
    Tls12,
    /// TLS 1.3 (RFC 8446).
    #[serde(rename = "1.3")]
    Tls13,
}

/// How a server took a handshake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HandshakeAnswer {
    /// It goes on with this version.
    Accepted(TlsVersion),
    /// It refuses with this alert (RFC 8446, section 6), e.g. 70 for `protocol_version`.
    Alert(u8),
    /// It closed the connection, or reset it.
    Closed,
    /// It could not be found out, for this reason.
    Unknown(String),
}
