//! Faults of a whole stack in a real browser and on the wire: each is told by its cause, and
//! without it nothing is told.
//!
//! A handful, one of each kind; `make faults` runs them all.

#![expect(
    clippy::unwrap_used,
    reason = "helper functions of a test are part of it"
)]

#[expect(dead_code, reason = "takes what it needs")]
mod support;

use std::fs;
use std::path::Path;

use serde_json::Value;
use support::{greenroom, repository, results};
use tempfile::TempDir;

/// Of the delivery, the upload, the configuration, the page, and the token service.
const FAULTS: [&str; 9] = [
    "bad-certificate",
    "channel-mismatch",
    "global-undefined",
    "http-not-redirected",
    "no-response-headers-policy",
    "other-sdk-url",
    "patient-ends-call",
    "reset-mid-body",
    "stale-after-deploy",
];

/// The shipped scenarios, each line as it is or changed.
fn copied(to: &Path, line: impl Fn(&str) -> Option<String>) {
    fs::create_dir(to).unwrap();
    for name in FAULTS {
        let shipped = repository().join(format!("scenarios/faults/{name}.yaml"));
        let text = fs::read_to_string(shipped).unwrap();
        let lines: Vec<String> = text.lines().filter_map(&line).collect();
        fs::write(to.join(format!("{name}.yaml")), lines.join("\n")).unwrap();
    }
}

/// Runs a folder; the exit code and the results.
fn run(scenarios: &Path, out: &Path) -> (Option<i32>, Value) {
    let output = greenroom()
        .arg("run")
        .arg(scenarios)
        .arg("--out")
        .arg(out)
        .output()
        .unwrap();
    (output.status.code(), results(&out.join("latest")))
}

/// What does not gate and does not hold, with whether a diagnosis explains it.
fn unexplained(results: &Value) -> Vec<&str> {
    let explained: Vec<u64> = results["scenarios"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|scenario| scenario["diagnoses"].as_array())
        .flatten()
        .flat_map(|diagnosis| diagnosis["explains"].as_array().unwrap())
        .filter_map(Value::as_u64)
        .collect();
    let verdicts = results["verdicts"].as_array().unwrap().iter();
    verdicts
        .zip(0..)
        .filter(|(verdict, index)| verdict["outcome"] != "pass" && !explained.contains(index))
        .map(|(verdict, _)| verdict["check"].as_str().unwrap())
        .collect()
}

#[test]
fn each_fault_is_told_by_its_cause_and_all_that_fails_is_folded_under_it() {
    let dir = TempDir::new().unwrap();
    let scenarios = dir.path().join("faulty");
    copied(&scenarios, |line| Some(line.to_owned()));
    let (code, results) = run(&scenarios, &dir.path().join("out"));
    assert_eq!(unexplained(&results), Vec::<&str>::new());
    assert_eq!(code, Some(0));
    for scenario in results["scenarios"].as_array().unwrap() {
        let told = scenario["diagnoses"].as_array().unwrap().len();
        assert_eq!(told, 1, "{scenario:#}");
    }
}

#[test]
fn without_the_fault_nothing_is_told_and_another_cause_is_not_taken_for_it() {
    let dir = TempDir::new().unwrap();
    let scenarios = dir.path().join("clean");
    copied(&scenarios, |line| {
        if line.starts_with("faults: ") {
            return None;
        }
        let none = line.starts_with("diagnosis: ");
        Some(if none { "diagnosis: none" } else { line }.to_owned())
    });
    let (code, results) = run(&scenarios, &dir.path().join("out"));
    assert_eq!(unexplained(&results), Vec::<&str>::new());
    assert_eq!(code, Some(0));

    let other = dir.path().join("other");
    copied(&other, |line| {
        let asked = line.starts_with("diagnosis: ");
        Some(
            if asked {
                "diagnosis: uncompressed"
            } else {
                line
            }
            .to_owned(),
        )
    });
    let (code, results) = run(&other, &dir.path().join("out"));
    assert_eq!(results["counts"]["fail"], FAULTS.len());
    assert_eq!(code, Some(1));
}
