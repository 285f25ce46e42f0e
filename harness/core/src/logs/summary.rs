//! A log's figures against the targets.

use std::collections::BTreeMap;

use greenroom_cloudformation::PriceClass;
use serde::Serialize;

use super::{Histogram, RegionCost, SECONDS_OF_MONTH, Skipped, Traffic, price};

/// What is aimed at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Targets {
    /// Percent of cacheable answers that come from the cache, at least.
    pub hit_rate: f64,
    /// Percent of answers with 4xx, less than.
    pub client_errors: f64,
    /// Percent of answers with 5xx, less than.
    pub server_errors: f64,
    /// Average `time-taken`, ms, less than.
    pub average_ms: f64,
    /// USD a month, not more than; `None` where nobody said.
    pub monthly_usd: Option<f64>,
}

impl Default for Targets {
    fn default() -> Self {
        Self {
            hit_rate: 90.0,
            client_errors: 1.0,
            server_errors: 0.1,
            average_ms: 50.0,
            monthly_usd: None,
        }
    }
}

/// A target and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Target {
    /// What is measured, with its unit.
    pub name: &'static str,
    /// What was found; `None` where nothing can be said.
    pub found: Option<f64>,
    /// The limit.
    pub limit: f64,
    /// Whether the limit is a floor.
    pub is_floor: bool,
    /// Whether it is met. What cannot be said is not met.
    pub met: bool,
}

/// How long answers took, ms. Percentiles are at most [`Histogram::RELATIVE_ERROR`] too high.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Latency {
    /// Mean.
    pub average: f64,
    /// Median.
    pub p50: f64,
    /// 90th percentile.
    pub p90: f64,
    /// 95th percentile.
    pub p95: f64,
    /// 99th percentile.
    pub p99: f64,
}

/// What a month costs under a price class.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MonthlyCost {
    /// `PriceClass` as a template names it.
    pub price_class: &'static str,
    /// Whether this class is the one asked for.
    pub chosen: bool,
    /// USD.
    pub usd: f64,
    /// By billing region.
    pub regions: Vec<RegionCost>,
}

/// A log's figures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// Requests.
    pub requests: u64,
    /// Bytes to viewers.
    pub bytes: u64,
    /// Seconds from the first request to the last, that second included.
    pub seconds: i64,
    /// Answers by status; 0 for those that a viewer did not wait for.
    pub statuses: BTreeMap<u16, u64>,
    /// Answers from the cache.
    pub hits: u64,
    /// Answers from the cache after the origin was asked; in no rate.
    pub refresh_hits: u64,
    /// Answers for which the origin was asked.
    pub misses: u64,
    /// How long answers took; `None` where there was no request.
    pub latency: Option<Latency>,
    /// What a month costs, by price class.
    pub costs: Vec<MonthlyCost>,
    /// How many times the log's traffic a month is assumed to be.
    pub months: f64,
    /// The targets.
    pub targets: Vec<Target>,
    /// Lines that could not be read.
    pub skipped: Skipped,
}

impl Summary {
    /// Holds a log's figures against the targets.
    #[expect(clippy::cast_precision_loss, reason = "rates have three digits")]
    pub fn of(traffic: &Traffic, skipped: Skipped, class: PriceClass, targets: &Targets) -> Self {
        let seconds = traffic.span.map_or(0, |(first, last)| last - first + 1);
        let months = if seconds > 0 {
            SECONDS_OF_MONTH as f64 / seconds as f64
        } else {
            0.0
        };
        let rate = |part: u64, of: u64| (of > 0).then(|| part as f64 / of as f64 * 100.0);
        let in_class = |from: u16| -> u64 {
            traffic
                .statuses
                .range(from..from + 100)
                .map(|(_, count)| count)
                .sum()
        };
        let latency = latency(traffic);
        let costs = [PriceClass::Class100, PriceClass::Class200, PriceClass::All]
            .into_iter()
            .map(|one| {
                let regions = price(traffic, one, months);
                MonthlyCost {
                    price_class: class_name(one),
                    chosen: one == class,
                    usd: regions.iter().map(|region| region.usd).sum(),
                    regions,
                }
            })
            .collect::<Vec<_>>();
        let cost = costs.iter().find(|cost| cost.chosen).map(|cost| cost.usd);
        let ceiling = |name, found: Option<f64>, limit| Target {
            name,
            found,
            limit,
            is_floor: false,
            met: found.is_some_and(|found| found < limit),
        };
        let hit_rate = rate(traffic.hits, traffic.hits + traffic.misses);
        let mut held = vec![
            Target {
                name: "cache hit rate, %",
                found: hit_rate,
                limit: targets.hit_rate,
                is_floor: true,
                met: hit_rate.is_some_and(|found| found > targets.hit_rate),
            },
            ceiling(
                "4xx error rate, %",
                rate(in_class(400), traffic.requests),
                targets.client_errors,
            ),
            ceiling(
                "5xx error rate, %",
                rate(in_class(500), traffic.requests),
                targets.server_errors,
            ),
            ceiling(
                "average time taken, ms",
                latency.map(|latency| latency.average),
                targets.average_ms,
            ),
        ];
        if let Some(limit) = targets.monthly_usd {
            held.push(ceiling(
                "cost, USD a month",
                cost.filter(|_| traffic.requests > 0),
                limit,
            ));
        }
        Self {
            requests: traffic.requests,
            bytes: traffic.bytes,
            seconds,
            statuses: traffic.statuses.clone(),
            hits: traffic.hits,
            refresh_hits: traffic.refresh_hits,
            misses: traffic.misses,
            latency,
            costs,
            months,
            targets: held,
            skipped,
        }
    }

    /// Whether every target is met.
    pub fn all_met(&self) -> bool {
        self.targets.iter().all(|target| target.met)
    }
}

#[expect(clippy::cast_precision_loss, reason = "times have three digits")]
fn latency(traffic: &Traffic) -> Option<Latency> {
    let times: &Histogram = &traffic.times;
    let at = |part| times.percentile(part).map(|micros| micros as f64 / 1e3);
    Some(Latency {
        average: traffic.total_time as f64 / (traffic.requests.max(1)) as f64 / 1e3,
        p50: at(0.50)?,
        p90: at(0.90)?,
        p95: at(0.95)?,
        p99: at(0.99)?,
    })
}

fn class_name(class: PriceClass) -> &'static str {
    match class {
        PriceClass::Class100 => "PriceClass_100",
        PriceClass::Class200 => "PriceClass_200",
        PriceClass::All => "PriceClass_All",
    }
}
