//! Pages with the SDK: one that went well, and what can become of it.

use greenroom_model::load::{
    ConsoleMessage, LoadEnd, NetworkRequest, PageException, ScriptElement, SdkPresence,
};
use greenroom_model::{Delivery, PageLoad, PageVariant, SdkManifest};

use super::exchanges::{DIGEST, SDK_URL, fields, header};
pub(super) use crate::classify::synthetic::sent as said_by_page;
use crate::classify::{Question, classify, synthetic};
use crate::journal::{ExchangeOutcome, LoadRecord};

const TIMER_MS: u64 = 3_000;

pub(super) fn manifest() -> SdkManifest {
    SdkManifest {
        integrity: format!("sha384-{DIGEST}"),
        ..synthetic::manifest()
    }
}

/// A page load that went well.
pub(super) fn load(variant: PageVariant, delivery: Delivery) -> ExchangeOutcome {
    let with_sri = variant == PageVariant::CdnSri;
    let mut load = synthetic::cdn_load();
    if delivery == Delivery::Opaque {
        load.origin = "null".to_owned();
        load.secure_context = false;
    }
    load.script.get_or_insert_default().next_hop_protocol = "h2".to_owned();
    load.script_element = Some(ScriptElement {
        src: SDK_URL.to_owned(),
        integrity: with_sri.then(|| format!("sha384-{DIGEST}")),
        crossorigin: with_sri.then(|| "anonymous".to_owned()),
    });
    load.wall_ms = 900.0;
    let request = script(&mut load);
    request.protocol = Some("h2".to_owned());
    request.headers = fields();
    if with_sri {
        let any = header("access-control-allow-origin", "*");
        request.headers.push(any);
    }
    record(variant, delivery, load)
}

pub(super) fn record(variant: PageVariant, delivery: Delivery, load: PageLoad) -> ExchangeOutcome {
    let manifest = manifest();
    let classified = classify(
        &load,
        &Question {
            variant,
            sdk_url: Some(SDK_URL),
            manifest: &manifest,
            timer_ms: TIMER_MS,
        },
    );
    ExchangeOutcome::Load(Box::new(LoadRecord {
        variant,
        delivery,
        classified,
        load: Some(load),
    }))
}

pub(super) fn console(load: &mut PageLoad, text: &str) {
    load.console.push(ConsoleMessage {
        level: "error".to_owned(),
        source: "security".to_owned(),
        text: text.to_owned(),
        url: None,
    });
}

pub(super) fn threw(load: &mut PageLoad, text: &str, url: Option<&str>) {
    load.exceptions.push(PageException {
        text: text.to_owned(),
        url: url.map(str::to_owned),
        line: Some(1),
    });
}

/// The script's request of a page.
pub(super) fn script(load: &mut PageLoad) -> &mut NetworkRequest {
    load.network.last_mut().unwrap()
}

/// The page without its SDK, which says that loading failed.
pub(super) fn without_sdk(load: &mut PageLoad) {
    load.ended = LoadEnd::Failed;
    load.sdk_ready_ms = None;
    load.channel = vec![said_by_page(60.0, "SDK_LOAD_FAILED: url")];
    load.script = None;
    load.sdk = SdkPresence {
        type_of_global: "undefined".to_owned(),
        type_of_ready_symbol: "undefined".to_owned(),
        ..SdkPresence::default()
    };
}

/// The page whose SDK came and left nothing behind.
pub(super) fn ran_empty(load: &mut PageLoad) {
    let script = load.script.take();
    without_sdk(load);
    load.script = script;
    load.channel = vec![said_by_page(400.0, "SDK_UNDEFINED")];
}

/// The SDK's request without an answer.
pub(super) fn fails(load: &mut PageLoad, error: &str) {
    without_sdk(load);
    let request = script(load);
    request.status = None;
    request.mime_type = None;
    request.protocol = None;
    request.headers.clear();
    request.encoded_data_length = 0;
    request.error_text = Some(error.to_owned());
}

pub(super) fn answered(load: &mut PageLoad, status: u16, mime: &str, fields: &[(&str, &str)]) {
    without_sdk(load);
    let request = script(load);
    request.status = Some(status);
    request.mime_type = Some(mime.to_owned());
    request.headers = fields
        .iter()
        .map(|(name, value)| header(name, value))
        .collect();
    request.headers.push(header("content-type", mime));
}
