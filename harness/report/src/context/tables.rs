//! The tables of one condition.

use std::collections::BTreeMap;

use greenroom_core::journal::Classification;
use greenroom_core::plan::Arm;
use greenroom_core::results::{ArmResult, ComparisonResult, ThrottleResult};
use serde::Serialize;

use super::comparison::name;
use crate::chart::phases;
use crate::format;
use crate::untrusted::{LINE, SENTENCE, shown};
use crate::wording::{self, Badge};

/// Different failures that are listed for a comparison; the raw loads have them all.
const FAILURES_AT_MOST: usize = 20;

/// One kind of failure in one arm.
#[derive(Debug, Serialize)]
pub(super) struct FailureRow {
    arm: String,
    became: &'static str,
    count: String,
    reason: String,
}

/// A phase with its number in the picture.
#[derive(Debug, Serialize)]
pub(super) struct PhaseRow {
    number: usize,
    class: &'static str,
    name: String,
    baseline: String,
    candidate: String,
}

/// Asked against measured.
#[derive(Debug, Serialize)]
pub(super) struct Throttle {
    badge: Badge,
    sentence: String,
    /// What, asked, measured.
    rows: Vec<[String; 3]>,
    proofs: String,
}

/// Quantiles of `sdk_ready` and what did not get ready: name, baseline, candidate.
pub(super) fn quantiles(comparison: &ComparisonResult) -> Vec<[String; 3]> {
    let both = |value: &dyn Fn(&ArmResult) -> String, name: &str| {
        [
            name.to_owned(),
            value(&comparison.baseline),
            value(&comparison.candidate),
        ]
    };
    vec![
        both(&|arm| format::quantile(arm.p50), "p50 (median)"),
        both(&|arm| format::quantile(arm.p75), "p75"),
        both(&|arm| format::quantile(arm.p95), "p95"),
        both(
            &|arm| {
                format!(
                    "{} of {}",
                    format::count(arm.failures.into()),
                    format::count(arm.loads.into())
                )
            },
            "Loads that were not ready",
        ),
        both(
            &|arm| format!("≤ {}", format::percent(arm.failures_upper)),
            "Failure bound (one-sided 95%)",
        ),
    ]
}

/// What failed in either arm, the most frequent first.
pub(super) fn failures(comparison: &ComparisonResult) -> Vec<FailureRow> {
    let mut kinds: BTreeMap<(Arm, Classification, &str), u32> = BTreeMap::new();
    for sample in comparison.samples.iter().filter(|sample| !sample.warmup) {
        if sample.classification != Classification::Ready {
            let reason = sample.reason.as_deref().unwrap_or(format::NOTHING);
            *kinds
                .entry((sample.arm, sample.classification, reason))
                .or_default() += 1;
        }
    }
    let mut kinds: Vec<_> = kinds.into_iter().collect();
    kinds.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    kinds
        .into_iter()
        .take(FAILURES_AT_MOST)
        .map(|((arm, classification, reason), count)| FailureRow {
            arm: match arm {
                Arm::Baseline => name(&comparison.baseline, &comparison.candidate),
                Arm::Candidate => name(&comparison.candidate, &comparison.baseline),
            },
            became: classification.in_words(),
            count: format::count(count.into()),
            reason: shown(reason, SENTENCE),
        })
        .collect()
}

/// The phases of both arms as one list in their common order, and the bars to draw.
pub(super) fn phase_rows(
    comparison: &ComparisonResult,
    names: [&String; 2],
) -> (Vec<PhaseRow>, Vec<phases::Bar>) {
    let arms = [&comparison.baseline, &comparison.candidate];
    let mut order: Vec<&str> = Vec::new();
    for arm in arms {
        // A phase that is new goes behind the one that it follows in its own arm.
        let mut behind = 0;
        for phase in &arm.phases {
            if let Some(at) = order.iter().position(|known| *known == phase.name) {
                behind = at + 1;
            } else {
                order.insert(behind, &phase.name);
                behind += 1;
            }
        }
    }
    let median = |arm: &ArmResult, name: &str| {
        arm.phases
            .iter()
            .find(|phase| phase.name == name)
            .map(|phase| phase.median_ms)
    };
    let rows = (1..)
        .zip(&order)
        .map(|(number, name)| PhaseRow {
            number,
            class: phases::class(number),
            name: shown(name, LINE),
            baseline: format::some_time(median(&comparison.baseline, name)),
            candidate: format::some_time(median(&comparison.candidate, name)),
        })
        .collect();
    let bars = arms
        .into_iter()
        .zip(names)
        .map(|(arm, label)| phases::Bar {
            label: label.clone(),
            stretches: (1..)
                .zip(&order)
                .filter_map(|(number, name)| Some((number, median(arm, name)?)))
                .filter(|(_, ms)| ms.is_finite() && *ms >= 0.0)
                .collect(),
        })
        .collect();
    (rows, bars)
}

/// Medians of what stands beside `sdk_ready`: name, baseline, candidate.
pub(super) fn medians(comparison: &ComparisonResult) -> Vec<[String; 3]> {
    let (baseline, candidate) = (&comparison.baseline.medians, &comparison.candidate.medians);
    let time = |name: &str, a: Option<f64>, b: Option<f64>| (name.to_owned(), a, b, false);
    let size = |name: &str, a: Option<f64>, b: Option<f64>| (name.to_owned(), a, b, true);
    [
        time(
            "Running JavaScript",
            baseline.script_ms,
            candidate.script_ms,
        ),
        time(
            "Compiling on the main thread",
            baseline.compile_ms,
            candidate.compile_ms,
        ),
        time(
            "Long tasks, in all",
            baseline.long_tasks_ms,
            candidate.long_tasks_ms,
        ),
        time(
            "Waiting for the SDK's first byte",
            baseline.sdk_wait_ms,
            candidate.sdk_wait_ms,
        ),
        time(
            "Fetching the SDK",
            baseline.sdk_fetch_ms,
            candidate.sdk_fetch_ms,
        ),
        size(
            "SDK over the wire",
            baseline.sdk_transfer_bytes,
            candidate.sdk_transfer_bytes,
        ),
        size(
            "JavaScript heap after a collection",
            baseline.js_heap_bytes,
            candidate.js_heap_bytes,
        ),
    ]
    .into_iter()
    .filter(|(_, a, b, _)| a.is_some() || b.is_some())
    .map(|(name, a, b, is_size)| {
        let print = |value: Option<f64>| match value {
            Some(value) if is_size => format::bytes(value),
            value => format::some_time(value),
        };
        [name, print(a), print(b)]
    })
    .collect()
}

/// The throttle, asked against measured.
pub(super) fn throttled(throttle: &ThrottleResult, comparison: &ComparisonResult) -> Throttle {
    let measured = &throttle.measured;
    let network = &comparison.network;
    let cpu = (comparison.device.cpu_rate > 1.0).then_some(comparison.device.cpu_rate);
    let rows = [
        ("CPU, times slower", cpu, measured.cpu_ratio, 2),
        ("Round trip, ms", network.rtt_ms, measured.rtt_ms, 1),
        (
            "Throughput down, kbit/s",
            network.down_kbps,
            measured.down_kbps,
            0,
        ),
    ]
    .into_iter()
    .filter(|(_, asked, measured, _)| asked.is_some() || measured.is_some())
    .map(|(name, asked, measured, decimals)| {
        let print = |value: Option<f64>| {
            value.map_or_else(
                || format::NOTHING.to_owned(),
                |value| format::number(value, decimals),
            )
        };
        [name.to_owned(), print(asked), print(measured)]
    })
    .collect();
    Throttle {
        badge: if throttle.holds {
            Badge {
                word: "holds",
                sign: "✓",
                class: "good",
            }
        } else {
            Badge {
                word: "does not hold",
                sign: "!",
                class: "broken",
            }
        },
        sentence: shown(&throttle.sentence, SENTENCE),
        rows,
        proofs: wording::counted(throttle.proofs, "proof", "proofs"),
    }
}
