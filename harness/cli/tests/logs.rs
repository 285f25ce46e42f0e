//! `greenroom logs`: what it prints, and with which code it ends.

#![expect(clippy::unwrap_used, reason = "what is not there fails the test")]

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use flate2::Compression;
use flate2::write::GzEncoder;
use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::contains;
use serde_json::Value;
use tempfile::TempDir;

const FIELDS: &str = "#Version: 1.0\n#Fields: date time x-edge-location sc-bytes c-ip cs-method \
                      cs(Host) cs-uri-stem sc-status x-edge-result-type cs-protocol time-taken\n";

/// Requests in minutes from 10:00 on: of each minute how many, with which status, and what the
/// cache made of them.
fn log(minutes: &[(u32, u16, &str)]) -> String {
    let mut log = FIELDS.to_owned();
    for (minute, (count, status, result)) in minutes.iter().enumerate() {
        for _ in 0..*count {
            let _ = writeln!(
                log,
                "2026-01-02\t10:{minute:02}:30\tFRA56-P9\t1000\t192.0.2.1\tGET\td111111abcdef8.cloudfront.net\t/sdk.js\t{status}\t{result}\thttps\t0.010",
            );
        }
    }
    log
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

struct Bench(TempDir);

impl Bench {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }
}

fn greenroom() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_greenroom"));
    command.arg("logs");
    // Well above what a slow machine needs, and an end all the same.
    command.timeout(std::time::Duration::from_mins(1));
    command
}

fn shipped_template() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fixtures/deployment/cloudformation/chime-sdk-cdn.yaml")
}

#[test]
fn a_log_within_every_target_is_exit_0() {
    let bench = Bench::new();
    let log = log(&[(95, 200, "Hit"), (5, 200, "Miss")]);
    greenroom()
        .arg(bench.file("one.log", log))
        .assert()
        .code(0)
        .stdout(contains(
            "100 requests, 97.66 KiB, from 2026-01-02T10:00:30Z to 2026-01-02T10:01:30Z",
        ))
        .stdout(contains("Cache: 95 hits, 5 misses"))
        .stdout(contains("NOT MET").not());
}

#[test]
fn a_target_that_is_not_met_is_exit_1_and_named() {
    let bench = Bench::new();
    let log = log(&[(95, 200, "Hit"), (2, 503, "Error")]);
    greenroom()
        .arg(bench.file("one.log", log))
        .assert()
        .code(1)
        .stdout(contains("Statuses: 200 95, 503 2"))
        .stdout(predicates::str::is_match(r"5xx[^\n]*2\.06[^\n]*NOT MET").unwrap())
        .stdout(predicates::str::is_match(r"4xx[^\n]*0\.00[^\n]*met").unwrap());
}

#[test]
fn cost_is_a_target_where_a_budget_is_given() {
    let bench = Bench::new();
    let file = bench.file("one.log", log(&[(99, 200, "Hit")]));
    for (budget, code) in [("1000000", 0), ("0.000001", 1)] {
        greenroom()
            .arg(&file)
            .args(["--monthly-budget", budget])
            .assert()
            .code(code);
    }
}

#[test]
fn files_are_added_up_whether_gzip_or_not_and_from_standard_input() {
    let bench = Bench::new();
    let plain = bench.file("plain.log", log(&[(10, 200, "Hit")]));
    // As CloudFront writes one file after the other, a log may be several gzip members.
    let members = [
        gzip(&log(&[(20, 200, "Hit")])),
        gzip(&log(&[(30, 200, "Hit")])),
    ]
    .concat();
    let output = greenroom()
        .args([plain, bench.file("members.gz", members), "-".into()])
        .args(["--format", "json"])
        .write_stdin(gzip(&log(&[(40, 200, "Hit")])))
        .assert()
        .code(0);
    let figures: Value = serde_json::from_slice(&output.get_output().stdout).unwrap();
    assert_eq!(figures["summary"]["requests"], 100);
}

#[test]
fn logs_without_a_request_are_exit_4() {
    let bench = Bench::new();
    for content in [FIELDS, ""] {
        greenroom()
            .arg(bench.file("empty.log", content))
            .assert()
            .code(4)
            .stdout(contains("no request"));
    }
}

#[test]
fn what_is_no_log_is_exit_2_and_says_why() {
    let bench = Bench::new();
    let whole = gzip(&log(&[(50, 200, "Hit")]));
    let utf16: Vec<u8> = log(&[(1, 200, "Hit")])
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let no_status = log(&[(1, 200, "Hit")]).replace(" sc-status", " sc-statue");
    for (name, content, said) in [
        ("page.html", b"<html>\n<p>denied</p>\n".to_vec(), "#Fields"),
        ("statue.log", no_status.into_bytes(), "`sc-status`"),
        ("wide.log", utf16, "no line of it is a request"),
        ("cut.gz", whole[..whole.len() / 2].to_vec(), "gzip"),
    ] {
        greenroom()
            .arg(bench.file(name, content))
            .assert()
            .code(2)
            .stderr(contains(name))
            .stderr(contains(said))
            .stderr(contains("help: "))
            .stdout("");
    }
    for place in [bench.0.path().to_path_buf(), bench.0.path().join("no.log")] {
        greenroom()
            .arg(&place)
            .assert()
            .code(2)
            .stderr(contains(place.to_str().unwrap()))
            .stderr(contains("help: "));
    }
}

#[test]
fn lines_that_cannot_be_read_are_counted_and_end_nothing() {
    let bench = Bench::new();
    let whole = log(&[(99, 200, "Hit")]);
    let mut damaged = whole.into_bytes();
    damaged.extend_from_slice(b"2026-01-02\t10:00:30\tFRA\n\xff\xfe\n2026-13-02\t1");
    greenroom()
        .arg(bench.file("damaged.log", damaged))
        .assert()
        .code(0)
        .stdout(contains("99 requests"))
        .stdout(contains(
            "3 lines could not be read: 1 cut off at the end of a file, 1 with fields missing, 1 not UTF-8",
        ));
}

#[test]
fn the_template_s_alarms_are_followed() {
    let bench = Bench::new();
    // Ten minutes in which every second is bad, and then ten good ones. After minute 5 the five
    // minutes before it are bad, and so is the one that there is of the five before those.
    let bad: Vec<_> = (0..20)
        .map(|minute| match minute {
            0..10 if minute % 2 == 0 => (10, 404, "Error"),
            _ => (45, 200, "Hit"),
        })
        .collect();
    let file = bench.file("alarms.log", log(&bad));
    greenroom()
        .arg(&file)
        .arg("--template")
        .arg(shipped_template())
        .assert()
        .code(1)
        .stdout(contains(
            "ClientErrorAlarm (4xxErrorRate) would have fired 1 time(s), first at 2026-01-02T10:06:00Z",
        ))
        .stdout(contains("ServerErrorAlarm (5xxErrorRate) would not have fired"));
}

#[test]
fn parameters_reach_the_template() {
    let bench = Bench::new();
    let file = bench.file("one.log", log(&[(99, 200, "Hit")]));
    let with = |parameter: &str| {
        let mut command = greenroom();
        command
            .arg(&file)
            .arg("--template")
            .arg(shipped_template())
            .args(["--parameter", parameter]);
        command.assert()
    };
    with("PriceClass=PriceClass_200")
        .code(0)
        .stdout(contains("* PriceClass_200"));
    with("PriceClass=PriceClass_7")
        .code(2)
        .stderr(contains("PriceClass_7"));
}
