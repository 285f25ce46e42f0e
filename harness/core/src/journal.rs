//! The journal: one JSON object a line, written as things happen.
//!
//! Invariant: everything that a report says can be computed from these lines alone. A line is
//! appended and flushed as soon as it is known, so a crash loses nothing but the line that was
//! being written.

mod meeting;

use greenroom_model::exchange::Handshake;
use greenroom_model::{Delivery, Exchange, ExchangeFailure, PageLoad, PageVariant, SdkManifest};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::classify::Classified;
use crate::plan::{Arm, Plan, SampleMetric};

pub use self::meeting::{
    MediaRecord, MeetingBegin, MeetingEnd, PageEvent, PageEventKind, PictureRecord, RowsOutcome,
    RowsRecord, RtcRecord, StepOutcome, StepRecord,
};

/// The version of the journal's form, written in its first line.
pub const JOURNAL_VERSION: u32 = 1;

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Record {
    /// The first line: what runs, on what, against what.
    Run(Box<RunHeader>),
    /// A scenario as it was resolved; its index is its order of appearance.
    Plan {
        /// The plan.
        plan: Box<Plan>,
    },
    /// Proof that a throttle took effect.
    Proof(ThrottleProof),
    /// One page load.
    Sample(Box<Sample>),
    /// One HTTP request, page load or handshake of a plan of requests.
    Exchange(Box<ExchangeRecord>),
    /// A meeting begins.
    MeetingBegin(MeetingBegin),
    /// A step of a meeting is over.
    Step(Box<StepRecord>),
    /// What of one participant reached another.
    Media(Box<MediaRecord>),
    /// Something happened on a participant's page.
    Page(Box<PageEvent>),
    /// RTC statistics of a page.
    Rtc(Box<RtcRecord>),
    /// What a page looked like.
    Picture(Box<PictureRecord>),
    /// What the database returned.
    Rows(Box<RowsRecord>),
    /// A meeting is over.
    MeetingEnd(MeetingEnd),
    /// How busy the host was.
    Host(HostLoad),
    /// Something that the reader of a run should know.
    Event(Event),
    /// A comparison is over.
    ComparisonEnd {
        /// Index of the plan.
        plan: usize,
        /// Index of the comparison in it.
        comparison: usize,
        /// Why it is over.
        reason: StopReason,
        /// Time since the run began, ms.
        at_ms: f64,
    },
    /// The last line of a run that ended in order.
    End {
        /// How.
        how: RunEnd,
        /// Time since the run began, ms.
        at_ms: f64,
    },
}

impl Record {
    /// When it was written, in ms since the run began; `None` for what says what runs.
    pub fn at_ms(&self) -> Option<f64> {
        match self {
            Self::Run(_) | Self::Plan { .. } => None,
            Self::Proof(proof) => Some(proof.at_ms),
            Self::Sample(sample) => Some(sample.at_ms),
            Self::Exchange(exchange) => Some(exchange.at_ms),
            Self::MeetingBegin(begin) => Some(begin.at_ms),
            Self::Step(step) => Some(step.at_ms),
            Self::Media(media) => Some(media.at_ms),
            Self::Page(event) => Some(event.at_ms),
            Self::Rtc(rtc) => Some(rtc.at_ms),
            Self::Picture(picture) => Some(picture.at_ms),
            Self::Rows(rows) => Some(rows.at_ms),
            Self::MeetingEnd(end) => Some(end.at_ms),
            Self::Host(load) => Some(load.at_ms),
            #[expect(clippy::cast_precision_loss, reason = "a run is shorter than 2^52 ms")]
            Self::Event(event) => Some(event.at_ms as f64),
            Self::ComparisonEnd { at_ms, .. } | Self::End { at_ms, .. } => Some(*at_ms),
        }
    }
}

/// What a run is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunHeader {
    /// [`JOURNAL_VERSION`] of the writer.
    pub journal_version: u32,
    /// Version of greenroom.
    pub greenroom: String,
    /// Name of the run's folder.
    pub run_id: String,
    /// When it began, RFC 3339, UTC.
    pub started_at: String,
    /// The seed of everything random.
    pub seed: u64,
    /// What was tested.
    pub target: TargetInfo,
    /// The machine.
    pub host: HostInfo,
    /// The browser; absent where no scenario needs one.
    pub browser: Option<BrowserInfo>,
    /// The SDK under test.
    pub sdk: SdkManifest,
}

/// What was tested, as every verdict names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TargetInfo {
    /// `local` for the local stack; otherwise a deployment.
    pub kind: TargetKind,
    /// In words, e.g. `local stack, this machine`.
    pub label: String,
    /// The SDK's URL.
    pub sdk_url: String,
}

/// Local stack or deployment: a local pass is never worded as leave to ship.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TargetKind {
    /// The emulator on loopback.
    Local,
    /// Something deployed.
    Deployed,
}

/// The machine that measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HostInfo {
    /// Operating system and kernel.
    pub os: String,
    /// CPU model.
    pub cpu: String,
    /// Logical cores.
    pub cores: u32,
    /// Memory in bytes.
    pub memory_bytes: u64,
}

/// The browser that measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BrowserInfo {
    /// `chromium`, `headless-shell`, or a path's file name.
    pub kind: String,
    /// Product and version.
    pub version: String,
    /// Driver and version.
    pub driver_version: String,
    /// Whether it had a window.
    pub headed: bool,
    /// The switches that greenroom started it with; the driver adds its own.
    pub switches: Vec<String>,
}

/// One page load with its place in the comparison.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// Index of the plan.
    pub plan: usize,
    /// Index of the comparison in it.
    pub comparison: usize,
    /// Block (pair) number; the warm-up is block 0.
    pub block: u32,
    /// 0 for the first load of the block, 1 for the second.
    pub position: u32,
    /// The arm.
    pub arm: Arm,
    /// What the arm loads.
    pub variant: PageVariant,
    /// Whether it belongs to the discarded warm-up.
    pub warmup: bool,
    /// Time since the run began when the load was over, ms.
    pub at_ms: f64,
    /// What became of the load.
    pub classification: Classification,
    /// Why, in a sentence, where it is not `ready`.
    pub reason: Option<String>,
    /// `None` where the SDK never became ready.
    pub sdk_ready_ms: Option<f64>,
    /// From the start of the navigation to `audioVideoDidStart`, ms; `None` where the page never
    /// got into the call, or was not meant to. A load that should have got there and did not is
    /// not `ready`.
    #[serde(default)]
    pub connected_ms: Option<f64>,
    /// Number of the browser session in the run, from 1.
    pub session: u32,
    /// What was observed; absent where the environment failed before anything could be.
    pub load: Option<Box<PageLoad>>,
}

impl Sample {
    /// The time that a comparison of this metric is about; `None` where the load never got there.
    pub fn measured(&self, metric: SampleMetric) -> Option<f64> {
        match metric {
            SampleMetric::SdkReady => self.sdk_ready_ms,
            SampleMetric::Connected => self.connected_ms,
        }
    }
}

/// What became of a page load.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Classification {
    /// The SDK was ready before the page's timer.
    Ready,
    /// The page's timer fired, and the SDK became ready later.
    Slow,
    /// Never ready, and no error to show for it.
    TimedOut,
    /// The SDK ran, and its global is missing.
    Undefined,
    /// CORS, SRI, MIME type or CSP kept it out.
    Blocked,
    /// The server answered with an error status.
    Refused,
    /// The file ended early.
    Truncated,
    /// DNS, TLS or connection failed.
    Unreachable,
    /// The page's own code failed.
    PageError,
    /// The SDK was ready, and the page never got into the call that it was to join.
    NotConnected,
    /// Browser, driver or harness failed: says nothing of the product.
    EnvironmentError,
}

impl Classification {
    /// Its name in a sentence.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Slow => "slow",
            Self::TimedOut => "timed out",
            Self::Undefined => "undefined",
            Self::Blocked => "blocked",
            Self::Refused => "refused",
            Self::Truncated => "truncated",
            Self::Unreachable => "unreachable",
            Self::PageError => "page error",
            Self::NotConnected => "not connected",
            Self::EnvironmentError => "environment error",
        }
    }
}

/// Asked and measured, for one condition and block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ThrottleProof {
    /// Index of the plan.
    pub plan: usize,
    /// Index of the comparison in it.
    pub comparison: usize,
    /// Block that it stands for.
    pub block: u32,
    /// Time since the run began, ms.
    pub at_ms: f64,
    /// What was measured.
    pub reading: ThrottleReading,
}

/// What a throttle probe measured; `None` where nothing was asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ThrottleReading {
    /// Throttled over unthrottled time of the same busy loop in the same context.
    pub cpu_ratio: Option<f64>,
    /// Median round trip over a warm connection, ms.
    pub rtt_ms: Option<f64>,
    /// Throughput of one body, kbit/s.
    pub down_kbps: Option<f64>,
}

/// One try of a request with its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExchangeRecord {
    /// Index of the plan.
    pub plan: usize,
    /// Index of the request in it.
    pub request: usize,
    /// Which try, from 1.
    pub attempt: u32,
    /// Time since the run began, ms.
    pub at_ms: f64,
    /// What came of it.
    pub outcome: ExchangeOutcome,
}

/// An answer or none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExchangeOutcome {
    /// The server answered.
    Answer(Box<Exchange>),
    /// It did not.
    Failure(ExchangeFailure),
    /// The request was not sent, e.g. for want of the header before it that it quotes.
    NotSent(String),
    /// A page was loaded.
    Load(Box<LoadRecord>),
    /// A handshake was tried.
    Handshake(Handshake),
}

/// What came of one load of a page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoadRecord {
    /// Which page.
    pub variant: PageVariant,
    /// How its HTML came to the browser.
    pub delivery: Delivery,
    /// What became of it, and why.
    #[serde(flatten)]
    pub classified: Classified,
    /// What was observed; absent where the environment failed before anything could be.
    pub load: Option<PageLoad>,
}

/// How busy the host was over the last interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HostLoad {
    /// Time since the run began, ms.
    pub at_ms: f64,
    /// One-minute load average.
    pub load_average: f64,
    /// Share of CPU time stolen by the hypervisor, percent.
    pub steal_percent: f64,
    /// Share of CPU time that was not idle, percent.
    pub busy_percent: f64,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Time since the run began, whole ms.
    pub at_ms: u64,
    /// What: `session_started`, `session_lost`, `proof_failed`, `picture_lost`, `screenshot_lost`,
    /// `edge_log_lost`, `resumed` or `journal_cut`.
    pub kind: String,
    /// In a sentence.
    pub detail: String,
}

/// Why a comparison stopped sampling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StopReason {
    /// Everything that was asked is decided.
    Resolved,
    /// `at_most` pairs were made.
    AtMost,
    /// `within` ran out.
    Within,
    /// Too many environment errors in a row.
    Environment,
    /// A signal.
    Interrupted,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RunEnd {
    /// All plans were carried out.
    Finished,
    /// SIGINT.
    Interrupted,
    /// SIGTERM.
    Terminated,
}

impl RunEnd {
    /// The exit code after a signal, by the shell's convention of 128 and its number.
    pub fn signal_code(self) -> Option<u8> {
        match self {
            Self::Finished => None,
            Self::Interrupted => Some(130),
            Self::Terminated => Some(143),
        }
    }
}
