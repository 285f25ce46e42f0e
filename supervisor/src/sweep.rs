//! Ends processes for good and removes the folder that they wrote to.

use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

use crate::proc_fs;
use crate::program::Farewell;

/// Between two looks at what still lives.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// What a sweep could not do.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// Processes that outlived `SIGKILL` until the deadline.
    #[error("{} of its processes are still there", pids.len())]
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

/// Ends every descendant of the calling process and reaps it, until there is no child left.
/// Only a process that starts nothing else may call this: the supervisor.
pub(crate) fn end_descendants(
    farewell: Option<Farewell>,
    limit: Duration,
) -> Result<(), SweepError> {
    let mut ending = Ending::new(farewell, limit);
    loop {
        ending.signal(&proc_fs::descendants());
        // As sub-reaper the caller inherits the orphans, so "no child" means "none below".
        loop {
            match waitpid(None, WaitOptions::NOHANG) {
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(_) => return Ok(()),
            }
        }
        ending.look_again(proc_fs::descendants)?;
    }
}

/// Ends every process that is tied to the folder, until there is none left.
pub(crate) fn end_tied(
    folder: &Path,
    farewell: Option<Farewell>,
    limit: Duration,
) -> Result<(), SweepError> {
    let mut ending = Ending::new(farewell, limit);
    loop {
        let alive = proc_fs::tied_to(folder);
        if alive.is_empty() {
            return Ok(());
        }
        ending.signal(&alive);
        ending.look_again(|| alive)?;
    }
}

/// How far an ending has come: asked for at first, where the program can be asked, then forced.
struct Ending {
    farewell: Option<Farewell>,
    asked: bool,
    forced_from: Instant,
    deadline: Instant,
}

impl Ending {
    fn new(farewell: Option<Farewell>, limit: Duration) -> Self {
        let now = Instant::now();
        Self {
            farewell,
            asked: false,
            forced_from: now + farewell.map_or(Duration::ZERO, |farewell| farewell.patience),
            deadline: now + limit,
        }
    }

    fn signal(&mut self, pids: &[Pid]) {
        if Instant::now() >= self.forced_from {
            send(pids, Signal::KILL);
        } else if let Some(farewell) = self.farewell
            && !self.asked
        {
            self.asked = true;
            send(pids, farewell.signal);
        }
    }

    /// Waits a moment; at the deadline, what still lives is the error.
    fn look_again(&self, alive: impl FnOnce() -> Vec<Pid>) -> Result<(), SweepError> {
        if Instant::now() > self.deadline {
            return Err(SweepError::Alive {
                pids: alive()
                    .iter()
                    .map(|pid| pid.as_raw_nonzero().get())
                    .collect(),
            });
        }
        std::thread::sleep(LOOK_AGAIN);
        Ok(())
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

fn send(pids: &[Pid], signal: Signal) {
    for pid in pids {
        // One that ended by itself meanwhile is no failure; one that may not be killed shows at
        // the deadline.
        let _gone = kill_process(*pid, signal);
    }
}
