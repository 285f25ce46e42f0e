//! From what is written to what will be done: a comparison scenario's plan.

use greenroom_model::{
    CacheRegime, Delivery, DeviceProfile, NetworkProfile, PageTimers, PageVariant,
};

use super::decidable;
use super::error::{Problem, ScenarioError};
use super::expression::{self, ArmNames};
use super::faults;
use super::options;
use super::raw::{Arms, Condition, Document, Sentence};
use super::settings::Settings;
use super::source::{SourceFile, Span};
use super::vocabulary::Vocabulary;
use super::written::{Given, Meaning, OneOrMany, Placed, Written};
use crate::journal::TargetKind;
use crate::plan::{
    Arm, Asked, Comparison, DocumentOptions, Expression, Injected, SampleMetric, Sampling,
};
use crate::statistics::Alpha;

/// What holds where a scenario says nothing.
const DEVICE: &str = "desktop";
const NETWORK: &str = "unthrottled";

/// What all the comparisons of a scenario have in common.
struct Common<'a> {
    source: &'a SourceFile,
    document: &'a Document,
    settings: &'a Settings,
    target: TargetKind,
    arms: ArmNames,
    metric: SampleMetric,
    options: DocumentOptions,
    timers: PageTimers,
    timeout_ms: u64,
    injected: Injected,
}

/// Resolves a comparison scenario.
pub(super) fn comparisons(
    source: &SourceFile,
    document: &Document,
    arms: &Placed<Arms>,
    settings: &Settings,
    target: TargetKind,
) -> Result<Vec<Comparison>, ScenarioError> {
    let metric = match arms.value.metric.get() {
        Some(metric) => metric.read(source)?,
        None => SampleMetric::default(),
    };
    let arms = ArmNames {
        baseline: arms.value.baseline.read(source)?,
        candidate: arms.value.candidate.read(source)?,
    };
    let (options, timers) = options::page(source, document.page.get())?;
    let common = Common {
        source,
        document,
        settings,
        target,
        arms,
        metric,
        options,
        timers,
        timeout_ms: options::timeout(source, document, timers, arms)?,
        injected: injected(source, document, arms)?,
    };
    let mut comparisons = Vec::new();
    match document.conditions.get() {
        None => common.expand(&mut comparisons, None)?,
        Some(conditions) if conditions.value.is_empty() => {
            return Err(ScenarioError::new(
                source,
                conditions.span,
                Problem::new(
                    "this scenario has no condition, so nothing would be done",
                    "name a condition, or leave `conditions` out for the default one",
                ),
            ));
        }
        Some(conditions) => {
            for condition in &conditions.value {
                common.expand(&mut comparisons, Some(condition))?;
            }
        }
    }
    options::page_options_matter(source, document.page.get(), &comparisons)?;
    share_alpha(&mut comparisons);
    Ok(comparisons)
}

/// Splits the error probability of 5% among the comparisons whose relation gates (Bonferroni).
/// Their number is known before the first sample; the other comparisons are exploratory.
fn share_alpha(comparisons: &mut [Comparison]) {
    let gates = |comparison: &Comparison| {
        comparison
            .expectations
            .iter()
            .any(|asked| matches!(asked.expression, Expression::Relation { .. }))
    };
    let gating = comparisons.iter().filter(|one| gates(one)).count();
    let share = Alpha::FIVE_PERCENT.split(gating).get();
    for comparison in comparisons {
        if gates(comparison) {
            comparison.sampling.alpha = share;
        }
    }
}

/// One cell of a condition's matrix, with the places of its words.
struct Cell {
    device: DeviceProfile,
    network: NetworkProfile,
    cache: CacheRegime,
    cache_at: Option<Span>,
    delivery: Delivery,
    delivery_at: Option<Span>,
}

impl Common<'_> {
    /// Adds the comparisons of one condition, in the order device, network, cache, delivery.
    fn expand(
        &self,
        comparisons: &mut Vec<Comparison>,
        condition: Option<&Placed<Condition>>,
    ) -> Result<(), ScenarioError> {
        let value = condition.map(|placed| &placed.value);
        for cell in self.cells(value)? {
            self.deliverable(&cell)?;
            let comparison = self.comparison(value, cell)?;
            if comparisons.iter().any(|other| other.id == comparison.id) {
                let span = condition.map_or_else(|| self.source.span_of(0..0), |at| at.span);
                return Err(ScenarioError::new(
                    self.source,
                    span,
                    Problem::new(
                        format!(
                            "the condition `{}` stands here a second time",
                            comparison.id
                        ),
                        "remove one of the two; more pairs are asked for by `samples`",
                    ),
                ));
            }
            comparisons.push(comparison);
        }
        Ok(())
    }

    fn cells(&self, condition: Option<&Condition>) -> Result<Vec<Cell>, ScenarioError> {
        let source = self.source;
        let devices = match condition.and_then(|value| value.device.get()) {
            None => vec![(self.default_class(self.settings.device(DEVICE))?, None)],
            Some(names) => each(source, names, |name| self.settings.device(name))?,
        };
        let networks = match condition.and_then(|value| value.network.get()) {
            None => vec![(self.default_class(self.settings.network(NETWORK))?, None)],
            Some(names) => each(source, names, |name| self.settings.network(name))?,
        };
        let caches = match condition.and_then(|value| value.cache.get()) {
            None => vec![(CacheRegime::Cold, None)],
            Some(names) => each(source, names, CacheRegime::read)?,
        };
        let deliveries = match condition.and_then(|value| value.delivery.get()) {
            None => vec![(Delivery::Webview, None)],
            Some(names) => each(source, names, Delivery::read)?,
        };
        let mut cells = Vec::new();
        for (device, _) in &devices {
            for (network, _) in &networks {
                for (cache, cache_at) in &caches {
                    for (delivery, delivery_at) in &deliveries {
                        cells.push(Cell {
                            device: device.clone(),
                            network: network.clone(),
                            cache: *cache,
                            cache_at: *cache_at,
                            delivery: *delivery,
                            delivery_at: *delivery_at,
                        });
                    }
                }
            }
        }
        Ok(cells)
    }

    /// A default that the settings of this folder took away.
    fn default_class<T>(&self, found: Result<T, Problem>) -> Result<T, ScenarioError> {
        found.map_err(|problem| {
            ScenarioError::new(self.source, self.document.scenario.span, problem)
        })
    }

    /// Refuses what cannot be delivered so.
    fn deliverable(&self, cell: &Cell) -> Result<(), ScenarioError> {
        if cell.cache != CacheRegime::Cold && cell.delivery != Delivery::Https {
            let (word, delivery) = (cell.cache.word(), cell.delivery.word());
            let span = cell.cache_at.or(cell.delivery_at);
            return Err(self.refuse(
                span,
                Problem::new(
                    format!("cache `{word}` cannot be measured under delivery `{delivery}`"),
                    "write `delivery: https`: a page that is put in place by the driver has no cache entries of its own, so only a page from the app host can be warm or hot",
                ),
            ));
        }
        if self.metric == SampleMetric::Connected && cell.delivery == Delivery::Opaque {
            return Err(self.refuse(
                cell.delivery_at,
                Problem::new(
                    "a page of delivery `opaque` is no secure context and gets into no call",
                    "write `webview` or `https`, or compare `metric: sdk_ready`",
                ),
            ));
        }
        if self.target == TargetKind::Deployed && cell.delivery != Delivery::Webview {
            return Err(self.refuse(
                cell.delivery_at,
                Problem::new(
                    format!(
                        "delivery `{}` needs the local stack, and the target is deployed",
                        cell.delivery.word()
                    ),
                    "write `delivery: webview` (the page is then generated around the deployed SDK), or run it against `--target local`",
                ),
            ));
        }
        Ok(())
    }

    fn refuse(&self, span: Option<Span>, problem: Problem) -> ScenarioError {
        let span = span.unwrap_or(self.document.scenario.span);
        ScenarioError::new(self.source, span, problem)
    }

    fn comparison(
        &self,
        condition: Option<&Condition>,
        cell: Cell,
    ) -> Result<Comparison, ScenarioError> {
        let own = condition.and_then(|value| value.samples.get());
        let sampling = options::sampling(self.source, self.document.samples.get(), own)?;
        let asked = |common: &Given<Placed<Vec<Written<Sentence>>>>,
                     own: Option<&Given<Placed<Vec<Written<Sentence>>>>>| {
            [Some(common), own]
                .into_iter()
                .flatten()
                .filter_map(|given| given.get())
                .flat_map(|sentences| &sentences.value)
                .map(|sentence| self.asked(sentence, &sampling))
                .collect::<Result<Vec<Asked>, ScenarioError>>()
        };
        let expectations = asked(&self.document.expect, condition.map(|value| &value.expect))?;
        let claims = asked(&self.document.claims, condition.map(|value| &value.claims))?;
        Ok(Comparison {
            id: format!(
                "{}, {}, {}, {}",
                cell.delivery.word(),
                cell.device.name,
                cell.network.name,
                cell.cache.word()
            ),
            baseline: self.arms.baseline,
            candidate: self.arms.candidate,
            device: cell.device,
            network: cell.network,
            cache: cell.cache,
            delivery: cell.delivery,
            document: self.options.clone(),
            page_timers: self.timers,
            timeout_ms: self.timeout_ms,
            metric: self.metric,
            sampling,
            expectations,
            claims,
            injected: self.injected.clone(),
        })
    }

    fn asked(
        &self,
        sentence: &Written<Sentence>,
        sampling: &Sampling,
    ) -> Result<Asked, ScenarioError> {
        let at_fault = |problem| sentence.error(self.source, problem);
        let expression = expression::parse(&sentence.text, self.arms).map_err(at_fault)?;
        decidable::metric(&expression, self.metric).map_err(at_fault)?;
        decidable::expression(&expression, sampling, self.timeout_ms, self.arms)
            .map_err(at_fault)?;
        Ok(Asked {
            text: sentence.text.trim().to_owned(),
            at: sentence.span.at,
            expression,
        })
    }
}

/// Every name of a list with its value and place; none twice.
fn each<T: Clone + PartialEq, W>(
    source: &SourceFile,
    names: &OneOrMany<W>,
    find: impl Fn(&str) -> Result<T, Problem>,
) -> Result<Vec<(T, Option<Span>)>, ScenarioError> {
    let mut found: Vec<(T, Option<Span>)> = Vec::new();
    for name in names.items(source)? {
        let value = find(&name.text).map_err(|problem| name.error(source, problem))?;
        if found.iter().any(|(other, _)| *other == value) {
            return Err(name.error(
                source,
                Problem::new(
                    format!("`{}` stands here a second time", name.text),
                    "name each only once",
                ),
            ));
        }
        found.push((value, Some(name.span)));
    }
    Ok(found)
}

fn injected(
    source: &SourceFile,
    document: &Document,
    arms: ArmNames,
) -> Result<Injected, ScenarioError> {
    let Some(faults) = document.faults.get() else {
        return Ok(Injected::default());
    };
    let variant = |arm: Arm| -> PageVariant {
        match arm {
            Arm::Baseline => arms.baseline,
            Arm::Candidate => arms.candidate,
        }
    };
    faults::read(source, &faults.value, variant)
}
