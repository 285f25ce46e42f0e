//! One realistic load per classification, and the cases that are easily taken for another.

use greenroom_model::load::{
    CodeCache, ConsoleMessage, LoadEnd, NetworkRequest, PageException, SdkPresence,
};
use greenroom_model::timing::DocumentTiming;
use greenroom_model::{CacheRegime, Header, PageLoad, PageVariant};

use super::synthetic::{SDK_URL, cdn_load, manifest, script_request, sent};
use super::{Classified, Question, cache_proof, check_regime, classify};
use crate::journal::Classification;

/// A CDN load without the SDK: the script's `onerror` fired, and the page said so.
fn without_sdk(request: NetworkRequest) -> PageLoad {
    let mut load = cdn_load();
    load.ended = LoadEnd::Failed;
    load.sdk_ready_ms = None;
    load.channel = vec![sent(60.0, "SDK_LOAD_FAILED")];
    load.script = None;
    load.sdk = SdkPresence {
        type_of_global: "undefined".to_owned(),
        type_of_ready_symbol: "undefined".to_owned(),
        ..SdkPresence::default()
    };
    load.network[1] = request;
    load
}

/// A CDN load whose script came whole and left nothing behind.
fn ran_empty() -> PageLoad {
    let mut load = without_sdk(script_request(Some(200)));
    load.script = cdn_load().script;
    load.channel = vec![sent(400.0, "SDK_LOAD_FAILED: global missing")];
    load
}

fn failing(error: &str) -> NetworkRequest {
    NetworkRequest {
        error_text: Some(error.to_owned()),
        encoded_data_length: 0,
        ..script_request(None)
    }
}

fn said(text: &str) -> Vec<ConsoleMessage> {
    vec![ConsoleMessage {
        level: "error".to_owned(),
        source: "security".to_owned(),
        text: text.to_owned(),
        url: None,
    }]
}

fn threw(text: &str, url: Option<&str>) -> Vec<PageException> {
    vec![PageException {
        text: text.to_owned(),
        url: url.map(ToOwned::to_owned),
        line: Some(1),
    }]
}

fn of(load: &PageLoad) -> Classified {
    let manifest = manifest();
    classify(
        load,
        &Question {
            variant: PageVariant::Cdn,
            sdk_url: Some(SDK_URL),
            manifest: &manifest,
            timer_ms: 30_000,
        },
    )
}

fn of_inline(load: &PageLoad) -> Classified {
    let manifest = manifest();
    classify(
        load,
        &Question {
            variant: PageVariant::Inline,
            sdk_url: Some(SDK_URL),
            manifest: &manifest,
            timer_ms: 60_000,
        },
    )
}

/// Classification and reason on one line, for the snapshots.
fn line(classified: &Classified) -> String {
    let reason = classified.reason.as_deref().unwrap_or("-");
    format!("{:?}: {reason}", classified.classification)
}

#[test]
fn ready_has_no_reason() {
    assert_eq!(of(&cdn_load()), Classified::READY);
}

#[test]
fn slow_is_ready_after_the_timer() {
    let mut load = cdn_load();
    load.sdk_ready_ms = Some(31_200.0);
    insta::assert_snapshot!(line(&of(&load)), @"Slow: the page's timer fired at 30 s, and the SDK became ready at 31.2 s: the user had already been shown a timeout");

    load.sdk_ready_ms = Some(29_999.0);
    assert_eq!(of(&load).classification, Classification::Ready);
    load.channel = vec![sent(29_998.0, "SDK_TIMEOUT"), sent(29_999.0, "SDK_READY")];
    assert_eq!(of(&load).classification, Classification::Slow);
}

#[test]
fn ready_with_another_version_is_not_the_sdk_that_was_asked_for() {
    let mut load = cdn_load();
    load.sdk.version = Some("3.18.2".to_owned());
    insta::assert_snapshot!(line(&of(&load)), @"Undefined: SDK reports version 3.18.2, but its file name says 3.20.0: another file stands under this name");
    insta::assert_snapshot!(line(&of_inline(&load)), @"Undefined: SDK reports version 3.18.2, but the page was built for 3.20.0: another file stands under this name");
}

#[test]
fn undefined_is_not_a_slow_load() {
    insta::assert_snapshot!(line(&of(&ran_empty())), @"Undefined: SDK executed but window.ChimeSDK is undefined: the library export is wrong, not a slow load");

    let mut consequence = ran_empty();
    consequence.exceptions = threw("ReferenceError: ChimeSDK is not defined", None);
    assert!(of(&consequence).reason.unwrap().starts_with("SDK executed"));

    let mut lacking = ran_empty();
    lacking.sdk.type_of_global = "object".to_owned();
    lacking.sdk.missing_symbols = vec!["Versioning".to_owned()];
    insta::assert_snapshot!(line(&of(&lacking)), @"Undefined: SDK executed and window.ChimeSDK is there, but lacks Versioning: the bundle does not export what the page needs");

    let mut crashed = ran_empty();
    crashed.exceptions = threw("TypeError: x is not a function", Some(SDK_URL));
    insta::assert_snapshot!(line(&of(&crashed)), @"Undefined: SDK threw while it ran and window.ChimeSDK is undefined: `TypeError: x is not a function`");
}

#[test]
fn an_error_page_stored_as_the_sdk_is_named() {
    let mut load = ran_empty();
    load.exceptions = threw("SyntaxError: Unexpected token '<'", Some(SDK_URL));
    load.script.as_mut().unwrap().decoded_body_size = 1_245;
    load.network[1].mime_type = Some("text/html".to_owned());
    insta::assert_snapshot!(line(&of(&load)), @"Undefined: body is not the SDK: 1,245 bytes of `text/html` instead of a script of 1,157,837 bytes: a page or an error document was stored or answered under the SDK's name");

    // The whole bundle under a wrong label runs: its export is what is wrong.
    let mut labelled = ran_empty();
    labelled.network[1].mime_type = Some("text/html".to_owned());
    assert!(of(&labelled).reason.unwrap().starts_with("SDK executed"));
}

#[test]
fn blocked_names_what_blocked_it() {
    let reason = |text: &str, request: NetworkRequest| {
        let mut load = without_sdk(request);
        load.console = said(text);
        line(&of(&load))
    };
    let done = || script_request(Some(200));
    insta::assert_snapshot!(reason("Access to script at 'https://d111111abcdef8.cloudfront.net/chime-sdk-3.20.0.min.js' from origin 'null' has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource.", done()), @"Blocked: CORS: no Access-Control-Allow-Origin on the SDK's answer for origin `null`");
    insta::assert_snapshot!(reason("Access to script at 'u' from origin 'https://app.medzen.example' has been blocked by CORS policy: The 'Access-Control-Allow-Origin' header has a value 'https://other.example' that is not equal to the supplied origin.", done()), @"Blocked: CORS: the SDK's answer does not allow origin `https://app.medzen.example`: The 'Access-Control-Allow-Origin' header has a value 'https://other.example' that is not equal to the supplied origin.");
    insta::assert_snapshot!(reason("Failed to find a valid digest in the 'integrity' attribute for resource 'u' with computed SHA-384 integrity 'abc='. The resource has been blocked.", done()), @"Blocked: SRI: the file's digest is not the page's `integrity` (it computes to `abc=`): the page or the file is of another build");
    insta::assert_snapshot!(reason("Subresource Integrity: The resource 'u' has an integrity attribute, but the resource requires the request to be CORS enabled to check the integrity, and it is not.", done()), @r#"Blocked: SRI: the page's script has `integrity` but no `crossorigin`, so the browser cannot check it: add crossorigin="anonymous""#);
    insta::assert_snapshot!(reason("Refused to execute script from 'u' because its MIME type ('text/html') is not executable, and strict MIME type checking is enabled.", done()), @"Blocked: MIME type: the SDK is served as `text/html` with `x-content-type-options: nosniff`, so the browser refuses to execute it");
    insta::assert_snapshot!(reason("Refused to load the script 'u' because it violates the following Content Security Policy directive: \"script-src 'self'\".", failing("net::ERR_BLOCKED_BY_CSP")), @"Blocked: CSP: the page's Content-Security-Policy forbids the SDK's script (`script-src 'self'`)");
    let orb = NetworkRequest {
        mime_type: Some("text/html".to_owned()),
        error_text: Some("net::ERR_BLOCKED_BY_ORB".to_owned()),
        ..script_request(Some(200))
    };
    insta::assert_snapshot!(reason("", orb), @"Blocked: ORB: the SDK's answer is `text/html` that cannot be a script: a page or an error document stands under the SDK's name");
    let by_cdp_alone = NetworkRequest {
        cors_error: Some("MissingAllowOriginHeader".to_owned()),
        ..failing("net::ERR_FAILED")
    };
    insta::assert_snapshot!(reason("", by_cdp_alone), @"Blocked: CORS: no Access-Control-Allow-Origin on the SDK's answer for origin `https://app.medzen.example`");
}

#[test]
fn refused_goes_before_what_the_error_answer_was_blocked_by() {
    let denied = NetworkRequest {
        mime_type: Some("application/xml".to_owned()),
        error_text: Some("net::ERR_BLOCKED_BY_ORB".to_owned()),
        headers: vec![Header {
            name: "x-cache".to_owned(),
            value: "Error from cloudfront".to_owned(),
        }],
        ..script_request(Some(403))
    };
    let mut load = without_sdk(denied);
    load.console = said(
        "Access to script at 'u' from origin 'x' has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present",
    );
    insta::assert_snapshot!(line(&of(&load)), @"Refused: the SDK's URL answered with status 403, `application/xml` (x-cache: Error from cloudfront): an XML 403 is the store's AccessDenied, so either its policy does not let the CDN read, or the key does not exist");
    let missing = of(&without_sdk(script_request(Some(404))));
    insta::assert_snapshot!(line(&missing), @"Refused: the SDK's URL answered with status 404, `application/javascript`: no such file under this name");
}

#[test]
fn truncated_is_told_though_onload_fired() {
    let mut early_end = ran_empty();
    early_end.exceptions = threw("Script error.", None);
    early_end.script.as_mut().unwrap().decoded_body_size = 578_918;
    insta::assert_snapshot!(line(&of(&early_end)), @"Truncated: the SDK ended after 578,918 of 1,157,837 bytes without a network error: the file or the transfer was cut short");

    // Without Timing-Allow-Origin the wire has the only word.
    let mut unseen = ran_empty();
    unseen.script.as_mut().unwrap().decoded_body_size = 0;
    unseen.network[1].encoded_data_length = 100_000;
    unseen.network[1].headers = vec![Header {
        name: "content-length".to_owned(),
        value: "226664".to_owned(),
    }];
    insta::assert_snapshot!(line(&of(&unseen)), @"Truncated: the SDK ended after 100,000 of 226,664 declared bytes without a network error");

    let broke_off = NetworkRequest {
        status: Some(200),
        encoded_data_length: 100_000,
        ..failing("net::ERR_HTTP2_PROTOCOL_ERROR")
    };
    insta::assert_snapshot!(line(&of(&without_sdk(broke_off))), @"Truncated: the SDK was answered, but its body broke off after 100,000 bytes: `net::ERR_HTTP2_PROTOCOL_ERROR`");
    let mismatch = failing("net::ERR_CONTENT_LENGTH_MISMATCH");
    assert_eq!(
        of(&without_sdk(mismatch)).classification,
        Classification::Truncated
    );
}

#[test]
fn unreachable_names_the_layer() {
    let reason = |error: &str| line(&of(&without_sdk(failing(error))));
    insta::assert_snapshot!(reason("net::ERR_CERT_AUTHORITY_INVALID"), @"Unreachable: the SDK's request to `https://d111111abcdef8.cloudfront.net/chime-sdk-3.20.0.min.js` failed with `net::ERR_CERT_AUTHORITY_INVALID`: the certificate is not trusted for this name");
    for (error, meaning) in [
        ("net::ERR_CONNECTION_REFUSED", "nobody listens there"),
        ("net::ERR_NAME_NOT_RESOLVED", "the name does not resolve"),
        ("net::ERR_SSL_PROTOCOL_ERROR", "the TLS handshake failed"),
        ("net::ERR_CONNECTION_RESET", "lost before an answer"),
    ] {
        let text = reason(error);
        assert!(
            text.starts_with("Unreachable") && text.ends_with(meaning),
            "{text}"
        );
    }
}

#[test]
fn a_document_that_fails_is_not_blamed_on_the_sdk() {
    let mut load = without_sdk(failing("net::ERR_FAILED"));
    load.network[0].status = None;
    load.network[0].error_text = Some("net::ERR_CONNECTION_REFUSED".to_owned());
    let classified = of(&load);
    assert_eq!(classified.classification, Classification::Unreachable);
    assert!(classified.reason.unwrap().starts_with("the page itself"));
}

#[test]
fn timed_out_says_what_was_pending() {
    let mut stalled = without_sdk(NetworkRequest {
        end_ms: None,
        encoded_data_length: 113_000,
        headers: vec![Header {
            name: "content-length".to_owned(),
            value: "226664".to_owned(),
        }],
        ..script_request(Some(200))
    });
    stalled.ended = LoadEnd::Deadline;
    stalled.channel = vec![sent(30_000.0, "SDK_TIMEOUT")];
    stalled.document = None;
    insta::assert_snapshot!(line(&of(&stalled)), @"TimedOut: stalled body: the SDK's answer began with status 200 after 113,000 of 226,664 bytes, and neither ended nor failed before the deadline");
    stalled.network[1].status = None;
    assert!(of(&stalled).reason.unwrap().starts_with("no answer"));
    // Chromium fails what is still open when the tab is closed.
    stalled.network[1].error_text = Some("net::ERR_ABORTED".to_owned());
    stalled.network[1].canceled = true;
    assert_eq!(of(&stalled).classification, Classification::TimedOut);
}

#[test]
fn a_script_that_never_got_to_run_is_not_undefined() {
    let mut load = ran_empty();
    load.ended = LoadEnd::Deadline;
    load.channel.clear();
    load.document = Some(DocumentTiming::default());
    assert_eq!(of(&load).classification, Classification::TimedOut);

    // A main thread that hangs can be asked nothing.
    load.document = None;
    load.sdk = SdkPresence::default();
    assert_eq!(of(&load).classification, Classification::TimedOut);
}

#[test]
fn page_errors_quote_the_exception() {
    let mut handler = ran_empty();
    handler.sdk = cdn_load().sdk;
    handler.exceptions = threw(
        "ReferenceError: onSdkLoaded is not defined",
        Some("https://app.medzen.example/meeting"),
    );
    insta::assert_snapshot!(line(&of(&handler)), @"PageError: the page's own code threw at line 1: `ReferenceError: onSdkLoaded is not defined`");

    let mut inline = ran_empty();
    inline.network.truncate(1);
    inline.script = None;
    inline.exceptions = threw("SyntaxError: Invalid or unexpected token", None);
    assert_eq!(of_inline(&inline).classification, Classification::PageError);
    inline.exceptions.clear();
    assert_eq!(of_inline(&inline).classification, Classification::Undefined);
}

#[test]
fn the_measuring_machine_is_not_the_product() {
    let load = without_sdk(failing("net::ERR_NETWORK_CHANGED"));
    assert_eq!(of(&load).classification, Classification::EnvironmentError);
}

#[test]
fn a_load_outside_its_cache_regime_is_an_environment_error() {
    let network = cdn_load();
    let mut cached = cdn_load();
    let script = cached.script.as_mut().unwrap();
    script.transfer_size = 0;
    script.delivery_type = "cache".to_owned();
    let mut hot = cached.clone();
    hot.code_cache = Some(CodeCache {
        consumed_bytes: 812_000,
        ..CodeCache::default()
    });
    let judged = |load: &PageLoad, variant, regime| {
        check_regime(Classified::READY, load, variant, regime).classification
    };
    let cdn = PageVariant::Cdn;
    for (load, regime, holds) in [
        (&network, CacheRegime::Cold, true),
        (&cached, CacheRegime::Cold, false),
        (&network, CacheRegime::Warm, false),
        (&cached, CacheRegime::Warm, true),
        (&cached, CacheRegime::Hot, false),
        (&hot, CacheRegime::Hot, true),
    ] {
        let expected = if holds {
            Classification::Ready
        } else {
            Classification::EnvironmentError
        };
        assert_eq!(judged(load, cdn, regime), expected, "{regime:?}");
    }
    assert_eq!(
        judged(&network, PageVariant::Inline, CacheRegime::Hot),
        Classification::Ready
    );
    let blocked = Classified::because(Classification::Blocked, "x");
    assert_eq!(
        check_regime(blocked.clone(), &cached, cdn, CacheRegime::Cold),
        blocked
    );
    let proofs = [&network, &cached, &hot].map(|load| cache_proof(load, cdn));
    assert_eq!(proofs, ["network", "HTTP cache", "code cache: 812 kB"]);
    assert_eq!(
        cache_proof(&network, PageVariant::Inline),
        "code cache: not applicable"
    );
}
