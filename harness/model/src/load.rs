//! One load of the meeting page, as observed: no judgement.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::timing::{DocumentTiming, LongTask, ResourceTiming};

/// Everything that one page load showed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct PageLoad {
    /// How the observation ended.
    pub ended: LoadEnd,
    /// When the page first posted `SDK_READY`, in ms since `timeOrigin`; `None` if it never did.
    pub sdk_ready_ms: Option<f64>,
    /// When the page first said that it is in the call, in ms since `timeOrigin`; `None` if it
    /// never did, or nobody waited for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connected_ms: Option<f64>,
    /// All messages that the page posted to the app's channel.
    pub channel: Vec<ChannelMessage>,
    /// Origin of the document as the page sees it, e.g. `https://app.medzen.example` or `null`.
    pub origin: String,
    /// `isSecureContext`.
    pub secure_context: bool,
    /// The document's timing.
    pub document: Option<DocumentTiming>,
    /// The SDK file's timing; `None` for a page that fetches none.
    pub script: Option<ResourceTiming>,
    /// The element that brings the SDK, as the page wrote it; `None` for a page that fetches none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script_element: Option<ScriptElement>,
    /// What the SDK left behind in the page.
    pub sdk: SdkPresence,
    /// Tasks of 50 ms and more on the main thread.
    pub long_tasks: Vec<LongTask>,
    /// Time counters of the page (CDP `Performance.getMetrics`).
    pub page_metrics: Option<PageMetrics>,
    /// JavaScript heap after a forced collection.
    pub js_heap: Option<JsHeap>,
    /// V8 code cache, where the load was traced for it.
    pub code_cache: Option<CodeCache>,
    /// Console messages and browser log entries of level warning or error.
    pub console: Vec<ConsoleMessage>,
    /// Uncaught exceptions.
    pub exceptions: Vec<PageException>,
    /// Every request of the page, as the browser's network stack saw it.
    pub network: Vec<NetworkRequest>,
    /// Wall time of the whole sample on our side, ms: set-up, load, collection, tear-down.
    pub wall_ms: f64,
}

/// How the observation of a load ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LoadEnd {
    /// `SDK_READY` was posted and the load event was over; where the load went on until the page
    /// is in the call, it is.
    Ready,
    /// The load event was over and the page reported a failure of its own.
    Failed,
    /// Neither within the scenario's timeout.
    #[default]
    Deadline,
}

/// A message from the page to the app.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChannelMessage {
    /// When, in ms since `timeOrigin`.
    pub at_ms: f64,
    /// The message.
    pub message: String,
}

/// A `<script src>` of the page (HTML Standard, "The script element"), its attributes as they
/// were written, each at most 2,000 characters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ScriptElement {
    /// `src`, before it was resolved against the page's own address.
    pub src: String,
    /// `integrity`, where it has one.
    pub integrity: Option<String>,
    /// `crossorigin`, where it has one.
    pub crossorigin: Option<String>,
}

/// What the page's global scope shows of the SDK at the end of the load.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct SdkPresence {
    /// `typeof` of the global; `undefined` when it is missing.
    pub type_of_global: String,
    /// `typeof` of the symbol that decides readiness.
    pub type_of_ready_symbol: String,
    /// Required symbols that are missing.
    pub missing_symbols: Vec<String>,
    /// The version that the SDK itself reports.
    pub version: Option<String>,
}

/// Cumulated times from CDP `Performance.getMetrics`, in ms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PageMetrics {
    /// `ScriptDuration`: running JavaScript.
    pub script_ms: f64,
    /// `V8CompileDuration`: compiling on the main thread.
    pub compile_ms: f64,
    /// `TaskDuration`: all tasks of the main thread.
    pub task_ms: f64,
}

/// `Runtime.getHeapUsage` after `HeapProfiler.collectGarbage`, bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct JsHeap {
    /// Used heap.
    pub used_size: f64,
    /// Array buffers and external strings.
    pub backing_storage_size: f64,
}

/// What a trace says of V8's code cache for the SDK script.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CodeCache {
    /// `consumedCacheSize` in bytes; 0 if nothing was consumed.
    pub consumed_bytes: u64,
    /// Bytes produced during this load.
    pub produced_bytes: u64,
    /// Whether V8 rejected the cache that it was given.
    pub rejected: bool,
}

/// A console message or browser log entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ConsoleMessage {
    /// `error`, `warning`.
    pub level: String,
    /// CDP's source, e.g. `console-api`, `security`, `network`, `javascript`.
    pub source: String,
    /// Text, at most 2,000 characters.
    pub text: String,
    /// URL it belongs to, if any.
    pub url: Option<String>,
}

/// An exception that no code caught.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PageException {
    /// Text with its message, at most 2,000 characters.
    pub text: String,
    /// Script URL, if known.
    pub url: Option<String>,
    /// Line, counted from 1.
    pub line: Option<u32>,
}

/// One request as CDP's Network domain reports it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct NetworkRequest {
    /// URL; a `data:` URL is cut after its media type.
    pub url: String,
    /// CDP resource type, e.g. `Document`, `Script`.
    pub resource_type: String,
    /// When it was sent, ms since the navigation began.
    pub start_ms: f64,
    /// When it ended, if it did.
    pub end_ms: Option<f64>,
    /// Status, once the headers are in.
    pub status: Option<u16>,
    /// MIME type by the browser's reckoning.
    pub mime_type: Option<String>,
    /// Protocol, e.g. `h2`.
    pub protocol: Option<String>,
    /// Answer headers worth keeping for a diagnosis, lower-case names.
    pub headers: Vec<crate::exchange::Header>,
    /// Whether it came from the HTTP cache.
    pub from_cache: bool,
    /// Whether a throttling rule was reported as applied to it.
    pub throttled: bool,
    /// Bytes over the wire; of a request that did not end, those of its body so far.
    pub encoded_data_length: u64,
    /// When the last of its body came, ms since the navigation began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_data_ms: Option<f64>,
    /// The longest time that its body stood still between two parts of it, ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longest_pause_ms: Option<f64>,
    /// `errorText` of `Network.loadingFailed`, e.g. `net::ERR_CONNECTION_REFUSED`.
    pub error_text: Option<String>,
    /// `blockedReason` of `Network.loadingFailed`.
    pub blocked_reason: Option<String>,
    /// `corsErrorStatus.corsError` of `Network.loadingFailed`.
    pub cors_error: Option<String>,
    /// Whether it was cancelled.
    pub canceled: bool,
}
