//! From several things that do not hold to the one thing that is wrong.
//!
//! Invariant: a cause is found in what was observed, on the wire and in the page. Which fault a
//! scenario switched on is not known here.
//!
//! `case` lays the evidence out, `rules` read it one after the other, and what one of them explains
//! the next cannot. A rule needs proof in what was seen beside the failure that it explains: where
//! there is none, there is no diagnosis.

mod case;
mod cause;
mod placeholder;
mod rules;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use greenroom_model::exchange::Handshake;
use greenroom_model::{Delivery, Exchange, ExchangeFailure, PageLoad, PageVariant, SdkManifest};

pub use self::cause::Cause;

use self::case::Case;
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

/// Everything that is wrong, the gravest first. What no rule explains is in no diagnosis, what
/// one explains is in no other, and what explains nothing is none.
pub fn diagnose(evidence: &Evidence<'_>) -> Vec<Diagnosis> {
    let case = Case::of(evidence);
    let mut open: BTreeSet<usize> = case.failures.iter().map(|failure| failure.index).collect();
    let mut diagnoses: Vec<Diagnosis> = rules::RULES
        .iter()
        .filter_map(|rule| {
            let found = rule(&case).filter(|_| !open.is_empty())?;
            let explains: Vec<usize> = found
                .claims
                .into_iter()
                .filter(|index| open.remove(index))
                .collect();
            (!explains.is_empty()).then_some(Diagnosis {
                cause: found.cause,
                sentence: found.sentence,
                remedy: found.remedy,
                explains,
            })
        })
        .collect();
    diagnoses.sort_by_key(|diagnosis| diagnosis.cause);
    diagnoses
}
