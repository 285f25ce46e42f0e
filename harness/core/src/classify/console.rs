//! Rule 5: the browser kept the SDK out. What kept it out is told by the console, by CDP's
//! `blockedReason` and `corsErrorStatus`, or by the error code.

use greenroom_model::PageLoad;
use greenroom_model::load::NetworkRequest;

use super::{Classified, Question};
use crate::figures::quoted;
use crate::journal::Classification;

/// `blocked`, with what blocked it, or `None`.
pub(super) fn blocked(
    load: &PageLoad,
    question: &Question<'_>,
    request: Option<&NetworkRequest>,
) -> Option<Classified> {
    // A page with the SDK inline has only a policy to fear.
    if question.fetched_url().is_none() {
        let text = console(load, &["Content Security Policy"])?;
        return Some(because(csp(text)));
    }
    let cors = request.and_then(|request| request.cors_error.as_deref());
    let blocked_by = request.and_then(|request| request.blocked_reason.as_deref());
    let error = request
        .and_then(|request| request.error_text.as_deref())
        .unwrap_or_default();

    if let Some(text) = console(load, &["Failed to find a valid digest"]) {
        return Some(because(integrity_mismatch(text)));
    }
    if console(
        load,
        &["integrity", "requires the request to be CORS enabled"],
    )
    .is_some()
    {
        return Some(because(
            "SRI: the page's script has `integrity` but no `crossorigin`, so the browser cannot \
             check it: add crossorigin=\"anonymous\""
                .to_owned(),
        ));
    }
    let cors_text = console(load, &["blocked by CORS policy"]);
    if cors.is_some() || cors_text.is_some() {
        return Some(because(cors_sentence(load, cors, cors_text)));
    }
    if let Some(text) = console(load, &["MIME type", "execut"]) {
        return Some(because(mime(text, request)));
    }
    if blocked_by == Some("csp") || console(load, &["Content Security Policy"]).is_some() {
        let text = console(load, &["Content Security Policy"]).unwrap_or_default();
        return Some(because(csp(text)));
    }
    if error.contains("ERR_BLOCKED_BY_ORB") {
        return Some(because(orb(request)));
    }
    if let Some(reason) = blocked_by {
        return Some(because(format!(
            "the browser blocked the SDK's answer: `{}`",
            quoted(reason)
        )));
    }
    if error.contains("ERR_BLOCKED_BY_") || error.contains("ERR_FAILED") {
        return Some(because(format!(
            "the browser blocked the SDK's request: `{}`",
            quoted(error)
        )));
    }
    None
}

fn because(reason: String) -> Classified {
    Classified::because(Classification::Blocked, reason)
}

/// The first console message that holds all of these.
fn console<'a>(load: &'a PageLoad, needles: &[&str]) -> Option<&'a str> {
    load.console
        .iter()
        .map(|message| message.text.as_str())
        .find(|text| needles.iter().all(|needle| text.contains(needle)))
}

/// Chromium: `... with computed SHA-384 integrity 'HASH'. The resource has been blocked.`
fn integrity_mismatch(text: &str) -> String {
    let computed = between(text, "integrity '", "'")
        .map(|hash| format!(" (it computes to `{}`)", quoted(hash)))
        .unwrap_or_default();
    format!(
        "SRI: the file's digest is not the page's `integrity`{computed}: the page or the file is \
         of another build"
    )
}

fn cors_sentence(load: &PageLoad, code: Option<&str>, text: Option<&str>) -> String {
    let origin = text
        .and_then(|text| between(text, "from origin '", "'"))
        .unwrap_or(&load.origin);
    let origin = quoted(origin);
    let missing = code == Some("MissingAllowOriginHeader")
        || text.is_some_and(|text| text.contains("No 'Access-Control-Allow-Origin'"));
    if missing {
        return format!(
            "CORS: no Access-Control-Allow-Origin on the SDK's answer for origin `{origin}`"
        );
    }
    let detail = text
        .and_then(|text| text.split("blocked by CORS policy:").nth(1))
        .or(code)
        .unwrap_or("no detail given");
    format!(
        "CORS: the SDK's answer does not allow origin `{origin}`: {}",
        quoted(detail)
    )
}

/// Chromium: `Refused to execute script from 'URL' because its MIME type ('X') is not
/// executable, and strict MIME type checking is enabled.`
fn mime(text: &str, request: Option<&NetworkRequest>) -> String {
    let mime = between(text, "MIME type ('", "'")
        .or_else(|| request.and_then(|request| request.mime_type.as_deref()))
        .unwrap_or("unknown");
    format!(
        "MIME type: the SDK is served as `{}` with `x-content-type-options: nosniff`, so the \
         browser refuses to execute it",
        quoted(mime)
    )
}

fn csp(text: &str) -> String {
    let directive = between(text, "directive: \"", "\"")
        .map(|directive| format!(" (`{}`)", quoted(directive)))
        .unwrap_or_default();
    format!("CSP: the page's Content-Security-Policy forbids the SDK's script{directive}")
}

/// Without CORS the browser says nothing on the console: Opaque Response Blocking (Fetch) keeps
/// the answer out before its type is held against the script.
fn orb(request: Option<&NetworkRequest>) -> String {
    let nosniff = request.is_some_and(|request| {
        request.headers.iter().any(|field| {
            field.name == "x-content-type-options" && field.value.eq_ignore_ascii_case("nosniff")
        })
    });
    if nosniff {
        return mime("", request);
    }
    let mime = request
        .and_then(|request| request.mime_type.as_deref())
        .filter(|mime| !mime.is_empty())
        .map_or_else(
            || "of a type".to_owned(),
            |mime| format!("`{}`", quoted(mime)),
        );
    format!(
        "ORB: the SDK's answer is {mime} that cannot be a script: a page or an error document \
         stands under the SDK's name"
    )
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let start = text.find(before)? + before.len();
    let length = text[start..].find(after)?;
    Some(&text[start..start + length])
}
