//! Cache regimes and throttles in a real browser, each proved by what was seen from outside.

#![expect(clippy::unwrap_used, reason = "a test stops at what it cannot do")]

mod support;

use greenroom_model::load::LoadEnd;
use greenroom_model::{CacheRegime, DeviceProfile, NetworkProfile};
use greenroom_webdriver::Document;
use support::{Server, desktop, page, unthrottled, visit};

fn fulfilled(sdk: &url::Url) -> Document {
    Document::Fulfilled {
        url: "https://app.medzen.example/".parse().unwrap(),
        html: page(sdk.as_str()),
    }
}

#[tokio::test]
async fn cold_loads_share_neither_connection_nor_cache() {
    let server = Server::start().await;
    let mut driver = support::driver().await;
    let sdk = server.url("/sdk.js");
    let visit = visit(fulfilled(&sdk), Some(sdk));
    for _ in 0..3 {
        let load = driver.load(&visit).await.unwrap();
        assert_eq!(load.ended, LoadEnd::Ready);
        let script = load.script.unwrap();
        assert_eq!(script.delivery_type, "");
        assert!(script.transfer_size > 0);
    }
    let mut connections = server.connections_for("/sdk.js");
    assert_eq!(connections.len(), 3);
    connections.dedup();
    assert_eq!(connections.len(), 3, "a connection was used again");
    driver.close().await.unwrap();
}

#[tokio::test]
async fn warm_loads_take_the_sdk_from_the_http_cache() {
    let server = Server::start().await;
    let mut driver = support::driver().await;
    let sdk = server.url("/sdk.js");
    let mut visit = visit(Document::Url(server.url("/page")), Some(sdk));
    visit.regime = CacheRegime::Warm;
    for _ in 0..2 {
        let load = driver.load(&visit).await.unwrap();
        assert_eq!(load.ended, LoadEnd::Ready);
        let script = load.script.unwrap();
        assert_eq!(script.delivery_type, "cache");
        assert_eq!(script.transfer_size, 0);
        let request = load
            .network
            .iter()
            .find(|request| request.url == script.name)
            .unwrap();
        assert!(request.from_cache);
    }
    // The load that filled the cache, and no other.
    assert_eq!(server.connections_for("/sdk.js").len(), 1);
    driver.close().await.unwrap();
}

#[tokio::test]
async fn hot_loads_consume_v8s_code_cache_and_inline_pages_have_none() {
    let server = Server::start().await;
    let mut driver = support::driver().await;
    let sdk = server.url("/big.js");
    let mut hot = visit(fulfilled(&sdk), Some(sdk));
    hot.regime = CacheRegime::Hot;
    hot.trace = true;
    let load = driver.load(&hot).await.unwrap();
    assert_eq!(load.ended, LoadEnd::Ready);
    let cache = load.code_cache.unwrap();
    assert!(cache.consumed_bytes > 0, "{cache:?}");
    assert!(!cache.rejected);

    let mut cold = hot.clone();
    cold.regime = CacheRegime::Cold;
    let load = driver.load(&cold).await.unwrap();
    assert_eq!(load.code_cache.unwrap().consumed_bytes, 0);
    driver.close().await.unwrap();
}

fn slow(cpu_rate: f64) -> DeviceProfile {
    DeviceProfile {
        cpu_rate,
        ..desktop()
    }
}

#[tokio::test]
async fn the_proof_reads_what_was_asked_for() {
    let server = Server::start().await;
    let mut driver = support::driver().await;
    let network = NetworkProfile {
        name: "slow-4g".into(),
        down_kbps: Some(1638.4),
        up_kbps: Some(750.0),
        rtt_ms: Some(150.0),
    };
    let probe = server.url("/probe");
    // One reading is as noisy as the machine, which may be building at the same time; a throttle
    // that does not take effect is never within any of these.
    let near = |value: Option<f64>, asked: f64, tolerance: f64| {
        (value.unwrap() / asked - 1.0).abs() < tolerance
    };
    let mut readings = Vec::new();
    while readings.len() < 8 {
        let reading = driver.prove(&slow(6.0), &network, &probe).await.unwrap();
        readings.push(reading);
        if near(reading.rtt_ms, 150.0, 0.10)
            && near(reading.down_kbps, 1638.4, 0.10)
            && near(reading.cpu_ratio, 6.0, 0.25)
        {
            break;
        }
    }
    assert!(readings.len() < 8, "{readings:#?}");

    let nothing = driver
        .prove(&desktop(), &unthrottled(), &probe)
        .await
        .unwrap();
    assert_eq!(nothing.cpu_ratio, None);
    assert_eq!(nothing.rtt_ms, None);
    driver.close().await.unwrap();
}

#[tokio::test]
async fn a_throttled_request_says_so_and_an_unthrottled_does_not() {
    let server = Server::start().await;
    let mut driver = support::driver().await;
    let sdk = server.url("/sdk.js");
    let mut visit = visit(fulfilled(&sdk), Some(sdk.clone()));
    visit.network.rtt_ms = Some(300.0);
    let load = driver.load(&visit).await.unwrap();
    let request = load
        .network
        .iter()
        .find(|request| request.url == sdk.as_str())
        .unwrap();
    assert!(request.throttled, "{:#?}", load.network);
    let script = load.script.unwrap();
    assert!(script.response_end - script.start_time > 290.0);
    driver.close().await.unwrap();
}
