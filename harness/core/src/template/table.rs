//! The table of the rules for the documentation.

use std::fmt::Write as _;

use super::SUBJECTS;

/// All rules as Markdown: a table for each subject.
pub fn rules_table() -> String {
    let mut text = String::new();
    for subject in SUBJECTS {
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "### {}\n\n| rule | severity | what holds | source |\n|---|---|---|---|\n",
            subject.title
        );
        for rule in subject.rules {
            let _ = writeln!(
                text,
                "| `{}` | {} | {} | {} |",
                rule.id,
                rule.severity.word(),
                rule.holds,
                rule.source
            );
        }
        text.push('\n');
    }
    text
}
