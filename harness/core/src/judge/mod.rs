//! From what was seen to what it means: a journal's records to [`Results`].
//!
//! Invariants:
//! - Judges see observations only. What a scenario told the local stack to do wrong
//!   (`Plan::injected`, `Comparison::injected`, `Meeting::injected`) is never read here.
//! - What the sampler stopped at is what is reported: both go through `Evidence` and
//!   `decide`.
//! - Every verdict names its target, and none is given twice under one name.

mod arms;
mod change;
mod comparison;
mod decide;
mod diagnosed;
mod error;
mod evidence;
mod gather;
mod headline;
mod meeting;
mod metric;
mod phases;
mod requests;
mod sentences;
#[cfg(test)]
mod tests;
mod throttle;

use std::collections::HashSet;

use crate::journal::{Record, RunHeader, TargetKind};
use crate::plan::Source;
use crate::results::{
    ClaimResult, Headline, RESULTS_VERSION, RequestResult, Results, ScenarioResult, Verdict,
};

use comparison::Found;
use gather::PlanLines;

pub use error::JudgeError;

pub(crate) use decide::is_resolved;
pub(crate) use evidence::Evidence;

/// What every sentence names.
struct Target<'a> {
    kind: TargetKind,
    label: &'a str,
}

impl Target<'_> {
    /// The target as the place in a sentence.
    fn place(&self) -> String {
        match self.kind {
            TargetKind::Local => format!("the {}", self.label),
            TargetKind::Deployed => self.label.to_owned(),
        }
    }
}

/// Judges a run from the records of its journal, in their order. A journal that was cut off is
/// judged as far as it goes: what is undecided is `inconclusive`, what was not begun `skipped`.
///
/// # Errors
/// For a journal that does not begin with its `run` line, or is of another version.
pub fn results(records: &[Record]) -> Result<Results, JudgeError> {
    let gathered = gather::gather(records)?;
    let run = gathered.run;
    let target = Target {
        kind: run.target.kind,
        label: &run.target.label,
    };
    let mut lists = Lists::default();
    let scenarios: Vec<ScenarioResult> = gathered
        .plans
        .iter()
        .enumerate()
        .map(|(index, lines)| lists.judge_plan(index, lines, run, &target))
        .collect();
    let executed = gathered.plans.iter().any(PlanLines::is_executed);
    let counts = headline::counts(
        &lists.verdicts,
        lists.claims.iter().map(|claim| claim.standing),
    );
    let outcome = headline::overall(counts, executed);
    Ok(Results {
        version: RESULTS_VERSION,
        greenroom: run.greenroom.clone(),
        run_id: run.run_id.clone(),
        started_at: run.started_at.clone(),
        duration_ms: gathered.duration_ms,
        ended: gathered.ended,
        seed: run.seed,
        target: run.target.clone(),
        host: run.host.clone(),
        browser: run.browser.clone(),
        sdk: run.sdk.clone(),
        outcome,
        headline: Headline {
            gate: headline::gate(outcome, counts, &target),
            answers: scenarios.iter().flat_map(headline::answers).collect(),
        },
        counts,
        verdicts: lists.verdicts,
        claims: lists.claims,
        scenarios,
        notes: headline::notes(&gathered),
        host_load: gathered.host_load,
    })
}

/// The lists of the whole run as they grow.
#[derive(Default)]
struct Lists {
    verdicts: Vec<Verdict>,
    claims: Vec<ClaimResult>,
    names: HashSet<String>,
}

impl Lists {
    fn judge_plan(
        &mut self,
        index: usize,
        lines: &PlanLines<'_>,
        run: &RunHeader,
        target: &Target<'_>,
    ) -> ScenarioResult {
        let source = &lines.plan.source;
        let first = self.verdicts.len();
        let comparisons = lines
            .comparisons
            .iter()
            .map(|of_comparison| {
                let judged = comparison::judge(of_comparison, target, lines.plan.seed);
                let id = &of_comparison.comparison.id;
                for found in judged.verdicts {
                    let text = format!("{id} / {}", found.text);
                    self.push_verdict(index, source, Found { text, ..found });
                }
                for put in judged.claims {
                    self.claims.push(ClaimResult {
                        claim: format!("{} / {id} / {}", source.title, put.text),
                        standing: put.standing,
                        evidence: put.evidence,
                        scenario: index,
                        at: put.at,
                    });
                }
                judged.result
            })
            .collect();
        let requests: Vec<RequestResult> = lines
            .requests
            .iter()
            .map(|of_request| {
                let (mut result, verdicts) = requests::judge(of_request, target);
                result.verdicts = verdicts
                    .into_iter()
                    .map(|found| self.push_verdict(index, source, found))
                    .collect();
                result
            })
            .collect();
        let mut diagnoses = diagnosed::requests(run, &lines.requests, &requests, &self.verdicts);
        let meeting = lines.meeting.as_ref().map(|of_meeting| {
            let first = self.verdicts.len();
            let judged = meeting::judge(of_meeting, &source.title, target, first);
            for found in judged.verdicts {
                self.push_verdict(index, source, found);
            }
            diagnoses.extend(judged.diagnoses);
            judged.result
        });
        if let Some(asked) = &lines.plan.diagnosis {
            let observed = &mut self.verdicts[first..];
            for verdict in observed.iter_mut() {
                verdict.observed = true;
            }
            let found = diagnosed::expected(asked, &diagnoses, observed, lines, target);
            self.push_verdict(index, source, found);
        }
        ScenarioResult {
            source: source.clone(),
            comparisons,
            requests,
            meeting,
            diagnoses,
        }
    }

    /// Adds a verdict under a name that no other has: JUnit and trends go by it.
    fn push_verdict(&mut self, scenario: usize, source: &Source, found: Found) -> usize {
        let plain = format!("{} / {}", source.title, found.text);
        let mut check = plain.clone();
        let mut number = 2;
        while !self.names.insert(check.clone()) {
            check = format!("{plain} ({number})");
            number += 1;
        }
        self.verdicts.push(Verdict {
            check,
            outcome: found.outcome,
            evidence: found.evidence,
            scenario,
            at: found.at,
            observed: false,
        });
        self.verdicts.len() - 1
    }
}
