//! Findings for a person: place, rule, reason, the line itself, what to write.

use std::fmt::Write as _;

use greenroom_core::template::{Finding, Review, Severity};

use crate::untrusted::{LINE, SENTENCE, shown};

/// Characters of the template's line that are shown at the most.
const WINDOW: usize = 110;

/// The findings of a review and their number. `source` is the template's text, of which the lines
/// in question are shown.
pub fn text(review: &Review, source: &str) -> String {
    let mut out = String::new();
    let lines: Vec<&str> = source.lines().collect();
    let file = shown(&review.file, LINE);
    for finding in &review.findings {
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "{file}:{}:{}: {} [{}] {}",
            finding.line,
            finding.column,
            finding.severity.word(),
            finding.rule,
            shown(&finding.reason, SENTENCE)
        );
        excerpt(&mut out, &lines, finding);
        let _ = writeln!(out, "help: {}\n", shown(&finding.fix, SENTENCE));
    }
    out.push_str(&summary(review));
    out
}

/// The line in question with a caret under its place.
fn excerpt(out: &mut String, lines: &[&str], finding: &Finding) {
    let index = usize::try_from(finding.line).unwrap_or(usize::MAX);
    let column = usize::try_from(finding.column).unwrap_or(1).max(1) - 1;
    let Some(line) = index.checked_sub(1).and_then(|index| lines.get(index)) else {
        return;
    };
    // A template may be one line of a megabyte.
    let skipped = if column < WINDOW / 2 { 0 } else { column - 20 };
    let part: String = line.chars().skip(skipped).take(WINDOW).collect();
    let part = shown(part.trim_end(), WINDOW);
    let number = finding.line.to_string();
    let indent = column - skipped;
    let _ = writeln!(out, "{number} | {part}");
    let _ = writeln!(out, "{:width$} | {:indent$}^", "", "", width = number.len());
}

/// `FILE: 2 errors, 1 warning, 0 notes (86 rules, us-east-1)`
fn summary(review: &Review) -> String {
    let counted = |severity: Severity| {
        let count = review.count(severity);
        let plural = if count == 1 { "" } else { "s" };
        format!("{count} {}{plural}", severity.word())
    };
    format!(
        "{}: {}, {}, {} ({} rules, {})\n",
        shown(&review.file, LINE),
        counted(Severity::Error),
        counted(Severity::Warning),
        counted(Severity::Note),
        review.rules,
        shown(&review.region, LINE)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::sample::{TEXT, review};

    #[test]
    fn a_person_reads_where_why_and_what_to_do() {
        insta::assert_snapshot!(text(&review(), TEXT));
    }

    #[test]
    fn a_line_of_a_megabyte_is_cut_around_its_place() {
        let mut review = review();
        review.findings.truncate(1);
        review.findings[0].line = 1;
        review.findings[0].column = 500_001;
        let line = format!("{}{}{}", "a".repeat(500_000), "HERE", "b".repeat(500_000));
        let text = text(&review, &line);
        let mut lines = text.lines().skip(1);
        let (shown, caret) = (lines.next().unwrap(), lines.next().unwrap());
        let at = caret.find('^').unwrap();
        assert_eq!(&shown[at..at + 4], "HERE");
        assert!(shown.len() < 200);
    }

    #[test]
    fn a_place_outside_of_the_text_shows_no_line() {
        let mut review = review();
        review.findings[0].line = 4_000_000_000;
        review.findings[1].line = 0;
        let text = text(&review, TEXT);
        assert_eq!(text.matches('^').count(), 1);
    }
}
