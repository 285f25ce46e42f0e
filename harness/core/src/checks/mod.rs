//! What an answer on the wire says to one expectation.
//!
//! Invariant: every expectation gets one outcome and one piece of evidence, which is what was
//! seen and not what was hoped for. Field syntax is RFC 9110's and RFC 9111's (`fields`); the
//! local stack has no part in it.
//!
//! Without an answer, who fell short? A certificate that is not trusted, an answer that is no
//! HTTP and a body that breaks off were said by the target: `fail`. A name that does not
//! resolve, a connection that is refused or lost and a deadline may as well be the pipeline's
//! own network: `error`, so that a gate is not blamed on the product before anyone has looked.

pub(crate) mod fields;
mod handshake;
mod json;
mod load;
pub mod secret;
#[cfg(test)]
mod tests;
mod trace;

pub(crate) use self::load::protocol as protocol_of_load;
pub use self::trace::stack_trace;

use greenroom_model::exchange::ExchangeFailureKind;
use greenroom_model::{Exchange, ExchangeFailure};

use crate::figures::{duration, number, quoted, thousands};
use crate::journal::ExchangeOutcome;
use crate::plan::{Check, Op, Request};
use crate::results::Outcome;

/// What became of one expectation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckOutcome {
    /// `pass`, `fail`, or `error` where it cannot be said.
    pub outcome: Outcome,
    /// What was seen.
    pub evidence: String,
}

impl CheckOutcome {
    fn of(holds: bool, evidence: impl Into<String>) -> Self {
        Self {
            outcome: if holds { Outcome::Pass } else { Outcome::Fail },
            evidence: evidence.into(),
        }
    }
}

/// Whether what came of a request meets every expectation, so that no further try is needed.
pub fn satisfies(request: &Request, outcome: &ExchangeOutcome) -> bool {
    request
        .checks
        .iter()
        .all(|asked| check_outcome(&asked.check, outcome).outcome == Outcome::Pass)
}

/// Puts an expectation to whatever came of the request.
pub fn check_outcome(asked: &Check, outcome: &ExchangeOutcome) -> CheckOutcome {
    match outcome {
        ExchangeOutcome::Answer(exchange) => check(asked, exchange),
        ExchangeOutcome::Failure(failure) => no_answer(failure),
        ExchangeOutcome::NotSent(reason) => CheckOutcome {
            outcome: Outcome::Error,
            evidence: format!("not sent: {}", quoted(reason)),
        },
        ExchangeOutcome::Load(record) => load::load(asked, record),
        ExchangeOutcome::Handshake(seen) => handshake::handshake(asked, seen),
    }
}

/// A plan that was changed by hand may ask anything of anything.
fn not_of_this_kind(what: &str) -> CheckOutcome {
    CheckOutcome {
        outcome: Outcome::Error,
        evidence: format!("this cannot be asked of {what}"),
    }
}

/// Puts an expectation to an answer.
pub fn check(asked: &Check, exchange: &Exchange) -> CheckOutcome {
    match asked {
        Check::Status(allowed) => CheckOutcome::of(
            allowed.contains(&exchange.status),
            format!("status {}", exchange.status),
        ),
        Check::HeaderIs { name, values } => {
            let seen = fields::combined(&exchange.headers, name);
            let holds = seen
                .as_deref()
                .is_some_and(|seen| values.iter().any(|value| value.trim() == seen));
            CheckOutcome::of(holds, field(name, seen.as_deref()))
        }
        Check::HeaderAbsent { name } => {
            let seen = fields::combined(&exchange.headers, name);
            CheckOutcome::of(seen.is_none(), field(name, seen.as_deref()))
        }
        Check::HeaderPresent { name } => {
            let seen = fields::combined(&exchange.headers, name);
            CheckOutcome::of(seen.is_some(), field(name, seen.as_deref()))
        }
        Check::HeaderHas { name, token } => {
            let seen = fields::combined(&exchange.headers, name);
            let holds = seen.as_deref().is_some_and(|seen| fields::has(seen, token));
            CheckOutcome::of(holds, field(name, seen.as_deref()))
        }
        Check::HeaderNumber {
            name,
            directive,
            op,
            value,
        } => header_number(exchange, name, directive.as_deref(), *op, *value),
        Check::HeaderNumberIfPresent { name, op, value } => {
            if fields::combined(&exchange.headers, name).is_some() {
                header_number(exchange, name, None, *op, *value)
            } else {
                CheckOutcome::of(true, field(name, None))
            }
        }
        Check::Encoding(allowed) => encoding(exchange, allowed),
        Check::Integrity(expected) => integrity(exchange, expected),
        Check::Bytes(expected) => {
            let mut evidence = format!("{} bytes", thousands(exchange.decoded_bytes));
            let holds = exchange.decoded_bytes == *expected;
            if !holds {
                evidence.push_str(&start(exchange));
            }
            CheckOutcome::of(holds, evidence)
        }
        Check::Protocol(allowed) => CheckOutcome::of(
            allowed
                .iter()
                .any(|protocol| protocol.eq_ignore_ascii_case(&exchange.protocol)),
            format!("protocol {}", quoted(&exchange.protocol)),
        ),
        Check::Json { pointer, expected } => json::json(exchange, pointer, expected),
        Check::NoStackTrace => no_stack_trace(exchange),
        Check::BodyStarts(text) => beginning(exchange, |start| start.starts_with(text)),
        Check::BodyHas(text) => beginning(exchange, |start| start.contains(text)),
        Check::BodyLacks(text) => beginning(exchange, |start| !start.contains(text)),
        Check::Became(_)
        | Check::SdkVersion(_)
        | Check::SecureContext(_)
        | Check::Channel(_)
        | Check::HandshakeAccepted(_) => not_of_this_kind("an answer on the wire"),
    }
}

fn no_answer(failure: &ExchangeFailure) -> CheckOutcome {
    let (outcome, what) = match failure.kind {
        ExchangeFailureKind::Tls => (Outcome::Fail, "the TLS handshake failed"),
        ExchangeFailureKind::Body => (Outcome::Fail, "the body broke off"),
        ExchangeFailureKind::Protocol => (Outcome::Fail, "the answer is not HTTP"),
        ExchangeFailureKind::Dns => (Outcome::Error, "the name does not resolve"),
        ExchangeFailureKind::Connection => (Outcome::Error, "no connection"),
        ExchangeFailureKind::Timeout => (Outcome::Error, "no answer within the deadline"),
    };
    CheckOutcome {
        outcome,
        evidence: format!("no answer to judge: {what}: {}", quoted(&failure.message)),
    }
}

fn field(name: &str, value: Option<&str>) -> String {
    match value {
        Some(value) => format!("`{name}: {}`", quoted(value)),
        None => format!("no `{name}`"),
    }
}

fn header_number(
    exchange: &Exchange,
    name: &str,
    directive: Option<&str>,
    op: Op,
    limit: f64,
) -> CheckOutcome {
    let Some(seen) = fields::combined(&exchange.headers, name) else {
        return CheckOutcome::of(false, field(name, None));
    };
    let text = match directive {
        Some(directive) => fields::directive(&seen, directive),
        None => Some(seen.clone()),
    };
    let evidence = field(name, Some(&seen));
    let Some(text) = text else {
        return CheckOutcome::of(false, format!("{evidence} has no value for the directive"));
    };
    let Some(value) = fields::non_negative(&text) else {
        return CheckOutcome::of(
            false,
            format!("{evidence}: `{}` is no number", quoted(&text)),
        );
    };
    CheckOutcome::of(
        op.holds(value, limit),
        format!("{evidence} ({})", number(value, 3)),
    )
}

/// A coding that is declared and cannot be undone is a failure whichever was asked for: no
/// browser could use the body.
fn encoding(exchange: &Exchange, allowed: &[String]) -> CheckOutcome {
    let declared = fields::combined(&exchange.headers, "content-encoding")
        .map(|value| value.to_ascii_lowercase());
    let seen = match declared.as_deref() {
        None | Some("") => "identity",
        // RFC 9110, section 8.4.1.3: `x-gzip` is to be taken as `gzip`.
        Some("x-gzip") => "gzip",
        Some(other) => other,
    };
    if let Some(error) = &exchange.decode_error {
        return CheckOutcome::of(
            false,
            format!(
                "declared `{}`, but the body cannot be decoded: {}",
                quoted(seen),
                quoted(error)
            ),
        );
    }
    let holds = allowed
        .iter()
        .any(|coding| coding.eq_ignore_ascii_case(seen));
    CheckOutcome::of(
        holds,
        format!(
            "`{}`, {} bytes over the wire, {} decoded, in {}",
            quoted(seen),
            thousands(exchange.body_bytes),
            thousands(exchange.decoded_bytes),
            duration(exchange.duration_ms)
        ),
    )
}

fn integrity(exchange: &Exchange, expected: &str) -> CheckOutcome {
    let same_algorithm = expected.split('-').next() == exchange.integrity.split('-').next();
    if !same_algorithm {
        return CheckOutcome {
            outcome: Outcome::Error,
            evidence: format!(
                "`{}` cannot be compared with the computed `{}`",
                quoted(expected),
                quoted(&exchange.integrity)
            ),
        };
    }
    let holds = expected.trim() == exchange.integrity;
    let mut evidence = format!("`{}`", quoted(&exchange.integrity));
    if !holds {
        evidence.push_str(", ");
        evidence.push_str(&thousands(exchange.decoded_bytes));
        evidence.push_str(" bytes");
        evidence.push_str(&start(exchange));
    }
    CheckOutcome::of(holds, evidence)
}

fn no_stack_trace(exchange: &Exchange) -> CheckOutcome {
    if let Some(error) = &exchange.decode_error {
        return CheckOutcome {
            outcome: Outcome::Error,
            evidence: format!("the body cannot be decoded: {}", quoted(error)),
        };
    }
    match &exchange.stack_trace {
        Some(line) => CheckOutcome::of(false, format!("the body has `{}`", quoted(line))),
        None => CheckOutcome::of(
            true,
            format!("none in {} bytes", thousands(exchange.decoded_bytes)),
        ),
    }
}

/// What the beginning of the body says, as far as it is kept.
fn beginning(exchange: &Exchange, holds: impl Fn(&str) -> bool) -> CheckOutcome {
    if let Some(error) = &exchange.decode_error {
        return CheckOutcome {
            outcome: Outcome::Error,
            evidence: format!("the body cannot be decoded: {}", quoted(error)),
        };
    }
    let evidence = match quoted(&exchange.body_start) {
        start if start.is_empty() => "the body is empty".to_owned(),
        start => format!("the body starts `{start}`"),
    };
    CheckOutcome::of(holds(&exchange.body_start), evidence)
}

/// How a body that is not the expected one begins: it often says by itself what it is.
fn start(exchange: &Exchange) -> String {
    let text = quoted(&exchange.body_start);
    if text.is_empty() {
        return String::new();
    }
    let first: String = text.chars().take(40).collect();
    format!(", starts `{first}`")
}
