//! The closed list of causes, the gravest first.
//!
//! Invariant: the order is that of a report. What keeps everybody out comes before what keeps
//! some out, that before what lets in who should not be, and that before what is slow or costs.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Declares [`Cause`] with the word of each variant, so that the vocabulary stands in one place.
macro_rules! causes {
    ($($(#[$meta:meta])+ $variant:ident = $word:literal,)+) => {
        /// What can be wrong with a deployment, as far as it can be told from outside. Its order
        /// is that of gravity.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
            JsonSchema,
        )]
        pub enum Cause {
            $($(#[$meta])+ #[serde(rename = $word)] $variant,)+
        }

        impl Cause {
            /// All of them, the gravest first.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// As it stands in a scenario and in the results.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }
        }
    };
}

causes! {
    // Nobody gets an answer.
    /// CloudFront knows no distribution by that name, or the name does not resolve.
    DistributionNotFound = "distribution-not-found",
    /// Nobody listens, or every connection is lost.
    Unreachable = "unreachable",
    /// The certificate's time is over.
    CertificateExpired = "certificate-expired",
    /// No root vouches for the certificate, or it is for another name.
    CertificateUntrusted = "certificate-untrusted",
    /// The request is taken and never answered.
    NoAnswer = "no-answer",

    // The page asks for something else.
    /// The page's SDK address is a placeholder that nobody filled in.
    SdkUrlPlaceholder = "sdk-url-placeholder",
    /// The page's SDK address is not the one of this deployment, and leads nowhere.
    SdkUrlUnknownHost = "sdk-url-unknown-host",

    // The answer is an error.
    /// The SDK's address leads to itself.
    RedirectLoop = "redirect-loop",
    /// The edge has no copy, and the origin answers 5xx.
    OriginUnavailable = "origin-unavailable",
    /// The store's `AccessDenied`: its policy, or a missing key that it does not tell of.
    AccessDenied = "access-denied",
    /// The store's `NoSuchKey`, or another 404.
    MissingKey = "missing-key",
    /// CloudFront refuses by itself: method, firewall, geography, alias.
    EdgeRefused = "edge-refused",

    // The body does not come whole.
    /// `Content-Encoding` says what the body is not.
    EncodingNotApplied = "encoding-not-applied",
    /// The connection is reset in the middle of the body.
    ResetMidBody = "reset-mid-body",
    /// `Content-Length` promises more than comes.
    WrongLength = "wrong-length",
    /// The body stops half way and never goes on.
    Stalled = "stalled",
    /// The body comes so slowly that nobody would wait for its end.
    Trickle = "trickle",
    /// The transfer ends early, as if it were whole; the file is longer.
    EndsEarly = "ends-early",

    // The body is not the SDK that was built.
    /// A page or an error document stands under the SDK's name.
    BodyIsNotTheSdk = "body-is-not-the-sdk",
    /// The file was cut off when it was uploaded.
    Truncated = "truncated",
    /// The edge serves a copy from before the deployment.
    StaleObject = "stale-object",
    /// The file is another version of the SDK than its name says.
    OtherVersion = "other-version",
    /// The SDK runs and leaves its global undefined, or lacks what the page needs of it.
    ExportWrong = "export-wrong",
    /// The file is a script, and not the one that was built.
    OtherBuild = "other-build",

    // The browser keeps it out.
    /// The behaviour has no response headers policy.
    NoResponseHeadersPolicy = "no-response-headers-policy",
    /// No `Access-Control-Allow-Origin` on the answer to a CORS request.
    NoAllowOrigin = "no-allow-origin",
    /// The allowed origins are a list, on which `null` is not.
    NullOriginRefused = "null-origin-refused",
    /// The allowed origins do not have the app's.
    OriginRefused = "origin-refused",
    /// The page's `integrity` is a placeholder that nobody filled in.
    IntegrityPlaceholder = "integrity-placeholder",
    /// The page's `integrity` is that of another file.
    IntegrityStale = "integrity-stale",
    /// The page has `integrity` and no `crossorigin`.
    IntegrityWithoutCrossorigin = "integrity-without-crossorigin",
    /// The type of the file is none of a script, and `nosniff` stands by it.
    WrongContentType = "wrong-content-type",

    // The page is wrong.
    /// The `<script>` names a handler that is not defined when it fires.
    HandlerUndefined = "handler-undefined",
    /// The page posts to a channel that the app did not register.
    ChannelMismatch = "channel-mismatch",
    /// The page calls what this version of the SDK no longer has.
    OldSdkCalls = "old-sdk-calls",
    /// The page is no secure context, so it has no camera.
    InsecureContext = "insecure-context",

    // It comes too late.
    /// The first byte of the SDK takes most of the time that the page allows.
    SlowFirstByte = "slow-first-byte",
    /// The body stops for longer than the page waits, and then goes on.
    Paused = "paused",

    // Who should not get in does.
    /// A forged identity token is accepted.
    ForgedTokenAccepted = "forged-token-accepted",
    /// An identity token whose time is over is accepted.
    ExpiredTokenAccepted = "expired-token-accepted",
    /// A request without an identity token is accepted.
    MissingTokenAccepted = "missing-token-accepted",
    /// An identity token for another audience is accepted.
    WrongAudienceAccepted = "wrong-audience-accepted",
    /// An identity token of another issuer is accepted.
    WrongIssuerAccepted = "wrong-issuer-accepted",
    /// Who has no part in the appointment is let in.
    StrangerAdmitted = "stranger-admitted",
    /// The patient may end the call.
    PatientEndsCall = "patient-ends-call",
    /// A 500 carries a stack trace.
    StackTraceLeaked = "stack-trace-leaked",
    /// The bucket answers anybody.
    BucketPublic = "bucket-public",
    /// Plain HTTP is answered and not redirected.
    HttpNotRedirected = "http-not-redirected",
    /// A version of TLS that is no longer safe is accepted.
    OldTlsAccepted = "old-tls-accepted",
    /// CORS is there, and the security headers are not.
    SecurityHeadersMissing = "security-headers-missing",

    // The call and its rows.
    /// Asking again to create makes a second meeting.
    SecondMeetingOnRetry = "second-meeting-on-retry",
    /// The tables of the calls are not there, or older than the queries.
    MigrationMissing = "migration-missing",
    /// A meeting runs and has no row.
    MeetingWithoutRow = "meeting-without-row",
    /// A meeting that is over is answered 500 and not 410.
    ExpiredMeetingUnhandled = "expired-meeting-unhandled",
    /// The end of the call leaves its rows as they were.
    RowsNotClosed = "rows-not-closed",
    /// A failure leaves no message in its row.
    FailureNotRecorded = "failure-not-recorded",

    // It is slower or dearer than it need be, or will be wrong tomorrow.
    /// A missing file is answered 200 with a page.
    Soft404 = "soft-404",
    /// `immutable` on a name without a version.
    ImmutableUnversioned = "immutable-unversioned",
    /// The edge keeps an error for long.
    ErrorCachedLong = "error-cached-long",
    /// The edge keeps nothing.
    NeverCached = "never-cached",
    /// The behaviour does not compress.
    Uncompressed = "uncompressed",
    /// No `Cache-Control` at all.
    NoCacheControl = "no-cache-control",
    /// `Cache-Control` allows less time than it could.
    ShortMaxAge = "short-max-age",
    /// HTTP/1.1 only.
    NoHttp2 = "no-http2",
    /// HTTP/3 is not offered, or not answered.
    NoHttp3 = "no-http3",
}

impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_read_by_its_word_and_words_are_kebab_case() {
        for cause in Cause::ALL {
            let word = cause.word();
            let read: Cause = serde_json::from_value(word.into()).unwrap();
            assert_eq!(read, *cause);
            let kebab = word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
            assert!(kebab, "{word}");
        }
        assert!(Cause::ALL.is_sorted());
    }
}
