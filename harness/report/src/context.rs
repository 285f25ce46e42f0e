//! What the HTML template is given: every figure printed, every text bounded, every picture
//! drawn. The template only arranges.

pub(crate) mod comparison;
pub(crate) mod diagnoses;
pub(crate) mod glossary;
pub(crate) mod meeting;
pub(crate) mod provenance;
pub(crate) mod requests;
pub(crate) mod samples;
mod tables;

use greenroom_core::plan::At;
use greenroom_core::results::{ComparisonResult, Results, ScenarioResult, Verdict};
use serde::Serialize;

use crate::chart::{Picture, interval};
use crate::format;
use crate::untrusted::{LINE, SENTENCE, shown};
use crate::wording::{self, Badge};
use comparison::Comparison;
use diagnoses::Checks;
use meeting::Meeting;
use provenance::Fact;
use requests::Request;
use samples::SampleTable;

/// The whole page.
#[derive(Debug, Serialize)]
pub(crate) struct Page {
    /// The browser's title: outcome and target.
    title: String,
    banner: Banner,
    /// Run, date, duration, version.
    masthead: Vec<Fact>,
    /// The question that the answers answer; absent without a comparison.
    question: Option<String>,
    answers: Vec<AnswerRow>,
    overview: Vec<OverviewRow>,
    checks_tally: String,
    claims_tally: String,
    claims: Vec<CheckRow>,
    verdicts: Vec<VerdictGroup>,
    scenarios: Vec<Scenario>,
    samples: Vec<SampleTable>,
    facts: Vec<provenance::FactGroup>,
    commands: Vec<provenance::Command>,
    notes: Vec<String>,
    glossary: &'static [glossary::Term],
}

/// The gate's outcome.
#[derive(Debug, Serialize)]
struct Banner {
    badge: Badge,
    words: &'static str,
    target: String,
    gate: String,
    caveats: Vec<&'static str>,
}

/// One of the first lines.
#[derive(Debug, Serialize)]
struct AnswerRow {
    /// Of the comparison or meeting that it speaks of, where each has its answer.
    badge: Option<Badge>,
    sentence: String,
}

/// A comparison in a line.
#[derive(Debug, Serialize)]
struct OverviewRow {
    anchor: String,
    id: String,
    arms: String,
    badge: Badge,
    change: String,
    interval: String,
    pairs: String,
    picture: Option<Picture>,
}

/// The checks of one scenario.
#[derive(Debug, Serialize)]
struct VerdictGroup {
    title: String,
    path: String,
    checks: Checks,
}

/// A check or a claim.
#[derive(Debug, Serialize)]
pub(crate) struct CheckRow {
    badge: Badge,
    what: String,
    evidence: String,
    /// `file:line:column`, where it is known.
    place: Option<String>,
}

/// One scenario's sections.
#[derive(Debug, Serialize)]
struct Scenario {
    anchor: String,
    title: String,
    path: String,
    comparisons: Vec<Comparison>,
    requests: Vec<Request>,
    meeting: Option<Meeting>,
}

impl Page {
    /// Everything that the template shows of these results.
    pub(crate) fn of(results: &Results) -> Self {
        let target = shown(&results.target.label, LINE);
        let words = wording::gate(results);
        let comparisons: Vec<(String, &ComparisonResult)> = numbered(results).collect();
        Self {
            title: format!("{words}: {target}"),
            banner: Banner {
                badge: wording::outcome(results.outcome),
                words,
                target,
                gate: shown(&results.headline.gate, SENTENCE),
                caveats: wording::caveats(results),
            },
            masthead: provenance::masthead(results),
            question: question(&comparisons),
            answers: answers(results),
            overview: overview(&comparisons),
            checks_tally: wording::tally(results),
            claims_tally: wording::claims_tally(results),
            claims: claims(results),
            verdicts: verdicts(results),
            scenarios: scenarios(results),
            samples: comparisons
                .iter()
                .map(|(anchor, comparison)| SampleTable::of(anchor, comparison))
                .collect(),
            facts: provenance::groups(results),
            commands: provenance::commands(results),
            notes: results
                .notes
                .iter()
                .map(|note| shown(note, SENTENCE))
                .collect(),
            glossary: glossary::TERMS,
        }
    }
}

/// `Is the CDN faster than the inlined SDK?`, where all comparisons ask the same.
fn question(comparisons: &[(String, &ComparisonResult)]) -> Option<String> {
    let mut arms: Vec<_> = comparisons
        .iter()
        .map(|(_, comparison)| {
            [&comparison.candidate, &comparison.baseline]
                .map(|arm| wording::variant_in_prose(arm.variant))
        })
        .collect();
    arms.dedup();
    match arms[..] {
        [] => None,
        [[candidate, baseline]] if candidate != baseline => {
            Some(format!("Is {candidate} faster than {baseline}?"))
        }
        _ => Some("Is the candidate faster than the baseline?".to_owned()),
    }
}

/// One answer for each comparison, each meeting and each diagnosis of requests, in the order of
/// the scenarios.
fn answers(results: &Results) -> Vec<AnswerRow> {
    let answers = &results.headline.answers;
    let badges: Vec<Badge> = results
        .scenarios
        .iter()
        .enumerate()
        .flat_map(|(index, scenario)| {
            let compared = scenario.comparisons.iter();
            let mut badges: Vec<Badge> = compared
                .map(|comparison| wording::answer(comparison.decision.answer))
                .collect();
            if scenario.meeting.is_some() {
                badges.push(wording::outcome(meeting::outcome(index, results)));
            } else {
                let told = scenario.diagnoses.iter();
                badges.extend(told.map(|found| wording::diagnosis(found, results)));
            }
            badges
        })
        .collect();
    let one_each = answers.len() == badges.len();
    answers
        .iter()
        .enumerate()
        .map(|(index, answer)| AnswerRow {
            badge: badges.get(index).filter(|_| one_each).copied(),
            sentence: shown(answer, SENTENCE),
        })
        .collect()
}

/// All comparisons with their anchors.
fn numbered(results: &Results) -> impl Iterator<Item = (String, &ComparisonResult)> {
    results
        .scenarios
        .iter()
        .enumerate()
        .flat_map(|(scenario, result)| {
            result
                .comparisons
                .iter()
                .enumerate()
                .map(move |(index, comparison)| (anchor(scenario, index), comparison))
        })
}

fn anchor(scenario: usize, comparison: usize) -> String {
    format!("condition-{}-{}", scenario + 1, comparison + 1)
}

fn overview(comparisons: &[(String, &ComparisonResult)]) -> Vec<OverviewRow> {
    let reach = interval::reach(
        comparisons
            .iter()
            .map(|(_, comparison)| (&comparison.decision, comparison.sampling.equivalence)),
    );
    comparisons
        .iter()
        .map(|(anchor, comparison)| {
            let decision = &comparison.decision;
            OverviewRow {
                anchor: anchor.clone(),
                id: shown(&comparison.id, LINE),
                arms: format!(
                    "{} against {}",
                    wording::arm_name(&comparison.candidate, &comparison.baseline),
                    wording::arm_name(&comparison.baseline, &comparison.candidate)
                ),
                badge: wording::answer(decision.answer),
                change: decision
                    .ratio
                    .map_or_else(|| format::NOTHING.to_owned(), format::change),
                interval: decision
                    .interval
                    .map_or_else(|| format::NOTHING.to_owned(), format::change_interval),
                pairs: format::count(decision.pairs.into()),
                picture: interval::thumbnail(decision, comparison.sampling.equivalence, reach),
            }
        })
        .collect()
}

fn claims(results: &Results) -> Vec<CheckRow> {
    results
        .claims
        .iter()
        .map(|claim| CheckRow {
            badge: wording::standing(claim.standing),
            what: results.scenarios.get(claim.scenario).map_or_else(
                || shown(&claim.claim, SENTENCE),
                |scenario| within(&scenario.source.title, &claim.claim),
            ),
            evidence: shown(&claim.evidence, SENTENCE),
            place: place(results, claim.scenario, Some(claim.at)),
        })
        .collect()
}

fn verdicts(results: &Results) -> Vec<VerdictGroup> {
    results
        .scenarios
        .iter()
        .enumerate()
        .map(|(index, scenario)| VerdictGroup {
            title: shown(&scenario.source.title, LINE),
            path: shown(&scenario.source.path, LINE),
            checks: Checks::of(index, scenario, results),
        })
        .filter(|group| !group.checks.is_empty())
        .collect()
}

/// A verdict below the title of its scenario.
fn check_row(title: &str, verdict: &Verdict, results: &Results) -> CheckRow {
    CheckRow {
        badge: wording::verdict(verdict),
        what: within(title, &verdict.check),
        evidence: shown(&verdict.evidence, SENTENCE),
        place: place(results, verdict.scenario, verdict.at),
    }
}

/// A check below the title that it begins with, and that stands above it already.
fn within(title: &str, check: &str) -> String {
    let rest = check
        .strip_prefix(title)
        .and_then(|rest| rest.strip_prefix(" / "));
    shown(rest.unwrap_or(check), SENTENCE)
}

fn place(results: &Results, scenario: usize, at: Option<At>) -> Option<String> {
    let path = &results.scenarios.get(scenario)?.source.path;
    let At { line, column } = at?;
    Some(format!("{}:{line}:{column}", shown(path, LINE)))
}

fn scenarios(results: &Results) -> Vec<Scenario> {
    results
        .scenarios
        .iter()
        .enumerate()
        .map(|(index, scenario)| {
            let ScenarioResult {
                source,
                comparisons,
                requests,
                meeting,
                // They stand with the checks that they explain.
                diagnoses: _,
            } = scenario;
            Scenario {
                anchor: format!("scenario-{}", index + 1),
                title: shown(&source.title, LINE),
                path: shown(&source.path, LINE),
                comparisons: comparisons
                    .iter()
                    .enumerate()
                    .map(|(number, comparison)| Comparison::of(anchor(index, number), comparison))
                    .collect(),
                requests: requests
                    .iter()
                    .map(|request| Request::of(request, &source.title, results))
                    .collect(),
                meeting: meeting
                    .as_ref()
                    .map(|meeting| Meeting::of(index, meeting, results)),
            }
        })
        .collect()
}
