//! The page asks for its SDK somewhere else.

use super::super::Cause;
use super::super::case::{Case, Finding, Loaded, Place, host};
use super::super::placeholder::is_placeholder_url;
use super::finding;
use crate::classify::without_query;
use crate::figures::quoted;
use crate::journal::Classification;

/// Where a page says that its SDK is: as it was written, or as it was asked for.
fn written<'a>(loaded: &Loaded<'a>) -> Option<&'a str> {
    match &loaded.load.script_element {
        Some(element) => Some(&element.src),
        None => loaded.request.map(|request| request.url.as_str()),
    }
}

/// The least of the addresses that are not the deployment's and of which this holds.
fn other_address<'a>(
    case: &Case<'a>,
    holds: impl Fn(&Loaded<'a>, &str) -> bool,
) -> Option<&'a str> {
    let sdk_url = without_query(case.evidence.sdk_url);
    case.loads()
        .filter_map(|loaded| {
            let written = written(&loaded)?;
            let other = without_query(written) != sdk_url;
            (other && holds(&loaded, written)).then_some(written)
        })
        .min()
}

fn claims(case: &Case<'_>, address: &str) -> Vec<usize> {
    case.claims(|failure| {
        let loaded = failure.view.loaded();
        failure.is_at(Place::Sdk) && loaded.and_then(|loaded| written(&loaded)) == Some(address)
    })
}

pub(super) fn placeholder(case: &Case<'_>) -> Option<Finding> {
    let address = other_address(case, |_, written| is_placeholder_url(written))?;
    finding(
        Cause::SdkUrlPlaceholder,
        format!(
            "the page asks for its SDK at `{}`, a placeholder that nobody filled in, so nobody \
             can join",
            quoted(address)
        ),
        format!(
            "set the page's SDK address to the stack's output, `{}`, and publish the page again",
            quoted(case.evidence.sdk_url)
        ),
        claims(case, address),
    )
}

pub(super) fn unknown_host(case: &Case<'_>) -> Option<Finding> {
    let here = case.host();
    let address = other_address(case, |loaded, written| {
        let there = host(written);
        let failed = matches!(
            loaded.classified.classification,
            Classification::Unreachable | Classification::Refused | Classification::TimedOut
        );
        failed && !there.is_empty() && there != here
    })?;
    finding(
        Cause::SdkUrlUnknownHost,
        format!(
            "the page asks for its SDK on `{}`, which gives none, and the deployment is `{}`: \
             nobody can join",
            quoted(host(address)),
            quoted(here)
        ),
        format!(
            "set the page's SDK address to the stack's output, `{}`, and publish the page again; \
             compare what the app, its secrets and the stack's outputs say",
            quoted(case.evidence.sdk_url)
        ),
        claims(case, address),
    )
}
