//! How a comparison is decided, a threshold judged and a failure rate bounded.
//!
//! The one invariant: what goes in is checked once, by the constructors ([`Alpha`], [`Pair`],
//! [`ArmSample`], [`Margin`], [`Quantile`]), and nothing that comes out is ever `NaN` or infinite.
//! Nothing here reads a clock; the bootstrap's randomness comes from a seed that is an argument.
//!
//! The way of a comparison: [`Pair`] makes L = ln(candidate / baseline) of one block;
//! [`ConfidenceSequence`] takes the Ls one by one and gives an [`Interval`] that may be looked at
//! after every pair; [`classify`] and [`Hypothesis`] say what that interval decides. Beside the
//! headline stand [`ratio_of_medians`], [`hodges_lehmann_shift`] and the quantiles of
//! [`ArmSample`]; failures are judged by [`judge_rate`].

mod binomial;
mod bootstrap;
mod censor;
mod level;
mod location;
mod moments;
mod quantile;
mod region;
mod sequence;

pub use binomial::{RateError, judge_rate, lower_bound, samples_needed, upper_bound};
pub use bootstrap::{BootstrapError, RatioEstimate, ratio_of_medians};
pub use censor::{ArmSample, Pair, PairError, SampleError};
pub use level::{Alpha, AlphaError, Judgement};
pub use location::{hodges_lehmann_shift, median};
pub use moments::Moments;
pub use quantile::{
    LimitError, Quantile, QuantileError, QuantileEstimate, QuantileInterval, Relation,
};
pub use region::{Hypothesis, Margin, MarginError, Region, classify};
pub use sequence::{ConfidenceSequence, Interval, PushError, SequenceError};

/// A count as a real number.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of samples stay far below 2^53, where every integer is exact"
)]
fn real(count: usize) -> f64 {
    count as f64
}
