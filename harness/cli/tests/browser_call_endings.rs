//! A call that is broken off leaves nothing behind, and one that is taken up again begins anew.

#![expect(
    clippy::unwrap_used,
    reason = "helper functions of a test are part of it"
)]

#[path = "support/long_run.rs"]
mod long_run;
#[expect(dead_code, reason = "takes what it needs")]
mod support;

use std::fs;
use std::path::{Path, PathBuf};

use long_run::LongRun;
use rustix::process::{Signal, kill_process};
use serde_json::Value;
use support::{eventually, greenroom};

/// Both see and hear each other twice, so that there is time to end it between.
const CALL: &str = "\
scenario: A call that is broken off
participants: {provider: {}, patient: {}}
steps:
  - provider: start call
  - patient: join call
  - all: see and hear each other
  - all: see and hear each other
  - provider: end call
  - patient: is told that the call ended
records:
  - sql: SELECT status FROM video_call_sessions WHERE id = ${session.id}
    rows: [{status: ended}]
";

/// A run in the midst of the call, with all that belongs to it.
fn in_the_call() -> (LongRun, PathBuf) {
    let mut run = LongRun::start(CALL);
    let folder = run.run_folder();
    eventually("both in the call", || {
        let journal = fs::read_to_string(folder.join("journal.jsonl")).unwrap();
        let steps = |line: &&str| line.contains("\"type\":\"step\"");
        (journal.lines().filter(steps).count() >= 2).then_some(())
    });
    // What must be gone later is there now.
    let lines = run.look();
    let count = |is: &dyn Fn(&String) -> bool| lines.iter().filter(|line| is(line)).count();
    let browser = |line: &String| line.contains("--user-data-dir") && !line.contains("--type=");
    assert!(count(&browser) >= 2, "two browsers: {lines:#?}");
    assert!(
        count(&|line| line.contains("chromedriver")) >= 2,
        "{lines:#?}"
    );
    assert!(count(&|line| line.contains("postgres")) >= 1, "{lines:#?}");
    assert!(
        count(&|line| line.contains("__supervise")) >= 3,
        "{lines:#?}"
    );
    (run, folder)
}

fn of_type<'j>(journal: &'j [Value], wanted: &str) -> Vec<&'j Value> {
    let is = |line: &&Value| line["type"] == wanted;
    journal.iter().filter(is).collect()
}

fn assert_reported(folder: &Path) {
    for file in ["results.json", "report.html", "junit.xml", "summary.md"] {
        assert!(folder.join(file).is_file(), "{file}");
    }
}

#[test]
fn sigint_in_a_call_leaves_a_journal_and_a_report_and_nothing_else() {
    let (mut run, folder) = in_the_call();
    kill_process(run.pid(), Signal::INT).unwrap();
    assert_eq!(run.child.wait().unwrap().code(), Some(130));
    assert_reported(&folder);
    let results = support::results(&folder);
    assert_eq!(results["outcome"], "inconclusive");
    let meeting = &results["scenarios"][0]["meeting"];
    let participants = meeting["participants"].as_array().unwrap();
    for participant in participants {
        let connected = |timing: &Value| timing["metric"] == "connected";
        let timings = participant["timings"].as_array().unwrap();
        assert!(timings.iter().any(connected), "{participant}");
    }
    let journal = support::journal(&folder);
    assert_eq!(of_type(&journal, "end")[0]["how"], "interrupted");
    assert!(of_type(&journal, "meeting_end").is_empty());
    run.is_gone();
}

#[test]
fn a_call_that_was_killed_leaves_nothing_and_begins_anew() {
    let (mut run, folder) = in_the_call();
    kill_process(run.pid(), Signal::KILL).unwrap();
    run.child.wait().unwrap();
    run.is_gone();
    let before = fs::read_to_string(folder.join("journal.jsonl")).unwrap();
    let whole = before.rfind('\n').map_or(0, |end| end + 1);
    greenroom()
        .args(["run", "--resume"])
        .arg(&folder)
        .assert()
        .code(0);
    assert_reported(&folder);
    let after = fs::read_to_string(folder.join("journal.jsonl")).unwrap();
    assert!(
        after.starts_with(&before[..whole]),
        "nothing of what was observed may change"
    );
    let journal = support::journal(&folder);
    assert_eq!(of_type(&journal, "meeting_begin").len(), 2);
    assert_eq!(of_type(&journal, "meeting_end").len(), 1);
    let results = support::results(&folder);
    assert_eq!(results["outcome"], "pass");
    let steps = results["scenarios"][0]["meeting"]["steps"]
        .as_array()
        .unwrap();
    assert_eq!(steps.len(), 6);
    // The steps of the second beginning, not those of the first.
    let anew = of_type(&journal, "meeting_begin")[1]["at_ms"]
        .as_f64()
        .unwrap();
    let began = results["scenarios"][0]["meeting"]["began_ms"].as_f64();
    assert_eq!(began, Some(anew));
}
