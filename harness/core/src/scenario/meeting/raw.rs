//! Meetings as they are written.

use std::borrow::Cow;
use std::fmt;

use greenroom_model::{IdentityToken, Permission, Role};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{self, Deserializer, SeqAccess, Visitor};

use super::phrases;
use crate::scenario::expected::Cell;
use crate::scenario::raw::Name;
use crate::scenario::written::{Given, Pairs, Placed, Written};

/// One person in a browser of their own.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ParticipantEntry {
    /// What they are to the appointment. Default: what the name says, where it is a role.
    #[serde(default)]
    pub(crate) role: Given<Written<Role>>,
    /// The identity token that their page shows to the token service. Default: valid.
    #[serde(default)]
    pub(crate) identity: Given<Written<IdentityToken>>,
    /// Device class of settings/devices.yaml. Default: desktop.
    #[serde(default)]
    pub(crate) device: Given<Written<Name>>,
    /// Network class of settings/networks.yaml; it shapes the page, the SDK and the requests to
    /// the token service, not the media. Default: unthrottled.
    #[serde(default)]
    pub(crate) network: Given<Written<Name>>,
    /// Whether the page may have camera and microphone. Default: granted.
    #[serde(default)]
    pub(crate) camera: Given<Written<Permission>>,
}

/// A query and the rows that it must return, in order.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecordsEntry {
    /// One statement that reads. `${session.id}`, `${meeting.id}` and `${appointment.id}` are
    /// bound parameters.
    pub(crate) sql: Written<Sql>,
    /// The rows: column by column a value, `present`, `absent`, or a number with a comparison.
    /// Columns that are not named may hold anything.
    pub(crate) rows: Placed<Vec<Placed<Row>>>,
}

/// A row as it is expected, column by column.
pub(crate) type Row = Pairs<Column, Placed<Cell>>;

/// SQL with `${...}` names.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sql {}

impl JsonSchema for Sql {
    fn schema_name() -> Cow<'static, str> {
        "Sql".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "minLength": 1,
            "examples": ["SELECT status FROM video_call_sessions WHERE id = ${session.id}"],
        })
    }
}

/// The name of a column.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Column {}

/// One step: `WHO: PHRASE`, or `records:` with a list.
#[derive(Clone, Debug)]
pub(crate) struct StepEntry(pub(crate) Placed<Pairs<Name, Placed<StepBody>>>);

impl<'de> Deserialize<'de> for StepEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Placed::deserialize(deserializer).map(Self)
    }
}

/// What stands behind a step's key.
#[derive(Clone, Debug)]
pub(crate) enum StepBody {
    Phrase(String),
    Records(Vec<RecordsEntry>),
}

impl<'de> Deserialize<'de> for StepBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StepVisitor)
    }
}

struct StepVisitor;

impl<'de> Visitor<'de> for StepVisitor {
    type Value = StepBody;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a phrase such as `join call`")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<StepBody, E> {
        Ok(StepBody::Phrase(text.to_owned()))
    }

    fn visit_unit<E: de::Error>(self) -> Result<StepBody, E> {
        Err(E::custom(
            "nothing stands here\nsay what is done or seen, for example `join call`",
        ))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<StepBody, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = seq.next_element()? {
            entries.push(entry);
        }
        Ok(StepBody::Records(entries))
    }
}

impl JsonSchema for StepEntry {
    fn schema_name() -> Cow<'static, str> {
        "Step".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let records = generator.subschema_for::<RecordsEntry>();
        let words = |list: &[(&'static str, phrases::Scene)]| -> Vec<&'static str> {
            list.iter().map(|(word, _)| *word).collect()
        };
        let mut properties = serde_json::Map::new();
        for (who, list) in phrases::SCENES {
            properties.insert(
                (*who).to_owned(),
                serde_json::json!({"type": "string", "enum": words(list)}),
            );
        }
        properties.insert(
            phrases::RECORDS.to_owned(),
            serde_json::json!({
                "description": "Waits until the rows are as expected.",
                "type": "array",
                "items": records,
                "minItems": 1,
            }),
        );
        json_schema!({
            "description": "`WHO: PHRASE`: what a participant does, or what is waited for.",
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "properties": properties,
            "additionalProperties": {
                "anyOf": [
                    {"type": "string", "enum": phrases::fixed()},
                    {"type": "string", "pattern": phrases::pattern()},
                ]
            }
        })
    }
}
