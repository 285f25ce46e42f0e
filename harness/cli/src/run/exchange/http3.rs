//! One request over HTTP/3 (RFC 9114), on a connection of its own.

use std::future::poll_fn;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Buf as _, Bytes};
use greenroom_model::exchange::ExchangeFailureKind;
use h3::client::SendRequest;
use h3::error::{ConnectionError as Http3Error, StreamError};
use h3::quic::ConnectionErrorIncoming;
use http::{HeaderMap, Request};
use quinn::crypto::rustls::QuicClientConfig;
use quinn::{ClientConfig, ConnectError, ConnectionError, Endpoint};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::{Answered, Roots, Unanswered};
use crate::failure::chain;
use crate::run::body::BODY_LIMIT;

/// TLS alerts are errors of QUIC from here on (RFC 9001, section 4.8).
const CRYPTO_ERRORS: std::ops::Range<u64> = 0x100..0x200;

/// Why a client cannot be made of these roots.
#[derive(Debug, thiserror::Error)]
pub(super) enum SetupError {
    #[error("the root certificate cannot be read")]
    Pem(#[from] rustls::pki_types::pem::Error),
    #[error("TLS cannot be set up")]
    Tls(#[from] rustls::Error),
    #[error("QUIC has no cipher suite to begin with")]
    Suite(#[from] quinn::crypto::rustls::NoInitialCipherSuite),
}

/// A client's end of TLS for HTTP/3.
pub(super) fn config(roots: &Roots) -> Result<ClientConfig, SetupError> {
    let (system, pem) = match roots {
        Roots::Only(pem) => (false, Some(pem)),
        Roots::SystemAnd(pem) => (true, pem.as_ref()),
    };
    let mut store = RootCertStore::empty();
    if system {
        // What cannot be read of the system's vouches for nobody.
        store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    if let Some(pem) = pem {
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            store.add(certificate?)?;
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_root_certificates(store)
        .with_no_client_auth();
    tls.alpn_protocols = vec![b"h3".to_vec()];
    Ok(ClientConfig::new(Arc::new(QuicClientConfig::try_from(
        tls,
    )?)))
}

/// Sends a request to `address` and reads the whole answer.
pub(super) async fn send(
    config: ClientConfig,
    address: SocketAddr,
    host: &str,
    request: Request<Bytes>,
    limit: Duration,
) -> Result<Answered, Unanswered> {
    let began = Instant::now();
    let exchange = exchange(config, address, host, request, began);
    match tokio::time::timeout(limit, exchange).await {
        Ok(answer) => answer,
        Err(_) => Err(Unanswered::new(
            ExchangeFailureKind::Timeout,
            format!("no answer over HTTP/3 within {} ms", limit.as_millis()),
        )),
    }
}

async fn exchange(
    config: ClientConfig,
    address: SocketAddr,
    host: &str,
    request: Request<Bytes>,
    began: Instant,
) -> Result<Answered, Unanswered> {
    let any: IpAddr = match address {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let mut endpoint = Endpoint::client(SocketAddr::new(any, 0))
        .map_err(|error| Unanswered::new(ExchangeFailureKind::Connection, chain(&error)))?;
    endpoint.set_default_client_config(config);
    let quic = endpoint.connect(address, host)?.await?;
    let (mut connection, sender) = h3::client::new(h3_quinn::Connection::new(quic)).await?;
    let mut exchange = pin!(converse(sender, request, began));
    // Somebody has to read the control streams while the answer comes.
    let driver = poll_fn(|context| connection.poll_close(context));
    tokio::select! {
        biased;
        answer = &mut exchange => answer,
        // What came before the connection closed may be the whole answer.
        _ = driver => exchange.await,
    }
}

async fn converse(
    mut sender: SendRequest<h3_quinn::OpenStreams, Bytes>,
    request: Request<Bytes>,
    began: Instant,
) -> Result<Answered, Unanswered> {
    let is_head = request.method() == http::Method::HEAD;
    let (head, body) = request.into_parts();
    let mut stream = sender.send_request(Request::from_parts(head, ())).await?;
    if !body.is_empty() {
        stream.send_data(body).await?;
    }
    stream.finish().await?;
    let response = stream.recv_response().await?;
    let time_to_headers = began.elapsed();
    let mut body = Vec::new();
    loop {
        let received = stream.recv_data().await;
        let Some(mut data) = received.map_err(|error| cut_off(&error, body.len()))? else {
            break;
        };
        if body.len() + data.remaining() > BODY_LIMIT {
            return Err(Unanswered::too_long());
        }
        let length = data.remaining();
        body.extend_from_slice(&data.copy_to_bytes(length));
    }
    let bodiless = is_head || response.status() == http::StatusCode::NOT_MODIFIED;
    if let Some(announced) = content_length(response.headers()).filter(|_| !bodiless)
        && announced != body.len() as u64
    {
        // RFC 9114, section 4.1.2: such a message is malformed.
        return Err(Unanswered::new(
            ExchangeFailureKind::Body,
            format!(
                "the body has {} bytes, and `content-length` says {announced}",
                body.len()
            ),
        ));
    }
    Ok(Answered {
        status: response.status(),
        version: http::Version::HTTP_3,
        headers: response.headers().clone(),
        body,
        time_to_headers,
        duration: began.elapsed(),
        longest_pause: None,
    })
}

fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers
        .get(http::header::CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}

fn cut_off(error: &StreamError, received: usize) -> Unanswered {
    Unanswered::new(
        ExchangeFailureKind::Body,
        format!("the body ended after {received} bytes: {}", chain(error)),
    )
}

impl From<ConnectError> for Unanswered {
    fn from(error: ConnectError) -> Self {
        Self::new(ExchangeFailureKind::Connection, chain(&error))
    }
}

impl From<ConnectionError> for Unanswered {
    fn from(error: ConnectionError) -> Self {
        Self::new(kind(&error), chain(&error))
    }
}

impl From<Http3Error> for Unanswered {
    fn from(error: Http3Error) -> Self {
        Self::new(kind_http3(&error), chain(&error))
    }
}

impl From<StreamError> for Unanswered {
    fn from(error: StreamError) -> Self {
        let kind = match &error {
            StreamError::ConnectionError { 0: error, .. } => kind_http3(error),
            _ => ExchangeFailureKind::Protocol,
        };
        Self::new(kind, chain(&error))
    }
}

/// Variants that may grow fields are matched by their fields' numbers.
fn kind_http3(error: &Http3Error) -> ExchangeFailureKind {
    use ConnectionErrorIncoming::{Timeout, Undefined};
    match error {
        Http3Error::Timeout { .. } | Http3Error::Remote { 0: Timeout, .. } => {
            ExchangeFailureKind::Timeout
        }
        Http3Error::Remote {
            0: Undefined(error),
            ..
        } => error
            .downcast_ref::<ConnectionError>()
            .map_or(ExchangeFailureKind::Connection, kind),
        Http3Error::Remote { .. } => ExchangeFailureKind::Connection,
        _ => ExchangeFailureKind::Protocol,
    }
}

fn kind(error: &ConnectionError) -> ExchangeFailureKind {
    let of_code = |code: u64| {
        if CRYPTO_ERRORS.contains(&code) {
            ExchangeFailureKind::Tls
        } else {
            ExchangeFailureKind::Protocol
        }
    };
    match error {
        ConnectionError::TimedOut => ExchangeFailureKind::Timeout,
        ConnectionError::TransportError(error) => of_code(error.code.into()),
        ConnectionError::ConnectionClosed(close) => match of_code(close.error_code.into()) {
            ExchangeFailureKind::Tls => ExchangeFailureKind::Tls,
            // CONNECTION_REFUSED and the like: nobody wants to speak.
            _ => ExchangeFailureKind::Connection,
        },
        ConnectionError::VersionMismatch => ExchangeFailureKind::Protocol,
        ConnectionError::ApplicationClosed(_)
        | ConnectionError::Reset
        | ConnectionError::LocallyClosed
        | ConnectionError::CidsExhausted => ExchangeFailureKind::Connection,
    }
}
