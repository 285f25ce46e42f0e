//! `greenroom list`.

use super::scenarios;
use crate::args::PathArgs;
use crate::failure::Failure;
use crate::terminal;

/// Prints a line per scenario: file, what it does, title.
pub(crate) fn run(args: &PathArgs) -> Result<u8, Failure> {
    let loaded = scenarios::load(&args.paths)?;
    let lines: Vec<[String; 3]> = loaded
        .iter()
        .map(|one| {
            [one.source.path.clone(), one.scenario.extent(), one.scenario.title().to_owned()]
        })
        .collect();
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let (path_width, extent_width) = (width(0), width(1));
    for [path, extent, title] in &lines {
        terminal::print(&format!("{path:path_width$}  {extent:extent_width$}  {title}"));
    }
    Ok(0)
}
