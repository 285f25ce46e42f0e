//! One HTTP request on the wire, measured and taken apart, with no opinion on the answer.

use std::error::Error;
use std::io::{self, Read as _};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use greenroom_core::journal::ExchangeOutcome;
use greenroom_core::plan::Request;
use greenroom_model::exchange::ExchangeFailureKind;
use greenroom_model::{Endpoints, Exchange, ExchangeFailure, Header};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, Method, Response, Url, Version};
use sha2::{Digest as _, Sha384};

use crate::failure::{Failure, chain};

/// A body of more than this, on the wire or decoded, is no SDK: reading on would only fill the
/// memory.
const BODY_LIMIT: usize = 64 * 1024 * 1024;

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

    /// Sends one request and reads the whole answer.
    pub(crate) async fn send(&self, request: &Request, headers: &[Header]) -> ExchangeOutcome {
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
        for header in headers {
            builder = builder.header(&header.name, &header.value);
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
        let (decoded, decode_error) = match decode(&body, &answer_headers) {
            Ok(decoded) => (decoded, None),
            Err(error) => (body.clone(), Some(error.to_string())),
        };
        ExchangeOutcome::Answer(Exchange {
            method: request.method.clone(),
            url: request.url.clone(),
            request_headers: headers.to_vec(),
            status,
            protocol: protocol.to_owned(),
            headers: answer_headers,
            body_bytes: body.len() as u64,
            decoded_bytes: decoded.len() as u64,
            integrity: integrity(&decoded),
            body_start: String::from_utf8_lossy(&decoded[..decoded.len().min(800)])
                .chars()
                .take(200)
                .collect(),
            decode_error,
            time_to_headers_ms,
            duration_ms,
        })
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

/// Undoes the content codings, the last applied first (RFC 9110, section 8.4).
fn decode(body: &[u8], headers: &[Header]) -> io::Result<Vec<u8>> {
    let codings = headers
        .iter()
        .filter(|header| header.name == "content-encoding")
        .flat_map(|header| header.value.split(','))
        .map(|coding| coding.trim().to_ascii_lowercase());
    // An answer to HEAD, a 304 or a 204 declares codings of a body that it does not carry.
    if body.is_empty() {
        return Ok(Vec::new());
    }
    let mut bytes = body.to_vec();
    for coding in codings.collect::<Vec<_>>().iter().rev() {
        bytes = match coding.as_str() {
            "" | "identity" => bytes,
            "gzip" | "x-gzip" => bounded(flate2::read::MultiGzDecoder::new(bytes.as_slice()))?,
            "deflate" => bounded(flate2::read::ZlibDecoder::new(bytes.as_slice()))?,
            "br" => bounded(brotli::Decompressor::new(bytes.as_slice(), 64 * 1024))?,
            other => {
                return Err(io::Error::new(
                    io::ErrorKind::Unsupported,
                    format!("content coding `{other}` is unknown here"),
                ));
            }
        };
    }
    Ok(bytes)
}

/// Reads to the end or to the limit: a small body may decode to a huge one.
fn bounded(reader: impl io::Read) -> io::Result<Vec<u8>> {
    let mut decoded = Vec::new();
    reader
        .take(BODY_LIMIT as u64 + 1)
        .read_to_end(&mut decoded)?;
    if decoded.len() > BODY_LIMIT {
        return Err(io::Error::other(format!(
            "the body decodes to more than {BODY_LIMIT} bytes"
        )));
    }
    Ok(decoded)
}

/// Subresource Integrity, section 3.5: SHA-384 in base64.
fn integrity(bytes: &[u8]) -> String {
    format!(
        "sha384-{}",
        base64::engine::general_purpose::STANDARD.encode(Sha384::digest(bytes))
    )
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

    fn coded(coding: &str) -> Vec<Header> {
        vec![Header {
            name: "content-encoding".to_owned(),
            value: coding.to_owned(),
        }]
    }

    #[test]
    fn codings_are_undone_last_first_and_lies_are_errors() {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        io::Write::write_all(&mut gzip, b"hello").unwrap();
        let gzipped = gzip.finish().unwrap();
        assert_eq!(decode(&gzipped, &coded("gzip")).unwrap(), b"hello");
        assert_eq!(decode(b"hello", &coded("identity")).unwrap(), b"hello");
        assert!(
            decode(b"hello", &coded("gzip")).is_err(),
            "declared but not applied"
        );
        assert!(decode(b"hello", &coded("br")).is_err());
        assert!(decode(b"hello", &coded("zstd")).is_err());
        assert_eq!(
            decode(b"", &coded("gzip")).unwrap(),
            b"",
            "HEAD and 304 carry no body"
        );
    }

    #[test]
    fn a_decompression_bomb_is_cut_off() {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        let block = vec![0_u8; 1024 * 1024];
        for _ in 0..=(BODY_LIMIT / block.len()) {
            io::Write::write_all(&mut gzip, &block).unwrap();
        }
        let bomb = gzip.finish().unwrap();
        assert!(bomb.len() < 1024 * 1024);
        assert!(decode(&bomb, &coded("gzip")).is_err());
    }

    #[test]
    fn integrity_is_sha384_in_base64() {
        assert_eq!(
            integrity(b""),
            "sha384-OLBgp1GsljhM2TJ+sbHjaiH9txEUvgdDTAzHv2P24donTt6/529l+9Ua0vFImLlb"
        );
    }
}
