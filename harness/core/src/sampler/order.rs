//! Which arm goes first in which pair.
//!
//! Invariant: of every four consecutive pairs, counted from the first, two begin with the
//! baseline and two with the candidate.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::plan::Arm;

/// Pairs within which the order is balanced.
const RUN: usize = 4;

/// The order of a comparison, drawn as far as it was asked for.
#[derive(Clone, Debug)]
pub(super) struct Order {
    rng: ChaCha8Rng,
    drawn: Vec<Arm>,
}

impl Order {
    /// The order of one comparison. Comparisons of one run get streams of their own
    /// (`ChaCha8Rng::set_stream`), so adding a scenario leaves the others' order alone.
    pub(super) fn new(seed: u64, plan: usize, comparison: usize) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(((plan as u64) << 32) | comparison as u64);
        Self {
            rng,
            drawn: Vec::new(),
        }
    }

    /// The arm that goes first in the pair with this number, from 0.
    pub(super) fn first_arm(&mut self, pair: u32) -> Arm {
        let pair = pair as usize;
        while self.drawn.len() <= pair {
            let mut run = [Arm::Baseline, Arm::Candidate, Arm::Baseline, Arm::Candidate];
            run.shuffle(&mut self.rng);
            self.drawn.extend::<[Arm; RUN]>(run);
        }
        self.drawn[pair]
    }
}
