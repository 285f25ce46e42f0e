//! Programs that greenroom starts and that must not outlive it: chromedriver, PostgreSQL.
//!
//! Invariant: whatever way greenroom ends, even by `kill -9`, the write end of one pipe closes,
//! and closing it is what makes the supervisor end every process below it and remove the folder.
//! Should the supervisor itself be killed, [`Supervised::close`] does the same from greenroom's
//! side.
//!
//! The supervisor is greenroom itself with a hidden word ([`run()`]). What it starts, and when that
//! is ready, is a [`Program`] of the crate that talks to it; this one knows processes only.

mod proc_fs;
mod program;
mod protocol;
mod run;
mod supervised;
mod sweep;

pub use program::{Farewell, Program, Scope};
pub use run::run;
pub use rustix::process::Signal;
pub use supervised::{ProcessError, Supervised};
pub use sweep::SweepError;
