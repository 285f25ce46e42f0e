//! One participant's page in a call: opened in a tab that stays, tapped on as a person does,
//! watched, and asked what it shows and plays.
//!
//! Everything that the page or the browser tells is folded by a task of its own as it comes, so
//! that nothing waits for the caller: times are taken where things happen, and answers of the
//! token service are reduced while the browser still has them.

mod clock;
mod event;
mod fold;
mod open;
mod page;
mod reading;
mod token;
mod watch;

pub use event::{CallEvent, CallEventKind, PageState, Remote, Status, Tap};
pub use open::CallVisit;
pub use page::CallPage;
pub use token::token_answer;
