//! The CDN's protocols in a real browser: HTTP/2 at first, HTTP/3 once alt-svc was read, and by
//! either the answer that curl gets.

#![expect(
    clippy::unwrap_used,
    reason = "helper functions of a test are part of it"
)]

#[path = "support/one_answer.rs"]
mod one_answer;
#[expect(dead_code, reason = "takes what it needs")]
mod support;

use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;

use greenroom_cloudformation::HttpVersion;
use greenroom_fixtures::page::DEFAULT_CHANNEL;
use greenroom_fixtures::{CDN_HOST, PageRequest, SdkBundle, Stack, StackOptions};
use greenroom_model::load::LoadEnd;
use greenroom_model::{CacheRegime, DeviceProfile, Fault, NetworkProfile, PageLoad, PageVariant};
use greenroom_webdriver::{BrowserChoice, Document, Driver, DriverOptions, SdkProbe, Visit};
use url::Url;

use self::one_answer::{Curl, Seen, named, present};

/// What of the compressed file must be the same by curl and by Chromium, over HTTP/2 and HTTP/3.
const COMPRESSED: [&str; 11] = [
    "content-type",
    "cache-control",
    "content-length",
    "etag",
    "access-control-allow-origin",
    "strict-transport-security",
    "timing-allow-origin",
    "alt-svc",
    "content-encoding",
    "vary",
    "x-content-type-options",
];

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
            let html = self.stack.page(&page).unwrap();
            let sdk_url = self.stack.sdk_source(&faults).unwrap().url;
            let visit = self.visit(html, sdk_url, CacheRegime::Warm);
            let load = self.driver.load(&visit).await.unwrap();
            let timing = load.script.unwrap();
            seen.push(timing.next_hop_protocol);
        }
        seen
    }

    fn visit(&self, html: String, sdk_url: Url, regime: CacheRegime) -> Visit {
        Visit {
            document: Document::Fulfilled {
                url: self.stack.endpoints().page_url.clone(),
                html,
            },
            sdk_url: Some(sdk_url),
            sdk: SdkProbe::from(self.bundle.manifest()),
            channel: DEFAULT_CHANNEL.to_owned(),
            ready_message: "SDK_READY".to_owned(),
            join: None,
            regime,
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
        }
    }

    /// A page that runs the SDK, then reads the file again and tells the app its integrity value.
    fn page_that_tells_the_digest(&self) -> String {
        let sdk = self.stack.sdk_source(&[]).unwrap();
        let (url, integrity) = (&sdk.url, &sdk.integrity);
        format!(
            r#"<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>SDK</title></head><body>
<script src="{url}" integrity="{integrity}" crossorigin="anonymous"></script>
<script>
(async () => {{
  const answer = await fetch("{url}", {{ cache: "force-cache", credentials: "omit" }});
  const digest = await crypto.subtle.digest("SHA-384", await answer.arrayBuffer());
  const channel = window["{DEFAULT_CHANNEL}"];
  channel.postMessage("sha384-" + btoa(String.fromCharCode(...new Uint8Array(digest))));
  if (typeof ChimeSDK.DefaultMeetingSession === "function") channel.postMessage("SDK_READY");
}})();
</script></body></html>
"#
        )
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

/// What a load's page and network stack tell of the SDK file: once for each time that it came over
/// the wire.
fn seen_by_browser(load: &PageLoad, sdk_url: &Url, protocol: &str) -> Vec<Seen> {
    assert_eq!(load.ended, LoadEnd::Ready, "{load:#?}");
    let mut digests = load.channel.iter().map(|said| said.message.clone());
    let integrity = digests.find(|said| said.starts_with("sha384-")).unwrap();
    let requests = load.network.iter();
    requests
        .filter(|request| request.url == sdk_url.as_str() && !request.from_cache)
        .map(|request| {
            assert_eq!(request.protocol.as_deref(), Some(protocol));
            let lines: Vec<_> = request
                .headers
                .iter()
                .map(|field| format!("{}: {}", field.name, field.value))
                .collect();
            Seen {
                status: request.status.unwrap(),
                headers: named(&COMPRESSED, lines.iter().map(String::as_str)),
                integrity: integrity.clone(),
            }
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chromium_sees_by_both_protocols_what_curl_sees() {
    if !present("curl") {
        return;
    }
    let mut lab = Lab::start(HttpVersion::Http2And3).await;
    let curl = Curl::to(lab.stack.endpoints());
    let sdk_url = lab.stack.endpoints().sdk_url.clone();
    // What Chromium sends.
    let fields = [
        "--http2",
        "--header",
        "Accept-Encoding: gzip, deflate, br, zstd",
        "--header",
        "Origin: https://app.medzen.example",
    ];
    let by_curl = curl.sees(&fields, &COMPRESSED, brotli_decoded).await;
    assert_eq!(by_curl.status, 200);
    assert_eq!(by_curl.headers.len(), COMPRESSED.len(), "{by_curl:?}");
    assert_eq!(by_curl.integrity, lab.bundle.manifest().integrity);

    let html = lab.page_that_tells_the_digest();
    let visit = lab.visit(html, sdk_url.clone(), CacheRegime::Cold);
    let first = lab.driver.load(&visit).await.unwrap();
    let again = lab.driver.load_again(&visit).await.unwrap();
    for (load, protocol) in [(first, "h2"), (again, "h3")] {
        let seen = seen_by_browser(&load, &sdk_url, protocol);
        assert!(!seen.is_empty(), "{load:#?}");
        for seen in seen {
            assert_eq!(seen, by_curl, "{protocol}");
        }
    }
    lab.close().await;
}

fn brotli_decoded(body: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    let mut decoder = brotli::Decompressor::new(body, 4096);
    decoder.read_to_end(&mut plain).unwrap();
    plain
}
