//! One condition: the decision, its setting and its pictures, and the tables beside them.

use greenroom_core::journal::Classification;
use greenroom_core::plan::{Arm, SampleMetric};
use greenroom_core::results::{ArmResult, ComparisonResult, SampleRow};
use serde::Serialize;

use super::tables::{
    FailureRow, PhaseRow, Throttle, failures, medians, phase_rows, quantiles, throttled,
};
use crate::chart::{Figure, distribution, interval, phases};
use crate::format;
use crate::untrusted::{LINE, SENTENCE, shown};
use crate::wording::{self, Badge};

/// One condition's section.
#[derive(Debug, Serialize)]
pub(crate) struct Comparison {
    anchor: String,
    id: String,
    badge: Badge,
    sentence: String,
    /// What is timed, after "until".
    until: &'static str,
    /// Of a load that did not get so far, after "some load".
    never: &'static str,
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
            until: wording::until(comparison.metric),
            never: wording::never(comparison.metric),
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
pub(super) fn name(of: &ArmResult, other: &ArmResult) -> String {
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
                .map(|sample| measured(sample, comparison.metric))
                .filter(|time| time.is_none_or(f64::is_finite))
                .collect(),
            median: arm.p50,
            upper: arm.p75,
        })
        .collect();
    let until = wording::until(comparison.metric);
    Figure::draw(|frame| distribution::picture(&rows, until, as_ms(comparison.timeout_ms), frame))
}

/// The time of a load that is compared.
fn measured(sample: &SampleRow, metric: SampleMetric) -> Option<f64> {
    match metric {
        SampleMetric::SdkReady => sample.sdk_ready_ms,
        SampleMetric::Connected => sample.connected_ms,
    }
}

/// The loads of an arm that say something of the product.
fn counted(comparison: &ComparisonResult, arm: Arm) -> impl Iterator<Item = &SampleRow> {
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
        "Time until {}. Bar: median; box: the middle half. Not shown: {}",
        wording::until(comparison.metric),
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
