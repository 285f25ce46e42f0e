//! CDP Network events of one load, folded into a list of requests.

use std::collections::{HashMap, HashSet};

use greenroom_model::Header;
use greenroom_model::load::NetworkRequest;
use serde_json::Value;

use crate::events::{cut, short_url};

/// Most requests that are kept of one load.
const REQUEST_LIMIT: usize = 1_000;

/// Answer headers that a diagnosis may need. Anything else, cookies and tokens above all, is
/// never recorded.
const KEPT_HEADERS: &[&str] = &[
    "access-control-allow-credentials",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-origin",
    "age",
    "alt-svc",
    "cache-control",
    "content-encoding",
    "content-length",
    "content-security-policy",
    "content-type",
    "cross-origin-embedder-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "etag",
    "last-modified",
    "server",
    "strict-transport-security",
    "timing-allow-origin",
    "vary",
    "via",
    "x-amz-cf-id",
    "x-amz-cf-pop",
    "x-cache",
    "x-content-type-options",
];

/// The requests so far.
#[derive(Debug, Default)]
pub(crate) struct NetworkLog {
    requests: Vec<NetworkRequest>,
    /// Where the request of an id stands; a redirect moves the id on to the next request.
    by_id: HashMap<String, usize>,
    /// Ids that a throttling rule was reported for. The report may come before the request.
    throttled: HashSet<String>,
    /// Answers whose request has not been told yet: the one comes from the browser's process, the
    /// other from the page's, and a busy page is late.
    early: HashMap<String, RawAnswer>,
    /// CDP timestamp, in s, of the first request.
    began: Option<f64>,
}

impl NetworkLog {
    /// Takes the parameters of a `Network.*` event.
    pub(crate) fn take(&mut self, method: &str, params: &Value) {
        let Some(id) = params["requestId"].as_str() else {
            return;
        };
        match method {
            "Network.requestWillBeSent" => self.sent(id, params),
            "Network.requestWillBeSentExtraInfo" => self.extra_info(id, params),
            "Network.requestServedFromCache" => {
                if let Some(request) = self.of(id) {
                    request.from_cache = true;
                }
            }
            "Network.responseReceived" => {
                if let Some(request) = self.of(id) {
                    answered(request, &params["response"]);
                }
            }
            // All that is told of an answer that the browser then kept from the page.
            "Network.responseReceivedExtraInfo" => {
                let answer = RawAnswer::of(params);
                if let Some(request) = self.of(id) {
                    answer.fill_in(request);
                } else if self.early.len() < REQUEST_LIMIT {
                    self.early.insert(id.to_owned(), answer);
                }
            }
            // A body that is not through yet: how much of it came, and when the last of it.
            "Network.dataReceived" => {
                let at = self.ms(&params["timestamp"]);
                if let (Some(request), Some(at)) = (self.of(id), at) {
                    let more = bytes(&params["encodedDataLength"]);
                    request.encoded_data_length = request.encoded_data_length.saturating_add(more);
                    let before = request.last_data_ms.replace(at);
                    if let Some(before) = before {
                        let longest = request.longest_pause_ms.unwrap_or_default();
                        request.longest_pause_ms = Some(longest.max(at - before));
                    }
                }
            }
            "Network.loadingFinished" => {
                let end = self.ms(&params["timestamp"]);
                if let Some(request) = self.of(id) {
                    request.end_ms = end;
                    request.encoded_data_length = bytes(&params["encodedDataLength"]);
                }
            }
            "Network.loadingFailed" => {
                let end = self.ms(&params["timestamp"]);
                if let Some(request) = self.of(id) {
                    request.end_ms = end;
                    request.error_text = text(&params["errorText"]);
                    request.blocked_reason = text(&params["blockedReason"]);
                    request.cors_error = text(&params["corsErrorStatus"]["corsError"]);
                    request.canceled = params["canceled"] == true;
                }
            }
            _ => {}
        }
    }

    /// Whether a request has neither ended nor failed.
    pub(crate) fn pending(&self) -> bool {
        self.requests.iter().any(|request| request.end_ms.is_none())
    }

    /// Whether a request failed because the browser kept its answer from the page (Opaque Response
    /// Blocking), and what the answer was has not been told yet.
    pub(crate) fn answer_outstanding(&self) -> bool {
        self.requests.iter().any(|request| {
            let error = request.error_text.as_deref().unwrap_or_default();
            request.status.is_none() && error.contains("ERR_BLOCKED_BY_ORB")
        })
    }

    /// The requests in the order they were sent in.
    pub(crate) fn into_requests(self) -> Vec<NetworkRequest> {
        self.requests
    }

    fn sent(&mut self, id: &str, params: &Value) {
        if self.began.is_none() {
            self.began = params["timestamp"].as_f64();
        }
        let start = self.ms(&params["timestamp"]);
        let redirect = &params["redirectResponse"];
        if redirect.is_object()
            && let Some(request) = self.of(id)
        {
            answered(request, redirect);
            request.end_ms = start;
            request.encoded_data_length = bytes(&redirect["encodedDataLength"]);
        }
        if self.requests.len() >= REQUEST_LIMIT {
            self.by_id.remove(id);
            return;
        }
        let mut request = NetworkRequest {
            url: short_url(&params["request"]["url"]).unwrap_or_default(),
            resource_type: text(&params["type"]).unwrap_or_default(),
            start_ms: start.unwrap_or_default(),
            throttled: self.throttled.contains(id),
            ..NetworkRequest::default()
        };
        if let Some(answer) = self.early.remove(id) {
            answer.fill_in(&mut request);
        }
        self.by_id.insert(id.to_owned(), self.requests.len());
        self.requests.push(request);
    }

    fn extra_info(&mut self, id: &str, params: &Value) {
        if params["appliedNetworkConditionsId"].is_string() {
            if self.throttled.len() < REQUEST_LIMIT {
                self.throttled.insert(id.to_owned());
            }
            if let Some(request) = self.of(id) {
                request.throttled = true;
            }
        }
    }

    fn of(&mut self, id: &str) -> Option<&mut NetworkRequest> {
        self.by_id
            .get(id)
            .and_then(|index| self.requests.get_mut(*index))
    }

    fn ms(&self, timestamp: &Value) -> Option<f64> {
        Some((timestamp.as_f64()? - self.began?) * 1000.0)
    }
}

/// An answer as it came over the wire, told even if the browser keeps it from the page.
#[derive(Debug)]
struct RawAnswer {
    status: Option<u16>,
    headers: Vec<Header>,
}

impl RawAnswer {
    fn of(params: &Value) -> Self {
        Self {
            status: status(&params["statusCode"]),
            headers: kept_headers(&params["headers"]),
        }
    }

    /// Into a request of which no answer is known yet; what the page was told counts more.
    fn fill_in(self, request: &mut NetworkRequest) {
        if request.status.is_none() {
            request.status = self.status;
            request.mime_type = media_type(&self.headers);
            request.headers = self.headers;
        }
    }
}

fn answered(request: &mut NetworkRequest, response: &Value) {
    request.status = status(&response["status"]);
    request.mime_type = text(&response["mimeType"]);
    request.protocol = text(&response["protocol"]);
    request.from_cache |= response["fromDiskCache"] == true;
    request.headers = kept_headers(&response["headers"]);
}

fn status(value: &Value) -> Option<u16> {
    value.as_u64().and_then(|status| u16::try_from(status).ok())
}

fn kept_headers(headers: &Value) -> Vec<Header> {
    headers
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.to_ascii_lowercase(), value))
        .filter(|(name, _)| KEPT_HEADERS.contains(&name.as_str()))
        .filter_map(|(name, value)| {
            Some(Header {
                name,
                value: cut(value.as_str()?),
            })
        })
        .collect()
}

/// The essence of `Content-Type`, without its parameters.
fn media_type(headers: &[Header]) -> Option<String> {
    let field = headers.iter().find(|field| field.name == "content-type")?;
    let essence = field.value.split(';').next()?.trim().to_ascii_lowercase();
    (!essence.is_empty()).then_some(essence)
}

fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(cut)
}

/// CDP types byte counts as numbers and writes them with a fraction of zero.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a byte count is whole, not negative, and far below 2^53"
)]
fn bytes(value: &Value) -> u64 {
    value.as_f64().unwrap_or_default() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn sent(id: &str, at: f64, url: &str) -> Value {
        json!({"requestId": id, "timestamp": at, "type": "Script", "request": {"url": url}})
    }

    #[test]
    fn a_request_from_start_to_end() {
        let mut log = NetworkLog::default();
        // The extra info may come first.
        log.take(
            "Network.requestWillBeSentExtraInfo",
            &json!({"requestId": "2", "appliedNetworkConditionsId": "r"}),
        );
        log.take("Network.requestWillBeSent", &sent("1", 10.0, "https://a/"));
        log.take("Network.requestWillBeSent", &sent("2", 10.25, "https://b/"));
        assert!(log.pending());
        log.take(
            "Network.responseReceived",
            &json!({"requestId": "2", "response": {"status": 200, "mimeType": "text/javascript",
                "protocol": "h2", "fromDiskCache": true,
                "headers": {"X-Cache": "Hit", "Set-Cookie": "secret"}}}),
        );
        log.take(
            "Network.loadingFinished",
            &json!({"requestId": "2", "timestamp": 10.5, "encodedDataLength": 1234.0}),
        );
        log.take(
            "Network.loadingFailed",
            &json!({"requestId": "1", "timestamp": 10.75, "errorText": "net::ERR_FAILED",
                "blockedReason": "", "corsErrorStatus": {"corsError": "MissingAllowOriginHeader"},
                "canceled": true}),
        );
        log.take("Network.requestWillBeSent", &sent("3", 11.0, "https://c/"));
        log.take(
            "Network.loadingFailed",
            &json!({"requestId": "3", "timestamp": 11.5, "errorText": "net::ERR_BLOCKED_BY_ORB"}),
        );
        assert!(log.answer_outstanding());
        log.take(
            "Network.responseReceivedExtraInfo",
            &json!({"requestId": "3", "statusCode": 403, "headers": {
                "content-type": "application/xml; charset=utf-8", "set-cookie": "secret"}}),
        );
        assert!(!log.answer_outstanding());
        // And even before the request itself.
        log.take(
            "Network.responseReceivedExtraInfo",
            &json!({"requestId": "4", "statusCode": 404, "headers": {}}),
        );
        log.take("Network.requestWillBeSent", &sent("4", 12.0, "https://d/"));
        log.take(
            "Network.loadingFailed",
            &json!({"requestId": "4", "timestamp": 12.5, "errorText": "net::ERR_BLOCKED_BY_ORB"}),
        );
        assert!(!log.answer_outstanding());
        assert!(!log.pending());
        let requests = log.into_requests();
        let (first, second) = (&requests[0], &requests[1]);
        let kept_out = &requests[2];
        assert_eq!(kept_out.status, Some(403));
        assert_eq!(kept_out.mime_type.as_deref(), Some("application/xml"));
        assert_eq!(kept_out.headers.len(), 1, "{kept_out:?}");
        assert_eq!(first.end_ms, Some(750.0));
        assert_eq!(first.error_text.as_deref(), Some("net::ERR_FAILED"));
        assert_eq!(first.blocked_reason, None);
        assert_eq!(
            first.cors_error.as_deref(),
            Some("MissingAllowOriginHeader")
        );
        assert!(first.canceled && !first.throttled);
        assert_eq!((second.start_ms, second.end_ms), (250.0, Some(500.0)));
        assert_eq!(second.encoded_data_length, 1234);
        assert!(second.throttled && second.from_cache);
        let names: Vec<&str> = second.headers.iter().map(|h| h.name.as_str()).collect();
        assert_eq!(names, ["x-cache"]);
    }

    #[test]
    fn a_body_that_never_ends_has_a_length_so_far() {
        let mut log = NetworkLog::default();
        log.take("Network.requestWillBeSent", &sent("1", 10.0, "https://a/"));
        for (at, length) in [(10.5, 400.0), (11.5, 20.0), (12.0, 4.0)] {
            log.take(
                "Network.dataReceived",
                &json!({"requestId": "1", "timestamp": at, "encodedDataLength": length}),
            );
        }
        let request = &log.into_requests()[0];
        assert_eq!(request.encoded_data_length, 424);
        assert_eq!(request.last_data_ms, Some(2000.0));
        assert_eq!(request.longest_pause_ms, Some(1000.0));
    }

    #[test]
    fn a_redirect_is_a_request_of_its_own() {
        let mut log = NetworkLog::default();
        log.take("Network.requestWillBeSent", &sent("1", 1.0, "http://a/"));
        let mut next = sent("1", 1.5, "https://a/");
        next["redirectResponse"] = json!({"status": 301, "headers": {}});
        log.take("Network.requestWillBeSent", &next);
        log.take(
            "Network.loadingFinished",
            &json!({"requestId": "1", "timestamp": 2.0}),
        );
        let requests = log.into_requests();
        assert_eq!(requests[0].status, Some(301));
        assert_eq!(requests[0].end_ms, Some(500.0));
        assert_eq!(requests[1].url, "https://a/");
        assert_eq!(requests[1].end_ms, Some(1000.0));
    }

    #[test]
    fn a_flood_of_requests_is_bounded() {
        let mut log = NetworkLog::default();
        for n in 0..REQUEST_LIMIT + 5 {
            log.take(
                "Network.requestWillBeSent",
                &sent(&n.to_string(), 1.0, "https://a/"),
            );
        }
        assert_eq!(log.into_requests().len(), REQUEST_LIMIT);
    }
}
