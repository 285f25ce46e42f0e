//! JUnit XML: a suite for each scenario, a case for each check.
//!
//! Failure is not error: only `fail` is a `<failure>`. A claim never fails anything; it is a
//! property of its suite and a line of its output.

use std::fmt::Write as _;
use std::time::Duration;

use greenroom_core::plan::At;
use greenroom_core::results::{DiagnosisResult, Outcome, Results, ScenarioResult, Verdict};
use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use crate::error::RenderError;
use crate::untrusted::{LINE, SENTENCE, shown};
use crate::wording;

/// The gating checks as JUnit XML, for a pipeline.
///
/// `fail` is a `<failure>`, `error` an `<error>`, `inconclusive` an
/// `<error type="inconclusive">`, `skipped` a `<skipped>`. The time of a request's case is that
/// of its exchange, that of a meeting's step is the step's; other checks have none of their own.
///
/// # Errors
/// [`RenderError::Junit`] if the XML cannot be written.
pub fn junit(results: &Results) -> Result<String, RenderError> {
    let mut report = Report::new(shown(&format!("greenroom {}", results.run_id), LINE));
    report.timestamp = results.started_at.parse().ok();
    if let Some(time) = seconds(results.duration_ms) {
        report.set_time(time);
    }
    for (index, scenario) in results.scenarios.iter().enumerate() {
        report.add_test_suite(suite(index, scenario, results));
    }
    report.to_string().map_err(RenderError::Junit)
}

fn suite(index: usize, scenario: &ScenarioResult, results: &Results) -> TestSuite {
    let mut suite = TestSuite::new(shown(&scenario.source.title, LINE));
    for (name, value) in [
        ("file", scenario.source.path.clone()),
        ("target", results.target.label.clone()),
        ("sdk-url", results.target.sdk_url.clone()),
        ("seed", results.seed.to_string()),
    ] {
        suite.add_property(Property::new(name, shown(&value, SENTENCE)));
    }
    let mut claims = String::new();
    for claim in results
        .claims
        .iter()
        .filter(|claim| claim.scenario == index)
    {
        let standing = wording::standing(claim.standing).word;
        let what = shown(&claim.claim, SENTENCE);
        let evidence = shown(&claim.evidence, SENTENCE);
        // Writing to a String cannot fail.
        let _ = writeln!(claims, "claim {standing}: {what}: {evidence}");
        suite.add_property(Property::new(
            format!("claim: {what}"),
            format!("{standing}: {evidence}"),
        ));
    }
    let mut said = String::new();
    for found in &scenario.diagnoses {
        let _ = writeln!(said, "{}", cause(found));
        let _ = writeln!(said, "what to do: {}", shown(&found.remedy, SENTENCE));
    }
    said.push_str(&claims);
    if !said.is_empty() {
        suite.set_system_out(said);
    }
    for (number, verdict) in results.verdicts.iter().enumerate() {
        if verdict.scenario == index {
            let why = wording::explanation(number, scenario);
            suite.add_test_case(case(verdict, why, scenario, took_ms(number, scenario)));
        }
    }
    suite
}

/// How long what the verdict with this index judges took: a request or a step of a meeting.
fn took_ms(verdict: usize, scenario: &ScenarioResult) -> Option<f64> {
    let mut requests = scenario.requests.iter();
    let mut steps = scenario.meeting.iter().flat_map(|meeting| &meeting.steps);
    requests
        .find(|request| request.verdicts.contains(&verdict))
        .and_then(|request| Some(request.exchange.as_ref()?.duration_ms))
        .or_else(|| steps.find(|step| step.verdict == verdict)?.duration_ms)
}

fn case(
    verdict: &Verdict,
    why: Option<&DiagnosisResult>,
    scenario: &ScenarioResult,
    took_ms: Option<f64>,
) -> TestCase {
    let evidence = shown(&verdict.evidence, SENTENCE);
    let mut status = match verdict.outcome {
        // What is only observed fails nothing, whatever became of it.
        _ if verdict.observed => TestCaseStatus::success(),
        Outcome::Pass => TestCaseStatus::success(),
        Outcome::Fail => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Outcome::Error | Outcome::Inconclusive => {
            TestCaseStatus::non_success(NonSuccessKind::Error)
        }
        Outcome::Skipped => TestCaseStatus::skipped(),
    };
    let passed = verdict.outcome == Outcome::Pass || verdict.observed;
    if !passed {
        // The cause leads, with what to do about it in the text below.
        status.set_message(match why {
            Some(found) => format!("{}: {evidence}", cause(found)),
            None => evidence.clone(),
        });
    }
    if !passed && verdict.outcome != Outcome::Skipped {
        status.set_type(wording::outcome(verdict.outcome).word);
        let mut text = String::new();
        if let Some(At { line, column }) = verdict.at {
            let path = shown(&scenario.source.path, LINE);
            let _ = writeln!(text, "{path}:{line}:{column}: {evidence}");
        }
        if let Some(found) = why {
            let _ = writeln!(text, "{}", cause(found));
            let _ = writeln!(text, "what to do: {}", shown(&found.remedy, SENTENCE));
        }
        if !text.is_empty() {
            status.set_description(text.trim_end());
        }
    }
    let mut case = TestCase::new(shown(&verdict.check, SENTENCE), status);
    case.set_classname(shown(&scenario.source.path, LINE));
    if verdict.observed {
        let outcome = wording::outcome(verdict.outcome).word;
        case.set_system_out(format!("observed, does not gate: {outcome}: {evidence}"));
    } else if passed {
        case.set_system_out(evidence);
    }
    if let Some(time) = took_ms.and_then(seconds) {
        case.set_time(time);
    }
    case
}

fn cause(found: &DiagnosisResult) -> String {
    format!(
        "{}: {}",
        found.cause.word(),
        shown(&found.sentence, SENTENCE)
    )
}

fn seconds(ms: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(ms / 1e3).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::sample_results;
    use crate::sample_call::call_results;

    fn read(results: &Results) -> Report {
        Report::deserialize_from_str(&junit(results).unwrap()).unwrap()
    }

    #[test]
    fn the_xml_holds_what_the_results_say() {
        insta::assert_snapshot!(junit(&sample_results()).unwrap());
    }

    #[test]
    fn each_outcome_has_its_element() {
        let report = read(&sample_results());
        let kinds: Vec<_> = report
            .test_suites
            .iter()
            .flat_map(|suite| &suite.test_cases)
            .map(|case| match &case.status {
                TestCaseStatus::Success { .. } => "success".to_owned(),
                TestCaseStatus::Skipped { .. } => "skipped".to_owned(),
                TestCaseStatus::NonSuccess { kind, ty, .. } => {
                    format!("{kind:?} {}", ty.as_ref().unwrap().as_str())
                }
            })
            .collect();
        assert_eq!(
            kinds,
            [
                "success",
                "Failure fail",
                "Error inconclusive",
                "Error error",
                "success",
                "success",
                "skipped"
            ]
        );
    }

    #[test]
    fn a_claim_is_never_a_failure() {
        let mut results = sample_results();
        results.verdicts.clear();
        let report = read(&results);
        assert_eq!((report.failures, report.errors, report.tests), (0, 0, 0));
        let xml = junit(&results).unwrap();
        assert!(xml.contains("claim refuted"), "{xml}");
    }

    #[test]
    fn hostile_text_stays_text() {
        let xml = junit(&sample_results()).unwrap();
        assert!(!xml.contains("<script>"));
        assert!(!xml.contains('\u{7}') && !xml.contains('\u{202e}'));
        let report = read(&sample_results());
        let last = report.test_suites[1].test_cases.last().unwrap();
        assert!(last.name.as_str().contains("<script>alert(\"1\")</script>"));
    }

    #[test]
    fn the_run_and_a_request_have_their_times() {
        let report = read(&sample_results());
        assert_eq!(report.time, Some(Duration::from_millis(163_250)));
        assert!(report.timestamp.is_some());
        let request = &report.test_suites[1].test_cases[0];
        assert_eq!(request.time, Some(Duration::from_millis(25)));
    }

    #[test]
    fn the_steps_of_a_call_are_cases_with_their_times() {
        let report = read(&call_results());
        let cases = &report.test_suites[0].test_cases;
        assert_eq!((report.tests, report.failures, report.errors), (18, 3, 1));
        assert_eq!(
            cases[0].name.as_str(),
            "Provider and patient meet / provider: start call"
        );
        assert_eq!(cases[0].time, Some(Duration::from_millis(2_540)));
        assert_eq!(cases[10].time, None, "a limit has no time of its own");
    }
}
