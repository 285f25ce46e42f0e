//! A call as the pages, ears and eyes of its participants show it: no judgement.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a person is to an appointment.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Who starts and ends the call.
    Provider,
    /// Who joins it.
    Patient,
    /// Somebody with a valid identity and no part in the appointment.
    Stranger,
}

/// The identity token that a participant's page shows to the token service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum IdentityToken {
    /// Signed by the issuer and in date.
    #[default]
    Valid,
    /// Signed by the issuer, and its `exp` has passed.
    Expired,
    /// In date, with the issuer's key id, signed by another key.
    Forged,
    /// In date and signed by the issuer for another audience.
    WrongAudience,
    /// In date and signed by the issuer's key under another issuer's name.
    WrongIssuer,
    /// None is sent.
    Missing,
}

/// Whether the browser lets the page have camera and microphone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Permission {
    /// As if the person allowed it.
    #[default]
    Granted,
    /// As if the person refused it: `NotAllowedError`.
    Denied,
}

/// A colour in sRGB, eight bits a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Colour {
    /// Red.
    pub r: u8,
    /// Green.
    pub g: u8,
    /// Blue.
    pub b: u8,
}

/// What a participant's browser sends in place of camera and microphone: a picture of one colour
/// with a moving counter, and a tone. No two participants of a meeting have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FakeMedia {
    /// Colour of the picture.
    pub colour: Colour,
    /// Frequency of the tone, Hz.
    pub tone_hz: u32,
}

/// What of one participant reached another over a short interval, as the receiver's page shows
/// it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct MediaReading {
    /// How long was looked and listened, ms.
    pub interval_ms: f64,
    /// Whether the page shows a tile with the sender's video.
    pub tile: bool,
    /// Mean colour of the tile's coloured field at the end; `None` without a picture.
    pub colour: Option<Colour>,
    /// The counter in the picture at the beginning and the end; `None` where it was not legible.
    pub counter: Option<(u32, u32)>,
    /// `currentTime` of the `<video>` at the beginning and the end, s.
    pub current_time: Option<(f64, f64)>,
    /// Strongest frequency of the remote audio, Hz; `None` in silence.
    pub strongest_hz: Option<f64>,
    /// Level at the sender's tone over the median of the spectrum, dB; `None` without audio.
    pub tone_db: Option<f64>,
    /// `framesDecoded` of the sender's inbound video at the beginning and the end.
    pub frames_decoded: Option<(u64, u64)>,
    /// `packetsReceived` of the inbound audio at the beginning and the end.
    pub packets_received: Option<(u64, u64)>,
}

/// RTC statistics of one page at one time, in the names of the W3C's `webrtc-stats`. Counters run
/// since the connection began.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct RtcSnapshot {
    /// `bytesReceived` of the inbound audio.
    pub audio_bytes_received: u64,
    /// `bytesSent` of the outbound audio.
    pub audio_bytes_sent: u64,
    /// `bytesReceived` of all inbound video.
    pub video_bytes_received: u64,
    /// `bytesSent` of all outbound video.
    pub video_bytes_sent: u64,
    /// `packetsReceived` of the inbound audio.
    pub audio_packets_received: u64,
    /// `packetsLost` of all inbound streams.
    pub packets_lost: i64,
    /// `jitter` of the inbound audio, s.
    pub audio_jitter: Option<f64>,
    /// `framesDecoded` of all inbound video.
    pub frames_decoded: u64,
    /// `framesPerSecond` of the first inbound video.
    pub frames_per_second: Option<f64>,
    /// `frameWidth` of the first inbound video.
    pub frame_width: Option<u32>,
    /// `frameHeight` of the first inbound video.
    pub frame_height: Option<u32>,
    /// `currentRoundTripTime` of the nominated candidate pair, s.
    pub current_round_trip_time: Option<f64>,
}

/// An answer of the token service to a page. What it holds of tokens is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct TokenAnswer {
    /// The `action` that was asked for.
    pub action: String,
    /// Status; 0 where there was no answer.
    pub status: u16,
    /// `error` of the body, or what the body says instead of an answer; `None` on success.
    pub error: Option<String>,
    /// `meeting.MeetingId` of the body.
    pub meeting_id: Option<String>,
    /// `sessionId` of the body.
    pub session_id: Option<String>,
    /// `attendee.AttendeeId` of the body.
    pub attendee_id: Option<String>,
    /// `attendee.ExternalUserId` of the body: how the others' pages name this participant.
    pub external_user_id: Option<String>,
    /// The first line of what looks like a stack trace in the body.
    pub stack_trace: Option<String>,
}

/// What is timed in a call.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum CallMetric {
    /// From the start of the navigation to the first statement that may use the SDK.
    SdkReady,
    /// From the tap to the token service's answer.
    Token,
    /// The same of the one who starts the call: the meeting is created in that request.
    MeetingCreated,
    /// From the start of the navigation to `audioVideoDidStart`.
    Started,
    /// From the tap to `audioVideoDidStart`.
    Connected,
    /// From the tap to the first packet of another participant's audio.
    FirstRemoteAudio,
    /// From the tap to the first frame of another participant's video on the screen.
    FirstRemoteFrame,
    /// From another participant's tap on mute to its sign on this page.
    MuteSeen,
    /// From another participant's tap on end to the end of the call on this page.
    EndSeen,
}
