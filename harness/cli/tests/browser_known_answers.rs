//! Known answers in a real browser: what is wrong is switched on, and must be seen and named.

#![expect(
    clippy::unwrap_used,
    reason = "helper functions of a test are part of it"
)]

#[expect(dead_code, reason = "takes what it needs")]
mod support;

use std::time::Duration;

use greenroom_core::classify::{Classified, Question, classify};
use greenroom_core::journal::Classification;
use greenroom_fixtures::page::DEFAULT_CHANNEL;
use greenroom_fixtures::{PageRequest, SdkBundle, Stack, StackOptions};
use greenroom_model::{
    CacheRegime, DeviceProfile, Fault, NetworkProfile, PageLoad, PageTimers, PageVariant,
};
use greenroom_webdriver::{BrowserChoice, Document, Driver, DriverOptions, SdkProbe, Visit};
use url::Url;

/// Timers short enough for a test, long enough for a loaded machine.
const TIMERS: PageTimers = PageTimers {
    inline_ms: 4_000,
    cdn_ms: 4_000,
};
const TIMEOUT: Duration = Duration::from_secs(10);

struct Lab {
    stack: Stack,
    driver: Driver,
    bundle: SdkBundle,
}

impl Lab {
    async fn start() -> Self {
        let dist = support::repository().join("fixtures/sdk/dist");
        let bundle = SdkBundle::load(&dist).unwrap();
        let stack = Stack::start(StackOptions::new(bundle.clone()))
            .await
            .unwrap();
        let mut endpoints = stack.endpoints().clone();
        endpoints.ca_pem = None;
        let driver = Driver::start(DriverOptions {
            browser: BrowserChoice::Chromium,
            supervisor: vec![env!("CARGO_BIN_EXE_greenroom").into(), "__supervise".into()],
            endpoints,
            headed: false,
            allow_loopback: true,
            http3: false,
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

    async fn load(&mut self, variant: PageVariant, faults: &[Fault]) -> (PageLoad, Classified) {
        let page = PageRequest {
            faults: faults.to_vec(),
            timers: TIMERS,
            ..PageRequest::new(variant)
        };
        let manifest = self.bundle.manifest();
        let sdk_url =
            (variant != PageVariant::Inline).then(|| self.stack.sdk_source(faults).unwrap().url);
        let visit = Visit {
            document: Document::Fulfilled {
                url: self.stack.endpoints().page_url.clone(),
                html: self.stack.page(&page).unwrap(),
            },
            sdk_url: sdk_url.clone(),
            sdk: SdkProbe::from(manifest),
            channel: DEFAULT_CHANNEL.to_owned(),
            ready_message: "SDK_READY".to_owned(),
            join: None,
            regime: CacheRegime::Cold,
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
            timeout: TIMEOUT,
            collect_heap: false,
            trace: false,
            screenshot_on_failure: false,
        };
        let load = self.driver.load(&visit).await.unwrap();
        let classified = classify(
            &load,
            &Question {
                variant,
                sdk_url: sdk_url.as_ref().map(Url::as_str),
                manifest,
                timer_ms: TIMERS.of(variant),
            },
        );
        (load, classified)
    }

    async fn close(self) {
        self.driver.close().await.unwrap();
        self.stack.shutdown().await;
    }
}

/// Loads with one fault and expects a classification whose reason holds all these words.
async fn expect(
    lab: &mut Lab,
    variant: PageVariant,
    fault: Fault,
    class: Classification,
    words: &[&str],
) {
    let (load, found) = lab.load(variant, std::slice::from_ref(&fault)).await;
    assert_eq!(
        found.classification, class,
        "{fault:?}: {found:?}\n{load:#?}"
    );
    let reason = found.reason.unwrap_or_default();
    for word in words {
        assert!(
            reason.contains(word),
            "{fault:?}: `{word}` is not in: {reason}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_variant_becomes_ready_and_is_seen_to_be_cold() {
    let mut lab = Lab::start().await;
    for variant in [PageVariant::Inline, PageVariant::Cdn, PageVariant::CdnSri] {
        let (load, found) = lab.load(variant, &[]).await;
        assert_eq!(
            found.classification,
            Classification::Ready,
            "{variant:?}: {found:?}\n{load:#?}"
        );
        assert_eq!(
            load.sdk.version.as_deref(),
            Some(lab.bundle.manifest().version.as_str())
        );
        assert!(load.secure_context && load.origin == "https://app.medzen.example");
        if variant != PageVariant::Inline {
            let script = load.script.unwrap();
            assert!(
                script.transfer_size > 0 && script.next_hop_protocol == "h2",
                "{script:?}"
            );
            assert_eq!(script.decoded_body_size, lab.bundle.manifest().bytes);
        }
    }
    lab.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_there_and_wrong_is_told_from_one_that_is_slow() {
    let mut lab = Lab::start().await;
    let lab_ref = &mut lab;
    let undefined = "SDK executed but window.ChimeSDK is undefined: the library export is wrong, not a slow load";
    expect(
        lab_ref,
        PageVariant::Cdn,
        Fault::GlobalUndefined,
        Classification::Undefined,
        &[undefined],
    )
    .await;
    expect(
        lab_ref,
        PageVariant::Inline,
        Fault::GlobalUndefined,
        Classification::Undefined,
        &[undefined],
    )
    .await;
    expect(
        lab_ref,
        PageVariant::Cdn,
        Fault::EarlyEnd,
        Classification::Truncated,
        &["bytes"],
    )
    .await;
    expect(
        lab_ref,
        PageVariant::Cdn,
        Fault::AccessDenied,
        Classification::Refused,
        &["403"],
    )
    .await;
    lab.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_keeps_the_file_out_is_named() {
    let mut lab = Lab::start().await;
    let lab_ref = &mut lab;
    expect(
        lab_ref,
        PageVariant::CdnSri,
        Fault::WrongContentType,
        Classification::Blocked,
        &["MIME", "nosniff"],
    )
    .await;
    expect(
        lab_ref,
        PageVariant::Cdn,
        Fault::WrongContentType,
        Classification::Blocked,
        &["MIME", "nosniff"],
    )
    .await;
    expect(
        lab_ref,
        PageVariant::CdnSri,
        Fault::NoAllowOrigin,
        Classification::Blocked,
        &["Access-Control-Allow-Origin"],
    )
    .await;
    expect(
        lab_ref,
        PageVariant::CdnSri,
        Fault::WrongIntegrity,
        Classification::Blocked,
        &["integrity"],
    )
    .await;
    expect(
        lab_ref,
        PageVariant::Cdn,
        Fault::BadCertificate,
        Classification::Unreachable,
        &["ERR_CERT_AUTHORITY_INVALID"],
    )
    .await;
    expect(
        lab_ref,
        PageVariant::Cdn,
        Fault::ClosedPort,
        Classification::Unreachable,
        &["ERR_CONNECTION_REFUSED"],
    )
    .await;
    lab.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stalled_body_times_out_and_one_that_goes_on_is_slow() {
    let mut lab = Lab::start().await;
    let lab_ref = &mut lab;
    expect(
        lab_ref,
        PageVariant::Cdn,
        Fault::StalledBody,
        Classification::TimedOut,
        &[],
    )
    .await;
    expect(
        lab_ref,
        PageVariant::Cdn,
        Fault::PausedBody(5_500),
        Classification::Slow,
        &[],
    )
    .await;
    lab.close().await;
}
