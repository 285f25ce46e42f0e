//! One HTTP request on the wire, measured and taken apart, with no opinion on the answer.

use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use greenroom_core::journal::ExchangeOutcome;
use greenroom_core::plan::Request;
use greenroom_model::exchange::ExchangeFailureKind;
use greenroom_model::{Endpoints, Exchange, ExchangeFailure, Header};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::HeaderValue;
use reqwest::{Client, Method, Response, Url, Version};
use serde_json::Value;

use super::body::{self, BODY_LIMIT, Question};
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

/// A client that can reach the target's hosts and no others.
#[derive(Debug)]
pub(crate) struct Requester {
    client: Client,
    allowed: Vec<String>,
}

/// Refuses every name that the client was not given an address for.
#[derive(Debug)]
struct NoOtherHost {
    system: Vec<String>,
}

impl Resolve for NoOtherHost {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        let allowed = self
            .system
            .iter()
            .any(|known| known.eq_ignore_ascii_case(&host));
        Box::pin(async move {
            if !allowed {
                return Err(format!("dns error: `{host}` is not a host of this target").into());
            }
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((host.as_str(), 0)).await?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
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
        let sdk_host = endpoints.sdk_url.host_str().unwrap_or_default().to_owned();
        let mapped: Vec<&str> = endpoints
            .host_map
            .iter()
            .map(|map| map.host.as_str())
            .collect();
        // Only these may need the system's resolver, and only if nothing maps them.
        let system: Vec<String> = [Some(sdk_host.as_str()), token_host]
            .into_iter()
            .flatten()
            .filter(|host| !mapped.contains(host))
            .map(str::to_owned)
            .collect();
        let mut allowed = system.clone();
        let mut builder = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .dns_resolver(Arc::new(NoOtherHost { system }))
            .pool_max_idle_per_host(4);
        // Of a deployment only the SDK's host is known; the page is generated here.
        let page_host = endpoints.page_url.host_str().unwrap_or_default();
        let local = matches!(roots, Roots::Only(_));
        for map in &endpoints.host_map {
            if !local && map.host == page_host && map.host != sdk_host {
                continue;
            }
            allowed.push(map.host.clone());
            builder = builder.resolve(&map.host, SocketAddr::new(map.address, map.address_port));
        }
        let parsed = |pem: &str| {
            reqwest::Certificate::from_pem_bundle(pem.as_bytes()).map_err(|error| failed(&error))
        };
        builder = match roots {
            Roots::Only(pem) => builder.tls_certs_only(parsed(pem)?),
            Roots::SystemAnd(Some(pem)) => builder.tls_certs_merge(parsed(pem)?),
            Roots::SystemAnd(None) => builder,
        };
        let client = builder.build().map_err(|error| failed(&error))?;
        Ok(Self { client, allowed })
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

    async fn exchange(
        &self,
        request: &Request,
        outgoing: Outgoing,
        question: &Question,
        secrets: &SecretNames,
        values: &mut Vec<(String, Value)>,
    ) -> ExchangeOutcome {
        let failure = |kind, message: String| {
            ExchangeOutcome::Failure(ExchangeFailure {
                method: request.method.clone(),
                url: request.url.clone(),
                kind,
                message,
            })
        };
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
        if !self
            .allowed
            .iter()
            .any(|known| known.eq_ignore_ascii_case(host))
        {
            return ExchangeOutcome::NotSent(format!(
                "`{host}` is not a host of this target, and no other host is contacted"
            ));
        }
        let mut builder = self
            .client
            .request(method, url)
            .timeout(Duration::from_millis(request.timeout_ms));
        for header in &outgoing.headers {
            let Ok(mut value) = HeaderValue::from_str(&header.value) else {
                return ExchangeOutcome::NotSent(format!(
                    "the value for `{}` is not one that a header can have",
                    header.name
                ));
            };
            value.set_sensitive(!outgoing.shown.contains(header));
            builder = builder.header(&header.name, value);
        }
        if let Some(body) = outgoing.body {
            builder = builder.body(body);
        }
        let began = Instant::now();
        let response = match builder.send().await {
            Ok(response) => response,
            Err(error) => return failure(failure_kind(&error), chain(&error)),
        };
        let time_to_headers_ms = millis(began.elapsed());
        let protocol = protocol(response.version());
        let status = response.status().as_u16();
        let answer_headers = headers_of(&response);
        let body = match read_body(response).await {
            Ok(body) => body,
            Err(BodyError::Client(error)) => return failure(failure_kind(&error), chain(&error)),
            Err(BodyError::TooLong) => {
                return failure(
                    ExchangeFailureKind::Body,
                    format!("the body is longer than {BODY_LIMIT} bytes; reading stopped there"),
                );
            }
        };
        let duration_ms = millis(began.elapsed());
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
            status,
            protocol: protocol.to_owned(),
            headers,
            body_bytes: body.len() as u64,
            decoded_bytes: decoded.len() as u64,
            integrity: body::integrity(&decoded),
            body_start: known.start,
            decode_error,
            json: known.json,
            json_error: known.json_error,
            stack_trace: known.stack_trace,
            time_to_headers_ms,
            duration_ms,
        }))
    }
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

fn headers_of(response: &Response) -> Vec<Header> {
    response
        .headers()
        .iter()
        .map(|(name, value)| Header {
            name: name.as_str().to_owned(),
            value: String::from_utf8_lossy(value.as_bytes()).into_owned(),
        })
        .collect()
}

enum BodyError {
    Client(reqwest::Error),
    TooLong,
}

async fn read_body(mut response: Response) -> Result<Vec<u8>, BodyError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(BodyError::Client)? {
        if body.len() + chunk.len() > BODY_LIMIT {
            return Err(BodyError::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
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
mod tests {
    use super::*;
    use greenroom_core::plan::{At, Body};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    /// Takes one request, answers it, and gives what was received.
    async fn answer_once(listener: TcpListener, answer: &'static str) -> String {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut received = Vec::new();
        let mut buffer = [0; 4096];
        while !String::from_utf8_lossy(&received).contains("\r\n\r\n{\"action\":\"create\"}") {
            let read = stream.read(&mut buffer).await.unwrap();
            assert!(read > 0, "{}", String::from_utf8_lossy(&received));
            received.extend_from_slice(&buffer[..read]);
        }
        let length = answer.len();
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
        stream.write_all((head + answer).as_bytes()).await.unwrap();
        String::from_utf8(received).unwrap()
    }

    #[tokio::test]
    async fn a_secret_goes_over_the_wire_and_into_no_record() {
        // `main` does this; another test of this process may have done it already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url: Url = format!("http://{}/", listener.local_addr().unwrap())
            .parse()
            .unwrap();
        let endpoints = Endpoints {
            page_url: url.clone(),
            sdk_url: url.clone(),
            probe_url: None,
            host_map: vec![],
            closed: true,
            spki: vec![],
            ca_pem: None,
        };
        let requester = Requester::new(&endpoints, &Roots::SystemAnd(None), None).unwrap();
        let request = Request {
            probe: greenroom_core::plan::Probe::Http,
            over: None,
            title: String::new(),
            method: "POST".to_owned(),
            url: url.to_string(),
            headers: vec![Header {
                name: "x-firebase-token".to_owned(),
                value: "${identity.provider}".to_owned(),
            }],
            body: Some(Body::Json(serde_json::json!({"action": "create"}))),
            needs_calls: false,
            attempts: 1,
            timeout_ms: 20_000,
            checks: vec![],
            at: At { line: 1, column: 1 },
        };
        let secrets: SecretNames = [("identity.provider".to_owned(), "hunter2.hunter2".to_owned())]
            .into_iter()
            .collect();
        let outgoing = super::super::late::fill(&request, None, &secrets)
            .ok()
            .unwrap();
        let question = Question::new(&request, vec!["/attendee/JoinToken".to_owned()]);
        let (received, (outcome, values)) = tokio::join!(
            answer_once(
                listener,
                r#"{"attendee": {"JoinToken": "hunter3"}, "echo": "hunter2.hunter2"}"#
            ),
            requester.send(&request, outgoing, &question, &secrets),
        );
        assert!(
            received.contains("x-firebase-token: hunter2.hunter2"),
            "{received}"
        );
        assert_eq!(values[0].1, "hunter3");
        let written = serde_json::to_string(&outcome).unwrap();
        assert!(written.contains("${identity.provider}"), "{written}");
        assert!(!written.contains("hunter"), "{written}");
    }
}
