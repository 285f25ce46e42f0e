//! Timing entries in the field names of Navigation Timing, Resource Timing and Long Tasks.
//!
//! All times are ms since the document's `timeOrigin`; 0 means that the browser withheld the
//! value or the phase did not happen (Resource Timing, section 4.5).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `PerformanceResourceTiming`; for the document, the members that `PerformanceNavigationTiming`
/// shares with it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ResourceTiming {
    /// The resource's URL.
    pub name: String,
    /// When the fetch was queued.
    pub start_time: f64,
    /// When the browser was ready to fetch.
    pub fetch_start: f64,
    /// Name resolution began.
    pub domain_lookup_start: f64,
    /// Name resolution ended.
    pub domain_lookup_end: f64,
    /// The connection attempt began.
    pub connect_start: f64,
    /// The TLS handshake began.
    pub secure_connection_start: f64,
    /// The connection stood.
    pub connect_end: f64,
    /// The request was sent.
    pub request_start: f64,
    /// The first byte of the answer arrived.
    pub response_start: f64,
    /// The last byte arrived.
    pub response_end: f64,
    /// Body and headers as sent; 0 on a cache hit.
    pub transfer_size: u64,
    /// Body with its content codings on.
    pub encoded_body_size: u64,
    /// Body with its content codings undone.
    pub decoded_body_size: u64,
    /// ALPN protocol, e.g. `h2`.
    pub next_hop_protocol: String,
    /// Status of the answer, where the browser tells.
    pub response_status: u16,
    /// `cache` on an HTTP cache hit, empty otherwise.
    pub delivery_type: String,
    /// MIME type, where the browser tells.
    pub content_type: String,
    /// `Server-Timing` entries.
    pub server_timing: Vec<ServerTiming>,
}

/// One entry of `Server-Timing`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ServerTiming {
    /// Metric name.
    pub name: String,
    /// `dur`, in ms.
    pub duration: f64,
    /// `desc`.
    pub description: String,
}

/// What `PerformanceNavigationTiming` has beyond the fetch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct DocumentTiming {
    /// The fetch of the document.
    #[serde(flatten)]
    pub resource: ResourceTiming,
    /// The parser was done.
    pub dom_interactive: f64,
    /// `DOMContentLoaded` handlers were done.
    pub dom_content_loaded_event_end: f64,
    /// The load event began.
    pub load_event_start: f64,
    /// The load event's handlers were done.
    pub load_event_end: f64,
}

/// A task of 50 ms or more on the main thread (Long Tasks API).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LongTask {
    /// When it began.
    pub start_time: f64,
    /// How long it ran, ms.
    pub duration: f64,
}
