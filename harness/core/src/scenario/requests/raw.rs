//! Requests as they are written.

use std::borrow::Cow;
use std::fmt;

use greenroom_model::exchange::TlsVersion;
use greenroom_model::{Delivery, PageVariant};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::journal::Classification;
use crate::plan::HttpVersion;
use crate::scenario::expected::Cell;
use crate::scenario::names;
use crate::scenario::raw::Line;
use crate::scenario::units::{Attempts, Duration, Status};
use crate::scenario::vocabulary::{ContentCoding, HandshakeEnd, Vocabulary};
use crate::scenario::written::{Given, OneOrMany, Pairs, Placed, Shape, Written};

/// One HTTP request (exactly one method with its URL), one load of the meeting page or one TLS
/// handshake, and what is expected of it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [
    {"required": ["get", "expect"]},
    {"required": ["head", "expect"]},
    {"required": ["options", "expect"]},
    {"required": ["put", "expect"]},
    {"required": ["post", "expect"]},
    {"required": ["delete", "expect"]},
    {"required": ["load"]},
    {"required": ["tls", "expect"]}
]))]
pub(crate) struct RequestEntry {
    /// GET this URL.
    #[serde(default)]
    pub(crate) get: Given<Written<Template>>,
    /// HEAD this URL.
    #[serde(default)]
    pub(crate) head: Given<Written<Template>>,
    /// OPTIONS of this URL; with `origin` and `access-control-request-method` a preflight.
    #[serde(default)]
    pub(crate) options: Given<Written<Template>>,
    /// PUT to this URL.
    #[serde(default)]
    pub(crate) put: Given<Written<Template>>,
    /// POST to this URL.
    #[serde(default)]
    pub(crate) post: Given<Written<Template>>,
    /// DELETE this URL.
    #[serde(default)]
    pub(crate) delete: Given<Written<Template>>,
    /// Load the meeting page with this variant in a browser that knows nothing of it, once.
    #[serde(default)]
    pub(crate) load: Given<Written<PageVariant>>,
    /// Begin a TLS handshake with the CDN that offers this version and no later one, in quotes.
    #[serde(default)]
    pub(crate) tls: Given<Written<TlsVersion>>,
    /// The protocol that the request is sent by. Default: the best that the server offers.
    #[serde(default)]
    pub(crate) over: Given<Written<HttpVersion>>,
    /// How the HTML of a load reaches the browser. Default: webview.
    #[serde(default)]
    pub(crate) delivery: Given<Written<Delivery>>,
    /// Of a load: make it a second time in the same browser profile, without its HTTP cache, and
    /// judge that: a browser learns of HTTP/3 from the answer before. Default: false.
    #[serde(default)]
    pub(crate) again: Given<Written<bool>>,
    /// What the request is called in the report. Default: method and URL.
    #[serde(default)]
    pub(crate) title: Given<Written<Line>>,
    /// Header fields to send.
    #[serde(default)]
    pub(crate) with: Given<Pairs<FieldName, Written<Template>>>,
    /// A body of JSON, with put, post or delete. Strings may hold `${...}` names. Where `with` has
    /// no `content-type`, it is sent as application/json.
    #[serde(default)]
    pub(crate) json: Given<Placed<JsonNode>>,
    /// A body of text as it is, with put, post or delete.
    #[serde(default)]
    pub(crate) body: Given<Written<Template>>,
    /// How often it is tried until every expectation holds; the last try is judged. Default: 1.
    #[serde(default)]
    pub(crate) attempts: Given<Written<Attempts>>,
    /// After this long it has failed. Default: 10s; of a load 10s more than the page's own timer.
    #[serde(default)]
    pub(crate) timeout: Given<Written<Duration>>,
    /// What is expected of the answer. A load of which nothing else is expected must become ready.
    #[serde(default)]
    pub(crate) expect: Given<Placed<Expectations>>,
}

/// What is expected of an answer; each line is judged by itself.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub(crate) struct Expectations {
    /// The status code is this, or one of these.
    #[serde(default)]
    pub(crate) status: Given<OneOrMany<Status>>,
    /// Header fields of the answer.
    #[serde(default)]
    pub(crate) headers: Given<Pairs<FieldName, HeaderRule>>,
    /// `Content-Encoding` is one of these, and the body can be decoded.
    #[serde(default)]
    pub(crate) encoding: Given<OneOrMany<ContentCoding>>,
    /// The decoded body has this Subresource Integrity value.
    #[serde(default)]
    pub(crate) integrity: Given<Written<Template>>,
    /// The decoded body has this length in bytes.
    #[serde(default)]
    pub(crate) bytes: Given<Written<ByteCount>>,
    /// The body is JSON with these values, by JSON Pointer.
    #[serde(default)]
    pub(crate) json: Given<Pairs<Pointer, Placed<Cell>>>,
    /// `absent`: nothing in the body looks like a stack trace.
    #[serde(default)]
    pub(crate) stack_trace: Given<Written<Absent>>,
    /// The protocol is one of these; of a load that of the SDK's request.
    #[serde(default)]
    pub(crate) protocol: Given<OneOrMany<HttpVersion>>,
    /// `Location` is this, or one of these.
    #[serde(default)]
    pub(crate) location: Given<OneOrMany<Template>>,
    /// What the first 200 characters of the decoded body say.
    #[serde(default)]
    pub(crate) body: Given<Placed<BodyRule>>,
    /// Of a load: what became of it, or one of these.
    #[serde(default)]
    pub(crate) outcome: Given<OneOrMany<Classification>>,
    /// Of a load: the version that the SDK in the page says it is of.
    #[serde(default)]
    pub(crate) sdk_version: Given<Written<Template>>,
    /// Of a load: whether the page is a secure context.
    #[serde(default)]
    pub(crate) secure_context: Given<Written<bool>>,
    /// Of a load: a message that the app is told, alone or followed by a colon and more.
    #[serde(default)]
    pub(crate) channel: Given<OneOrMany<Line>>,
    /// Of `tls`: whether the server goes on with it.
    #[serde(default)]
    pub(crate) handshake: Given<Written<HandshakeEnd>>,
}

/// What the beginning of a body says.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub(crate) struct BodyRule {
    /// It begins with this.
    #[serde(default)]
    pub(crate) starts: Given<Written<Template>>,
    /// It holds this, and each of these.
    #[serde(default)]
    pub(crate) has: Given<OneOrMany<Template>>,
    /// It does not hold this, nor any of these.
    #[serde(default)]
    pub(crate) lacks: Given<OneOrMany<Template>>,
}

/// `VALUE`, `[VALUE, ...]`, `absent`, `present`, or conditions on members and directives.
#[derive(Clone, Debug)]
pub(crate) struct HeaderRule(pub(crate) Shape<Template, Directive, OneOrMany<Condition>>);

impl<'de> Deserialize<'de> for HeaderRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Shape::deserialize(deserializer).map(Self)
    }
}

impl JsonSchema for HeaderRule {
    fn schema_name() -> Cow<'static, str> {
        "HeaderRule".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "The exact value, or a list of values of which it is one; `absent` or `present`; or conditions: `has` for members of the list, any other key for a directive with a number, `value` for the whole value as a number, `if-present` for the same of a field that may be absent.",
            "anyOf": [
                {"type": ["string", "integer", "boolean"]},
                {"type": "array", "items": {"type": ["string", "integer", "boolean"]}, "minItems": 1},
                {
                    "type": "object",
                    "minProperties": 1,
                    "properties": {
                        "has": {
                            "description": "Members that the list must have, for example immutable.",
                            "anyOf": [
                                {"type": "string"},
                                {"type": "array", "items": {"type": "string"}, "minItems": 1},
                            ]
                        }
                    },
                    "additionalProperties": {
                        "description": "A number that the directive must satisfy, for example \">= 31536000\".",
                        "type": ["string", "integer"],
                        "pattern": "^\\s*(<|<=|>|>=)\\s*[0-9]+(\\.[0-9]+)?\\s*$"
                    }
                }
            ]
        })
    }
}

/// Text that may hold `${...}` names.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Template {}

impl JsonSchema for Template {
    fn schema_name() -> Cow<'static, str> {
        "Text".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": format!("Text; these names are filled in: {}.", spoken_names()),
            "type": ["string", "integer", "boolean"],
        })
    }
}

/// A length, as a number or by a name.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ByteCount {}

impl JsonSchema for ByteCount {
    fn schema_name() -> Cow<'static, str> {
        "ByteCount".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                {"type": "integer", "minimum": 0},
                {"type": "string", "pattern": "^\\$\\{[a-z_.]+\\}$", "examples": ["${sdk.bytes}"]},
            ]
        })
    }
}

/// A JSON value, with the places of its texts.
#[derive(Clone, Debug)]
pub(crate) enum JsonNode {
    Scalar(serde_json::Value),
    Text(String),
    Array(Vec<Placed<JsonNode>>),
    Object(Pairs<FieldName, Placed<JsonNode>>),
}

impl<'de> Deserialize<'de> for JsonNode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = JsonNode;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON value")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<JsonNode, E> {
        Ok(JsonNode::Text(text.to_owned()))
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<JsonNode, E> {
        Ok(JsonNode::Scalar(value.into()))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<JsonNode, E> {
        Ok(JsonNode::Scalar(number.into()))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<JsonNode, E> {
        Ok(JsonNode::Scalar(number.into()))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<JsonNode, E> {
        // The YAML reader refuses what is not finite.
        Ok(JsonNode::Scalar(number.into()))
    }

    fn visit_unit<E: de::Error>(self) -> Result<JsonNode, E> {
        Ok(JsonNode::Scalar(serde_json::Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<JsonNode, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = seq.next_element()? {
            elements.push(element);
        }
        Ok(JsonNode::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<JsonNode, A::Error> {
        Pairs::deserialize(de::value::MapAccessDeserializer::new(map)).map(JsonNode::Object)
    }
}

impl JsonSchema for JsonNode {
    fn schema_name() -> Cow<'static, str> {
        "Json".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": ["object", "array", "string", "number", "boolean", "null"]})
    }
}

/// The word `absent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Absent;

impl Vocabulary for Absent {
    const WHAT: &'static str = "expectation of a stack trace";
    const WORDS: &'static [(&'static str, Self)] = &[("absent", Self)];
}

impl JsonSchema for Absent {
    fn schema_name() -> Cow<'static, str> {
        "Absent".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"const": "absent"})
    }
}

/// A JSON Pointer (RFC 6901).
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pointer {}

fn spoken_names() -> String {
    let mut names: Vec<String> = names::TABLE
        .iter()
        .chain(names::SECRETS)
        .map(|(name, meaning)| format!("${{{name}}} ({meaning})"))
        .collect();
    names.push("${previous.HEADER} (in what is sent: that header of the answer before)".to_owned());
    names.push("${previous.json/POINTER} (in what is sent: that value of its body)".to_owned());
    names.join(", ")
}

/// The name of a header field.
#[derive(Clone, Copy, Debug)]
pub(crate) enum FieldName {}

/// `has`, `value` or the name of a directive.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Directive {}

/// A member of a list, or a number with a comparison.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Condition {}
