//! From several things that do not hold to the one thing that is wrong.
//!
//! Invariant: a cause is found in what was observed, on the wire and in the page. Which fault a
//! scenario switched on is not known here.

mod cause;

use greenroom_model::exchange::Handshake;
use greenroom_model::{Delivery, Exchange, ExchangeFailure, PageLoad, PageVariant, SdkManifest};

pub use self::cause::Cause;

use crate::classify::Classified;
use crate::plan::Check;

/// What the probes of one scenario saw.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// The SDK under test.
    pub sdk: &'a SdkManifest,
    /// Where it should be.
    pub sdk_url: &'a str,
    /// The probes in the scenario's order, each with all its tries.
    pub probes: &'a [Probe<'a>],
    /// The expectations that do not hold.
    pub failed: &'a [FailedCheck<'a>],
}

/// One probe with everything that came of it.
#[derive(Clone, Debug)]
pub struct Probe<'a> {
    /// What it is called.
    pub title: &'a str,
    /// What each try saw; the last is judged.
    pub tries: Vec<Seen<'a>>,
}

/// What one try saw.
#[derive(Clone, Copy, Debug)]
pub enum Seen<'a> {
    /// An answer on the wire.
    Answer(&'a Exchange),
    /// None.
    NoAnswer(&'a ExchangeFailure),
    /// A page that was loaded once in the browser.
    Load {
        /// Which page.
        variant: PageVariant,
        /// How its HTML came to the browser.
        delivery: Delivery,
        /// What was observed.
        load: &'a PageLoad,
        /// What that means.
        classified: &'a Classified,
    },
    /// What a server answered to the first message of a TLS handshake.
    Handshake(&'a Handshake),
    /// Nothing: it was not sent.
    NotSent,
}

/// An expectation that does not hold.
#[derive(Clone, Copy, Debug)]
pub struct FailedCheck<'a> {
    /// Index into [`Evidence::probes`].
    pub probe: usize,
    /// What was expected.
    pub check: &'a Check,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// What.
    pub cause: Cause,
    /// In a sentence without its full stop: what is wrong, and what the user has of it.
    pub sentence: String,
    /// What to do about it.
    pub remedy: String,
    /// Indices into [`Evidence::failed`]: what does not hold because of it.
    pub explains: Vec<usize>,
}

/// Everything that is wrong, the gravest first. What no rule explains is in no diagnosis.
pub fn diagnose(_evidence: &Evidence<'_>) -> Vec<Diagnosis> {
    Vec::new()
}
