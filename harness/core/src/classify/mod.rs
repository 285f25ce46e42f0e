//! What became of a page load, from what was observed of it.
//!
//! Invariant: nothing here knows which fault a scenario switched on; it sees a [`PageLoad`].
//!
//! The rules, first match wins. Causes come before the symptoms they lead to:
//!
//! 1. The SDK became ready: another version than its file name says is `undefined` (what ran is
//!    not the SDK that was asked for), after the page's timer `slow`, otherwise `ready`.
//! 2. The client's own network or memory gave out: `environment-error`.
//! 3. The document itself did not load: `refused` or `unreachable`.
//! 4. The SDK's answer has an error status: `refused`, even where CORS or ORB then blocked it,
//!    because an error answer seldom carries the headers of a good one.
//! 5. The browser kept the answer out: `blocked`, by the console's and CDP's word.
//! 6. The SDK's request failed: `truncated` once headers were in, otherwise `unreachable`.
//! 7. The SDK's request is still open: `timed-out`.
//! 8. The body is not the bundle, by type or length: `undefined` or `truncated`. HTTP/2's early
//!    end fires `onload`, so this stands before the global is looked at.
//! 9. The page was parsed to its end and the global or a symbol is missing: `undefined`; a
//!    page whose own code threw first is a `page-error`.
//! 10. Whatever is left: `page-error` if an exception was seen, `unreachable` if the page
//!     reports a failed load that nothing explains, `timed-out` otherwise.

mod body;
mod console;
mod joined;
mod network;
mod regime;
#[cfg(test)]
pub(crate) mod synthetic;
#[cfg(test)]
mod tests;

use greenroom_model::load::{LoadEnd, NetworkRequest, PageException};
use greenroom_model::{PageLoad, PageVariant, SdkManifest};
use serde::{Deserialize, Serialize};

use crate::figures::{duration, quoted};
use crate::journal::Classification;

pub(crate) use body::{starts_like_markup, version_in_name};
pub use joined::check_joined;
pub use regime::{cache_proof, check_regime};

/// What the page was expected to load.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// Which page.
    pub variant: PageVariant,
    /// The SDK's URL; not looked at for a page that has it inline.
    pub sdk_url: Option<&'a str>,
    /// The SDK under test.
    pub manifest: &'a SdkManifest,
    /// The page's own timer, ms.
    pub timer_ms: u64,
}

impl<'a> Question<'a> {
    /// The URL of the SDK that the page fetches; `None` for a page that fetches none.
    fn fetched_url(&self) -> Option<&'a str> {
        self.sdk_url.filter(|_| self.variant != PageVariant::Inline)
    }
}

/// The answer, with its reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Classified {
    /// What became of the load.
    pub classification: Classification,
    /// Why, in a sentence to act on; `None` where it is `ready`.
    pub reason: Option<String>,
}

impl Classified {
    pub(crate) fn because(classification: Classification, reason: impl Into<String>) -> Self {
        Self {
            classification,
            reason: Some(reason.into()),
        }
    }

    const READY: Self = Self {
        classification: Classification::Ready,
        reason: None,
    };
}

/// Says what became of a load, by the rules in the order of the module's documentation.
pub fn classify(load: &PageLoad, question: &Question<'_>) -> Classified {
    if let Some(at_ms) = load.sdk_ready_ms {
        return classify_ready(load, question, at_ms);
    }
    let request = sdk_request(load, question);
    network::client_failure(load)
        .or_else(|| network::document_failure(load))
        .or_else(|| request.and_then(network::refused))
        .or_else(|| console::blocked(load, question, request))
        .or_else(|| request.and_then(network::failed))
        .or_else(|| request.and_then(|request| network::pending(load, request)))
        .or_else(|| body::wrong_body(load, question, request))
        .or_else(|| global_missing(load, question))
        .unwrap_or_else(|| unexplained(load, question))
}

fn classify_ready(load: &PageLoad, question: &Question<'_>, at_ms: f64) -> Classified {
    if let Some(reason) = body::other_version(load, question) {
        return Classified::because(Classification::Undefined, reason);
    }
    let timer_fired = load
        .channel
        .iter()
        .any(|sent| sent.message.starts_with("SDK_TIMEOUT") && sent.at_ms <= at_ms);
    #[expect(clippy::cast_precision_loss, reason = "a timer is far below 2^53 ms")]
    let timer_ms = question.timer_ms as f64;
    if timer_fired || at_ms > timer_ms {
        return Classified::because(
            Classification::Slow,
            format!(
                "the page's timer fired at {}, and the SDK became ready at {}: the user had \
                 already been shown a timeout",
                duration(timer_ms),
                duration(at_ms)
            ),
        );
    }
    Classified::READY
}

/// The SDK's request: the last one to its URL, without regard to the query; failing that, the
/// last script that was requested.
pub(crate) fn sdk_request<'a>(
    load: &'a PageLoad,
    question: &Question<'_>,
) -> Option<&'a NetworkRequest> {
    let url = question.fetched_url()?;
    let of_url = load
        .network
        .iter()
        .rev()
        .find(|request| without_query(&request.url) == without_query(url));
    of_url.or_else(|| {
        load.network
            .iter()
            .rev()
            .find(|request| request.resource_type == "Script")
    })
}

pub(crate) fn without_query(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or(url)
}

/// Rule 9.
fn global_missing(load: &PageLoad, question: &Question<'_>) -> Option<Classified> {
    let parsed = load
        .document
        .as_ref()
        .is_none_or(|document| document.dom_interactive > 0.0 || document.load_event_start > 0.0);
    // `typeof` is never empty: the page could not be asked, as when its main thread hangs.
    let asked = !load.sdk.type_of_global.is_empty();
    if !parsed || !asked {
        return None;
    }
    let global = &question.manifest.global;
    if load.sdk.type_of_global == "undefined" {
        // An exception about the missing global is its consequence; one in the SDK's own file
        // is its cause, and any other of an inline page may be either, so it is quoted.
        let cause = load
            .exceptions
            .iter()
            .find(|exception| !exception.text.contains(global.as_str()));
        return Some(match cause {
            Some(exception) if question.fetched_url().is_none() => page_error(exception),
            Some(exception) if is_in_sdk(exception, question) => Classified::because(
                Classification::Undefined,
                format!(
                    "SDK threw while it ran and window.{global} is undefined: `{}`",
                    quoted(&exception.text)
                ),
            ),
            _ => Classified::because(
                Classification::Undefined,
                format!(
                    "SDK executed but window.{global} is undefined: the library export is \
                     wrong, not a slow load"
                ),
            ),
        });
    }
    let symbol = &question.manifest.ready_symbol;
    if !load.sdk.missing_symbols.is_empty() || load.sdk.type_of_ready_symbol != "function" {
        let mut names: Vec<&str> = load
            .sdk
            .missing_symbols
            .iter()
            .map(String::as_str)
            .collect();
        if names.is_empty() {
            names.push(symbol);
        }
        return Some(Classified::because(
            Classification::Undefined,
            format!(
                "SDK executed and window.{global} is there, but lacks {}: the bundle does not \
                 export what the page needs",
                quoted(&names.join(", "))
            ),
        ));
    }
    None
}

/// Whether an exception comes from the SDK's file. A cross-origin script without `crossorigin`
/// is muted to "Script error." for the page, and names no file.
fn is_in_sdk(exception: &PageException, question: &Question<'_>) -> bool {
    match (&exception.url, question.fetched_url()) {
        (Some(url), Some(sdk)) => without_query(url) == without_query(sdk),
        (None, Some(_)) => exception.text.contains("Script error"),
        (_, None) => false,
    }
}

fn page_error(exception: &PageException) -> Classified {
    let place = exception
        .line
        .map(|line| format!(" at line {line}"))
        .unwrap_or_default();
    Classified::because(
        Classification::PageError,
        format!(
            "the page's own code threw{place}: `{}`",
            quoted(&exception.text)
        ),
    )
}

/// Rule 10.
fn unexplained(load: &PageLoad, question: &Question<'_>) -> Classified {
    if let Some(exception) = load.exceptions.first() {
        return page_error(exception);
    }
    let reported = load
        .channel
        .iter()
        .find(|sent| sent.message.contains("FAILED") || sent.message.contains("ERROR"));
    if let Some(report) = reported {
        let message = quoted(&report.message);
        return if question.fetched_url().is_some() && message.contains("LOAD_FAILED") {
            Classified::because(
                Classification::Unreachable,
                format!("the page reports `{message}`, and neither network nor console says why"),
            )
        } else {
            Classified::because(
                Classification::PageError,
                format!("the page reports `{message}`"),
            )
        };
    }
    let ended = if load.ended == LoadEnd::Deadline {
        "the deadline came"
    } else {
        "the observation ended"
    };
    Classified::because(
        Classification::TimedOut,
        format!(
            "never ready and no error: {ended} before the page had run to the first statement \
             that may use the SDK"
        ),
    )
}
