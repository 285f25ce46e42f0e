//! The SDK comes, and too late for the page's own timer.

use greenroom_model::exchange::ExchangeFailureKind;

use super::super::Cause;
use super::super::case::{Case, Finding, Loaded, Place, View};
use super::finding;
use crate::figures::duration;
use crate::journal::Classification;

/// From the request to the first byte, where the page may see it (`Timing-Allow-Origin`).
fn waited_ms(loaded: &Loaded<'_>) -> Option<f64> {
    let script = loaded.load.script.as_ref()?;
    (script.request_start > 0.0).then_some(script.response_start - script.request_start)
}

/// A page that was ready after its timer, with the time at which it was.
fn late(view: &View<'_>) -> Option<(f64, f64)> {
    let loaded = view.loaded()?;
    let slow = loaded.classified.classification == Classification::Slow;
    let ready_ms = loaded.load.sdk_ready_ms.filter(|_| slow)?;
    Some((ready_ms, waited_ms(&loaded)?))
}

/// No header section before the deadline, to a page or on the wire.
fn is_unanswered(view: &View<'_>) -> bool {
    let by_wire = view.no_answer().is_some_and(|failure| {
        failure.kind == ExchangeFailureKind::Timeout && !failure.message.contains("body")
    });
    let by_page = view.loaded().is_some_and(|loaded| {
        let timed_out = loaded.classified.classification == Classification::TimedOut;
        let open = |request: &greenroom_model::load::NetworkRequest| {
            request.status.is_none() && (request.end_ms.is_none() || request.canceled)
        };
        timed_out && loaded.request.is_some_and(open)
    });
    by_wire || by_page
}

/// The page was late, and most of that time nothing had come yet.
fn is_late_at_first(view: &View<'_>) -> bool {
    late(view).is_some_and(|(ready_ms, waited_ms)| waited_ms >= ready_ms / 2.0)
}

pub(super) fn slow_first_byte(case: &Case<'_>) -> Option<Finding> {
    let (ready_ms, waited_ms) = case
        .of_sdk()
        .filter(|view| is_late_at_first(view))
        .filter_map(late)
        .max_by(|one, other| one.0.total_cmp(&other.0))?;
    finding(
        Cause::SlowFirstByte,
        format!(
            "the SDK's first byte comes after {}, and the page is ready at {}: the user has \
             already been shown a timeout",
            duration(waited_ms),
            duration(ready_ms)
        ),
        "see in `Server-Timing` (`Pragma: server-timing`) whether the edge or the origin takes \
         the time; what the edge keeps (`MinTTL`, `Cache-Control: max-age`) does not wait for \
         the origin, and `OriginShield` spares it most misses",
        case.claims(|failure| {
            failure.is_at(Place::Sdk)
                && (is_late_at_first(&failure.view) || is_unanswered(&failure.view))
        }),
    )
}

pub(super) fn no_answer(case: &Case<'_>) -> Option<Finding> {
    // A server that answers others of these questions takes its time, and is not silent.
    if case.answered() {
        return None;
    }
    case.of_sdk().find(|view| is_unanswered(view))?;
    finding(
        Cause::NoAnswer,
        "the SDK's request is sent and never answered, so the page waits for its timer and \
         nobody can join",
        "fetch the file with `curl -v` from elsewhere; lower the origin's `OriginReadTimeout`, \
         so that the edge gives up before the page does and says why",
        case.claims(|failure| {
            let on_cdn = matches!(failure.view.place, Place::Sdk | Place::OtherFile);
            on_cdn && is_unanswered(&failure.view)
        }),
    )
}

/// The page was late for its SDK's body.
fn late_at_last(view: &View<'_>) -> Option<f64> {
    let (ready_ms, waited_ms) = late(view)?;
    (waited_ms < ready_ms / 2.0).then_some(ready_ms)
}

/// The longest that a body stood still between two parts of it, to a page or on the wire.
fn longest_pause_ms(case: &Case<'_>) -> Option<f64> {
    let pauses = case.of_sdk().filter_map(|view| match view.exchange() {
        Some(exchange) => exchange.longest_pause_ms,
        None => view.request?.longest_pause_ms,
    });
    pauses.max_by(f64::total_cmp)
}

pub(super) fn paused(case: &Case<'_>) -> Option<Finding> {
    let ready_ms = case
        .of_sdk()
        .filter_map(late_at_last)
        .max_by(f64::total_cmp)?;
    // A slow network delivers slowly, and without a halt.
    let pause_ms = longest_pause_ms(case).filter(|pause| *pause >= ready_ms / 2.0)?;
    finding(
        Cause::Paused,
        format!(
            "the SDK's body stops half way for {} and then goes on: the user has already been \
             shown a timeout",
            duration(pause_ms)
        ),
        "look at the origin, whose body the edge passes on as it comes; a copy in the edge's \
         cache (`Cache-Control: max-age`, `MinTTL`) would not depend on it",
        case.claims(|failure| {
            failure.is_at(Place::Sdk)
                && (late_at_last(&failure.view).is_some() || is_unanswered(&failure.view))
        }),
    )
}
