//! HTTP scenarios through the program, against the local stack and against a target that is
//! reached as a deployed one is.

#![expect(
    clippy::unwrap_used,
    reason = "helper functions of a test are part of it"
)]

#[expect(dead_code, reason = "takes what it needs")]
mod support;

use greenroom_fixtures::{SdkBundle, Stack, StackOptions};
use predicates::prelude::*;
use support::{Bench, greenroom, repository};

#[test]
fn the_shipped_header_and_cors_scenarios_hold_on_the_local_stack() {
    let out = tempfile::tempdir().unwrap();
    let scenarios = repository().join("scenarios");
    greenroom()
        .arg("run")
        .args([
            scenarios.join("cdn-headers.yaml"),
            scenarios.join("cdn-cors.yaml"),
        ])
        .arg("--out")
        .arg(out.path())
        .assert()
        .code(0)
        .stdout(predicate::str::contains("local stack, this machine"));
    let run = out.path().join("latest");
    for file in [
        "journal.jsonl",
        "results.json",
        "report.html",
        "junit.xml",
        "summary.md",
    ] {
        assert!(run.join(file).is_file(), "{file}");
    }
    let results = support::results(&run);
    assert!(results["verdicts"].as_array().unwrap().len() > 10);
    assert!(
        results["verdicts"]
            .as_array()
            .unwrap()
            .iter()
            .all(|verdict| verdict["outcome"] == "pass")
    );
    assert_eq!(
        results["scenarios"].as_array().unwrap().len(),
        2,
        "one run, one report"
    );
}

#[test]
fn each_wrong_expectation_is_a_line_of_its_own_with_what_was_seen() {
    let bench = Bench::new(
        "\
scenario: Wrong on purpose
requests:
  - get: ${cdn.sdk_url}
    with: {origin: \"https://app.medzen.example\", accept-encoding: gzip}
    expect:
      status: 404
      encoding: [br]
      bytes: 7
      integrity: sha384-OLBgp1GsljhM2TJ+sbHjaiH9txEUvgdDTAzHv2P24donTt6/529l+9Ua0vFImLlb
      headers:
        content-type: text/css
        cache-control: {has: [private], max-age: \"< 60\"}
        access-control-allow-origin: absent
        x-nothing: present
",
    );
    bench.run().assert().code(1);
    let results = bench.results();
    let verdicts = results["verdicts"].as_array().unwrap();
    assert_eq!(verdicts.len(), 9);
    for verdict in verdicts {
        assert_eq!(verdict["outcome"], "fail", "{verdict}");
        assert!(verdict["at"]["line"].as_u64().unwrap() >= 6, "{verdict}");
    }
    let evidence = |word: &str| {
        verdicts
            .iter()
            .find(|verdict| verdict["check"].as_str().unwrap().contains(word))
            .map(|verdict| verdict["evidence"].as_str().unwrap().to_owned())
            .unwrap()
    };
    assert!(evidence("status").contains("200"));
    assert!(evidence("ncoding").contains("gzip"));
    assert!(evidence("max-age").contains("31536000"));
    bench.run().args(["--fail-on", "fail"]).assert().code(1);
}

#[test]
fn a_token_service_is_asked_and_no_file_of_the_run_has_a_token() {
    let bench = Bench::new(
        "\
scenario: The token service
requests:
  - post: ${token.url}
    with: {apikey: \"${token.api_key}\", authorization: \"Bearer ${token.api_key}\", x-firebase-token: \"${identity.provider}\"}
    json: {action: create, appointmentId: \"${appointment.id}\"}
    expect:
      status: 200
      json: {/sessionId: present, /attendee/JoinToken: present, /error: absent}
      stack_trace: absent
  - post: ${token.url}
    with: {apikey: \"${token.api_key}\", authorization: \"Bearer ${token.api_key}\", x-firebase-token: \"${identity.patient}\"}
    json: {action: end, meetingId: \"${previous.json/meeting/MeetingId}\"}
    expect: {status: 403, json: {/error: PATIENT_CANNOT_END}}
",
    );
    bench.run().assert().code(0);
    for entry in std::fs::read_dir(bench.out().join("latest")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let text = std::fs::read_to_string(&path).unwrap();
            // So every JSON Web Token begins.
            assert!(!text.contains("eyJ"), "{}", path.display());
        }
    }
    let journal = std::fs::read_to_string(bench.out().join("latest/journal.jsonl")).unwrap();
    assert!(journal.contains("${identity.provider}"));
    assert!(journal.contains("\"found\":\"secret\""), "the join token");
}

#[test]
fn a_host_outside_the_target_is_not_contacted() {
    let bench = Bench::new(
        "\
scenario: Elsewhere
requests:
  - get: https://elsewhere.example/
    expect: {status: 200}
",
    );
    bench
        .run()
        .assert()
        .code(3)
        .stdout(predicate::str::contains("not a host of this target"));
    bench.run().args(["--fail-on", "fail"]).assert().code(0);
}

/// A stack of the test's own plays the deployment: its name and its root are strangers to the
/// program until the command line introduces them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deployed_file_is_reached_through_resolve_and_ca_and_tls_is_verified() {
    let bundle = SdkBundle::load(&repository().join("fixtures/sdk/dist")).unwrap();
    let stack = Stack::start(StackOptions::new(bundle)).await.unwrap();
    let endpoints = stack.endpoints().clone();
    let host = endpoints.sdk_url.host_str().unwrap().to_owned();
    let resolve = format!("{host}:443:127.0.0.1:{}", stack.address().port());
    let url = endpoints.sdk_url.to_string();
    tokio::task::spawn_blocking(move || {
        let bench = Bench::new(
            "\
scenario: The deployed file
requests:
  - get: ${cdn.sdk_url}
    expect: {status: 200, integrity: \"${sdk.integrity}\"}
",
        );
        let ca = bench.dir.path().join("ca.pem");
        std::fs::write(&ca, endpoints.ca_pem.unwrap()).unwrap();
        let run = || {
            let mut command = bench.run();
            command.args(["--sdk-url", &url, "--resolve", &resolve]);
            command
        };
        run()
            .arg("--ca")
            .arg(&ca)
            .assert()
            .code(0)
            .stdout(predicate::str::contains("local stack").not());
        assert_eq!(bench.results()["target"]["kind"], "deployed");
        // Without the root the same file is not accepted.
        run()
            .assert()
            .code(1)
            .stdout(predicate::str::contains("certificate"));
        let journal = bench.journal();
        let exchange = journal
            .iter()
            .find(|line| line["type"] == "exchange")
            .unwrap();
        assert_eq!(exchange["outcome"]["failure"]["kind"], "tls");
    })
    .await
    .unwrap();
    stack.shutdown().await;
}
