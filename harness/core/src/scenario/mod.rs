//! The scenario language: from a file's text to a [`Plan`].
//!
//! Two steps, two types. [`parse`] reads the YAML into a [`Scenario`], which holds what is
//! written with its places; [`plan`] fills in every default, expands the matrix, looks names up
//! and refuses what could never be decided.
//!
//! Invariant: every error has a line, a column, the line itself and what to do.

mod cursor;
mod decidable;
mod error;
mod expected;
mod expression;
mod faults;
mod meeting;
mod names;
mod options;
mod raw;
mod requests;
mod resolve;
mod schema;
mod settings;
mod source;
mod units;
pub(crate) mod vocabulary;
mod written;
mod yaml;

pub use self::error::ScenarioError;
pub(crate) use self::error::nearest;
pub use self::faults::{fault_in_words, fault_named, fault_names, service_fault_in_words};
pub use self::names::{CallNames, Names};
pub use self::schema::schema;
pub use self::settings::Settings;
pub use self::source::SourceFile;

use self::error::Problem;
use self::faults::StackFaults;
use self::raw::{CauseWord, Document};
use self::written::OneOrMany;
use crate::journal::TargetKind;
use crate::plan::{AskedDiagnosis, Plan, Source, Work};

/// A scenario as it is written, with the places of everything in it.
#[derive(Clone, Debug)]
pub struct Scenario {
    source: SourceFile,
    title: String,
    kind: Kind,
    document: Document,
}

/// The kinds of scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Load comparisons.
    Compare,
    /// A meeting of browsers.
    Meeting,
    /// HTTP requests.
    Requests,
}

impl Kind {
    /// The key that makes a scenario one of this kind.
    const fn key(self) -> &'static str {
        match self {
            Self::Compare => "compare",
            Self::Meeting => "participants",
            Self::Requests => "requests",
        }
    }

    const fn in_words(self) -> &'static str {
        match self {
            Self::Compare => "a comparison",
            Self::Meeting => "a meeting",
            Self::Requests => "requests",
        }
    }
}

impl Scenario {
    /// The `scenario:` line.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The file that it was read from.
    pub fn source(&self) -> &SourceFile {
        &self.source
    }

    /// What it holds.
    pub fn kind(&self) -> Kind {
        self.kind
    }
}

/// Reads a scenario.
///
/// # Errors
/// If the file is too long, is not one YAML document, has keys that the language does not know,
/// or does not hold exactly one of `compare`, `participants` and `requests`.
pub fn parse(source: &SourceFile) -> Result<Scenario, ScenarioError> {
    let document: Document = source.document()?;
    let title = document.scenario.read(source)?.0;
    let kind = kind(source, &document)?;
    for (key, kinds, span) in document.particular_keys() {
        if kinds.contains(&kind) {
            continue;
        }
        let owners: Vec<&str> = kinds.iter().map(|kind| kind.in_words()).collect();
        return Err(ScenarioError::new(
            source,
            span,
            Problem::new(
                format!(
                    "`{key}` belongs to {}, and this file holds `{}`",
                    owners.join(" or "),
                    kind.key()
                ),
                match kind {
                    Kind::Requests => "remove it; each request has its own `expect`",
                    Kind::Compare | Kind::Meeting => "remove it, or put it into a file of its own",
                },
            ),
        ));
    }
    Ok(Scenario {
        source: source.clone(),
        title,
        kind,
        document,
    })
}

/// The one kind of work that a document holds.
fn kind(source: &SourceFile, document: &Document) -> Result<Kind, ScenarioError> {
    let given = [
        (Kind::Compare, document.compare.get().map(|key| key.span)),
        (
            Kind::Meeting,
            document.participants.get().map(|key| key.span),
        ),
        (Kind::Requests, document.requests.get().map(|key| key.span)),
    ];
    let mut kinds = given
        .into_iter()
        .filter_map(|(kind, span)| span.map(|span| (kind, span)));
    match (kinds.next(), kinds.next()) {
        (Some((kind, _)), None) => Ok(kind),
        (Some((first, _)), Some((second, span))) => Err(ScenarioError::new(
            source,
            span,
            Problem::new(
                format!(
                    "this file holds both `{}` and `{}`",
                    first.key(),
                    second.key()
                ),
                format!(
                    "one file holds one kind of work: put `{}` into a file of its own",
                    second.key()
                ),
            ),
        )),
        (None, _) => Err(ScenarioError::new(
            source,
            document.scenario.span,
            Problem::new(
                "this scenario does nothing",
                "add `compare: {baseline: inline, candidate: cdn}`, `participants:` with `steps:`, or `requests:` with a list",
            ),
        )),
    }
}

/// Resolves a scenario for one run.
///
/// # Errors
/// If it names what the settings or the language do not know, asks for what the target cannot
/// do, or could never be decided.
pub fn plan(
    scenario: &Scenario,
    settings: &Settings,
    names: &Names,
    seed: u64,
    target: TargetKind,
) -> Result<Plan, ScenarioError> {
    let Scenario {
        source, document, ..
    } = scenario;
    let faults = match document.faults.get() {
        Some(faults) if target == TargetKind::Deployed => {
            let problem = faults::needs_the_stack();
            return Err(ScenarioError::new(source, faults.span, problem));
        }
        Some(faults) if scenario.kind != Kind::Compare => {
            faults::of_the_stack(source, &faults.value, scenario.kind)?
        }
        Some(_) | None => StackFaults::default(),
    };
    let work = if let Some(arms) = document.compare.get() {
        Work::Compare(resolve::comparisons(
            source, document, arms, settings, target,
        )?)
    } else if let Some(participants) = document.participants.get() {
        Work::Meeting(Box::new(meeting::meeting(
            source,
            document,
            participants,
            settings,
            target,
            faults.services,
        )?))
    } else {
        Work::Requests(requests::requests(source, document, names, target)?)
    };
    Ok(Plan {
        source: Source {
            path: source.path.clone(),
            title: scenario.title.clone(),
        },
        seed,
        work,
        diagnosis: document
            .diagnosis
            .get()
            .map(|asked| diagnosis(source, asked))
            .transpose()?,
        injected: faults.stack,
    })
}

/// The causes that a scenario expects to be told.
fn diagnosis(
    source: &SourceFile,
    asked: &OneOrMany<CauseWord>,
) -> Result<AskedDiagnosis, ScenarioError> {
    let items = asked.items(source)?;
    let mut causes = Vec::new();
    for written in items {
        let problem = match written.read(source)?.0 {
            None if items.len() > 1 => Problem::new(
                "`none` says that there is no cause, and there are others in this list",
                "write `diagnosis: none`, or remove it from the list",
            ),
            Some(cause) if causes.contains(&cause) => Problem::new(
                format!("the cause `{}` stands here a second time", cause.word()),
                "name each only once",
            ),
            found => {
                causes.extend(found);
                continue;
            }
        };
        return Err(written.error(source, problem));
    }
    Ok(AskedDiagnosis {
        causes,
        at: asked.span().at,
    })
}
