//! `greenroom template`: what it prints, and with which code it ends.

#![expect(clippy::unwrap_used, reason = "what is not there fails the test")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use predicates::prelude::{PredicateBooleanExt as _, predicate};
use predicates::str::{contains, starts_with};
use tempfile::TempDir;

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fixtures/deployment/cloudformation/chime-sdk-cdn.yaml")
}

fn greenroom(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_greenroom"));
    command.arg("template").args(arguments);
    // Well above what a slow machine needs, and an end all the same.
    command.timeout(std::time::Duration::from_mins(1));
    command
}

/// A file with a text, in a folder of its own.
struct Written {
    _folder: TempDir,
    path: String,
}

fn written(text: impl AsRef<[u8]>) -> Written {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("template.yaml");
    std::fs::write(&path, text).unwrap();
    Written {
        path: path.to_str().unwrap().to_owned(),
        _folder: folder,
    }
}

fn mutant(from: &str, to: &str) -> Written {
    let text = std::fs::read_to_string(shipped()).unwrap();
    assert_eq!(text.matches(from).count(), 1, "`{from}`");
    written(text.replace(from, to))
}

#[test]
fn the_template_that_ships_is_clean() {
    greenroom(&[shipped().to_str().unwrap()])
        .assert()
        .code(0)
        .stdout(contains("0 errors, 0 warnings, 3 notes"));
}

#[test]
fn a_warning_is_exit_1_and_says_where_why_and_what_to_do() {
    let file = mutant("Compress: true", "Compress: false");
    greenroom(&[&file.path])
        .assert()
        .code(1)
        .stdout(contains(
            "warning [compress] the default behaviour does not compress",
        ))
        .stdout(contains("|           Compress: false\n"))
        .stdout(contains("help: set `Compress` to `true`"))
        .stdout(contains("0 errors, 1 warning, 3 notes"));
}

#[test]
fn a_parameter_changes_what_is_found() {
    let file = shipped();
    let file = file.to_str().unwrap();
    greenroom(&[file, "--parameter", "PriceClass=PriceClass_All"])
        .assert()
        .code(1)
        .stdout(contains("[price-class]"));
    greenroom(&[
        file,
        "--parameter",
        "AlarmTopicArn=arn:aws:sns:us-east-1:123456789012:on-call",
        "--region",
        "eu-west-1",
    ])
    .assert()
    .code(0)
    .stdout(contains("0 errors, 0 warnings, 1 note (").and(contains("eu-west-1")));
}

#[test]
fn each_form_holds_the_finding() {
    let file = mutant("Compress: true", "Compress: false");
    let printed = |format: &str| {
        let output = greenroom(&[&file.path, "--format", format])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{format}");
        String::from_utf8(output.stdout).unwrap()
    };
    let json: serde_json::Value = serde_json::from_str(&printed("json")).unwrap();
    assert_eq!(json["review_version"], 1);
    let rules: Vec<&str> = json["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["rule"].as_str().unwrap())
        .collect();
    assert!(rules.contains(&"compress"), "{rules:?}");
    let sarif: serde_json::Value = serde_json::from_str(&printed("sarif")).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert!(
        results
            .iter()
            .any(|one| one["ruleId"] == "compress" && one["level"] == "warning")
    );
    assert!(printed("junit").contains("<failure"));
}

/// A file that cannot be read as a template: exit code 2, nothing on stdout, a place and a remedy.
fn refused(text: impl AsRef<[u8]>, says: &str) {
    let file = written(text);
    greenroom(&[&file.path])
        .assert()
        .code(2)
        .stdout("")
        .stderr(starts_with(file.path.as_str()))
        .stderr(contains(says))
        .stderr(contains("\n  help: "));
}

#[test]
fn what_is_no_template_is_refused() {
    refused("", "");
    refused("Resources: [unclosed", ":1:");
    refused("just a sentence", ":1:1: ");
    refused("Resources: {}", "resources");
    refused([0xff, 0xfe, b'a'], "UTF-8");
    refused("\u{0}\u{1}", ":1:");
    let deep = "[".repeat(100_000);
    refused(format!("Resources: {deep}"), ":1:");
    refused(
        "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a]\nResources: *b",
        "",
    );
}

#[test]
fn circles_and_what_is_missing_are_named() {
    refused(
        "Conditions:\n  A: !Not [!Condition B]\n  B: !Not [!Condition A]\nResources: {T: {Type: AWS::SNS::Topic}}",
        "A",
    );
    refused(
        "Resources:\n  A: {Type: AWS::SNS::Topic, DependsOn: B}\n  B: {Type: AWS::SNS::Topic, DependsOn: A}",
        "A",
    );
    refused(
        "Parameters: {Who: {Type: String}}\nResources: {T: {Type: AWS::SNS::Topic}}",
        "`Who`",
    );
    refused(
        "Resources: {T: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref Nobody}}}",
        "`Nobody`",
    );
    refused(
        "Resources: {T: {Type: AWS::SNS::Topic, Properties: {TopicName: !Guess x}}}",
        "Guess",
    );
}

#[test]
fn a_parameter_that_the_template_does_not_have_is_refused() {
    let file = shipped();
    greenroom(&[
        file.to_str().unwrap(),
        "--parameter",
        "PriceClas=PriceClass_100",
    ])
    .assert()
    .code(2)
    .stderr(contains("PriceClas"));
    greenroom(&[file.to_str().unwrap(), "--parameter", "PriceClass"])
        .assert()
        .code(2)
        .stderr(contains("NAME=VALUE"));
}

#[test]
fn a_file_that_is_not_there_or_has_no_end_is_refused() {
    greenroom(&["no/such/template.yaml"])
        .assert()
        .code(2)
        .stderr(contains("no/such/template.yaml"));
    greenroom(&["/dev/zero"])
        .assert()
        .code(2)
        .stderr(contains("16 MiB"));
    let folder = tempfile::tempdir().unwrap();
    greenroom(&[folder.path().to_str().unwrap()])
        .assert()
        .code(2);
}

#[test]
fn a_template_in_json_is_one() {
    let file = written(
        r#"{"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "x"}}}}"#,
    );
    greenroom(&[&file.path])
        .assert()
        .code(1)
        .stdout(contains("[distribution-missing]"))
        .stderr("");
}

#[test]
fn ten_thousand_resources_are_read() {
    let mut text = String::from("Resources:\n");
    for number in 0..10_000 {
        let kind = match number % 4 {
            0 => "AWS::S3::Bucket",
            1 => "AWS::SNS::Topic",
            2 => {
                "AWS::S3::BucketPolicy\n    Properties: {Bucket: b, PolicyDocument: {Statement: []}}"
            }
            _ => {
                "AWS::CloudWatch::Alarm\n    Properties: {Namespace: AWS/CloudFront, MetricName: Requests, \
                  ComparisonOperator: GreaterThanThreshold, Threshold: 1, EvaluationPeriods: 1}"
            }
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  R{number}:\n    Type: {kind}");
    }
    let file = written(text);
    greenroom(&[&file.path])
        .assert()
        .code(1)
        .stdout(contains("[distribution-missing]").and(predicate::str::is_empty().not()));
}
