//! greenroom's side of the supervisor: start it, hear from it, let go of it.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use crate::program::Program;
use crate::protocol::Report;
use crate::sweep::{self, SweepError};

/// How long the supervisor may take to end everything; its own deadline is 10 s.
const END_LIMIT: Duration = Duration::from_secs(15);

/// Why a program could not be started or ended.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// The supervisor could not be started.
    #[error("the supervisor `{program}` could not be started")]
    Spawn {
        /// The supervisor's own program.
        program: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The supervisor or the program reported a failure.
    #[error("{program} could not be started: {reason}")]
    Failed {
        /// The program.
        program: &'static str,
        /// The supervisor's words.
        reason: String,
    },
    /// Not ready in time.
    #[error("{program} was not ready within {} s", limit.as_secs())]
    Timeout {
        /// The program.
        program: &'static str,
        /// How long it was waited for.
        limit: Duration,
    },
    /// Something outlived the clean-up.
    #[error("{program} was not cleaned up")]
    CleanUp {
        /// The program.
        program: &'static str,
        /// What is left.
        #[source]
        source: SweepError,
    },
}

/// A program under its supervisor. Dropping it ends the program too, and blocks for it.
#[derive(Debug)]
pub struct Supervised {
    program: Program,
    supervisor: Child,
    /// The pipe whose end tells the supervisor that greenroom is gone.
    lifeline: Option<ChildStdin>,
    reports: Receiver<Report>,
    folder: PathBuf,
    place: String,
}

impl Supervised {
    /// Starts the supervisor (`command`, which ends up in [`crate::run()`], then the program's word
    /// and `arguments`) and waits until the program is ready. Blocks up to `limit`.
    ///
    /// # Errors
    /// [`ProcessError`] when it is not ready in time; nothing stays behind then.
    pub fn start(
        command: &[OsString],
        program: Program,
        arguments: &[OsString],
        limit: Duration,
    ) -> Result<Self, ProcessError> {
        let deadline = Instant::now() + limit;
        let name = program.name;
        let failed = |reason: String| ProcessError::Failed {
            program: name,
            reason,
        };
        let (own, leading) = command
            .split_first()
            .ok_or_else(|| failed("no supervisor command was given".into()))?;
        let spawned = Command::new(own)
            .args(leading)
            .arg(name)
            .args(arguments)
            // Out of the terminal's foreground group: Ctrl-C is greenroom's to handle.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut supervisor = spawned.map_err(|source| ProcessError::Spawn {
            program: own.to_string_lossy().into_owned(),
            source,
        })?;
        let lifeline = supervisor.stdin.take();
        let output = supervisor.stdout.take();
        let mut started = Self {
            program,
            supervisor,
            lifeline,
            reports: reports_from(output),
            folder: PathBuf::new(),
            place: String::new(),
        };
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match started.reports.recv_timeout(left) {
                Ok(Report::Folder(folder)) => started.folder = folder,
                Ok(Report::Ready(place)) => {
                    started.place = place;
                    return Ok(started);
                }
                Ok(Report::Failed(reason)) => return Err(failed(reason)),
                Err(RecvTimeoutError::Timeout) => {
                    return Err(ProcessError::Timeout {
                        program: name,
                        limit,
                    });
                }
                Err(RecvTimeoutError::Disconnected) => {
                    let own = own.to_string_lossy();
                    return Err(failed(format!("`{own}` ended at once")));
                }
            }
        }
    }

    /// Where the program is, as its [`Program::start`] said.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The private folder: `TMPDIR` of the program and of all that it starts.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Lets go of the supervisor and waits until everything is gone. Blocks up to some seconds.
    ///
    /// # Errors
    /// [`ProcessError::CleanUp`] when a process or the folder is still there.
    pub fn close(mut self) -> Result<(), ProcessError> {
        self.end().map_err(|source| ProcessError::CleanUp {
            program: self.program.name,
            source,
        })
    }

    fn end(&mut self) -> Result<(), SweepError> {
        if self.lifeline.take().is_none() {
            return Ok(());
        }
        // The supervisor's output ends with the supervisor: waiting for that needs no polling.
        let deadline = Instant::now() + END_LIMIT;
        while self
            .reports
            .recv_timeout(deadline.saturating_duration_since(Instant::now()))
            .is_ok()
        {}
        let _ended = self.supervisor.kill();
        let status = self.supervisor.wait();
        let ended_well = status.is_ok_and(|status| status.success());
        if ended_well || self.folder.as_os_str().is_empty() {
            return Ok(());
        }
        // The supervisor was killed or gave up: the same from here.
        sweep::end_tied(&self.folder, self.program.farewell, END_LIMIT)?;
        sweep::remove(&self.folder)
    }
}

/// Reads the supervisor's lines on a thread of its own, which ends with the supervisor.
fn reports_from(output: Option<ChildStdout>) -> Receiver<Report> {
    let (sender, reports) = channel();
    std::thread::spawn(move || {
        let lines = output.map(|output| BufReader::new(output).lines());
        for line in lines.into_iter().flatten() {
            let Ok(line) = line else { return };
            if let Some(report) = Report::read(&line)
                && sender.send(report).is_err()
            {
                return;
            }
        }
    });
    reports
}

impl Drop for Supervised {
    fn drop(&mut self) {
        if let Err(error) = self.end() {
            tracing::warn!(%error, "{} was not cleaned up", self.program.name);
        }
    }
}
