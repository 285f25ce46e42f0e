//! The conditions a page is loaded under: which page, how delivered, on which device and network.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which meeting page an arm loads. They differ only in where the SDK comes from.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum PageVariant {
    /// The SDK stands in an inline `<script>`.
    Inline,
    /// The SDK is an external `<script src>` on the CDN, without `crossorigin` or `integrity`.
    Cdn,
    /// As `cdn`, with `crossorigin="anonymous"` and Subresource Integrity.
    CdnSri,
}

/// How the HTML of the page reaches the browser. It decides who wins, so every result names it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Delivery {
    /// The HTML is on the device: the document request is fulfilled by the driver at an https
    /// base URL, as Android's `loadDataWithBaseURL` does. This is what ships.
    Webview,
    /// The HTML comes from the app host over the network.
    Https,
    /// The HTML is a base64 `data:` URL: an opaque origin, no secure context.
    Opaque,
}

/// What the browser may know of the SDK before the load that is measured.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum CacheRegime {
    /// A new browser context: empty HTTP cache, no sockets, a new renderer.
    Cold,
    /// The same context as a load before it, in a new tab: HTTP cache filled, no V8 code cache.
    Warm,
    /// The default profile after several loads: HTTP cache and V8 code cache filled.
    Hot,
}

/// How the app host serves the document under delivery `https`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct DocumentOptions {
    /// Whether it may answer with gzip.
    pub gzip: bool,
    /// Its `Cache-Control`.
    pub cache_control: String,
}

impl Default for DocumentOptions {
    fn default() -> Self {
        Self {
            gzip: true,
            cache_control: "no-store".to_owned(),
        }
    }
}

/// A device class, as far as a throttled desktop browser can stand for one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeviceProfile {
    /// The name it is called by in scenarios.
    pub name: String,
    /// `Emulation.setCPUThrottlingRate`: 1 is this machine as it is, 6 is six times slower.
    pub cpu_rate: f64,
    /// Viewport width in CSS pixels.
    pub width: u32,
    /// Viewport height in CSS pixels.
    pub height: u32,
    /// Device pixel ratio.
    pub device_scale_factor: f64,
    /// Whether the page sees a touch screen and a mobile viewport.
    pub mobile: bool,
}

/// A network class. `None` in a field means that it is left as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NetworkProfile {
    /// The name it is called by in scenarios.
    pub name: String,
    /// Throughput towards the device in kbit/s (1 kbit = 1,000 bit).
    pub down_kbps: Option<f64>,
    /// Throughput from the device in kbit/s.
    pub up_kbps: Option<f64>,
    /// Added round-trip time in ms.
    pub rtt_ms: Option<f64>,
}

impl NetworkProfile {
    /// Whether nothing at all is asked of the network.
    pub fn is_unthrottled(&self) -> bool {
        self.down_kbps.is_none() && self.up_kbps.is_none() && self.rtt_ms.is_none()
    }
}

/// The page's own give-up timers, in ms: after this long it shows the user a timeout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PageTimers {
    /// Timer of the inline page.
    pub inline_ms: u64,
    /// Timer of the pages that load from the CDN.
    pub cdn_ms: u64,
}

impl Default for PageTimers {
    /// The timers seen in the app: 60 s inline, 30 s from the CDN.
    fn default() -> Self {
        Self {
            inline_ms: 60_000,
            cdn_ms: 30_000,
        }
    }
}

impl PageTimers {
    /// The timer that runs in a page of this variant, in ms.
    pub fn of(&self, variant: PageVariant) -> u64 {
        match variant {
            PageVariant::Inline => self.inline_ms,
            PageVariant::Cdn | PageVariant::CdnSri => self.cdn_ms,
        }
    }
}
