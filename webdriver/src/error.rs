//! What can go wrong around a load, as opposed to in it.

use crate::devtools::DevtoolsError;
use crate::session::SessionError;

/// The environment failed: nothing can be said of the page.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A CDP command or the connection failed.
    #[error("the browser did not do as it was told")]
    Devtools(#[from] DevtoolsError),
    /// A W3C command failed.
    #[error("chromedriver did not do as it was told")]
    Session(#[from] SessionError),
    /// The renderer process ended.
    #[error("the tab crashed")]
    Crashed,
    /// The tab, or the browser with it, went away during the load.
    #[error("the tab was closed or the browser ended during the load")]
    Gone,
    /// The page made more events than are kept; what was observed has gaps.
    #[error("{count} events of the page were lost: it makes more than can be recorded")]
    EventsLost {
        /// How many.
        count: u64,
    },
    /// The document does not fit into a URL.
    #[error(
        "the page makes a `data:` URL of {length} bytes and Chromium takes {limit}; use another delivery or a smaller page"
    )]
    DataUrlTooLong {
        /// Length of the URL in bytes.
        length: usize,
        /// Chromium's limit in bytes.
        limit: usize,
    },
    /// There is no page to be in a call with.
    #[error("the page could not be opened: {reason}")]
    NoDocument {
        /// The browser's words, e.g. `net::ERR_NAME_NOT_RESOLVED`.
        reason: String,
    },
    /// An element could not be tapped on in time.
    #[error("`{selector}` could not be tapped on: {reason}")]
    NotTapped {
        /// CSS selector of the element.
        selector: String,
        /// What was in the way.
        reason: String,
    },
    /// The page did not answer as it should have.
    #[error("`{what}` could not be read from the page: {reason}")]
    Unreadable {
        /// What was asked.
        what: &'static str,
        /// What came instead.
        reason: String,
    },
}

impl LoadError {
    /// Whether the session is of no further use, so that the next load needs a new
    /// [`crate::Driver`].
    pub fn session_lost(&self) -> bool {
        match self {
            Self::Devtools(error) => !matches!(
                error,
                DevtoolsError::Refused { .. } | DevtoolsError::Incomplete { .. }
            ),
            Self::Session(error) => error.session_lost(),
            // chromedriver gives a session up with its crashed tab.
            Self::Crashed | Self::Gone => true,
            Self::EventsLost { .. }
            | Self::DataUrlTooLong { .. }
            | Self::NoDocument { .. }
            | Self::NotTapped { .. }
            | Self::Unreadable { .. } => false,
        }
    }
}
