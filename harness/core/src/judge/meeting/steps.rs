//! What became of each step: what the one who ran it said, and what the observations prove.
//!
//! Invariant: a step that can be proved passes by its proof alone. Media, refusals, a retry and
//! rows are looked at again here, whatever the line of the step says.

use greenroom_model::{FakeMedia, TokenAnswer};

use super::lines::MeetingLines;
use super::rows;
use crate::figures::{duration, quoted};
use crate::journal::{MediaRecord, StepOutcome, StepRecord};
use crate::meeting::proof::{Proof, heard, seen, unheard, unseen};
use crate::meeting::refusal::{expected, granted, in_words, matches};
use crate::plan::{Direction, Refusal, Step, TokenAction};
use crate::results::{AskedMedia, MediaRow, Outcome};

/// What became of a step, and what was seen.
pub(super) struct Ruled {
    pub(super) outcome: Outcome,
    pub(super) evidence: String,
}

impl Ruled {
    fn new(outcome: Outcome, evidence: impl Into<String>) -> Self {
        Self {
            outcome,
            evidence: evidence.into(),
        }
    }
}

/// What the observations say beyond the line of the step.
enum Observed {
    /// Nothing more is to be seen than that it became true in time.
    Nothing,
    /// They prove it or refute it.
    Proof(Proof),
    /// They should say something and do not.
    Missing(String),
}

/// What became of each step, in order.
pub(super) fn rule_all(lines: &MeetingLines<'_>) -> Vec<Ruled> {
    let mut ruled: Vec<Ruled> = Vec::new();
    let mut cut = false;
    for (index, asked) in lines.meeting.steps.iter().enumerate() {
        let one = match lines.step(index) {
            Some(record) => rule(lines, index, &asked.step, record),
            None if !lines.is_begun() => Ruled::new(Outcome::Skipped, "not executed"),
            None if !lines.is_over && !cut => {
                cut = true;
                Ruled::new(Outcome::Inconclusive, "the journal ends before it was over")
            }
            None => Ruled::new(Outcome::Skipped, not_reached(lines, &ruled)),
        };
        ruled.push(one);
    }
    ruled
}

fn not_reached(lines: &MeetingLines<'_>, before: &[Ruled]) -> String {
    let stopped = before
        .iter()
        .position(|ruled| ruled.outcome != Outcome::Pass)
        .and_then(|index| lines.meeting.steps.get(index));
    match stopped {
        Some(asked) => format!("not reached: the meeting ended at `{}`", asked.text),
        None => "not reached".to_owned(),
    }
}

fn rule(lines: &MeetingLines<'_>, index: usize, step: &Step, record: &StepRecord) -> Ruled {
    let took = duration((record.at_ms - record.began_ms).max(0.0));
    let detail = quoted(&record.detail);
    if record.outcome == StepOutcome::EnvironmentError {
        return Ruled::new(Outcome::Error, format!("the environment failed: {detail}"));
    }
    let observed = observe(lines, index, step, record);
    match (record.outcome, observed) {
        (StepOutcome::Done, Observed::Nothing) => {
            Ruled::new(Outcome::Pass, joined(&[&detail, &format!("after {took}")]))
        }
        (StepOutcome::Done, Observed::Proof(proof)) if proof.holds => Ruled::new(
            Outcome::Pass,
            joined(&[&proof.sentence, &format!("after {took}")]),
        ),
        (_, Observed::Proof(proof)) if !proof.holds => Ruled::new(
            Outcome::Fail,
            joined(&[&proof.sentence, &format!("within {took}")]),
        ),
        // Rows that could not be asked for say nothing of the product.
        (StepOutcome::Done, Observed::Missing(missing)) => Ruled::new(Outcome::Error, missing),
        (_, Observed::Missing(missing)) if matches!(step, Step::Records { .. }) => {
            Ruled::new(Outcome::Error, missing)
        }
        _ => Ruled::new(
            Outcome::Fail,
            joined(&[&detail, &format!("not within {took}")]),
        ),
    }
}

/// Parts of a sentence, without those that are empty.
fn joined(parts: &[&str]) -> String {
    let told: Vec<&str> = parts
        .iter()
        .copied()
        .filter(|part| !part.is_empty())
        .collect();
    told.join(", ")
}

fn observe(lines: &MeetingLines<'_>, index: usize, step: &Step, record: &StepRecord) -> Observed {
    match step {
        Step::Receives { directions } => all_media(lines, index, directions, false),
        Step::StopsReceiving { directions } => all_media(lines, index, directions, true),
        Step::Refused {
            who,
            action,
            refusal,
        } => refused(lines, record, who, *action, *refusal),
        Step::RetryCreate { who } => retried(lines, record, who),
        Step::Records { rows: asked } => {
            let ruled: Vec<rows::Ruled> = asked
                .iter()
                .enumerate()
                .map(|(query, asked)| rows::rule(lines, Some(index), query, asked))
                .collect();
            let worst = |outcome| ruled.iter().any(|one| one.outcome == outcome);
            let told = |wanted: fn(Outcome) -> bool| -> String {
                let told: Vec<&str> = ruled
                    .iter()
                    .filter(|one| wanted(one.outcome))
                    .map(|one| one.sentence.as_str())
                    .collect();
                told.join("; ")
            };
            if worst(Outcome::Fail) {
                Observed::Proof(Proof {
                    holds: false,
                    sentence: told(|outcome| outcome == Outcome::Fail),
                })
            } else if ruled.iter().all(|one| one.outcome == Outcome::Pass) {
                Observed::Proof(Proof {
                    holds: true,
                    sentence: told(|_| true),
                })
            } else {
                Observed::Missing(told(|outcome| outcome != Outcome::Pass))
            }
        }
        _ => Observed::Nothing,
    }
}

/// Every direction must be proved by its last reading.
fn all_media(
    lines: &MeetingLines<'_>,
    index: usize,
    directions: &[Direction],
    gone: bool,
) -> Observed {
    let mut proofs = Vec::new();
    for direction in directions {
        let Direction { from, to, .. } = direction;
        match last_reading(lines, index, from, to) {
            Some(record) => {
                let proof = prove(lines, record, direction.video, direction.audio, gone);
                proofs.push((proof.holds, format!("{from} to {to}: {}", proof.sentence)));
            }
            None => {
                return Observed::Missing(format!(
                    "no line of the journal says what of {from} reached {to}"
                ));
            }
        }
    }
    let holds = proofs.iter().all(|(holds, _)| *holds);
    let told: Vec<String> = proofs
        .into_iter()
        .filter(|(one, _)| *one == holds)
        .map(|(_, sentence)| sentence)
        .collect();
    Observed::Proof(Proof {
        holds,
        sentence: told.join("; "),
    })
}

fn last_reading<'a>(
    lines: &MeetingLines<'a>,
    step: usize,
    from: &str,
    to: &str,
) -> Option<&'a MediaRecord> {
    lines
        .media
        .iter()
        .rev()
        .find(|record| record.step == step && record.from == from && record.to == to)
        .copied()
}

/// What a reading proves of the picture and the sound, as far as they are asked for.
fn prove(
    lines: &MeetingLines<'_>,
    record: &MediaRecord,
    video: bool,
    audio: bool,
    gone: bool,
) -> Proof {
    let (sent, others) = (sent(lines, record), others(lines, &record.from));
    let found = &record.found;
    let mut proofs = Vec::new();
    if video {
        proofs.push(if gone {
            unseen(found)
        } else {
            seen(&sent, &others, found)
        });
    }
    if audio {
        proofs.push(if gone {
            unheard(&sent, found)
        } else {
            heard(&sent, &others, found)
        });
    }
    let holds = proofs.iter().all(|proof| proof.holds);
    let told: Vec<String> = proofs
        .into_iter()
        .filter(|proof| proof.holds == holds)
        .map(|proof| proof.sentence)
        .collect();
    Proof {
        holds,
        sentence: told.join(", "),
    }
}

/// What the sender sends: by the plan, or by the line where the plan does not know them.
fn sent(lines: &MeetingLines<'_>, record: &MediaRecord) -> FakeMedia {
    lines.participant(&record.from).map_or(
        FakeMedia {
            colour: record.expected_colour,
            tone_hz: record.expected_tone_hz,
        },
        |participant| participant.media,
    )
}

/// What everybody but the sender sends.
fn others(lines: &MeetingLines<'_>, from: &str) -> Vec<FakeMedia> {
    lines
        .meeting
        .participants
        .iter()
        .filter(|participant| participant.name != from)
        .map(|participant| participant.media)
        .collect()
}

/// The last reading of each direction that a step asked for, as rows of the report.
pub(super) fn media(lines: &MeetingLines<'_>) -> Vec<MediaRow> {
    let asked = lines.meeting.steps.iter().enumerate();
    asked
        .filter_map(|(index, asked)| match &asked.step {
            Step::Receives { directions } => Some((index, asked, directions, false)),
            Step::StopsReceiving { directions } => Some((index, asked, directions, true)),
            _ => None,
        })
        .flat_map(|(index, asked, directions, gone)| {
            directions.iter().filter_map(move |direction| {
                let record = last_reading(lines, index, &direction.from, &direction.to)?;
                let (sent, others) = (sent(lines, record), others(lines, &record.from));
                let proof = prove(lines, record, direction.video, direction.audio, gone);
                Some(MediaRow {
                    step: asked.text.clone(),
                    asked: AskedMedia {
                        video: direction.video,
                        audio: direction.audio,
                        gone,
                    },
                    holds: proof.holds,
                    from: record.from.clone(),
                    to: record.to.clone(),
                    sent,
                    found: record.found.clone(),
                    seen: seen(&sent, &others, &record.found).holds,
                    heard: heard(&sent, &others, &record.found).holds,
                    sentence: proof.sentence,
                })
            })
        })
        .collect()
}

/// The word that a page asks the token service with.
fn word(action: TokenAction) -> &'static str {
    match action {
        TokenAction::Create => "create",
        TokenAction::Join => "join",
        TokenAction::End => "end",
    }
}

fn refused(
    lines: &MeetingLines<'_>,
    record: &StepRecord,
    who: &str,
    action: TokenAction,
    refusal: Refusal,
) -> Observed {
    let action = word(action);
    let answers = lines.answers_in(record, who);
    let Some(answer) = answers.iter().rev().find(|answer| answer.action == action) else {
        return Observed::Missing(format!(
            "no line of the journal says what the token service answered to `{action}`"
        ));
    };
    let (status, text) = expected(refusal);
    Observed::Proof(Proof {
        holds: matches(refusal, answer),
        sentence: format!(
            "{status} `{text}` expected to `{action}`, {} found",
            in_words(answer)
        ),
    })
}

/// Asking again must name the same meeting and the same session.
fn retried(lines: &MeetingLines<'_>, record: &StepRecord, who: &str) -> Observed {
    let created = |answer: &TokenAnswer| answer.action == "create" && granted(answer);
    let answers = lines.answers_in(record, who);
    let again = answers
        .iter()
        .rev()
        .find(|answer| answer.action == "create");
    let Some(again) = again else {
        return Observed::Missing(
            "no line of the journal says what the token service answered to the retry".to_owned(),
        );
    };
    let first = lines
        .answers_to(who)
        .into_iter()
        .map(|(_, answer)| answer)
        .take_while(|answer| !std::ptr::eq(*answer, *again))
        .filter(|answer| created(answer))
        .last();
    let Some(first) = first else {
        return Observed::Missing("no meeting was created before the retry".to_owned());
    };
    let named = |answer: &TokenAnswer| {
        format!(
            "meeting {} and session {}",
            id(answer.meeting_id.as_deref()),
            id(answer.session_id.as_deref())
        )
    };
    let same = created(again)
        && again.meeting_id.is_some()
        && again.meeting_id == first.meeting_id
        && again.session_id.is_some()
        && again.session_id == first.session_id;
    Observed::Proof(Proof {
        holds: same,
        sentence: if !created(again) {
            format!("{} expected again, {} found", named(first), in_words(again))
        } else if same {
            format!("{} again", named(first))
        } else {
            format!("{} expected again, {} found", named(first), named(again))
        },
    })
}

/// An identifier that was answered, or that there was none.
fn id(id: Option<&str>) -> String {
    id.map_or_else(|| "of no name".to_owned(), |id| format!("`{}`", quoted(id)))
}
