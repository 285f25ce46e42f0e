//! What the simulated measurements look like.

use greenroom_core::statistics::Pair;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The recorded seeds: every claim on false calls is made for each.
pub(crate) const SEEDS: [u64; 3] = [11, 20_260_731, 0x6772_6565_6e72_6f6f];

/// Runs for each seed.
pub(crate) const RUNS: usize = 10_000;

/// Beyond every simulated value.
const TIMEOUT: f64 = 75_000.0;

/// A source of standard normal numbers.
pub(crate) struct Source {
    rng: ChaCha8Rng,
    spare: Option<f64>,
}

impl Source {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            rng: ChaCha8Rng::seed_from_u64(seed),
            spare: None,
        }
    }

    /// G. Marsaglia's polar method, which makes them in twos.
    pub(crate) fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let (x, y) = (
                self.rng.random_range(-1.0..1.0),
                self.rng.random_range(-1.0..1.0),
            );
            let square: f64 = x * x + y * y;
            if square > 0.0 && square < 1.0 {
                let factor = (-2.0 * square.ln() / square).sqrt();
                self.spare = Some(y * factor);
                return x * factor;
            }
        }
    }

    pub(crate) fn chance(&mut self, share: f64) -> bool {
        self.rng.random_bool(share)
    }
}

/// Two arms that are measured independently.
#[derive(Clone, Copy)]
pub(crate) struct Arms {
    /// Coefficient of variation of either arm; times are lognormal, so L is normal with a
    /// standard deviation of nearly sqrt(2) times it.
    pub(crate) cv: f64,
    /// The share of values that take three times as long.
    pub(crate) outliers: f64,
    /// The candidate's time over the baseline's, without the noise.
    pub(crate) ratio: f64,
}

impl Arms {
    /// One block, through the same door as measured values.
    pub(crate) fn pair(self, source: &mut Source) -> Pair {
        let sigma = (self.cv * self.cv).ln_1p().sqrt();
        let mut value = |median: f64| {
            let typical = median * (sigma * source.normal()).exp();
            if self.outliers > 0.0 && source.chance(self.outliers) {
                3.0 * typical
            } else {
                typical
            }
        };
        let (baseline, candidate) = (value(250.0), value(250.0 * self.ratio));
        Pair::new(Some(baseline), Some(candidate), TIMEOUT).unwrap()
    }
}

/// A count among runs, as a share.
pub(crate) fn share(count: usize, runs: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap()) / f64::from(u32::try_from(runs).unwrap())
}
