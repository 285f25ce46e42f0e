//! Access logs of CloudFront: what the CDN did for its viewers, and what it costs.
//!
//! [`LogReader`] takes a log apart as it comes, piece by piece; [`Traffic`] adds up what it says;
//! [`Summary`] holds that against the [`Targets`], [`price`] says what a month of it costs, and
//! [`alarms`] which of a template's alarms would have fired. Nothing here reads a file or a clock.
//!
//! Invariant: memory does not grow with the log. Times go into a [`Histogram`] of fixed size, and
//! what is kept by minute or edge location has a limit that the figures tell of.

pub mod alarms;
mod histogram;
mod prices;
mod reader;
mod summary;
mod traffic;

#[cfg(test)]
mod tests;

pub use histogram::Histogram;
pub use prices::{PRICES_AS_OF, PRICES_SOURCE, RegionCost, SECONDS_OF_MONTH, price};
pub use reader::{Entry, LogReader, Skipped};
pub use summary::{Latency, MonthlyCost, Summary, Target, Targets};
pub use traffic::{MOST_MINUTES, Minute, Traffic};
