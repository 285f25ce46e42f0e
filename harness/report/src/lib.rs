//! greenroom's result model as HTML, JUnit XML, Markdown, JSON and a few lines for a terminal.
//!
//! Pure: [`Results`](greenroom_core::results::Results) in, text out, no IO, no clock. Nothing is
//! judged here: outcomes, figures and sentences come from the results, and this crate only
//! chooses how to show them. Texts that pages and servers had a say in are bounded
//! (`untrusted`) and then escaped by each writer for its own form.

mod chart;
mod context;
mod error;
mod faults;
mod format;
mod html;
mod json;
mod junit;
mod markdown;
mod summary;
pub mod template;
mod untrusted;
mod wording;

#[cfg(test)]
mod diagnosed;
#[cfg(test)]
#[path = "../tests/sample/mod.rs"]
mod sample;
#[cfg(test)]
#[path = "../tests/sample/call.rs"]
mod sample_call;
#[cfg(test)]
#[path = "../tests/sample/diagnosed.rs"]
mod sample_diagnosed;

pub use error::RenderError;
pub use faults::{Alarms, fault_table};
pub use html::html;
pub use json::{json, results_schema};
pub use junit::junit;
pub use markdown::markdown;
pub use summary::summary;
