//! What the loads of one comparison say so far, load by load.
//!
//! Invariant: the sampler and the judge put the same samples through this one type, so what one
//! stops at is what the other reports.
//!
//! Which loads count: the warm-up never does. An environment error drops its block from the
//! pairs. The other load of such a block still counts in its own arm, for a failure that was
//! seen is not erased because the browser died a moment later.

use crate::journal::{Classification, Sample};
use crate::plan::{Arm, Asked, Comparison, Expression, Metric, SampleMetric};
use crate::statistics::{Alpha, ArmSample, ConfidenceSequence, Pair};

use super::metric::{Observed, counts, observe};

/// The clock's step in ms (Resource Timing in a page that is not cross-origin isolated): what
/// reads 0 took less than this. Ratios need a value above 0.
const CLOCK_STEP_MS: f64 = 0.1;

/// Above every size in bytes: sizes have no timeout to be cut off at.
const NO_LIMIT: f64 = 1e15;

/// The evidence of one comparison.
#[derive(Clone, Debug)]
pub(crate) struct Evidence {
    metric: SampleMetric,
    timeout_ms: f64,
    arms: [ArmEvidence; 2],
    relations: Vec<PairedMetric>,
    open: Option<OpenBlock>,
    pairs: u32,
    environment_errors: u32,
}

/// One arm's loads.
#[derive(Clone, Debug)]
struct ArmEvidence {
    loads: usize,
    failures: usize,
    ever_measured: bool,
    causes: Vec<Cause>,
    metrics: Vec<(Metric, Vec<Observed>)>,
}

/// What made loads fail.
#[derive(Clone, Debug)]
pub(crate) struct Cause {
    /// What became of them.
    pub(crate) classification: Classification,
    /// How many.
    pub(crate) loads: u32,
    /// The reason of the first of them.
    pub(crate) reason: Option<String>,
}

/// A metric whose ratio is followed; the first of them is what the comparison is about.
#[derive(Clone, Debug)]
struct PairedMetric {
    metric: Metric,
    sequence: ConfidenceSequence,
    pairs: Vec<Pair>,
}

/// The first load of a block.
#[derive(Clone, Debug)]
struct OpenBlock {
    block: u32,
    arm: Arm,
    observed: Vec<Observed>,
}

impl ArmEvidence {
    fn fail(&mut self, sample: &Sample) {
        self.failures += 1;
        let known = |cause: &&mut Cause| cause.classification == sample.classification;
        match self.causes.iter_mut().find(known) {
            Some(cause) => cause.loads += 1,
            None => self.causes.push(Cause {
                classification: sample.classification,
                loads: 1,
                reason: sample.reason.clone(),
            }),
        }
    }
}

impl Evidence {
    /// No evidence yet, ready to take what the comparison asks for.
    pub(crate) fn new(comparison: &Comparison) -> Self {
        let asked = || comparison.expectations.iter().chain(&comparison.claims);
        let mut related = vec![Metric::from(comparison.metric)];
        for Asked { expression, .. } in asked() {
            if let Expression::Relation { metric, .. } = expression
                && !related.contains(metric)
            {
                related.push(*metric);
            }
        }
        let sequence = sequence(comparison.sampling.alpha);
        let relations = related
            .into_iter()
            .map(|metric| PairedMetric {
                metric,
                sequence: sequence.clone(),
                pairs: Vec::new(),
            })
            .collect();
        let of_arm = |wanted: Arm| {
            let mut metrics = vec![(Metric::from(comparison.metric), Vec::new())];
            for Asked { expression, .. } in asked() {
                if let Expression::Threshold { arm, metric, .. } = expression
                    && *arm == wanted
                    && *metric != Metric::Failures
                    && metrics.iter().all(|(known, _)| known != metric)
                {
                    metrics.push((*metric, Vec::new()));
                }
            }
            ArmEvidence {
                loads: 0,
                failures: 0,
                ever_measured: false,
                causes: Vec::new(),
                metrics,
            }
        };
        #[expect(clippy::cast_precision_loss, reason = "a timeout is far below 2^53 ms")]
        let timeout_ms = comparison.timeout_ms as f64;
        Self {
            metric: comparison.metric,
            timeout_ms,
            arms: Arm::BOTH.map(of_arm),
            relations,
            open: None,
            pairs: 0,
            environment_errors: 0,
        }
    }

    /// Takes one load. The cost does not depend on how many came before.
    pub(crate) fn push(&mut self, sample: &Sample) {
        if sample.classification == Classification::EnvironmentError {
            self.environment_errors += 1;
            self.drop_block(sample.block);
            return;
        }
        if !counts(sample) {
            return;
        }
        let arm = &mut self.arms[index(sample.arm)];
        arm.loads += 1;
        if sample.classification != Classification::Ready {
            arm.fail(sample);
        }
        arm.ever_measured |= sample.measured(self.metric).is_some();
        for (metric, values) in &mut arm.metrics {
            values.push(observe(*metric, sample));
        }
        let observed: Vec<Observed> = self
            .relations
            .iter()
            .map(|paired| observe(paired.metric, sample))
            .collect();
        match self.open.take() {
            Some(first) if first.block == sample.block && first.arm != sample.arm => {
                self.close_pair(&first, &observed);
            }
            _ => {
                self.open = Some(OpenBlock {
                    block: sample.block,
                    arm: sample.arm,
                    observed,
                });
            }
        }
    }

    /// Leaves a block out of the pairs.
    pub(crate) fn drop_block(&mut self, block: u32) {
        if self.open.as_ref().is_some_and(|open| open.block == block) {
            self.open = None;
        }
    }

    fn close_pair(&mut self, first: &OpenBlock, second: &[Observed]) {
        self.pairs += 1;
        for ((paired, first_value), second_value) in
            self.relations.iter_mut().zip(&first.observed).zip(second)
        {
            let (baseline, candidate) = match first.arm {
                Arm::Baseline => (first_value, second_value),
                Arm::Candidate => (second_value, first_value),
            };
            let limit = limit(paired.metric, self.timeout_ms);
            let Some(pair) = pair(*baseline, *candidate, limit) else {
                continue;
            };
            if paired.sequence.push(pair.log_ratio()).is_ok() {
                paired.pairs.push(pair);
            }
        }
    }

    /// What made an arm's loads fail, the most frequent first.
    pub(crate) fn causes(&self, arm: Arm) -> Vec<&Cause> {
        let mut causes: Vec<&Cause> = self.arms[index(arm)].causes.iter().collect();
        causes.sort_by_key(|cause| std::cmp::Reverse(cause.loads));
        causes
    }

    /// Complete pairs.
    pub(crate) fn pairs(&self) -> u32 {
        self.pairs
    }

    /// Loads that the environment spoilt.
    pub(crate) fn environment_errors(&self) -> u32 {
        self.environment_errors
    }

    /// Loads of an arm, and how many of them were not `ready`.
    pub(crate) fn failures(&self, arm: Arm) -> (usize, usize) {
        let evidence = &self.arms[index(arm)];
        (evidence.failures, evidence.loads)
    }

    /// Whether any load of either arm ever got as far as is compared.
    pub(crate) fn ever_measured(&self) -> bool {
        Arm::BOTH.into_iter().any(|arm| self.ever_measured_in(arm))
    }

    /// Whether any load of an arm ever got as far as is compared.
    pub(super) fn ever_measured_in(&self, arm: Arm) -> bool {
        self.arms[index(arm)].ever_measured
    }

    /// The ratio of what is compared, candidate over baseline, pair by pair.
    pub(crate) fn sequence(&self) -> &ConfidenceSequence {
        &self.relations[0].sequence
    }

    /// The pairs of what is compared.
    pub(crate) fn measured_pairs(&self) -> &[Pair] {
        &self.relations[0].pairs
    }

    /// The ratio of a metric that some relation asks for.
    pub(super) fn sequence_of(&self, metric: Metric) -> Option<&ConfidenceSequence> {
        self.relations
            .iter()
            .find(|paired| paired.metric == metric)
            .map(|paired| &paired.sequence)
    }

    /// The values of a metric of an arm, and how many loads did not show it. `None` where no
    /// load did, or nothing asks for it.
    pub(super) fn sample_of(&self, arm: Arm, metric: Metric) -> Option<(ArmSample, usize)> {
        let (_, values) = self.arms[index(arm)]
            .metrics
            .iter()
            .find(|(known, _)| *known == metric)?;
        arm_sample(values, limit(metric, self.timeout_ms))
    }
}

fn arm_sample(values: &[Observed], limit: f64) -> Option<(ArmSample, usize)> {
    let seen: Vec<Option<f64>> = values
        .iter()
        .filter_map(|value| match value {
            Observed::Value(value) => Some(Some(*value)),
            Observed::Censored => Some(None),
            Observed::Missing => None,
        })
        .collect();
    let sample = ArmSample::censored_at(limit, &seen).ok()?;
    Some((sample, values.len() - seen.len()))
}

fn pair(baseline: Observed, candidate: Observed, limit: f64) -> Option<Pair> {
    let value = |observed| match observed {
        Observed::Value(value) => Some(Some(value.max(CLOCK_STEP_MS))),
        Observed::Censored => Some(None),
        Observed::Missing => None,
    };
    Pair::new(value(baseline)?, value(candidate)?, limit).ok()
}

fn limit(metric: Metric, timeout_ms: f64) -> f64 {
    if metric == Metric::JsHeap {
        NO_LIMIT
    } else {
        timeout_ms
    }
}

fn index(arm: Arm) -> usize {
    match arm {
        Arm::Baseline => 0,
        Arm::Candidate => 1,
    }
}

/// The sequence of a comparison. A level that is none (a journal written by hand) is taken as
/// the default.
fn sequence(alpha: f64) -> ConfidenceSequence {
    let alpha = Alpha::new(alpha).unwrap_or(Alpha::FIVE_PERCENT);
    ConfidenceSequence::new(alpha, ConfidenceSequence::N_STAR, ConfidenceSequence::N_MIN)
        .expect("the default horizon and first look are valid")
}
