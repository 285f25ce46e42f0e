//! The DevTools WebSocket: commands with a deadline, and events that are not lost.
//!
//! Chromedriver refuses browser contexts and hands out no events, so a second connection runs
//! beside it. The protocol is flat (`Target.attachToTarget {flatten: true}`): one socket, every
//! message marked with the session it belongs to.
//!
//! Invariant: an event of a session is either handed to that session's receiver or counted in
//! its [`TargetSession::lost_events`]; it is never dropped in silence.

mod connection;
mod endpoint;
mod wire;

pub(crate) use connection::{Devtools, PendingReply, TargetSender, TargetSession};
pub(crate) use endpoint::{http_get, web_socket_url};
pub(crate) use wire::Event;

use std::time::Duration;

/// Why a DevTools command or connection failed.
#[derive(Debug, thiserror::Error)]
pub enum DevtoolsError {
    /// The socket could not be opened.
    #[error("no DevTools connection to `{address}`")]
    Connect {
        /// `host:port` or the WebSocket URL.
        address: String,
        /// What went wrong.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The browser closed the socket, or the target behind a session went away.
    #[error("the DevTools connection was closed")]
    Closed,
    /// No answer to a command in time.
    #[error("no answer to `{method}` within {} ms", limit.as_millis())]
    Timeout {
        /// CDP method.
        method: String,
        /// How long it was waited for.
        limit: Duration,
    },
    /// The browser answered with an error.
    #[error("`{method}` was refused: {message} ({code})")]
    Refused {
        /// CDP method.
        method: String,
        /// JSON-RPC error code.
        code: i64,
        /// The browser's words.
        message: String,
    },
    /// An answer lacked a member that the protocol promises.
    #[error("the answer to `{method}` has no `{member}`")]
    Incomplete {
        /// CDP method.
        method: String,
        /// The missing member.
        member: &'static str,
    },
}
