//! What to load next, and when enough has been seen.
//!
//! Invariants:
//! - Sans-IO: it is given records and the time, and says what to do. The same records in the
//!   same order leave it in the same state, so a journal that was cut off anywhere is resumed
//!   where it stopped.
//! - It always ends: at `at_most` pairs, after `within`, after
//!   [`ENVIRONMENT_ERRORS_IN_A_ROW`] blocks in a row that the environment spoilt, and in any
//!   case once twice as many blocks as `at_most` (and ten) were begun.
//! - It stops at what the judge will report, because both ask `judge::is_resolved`.
//!
//! A comparison is a sequence of blocks. Block 0 is the warm-up, and never counts. Every later
//! block is one pair. An environment error ends its block, which is dropped from the pairs; the
//! next block takes its place in the order. Where anything is throttled each block begins with
//! a proof; a proof that did not measure what was asked spoils its block like a failed load.

mod order;
#[cfg(test)]
pub(crate) mod synthetic;
#[cfg(test)]
mod tests;

use crate::journal::{Classification, Record, Sample, StopReason, ThrottleProof};
use crate::judge::{Evidence, is_resolved};
use crate::plan::{Arm, Comparison};
use crate::statistics::{Interval, Margin};

use order::Order;

/// After so many spoilt blocks in a row there is no use in going on.
pub const ENVIRONMENT_ERRORS_IN_A_ROW: u32 = 3;

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Prove the throttle for this block, and give the proof to [`Sampler::proof`].
    Prove {
        /// The block.
        block: u32,
    },
    /// Load a page, and give the sample to [`Sampler::sample`].
    Load {
        /// The block; 0 is the warm-up.
        block: u32,
        /// 0 for its first load, 1 for its second.
        position: u32,
        /// Which arm.
        arm: Arm,
        /// Whether it is discarded.
        warmup: bool,
    },
    /// The comparison is over.
    Done(StopReason),
}

/// Where a comparison stands, for a progress line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Complete pairs.
    pub pairs: u32,
    /// Pairs at the most.
    pub at_most: u32,
    /// Loads that the environment spoilt.
    pub environment_errors: u32,
    /// Interval of the candidate's relative change: 0.1 is 10% later.
    pub change: Option<(f64, f64)>,
    /// About how many more pairs would settle faster, slower or equivalent.
    pub more_pairs: Option<u32>,
}

/// The sampler of one comparison.
#[derive(Clone, Debug)]
pub struct Sampler {
    comparison: Comparison,
    plan: usize,
    index: usize,
    order: Order,
    evidence: Evidence,
    block: Block,
    spoilt_in_a_row: u32,
    ended: Option<StopReason>,
}

/// The block at hand.
#[derive(Clone, Copy, Debug)]
struct Block {
    number: u32,
    proved: bool,
    /// The arm that was loaded first, once it was.
    first: Option<Arm>,
}

impl Block {
    fn new(number: u32) -> Self {
        Self {
            number,
            proved: false,
            first: None,
        }
    }
}

impl Sampler {
    /// The sampler of the comparison with this index in the plan with that index. The order of
    /// the arms is drawn from the run's seed and both indices.
    pub fn new(comparison: &Comparison, seed: u64, plan: usize, index: usize) -> Self {
        Self {
            order: Order::new(seed, plan, index),
            evidence: Evidence::new(comparison),
            comparison: comparison.clone(),
            plan,
            index,
            block: Block::new(0),
            spoilt_in_a_row: 0,
            ended: None,
        }
    }

    /// What to do next, `elapsed_ms` after the comparison began. A block that was begun is
    /// finished even if time is up: half a pair would be of no use.
    pub fn next(&mut self, elapsed_ms: f64) -> Next {
        if let Some(reason) = self.over(elapsed_ms) {
            return Next::Done(reason);
        }
        let number = self.block.number;
        if self.comparison.is_throttled() && !self.block.proved {
            return Next::Prove { block: number };
        }
        let (position, arm) = match self.block.first {
            None => (0, self.first_arm()),
            Some(first) => (1, first.other()),
        };
        Next::Load {
            block: number,
            position,
            arm,
            warmup: number == 0,
        }
    }

    fn over(&self, elapsed_ms: f64) -> Option<StopReason> {
        if self.ended.is_some() {
            return self.ended;
        }
        if self.spoilt_in_a_row >= ENVIRONMENT_ERRORS_IN_A_ROW {
            return Some(StopReason::Environment);
        }
        if self.block.first.is_some() || self.block.proved {
            return None;
        }
        let sampling = &self.comparison.sampling;
        if is_resolved(&self.comparison, &self.evidence) {
            return Some(StopReason::Resolved);
        }
        if self.evidence.pairs() >= sampling.at_most {
            return Some(StopReason::AtMost);
        }
        #[expect(
            clippy::cast_precision_loss,
            reason = "a time limit is far below 2^53 ms"
        )]
        if elapsed_ms >= sampling.within_ms as f64 {
            return Some(StopReason::Within);
        }
        let blocks_at_most = sampling.at_most.saturating_mul(2).saturating_add(10);
        (self.block.number > blocks_at_most).then_some(StopReason::Environment)
    }

    /// The warm-up loads the baseline first; later blocks follow the drawn order, which goes by
    /// pairs made, so that a block in place of a spoilt one keeps the balance.
    fn first_arm(&mut self) -> Arm {
        if self.block.number == 0 {
            Arm::Baseline
        } else {
            self.order.first_arm(self.evidence.pairs())
        }
    }

    /// Takes the proof of the block at hand.
    pub fn proof(&mut self, proof: &ThrottleProof) {
        if !self.is_mine(proof.plan, proof.comparison) || proof.block != self.block.number {
            return;
        }
        let reading = &proof.reading;
        let network = &self.comparison.network;
        let complete = (!self.comparison.slows_cpu() || reading.cpu_ratio.is_some())
            && (network.rtt_ms.is_none() || reading.rtt_ms.is_some())
            && (network.down_kbps.is_none() || reading.down_kbps.is_some());
        if complete {
            self.block.proved = true;
        } else {
            self.spoil();
        }
    }

    /// Takes a load.
    pub fn sample(&mut self, sample: &Sample) {
        if !self.is_mine(sample.plan, sample.comparison) {
            return;
        }
        self.evidence.push(sample);
        // A load of a block further on: the journal of another writer. Follow it.
        if sample.block > self.block.number {
            self.block = Block::new(sample.block);
            self.block.proved = true;
        }
        if sample.block < self.block.number {
            return;
        }
        if sample.classification == Classification::EnvironmentError {
            self.spoil();
        } else if self.block.first.is_none() {
            self.block.first = Some(sample.arm);
        } else {
            self.spoilt_in_a_row = 0;
            self.next_block();
        }
    }

    fn spoil(&mut self) {
        self.evidence.drop_block(self.block.number);
        self.spoilt_in_a_row += 1;
        self.next_block();
    }

    /// Saturating: a journal that another program wrote may number its blocks as it likes.
    fn next_block(&mut self) {
        self.block = Block::new(self.block.number.saturating_add(1));
    }

    /// Takes any line of a journal, and leaves alone what is not this comparison's. Feeding all
    /// lines of a journal that was cut off restores the state in which it was written. An end
    /// by interruption is no end to what is resumed.
    pub fn feed(&mut self, record: &Record) {
        match record {
            Record::Proof(proof) => self.proof(proof),
            Record::Sample(sample) => self.sample(sample),
            Record::ComparisonEnd {
                plan,
                comparison,
                reason,
                ..
            } if self.is_mine(*plan, *comparison) && *reason != StopReason::Interrupted => {
                self.ended = Some(*reason);
            }
            _ => {}
        }
    }

    /// Where the comparison stands.
    pub fn progress(&self) -> Progress {
        let sequence = self.evidence.sequence();
        let more_pairs = Margin::new(self.comparison.sampling.equivalence)
            .ok()
            .and_then(|margin| sequence.pairs_to_settle(&margin.boundaries()))
            .and_then(|pairs| u32::try_from(pairs).ok());
        Progress {
            pairs: self.evidence.pairs(),
            at_most: self.comparison.sampling.at_most,
            environment_errors: self.evidence.environment_errors(),
            change: sequence
                .interval()
                .map(|Interval { lo, hi }| (lo.exp_m1(), hi.exp_m1())),
            more_pairs,
        }
    }

    fn is_mine(&self, plan: usize, comparison: usize) -> bool {
        self.plan == plan && self.index == comparison
    }
}
