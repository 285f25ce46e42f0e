//! Rule 8 and the version of rule 1: whether the file that ran is the SDK that was asked for.
//!
//! Length and type are seen only where `Timing-Allow-Origin` or CORS lets the page see them, so
//! each witness may be missing, and no witness is no accusation.

use greenroom_model::PageLoad;
use greenroom_model::load::NetworkRequest;

use super::{Classified, Question, network, without_query};
use crate::figures::{quoted, thousands};
use crate::journal::Classification;

/// `truncated` or `undefined` where the body cannot be the bundle.
pub(super) fn wrong_body(
    load: &PageLoad,
    question: &Question<'_>,
    request: Option<&NetworkRequest>,
) -> Option<Classified> {
    question.fetched_url()?;
    let length = load
        .script
        .as_ref()
        .map(|script| script.decoded_body_size)
        .filter(|bytes| *bytes > 0);
    let mime = content_type(load, request);
    // A script that is merely labelled as a document runs; one that is shorter than the bundle
    // too is a document.
    let short = length.is_some_and(|bytes| bytes < question.manifest.bytes);
    if starts_like_markup(load) || (short && mime.is_some_and(is_document)) {
        let size = length.map_or_else(String::new, |bytes| {
            format!("{} bytes of ", thousands(bytes))
        });
        return Some(Classified::because(
            Classification::Undefined,
            format!(
                "body is not the SDK: {size}`{}` instead of a script of {} bytes: a page or an \
                 error document was stored or answered under the SDK's name",
                quoted(mime.unwrap_or("markup")),
                thousands(question.manifest.bytes)
            ),
        ));
    }
    if let Some(bytes) = length {
        let expected = question.manifest.bytes;
        if bytes < expected && is_manifest_file(question) {
            return Some(Classified::because(
                Classification::Truncated,
                format!(
                    "the SDK ended after {} of {} bytes without a network error: the file or \
                     the transfer was cut short",
                    thousands(bytes),
                    thousands(expected)
                ),
            ));
        }
        return None;
    }
    // Without a length from the page, the wire has a word: what arrived, headers included,
    // is less than the body was declared to be.
    let request = request.filter(|request| !request.from_cache)?;
    let declared = network::declared_length(request)?;
    let received = request.encoded_data_length;
    if received > 0 && received < declared {
        return Some(Classified::because(
            Classification::Truncated,
            format!(
                "the SDK ended after {} of {} declared bytes without a network error",
                thousands(received),
                thousands(declared)
            ),
        ));
    }
    unfinished_syntax(load).map(|text| {
        Classified::because(
            Classification::Truncated,
            format!("the SDK's text stops in the middle of a statement: `{text}`"),
        )
    })
}

/// Why the SDK that became ready is not the one that was asked for, if so.
///
/// The version in the file's name counts; without one, the manifest's.
pub(super) fn other_version(load: &PageLoad, question: &Question<'_>) -> Option<String> {
    let runs = load.sdk.version.as_deref()?.trim_start_matches('v');
    if runs.is_empty() {
        return None;
    }
    let (expected, source) = match question.fetched_url().and_then(version_in_name) {
        Some(version) => (version, "its file name says"),
        None => (question.manifest.version.as_str(), "the page was built for"),
    };
    (runs != expected).then(|| {
        format!(
            "SDK reports version {}, but {source} {}: another file stands under this name",
            quoted(runs),
            quoted(expected)
        )
    })
}

/// `3.20.0` of `https://host/chime-sdk-3.20.0.min.js?x`: the first run of three dotted numbers
/// in the last segment.
pub(crate) fn version_in_name(url: &str) -> Option<&str> {
    let name = without_query(url).rsplit('/').next()?;
    let bytes = name.as_bytes();
    let mut start = 0;
    while start < bytes.len() {
        if !bytes[start].is_ascii_digit() {
            start += 1;
            continue;
        }
        let mut end = start;
        while end < bytes.len() && (bytes[end].is_ascii_digit() || bytes[end] == b'.') {
            end += 1;
        }
        let version = name[start..end].trim_end_matches('.');
        let parts: Vec<&str> = version.split('.').collect();
        if parts.len() == 3 && parts.iter().all(|part| !part.is_empty()) {
            return Some(version);
        }
        start = end;
    }
    None
}

/// Whether the URL names the manifest's file, so that its length is the one to expect.
fn is_manifest_file(question: &Question<'_>) -> bool {
    let Some(url) = question.fetched_url() else {
        return false;
    };
    let name = without_query(url).rsplit('/').next().unwrap_or_default();
    name == question.manifest.file
        || version_in_name(url).is_some_and(|version| version == question.manifest.version)
}

fn content_type<'a>(load: &'a PageLoad, request: Option<&'a NetworkRequest>) -> Option<&'a str> {
    request
        .and_then(|request| request.mime_type.as_deref())
        .or_else(|| {
            load.script
                .as_ref()
                .map(|script| script.content_type.as_str())
        })
        .filter(|mime| !mime.is_empty())
}

fn is_document(mime: &str) -> bool {
    let mime = mime.to_ascii_lowercase();
    mime.starts_with("text/html") || mime.contains("xml")
}

/// A script that is markup fails at its first character.
pub(crate) fn starts_like_markup(load: &PageLoad) -> bool {
    load.exceptions
        .iter()
        .any(|exception| exception.text.contains("Unexpected token '<'"))
}

fn unfinished_syntax(load: &PageLoad) -> Option<String> {
    load.exceptions
        .iter()
        .find(|exception| {
            exception.text.contains("Unexpected end of input")
                || exception.text.contains("Unterminated")
        })
        .map(|exception| quoted(&exception.text))
}
