//! What a comparison scenario sets once: samples, timeout, and how the page is served.

use greenroom_model::{Delivery, PageTimers};

use super::decidable;
use super::error::{Problem, ScenarioError};
use super::expression::ArmNames;
use super::raw::{Document, Page, Samples};
use super::source::SourceFile;
use super::units::Duration;
use super::vocabulary::PageEncoding;
use super::written::{Given, Meaning, Placed, Written};
use crate::plan::{Comparison, DocumentOptions, Sampling, Stop};
use crate::statistics::Alpha;

// What holds where a scenario says nothing.
const AT_LEAST: u32 = decidable::FEWEST_PAIRS;
const AT_MOST: u32 = 40;
const WITHIN_MS: u64 = 90_000;
const EQUIVALENCE: f64 = 0.1;
const TIMEOUT_MS: u64 = 75_000;

/// The sampling of one condition; its own keys win over the scenario's.
pub(super) fn sampling(
    source: &SourceFile,
    common: Option<&Placed<Samples>>,
    own: Option<&Placed<Samples>>,
) -> Result<Sampling, ScenarioError> {
    fn pick<'a, T>(
        own: Option<&'a Placed<Samples>>,
        common: Option<&'a Placed<Samples>>,
        key: impl Fn(&'a Samples) -> &'a Given<Written<T>>,
    ) -> Option<&'a Written<T>> {
        own.and_then(|samples| key(&samples.value).get())
            .or_else(|| common.and_then(|samples| key(&samples.value).get()))
    }
    fn read<T: Meaning>(
        source: &SourceFile,
        written: Option<&Written<T>>,
    ) -> Result<Option<T>, ScenarioError> {
        written.map(|value| value.read(source)).transpose()
    }

    let at_least = pick(own, common, |samples| &samples.at_least);
    let at_most = pick(own, common, |samples| &samples.at_most);
    let sampling = Sampling {
        at_least: read(source, at_least)?.map_or(AT_LEAST, |pairs| pairs.0),
        at_most: read(source, at_most)?.map_or(AT_MOST, |pairs| pairs.0),
        within_ms: read(source, pick(own, common, |samples| &samples.within))?
            .map_or(WITHIN_MS, |time: Duration| time.0),
        stop: read(source, pick(own, common, |samples| &samples.stop))?.unwrap_or(Stop::Resolved),
        equivalence: read(source, pick(own, common, |samples| &samples.equivalence))?
            .map_or(EQUIVALENCE, |share| share.0),
        alpha: Alpha::FIVE_PERCENT.get(),
    };
    decidable::sampling(&sampling).map_err(|(key, problem)| {
        let written = match key {
            decidable::SamplesKey::AtLeast => at_least.or(at_most),
            decidable::SamplesKey::AtMost => at_most.or(at_least),
        };
        match written {
            Some(value) => value.error(source, problem),
            None => ScenarioError::new(source, source.span_of(0..0), problem),
        }
    })?;
    Ok(sampling)
}

pub(super) fn page(
    source: &SourceFile,
    page: Option<&Placed<Page>>,
) -> Result<(DocumentOptions, PageTimers), ScenarioError> {
    let mut options = DocumentOptions::default();
    let Some(Placed { value: page, .. }) = page else {
        return Ok((options, PageTimers::default()));
    };
    if let Some(variant) = page.variant.get() {
        return Err(variant.error(
            source,
            Problem::new(
                "`compare` says which variants are loaded",
                "remove the key; it belongs to a meeting",
            ),
        ));
    }
    if let Some(encoding) = page.encoding.get() {
        options.gzip = encoding.read(source)? == PageEncoding::Gzip;
    }
    if let Some(value) = page.cache_control.get() {
        options.cache_control = value.read(source)?.0;
    }
    Ok((options, timers(source, page)?))
}

/// The page's own timers.
pub(super) fn timers(source: &SourceFile, page: &Page) -> Result<PageTimers, ScenarioError> {
    let mut timers = PageTimers::default();
    if let Some(Placed { value, .. }) = page.timers.get() {
        if let Some(inline) = value.inline.get() {
            timers.inline_ms = inline.read(source)?.0;
        }
        if let Some(cdn) = value.cdn.get() {
            timers.cdn_ms = cdn.read(source)?.0;
        }
    }
    Ok(timers)
}

/// Refuses options of the app host's answer where no page comes from it.
pub(super) fn page_options_matter(
    source: &SourceFile,
    page: Option<&Placed<Page>>,
    comparisons: &[Comparison],
) -> Result<(), ScenarioError> {
    let from_host = comparisons
        .iter()
        .any(|comparison| comparison.delivery == Delivery::Https);
    let Some(Placed { value: page, .. }) = page else {
        return Ok(());
    };
    let span = page
        .encoding
        .get()
        .map(|key| key.span)
        .or_else(|| page.cache_control.get().map(|key| key.span));
    match span {
        Some(span) if !from_host => Err(ScenarioError::new(
            source,
            span,
            Problem::new(
                "no condition fetches the page, so it does not matter how it is served",
                "add a condition with `delivery: https`, or remove the key",
            ),
        )),
        _ => Ok(()),
    }
}

pub(super) fn timeout(
    source: &SourceFile,
    document: &Document,
    timers: PageTimers,
    arms: ArmNames,
) -> Result<u64, ScenarioError> {
    let written = document.timeout.get();
    let timeout_ms = match written {
        Some(value) => value.read(source)?.0,
        None => TIMEOUT_MS,
    };
    decidable::timeout(timeout_ms, timers, arms).map_err(|problem| {
        let span = written.map(|value| value.span).or_else(|| {
            let page = document.page.get()?;
            page.value.timers.get().map(|key| key.span)
        });
        ScenarioError::new(source, span.unwrap_or(document.scenario.span), problem)
    })?;
    Ok(timeout_ms)
}
