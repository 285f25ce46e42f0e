//! What the browser is sent to load for each arm of a comparison.

use std::time::Duration;

use greenroom_core::plan::{Arm, Comparison};
use greenroom_fixtures::page::{self, PageOptions, SdkDelivery};
use greenroom_model::{CacheRegime, Delivery, PageVariant, SdkManifest};
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
    let failed = |error: &dyn std::error::Error| Failure::environment(chain(error));
    let manifest = target.stack.manifest();
    // A deployed target serves what it serves: faults are for the local stack alone.
    let source = target
        .stack
        .sdk_source(comparison.injected.of(arm))
        .map_err(|error| failed(&error))?;
    let sdk_url =
        if comparison.injected.of(arm).is_empty() { target.endpoints.sdk_url.clone() } else { source.url.clone() };
    let delivery = SdkDelivery::of(variant, &source.code, &sdk_url, &source.integrity);
    let options = PageOptions { timers: comparison.page_timers, ..PageOptions::new(manifest, delivery) };
    let html = page::render(&options).map_err(|error| failed(&error))?;
    let document = match comparison.delivery {
        Delivery::Webview => Document::Fulfilled { url: target.endpoints.page_url.clone(), html },
        Delivery::Opaque => Document::Data { html },
        Delivery::Https => Document::Url(
            target.stack.publish_page(html, comparison.document.gzip, &comparison.document.cache_control)
                .map_err(|error| failed(&error))?,
        ),
    };
    Ok(Visit {
        document,
        sdk_url: fetched(variant, sdk_url),
        sdk: probe(manifest),
        channel: page::DEFAULT_CHANNEL.to_owned(),
        ready_message: "SDK_READY".to_owned(),
        regime: comparison.cache,
        device: comparison.device.clone(),
        network: comparison.network.clone(),
        timeout: Duration::from_millis(comparison.timeout_ms),
        collect_heap: true,
        // Only the hot regime needs the trace, for V8's code cache; both arms are traced alike.
        trace: comparison.cache == CacheRegime::Hot,
    })
}

fn fetched(variant: PageVariant, sdk_url: Url) -> Option<Url> {
    match variant {
        PageVariant::Inline => None,
        PageVariant::Cdn | PageVariant::CdnSri => Some(sdk_url),
    }
}

fn probe(manifest: &SdkManifest) -> SdkProbe {
    SdkProbe {
        global: manifest.global.clone(),
        symbols: manifest.symbols.clone(),
        ready_symbol: manifest.ready_symbol.clone(),
        version_expression: manifest.version_expression.clone(),
    }
}
