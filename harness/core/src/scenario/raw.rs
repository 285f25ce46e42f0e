//! A scenario as it is written. The JSON Schema is generated from these types, and their
//! comments are what an editor shows.

use std::borrow::Cow;

use greenroom_model::{CacheRegime, Delivery, PageVariant, ServiceFault};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use super::Kind;
use super::error::Problem;
use super::meeting::raw::{ParticipantEntry, RecordsEntry, StepEntry};
use super::requests::raw::RequestEntry;
use super::source::Span;
use super::units::{Duration, Pairs as PairCount, Percent};
use super::vocabulary::{PageEncoding, Vocabulary};
use super::written::{Given, Meaning, OneOrMany, Pairs, Placed, Shape, Written};
use crate::diagnosis::Cause;
use crate::plan::{SampleMetric, Stop};

/// One greenroom scenario. It holds exactly one of `compare`, `participants` and `requests`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(
    title = "greenroom scenario",
    extend("oneOf" = [
        {"required": ["compare"]},
        {"required": ["participants", "steps"]},
        {"required": ["requests"]}
    ])
)]
pub(crate) struct Document {
    /// What the scenario is called in the report.
    pub(crate) scenario: Written<Line>,
    /// The two page variants that are loaded in turn.
    #[serde(default)]
    pub(crate) compare: Given<Placed<Arms>>,
    /// Who meets: a name of your own for each, e.g. `provider: {device: desktop}`.
    #[serde(default)]
    #[schemars(extend("minProperties" = 1, "maxProperties" = 8))]
    pub(crate) participants: Given<Placed<Pairs<Name, Placed<ParticipantEntry>>>>,
    /// What the participants of a meeting do and see, in this order.
    #[serde(default)]
    #[schemars(extend("minItems" = 1))]
    pub(crate) steps: Given<Placed<Vec<StepEntry>>>,
    /// What the database must hold when a meeting's steps are done; these gate.
    #[serde(default)]
    #[schemars(extend("minItems" = 1))]
    pub(crate) records: Given<Placed<Vec<RecordsEntry>>>,
    /// How the HTML reaches the browsers of a meeting: webview or https. Default: webview.
    #[serde(default)]
    pub(crate) delivery: Given<Written<Delivery>>,
    /// Where the variants are compared: each condition is one comparison; a list within one stands for
    /// every combination. Default: one condition with the defaults of each key.
    #[serde(default)]
    #[schemars(extend("minItems" = 1))]
    pub(crate) conditions: Given<Placed<Vec<Placed<Condition>>>>,
    /// How many pairs of loads are made.
    #[serde(default)]
    pub(crate) samples: Given<Placed<Samples>>,
    /// Of a comparison: after this long without readiness a load is over; above the page's
    /// timers, 75s if left out. Of a meeting: each step has so long to become true, 30s if left
    /// out.
    #[serde(default)]
    pub(crate) timeout: Given<Written<Duration>>,
    /// How the meeting page itself behaves and is served.
    #[serde(default)]
    pub(crate) page: Given<Placed<Page>>,
    /// What the local stack does wrong on purpose: per arm of a comparison, otherwise a list.
    #[serde(default)]
    pub(crate) faults: Given<Placed<FaultEntries>>,
    /// What is to be told of requests or a meeting: the cause that leads, a list of all causes, or
    /// none. It alone gates then; the expectations are shown as they were observed.
    #[serde(default)]
    pub(crate) diagnosis: Given<OneOrMany<CauseWord>>,
    /// These gate: one that does not hold fails the run. They apply to every condition.
    #[serde(default)]
    pub(crate) expect: Given<Placed<Vec<Written<Sentence>>>>,
    /// These are put to the test and reported as confirmed, refuted or open; they never change
    /// the exit code. They apply to every condition.
    #[serde(default)]
    pub(crate) claims: Given<Placed<Vec<Written<Sentence>>>>,
    /// HTTP requests, loads of the meeting page and TLS handshakes, made in this order.
    #[serde(default)]
    #[schemars(extend("minItems" = 1))]
    pub(crate) requests: Given<Placed<Vec<Placed<RequestEntry>>>>,
}

/// The two page variants.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arms {
    /// What is there today.
    pub(crate) baseline: Written<PageVariant>,
    /// What would replace it.
    pub(crate) candidate: Written<PageVariant>,
    /// Which time is compared: until the SDK is ready, or until the page is in the call.
    /// Default: `sdk_ready`.
    #[serde(default)]
    pub(crate) metric: Given<Written<SampleMetric>>,
}

/// One condition, or a matrix of them.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Condition {
    /// Device class of settings/devices.yaml. Default: desktop.
    #[serde(default)]
    pub(crate) device: Given<OneOrMany<Name>>,
    /// Network class of settings/networks.yaml. Default: unthrottled.
    #[serde(default)]
    pub(crate) network: Given<OneOrMany<Name>>,
    /// What the browser may know of the SDK before. Default: cold.
    #[serde(default)]
    pub(crate) cache: Given<OneOrMany<CacheRegime>>,
    /// How the HTML reaches the browser. Default: webview.
    #[serde(default)]
    pub(crate) delivery: Given<OneOrMany<Delivery>>,
    /// Expectations of this condition, besides those of the whole scenario.
    #[serde(default)]
    pub(crate) expect: Given<Placed<Vec<Written<Sentence>>>>,
    /// Claims of this condition, besides those of the whole scenario.
    #[serde(default)]
    pub(crate) claims: Given<Placed<Vec<Written<Sentence>>>>,
    /// Overrides of the scenario's `samples`, key by key.
    #[serde(default)]
    pub(crate) samples: Given<Placed<Samples>>,
}

/// How many pairs of loads are made.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Samples {
    /// Pairs before any decision. Default and least: 10.
    #[serde(default)]
    pub(crate) at_least: Given<Written<PairCount>>,
    /// Pairs at the most. Default: 40.
    #[serde(default)]
    pub(crate) at_most: Given<Written<PairCount>>,
    /// Wall time at the most, per condition. Default: 90s.
    #[serde(default)]
    pub(crate) within: Given<Written<Duration>>,
    /// What ends the sampling before that. Default: resolved.
    #[serde(default)]
    pub(crate) stop: Given<Written<Stop>>,
    /// Up to this difference two arms count as equivalent. Default: 10%.
    #[serde(default)]
    pub(crate) equivalence: Given<Written<Percent>>,
}

/// How the meeting page behaves and is served.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Page {
    /// Which page everybody in a meeting loads. Default: cdn.
    #[serde(default)]
    pub(crate) variant: Given<Written<PageVariant>>,
    /// The page's own give-up timers.
    #[serde(default)]
    pub(crate) timers: Given<Placed<Timers>>,
    /// Content coding of the HTML under delivery https. Default: gzip.
    #[serde(default)]
    pub(crate) encoding: Given<Written<PageEncoding>>,
    /// `Cache-Control` of the HTML under delivery https. Default: no-store.
    #[serde(default)]
    pub(crate) cache_control: Given<Written<Line>>,
}

/// The page's own give-up timers.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Timers {
    /// Timer of the inline page. Default: 60s.
    #[serde(default)]
    pub(crate) inline: Given<Written<Duration>>,
    /// Timer of the pages that load the SDK from the CDN. Default: 30s.
    #[serde(default)]
    pub(crate) cdn: Given<Written<Duration>>,
}

/// What the local stack does wrong: faults of the SDK's answer per arm of a comparison, or a list
/// of faults of the whole stack.
#[derive(Clone, Debug)]
pub(crate) struct FaultEntries(pub(crate) Shape<Name, ArmKey, Vec<FaultEntry>, FaultEntry>);

/// `baseline` or `candidate`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ArmKey {}

impl<'de> Deserialize<'de> for FaultEntries {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Shape::deserialize(deserializer).map(Self)
    }
}

impl JsonSchema for FaultEntries {
    fn schema_name() -> Cow<'static, str> {
        "Faults".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let entries = generator.subschema_for::<Vec<FaultEntry>>();
        let entry = generator.subschema_for::<FaultEntry>();
        let services: Vec<&str> = ServiceFault::WORDS.iter().map(|(word, _)| *word).collect();
        json_schema!({
            "description": "What the local stack does wrong: of a comparison on the SDK of an arm; of requests and a meeting everywhere, of a meeting in its services too.",
            "anyOf": [
                {
                    "type": "object",
                    "properties": {"baseline": entries.clone(), "candidate": entries},
                    "additionalProperties": false,
                },
                {
                    "type": "array",
                    "items": {"anyOf": [entry, {"type": "string", "enum": services}]},
                    "minItems": 1,
                },
            ]
        })
    }
}

/// `NAME`, or `{NAME: DURATION}` for the faults that take time.
#[derive(Clone, Debug)]
pub(crate) struct FaultEntry(pub(crate) Shape<Name, Name, Written<Duration>>);

impl<'de> Deserialize<'de> for FaultEntry {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Shape::deserialize(deserializer).map(Self)
    }
}

impl JsonSchema for FaultEntry {
    fn schema_name() -> Cow<'static, str> {
        "Fault".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let duration = generator.subschema_for::<Duration>();
        let timed: serde_json::Map<String, serde_json::Value> = super::faults::TIMED
            .iter()
            .map(|(name, _)| ((*name).to_owned(), duration.clone().to_value()))
            .collect();
        let plain: Vec<&str> = super::faults::PLAIN.iter().map(|(name, _)| *name).collect();
        json_schema!({
            "description": "A fault of the local stack: a name, or `{name: duration}`.",
            "anyOf": [
                {"type": "string", "enum": plain},
                {
                    "type": "object",
                    "properties": timed,
                    "additionalProperties": false,
                    "minProperties": 1,
                    "maxProperties": 1,
                },
            ]
        })
    }
}

/// A cause, or `none`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CauseWord(pub(crate) Option<Cause>);

impl CauseWord {
    const NONE: &str = "none";

    fn words() -> impl Iterator<Item = &'static str> {
        let causes = Cause::ALL.iter().map(|cause| cause.word());
        causes.chain([Self::NONE])
    }
}

impl Meaning for CauseWord {
    fn read(text: &str) -> Result<Self, Problem> {
        if text == Self::NONE {
            return Ok(Self(None));
        }
        Cause::ALL
            .iter()
            .find(|cause| cause.word() == text)
            .map(|cause| Self(Some(*cause)))
            .ok_or_else(|| Problem::unknown("cause", text, Self::words()))
    }
}

impl JsonSchema for CauseWord {
    fn schema_name() -> Cow<'static, str> {
        "Cause".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let words: Vec<&str> = Self::words().collect();
        json_schema!({"type": "string", "enum": words})
    }
}

/// A name that settings define.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Name {}

impl JsonSchema for Name {
    fn schema_name() -> Cow<'static, str> {
        "Name".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^[a-z0-9][a-z0-9-]*$"})
    }
}

/// A line of text that is not empty.
#[derive(Clone, Debug)]
pub(crate) struct Line(pub(crate) String);

impl Line {
    const MOST: usize = 200;
}

impl Meaning for Line {
    fn read(text: &str) -> Result<Self, Problem> {
        let text = text.trim();
        let length = text.chars().count();
        if length == 0 {
            Err(Problem::new("this text is empty", "write some words"))
        } else if length > Self::MOST {
            Err(Problem::new(
                format!(
                    "this text has {length} characters, and {} is the most",
                    Self::MOST
                ),
                "say it in fewer words; comments begin with `#`",
            ))
        } else if text.chars().any(char::is_control) {
            Err(Problem::new(
                "this text has line breaks or control characters",
                "write it on one line",
            ))
        } else {
            Ok(Self(text.to_owned()))
        }
    }
}

impl JsonSchema for Line {
    fn schema_name() -> Cow<'static, str> {
        "Line".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "minLength": 1, "maxLength": Self::MOST})
    }
}

/// A sentence of the expectation grammar; [`super::expression`] reads it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sentence {}

impl JsonSchema for Sentence {
    fn schema_name() -> Cow<'static, str> {
        "Expression".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Of a comparison: ARM.METRIC[.STAT] OP VALUE, or ARM.METRIC is faster than | slower than | equivalent to ARM.METRIC [by N%]. Of a meeting: PARTICIPANT.METRIC OP DURATION.",
            "type": "string",
            "anyOf": [
                {"pattern": super::expression::pattern()},
                {"pattern": super::meeting::limits::pattern()},
            ],
            "examples": [
                "candidate.failures < 10%",
                "candidate.sdk_ready.p75 < 8s",
                "candidate.sdk_ready is faster than baseline.sdk_ready by 20%",
                "patient.connected < 3s",
            ],
        })
    }
}

impl Document {
    /// The keys that not every kind of scenario has and that are given here, with the kinds that
    /// have them and their places.
    pub(crate) fn particular_keys(&self) -> Vec<(&'static str, &'static [Kind], Span)> {
        const COMPARISON: &[Kind] = &[Kind::Compare];
        const MEETING: &[Kind] = &[Kind::Meeting];
        const BOTH: &[Kind] = &[Kind::Compare, Kind::Meeting];
        const TOLD: &[Kind] = &[Kind::Meeting, Kind::Requests];
        [
            (
                "conditions",
                COMPARISON,
                self.conditions.get().map(|key| key.span),
            ),
            (
                "samples",
                COMPARISON,
                self.samples.get().map(|key| key.span),
            ),
            ("claims", COMPARISON, self.claims.get().map(|key| key.span)),
            ("steps", MEETING, self.steps.get().map(|key| key.span)),
            ("records", MEETING, self.records.get().map(|key| key.span)),
            ("delivery", MEETING, self.delivery.get().map(|key| key.span)),
            ("timeout", BOTH, self.timeout.get().map(|key| key.span)),
            ("diagnosis", TOLD, self.diagnosis.get().map(OneOrMany::span)),
            ("expect", BOTH, self.expect.get().map(|key| key.span)),
        ]
        .into_iter()
        .filter_map(|(name, kinds, span)| span.map(|span| (name, kinds, span)))
        .collect()
    }
}
