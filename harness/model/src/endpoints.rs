//! Where the page and the SDK are, and how a client gets there.

use serde::{Deserialize, Serialize};
use url::Url;

/// What a run talks to, handed out alike by the local stack and by a deployed target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Endpoints {
    /// The meeting page's URL: fetched under delivery `https`, the base URL under `webview`.
    pub page_url: Url,
    /// The SDK file on the CDN.
    pub sdk_url: Url,
    /// The probe resource for throttle proofs: `{probe_url}?bytes=N` answers N incompressible
    /// bytes with `no-store`, CORS and Timing-Allow-Origin. Absent where the target has none.
    pub probe_url: Option<Url>,
    /// Names that resolve to somewhere else than DNS says. Whatever is not listed does not
    /// resolve at all when [`Endpoints::closed`] is set.
    pub host_map: Vec<HostMapping>,
    /// Whether every other name must be unresolvable.
    pub closed: bool,
    /// Base64 SHA-256 of Subject Public Key Infos whose certificates Chromium accepts
    /// (`--ignore-certificate-errors-spki-list`). Empty for a deployed target.
    pub spki: Vec<String>,
    /// A root certificate (PEM) that clients must trust besides the system's, if any. A browser
    /// that knows the key by `spki` does not need it.
    pub ca_pem: Option<String>,
}

/// One name and port that lead to an address of our choosing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostMapping {
    /// The name in the URL.
    pub host: String,
    /// The port in the URL (443 where the URL names none).
    pub port: u16,
    /// The IP address that is dialled.
    pub address: std::net::IpAddr,
    /// The port that is dialled.
    pub address_port: u16,
}
