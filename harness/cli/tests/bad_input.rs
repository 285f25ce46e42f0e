//! Bad input gets an error that names the place, the cause and what to do, and the right code.

#![expect(
    clippy::unwrap_used,
    reason = "helper functions of a test are part of it"
)]

#[expect(dead_code, reason = "takes what it needs")]
mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use predicates::prelude::*;
use support::{Bench, greenroom};

/// A scenario that needs no browser.
const REQUESTS: &str = "\
scenario: One request
requests:
  - get: ${cdn.sdk_url}
    expect: {status: 200}
";

#[test]
fn a_scenario_error_names_file_line_and_column_first() {
    let bench = Bench::new("scenario: A typo\ncompair: {baseline: inline, candidate: cdn}\n");
    let place = format!("{}:2:1: ", bench.scenario.display());
    for command in ["validate", "list", "run"] {
        greenroom()
            .arg(command)
            .arg(&bench.scenario)
            .assert()
            .code(2)
            .stderr(predicate::str::starts_with(place.as_str()))
            .stderr(predicate::str::contains("^"))
            .stderr(predicate::str::contains("compare"));
    }
}

#[test]
fn all_broken_files_of_a_folder_are_told() {
    let bench = Bench::new("scenario: 1\n");
    fs::write(bench.dir.path().join("other.yaml"), "scenari: x\n").unwrap();
    greenroom()
        .arg("validate")
        .arg(bench.dir.path())
        .assert()
        .code(2)
        .stderr(predicate::str::contains("scenario.yaml:"))
        .stderr(predicate::str::contains("other.yaml:"));
}

#[test]
fn a_folder_without_scenarios_and_a_missing_file_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("sub")).unwrap();
    fs::write(dir.path().join("sub/deep.yaml"), REQUESTS).unwrap();
    greenroom()
        .arg("run")
        .arg(dir.path())
        .assert()
        .code(2)
        .stderr(predicate::str::contains("no *.yaml"));
    greenroom()
        .arg("run")
        .arg(dir.path().join("nowhere.yaml"))
        .assert()
        .code(2)
        .stderr(predicate::str::contains("help:"));
}

#[test]
fn a_file_that_is_not_utf_8_is_refused_at_its_line() {
    let bench = Bench::new("");
    fs::write(&bench.scenario, b"scenario: x\nrequests: \xff\n").unwrap();
    bench
        .run()
        .assert()
        .code(2)
        .stderr(predicate::str::contains(":2:11: the file is not UTF-8"));
}

#[test]
fn usage_errors_have_code_2_and_say_what_to_do() {
    for (arguments, word) in [
        (vec!["run"], "PATH"),
        (vec!["run", "x.yaml", "--target", "moon"], "local"),
        (
            vec!["run", "x.yaml", "--browser", "netscape"],
            "headless-shell",
        ),
        (vec!["run", "x.yaml", "--fail-on", "monday"], "inconclusive"),
        (
            vec!["run", "x.yaml", "--resolve", "nonsense"],
            "HOST:PORT:ADDR",
        ),
        (
            vec!["run", "x.yaml", "--sdk-url", "http://cdn.example/sdk.js"],
            "https",
        ),
        (
            vec![
                "run",
                "x.yaml",
                "--sdk-url",
                "https://u:p@cdn.example/sdk.js",
            ],
            "password",
        ),
        (
            vec!["run", "x.yaml", "--target", "env"],
            "CHIME_SDK_CDN_URL",
        ),
        (vec!["run", "x.yaml", "--ca", "x.pem"], "--sdk-url"),
        (vec!["run", "--resume", "nowhere"], "journal.jsonl"),
        (vec!["report", "nowhere"], "nowhere"),
        (vec!["dance"], "dance"),
    ] {
        greenroom()
            .args(&arguments)
            .assert()
            .code(2)
            .stderr(predicate::str::contains(word));
    }
}

#[test]
fn the_variable_of_target_env_is_ignored_without_it_and_never_repeated() {
    let bench = Bench::new(REQUESTS);
    bench
        .run()
        .env("CHIME_SDK_CDN_URL", "https://unreachable.example/x.js")
        .assert()
        .code(0);
    bench
        .run()
        .args(["--target", "env"])
        .env("CHIME_SDK_CDN_URL", "hunter2 is no url")
        .assert()
        .code(2)
        .stderr(predicate::str::contains("hunter2").not());
}

/// A scenario of a call.
const CALL: &str = "\
scenario: A call
participants: {provider: {}}
steps: [{provider: start call}]
";

#[test]
fn a_deployed_call_without_its_variables_names_all_that_are_missing() {
    let bench = Bench::new(CALL);
    let deployed = || {
        let mut command = bench.run();
        command.args(["--sdk-url", "https://cdn.example/sdk.js"]);
        command
    };
    let mut all = deployed().assert().code(2);
    for name in [
        "GREENROOM_TOKEN_URL",
        "GREENROOM_API_KEY",
        "GREENROOM_APPOINTMENT_ID",
        "GREENROOM_PROVIDER_TOKEN",
        "GREENROOM_PATIENT_TOKEN",
        "help: set them",
    ] {
        all = all.stderr(predicate::str::contains(name));
    }
    // What is there is neither asked for nor repeated.
    deployed()
        .env("GREENROOM_TOKEN_URL", "https://functions.example/token")
        .env("GREENROOM_API_KEY", "hunter2")
        .env("GREENROOM_APPOINTMENT_ID", "1")
        .env("GREENROOM_PROVIDER_TOKEN", "hunter2")
        .assert()
        .code(2)
        .stderr(predicate::str::contains("needs GREENROOM_PATIENT_TOKEN\n"))
        .stderr(predicate::str::contains("help: set it"))
        .stderr(predicate::str::contains("hunter2").not());
    assert!(!bench.out().exists());
}

#[test]
fn what_only_the_local_stack_can_do_is_refused_on_a_deployment_at_its_line() {
    for (line, key) in [
        ("faults: [rows-not-closed]", "4:9: "),
        ("delivery: https", "4:11: "),
    ] {
        let bench = Bench::new(&format!("{CALL}{line}\n"));
        bench
            .run()
            .args(["--sdk-url", "https://cdn.example/sdk.js"])
            .env("GREENROOM_TOKEN_URL", "https://functions.example/token")
            .env("GREENROOM_API_KEY", "key")
            .env("GREENROOM_APPOINTMENT_ID", "1")
            .env("GREENROOM_PROVIDER_TOKEN", "provider")
            .env("GREENROOM_PATIENT_TOKEN", "patient")
            .assert()
            .code(2)
            .stderr(predicate::str::contains(key))
            .stderr(predicate::str::contains("the target is deployed"))
            .stderr(predicate::str::contains("--target local"));
    }
}

#[test]
fn a_call_that_can_never_be_is_refused_before_a_browser_is_started() {
    let call = |steps: &str| {
        format!(
            "scenario: A call\nparticipants: {{provider: {{}}, patient: {{}}}}\nsteps:\n  \
             - provider: start call\n  - patient: join call\n{steps}"
        )
    };
    for (steps, place, cause) in [
        (
            "  - patient: stops hearing provider\n",
            ":6:",
            "nothing before this step keeps `provider` from sending",
        ),
        (
            "  - provider: camera off\n  - patient: sees provider\n",
            ":7:",
            "`provider` has the camera off here",
        ),
    ] {
        let bench = Bench::new(&call(steps));
        bench
            .run()
            .env("CHROMEDRIVER", bench.dir.path().join("nowhere"))
            .assert()
            .code(2)
            .stderr(predicate::str::contains(place))
            .stderr(predicate::str::contains(cause));
    }
}

#[test]
fn an_out_that_cannot_be_written_is_said_before_anything_is_measured() {
    let bench = Bench::new(REQUESTS);
    fs::write(bench.out(), "a file").unwrap();
    bench
        .run()
        .assert()
        .code(3)
        .stderr(predicate::str::contains("--out DIR"));
}

#[test]
fn a_missing_bundle_is_said_with_the_command_that_builds_it() {
    let bench = Bench::new(REQUESTS);
    bench
        .run()
        .env("GREENROOM_SDK_DIST", bench.dir.path())
        .assert()
        .code(3)
        .stderr(predicate::str::contains("make setup"));
}

/// A program that answers `--version` with a line.
fn fake(bench: &Bench, name: &str, line: &str) -> std::path::PathBuf {
    let path = bench.dir.path().join(name);
    fs::write(&path, format!("#!/bin/sh\necho '{line}'\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

const COMPARE: &str = "\
scenario: One comparison
compare: {baseline: inline, candidate: cdn}
conditions: [{device: desktop}]
expect: [candidate.failures < 30%]
";

#[test]
fn a_missing_driver_and_one_of_another_version_are_told_apart() {
    let bench = Bench::new(COMPARE);
    bench
        .run()
        .env("CHROMEDRIVER", bench.dir.path().join("nowhere"))
        .assert()
        .code(3)
        .stderr(predicate::str::contains("chromium-driver"));
    let old = fake(
        &bench,
        "chromedriver",
        "ChromeDriver 99.0.4844.51 (d537ec02474b5afe23684e7963d538896c63ac77)",
    );
    bench
        .run()
        .env("CHROMEDRIVER", &old)
        .assert()
        .code(3)
        .stderr(predicate::str::contains("99"));
    greenroom()
        .arg("doctor")
        .env("CHROMEDRIVER", &old)
        .assert()
        .code(3)
        .stdout(predicate::str::contains("MISSING"))
        .stdout(predicate::str::contains("99"));
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    greenroom()
        .args(["stack", "--port", &port])
        .assert()
        .code(3)
        .stderr(predicate::str::contains(&port))
        .stderr(predicate::str::contains("help:"));
}

#[test]
fn a_journal_cut_mid_line_is_rendered_and_a_broken_one_is_named() {
    let bench = Bench::new(REQUESTS);
    bench.run().assert().code(0);
    let journal = bench.latest().join("journal.jsonl");
    let bytes = fs::read(&journal).unwrap();
    fs::write(&journal, &bytes[..bytes.len() - 7]).unwrap();
    greenroom()
        .arg("report")
        .arg(bench.latest())
        .assert()
        .code(0)
        .stderr(predicate::str::contains("cut off"));
    let mut broken = b"nonsense\n".to_vec();
    broken.extend_from_slice(&bytes);
    fs::write(&journal, broken).unwrap();
    greenroom()
        .arg("report")
        .arg(bench.latest())
        .assert()
        .code(2)
        .stderr(predicate::str::contains("journal.jsonl:1:"));
}

/// A file size limit plays the disk that is full: the write fails, and nothing else does.
#[test]
fn a_journal_that_cannot_grow_ends_the_run_and_keeps_what_it_has() {
    let bench = Bench::new(REQUESTS);
    let program = env!("CARGO_BIN_EXE_greenroom");
    // In blocks of 512 bytes: room for the header and the plan, not for the answer.
    let script = format!(
        "trap '' XFSZ; ulimit -f 4; exec {program} run {} --out {}",
        bench.scenario.display(),
        bench.out().display()
    );
    let output = std::process::Command::new("sh")
        .args(["-c", &script])
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    assert!(stderr.contains("journal"), "{stderr}");
    let run = fs::read_dir(bench.out())
        .unwrap()
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .find(|path| path.join("journal.jsonl").is_file())
        .unwrap();
    // With room again the run goes on from what was kept.
    greenroom()
        .args(["run", "--resume"])
        .arg(&run)
        .assert()
        .code(0);
}

#[test]
fn a_stack_is_not_started_with_faults_or_a_template_that_cannot_be() {
    let bench = Bench::new("Resources: [");
    let refused = |arguments: &[&str], said: &[&str]| {
        let mut outcome = greenroom().arg("stack").args(arguments).assert().code(2);
        for words in said {
            outcome = outcome.stderr(predicate::str::contains(*words));
        }
    };
    refused(&["--fault", "no-http"], &["`no-http`", "no-http2"]);
    refused(&["--fault", "first-byte-delay"], &["=500ms"]);
    refused(
        &["--fault", "no-http2", "--fault", "no-http3"],
        &["`NoHttp2`", "`NoHttp3`", "cannot be served together"],
    );
    let template = bench.scenario.display().to_string();
    refused(&["--template", &template], &[&template]);
    refused(&["--template", "no/such.yaml"], &["no/such.yaml"]);
}
