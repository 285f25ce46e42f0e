//! `greenroom validate`.

use greenroom_core::journal::TargetKind;
use greenroom_core::scenario::{self, Names};

use super::scenarios;
use crate::args::PathArgs;
use crate::failure::Failure;
use crate::terminal;

/// Parses and plans every scenario as a run against the local stack would.
pub(crate) fn run(args: &PathArgs) -> Result<u8, Failure> {
    let loaded = scenarios::load(&args.paths)?;
    let names = Names::example();
    let mut errors = Vec::new();
    for one in &loaded {
        match scenario::plan(&one.scenario, &one.settings, &names, 0, TargetKind::Local) {
            Ok(_) => terminal::print(&format!("{}: ok", one.scenario.source().path)),
            Err(error) => errors.push(error.to_string()),
        }
    }
    if errors.is_empty() {
        Ok(0)
    } else {
        Err(Failure::usage(errors.join("\n\n")))
    }
}
