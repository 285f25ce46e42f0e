//! Why a template cannot be read.

use crate::Place;

/// Why a template cannot be read or resolved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", place.map(|place| format!("{}:{}: ", place.line, place.column)).unwrap_or_default())]
pub struct TemplateError {
    /// Where; `None` where the file as a whole is meant.
    pub place: Option<Place>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: String,
}
