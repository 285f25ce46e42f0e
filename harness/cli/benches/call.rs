//! What a two-party call costs its people in time, in two real browsers against the local stack:
//! medians over some calls of what the journals say. Prints, never judges.

use std::collections::BTreeMap;
use std::process::{Command, ExitCode};

use serde_json::Value;

type Failure = Box<dyn std::error::Error>;

/// How often the call is held.
const CALLS: u32 = 5;

const SCENARIO: &str = "\
scenario: A call to be timed
participants: {provider: {}, patient: {}}
steps:
  - provider: start call
  - patient: join call
  - all: see and hear each other
  - patient: camera off
  - provider: stops seeing patient
  - patient: camera on
  - provider: sees patient
  - provider: mute
  - patient: is told that provider muted
  - provider: end call
  - patient: is told that the call ended
";

fn main() -> ExitCode {
    // `cargo test --benches` asks every benchmark to show that it starts, not to measure.
    if !std::env::args().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    match measure() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("call: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let scenario = folder.path().join("call.yaml");
    std::fs::write(&scenario, SCENARIO)?;
    let mut times: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for number in 0..CALLS {
        let out = folder.path().join(number.to_string());
        let run = Command::new(env!("CARGO_BIN_EXE_greenroom"))
            .arg("run")
            .arg(&scenario)
            .arg("--out")
            .arg(&out)
            .output()?;
        if !run.status.success() {
            return Err(String::from_utf8_lossy(&run.stdout).into_owned().into());
        }
        let results = std::fs::read(out.join("latest/results.json"))?;
        let journal = std::fs::read_to_string(out.join("latest/journal.jsonl"))?;
        collect(&serde_json::from_slice(&results)?, &mut times)?;
        collect_camera(&journal, &mut times);
    }
    for (name, mut times) in times {
        times.sort_by(f64::total_cmp);
        let (least, most) = (times[0], times[times.len() - 1]);
        let median = times[times.len() / 2];
        eprintln!(
            "{name:45} {median:6.0} ms (median of {}; {least:.0} to {most:.0})",
            times.len()
        );
    }
    Ok(())
}

/// The timings of the results, by participant.
fn collect(results: &Value, times: &mut BTreeMap<String, Vec<f64>>) -> Result<(), Failure> {
    let participants = results["scenarios"][0]["meeting"]["participants"]
        .as_array()
        .ok_or("the results hold no meeting")?;
    for participant in participants {
        let name = participant["name"].as_str().unwrap_or_default();
        let timings = participant["timings"].as_array().into_iter().flatten();
        let mut of = BTreeMap::new();
        for timing in timings {
            let metric = timing["metric"].as_str().unwrap_or_default();
            let ms = timing["ms"].as_f64().ok_or("a timing without ms")?;
            of.insert(metric, ms);
            times
                .entry(format!("{name}: {metric}"))
                .or_default()
                .push(ms);
        }
        // What the SDK's session takes from the token service's answer on.
        if let (Some(connected), Some(token)) = (of.get("connected"), of.get("token")) {
            times
                .entry(format!("{name}: token answered to audioVideoDidStart"))
                .or_default()
                .push(connected - token);
        }
    }
    Ok(())
}

/// From the patient's last tap on the camera to the tile on the provider's page.
fn collect_camera(journal: &str, times: &mut BTreeMap<String, Vec<f64>>) {
    let mut tapped = None;
    let lines = journal
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    for line in lines.filter(|line| line["type"] == "page") {
        let at_ms = line["at_ms"].as_f64();
        if line["participant"] == "patient" && line["what"]["tap"] == "camera" {
            tapped = at_ms;
        }
        let shown = &line["what"]["remote_tile"];
        if line["participant"] == "provider"
            && shown["shown"] == true
            && let (Some(from), Some(to)) = (tapped.take(), at_ms)
        {
            times
                .entry("provider: patient's camera on to their tile".to_owned())
                .or_default()
                .push(to - from);
        }
    }
}
