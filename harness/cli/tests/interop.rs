//! Other people's clients against the local stack: they agree on what it answers, and a checker of
//! HTTP has no complaint that is not explained. Who is missing is named, and that test skipped.

#![expect(
    clippy::unwrap_used,
    reason = "helper functions of a test are part of it"
)]

#[path = "support/one_answer.rs"]
mod one_answer;
#[expect(dead_code, reason = "takes what it needs")]
mod support;

use std::path::PathBuf;
use std::process::Command;

use greenroom_fixtures::{SdkBundle, Stack, StackOptions};
use serde_json::Value;

use self::one_answer::{Curl, Seen, integrity, named, present, run};

/// What must be the same by whichever client and protocol.
const SAME: [&str; 8] = [
    "content-type",
    "cache-control",
    "content-length",
    "etag",
    "access-control-allow-origin",
    "strict-transport-security",
    "timing-allow-origin",
    "alt-svc",
];

/// What `redbot` says against the stack and is not mended, each with the reason.
/// docs/local-stack.md has the same list.
const EXPLAINED: [(&str, &str); 1] = [(
    "STORE_PUBLIC_UNNECESSARY",
    "`public` says nothing more for a request without `Authorization` (RFC 9111, section 5.2.2.9); \
     it is what the deploy script sets, and it does no harm",
)];

struct Bench {
    stack: Stack,
    bundle: SdkBundle,
    curl: Curl,
}

impl Bench {
    async fn start() -> Self {
        let bundle = SdkBundle::load(&support::repository().join("fixtures/sdk/dist")).unwrap();
        let stack = Stack::start(StackOptions::new(bundle.clone()))
            .await
            .unwrap();
        let curl = Curl::to(stack.endpoints());
        Self {
            stack,
            bundle,
            curl,
        }
    }

    /// What the manifest says that a client must see.
    fn integrity(&self) -> String {
        self.bundle.manifest().integrity.clone()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn curl_and_nghttp_see_one_answer() {
    if !present("curl") {
        return;
    }
    let bench = Bench::start().await;
    let url = bench.stack.endpoints().sdk_url.clone();
    let mut all = Vec::new();
    for (option, protocol) in [("--http1.1", "http/1.1"), ("--http2", "h2")] {
        let options = [option, "--header", "Origin: null"];
        all.push(bench.curl.sees(&options, &SAME, <[u8]>::to_vec).await);
        let record = bench.stack.access_log().pop().unwrap();
        assert_eq!(record.protocol, protocol, "curl {option}");
    }
    if present("nghttp") {
        let address = format!("https://{}{}", bench.stack.address(), url.path());
        let nghttp = |options: &[&str]| {
            let mut command = Command::new("nghttp");
            // Its own default would ask for gzip.
            command.args(["--timeout=60", "--header=accept-encoding: identity"]);
            command
                .args(["--header=origin: null", &address])
                .args(options);
            command
        };
        // One run for the fields and one for the body: it writes both to one place.
        let verbose = run(nghttp(&["--null-out", "--verbose"])).await.stdout;
        let verbose = String::from_utf8_lossy(&verbose).into_owned();
        let received: Vec<&str> = verbose
            .lines()
            // Without the colours of the terminal that it is not on.
            .filter_map(|line| line.split_once("recv (stream_id="))
            .filter_map(|(_, field)| Some(field.split_once(") ")?.1))
            .collect();
        let status = received
            .iter()
            .find_map(|line| line.strip_prefix(":status: "));
        let status = status.unwrap_or_else(|| panic!("no status: {verbose}"));
        let body = run(nghttp(&[])).await.stdout;
        all.push(Seen {
            status: status.trim().parse().unwrap(),
            headers: named(&SAME, received.into_iter()),
            integrity: integrity(&body),
        });
    }
    for seen in &all {
        assert_eq!(seen.status, 200);
        assert_eq!(seen.integrity, bench.integrity());
        assert_eq!(seen.headers.len(), SAME.len(), "{seen:?}");
        assert_eq!(seen, &all[0]);
    }
    bench.stack.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn curl_is_redirected_from_port_80_and_follows() {
    if !present("curl") {
        return;
    }
    let bench = Bench::start().await;
    let plain = bench.stack.endpoints().sdk_url.to_string();
    let plain = plain.replace("https:", "http:");
    let mut curl = bench.curl.command();
    curl.args([
        "--location",
        "--write-out",
        "%{stderr}%{num_redirects}",
        &plain,
    ]);
    let output = run(curl).await;
    assert_eq!(String::from_utf8_lossy(&output.stderr), "1");
    assert_eq!(integrity(&output.stdout), bench.integrity());
    bench.stack.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redbot_has_no_complaint_that_is_not_explained() {
    let redbot: PathBuf = support::repository().join(".venv/bin/redbot");
    if !redbot.is_file() {
        eprintln!(
            "skipped: there is no {}; run `make setup`",
            redbot.display()
        );
        return;
    }
    let bench = Bench::start().await;
    let address = bench.stack.address();
    let mut complaints = Vec::new();
    for path in [bench.stack.endpoints().sdk_url.path(), "/assets/missing.js"] {
        let mut command = Command::new(&redbot);
        // It looks at no certificate, so that it needs no root.
        command.args(["-o", "har", &format!("https://{address}{path}")]);
        let har: Value = serde_json::from_slice(&run(command).await.stdout).unwrap();
        let notes = har["log"]["entries"][0]["_red_messages"]
            .as_array()
            .unwrap();
        assert!(!notes.is_empty(), "it looked at nothing");
        for note in notes {
            if note["level"] == "BAD" || note["level"] == "WARN" {
                let text = |name: &str| note[name].as_str().unwrap_or_default().to_owned();
                complaints.push((text("note_id"), format!("{path}: {}", text("summary"))));
            }
        }
    }
    complaints.retain(|(id, _)| EXPLAINED.iter().all(|(explained, _)| explained != id));
    assert!(complaints.is_empty(), "{complaints:#?}");
    bench.stack.shutdown().await;
}
