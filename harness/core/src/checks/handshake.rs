//! What a server's answer to a handshake says to one expectation.

use greenroom_model::exchange::{Handshake, HandshakeAnswer, TlsVersion};

use super::{CheckOutcome, not_of_this_kind};
use crate::figures::quoted;
use crate::plan::Check;
use crate::results::Outcome;

/// The alert by which a server refuses a version (RFC 8446, section 6.2).
const PROTOCOL_VERSION: u8 = 70;

/// Puts an expectation to a handshake.
pub(super) fn handshake(asked: &Check, seen: &Handshake) -> CheckOutcome {
    let Check::HandshakeAccepted(expected) = asked else {
        return not_of_this_kind("a handshake");
    };
    let offered = format!("offered TLS {} at most", number(seen.offered));
    match &seen.answer {
        HandshakeAnswer::Accepted(version) => CheckOutcome::of(
            *expected,
            format!(
                "{offered}, the server goes on with TLS {}",
                number(*version)
            ),
        ),
        HandshakeAnswer::Alert(PROTOCOL_VERSION) => CheckOutcome::of(
            !expected,
            format!("{offered}, the server refuses the version (alert 70)"),
        ),
        HandshakeAnswer::Alert(alert) => CheckOutcome::of(
            !expected,
            format!("{offered}, the server sends alert {alert}"),
        ),
        HandshakeAnswer::Closed => CheckOutcome::of(
            !expected,
            format!("{offered}, the server closes the connection"),
        ),
        HandshakeAnswer::Unknown(why) => CheckOutcome {
            outcome: Outcome::Error,
            evidence: format!("{offered}: {}", quoted(why)),
        },
    }
}

/// How a version is called.
fn number(version: TlsVersion) -> &'static str {
    match version {
        TlsVersion::Tls10 => "1.0",
        TlsVersion::Tls11 => "1.1",
        TlsVersion::Tls12 => "1.2",
        TlsVersion::Tls13 => "1.3",
    }
}
