//! What the browser is sent to load: for each arm of a comparison, and for a single look.

use std::time::Duration;

use greenroom_core::journal::TargetKind;
use greenroom_core::plan::{Arm, Comparison, LoadProbe, SampleMetric};
use greenroom_fixtures::PageRequest;
use greenroom_fixtures::page;
use greenroom_model::{
    CacheRegime, Delivery, DeviceProfile, IdentityToken, NetworkProfile, PageVariant, Role,
};
use greenroom_webdriver::{Document, Join, PageConfig, SdkProbe, Visit};
use serde_json::json;
use url::Url;

use super::target::Target;
use crate::failure::{Failure, chain};

/// One visit per arm.
#[derive(Debug)]
pub(crate) struct Visits {
    baseline: Visit,
    candidate: Visit,
}

impl Visits {
    /// Generates the pages of both arms and, under delivery `https`, publishes them on the app
    /// host.
    pub(crate) fn prepare(comparison: &Comparison, target: &Target) -> Result<Self, Failure> {
        Ok(Self {
            baseline: visit(comparison, Arm::Baseline, target)?,
            candidate: visit(comparison, Arm::Candidate, target)?,
        })
    }

    /// The visit of an arm.
    pub(crate) fn of(&self, arm: Arm) -> &Visit {
        match arm {
            Arm::Baseline => &self.baseline,
            Arm::Candidate => &self.candidate,
        }
    }
}

fn visit(comparison: &Comparison, arm: Arm, target: &Target) -> Result<Visit, Failure> {
    let variant = comparison.variant(arm);
    let manifest = target.bundle.manifest();
    let page = PageRequest {
        variant,
        faults: comparison.injected.of(arm).to_vec(),
        timers: comparison.page_timers,
        document: comparison.document.clone(),
    };
    let (document, sdk_url) = document(&page, comparison.delivery, target)?;
    Ok(Visit {
        document,
        sdk_url: fetched(variant, sdk_url),
        sdk: SdkProbe::from(manifest),
        channel: page::DEFAULT_CHANNEL.to_owned(),
        ready_message: "SDK_READY".to_owned(),
        regime: comparison.cache,
        device: comparison.device.clone(),
        network: comparison.network.clone(),
        timeout: Duration::from_millis(comparison.timeout_ms),
        collect_heap: true,
        // Only the hot regime needs the trace, for V8's code cache; both arms are traced alike.
        trace: comparison.cache == CacheRegime::Hot,
        screenshot_on_failure: true,
        join: join(comparison, target)?,
    })
}

/// How a page gets into the call by itself, where the comparison is of the time until it is there:
/// as the patient, with the page's opening for the tap.
fn join(comparison: &Comparison, target: &Target) -> Result<Option<Join>, Failure> {
    if comparison.metric != SampleMetric::Connected {
        return Ok(None);
    }
    let access = target.calls().ok_or_else(|| {
        Failure::environment("the target was started without the services of a call")
    })?;
    let identity = access.identity(Role::Patient, IdentityToken::Valid)?;
    Ok(Some(Join {
        page: PageConfig::new(json!({
            "tokenUrl": access.token_url(),
            "apiKey": access.api_key(),
            "identityToken": identity,
            "appointmentId": access.appointment_id(),
            "offers": ["join"],
            "autojoin": "join",
        })),
        token_url: access.token_url().clone(),
        message: "MEETING_JOINED".to_owned(),
    }))
}

/// The visit of a page that is loaded once, on a device and a network that nothing slows down.
pub(crate) fn probe(probe: &LoadProbe, timeout_ms: u64, target: &Target) -> Result<Visit, Failure> {
    let page = PageRequest {
        timers: probe.page_timers,
        ..PageRequest::new(probe.variant)
    };
    let (document, sdk_url) = document(&page, probe.delivery, target)?;
    Ok(Visit {
        document,
        sdk_url: fetched(probe.variant, sdk_url),
        sdk: SdkProbe::from(target.bundle.manifest()),
        channel: page::DEFAULT_CHANNEL.to_owned(),
        ready_message: "SDK_READY".to_owned(),
        regime: CacheRegime::Cold,
        device: desktop(),
        network: unthrottled(),
        timeout: Duration::from_millis(timeout_ms),
        collect_heap: false,
        trace: false,
        screenshot_on_failure: true,
        join: None,
    })
}

/// A page and the SDK's address in it: the local stack's, or one around a deployed SDK file, of
/// which the plan has refused every delivery but `webview`.
pub(crate) fn document(
    page: &PageRequest,
    delivery: Delivery,
    target: &Target,
) -> Result<(Document, Url), Failure> {
    let fulfilled = || {
        Ok(Document::Fulfilled {
            url: target.endpoints.page_url.clone(),
            html: target.page(page)?,
        })
    };
    if target.info.kind == TargetKind::Deployed {
        return Ok((fulfilled()?, target.endpoints.sdk_url.clone()));
    }
    let stack = &target.stack;
    let document = match stack.delivery(page, delivery) {
        Delivery::Webview => fulfilled()?,
        Delivery::Opaque => Document::Data {
            html: target.page(page)?,
        },
        Delivery::Https => Document::Url(
            stack
                .page_url(page)
                .map_err(|error| Failure::environment(chain(&error)))?,
        ),
    };
    let source = stack
        .sdk_source(&page.faults)
        .map_err(|error| Failure::environment(chain(&error)))?;
    Ok((document, source.url))
}

/// A device that nothing slows down.
fn desktop() -> DeviceProfile {
    DeviceProfile {
        name: "desktop".to_owned(),
        cpu_rate: 1.0,
        width: 1280,
        height: 720,
        device_scale_factor: 1.0,
        mobile: false,
    }
}

/// A network that nothing slows down.
fn unthrottled() -> NetworkProfile {
    NetworkProfile {
        name: "unthrottled".to_owned(),
        down_kbps: None,
        up_kbps: None,
        rtt_ms: None,
    }
}

fn fetched(variant: PageVariant, sdk_url: Url) -> Option<Url> {
    match variant {
        PageVariant::Inline => None,
        PageVariant::Cdn | PageVariant::CdnSri => Some(sdk_url),
    }
}
