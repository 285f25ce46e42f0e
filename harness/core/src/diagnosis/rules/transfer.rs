//! The SDK's answer begins well, and its body does not come as it was announced.

use greenroom_model::exchange::ExchangeFailureKind;

use super::super::Cause;
use super::super::case::{Aspect, Case, Failure, Finding, Place, View};
use super::finding;
use crate::figures::{duration, quoted, thousands};
use crate::journal::Classification;

/// Failures of probes whose judged try shows a body that broke off or never ended.
fn claims(case: &Case<'_>, shows: impl Fn(&View<'_>) -> bool) -> Vec<usize> {
    case.claims(|failure| failure.is_at(Place::Sdk) && shows(&failure.view))
}

fn said(view: &View<'_>) -> String {
    view.error().unwrap_or_default().to_ascii_lowercase()
}

fn is_undecodable(view: &View<'_>) -> bool {
    let by_wire = view
        .exchange()
        .is_some_and(|exchange| exchange.decode_error.is_some());
    by_wire || said(view).contains("err_content_decoding")
}

pub(super) fn encoding_not_applied(case: &Case<'_>) -> Option<Finding> {
    let coding = case
        .of_sdk()
        .filter(|view| is_undecodable(view))
        .map(|view| view.header("content-encoding"))
        .max()?
        .unwrap_or_else(|| "gzip".to_owned());
    let about_body = |failure: &Failure<'_>| {
        matches!(
            failure.aspect,
            Aspect::Encoding | Aspect::File | Aspect::Load
        )
    };
    finding(
        Cause::EncodingNotApplied,
        format!(
            "`Content-Encoding: {}` stands on a body that is not encoded so, and no browser can \
             read it: nobody can join",
            quoted(&coding)
        ),
        "upload the file anew without `--content-encoding` (or compressed as it says), and \
         invalidate its path; the edge compresses by itself with `Compress: true`",
        // The same object serves every request, whether it was asked for encoded or not.
        case.claims(|failure| failure.is_at(Place::Sdk) && about_body(failure)),
    )
}

/// Whether a body had begun and then failed.
fn broke_off(view: &View<'_>) -> bool {
    let by_wire = view
        .no_answer()
        .is_some_and(|failure| failure.kind == ExchangeFailureKind::Body);
    let by_page = view.loaded().is_some_and(|loaded| {
        loaded.classified.classification == Classification::Truncated && view.error().is_some()
    });
    (by_wire || by_page) && !is_undecodable(view)
}

/// Whether the end came in order and only the promised length is missed: Chromium's code, or
/// what the HTTP libraries say of it.
fn is_of_length(view: &View<'_>) -> bool {
    let said = said(view);
    broke_off(view)
        && [
            "err_content_length_mismatch",
            "message length",
            "content-length",
            // The HTTP/2 library found the length wrong (RFC 9113, section 8.1.1); a reset is
            // received and not detected.
            "stream error detected: unspecific protocol error",
        ]
        .iter()
        .any(|words| said.contains(words))
}

fn words<'a>(case: &Case<'a>, shows: impl Fn(&View<'a>) -> bool) -> Option<&'a str> {
    let tries = case.of_sdk().filter(|view| shows(view));
    tries.filter_map(View::error).min()
}

pub(super) fn wrong_length(case: &Case<'_>) -> Option<Finding> {
    let error = words(case, is_of_length)?;
    let effect = if case
        .loads()
        .any(|loaded| loaded.load.sdk_ready_ms.is_some())
    {
        "clients that hold the server to it throw the file away, and others run it"
    } else {
        "the file is thrown away and nobody can join"
    };
    finding(
        Cause::WrongLength,
        format!(
            "`Content-Length` promises more bytes than the SDK's body has (`{}`), so \
             {effect}",
            quoted(error)
        ),
        "upload the file anew and invalidate its path; look for a proxy or a function behind the \
         edge that rewrites bodies and leaves the length",
        claims(case, broke_off),
    )
}

pub(super) fn reset_mid_body(case: &Case<'_>) -> Option<Finding> {
    let error = words(case, broke_off)?;
    finding(
        Cause::ResetMidBody,
        format!(
            "the connection is cut in the middle of the SDK's body (`{}`), so nobody gets the \
             whole file",
            quoted(error)
        ),
        "fetch the file with `curl -v` from elsewhere: if it comes whole, a proxy or firewall in \
         between cuts it; if not, invalidate its path and look at the origin's connection limits",
        claims(case, broke_off),
    )
}

/// A page whose SDK began to come and did not end.
fn is_open(view: &View<'_>) -> bool {
    let timed_out = view
        .loaded()
        .is_some_and(|loaded| loaded.classified.classification == Classification::TimedOut);
    timed_out
        && view.request.is_some_and(|request| {
            request.status.is_some_and(|status| status < 400)
                && (request.end_ms.is_none() || request.canceled)
        })
}

/// For how long nothing had come at the end of such a load, as a share of all of it.
fn silence_of_page(view: &View<'_>) -> Option<f64> {
    let whole = view.loaded().filter(|_| is_open(view))?.load.wall_ms;
    let last = view.request?.last_data_ms?;
    (whole > 0.0).then(|| ((whole - last) / whole).clamp(0.0, 1.0))
}

fn timed_out_in_body(view: &View<'_>) -> bool {
    view.no_answer().is_some_and(|failure| {
        failure.kind == ExchangeFailureKind::Timeout && failure.message.contains("body")
    })
}

fn is_unended(view: &View<'_>) -> bool {
    is_open(view) || timed_out_in_body(view)
}

/// The same of a body that the wire gave up.
fn given_up(view: &View<'_>) -> Option<f64> {
    let failure = view.no_answer()?;
    let received = failure.received?;
    let timed_out = failure.kind == ExchangeFailureKind::Timeout;
    (timed_out && received.waited_ms > 0.0)
        .then(|| (received.silent_ms / received.waited_ms).clamp(0.0, 1.0))
}

/// The shortest silence before an end that never came.
fn silence(case: &Case<'_>) -> Option<f64> {
    let known = case
        .of_sdk()
        .filter_map(|view| silence_of_page(view).or_else(|| given_up(view)));
    known.min_by(f64::total_cmp)
}

fn received(case: &Case<'_>) -> String {
    let most = case
        .of_sdk()
        .filter_map(|view| match view.no_answer() {
            Some(failure) => failure.received.map(|received| received.bytes),
            None => view
                .request
                .filter(|_| is_open(view))
                .map(|request| request.encoded_data_length),
        })
        .max();
    match most {
        Some(bytes) if bytes > 0 => format!(" after {} bytes", thousands(bytes)),
        _ => String::new(),
    }
}

/// Bytes still came shortly before the end was given up on.
pub(super) fn trickle(case: &Case<'_>) -> Option<Finding> {
    let silence = silence(case)?;
    if silence >= 0.5 {
        return None;
    }
    let by_page = case.loads().map(|loaded| loaded.load.wall_ms);
    let by_wire = case.of_sdk().filter_map(|view| {
        let received = view.no_answer()?.received?;
        Some(received.waited_ms)
    });
    let waited = by_page
        .chain(by_wire)
        .max_by(f64::total_cmp)
        .unwrap_or_default();
    finding(
        Cause::Trickle,
        format!(
            "the SDK's body comes a few bytes at a time and is not through{} in {}, so the page \
             gives up before it can be used",
            received(case),
            duration(waited)
        ),
        "look at the origin: CloudFront passes a body on as fast as it comes; a copy in the \
         edge's cache (`Cache-Control: max-age`, `MinTTL`) would not depend on it",
        claims(case, is_unended),
    )
}

pub(super) fn stalled(case: &Case<'_>) -> Option<Finding> {
    let seen = |view: &&View<'_>| is_open(view) || given_up(view).is_some();
    case.of_sdk().find(seen)?;
    finding(
        Cause::Stalled,
        format!(
            "the SDK's body stops{} and never goes on, so the page waits for its timer and the \
             user sees a timeout that no faster network cures",
            received(case)
        ),
        "fetch the file with `curl -v` from elsewhere; if it stalls there too, invalidate its \
         path and upload it anew, and lower the origin's `OriginReadTimeout`, so that the edge \
         gives up first",
        claims(case, is_unended),
    )
}

/// Lengths that the deployment gives the whole file, unencoded: of an answer to HEAD, of a part
/// (`Content-Range`, RFC 9110, section 14.4) and of an answer to GET.
fn declared(view: &View<'_>) -> Option<u64> {
    let exchange = view.exchange()?;
    if exchange.status == 206 {
        let range = view.header("content-range")?;
        return range.rsplit_once('/')?.1.trim().parse().ok();
    }
    let encoded = view.header("content-encoding").is_some();
    if encoded || exchange.status != 200 {
        return None;
    }
    view.header("content-length")?.trim().parse().ok()
}

/// A body that is whole to HTTP, begins as the SDK does and is shorter than the file is said to
/// be: the transfer ended early and not the upload.
pub(super) fn ends_early(case: &Case<'_>) -> Option<Finding> {
    let sdk = case.evidence.sdk;
    let bytes = case
        .files()
        .filter(|file| file.decode_error.is_none() && file.decoded_bytes < sdk.bytes)
        .map(|file| file.decoded_bytes)
        .chain(case.loads().filter_map(|loaded| {
            let cut = loaded.classified.classification == Classification::Truncated;
            let script = loaded.load.script.as_ref().filter(|_| cut)?;
            (script.decoded_body_size > 0).then_some(script.decoded_body_size)
        }))
        .min()?;
    let whole = case.of_sdk().filter_map(declared).max() == Some(sdk.bytes);
    // An object in S3 has a length, and an answer that is not encoded on the way carries it.
    let unmeasured = case.of_sdk().any(|view| {
        view.status() == Some(200)
            && view.header("content-encoding").is_none()
            && view.header("content-length").is_none()
            && view.exchange().is_none_or(|exchange| {
                exchange.method == "GET" && exchange.decoded_bytes < sdk.bytes
            })
    });
    let cut_at_upload = case
        .of_sdk()
        .filter_map(declared)
        .any(|length| length < sdk.bytes);
    if cut_at_upload || !(whole || unmeasured) {
        return None;
    }
    finding(
        Cause::EndsEarly,
        format!(
            "the SDK's body ends after {} of {} bytes as if that were all, and no network error \
             tells: `onload` fires, the global is undefined and nobody can join",
            thousands(bytes),
            thousands(sdk.bytes)
        ),
        "invalidate the file's path, so that the edge drops its half copy; look for a proxy or a \
         function behind it that takes `Content-Length` away",
        // Without a length the edge does not compress ("Serving compressed files").
        case.claims(|failure| {
            let unmeasured = failure.view.header("content-length").is_none()
                && failure.view.header("content-encoding").is_none();
            let uncompressed = failure.aspect == Aspect::Encoding && unmeasured;
            failure.is_of_content() || (failure.is_at(Place::Sdk) && uncompressed)
        }),
    )
}
