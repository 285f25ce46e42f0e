//! The summary of a pipeline step: GitHub-flavoured Markdown, small.

use std::fmt::Write as _;

use greenroom_core::plan::SampleMetric;
use greenroom_core::results::{
    CallTiming, ComparisonResult, MediaRow, MeetingResult, Outcome, Results, Verdict,
};

use crate::format;
use crate::untrusted::{LINE, shown};
use crate::wording::{self, Badge};

/// A step summary may have 1,024 kB, and nobody reads more than this, in bytes.
const SIZE_AT_MOST: usize = 60_000;

/// The outcome, the answers, checks, claims and figures as Markdown, below 60 kB; what does not
/// fit is counted in the last line.
pub fn markdown(results: &Results) -> String {
    let mut page = Bounded::default();
    page.block(&heading(results));
    page.table(
        "",
        &["Condition", "Answer", "Difference", "Interval", "Pairs"],
        comparisons(results).map(overview),
    );
    page.table(
        "### What is wrong\n\n",
        &["Cause", "In words", "What to do", "Explains"],
        diagnoses(results),
    );
    let mut verdicts: Vec<_> = results.verdicts.iter().enumerate().collect();
    verdicts.sort_by_key(|(_, verdict)| wording::weight(verdict.outcome));
    // What gates by itself leads; what a cause explains, or only was observed, is folded.
    let (folded, leading): (Vec<_>, Vec<_>) = verdicts.into_iter().partition(|(index, verdict)| {
        verdict.observed
            || results
                .scenarios
                .get(verdict.scenario)
                .is_some_and(|scenario| wording::explanation(*index, scenario).is_some())
    });
    let head = ["Outcome", "Check", "Evidence"];
    page.table(
        &format!("### Checks: {}\n\n", wording::tally(results)),
        &head,
        leading.into_iter().map(|(_, verdict)| check(verdict)),
    );
    let more = folded.len() as u64;
    page.folded(
        &format!("{} that a cause explains or that do not gate", checks(more)),
        &head,
        folded.into_iter().map(|(_, verdict)| check(verdict)),
    );
    page.table(
        &format!("### Claims: {}\n\n", wording::claims_tally(results)),
        &["Standing", "Claim", "Evidence"],
        results.claims.iter().map(|claim| {
            vec![
                badge(wording::standing(claim.standing)),
                escaped(&claim.claim),
                escaped(&claim.evidence),
            ]
        }),
    );
    for metric in [SampleMetric::SdkReady, SampleMetric::Connected] {
        page.table(
            &format!("### Time until {}\n\n", wording::until(metric)),
            &[
                "Condition",
                "Arm",
                "p50",
                "p75",
                "p95",
                "Not ready",
                "Bound",
            ],
            comparisons(results)
                .filter(|comparison| comparison.metric == metric)
                .flat_map(figures),
        );
    }
    page.table(
        "### Seen and heard\n\n",
        &["Meeting", "Direction", "Result", "Evidence"],
        meetings(results)
            .flat_map(|(title, meeting)| meeting.media.iter().map(move |row| media(title, row))),
    );
    page.table(
        "### Times in calls\n\n",
        &["Meeting", "Participant", "Time", "From", "Took"],
        meetings(results).flat_map(|(title, meeting)| {
            meeting.participants.iter().flat_map(move |participant| {
                let timings = participant.timings.iter();
                timings.map(move |timing| time_in_call(title, &participant.name, timing))
            })
        }),
    );
    page.finish(results)
}

fn checks(number: u64) -> String {
    match number {
        1 => "1 check".to_owned(),
        more => format!("{} checks", format::count(more)),
    }
}

fn check(verdict: &Verdict) -> Vec<String> {
    let gates = if verdict.observed { ", observed" } else { "" };
    vec![
        format!("{}{gates}", badge(wording::outcome(verdict.outcome))),
        escaped(&verdict.check),
        escaped(&verdict.evidence),
    ]
}

fn diagnoses(results: &Results) -> impl Iterator<Item = Vec<String>> {
    results.scenarios.iter().flat_map(|scenario| {
        scenario.diagnoses.iter().map(|found| {
            vec![
                escaped(found.cause.word()),
                escaped(&format!("{}: {}", scenario.source.title, found.sentence)),
                escaped(&found.remedy),
                checks(found.explains.len() as u64),
            ]
        })
    })
}

fn meetings(results: &Results) -> impl Iterator<Item = (&str, &MeetingResult)> {
    results
        .scenarios
        .iter()
        .filter_map(|scenario| Some((scenario.source.title.as_str(), scenario.meeting.as_ref()?)))
}

fn media(title: &str, row: &MediaRow) -> Vec<String> {
    let outcome = if row.holds {
        Outcome::Pass
    } else {
        Outcome::Fail
    };
    let asked = if row.asked.gone { "gone" } else { "flowing" };
    vec![
        escaped(title),
        format!("{} to {}, {asked}", escaped(&row.from), escaped(&row.to)),
        badge(wording::outcome(outcome)),
        escaped(&row.sentence),
    ]
}

fn time_in_call(title: &str, who: &str, timing: &CallTiming) -> Vec<String> {
    vec![
        escaped(title),
        escaped(who),
        wording::call_metric(timing.metric).to_owned(),
        wording::call_metric_from(timing.metric).to_owned(),
        format::time(timing.ms),
    ]
}

fn comparisons(results: &Results) -> impl Iterator<Item = &ComparisonResult> {
    results
        .scenarios
        .iter()
        .flat_map(|scenario| &scenario.comparisons)
}

fn heading(results: &Results) -> String {
    let mut text = format!(
        "## {} {}\n\n**Target: {}.** {}\n",
        wording::outcome(results.outcome).sign,
        wording::gate(results),
        escaped(&results.target.label),
        escaped(&results.headline.gate)
    );
    for caveat in wording::caveats(results) {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "\n_{caveat}_");
    }
    if !results.headline.answers.is_empty() {
        text.push('\n');
    }
    for answer in &results.headline.answers {
        let _ = writeln!(text, "- {}", escaped(answer));
    }
    text
}

fn overview(comparison: &ComparisonResult) -> Vec<String> {
    let decision = &comparison.decision;
    let dash = || format::NOTHING.to_owned();
    vec![
        escaped(&comparison.id),
        badge(wording::answer(decision.answer)),
        decision.ratio.map_or_else(dash, format::change),
        decision.interval.map_or_else(dash, format::change_interval),
        format::count(decision.pairs.into()),
    ]
}

fn figures(comparison: &ComparisonResult) -> [Vec<String>; 2] {
    let arms = [&comparison.baseline, &comparison.candidate];
    [(arms[0], arms[1]), (arms[1], arms[0])].map(|(arm, other)| {
        vec![
            escaped(&comparison.id),
            escaped(&wording::arm_name(arm, other)),
            escaped(&format::quantile(arm.p50)),
            escaped(&format::quantile(arm.p75)),
            escaped(&format::quantile(arm.p95)),
            format!("{} of {}", arm.failures, arm.loads),
            format!("≤ {}", format::percent(arm.failures_upper)),
        ]
    })
}

/// A row of a table, of cells that are escaped.
pub(crate) fn row(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

fn badge(badge: Badge) -> String {
    format!("{} {}", badge.sign, badge.word)
}

/// Text that means nothing to Markdown, HTML or a table: on one line, every character that could
/// begin markup, a link or a mention as a character reference.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in shown(text, LINE).chars() {
        if matches!(
            character,
            '|' | '`'
                | '<'
                | '>'
                | '&'
                | '*'
                | '_'
                | '['
                | ']'
                | '\\'
                | '~'
                | '#'
                | '@'
                | '!'
                | '$'
        ) {
            let _ = write!(escaped, "&#{};", u32::from(character));
        } else {
            escaped.push(character);
        }
    }
    // Bare addresses become links of their own accord.
    escaped
        .replace("://", "&#58;//")
        .replace("www.", "www&#46;")
}

/// A page that stays below its size and counts what it leaves out.
#[derive(Default)]
struct Bounded {
    text: String,
    left_out: usize,
}

impl Bounded {
    fn block(&mut self, block: &str) {
        if self.text.len() + block.len() <= SIZE_AT_MOST {
            self.text.push_str(block);
        } else {
            self.left_out += 1;
        }
    }

    fn table(&mut self, title: &str, head: &[&str], rows: impl Iterator<Item = Vec<String>>) {
        let mut rows = rows.peekable();
        if rows.peek().is_none() {
            return;
        }
        self.block(&format!(
            "\n{title}| {} |\n|{}\n",
            head.join(" | "),
            " --- |".repeat(head.len())
        ));
        for row in rows {
            self.block(&self::row(&row));
        }
    }

    /// A table that a reader opens; GitHub lets `<details>` stand in Markdown.
    fn folded(&mut self, title: &str, head: &[&str], rows: impl Iterator<Item = Vec<String>>) {
        let mut rows = rows.peekable();
        if rows.peek().is_none() {
            return;
        }
        self.block(&format!("\n<details><summary>{title}</summary>\n"));
        self.table("", head, rows);
        // It was opened, so it is closed whatever the size.
        self.text.push_str("\n</details>\n");
    }

    fn finish(mut self, results: &Results) -> String {
        if self.left_out > 0 {
            let _ = write!(
                self.text,
                "\n{} more lines are in the HTML report.\n",
                format::count(u64::try_from(self.left_out).unwrap_or(u64::MAX))
            );
        }
        let _ = write!(
            self.text,
            "\n<sub>Run {}, seed {}, greenroom {}, {}</sub>\n",
            escaped(&results.run_id),
            results.seed,
            escaped(&results.greenroom),
            format::duration(results.duration_ms)
        );
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{HOSTILE, results_with_loads, sample_results};
    use crate::sample_call::call_results;

    #[test]
    fn the_page_says_what_the_results_say() {
        insta::assert_snapshot!(markdown(&sample_results()));
    }

    #[test]
    fn a_call_is_told_by_what_reached_whom_and_its_times() {
        let text = markdown(&call_results());
        for line in [
            "- Provider and patient meet, on the local stack, this machine: provider and patient saw",
            "| Provider and patient meet | provider to patient, flowing | ✓ pass | colour",
            "| Provider and patient meet | provider to patient, gone | ✓ pass |",
            "| Provider and patient meet | patient | connected | since the tap | 912 ms |",
        ] {
            assert!(text.contains(line), "{line} is not in {text}");
        }
        assert!(!text.contains("### Time until the SDK is ready"));
        assert!(!text.contains("<script"));
    }

    #[test]
    fn nothing_foreign_is_markup() {
        let text = markdown(&sample_results());
        for markup in ["<script", "<img", "`", "\u{7}", "\u{202e}"] {
            assert!(!text.contains(markup), "{markup:?} in {text}");
        }
        assert!(text.contains("&#60;script&#62;"), "{text}");
    }

    #[test]
    fn every_row_has_the_columns_of_its_head() {
        let text = markdown(&sample_results());
        let mut columns = 0;
        let mut rows = 0;
        for line in text.lines() {
            let bars = line.matches('|').count();
            match (columns, bars) {
                (_, 0) => columns = 0,
                (0, bars) => columns = bars,
                (columns, bars) => {
                    assert_eq!(bars, columns, "{line}");
                    rows += 1;
                }
            }
        }
        assert!(rows > 15, "{rows} rows");
    }

    #[test]
    fn the_page_stays_below_its_size_and_says_what_is_missing() {
        let mut results = results_with_loads(10_000);
        let verdict = results.verdicts[6].clone();
        results.verdicts.extend(vec![verdict; 2_000]);
        let text = markdown(&results);
        assert!(text.len() < 61_000, "{} bytes", text.len());
        assert!(text.contains("more lines are in the HTML report"));
    }

    #[test]
    fn escaping_leaves_ordinary_words() {
        assert_eq!(escaped("p50 is 252 ms, n = 31"), "p50 is 252 ms, n = 31");
        assert!(!escaped(HOSTILE).contains('|'));
        assert_eq!(escaped("https://x.example"), "https&#58;//x.example");
        assert_eq!(escaped("www.x.example"), "www&#46;x.example");
    }
}
