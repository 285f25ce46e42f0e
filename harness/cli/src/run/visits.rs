//! What the browser is sent to load for each arm of a comparison.

use std::time::Duration;

use greenroom_core::journal::TargetKind;
use greenroom_core::plan::{Arm, Comparison};
use greenroom_fixtures::PageRequest;
use greenroom_fixtures::page;
use greenroom_model::{CacheRegime, Delivery, PageVariant};
use greenroom_webdriver::{Document, SdkProbe, Visit};
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
    let (document, sdk_url) = match target.info.kind {
        TargetKind::Local => local(comparison, arm, target)?,
        TargetKind::Deployed => deployed(comparison, variant, target)?,
    };
    Ok(Visit {
        document,
        sdk_url: fetched(variant, sdk_url),
        sdk: SdkProbe::from(manifest),
        channel: page::DEFAULT_CHANNEL.to_owned(),
        ready_message: "SDK_READY".to_owned(),
        join: None,
        regime: comparison.cache,
        device: comparison.device.clone(),
        network: comparison.network.clone(),
        timeout: Duration::from_millis(comparison.timeout_ms),
        collect_heap: true,
        // Only the hot regime needs the trace, for V8's code cache; both arms are traced alike.
        trace: comparison.cache == CacheRegime::Hot,
        screenshot_on_failure: true,
    })
}

/// A page of the local stack and the SDK's address in it.
fn local(comparison: &Comparison, arm: Arm, target: &Target) -> Result<(Document, Url), Failure> {
    let stack = &target.stack;
    let page = PageRequest {
        variant: comparison.variant(arm),
        faults: comparison.injected.of(arm).to_vec(),
        timers: comparison.page_timers,
        document: comparison.document.clone(),
    };
    let html = || target.page(&page);
    let document = match comparison.delivery {
        Delivery::Webview => Document::Fulfilled {
            url: target.endpoints.page_url.clone(),
            html: html()?,
        },
        Delivery::Opaque => Document::Data { html: html()? },
        Delivery::Https => Document::Url(
            stack
                .page_url(&page)
                .map_err(|error| Failure::environment(chain(&error)))?,
        ),
    };
    let source = stack
        .sdk_source(comparison.injected.of(arm))
        .map_err(|error| Failure::environment(chain(&error)))?;
    Ok((document, source.url))
}

/// A page around a deployed SDK file. The plan has refused every delivery but `webview`.
fn deployed(
    comparison: &Comparison,
    variant: PageVariant,
    target: &Target,
) -> Result<(Document, Url), Failure> {
    let request = PageRequest {
        timers: comparison.page_timers,
        ..PageRequest::new(variant)
    };
    let document = Document::Fulfilled {
        url: target.endpoints.page_url.clone(),
        html: target.page(&request)?,
    };
    Ok((document, target.endpoints.sdk_url.clone()))
}

fn fetched(variant: PageVariant, sdk_url: Url) -> Option<Url> {
    match variant {
        PageVariant::Inline => None,
        PageVariant::Cdn | PageVariant::CdnSri => Some(sdk_url),
    }
}
