//! A meeting: a verdict for each step, each limit and each query, and what explains them.
//!
//! Invariants:
//! - "Connected" is no proof: who is said to see and hear another is proved by picture and sound.
//! - What the token service was told to do wrong (`Meeting::injected`) is never read.
//! - A diagnosis leads the evidence of the verdict that it explains; what it explains none of,
//!   fails a verdict of its own.

mod diagnosis;
mod lines;
mod rows;
mod sentences;
mod steps;
mod timeline;
mod timings;

pub(super) use lines::MeetingLines;

use self::diagnosis::{Diagnosis, Explained};
use super::Target;
use super::comparison::Found;
use crate::plan::Participant;
use crate::results::{
    DiagnosisResult, LimitRow, MeetingResult, Outcome, ParticipantResult, StepRow,
};

/// A meeting with its verdicts.
pub(super) struct Judged {
    pub(super) result: MeetingResult,
    pub(super) verdicts: Vec<Found>,
    /// What is behind the verdicts that do not hold.
    pub(super) diagnoses: Vec<DiagnosisResult>,
}

/// Judges a meeting. `first_verdict` is the index that its first verdict will have in the run.
pub(super) fn judge(
    lines: &MeetingLines<'_>,
    title: &str,
    target: &Target<'_>,
    first_verdict: usize,
) -> Judged {
    let meeting = lines.meeting;
    let ruled = steps::rule_all(lines);
    let diagnoses = diagnosis::diagnoses(lines, &ruled);
    let outcomes: Vec<Outcome> = ruled.iter().map(|ruled| ruled.outcome).collect();
    let participants: Vec<ParticipantResult> = meeting
        .participants
        .iter()
        .map(|participant| of_participant(lines, participant, &outcomes))
        .collect();
    let mut verdicts = step_verdicts(lines, &ruled, &diagnoses);
    let limits = limits(
        lines,
        &participants,
        &outcomes,
        first_verdict,
        &mut verdicts,
    );
    let first_query = verdicts.len();
    for (query, asked) in meeting.records.iter().enumerate() {
        let ruled = rows::rule(lines, None, query, asked);
        verdicts.push(Found {
            text: asked.text.clone(),
            at: Some(asked.at),
            outcome: ruled.outcome,
            evidence: ruled.sentence,
        });
    }
    let mut found: Vec<(Explained, usize)> = Vec::new();
    for diagnosis in &diagnoses {
        let index = diagnosis.step.unwrap_or(verdicts.len());
        if diagnosis.step.is_none() {
            verdicts.push(Found {
                text: diagnosis.check.to_owned(),
                at: None,
                outcome: Outcome::Fail,
                evidence: diagnosis.explained.sentence.clone(),
            });
        }
        found.push((diagnosis.explained.clone(), first_verdict + index));
    }
    found.extend(
        rows::diagnoses(lines)
            .into_iter()
            .map(|(step, query, explained)| {
                let index = step.unwrap_or(first_query + query);
                (explained, first_verdict + index)
            }),
    );
    let explained: Vec<String> = found
        .iter()
        .map(|(explained, _)| explained.sentence.clone())
        .collect();
    let media = steps::media(lines);
    let result = MeetingResult {
        variant: meeting.variant,
        delivery: meeting.delivery,
        began_ms: lines.began_ms.unwrap_or(0.0),
        duration_ms: lines.on_axis(lines.last_ms),
        sentence: sentences::sentence(lines, title, target, &verdicts, &media, &explained),
        notes: sentences::notes(lines, &explained),
        steps: step_rows(lines, first_verdict),
        participants,
        limits,
        media,
        rows: rows::rows_of_report(lines),
    };
    for found in &mut verdicts {
        found.evidence = sentences::closing(&found.evidence, lines, target);
    }
    Judged {
        result,
        verdicts,
        diagnoses: diagnosis::told(found),
    }
}

fn of_participant(
    lines: &MeetingLines<'_>,
    participant: &Participant,
    outcomes: &[Outcome],
) -> ParticipantResult {
    let name = &participant.name;
    ParticipantResult {
        name: name.clone(),
        role: participant.role,
        device: participant.device.clone(),
        network: participant.network.clone(),
        media: participant.media,
        timings: timings::timings(lines, name),
        events: timeline::events(lines, name),
        stats: timeline::stats(lines, name),
        pictures: timeline::pictures(lines, name, outcomes),
    }
}

fn step_verdicts(
    lines: &MeetingLines<'_>,
    ruled: &[steps::Ruled],
    diagnoses: &[Diagnosis],
) -> Vec<Found> {
    let asked = lines.meeting.steps.iter().zip(ruled).enumerate();
    asked
        .map(|(index, (asked, ruled))| {
            let mut parts: Vec<&str> = diagnoses
                .iter()
                .filter(|diagnosis| diagnosis.step == Some(index))
                .map(|diagnosis| diagnosis.explained.sentence.as_str())
                .collect();
            parts.push(&ruled.evidence);
            Found {
                text: asked.text.clone(),
                at: Some(asked.at),
                outcome: ruled.outcome,
                evidence: parts.join(": "),
            }
        })
        .collect()
}

fn step_rows(lines: &MeetingLines<'_>, first_verdict: usize) -> Vec<StepRow> {
    let asked = lines.meeting.steps.iter().enumerate();
    asked
        .map(|(index, asked)| {
            let record = lines.step(index);
            StepRow {
                text: asked.text.clone(),
                began_ms: record.map(|record| lines.on_axis(record.began_ms)),
                duration_ms: record.map(|record| (record.at_ms - record.began_ms).max(0.0)),
                verdict: first_verdict + index,
            }
        })
        .collect()
}

fn limits(
    lines: &MeetingLines<'_>,
    participants: &[ParticipantResult],
    outcomes: &[Outcome],
    first_verdict: usize,
    verdicts: &mut Vec<Found>,
) -> Vec<LimitRow> {
    let steps = &lines.meeting.steps;
    let first_bad = steps
        .iter()
        .zip(outcomes)
        .find(|(_, outcome)| **outcome != Outcome::Pass)
        .map(|(asked, outcome)| (asked.text.as_str(), *outcome));
    lines
        .meeting
        .expectations
        .iter()
        .map(|asked| {
            let timing = participants
                .iter()
                .find(|participant| participant.name == asked.participant)
                .and_then(|participant| {
                    let mut timings = participant.timings.iter();
                    timings.find(|timing| timing.metric == asked.metric)
                });
            let (outcome, evidence) = timings::limit(lines, asked, timing, first_bad);
            verdicts.push(Found {
                text: asked.text.clone(),
                at: Some(asked.at),
                outcome,
                evidence,
            });
            LimitRow {
                text: asked.text.clone(),
                participant: asked.participant.clone(),
                metric: asked.metric,
                op: asked.op,
                value: asked.value,
                ms: timing.map(|timing| timing.ms),
                verdict: first_verdict + verdicts.len() - 1,
            }
        })
        .collect()
}
