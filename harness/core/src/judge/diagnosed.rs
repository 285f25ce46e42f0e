//! What is behind the checks that do not hold, and whether it is what a scenario expects.
//!
//! Invariant: what a scenario expects to be told is looked at only after it was told.

use crate::diagnosis::{self, Cause, Evidence, FailedCheck, Probe, Seen};
use crate::figures::{count, quoted};
use crate::journal::{Classification, ExchangeOutcome, ExchangeRecord, RunHeader};
use crate::plan::AskedDiagnosis;
use crate::results::{DiagnosisResult, Outcome, RequestResult, Verdict};

use super::Target;
use super::comparison::Found;
use super::gather::{PlanLines, RequestLines};

/// Diagnoses the requests of a plan; their verdicts are in `verdicts` already.
pub(super) fn requests(
    run: &RunHeader,
    lines: &[RequestLines<'_>],
    judged: &[RequestResult],
    verdicts: &[Verdict],
) -> Vec<DiagnosisResult> {
    let probes: Vec<Probe<'_>> = lines.iter().map(probe).collect();
    let mut failed = Vec::new();
    let mut indices = Vec::new();
    for (probe, (of_request, result)) in lines.iter().zip(judged).enumerate() {
        for (asked, index) in of_request.request.checks.iter().zip(&result.verdicts) {
            let fell_short = verdicts
                .get(*index)
                .is_some_and(|verdict| fell_short(verdict, of_request));
            if fell_short {
                let check = &asked.check;
                failed.push(FailedCheck { probe, check });
                indices.push(*index);
            }
        }
    }
    let evidence = Evidence {
        sdk: &run.sdk,
        sdk_url: &run.target.sdk_url,
        probes: &probes,
        failed: &failed,
    };
    diagnosis::diagnose(&evidence)
        .into_iter()
        .map(|found| DiagnosisResult {
            cause: found.cause,
            sentence: found.sentence,
            remedy: found.remedy,
            explains: found
                .explains
                .iter()
                .filter_map(|failed| indices.get(*failed).copied())
                .collect(),
        })
        .collect()
}

fn probe<'a>(lines: &RequestLines<'a>) -> Probe<'a> {
    Probe {
        title: &lines.request.title,
        tries: lines.tries.iter().map(|record| seen(record)).collect(),
    }
}

fn seen(record: &ExchangeRecord) -> Seen<'_> {
    match &record.outcome {
        ExchangeOutcome::Answer(exchange) => Seen::Answer(exchange),
        ExchangeOutcome::Failure(failure) => Seen::NoAnswer(failure),
        ExchangeOutcome::Handshake(handshake) => Seen::Handshake(handshake),
        ExchangeOutcome::Load(record) => match &record.load {
            Some(load) if !is_spoilt(record.classified.classification) => Seen::Load {
                variant: record.variant,
                delivery: record.delivery,
                load,
                classified: &record.classified,
            },
            _ => Seen::NotSent,
        },
        ExchangeOutcome::NotSent(_) => Seen::NotSent,
    }
}

fn is_spoilt(classification: Classification) -> bool {
    classification == Classification::EnvironmentError
}

/// Whether a check does not hold by what was seen. No answer is something that was seen, even
/// where nobody can say whose fault it is.
fn fell_short(verdict: &Verdict, lines: &RequestLines<'_>) -> bool {
    match verdict.outcome {
        Outcome::Fail => true,
        Outcome::Error => matches!(
            lines.tries.last().map(|record| &record.outcome),
            Some(ExchangeOutcome::Failure(_))
        ),
        Outcome::Pass | Outcome::Inconclusive | Outcome::Skipped => false,
    }
}

/// Whether what was diagnosed is what the scenario expects. `observed` are the verdicts that
/// stand back behind this one.
pub(super) fn expected(
    asked: &AskedDiagnosis,
    diagnoses: &[DiagnosisResult],
    observed: &[Verdict],
    lines: &PlanLines<'_>,
    target: &Target<'_>,
) -> Found {
    let (outcome, evidence) = ruled(asked, diagnoses, observed, lines);
    Found {
        text: in_words(&asked.causes),
        at: Some(asked.at),
        outcome,
        evidence: format!("{evidence}; seen on {}", target.place()),
    }
}

fn ruled(
    asked: &AskedDiagnosis,
    diagnoses: &[DiagnosisResult],
    observed: &[Verdict],
    lines: &PlanLines<'_>,
) -> (Outcome, String) {
    if !lines.is_executed() {
        return (Outcome::Skipped, "nothing was tried".to_owned());
    }
    if !lines.is_seen_through() {
        return (
            Outcome::Inconclusive,
            "the scenario was cut off before its end".to_owned(),
        );
    }
    let mut found: Vec<Cause> = diagnoses.iter().map(|one| one.cause).collect();
    let holds = match asked.causes.as_slice() {
        [] => found.is_empty() && observed.iter().all(|one| one.outcome == Outcome::Pass),
        [cause] => found.first() == Some(cause),
        causes => {
            let mut causes = causes.to_vec();
            causes.sort_unstable();
            found.sort_unstable();
            found.dedup();
            causes == found
        }
    };
    let unexplained = observed
        .iter()
        .find(|verdict| matches!(verdict.outcome, Outcome::Fail | Outcome::Error));
    if holds {
        return (Outcome::Pass, told(diagnoses, observed));
    }
    // What the environment spoilt shows nothing of the product, nor of its diagnosis.
    let spoilt = lines.requests.iter().find_map(spoilt);
    if let Some(why) = spoilt.filter(|_| diagnoses.is_empty()) {
        return (Outcome::Error, format!("it could not be found out: {why}"));
    }
    let evidence = match (diagnoses, unexplained) {
        ([], None) => format!(
            "nothing was diagnosed: {} made, and all hold",
            count(observed.len() as u64, "check")
        ),
        ([], Some(verdict)) => format!(
            "nothing was diagnosed, though `{}` does not hold: {}",
            quoted(&verdict.check),
            verdict.evidence
        ),
        _ => format!("diagnosed instead: {}", told(diagnoses, observed)),
    };
    (Outcome::Fail, evidence)
}

/// Why the last try of a request says nothing, where it does not.
fn spoilt(lines: &RequestLines<'_>) -> Option<String> {
    match &lines.tries.last()?.outcome {
        ExchangeOutcome::Load(record) if is_spoilt(record.classified.classification) => Some(
            quoted(record.classified.reason.as_deref().unwrap_or_default()),
        ),
        ExchangeOutcome::NotSent(why) => Some(quoted(why)),
        _ => None,
    }
}

fn in_words(causes: &[Cause]) -> String {
    let words: Vec<&str> = causes.iter().map(|cause| cause.word()).collect();
    match words.as_slice() {
        [] => "nothing is diagnosed".to_owned(),
        [cause] => format!("the diagnosis is {cause}"),
        causes => format!("the diagnoses are {}", causes.join(" and ")),
    }
}

fn told(diagnoses: &[DiagnosisResult], observed: &[Verdict]) -> String {
    if diagnoses.is_empty() {
        return format!(
            "{} made, and all hold",
            count(observed.len() as u64, "check")
        );
    }
    let sentences: Vec<String> = diagnoses
        .iter()
        .map(|one| {
            format!(
                "{}: {} (explains {})",
                one.cause.word(),
                one.sentence,
                count(one.explains.len() as u64, "check")
            )
        })
        .collect();
    sentences.join("; ")
}
