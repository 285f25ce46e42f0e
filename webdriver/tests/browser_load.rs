//! Loads in a real browser: what is observed of pages that work and pages that do not.

#![expect(clippy::unwrap_used, reason = "a test stops at what it cannot do")]

mod support;

use std::time::Duration;

use greenroom_model::load::LoadEnd;
use greenroom_webdriver::Document;
use support::{Server, inline_page, page, visit};

#[tokio::test]
async fn a_page_that_becomes_ready_is_observed_whole() {
    let server = Server::start().await;
    let mut driver = support::driver().await;
    let sdk = server.url("/sdk.js");
    let mut visit = visit(Document::Url(server.url("/page")), Some(sdk.clone()));
    visit.collect_heap = true;
    let load = driver.load(&visit).await.unwrap();

    assert_eq!(load.ended, LoadEnd::Ready, "{load:#?}");
    let ready = load.sdk_ready_ms.unwrap();
    let document = load.document.as_ref().unwrap();
    let script = load.script.as_ref().unwrap();
    assert!(ready >= script.response_end, "{load:#?}");
    assert!(document.load_event_end >= document.load_event_start);
    assert!(document.load_event_end > ready);
    assert_eq!(script.name, sdk.as_str());
    assert_eq!(script.response_status, 200);
    assert!(script.transfer_size > script.encoded_body_size);
    assert_eq!(load.origin, server.origin);
    assert_eq!(load.sdk.type_of_global, "object");
    assert_eq!(load.sdk.type_of_ready_symbol, "function");
    assert_eq!(load.sdk.missing_symbols, ["Missing"]);
    assert_eq!(load.sdk.version.as_deref(), Some("1.2.3"));
    assert!(load.page_metrics.unwrap().task_ms > 0.0);
    assert!(load.js_heap.unwrap().used_size > 10_000.0);
    assert!(load.wall_ms > ready);
    let request = load
        .network
        .iter()
        .find(|request| request.url == sdk.as_str())
        .unwrap();
    assert_eq!(request.status, Some(200));
    assert!(!request.from_cache && !request.throttled);
    assert!(request.end_ms.unwrap() > request.start_ms);
    assert!(
        request
            .headers
            .iter()
            .any(|header| header.name == "x-cache")
    );
    assert!(
        !request
            .headers
            .iter()
            .any(|header| header.name == "set-cookie")
    );
    driver.close().await.unwrap();
}

#[tokio::test]
async fn a_fulfilled_document_has_the_origin_of_its_url() {
    let server = Server::start().await;
    let mut driver = support::driver().await;
    let sdk = server.url("/sdk.js");
    let url: url::Url = "https://app.medzen.example/meeting?id=1#x".parse().unwrap();
    let document = Document::Fulfilled {
        url,
        html: page(sdk.as_str()),
    };
    let load = driver.load(&visit(document, Some(sdk))).await.unwrap();
    assert_eq!(load.ended, LoadEnd::Ready, "{load:#?}");
    assert_eq!(load.origin, "https://app.medzen.example");
    assert!(load.secure_context);
    // A fresh time origin: nothing of the set-up counts.
    assert!(load.sdk_ready_ms.unwrap() < load.wall_ms);
    assert!(load.script.is_some());
    driver.close().await.unwrap();
}

#[tokio::test]
async fn a_data_url_has_no_origin() {
    let mut driver = support::driver().await;
    let html = inline_page(&format!(
        "{}; Channel.postMessage('SDK_READY')",
        support::SDK
    ));
    let load = driver
        .load(&visit(Document::Data { html }, None))
        .await
        .unwrap();
    assert_eq!(load.ended, LoadEnd::Ready, "{load:#?}");
    assert_eq!(load.origin, "null");
    assert!(!load.secure_context);
    assert_eq!(load.script, None);
    driver.close().await.unwrap();
}

#[tokio::test]
async fn a_missing_script_ends_failed_and_not_at_the_deadline() {
    let server = Server::start().await;
    let mut driver = support::driver().await;
    let sdk = server.url("/missing.js");
    let document = Document::Fulfilled {
        url: "https://app.medzen.example/".parse().unwrap(),
        html: page(sdk.as_str()),
    };
    let mut visit = visit(document, Some(sdk));
    visit.screenshot_on_failure = true;
    let load = driver.load(&visit).await.unwrap();
    assert_eq!(load.ended, LoadEnd::Failed, "{load:#?}");
    assert_eq!(load.sdk_ready_ms, None);
    assert_eq!(load.channel[0].message, "SDK_LOAD_FAILED: script");
    assert_eq!(load.sdk.type_of_global, "undefined");
    let request = load.network.iter().find(|r| r.url.ends_with("missing.js"));
    assert_eq!(request.unwrap().status, Some(404));
    let picture = driver.take_screenshot().unwrap();
    assert!(picture.starts_with(b"\x89PNG"));
    driver.close().await.unwrap();
}

#[tokio::test]
async fn a_script_that_stalls_ends_at_the_deadline_and_the_next_load_works() {
    let server = Server::start().await;
    let mut driver = support::driver().await;
    let stalled = server.url("/stall.js");
    let document = Document::Fulfilled {
        url: "https://app.medzen.example/".parse().unwrap(),
        html: page(stalled.as_str()),
    };
    let mut slow = visit(document, Some(stalled));
    slow.timeout = Duration::from_secs(2);
    slow.screenshot_on_failure = true;
    let load = driver.load(&slow).await.unwrap();
    assert_eq!(load.ended, LoadEnd::Deadline, "{load:#?}");
    assert!(load.network.iter().any(|request| request.end_ms.is_none()));
    assert!(driver.take_screenshot().is_some());

    let next = visit(
        Document::Url(server.url("/page")),
        Some(server.url("/sdk.js")),
    );
    assert_eq!(driver.load(&next).await.unwrap().ended, LoadEnd::Ready);
    driver.close().await.unwrap();
}

#[tokio::test]
async fn a_page_that_nobody_serves_fails_by_the_networks_words() {
    let mut driver = support::driver().await;
    let url: url::Url = "https://unknown.example/".parse().unwrap();
    let load = driver.load(&visit(Document::Url(url), None)).await.unwrap();
    assert_eq!(load.ended, LoadEnd::Failed, "{load:#?}");
    assert_eq!(
        load.network[0].error_text.as_deref(),
        Some("net::ERR_NAME_NOT_RESOLVED")
    );
    driver.close().await.unwrap();
}

#[tokio::test]
async fn a_page_that_never_yields_is_still_ended() {
    let mut options = support::options();
    options.command_limit = Duration::from_secs(5);
    let mut driver = greenroom_webdriver::Driver::start(options).await.unwrap();
    let html = inline_page("Channel.postMessage('before'); for (;;) {}");
    let mut visit = visit(Document::Data { html }, None);
    visit.timeout = Duration::from_secs(1);
    let load = driver.load(&visit).await.unwrap();
    assert_eq!(load.ended, LoadEnd::Deadline);
    assert_eq!(load.channel[0].message, "before");
    driver.close().await.unwrap();
}
