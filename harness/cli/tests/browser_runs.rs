//! Whole runs in a real browser: a known delay is found, equal pages are not told apart, and
//! nothing is lost when something dies.

#![expect(
    clippy::unwrap_used,
    reason = "helper functions of a test are part of it"
)]

#[path = "support/long_run.rs"]
mod long_run;
mod support;

use std::fs;
use std::path::{Path, PathBuf};

use greenroom_fixtures::{SdkBundle, Stack, StackOptions};
use long_run::LongRun;
use predicates::prelude::*;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use support::{Bench, eventually, greenroom, processes_of, samples};

fn millis(value: &Value) -> f64 {
    value
        .as_f64()
        .unwrap_or_else(|| panic!("no number: {value}"))
}

#[test]
fn a_delay_of_500_ms_on_one_arm_is_seen_as_500_ms() {
    let bench = Bench::new(
        "\
scenario: The CDN answers 500 ms later
compare: {baseline: cdn, candidate: cdn}
faults: {candidate: [{first-byte-delay: 500ms}]}
conditions: [{delivery: webview}]
samples: {at_least: 12, at_most: 12, within: 120s, stop: never}
expect: [candidate.failures < 30%]
claims: [candidate.sdk_ready is slower than baseline.sdk_ready by 20%]
",
    );
    bench.run().args(["--seed", "11"]).assert().code(0);
    let results = bench.results();
    let comparison = &results["scenarios"][0]["comparisons"][0];
    let wait = |arm: &str| millis(&comparison[arm]["medians"]["sdk_wait_ms"]);
    let rise = wait("candidate") - wait("baseline");
    assert!(
        (450.0..=550.0).contains(&rise),
        "responseStart - requestStart rose by {rise} ms"
    );
    let p50 = |arm: &str| millis(&comparison[arm]["p50"]["value"]);
    let shift = p50("candidate") - p50("baseline");
    assert!(
        (350.0..=600.0).contains(&shift),
        "sdk_ready rose by {shift} ms"
    );
    assert_eq!(comparison["decision"]["answer"], "slower");
    assert_eq!(results["claims"][0]["standing"], "confirmed");
    // The judge was told nothing of it: the same journal without the fault judges alike.
    let journal = fs::read_to_string(bench.latest().join("journal.jsonl")).unwrap();
    let stripped: String = journal
        .lines()
        .map(|line| {
            let mut record: Value = serde_json::from_str(line).unwrap();
            if let Some(comparison) = record.pointer_mut("/plan/work/compare/0") {
                assert!(
                    comparison
                        .as_object_mut()
                        .unwrap()
                        .remove("injected")
                        .is_some()
                );
            }
            record.to_string() + "\n"
        })
        .collect();
    let other = bench.dir.path().join("stripped");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("journal.jsonl"), stripped).unwrap();
    greenroom().arg("report").arg(&other).assert().code(0);
    assert_eq!(support::results(&other), results);
}

#[test]
fn the_same_page_in_both_arms_is_neither_faster_nor_slower() {
    let bench = Bench::new(
        "\
scenario: The same page twice
compare: {baseline: cdn, candidate: cdn}
conditions: [{delivery: webview}]
samples: {at_least: 10, at_most: 40, within: 60s}
expect: [candidate.failures < 30%]
",
    );
    bench.run().assert().code(0);
    let answer = &bench.results()["scenarios"][0]["comparisons"][0]["decision"]["answer"];
    assert!(
        answer == "equivalent" || answer == "inconclusive",
        "{answer}"
    );
}

#[test]
fn warm_and_hot_loads_come_from_the_caches() {
    let bench = Bench::new(
        "\
scenario: Warm and hot
compare: {baseline: inline, candidate: cdn}
conditions: [{delivery: https, cache: [warm, hot]}]
samples: {at_least: 10, at_most: 10, within: 120s}
expect: [candidate.failures < 30%]
",
    );
    bench.run().assert().code(0);
    let results = bench.results();
    let comparisons = results["scenarios"][0]["comparisons"].as_array().unwrap();
    let rows = |index: usize, arm: &str| -> Vec<Value> {
        let all = comparisons[index]["samples"].as_array().unwrap();
        all.iter()
            .filter(|row| row["arm"] == arm && row["warmup"] == false)
            .cloned()
            .collect()
    };
    for row in rows(0, "candidate") {
        assert_eq!(row["sdk_transfer_bytes"], 0, "{row}");
        assert!(
            row["cache_proof"].as_str().unwrap().contains("HTTP cache"),
            "{row}"
        );
    }
    let consumed = rows(1, "candidate")
        .iter()
        .filter(|row| row["cache_proof"].as_str().unwrap().contains("code cache:"))
        .count();
    assert!(consumed >= 10, "{:#?}", rows(1, "candidate"));
    for row in rows(1, "baseline") {
        assert_eq!(row["cache_proof"], "code cache: not applicable", "{row}");
    }
}

/// Long enough to be ended from outside.
const LONG: &str = "\
scenario: A long run
compare: {baseline: inline, candidate: cdn}
conditions: [{delivery: webview}]
samples: {at_least: 10, at_most: 14, within: 120s, stop: never}
expect: [candidate.failures < 30%]
";

/// Waits until the journal holds so many samples, and takes note of what runs then.
fn wait_for_samples(run: &mut LongRun, wanted: usize) -> PathBuf {
    let folder = run.run_folder();
    eventually("samples in the journal", || {
        (count_samples(&folder) >= wanted).then_some(())
    });
    assert!(
        run.look().len() > 3,
        "browser, driver, supervisor, and the run"
    );
    folder
}

fn count_samples(folder: &Path) -> usize {
    fs::read_to_string(folder.join("journal.jsonl"))
        .unwrap_or_default()
        .lines()
        .filter(|line| line.contains("\"type\":\"sample\""))
        .count()
}

#[test]
fn sigint_and_sigterm_leave_a_journal_and_a_report_and_nothing_else() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let mut run = LongRun::start(LONG);
        let folder = wait_for_samples(&mut run, 4);
        kill_process(run.pid(), signal).unwrap();
        let status = run.child.wait().unwrap();
        assert_eq!(status.code(), Some(code));
        for file in ["results.json", "report.html", "junit.xml", "summary.md"] {
            assert!(folder.join(file).is_file(), "{file}");
        }
        assert!(support::results(&folder)["ended"].is_string());
        run.is_gone();
    }
}

#[test]
fn a_run_that_was_killed_is_resumed_and_ends_as_if_it_had_not_been() {
    let mut run = LongRun::start(LONG);
    let folder = wait_for_samples(&mut run, 6);
    kill_process(run.pid(), Signal::KILL).unwrap();
    run.child.wait().unwrap();
    run.is_gone();
    let before = fs::read_to_string(folder.join("journal.jsonl")).unwrap();
    let whole = &before[..=before.rfind('\n').unwrap()];
    // As a crash would, cut the last line.
    fs::write(
        folder.join("journal.jsonl"),
        format!("{whole}{{\"type\":\"sam"),
    )
    .unwrap();
    greenroom()
        .args(["run", "--resume"])
        .arg(&folder)
        .assert()
        .code(0);
    let after = fs::read_to_string(folder.join("journal.jsonl")).unwrap();
    assert!(
        after.starts_with(whole),
        "nothing of what was measured may change"
    );
    let journal = support::journal(&folder);
    let kept = samples(&journal);
    let per_block = |arm: &str| kept.iter().filter(|sample| sample["arm"] == arm).count();
    assert_eq!((per_block("baseline"), per_block("candidate")), (14, 14));
    assert_eq!(
        support::results(&folder)["scenarios"][0]["comparisons"][0]["decision"]["pairs"],
        14
    );
    // A run that is finished has nothing to go on with; its reports are written again.
    greenroom()
        .args(["run", "--resume"])
        .arg(&folder)
        .assert()
        .code(0)
        .stderr(predicate::str::contains("finished"));
}

#[test]
fn a_browser_that_dies_costs_one_sample_and_the_run_goes_on() {
    let mut run = LongRun::start(LONG);
    let folder = wait_for_samples(&mut run, 5);
    // The browser is the process of the run's TMPDIR that was given a user data folder.
    let browser = eventually("the browser's process", || {
        processes_of(&run.tmp()).into_iter().find(|&pid| {
            let line = fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            line.contains("--user-data-dir") && !line.contains("--type=") && line.contains("chrom")
        })
    });
    kill_process(
        Pid::from_raw(i32::try_from(browser).unwrap()).unwrap(),
        Signal::KILL,
    )
    .unwrap();
    assert_eq!(run.child.wait().unwrap().code(), Some(0));
    let journal = support::journal(&folder);
    let lost: Vec<_> = samples(&journal)
        .into_iter()
        .filter(|sample| sample["classification"] == "environment-error")
        .collect();
    assert!((1..=2).contains(&lost.len()), "{lost:#?}");
    assert!(
        journal
            .iter()
            .any(|line| line["type"] == "event" && line["kind"] == "session_lost")
    );
    let sessions: Vec<u64> = samples(&journal)
        .iter()
        .map(|sample| sample["session"].as_u64().unwrap())
        .collect();
    assert_eq!(sessions.last(), Some(&2), "{sessions:?}");
    let results = support::results(&folder);
    assert_eq!(
        results["scenarios"][0]["comparisons"][0]["decision"]["pairs"],
        14
    );
    run.is_gone();
}

/// A stack of the test's own plays the deployment, as in `requests_run.rs`, this time for the
/// browser: the page is generated around its SDK file.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deployed_file_is_loaded_by_a_page_around_it_and_tls_is_verified() {
    let dist = support::repository().join("fixtures/sdk/dist");
    let bundle = SdkBundle::load(&dist).unwrap();
    let stack = Stack::start(StackOptions::new(bundle)).await.unwrap();
    let endpoints = stack.endpoints().clone();
    let host = endpoints.sdk_url.host_str().unwrap().to_owned();
    let resolve = format!("{host}:443:127.0.0.1:{}", stack.address().port());
    let url = endpoints.sdk_url.to_string();
    tokio::task::spawn_blocking(move || {
        let bench = Bench::new(
            "\
scenario: The deployed file
compare: {baseline: inline, candidate: cdn}
samples: {at_least: 10, at_most: 10, within: 120s, stop: never}
expect: [candidate.failures < 30%]
",
        );
        let ca = bench.dir.path().join("ca.pem");
        fs::write(&ca, endpoints.ca_pem.unwrap()).unwrap();
        let run = || {
            let mut command = bench.run();
            command.args(["--sdk-url", &url, "--resolve", &resolve]);
            command
        };
        run().arg("--ca").arg(&ca).assert().code(0);
        assert_eq!(bench.results()["target"]["kind"], "deployed");
        // Without its root the file is unreachable, and the gate says so.
        run().assert().code(1);
        let journal = bench.journal();
        let reason = samples(&journal)
            .into_iter()
            .find(|sample| sample["variant"] == "cdn")
            .map(|sample| (sample["classification"].clone(), sample["reason"].clone()))
            .unwrap();
        assert_eq!(reason.0, "unreachable");
        assert!(
            reason
                .1
                .as_str()
                .unwrap()
                .contains("ERR_CERT_AUTHORITY_INVALID")
        );
    })
    .await
    .unwrap();
    stack.shutdown().await;
}
