//! The versioned result model: what a run found, for the report, JUnit, Markdown and machines.
//!
//! Pure data; `judge` computes it from a journal. Times are ms, sizes bytes, rates fractions.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use greenroom_model::exchange::Handshake;
use greenroom_model::{
    CacheRegime, Delivery, DeviceProfile, Exchange, ExchangeFailure, NetworkProfile, PageVariant,
    SdkManifest,
};

use crate::diagnosis::Cause;
use crate::journal::{
    BrowserInfo, Classification, HostInfo, HostLoad, RunEnd, StopReason, TargetInfo,
    ThrottleReading,
};
use crate::plan::{Arm, At, SampleMetric, Sampling, Source};

mod meeting;

pub use self::meeting::{
    AskedMedia, CallTiming, LimitRow, MediaRow, MeetingResult, ParticipantResult, Picture, RowsRow,
    StatsPoint, StepRow, TimelineEvent, TimelineKind,
};

/// The version of `results.json`.
pub const RESULTS_VERSION: u32 = 1;

/// Everything that a run found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Results {
    /// [`RESULTS_VERSION`] of the writer.
    pub version: u32,
    /// Version of greenroom.
    pub greenroom: String,
    /// Name of the run's folder.
    pub run_id: String,
    /// RFC 3339, UTC.
    pub started_at: String,
    /// Wall time of the run, ms.
    pub duration_ms: f64,
    /// How the run ended; `None` for a journal that was cut off.
    pub ended: Option<RunEnd>,
    /// The seed.
    pub seed: u64,
    /// What was tested.
    pub target: TargetInfo,
    /// The machine.
    pub host: HostInfo,
    /// The browser, where one was used.
    pub browser: Option<BrowserInfo>,
    /// The SDK under test.
    pub sdk: SdkManifest,
    /// The worst of the gating verdicts, in the order fail, error, inconclusive, pass;
    /// `Skipped` if nothing was executed.
    pub outcome: Outcome,
    /// The first lines of the report.
    pub headline: Headline,
    /// How many of each.
    pub counts: Counts,
    /// Every check. Those that are only observed do not gate and are in no count.
    pub verdicts: Vec<Verdict>,
    /// Every claim.
    pub claims: Vec<ClaimResult>,
    /// Scenario by scenario.
    pub scenarios: Vec<ScenarioResult>,
    /// How busy the host was.
    pub host_load: Vec<HostLoad>,
    /// What a reader should know: sessions lost, loads that the environment spoilt, a journal
    /// that was cut or resumed, how busy the host was.
    pub notes: Vec<String>,
}

/// What became of a check. Failure is not error: `fail` is the product's, `error` is ours or
/// the environment's.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It holds.
    Pass,
    /// The product falls short.
    Fail,
    /// It could not be found out.
    Error,
    /// Not enough evidence.
    Inconclusive,
    /// It was not tried.
    Skipped,
}

/// The answer in the first lines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Headline {
    /// May this pass the gate? One sentence that names the target.
    pub gate: String,
    /// Is the candidate better, by how much, how sure: one sentence per comparison.
    pub answers: Vec<String>,
}

/// How many verdicts and claims of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[expect(
    missing_docs,
    reason = "each is the number of the outcome it is named after"
)]
pub struct Counts {
    pub pass: u32,
    pub fail: u32,
    pub error: u32,
    pub inconclusive: u32,
    pub skipped: u32,
    pub claims_confirmed: u32,
    pub claims_refuted: u32,
    pub claims_open: u32,
}

/// A check and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Verdict {
    /// What was checked, unique in the run: scenario title, condition or request, expectation.
    pub check: String,
    /// What became of it.
    pub outcome: Outcome,
    /// What was seen: figures with n and bound, and the known bias of the method where there
    /// is one. Names the target.
    pub evidence: String,
    /// Index of the scenario.
    pub scenario: usize,
    /// Where the expectation is written.
    pub at: Option<At>,
    /// Whether it is shown and does not gate: the scenario asks for a diagnosis instead.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub observed: bool,
}

/// A claim and where it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ClaimResult {
    /// Scenario title, condition, claim as written.
    pub claim: String,
    /// Where it stands.
    pub standing: Standing,
    /// What was seen.
    pub evidence: String,
    /// Index of the scenario.
    pub scenario: usize,
    /// Where it is written.
    pub at: At,
}

/// Where a claim stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The evidence is for it.
    Confirmed,
    /// The evidence is against it.
    Refuted,
    /// The evidence does not decide.
    Open,
}

/// One scenario's results.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScenarioResult {
    /// File and title.
    pub source: Source,
    /// Its comparisons.
    pub comparisons: Vec<ComparisonResult>,
    /// Its requests.
    pub requests: Vec<RequestResult>,
    /// Its meeting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meeting: Option<MeetingResult>,
    /// What is behind the checks that do not hold, the gravest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub diagnoses: Vec<DiagnosisResult>,
}

/// One thing that is wrong, and the checks that do not hold because of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DiagnosisResult {
    /// What it is.
    pub cause: Cause,
    /// In a sentence without its full stop: what is wrong, and what the user has of it.
    pub sentence: String,
    /// What to do about it.
    pub remedy: String,
    /// Indices into [`Results::verdicts`].
    pub explains: Vec<usize>,
}

/// One comparison's results.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ComparisonResult {
    /// The condition in words.
    pub id: String,
    /// Device class.
    pub device: DeviceProfile,
    /// Network class.
    pub network: NetworkProfile,
    /// Cache regime.
    pub cache: CacheRegime,
    /// How the HTML was delivered.
    pub delivery: Delivery,
    /// The rules of sampling.
    pub sampling: Sampling,
    /// After this long a load was over, ms.
    pub timeout_ms: u64,
    /// Which time of a load was compared: decision and quantiles are of it.
    #[serde(default)]
    pub metric: SampleMetric,
    /// The decision.
    pub decision: Decision,
    /// The arm that is there today.
    pub baseline: ArmResult,
    /// The arm that would replace it.
    pub candidate: ArmResult,
    /// Throttle asked against measured; `None` where nothing is throttled.
    pub throttle: Option<ThrottleResult>,
    /// What is known to favour one arm in this method.
    pub biases: Vec<String>,
    /// Why sampling ended; `None` where the run was cut off.
    pub stopped: Option<StopReason>,
    /// Every load, the warm-up included.
    pub samples: Vec<SampleRow>,
}

/// What the pairs say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Decision {
    /// What was decided of the candidate against the baseline.
    pub answer: Answer,
    /// In a sentence: by how much, how sure, on which target.
    pub sentence: String,
    /// Complete pairs.
    pub pairs: u32,
    /// exp(mean L) of the paired ratios; below 1 the candidate is faster.
    pub ratio: Option<f64>,
    /// Confidence sequence of that ratio at level 1 - alpha.
    pub interval: Option<Interval>,
    /// Median of the candidate over median of the baseline.
    pub median_ratio: Option<f64>,
    /// Its BCa bootstrap interval, resampled by block.
    pub median_ratio_interval: Option<Interval>,
    /// Hodges-Lehmann shift, candidate less baseline, ms.
    pub shift_ms: Option<f64>,
    /// Some load never got as far as was compared, so the ratio is one of restricted means.
    pub restricted_mean: bool,
    /// How many more pairs would settle it, by the present estimate.
    pub more_pairs: Option<u32>,
}

/// The regions of the confidence sequence, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The candidate is faster by more than the margin.
    Faster,
    /// The candidate is slower by more than the margin.
    Slower,
    /// Neither differs by more than the margin.
    Equivalent,
    /// Not decided.
    Inconclusive,
    /// It could not be found out, e.g. a throttle that did not hold.
    Error,
}

/// A closed interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Interval {
    /// Lower end.
    pub lo: f64,
    /// Upper end.
    pub hi: f64,
}

/// One arm's figures; the warm-up is not in them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ArmResult {
    /// Which side.
    pub arm: Arm,
    /// What it loads.
    pub variant: PageVariant,
    /// Loads that say something of the product (environment errors are not among them).
    pub loads: u32,
    /// How many of each classification.
    pub classifications: Vec<(Classification, u32)>,
    /// Loads that were not `ready`.
    pub failures: u32,
    /// Exact one-sided 95% upper bound of the failure rate (Clopper-Pearson).
    pub failures_upper: f64,
    /// Quantiles of what was compared, ms.
    pub p50: Option<Quantile>,
    /// 75th percentile.
    pub p75: Option<Quantile>,
    /// 95th percentile.
    pub p95: Option<Quantile>,
    /// Medians of what stands beside `sdk_ready`.
    pub medians: Medians,
    /// Where the time goes: medians of consecutive phases, in order.
    pub phases: Vec<Phase>,
}

/// A quantile, or that it lies beyond the timeout.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Quantile {
    /// ms.
    Value(f64),
    /// `> timeout`, ms.
    Above(f64),
}

/// Medians over an arm's loads; `None` where nothing was observed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Medians {
    /// `responseStart - requestStart` of the SDK's request, ms.
    pub sdk_wait_ms: Option<f64>,
    /// `responseEnd - startTime` of the SDK's request, ms.
    pub sdk_fetch_ms: Option<f64>,
    /// Compiling on the main thread, ms.
    pub compile_ms: Option<f64>,
    /// Running JavaScript, ms.
    pub script_ms: Option<f64>,
    /// Sum of long tasks, ms.
    pub long_tasks_ms: Option<f64>,
    /// Heap and backing storage after a collection, bytes.
    pub js_heap_bytes: Option<f64>,
    /// Bytes over the wire for the SDK.
    pub sdk_transfer_bytes: Option<f64>,
}

/// A stretch of the way to `sdk_ready`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Phase {
    /// Name, e.g. `document`, `SDK connect`, `SDK wait`, `SDK download`, `compile and run`.
    pub name: String,
    /// Median, ms.
    pub median_ms: f64,
}

/// Asked and measured throttle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ThrottleResult {
    /// Medians over the run.
    pub measured: ThrottleReading,
    /// Number of proofs.
    pub proofs: u32,
    /// Whether each is within its tolerance.
    pub holds: bool,
    /// In words, asked against measured.
    pub sentence: String,
}

/// One load, compactly.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SampleRow {
    /// Block number; the warm-up is block 0.
    pub block: u32,
    /// 0 or 1 within the block.
    pub position: u32,
    /// The arm.
    pub arm: Arm,
    /// Belongs to the discarded warm-up.
    pub warmup: bool,
    /// What became of it.
    pub classification: Classification,
    /// Why, where it is not `ready`.
    pub reason: Option<String>,
    /// ms; `None` where never.
    pub sdk_ready_ms: Option<f64>,
    /// Until the page was in the call, ms; `None` where never, or where it was not meant to be.
    #[serde(default)]
    pub connected_ms: Option<f64>,
    /// SDK `responseStart - requestStart`, ms.
    pub sdk_wait_ms: Option<f64>,
    /// SDK `responseEnd - startTime`, ms.
    pub sdk_fetch_ms: Option<f64>,
    /// Bytes over the wire for the SDK.
    pub sdk_transfer_bytes: Option<u64>,
    /// Protocol of the SDK's request.
    pub protocol: Option<String>,
    /// How the cache state was proved, e.g. `network`, `HTTP cache`, `code cache: 812 kB`,
    /// `code cache: not applicable`.
    pub cache_proof: String,
    /// Browser session in the run.
    pub session: u32,
}

/// One request's results.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RequestResult {
    /// What it is called.
    pub title: String,
    /// HTTP method; `LOAD` for a page and `TLS` for a handshake.
    pub method: String,
    /// URL.
    pub url: String,
    /// How often it was tried.
    pub attempts: u32,
    /// The answer that was judged.
    pub exchange: Option<Exchange>,
    /// Why there was none.
    pub failure: Option<ExchangeFailure>,
    /// The page load that was judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load: Option<LoadResult>,
    /// The handshake that was judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handshake: Option<Handshake>,
    /// Indices into [`Results::verdicts`].
    pub verdicts: Vec<usize>,
}

/// What a page made of what it was served.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LoadResult {
    /// Which page.
    pub variant: PageVariant,
    /// How its HTML was delivered.
    pub delivery: Delivery,
    /// What became of it.
    pub classification: Classification,
    /// Why, where it is not `ready`.
    pub reason: Option<String>,
    /// Until the first statement that may use the SDK, ms; `None` where never.
    pub sdk_ready_ms: Option<f64>,
    /// Protocol of the SDK's request.
    pub protocol: Option<String>,
    /// The version that the SDK says it is of.
    pub sdk_version: Option<String>,
    /// Whether the page was a secure context; `None` where it could not be asked.
    pub secure_context: Option<bool>,
    /// What the app was told, in order.
    pub channel: Vec<String>,
    /// What the browser's console says of warnings and errors.
    pub console: Vec<String>,
}

impl Results {
    /// The exit code of the design: 0 pass, 1 fail, 3 error, 4 inconclusive or nothing
    /// executed; 130 and 143 after a signal. `fail_on` says from where on it is not 0.
    pub fn exit_code(&self, fail_on: FailOn) -> u8 {
        if let Some(code) = self.ended.and_then(RunEnd::signal_code) {
            return code;
        }
        match self.outcome {
            Outcome::Fail => 1,
            Outcome::Error if fail_on >= FailOn::Error => 3,
            Outcome::Inconclusive | Outcome::Skipped if fail_on >= FailOn::Inconclusive => 4,
            Outcome::Pass | Outcome::Error | Outcome::Inconclusive | Outcome::Skipped => 0,
        }
    }
}

/// From which outcome on the exit code is not 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum FailOn {
    /// Only a failed check.
    Fail,
    /// A failed check or an error.
    Error,
    /// Also an inconclusive check.
    #[default]
    Inconclusive,
}
