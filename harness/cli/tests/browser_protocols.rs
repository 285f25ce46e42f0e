//! The CDN's protocols in a real browser: HTTP/2 at first, HTTP/3 once alt-svc was read.

#![expect(
    clippy::unwrap_used,
    reason = "helper functions of a test are part of it"
)]

#[expect(dead_code, reason = "takes what it needs")]
mod support;

use std::sync::Arc;
use std::time::Duration;

use greenroom_cloudformation::HttpVersion;
use greenroom_fixtures::page::DEFAULT_CHANNEL;
use greenroom_fixtures::{CDN_HOST, PageRequest, SdkBundle, Stack, StackOptions};
use greenroom_model::{CacheRegime, DeviceProfile, Fault, NetworkProfile, PageVariant};
use greenroom_webdriver::{BrowserChoice, Document, Driver, DriverOptions, SdkProbe, Visit};

struct Lab {
    stack: Stack,
    driver: Driver,
    bundle: SdkBundle,
}

impl Lab {
    async fn start(http_version: HttpVersion) -> Self {
        let dist = support::repository().join("fixtures/sdk/dist");
        let bundle = SdkBundle::load(&dist).unwrap();
        let mut options = StackOptions::new(bundle.clone());
        Arc::make_mut(&mut options.deployment)
            .distribution
            .http_version = http_version;
        let stack = Stack::start(options).await.unwrap();
        let mut endpoints = stack.endpoints().clone();
        endpoints.ca_pem = None;
        let driver = Driver::start(DriverOptions {
            browser: BrowserChoice::Chromium,
            supervisor: vec![env!("CARGO_BIN_EXE_greenroom").into(), "__supervise".into()],
            endpoints,
            headed: false,
            allow_loopback: true,
            http3: true,
            media: None,
            command_limit: Duration::from_mins(1),
        })
        .await
        .unwrap();
        Self {
            stack,
            driver,
            bundle,
        }
    }

    /// The protocols by which the SDK comes in loads of one browser context. Each asks for another
    /// file of the same host, which no cache holds.
    async fn protocols(&mut self, loads: u64) -> Vec<String> {
        let mut seen = Vec::new();
        for load in 0..loads {
            let faults = vec![Fault::FirstByteDelay(1 + load)];
            let page = PageRequest {
                faults: faults.clone(),
                ..PageRequest::new(PageVariant::Cdn)
            };
            let visit = Visit {
                document: Document::Fulfilled {
                    url: self.stack.endpoints().page_url.clone(),
                    html: self.stack.page(&page).unwrap(),
                },
                sdk_url: Some(self.stack.sdk_source(&faults).unwrap().url),
                sdk: SdkProbe::from(self.bundle.manifest()),
                channel: DEFAULT_CHANNEL.to_owned(),
                ready_message: "SDK_READY".to_owned(),
                join: None,
                regime: CacheRegime::Warm,
                device: DeviceProfile {
                    name: "desktop".to_owned(),
                    cpu_rate: 1.0,
                    width: 1280,
                    height: 720,
                    device_scale_factor: 1.0,
                    mobile: false,
                },
                network: NetworkProfile {
                    name: "unthrottled".to_owned(),
                    down_kbps: None,
                    up_kbps: None,
                    rtt_ms: None,
                },
                timeout: Duration::from_mins(1),
                collect_heap: false,
                trace: false,
                screenshot_on_failure: false,
            };
            let load = self.driver.load(&visit).await.unwrap();
            let timing = load.script.unwrap();
            seen.push(timing.next_hop_protocol);
        }
        seen
    }

    /// The protocols by which the SDK was fetched, as the server has it.
    fn served(&self) -> Vec<&'static str> {
        let log = self.stack.access_log();
        log.iter()
            .filter(|record| record.host == CDN_HOST && record.status == 200)
            .map(|record| record.protocol)
            .collect()
    }

    async fn close(self) {
        self.driver.close().await.unwrap();
        self.stack.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn http3_is_learnt_by_alt_svc() {
    let mut lab = Lab::start(HttpVersion::Http2And3).await;
    let protocols = lab.protocols(6).await;
    // The second may still go down the connection that is there, while QUIC shakes hands.
    assert_eq!(protocols[0], "h2", "nothing was learnt yet");
    assert_eq!(protocols[2..], ["h3"; 4], "{protocols:?}");
    assert_eq!(lab.served(), protocols);
    lab.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_distribution_without_http3_stays_at_what_it_has() {
    let mut lab = Lab::start(HttpVersion::Http11).await;
    assert_eq!(lab.protocols(2).await, ["http/1.1", "http/1.1"]);
    assert_eq!(lab.served(), ["http/1.1", "http/1.1"]);
    lab.close().await;
}
