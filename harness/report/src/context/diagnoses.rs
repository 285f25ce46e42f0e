//! What is behind the checks that do not hold, with those checks folded under it.

use greenroom_core::results::{DiagnosisResult, Results, ScenarioResult, Verdict};
use serde::Serialize;

use super::CheckRow;
use crate::format;
use crate::untrusted::{SENTENCE, shown};
use crate::wording::{self, Badge};

/// A cause and its consequences.
#[derive(Debug, Serialize)]
pub(crate) struct Diagnosis {
    badge: Badge,
    cause: &'static str,
    sentence: String,
    remedy: String,
    /// E.g. `Explains 5 checks`.
    explains: String,
    /// The checks that do not hold because of it.
    rows: Vec<CheckRow>,
}

/// The checks of one scenario: causes first, then what none of them explains.
#[derive(Debug, Serialize)]
pub(crate) struct Checks {
    diagnoses: Vec<Diagnosis>,
    /// What gates and is in no diagnosis, the worst first.
    pub(crate) rows: Vec<CheckRow>,
    /// What was seen beside the diagnosis that the scenario asks for.
    observed: Vec<CheckRow>,
}

impl Checks {
    /// The checks of the scenario with this index.
    pub(crate) fn of(index: usize, scenario: &ScenarioResult, results: &Results) -> Self {
        let mut verdicts: Vec<(usize, &Verdict)> = results
            .verdicts
            .iter()
            .enumerate()
            .filter(|(_, verdict)| verdict.scenario == index)
            .collect();
        verdicts.sort_by_key(|(_, verdict)| wording::weight(verdict.outcome));
        let row = |verdict: &Verdict| super::check_row(&scenario.source.title, verdict, results);
        let diagnoses = scenario
            .diagnoses
            .iter()
            .map(|found| Diagnosis {
                badge: wording::diagnosis(found, results),
                cause: found.cause.word(),
                sentence: shown(&found.sentence, SENTENCE),
                remedy: shown(&found.remedy, SENTENCE),
                explains: explains(found),
                rows: verdicts
                    .iter()
                    .filter(|(number, _)| found.explains.contains(number))
                    .map(|(_, verdict)| row(verdict))
                    .collect(),
            })
            .collect();
        let (observed, gating): (Vec<_>, Vec<_>) = verdicts
            .into_iter()
            .filter(|(number, _)| wording::explanation(*number, scenario).is_none())
            .map(|(_, verdict)| verdict)
            .partition(|verdict| verdict.observed);
        Self {
            diagnoses,
            rows: gating.into_iter().map(row).collect(),
            observed: observed.into_iter().map(row).collect(),
        }
    }

    /// Whether there is nothing to show.
    pub(crate) fn is_empty(&self) -> bool {
        self.diagnoses.is_empty() && self.rows.is_empty() && self.observed.is_empty()
    }
}

fn explains(found: &DiagnosisResult) -> String {
    match found.explains.len() {
        0 => "Explains no check that was asked for".to_owned(),
        1 => "Explains 1 check".to_owned(),
        more => format!("Explains {} checks", format::count(more as u64)),
    }
}
