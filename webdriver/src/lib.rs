//! Chromium driven through chromedriver and CDP, with page metrics and throttling.
//!
//! A [`Driver`] is one browser under one chromedriver. [`Driver::load`] loads a page under stated
//! conditions and returns what was observed, as [`greenroom_model::PageLoad`]: no judgement, and
//! nothing of scenarios. [`Driver::open`] opens a page that stays, one participant's of a call, as
//! [`CallPage`].
//!
//! W3C WebDriver goes through fantoccini; browser contexts, events and measurements go over a
//! DevTools WebSocket beside it. Every command has a deadline.

mod bounded;
mod by_hand;
mod call;
mod collect;
mod conditions;
mod devtools;
mod driver;
mod error;
mod events;
mod fake_media;
mod host;
mod load;
pub mod locate;
mod network_log;
mod process;
mod roots;
mod secrets;
mod session;
mod switches;
mod tab;
mod throttle;
mod trace;
mod visit;

pub use by_hand::command_line;
pub use call::{
    CallEvent, CallEventKind, CallPage, CallVisit, PageState, Remote, Status, Tap, token_answer,
};
pub use devtools::DevtoolsError;
pub use driver::{
    BrowserInfo, CloseError, Driver, DriverOptions, KillError, ParticipantMedia, StartError,
};
pub use error::LoadError;
pub use locate::BrowserChoice;
pub use process::CHROMEDRIVER;
pub use roots::RootsError;
pub use secrets::PageConfig;
pub use session::SessionError;
pub use switches::Switch;
pub use throttle::ThrottleReading;
pub use visit::{Document, Join, SdkProbe, Visit};
