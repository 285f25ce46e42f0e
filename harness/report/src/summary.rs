//! The last lines on the terminal: what came of it, in words, short.

use std::fmt::Write as _;

use greenroom_core::results::{DiagnosisResult, Outcome, Results, Standing, Verdict};

use crate::untrusted::{SENTENCE, shown};
use crate::wording;

/// Checks and claims that are listed; the report has them all.
const LISTED: usize = 10;

/// A verdict that a person understands: the gate, the answers, what did not pass and why, and
/// where the claims stand. Plain text without colour, ended by a line break.
pub fn summary(results: &Results) -> String {
    let mut text = String::new();
    let mut line = |line: &str| {
        text.push_str(line);
        text.push('\n');
    };
    line(&format!(
        "{}: {}",
        wording::gate(results).to_uppercase(),
        shown(&results.target.label, SENTENCE)
    ));
    line(&shown(&results.headline.gate, SENTENCE));
    for caveat in wording::caveats(results) {
        line(caveat);
    }
    if !results.headline.answers.is_empty() {
        line("");
        for answer in &results.headline.answers {
            line(&format!("  {}", shown(answer, SENTENCE)));
        }
    }
    let diagnosed = diagnosed(results);
    if !diagnosed.is_empty() {
        line("");
        line(diagnosed.trim_end_matches('\n'));
    }
    line("");
    line(&format!("Checks: {}", wording::tally(results)));
    let is_told = |index: usize, verdict: &Verdict| {
        verdict.observed
            || results
                .scenarios
                .get(verdict.scenario)
                .is_some_and(|scenario| wording::explanation(index, scenario).is_some())
    };
    let not_passed = wording::BY_WEIGHT
        .into_iter()
        .filter(|outcome| !matches!(outcome, Outcome::Pass | Outcome::Skipped))
        .flat_map(|outcome| {
            results
                .verdicts
                .iter()
                .enumerate()
                .filter(move |(_, verdict)| verdict.outcome == outcome)
        })
        .filter(|(index, verdict)| !is_told(*index, verdict))
        .map(|(_, verdict)| {
            (
                wording::outcome(verdict.outcome).word,
                &verdict.check,
                &verdict.evidence,
            )
        });
    line(listed(not_passed).trim_end_matches('\n'));
    line(&format!("Claims: {}", wording::claims_tally(results)));
    let claims = [Standing::Refuted, Standing::Open, Standing::Confirmed]
        .into_iter()
        .flat_map(|standing| {
            results
                .claims
                .iter()
                .filter(move |claim| claim.standing == standing)
        })
        .map(|claim| {
            (
                wording::standing(claim.standing).word,
                &claim.claim,
                &claim.evidence,
            )
        });
    line(listed(claims).trim_end_matches('\n'));
    text
}

/// Causes with what to do, and how much each explains; the checks behind them are not listed.
fn diagnosed(results: &Results) -> String {
    let mut text = String::new();
    let found: Vec<(&str, &DiagnosisResult)> = results
        .scenarios
        .iter()
        .flat_map(|scenario| {
            let title = scenario.source.title.as_str();
            scenario.diagnoses.iter().map(move |found| (title, found))
        })
        .collect();
    for (title, found) in found.iter().take(LISTED) {
        let checks = match found.explains.len() {
            1 => "1 check".to_owned(),
            more => format!("{more} checks"),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "  {}  {}: {}\n{:6}what to do: {}\n{:6}explains {checks}",
            found.cause.word(),
            shown(title, SENTENCE),
            shown(&found.sentence, SENTENCE),
            "",
            shown(&found.remedy, SENTENCE),
            "",
        );
    }
    if found.len() > LISTED {
        let _ = writeln!(text, "  and {} more in the report", found.len() - LISTED);
    }
    text
}

fn listed<'a>(items: impl Iterator<Item = (&'static str, &'a String, &'a String)>) -> String {
    let mut text = String::new();
    let mut left = 0;
    for (index, (word, what, evidence)) in items.enumerate() {
        if index < LISTED {
            // Writing to a String cannot fail.
            let _ = writeln!(
                text,
                "  {word:<12} {}\n{:15}{}",
                shown(what, SENTENCE),
                "",
                shown(evidence, SENTENCE)
            );
        } else {
            left += 1;
        }
    }
    if left > 0 {
        let _ = writeln!(text, "  and {left} more in the report");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::sample_results;
    use crate::sample_call::call_results;

    #[test]
    fn the_last_lines_say_what_came_of_it() {
        insta::assert_snapshot!(summary(&sample_results()));
    }

    #[test]
    fn a_call_is_told_in_its_sentence() {
        let text = summary(&call_results());
        assert!(text.contains(
            "\n  Provider and patient meet, on the local stack, this machine: provider and patient \
             saw and heard each other; 14 of 18 checks hold."
        ));
        assert!(text.contains("fail         Provider and patient meet / patient: end call"));
    }

    #[test]
    fn a_long_list_is_cut_and_counted() {
        let mut results = sample_results();
        let failed = results.verdicts[1].clone();
        results.verdicts.extend(vec![failed; 50]);
        let text = summary(&results);
        assert!(text.contains("and 43 more in the report"), "{text}");
        assert!(text.lines().count() < 50);
    }
}
