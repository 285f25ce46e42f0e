//! `greenroom report`.

mod alarms;

use crate::args::ReportArgs;
use crate::failure::{Failure, chain};
use crate::run::folder::RunFolder;
use crate::run::{journal, outputs};
use crate::terminal;

/// Renders a journal again: the same verdict from the same records, without a browser.
pub(crate) fn run(args: &ReportArgs) -> Result<u8, Failure> {
    // A journal may have been copied out of its folder under another name.
    let (path, folder) = if args.journal.is_dir() {
        let folder = RunFolder::open(&args.journal)?;
        (folder.file("journal.jsonl"), folder.path().to_path_buf())
    } else {
        let parent = args
            .journal
            .parent()
            .map_or_else(Default::default, std::path::Path::to_path_buf);
        (args.journal.clone(), parent)
    };
    let read = journal::read(&path).map_err(|error| Failure::usage(chain(&error)))?;
    if read.cut {
        terminal::error_line("the last line of the journal was cut off; it is left out");
    }
    if args.faults {
        let results = outputs::judge(&read.records)?;
        let plans = journal::plans(&read.records);
        let alarms = |index: usize| alarms::in_words(&folder, index, plans.get(index)?);
        terminal::print(greenroom_report::fault_table(&plans, &results, &alarms).trim_end());
        return Ok(results.exit_code(args.fail_on.into()));
    }
    let out = args.out.clone().unwrap_or(folder);
    std::fs::create_dir_all(&out).map_err(|error| {
        Failure::environment(format!(
            "cannot write to {}: {error}\n  help: name a folder that can be written with --out DIR",
            out.display()
        ))
    })?;
    let results = outputs::judge(&read.records)?;
    outputs::write(&results, &out)?;
    terminal::print(&greenroom_report::summary(&results));
    terminal::print(&format!("report: {}", out.join("report.html").display()));
    Ok(results.exit_code(args.fail_on.into()))
}
