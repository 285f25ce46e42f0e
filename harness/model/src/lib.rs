//! Plain data that more than one greenroom crate speaks of.
//!
//! Nothing here decides anything: no behaviour, and no header, CORS or cache rule. The local
//! stack and the checks must not share a rule, or emulator and judge would be wrong together;
//! what they may share is the shape of what one sends and the other sees.
//!
//! Observations keep the field names of the standard they come from (Resource Timing, CDP,
//! Fetch), so that a journal can be read beside the specification.

pub mod call;
pub mod condition;
pub mod endpoints;
pub mod exchange;
pub mod fault;
pub mod load;
pub mod sdk;
pub mod timing;

pub use call::{
    CallMetric, Colour, FakeMedia, IdentityToken, MediaReading, Permission, Role, RtcSnapshot,
    TokenAnswer,
};
pub use condition::{
    CacheRegime, Delivery, DeviceProfile, DocumentOptions, NetworkProfile, PageTimers, PageVariant,
};
pub use endpoints::{Endpoints, HostMapping};
pub use exchange::{Exchange, ExchangeFailure, Header, JsonFound, JsonReading};
pub use fault::{Fault, ServiceFault};
pub use load::PageLoad;
pub use sdk::SdkManifest;
