//! The CDN's access log of each scenario, in the run's folder.
//!
//! A deployment's own log is downloaded and read with `greenroom logs`; that of the local stack ends
//! with the stack, so it is kept here, in the same form, for the same command. No verdict comes from
//! it: a deployment would have none.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use greenroom_fixtures::Stack;

/// The folder of the logs in a run's folder.
const FOLDER: &str = "cloudfront";

/// Where the log of a scenario lies in its run's folder. `index` counts the scenarios of the run
/// from 0; `scenario` is the file that it was read from.
pub(crate) fn path(run: &Path, index: usize, scenario: &str) -> PathBuf {
    let stem = Path::new(scenario)
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default();
    run.join(FOLDER)
        .join(format!("{:03}-{stem}.log", index + 1))
}

/// Writes what the stack logged from a place on; a scenario that goes on appends to its log.
pub(super) fn keep(stack: &Stack, from: usize, path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    if stack.access_log_end() == from && path.exists() {
        return Ok(());
    }
    let text = stack.access_log_text(from);
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    file.write_all(text.as_bytes())
}
