//! `greenroom logs`: what CloudFront's access logs tell.

mod text;

use std::path::Path;

use greenroom_cloudformation::PriceClass;
use greenroom_core::logs::alarms::{Averaging, evaluate};
use greenroom_core::logs::{
    Entry, PRICES_AS_OF, PRICES_SOURCE, Skipped, Summary, Targets, Traffic,
};

use crate::args::{LogsArgs, LogsFormat, PriceClassArg};
use crate::failure::Failure;
use crate::{log_file, template_file, terminal};

/// Reads the logs and prints their figures.
pub(crate) fn run(args: &LogsArgs) -> Result<u8, Failure> {
    let template = args.template.as_deref();
    let deployment = template
        .map(|path| template_file::deployment(path, &args.parameter))
        .transpose()?;
    let mut traffic = Traffic::default();
    let mut skipped = Skipped::default();
    for path in &args.files {
        skipped.add(read(path, &mut traffic)?);
    }
    let class = match (args.price_class, &deployment) {
        (Some(PriceClassArg::Class100), _) | (None, None) => PriceClass::Class100,
        (Some(PriceClassArg::Class200), _) => PriceClass::Class200,
        (Some(PriceClassArg::All), _) => PriceClass::All,
        (None, Some(deployment)) => deployment.distribution.price_class,
    };
    let targets = Targets {
        monthly_usd: args.monthly_budget,
        ..Targets::default()
    };
    let summary = Summary::of(&traffic, skipped, class, &targets);
    let alarms = deployment
        .as_ref()
        .map(|deployment| evaluate(&traffic, deployment, Averaging::default()))
        .unwrap_or_default();
    let printed = match args.format {
        LogsFormat::Text => text::render(&traffic, &summary, &alarms),
        LogsFormat::Json => format!(
            "{:#}",
            serde_json::json!({
                "summary": summary,
                "alarms": alarms,
                "prices_as_of": PRICES_AS_OF,
                "prices_source": PRICES_SOURCE,
            })
        ),
    };
    terminal::print(&printed);
    Ok(match (summary.requests, summary.all_met()) {
        (0, _) => 4,
        (_, true) => 0,
        (_, false) => 1,
    })
}

/// Adds a log up. One with lines and not a single request among them is no standard log.
fn read(path: &Path, traffic: &mut Traffic) -> Result<Skipped, Failure> {
    let before = traffic.requests;
    let (skipped, missing) = log_file::read(path, &mut |entry: &Entry<'_>| traffic.add(entry))
        .map_err(|error| {
            Failure::usage(format!(
                "{}: {error}\n  help: name files that can be read, plain or whole gzip; `-` is \
                 standard input",
                path.display()
            ))
        })?;
    if traffic.requests == before && skipped.total() > 0 {
        let why = match missing {
            Some(field) => format!("its `#Fields` have no `{field}`"),
            None => text::reasons(&skipped),
        };
        return Err(Failure::usage(format!(
            "{}: no line of it is a request of a standard log: {why}\n  help: give logs of CloudFront's standard logging, in its W3C or legacy format, as UTF-8 or gzip of it",
            path.display()
        )));
    }
    Ok(skipped)
}
