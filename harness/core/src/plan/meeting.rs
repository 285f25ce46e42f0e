//! What a meeting scenario will do, resolved.

use greenroom_model::{
    CallMetric, Delivery, DeviceProfile, FakeMedia, IdentityToken, NetworkProfile, PageTimers,
    PageVariant, Permission, Role, ServiceFault,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{At, Op};

/// A meeting: who takes part, what they do in order, and what is expected of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Meeting {
    /// Who takes part, in the scenario's order. Names are unique.
    pub participants: Vec<Participant>,
    /// Which page everybody loads.
    pub variant: PageVariant,
    /// How the HTML is delivered; never `opaque`, which is no secure context and has no camera.
    pub delivery: Delivery,
    /// The page's own timers.
    pub page_timers: PageTimers,
    /// Each step has at most this long to become true, in ms.
    pub timeout_ms: u64,
    /// In order.
    pub steps: Vec<AskedStep>,
    /// Limits on what was timed; each gates.
    pub expectations: Vec<AskedLimit>,
    /// What the database must hold at the end; each gates.
    pub records: Vec<AskedRows>,
    /// What the token service is told to do wrong. Judges never read this.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub injected: Vec<ServiceFault>,
}

/// One person in a browser of their own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Participant {
    /// As the steps name them.
    pub name: String,
    /// What they are to the appointment.
    pub role: Role,
    /// The identity token that their page shows.
    pub identity: IdentityToken,
    /// Device class.
    pub device: DeviceProfile,
    /// Network class. It shapes page, SDK and token requests; media runs unshaped.
    pub network: NetworkProfile,
    /// Whether the page may have the camera and the microphone.
    pub camera: Permission,
    /// What they send.
    pub media: FakeMedia,
}

/// A step with its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AskedStep {
    /// As written, the participant included, e.g. `patient: join call`.
    pub text: String,
    /// Where it is written.
    pub at: At,
    /// What it says.
    pub step: Step,
}

/// What a step does, or waits to see. `who` and the like are participants' names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Opens the page where it is not open, taps "Start call", waits to be in the call.
    StartCall {
        /// The participant.
        who: String,
    },
    /// Opens the page where it is not open, taps "Join call", waits to be in the call. Also
    /// after `leave` and after a killed browser, which is started anew.
    JoinCall {
        /// The participant.
        who: String,
    },
    /// Opens the page, taps start or join, and waits to be told that it is refused.
    Refused {
        /// The participant.
        who: String,
        /// What is asked for.
        action: TokenAction,
        /// The refusal that is expected.
        refusal: Refusal,
    },
    /// Asks the token service to create once more, as an app does that got no answer, and waits
    /// for the answer: it must name the same meeting.
    RetryCreate {
        /// The participant.
        who: String,
    },
    /// Taps "Leave", waits to be out of the call.
    Leave {
        /// The participant.
        who: String,
    },
    /// Taps "End call", waits to be out of the call.
    EndCall {
        /// The participant.
        who: String,
    },
    /// Taps the microphone or camera button, waits for the page to show the new state.
    Switch {
        /// The participant.
        who: String,
        /// Which device.
        device: SwitchedDevice,
        /// On or off.
        on: bool,
    },
    /// Waits until media flows in each of these directions, and proves it by picture and sound.
    Receives {
        /// In this order.
        directions: Vec<Direction>,
    },
    /// Waits until the media of each of these directions is gone.
    StopsReceiving {
        /// In this order.
        directions: Vec<Direction>,
    },
    /// Waits until the page tells its user.
    Told {
        /// The participant.
        who: String,
        /// What of.
        notice: Notice,
    },
    /// The stack cuts this participant's signaling connection.
    DropSignaling {
        /// The participant.
        who: String,
    },
    /// Waits until this participant's page is back in the call by itself.
    Recovers {
        /// The participant.
        who: String,
    },
    /// The stack's media server is gone: its UDP socket and signaling connections are closed,
    /// and new ones are refused.
    StopMediaServer,
    /// The stack's media server is back.
    StartMediaServer,
    /// This participant's browser is killed.
    KillBrowser {
        /// The participant.
        who: String,
    },
    /// The meeting expires: the service deletes it, and the token service is not told.
    ExpireMeeting,
    /// Waits until the rows are as expected.
    Records {
        /// What is asked of the database.
        rows: Vec<AskedRows>,
    },
}

/// What a page asks the token service for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TokenAction {
    /// A new meeting.
    Create,
    /// A place in the one that runs.
    Join,
    /// The end of it.
    End,
}

/// How the token service refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// 401, no identity token.
    MissingToken,
    /// 401, an identity token that does not hold.
    InvalidToken,
    /// 403, no part in the appointment.
    NotAuthorized,
    /// 403 `PATIENT_CANNOT_CREATE`.
    PatientCannotCreate,
    /// 403 `PATIENT_CANNOT_END`.
    PatientCannotEnd,
    /// 404 `NO_ACTIVE_CALL`.
    NoActiveCall,
    /// 410 `MEETING_EXPIRED`.
    MeetingExpired,
}

/// A switch of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SwitchedDevice {
    /// Mute and unmute.
    Microphone,
    /// Camera off and on.
    Camera,
}

/// From one participant to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Direction {
    /// The sender.
    pub from: String,
    /// The receiver.
    pub to: String,
    /// Whether the picture is meant.
    pub video: bool,
    /// Whether the sound is meant.
    pub audio: bool,
}

/// What a page tells its user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// The call was ended.
    CallEnded,
    /// Another participant is not in the call any more.
    Left {
        /// Who.
        whom: String,
    },
    /// The connection is being re-established.
    Reconnecting,
    /// The connection is lost.
    ConnectionLost,
    /// The camera or the microphone may not be used.
    CameraDenied,
    /// Another participant muted.
    Muted {
        /// Who.
        whom: String,
    },
}

/// `PARTICIPANT.METRIC OP VALUE` with its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AskedLimit {
    /// As written.
    pub text: String,
    /// Where it is written.
    pub at: At,
    /// Whose.
    pub participant: String,
    /// What of it.
    pub metric: CallMetric,
    /// Which way.
    pub op: Op,
    /// The limit, ms.
    pub value: f64,
}

/// A query and the rows that it must return, with its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AskedRows {
    /// As written, on one line.
    pub text: String,
    /// Where it is written.
    pub at: At,
    /// SQL with `$1`, `$2`... in place of the `${...}` names.
    pub sql: String,
    /// The names whose values are bound, in order.
    pub parameters: Vec<MeetingName>,
    /// The rows, in order.
    pub rows: Vec<ExpectedRow>,
}

/// A `${...}` name whose value only a meeting knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum MeetingName {
    /// `${session.id}`: `sessionId` of the token service's last answer to create.
    #[serde(rename = "session.id")]
    SessionId,
    /// `${meeting.id}`: `MeetingId` of that answer.
    #[serde(rename = "meeting.id")]
    MeetingId,
    /// `${appointment.id}`: the appointment that the participants meet for.
    #[serde(rename = "appointment.id")]
    AppointmentId,
}

/// What is expected of a row: column by column.
pub type ExpectedRow = Vec<(String, ExpectedValue)>;

/// What is expected of a value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpectedValue {
    /// This scalar; numbers are compared as numbers, anything else as PostgreSQL's text.
    Is(serde_json::Value),
    /// Anything but NULL (`present`).
    Present,
    /// NULL (`absent`).
    Absent,
    /// A number that satisfies this.
    Number {
        /// Which way.
        op: Op,
        /// The limit.
        value: f64,
    },
}
