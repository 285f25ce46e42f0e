//! What came of a meeting.

use greenroom_model::{
    CallMetric, Delivery, DeviceProfile, FakeMedia, MediaReading, NetworkProfile, PageVariant,
    Role, RtcSnapshot,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Outcome;
use crate::plan::Op;

/// A meeting's results.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MeetingResult {
    /// Which page everybody loaded.
    pub variant: PageVariant,
    /// How its HTML was delivered.
    pub delivery: Delivery,
    /// When the meeting began, ms since the run began: the zero of every time below.
    pub began_ms: f64,
    /// How long it took, ms.
    pub duration_ms: f64,
    /// In a sentence: what was proved, on which target.
    pub sentence: String,
    /// What was diagnosed, and what limits the findings, e.g. that media ran unshaped.
    pub notes: Vec<String>,
    /// Who took part.
    pub participants: Vec<ParticipantResult>,
    /// What they did.
    pub steps: Vec<StepRow>,
    /// Limits on what was timed.
    pub limits: Vec<LimitRow>,
    /// What reached whom.
    pub media: Vec<MediaRow>,
    /// What the database held.
    pub rows: Vec<RowsRow>,
}

/// One participant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ParticipantResult {
    /// Name.
    pub name: String,
    /// What they are to the appointment.
    pub role: Role,
    /// Device class.
    pub device: DeviceProfile,
    /// Network class.
    pub network: NetworkProfile,
    /// What they sent.
    pub media: FakeMedia,
    /// What was timed, first of each.
    pub timings: Vec<CallTiming>,
    /// What happened on the page, for the timeline.
    pub events: Vec<TimelineEvent>,
    /// Statistics over time.
    pub stats: Vec<StatsPoint>,
    /// The last picture taken in the call, of a step that proves seeing where there is one, and
    /// the last of a step that failed: JPEG in base64.
    pub pictures: Vec<Picture>,
}

/// One time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CallTiming {
    /// What was timed.
    pub metric: CallMetric,
    /// ms.
    pub ms: f64,
    /// When it was over, on the meeting's axis, ms.
    pub at_ms: f64,
}

/// A point on a participant's line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TimelineEvent {
    /// On the meeting's axis, ms.
    pub at_ms: f64,
    /// In words, e.g. `tap: join`, `SDK ready`, `joined`, `first remote frame`.
    pub label: String,
    /// What kind it is, for its mark.
    pub kind: TimelineKind,
}

/// Kinds of points on a timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TimelineKind {
    /// The person did something.
    Tap,
    /// The page or the service got somewhere.
    Progress,
    /// Media began or ended.
    Media,
    /// Something was refused or lost.
    Trouble,
}

/// Statistics at one time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StatsPoint {
    /// On the meeting's axis, ms.
    pub at_ms: f64,
    /// The statistics.
    pub stats: RtcSnapshot,
}

/// A picture of a page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Picture {
    /// On the meeting's axis, ms.
    pub at_ms: f64,
    /// After which step, as written.
    pub step: String,
    /// JPEG in base64.
    pub jpeg: String,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StepRow {
    /// As written.
    pub text: String,
    /// On the meeting's axis, ms; `None` where it was not tried.
    pub began_ms: Option<f64>,
    /// How long it took, ms.
    pub duration_ms: Option<f64>,
    /// Index into [`super::Results::verdicts`].
    pub verdict: usize,
}

/// A limit on what was timed, and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LimitRow {
    /// As written.
    pub text: String,
    /// Whose.
    pub participant: String,
    /// What of it.
    pub metric: CallMetric,
    /// Which way.
    pub op: Op,
    /// The limit, ms.
    pub value: f64,
    /// What was timed, ms; `None` where it never came.
    pub ms: Option<f64>,
    /// Index into [`super::Results::verdicts`].
    pub verdict: usize,
}

/// What a step asked for in one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AskedMedia {
    /// The picture is meant.
    pub video: bool,
    /// The sound is meant.
    pub audio: bool,
    /// It is to be gone; otherwise it is to flow.
    pub gone: bool,
}

/// What of one participant reached another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MediaRow {
    /// The step that asked, as written.
    pub step: String,
    /// What the step asked for.
    pub asked: AskedMedia,
    /// Whether what the step asked for is proved.
    pub holds: bool,
    /// The sender.
    pub from: String,
    /// The receiver.
    pub to: String,
    /// What was sent.
    pub sent: FakeMedia,
    /// What was found.
    pub found: MediaReading,
    /// The picture was seen: the sender's colour, a counter that moved, frames that were decoded.
    pub seen: bool,
    /// The tone was heard: the sender's frequency stood out, packets came.
    pub heard: bool,
    /// In a sentence.
    pub sentence: String,
}

/// A query and what it returned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RowsRow {
    /// As written.
    pub text: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Expected and found, in words.
    pub sentence: String,
    /// What was found.
    pub found: Vec<serde_json::Map<String, serde_json::Value>>,
}
