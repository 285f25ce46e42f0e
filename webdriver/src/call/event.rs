//! What happens on a page in a call, and what it shows at one time.

use std::collections::BTreeMap;
use std::time::Instant;

use greenroom_model::TokenAnswer;
use greenroom_model::load::ConsoleMessage;

/// Something happened on the page, or reached it.
#[derive(Clone, Debug, PartialEq)]
pub struct CallEvent {
    /// When, on our clock. Told by the page's clock, which is known to within half a round trip
    /// to it, about 1 ms on a quiet machine.
    pub at: Instant,
    /// What.
    pub what: CallEventKind,
}

/// What can happen. `attendee` is the page's `data-attendee` of a tile: the id that the token
/// service's answer gave that participant ([`TokenAnswer::attendee_id`]).
#[derive(Clone, Debug, PartialEq)]
pub enum CallEventKind {
    /// The navigation to the page began.
    Navigated,
    /// The page posted this to the app's channel.
    Message(String),
    /// A person's tap reached the element of this id.
    Tap(String),
    /// The token service answered, or did not: then the status is 0.
    Token(TokenAnswer),
    /// The status line changed.
    Status(Status),
    /// The page's own microphone or camera button changed.
    Switched {
        /// Id of the button: `microphone` or `camera`.
        device: String,
        /// Muted, or off.
        off: bool,
    },
    /// The page shows another participant, with video or without.
    RemoteCame {
        /// Who.
        attendee: String,
        /// The page's `data-user` of them.
        user: String,
    },
    /// It shows them no more.
    RemoteLeft {
        /// Who.
        attendee: String,
    },
    /// The page shows another participant's video, or takes it away.
    RemoteTile {
        /// Who.
        attendee: String,
        /// Which.
        shown: bool,
    },
    /// The page shows that another participant is muted, or is not.
    RemoteMuted {
        /// Who.
        attendee: String,
        /// Which.
        muted: bool,
    },
    /// The first sound of another participant since the last tap on start or join. Silence, which
    /// a media server sends in the place of nobody, does not count. Looked for every 50 ms.
    FirstRemoteAudio,
    /// The first frame of another participant's video that was handed to the screen since then.
    FirstRemoteFrame {
        /// Whose.
        attendee: String,
    },
}

/// The page's status line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// Its `data-state`.
    pub state: String,
    /// Its text.
    pub text: String,
}

/// A tap that reached the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tap {
    /// Id of the element.
    pub id: String,
    /// When.
    pub at: Instant,
}

/// Another participant as the page shows them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remote {
    /// The page's `data-user` of them.
    pub user: String,
    /// With a video.
    pub tile: bool,
    /// With the sign of being muted.
    pub muted: bool,
}

/// What the page shows now, and what it said so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PageState {
    /// The status line, once there is one.
    pub status: Option<Status>,
    /// The other participants, by `data-attendee`.
    pub remotes: BTreeMap<String, Remote>,
    /// Whether the page's own microphone is muted, once it has said so.
    pub microphone_off: Option<bool>,
    /// The same of its camera.
    pub camera_off: Option<bool>,
    /// The messages to the app's channel so far, at most 500.
    pub messages: Vec<(Instant, String)>,
    /// The token service's answers so far, at most 500.
    pub answers: Vec<(Instant, TokenAnswer)>,
    /// The taps so far, at most 500.
    pub taps: Vec<Tap>,
    /// First sound of another participant since the last tap on start or join.
    pub first_remote_audio: Option<Instant>,
    /// First frame of another participant since then.
    pub first_remote_frame: Option<Instant>,
    /// Warnings and errors of console and browser log, and uncaught exceptions, at most 500 each.
    pub console: Vec<ConsoleMessage>,
}
