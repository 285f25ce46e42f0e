//! Requests over a real socket.

use super::*;
use std::sync::Arc;

use greenroom_core::plan::{At, Body, Probe};
use greenroom_fixtures::{CDN_HOST, SdkBundle, Stack, StackOptions};
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
        method: "POST".to_owned(),
        headers: vec![Header {
            name: "x-firebase-token".to_owned(),
            value: "${identity.provider}".to_owned(),
        }],
        body: Some(Body::Json(serde_json::json!({"action": "create"}))),
        ..get(url.as_str(), None)
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

/// A GET as a plan has it.
fn get(url: &str, over: Option<HttpVersion>) -> Request {
    Request {
        title: String::new(),
        probe: Probe::Http,
        method: "GET".to_owned(),
        url: url.to_owned(),
        over,
        headers: vec![],
        body: None,
        needs_calls: false,
        attempts: 1,
        timeout_ms: 20_000,
        checks: vec![],
        at: At { line: 1, column: 1 },
    }
}

fn bundle() -> SdkBundle {
    crate::home::sdk_bundle(None).unwrap()
}

/// A stack and what reaches it.
async fn bench(options: StackOptions) -> (Stack, Requester) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let stack = Stack::start(options).await.unwrap();
    let endpoints = stack.endpoints();
    let roots = Roots::Only(endpoints.ca_pem.clone().unwrap());
    let requester = Requester::new(endpoints, &roots, None).unwrap();
    (stack, requester)
}

async fn sent(requester: &Requester, request: &Request) -> ExchangeOutcome {
    let secrets = SecretNames::default();
    let outgoing = super::super::late::fill(request, None, &secrets)
        .ok()
        .unwrap();
    let question = Question::new(request, vec![]);
    let (outcome, _) = requester.send(request, outgoing, &question, &secrets).await;
    outcome
}

async fn answer(requester: &Requester, request: &Request) -> Exchange {
    match sent(requester, request).await {
        ExchangeOutcome::Answer(exchange) => *exchange,
        other => panic!("no answer: {other:?}"),
    }
}

async fn failure(requester: &Requester, request: &Request) -> ExchangeFailure {
    match sent(requester, request).await {
        ExchangeOutcome::Failure(failure) => failure,
        other => panic!("no failure: {other:?}"),
    }
}

#[tokio::test]
async fn a_request_goes_by_the_protocol_that_it_asks_for() {
    let bundle = bundle();
    let integrity = bundle.manifest().integrity.clone();
    let (stack, requester) = bench(StackOptions::new(bundle)).await;
    let url = stack.endpoints().sdk_url.to_string();
    for (over, protocol) in [
        (None, "h2"),
        (Some(HttpVersion::Http1), "http/1.1"),
        (Some(HttpVersion::Http2), "h2"),
        (Some(HttpVersion::Http3), "h3"),
    ] {
        let mut request = get(&url, over);
        request.headers.push(Header {
            name: "accept-encoding".to_owned(),
            value: "br".to_owned(),
        });
        let exchange = answer(&requester, &request).await;
        assert_eq!(exchange.protocol, protocol);
        assert_eq!(exchange.status, 200);
        assert_eq!(exchange.integrity, integrity, "{protocol}");
        assert!(exchange.body_bytes < exchange.decoded_bytes, "{protocol}");
        // The server's word for it.
        assert_eq!(stack.access_log().pop().unwrap().protocol, protocol);
    }
    stack.shutdown().await;
}

#[tokio::test]
async fn port_80_of_a_host_is_another_address_than_443() {
    let (stack, requester) = bench(StackOptions::new(bundle())).await;
    let url = format!("http://{CDN_HOST}/assets/x.js");
    let exchange = answer(&requester, &get(&url, None)).await;
    assert_eq!(exchange.status, 301, "and not followed");
    let location = exchange
        .headers
        .iter()
        .find(|field| field.name == "location");
    assert_eq!(location.unwrap().value, url.replace("http:", "https:"));
    let over_h2 = get(&url, Some(HttpVersion::Http2));
    let outcome = sent(&requester, &over_h2).await;
    assert!(
        matches!(outcome, ExchangeOutcome::NotSent(_)),
        "{outcome:?}"
    );
    stack.shutdown().await;
}

#[tokio::test]
async fn a_protocol_that_the_server_has_not_is_a_failure() {
    let mut options = StackOptions::new(bundle());
    Arc::make_mut(&mut options.deployment)
        .distribution
        .http_version = greenroom_cloudformation::HttpVersion::Http11;
    let (stack, requester) = bench(options).await;
    let url = stack.endpoints().sdk_url.to_string();
    let exchange = answer(&requester, &get(&url, None)).await;
    assert_eq!(exchange.protocol, "http/1.1");
    let by_h2 = get(&url, Some(HttpVersion::Http2));
    let failed = failure(&requester, &by_h2).await;
    assert_eq!(failed.kind, ExchangeFailureKind::Tls, "{}", failed.message);
    let by_h3 = Request {
        timeout_ms: 300,
        ..get(&url, Some(HttpVersion::Http3))
    };
    let failed = failure(&requester, &by_h3).await;
    assert_eq!(failed.kind, ExchangeFailureKind::Timeout);
    stack.shutdown().await;
}

#[tokio::test]
async fn http3_has_the_certificate_verified_too() {
    let (stack, _) = bench(StackOptions::new(bundle())).await;
    let stranger = Requester::new(stack.endpoints(), &Roots::SystemAnd(None), None).unwrap();
    let url = stack.endpoints().sdk_url.to_string();
    let failed = failure(&stranger, &get(&url, Some(HttpVersion::Http3))).await;
    assert_eq!(failed.kind, ExchangeFailureKind::Tls, "{}", failed.message);
    stack.shutdown().await;
}

#[tokio::test]
async fn a_handshake_goes_to_hosts_of_the_target_only() {
    let (stack, requester) = bench(StackOptions::new(bundle())).await;
    let limit = Duration::from_secs(20);
    let url = &stack.endpoints().sdk_url;
    let taken = requester.handshake(url, TlsVersion::Tls13, limit).await;
    assert_eq!(taken.answer, HandshakeAnswer::Accepted(TlsVersion::Tls13));
    let elsewhere: Url = "https://elsewhere.example/".parse().unwrap();
    let handshake = requester
        .handshake(&elsewhere, TlsVersion::Tls13, limit)
        .await;
    assert!(matches!(handshake.answer, HandshakeAnswer::Unknown(_)));
    stack.shutdown().await;
}
