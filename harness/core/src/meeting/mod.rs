//! What an observation of a meeting says to one expectation: media that reached somebody, an
//! answer that refuses, rows of the database.
//!
//! Invariant: who waits for something to become true and who judges it afterwards ask the same
//! function, so that neither can be content with less than the other.

pub mod proof;
pub mod refusal;
pub mod rows;
