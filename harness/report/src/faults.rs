//! Faults that were switched on, what a user would see of each, and what greenroom says.
//!
//! This is the one place where plan and results stand side by side: the plan says which faults
//! were on, and the results, which know nothing of them, what was seen.

use greenroom_core::journal::Classification;
use greenroom_core::plan::{Plan, Work};
use greenroom_core::results::{LoadResult, Outcome, Results, ScenarioResult};
use greenroom_core::scenario::{fault_in_words, service_fault_in_words};

use crate::format::NOTHING;
use crate::markdown::{escaped, row};

/// Which alarms a scenario's requests would have raised, in words; `None` where nobody looked.
pub type Alarms<'a> = &'a dyn Fn(usize) -> Option<String>;

/// A Markdown table of the scenarios in which something was done wrong on purpose, in the order of
/// the run. No figure of one run is in it, so that it changes when the findings do.
pub fn fault_table(plans: &[Plan], results: &Results, alarms: Alarms<'_>) -> String {
    let head = ["Fault", "What a user sees", "What greenroom says", "Alarm"];
    let mut text = format!(
        "| {} |\n|{}\n",
        head.join(" | "),
        " --- |".repeat(head.len())
    );
    for (index, (plan, scenario)) in plans.iter().zip(&results.scenarios).enumerate() {
        let faults = injected(plan);
        if faults.is_empty() {
            continue;
        }
        let faults: Vec<String> = faults.iter().map(|fault| escaped(fault)).collect();
        text.push_str(&row(&[
            faults.join(", "),
            escaped(&seen(index, scenario, results)),
            said(scenario),
            escaped(&alarms(index).unwrap_or_else(|| NOTHING.to_owned())),
        ]));
    }
    text
}

fn injected(plan: &Plan) -> Vec<String> {
    let mut faults: Vec<String> = plan.injected.iter().map(fault_in_words).collect();
    if let Work::Meeting(meeting) = &plan.work {
        let services = meeting.injected.iter();
        faults.extend(services.map(|fault| service_fault_in_words(*fault).to_owned()));
    }
    faults
}

/// What the page shows, by its worst load; in a meeting the first step that did not come true.
fn seen(index: usize, scenario: &ScenarioResult, results: &Results) -> String {
    if let Some(meeting) = &scenario.meeting {
        let outcome = |verdict: usize| results.verdicts.get(verdict).map(|one| one.outcome);
        let mut steps = meeting.steps.iter();
        return match steps.find(|step| outcome(step.verdict) == Some(Outcome::Fail)) {
            Some(step) => format!("the call does not go as it should at “{}”", step.text),
            None => "nothing: every step of the call comes true".to_owned(),
        };
    }
    let loads = || scenario.requests.iter().filter_map(|one| one.load.as_ref());
    let bad = loads().find(|load| load.classification != Classification::Ready);
    match bad.or_else(|| loads().next()) {
        Some(load) => page(load),
        None if results.verdicts.iter().any(|one| one.scenario == index) => {
            "no page was loaded".to_owned()
        }
        None => NOTHING.to_owned(),
    }
}

fn page(load: &LoadResult) -> String {
    let seen = match load.classification {
        Classification::Ready => "nothing: the page works",
        Classification::Slow => "a timeout, and the call all the same",
        Classification::TimedOut => "a page that waits and then says that it timed out",
        Classification::NotConnected => "a page that never gets into the call",
        Classification::EnvironmentError => return NOTHING.to_owned(),
        Classification::Undefined
        | Classification::Blocked
        | Classification::Refused
        | Classification::Truncated
        | Classification::Unreachable
        | Classification::PageError => "an error in place of the call",
    };
    // Addresses behind the colon are those of one run.
    let told = load.channel.iter().rev().find_map(|message| {
        let word = message.split(':').next()?;
        (word != "SDK_READY").then_some(word)
    });
    match told {
        Some(word) => format!("{seen}; the app is told {word}"),
        None if load.channel.is_empty() => format!("{seen}; the app is told nothing"),
        None => seen.to_owned(),
    }
}

fn said(scenario: &ScenarioResult) -> String {
    let found: Vec<String> = scenario
        .diagnoses
        .iter()
        .map(|one| format!("**{}**: {}", one.cause.word(), escaped(&one.sentence)))
        .collect();
    if found.is_empty() {
        "nothing".to_owned()
    } else {
        found.join("; ")
    }
}
