//! Comparisons and loads made from a seed, for the simulations of sampler and judge.

use greenroom_model::load::{LoadEnd, PageMetrics, SdkPresence};
use greenroom_model::timing::{DocumentTiming, ResourceTiming};
use greenroom_model::{
    CacheRegime, Delivery, DeviceProfile, NetworkProfile, PageLoad, PageTimers, PageVariant,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Next, Sampler};
use crate::journal::{Classification, Record, Sample, StopReason, ThrottleProof, ThrottleReading};
use crate::plan::{
    Arm, Asked, At, Comparison, DocumentOptions, Expression, Injected, Metric, Op, Relation,
    SampleMetric, Sampling, Stop,
};

pub(crate) fn comparison() -> Comparison {
    Comparison {
        id: "webview, desktop, unthrottled, cold".to_owned(),
        baseline: PageVariant::Inline,
        candidate: PageVariant::Cdn,
        device: DeviceProfile {
            name: "desktop".to_owned(),
            cpu_rate: 1.0,
            width: 1_280,
            height: 800,
            device_scale_factor: 1.0,
            mobile: false,
        },
        network: NetworkProfile {
            name: "unthrottled".to_owned(),
            down_kbps: None,
            up_kbps: None,
            rtt_ms: None,
        },
        cache: CacheRegime::Cold,
        delivery: Delivery::Webview,
        document: DocumentOptions::default(),
        page_timers: PageTimers::default(),
        metric: SampleMetric::SdkReady,
        timeout_ms: 75_000,
        sampling: Sampling {
            at_least: 10,
            at_most: 40,
            within_ms: 600_000,
            stop: Stop::Resolved,
            equivalence: 0.1,
            alpha: 0.05,
        },
        expectations: Vec::new(),
        claims: Vec::new(),
        injected: Injected::default(),
    }
}

/// Low-end mobile on slow 4G.
pub(crate) fn throttled() -> Comparison {
    let mut comparison = comparison();
    comparison.id = "webview, low-end-mobile, slow-4g, cold".to_owned();
    comparison.device.name = "low-end-mobile".to_owned();
    comparison.device.cpu_rate = 6.0;
    comparison.network = NetworkProfile {
        name: "slow-4g".to_owned(),
        down_kbps: Some(1638.4),
        up_kbps: Some(750.0),
        rtt_ms: Some(150.0),
    };
    comparison
}

pub(crate) const FAITHFUL: ThrottleReading = ThrottleReading {
    cpu_ratio: Some(5.7),
    rtt_ms: Some(152.0),
    down_kbps: Some(1_620.0),
};

pub(crate) fn threshold(
    text: &str,
    arm: Arm,
    metric: Metric,
    quantile: Option<f64>,
    value: f64,
) -> Asked {
    Asked {
        text: text.to_owned(),
        at: At { line: 7, column: 5 },
        expression: Expression::Threshold {
            arm,
            metric,
            quantile,
            op: Op::Less,
            value,
        },
    }
}

pub(crate) fn relation(text: &str, relation: Relation, by: Option<f64>) -> Asked {
    Asked {
        text: text.to_owned(),
        at: At { line: 9, column: 5 },
        expression: Expression::Relation {
            arm: Arm::Candidate,
            metric: Metric::SdkReady,
            relation,
            by,
        },
    }
}

/// A world to measure: lognormal times, and shares of loads that go wrong.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub baseline_ms: f64,
    pub candidate_ms: f64,
    /// Standard deviation of ln(time) of one load.
    pub spread: f64,
    /// Share of candidate loads that never become ready.
    pub candidate_fails: f64,
    /// Share of loads that the environment spoils.
    pub environment_fails: f64,
    pub reading: ThrottleReading,
    rng: ChaCha8Rng,
    at_ms: f64,
}

impl World {
    pub(crate) fn new(baseline_ms: f64, candidate_ms: f64, spread: f64, seed: u64) -> Self {
        Self {
            baseline_ms,
            candidate_ms,
            spread,
            candidate_fails: 0.0,
            environment_fails: 0.0,
            reading: FAITHFUL,
            rng: ChaCha8Rng::seed_from_u64(seed),
            at_ms: 0.0,
        }
    }

    fn chance(&mut self, share: f64) -> bool {
        self.rng.random::<f64>() < share
    }

    /// Box and Muller's transform.
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.rng.random::<f64>()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.rng.random::<f64>()).cos()
    }

    pub(crate) fn load(&mut self, comparison: &Comparison, next: Next) -> Sample {
        let Next::Load {
            block,
            position,
            arm,
            warmup,
        } = next
        else {
            panic!("not a load: {next:?}")
        };
        let median = match arm {
            Arm::Baseline => self.baseline_ms,
            Arm::Candidate => self.candidate_ms,
        };
        let ready = median * (self.spread * self.normal()).exp();
        let spoilt = self.chance(self.environment_fails);
        let failed = arm == Arm::Candidate && self.chance(self.candidate_fails);
        let (classification, reason) = if spoilt {
            (Classification::EnvironmentError, Some("browser killed"))
        } else if failed {
            (Classification::TimedOut, Some("stalled body"))
        } else {
            (Classification::Ready, None)
        };
        let ready = (classification == Classification::Ready).then_some(ready);
        self.at_ms += ready.unwrap_or(75_000.0);
        let (sdk_ready_ms, connected_ms) = match comparison.metric {
            SampleMetric::SdkReady => (ready, None),
            // What differs between the arms then comes after the SDK is ready.
            SampleMetric::Connected => (Some(100.0), ready),
        };
        let variant = comparison.variant(arm);
        Sample {
            plan: 0,
            comparison: 0,
            block,
            position,
            arm,
            variant,
            warmup,
            at_ms: self.at_ms,
            classification,
            reason: reason.map(ToOwned::to_owned),
            sdk_ready_ms,
            connected_ms,
            session: 1,
            load: (!spoilt).then(|| Box::new(page_load(variant, sdk_ready_ms))),
        }
    }

    /// One record for what the sampler wants next, given to it; `None` when it is done.
    pub(crate) fn step(
        &mut self,
        comparison: &Comparison,
        sampler: &mut Sampler,
    ) -> Result<Record, StopReason> {
        let record = match sampler.next(self.at_ms) {
            Next::Done(reason) => return Err(reason),
            Next::Prove { block } => Record::Proof(ThrottleProof {
                plan: 0,
                comparison: 0,
                block,
                at_ms: self.at_ms,
                reading: self.reading,
            }),
            next @ Next::Load { .. } => Record::Sample(Box::new(self.load(comparison, next))),
        };
        sampler.feed(&record);
        Ok(record)
    }

    /// The whole comparison: its records, the end included.
    pub(crate) fn run(&mut self, comparison: &Comparison, seed: u64) -> (Vec<Record>, StopReason) {
        let mut sampler = Sampler::new(comparison, seed, 0, 0);
        let mut records = Vec::new();
        loop {
            match self.step(comparison, &mut sampler) {
                Ok(record) => records.push(record),
                Err(reason) => {
                    records.push(Record::ComparisonEnd {
                        plan: 0,
                        comparison: 0,
                        reason,
                        at_ms: self.at_ms,
                    });
                    return (records, reason);
                }
            }
        }
    }
}

fn page_load(variant: PageVariant, ready: Option<f64>) -> PageLoad {
    let at = |share: f64| ready.map_or(0.0, |ready| ready * share);
    PageLoad {
        ended: if ready.is_some() {
            LoadEnd::Ready
        } else {
            LoadEnd::Deadline
        },
        sdk_ready_ms: ready,
        origin: "https://app.medzen.example".to_owned(),
        document: Some(DocumentTiming {
            resource: ResourceTiming {
                response_end: at(0.1),
                ..ResourceTiming::default()
            },
            ..DocumentTiming::default()
        }),
        script: (variant != PageVariant::Inline && ready.is_some()).then(|| ResourceTiming {
            start_time: at(0.12),
            fetch_start: at(0.13),
            domain_lookup_start: at(0.15),
            domain_lookup_end: at(0.15),
            connect_start: at(0.15),
            secure_connection_start: at(0.18),
            connect_end: at(0.2),
            request_start: at(0.2),
            response_start: at(0.3),
            response_end: at(0.5),
            transfer_size: 227_000,
            encoded_body_size: 226_664,
            decoded_body_size: 1_157_837,
            next_hop_protocol: "h2".to_owned(),
            ..ResourceTiming::default()
        }),
        sdk: SdkPresence::default(),
        page_metrics: ready.map(|ready| PageMetrics {
            script_ms: ready * 0.3,
            compile_ms: ready * 0.1,
            task_ms: ready * 0.6,
        }),
        ..PageLoad::default()
    }
}
