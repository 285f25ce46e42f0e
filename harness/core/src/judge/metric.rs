//! What a load shows of a metric.

use greenroom_model::PageLoad;

use crate::journal::{Classification, Sample};
use crate::plan::{Metric, SampleMetric};

/// A metric of one load.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Observed {
    /// Seen, in ms or bytes.
    Value(f64),
    /// It did not come to an end before the timeout.
    Censored,
    /// The browser did not tell, or the page has no such thing.
    Missing,
}

impl Observed {
    fn of(value: Option<f64>) -> Self {
        match value {
            Some(value) if value.is_finite() && value >= 0.0 => Self::Value(value),
            _ => Self::Missing,
        }
    }
}

/// What a sample shows of a metric.
///
/// A load that never became ready, or never got into the call, is never left out of a time: what
/// it did not reach counts as cut off at the timeout, or the arm that loses its slowest loads
/// would be rewarded.
pub(super) fn observe(metric: Metric, sample: &Sample) -> Observed {
    let reached = match metric {
        Metric::SdkReady => Some(SampleMetric::SdkReady),
        Metric::Connected => Some(SampleMetric::Connected),
        _ => None,
    };
    if let Some(reached) = reached {
        return match sample.measured(reached) {
            Some(ms) if ms.is_finite() && ms >= 0.0 => Observed::Value(ms),
            _ => Observed::Censored,
        };
    }
    let Some(load) = sample.load.as_deref() else {
        return Observed::Missing;
    };
    let fetches_sdk = sample.variant != greenroom_model::PageVariant::Inline;
    let never_ready = sample.sdk_ready_ms.is_none();
    let seen = Observed::of(value(metric, load));
    match (seen, metric) {
        (Observed::Missing, Metric::SdkWait | Metric::SdkFetch) if never_ready && fetches_sdk => {
            Observed::Censored
        }
        (Observed::Missing, Metric::Document) if never_ready => Observed::Censored,
        _ => seen,
    }
}

/// The value of a metric in ms or bytes, as far as the browser tells.
pub(super) fn value(metric: Metric, load: &PageLoad) -> Option<f64> {
    match metric {
        Metric::SdkReady => load.sdk_ready_ms,
        // What the page did after its load is the sample's to say.
        Metric::Connected | Metric::Failures => None,
        Metric::SdkWait => sdk_wait(load),
        Metric::SdkFetch => {
            let script = load.script.as_ref()?;
            (script.response_end > 0.0).then_some(script.response_end - script.start_time)
        }
        Metric::Document => {
            let document = load.document.as_ref()?;
            Some(document.resource.response_end).filter(|end| *end > 0.0)
        }
        Metric::Compile => load.page_metrics.map(|metrics| metrics.compile_ms),
        Metric::Script => load.page_metrics.map(|metrics| metrics.script_ms),
        Metric::LongTasks => Some(load.long_tasks.iter().map(|task| task.duration).sum()),
        Metric::JsHeap => load
            .js_heap
            .map(|heap| heap.used_size + heap.backing_storage_size),
    }
}

/// `responseStart - requestStart`; both are 0 where `Timing-Allow-Origin` is missing.
fn sdk_wait(load: &PageLoad) -> Option<f64> {
    let script = load.script.as_ref()?;
    (script.request_start > 0.0 && script.response_start > 0.0)
        .then_some(script.response_start - script.request_start)
}

/// Whether a load says something of the product.
pub(super) fn counts(sample: &Sample) -> bool {
    !sample.warmup && sample.classification != Classification::EnvironmentError
}
