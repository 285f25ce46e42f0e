//! What is let in or let out that should not be.

use greenroom_model::exchange::{HandshakeAnswer, TlsVersion};

use super::super::case::{Aspect, Case, Finding, Place, SECURITY_FIELDS, View};
use super::super::{Cause, Seen};
use super::finding;
use crate::figures::quoted;
use crate::plan::Check;

pub(super) fn stack_trace(case: &Case<'_>) -> Option<Finding> {
    let shown = |view: &View<'_>| view.exchange().and_then(|one| one.stack_trace.clone());
    let trace = case
        .failures
        .iter()
        .filter(|failure| failure.aspect == Aspect::StackTrace)
        .filter_map(|failure| shown(&failure.view))
        .min()?;
    finding(
        Cause::StackTraceLeaked,
        format!(
            "an answer shows the inside of the service to whoever asks: `{}`",
            quoted(&trace)
        ),
        "answer what goes wrong with an error of its own, and write the trace to the log only",
        case.claims(|failure| {
            failure.aspect == Aspect::StackTrace && shown(&failure.view).is_some()
        }),
    )
}

fn is_open(view: &View<'_>) -> bool {
    view.place == Place::Bucket && matches!(view.status(), Some(200 | 206 | 304))
}

pub(super) fn bucket_public(case: &Case<'_>) -> Option<Finding> {
    case.views.iter().find(|view| is_open(view))?;
    finding(
        Cause::BucketPublic,
        "the bucket itself answers anybody, past the CDN, its headers and its logs: what is in it \
         is public",
        "set all four of the bucket's `PublicAccessBlockConfiguration` to true, and let its policy \
         name `cloudfront.amazonaws.com` with `AWS:SourceArn` alone, never `Principal: '*'`",
        case.claims(|failure| is_open(&failure.view)),
    )
}

/// An answer by plain HTTP that is neither a redirect to https nor a refusal.
fn is_plain(view: &View<'_>) -> bool {
    let to_https = view
        .header("location")
        .is_some_and(|to| to.starts_with("https://"));
    // What the store says came through as well; a refusal of the edge's own did not.
    let through = view
        .status()
        .is_some_and(|status| status < 400 || (status < 500 && !view.is_edge_page()));
    view.place == Place::Plain && through && !to_https
}

pub(super) fn http_not_redirected(case: &Case<'_>) -> Option<Finding> {
    let statuses = case.views.iter().filter(|view| is_plain(view));
    let status = statuses.filter_map(View::status).min()?;
    finding(
        Cause::HttpNotRedirected,
        format!(
            "plain HTTP is answered {status} and not redirected: whoever stands between can give \
             the page another SDK"
        ),
        "set `DefaultCacheBehavior.ViewerProtocolPolicy` to `redirect-to-https`",
        case.claims(|failure| is_plain(&failure.view)),
    )
}

/// RFC 8996: TLS 1.0 and 1.1 must not be used.
fn accepted(view: &View<'_>) -> Option<TlsVersion> {
    match view.seen {
        Seen::Handshake(handshake) => match handshake.answer {
            HandshakeAnswer::Accepted(version) if version < TlsVersion::Tls12 => Some(version),
            _ => None,
        },
        _ => None,
    }
}

pub(super) fn old_tls(case: &Case<'_>) -> Option<Finding> {
    let version = case.views.iter().filter_map(accepted).min()?;
    let name = if version == TlsVersion::Tls10 {
        "1.0"
    } else {
        "1.1"
    };
    finding(
        Cause::OldTlsAccepted,
        format!("the CDN accepts TLS {name}, which RFC 8996 forbids: it can be broken into"),
        "set `ViewerCertificate.MinimumProtocolVersion` to `TLSv1.2_2021`, with an alias and an \
         ACM certificate of its own: with the `*.cloudfront.net` certificate CloudFront takes TLS \
         1.0 whatever the template says",
        case.claims(|failure| accepted(&failure.view).is_some()),
    )
}

fn missing_field<'a>(view: &View<'_>, check: &'a Check) -> Option<&'a str> {
    let (Check::HeaderIs { name, .. }
    | Check::HeaderPresent { name }
    | Check::HeaderHas { name, .. }
    | Check::HeaderNumber { name, .. }) = check
    else {
        return None;
    };
    let answered = view.status().is_some_and(|status| status < 400);
    let known = SECURITY_FIELDS.contains(&name.as_str());
    (answered && known && view.header(name).is_none()).then_some(name)
}

pub(super) fn security_headers(case: &Case<'_>) -> Option<Finding> {
    let on_cdn = |view: &View<'_>| matches!(view.place, Place::Sdk | Place::OtherFile);
    let mut missing: Vec<&str> = case
        .failures
        .iter()
        .filter(|failure| on_cdn(&failure.view))
        .filter_map(|failure| missing_field(&failure.view, failure.check))
        .collect();
    missing.sort_unstable();
    missing.dedup();
    if missing.is_empty() {
        return None;
    }
    let names: Vec<String> = missing.iter().map(|name| format!("`{name}`")).collect();
    finding(
        Cause::SecurityHeadersMissing,
        format!(
            "the SDK's answer has no {}: a browser may be led to plain HTTP or guess the file's \
             type",
            names.join(", ")
        ),
        "give the response headers policy a `SecurityHeadersConfig` (`StrictTransportSecurity`, \
         `ContentTypeOptions`, `FrameOptions`, `ReferrerPolicy`), each with `Override: true`",
        case.claims(|failure| {
            on_cdn(&failure.view) && missing_field(&failure.view, failure.check).is_some()
        }),
    )
}
