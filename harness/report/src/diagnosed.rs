//! What each form says of causes, of pages and handshakes among requests, and of HTTP/3.

use greenroom_core::results::Results;
use serde_json::json;

use crate::context::Page;
use crate::sample::HOSTILE;
use crate::sample_diagnosed::diagnosed_results;
use crate::{html, junit, markdown, summary};

#[test]
fn the_context_leads_with_causes_and_folds_what_they_explain() {
    let context = serde_json::to_value(Page::of(&diagnosed_results())).unwrap();
    insta::assert_json_snapshot!(json!({
        "verdicts": context["verdicts"],
        "scenarios": context["scenarios"],
    }));
}

#[test]
fn the_summary_of_a_pipeline_says_the_causes() {
    insta::assert_snapshot!(markdown(&diagnosed_results()));
}

#[test]
fn a_case_that_a_cause_explains_says_so() {
    insta::assert_snapshot!(junit(&diagnosed_results()).unwrap());
}

#[test]
fn the_last_lines_say_the_causes() {
    insta::assert_snapshot!(summary(&diagnosed_results()));
}

#[test]
fn json_keeps_causes_pages_and_handshakes() {
    let results = diagnosed_results();
    let text = crate::json(&results).unwrap();
    let schema = jsonschema::validator_for(&crate::results_schema()).unwrap();
    let errors: Vec<_> = schema
        .iter_errors(&serde_json::from_str(&text).unwrap())
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(errors, [""; 0]);
    let read: Results = serde_json::from_str(&text).unwrap();
    assert_eq!(read, results);
}

/// A sentence quotes what a server sent.
#[test]
fn what_a_cause_quotes_is_text_in_every_form() {
    let results = diagnosed_results();
    let quoted = &results.scenarios[0].diagnoses[0];
    assert!(quoted.sentence.contains("<script>") && quoted.remedy.contains("<script>"));
    assert!(HOSTILE.contains("<script>"));

    let page = html(&results).unwrap();
    let cause = page
        .split("no <code>Access-Control-Allow-Origin</code> for ")
        .nth(1)
        .unwrap();
    assert!(
        cause.starts_with("&lt;&#x2f;td&gt;&lt;&#x2f;table&gt;&lt;script&gt;alert"),
        "{}",
        &cause[..80]
    );
    let remedy = page.split("allow it: ").nth(1).unwrap();
    assert!(remedy.starts_with("&lt;&#x2f;td&gt;"), "{}", &remedy[..80]);

    let xml = junit(&results).unwrap();
    let lines = markdown(&results);
    for (form, text) in [("html", &page), ("xml", &xml), ("markdown", &lines)] {
        for markup in ["<script", "<img", "\u{7}", "\u{202e}"] {
            assert!(!text.contains(markup), "{markup:?} in {form}");
        }
    }
    assert!(xml.contains("&lt;script&gt;") && lines.contains("&#60;script&#62;"));
    let last = summary(&results);
    assert!(!last.contains('\u{7}') && !last.contains('\u{202e}'));
}
