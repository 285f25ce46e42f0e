//! Why a journal cannot be judged.

use thiserror::Error;

use crate::journal::JOURNAL_VERSION;

/// A journal that says too little, or in a form that is not known.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum JudgeError {
    /// It does not begin with what was run.
    #[error("the journal does not begin with a line of type `run`, so nothing says what was run")]
    NoRun,
    /// It is of another version.
    #[error(
        "the journal is of version `{0}`, this greenroom reads version `{JOURNAL_VERSION}`: \
         render it with the greenroom that wrote it"
    )]
    Version(u32),
}
