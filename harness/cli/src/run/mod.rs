//! One run: from plans to a journal, and from the journal to the reports.
//!
//! Invariant: nothing is known here that is not in the journal first. The verdict is computed
//! from the journal's records, so `greenroom report` comes to the same one later.

pub(crate) mod access;
mod body;
pub(crate) mod compare;
pub(crate) mod course;
pub(crate) mod edge_log;
pub(crate) mod exchange;
pub(crate) mod folder;
mod handshake;
pub(crate) mod host;
pub(crate) mod journal;
mod late;
pub(crate) mod meeting;
pub(crate) mod outputs;
pub(crate) mod requests;
pub(crate) mod secrets;
pub(crate) mod sessions;
pub(crate) mod standing;
pub(crate) mod target;
pub(crate) mod visits;

pub(crate) use self::exchange::USER_AGENT;

use std::future::Future;
use std::time::Instant;

use greenroom_core::journal::{Event, Record, RunEnd};
use greenroom_fixtures::Stack;
use tokio::sync::watch;

use crate::failure::Failure;
use crate::run::journal::{AppendError, JournalWriter};
use crate::run::sessions::SessionFailure;
use crate::terminal::Progress;

/// Pictures of failed loads that are kept of one run: a page that always fails looks the same.
const SCREENSHOTS: u32 = 40;

/// What every part of a run shares: the journal, the clock, the signals and the progress.
#[derive(Debug)]
pub(crate) struct RunContext {
    journal: JournalWriter,
    records: Vec<Record>,
    began: Instant,
    /// Time of the run before this process took it up, ms.
    before_ms: f64,
    signal: watch::Receiver<Option<RunEnd>>,
    screenshots: u32,
    /// Progress for the person who waits.
    pub(crate) progress: Progress,
}

/// Why a run stopped before its plans were carried out.
#[derive(Debug)]
pub(crate) enum Stopped {
    /// SIGINT or SIGTERM.
    Signal(RunEnd),
    /// The journal or the environment failed.
    Failed(Failure),
}

impl From<AppendError> for Stopped {
    fn from(error: AppendError) -> Self {
        Self::Failed(Failure::environment(crate::failure::chain(&error)))
    }
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl RunContext {
    /// A run that goes on from `records`, which are in the journal already.
    pub(crate) fn new(
        journal: JournalWriter,
        records: Vec<Record>,
        signal: watch::Receiver<Option<RunEnd>>,
    ) -> Self {
        let before_ms = records.iter().filter_map(Record::at_ms).fold(0.0, f64::max);
        Self {
            journal,
            records,
            began: Instant::now(),
            before_ms,
            signal,
            screenshots: 0,
            progress: Progress::new(),
        }
    }

    /// Time since the run began, ms; time in which no process worked on it does not count.
    pub(crate) fn at_ms(&self) -> f64 {
        self.before_ms + self.began.elapsed().as_secs_f64() * 1000.0
    }

    /// The same of a moment.
    pub(crate) fn at_ms_of(&self, at: Instant) -> f64 {
        let since = at.saturating_duration_since(self.began).as_secs_f64();
        let before = self.began.saturating_duration_since(at).as_secs_f64();
        self.before_ms + (since - before) * 1000.0
    }

    /// The signals, to be listened to beside something that borrows from here.
    pub(crate) fn signal(&self) -> watch::Receiver<Option<RunEnd>> {
        self.signal.clone()
    }

    /// Appends a record to the journal, and only then lets the run know it.
    pub(crate) fn append(&mut self, record: &Record) -> Result<(), AppendError> {
        self.journal.append(record)?;
        self.records.push(record.clone());
        Ok(())
    }

    /// Appends an event.
    pub(crate) fn event(
        &mut self,
        kind: &str,
        detail: impl Into<String>,
    ) -> Result<(), AppendError> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a run is shorter than 2^64 ms"
        )]
        let at_ms = self.at_ms() as u64;
        self.append(&Record::Event(Event {
            at_ms,
            kind: kind.to_owned(),
            detail: detail.into(),
        }))
    }

    /// Notes that a browser session was started since `before`, or lost by this failure.
    pub(crate) fn note_session(
        &mut self,
        session: u32,
        before: u32,
        failure: Option<&SessionFailure>,
    ) -> Result<(), AppendError> {
        if session != before {
            self.event("session_started", format!("browser session {session}"))?;
        }
        if let Some(failure) = failure
            && failure.session_lost
        {
            self.event("session_lost", failure.detail.clone())?;
        }
        Ok(())
    }

    /// All records so far.
    pub(crate) fn records(&self) -> &[Record] {
        &self.records
    }

    /// Keeps the picture of a load that failed in `screenshots/`, up to [`SCREENSHOTS`] of a run.
    /// The journal has what was observed; a picture that cannot be written only costs an event.
    pub(crate) fn keep_screenshot(&mut self, name: &str, png: &[u8]) -> Result<(), AppendError> {
        if self.screenshots >= SCREENSHOTS {
            return Ok(());
        }
        self.screenshots += 1;
        let folder = self.journal.folder().join("screenshots");
        let written =
            std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(folder.join(name), png));
        match written {
            Ok(()) => Ok(()),
            Err(error) => self.event("screenshot_lost", format!("{name}: {error}")),
        }
    }

    /// Keeps what the CDN logged for a scenario since `from`. Nothing is judged by it, so one that
    /// cannot be written only costs an event.
    pub(crate) fn keep_edge_log(
        &mut self,
        stack: &Stack,
        from: usize,
        index: usize,
        scenario: &str,
    ) -> Result<(), AppendError> {
        let path = edge_log::path(self.journal.folder(), index, scenario);
        match edge_log::keep(stack, from, &path) {
            Ok(()) => Ok(()),
            Err(error) => self.event("edge_log_lost", format!("{}: {error}", path.display())),
        }
    }

    /// Waits for `work`, but not beyond a signal.
    pub(crate) async fn or_signal<T>(&self, work: impl Future<Output = T>) -> Result<T, Stopped> {
        let mut signal = self.signal.clone();
        tokio::select! {
            biased;
            how = signalled(&mut signal) => Err(Stopped::Signal(how)),
            done = work => Ok(done),
        }
    }
}

/// Resolves when a signal came; never otherwise.
pub(crate) async fn signalled(signal: &mut watch::Receiver<Option<RunEnd>>) -> RunEnd {
    loop {
        if let Some(how) = *signal.borrow_and_update() {
            return how;
        }
        if signal.changed().await.is_err() {
            // The sender lives as long as the program; without it no signal can come any more.
            std::future::pending::<()>().await;
        }
    }
}

/// Listens for SIGINT and SIGTERM from now on.
pub(crate) fn listen() -> Result<watch::Receiver<Option<RunEnd>>, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let install =
        |kind| signal(kind).map_err(|error| Failure::caused("cannot listen for signals", &error));
    let (mut interrupt, mut terminate) = (
        install(SignalKind::interrupt())?,
        install(SignalKind::terminate())?,
    );
    let (sender, receiver) = watch::channel(None);
    tokio::spawn(async move {
        loop {
            let how = tokio::select! {
                _ = interrupt.recv() => RunEnd::Interrupted,
                _ = terminate.recv() => RunEnd::Terminated,
            };
            // The first signal decides how the run ended.
            sender.send_if_modified(|value| {
                let first = value.is_none();
                value.get_or_insert(how);
                first
            });
        }
    });
    Ok(receiver)
}
