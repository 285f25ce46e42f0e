//! Synthetic results that cover every outcome, answer, standing and classification, and hold
//! the texts that a hostile page or server would send. Nothing in them was measured.

use greenroom_core::journal::{
    BrowserInfo, Classification, HostInfo, HostLoad, RunEnd, StopReason, TargetInfo, TargetKind,
    ThrottleReading,
};
use greenroom_core::plan::{Arm, At, Sampling, Source, Stop};
use greenroom_core::results::{
    Answer, ArmResult, ClaimResult, ComparisonResult, Counts, Decision, Headline, Interval,
    Medians, Outcome, Phase, Quantile, RESULTS_VERSION, RequestResult, Results, SampleRow,
    ScenarioResult, Standing, ThrottleResult, Verdict,
};
use greenroom_model::exchange::ExchangeFailureKind;
use greenroom_model::{
    CacheRegime, Delivery, DeviceProfile, Exchange, ExchangeFailure, Header, NetworkProfile,
    PageVariant, SdkManifest,
};

/// What a hostile page would like to see in a report, unescaped.
pub(crate) const HOSTILE: &str = "</td></table><script>alert(\"1\")</script><img src=x onerror='alert(2)'> | `code` \u{202e}txt.exe\u{7}\r\nsecond line & שלום";

const LOCAL: &str = "local stack, this machine";

/// One run of two scenarios: three comparisons and three requests.
pub(crate) fn sample_results() -> Results {
    let verdicts = verdicts();
    let claims = claims();
    Results {
        version: RESULTS_VERSION,
        greenroom: "0.1.0".to_owned(),
        run_id: "2026-11-22T12-30-19Z-4f1c".to_owned(),
        started_at: "2026-11-22T12:30:19Z".to_owned(),
        duration_ms: 163_250.0,
        ended: Some(RunEnd::Finished),
        seed: 8_241_173,
        target: TargetInfo {
            kind: TargetKind::Local,
            label: LOCAL.to_owned(),
            sdk_url: "https://d111111abcdef8.cloudfront.net:40123/assets/chime-sdk-3.20.0.min.js"
                .to_owned(),
        },
        host: HostInfo {
            os: "Debian GNU/Linux 12, Linux 6.1".to_owned(),
            cpu: "AMD EPYC 7B13".to_owned(),
            cores: 2,
            memory_bytes: 8_331_300_864,
        },
        browser: Some(BrowserInfo {
            kind: "chromium".to_owned(),
            version: "Chromium 142.0.7444.59".to_owned(),
            driver_version: "ChromeDriver 142.0.7444.59".to_owned(),
            headed: false,
        }),
        sdk: SdkManifest {
            package: "amazon-chime-sdk-js".to_owned(),
            version: "3.20.0".to_owned(),
            file: "chime-sdk-3.20.0.min.js".to_owned(),
            bytes: 1_157_482,
            sha256: "9f".repeat(32),
            integrity: format!("sha384-{}", "Ab3/".repeat(16)),
            global: "ChimeSDK".to_owned(),
            symbols: vec![
                "DefaultMeetingSession".to_owned(),
                "ConsoleLogger".to_owned(),
            ],
            ready_symbol: "DefaultMeetingSession".to_owned(),
            version_expression: "Versioning.sdkVersion".to_owned(),
        },
        outcome: Outcome::Fail,
        headline: Headline {
            gate: format!("The gate is closed: 1 of 7 checks failed on {LOCAL}."),
            answers: vec![
                format!(
                    "The CDN is equivalent to inline (desktop, unthrottled, cold, webview): +0.8%, 95% interval −6.1% to +7.1%, 31 pairs, on {LOCAL}."
                ),
                format!(
                    "The CDN is faster than inline (low-end-mobile, slow-4g, cold, https): −31.2%, 95% interval −38.5% to −23.1%, 32 pairs, on {LOCAL}."
                ),
                format!(
                    "Not decided whether the CDN is better (low-end-mobile, slow-3g, cold, webview) on {LOCAL}: the throttle did not hold."
                ),
            ],
        },
        counts: Counts {
            pass: 3,
            fail: 1,
            error: 1,
            inconclusive: 1,
            skipped: 1,
            claims_confirmed: 1,
            claims_refuted: 1,
            claims_open: 1,
        },
        verdicts,
        claims,
        scenarios: vec![
            ScenarioResult {
                source: Source {
                    path: "scenarios/demo/sdk-loading.yaml".to_owned(),
                    title: "SDK load, inline against CDN".to_owned(),
                },
                comparisons: vec![equal(), faster_with_timeouts(), broken_throttle()],
                requests: Vec::new(),
            },
            ScenarioResult {
                source: Source {
                    path: "scenarios/demo/it's the cdn.yaml".to_owned(),
                    title: "The SDK file on the CDN".to_owned(),
                },
                comparisons: Vec::new(),
                requests: requests(),
            },
        ],
        host_load: (0..8)
            .map(|step| HostLoad {
                at_ms: f64::from(step) * 20_000.0,
                load_average: 0.4 + f64::from(step) * 0.1,
                steal_percent: if step == 3 { 2.5 } else { 0.1 },
                busy_percent: 35.0 + f64::from(step) * 4.0,
            })
            .collect(),
        notes: vec![
            "The browser session was lost once and started anew; one load is an environment error."
                .to_owned(),
            format!("A console message of the page: {HOSTILE}"),
        ],
    }
}

/// As [`sample_results`], with one comparison of `loads` loads, half of them per arm.
pub(crate) fn results_with_loads(loads: u32) -> Results {
    let mut results = sample_results();
    let comparison = &mut results.scenarios[0].comparisons[0];
    comparison.samples = rows(loads / 2, 250.0, 252.0, |_, _| Classification::Ready);
    comparison.decision.pairs = loads / 2;
    comparison.baseline.loads = loads / 2;
    comparison.candidate.loads = loads / 2;
    results
}

fn verdicts() -> Vec<Verdict> {
    let load = "SDK load, inline against CDN: ";
    let file = "The SDK file on the CDN: ";
    [
        (
            0,
            format!("{load}webview, desktop, unthrottled, cold: candidate.sdk_ready.p50 < 1s"),
            Outcome::Pass,
            format!("p50 is 252 ms, at most 263 ms (one-sided 95%), n = 31, on {LOCAL}"),
        ),
        (
            0,
            format!("{load}https, low-end-mobile, slow-4g, cold: candidate.failures < 10%"),
            Outcome::Fail,
            format!(
                "8 of 32 loads were not ready: at least 12.9% (exact, one-sided 95%), on {LOCAL}"
            ),
        ),
        (
            0,
            format!("{load}https, low-end-mobile, slow-4g, cold: candidate.sdk_ready.p95 < 8s"),
            Outcome::Inconclusive,
            format!("n = 32, and p95 needs 59 loads to be judged at all, on {LOCAL}"),
        ),
        (
            0,
            format!("{load}webview, low-end-mobile, slow-3g, cold: candidate.sdk_ready.p50 < 8s"),
            Outcome::Error,
            format!("the throttle did not hold: 400 kbit/s asked, 512 kbit/s measured, on {LOCAL}"),
        ),
        (
            1,
            format!("{file}GET the SDK: status 200"),
            Outcome::Pass,
            format!("200, on {LOCAL}"),
        ),
        (
            1,
            format!("{file}GET the SDK: cache-control has immutable"),
            Outcome::Pass,
            format!("public, max-age=31536000, immutable, on {LOCAL}"),
        ),
        (
            1,
            format!("{file}preflight: access-control-allow-origin is {HOSTILE}"),
            Outcome::Skipped,
            format!("there was no answer: {HOSTILE}"),
        ),
    ]
    .into_iter()
    .enumerate()
    .map(|(index, (scenario, check, outcome, evidence))| Verdict {
        check,
        outcome,
        evidence,
        scenario,
        at: Some(At {
            line: 14 + u32::try_from(index).unwrap(),
            column: 5,
        }),
    })
    .collect()
}

fn claims() -> Vec<ClaimResult> {
    [
        (
            "webview, desktop, unthrottled, cold: candidate.sdk_ready is faster than baseline.sdk_ready by 20%",
            Standing::Refuted,
            "the interval −6.1% to +7.1% lies above −20%",
        ),
        (
            "https, low-end-mobile, slow-4g, cold: candidate.sdk_ready is faster than baseline.sdk_ready by 20%",
            Standing::Confirmed,
            "the interval −38.5% to −23.1% lies below −20%",
        ),
        (
            "https, low-end-mobile, slow-4g, cold: candidate.js_heap.p50 < 20MB",
            Standing::Open,
            "no heap was read",
        ),
    ]
    .into_iter()
    .enumerate()
    .map(|(index, (claim, standing, evidence))| ClaimResult {
        claim: format!("SDK load, inline against CDN: {claim}"),
        standing,
        evidence: format!("{evidence}, on {LOCAL}"),
        scenario: 0,
        at: At {
            line: 31 + u32::try_from(index).unwrap(),
            column: 5,
        },
    })
    .collect()
}

fn equal() -> ComparisonResult {
    ComparisonResult {
        id: "webview, desktop, unthrottled, cold".to_owned(),
        device: device("desktop", 1.0),
        network: network("unthrottled", None),
        cache: CacheRegime::Cold,
        delivery: Delivery::Webview,
        sampling: sampling(),
        timeout_ms: 75_000,
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

fn faster_with_timeouts() -> ComparisonResult {
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

fn broken_throttle() -> ComparisonResult {
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

fn requests() -> Vec<RequestResult> {
    let url = "https://d111111abcdef8.cloudfront.net/assets/chime-sdk-3.20.0.min.js";
    let header = |name: &str, value: &str| Header {
        name: name.to_owned(),
        value: value.to_owned(),
    };
    vec![
        RequestResult {
            title: "GET the SDK".to_owned(),
            method: "GET".to_owned(),
            url: url.to_owned(),
            attempts: 2,
            exchange: Some(Exchange {
                method: "GET".to_owned(),
                url: url.to_owned(),
                request_headers: vec![header("origin", "https://app.medzen.example")],
                status: 200,
                protocol: "h2".to_owned(),
                headers: vec![
                    header("content-type", "application/javascript"),
                    header("cache-control", "public, max-age=31536000, immutable"),
                    header("access-control-allow-origin", "*"),
                    header("x-cache", "Hit from cloudfront"),
                    header("x-note", HOSTILE),
                ],
                body_bytes: 301_872,
                decoded_bytes: 1_157_482,
                integrity: format!("sha384-{}", "Ab3/".repeat(16)),
                body_start: format!("\"use strict\";var ChimeSDK=(()=>{{{HOSTILE}"),
                decode_error: None,
                time_to_headers_ms: 11.3,
                duration_ms: 24.8,
            }),
            failure: None,
            verdicts: vec![4, 5],
        },
        RequestResult {
            title: "preflight".to_owned(),
            method: "OPTIONS".to_owned(),
            url: url.to_owned(),
            attempts: 1,
            exchange: None,
            failure: Some(ExchangeFailure {
                method: "OPTIONS".to_owned(),
                url: url.to_owned(),
                kind: ExchangeFailureKind::Tls,
                message: HOSTILE.to_owned(),
            }),
            verdicts: vec![6, 99],
        },
        RequestResult {
            title: "GET after it".to_owned(),
            method: "GET".to_owned(),
            url: url.to_owned(),
            attempts: 0,
            exchange: None,
            failure: None,
            verdicts: Vec::new(),
        },
    ]
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
fn rows(
    pairs: u32,
    baseline_ms: f64,
    candidate_ms: f64,
    became: impl Fn(u32, Arm) -> Classification,
) -> Vec<SampleRow> {
    let mut rows = Vec::new();
    for block in 0..=pairs {
        for (position, arm) in Arm::BOTH.into_iter().enumerate() {
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
                position: u32::try_from(position).unwrap(),
                arm,
                warmup: block == 0,
                classification,
                reason: (classification != Classification::Ready)
                    .then(|| format!("the load ended as {classification:?}, for a reason")),
                sdk_ready_ms: ms,
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
