//! The closed grammar of expectations and claims (the EBNF is in scenarios/README.md).
//!
//! Written by hand: two forms need no parser generator, and every error knows its column.

use std::ops::Range;

use greenroom_model::PageVariant;

use super::cursor::Cursor;
use super::error::{Problem, clip};
use super::units::{self, Unit};
use super::vocabulary::Vocabulary;
use crate::plan::{Arm, Expression, Metric, Op, Relation};
use crate::statistics::Margin;

/// What can follow a metric, with the quantile that it names.
const STATS: &[(&str, f64)] = &[
    ("p50", 0.5),
    ("p75", 0.75),
    ("p90", 0.9),
    ("p95", 0.95),
    ("p99", 0.99),
];

/// The relations, as they are written after `is`.
const RELATIONS: &[(&str, &str, Relation)] = &[
    ("faster", "than", Relation::FasterThan),
    ("slower", "than", Relation::SlowerThan),
    ("equivalent", "to", Relation::EquivalentTo),
];

const FORMS: &str =
    "write `ARM.METRIC[.STAT] < VALUE`, or `ARM.METRIC is faster than ARM.METRIC by 20%`";

/// The variants that the arms stand for, so that a sentence may name them by variant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ArmNames {
    pub(crate) baseline: PageVariant,
    pub(crate) candidate: PageVariant,
}

impl ArmNames {
    fn find(self, word: &str) -> Result<Arm, Problem> {
        match word {
            "baseline" => return Ok(Arm::Baseline),
            "candidate" => return Ok(Arm::Candidate),
            _ => {}
        }
        let (baseline, candidate) = (self.baseline.word(), self.candidate.word());
        if baseline == candidate && word == baseline {
            return Err(Problem::new(
                format!("both arms load `{word}`, so the name says nothing"),
                "write `baseline` or `candidate`",
            ));
        }
        if word == baseline {
            Ok(Arm::Baseline)
        } else if word == candidate {
            Ok(Arm::Candidate)
        } else {
            let mut known = vec!["baseline", "candidate"];
            if baseline != candidate {
                known.extend([baseline, candidate]);
            }
            Err(Problem::unknown("arm", word, known))
        }
    }
}

/// Reads one sentence.
pub(crate) fn parse(text: &str, arms: ArmNames) -> Result<Expression, Problem> {
    let mut cursor = Cursor::new(text, FORMS);
    let (arm, metric, metric_at) = subject(&mut cursor, arms)?;
    let stat = if cursor.eat(".") {
        let (word, at) = cursor.word("a statistic such as `p95`")?;
        Some((
            read_stat(word).map_err(|problem| problem.within(at.clone()))?,
            at,
        ))
    } else {
        None
    };
    cursor.skip_space();
    if let Some(op) = cursor.op() {
        return threshold(&mut cursor, arm, metric, stat, op);
    }
    let (verb, at) = cursor.word("`<`, `<=`, `>`, `>=` or `is`")?;
    if verb != "is" {
        return Err(Problem::new(
            format!(
                "expected `<`, `<=`, `>`, `>=` or `is`, found `{}`",
                clip(verb)
            ),
            FORMS,
        )
        .within(at));
    }
    if let Some((_, at)) = stat {
        return Err(Problem::new(
            "a relation compares whole loads pair by pair, not a statistic",
            "leave the statistic out: `candidate.sdk_ready is faster than baseline.sdk_ready`",
        )
        .within(at));
    }
    if !is_time(metric) {
        return Err(Problem::new(
            format!(
                "`{}` is not a time, so it cannot be faster or slower",
                metric.word()
            ),
            "compare it with a value, for example `candidate.failures < 10%`",
        )
        .within(metric_at));
    }
    relation(&mut cursor, arms, arm, metric)
}

fn subject(
    cursor: &mut Cursor<'_>,
    arms: ArmNames,
) -> Result<(Arm, Metric, Range<usize>), Problem> {
    cursor.skip_space();
    let (word, at) = cursor.word("an arm: `baseline` or `candidate`")?;
    let arm = arms.find(word).map_err(|problem| problem.within(at))?;
    if !cursor.eat(".") {
        return Err(Problem::new(
            format!("expected `.` and a metric after `{word}`"),
            "write for example `candidate.sdk_ready`",
        )
        .within(cursor.here()));
    }
    let (word, at) = cursor.word("a metric")?;
    let metric = Metric::from_word(word).map_err(|problem| problem.within(at.clone()))?;
    Ok((arm, metric, at))
}

fn threshold(
    cursor: &mut Cursor<'_>,
    arm: Arm,
    metric: Metric,
    stat: Option<(f64, Range<usize>)>,
    op: Op,
) -> Result<Expression, Problem> {
    let (units, example): (&[Unit], &str) = match metric {
        Metric::Failures => (units::SHARE, "10%"),
        Metric::JsHeap => (units::SIZE, "8MB"),
        _ => (units::TIME, "2s"),
    };
    let (value, value_text, at) = cursor.quantity(units, example)?;
    let quantile = match (metric, stat) {
        (Metric::Failures, Some((_, stat_at))) => {
            return Err(Problem::new(
                "`failures` is a share of the loads and has no quantiles",
                "write `candidate.failures < 10%`",
            )
            .within(stat_at));
        }
        (Metric::Failures, None) => {
            if value > 1.0 {
                return Err(Problem::new(
                    format!("`{value_text}` is more than all loads"),
                    "write a share up to 100%",
                )
                .within(at));
            }
            None
        }
        (_, stat) => {
            if value <= 0.0 {
                return Err(Problem::new(
                    format!("`{value_text}` is a limit that no load can meet or miss"),
                    "write a value above zero",
                )
                .within(at));
            }
            Some(stat.map_or(0.5, |(quantile, _)| quantile))
        }
    };
    Ok(Expression::Threshold {
        arm,
        metric,
        quantile,
        op,
        value,
    })
}

fn relation(
    cursor: &mut Cursor<'_>,
    arms: ArmNames,
    arm: Arm,
    metric: Metric,
) -> Result<Expression, Problem> {
    cursor.skip_space();
    let (word, at) = cursor.word("`faster than`, `slower than` or `equivalent to`")?;
    let Some((_, second, relation)) = RELATIONS.iter().find(|(first, _, _)| *first == word) else {
        return Err(Problem::unknown(
            "relation",
            word,
            RELATIONS.iter().map(|(first, _, _)| *first),
        )
        .within(at));
    };
    cursor.skip_space();
    let (found, at) = cursor.word(&format!("`{second}`"))?;
    if found != *second {
        return Err(Problem::new(
            format!("expected `{second}`, found `{}`", clip(found)),
            format!("write `{word} {second}`"),
        )
        .within(at));
    }
    cursor.skip_space();
    let start = cursor.at;
    let (other, other_metric, other_at) = subject(cursor, arms)?;
    if other == arm {
        return Err(Problem::new(
            "this compares an arm with itself",
            "name the other arm on one side",
        )
        .within(start..other_at.end));
    }
    if other_metric != metric {
        return Err(Problem::new(
            format!(
                "`{}` is compared with `{}`",
                metric.word(),
                other_metric.word()
            ),
            "name the same metric on both sides",
        )
        .within(other_at));
    }
    cursor.skip_space();
    let by = if cursor.rest().is_empty() {
        None
    } else {
        Some(read_by(cursor)?)
    };
    Ok(Expression::Relation {
        arm,
        metric,
        relation: *relation,
        by,
    })
}

fn read_by(cursor: &mut Cursor<'_>) -> Result<f64, Problem> {
    let (word, at) = cursor.word("`by N%` or the end")?;
    if word != "by" {
        return Err(Problem::new(
            format!("expected `by N%` or the end, found `{}`", clip(word)),
            FORMS,
        )
        .within(at));
    }
    let (by, text, at) = cursor.quantity(units::SHARE, "20%")?;
    if Margin::new(by).is_ok() {
        Ok(by)
    } else {
        Err(Problem::new(
            format!("`{}` is not from 0.01% to 99%", clip(text)),
            "write for example `by 20%`",
        )
        .within(at))
    }
}

fn read_stat(word: &str) -> Result<f64, Problem> {
    STATS
        .iter()
        .find(|(name, _)| *name == word)
        .map(|(_, quantile)| *quantile)
        .ok_or_else(|| Problem::unknown("statistic", word, STATS.iter().map(|(name, _)| *name)))
}

fn is_time(metric: Metric) -> bool {
    !matches!(metric, Metric::Failures | Metric::JsHeap)
}

/// The grammar as a regular expression of ECMA-262, for the schema.
pub(crate) fn pattern() -> String {
    let alternatives = |words: Vec<&str>| words.join("|");
    let arms: Vec<&str> = ["baseline", "candidate"]
        .into_iter()
        .chain(PageVariant::WORDS.iter().map(|(word, _)| *word))
        .collect();
    let metrics = alternatives(Metric::WORDS.iter().map(|(word, _)| *word).collect());
    let stats = alternatives(STATS.iter().map(|(name, _)| *name).collect());
    let relations: Vec<String> = RELATIONS
        .iter()
        .map(|(first, second, _)| format!("{first}\\s+{second}"))
        .collect();
    let subject = format!("({})\\.({metrics})", alternatives(arms));
    let number = "[0-9]+(\\.[0-9]+)?\\s*";
    format!(
        "^\\s*{subject}((\\.({stats}))?\\s*(<|<=|>|>=)\\s*{number}(ms|s|min|%|B|kB|MB)|\\s+is\\s+({})\\s+{subject}(\\s+by\\s+{number}%)?)\\s*$",
        relations.join("|")
    )
}
