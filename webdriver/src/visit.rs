//! What a caller asks for: one load of a page under stated conditions.

use std::time::Duration;

use greenroom_model::{CacheRegime, DeviceProfile, NetworkProfile, SdkManifest};
use url::Url;

use crate::secrets::PageConfig;

/// How the document gets into the browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Document {
    /// The request for `url` is answered by the driver with `html`, so that the page has that
    /// origin and its document costs no network. Only this one request is intercepted.
    Fulfilled {
        /// The document's URL.
        url: Url,
        /// The document.
        html: String,
    },
    /// The browser fetches it.
    Url(Url),
    /// A base64 `data:` URL: origin `null`, no secure context.
    Data {
        /// The document.
        html: String,
    },
}

/// What to look for in the page's global scope once it has loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SdkProbe {
    /// The global that the SDK defines.
    pub global: String,
    /// Members of the global that must exist; dotted paths reach inside.
    pub symbols: Vec<String>,
    /// The member whose `typeof` decides readiness.
    pub ready_symbol: String,
    /// Expression below the global that gives the SDK's version.
    pub version_expression: String,
}

impl From<&SdkManifest> for SdkProbe {
    fn from(manifest: &SdkManifest) -> Self {
        Self {
            global: manifest.global.clone(),
            symbols: manifest.symbols.clone(),
            ready_symbol: manifest.ready_symbol.clone(),
            version_expression: manifest.version_expression.clone(),
        }
    }
}

/// A load that goes on until the page is in a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Join {
    /// What the page finds as `window.visit`: it must make the page join by itself.
    pub page: PageConfig,
    /// The token service. With a join, [`Visit::network`] shapes the requests for document, SDK
    /// and tokens alone, because DevTools' throttle wrecks WebRTC.
    pub token_url: Url,
    /// The message by which the page says that it is in the call, e.g. `MEETING_JOINED`.
    pub message: String,
}

/// One load.
#[derive(Clone, Debug, PartialEq)]
pub struct Visit {
    /// The document.
    pub document: Document,
    /// The SDK file, where the page fetches one.
    pub sdk_url: Option<Url>,
    /// What the SDK must leave behind.
    pub sdk: SdkProbe,
    /// Name of the app's JavaScript channel, put in place before the page's first script.
    pub channel: String,
    /// The message by which the page says that the SDK may be used.
    pub ready_message: String,
    /// Waits for the page to be in a call after that.
    pub join: Option<Join>,
    /// What the browser may know from earlier loads. `Warm` and `Hot` first make the loads that
    /// fill the caches, where this browser has not made them yet, and throw those away.
    pub regime: CacheRegime,
    /// Device that is stood in for.
    pub device: DeviceProfile,
    /// Network that is stood in for.
    pub network: NetworkProfile,
    /// From the start of the navigation to the end of the observation at the latest.
    pub timeout: Duration,
    /// Force a garbage collection at the end and read the heap.
    pub collect_heap: bool,
    /// Trace V8's compilation, for [`greenroom_model::load::CodeCache`]. Adds 7-25% to the time
    /// until the SDK is ready: for diagnosis, and to both arms alike.
    pub trace: bool,
    /// Keep a picture of the page's end for [`crate::Driver::take_screenshot`] unless the load
    /// ended ready.
    pub screenshot_on_failure: bool,
}

impl Visit {
    /// What tells pages apart that fill different parts of a cache.
    pub(crate) fn cache_key(&self) -> String {
        let document = match &self.document {
            Document::Fulfilled { url, .. } | Document::Url(url) => url.as_str(),
            Document::Data { .. } => "data:",
        };
        match &self.sdk_url {
            Some(sdk) => format!("{document} {sdk}"),
            None => document.to_owned(),
        }
    }
}
