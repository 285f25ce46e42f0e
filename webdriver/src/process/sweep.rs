//! Ends processes for good and removes the folder that they wrote to.

use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

use super::proc_fs;

/// Between two looks at what still lives.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// What a sweep could not do.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// Processes that outlived `SIGKILL` until the deadline.
    #[error("{} processes of the browser are still there", pids.len())]
    Alive {
        /// Their ids.
        pids: Vec<i32>,
    },
    /// The folder could not be removed.
    #[error("`{}` could not be removed", folder.display())]
    Folder {
        /// The folder.
        folder: std::path::PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// Kills every descendant of the calling process and reaps it, until there is no child left.
/// Only a process that starts nothing else may call this: the supervisor.
pub(crate) fn end_descendants(limit: Duration) -> Result<(), SweepError> {
    let deadline = Instant::now() + limit;
    loop {
        let alive = proc_fs::descendants();
        kill(&alive);
        // As sub-reaper the caller inherits the orphans, so "no child" means "none below".
        loop {
            match waitpid(None, WaitOptions::NOHANG) {
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(_) => return Ok(()),
            }
        }
        if Instant::now() > deadline {
            return Err(SweepError::Alive {
                pids: raw(&proc_fs::descendants()),
            });
        }
        std::thread::sleep(LOOK_AGAIN);
    }
}

/// Kills every process that is tied to the folder, until there is none left.
pub(crate) fn end_tied(folder: &Path, limit: Duration) -> Result<(), SweepError> {
    let deadline = Instant::now() + limit;
    loop {
        let alive = proc_fs::tied_to(folder);
        if alive.is_empty() {
            return Ok(());
        }
        if Instant::now() > deadline {
            return Err(SweepError::Alive { pids: raw(&alive) });
        }
        kill(&alive);
        std::thread::sleep(LOOK_AGAIN);
    }
}

/// Removes the folder; one that is gone already is as good.
pub(crate) fn remove(folder: &Path) -> Result<(), SweepError> {
    match std::fs::remove_dir_all(folder) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => Err(SweepError::Folder {
            folder: folder.to_owned(),
            source,
        }),
        _ => Ok(()),
    }
}

fn kill(pids: &[Pid]) {
    for pid in pids {
        // One that ended by itself meanwhile is no failure; one that may not be killed shows at
        // the deadline.
        let _gone = kill_process(*pid, Signal::KILL);
    }
}

fn raw(pids: &[Pid]) -> Vec<i32> {
    pids.iter().map(|pid| pid.as_raw_nonzero().get()).collect()
}
