//! From a journal to the files that people and pipelines read.

use greenroom_core::journal::Record;
use greenroom_core::results::Results;
use greenroom_core::{judge, results::FailOn};

use super::folder::{RunFolder, write_whole};
use crate::failure::{Failure, chain};
use crate::terminal;

/// The reports of a run, by file name.
pub(crate) const REPORT_FILES: [&str; 4] =
    ["results.json", "report.html", "junit.xml", "summary.md"];

/// Judges a journal.
pub(crate) fn judge(records: &[Record]) -> Result<Results, Failure> {
    judge::results(records).map_err(|error| Failure::environment(chain(&error)))
}

/// Writes the four reports into a folder.
pub(crate) fn write(results: &Results, folder: &std::path::Path) -> Result<(), Failure> {
    let rendered = |what: &str, text: Result<String, greenroom_report::RenderError>| {
        text.map_err(|error| Failure::caused(format!("cannot render {what}"), &error))
    };
    let texts = [
        rendered("results.json", greenroom_report::json(results))?,
        rendered("report.html", greenroom_report::html(results))?,
        rendered("junit.xml", greenroom_report::junit(results))?,
        greenroom_report::markdown(results),
    ];
    for (name, text) in REPORT_FILES.iter().zip(&texts) {
        write_whole(&folder.join(name), text)?;
    }
    Ok(())
}

/// Judges, writes, and tells the person who waits; gives the exit code.
pub(crate) fn conclude(
    records: &[Record],
    folder: &RunFolder,
    fail_on: FailOn,
) -> Result<u8, Failure> {
    let results = judge(records)?;
    write(&results, folder.path())?;
    folder
        .mark_latest()
        .map_err(|error| Failure::caused("cannot point `latest` to this run", &error))?;
    terminal::print(&greenroom_report::summary(&results));
    terminal::print(&format!("report: {}", folder.file("report.html").display()));
    Ok(results.exit_code(fail_on))
}
