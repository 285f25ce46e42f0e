//! Scenarios that are too large to be files, and texts that nobody wrote.

#![expect(clippy::unwrap_used, reason = "what is not there fails the test")]

use std::fmt::Write;

use greenroom_core::journal::TargetKind;
use greenroom_core::plan::{Comparison, ExpectedValue, Meeting, MeetingName, Op, Plan, Step, Work};
use greenroom_core::scenario::{self, Names, ScenarioError, Settings, SourceFile};
use greenroom_model::{Delivery, PageVariant, Role};
use proptest::prelude::*;

const HEAD: &str = "scenario: T\ncompare: {baseline: inline, candidate: cdn}\n";

fn resolve(text: &str) -> Result<Plan, ScenarioError> {
    let source = SourceFile::from_bytes("t.yaml", text.as_bytes().to_vec())?;
    let settings =
        Settings::parse(&Settings::builtin_devices(), &Settings::builtin_networks()).unwrap();
    let scenario = scenario::parse(&source)?;
    scenario::plan(
        &scenario,
        &settings,
        &Names::example(),
        1,
        TargetKind::Local,
    )
}

fn comparisons(text: &str) -> Vec<Comparison> {
    match resolve(text).unwrap().work {
        Work::Compare(comparisons) => comparisons,
        Work::Meeting(_) | Work::Requests(_) => panic!("requests"),
    }
}

#[test]
fn ten_megabytes_are_refused_before_they_are_read() {
    let text = format!("{HEAD}# {}\n", "x".repeat(10_000_000));
    let error = resolve(&text).unwrap_err().to_string();
    assert!(
        error.starts_with("t.yaml:1:1: the file has 100000"),
        "{error}"
    );
    assert!(error.contains("at most 1048576 are read"), "{error}");
    assert!(
        error.lines().last().unwrap().starts_with("help: "),
        "{error}"
    );

    let direct = scenario::parse(&SourceFile::new("t.yaml", text)).unwrap_err();
    assert_eq!(direct.to_string(), error);
}

#[test]
fn an_alias_bomb_is_defused() {
    // Nine levels of ten: a thousand million words if it went off. The values of unknown keys
    // below `device` are skipped, so nothing but the limit stops it.
    let mut text = format!("{HEAD}conditions:\n  - device:\n      a0: &a0 [lol, lol]\n");
    for level in 1..10 {
        let list = vec![format!("*a{}", level - 1); 10].join(", ");
        writeln!(text, "      a{level}: &a{level} [{list}]").unwrap();
    }
    let error = resolve(&text).unwrap_err().to_string();
    assert!(
        error.contains("aliases of this file expand to too much"),
        "{error}"
    );
}

#[test]
fn an_alias_bomb_of_scalars_ends_at_the_limit() {
    let text = format!(
        "scenario: &t T\ncompare: {{baseline: inline, candidate: cdn}}\nexpect: [{}]\n",
        vec!["*t"; 1_000].join(", ")
    );
    let error = resolve(&text).unwrap_err().to_string();
    assert!(
        error.contains("aliases of this file expand to too much"),
        "{error}"
    );
    assert!(error.starts_with("t.yaml:3:"), "{error}");
}

#[test]
fn deep_nesting_is_refused() {
    let text = format!("{HEAD}expect: {}{}\n", "[".repeat(5_000), "]".repeat(5_000));
    let error = resolve(&text).unwrap_err().to_string();
    assert!(error.starts_with("t.yaml:3:"), "{error}");
}

#[test]
fn a_line_of_a_megabyte_is_shown_in_part() {
    let text = format!("{HEAD}expect: [\"{}\"]\n", "x".repeat(900_000));
    let error = resolve(&text).unwrap_err().to_string();
    assert!(error.len() < 1_000, "{} bytes", error.len());
}

#[test]
fn the_matrix_is_every_combination_in_a_fixed_order() {
    let ids: Vec<String> = comparisons(&format!(
        "{HEAD}conditions:\n  - device: [desktop, low-end-mobile]\n    delivery: [webview, https]\n  - {{network: slow-4g}}\n"
    ))
    .into_iter()
    .map(|comparison| comparison.id)
    .collect();
    assert_eq!(
        ids,
        [
            "webview, desktop, unthrottled, cold",
            "https, desktop, unthrottled, cold",
            "webview, low-end-mobile, unthrottled, cold",
            "https, low-end-mobile, unthrottled, cold",
            "webview, desktop, slow-4g, cold",
        ]
    );
}

#[test]
fn alpha_is_shared_by_the_comparisons_whose_relation_gates() {
    let relation = "candidate.sdk_ready is faster than baseline.sdk_ready";
    let text = format!(
        "{HEAD}conditions:\n  - {{device: desktop, expect: [{relation}]}}\n  - {{device: low-end-mobile, expect: [{relation}]}}\n  - {{network: slow-4g, claims: [{relation}]}}\n"
    );
    let alphas: Vec<f64> = comparisons(&text)
        .iter()
        .map(|comparison| comparison.sampling.alpha)
        .collect();
    assert_eq!(alphas, [0.025, 0.025, 0.05]);
}

#[test]
fn a_condition_adds_to_what_the_scenario_expects_and_overrides_its_samples() {
    let text = format!(
        "{HEAD}conditions:\n  - samples: {{at_most: 30}}\n    expect: [candidate.sdk_ready < 2s]\n  - {{device: low-end-mobile}}\nsamples: {{at_least: 12, within: 20s}}\nexpect: [candidate.failures < 10%]\n"
    );
    let all = comparisons(&text);
    let own = &all[0];
    assert_eq!(
        (
            own.sampling.at_least,
            own.sampling.at_most,
            own.sampling.within_ms
        ),
        (12, 30, 20_000)
    );
    let texts: Vec<&str> = own
        .expectations
        .iter()
        .map(|asked| asked.text.as_str())
        .collect();
    assert_eq!(
        texts,
        ["candidate.failures < 10%", "candidate.sdk_ready < 2s"]
    );
    assert_eq!(
        (own.expectations[1].at.line, own.expectations[1].at.column),
        (5, 14)
    );
    assert_eq!(
        (all[1].sampling.at_most, all[1].expectations.len()),
        (40, 1)
    );
}

fn meeting(text: &str) -> Meeting {
    match resolve(text).unwrap().work {
        Work::Meeting(meeting) => *meeting,
        Work::Compare(_) | Work::Requests(_) => panic!("no meeting"),
    }
}

#[test]
fn a_meeting_has_defaults_and_everybody_sends_something_of_their_own() {
    let meeting = meeting(
        "scenario: T\nparticipants: {provider: {}, patient: {}}\nsteps:\n  - provider: start call\n  - patient: join call\n",
    );
    let [provider, patient] = meeting.participants.as_slice() else {
        panic!("two");
    };
    assert_eq!(
        (provider.role, patient.role),
        (Role::Provider, Role::Patient)
    );
    assert_eq!(provider.device.name, "desktop");
    assert!(provider.network.is_unthrottled());
    assert_ne!(provider.media.colour, patient.media.colour);
    assert_ne!(provider.media.tone_hz, patient.media.tone_hz);
    assert_eq!(
        (meeting.variant, meeting.delivery, meeting.timeout_ms),
        (PageVariant::Cdn, Delivery::Webview, 30_000)
    );
}

#[test]
fn all_are_those_who_are_in_the_call_at_that_step() {
    let meeting = meeting(
        "scenario: T\nparticipants: {provider: {}, patient: {}, stranger: {}}\nsteps:\n  - provider: start call\n  - stranger: \"is refused to join: not-authorized\"\n  - patient: join call\n  - all: see and hear each other\n",
    );
    let Step::Receives { directions } = &meeting.steps[3].step else {
        panic!("{:?}", meeting.steps[3]);
    };
    let ways: Vec<(&str, &str, bool, bool)> = directions
        .iter()
        .map(|way| (way.from.as_str(), way.to.as_str(), way.video, way.audio))
        .collect();
    assert_eq!(
        ways,
        [
            ("provider", "patient", true, true),
            ("patient", "provider", true, true),
        ]
    );
}

#[test]
fn values_never_become_part_of_the_sql() {
    let meeting = meeting(
        "scenario: T\nparticipants: {provider: {}}\nsteps:\n  - provider: start call\nrecords:\n  - sql: |\n      SELECT a\n      FROM b WHERE c = ${session.id} AND d = ${appointment.id}\n    rows: [{a: 5, b: \"5\", c: true, d: \"> 2\", e: present, f: absent}]\n",
    );
    let asked = &meeting.records[0];
    assert_eq!(
        asked.text,
        "SELECT a FROM b WHERE c = ${session.id} AND d = ${appointment.id}"
    );
    assert_eq!(asked.sql, "SELECT a\nFROM b WHERE c = $1 AND d = $2");
    assert_eq!(
        asked.parameters,
        [MeetingName::SessionId, MeetingName::AppointmentId]
    );
    let values: Vec<&ExpectedValue> = asked.rows[0].iter().map(|(_, value)| value).collect();
    assert_eq!(
        values,
        [
            &ExpectedValue::Is(5.into()),
            &ExpectedValue::Is("5".into()),
            &ExpectedValue::Is(true.into()),
            &ExpectedValue::Number {
                op: Op::Greater,
                value: 2.0
            },
            &ExpectedValue::Present,
            &ExpectedValue::Absent,
        ]
    );
}

#[test]
fn a_coding_that_is_expected_is_asked_for() {
    let text = "scenario: T\nrequests:\n  - get: https://a.example/\n    expect: {encoding: [gzip, br]}\n  - get: https://a.example/\n    with: {accept-encoding: br}\n    expect: {encoding: br}\n";
    let Work::Requests(requests) = resolve(text).unwrap().work else {
        panic!("comparisons");
    };
    let sent: Vec<&str> = requests
        .iter()
        .map(|request| request.headers[0].value.as_str())
        .collect();
    assert_eq!(sent, ["gzip, br", "br"]);
    // Two requests of one title are kept apart.
    assert_eq!(requests[1].title, "GET https://a.example/ (2)");
}

/// Steps that are right or nearly so.
const STEP: &str = "(start|join|leave|end) call|(un)?mute|camera (on|off)|(sees|hears|stops seeing) (provider|patient|é)|recovers|loses signaling|stops|starts|expires|see and hear each other|browser is killed|\"is refused to (start|join|end): (no-active-call|not-authorized|é)\"";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(source) = SourceFile::from_bytes("t.yaml", bytes) {
            let _ = scenario::parse(&source).map_err(|error| error.to_string());
        }
    }

    #[test]
    fn no_text_below_a_good_head_makes_it_panic(text in "\\PC{0,120}") {
        let _ = resolve(&format!("{HEAD}{text}")).map_err(|error| error.to_string());
    }

    #[test]
    fn no_yaml_like_text_makes_it_panic(
        text in "(expect|claims|conditions|samples|faults|timeout|page): ?[\\[\\]{}:,&*!|>'\"%@`\\-#\n a-z0-9.<é·]{0,60}"
    ) {
        let _ = resolve(&format!("{HEAD}{text}")).map_err(|error| error.to_string());
    }

    #[test]
    fn no_expression_makes_it_panic(text in "[a-z_.<>=% é0-9-]{0,40}") {
        let error = resolve(&format!("{HEAD}expect:\n  - \"candidate.{text}\"\n"));
        if let Err(error) = error {
            // Whatever is wrong is wrong in that line, within the quotes.
            prop_assert_eq!(error.at().line, 4);
            prop_assert!(error.at().column >= 5);
        }
    }

    #[test]
    fn no_steps_make_it_panic(
        steps in proptest::collection::vec(
            ("provider|patient|all|media server|meeting|records|x", STEP), 0..12,
        ),
        sql in "SELECT [a-z${}.:;'\\-é0-9 ]{0,40}",
    ) {
        let mut yaml = "scenario: T\nparticipants: {provider: {}, patient: {}}\nsteps:\n".to_owned();
        for (who, what) in steps {
            writeln!(yaml, "  - {who}: {what}").unwrap();
        }
        writeln!(yaml, "records: [{{sql: \"{sql}\", rows: [{{a: present}}]}}]").unwrap();
        let _ = resolve(&yaml).map_err(|error| error.to_string());
    }

    #[test]
    fn no_request_text_makes_it_panic(text in "[a-z${}.:/?\\-\"'\\[\\], é0-9>=]{0,60}") {
        let yaml = format!("scenario: T\nrequests:\n  - get: {text}\n    with: {{x: {text}}}\n    expect: {{headers: {{etag: {text}}}}}\n");
        let _ = resolve(&yaml).map_err(|error| error.to_string());
    }
}
