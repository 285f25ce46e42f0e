//! chromedriver and everything below it: started by a supervisor, gone when greenroom is gone.
//!
//! Invariant: whatever way greenroom ends, even by `kill -9`, the write end of one pipe closes,
//! and closing it is what makes the supervisor end every process and remove the folder. Should
//! the supervisor itself be killed, [`LocalDriver::close`] does the same from this side.

mod local;
mod proc_fs;
mod protocol;
pub mod supervisor;
mod sweep;

pub(crate) use local::LocalDriver;
pub use local::ProcessError;
