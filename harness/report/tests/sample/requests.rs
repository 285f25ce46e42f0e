//! Requests: one answered, one refused in the handshake, one never sent.

use greenroom_core::results::RequestResult;
use greenroom_model::exchange::ExchangeFailureKind;
use greenroom_model::{Exchange, ExchangeFailure, Header};

use super::HOSTILE;

pub(crate) fn requests() -> Vec<RequestResult> {
    let url = "https://d111111abcdef8.cloudfront.net/assets/chime-sdk-3.20.0.min.js";
    let header = |name: &str, value: &str| Header {
        name: name.to_owned(),
        value: value.to_owned(),
    };
    vec![
        RequestResult {
            title: "GET the SDK".to_owned(),
            method: "GET".to_owned(),
            url: url.to_owned(),
            attempts: 2,
            exchange: Some(Exchange {
                method: "GET".to_owned(),
                url: url.to_owned(),
                request_headers: vec![header("origin", "https://app.medzen.example")],
                status: 200,
                protocol: "h2".to_owned(),
                headers: vec![
                    header("content-type", "application/javascript"),
                    header("cache-control", "public, max-age=31536000, immutable"),
                    header("access-control-allow-origin", "*"),
                    header("x-cache", "Hit from cloudfront"),
                    header("x-note", HOSTILE),
                ],
                body_bytes: 301_872,
                decoded_bytes: 1_157_482,
                integrity: format!("sha384-{}", "Ab3/".repeat(16)),
                body_start: format!("\"use strict\";var ChimeSDK=(()=>{{{HOSTILE}"),
                decode_error: None,
                json: Vec::new(),
                json_error: None,
                stack_trace: None,
                time_to_headers_ms: 11.3,
                duration_ms: 24.8,
                longest_pause_ms: None,
            }),
            failure: None,
            load: None,
            handshake: None,
            verdicts: vec![4, 5],
        },
        RequestResult {
            title: "preflight".to_owned(),
            method: "OPTIONS".to_owned(),
            url: url.to_owned(),
            attempts: 1,
            exchange: None,
            failure: Some(ExchangeFailure {
                method: "OPTIONS".to_owned(),
                url: url.to_owned(),
                kind: ExchangeFailureKind::Tls,
                message: HOSTILE.to_owned(),
                received: None,
            }),
            load: None,
            handshake: None,
            verdicts: vec![6, 99],
        },
        RequestResult {
            title: "GET after it".to_owned(),
            method: "GET".to_owned(),
            url: url.to_owned(),
            attempts: 0,
            exchange: None,
            failure: None,
            load: None,
            handshake: None,
            verdicts: Vec::new(),
        },
    ]
}
