//! JUnit XML: a suite for the template, a case for each rule.

use std::fmt::Write as _;

use greenroom_core::template::{Finding, Review, Rule, Severity, rules};
use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use crate::error::RenderError;
use crate::untrusted::{LINE, SENTENCE, shown};

/// The rules as JUnit XML, for a pipeline.
///
/// A rule that found an error or a warning is a `<failure>` of that type; one that found a note is
/// passed, with the note in its output.
///
/// # Errors
/// [`RenderError::Junit`] if the XML cannot be written.
pub fn junit(review: &Review) -> Result<String, RenderError> {
    let mut report = Report::new("greenroom template");
    let mut suite = TestSuite::new(shown(&review.file, LINE));
    suite.add_property(Property::new("region", shown(&review.region, LINE)));
    for (name, value) in &review.parameters {
        suite.add_property(Property::new(
            format!("parameter: {}", shown(name, LINE)),
            shown(value, LINE),
        ));
    }
    for rule in rules() {
        suite.add_test_case(case(review, rule));
    }
    report.add_test_suite(suite);
    report.to_string().map_err(RenderError::Junit)
}

fn case(review: &Review, rule: &Rule) -> TestCase {
    let found: Vec<&Finding> = review
        .findings
        .iter()
        .filter(|finding| finding.rule == rule.id)
        .collect();
    let mut told = String::new();
    for finding in &found {
        // Writing to a String cannot fail.
        let _ = writeln!(
            told,
            "{}:{}:{}: {}; {}",
            shown(&review.file, LINE),
            finding.line,
            finding.column,
            shown(&finding.reason, SENTENCE),
            shown(&finding.fix, SENTENCE)
        );
    }
    let fails = !found.is_empty() && rule.severity != Severity::Note;
    let status = if fails {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_type(rule.severity.word());
        status.set_message(shown(&found[0].reason, SENTENCE));
        status.set_description(told.clone());
        status
    } else {
        TestCaseStatus::success()
    };
    let mut case = TestCase::new(rule.id, status);
    case.set_classname(shown(&review.file, LINE));
    if !fails && !told.is_empty() {
        case.set_system_out(told);
    }
    case
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::sample::review;

    #[test]
    fn each_rule_is_a_case_and_errors_and_warnings_are_failures() {
        let xml = junit(&review()).unwrap();
        let report = Report::deserialize_from_str(&xml).unwrap();
        assert_eq!((report.tests, report.failures), (rules().count(), 2));
        let cases = &report.test_suites[0].test_cases;
        let failed: Vec<(&str, String)> = cases
            .iter()
            .filter_map(|case| match &case.status {
                TestCaseStatus::NonSuccess { ty, .. } => {
                    Some((case.name.as_str(), ty.as_ref().unwrap().to_string()))
                }
                _ => None,
            })
            .collect();
        assert_eq!(
            failed,
            [
                ("cors-origin-form", "error".to_owned()),
                ("compress", "warning".to_owned())
            ]
        );
        let noted: Vec<&str> = cases
            .iter()
            .filter(|case| case.system_out.is_some())
            .map(|case| case.name.as_str())
            .collect();
        assert_eq!(noted, ["default-certificate"]);
    }

    #[test]
    fn hostile_text_stays_text() {
        let xml = junit(&review()).unwrap();
        assert!(
            !xml.contains("<script>") && !xml.contains('\u{202e}'),
            "{xml}"
        );
    }
}
