//! The file is right, and what the page says or does is not.

use greenroom_model::load::{PageException, ScriptElement};

use super::super::Cause;
use super::super::case::{Aspect, Case, Finding, Loaded, Place};
use super::super::placeholder::is_placeholder_integrity;
use super::file::blocked_by_other_digest;
use super::finding;
use crate::classify::without_query;
use crate::figures::quoted;
use crate::journal::Classification;

fn is_blocked(loaded: &Loaded<'_>) -> bool {
    loaded.classified.classification == Classification::Blocked
}

/// Failures of pages of which this holds.
fn claims(case: &Case<'_>, holds: impl Fn(&Loaded<'_>) -> bool) -> Vec<usize> {
    case.claims(|failure| {
        failure.is_at(Place::Sdk) && failure.view.loaded().is_some_and(|loaded| holds(&loaded))
    })
}

fn console_has(loaded: &Loaded<'_>, words: &str) -> bool {
    let mut said = loaded.load.console.iter();
    said.any(|message| message.text.contains(words))
}

fn lacks_crossorigin(loaded: &Loaded<'_>) -> bool {
    let written = loaded
        .load
        .script_element
        .as_ref()
        .is_some_and(|element| element.integrity.is_some() && element.crossorigin.is_none());
    is_blocked(loaded)
        && (written || console_has(loaded, "requires the request to be CORS enabled"))
}

pub(super) fn integrity_without_crossorigin(case: &Case<'_>) -> Option<Finding> {
    case.loads().find(lacks_crossorigin)?;
    finding(
        Cause::IntegrityWithoutCrossorigin,
        "the page's `<script>` has `integrity` and no `crossorigin`, so the browser cannot check \
         the file and blocks it: nobody can join",
        "add `crossorigin=\"anonymous\"` to the element",
        claims(case, lacks_crossorigin),
    )
}

/// The digest was held against the file and is not the file's.
fn is_mismatch(loaded: &Loaded<'_>) -> bool {
    is_blocked(loaded) && console_has(loaded, "Failed to find a valid digest")
}

fn integrity<'a>(loaded: &Loaded<'a>) -> Option<&'a str> {
    let element: &ScriptElement = loaded.load.script_element.as_ref()?;
    element.integrity.as_deref()
}

fn has_placeholder(loaded: &Loaded<'_>) -> bool {
    let refused = is_blocked(loaded)
        && (is_mismatch(loaded) || console_has(loaded, "Error parsing 'integrity' attribute"));
    refused && integrity(loaded).is_some_and(is_placeholder_integrity)
}

pub(super) fn integrity_placeholder(case: &Case<'_>) -> Option<Finding> {
    let shown = case.loads().filter(has_placeholder);
    let value = shown.filter_map(|loaded| integrity(&loaded)).min()?;
    finding(
        Cause::IntegrityPlaceholder,
        format!(
            "the page's `integrity` is `{}`, a placeholder that nobody filled in, so the browser \
             blocks the SDK and nobody can join",
            quoted(value)
        ),
        format!(
            "write the build's value into the page: `integrity=\"{}\"`",
            quoted(&case.evidence.sdk.integrity)
        ),
        claims(case, has_placeholder),
    )
}

pub(super) fn integrity_stale(case: &Case<'_>) -> Option<Finding> {
    let is_stale =
        |loaded: &Loaded<'_>| is_mismatch(loaded) && !blocked_by_other_digest(case, loaded);
    case.loads().find(is_stale)?;
    finding(
        Cause::IntegrityStale,
        "the page's `integrity` is that of another file than the one that was built and is \
         served, so the browser blocks the SDK and nobody can join",
        format!(
            "write the build's value into the page: `integrity=\"{}\"`, and publish page and file \
             together",
            quoted(&case.evidence.sdk.integrity)
        ),
        claims(case, is_stale),
    )
}

/// What the page's own code threw, where the SDK's file did not.
fn thrown<'a>(
    case: &Case<'a>,
    loaded: &Loaded<'a>,
    holds: impl Fn(&str) -> bool,
) -> Option<&'a PageException> {
    let sdk_url = without_query(case.evidence.sdk_url);
    let global = &case.evidence.sdk.global;
    loaded.load.exceptions.iter().find(|exception| {
        let own = exception.url.as_deref().map(without_query) != Some(sdk_url);
        own && !exception.text.contains(global.as_str()) && holds(&exception.text)
    })
}

/// What an exception or a message of the page says of a function that is not there.
fn old_call<'a>(case: &Case<'a>, loaded: &Loaded<'a>) -> Option<&'a str> {
    let said = loaded.load.channel.iter().map(|sent| sent.message.as_str());
    let posted = said
        .filter(|message| message.contains("_ERROR"))
        .find(|message| message.contains("is not a function"));
    posted.or_else(|| {
        let thrown = thrown(case, loaded, |text| text.contains("is not a function"))?;
        Some(&thrown.text)
    })
}

pub(super) fn old_sdk_calls(case: &Case<'_>) -> Option<Finding> {
    let said = case
        .loads()
        .filter_map(|loaded| old_call(case, &loaded))
        .min()?;
    finding(
        Cause::OldSdkCalls,
        format!(
            "the page calls what version {} of the SDK does not have (`{}`), so it is ready and \
             cannot join",
            quoted(&case.evidence.sdk.version),
            quoted(said)
        ),
        "call the methods of version 3 (`startAudioInput` for `chooseAudioInputDevice`, \
         `startVideoInput` for `chooseVideoInputDevice`), or publish the SDK that the page was \
         written for",
        claims(case, |loaded| old_call(case, loaded).is_some()),
    )
}

fn undefined_handler<'a>(case: &Case<'a>, loaded: &Loaded<'a>) -> Option<&'a str> {
    let is_missing = |text: &str| {
        text.contains("ReferenceError")
            || text.contains("is not defined")
            || text.contains("Cannot read properties of undefined")
            || text.contains("is not a function")
    };
    thrown(case, loaded, is_missing).map(|exception| exception.text.as_str())
}

pub(super) fn handler_undefined(case: &Case<'_>) -> Option<Finding> {
    let text = case
        .loads()
        .filter_map(|loaded| undefined_handler(case, &loaded))
        .min()?;
    finding(
        Cause::HandlerUndefined,
        format!(
            "the page calls a handler that is not defined when the SDK's `<script>` fires it \
             (`{}`), so it never learns that the SDK is there",
            quoted(text)
        ),
        "define what `onload` and `onerror` name in a `<script>` above the one that loads the SDK",
        claims(case, |loaded| undefined_handler(case, loaded).is_some()),
    )
}

/// Everything of the SDK is there, and the app was told nothing at all.
fn is_unheard(loaded: &Loaded<'_>) -> bool {
    let load = loaded.load;
    load.channel.is_empty()
        && load.sdk_ready_ms.is_none()
        && load.sdk.type_of_ready_symbol == "function"
        && load.sdk.missing_symbols.is_empty()
}

pub(super) fn channel_mismatch(case: &Case<'_>) -> Option<Finding> {
    case.loads().find(is_unheard)?;
    finding(
        Cause::ChannelMismatch,
        "the SDK is there and the app was told nothing: the page posts to another JavaScript \
         channel than the app registered, so the app waits for its timer",
        "give the page the name that the app registers (`addJavaScriptChannel`), and let the page \
         fail loudly where its channel is missing",
        claims(case, is_unheard),
    )
}

pub(super) fn insecure_context(case: &Case<'_>) -> Option<Finding> {
    let origins = case.loads().filter(|loaded| !loaded.load.secure_context);
    let origin = origins.map(|loaded| loaded.load.origin.as_str()).min()?;
    finding(
        Cause::InsecureContext,
        format!(
            "the page is no secure context (origin `{}`), so `navigator.mediaDevices` is \
             undefined: the SDK loads, and nobody has a camera or a microphone",
            quoted(origin)
        ),
        "give the WebView an https base URL (`loadHtmlString(html, baseUrl: ...)`)",
        case.claims(|failure| {
            let insecure = failure
                .view
                .loaded()
                .is_some_and(|loaded| !loaded.load.secure_context);
            failure.is_at(Place::Sdk) && insecure && failure.aspect == Aspect::SecureContext
        }),
    )
}
