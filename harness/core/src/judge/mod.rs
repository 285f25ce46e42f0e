//! From what was seen to what it means.

mod decide;
mod evidence;
mod metric;

pub use decide::{Decided, Ruling, decide, is_resolved};
pub use evidence::Evidence;
