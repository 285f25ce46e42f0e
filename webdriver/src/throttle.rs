//! Proof that a throttle took effect: the same context, measured without and with it.
//!
//! Invariant: a reading is computed from times that the page itself took; nothing that was asked
//! for enters it. Times of whole fetches are used, because CDP's latency sits between
//! `responseStart` and `responseEnd`.

use std::time::Duration;

use greenroom_model::{DeviceProfile, NetworkProfile};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use crate::conditions;
use crate::devtools::DevtoolsError;
use crate::driver::Driver;
use crate::error::LoadError;
use crate::tab::Tab;

/// How much of a second one body should take at the asked throughput.
const BODY_SECONDS: f64 = 0.15;
/// How often the body is fetched; the shortest time counts. Chromium 156 holds a throttled HTTP/2
/// body back for a further 200 ms now and then, long after its last byte is on the machine (seen
/// in a capture of the loopback traffic; never over HTTP/1.1). A rule that is not applied makes
/// all of them fast, one that is too strict all of them slow.
const BODIES: u32 = 2;
/// Wall time that the round trips may take together, in ms.
const ROUND_TRIPS_MS: f64 = 450.0;
/// Turns of the busy loop: with a proof in every block, the run's median smooths the rest.
const LOOP_TURNS: u32 = 3;
/// More round trips than these say nothing more.
const ROUND_TRIPS_MOST: u32 = 9;
/// The proof's own deadline, for profiles far slower than any that is named.
const LIMIT: Duration = Duration::from_mins(1);

/// What was measured of a throttle; `None` where the profile asks for nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ThrottleReading {
    /// Time of a main-thread busy loop, throttled over unthrottled, medians.
    pub cpu_ratio: Option<f64>,
    /// How much longer a one-byte fetch over a warm connection takes than unthrottled, medians, ms.
    pub rtt_ms: Option<f64>,
    /// Throughput towards the page in kbit/s: bits of a large body over the time of its fetch less
    /// one round trip.
    pub down_kbps: Option<f64>,
}

/// What `fetch_script` answers.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Fetches {
    round_trips: Vec<f64>,
    body_ms: f64,
    body_bytes: f64,
}

impl Driver {
    /// Measures, in a fresh browser context, how far a device and a network profile take effect.
    /// `probe_url` answers `?bytes=N` with N incompressible bytes and `no-store`; the measuring
    /// page is `/blank` at its origin.
    ///
    /// # Errors
    /// When the environment fails, or the probe cannot be fetched.
    pub async fn prove(
        &mut self,
        device: &DeviceProfile,
        network: &NetworkProfile,
        probe_url: &Url,
    ) -> Result<ThrottleReading, LoadError> {
        let slow_cpu = device.cpu_rate > 1.0;
        if !slow_cpu && network.is_unthrottled() {
            return Ok(ThrottleReading::default());
        }
        let context = self.create_context().await?;
        let read = self
            .prove_in(&context, device, network, probe_url, slow_cpu)
            .await;
        let disposed = self.devtools.send(
            "Target.disposeBrowserContext",
            json!({"browserContextId": context}),
        );
        let reading = read?;
        disposed.await_reply().await?;
        Ok(reading)
    }

    async fn prove_in(
        &self,
        context: &str,
        device: &DeviceProfile,
        network: &NetworkProfile,
        probe_url: &Url,
        slow_cpu: bool,
    ) -> Result<ThrottleReading, LoadError> {
        let mut tab = Tab::open(
            &self.devtools,
            &self.session,
            Some(context),
            ["Network.enable", "Page.enable", "Inspector.enable"].map(|method| (method, json!({}))),
        )
        .await?;
        open_blank(&mut tab, probe_url).await?;
        let mut reading = ThrottleReading::default();
        if slow_cpu {
            let (unthrottled, throttled) = cpu_loops(&tab, device.cpu_rate).await?;
            reading.cpu_ratio = median(throttled)
                .zip(median(unthrottled))
                .map(|(slow, fast)| slow / fast);
        }
        if let Some(rule) = conditions::network(network) {
            let unthrottled = fetches(&tab, probe_url, ROUND_TRIPS_MOST, 0.0).await?;
            tab.prepare([rule]).await?;
            let count = round_trips(network.rtt_ms);
            let bytes = body_bytes(network.down_kbps);
            let throttled = fetches(&tab, probe_url, count, bytes).await?;
            let whole = median(throttled.round_trips);
            reading.rtt_ms = whole
                .zip(median(unthrottled.round_trips))
                .filter(|_| network.rtt_ms.is_some())
                .map(|(slow, fast)| slow - fast);
            reading.down_kbps = whole
                .filter(|_| network.down_kbps.is_some())
                .and_then(|whole| throughput(throttled.body_bytes, throttled.body_ms, whole));
        }
        Ok(reading)
    }
}

/// The loop unthrottled and throttled in turns, so that other load on the machine meets both
/// alike.
async fn cpu_loops(tab: &Tab, rate: f64) -> Result<(Vec<f64>, Vec<f64>), LoadError> {
    let (mut unthrottled, mut throttled) = (Vec::new(), Vec::new());
    evaluate(tab, "cpu loop", CALIBRATION).await?;
    for _ in 0..LOOP_TURNS {
        for (rate, times) in [(1.0, &mut unthrottled), (rate, &mut throttled)] {
            tab.prepare([conditions::cpu(rate)]).await?;
            let time = evaluate(tab, "cpu loop", "greenroomLoop()").await?;
            times.push(time.as_f64().ok_or_else(|| LoadError::Unreadable {
                what: "cpu loop",
                reason: "it took no time".into(),
            })?);
        }
    }
    tab.prepare([conditions::cpu(1.0)]).await?;
    Ok((unthrottled, throttled))
}

async fn fetches(tab: &Tab, probe_url: &Url, count: u32, bytes: f64) -> Result<Fetches, LoadError> {
    let answer = evaluate(tab, "probe", &fetch_script(probe_url, count, bytes)).await?;
    serde_json::from_value(answer).map_err(|error| LoadError::Unreadable {
        what: "probe",
        reason: error.to_string(),
    })
}

/// Opens the measuring page unthrottled and waits for its load event.
async fn open_blank(tab: &mut Tab, probe_url: &Url) -> Result<(), LoadError> {
    let mut blank = probe_url.clone();
    blank.set_path("/blank");
    blank.set_query(None);
    let answer = tab
        .target
        .call("Page.navigate", json!({"url": blank.as_str()}))
        .await?;
    if let Some(reason) = answer["errorText"].as_str() {
        return Err(LoadError::Unreadable {
            what: "measuring page",
            reason: format!("`{blank}`: {reason}"),
        });
    }
    let frame = tab.id.clone();
    let loaded = async {
        let mut committed = false;
        loop {
            let event = tab.target.next_event().await.ok_or(LoadError::Gone)?;
            match event.method.as_str() {
                "Page.frameNavigated" => {
                    committed |= event.params["frame"]["id"] == frame.as_str()
                        && event.params["frame"]["url"] != "about:blank";
                }
                "Page.loadEventFired" if committed => return Ok(()),
                "Inspector.targetCrashed" => return Err(LoadError::Crashed),
                _ => {}
            }
        }
    };
    tokio::time::timeout(LIMIT, loaded)
        .await
        .map_err(|_| DevtoolsError::Timeout {
            method: "Page.loadEventFired".into(),
            limit: LIMIT,
        })?
}

async fn evaluate(tab: &Tab, what: &'static str, expression: &str) -> Result<Value, LoadError> {
    let params = json!({"expression": expression, "awaitPromise": true, "returnByValue": true});
    let answer = tab
        .target
        .send("Runtime.evaluate", params)
        .await_within(LIMIT)
        .await?;
    if answer["exceptionDetails"].is_object() {
        let said = &answer["exceptionDetails"]["exception"]["description"];
        return Err(LoadError::Unreadable {
            what,
            reason: crate::events::cut(said.as_str().unwrap_or("an exception")),
        });
    }
    Ok(answer["result"]["value"].clone())
}

/// Defines a loop that neither the optimiser nor the garbage collector has a say in, and finds,
/// unthrottled, how many rounds take 15 ms once it is compiled for good. The least of three
/// counts: the others were interrupted.
const CALIBRATION: &str = "(() => {
  const timed = (rounds) => {
    const began = performance.now();
    let x = 1;
    for (let i = 0; i < rounds; i++) x = (Math.imul(x, 1103515245) + 12345) | 0;
    globalThis.greenroomSink = x;
    return performance.now() - began;
  };
  timed(1 << 22);
  let rounds = 1 << 16;
  const least = () => Math.min(timed(rounds), timed(rounds), timed(rounds));
  while (least() < 15 && rounds < 2 ** 30) rounds *= 2;
  globalThis.greenroomLoop = () => timed(rounds);
})()";

/// The round trips, then the bodies. The first round trip opens the connection and, one of an odd
/// number, does not reach the median.
fn fetch_script(probe_url: &Url, count: u32, bytes: f64) -> String {
    let mut probe = probe_url.clone();
    probe.set_query(None);
    format!(
        "(async () => {{
          const timed = async (bytes) => {{
            const began = performance.now();
            const answer = await fetch({url} + '?bytes=' + bytes, {{cache: 'no-store'}});
            if (!answer.ok) throw new Error('status ' + answer.status);
            const body = await answer.arrayBuffer();
            return [performance.now() - began, body.byteLength];
          }};
          const round_trips = [];
          for (let n = 0; n < {count}; n++) round_trips.push((await timed(1))[0]);
          let [body_ms, body_bytes] = [0, 0];
          for (let n = 0; n < {BODIES} && {bytes} > 0; n++) {{
            const [ms, length] = await timed({bytes});
            if (n === 0 || ms < body_ms) [body_ms, body_bytes] = [ms, length];
          }}
          return {{round_trips, body_ms, body_bytes}};
        }})()",
        url = Value::from(probe.as_str())
    )
}

/// As many round trips as fit, three at least so that there is a median.
fn round_trips(rtt_ms: Option<f64>) -> u32 {
    let fit = ROUND_TRIPS_MS / rtt_ms.unwrap_or(1.0).max(1.0);
    (3..=ROUND_TRIPS_MOST)
        .rev()
        .find(|n| f64::from(*n) <= fit)
        .unwrap_or(3)
}

/// Bytes of the large body, 0 where no throughput is asked for.
fn body_bytes(down_kbps: Option<f64>) -> f64 {
    down_kbps.map_or(0.0, |kbps| {
        (conditions::bytes_per_second(kbps) * BODY_SECONDS).round()
    })
}

/// kbit/s of a body whose fetch also waited one round trip; `None` if it took no longer than that.
fn throughput(bytes: f64, total_ms: f64, rtt_ms: f64) -> Option<f64> {
    let ms = total_ms - rtt_ms;
    (ms > 0.0).then(|| bytes * 8.0 / ms)
}

/// The middle value of an odd number of them; the lower middle otherwise.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len().checked_sub(1)? / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_of_known_length_and_time_has_a_known_throughput() {
        // 100,000 bytes in 650 ms of which 150 ms were latency: 800,000 bit in 0.5 s.
        assert_eq!(throughput(100_000.0, 650.0, 150.0), Some(1600.0));
        assert_eq!(throughput(100_000.0, 150.0, 150.0), None);
    }

    #[test]
    fn the_proof_stays_short() {
        assert_eq!(round_trips(Some(150.0)), 3);
        assert_eq!(round_trips(Some(90.0)), 5);
        assert_eq!(round_trips(None), 9);
        assert!((body_bytes(Some(1638.4)) - 30_720.0).abs() < 1e-9);
        assert!(body_bytes(None) == 0.0);
    }

    #[test]
    fn medians() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![]), None);
    }
}
