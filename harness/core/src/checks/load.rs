//! What the load of a page says to one expectation.
//!
//! Invariant: a load that the environment spoilt fails nothing; of it everything is an `error`.

use greenroom_model::PageLoad;

use super::{CheckOutcome, not_of_this_kind};
use crate::figures::{duration, quoted};
use crate::journal::{Classification, LoadRecord};
use crate::plan::Check;
use crate::results::Outcome;

/// Puts an expectation to a load.
pub(super) fn load(asked: &Check, record: &LoadRecord) -> CheckOutcome {
    let became = record.classified.classification;
    let Some(load) = record
        .load
        .as_ref()
        .filter(|_| became != Classification::EnvironmentError)
    else {
        return CheckOutcome {
            outcome: Outcome::Error,
            evidence: format!("the page could not be loaded: {}", why(record)),
        };
    };
    match asked {
        Check::Became(allowed) => CheckOutcome::of(allowed.contains(&became), outcome(record)),
        Check::Protocol(allowed) => match protocol(load) {
            Some(seen) => CheckOutcome::of(
                allowed.iter().any(|one| one.eq_ignore_ascii_case(seen)),
                format!("the SDK came over {}", quoted(seen)),
            ),
            None => CheckOutcome::of(
                false,
                format!("the SDK came over no protocol: {}", outcome(record)),
            ),
        },
        Check::SdkVersion(expected) => match &load.sdk.version {
            Some(version) => CheckOutcome::of(
                version == expected,
                format!("the SDK says that it is {}", quoted(version)),
            ),
            None => CheckOutcome::of(
                false,
                format!("no SDK that says its version: {}", outcome(record)),
            ),
        },
        Check::SecureContext(expected) => CheckOutcome::of(
            load.secure_context == *expected,
            format!(
                "the page's origin is `{}`, {}",
                quoted(&load.origin),
                if load.secure_context {
                    "a secure context"
                } else {
                    "no secure context"
                }
            ),
        ),
        Check::Channel(expected) => CheckOutcome::of(told(load, expected), channel(load)),
        _ => not_of_this_kind("a load"),
    }
}

/// The protocol of the SDK's request: the page's word, or, where the server does not let the page
/// know (Resource Timing, section 3.5.4), the browser's.
pub(crate) fn protocol(load: &PageLoad) -> Option<&str> {
    let script = load.script.as_ref()?;
    let seen = Some(script.next_hop_protocol.as_str()).filter(|seen| !seen.is_empty());
    seen.or_else(|| {
        let mut requests = load.network.iter().rev();
        requests
            .find(|request| request.url == script.name)?
            .protocol
            .as_deref()
    })
}

/// Whether the app was told this, alone or with more behind a colon.
fn told(load: &PageLoad, expected: &str) -> bool {
    load.channel.iter().any(|sent| {
        sent.message
            .strip_prefix(expected)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
    })
}

fn channel(load: &PageLoad) -> String {
    let messages: Vec<String> = load
        .channel
        .iter()
        .map(|sent| format!("`{}`", quoted(&sent.message)))
        .collect();
    match messages.as_slice() {
        [] => "the app was told nothing".to_owned(),
        messages => format!("the app was told {}", messages.join(", ")),
    }
}

fn outcome(record: &LoadRecord) -> String {
    let became = record.classified.classification;
    let ready = record.load.as_ref().and_then(|load| load.sdk_ready_ms);
    match (&record.classified.reason, ready) {
        (Some(reason), _) => format!("{}: {}", became.in_words(), quoted(reason)),
        (None, Some(ms)) => format!("{} after {}", became.in_words(), duration(ms)),
        (None, None) => became.in_words().to_owned(),
    }
}

fn why(record: &LoadRecord) -> String {
    quoted(
        record
            .classified
            .reason
            .as_deref()
            .unwrap_or("nothing says why"),
    )
}
