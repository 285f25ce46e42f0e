//! Whether the page may use the answer: what the response headers policy adds to a CORS request.

use super::super::Cause;
use super::super::case::{Aspect, Case, Failure, Finding, Loaded, Place, View};
use super::finding;
use crate::figures::quoted;
use crate::journal::Classification;

/// What an answer says to the origin that asked (Fetch, "CORS check").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answered {
    Allows,
    SaysNothing,
    AllowsOthers,
}

/// A CORS request with the origin that made it and what it was told.
fn asked(view: &View<'_>) -> Option<(String, Answered)> {
    if view.status().is_some_and(|status| status >= 400) {
        return None;
    }
    let (origin, refused) = match (view.exchange(), view.loaded()) {
        (Some(exchange), _) => {
            // A preflight that is not answered so keeps no script out.
            let sent = exchange.request_headers.iter();
            let mut origins = sent.filter(|header| header.name == "origin");
            let origin = origins.next().filter(|_| exchange.method != "OPTIONS")?;
            (origin.value.clone(), false)
        }
        (None, Some(loaded)) if is_cors(&loaded) => {
            (loaded.load.origin.clone(), is_kept_out(&loaded))
        }
        _ => return None,
    };
    let allowed = view.header("access-control-allow-origin");
    let answer = match allowed.as_deref() {
        Some(value) if value == "*" || value == origin => Answered::Allows,
        Some(_) => Answered::AllowsOthers,
        // A page that ran has passed the check, whatever was kept of its headers.
        None if view.loaded().is_some() && !refused => Answered::Allows,
        None => Answered::SaysNothing,
    };
    Some((origin, answer))
}

fn is_cors(loaded: &Loaded<'_>) -> bool {
    let written = loaded.load.script_element.as_ref();
    written.is_some_and(|element| element.crossorigin.is_some()) || is_kept_out(loaded)
}

fn is_kept_out(loaded: &Loaded<'_>) -> bool {
    let by_cdp = loaded
        .request
        .is_some_and(|request| request.cors_error.is_some());
    let by_console = loaded
        .load
        .console
        .iter()
        .any(|message| message.text.contains("blocked by CORS policy"));
    loaded.classified.classification == Classification::Blocked && (by_cdp || by_console)
}

/// The CORS requests for the SDK.
fn requests(case: &Case<'_>) -> Vec<(String, Answered)> {
    case.of_sdk().filter_map(asked).collect()
}

/// Whether an answer with the file carries any of the fields that the policy hardens with.
fn is_hardened(case: &Case<'_>) -> bool {
    case.of_sdk()
        .filter(|view| view.status().is_some_and(|status| status < 400))
        .any(|view| {
            ["strict-transport-security", "x-content-type-options"]
                .iter()
                .any(|name| view.header(name).is_some())
        })
}

fn is_about_cors(failure: &Failure<'_>) -> bool {
    let kept_out = failure
        .view
        .loaded()
        .is_some_and(|loaded| is_kept_out(&loaded));
    let on_cdn = matches!(failure.view.place, Place::Sdk | Place::OtherFile);
    on_cdn && (failure.aspect == Aspect::Cors || kept_out)
}

/// The least origin that was told this.
fn told(requests: &[(String, Answered)], what: Answered) -> Option<&str> {
    let told = requests.iter().filter(|(_, answer)| *answer == what);
    told.map(|(origin, _)| origin.as_str()).min()
}

pub(super) fn no_policy(case: &Case<'_>) -> Option<Finding> {
    let requests = requests(case);
    let fails = |aspect| {
        let mut failures = case.failures.iter();
        failures.any(|failure| failure.is_at(Place::Sdk) && failure.aspect == aspect)
    };
    let silent = requests
        .iter()
        .all(|(_, answer)| *answer == Answered::SaysNothing);
    // Without a CORS request, two of the policy's other parts must be missing.
    let missed = !requests.is_empty() || (fails(Aspect::Timing) && fails(Aspect::Security));
    let answered = case
        .of_sdk()
        .any(|view| matches!(view.status(), Some(200 | 206 | 304)));
    if !(silent && missed && answered) || is_hardened(case) {
        return None;
    }
    let effect = match requests.iter().map(|(origin, _)| origin.as_str()).min() {
        Some(origin) => format!(
            "no Access-Control-Allow-Origin: Origin {} is refused",
            quoted(origin)
        ),
        None => "none of its headers".to_owned(),
    };
    finding(
        Cause::NoResponseHeadersPolicy,
        format!(
            "the behaviour has no ResponseHeadersPolicyId, so {effect}, and neither timing nor \
             security headers come: a page with `integrity` cannot use the SDK"
        ),
        "set `DefaultCacheBehavior.ResponseHeadersPolicyId` to the stack's \
         `AWS::CloudFront::ResponseHeadersPolicy`",
        case.claims(|failure| {
            let headers = matches!(failure.aspect, Aspect::Timing | Aspect::Security);
            is_about_cors(failure)
                || (headers && matches!(failure.view.place, Place::Sdk | Place::OtherFile))
        }),
    )
}

pub(super) fn no_allow_origin(case: &Case<'_>) -> Option<Finding> {
    let requests = requests(case);
    let origin = told(&requests, Answered::SaysNothing)?;
    if requests
        .iter()
        .any(|(_, answer)| *answer != Answered::SaysNothing)
    {
        return None;
    }
    finding(
        Cause::NoAllowOrigin,
        format!(
            "no Access-Control-Allow-Origin on the SDK's answer, whoever asks: Origin {} is \
             refused, and a page with `integrity` cannot use the SDK",
            quoted(origin)
        ),
        "give the response headers policy a `CorsConfig` with `AccessControlAllowOrigins: ['*']` \
         and `OriginOverride: true` (as a custom header CloudFront refuses it)",
        case.claims(is_about_cors),
    )
}

/// What a list of origins allows and refuses is told by two requests that differ in the origin.
pub(super) fn null_refused(case: &Case<'_>) -> Option<Finding> {
    let requests = requests(case);
    let refused = requests
        .iter()
        .any(|(origin, answer)| origin == "null" && *answer != Answered::Allows);
    let listed = requests.iter().any(|(origin, answer)| {
        (origin != "null" && *answer == Answered::Allows)
            || (origin == "null" && *answer == Answered::AllowsOthers)
    });
    if !(refused && listed) {
        return None;
    }
    finding(
        Cause::NullOriginRefused,
        "the allowed origins are a list, on which `null` is not: a page without an origin, as a \
         WebView makes it of text without a base URL, cannot use the SDK with `integrity`",
        "set `CorsConfig.AccessControlAllowOrigins` to `['*']` (the file is public), or give the \
         WebView an https base URL whose origin is on the list",
        case.claims(|failure| {
            let of_null = asked(&failure.view)
                .is_some_and(|(origin, answer)| origin == "null" && answer != Answered::Allows);
            is_about_cors(failure) && of_null
        }),
    )
}

pub(super) fn origin_refused(case: &Case<'_>) -> Option<Finding> {
    let is_refused =
        |(origin, answer): &(String, Answered)| origin != "null" && *answer != Answered::Allows;
    let requests = requests(case);
    let refused = requests.iter().filter(|one| is_refused(one));
    let origin = refused.map(|(origin, _)| origin.as_str()).min()?;
    finding(
        Cause::OriginRefused,
        format!(
            "the allowed origins do not have `{}`, so its pages cannot use the SDK with \
             `integrity`",
            quoted(origin)
        ),
        "set `CorsConfig.AccessControlAllowOrigins` to `['*']` (the file is public), or add the \
         app's origin, scheme and port included",
        case.claims(|failure| {
            is_about_cors(failure) && asked(&failure.view).is_some_and(|one| is_refused(&one))
        }),
    )
}
