//! `PARTICIPANT.METRIC OP DURATION`: limits on what is timed in a call.

use greenroom_model::CallMetric;

use super::super::cursor::Cursor;
use super::super::decidable;
use super::super::error::{Problem, clip};
use super::super::units;
use super::super::vocabulary::Vocabulary;
use super::course::Course;
use crate::plan::{Op, Participant};

const FORMS: &str = "write `PARTICIPANT.METRIC < DURATION`, for example `patient.connected < 3s`";

/// A sentence, read.
pub(super) struct Limit {
    pub(super) participant: String,
    pub(super) metric: CallMetric,
    pub(super) op: Op,
    /// ms.
    pub(super) value: f64,
}

/// Reads one sentence, and refuses what no step of the meeting gives a time for.
pub(super) fn read(
    text: &str,
    people: &[Participant],
    course: &Course<'_>,
    timeout_ms: u64,
) -> Result<Limit, Problem> {
    let mut cursor = Cursor::new(text, FORMS);
    cursor.skip_space();
    let (word, at) = cursor.word("a participant")?;
    let Some(who) = people.iter().position(|person| person.name == word) else {
        let names = people.iter().map(|person| person.name.as_str());
        return Err(Problem::unknown("participant", word, names).within(at));
    };
    if !cursor.eat(".") {
        return Err(
            Problem::new(format!("expected `.` and a metric after `{word}`"), FORMS)
                .within(cursor.here()),
        );
    }
    let (word, metric_at) = cursor.word("a metric")?;
    let metric =
        CallMetric::from_word(word).map_err(|problem| problem.within(metric_at.clone()))?;
    if !course.is_timed(who, metric) {
        return Err(not_timed(&people[who].name, metric).within(metric_at));
    }
    if cursor.eat(".") {
        return Err(Problem::new(
            "a meeting is held once, so there are no statistics of it",
            "write the metric alone, for example `patient.connected < 3s`",
        )
        .within(cursor.here()));
    }
    cursor.skip_space();
    let Some(op) = cursor.op() else {
        let found = cursor.rest();
        let found = match found.split_whitespace().next() {
            Some(word) => format!("`{}`", clip(word)),
            None => "the end".to_owned(),
        };
        return Err(Problem::new(
            format!("expected `<`, `<=`, `>` or `>=`, found {found}"),
            FORMS,
        )
        .within(cursor.here()));
    };
    let (value, written, at) = cursor.quantity(units::TIME, "3s")?;
    #[expect(clippy::cast_precision_loss, reason = "at most a day's ms")]
    let longest = timeout_ms as f64;
    if value <= 0.0 {
        return Err(Problem::new(
            format!("`{written}` is a limit that no time can meet or miss"),
            "write a duration above zero",
        )
        .within(at));
    }
    if value >= longest {
        return Err(Problem::new(
            format!(
                "no step is waited for longer than the timeout of {}",
                decidable::spoken(timeout_ms)
            ),
            "write a smaller limit, or a larger `timeout`",
        )
        .within(at));
    }
    Ok(Limit {
        participant: people[who].name.clone(),
        metric,
        op,
        value,
    })
}

fn not_timed(name: &str, metric: CallMetric) -> Problem {
    let (what, step) = match metric {
        CallMetric::SdkReady | CallMetric::Token => {
            ("does not open the page", format!("{name}: join call"))
        }
        CallMetric::MeetingCreated => ("does not start a call", format!("{name}: start call")),
        CallMetric::Started | CallMetric::Connected => {
            ("does not get into the call", format!("{name}: join call"))
        }
        CallMetric::FirstRemoteAudio | CallMetric::FirstRemoteFrame => (
            "is not in the call together with anybody who sends",
            format!("{name}: sees and hears NAME"),
        ),
        CallMetric::MuteSeen => (
            "is not in the call when another participant mutes",
            "NAME: mute".to_owned(),
        ),
        CallMetric::EndSeen => (
            "is not in the call when another participant ends it",
            "NAME: end call".to_owned(),
        ),
    };
    Problem::new(
        format!("`{name}` {what}, so there is no `{}`", metric.word()),
        format!("add a step such as `{step}`, or ask it of another participant"),
    )
}

/// The grammar as a regular expression of ECMA-262, for the schema.
pub(crate) fn pattern() -> String {
    let metrics: Vec<&str> = CallMetric::WORDS.iter().map(|(word, _)| *word).collect();
    format!(
        "^\\s*[a-z0-9-]+\\.({})\\s*(<|<=|>|>=)\\s*[0-9]+(\\.[0-9]+)?\\s*(ms|s|min)\\s*$",
        metrics.join("|")
    )
}
