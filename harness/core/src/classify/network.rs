//! Rules over what the browser's network stack reported: `net::ERR_*` and statuses.

use greenroom_model::load::NetworkRequest;
use greenroom_model::{Header, PageLoad};

use super::Classified;
use crate::figures::{quoted, thousands};
use crate::journal::Classification;

/// Failures of the client itself: they say nothing of the product.
const CLIENT_FAILURES: [&str; 6] = [
    "ERR_INTERNET_DISCONNECTED",
    "ERR_NETWORK_CHANGED",
    "ERR_NETWORK_IO_SUSPENDED",
    "ERR_INSUFFICIENT_RESOURCES",
    "ERR_OUT_OF_MEMORY",
    "ERR_PROXY_CONNECTION_FAILED",
];

/// Errors by which a body that had begun ends early.
const BODY_FAILURES: [&str; 6] = [
    "ERR_CONTENT_LENGTH_MISMATCH",
    "ERR_INCOMPLETE_CHUNKED_ENCODING",
    "ERR_INCOMPLETE_HTTP2_HEADERS",
    "ERR_CONTENT_DECODING_FAILED",
    "ERR_CONTENT_DECODING_INIT_FAILED",
    "ERR_INVALID_CHUNKED_ENCODING",
];

/// Rule 2.
pub(super) fn client_failure(load: &PageLoad) -> Option<Classified> {
    let error = load.network.iter().find_map(|request| {
        let error = request.error_text.as_deref()?;
        CLIENT_FAILURES
            .iter()
            .any(|name| error.contains(name))
            .then_some(error)
    })?;
    Some(Classified::because(
        Classification::EnvironmentError,
        format!(
            "the measuring machine's own network or memory gave out: `{}`",
            quoted(error)
        ),
    ))
}

/// Rule 3.
pub(super) fn document_failure(load: &PageLoad) -> Option<Classified> {
    let document = load
        .network
        .iter()
        .find(|request| request.resource_type == "Document")?;
    if let Some(error) = document.error_text.as_deref() {
        return Some(connection_error("the page itself", document, error));
    }
    let status = document.status.filter(|status| *status >= 400)?;
    Some(Classified::because(
        Classification::Refused,
        format!(
            "the page itself was answered with status {status}: the app host is wrong, not the SDK"
        ),
    ))
}

/// Rule 4.
pub(super) fn refused(request: &NetworkRequest) -> Option<Classified> {
    let status = request.status.filter(|status| *status >= 400)?;
    let mime = request.mime_type.as_deref().unwrap_or_default();
    let media = if mime.is_empty() {
        "no content type".to_owned()
    } else {
        format!("`{}`", quoted(mime))
    };
    let meaning = match status {
        403 if mime.contains("xml") => {
            ": an XML 403 is the store's AccessDenied, so either its policy does not let the CDN \
             read, or the key does not exist"
        }
        403 if mime.contains("html") => {
            ": an HTML 403 comes from the CDN itself, so look at its methods, firewall, \
             geographic restriction and alias"
        }
        404 | 410 => ": no such file under this name",
        429 => ": too many requests",
        500.. => ": the origin or the CDN failed",
        _ => "",
    };
    let seen = header(&request.headers, "x-cache")
        .map(|value| format!(" (x-cache: {})", quoted(value)))
        .unwrap_or_default();
    Some(Classified::because(
        Classification::Refused,
        format!("the SDK's URL answered with status {status}, {media}{seen}{meaning}"),
    ))
}

/// Rule 6.
pub(super) fn failed(request: &NetworkRequest) -> Option<Classified> {
    let error = request.error_text.as_deref()?;
    if request.canceled && error.contains("ERR_ABORTED") && request.status.is_none() {
        // The tear-down of a page whose request was still open.
        return None;
    }
    let broke_off = request.status.is_some_and(|status| status < 400)
        || BODY_FAILURES.iter().any(|name| error.contains(name));
    if !broke_off {
        return Some(connection_error("the SDK's request", request, error));
    }
    if request.canceled {
        return None;
    }
    let code = quoted(error);
    let cause = if error.contains("CONTENT_DECODING") {
        let coding = header(&request.headers, "content-encoding").unwrap_or("none");
        format!(
            "its body cannot be decoded as the `{}` that it declares",
            quoted(coding)
        )
    } else {
        format!("its body broke off{}", received(request))
    };
    Some(Classified::because(
        Classification::Truncated,
        format!("the SDK was answered, but {cause}: `{code}`"),
    ))
}

/// Rule 7.
pub(super) fn pending(load: &PageLoad, request: &NetworkRequest) -> Option<Classified> {
    let finished_in_page = load
        .script
        .as_ref()
        .is_some_and(|script| script.response_end > 0.0);
    let open = request.end_ms.is_none() || request.canceled;
    if !open || finished_in_page {
        return None;
    }
    let reason = if let Some(status) = request.status {
        format!(
            "stalled body: the SDK's answer began with status {status}{}, and neither ended nor \
             failed before the deadline",
            received(request)
        )
    } else {
        "no answer: the SDK's request was sent and not answered before the deadline".to_owned()
    };
    Some(Classified::because(Classification::TimedOut, reason))
}

fn connection_error(what: &str, request: &NetworkRequest, error: &str) -> Classified {
    let meaning = if error.contains("ERR_CERT_") {
        ": the certificate is not trusted for this name"
    } else if error.contains("ERR_SSL_") {
        ": the TLS handshake failed"
    } else if error.contains("ERR_NAME_") {
        ": the name does not resolve"
    } else if error.contains("ERR_CONNECTION_REFUSED") {
        ": nobody listens there"
    } else if error.contains("TIMED_OUT") {
        ": the host did not answer"
    } else if error.contains("ERR_CONNECTION_RESET")
        || error.contains("ERR_CONNECTION_CLOSED")
        || error.contains("ERR_EMPTY_RESPONSE")
    {
        ": the connection was lost before an answer"
    } else if error.contains("ERR_HTTP2") || error.contains("ERR_QUIC") {
        ": the server broke the protocol before an answer"
    } else {
        ""
    };
    Classified::because(
        Classification::Unreachable,
        format!(
            "{what} to `{}` failed with `{}`{meaning}",
            quoted(&request.url),
            quoted(error)
        ),
    )
}

/// `after N of M bytes`, as far as known.
fn received(request: &NetworkRequest) -> String {
    let declared = declared_length(request);
    match (request.encoded_data_length, declared) {
        (0, None) => String::new(),
        (0, Some(declared)) => format!(", of {} bytes declared", thousands(declared)),
        (got, None) => format!(" after {} bytes", thousands(got)),
        (got, Some(declared)) => {
            format!(" after {} of {} bytes", thousands(got), thousands(declared))
        }
    }
}

/// `Content-Length`, where the answer has one.
pub(super) fn declared_length(request: &NetworkRequest) -> Option<u64> {
    header(&request.headers, "content-length")?
        .trim()
        .parse()
        .ok()
}

fn header<'a>(headers: &'a [Header], name: &str) -> Option<&'a str> {
    headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case(name))
        .map(|header| header.value.as_str())
}
