//! The pure heart of greenroom: no IO, no clock, no async, no randomness of its own.
//!
//! The modules in the order in which a run passes through them: [`scenario`] is what was
//! written, [`plan`] what will be done, [`sampler`] what to do next. [`classify`] says what
//! became of a load, [`checks`] what an answer says to an expectation, [`diagnosis`] what is behind several that do not hold, [`meeting`] what media, a
//! refusal and rows say to theirs, and [`journal`] keeps what was seen. [`judge`] and the [`statistics`] under it make [`results`] of that: what it
//! means. Beside the way lies [`template`]: what a CloudFormation template says to CloudFront's own rules.

pub mod checks;
pub mod classify;
pub mod diagnosis;
pub mod figures;
pub mod journal;
pub mod judge;
pub mod logs;
pub mod meeting;
pub mod plan;
pub mod results;
pub mod sampler;
pub mod scenario;
pub mod statistics;
pub mod template;
