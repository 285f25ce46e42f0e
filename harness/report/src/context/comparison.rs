//! One condition: the decision, its pictures and its tables.

use std::collections::BTreeMap;

use greenroom_core::journal::Classification;
use greenroom_core::plan::Arm;
use greenroom_core::results::{ArmResult, ComparisonResult, ThrottleResult};
use serde::Serialize;

use crate::chart::{Figure, distribution, interval, phases};
use crate::format;
use crate::untrusted::{LINE, SENTENCE, shown};
use crate::wording::{self, Badge};

/// Different failures that are listed for a comparison; the raw loads have them all.
const FAILURES_AT_MOST: usize = 20;

/// One condition's section.
#[derive(Debug, Serialize)]
pub(crate) struct Comparison {
    anchor: String,
    id: String,
    badge: Badge,
    sentence: String,
    restricted_mean: bool,
    /// Device, network, cache, delivery in words.
    setting: Vec<[String; 2]>,
    /// Names of the arms, as column heads.
    baseline: String,
    candidate: String,
    estimates: Vec<[String; 2]>,
    interval: Option<Figure>,
    distribution: Option<Figure>,
    distribution_note: String,
    /// Name, baseline, candidate.
    quantiles: Vec<[String; 3]>,
    failures: Vec<FailureRow>,
    phases: Option<Figure>,
    phase_rows: Vec<PhaseRow>,
    medians: Vec<[String; 3]>,
    throttle: Option<Throttle>,
    biases: Vec<String>,
    stopped: String,
    loads_anchor: String,
}

/// One kind of failure in one arm.
#[derive(Debug, Serialize)]
struct FailureRow {
    arm: String,
    became: &'static str,
    count: String,
    reason: String,
}

/// A phase with its number in the picture.
#[derive(Debug, Serialize)]
struct PhaseRow {
    number: usize,
    class: &'static str,
    name: String,
    baseline: String,
    candidate: String,
}

/// Asked against measured.
#[derive(Debug, Serialize)]
struct Throttle {
    badge: Badge,
    sentence: String,
    /// What, asked, measured.
    rows: Vec<[String; 3]>,
    proofs: String,
}

impl Comparison {
    /// The section of one comparison.
    pub(crate) fn of(anchor: String, comparison: &ComparisonResult) -> Self {
        let baseline = name(&comparison.baseline, &comparison.candidate);
        let candidate = name(&comparison.candidate, &comparison.baseline);
        let (phase_rows, bars) = phase_rows(comparison, [&baseline, &candidate]);
        Self {
            id: shown(&comparison.id, LINE),
            badge: wording::answer(comparison.decision.answer),
            sentence: shown(&comparison.decision.sentence, SENTENCE),
            restricted_mean: comparison.decision.restricted_mean,
            setting: setting(comparison),
            estimates: estimates(comparison),
            interval: Figure::draw(|frame| {
                interval::picture(
                    &comparison.decision,
                    comparison.sampling.equivalence,
                    comparison.sampling.alpha,
                    frame,
                )
            }),
            distribution: distribution_of(comparison, [&baseline, &candidate]),
            distribution_note: distribution_note(comparison),
            quantiles: quantiles(comparison),
            failures: failures(comparison),
            phases: Figure::draw(|frame| phases::picture(&bars, frame)),
            phase_rows,
            medians: medians(comparison),
            throttle: comparison
                .throttle
                .as_ref()
                .map(|throttle| throttled(throttle, comparison)),
            biases: comparison
                .biases
                .iter()
                .map(|bias| shown(bias, SENTENCE))
                .collect(),
            stopped: stopped(comparison),
            loads_anchor: format!("{anchor}-loads"),
            anchor,
            baseline,
            candidate,
        }
    }
}

/// `cdn (candidate)`.
fn name(of: &ArmResult, other: &ArmResult) -> String {
    let name = wording::arm_name(of, other);
    if of.variant == other.variant {
        name
    } else {
        format!("{name} ({})", wording::arm(of.arm))
    }
}

fn setting(comparison: &ComparisonResult) -> Vec<[String; 2]> {
    let device = &comparison.device;
    let network = &comparison.network;
    let kind = if device.mobile { "mobile" } else { "desktop" };
    let asked: Vec<String> = [
        network
            .down_kbps
            .map(|kbps| format!("{} kbit/s down", format::number(kbps, 0))),
        network
            .up_kbps
            .map(|kbps| format!("{} kbit/s up", format::number(kbps, 0))),
        network
            .rtt_ms
            .map(|ms| format!("round trip {}", format::time(ms))),
    ]
    .into_iter()
    .flatten()
    .collect();
    let row = |name: &str, value: String| [name.to_owned(), value];
    vec![
        row(
            "Device",
            format!(
                "{}: {kind}, {} × {}, CPU {}",
                shown(&device.name, LINE),
                device.width,
                device.height,
                if device.cpu_rate > 1.0 {
                    format!("{} times slower", format::number(device.cpu_rate, 2))
                } else {
                    "as it is".to_owned()
                }
            ),
        ),
        row(
            "Network",
            if asked.is_empty() {
                format!("{}: as it is", shown(&network.name, LINE))
            } else {
                format!("{}: {}", shown(&network.name, LINE), asked.join(", "))
            },
        ),
        row("Cache", wording::cache(comparison.cache).to_owned()),
        row(
            "Delivery",
            wording::delivery(comparison.delivery).to_owned(),
        ),
    ]
}

fn estimates(comparison: &ComparisonResult) -> Vec<[String; 2]> {
    let decision = &comparison.decision;
    let confidence = format::confidence(comparison.sampling.alpha);
    let mut rows = Vec::new();
    let mut row = |name: String, value: String| rows.push([name, value]);
    if let Some(ratio) = decision.ratio {
        let kind = if decision.restricted_mean {
            ", restricted mean"
        } else {
            ""
        };
        row(
            format!("Difference (geometric mean{kind})"),
            format::change(ratio),
        );
    }
    if let Some(interval) = decision.interval {
        row(
            format!("{confidence} interval of it"),
            format::change_interval(interval),
        );
    }
    if let Some(ratio) = decision.median_ratio {
        let interval = decision
            .median_ratio_interval
            .map(|interval| format!(" ({})", format::change_interval(interval)))
            .unwrap_or_default();
        row(
            "Difference of the medians (bootstrap interval)".to_owned(),
            format!("{}{interval}", format::change(ratio)),
        );
    }
    if let Some(shift) = decision.shift_ms {
        row(
            "Typical shift (Hodges-Lehmann)".to_owned(),
            format::time_difference(shift),
        );
    }
    row(
        "Equivalence margin".to_owned(),
        format::percent(comparison.sampling.equivalence),
    );
    row(
        "Complete pairs".to_owned(),
        format::count(decision.pairs.into()),
    );
    if let Some(more) = decision.more_pairs {
        row(
            "Pairs that would settle it, by estimate".to_owned(),
            format!("{} more", format::count(more.into())),
        );
    }
    rows
}

fn distribution_of(comparison: &ComparisonResult, names: [&String; 2]) -> Option<Figure> {
    let arms = [&comparison.baseline, &comparison.candidate];
    let rows: Vec<_> = arms
        .into_iter()
        .zip(names)
        .zip(["baseline", "candidate"])
        .map(|((arm, name), class)| distribution::Row {
            class,
            label: format!("{name}, median {}", format::quantile(arm.p50)),
            times: counted(comparison, arm.arm)
                .map(|sample| sample.sdk_ready_ms)
                .filter(|time| time.is_none_or(f64::is_finite))
                .collect(),
            median: arm.p50,
            upper: arm.p75,
        })
        .collect();
    Figure::draw(|frame| distribution::picture(&rows, as_ms(comparison.timeout_ms), frame))
}

/// The loads of an arm that say something of the product.
fn counted(
    comparison: &ComparisonResult,
    arm: Arm,
) -> impl Iterator<Item = &greenroom_core::results::SampleRow> {
    comparison.samples.iter().filter(move |sample| {
        sample.arm == arm
            && !sample.warmup
            && sample.classification != Classification::EnvironmentError
    })
}

fn distribution_note(comparison: &ComparisonResult) -> String {
    let left_out = comparison
        .samples
        .iter()
        .filter(|sample| {
            !sample.warmup && sample.classification == Classification::EnvironmentError
        })
        .count();
    let warmups = comparison
        .samples
        .iter()
        .filter(|sample| sample.warmup)
        .count();
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let mut note = format!(
        "Time until the SDK is ready. Bar: median; box: the middle half. Not shown: {}",
        wording::counted(number(warmups), "warm-up load", "warm-up loads"),
    );
    if left_out > 0 {
        note.push_str(" and ");
        note.push_str(&wording::counted(
            number(left_out),
            "load that the environment spoilt",
            "loads that the environment spoilt",
        ));
    }
    note.push('.');
    note
}

fn quantiles(comparison: &ComparisonResult) -> Vec<[String; 3]> {
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

fn failures(comparison: &ComparisonResult) -> Vec<FailureRow> {
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
            became: wording::classification(classification),
            count: format::count(count.into()),
            reason: shown(reason, SENTENCE),
        })
        .collect()
}

/// The phases of both arms as one list in their common order, and the bars to draw.
fn phase_rows(
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

fn medians(comparison: &ComparisonResult) -> Vec<[String; 3]> {
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

fn throttled(throttle: &ThrottleResult, comparison: &ComparisonResult) -> Throttle {
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

fn stopped(comparison: &ComparisonResult) -> String {
    let sampling = &comparison.sampling;
    format!(
        "Sampling ended {} ({}; at least {}, at most {}, within {}, stop: {}).",
        wording::stopped(comparison.stopped),
        wording::counted(comparison.decision.pairs, "complete pair", "complete pairs"),
        sampling.at_least,
        sampling.at_most,
        format::duration(as_ms(sampling.within_ms)),
        wording::stop(sampling.stop),
    )
}

#[expect(clippy::cast_precision_loss, reason = "exact below 2^53 ms")]
fn as_ms(ms: u64) -> f64 {
    ms as f64
}
