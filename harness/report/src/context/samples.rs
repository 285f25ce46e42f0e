//! Every single load, as compactly as a table can be.

use greenroom_core::plan::SampleMetric;
use greenroom_core::results::{ComparisonResult, SampleRow};
use serde::Serialize;

use crate::format;
use crate::untrusted::{LINE, shown};
use crate::wording;

/// The loads of one comparison.
#[derive(Debug, Serialize)]
pub(crate) struct SampleTable {
    anchor: String,
    id: String,
    loads: String,
    /// Whether the time until the page is in the call is a column of its own.
    connected: bool,
    rows: Vec<Vec<String>>,
}

impl SampleTable {
    /// All loads in the order in which they were made.
    pub(crate) fn of(anchor: &str, comparison: &ComparisonResult) -> Self {
        let loads = u32::try_from(comparison.samples.len()).unwrap_or(u32::MAX);
        Self {
            anchor: format!("{anchor}-loads"),
            id: shown(&comparison.id, LINE),
            loads: wording::counted(loads, "load", "loads"),
            connected: comparison.metric == SampleMetric::Connected,
            rows: comparison
                .samples
                .iter()
                .map(|sample| row(sample, comparison))
                .collect(),
        }
    }
}

fn row(sample: &SampleRow, comparison: &ComparisonResult) -> Vec<String> {
    let (of, other) = match sample.arm {
        greenroom_core::plan::Arm::Baseline => (&comparison.baseline, &comparison.candidate),
        greenroom_core::plan::Arm::Candidate => (&comparison.candidate, &comparison.baseline),
    };
    let block = if sample.warmup {
        "warm-up".to_owned()
    } else {
        sample.block.to_string()
    };
    let became = sample.classification.in_words();
    let mut cells = vec![
        format!("{block}.{}", sample.position + 1),
        wording::arm_name(of, other),
        match &sample.reason {
            Some(reason) => format!("{became}: {}", shown(reason, LINE)),
            None => became.to_owned(),
        },
        exact(sample.sdk_ready_ms),
        exact(sample.sdk_wait_ms),
        exact(sample.sdk_fetch_ms),
        sample
            .sdk_transfer_bytes
            .map_or_else(|| format::NOTHING.to_owned(), format::count),
        match &sample.protocol {
            Some(protocol) => format!(
                "{}, {}",
                shown(protocol, 20),
                shown(&sample.cache_proof, LINE)
            ),
            None => shown(&sample.cache_proof, LINE),
        },
        sample.session.to_string(),
    ];
    if comparison.metric == SampleMetric::Connected {
        cells.push(exact(sample.connected_ms));
    }
    cells
}

/// ms to a tenth, without its unit: the column's head has it.
fn exact(ms: Option<f64>) -> String {
    ms.map_or_else(|| format::NOTHING.to_owned(), |ms| format::number(ms, 1))
}
