//! The journal's lines of a meeting.
//!
//! A meeting that is resumed begins anew: only what follows the last [`MeetingBegin`] of a plan
//! counts.

use greenroom_model::{Colour, MediaReading, RtcSnapshot, TokenAnswer};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A meeting begins; records of the same plan before this line do not count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeetingBegin {
    /// Index of the plan.
    pub plan: usize,
    /// Time since the run began, ms.
    pub at_ms: f64,
}

/// A step is over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepRecord {
    /// Index of the plan.
    pub plan: usize,
    /// Index of the step in it.
    pub step: usize,
    /// Time since the run began when the step began, ms.
    pub began_ms: f64,
    /// The same when it was over.
    pub at_ms: f64,
    /// What came of it.
    pub outcome: StepOutcome,
    /// What was seen, in a sentence; for a step that failed, what was missing.
    pub detail: String,
}

/// What came of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepOutcome {
    /// What it says became true in time.
    Done,
    /// It did not.
    NotDone,
    /// Browser, driver or harness failed: says nothing of the product.
    EnvironmentError,
}

/// What of one participant reached another, beside what was sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MediaRecord {
    /// Index of the plan.
    pub plan: usize,
    /// Index of the step that it proves.
    pub step: usize,
    /// Time since the run began at the end of the interval, ms.
    pub at_ms: f64,
    /// The sender.
    pub from: String,
    /// The receiver.
    pub to: String,
    /// The colour that is sent.
    pub expected_colour: Colour,
    /// The tone that is sent, Hz.
    pub expected_tone_hz: u32,
    /// What was found.
    pub found: MediaReading,
}

/// Something happened on a participant's page, or reached it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PageEvent {
    /// Index of the plan.
    pub plan: usize,
    /// Whose page.
    pub participant: String,
    /// Time since the run began, ms; from the page's clock, set against ours.
    pub at_ms: f64,
    /// What.
    pub what: PageEventKind,
}

/// What can happen on a page in a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageEventKind {
    /// The navigation to the page began.
    Navigated,
    /// The page posted this to the app's channel, e.g. `SDK_READY`, `MEETING_JOINED`,
    /// `JOIN_ERROR: ...`.
    Message(String),
    /// A button was pressed: `start`, `join`, `leave`, `end`, `microphone` or `camera`.
    Tap(String),
    /// The token service answered.
    Token(TokenAnswer),
    /// The first packet of remote audio since the last tap on start or join.
    FirstRemoteAudio,
    /// The first frame of remote video on the screen since the last tap on start or join.
    FirstRemoteFrame,
    /// The page shows that a participant (by name, where it is known) is muted, or is not.
    RemoteMuted {
        /// Who.
        whom: String,
        /// Which.
        muted: bool,
    },
    /// The page shows the tile of a participant, or takes it away.
    RemoteTile {
        /// Who.
        whom: String,
        /// Which.
        shown: bool,
    },
    /// The page told its user something: the text of its status line.
    Status(String),
}

/// RTC statistics of a page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RtcRecord {
    /// Index of the plan.
    pub plan: usize,
    /// Whose page.
    pub participant: String,
    /// Time since the run began, ms.
    pub at_ms: f64,
    /// The statistics.
    pub stats: RtcSnapshot,
}

/// What a page looked like.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PictureRecord {
    /// Index of the plan.
    pub plan: usize,
    /// Index of the step after which it was taken.
    pub step: usize,
    /// Whose page.
    pub participant: String,
    /// Time since the run began, ms.
    pub at_ms: f64,
    /// JPEG in base64.
    pub jpeg: String,
}

/// What the database returned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RowsRecord {
    /// Index of the plan.
    pub plan: usize,
    /// Index of the step that asked; `None` for the scenario's own `records`.
    pub step: Option<usize>,
    /// Index in that list.
    pub query: usize,
    /// Time since the run began, ms.
    pub at_ms: f64,
    /// What came of it; the last of several tries.
    pub outcome: RowsOutcome,
}

/// Rows or none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowsOutcome {
    /// Rows as JSON objects.
    Rows(Vec<serde_json::Map<String, serde_json::Value>>),
    /// The server refused the query.
    Refused {
        /// SQLSTATE, e.g. `42P01` for a table that does not exist.
        code: String,
        /// The server's words.
        message: String,
    },
    /// There was no server to ask, or no value to ask with.
    NotAsked(String),
}

/// A meeting is over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeetingEnd {
    /// Index of the plan.
    pub plan: usize,
    /// Time since the run began, ms.
    pub at_ms: f64,
}
