//! Names of what the local stack can do wrong on purpose.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A fault that the local stack serves the SDK with.
///
/// Judges never see these: a diagnosis must come from what was observed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    // How the answer is delivered.
    /// The first byte of the SDK's answer comes this much later, in ms.
    FirstByteDelay(u64),
    /// The body comes a few bytes at a time, without an end that a user would wait for.
    Trickle,
    /// The connection is reset in the middle of the body.
    ResetMidBody,
    /// The body ends early, over HTTP/2, as if it were whole.
    EarlyEnd,
    /// `Content-Length` says more than the body has.
    WrongLength,
    /// The body stops half way and never goes on.
    StalledBody,
    /// The body stops half way for this long, in ms, and then goes on.
    PausedBody(u64),
    /// A certificate that no root vouches for.
    BadCertificate,
    /// A certificate whose time is over.
    ExpiredCertificate,
    /// Nobody listens where the CDN should be.
    ClosedPort,
    /// The SDK's address leads to itself.
    RedirectLoop,
    /// Every request is answered 503 by the origin, and the edge has no copy.
    ServiceUnavailable,

    // What is uploaded.
    /// The bundle runs and leaves the global undefined.
    GlobalUndefined,
    /// An error page was uploaded as the SDK.
    ErrorPageAsSdk,
    /// The file was cut off when it was uploaded.
    TruncatedFile,
    /// The file is another version of the SDK than its name says.
    OtherVersion,
    /// The upload replaced a file of the same name, and the edge still has the one before.
    StaleAfterDeploy,
    /// `text/html` with `nosniff`.
    WrongContentType,
    /// `application/octet-stream` with `nosniff`.
    OctetStream,
    /// `Content-Encoding: gzip` on a body that is not compressed.
    EncodingNotApplied,
    /// `Cache-Control` allows an hour only.
    ShortMaxAge,
    /// No `Cache-Control` at all.
    NoCacheControl,
    /// `immutable` for a year on a name without a version.
    ImmutableUnversioned,

    // How the distribution and its bucket are configured.
    /// 403 with S3's `AccessDenied` XML.
    AccessDenied,
    /// The object is not there, and the bucket may be listed: 404 `NoSuchKey`.
    MissingKey,
    /// The behaviour has no response headers policy.
    NoResponseHeadersPolicy,
    /// No `Access-Control-Allow-Origin` on the answer to a CORS request.
    NoAllowOrigin,
    /// The allowed origins are a list, on which `null` is not.
    OriginListRefusesNull,
    /// The policy adds CORS and nothing of the security headers.
    NoSecurityHeaders,
    /// The behaviour does not compress.
    Uncompressed,
    /// The edge keeps nothing.
    AlwaysMiss,
    /// Plain HTTP is answered and not redirected.
    HttpNotRedirected,
    /// HTTP/1.1 only.
    NoHttp2,
    /// HTTP/3 is not offered.
    NoHttp3,
    /// The bucket answers anybody.
    BucketPublic,
    /// A missing file is answered 200 with an HTML page.
    SoftNotFound,
    /// The edge keeps an error for an hour.
    ErrorCachedLong,
    /// The distribution is not deployed yet: its name leads to no distribution.
    DistributionInProgress,

    // What the page says.
    /// The page's `integrity` is not the file's.
    WrongIntegrity,
    /// The page's `integrity` is a placeholder that nobody filled in.
    PlaceholderIntegrity,
    /// The page has `integrity` and no `crossorigin`.
    IntegrityWithoutCrossorigin,
    /// The `<script>` names a handler that is defined further down.
    HandlerBeforeDefinition,
    /// The page posts to a channel that the app did not register.
    ChannelMismatch,
    /// The page's SDK address is a placeholder that nobody filled in.
    PlaceholderSdkUrl,
    /// The page's SDK address is that of a distribution that was deleted.
    OtherSdkUrl,
    /// The page has no origin, so it is no secure context.
    InsecureContext,
    /// The page calls what version 3 of the SDK no longer has, and cannot join.
    OldSdkCalls,
}

impl Fault {
    /// Whether it is of the whole CDN: a property of the distribution, of its bucket or of how it
    /// treats names that are not the SDK's, which one address of it cannot have for itself.
    pub fn is_of_the_whole_stack(&self) -> bool {
        matches!(
            self,
            Self::HttpNotRedirected
                | Self::NoHttp2
                | Self::NoHttp3
                | Self::BucketPublic
                | Self::SoftNotFound
                | Self::ErrorCachedLong
                | Self::DistributionInProgress
        )
    }

    /// Whether a page that carries its SDK can have it: it is of the code or of the page itself,
    /// and not of a request for the SDK.
    pub fn reaches_inline(&self) -> bool {
        matches!(
            self,
            Self::GlobalUndefined
                | Self::ErrorPageAsSdk
                | Self::TruncatedFile
                | Self::OtherVersion
                | Self::ChannelMismatch
                | Self::InsecureContext
                | Self::OldSdkCalls
        )
    }
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
    /// An identity token whose time is over is accepted.
    ExpiredTokenAccepted,
    /// A request without an identity token is taken for the patient's.
    MissingTokenAccepted,
    /// Who has no part in the appointment may join.
    StrangerAdmitted,
    /// The patient may end the call.
    PatientEndsCall,
    /// A meeting that is over is answered 500 and not 410.
    ExpiredMeetingUnhandled,
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
