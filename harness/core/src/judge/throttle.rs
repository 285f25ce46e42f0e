//! Whether the throttle that was asked for took effect, and what is known to be wrong with it.

use greenroom_model::{Delivery, PageVariant};

use crate::figures::{count, number};
use crate::journal::{ThrottleProof, ThrottleReading};
use crate::plan::Comparison;
use crate::results::ThrottleResult;
use crate::statistics::median;

/// Round trip and throughput may be off by this share on the run's median.
const NETWORK_TOLERANCE: f64 = 0.10;

/// The CPU ratio may be off by this share of the rate: contexts differ by that much on a host
/// with something else to do.
const CPU_TOLERANCE: f64 = 0.25;

/// Asked against measured, on the medians of all proofs; `None` where nothing is throttled.
pub(super) fn throttle(
    comparison: &Comparison,
    proofs: &[&ThrottleProof],
) -> Option<ThrottleResult> {
    if !comparison.is_throttled() {
        return None;
    }
    let of = |field: fn(&ThrottleReading) -> Option<f64>| {
        median(proofs.iter().filter_map(|proof| field(&proof.reading)))
    };
    let measured = ThrottleReading {
        cpu_ratio: of(|reading| reading.cpu_ratio),
        rtt_ms: of(|reading| reading.rtt_ms),
        down_kbps: of(|reading| reading.down_kbps),
    };
    let network = &comparison.network;
    let rate = comparison.slows_cpu().then_some(comparison.device.cpu_rate);
    let lines = [
        ("CPU", rate, measured.cpu_ratio, "x", 1, CPU_TOLERANCE),
        (
            "round trip",
            network.rtt_ms,
            measured.rtt_ms,
            " ms",
            0,
            NETWORK_TOLERANCE,
        ),
        (
            "throughput",
            network.down_kbps,
            measured.down_kbps,
            " kbit/s",
            0,
            NETWORK_TOLERANCE,
        ),
    ];
    let mut holds = true;
    let mut parts = Vec::new();
    for (what, asked, seen, unit, decimals, tolerance) in lines {
        let Some(asked) = asked else { continue };
        let within = seen.is_some_and(|seen| (seen / asked - 1.0).abs() <= tolerance);
        holds &= within;
        let seen = seen.map_or_else(
            || "nothing".to_owned(),
            |seen| format!("{}{unit}", number(seen, decimals)),
        );
        let verdict = if within { "" } else { " (outside)" };
        parts.push(format!(
            "{what} {}{unit} asked, {seen} measured{verdict}",
            number(asked, decimals)
        ));
    }
    let proofs = u32::try_from(proofs.len()).unwrap_or(u32::MAX);
    Some(ThrottleResult {
        measured,
        proofs,
        holds,
        sentence: format!(
            "{}; medians of {}",
            parts.join(", "),
            count(proofs, "proof")
        ),
    })
}

/// What is known to favour one arm: of CDP's throttling first, then of the delivery.
///
/// Only arms that differ in where the SDK comes from are treated differently.
pub(super) fn biases(comparison: &Comparison) -> Vec<String> {
    let inline = |variant| variant == PageVariant::Inline;
    if inline(comparison.baseline) == inline(comparison.candidate) {
        return Vec::new();
    }
    let mut biases = throttling_biases(comparison);
    if comparison.delivery == Delivery::Webview {
        biases.push(
            "webview delivery hands the document over through the debugger as base64, and a \
             page with the SDK inline is the larger one: its document phase is longer than on a \
             device, which favours the CDN"
                .to_owned(),
        );
    }
    biases
}

/// The biases that a verdict under throttling carries in its own line.
pub(super) fn throttling_biases(comparison: &Comparison) -> Vec<String> {
    let mut biases = Vec::new();
    if comparison.slows_cpu() {
        biases.push(
            "CDP throttles the CPU of the main thread only, and an external script is parsed in \
             the background at full speed, which favours the CDN"
                .to_owned(),
        );
    }
    if !comparison.network.is_unthrottled() {
        biases.push(
            "CDP's network throttling charges no TCP or TLS handshake, which favours the CDN"
                .to_owned(),
        );
    }
    biases
}
