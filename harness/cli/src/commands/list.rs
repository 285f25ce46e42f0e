//! `greenroom list`.

use greenroom_core::journal::TargetKind;
use greenroom_core::plan::Work;
use greenroom_core::scenario::{self, Names};

use super::scenarios::{self, Loaded};
use crate::args::PathArgs;
use crate::failure::Failure;
use crate::terminal;

/// Prints a line per scenario: file, what it does, title.
pub(crate) fn run(args: &PathArgs) -> Result<u8, Failure> {
    let lines = scenarios::load(&args.paths)?
        .iter()
        .map(|one| {
            Ok([
                one.scenario.source().path.clone(),
                extent(one)?,
                one.scenario.title().to_owned(),
            ])
        })
        .collect::<Result<Vec<_>, Failure>>()?;
    let width = |column: usize| {
        lines
            .iter()
            .map(|line: &[String; 3]| line[column].chars().count())
            .max()
            .unwrap_or(0)
    };
    let (path_width, extent_width) = (width(0), width(1));
    for [path, extent, title] in &lines {
        terminal::print(&format!(
            "{path:path_width$}  {extent:extent_width$}  {title}"
        ));
    }
    Ok(0)
}

/// How much there is to do, with every condition expanded.
fn extent(one: &Loaded) -> Result<String, Failure> {
    let plan = scenario::plan(
        &one.scenario,
        &one.settings,
        &Names::example(),
        0,
        TargetKind::Local,
    )
    .map_err(|error| Failure::usage(error.to_string()))?;
    let (number, what) = match &plan.work {
        Work::Compare(comparisons) => (comparisons.len(), "comparison"),
        Work::Requests(requests) => (requests.len(), "request"),
        Work::Meeting(meeting) => (meeting.steps.len(), "step"),
    };
    let plural = if number == 1 { "" } else { "s" };
    Ok(format!("{number} {what}{plural}"))
}
