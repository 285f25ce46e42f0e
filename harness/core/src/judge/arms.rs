//! One arm's figures, and its loads row by row.

use greenroom_model::{PageLoad, PageVariant};

use super::evidence::Evidence;
use super::metric::{counts, value};
use super::phases::phases;
use crate::classify::cache_proof;
use crate::journal::{Classification, Sample};
use crate::plan::{Arm, Comparison, Metric};
use crate::results::{ArmResult, Medians, Quantile, SampleRow};
use crate::statistics::{self, Alpha, QuantileEstimate, median, upper_bound};

/// The figures of one arm.
pub(super) fn arm_result(
    comparison: &Comparison,
    evidence: &Evidence,
    samples: &[&Sample],
    arm: Arm,
) -> ArmResult {
    let loads: Vec<&Sample> = samples
        .iter()
        .copied()
        .filter(|sample| sample.arm == arm && counts(sample))
        .collect();
    let (failures, count) = evidence.failures(arm);
    let measured = evidence.sample_of(arm, comparison.metric.into());
    let quantile = |share| {
        let (sample, _) = measured.as_ref()?;
        Some(match sample.quantile(share) {
            QuantileEstimate::Value(value) => Quantile::Value(value),
            QuantileEstimate::Above(timeout) => Quantile::Above(timeout),
        })
    };
    ArmResult {
        arm,
        variant: comparison.variant(arm),
        loads: u32::try_from(count).unwrap_or(u32::MAX),
        classifications: classifications(samples, arm),
        failures: u32::try_from(failures).unwrap_or(u32::MAX),
        // More failures than loads cannot be: the bound is then the widest.
        failures_upper: upper_bound(failures, count, Alpha::FIVE_PERCENT).unwrap_or(1.0),
        p50: quantile(statistics::Quantile::P50),
        p75: quantile(statistics::Quantile::P75),
        p95: quantile(statistics::Quantile::P95),
        medians: medians(&loads),
        phases: phases(&loads),
    }
}

/// How many of each, environment errors included, the warm-up not.
fn classifications(samples: &[&Sample], arm: Arm) -> Vec<(Classification, u32)> {
    let mut counted = std::collections::BTreeMap::new();
    for sample in samples {
        if sample.arm == arm && !sample.warmup {
            *counted.entry(sample.classification).or_insert(0) += 1;
        }
    }
    counted.into_iter().collect()
}

fn medians(loads: &[&Sample]) -> Medians {
    let of = |metric| {
        median(
            loads
                .iter()
                .filter_map(|load| value(metric, load.load.as_deref()?)),
        )
    };
    #[expect(clippy::cast_precision_loss, reason = "a file is far below 2^53 bytes")]
    let bytes = |bytes: u64| bytes as f64;
    Medians {
        sdk_wait_ms: of(Metric::SdkWait),
        sdk_fetch_ms: of(Metric::SdkFetch),
        compile_ms: of(Metric::Compile),
        script_ms: of(Metric::Script),
        long_tasks_ms: of(Metric::LongTasks),
        js_heap_bytes: of(Metric::JsHeap),
        sdk_transfer_bytes: median(
            loads
                .iter()
                .filter_map(|load| transfer_bytes(load.load.as_deref()?, load.variant).map(bytes)),
        ),
    }
}

/// Bytes over the wire for the SDK: Resource Timing's, where the page may see them, otherwise
/// the network stack's.
fn transfer_bytes(load: &PageLoad, variant: PageVariant) -> Option<u64> {
    if variant == PageVariant::Inline {
        return None;
    }
    if let Some(script) = &load.script
        && (script.transfer_size > 0 || script.decoded_body_size > 0)
    {
        return Some(script.transfer_size);
    }
    load.network
        .iter()
        .rev()
        .find(|request| request.resource_type == "Script")
        .map(|request| request.encoded_data_length)
}

/// One load as a row of the report.
pub(super) fn row(sample: &Sample) -> SampleRow {
    let load = sample.load.as_deref();
    let of = |metric| load.and_then(|load| value(metric, load));
    SampleRow {
        block: sample.block,
        position: sample.position,
        arm: sample.arm,
        warmup: sample.warmup,
        classification: sample.classification,
        reason: sample.reason.clone(),
        sdk_ready_ms: sample.sdk_ready_ms,
        connected_ms: sample.connected_ms,
        sdk_wait_ms: of(Metric::SdkWait),
        sdk_fetch_ms: of(Metric::SdkFetch),
        sdk_transfer_bytes: load.and_then(|load| transfer_bytes(load, sample.variant)),
        protocol: load
            .and_then(|load| load.script.as_ref())
            .map(|script| script.next_hop_protocol.clone())
            .filter(|protocol| !protocol.is_empty()),
        cache_proof: load.map_or_else(
            || "not observed".to_owned(),
            |load| cache_proof(load, sample.variant),
        ),
        session: sample.session,
    }
}
