//! The template that ships, with one fault at a time: each is found by the rule that it breaks.

#![expect(clippy::unwrap_used, reason = "what is not there fails the test")]

use std::collections::BTreeSet;
use std::fmt::Write as _;

use greenroom_cloudformation::Inputs;
use greenroom_core::template::{Review, Severity, review, rules};
use serde::Deserialize;

const TEMPLATE: &str =
    include_str!("../../../fixtures/deployment/cloudformation/chime-sdk-cdn.yaml");
const MUTANTS: &str = include_str!("template_mutants.yaml");

/// What a mutant is caught by where no rule can see it.
const SCENARIOS: &str = "scenarios";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mutants {
    mutants: Vec<Mutant>,
    noted: Vec<Mutant>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mutant {
    name: String,
    replace: String,
    with: String,
    caught: String,
}

fn mutants() -> Mutants {
    serde_saphyr::from_str(MUTANTS).unwrap()
}

impl Mutant {
    fn review(&self) -> Review {
        assert_eq!(
            TEMPLATE.matches(&self.replace).count(),
            1,
            "`{}`: what is replaced is there once",
            self.name
        );
        let text = TEMPLATE.replace(&self.replace, &self.with);
        review("mutant.yaml", &text, &Inputs::default())
            .unwrap_or_else(|error| panic!("`{}` is no template: {error}", self.name))
    }
}

fn lines(review: &Review, rule: &str) -> Vec<u32> {
    let of = review
        .findings
        .iter()
        .filter(|finding| finding.rule == rule);
    of.map(|finding| finding.line).collect()
}

#[test]
fn each_mutant_is_caught_by_its_rule() {
    let mut table = String::new();
    let mut missed = Vec::new();
    for mutant in mutants().mutants {
        let review = mutant.review();
        let grave: Vec<String> = review
            .findings
            .iter()
            .filter(|finding| finding.severity != Severity::Note)
            .map(|finding| format!("{} (line {})", finding.rule, finding.line))
            .collect();
        let seen = match mutant.caught.as_str() {
            SCENARIOS => grave.is_empty(),
            rule => {
                let grave_rule =
                    rules().any(|known| known.id == rule && known.severity != Severity::Note);
                grave_rule && !lines(&review, rule).is_empty() && review.exit_code() == 1
            }
        };
        let by = if grave.is_empty() {
            "by the scenarios".to_owned()
        } else {
            grave.join(", ")
        };
        if !seen {
            missed.push(format!(
                "{}: wants {}, has {by}",
                mutant.name, mutant.caught
            ));
        }
        // Writing to a String cannot fail.
        let _ = writeln!(table, "{} -> {by}", mutant.name);
    }
    assert_eq!(missed, [""; 0]);
    insta::assert_snapshot!(table);
}

#[test]
fn what_is_no_fault_is_a_note() {
    for mutant in mutants().noted {
        let review = mutant.review();
        assert!(
            !lines(&review, &mutant.caught).is_empty() && review.exit_code() == 0,
            "{}: {:#?}",
            mutant.name,
            review.findings
        );
    }
}

#[test]
fn each_rule_is_seen_to_find_something() {
    let Mutants { mutants, noted } = mutants();
    let caught: BTreeSet<String> = mutants
        .into_iter()
        .chain(noted)
        .map(|mutant| mutant.caught)
        .collect();
    let unproved: Vec<&str> = rules()
        .map(|rule| rule.id)
        .filter(|id| !caught.contains(*id))
        .collect();
    // In `template_rules.rs`: what the template that ships says in notes, and what no replacement
    // in it can say.
    assert_eq!(
        unproved,
        [
            "distribution-missing",
            "default-certificate",
            "alarm-computed",
            "alarm-actions",
        ]
    );
}

#[test]
fn there_are_enough_of_them_and_each_has_a_name() {
    let mutants = mutants().mutants;
    let names: BTreeSet<&str> = mutants.iter().map(|mutant| mutant.name.as_str()).collect();
    assert_eq!(names.len(), mutants.len());
    assert!(mutants.len() >= 60);
}
