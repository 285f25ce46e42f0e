//! greenroom's side of the supervisor: start it, hear from it, let go of it.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use super::protocol::Report;
use super::sweep::{self, SweepError};

/// How long the supervisor may take to end everything; its own deadline is 10 s.
const END_LIMIT: Duration = Duration::from_secs(15);

/// Why chromedriver could not be started or ended.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// The supervisor could not be started.
    #[error("the supervisor `{program}` could not be started")]
    Spawn {
        /// The program.
        program: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The supervisor or chromedriver reported a failure.
    #[error("chromedriver could not be started: {reason}")]
    Failed {
        /// The supervisor's words.
        reason: String,
    },
    /// No port in time.
    #[error("chromedriver did not listen within {} s", limit.as_secs())]
    Timeout {
        /// How long it was waited for.
        limit: Duration,
    },
    /// Something outlived the clean-up.
    #[error("the browser was not cleaned up")]
    CleanUp(#[source] SweepError),
}

/// chromedriver under its supervisor.
#[derive(Debug)]
pub(crate) struct LocalDriver {
    supervisor: Child,
    /// The pipe whose end tells the supervisor that greenroom is gone.
    lifeline: Option<ChildStdin>,
    reports: Receiver<Report>,
    folder: Option<PathBuf>,
    port: u16,
}

impl LocalDriver {
    /// Starts the supervisor (`command` and then chromedriver's path) and waits for the port.
    /// Blocks up to `limit`.
    pub(crate) fn start(
        command: &[OsString],
        driver: &Path,
        limit: Duration,
    ) -> Result<Self, ProcessError> {
        let deadline = Instant::now() + limit;
        let (program, arguments) = command.split_first().ok_or_else(|| ProcessError::Failed {
            reason: "no supervisor command was given".into(),
        })?;
        let spawned = Command::new(program)
            .args(arguments)
            .arg(driver)
            // Out of the terminal's foreground group: Ctrl-C is greenroom's to handle.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut supervisor = spawned.map_err(|source| ProcessError::Spawn {
            program: program.to_string_lossy().into_owned(),
            source,
        })?;
        let lifeline = supervisor.stdin.take();
        let output = supervisor.stdout.take();
        let (sender, reports) = channel();
        std::thread::spawn(move || {
            for line in output
                .into_iter()
                .flat_map(|output| BufReader::new(output).lines())
            {
                let Ok(line) = line else { return };
                if let Some(report) = Report::read(&line)
                    && sender.send(report).is_err()
                {
                    return;
                }
            }
        });
        let mut started = Self {
            supervisor,
            lifeline,
            reports,
            folder: None,
            port: 0,
        };
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match started.reports.recv_timeout(left) {
                Ok(Report::Folder(folder)) => started.folder = Some(folder),
                Ok(Report::Port(port)) => {
                    started.port = port;
                    return Ok(started);
                }
                Ok(Report::Failed(reason)) => return Err(ProcessError::Failed { reason }),
                Err(RecvTimeoutError::Timeout) => return Err(ProcessError::Timeout { limit }),
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(ProcessError::Failed {
                        reason: format!("`{}` ended at once", program.to_string_lossy()),
                    });
                }
            }
        }
    }

    /// chromedriver's port on 127.0.0.1.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The private folder: `TMPDIR` of the driver and the browser.
    pub(crate) fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// Lets go of the supervisor and waits until everything is gone. Blocks up to some seconds.
    pub(crate) fn close(mut self) -> Result<(), ProcessError> {
        self.end().map_err(ProcessError::CleanUp)
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
        let Some(folder) = self.folder.as_deref() else {
            return Ok(());
        };
        if status.is_ok_and(|status| status.success()) {
            return Ok(());
        }
        // The supervisor was killed or gave up: the same from here.
        sweep::end_tied(folder, END_LIMIT)?;
        sweep::remove(folder)
    }
}

impl Drop for LocalDriver {
    fn drop(&mut self) {
        if let Err(error) = self.end() {
            tracing::warn!(%error, "the browser was not cleaned up");
        }
    }
}
