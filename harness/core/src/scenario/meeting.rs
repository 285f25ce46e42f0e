//! From a meeting as it is written to a plan: who takes part, what they do, what is expected.

mod course;
pub(super) mod limits;
mod media;
mod participants;
mod phrases;
pub(super) mod raw;
mod records;
mod refusals;

use greenroom_model::{Delivery, PageTimers, PageVariant, ServiceFault};

use self::course::Course;
use self::phrases::SCENES;
use self::raw::{ParticipantEntry, StepBody, StepEntry};
use super::error::{Problem, ScenarioError, clip};
use super::options;
use super::raw::{Document, Name, Page};
use super::settings::Settings;
use super::source::{SourceFile, Span};
use super::vocabulary::Vocabulary;
use super::written::{Given, Pairs, Placed, Written};
use crate::journal::TargetKind;
use crate::plan::{AskedLimit, AskedRows, AskedStep, Meeting, Participant, Step};

// What holds where a scenario says nothing.
const TIMEOUT_MS: u64 = 30_000;

type Entries = Placed<Pairs<Name, Placed<ParticipantEntry>>>;

/// Resolves a meeting scenario.
pub(super) fn meeting(
    source: &SourceFile,
    document: &Document,
    participants: &Entries,
    settings: &Settings,
    target: TargetKind,
    injected: Vec<ServiceFault>,
) -> Result<Meeting, ScenarioError> {
    let reader = Reader {
        source,
        settings,
        target,
    };
    let people = reader.people(participants)?;
    let (variant, page_timers) = reader.page(document.page.get())?;
    let delivery = reader.delivery(document.delivery.get())?;
    let timeout_ms = match document.timeout.get() {
        Some(timeout) => timeout.read(source)?.0,
        None => TIMEOUT_MS,
    };
    let mut course = Course::new(&people);
    let steps = reader.steps(document, &people, &mut course)?;
    for ((name, _), index) in participants.value.0.iter().zip(0..) {
        if !course.takes_part(index) {
            return Err(name.error(
                source,
                Problem::new(
                    format!("no step speaks of `{}`", name.text),
                    "add a step, or remove the participant",
                ),
            ));
        }
    }
    let expectations = match document.expect.get() {
        None => Vec::new(),
        Some(sentences) => sentences
            .value
            .iter()
            .map(|sentence| {
                let limit = limits::read(&sentence.text, &people, &course, timeout_ms)
                    .map_err(|problem| sentence.error(source, problem))?;
                Ok(AskedLimit {
                    text: sentence.text.trim().to_owned(),
                    at: sentence.span.at,
                    participant: limit.participant,
                    metric: limit.metric,
                    op: limit.op,
                    value: limit.value,
                })
            })
            .collect::<Result<Vec<_>, ScenarioError>>()?,
    };
    let records = match document.records.get() {
        None => Vec::new(),
        Some(entries) => reader.rows(&entries.value, entries.span, &course)?,
    };
    Ok(Meeting {
        participants: people,
        variant,
        delivery,
        page_timers,
        timeout_ms,
        steps,
        expectations,
        records,
        injected,
    })
}

struct Reader<'a> {
    source: &'a SourceFile,
    settings: &'a Settings,
    target: TargetKind,
}

impl Reader<'_> {
    fn refuse(&self, span: Span, problem: Problem) -> ScenarioError {
        ScenarioError::new(self.source, span, problem)
    }

    fn page(
        &self,
        page: Option<&Placed<Page>>,
    ) -> Result<(PageVariant, PageTimers), ScenarioError> {
        let Some(Placed { value, .. }) = page else {
            return Ok((PageVariant::Cdn, PageTimers::default()));
        };
        let unused = [
            value.encoding.get().map(|key| key.span),
            value.cache_control.get().map(|key| key.span),
        ];
        if let Some(span) = unused.into_iter().flatten().next() {
            return Err(self.refuse(
                span,
                Problem::new(
                    "a meeting does not choose how the page is compressed or cached",
                    "remove the key; a meeting's `page` has `variant` and `timers`",
                ),
            ));
        }
        let variant = read_or(self.source, &value.variant, PageVariant::Cdn)?;
        Ok((variant, options::timers(self.source, value)?))
    }

    fn delivery(&self, written: Option<&Written<Delivery>>) -> Result<Delivery, ScenarioError> {
        let Some(written) = written else {
            return Ok(Delivery::Webview);
        };
        let delivery: Delivery = written.read(self.source)?;
        let problem = match (delivery, self.target) {
            (Delivery::Opaque, _) => Problem::new(
                "a page of delivery `opaque` is no secure context and has no camera",
                "write `webview` or `https`",
            ),
            (Delivery::Https, TargetKind::Deployed) => Problem::new(
                "delivery `https` needs the local stack, and the target is deployed",
                "write `delivery: webview` (the page is then generated around the deployed SDK), or run it against `--target local`",
            ),
            _ => return Ok(delivery),
        };
        Err(written.error(self.source, problem))
    }

    fn steps(
        &self,
        document: &Document,
        people: &[Participant],
        course: &mut Course<'_>,
    ) -> Result<Vec<AskedStep>, ScenarioError> {
        let entries = match document.steps.get() {
            Some(entries) if !entries.value.is_empty() => entries,
            other => {
                let span = other.map_or(document.scenario.span, |entries| entries.span);
                return Err(self.refuse(
                    span,
                    Problem::new(
                        "this meeting has no step, so nothing would be done",
                        "write `steps:` with a list, for example `- provider: start call`",
                    ),
                ));
            }
        };
        let names: Vec<&str> = people.iter().map(|person| person.name.as_str()).collect();
        entries
            .value
            .iter()
            .map(|entry| self.step(entry, &names, course))
            .collect()
    }

    fn step(
        &self,
        StepEntry(entry): &StepEntry,
        names: &[&str],
        course: &mut Course<'_>,
    ) -> Result<AskedStep, ScenarioError> {
        let [(who, body)] = entry.value.0.as_slice() else {
            return Err(self.refuse(
                entry.span,
                Problem::new(
                    "each step is one line of its own",
                    "write `- provider: start call`, and a `- ` before each further one",
                ),
            ));
        };
        let phrase = match &body.value {
            StepBody::Records(entries) if who.text == phrases::RECORDS => {
                let rows = self.rows(entries, body.span, course)?;
                let queries: Vec<&str> = rows.iter().map(|asked| asked.text.as_str()).collect();
                return Ok(AskedStep {
                    text: format!("{}: {}", phrases::RECORDS, queries.join("; ")),
                    at: who.span.at,
                    step: Step::Records { rows },
                });
            }
            StepBody::Records(_) => {
                return Err(self.refuse(
                    body.span,
                    Problem::new(
                        "a step has one phrase, not a list",
                        "write `- provider: start call`; only `records` has a list",
                    ),
                ));
            }
            StepBody::Phrase(_) if who.text == phrases::RECORDS => {
                return Err(self.refuse(
                    body.span,
                    Problem::new(
                        "expected a list of queries",
                        "write `- records: [{sql: SELECT ..., rows: [...]}]`",
                    ),
                ));
            }
            StepBody::Phrase(phrase) => phrase,
        };
        let said = Written::new(phrase.clone(), body.span);
        let step = self
            .phrase(who, &said, names, course)
            .map_err(|(at, problem)| match at {
                Half::Who => who.error(self.source, problem),
                Half::Phrase => said.error(self.source, problem),
            })?;
        Ok(AskedStep {
            text: format!("{}: {phrase}", who.text),
            at: who.span.at,
            step,
        })
    }

    fn phrase(
        &self,
        who: &Written<Name>,
        said: &Written<Name>,
        names: &[&str],
        course: &mut Course<'_>,
    ) -> Result<Step, (Half, Problem)> {
        let in_phrase = |problem| (Half::Phrase, problem);
        if let Some((subject, list)) = SCENES.iter().find(|(subject, _)| *subject == who.text) {
            let words = list.iter().map(|(word, _)| *word);
            let Some((_, scene)) = list.iter().find(|(word, _)| *word == said.text) else {
                let what = format!("step of `{subject}`");
                return Err(in_phrase(Problem::unknown(&what, &said.text, words)));
            };
            if self.target == TargetKind::Deployed && *scene != phrases::Scene::AllReceive {
                return Err(in_phrase(needs_the_stack(&said.text)));
            }
            return course.scene(*scene).map_err(in_phrase);
        }
        let Some(index) = names.iter().position(|name| *name == who.text) else {
            let known = names
                .iter()
                .copied()
                .chain(SCENES.iter().map(|(subject, _)| *subject))
                .chain([phrases::RECORDS]);
            return Err((Half::Who, Problem::unknown("participant", &who.text, known)));
        };
        let phrase = phrases::read(&said.text, names).map_err(in_phrase)?;
        if self.target == TargetKind::Deployed && phrase == phrases::Phrase::LosesSignaling {
            return Err(in_phrase(needs_the_stack(&said.text)));
        }
        course.take(index, phrase).map_err(in_phrase)
    }

    fn rows(
        &self,
        entries: &[raw::RecordsEntry],
        span: Span,
        course: &Course<'_>,
    ) -> Result<Vec<AskedRows>, ScenarioError> {
        if entries.is_empty() {
            return Err(self.refuse(
                span,
                Problem::new(
                    "nothing is asked of the database here",
                    "write `{sql: SELECT ..., rows: [...]}`, or leave `records` out",
                ),
            ));
        }
        entries
            .iter()
            .map(|entry| records::read(self.source, entry, course.has_session()))
            .collect()
    }
}

/// Which half of a step is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Half {
    Who,
    Phrase,
}

fn needs_the_stack(phrase: &str) -> Problem {
    Problem::new(
        format!(
            "`{}` is done by the local stack, and the target is deployed",
            clip(phrase)
        ),
        "run this scenario against `--target local`, or remove the step",
    )
}

fn read_or<T: Vocabulary>(
    source: &SourceFile,
    written: &Given<Written<T>>,
    default: T,
) -> Result<T, ScenarioError> {
    match written.get() {
        Some(written) => written.read(source),
        None => Ok(default),
    }
}
