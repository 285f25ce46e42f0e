//! The figures of a log for people.

use std::fmt::Write as _;

use greenroom_core::logs::alarms::AlarmHistory;
use greenroom_core::logs::{
    Histogram, MOST_MINUTES, PRICES_AS_OF, Skipped, Summary, Target, Traffic,
};
use jiff::Timestamp;

/// Renders the figures.
pub(super) fn render(traffic: &Traffic, summary: &Summary, alarms: &[AlarmHistory]) -> String {
    let mut text = String::new();
    let Some((first, last)) = traffic.span else {
        return "The logs have no request.".to_owned();
    };
    let _ = writeln!(
        text,
        "{} requests, {}, from {} to {}\n",
        summary.requests,
        bytes(summary.bytes),
        time(first),
        time(last),
    );
    for target in &summary.targets {
        let _ = writeln!(text, "  {}", target_line(target));
    }
    if let Some(latency) = summary.latency {
        let _ = writeln!(
            text,
            "\nTime taken, ms: average {:.1}, half {:.1}, 90% {:.1}, 95% {:.1}, 99% {:.1} (percentiles at most {:.1}% too high)",
            latency.average,
            latency.p50,
            latency.p90,
            latency.p95,
            latency.p99,
            Histogram::RELATIVE_ERROR * 100.0,
        );
    }
    let _ = writeln!(
        text,
        "Cache: {} hits, {} misses; {} refreshed from the origin, {} errors and {} other answers are in no hit rate",
        summary.hits, summary.misses, summary.refresh_hits, traffic.errors, traffic.other_results
    );
    let statuses = summary
        .statuses
        .iter()
        .map(|(status, count)| format!("{status:03} {count}"))
        .collect::<Vec<_>>();
    let _ = writeln!(text, "Statuses: {}", statuses.join(", "));
    costs(&mut text, summary);
    if !alarms.is_empty() {
        text.push_str("\nAlarms of the template\n");
        for alarm in alarms {
            let _ = writeln!(text, "  {}", alarm_line(alarm));
        }
    }
    if summary.skipped.total() > 0 {
        let _ = writeln!(
            text,
            "\n{} lines could not be read: {}",
            summary.skipped.total(),
            reasons(&summary.skipped)
        );
    }
    if traffic.minutes_left_out > 0 {
        let _ = writeln!(
            text,
            "\nThe alarms leave out {} requests beyond the first {MOST_MINUTES} minutes.",
            traffic.minutes_left_out
        );
    }
    text.trim_end().to_owned()
}

fn target_line(target: &Target) -> String {
    let found = target
        .found
        .map_or_else(|| "unknown".to_owned(), |found| format!("{found:.2}"));
    format!(
        "{:<26}{found:>12}  {} {:<8} {}",
        target.name,
        if target.is_floor { ">" } else { "<" },
        target.limit,
        if target.met { "met" } else { "NOT MET" },
    )
}

fn costs(text: &mut String, summary: &Summary) {
    let _ = writeln!(
        text,
        "\nA month of this traffic, {:.2} times the log, at on-demand prices of {PRICES_AS_OF} (no free tier, no tax):",
        summary.months
    );
    if summary.seconds < 3_600 {
        let _ = writeln!(
            text,
            "  a log of less than an hour says little about a month"
        );
    }
    for cost in &summary.costs {
        let regions = cost
            .regions
            .iter()
            .map(|region| format!("{} {:.0}%", region.region, region.share * 100.0))
            .collect::<Vec<_>>();
        let _ = writeln!(
            text,
            "  {} {:<16}{:>12.2} USD  {}",
            if cost.chosen { "*" } else { " " },
            cost.price_class,
            cost.usd,
            if cost.chosen {
                regions.join("; ")
            } else {
                String::new()
            },
        );
    }
}

fn alarm_line(alarm: &AlarmHistory) -> String {
    let nearest = alarm
        .nearest
        .map(|(at, value)| format!("; nearest {value:.2} at {}", time(at)))
        .unwrap_or_default();
    let fired = if alarm.fired == 0 {
        "would not have fired".to_owned()
    } else {
        let first = alarm
            .changes
            .iter()
            .find(|(_, state)| *state == greenroom_core::logs::alarms::State::Alarm)
            .map(|(at, _)| format!(", first at {}", time(*at)))
            .unwrap_or_default();
        format!("would have fired {} time(s){first}", alarm.fired)
    };
    format!(
        "{} ({}) {fired}: {}{nearest}",
        alarm.alarm, alarm.metric, alarm.why
    )
}

/// The reasons for which lines were skipped.
pub(super) fn reasons(skipped: &Skipped) -> String {
    [
        (skipped.cut, "cut off at the end of a file"),
        (skipped.too_short, "with fields missing"),
        (skipped.not_utf8, "not UTF-8"),
        (skipped.not_readable, "with a date or number that is none"),
        (skipped.too_long, "longer than a request can be"),
        (
            skipped.without_fields,
            "without a `#Fields` line that names what is needed",
        ),
    ]
    .iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, reason)| format!("{count} {reason}"))
    .collect::<Vec<_>>()
    .join(", ")
}

fn time(seconds: i64) -> String {
    Timestamp::from_second(seconds).map_or_else(|_| format!("{seconds} s"), |time| time.to_string())
}

#[expect(clippy::cast_precision_loss, reason = "shown with two digits")]
fn bytes(count: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut value = count as f64;
    let mut unit = UNITS[0];
    for next in UNITS.iter().skip(1) {
        if value < 1_024.0 {
            break;
        }
        value /= 1_024.0;
        unit = next;
    }
    format!("{value:.2} {unit}")
}
