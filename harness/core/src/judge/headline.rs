//! The first lines of a report: may this pass, and what a reader must know beside it.

use super::Target;
use super::gather::Gathered;
use crate::figures::{count, number, quoted};
use crate::journal::{Classification, RunEnd, TargetKind};
use crate::results::{Counts, Outcome, ScenarioResult, Standing, Verdict};

/// One sentence for each comparison and meeting, and for requests what is behind what does not
/// hold.
pub(super) fn answers(scenario: &ScenarioResult) -> Vec<String> {
    let compared = scenario.comparisons.iter();
    let mut answers: Vec<String> = compared
        .map(|comparison| &comparison.decision.sentence)
        .chain(scenario.meeting.iter().map(|meeting| &meeting.sentence))
        .cloned()
        .collect();
    // The sentence of a meeting has its diagnoses.
    if scenario.meeting.is_none() {
        let told = scenario.diagnoses.iter();
        answers.extend(told.map(|one| format!("{}: {}.", scenario.source.title, one.sentence)));
    }
    answers
}

/// How many of each that gates.
pub(super) fn counts(verdicts: &[Verdict], standings: impl Iterator<Item = Standing>) -> Counts {
    let mut counts = Counts::default();
    for verdict in verdicts.iter().filter(|verdict| !verdict.observed) {
        let counted = match verdict.outcome {
            Outcome::Pass => &mut counts.pass,
            Outcome::Fail => &mut counts.fail,
            Outcome::Error => &mut counts.error,
            Outcome::Inconclusive => &mut counts.inconclusive,
            Outcome::Skipped => &mut counts.skipped,
        };
        *counted += 1;
    }
    for standing in standings {
        let counted = match standing {
            Standing::Confirmed => &mut counts.claims_confirmed,
            Standing::Refuted => &mut counts.claims_refuted,
            Standing::Open => &mut counts.claims_open,
        };
        *counted += 1;
    }
    counts
}

/// The worst of all: fail, error, inconclusive, pass. What was skipped while other things ran
/// leaves the gate undecided.
pub(super) fn overall(counts: Counts, executed: bool) -> Outcome {
    if !executed {
        Outcome::Skipped
    } else if counts.fail > 0 {
        Outcome::Fail
    } else if counts.error > 0 {
        Outcome::Error
    } else if counts.inconclusive > 0 || counts.skipped > 0 {
        Outcome::Inconclusive
    } else {
        Outcome::Pass
    }
}

/// May this pass the gate? A local run is never worded as leave to ship.
pub(super) fn gate(outcome: Outcome, counts: Counts, target: &Target<'_>) -> String {
    let place = target.place();
    let all = counts.pass + counts.fail + counts.error + counts.inconclusive + counts.skipped;
    let of = |number: u32| format!("{number} of {}", count(all, "check"));
    let verb = |number: u32, one: &str, more: &str| if number == 1 { one } else { more }.to_owned();
    let sentence = match outcome {
        Outcome::Pass if all == 0 => {
            format!("Nothing gates this run on {place}: it only compares.")
        }
        Outcome::Pass => format!(
            "Gate passed on {place}: {} {}.",
            of(counts.pass),
            verb(all, "holds", "hold")
        ),
        Outcome::Fail => format!(
            "Gate failed on {place}: {} {}.",
            of(counts.fail),
            verb(counts.fail, "does not hold", "do not hold")
        ),
        Outcome::Error => format!(
            "Gate not decided on {place}: {} could not be found out, for want of a working \
             environment.",
            of(counts.error)
        ),
        Outcome::Inconclusive => format!(
            "Gate not passed on {place}: {} {} undecided for want of evidence.",
            of(counts.inconclusive + counts.skipped),
            verb(counts.inconclusive + counts.skipped, "is", "are")
        ),
        Outcome::Skipped => format!("Nothing was executed on {place}."),
    };
    match (target.kind, outcome) {
        (TargetKind::Local, Outcome::Pass) => {
            format!("{sentence} This says nothing yet of a deployment.")
        }
        _ => sentence,
    }
}

/// What a reader should know of the run.
pub(super) fn notes(gathered: &Gathered<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    match gathered.ended {
        None => notes.push(
            "The journal has no end line: the run was cut off, and what was undecided then \
             stays undecided."
                .to_owned(),
        ),
        Some(RunEnd::Interrupted) => notes.push("The run was interrupted (SIGINT).".to_owned()),
        Some(RunEnd::Terminated) => notes.push("The run was terminated (SIGTERM).".to_owned()),
        Some(RunEnd::Finished) => {}
    }
    let lost = gathered
        .events
        .iter()
        .filter(|event| event.kind == "session_lost")
        .count();
    if lost > 0 {
        notes.push(format!(
            "{} lost and replaced.",
            count(lost as u64, "browser session")
        ));
    }
    for event in &gathered.events {
        if matches!(event.kind.as_str(), "resumed" | "journal_cut") {
            notes.push(quoted(&event.detail));
        }
    }
    notes.extend(environment_errors(gathered));
    notes.extend(host(gathered));
    notes
}

/// Environment errors, counted apart from the product's failures.
fn environment_errors(gathered: &Gathered<'_>) -> Option<String> {
    let mut spoilt = gathered
        .plans
        .iter()
        .flat_map(|plan| &plan.comparisons)
        .flat_map(|comparison| &comparison.samples)
        .filter(|sample| sample.classification == Classification::EnvironmentError)
        .peekable();
    let first = spoilt
        .peek()
        .and_then(|sample| sample.reason.as_deref())
        .map(|reason| format!(" The first: {}.", quoted(reason)))
        .unwrap_or_default();
    let number = spoilt.count();
    (number > 0).then(|| {
        format!(
            "{} spoilt by the environment and left out, which says nothing of the product.{first}",
            count(number as u64, "load")
        )
    })
}

fn host(gathered: &Gathered<'_>) -> Option<String> {
    let highest = |field: fn(&crate::journal::HostLoad) -> f64| {
        gathered.host_load.iter().map(field).fold(0.0, f64::max)
    };
    (!gathered.host_load.is_empty()).then(|| {
        format!(
            "Host: load average up to {} on {}, at most {}% of CPU time stolen by the hypervisor.",
            number(highest(|load| load.load_average), 1),
            count(gathered.run.host.cores, "core"),
            number(highest(|load| load.steal_percent), 1)
        )
    })
}
