//! The sentences of a meeting: what was proved, on which target, and what limits it.

use super::super::Target;
use super::super::comparison::Found;
use super::lines::MeetingLines;
use crate::figures::{count, number};
use crate::results::{MediaRow, Outcome};

/// A meeting in a sentence: its title, its target, what was proved, what did not hold.
pub(super) fn sentence(
    lines: &MeetingLines<'_>,
    title: &str,
    target: &Target<'_>,
    verdicts: &[Found],
    media: &[MediaRow],
    explained: &[String],
) -> String {
    let place = target.place();
    if !lines.is_begun() {
        return format!("{title}: not executed on {place}.");
    }
    let met = who_met(lines, media).map_or_else(String::new, |met| format!("{met}; "));
    let all = verdicts.len();
    let passed = verdicts
        .iter()
        .filter(|found| found.outcome == Outcome::Pass)
        .count();
    let checks = count(all as u64, "check");
    let verb = if all == 1 { "holds" } else { "hold" };
    if passed == all {
        return format!("{title}, on {place}: {met}{passed} of {checks} {verb}.");
    }
    let bad = [Outcome::Fail, Outcome::Error, Outcome::Inconclusive]
        .into_iter()
        .find_map(|outcome| verdicts.iter().find(|found| found.outcome == outcome));
    let first = bad.map_or_else(String::new, |found| match explained.first() {
        Some(explained) if found.outcome == Outcome::Fail => {
            format!(" {}.", sentence_case(explained))
        }
        _ => format!(" `{}`: {}.", found.text, found.evidence),
    });
    format!("{title}, on {place}: {met}{passed} of {checks} {verb}.{first}")
}

/// Who was proved to see and hear whom, where anybody was asked to.
fn who_met(lines: &MeetingLines<'_>, media: &[MediaRow]) -> Option<String> {
    let flows = || media.iter().filter(|row| !row.asked.gone);
    let proved = |from: &str, to: &str| {
        flows().any(|row| row.from == from && row.to == to && row.seen && row.heard)
    };
    let names: Vec<&str> = lines
        .meeting
        .participants
        .iter()
        .map(|participant| participant.name.as_str())
        .filter(|name| flows().any(|row| row.from == *name || row.to == *name))
        .collect();
    let mut directions = 0_u32;
    let mut met = 0_u32;
    for from in &names {
        for to in names.iter().filter(|to| *to != from) {
            directions += 1;
            met += u32::from(proved(from, to));
        }
    }
    let all = names.join(" and ");
    match met {
        _ if directions == 0 => None,
        0 => Some(format!(
            "nobody of {all} was proved to see and hear another"
        )),
        _ if met == directions => Some(format!("{all} saw and heard each other")),
        _ => Some(format!(
            "seeing and hearing was proved in {met} of {directions} directions between {all}"
        )),
    }
}

/// What was diagnosed, and what limits the findings.
pub(super) fn notes(lines: &MeetingLines<'_>, explained: &[String]) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    for sentence in explained {
        let note = format!("{}.", sentence_case(sentence));
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    let participants = &lines.meeting.participants;
    let shaped: Vec<String> = participants
        .iter()
        .filter(|participant| !participant.network.is_unthrottled())
        .map(|participant| format!("{}: {}", participant.name, participant.network.name))
        .collect();
    if !shaped.is_empty() {
        notes.push(format!(
            "The network class shaped page, SDK and token requests; media ran unshaped ({}).",
            shaped.join(", ")
        ));
    }
    let slowed: Vec<String> = participants
        .iter()
        .filter(|participant| participant.device.cpu_rate > 1.0)
        .map(|participant| {
            format!(
                "{}: {} times slower",
                participant.name,
                number(participant.device.cpu_rate, 1)
            )
        })
        .collect();
    if !slowed.is_empty() {
        notes.push(format!(
            "The slowdown of the processor was asked for, and is not measured in a meeting ({}).",
            slowed.join(", ")
        ));
    }
    notes
}

/// Evidence with the place where it was seen.
pub(super) fn closing(seen: &str, lines: &MeetingLines<'_>, target: &Target<'_>) -> String {
    let place = target.place();
    if lines.is_begun() {
        format!("{seen}; seen on {place}")
    } else {
        format!("not executed on {place}")
    }
}

/// With a capital at the beginning.
fn sentence_case(text: &str) -> String {
    let mut symbols = text.chars();
    symbols.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(symbols).collect()
    })
}
