//! What machine this is and how busy it is, from /proc. A system without /proc reads as
//! unknown: the figures are there to judge a run by, never to decide it.

use std::fs;

use greenroom_core::journal::{HostInfo, HostLoad};

/// The machine.
pub(crate) fn info() -> HostInfo {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let name = release
        .lines()
        .find_map(|line| line.strip_prefix("PRETTY_NAME="))
        .map_or_else(
            || std::env::consts::OS.to_owned(),
            |value| value.trim_matches('"').to_owned(),
        );
    let kernel = rustix::system::uname()
        .release()
        .to_string_lossy()
        .into_owned();
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let cpu = cpuinfo
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map_or_else(
            || std::env::consts::ARCH.to_owned(),
            |rest| rest.trim_start_matches([' ', '\t', ':']).to_owned(),
        );
    let memory_kib: u64 = fs::read_to_string("/proc/meminfo")
        .unwrap_or_default()
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))
        .and_then(|rest| rest.trim().trim_end_matches("kB").trim().parse().ok())
        .unwrap_or(0);
    HostInfo {
        os: format!("{name}, kernel {kernel}"),
        cpu,
        cores: std::thread::available_parallelism()
            .map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(u32::MAX)),
        memory_bytes: memory_kib * 1024,
    }
}

/// CPU time counters of /proc/stat, in ticks since boot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Ticks {
    total: u64,
    idle: u64,
    steal: u64,
}

/// Reads how busy the host was between two calls.
#[derive(Debug)]
pub(crate) struct LoadMeter {
    before: Ticks,
}

impl LoadMeter {
    /// Starts measuring.
    pub(crate) fn new() -> Self {
        Self { before: ticks() }
    }

    /// The load since the last call.
    pub(crate) fn read(&mut self, at_ms: f64) -> HostLoad {
        let now = ticks();
        let load = since(self.before, now, load_average(), at_ms);
        self.before = now;
        load
    }
}

fn ticks() -> Ticks {
    parse_stat(&fs::read_to_string("/proc/stat").unwrap_or_default())
}

/// The first line of /proc/stat: user nice system idle iowait irq softirq steal (proc(5)).
fn parse_stat(text: &str) -> Ticks {
    let fields: Vec<u64> = text
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("cpu "))
        .unwrap_or_default()
        .split_whitespace()
        .take(8)
        .filter_map(|field| field.parse().ok())
        .collect();
    let field = |index: usize| fields.get(index).copied().unwrap_or(0);
    Ticks {
        total: fields.iter().sum(),
        idle: field(3) + field(4),
        steal: field(7),
    }
}

fn load_average() -> f64 {
    fs::read_to_string("/proc/loadavg")
        .ok()
        .and_then(|text| text.split_whitespace().next()?.parse().ok())
        .unwrap_or(0.0)
}

fn since(before: Ticks, now: Ticks, load_average: f64, at_ms: f64) -> HostLoad {
    let total = now.total.saturating_sub(before.total);
    let percent = |part: u64| {
        if total == 0 {
            0.0
        } else {
            #[expect(
                clippy::cast_precision_loss,
                reason = "tick counts of one run are small"
            )]
            let share = 100.0 * part as f64 / total as f64;
            share.clamp(0.0, 100.0)
        }
    };
    let idle = now.idle.saturating_sub(before.idle);
    HostLoad {
        at_ms,
        load_average,
        steal_percent: percent(now.steal.saturating_sub(before.steal)),
        busy_percent: percent(total.saturating_sub(idle)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn busy_and_steal_are_shares_of_the_time_between_two_readings() {
        let before = parse_stat("cpu  100 0 50 800 50 0 0 0 0 0\ncpu0 1 2 3\n");
        let now = parse_stat("cpu  130 0 60 840 60 0 0 10 7 7\n");
        assert_eq!(
            before,
            Ticks {
                total: 1000,
                idle: 850,
                steal: 0
            }
        );
        let load = since(before, now, 1.5, 7.0);
        assert!((load.busy_percent - 50.0).abs() < 1e-9);
        assert!((load.steal_percent - 10.0).abs() < 1e-9);
    }

    #[test]
    fn no_proc_reads_as_idle() {
        let load = since(parse_stat(""), parse_stat("nonsense"), 0.0, 0.0);
        assert!((load.busy_percent, load.steal_percent) == (0.0, 0.0));
    }
}
