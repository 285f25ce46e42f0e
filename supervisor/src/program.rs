//! What a kind of program brings along to be supervised, and what it may use.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::process::Signal;

/// A kind of program that can be supervised.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// The word that selects it on the supervisor's command line, and its name in errors.
    pub name: &'static str,
    /// Starts it with these arguments and blocks until it is ready. Returns what greenroom must
    /// know to reach it, on one line, or why it could not be started. It runs in the supervisor,
    /// on a thread of its own, so that a program that hangs does not keep the supervisor from
    /// ending it; the end of what it started, and [`Scope::is_open`], tell it to give up.
    pub start: fn(&Scope, Vec<OsString>) -> Result<String, String>,
    /// How its processes are asked to end; `None` kills them at once.
    pub farewell: Option<Farewell>,
}

/// For programs that hold more of the system than a kill gives back.
#[derive(Clone, Copy, Debug)]
pub struct Farewell {
    /// Sent to each of its processes once.
    pub signal: Signal,
    /// How long they may take; then they are killed.
    pub patience: Duration,
}

/// What a program may use while it is supervised: a private folder, and the one way to start
/// processes.
#[derive(Debug)]
pub struct Scope {
    folder: PathBuf,
    /// Once false, nothing is started any more: a process that began after the sweep would stay.
    open: Mutex<bool>,
}

impl Scope {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            open: Mutex::new(true),
        }
    }

    /// The private folder, with mode 0700. It is removed when everything has ended.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Starts a process in a group of its own, without input, with the folder as `TMPDIR`: by
    /// that it is found should the supervisor be killed.
    ///
    /// # Errors
    /// When it cannot be started, or greenroom is gone.
    pub fn spawn(&self, command: &mut Command) -> io::Result<Child> {
        let open = self.lock();
        if !*open {
            return Err(io::Error::other("greenroom has ended"));
        }
        command
            .env("TMPDIR", &self.folder)
            .process_group(0)
            .stdin(Stdio::null())
            .spawn()
    }

    /// Whether greenroom is still there: a start that does long work of its own looks now and
    /// then.
    pub fn is_open(&self) -> bool {
        *self.lock()
    }

    pub(crate) fn close(&self) {
        *self.lock() = false;
    }

    fn lock(&self) -> MutexGuard<'_, bool> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_started_once_the_end_has_begun() {
        let folder = tempfile::tempdir().unwrap();
        let scope = Scope::new(folder.path().to_owned());
        let mut command = Command::new("true");
        assert!(scope.spawn(&mut command).unwrap().wait().unwrap().success());
        assert!(scope.is_open());
        scope.close();
        assert!(!scope.is_open());
        let refused = scope.spawn(&mut command).unwrap_err();
        assert_eq!(refused.to_string(), "greenroom has ended");
    }
}
