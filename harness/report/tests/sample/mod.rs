//! Synthetic results that cover every outcome, answer, standing and classification, and hold
//! the texts that a hostile page or server would send. Nothing in them was measured.

mod comparisons;
mod requests;

use greenroom_core::journal::{
    BrowserInfo, Classification, HostInfo, HostLoad, RunEnd, TargetInfo, TargetKind,
};
use greenroom_core::plan::{At, Source};
use greenroom_core::results::{
    ClaimResult, Counts, Headline, Outcome, RESULTS_VERSION, Results, ScenarioResult, Standing,
    Verdict,
};
use greenroom_model::SdkManifest;

use comparisons::{broken_throttle, equal, faster_with_timeouts, rows};
use requests::requests;

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
            switches: vec!["--no-first-run".to_owned()],
        }),
        sdk: sdk(),
        outcome: Outcome::Fail,
        headline: Headline {
            gate: format!("Gate failed on {LOCAL}: 1 of 7 checks does not hold."),
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
                meeting: None,
                diagnoses: Vec::new(),
            },
            ScenarioResult {
                source: Source {
                    path: "scenarios/demo/it's the cdn.yaml".to_owned(),
                    title: "The SDK file on the CDN".to_owned(),
                },
                comparisons: Vec::new(),
                requests: requests(),
                meeting: None,
                diagnoses: Vec::new(),
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

fn sdk() -> SdkManifest {
    SdkManifest {
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
    let load = "SDK load, inline against CDN / ";
    let file = "The SDK file on the CDN / ";
    [
        (
            0,
            format!("{load}webview, desktop, unthrottled, cold / candidate.sdk_ready.p50 < 1s"),
            Outcome::Pass,
            format!("p50 is 252 ms, at most 263 ms (one-sided 95%), n = 31, on {LOCAL}"),
        ),
        (
            0,
            format!("{load}https, low-end-mobile, slow-4g, cold / candidate.failures < 10%"),
            Outcome::Fail,
            format!(
                "8 of 32 loads were not ready: at least 12.9% (exact, one-sided 95%), on {LOCAL}"
            ),
        ),
        (
            0,
            format!("{load}https, low-end-mobile, slow-4g, cold / candidate.sdk_ready.p95 < 8s"),
            Outcome::Inconclusive,
            format!("n = 32, and p95 needs 59 loads to be judged at all, on {LOCAL}"),
        ),
        (
            0,
            format!("{load}webview, low-end-mobile, slow-3g, cold / candidate.sdk_ready.p50 < 8s"),
            Outcome::Error,
            format!("the throttle did not hold: 400 kbit/s asked, 512 kbit/s measured, on {LOCAL}"),
        ),
        (
            1,
            format!("{file}GET the SDK / status 200"),
            Outcome::Pass,
            format!("200, on {LOCAL}"),
        ),
        (
            1,
            format!("{file}GET the SDK / cache-control has immutable"),
            Outcome::Pass,
            format!("public, max-age=31536000, immutable, on {LOCAL}"),
        ),
        (
            1,
            format!("{file}preflight / access-control-allow-origin is {HOSTILE}"),
            Outcome::Skipped,
            format!("there was no answer: {HOSTILE}"),
        ),
    ]
    .into_iter()
    .zip(14..)
    .map(|((scenario, check, outcome, evidence), line)| Verdict {
        check,
        outcome,
        evidence,
        scenario,
        at: Some(At { line, column: 5 }),
        observed: false,
    })
    .collect()
}

fn claims() -> Vec<ClaimResult> {
    [
        (
            "webview, desktop, unthrottled, cold / candidate.sdk_ready is faster than baseline.sdk_ready by 20%",
            Standing::Refuted,
            "the interval −6.1% to +7.1% lies above −20%",
        ),
        (
            "https, low-end-mobile, slow-4g, cold / candidate.sdk_ready is faster than baseline.sdk_ready by 20%",
            Standing::Confirmed,
            "the interval −38.5% to −23.1% lies below −20%",
        ),
        (
            "https, low-end-mobile, slow-4g, cold / candidate.js_heap.p50 < 20MB",
            Standing::Open,
            "no heap was read",
        ),
    ]
    .into_iter()
    .zip(31..)
    .map(|((claim, standing, evidence), line)| ClaimResult {
        claim: format!("SDK load, inline against CDN / {claim}"),
        standing,
        evidence: format!("{evidence}, on {LOCAL}"),
        scenario: 0,
        at: At {
            line,
            column: 5,
        },
    })
    .collect()
}
