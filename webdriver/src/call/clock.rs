//! The page's clock set against ours.
//!
//! `performance.now()` counts from the start of the navigation and never jumps; so one instant of
//! ours, that of the page's zero, brings every page of every browser onto one axis.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::devtools::{DevtoolsError, TargetSender};

/// Most questions that are asked.
const TRIES: u32 = 12;
/// A round trip as short as this leaves an error of at most half of it.
const SHORT: Duration = Duration::from_millis(2);

/// Where the page's times are on our clock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct PageClock {
    /// Our instant of the page's zero.
    zero: Instant,
    /// The page's zero by the system's clock, ms since 1970.
    time_origin: f64,
}

impl PageClock {
    /// Asks the page for its time until an answer comes quickly, and takes the quickest: the
    /// page's reading lies within the round trip, so half of that bounds the error.
    pub(crate) async fn estimate(page: &TargetSender) -> Result<Self, DevtoolsError> {
        let mut best: Option<(Duration, Self)> = None;
        for _ in 0..TRIES {
            let asked = Instant::now();
            let answer = page
                .call(
                    "Runtime.evaluate",
                    json!({
                        "expression": "[performance.now(), performance.timeOrigin]",
                        "returnByValue": true,
                    }),
                )
                .await?;
            let trip = asked.elapsed();
            let clock = Self::read(asked + trip / 2, &answer["result"]["value"])?;
            if best.is_none_or(|(shortest, _)| trip < shortest) {
                best = Some((trip, clock));
            }
            if trip <= SHORT {
                break;
            }
        }
        best.map(|(_, clock)| clock)
            .ok_or_else(|| incomplete("result"))
    }

    /// From an answer of the page that it gave at `at`.
    pub(crate) fn read(at: Instant, answer: &Value) -> Result<Self, DevtoolsError> {
        let (Some(now), Some(time_origin)) = (answer[0].as_f64(), answer[1].as_f64()) else {
            return Err(incomplete("result"));
        };
        let since = Duration::try_from_secs_f64(now / 1000.0).unwrap_or_default();
        Ok(Self {
            zero: at.checked_sub(since).unwrap_or(at),
            time_origin,
        })
    }

    /// Our instant of a time of the page, in ms since its zero. One that a page invents is bounded
    /// by its zero and a day.
    pub(crate) fn instant(&self, page_ms: f64) -> Instant {
        let ms = page_ms.clamp(0.0, 86_400_000.0);
        self.zero + Duration::from_secs_f64(if ms.is_nan() { 0.0 } else { ms / 1000.0 })
    }

    /// Our instant of a time of the system's clock, in s since 1970.
    pub(crate) fn wall(&self, wall_s: f64) -> Instant {
        self.instant(wall_s * 1000.0 - self.time_origin)
    }
}

fn incomplete(member: &'static str) -> DevtoolsError {
    DevtoolsError::Incomplete {
        method: "Runtime.evaluate".into(),
        member,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_of_the_pages_clocks_lead_to_ours() {
        let at = Instant::now();
        let clock = PageClock::read(at, &json!([2_000.0, 1_700_000_000_000.0])).unwrap();
        assert_eq!(clock.instant(2_000.0), at);
        assert_eq!(clock.instant(2_500.0), at + Duration::from_millis(500));
        assert_eq!(clock.wall(1_700_000_002.0), at);
        // No page brings the harness down with its numbers.
        assert_eq!(clock.instant(f64::NAN), clock.instant(0.0));
        assert_eq!(clock.instant(f64::INFINITY), clock.instant(86_400_000.0));
    }
}
