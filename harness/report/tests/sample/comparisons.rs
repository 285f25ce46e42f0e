//! Comparisons: one equivalent, one with every kind of failure, one without an answer.

use greenroom_core::journal::{Classification, StopReason, ThrottleReading};
use greenroom_core::plan::{Arm, SampleMetric, Sampling, Stop};
use greenroom_core::results::{
    Answer, ArmResult, ComparisonResult, Decision, Interval, Medians, Phase, Quantile, SampleRow,
    ThrottleResult,
};
use greenroom_model::{CacheRegime, Delivery, DeviceProfile, NetworkProfile, PageVariant};

use super::{HOSTILE, LOCAL};

pub(crate) fn equal() -> ComparisonResult {
    ComparisonResult {
        id: "webview, desktop, unthrottled, cold".to_owned(),
        device: device("desktop", 1.0),
        network: network("unthrottled", None),
        cache: CacheRegime::Cold,
        delivery: Delivery::Webview,
        sampling: sampling(),
        timeout_ms: 75_000,
        metric: SampleMetric::SdkReady,
        decision: Decision {
            answer: Answer::Equivalent,
            sentence: format!(
                "The CDN is equivalent to inline: +0.8%, 95% interval −6.1% to +7.1%, 31 pairs, on {LOCAL}."
            ),
            pairs: 31,
            ratio: Some(1.008),
            interval: Some(Interval { lo: 0.939, hi: 1.071 }),
            median_ratio: Some(1.011),
            median_ratio_interval: Some(Interval { lo: 0.97, hi: 1.05 }),
            shift_ms: Some(2.4),
            restricted_mean: false,
            more_pairs: None,
        },
        baseline: ArmResult {
            failures: 0,
            failures_upper: 0.092,
            phases: phases(&[("document", 4.0), ("compile and run", 246.0)]),
            medians: Medians {
                compile_ms: Some(11.2),
                script_ms: Some(104.0),
                long_tasks_ms: Some(161.0),
                js_heap_bytes: Some(9_812_000.0),
                ..Medians::default()
            },
            ..arm(Arm::Baseline, PageVariant::Inline, 31, [250.0, 271.0, 312.0])
        },
        candidate: ArmResult {
            failures_upper: 0.092,
            phases: phases(&[
                ("document", 4.0),
                ("SDK connect", 12.0),
                ("SDK wait", 9.0),
                ("SDK download", 31.0),
                ("compile and run", 196.0),
            ]),
            ..arm(Arm::Candidate, PageVariant::Cdn, 31, [252.0, 268.0, 344.0])
        },
        throttle: None,
        biases: vec![
            "The HTML is on the device in both arms, so the inline arm's own transfer is not in its time.".to_owned(),
        ],
        stopped: Some(StopReason::Resolved),
        samples: rows(31, 250.0, 252.0, |block, arm| {
            if block == 17 && arm == Arm::Baseline {
                Classification::EnvironmentError
            } else {
                Classification::Ready
            }
        }),
    }
}

pub(crate) fn faster_with_timeouts() -> ComparisonResult {
    let every = [
        Classification::Slow,
        Classification::TimedOut,
        Classification::Undefined,
        Classification::Blocked,
        Classification::Refused,
        Classification::Truncated,
        Classification::Unreachable,
        Classification::PageError,
    ];
    let mut comparison = ComparisonResult {
        id: "https, low-end-mobile, slow-4g, cold".to_owned(),
        device: device("low-end-mobile", 6.0),
        network: network("slow-4g", Some(1_600.0)),
        delivery: Delivery::Https,
        decision: Decision {
            answer: Answer::Faster,
            sentence: format!(
                "The CDN is faster than inline: −31.2%, 95% interval −38.5% to −23.1% (restricted mean), 32 pairs, on {LOCAL}."
            ),
            pairs: 32,
            ratio: Some(0.688),
            interval: Some(Interval { lo: 0.615, hi: 0.769 }),
            median_ratio: Some(0.672),
            median_ratio_interval: Some(Interval { lo: 0.61, hi: 0.75 }),
            shift_ms: Some(-2_840.0),
            restricted_mean: true,
            more_pairs: None,
        },
        baseline: ArmResult {
            classifications: vec![(Classification::Ready, 32)],
            failures_upper: 0.089,
            phases: phases(&[
                ("document", 6_410.0),
                ("compile and run", 2_420.0),
            ]),
            ..arm(Arm::Baseline, PageVariant::Inline, 32, [8_830.0, 9_120.0, 9_640.0])
        },
        candidate: ArmResult {
            classifications: std::iter::once((Classification::Ready, 24))
                .chain(every.map(|classification| (classification, 1)))
                .collect(),
            failures: 8,
            failures_upper: 0.407,
            p95: Some(Quantile::Above(75_000.0)),
            phases: phases(&[
                ("document", 190.0),
                ("SDK connect", 470.0),
                ("SDK wait", 165.0),
                ("SDK download", 2_950.0),
                ("compile and run", 2_260.0),
            ]),
            ..arm(Arm::Candidate, PageVariant::Cdn, 32, [6_035.0, 7_020.0, 0.0])
        },
        throttle: Some(ThrottleResult {
            measured: ThrottleReading {
                cpu_ratio: Some(5.83),
                rtt_ms: Some(151.0),
                down_kbps: Some(1_574.0),
            },
            proofs: 12,
            holds: true,
            sentence: "CPU 6 times slower asked, 5.83 measured; round trip 150 ms asked, 151 ms measured; 1,600 kbit/s asked, 1,574 kbit/s measured.".to_owned(),
        }),
        biases: vec![
            "CDP throttling acts per request, above the socket: connection set-up is cheaper than on a real slow network, which favours the CDN.".to_owned(),
        ],
        stopped: Some(StopReason::Within),
        samples: rows(32, 8_830.0, 6_035.0, |block, arm| {
            match (arm, usize::try_from(block).ok().and_then(|block| every.get(block.wrapping_sub(5)))) {
                (Arm::Candidate, Some(&classification)) => classification,
                _ => Classification::Ready,
            }
        }),
        ..equal()
    };
    for row in &mut comparison.samples {
        if row.classification == Classification::PageError {
            row.reason = Some(HOSTILE.to_owned());
        }
    }
    comparison
}

pub(crate) fn broken_throttle() -> ComparisonResult {
    ComparisonResult {
        id: "webview, low-end-mobile, slow-3g, cold".to_owned(),
        device: device("low-end-mobile", 6.0),
        network: network("slow-3g", Some(400.0)),
        decision: Decision {
            answer: Answer::Error,
            sentence: format!("Not decided on {LOCAL}: the throttle did not hold."),
            pairs: 1,
            ratio: None,
            interval: None,
            median_ratio: None,
            median_ratio_interval: None,
            shift_ms: None,
            restricted_mean: false,
            more_pairs: Some(14),
        },
        baseline: ArmResult {
            p50: None,
            p75: None,
            p95: None,
            phases: Vec::new(),
            medians: Medians::default(),
            ..arm(Arm::Baseline, PageVariant::Inline, 1, [0.0; 3])
        },
        candidate: ArmResult {
            p50: None,
            p75: None,
            p95: None,
            phases: Vec::new(),
            medians: Medians::default(),
            ..arm(Arm::Candidate, PageVariant::CdnSri, 1, [0.0; 3])
        },
        throttle: Some(ThrottleResult {
            measured: ThrottleReading {
                cpu_ratio: Some(5.1),
                rtt_ms: Some(402.0),
                down_kbps: Some(512.0),
            },
            proofs: 1,
            holds: false,
            sentence: "400 kbit/s asked, 512 kbit/s measured: outside 10%.".to_owned(),
        }),
        stopped: None,
        samples: rows(1, 14_000.0, 12_000.0, |_, _| Classification::Ready),
        ..equal()
    }
}

fn device(name: &str, cpu_rate: f64) -> DeviceProfile {
    DeviceProfile {
        name: name.to_owned(),
        cpu_rate,
        width: 360,
        height: 740,
        device_scale_factor: 2.0,
        mobile: cpu_rate > 1.0,
    }
}

fn network(name: &str, down_kbps: Option<f64>) -> NetworkProfile {
    NetworkProfile {
        name: name.to_owned(),
        down_kbps,
        up_kbps: down_kbps.map(|kbps| kbps / 2.0),
        rtt_ms: down_kbps.map(|_| 150.0),
    }
}

fn sampling() -> Sampling {
    Sampling {
        at_least: 10,
        at_most: 40,
        within_ms: 90_000,
        stop: Stop::Resolved,
        equivalence: 0.1,
        alpha: 0.05,
    }
}

fn arm(arm: Arm, variant: PageVariant, loads: u32, quantiles: [f64; 3]) -> ArmResult {
    let [p50, p75, p95] = quantiles.map(|ms| Some(Quantile::Value(ms)));
    ArmResult {
        arm,
        variant,
        loads,
        classifications: vec![(Classification::Ready, loads)],
        failures: 0,
        failures_upper: 0.95,
        p50,
        p75,
        p95,
        medians: Medians {
            sdk_wait_ms: Some(9.1),
            sdk_fetch_ms: Some(52.4),
            compile_ms: Some(8.4),
            script_ms: Some(97.0),
            long_tasks_ms: Some(141.0),
            js_heap_bytes: Some(9_640_000.0),
            sdk_transfer_bytes: Some(302_172.0),
        },
        phases: Vec::new(),
    }
}

fn phases(stretches: &[(&str, f64)]) -> Vec<Phase> {
    stretches
        .iter()
        .map(|&(name, median_ms)| Phase {
            name: name.to_owned(),
            median_ms,
        })
        .collect()
}

/// A warm-up pair and `pairs` pairs around two medians, spread by a fixed rule.
pub(crate) fn rows(
    pairs: u32,
    baseline_ms: f64,
    candidate_ms: f64,
    became: impl Fn(u32, Arm) -> Classification,
) -> Vec<SampleRow> {
    let mut rows = Vec::new();
    for block in 0..=pairs {
        for (position, arm) in (0..).zip(Arm::BOTH) {
            let classification = became(block, arm);
            let median = match arm {
                Arm::Baseline => baseline_ms,
                Arm::Candidate => candidate_ms,
            };
            // The golden ratio's multiples fill (0, 1) evenly; the cube gathers them.
            let spread = (f64::from(block * 2 + u32::from(arm == Arm::Candidate))
                * 0.618_033_988_749_894_9)
                .fract()
                * 2.0
                - 1.0;
            let ready = median * (1.0 + 0.25 * spread.powi(3) + 0.04 * spread);
            let ms = match classification {
                Classification::Ready => Some(ready),
                Classification::Slow => Some(31_400.0),
                _ => None,
            };
            let fetched = arm == Arm::Candidate && ms.is_some();
            rows.push(SampleRow {
                block,
                position,
                arm,
                warmup: block == 0,
                classification,
                reason: (classification != Classification::Ready)
                    .then(|| format!("the load ended as {classification:?}, for a reason")),
                sdk_ready_ms: ms,
                connected_ms: None,
                sdk_wait_ms: fetched.then_some(9.1),
                sdk_fetch_ms: fetched.then_some(52.4 + spread),
                sdk_transfer_bytes: fetched.then_some(302_172),
                protocol: fetched.then(|| "h2".to_owned()),
                cache_proof: if arm == Arm::Candidate {
                    "network"
                } else {
                    "code cache: not applicable"
                }
                .to_owned(),
                session: 1 + block / 20,
            });
        }
    }
    rows
}
