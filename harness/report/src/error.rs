//! Why a report could not be rendered.

use thiserror::Error;

/// Why a report could not be rendered. None of these depends on what was measured: they are
/// faults of this crate's templates or of the writers under it.
#[derive(Debug, Error)]
pub enum RenderError {
    /// The HTML template.
    #[error("cannot render the report's HTML")]
    Html(#[source] minijinja::Error),
    /// The JUnit writer.
    #[error("cannot write JUnit XML")]
    Junit(#[source] quick_junit::SerializeError),
    /// The JSON writer.
    #[error("cannot write the results as JSON")]
    Json(#[source] serde_json::Error),
}
