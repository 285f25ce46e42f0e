//! Each kind of expectation, held and broken, with the evidence that a reader gets.

use greenroom_model::exchange::{
    ExchangeFailureKind as Kind, Handshake, HandshakeAnswer, TlsVersion,
};
use greenroom_model::load::{ChannelMessage, NetworkRequest, SdkPresence};
use greenroom_model::timing::ResourceTiming;
use greenroom_model::{Delivery, Exchange, ExchangeFailure, Header, PageLoad, PageVariant};

use super::{check, check_outcome};
use crate::classify::Classified;
use crate::journal::{Classification, ExchangeOutcome, LoadRecord};
use crate::plan::{Check, Op};
use crate::results::Outcome;

fn answer() -> Exchange {
    let header = |name: &str, value: &str| Header {
        name: name.to_owned(),
        value: value.to_owned(),
    };
    Exchange {
        method: "GET".to_owned(),
        url: "https://d111111abcdef8.cloudfront.net/chime-sdk-3.20.0.min.js".to_owned(),
        request_headers: vec![header("origin", "https://app.medzen.example")],
        status: 200,
        protocol: "h2".to_owned(),
        headers: vec![
            header("content-type", "application/javascript"),
            header("cache-control", "public, max-age=31536000, immutable"),
            header("content-encoding", "br"),
            header("age", "17"),
        ],
        body_bytes: 226_664,
        decoded_bytes: 1_157_837,
        integrity: "sha384-good".to_owned(),
        body_start: "/*! amazon-chime-sdk-js".to_owned(),
        decode_error: None,
        json: Vec::new(),
        json_error: None,
        stack_trace: None,
        time_to_headers_ms: 12.0,
        duration_ms: 40.0,
        longest_pause_ms: None,
    }
}

fn line(asked: &Check, exchange: &Exchange) -> String {
    let seen = check(asked, exchange);
    format!("{:?}: {}", seen.outcome, seen.evidence)
}

fn name(name: &str) -> String {
    name.to_owned()
}

#[test]
fn what_holds_passes() {
    let held = [
        Check::Status(vec![200, 206]),
        Check::HeaderIs {
            name: name("content-type"),
            values: vec![name("text/javascript"), name("application/javascript")],
        },
        Check::HeaderAbsent {
            name: name("set-cookie"),
        },
        Check::HeaderPresent { name: name("age") },
        Check::HeaderHas {
            name: name("cache-control"),
            token: name("Immutable"),
        },
        Check::HeaderNumber {
            name: name("cache-control"),
            directive: Some(name("max-age")),
            op: Op::AtLeast,
            value: 31_536_000.0,
        },
        Check::HeaderNumber {
            name: name("age"),
            directive: None,
            op: Op::Greater,
            value: 0.0,
        },
        Check::HeaderNumberIfPresent {
            name: name("age"),
            op: Op::Greater,
            value: 0.0,
        },
        Check::HeaderNumberIfPresent {
            name: name("retry-after"),
            op: Op::AtMost,
            value: 10.0,
        },
        Check::Encoding(vec![name("gzip"), name("br")]),
        Check::Integrity(name("sha384-good")),
        Check::Bytes(1_157_837),
        Check::Protocol(vec![name("h2"), name("h3")]),
    ];
    for asked in held {
        let seen = check(&asked, &answer());
        assert_eq!(seen.outcome, Outcome::Pass, "{asked:?}: {}", seen.evidence);
    }
}

#[test]
fn what_does_not_hold_fails_and_says_what_was_seen() {
    let mut bad = answer();
    bad.status = 403;
    bad.headers.truncate(2);
    bad.headers[1].value = "private, max-age=\"60\"".to_owned();
    bad.integrity = "sha384-other".to_owned();
    bad.decoded_bytes = 243;
    bad.body_start = "<?xml version=\"1.0\"?>\n<Error>".to_owned();
    bad.protocol = "http/1.1".to_owned();
    insta::assert_snapshot!(line(&Check::Status(vec![200]), &bad), @"Fail: status 403");
    insta::assert_snapshot!(line(&Check::HeaderIs { name: name("access-control-allow-origin"), values: vec![name("*")] }, &bad), @"Fail: no `access-control-allow-origin`");
    insta::assert_snapshot!(line(&Check::HeaderAbsent { name: name("content-type") }, &bad), @"Fail: `content-type: application/javascript`");
    insta::assert_snapshot!(line(&Check::HeaderHas { name: name("cache-control"), token: name("immutable") }, &bad), @r#"Fail: `cache-control: private, max-age="60"`"#);
    insta::assert_snapshot!(line(&Check::HeaderNumber { name: name("cache-control"), directive: Some(name("max-age")), op: Op::AtLeast, value: 31_536_000.0 }, &bad), @r#"Fail: `cache-control: private, max-age="60"` (60)"#);
    insta::assert_snapshot!(line(&Check::HeaderNumberIfPresent { name: name("cache-control"), op: Op::AtMost, value: 1.0 }, &bad), @r#"Fail: `cache-control: private, max-age="60"`: `private, max-age="60"` is no number"#);
    insta::assert_snapshot!(line(&Check::HeaderNumber { name: name("cache-control"), directive: Some(name("s-maxage")), op: Op::AtLeast, value: 1.0 }, &bad), @r#"Fail: `cache-control: private, max-age="60"` has no value for the directive"#);
    insta::assert_snapshot!(line(&Check::Encoding(vec![name("br")]), &bad), @"Fail: `identity`, 226,664 bytes over the wire, 243 decoded, in 40 ms");
    insta::assert_snapshot!(line(&Check::Integrity(name("sha384-good")), &bad), @r#"Fail: `sha384-other`, 243 bytes, starts `<?xml version="1.0"?> <Error>`"#);
    insta::assert_snapshot!(line(&Check::Bytes(1_157_837), &bad), @r#"Fail: 243 bytes, starts `<?xml version="1.0"?> <Error>`"#);
    insta::assert_snapshot!(line(&Check::Protocol(vec![name("h2")]), &bad), @"Fail: protocol http/1.1");
}

#[test]
fn a_coding_that_was_declared_and_not_applied_fails() {
    let mut bad = answer();
    bad.decode_error = Some("invalid brotli stream".to_owned());
    insta::assert_snapshot!(line(&Check::Encoding(vec![name("br")]), &bad), @"Fail: declared `br`, but the body cannot be decoded: invalid brotli stream");
}

#[test]
fn a_value_that_was_sent_twice_is_not_the_value() {
    let mut twice = answer();
    let origin = Header {
        name: name("access-control-allow-origin"),
        value: name("*"),
    };
    twice.headers.extend([origin.clone(), origin]);
    let asked = Check::HeaderIs {
        name: name("access-control-allow-origin"),
        values: vec![name("*")],
    };
    assert_eq!(check(&asked, &twice).outcome, Outcome::Fail);
}

#[test]
fn another_digest_algorithm_cannot_be_compared() {
    let asked = Check::Integrity(name("sha256-x"));
    assert_eq!(check(&asked, &answer()).outcome, Outcome::Error);
}

#[test]
fn without_an_answer_the_target_fails_only_for_what_it_said() {
    let of = |kind| {
        let failure = ExchangeFailure {
            method: name("GET"),
            url: name("https://x.example/"),
            kind,
            message: name("cause"),
            received: None,
        };
        let asked = Check::Status(vec![200]);
        check_outcome(&asked, &ExchangeOutcome::Failure(failure)).outcome
    };
    for kind in [Kind::Tls, Kind::Protocol, Kind::Body] {
        assert_eq!(of(kind), Outcome::Fail, "{kind:?}");
    }
    for kind in [Kind::Dns, Kind::Connection, Kind::Timeout] {
        assert_eq!(of(kind), Outcome::Error, "{kind:?}");
    }
    let unsent = ExchangeOutcome::NotSent(name("no etag in the answer before it"));
    let seen = check_outcome(&Check::Status(vec![200]), &unsent);
    assert_eq!(seen.outcome, Outcome::Error);
    assert!(seen.evidence.contains("no etag"));
}

#[test]
fn the_beginning_of_a_body_is_looked_at() {
    let mut denied = answer();
    denied.body_start = "<?xml version=\"1.0\"?> <Error><Code>AccessDenied</Code>".to_owned();
    let said = |asked: fn(String) -> Check, text: &str| line(&asked(name(text)), &denied);
    insta::assert_snapshot!(said(Check::BodyStarts, "<?xml"));
    insta::assert_snapshot!(said(Check::BodyStarts, "<html"));
    insta::assert_snapshot!(said(Check::BodyHas, "NoSuchKey"));
    insta::assert_snapshot!(said(Check::BodyLacks, "AccessDenied"));
    denied.body_start.clear();
    insta::assert_snapshot!(line(&Check::BodyHas(name("x")), &denied));
    denied.decode_error = Some(name("not in gzip format"));
    insta::assert_snapshot!(line(&Check::BodyLacks(name("x")), &denied));
}

fn loaded(change: impl FnOnce(&mut LoadRecord)) -> ExchangeOutcome {
    let message = |at_ms: f64, message: &str| ChannelMessage {
        at_ms,
        message: name(message),
    };
    let mut record = LoadRecord {
        variant: PageVariant::Cdn,
        delivery: Delivery::Webview,
        classified: Classified {
            classification: Classification::Ready,
            reason: None,
        },
        load: Some(PageLoad {
            sdk_ready_ms: Some(321.0),
            channel: vec![message(320.0, "SDK_READY")],
            origin: name("https://app.medzen.example"),
            secure_context: true,
            script: Some(ResourceTiming {
                name: name("https://cdn.example/sdk.js"),
                next_hop_protocol: name("h3"),
                ..ResourceTiming::default()
            }),
            sdk: SdkPresence {
                version: Some(name("3.20.0")),
                ..SdkPresence::default()
            },
            ..PageLoad::default()
        }),
    };
    change(&mut record);
    ExchangeOutcome::Load(Box::new(record))
}

#[test]
fn a_load_says_what_the_page_made_of_it() {
    let asked = [
        Check::Became(vec![Classification::Ready, Classification::Slow]),
        Check::Protocol(vec![name("h2"), name("h3")]),
        Check::SdkVersion(name("3.20.0")),
        Check::SecureContext(true),
        Check::Channel(name("SDK_READY")),
    ];
    let said = |outcome: &ExchangeOutcome| {
        let lines = asked.iter().map(|asked| {
            let seen = check_outcome(asked, outcome);
            format!("{:?}: {}", seen.outcome, seen.evidence)
        });
        lines.collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(said(&loaded(|_| {})));
    insta::assert_snapshot!(said(&loaded(|record| {
        record.classified = Classified {
            classification: Classification::Blocked,
            reason: Some(name("CORS: no `Access-Control-Allow-Origin`")),
        };
        let load = record.load.as_mut().unwrap();
        load.sdk_ready_ms = None;
        load.channel[0].message = name("SDK_LOAD_FAILED: https://cdn.example/sdk.js");
        load.secure_context = false;
        load.origin = name("null");
        load.script = None;
        load.sdk.version = None;
    })));
    // A page that a browser never showed fails nothing.
    insta::assert_snapshot!(said(&loaded(|record| {
        record.classified = Classified {
            classification: Classification::EnvironmentError,
            reason: Some(name("the browser is gone")),
        };
        record.load = None;
    })));
}

#[test]
fn a_message_is_told_alone_or_with_more_behind_a_colon() {
    let told = |message: &str, asked: &str| {
        let outcome = loaded(|record| {
            record.load.as_mut().unwrap().channel[0].message = name(message);
        });
        check_outcome(&Check::Channel(name(asked)), &outcome).outcome
    };
    assert_eq!(told("SDK_LOAD_FAILED: x", "SDK_LOAD_FAILED"), Outcome::Pass);
    assert_eq!(told("SDK_READY", "SDK_READY"), Outcome::Pass);
    assert_eq!(told("SDK_READY_NOT", "SDK_READY"), Outcome::Fail);
}

/// Without `Timing-Allow-Origin` the page is not told; the browser knows all the same.
#[test]
fn the_protocol_of_an_untold_request_is_the_browsers() {
    let outcome = loaded(|record| {
        let load = record.load.as_mut().unwrap();
        load.script.as_mut().unwrap().next_hop_protocol.clear();
        load.network.push(NetworkRequest {
            url: name("https://cdn.example/sdk.js"),
            protocol: Some(name("h2")),
            ..NetworkRequest::default()
        });
    });
    let seen = check_outcome(&Check::Protocol(vec![name("h2")]), &outcome);
    assert_eq!(
        (seen.outcome, seen.evidence.as_str()),
        (Outcome::Pass, "the SDK came over h2")
    );
}

#[test]
fn a_handshake_is_accepted_or_refused() {
    let said = |answer: HandshakeAnswer, accepted: bool| {
        let outcome = ExchangeOutcome::Handshake(Handshake {
            host: name("cdn.example"),
            offered: TlsVersion::Tls11,
            answer,
        });
        let seen = check_outcome(&Check::HandshakeAccepted(accepted), &outcome);
        format!("{:?}: {}", seen.outcome, seen.evidence)
    };
    insta::assert_snapshot!(said(HandshakeAnswer::Alert(70), false));
    insta::assert_snapshot!(said(HandshakeAnswer::Alert(40), false));
    insta::assert_snapshot!(said(HandshakeAnswer::Closed, true));
    insta::assert_snapshot!(said(HandshakeAnswer::Accepted(TlsVersion::Tls11), false));
    insta::assert_snapshot!(said(HandshakeAnswer::Accepted(TlsVersion::Tls11), true));
    insta::assert_snapshot!(said(HandshakeAnswer::Unknown(name("no address")), false));
}

#[test]
fn what_is_asked_of_another_kind_is_an_error() {
    let load = loaded(|_| {});
    assert_eq!(
        check_outcome(&Check::Status(vec![200]), &load).outcome,
        Outcome::Error
    );
    let asked = Check::Became(vec![Classification::Ready]);
    assert_eq!(check(&asked, &answer()).outcome, Outcome::Error);
}
