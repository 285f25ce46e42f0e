//! Where the figures come from: machine, browser, SDK, seed, and how to get them again.

use greenroom_core::results::Results;
use serde::Serialize;

use crate::format;
use crate::untrusted::{LINE, shell_word, shown};

/// A name and a value.
#[derive(Debug, Serialize)]
pub(crate) struct Fact {
    name: &'static str,
    value: String,
}

/// Facts under a heading.
#[derive(Debug, Serialize)]
pub(crate) struct FactGroup {
    heading: &'static str,
    facts: Vec<Fact>,
}

/// A command with what it is for.
#[derive(Debug, Serialize)]
pub(crate) struct Command {
    purpose: &'static str,
    line: String,
}

pub(super) fn fact(name: &'static str, value: impl Into<String>) -> Fact {
    Fact {
        name,
        value: value.into(),
    }
}

/// What stands above the banner.
pub(crate) fn masthead(results: &Results) -> Vec<Fact> {
    vec![
        fact("Run", shown(&results.run_id, LINE)),
        fact("Started", started(results)),
        fact("Took", format::duration(results.duration_ms)),
        fact("greenroom", shown(&results.greenroom, LINE)),
    ]
}

fn started(results: &Results) -> String {
    format::moment(&results.started_at).unwrap_or_else(|| shown(&results.started_at, LINE))
}

/// Everything that a reader needs to know to trust or to repeat the figures.
pub(crate) fn groups(results: &Results) -> Vec<FactGroup> {
    let Results {
        target, host, sdk, ..
    } = results;
    let mut groups = vec![
        FactGroup {
            heading: "Run",
            facts: vec![
                fact("Run", shown(&results.run_id, LINE)),
                fact("Started", started(results)),
                fact("Took", format::duration(results.duration_ms)),
                fact("Seed", results.seed.to_string()),
                fact("greenroom", shown(&results.greenroom, LINE)),
                fact(
                    "Form of the results",
                    format!("version {}", results.version),
                ),
            ],
        },
        FactGroup {
            heading: "Target",
            facts: vec![
                fact("What was tested", shown(&target.label, LINE)),
                fact("URL of the SDK", shown(&target.sdk_url, LINE)),
            ],
        },
        FactGroup {
            heading: "SDK under test",
            facts: vec![
                fact(
                    "Package",
                    shown(&format!("{} {}", sdk.package, sdk.version), LINE),
                ),
                fact("File", shown(&sdk.file, LINE)),
                fact("Size", format!("{} bytes", format::count(sdk.bytes))),
                fact("SHA-256", shown(&sdk.sha256, LINE)),
                fact("Integrity", shown(&sdk.integrity, LINE)),
            ],
        },
        FactGroup {
            heading: "Machine",
            facts: vec![
                fact("System", shown(&host.os, LINE)),
                fact("Processor", shown(&host.cpu, LINE)),
                fact("Logical cores", host.cores.to_string()),
                #[expect(clippy::cast_precision_loss, reason = "printed to three figures")]
                fact("Memory", format::bytes(host.memory_bytes as f64)),
            ],
        },
    ];
    if let Some(machine) = groups.last_mut() {
        machine.facts.extend(host_load(results));
    }
    if let Some(browser) = &results.browser {
        groups.push(FactGroup {
            heading: "Browser",
            facts: vec![
                fact("Kind", shown(&browser.kind, LINE)),
                fact("Version", shown(&browser.version, LINE)),
                fact("Driver", shown(&browser.driver_version, LINE)),
                fact("Window", if browser.headed { "shown" } else { "headless" }),
            ],
        });
    }
    groups
}

/// Median and largest of what the host was busy with during the run.
fn host_load(results: &Results) -> Vec<Fact> {
    let of = |value: fn(&greenroom_core::journal::HostLoad) -> f64| -> Option<(f64, f64)> {
        let mut values: Vec<f64> = results.host_load.iter().map(value).collect();
        values.sort_by(f64::total_cmp);
        Some((*values.get(values.len() / 2)?, *values.last()?))
    };
    let said = |unit: &'static str, decimals| {
        move |(median, largest): (f64, f64)| {
            format!(
                "median {}{unit}, at most {}{unit}",
                format::number(median, decimals),
                format::number(largest, decimals)
            )
        }
    };
    [
        (
            "Load average",
            of(|load| load.load_average).map(said("", 2)),
        ),
        ("CPU busy", of(|load| load.busy_percent).map(said("%", 0))),
        (
            "CPU stolen",
            of(|load| load.steal_percent).map(said("%", 1)),
        ),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some(fact(name, value?)))
    .collect()
}

/// How to render this report again, and how to make the run again.
pub(crate) fn commands(results: &Results) -> Vec<Command> {
    let mut paths: Vec<&str> = Vec::new();
    for scenario in &results.scenarios {
        if !paths.contains(&scenario.source.path.as_str()) {
            paths.push(&scenario.source.path);
        }
    }
    let words: Vec<_> = paths.into_iter().map(shell_word).collect();
    let mut run = format!("greenroom run {} --seed {}", words.join(" "), results.seed);
    if results.target.kind == greenroom_core::journal::TargetKind::Deployed {
        run.push_str(" --sdk-url ");
        run.push_str(&shell_word(&results.target.sdk_url));
    }
    vec![
        Command {
            purpose: "Render this report again, without a browser, in the folder of the run:",
            line: "greenroom report journal.jsonl".to_owned(),
        },
        Command {
            purpose: "Make the run again, with the same order of loads:",
            line: shown(&run, 10 * LINE),
        },
    ]
}
