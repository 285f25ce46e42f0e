//! Durations in bounded memory.

/// Buckets for each power of two: a value is known to 1/128 of itself.
const STEPS: u32 = 7;

/// Largest power of two, in µs: 2^40 µs are twelve days. What is longer counts as that.
const LARGEST: u32 = 40;

const BUCKETS: usize = ((LARGEST - STEPS + 2) << STEPS) as usize;

/// A histogram of durations with buckets that grow with the value, as `HdrHistogram`'s do: about
/// 36 kB, and percentiles that are at most [`Histogram::RELATIVE_ERROR`] too high.
#[derive(Clone, Debug)]
pub struct Histogram {
    counts: Vec<u64>,
    total: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            counts: vec![0; BUCKETS],
            total: 0,
        }
    }
}

impl Histogram {
    /// By how much a percentile may be above the true one, as a part of it.
    pub const RELATIVE_ERROR: f64 = 1.0 / (1 << STEPS) as f64;

    /// Adds a duration, in µs.
    pub fn add(&mut self, micros: u64) {
        if let Some(count) = self.counts.get_mut(bucket(micros)) {
            *count += 1;
            self.total += 1;
        }
    }

    /// The least duration that `part` (0 to 1) of all are not longer than, in µs; `None` where
    /// there are none. The nearest-rank definition.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "a rank of a count"
    )]
    pub fn percentile(&self, part: f64) -> Option<u64> {
        if self.total == 0 {
            return None;
        }
        let rank = ((part.clamp(0.0, 1.0) * self.total as f64).ceil() as u64).max(1);
        let mut seen = 0;
        for (index, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= rank {
                return Some(upper_end(index));
            }
        }
        None
    }
}

/// The bucket of a value: the value itself below 2^(STEPS + 1), above that its leading bits.
fn bucket(micros: u64) -> usize {
    let micros = micros.min((1 << (LARGEST + 1)) - 1);
    let bits = u64::BITS - micros.leading_zeros();
    let shift = bits.saturating_sub(STEPS + 1);
    usize::try_from((u64::from(shift) << STEPS) + (micros >> shift)).unwrap_or(BUCKETS - 1)
}

/// The largest value of a bucket.
fn upper_end(index: usize) -> u64 {
    let index = index as u64;
    let shift = (index >> STEPS).saturating_sub(1);
    let leading = index - (shift << STEPS);
    ((leading + 1) << shift) - 1
}
