//! The statistics, proved by simulation: thousands of comparisons with a known truth.
//!
//! Every figure depends on recorded seeds alone, so a run that passes always passes; the bounds
//! leave room for the error of the simulation itself, which stands beside them. The figures are
//! printed (`cargo nextest run -p greenroom-core --no-capture simulation`).

#![expect(
    clippy::unwrap_used,
    reason = "a simulation that cannot be set up has failed"
)]
#![expect(
    clippy::print_stdout,
    reason = "the figures found are what a reader runs it for"
)]

mod bounds;
mod coverage;
mod effort;
mod false_calls;
mod noise;
