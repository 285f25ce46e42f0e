//! Known answers of calls in real browsers: every fault of the services is named, a wrong
//! expectation does not hold, and no secret gets out.

#![expect(
    clippy::unwrap_used,
    reason = "helper functions of a test are part of it"
)]

#[path = "support/long_run.rs"]
mod long_run;
#[path = "support/secrets.rs"]
mod secrets;
#[expect(dead_code, reason = "takes what it needs")]
mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use greenroom_fixtures::{CallOptions, SdkBundle, Stack, StackOptions};
use greenroom_model::{IdentityToken, Role};
use long_run::LongRun;
use rustix::process::{Signal, kill_process};
use serde_json::{Value, json};
use support::{Bench, eventually, greenroom, repository, results};
use tempfile::TempDir;

/// The scenarios in `scenarios/faults`, and what is wrong in each.
const DIAGNOSES: [(&str, &str); 8] = [
    (
        "failure-not-recorded",
        "A failure was not recorded in its row.",
    ),
    (
        "forged-token-accepted",
        "A forged identity token was accepted: impostor showed it, and `create` was answered 200.",
    ),
    (
        "meeting-without-row",
        "A meeting was created without a row.",
    ),
    (
        "migration-missing",
        "The migration is missing: there is no table `video_call_sessions`.",
    ),
    (
        "rows-not-closed",
        "The call was ended and its rows were not closed.",
    ),
    (
        "second-meeting-on-retry",
        "Asking again made a second meeting: the client request token of the retry is not that of \
         the first request.",
    ),
    (
        "stack-trace-leaked",
        "A stack trace leaked: the answer 500 to `create` of provider carries `Error: database \
         request failed`.",
    ),
    (
        "stranger-admitted",
        "A stranger was admitted: stranger has no part in the appointment, and `join` was \
         answered 200.",
    ),
];

/// Runs a folder of scenarios, and looks for secrets in what it wrote; the exit code.
fn run_all(scenarios: &Path, out: &Path) -> Option<i32> {
    let output = greenroom()
        .arg("run")
        .arg(scenarios)
        .arg("--out")
        .arg(out)
        .env("GREENROOM_LOG", "debug")
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("DEBUG"), "{stderr}");
    assert_no_secret(out, &stderr);
    output.status.code()
}

fn assert_no_secret(out: &Path, stderr: &str) {
    let mut found = secrets::in_folder(&out.join("latest"));
    found.extend(secrets::in_text(stderr).map(str::to_owned));
    assert!(found.is_empty(), "{found:#?}");
}

/// The shipped scenarios of these faults without some of their keys. Without what they expect to
/// be told they are judged by their steps.
fn copied_without(keys: &[&str], to: &Path) {
    fs::create_dir(to).unwrap();
    for (name, _) in DIAGNOSES {
        let text = fs::read_to_string(shipped().join(format!("{name}.yaml"))).unwrap();
        let kept: Vec<&str> = text
            .lines()
            .filter(|line| !keys.iter().any(|key| line.starts_with(key)))
            .collect();
        assert_eq!(kept.len() + keys.len(), text.lines().count(), "{name}");
        fs::write(to.join(format!("{name}.yaml")), kept.join("\n")).unwrap();
    }
}

fn shipped() -> PathBuf {
    repository().join("scenarios/faults")
}

/// What each scenario of a run's results came to, by the name of its file.
fn meetings(results: &Value) -> Vec<(String, &Value)> {
    let scenarios = results["scenarios"].as_array().unwrap();
    let name = |scenario: &Value| {
        let path = Path::new(scenario["source"]["path"].as_str().unwrap());
        path.file_stem().unwrap().to_str().unwrap().to_owned()
    };
    scenarios
        .iter()
        .map(|scenario| (name(scenario), &scenario["meeting"]))
        .collect()
}

/// Renders a journal again after a change of its plans; the results, with what the exit code said.
fn rejudged(run: &Path, change: impl Fn(&mut Value)) -> (Value, Option<i32>) {
    let text = fs::read_to_string(run.join("journal.jsonl")).unwrap();
    let changed: String = text
        .lines()
        .map(|line| {
            let mut record: Value = serde_json::from_str(line).unwrap();
            if let Some(meeting) = record.pointer_mut("/plan/work/meeting") {
                change(meeting);
            }
            record.to_string() + "\n"
        })
        .collect();
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("journal.jsonl"), changed).unwrap();
    let output = greenroom().arg("report").arg(folder.path()).output();
    (results(folder.path()), output.unwrap().status.code())
}

#[test]
fn every_fault_of_the_services_is_named_and_without_it_the_same_call_holds() {
    let dir = TempDir::new().unwrap();
    let (clean, faulty) = (dir.path().join("clean"), dir.path().join("faulty"));
    let scenarios = dir.path().join("scenarios");
    copied_without(&["faults: [", "diagnosis: "], &scenarios);
    let wrong = dir.path().join("wrong");
    copied_without(&["diagnosis: "], &wrong);
    // Most of the time that the faults take is waiting for rows that never come.
    let codes = thread::scope(|scope| {
        let clean = scope.spawn(|| run_all(&scenarios, &clean));
        let faulty = run_all(&wrong, &faulty);
        (clean.join().unwrap(), faulty)
    });
    assert_eq!(codes, (Some(0), Some(1)));

    let journaled = faulty.join("latest");
    let found = results(&journaled);
    let meetings_found = meetings(&found);
    let names: BTreeSet<&str> = meetings_found
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(names, DIAGNOSES.iter().map(|(name, _)| *name).collect());
    for (index, (name, meeting)) in meetings_found.iter().enumerate() {
        let (_, diagnosis) = DIAGNOSES.iter().find(|(known, _)| known == name).unwrap();
        let sentence = meeting["sentence"].as_str().unwrap();
        assert!(sentence.ends_with(diagnosis), "{name}: {sentence}");
        assert_eq!(meeting["notes"][0], *diagnosis, "{name}");
        assert_eq!(found["headline"]["answers"][index], meeting["sentence"]);
    }
    // Nobody told the judge.
    let (stripped, code) = rejudged(&journaled, |meeting| {
        assert!(
            meeting
                .as_object_mut()
                .unwrap()
                .remove("injected")
                .is_some()
        );
    });
    assert_eq!(code, Some(1));
    assert!(stripped == found, "other results without the faults' names");

    let held = results(&clean.join("latest"));
    for (name, meeting) in meetings(&held) {
        assert_eq!(meeting["notes"], json!([]), "{name}");
    }
    assert_eq!(
        held["counts"]["pass"],
        held["verdicts"].as_array().unwrap().len()
    );
}

/// A call in which all of this comes true.
const RIGHT: &str = "\
scenario: What is expected of a call
participants: {provider: {}, patient: {}}
timeout: 12s
steps:
  - provider: start call
  - patient: join call
  - all: see and hear each other
  - provider: camera off
  - patient: stops seeing provider
  - provider: mute
  - patient: stops hearing provider
";
const MUTE: usize = 5;

/// The same call without its mute. Nobody can write that: a step which can never be is refused
/// before a browser is started. The plan of a run that is taken up again is as its journal has it.
fn never_muted() -> (LongRun, PathBuf) {
    let mut run = LongRun::start(RIGHT);
    let folder = run.run_folder();
    let journal = folder.join("journal.jsonl");
    let planned = eventually("the plan", || {
        let text = fs::read_to_string(&journal).unwrap();
        let mut lines = text
            .split_inclusive('\n')
            .filter(|line| line.ends_with('\n'));
        let (header, plan) = (lines.next()?.to_owned(), lines.next()?.to_owned());
        plan.contains("\"type\":\"plan\"").then_some((header, plan))
    });
    kill_process(run.pid(), Signal::KILL).unwrap();
    run.child.wait().unwrap();
    run.look();
    run.is_gone();
    let (header, plan) = planned;
    let mut plan: Value = serde_json::from_str(&plan).unwrap();
    let steps = plan.pointer_mut("/plan/work/meeting/steps").unwrap();
    let removed = steps.as_array_mut().unwrap().remove(MUTE);
    assert_eq!(removed["text"], "provider: mute");
    fs::write(journal, format!("{header}{plan}\n")).unwrap();
    (run, folder)
}

/// The verdict on a step, by its words.
fn verdict<'r>(results: &'r Value, step: &str) -> &'r Value {
    let verdicts = results["verdicts"].as_array().unwrap();
    let of_step = |verdict: &&Value| verdict["check"].as_str().unwrap().ends_with(step);
    verdicts.iter().find(of_step).unwrap()
}

fn assert_fails(results: &Value, step: &str, found: &str) {
    let verdict = verdict(results, step);
    assert_eq!(verdict["outcome"], "fail", "{verdict}");
    let evidence = verdict["evidence"].as_str().unwrap();
    assert!(evidence.contains(found), "`{found}` is not in: {evidence}");
}

#[test]
fn a_wrong_expectation_fails_at_its_deadline_with_what_was_found() {
    let (_run, folder) = never_muted();
    greenroom()
        .args(["run", "--resume"])
        .arg(&folder)
        .assert()
        .code(1);
    let found = results(&folder);
    assert_fails(
        &found,
        "patient: stops hearing provider",
        "the tone of 440 Hz that should be gone is",
    );
    let failed = found["scenarios"][0]["meeting"]["steps"][MUTE].clone();
    assert!(
        failed["duration_ms"].as_f64().unwrap() >= 12_000.0,
        "{failed}"
    );
    assert_eq!(found["counts"]["pass"], MUTE);
    assert_proofs(&support::journal(&folder));

    // What was seen proves the opposite of no step that held.
    let expect = |from: &str, to: &str| {
        let (from, to) = (from.to_owned(), to.to_owned());
        move |meeting: &mut Value| {
            let steps = meeting["steps"].as_array_mut().unwrap();
            for step in steps.iter_mut().map(|asked| &mut asked["step"]) {
                if let Some(directions) = step.as_object_mut().unwrap().remove(&from) {
                    *step = json!({&to: directions});
                }
            }
        }
    };
    let (opposite, _) = rejudged(&folder, expect("stops_receiving", "receives"));
    assert_fails(
        &opposite,
        "patient: stops seeing provider",
        "no tile shows the sender",
    );
    let (opposite, _) = rejudged(&folder, expect("receives", "stops_receiving"));
    assert_fails(
        &opposite,
        "all: see and hear each other",
        "the tile that should be gone is still shown",
    );
    // Who sees themselves does not see the other.
    for (kind, words) in [("colour", "another participant sends"), ("tone_hz", "Hz")] {
        let (mirrored, _) = rejudged(&folder, |meeting| {
            let media = |who: usize| meeting["participants"][who]["media"][kind].clone();
            let (one, other) = (media(0), media(1));
            meeting["participants"][0]["media"][kind] = other;
            meeting["participants"][1]["media"][kind] = one;
        });
        assert_fails(&mirrored, "all: see and hear each other", words);
    }
}

/// The journal itself says what was expected and found, per direction.
fn assert_proofs(journal: &[Value]) {
    let number = |value: &Value| value.as_f64().unwrap();
    let media: Vec<&Value> = journal
        .iter()
        .filter(|line| line["type"] == "media" && line["step"] == 2)
        .collect();
    let way = |line: &Value| {
        let name = |end: &str| line[end].as_str().unwrap().to_owned();
        (name("from"), name("to"))
    };
    let ways: BTreeSet<(String, String)> = media.iter().map(|line| way(line)).collect();
    assert_eq!((media.len(), ways.len()), (2, 2), "{media:#?}");
    for line in media {
        let found = &line["found"];
        for channel in ["r", "g", "b"] {
            let off = number(&line["expected_colour"][channel]) - number(&found["colour"][channel]);
            assert!(off.abs() <= 40.0, "{line}");
        }
        let off = number(&line["expected_tone_hz"]) - number(&found["strongest_hz"]);
        assert!(off.abs() <= 24.0, "{line}");
        for counted in ["frames_decoded", "packets_received"] {
            assert!(
                number(&found[counted][1]) > number(&found[counted][0]),
                "{line}"
            );
        }
    }
    let gone = |line: &&Value| line["type"] == "media" && line["step"] == 4;
    assert_eq!(journal.iter().find(gone).unwrap()["found"]["tile"], false);
}

const CALL: &str = "\
scenario: The deployed call
participants: {provider: {}, patient: {}}
steps:
  - provider: start call
  - provider: retry create
  - patient: join call
  - all: see and hear each other
  - provider: end call
  - patient: is told that the call ended
";

/// Versions of the SDK that the set-up builds beside the one that ships.
const OTHER_VERSIONS: [&str; 2] = ["3.18.2", "3.32.0"];

#[test]
fn other_versions_of_the_sdk_hold_the_same_call() {
    for version in OTHER_VERSIONS {
        let bench = Bench::new(CALL);
        let output = bench
            .run()
            .args(["--sdk-version", version])
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{version}: {told}");
        assert_eq!(bench.results()["sdk"]["version"], version);
    }
}

/// What lets the provider and the patient into a call, as the services themselves say it.
struct Secrets {
    api_key: String,
    provider: String,
    patient: String,
    /// The token that the provider joins with: the same for as long as the meeting lasts.
    join: String,
}

impl Secrets {
    async fn of(stack: &Stack) -> Self {
        let calls = stack.calls().unwrap();
        let token = |role| calls.identity_token(role, IdentityToken::Valid).unwrap();
        let endpoints = stack.endpoints();
        let ca = endpoints.ca_pem.as_ref().unwrap().as_bytes();
        let mut client = reqwest::Client::builder()
            .add_root_certificate(reqwest::Certificate::from_pem(ca).unwrap());
        for map in &endpoints.host_map {
            client = client.resolve(&map.host, (map.address, map.address_port).into());
        }
        let answer = client
            .build()
            .unwrap()
            .post(calls.token_url().clone())
            .header("apikey", calls.api_key())
            .header("authorization", format!("Bearer {}", calls.api_key()))
            .header("x-firebase-token", token(Role::Provider))
            .body(json!({"action": "create", "appointmentId": calls.appointment_id()}).to_string());
        let body = answer.send().await.unwrap().text().await.unwrap();
        let body: Value = serde_json::from_str(&body).unwrap();
        Self {
            api_key: calls.api_key().to_owned(),
            provider: token(Role::Provider),
            patient: token(Role::Patient),
            join: body["attendee"]["JoinToken"].as_str().unwrap().to_owned(),
        }
    }

    fn all(&self) -> [&str; 4] {
        [&self.api_key, &self.provider, &self.patient, &self.join]
    }
}

/// A stack of the test's own plays the deployment, so that the secrets of the call are known.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_of_a_call_is_in_what_a_run_writes() {
    rustls::crypto::ring::default_provider()
        .install_default()
        .unwrap();
    let bundle = SdkBundle::load(&repository().join("fixtures/sdk/dist")).unwrap();
    let stack = Stack::start(StackOptions {
        calls: Some(CallOptions {
            supervisor: vec![env!("CARGO_BIN_EXE_greenroom").into(), "__supervise".into()],
            database_url: None,
        }),
        ..StackOptions::new(bundle)
    })
    .await
    .unwrap();
    let secrets = Secrets::of(&stack).await;
    let calls = stack.calls().unwrap();
    let (token_url, appointment) = (calls.token_url().clone(), calls.appointment_id().to_owned());
    let endpoints = stack.endpoints().clone();
    tokio::task::spawn_blocking(move || {
        let bench = Bench::new(CALL);
        let ca = bench.dir.path().join("ca.pem");
        fs::write(&ca, endpoints.ca_pem.unwrap()).unwrap();
        let mut command = bench.run();
        command
            .args(["--sdk-url", endpoints.sdk_url.as_str()])
            .arg("--ca")
            .arg(&ca)
            .env("GREENROOM_LOG", "debug")
            .env("GREENROOM_TOKEN_URL", token_url.as_str())
            .env("GREENROOM_API_KEY", &secrets.api_key)
            .env("GREENROOM_APPOINTMENT_ID", appointment)
            .env("GREENROOM_PROVIDER_TOKEN", &secrets.provider)
            .env("GREENROOM_PATIENT_TOKEN", &secrets.patient);
        for map in &endpoints.host_map {
            let (host, port, address) = (&map.host, map.port, map.address);
            let resolve = format!("{host}:{port}:{address}:{}", map.address_port);
            command.args(["--resolve", &resolve]);
        }
        let output = command.output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{stderr}");
        assert_no_secret(&bench.out(), &stderr);
        let journal = bench.latest().join("journal.jsonl");
        let mut text = fs::read_to_string(&journal).unwrap();
        for secret in secrets.all() {
            assert!(!text.contains(secret) && !stderr.contains(secret));
        }
        // The search finds each of them where it is put.
        for secret in secrets.all() {
            let message = json!({"message": format!("https://host/x?token={secret}")});
            text = format!("{text}{}\n", json!({"type": "page", "what": message}));
        }
        fs::write(&journal, text).unwrap();
        let found = secrets::in_folder(&bench.latest());
        for secret in secrets.all() {
            let planted = format!("journal.jsonl: {secret}");
            assert!(found.contains(&planted), "{planted} is not in {found:#?}");
        }
        assert_eq!(found.len(), 4, "{found:#?}");
    })
    .await
    .unwrap();
    stack.shutdown().await;
}
