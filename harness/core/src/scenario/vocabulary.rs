//! The closed lists of words: variants, deliveries, cache regimes and the like.

use std::borrow::Cow;

use greenroom_model::exchange::TlsVersion;
use greenroom_model::{
    CacheRegime, CallMetric, Delivery, IdentityToken, PageVariant, Permission, Role, ServiceFault,
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::error::Problem;
use super::written::Meaning;
use crate::journal::Classification;
use crate::plan::{HttpVersion, Metric, Op, Refusal, SampleMetric, Stop};

/// A type whose values each have one word in the language.
pub(crate) trait Vocabulary: Copy + PartialEq + 'static {
    /// What such a word names, for messages.
    const WHAT: &'static str;
    /// Every word with its value.
    const WORDS: &'static [(&'static str, Self)];

    /// The value of a word.
    fn from_word(word: &str) -> Result<Self, Problem> {
        Self::WORDS
            .iter()
            .find(|(known, _)| *known == word)
            .map(|(_, value)| *value)
            .ok_or_else(|| {
                Problem::unknown(
                    Self::WHAT,
                    word,
                    Self::WORDS.iter().map(|(known, _)| *known),
                )
            })
    }

    /// The word of a value.
    fn word(self) -> &'static str {
        Self::WORDS
            .iter()
            .find(|(_, value)| *value == self)
            .map_or("", |(known, _)| *known)
    }
}

impl<T: Vocabulary> Meaning for T {
    fn read(text: &str) -> Result<Self, Problem> {
        Self::from_word(text)
    }
}

impl Vocabulary for PageVariant {
    const WHAT: &'static str = "page variant";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("inline", Self::Inline),
        ("cdn", Self::Cdn),
        ("cdn-sri", Self::CdnSri),
    ];
}

impl Vocabulary for CacheRegime {
    const WHAT: &'static str = "cache regime";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("cold", Self::Cold),
        ("warm", Self::Warm),
        ("hot", Self::Hot),
    ];
}

impl Vocabulary for Delivery {
    const WHAT: &'static str = "delivery";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("webview", Self::Webview),
        ("https", Self::Https),
        ("opaque", Self::Opaque),
    ];
}

impl Vocabulary for Stop {
    const WHAT: &'static str = "stopping rule";
    const WORDS: &'static [(&'static str, Self)] =
        &[("resolved", Self::Resolved), ("never", Self::Never)];
}

impl Vocabulary for Metric {
    const WHAT: &'static str = "metric";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("sdk_ready", Self::SdkReady),
        ("connected", Self::Connected),
        ("failures", Self::Failures),
        ("sdk_wait", Self::SdkWait),
        ("sdk_fetch", Self::SdkFetch),
        ("document", Self::Document),
        ("compile", Self::Compile),
        ("script", Self::Script),
        ("long_tasks", Self::LongTasks),
        ("js_heap", Self::JsHeap),
    ];
}

impl Vocabulary for SampleMetric {
    const WHAT: &'static str = "metric of a comparison";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("sdk_ready", Self::SdkReady),
        ("connected", Self::Connected),
    ];
}

impl Vocabulary for Op {
    const WHAT: &'static str = "comparison";
    // The longer ones first: an expression is read from the left.
    const WORDS: &'static [(&'static str, Self)] = &[
        ("<=", Self::AtMost),
        (">=", Self::AtLeast),
        ("<", Self::Less),
        (">", Self::Greater),
    ];
}

impl Vocabulary for Role {
    const WHAT: &'static str = "role";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("provider", Self::Provider),
        ("patient", Self::Patient),
        ("stranger", Self::Stranger),
    ];
}

impl Vocabulary for IdentityToken {
    const WHAT: &'static str = "identity";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("valid", Self::Valid),
        ("expired", Self::Expired),
        ("forged", Self::Forged),
        ("wrong-audience", Self::WrongAudience),
        ("wrong-issuer", Self::WrongIssuer),
        ("missing", Self::Missing),
    ];
}

impl Vocabulary for Permission {
    const WHAT: &'static str = "permission";
    const WORDS: &'static [(&'static str, Self)] =
        &[("granted", Self::Granted), ("denied", Self::Denied)];
}

impl Vocabulary for Refusal {
    const WHAT: &'static str = "refusal";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("missing-token", Self::MissingToken),
        ("invalid-token", Self::InvalidToken),
        ("not-authorized", Self::NotAuthorized),
        ("patient-cannot-create", Self::PatientCannotCreate),
        ("patient-cannot-end", Self::PatientCannotEnd),
        ("no-active-call", Self::NoActiveCall),
        ("meeting-expired", Self::MeetingExpired),
    ];
}

impl Vocabulary for CallMetric {
    const WHAT: &'static str = "metric";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("sdk_ready", Self::SdkReady),
        ("token", Self::Token),
        ("meeting_created", Self::MeetingCreated),
        ("started", Self::Started),
        ("connected", Self::Connected),
        ("first_remote_audio", Self::FirstRemoteAudio),
        ("first_remote_frame", Self::FirstRemoteFrame),
        ("mute_seen", Self::MuteSeen),
        ("end_seen", Self::EndSeen),
    ];
}

impl Vocabulary for ServiceFault {
    const WHAT: &'static str = "fault";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("forged-token-accepted", Self::ForgedTokenAccepted),
        ("expired-token-accepted", Self::ExpiredTokenAccepted),
        ("missing-token-accepted", Self::MissingTokenAccepted),
        ("stranger-admitted", Self::StrangerAdmitted),
        ("patient-ends-call", Self::PatientEndsCall),
        ("expired-meeting-unhandled", Self::ExpiredMeetingUnhandled),
        ("stack-trace-leaked", Self::StackTraceLeaked),
        ("second-meeting-on-retry", Self::SecondMeetingOnRetry),
        ("meeting-without-row", Self::MeetingWithoutRow),
        ("rows-not-closed", Self::RowsNotClosed),
        ("failure-not-recorded", Self::FailureNotRecorded),
        ("migration-missing", Self::MigrationMissing),
    ];
}

/// Whether the app host may compress the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PageEncoding {
    Gzip,
    Identity,
}

impl Vocabulary for PageEncoding {
    const WHAT: &'static str = "page encoding";
    const WORDS: &'static [(&'static str, Self)] =
        &[("gzip", Self::Gzip), ("identity", Self::Identity)];
}

/// A content coding of an answer (RFC 9110, section 8.4.1) that can be undone here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ContentCoding {
    Gzip,
    Brotli,
    Identity,
}

impl Vocabulary for ContentCoding {
    const WHAT: &'static str = "content coding";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("gzip", Self::Gzip),
        ("br", Self::Brotli),
        ("identity", Self::Identity),
    ];
}

impl Vocabulary for HttpVersion {
    const WHAT: &'static str = "protocol";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("http/1.1", Self::Http1),
        ("h2", Self::Http2),
        ("h3", Self::Http3),
    ];
}

impl Vocabulary for TlsVersion {
    const WHAT: &'static str = "version of TLS";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("1.0", Self::Tls10),
        ("1.1", Self::Tls11),
        ("1.2", Self::Tls12),
        ("1.3", Self::Tls13),
    ];
}

impl Vocabulary for Classification {
    const WHAT: &'static str = "outcome of a load";
    // A load that the environment spoilt is nothing to expect.
    const WORDS: &'static [(&'static str, Self)] = &[
        ("ready", Self::Ready),
        ("slow", Self::Slow),
        ("timed-out", Self::TimedOut),
        ("undefined", Self::Undefined),
        ("blocked", Self::Blocked),
        ("refused", Self::Refused),
        ("truncated", Self::Truncated),
        ("unreachable", Self::Unreachable),
        ("page-error", Self::PageError),
        ("not-connected", Self::NotConnected),
    ];
}

impl Vocabulary for bool {
    const WHAT: &'static str = "truth value";
    const WORDS: &'static [(&'static str, Self)] = &[("true", true), ("false", false)];
}

/// What a server may do with a handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HandshakeEnd {
    Accepted,
    Refused,
}

impl Vocabulary for HandshakeEnd {
    const WHAT: &'static str = "end of a handshake";
    const WORDS: &'static [(&'static str, Self)] =
        &[("accepted", Self::Accepted), ("refused", Self::Refused)];
}

macro_rules! schema_of_words {
    ($($type:ident),+) => {$(
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                let words: Vec<&str> = Self::WORDS.iter().map(|(word, _)| *word).collect();
                json_schema!({"type": "string", "enum": words})
            }
        }
    )+};
}

schema_of_words!(PageEncoding, ContentCoding, HandshakeEnd);

#[cfg(test)]
mod tests {
    use serde::Serialize;

    use super::*;

    fn words_are_the_serialized_names<T: Vocabulary + Serialize>(known: usize) {
        assert_eq!(T::WORDS.len(), known);
        for (word, value) in T::WORDS {
            assert_eq!(serde_json::to_value(value).unwrap(), *word);
            assert_eq!(value.word(), *word);
        }
    }

    #[test]
    fn a_word_is_spelled_alike_in_scenarios_and_in_journals() {
        words_are_the_serialized_names::<PageVariant>(3);
        words_are_the_serialized_names::<CacheRegime>(3);
        words_are_the_serialized_names::<Delivery>(3);
        words_are_the_serialized_names::<Stop>(2);
        words_are_the_serialized_names::<Metric>(10);
        words_are_the_serialized_names::<SampleMetric>(2);
        words_are_the_serialized_names::<Op>(4);
        words_are_the_serialized_names::<Role>(3);
        words_are_the_serialized_names::<IdentityToken>(6);
        words_are_the_serialized_names::<Permission>(2);
        words_are_the_serialized_names::<Refusal>(7);
        words_are_the_serialized_names::<CallMetric>(9);
        words_are_the_serialized_names::<ServiceFault>(12);
        words_are_the_serialized_names::<HttpVersion>(3);
        words_are_the_serialized_names::<TlsVersion>(4);
        words_are_the_serialized_names::<Classification>(10);
    }
}
