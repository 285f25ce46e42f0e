//! Mutants of the template that no rule can find in it: the scenarios find them in the answers of
//! a CDN that obeys it. The other mutants, and the rules that find them, are core's
//! `template_mutants`.

#![expect(
    clippy::unwrap_used,
    reason = "helper functions of a test are part of it"
)]

#[expect(dead_code, reason = "each test program uses its own part")]
mod support;

use std::fs;

use serde_json::Value;
use support::{greenroom, repository, results};

/// The scenarios of the CDN that need no browser.
const SCENARIOS: [&str; 2] = ["cdn-headers.yaml", "cdn-preflight.yaml"];

/// Runs the scenarios on a local stack under this template: the exit code, and what fails.
fn run_under(template: &str) -> (Option<i32>, Vec<String>) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("template.yaml");
    fs::write(&file, template).unwrap();
    let out = dir.path().join("out");
    let mut command = greenroom();
    command.arg("run");
    for scenario in SCENARIOS {
        command.arg(repository().join("scenarios").join(scenario));
    }
    let output = command
        .arg("--template")
        .arg(&file)
        .arg("--out")
        .arg(&out)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(out.join("latest").is_dir(), "{told}");
    let failed = results(&out.join("latest"))["verdicts"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|verdict| verdict["outcome"] == "fail")
        .map(|verdict| verdict["check"].as_str().unwrap().to_owned())
        .collect();
    (output.status.code(), failed)
}

/// Name and text of each mutant that is left to the scenarios.
fn left_to_the_scenarios(template: &str) -> Vec<(String, String)> {
    let table = repository().join("harness/core/tests/template_mutants.yaml");
    let table: Value = serde_yaml::from_str(&fs::read_to_string(table).unwrap()).unwrap();
    table["mutants"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|mutant| mutant["caught"] == "scenarios")
        .map(|mutant| {
            let word = |key: &str| mutant[key].as_str().unwrap();
            let text = template.replace(word("replace"), word("with"));
            assert_ne!(text, template, "{}", word("name"));
            (word("name").to_owned(), text)
        })
        .collect()
}

#[test]
fn what_no_rule_sees_the_scenarios_see() {
    let shipped = repository().join("fixtures/deployment/cloudformation/chime-sdk-cdn.yaml");
    let template = fs::read_to_string(shipped).unwrap();
    assert_eq!(run_under(&template), (Some(0), Vec::new()));
    let mutants = left_to_the_scenarios(&template);
    assert!(!mutants.is_empty());
    let table: Vec<String> = mutants
        .into_iter()
        .map(|(name, text)| {
            let (code, failed) = run_under(&text);
            assert_eq!(code, Some(1), "{name}: nothing fails");
            format!("{name} -> {}", failed.join("; "))
        })
        .collect();
    insta::assert_snapshot!(table.join("\n"));
}
