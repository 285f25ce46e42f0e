//! Names of what the local stack can do wrong on purpose.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A fault that the local stack serves the SDK with.
///
/// Judges never see these: a diagnosis must come from what was observed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// The first byte of the SDK's answer comes this much later, in ms.
    FirstByteDelay(u64),
    /// The bundle runs and leaves the global undefined.
    GlobalUndefined,
    /// The body ends early, over HTTP/2, as if it were whole.
    EarlyEnd,
    /// 403 with S3's `AccessDenied` XML.
    AccessDenied,
    /// `text/html` with `nosniff`.
    WrongContentType,
    /// No `Access-Control-Allow-Origin` on the answer to a CORS request.
    NoAllowOrigin,
    /// The page's `integrity` is not the file's.
    WrongIntegrity,
    /// A certificate that no root vouches for.
    BadCertificate,
    /// Nobody listens where the CDN should be.
    ClosedPort,
    /// The body stops half way and never goes on.
    StalledBody,
    /// The body stops half way for this long, in ms, and then goes on.
    PausedBody(u64),
}

/// A fault of the token service or of the rows that it keeps.
///
/// Judges never see these either.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum ServiceFault {
    /// The signature of an identity token is not checked.
    ForgedTokenAccepted,
    /// Who has no part in the appointment may join.
    StrangerAdmitted,
    /// A 500 carries a stack trace.
    StackTraceLeaked,
    /// Asking again to create makes a second meeting: the idempotency token changes.
    SecondMeetingOnRetry,
    /// The meeting is made and its row is not.
    MeetingWithoutRow,
    /// The end of the call leaves status, `ended_at` and participants as they were.
    RowsNotClosed,
    /// A failure leaves no `error_message`.
    FailureNotRecorded,
    /// The tables of the calls are not there.
    MigrationMissing,
}
