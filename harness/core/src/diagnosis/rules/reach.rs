//! Nothing comes back from the CDN, or what comes back is not from a distribution.

use greenroom_model::exchange::{ExchangeFailureKind, HandshakeAnswer};

use super::super::case::{Case, Failure, Finding, Place, View};
use super::super::{Cause, Seen};
use super::finding;
use crate::figures::{count, quoted};

/// Failures of probes that asked the CDN for anything.
fn claims(case: &Case<'_>, shows: impl Fn(&View<'_>) -> bool) -> Vec<usize> {
    case.claims(|failure: &Failure<'_>| {
        let asked = matches!(
            failure.view.place,
            Place::Sdk | Place::OtherFile | Place::Plain
        );
        asked && (shows(&failure.view) || is_unknown_handshake(&failure.view))
    })
}

fn is_unknown_handshake(view: &View<'_>) -> bool {
    matches!(view.seen, Seen::Handshake(handshake)
        if matches!(handshake.answer, HandshakeAnswer::Unknown(_)))
}

/// The least text of an error of which this holds.
fn error<'a>(case: &Case<'a>, holds: impl Fn(&View<'a>) -> bool) -> Option<&'a str> {
    let asked = case.of_cdn().filter(|view| holds(view));
    asked.filter_map(View::error).min()
}

fn is_unresolved(view: &View<'_>) -> bool {
    let by_wire = view
        .no_answer()
        .is_some_and(|failure| failure.kind == ExchangeFailureKind::Dns);
    by_wire || (view.status().is_none() && says(view, "ERR_NAME_"))
}

/// A name that does not resolve, or CloudFront's own 403 to everything that it is asked for.
pub(super) fn distribution_not_found(case: &Case<'_>) -> Option<Finding> {
    let host = quoted(case.host());
    let remedy = format!(
        "wait until the distribution is deployed (`aws cloudfront wait distribution-deployed --id \
         ID`) and enabled (`DistributionConfig.Enabled: true`), and compare `{host}` with the \
         stack's output and with `Aliases`; if the name is right, look at the web ACL and at \
         `Restrictions.GeoRestriction`"
    );
    if let Some(error) = error(case, is_unresolved)
        && !case.answered()
    {
        return finding(
            Cause::DistributionNotFound,
            format!(
                "there is no distribution at `{host}`: the name does not resolve (`{}`), so \
                 nobody can join",
                quoted(error)
            ),
            remedy,
            claims(case, is_unresolved),
        );
    }
    let refused = |view: &View<'_>| view.status() == Some(403) && view.is_edge_page();
    let answers = || {
        let asked = case.views.iter();
        asked
            .filter(|view| matches!(view.place, Place::Sdk | Place::OtherFile | Place::Plain))
            .filter(|view| view.status().is_some())
    };
    // One refusal alone may be about the method or the path.
    let all_refused = answers().all(refused) && answers().count() > 1;
    if !all_refused {
        return None;
    }
    finding(
        Cause::DistributionNotFound,
        format!(
            "CloudFront answers 403 for `{host}` whatever it is asked for ({}): it has no \
             distribution of that name there, or not yet, so nobody can join",
            count(answers().count() as u64, "answer")
        ),
        remedy,
        claims(case, refused),
    )
}

/// Whether an error is about the server's certificate: rustls's words, or Chromium's code.
fn is_of_certificate(view: &View<'_>) -> bool {
    says(view, "invalid peer certificate")
        || says(view, "UnknownIssuer")
        || says(view, "ERR_CERT_")
        || says(view, "certificate")
}

fn is_expired(view: &View<'_>) -> bool {
    is_of_certificate(view) && (says(view, "expired") || says(view, "ERR_CERT_DATE_INVALID"))
}

fn says(view: &View<'_>, words: &str) -> bool {
    let words = words.to_ascii_lowercase();
    view.error()
        .is_some_and(|error| error.to_ascii_lowercase().contains(&words))
}

pub(super) fn certificate_expired(case: &Case<'_>) -> Option<Finding> {
    error(case, is_expired)?;
    finding(
        Cause::CertificateExpired,
        format!(
            "the certificate of `{}` has expired, so every browser refuses the SDK",
            quoted(case.host())
        ),
        "renew the certificate in ACM (us-east-1); one that is validated by DNS renews itself \
         while its CNAME record stands",
        // Of a certificate that is wrong in two ways a browser names one.
        claims(case, is_of_certificate),
    )
}

pub(super) fn certificate_untrusted(case: &Case<'_>) -> Option<Finding> {
    let error = error(case, is_of_certificate)?;
    finding(
        Cause::CertificateUntrusted,
        format!(
            "the certificate of `{}` is not trusted (`{}`), so every browser refuses the SDK",
            quoted(case.host()),
            quoted(error)
        ),
        "let `ViewerCertificate` name an ACM certificate that covers the host in `Aliases`, or \
         use the distribution's own name with `CloudFrontDefaultCertificate: true`",
        claims(case, is_of_certificate),
    )
}

fn is_unconnected(view: &View<'_>) -> bool {
    let by_wire = view.no_answer().is_some_and(|failure| {
        matches!(
            failure.kind,
            ExchangeFailureKind::Connection | ExchangeFailureKind::Tls
        )
    });
    let by_page = view.status().is_none()
        && [
            "ERR_CONNECTION_",
            "ERR_ADDRESS_",
            "ERR_SSL_",
            "ERR_EMPTY_RESPONSE",
        ]
        .iter()
        .any(|code| says(view, code));
    by_wire || by_page
}

pub(super) fn unreachable(case: &Case<'_>) -> Option<Finding> {
    // A server that answers something is there; that it refuses a protocol is another matter.
    if case.answered() {
        return None;
    }
    let error = error(case, is_unconnected)?;
    finding(
        Cause::Unreachable,
        format!(
            "no connection to `{}` comes about (`{}`), so nobody can join",
            quoted(case.host()),
            quoted(error)
        ),
        "see whether the host name and port are the distribution's, and whether a firewall or \
         proxy stands in between (`curl -v` from the same machine)",
        claims(case, is_unconnected),
    )
}
