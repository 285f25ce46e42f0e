//! What a run will do: every default filled in, the matrix expanded, names resolved.
//!
//! Invariant: a [`Plan`] holds nothing that still has to be looked up. A journal carries its
//! plans, so that a run can be resumed and judged again without the scenario's file.

mod meeting;

pub use greenroom_model::DocumentOptions;

pub use self::meeting::{
    AskedLimit, AskedRows, AskedStep, Direction, ExpectedRow, ExpectedValue, Meeting, MeetingName,
    Notice, Participant, Refusal, Step, SwitchedDevice, TokenAction,
};
use greenroom_model::exchange::TlsVersion;
use greenroom_model::{
    CacheRegime, Delivery, DeviceProfile, Fault, Header, NetworkProfile, PageTimers, PageVariant,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::diagnosis::Cause;
use crate::journal::Classification;

/// One scenario file, resolved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Where it came from.
    pub source: Source,
    /// Seeds the order within blocks and the bootstrap.
    pub seed: u64,
    /// What is to be done.
    pub work: Work,
    /// What is to be told of it. Where something is, that alone gates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diagnosis: Option<AskedDiagnosis>,
    /// What the whole local stack is told to do wrong; it is started anew for this plan. Judges
    /// never read this.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub injected: Vec<Fault>,
}

/// Which diagnosis is expected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedDiagnosis {
    /// None of them: nothing may be diagnosed. One: it leads. Several: they are all that is
    /// diagnosed, in any order.
    pub causes: Vec<Cause>,
    /// Where it is written.
    pub at: At,
}

/// A scenario's file and title.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Source {
    /// Path as given on the command line.
    pub path: String,
    /// The `scenario:` line.
    pub title: String,
}

/// The kinds of work a scenario can hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// Load comparisons, one per condition.
    Compare(Vec<Comparison>),
    /// HTTP requests, page loads and handshakes, in order.
    Requests(Vec<Request>),
    /// A meeting of browsers.
    Meeting(Box<Meeting>),
}

impl Plan {
    /// Whether the target must have the services of a call: token service, meetings, database.
    pub fn needs_calls(&self) -> bool {
        match &self.work {
            Work::Compare(comparisons) => comparisons
                .iter()
                .any(|comparison| comparison.metric == SampleMetric::Connected),
            Work::Requests(requests) => requests.iter().any(|request| request.needs_calls),
            Work::Meeting(_) => true,
        }
    }

    /// Whether a page is loaded in a browser that all loads of the run share.
    pub fn loads_pages(&self) -> bool {
        match &self.work {
            Work::Compare(_) => true,
            Work::Requests(requests) => requests
                .iter()
                .any(|request| matches!(request.probe, Probe::Load(_))),
            Work::Meeting(_) => false,
        }
    }
}

/// One comparison of two page variants under one condition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The condition in words, unique in its plan, e.g. `webview, desktop, unthrottled, cold`.
    pub id: String,
    /// The arm that is there today.
    pub baseline: PageVariant,
    /// The arm that would replace it.
    pub candidate: PageVariant,
    /// Device class.
    pub device: DeviceProfile,
    /// Network class.
    pub network: NetworkProfile,
    /// Cache regime.
    pub cache: CacheRegime,
    /// How the HTML is delivered.
    pub delivery: Delivery,
    /// How the app host serves the page under delivery `https`.
    pub document: DocumentOptions,
    /// The page's own timers.
    pub page_timers: PageTimers,
    /// After this long without readiness (or, where that is compared, without being in the
    /// call) a load is over, in ms. Above the page's timers.
    pub timeout_ms: u64,
    /// Which time of a load is compared. Journals from before there was a choice do not say.
    #[serde(default)]
    pub metric: SampleMetric,
    /// When to stop.
    pub sampling: Sampling,
    /// These gate.
    pub expectations: Vec<Asked>,
    /// These are put to the test and never change the exit code.
    pub claims: Vec<Asked>,
    /// What the local stack is told to do wrong. Judges never read this.
    #[serde(default, skip_serializing_if = "Injected::is_empty")]
    pub injected: Injected,
}

/// Faults per arm.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Injected {
    /// On the baseline's SDK.
    pub baseline: Vec<Fault>,
    /// On the candidate's SDK.
    pub candidate: Vec<Fault>,
}

impl Injected {
    /// Whether nothing is done wrong.
    pub fn is_empty(&self) -> bool {
        self.baseline.is_empty() && self.candidate.is_empty()
    }

    /// The faults of one arm.
    pub fn of(&self, arm: Arm) -> &[Fault] {
        match arm {
            Arm::Baseline => &self.baseline,
            Arm::Candidate => &self.candidate,
        }
    }
}

impl Comparison {
    /// The page variant that an arm loads.
    pub fn variant(&self, arm: Arm) -> PageVariant {
        match arm {
            Arm::Baseline => self.baseline,
            Arm::Candidate => self.candidate,
        }
    }

    /// Whether the device is stood in for by a slower processor.
    pub fn slows_cpu(&self) -> bool {
        self.device.cpu_rate > 1.0
    }

    /// Whether anything of the device or the network is slowed down, so that it needs proof.
    pub fn is_throttled(&self) -> bool {
        self.slows_cpu() || !self.network.is_unthrottled()
    }
}

/// The time of a load that a comparison is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SampleMetric {
    /// Until the first statement that may use the SDK.
    #[default]
    SdkReady,
    /// Until the page is in the call.
    Connected,
}

impl From<SampleMetric> for Metric {
    fn from(metric: SampleMetric) -> Self {
        match metric {
            SampleMetric::SdkReady => Self::SdkReady,
            SampleMetric::Connected => Self::Connected,
        }
    }
}

/// When a comparison has seen enough.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Sampling {
    /// Pairs before any decision.
    pub at_least: u32,
    /// Pairs at the most.
    pub at_most: u32,
    /// Wall time at the most, in ms.
    pub within_ms: u64,
    /// Which question ends it.
    pub stop: Stop,
    /// Equivalence margin d, as a fraction (0.1 is 10%).
    pub equivalence: f64,
    /// Error probability of this comparison's interval, after the split among the gating
    /// comparisons of its plan (Bonferroni).
    pub alpha: f64,
}

/// What ends the sampling of a comparison before `at_most` and `within`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Stop {
    /// As soon as the comparison, every expectation and every claim is decided.
    Resolved,
    /// Only `at_most` or `within`.
    Never,
}

/// One of the two sides of a comparison.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Arm {
    /// What is there today.
    Baseline,
    /// What would replace it.
    Candidate,
}

impl Arm {
    /// Both, in the order of the report.
    pub const BOTH: [Self; 2] = [Self::Baseline, Self::Candidate];

    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Baseline => Self::Candidate,
            Self::Candidate => Self::Baseline,
        }
    }
}

/// An expectation or a claim with its place in the scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// As written.
    pub text: String,
    /// Where it is written.
    pub at: At,
    /// What it says.
    pub expression: Expression,
}

/// A place in a scenario's file, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct At {
    /// Line.
    pub line: u32,
    /// Column in characters.
    pub column: u32,
}

/// The closed grammar of expectations and claims.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expression {
    /// `ARM.METRIC[.STAT] OP VALUE`
    Threshold {
        /// Whose.
        arm: Arm,
        /// What of it.
        metric: Metric,
        /// Which quantile, in (0, 1); `None` for a rate.
        quantile: Option<f64>,
        /// Which way.
        op: Op,
        /// The limit: ms for times, bytes for sizes, a fraction for rates.
        value: f64,
    },
    /// `ARM.METRIC is faster than | slower than | equivalent to ARM.METRIC [by N%]`
    Relation {
        /// The arm that the sentence is about.
        arm: Arm,
        /// What is compared; a time.
        metric: Metric,
        /// How.
        relation: Relation,
        /// The fraction of `by N%`.
        by: Option<f64>,
    },
}

/// What can be asked of an arm.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Until the first statement that may use the SDK, ms.
    SdkReady,
    /// Until the page is in the call, ms; only of a comparison that is about it.
    Connected,
    /// Share of loads that were not `ready`.
    Failures,
    /// `responseStart - requestStart` of the SDK's request, ms.
    SdkWait,
    /// `responseEnd - startTime` of the SDK's request, ms.
    SdkFetch,
    /// `responseEnd` of the document, ms.
    Document,
    /// Compiling JavaScript on the main thread, ms.
    Compile,
    /// Running JavaScript, ms.
    Script,
    /// Sum of the tasks of 50 ms and more, ms.
    LongTasks,
    /// JavaScript heap and backing storage after a collection, bytes.
    JsHeap,
}

/// A comparison of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Op {
    /// Less than.
    #[serde(rename = "<")]
    Less,
    /// At most.
    #[serde(rename = "<=")]
    AtMost,
    /// Greater than.
    #[serde(rename = ">")]
    Greater,
    /// At least.
    #[serde(rename = ">=")]
    AtLeast,
}

impl Op {
    /// Whether a number satisfies a limit.
    pub fn holds(self, found: f64, limit: f64) -> bool {
        match self {
            Self::Less => found < limit,
            Self::AtMost => found <= limit,
            Self::Greater => found > limit,
            Self::AtLeast => found >= limit,
        }
    }
}

/// How one arm is said to relate to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// Takes less time.
    FasterThan,
    /// Takes more time.
    SlowerThan,
    /// Within the margin.
    EquivalentTo,
}

/// One question to the target with what is expected of the answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// What it is called in the report.
    pub title: String,
    /// How it is asked. Journals from before there was a choice do not say.
    #[serde(default, skip_serializing_if = "Probe::is_http")]
    pub probe: Probe,
    /// HTTP method; `LOAD` for a page and `TLS` for a handshake.
    pub method: String,
    /// Absolute URL: of the request, of the SDK file that a page is loaded with, or of the host
    /// whose handshake is tried.
    pub url: String,
    /// The protocol that it is sent by; `None` is the best that the server offers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over: Option<HttpVersion>,
    /// Header fields to send. A value may still hold `${previous.NAME}` (that header of the
    /// answer to the request before), `${previous.json/POINTER}` (that value of its body) and the
    /// names of secrets, which no plan ever holds the values of.
    pub headers: Vec<Header>,
    /// What is sent as the body. It may hold names whose values only the run knows, as header
    /// values may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
    /// Whether it names the token service, the appointment or an identity.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub needs_calls: bool,
    /// How often it is tried until every expectation holds; the last try is judged.
    pub attempts: u32,
    /// After this long it has failed, in ms.
    pub timeout_ms: u64,
    /// What is expected, each a line of the report.
    pub checks: Vec<AskedCheck>,
    /// Where it stands.
    pub at: At,
}

/// How a question is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Probe {
    /// By an HTTP request.
    #[default]
    Http,
    /// By the meeting page in a browser.
    Load(LoadProbe),
    /// By the first message of a TLS handshake that offers this version and no later one.
    Handshake(TlsVersion),
}

impl Probe {
    /// Whether it is an HTTP request.
    pub fn is_http(&self) -> bool {
        matches!(self, Self::Http)
    }
}

/// A page that is loaded once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadProbe {
    /// Which page.
    pub variant: PageVariant,
    /// How its HTML comes to the browser.
    pub delivery: Delivery,
    /// Whether a load before it, which is not judged, has shown the browser which protocols the
    /// server has. The file itself is fetched anew.
    pub again: bool,
    /// The page's own timers.
    pub page_timers: PageTimers,
}

/// A version of HTTP, by its ALPN name (RFC 7301).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum HttpVersion {
    /// HTTP/1.1 (RFC 9112).
    #[serde(rename = "http/1.1")]
    Http1,
    /// HTTP/2 (RFC 9113).
    #[serde(rename = "h2")]
    Http2,
    /// HTTP/3 (RFC 9114).
    #[serde(rename = "h3")]
    Http3,
}

/// The body of a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// This value as JSON.
    Json(serde_json::Value),
    /// This text as it is.
    Text(String),
}

/// One expectation of an answer with its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AskedCheck {
    /// In words, e.g. `cache-control has immutable`.
    pub text: String,
    /// Where it is written.
    pub at: At,
    /// What it says.
    pub check: Check,
}

/// What can be expected of an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// The status is one of these.
    Status(Vec<u16>),
    /// A header field is there with exactly one of these values.
    HeaderIs {
        /// Lower-case name.
        name: String,
        /// Any of these.
        values: Vec<String>,
    },
    /// A header field is absent.
    HeaderAbsent {
        /// Lower-case name.
        name: String,
    },
    /// A header field is there, whatever it says.
    HeaderPresent {
        /// Lower-case name.
        name: String,
    },
    /// A list-valued header field has this member (case-insensitive).
    HeaderHas {
        /// Lower-case name.
        name: String,
        /// The member, e.g. `immutable`.
        token: String,
    },
    /// A directive of a list-valued header field, or the whole value where `directive` is
    /// `None`, is a number that satisfies this.
    HeaderNumber {
        /// Lower-case name.
        name: String,
        /// The directive, e.g. `max-age`.
        directive: Option<String>,
        /// Which way.
        op: Op,
        /// The limit.
        value: f64,
    },
    /// A header field is absent, or its whole value is a number that satisfies this.
    HeaderNumberIfPresent {
        /// Lower-case name.
        name: String,
        /// Which way.
        op: Op,
        /// The limit.
        value: f64,
    },
    /// `Content-Encoding` is one of these (`identity` for none), and the body can be decoded.
    Encoding(Vec<String>),
    /// The decoded body has this integrity.
    Integrity(String),
    /// The decoded body has this length.
    Bytes(u64),
    /// The protocol is one of these: `http/1.1`, `h2`, `h3`.
    Protocol(Vec<String>),
    /// The body is JSON and holds this.
    Json {
        /// JSON Pointer (RFC 6901).
        pointer: String,
        /// What is expected there; `absent` is nothing or null.
        expected: ExpectedValue,
    },
    /// Nothing in the body looks like a stack trace.
    NoStackTrace,
    /// What is kept of the body's beginning starts with this.
    BodyStarts(String),
    /// What is kept of the body's beginning holds this.
    BodyHas(String),
    /// What is kept of the body's beginning does not hold this.
    BodyLacks(String),
    /// A page load came to one of these.
    Became(Vec<Classification>),
    /// The SDK that ran in the page says that it is of this version.
    SdkVersion(String),
    /// Whether the page was a secure context.
    SecureContext(bool),
    /// The app was told this, alone or followed by `:` and more.
    Channel(String),
    /// Whether a handshake is accepted.
    HandshakeAccepted(bool),
}
