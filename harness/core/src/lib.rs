//! The pure heart of greenroom: no IO, no clock, no async, no randomness of its own.
//!
//! The modules in the order in which a run passes through them: [`scenario`] is what was
//! written, [`plan`] is what will be done,
//! [`journal`] what was seen, [`results`] what it means.

pub mod checks;
pub mod classify;
mod figures;
pub mod journal;
pub mod judge;
pub mod plan;
pub mod results;
pub mod sampler;
pub mod scenario;
pub mod statistics;
