//! `greenroom logs`: what CloudFront's access logs tell.

mod text;

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use greenroom_cloudformation::{Deployment, Inputs, PriceClass, Template};
use greenroom_core::logs::alarms::{Averaging, evaluate};
use greenroom_core::logs::{
    Entry, LogReader, PRICES_AS_OF, PRICES_SOURCE, Skipped, Summary, Targets, Traffic,
};

use crate::args::{LogsArgs, LogsFormat, PriceClassArg};
use crate::failure::Failure;
use crate::terminal;

/// Bytes that are read at a time.
const PIECE: usize = 256 * 1024;

/// What gzip begins with (RFC 1952, section 2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Reads the logs and prints their figures.
pub(crate) fn run(args: &LogsArgs) -> Result<u8, Failure> {
    let deployment = args.template.as_deref().map(deployment).transpose()?;
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

/// The deployment of a template, with the defaults of its parameters.
fn deployment(path: &Path) -> Result<Deployment, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
    Template::read(&text)
        .and_then(|template| template.resolve(&Inputs::default()))
        .and_then(|resolved| resolved.deployment())
        .map_err(|error| {
            Failure::usage(format!(
                "{}:{}{error}\n  help: {}",
                path.display(),
                if error.place.is_some() { "" } else { " " },
                error.help
            ))
        })
}

/// Reads one log, whether gzip or not.
fn read(path: &Path, traffic: &mut Traffic) -> Result<Skipped, Failure> {
    let unreadable = |error: io::Error| Failure::usage(format!("{}: {error}", path.display()));
    let mut source: Box<dyn Read> = if path == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        Box::new(File::open(path).map_err(unreadable)?)
    };
    let mut begin = Vec::new();
    source
        .by_ref()
        .take(GZIP.len() as u64)
        .read_to_end(&mut begin)
        .map_err(unreadable)?;
    let is_gzip = begin == GZIP;
    let whole = io::Cursor::new(begin).chain(source);
    let mut source: Box<dyn Read> = if is_gzip {
        Box::new(MultiGzDecoder::new(BufReader::new(whole)))
    } else {
        Box::new(whole)
    };
    let before = traffic.requests;
    let mut reader = LogReader::default();
    let mut each = |entry: &Entry<'_>| traffic.add(entry);
    let mut piece = vec![0; PIECE];
    loop {
        match source.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => reader.feed(piece.get(..read).unwrap_or_default(), &mut each),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(unreadable(error)),
        }
    }
    let (skipped, missing) = reader.finish(&mut each);
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
