//! Answers on the wire: those of a deployment that is right, and what can become of them.

use greenroom_model::{Exchange, Header};

pub(super) use crate::classify::synthetic::{BYTES, SDK_URL};

pub(super) const HOST: &str = "d111111abcdef8.cloudfront.net";
pub(super) const APP: &str = "https://app.medzen.example";
pub(super) const DIGEST: &str = "oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC";

pub(super) fn header(name: &str, value: &str) -> Header {
    Header {
        name: name.to_owned(),
        value: value.to_owned(),
    }
}

pub(super) fn set(headers: &mut Vec<Header>, name: &str, value: &str) {
    unset(headers, name);
    headers.push(header(name, value));
}

pub(super) fn unset(headers: &mut Vec<Header>, name: &str) {
    headers.retain(|field| field.name != name);
}

/// The fields of an answer with the file, as CloudFront and its policy give them.
pub(super) fn fields() -> Vec<Header> {
    [
        ("content-type", "application/javascript"),
        ("cache-control", "public, max-age=31536000, immutable"),
        ("etag", "\"5f1d\""),
        ("server", "AmazonS3"),
        ("strict-transport-security", "max-age=63072000"),
        ("x-content-type-options", "nosniff"),
        ("timing-allow-origin", "*"),
        ("alt-svc", "h3=\":443\"; ma=86400"),
        ("x-cache", "Hit from cloudfront"),
        ("age", "12"),
    ]
    .map(|(name, value)| header(name, value))
    .to_vec()
}

pub(super) fn answer(url: &str, status: u16, sent: &[(&str, &str)]) -> Exchange {
    Exchange {
        method: "GET".to_owned(),
        url: url.to_owned(),
        request_headers: sent
            .iter()
            .map(|(name, value)| header(name, value))
            .collect(),
        status,
        protocol: "h2".to_owned(),
        headers: fields(),
        body_bytes: BYTES,
        decoded_bytes: BYTES,
        integrity: format!("sha384-{DIGEST}"),
        body_start: "/*! amazon-chime-sdk-js 3.20.0, bundled with its dependencies */".to_owned(),
        decode_error: None,
        json: Vec::new(),
        json_error: None,
        stack_trace: None,
        time_to_headers_ms: 20.0,
        duration_ms: 90.0,
        longest_pause_ms: None,
    }
}

pub(super) fn file(sent: &[(&str, &str)]) -> Exchange {
    let mut file = answer(SDK_URL, 200, sent);
    if sent.iter().any(|(name, _)| *name == "origin") {
        set(&mut file.headers, "access-control-allow-origin", "*");
    }
    if sent.iter().any(|(_, value)| value.contains("br")) {
        set(&mut file.headers, "content-encoding", "br");
        file.body_bytes = 226_664;
    } else {
        set(&mut file.headers, "content-length", &BYTES.to_string());
    }
    file
}

/// An answer with XML of the store.
pub(super) fn store_error(exchange: &mut Exchange, status: u16, code: &str) {
    exchange.status = status;
    exchange.headers = vec![
        header("content-type", "application/xml"),
        header("server", "AmazonS3"),
        header("x-cache", "Error from cloudfront"),
    ];
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>m</Message>"
    );
    content(exchange, &body, 243);
}

/// Another body than the SDK's.
pub(super) fn content(exchange: &mut Exchange, start: &str, bytes: u64) {
    exchange.body_start = start.to_owned();
    exchange.decoded_bytes = bytes;
    exchange.body_bytes = bytes;
    exchange.integrity = format!("sha384-{}", DIGEST.replace('o', "x"));
    if exchange
        .headers
        .iter()
        .any(|field| field.name == "content-length")
    {
        set(&mut exchange.headers, "content-length", &bytes.to_string());
    }
}

fn from_edge(exchange: &mut Exchange, status: u16) {
    exchange.status = status;
    exchange.headers = vec![
        header("content-type", "text/html"),
        header("server", "CloudFront"),
        header("x-cache", "Error from cloudfront"),
    ];
    content(exchange, "<!DOCTYPE HTML PUBLIC", 915);
}

pub(super) fn edge_refuses(exchange: &mut Exchange) {
    from_edge(exchange, 403);
}
