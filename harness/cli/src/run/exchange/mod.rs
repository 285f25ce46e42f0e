//! One HTTP request on the wire, measured and taken apart, with no opinion on the answer.

mod clients;
mod hosts;
mod http3;

use std::error::Error;
use std::io;
use std::time::{Duration, Instant};

use bytes::Bytes;
use greenroom_core::journal::ExchangeOutcome;
use greenroom_core::plan::{HttpVersion, Request};
use greenroom_model::exchange::{
    ExchangeFailureKind, Handshake, HandshakeAnswer, Received, TlsVersion,
};
use greenroom_model::{Endpoints, Exchange, ExchangeFailure, Header};
use http::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, Response, StatusCode, Url, Version};
use serde_json::Value;

pub(crate) use self::clients::USER_AGENT;

use self::clients::Clients;
use self::hosts::Hosts;
use super::body::{self, BODY_LIMIT, Question};
use super::handshake;
use super::late::Outgoing;
use super::secrets::SecretNames;
use crate::failure::{Failure, chain};

/// Which roots vouch for the target's certificates.
#[derive(Clone, Debug)]
pub(crate) enum Roots {
    /// These (PEM) and no others: nobody else vouches for the local stack's names.
    Only(String),
    /// The system's and, where given, these (PEM).
    SystemAnd(Option<String>),
}

/// What can reach the target's hosts and no others.
#[derive(Debug)]
pub(crate) struct Requester {
    hosts: Hosts,
    /// For whoever sends requests of another kind, over TLS.
    client: Client,
    clients: Clients,
    http3: quinn::ClientConfig,
}

/// An answer as a client gives it.
struct Answered {
    status: StatusCode,
    version: Version,
    headers: HeaderMap,
    body: Vec<u8>,
    time_to_headers: Duration,
    duration: Duration,
    /// The longest time that the body stood still, where it was looked at.
    longest_pause: Option<Duration>,
}

/// Why a client gives none.
struct Unanswered {
    kind: ExchangeFailureKind,
    message: String,
    /// What had come of a body that had begun.
    received: Option<Received>,
}

impl Unanswered {
    fn new(kind: ExchangeFailureKind, message: String) -> Self {
        Self {
            kind,
            message,
            received: None,
        }
    }

    fn too_long() -> Self {
        let message = format!("the body is longer than {BODY_LIMIT} bytes; reading stopped there");
        Self::new(ExchangeFailureKind::Body, message)
    }
}

impl From<reqwest::Error> for Unanswered {
    fn from(error: reqwest::Error) -> Self {
        // The outermost error says no more than that this URL was asked.
        let message = error.source().map_or_else(|| chain(&error), chain);
        Self::new(failure_kind(&error), message)
    }
}

impl Requester {
    /// A client for a target: its names lead where the target says, its roots are trusted.
    /// `token_host` is a deployed token service's, which is looked up like the SDK's.
    pub(crate) fn new(
        endpoints: &Endpoints,
        roots: &Roots,
        token_host: Option<&str>,
    ) -> Result<Self, Failure> {
        let failed = |error: &dyn Error| Failure::caused("cannot make an HTTP client", error);
        let local = matches!(roots, Roots::Only(_));
        let hosts = Hosts::new(endpoints, local, token_host);
        let clients = Clients::new(hosts.clone(), roots.clone());
        Ok(Self {
            client: clients.client(443, None).map_err(|error| failed(&error))?,
            http3: http3::config(roots).map_err(|error| failed(&error))?,
            hosts,
            clients,
        })
    }

    /// The client itself.
    pub(crate) fn client(&self) -> Client {
        self.client.clone()
    }

    /// Sends one request and reads the whole answer. Beside the outcome, which may be written
    /// down, it gives the values that the next request sends on, which may be secrets.
    pub(crate) async fn send(
        &self,
        request: &Request,
        outgoing: Outgoing,
        question: &Question,
        secrets: &SecretNames,
    ) -> (ExchangeOutcome, Vec<(String, Value)>) {
        let mut values = Vec::new();
        let outcome = self
            .exchange(request, outgoing, question, secrets, &mut values)
            .await;
        (outcome, values)
    }

    /// Begins a TLS handshake with the host of a URL that offers `version` and no later one.
    pub(crate) async fn handshake(
        &self,
        url: &Url,
        version: TlsVersion,
        limit: Duration,
    ) -> Handshake {
        let host = url.host_str().unwrap_or_default();
        let unknown = |reason: String| Handshake {
            host: host.to_owned(),
            offered: version,
            answer: HandshakeAnswer::Unknown(reason),
        };
        if !self.hosts.knows(host) {
            return unknown(not_of_this_target(host));
        }
        let port = url.port().unwrap_or(443);
        let found = tokio::time::timeout(limit, self.hosts.address(host, port)).await;
        match found {
            Ok(Ok(address)) => handshake::probe(address, host, version, limit).await,
            Ok(Err(error)) => unknown(error),
            Err(_) => unknown(format!("no address within {} ms", limit.as_millis())),
        }
    }

    async fn exchange(
        &self,
        request: &Request,
        outgoing: Outgoing,
        question: &Question,
        secrets: &SecretNames,
        values: &mut Vec<(String, Value)>,
    ) -> ExchangeOutcome {
        let (Ok(method), Ok(url)) = (
            Method::from_bytes(request.method.as_bytes()),
            Url::parse(&request.url),
        ) else {
            return ExchangeOutcome::NotSent(format!(
                "`{} {}` is not a request",
                request.method, request.url
            ));
        };
        let host = url.host_str().unwrap_or_default();
        if !self.hosts.knows(host) {
            return ExchangeOutcome::NotSent(not_of_this_target(host));
        }
        let needs_tls = matches!(request.over, Some(HttpVersion::Http2 | HttpVersion::Http3));
        if needs_tls && url.scheme() != "https" {
            return ExchangeOutcome::NotSent(
                "HTTP/2 and HTTP/3 are agreed on in a TLS handshake, and this URL is not https"
                    .to_owned(),
            );
        }
        let mut fields = HeaderMap::new();
        for header in &outgoing.headers {
            let (Ok(name), Ok(mut value)) = (
                HeaderName::from_bytes(header.name.as_bytes()),
                HeaderValue::from_str(&header.value),
            ) else {
                return ExchangeOutcome::NotSent(format!(
                    "the value for `{}` is not one that a header can have",
                    header.name
                ));
            };
            value.set_sensitive(!outgoing.shown.contains(header));
            fields.append(name, value);
        }
        let message = Message {
            method,
            url,
            fields,
            body: outgoing.body.map(Bytes::from).unwrap_or_default(),
            over: request.over,
            limit: Duration::from_millis(request.timeout_ms),
        };
        let answered = match self.transmit(message).await {
            Ok(answered) => answered,
            Err(unanswered) => {
                return ExchangeOutcome::Failure(ExchangeFailure {
                    method: request.method.clone(),
                    url: request.url.clone(),
                    kind: unanswered.kind,
                    message: unanswered.message,
                    received: unanswered.received,
                });
            }
        };
        let answer_headers = headers_of(&answered.headers);
        let body = answered.body;
        let (decoded, decode_error) = match body::decode(&body, &answer_headers) {
            Ok(decoded) => (decoded, None),
            Err(error) => (body.clone(), Some(error.to_string())),
        };
        let known = body::look(&decoded, question, secrets);
        *values = known.values;
        let mut headers = answer_headers;
        for header in &mut headers {
            header.value = secrets.hide(&header.value);
        }
        ExchangeOutcome::Answer(Box::new(Exchange {
            method: request.method.clone(),
            url: request.url.clone(),
            request_headers: outgoing.shown,
            status: answered.status.as_u16(),
            protocol: protocol(answered.version).to_owned(),
            headers,
            body_bytes: body.len() as u64,
            decoded_bytes: decoded.len() as u64,
            integrity: body::integrity(&decoded),
            body_start: known.start,
            decode_error,
            json: known.json,
            json_error: known.json_error,
            stack_trace: known.stack_trace,
            time_to_headers_ms: millis(answered.time_to_headers),
            duration_ms: millis(answered.duration),
            longest_pause_ms: answered.longest_pause.map(millis),
        }))
    }

    async fn transmit(&self, message: Message) -> Result<Answered, Unanswered> {
        let port = message.url.port_or_known_default().unwrap_or(443);
        if message.over == Some(HttpVersion::Http3) {
            return self.transmit_over_http3(message, port).await;
        }
        let client = self.clients.client(port, message.over)?;
        let mut builder = client
            .request(message.method, message.url)
            .headers(message.fields)
            .timeout(message.limit);
        if !message.body.is_empty() {
            builder = builder.body(message.body);
        }
        let began = Instant::now();
        let response = builder.send().await?;
        let time_to_headers = began.elapsed();
        let (status, version) = (response.status(), response.version());
        let headers = response.headers().clone();
        let (body, longest_pause) = read_body(response).await?;
        Ok(Answered {
            status,
            version,
            headers,
            body,
            time_to_headers,
            duration: began.elapsed(),
            longest_pause: Some(longest_pause),
        })
    }

    async fn transmit_over_http3(
        &self,
        message: Message,
        port: u16,
    ) -> Result<Answered, Unanswered> {
        let host = message.url.host_str().unwrap_or_default();
        let address = self
            .hosts
            .address(host, port)
            .await
            .map_err(|error| Unanswered::new(ExchangeFailureKind::Dns, error))?;
        let unsendable =
            |error: http::Error| Unanswered::new(ExchangeFailureKind::Protocol, chain(&error));
        let mut request = http::Request::builder()
            .method(message.method)
            .uri(message.url.as_str())
            .body(message.body)
            .map_err(unsendable)?;
        *request.headers_mut() = message.fields;
        // The other clients send it by themselves.
        request
            .headers_mut()
            .entry(http::header::USER_AGENT)
            .or_insert(HeaderValue::from_static(USER_AGENT));
        if !request.body().is_empty() {
            let length = HeaderValue::from(request.body().len());
            request.headers_mut().insert(CONTENT_LENGTH, length);
        }
        let config = self.http3.clone();
        // On the heap, for its state is large and few requests are sent so.
        Box::pin(http3::send(config, address, host, request, message.limit)).await
    }
}

/// A request that may be sent.
struct Message {
    method: Method,
    url: Url,
    fields: HeaderMap,
    body: Bytes,
    over: Option<HttpVersion>,
    limit: Duration,
}

fn not_of_this_target(host: &str) -> String {
    format!("`{host}` is not a host of this target, and no other host is contacted")
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

fn protocol(version: Version) -> &'static str {
    match version {
        Version::HTTP_2 => "h2",
        Version::HTTP_3 => "h3",
        Version::HTTP_10 => "http/1.0",
        _ => "http/1.1",
    }
}

fn headers_of(headers: &HeaderMap) -> Vec<Header> {
    headers
        .iter()
        .map(|(name, value)| Header {
            name: name.as_str().to_owned(),
            value: String::from_utf8_lossy(value.as_bytes()).into_owned(),
        })
        .collect()
}

/// The whole body, with the longest time that it stood still.
async fn read_body(mut response: Response) -> Result<(Vec<u8>, Duration), Unanswered> {
    let began = Instant::now();
    let mut last = began;
    let mut longest_pause = Duration::ZERO;
    let mut body = Vec::new();
    loop {
        let chunk = response.chunk().await.map_err(|error| Unanswered {
            received: Some(Received {
                bytes: body.len() as u64,
                silent_ms: millis(last.elapsed()),
                waited_ms: millis(began.elapsed()),
            }),
            ..error.into()
        })?;
        longest_pause = longest_pause.max(last.elapsed());
        last = Instant::now();
        let Some(chunk) = chunk else {
            return Ok((body, longest_pause));
        };
        if body.len() + chunk.len() > BODY_LIMIT {
            return Err(Unanswered::too_long());
        }
        body.extend_from_slice(&chunk);
    }
}

/// The layer that gave up. The client's error type names it only in its chain of causes.
fn failure_kind(error: &reqwest::Error) -> ExchangeFailureKind {
    if error.is_timeout() {
        return ExchangeFailureKind::Timeout;
    }
    let mut cause: Option<&(dyn Error + 'static)> = error.source();
    let mut kind = None;
    while let Some(error) = cause {
        if error.is::<rustls::Error>() {
            return ExchangeFailureKind::Tls;
        }
        if error.to_string().starts_with("dns error") {
            return ExchangeFailureKind::Dns;
        }
        cause = match error.downcast_ref::<io::Error>() {
            // An io::Error that wraps another error does not give it as its source but gives
            // that error's source, so the step in between has to be asked for.
            Some(wrapper) => {
                kind.get_or_insert(ExchangeFailureKind::Connection);
                wrapper
                    .get_ref()
                    .map(|inner| inner as &(dyn Error + 'static))
            }
            None => error.source(),
        };
    }
    if error.is_body() || error.is_decode() {
        return ExchangeFailureKind::Body;
    }
    match kind {
        Some(kind) => kind,
        None if error.is_connect() => ExchangeFailureKind::Connection,
        None => ExchangeFailureKind::Protocol,
    }
}

#[cfg(test)]
mod tests;
