//! The names of faults in scenarios, and where each can be.

use greenroom_model::{Fault, PageVariant, ServiceFault};

use super::error::{Problem, ScenarioError};
use super::raw::{FaultEntries, FaultEntry};
use super::source::SourceFile;
use super::units::Duration;
use super::vocabulary::Vocabulary;
use super::written::{Shape, Written};
use crate::plan::{Arm, Injected};

/// Faults that are on or off.
pub(crate) const PLAIN: &[(&str, Fault)] = &[
    ("global-undefined", Fault::GlobalUndefined),
    ("early-end", Fault::EarlyEnd),
    ("access-denied", Fault::AccessDenied),
    ("wrong-content-type", Fault::WrongContentType),
    ("no-allow-origin", Fault::NoAllowOrigin),
    ("wrong-integrity", Fault::WrongIntegrity),
    ("bad-certificate", Fault::BadCertificate),
    ("closed-port", Fault::ClosedPort),
    ("stalled-body", Fault::StalledBody),
];

/// A fault of so many ms.
type Timed = fn(u64) -> Fault;

/// Faults that take a time.
pub(crate) const TIMED: &[(&str, Timed)] = &[
    ("first-byte-delay", Fault::FirstByteDelay),
    ("paused-body", Fault::PausedBody),
];

/// Reads the faults of both arms.
pub(super) fn read(
    source: &SourceFile,
    FaultEntries(shape): &FaultEntries,
    variant: impl Fn(Arm) -> PageVariant,
) -> Result<Injected, ScenarioError> {
    let help = "write `candidate: [NAME]`, `baseline: [NAME]` or both under `faults`";
    let arms = match shape {
        Shape::Keys(arms) => &arms.value.0,
        Shape::One(word) => {
            let problem = Problem::new("the faults of a comparison stand under its arms", help);
            return Err(word.error(source, problem));
        }
        Shape::Many(list) => {
            let problem = Problem::new("the faults of a comparison stand under its arms", help);
            return Err(ScenarioError::new(source, list.span, problem));
        }
    };
    let mut injected = Injected::default();
    for (key, entries) in arms {
        let (arm, faults) = match key.text.as_str() {
            "baseline" => (Arm::Baseline, &mut injected.baseline),
            "candidate" => (Arm::Candidate, &mut injected.candidate),
            other => {
                let problem = Problem::unknown("key", other, ["baseline", "candidate"]);
                return Err(key.error(source, problem));
            }
        };
        for entry in entries {
            faults.push(read_entry(source, entry, variant(arm))?);
        }
    }
    Ok(injected)
}

/// Reads the faults of the services that a meeting needs.
pub(super) fn of_a_meeting(
    source: &SourceFile,
    FaultEntries(shape): &FaultEntries,
) -> Result<Vec<ServiceFault>, ScenarioError> {
    const HELP: &str = "write a list of names, for example `faults: [rows-not-closed]`";
    let list = match shape {
        Shape::Many(list) if !list.value.is_empty() => &list.value,
        Shape::Many(list) => {
            let problem = Problem::new("this list of faults is empty", "leave `faults` out");
            return Err(ScenarioError::new(source, list.span, problem));
        }
        Shape::One(word) => {
            return Err(word.error(source, Problem::new("expected a list of faults", HELP)));
        }
        Shape::Keys(keys) => {
            let problem = Problem::new("a meeting has no arms for faults to stand under", HELP);
            return Err(ScenarioError::new(source, keys.span, problem));
        }
    };
    let mut faults = Vec::new();
    for word in list {
        let fault = word.read(source)?;
        if faults.contains(&fault) {
            let problem = Problem::new(
                format!("the fault `{}` stands here a second time", word.text),
                "name each only once",
            );
            return Err(word.error(source, problem));
        }
        faults.push(fault);
    }
    Ok(faults)
}

/// What is said of faults where the stack is not the target.
pub(super) fn needs_the_stack() -> Problem {
    Problem::new(
        "faults are made by the local stack, and the target is deployed",
        "run this scenario against `--target local`",
    )
}

fn read_entry(
    source: &SourceFile,
    entry: &FaultEntry,
    variant: PageVariant,
) -> Result<Fault, ScenarioError> {
    let (fault, span) = match &entry.0 {
        Shape::One(name) => {
            let fault = plain(&name.text).map_err(|problem| name.error(source, problem))?;
            (fault, name.span)
        }
        Shape::Keys(keys) => match keys.value.0.as_slice() {
            [(name, time)] => {
                let make = timed(&name.text).map_err(|problem| name.error(source, problem))?;
                let time: &Written<Duration> = time;
                (make(time.read(source)?.0), name.span)
            }
            _ => return Err(ScenarioError::new(source, keys.span, one_fault_an_entry())),
        },
        Shape::Many(list) => {
            return Err(ScenarioError::new(source, list.span, one_fault_an_entry()));
        }
    };
    placed_rightly(&fault, variant)
        .map(|()| fault)
        .map_err(|problem| ScenarioError::new(source, span, problem))
}

fn one_fault_an_entry() -> Problem {
    Problem::new(
        "each entry of this list is one fault",
        "write `NAME`, or `{first-byte-delay: 500ms}`",
    )
}

fn plain(name: &str) -> Result<Fault, Problem> {
    if let Some((_, fault)) = PLAIN.iter().find(|(known, _)| *known == name) {
        return Ok(fault.clone());
    }
    if TIMED.iter().any(|(known, _)| *known == name) {
        return Err(Problem::new(
            format!("`{name}` needs a time"),
            format!("write `{{{name}: 500ms}}`"),
        ));
    }
    Err(unknown(name))
}

fn timed(name: &str) -> Result<Timed, Problem> {
    if let Some((_, make)) = TIMED.iter().find(|(known, _)| *known == name) {
        return Ok(*make);
    }
    if PLAIN.iter().any(|(known, _)| *known == name) {
        return Err(Problem::new(
            format!("`{name}` takes no value"),
            format!("write `{name}` alone"),
        ));
    }
    Err(unknown(name))
}

fn unknown(name: &str) -> Problem {
    let known = PLAIN
        .iter()
        .map(|(known, _)| *known)
        .chain(TIMED.iter().map(|(known, _)| *known));
    Problem::unknown("fault", name, known)
}

/// A fault of the SDK's request says nothing of a page that makes none.
fn placed_rightly(fault: &Fault, variant: PageVariant) -> Result<(), Problem> {
    match (fault, variant) {
        (Fault::GlobalUndefined, _) => Ok(()),
        (_, PageVariant::Inline) => Err(Problem::new(
            "the inline page does not request the SDK, so this fault cannot reach it",
            "use `global-undefined` on an inline arm, or put the fault on the other arm",
        )),
        (Fault::WrongIntegrity, PageVariant::Cdn) => Err(Problem::new(
            format!(
                "the `{}` page has no `integrity` that could be wrong",
                variant.word()
            ),
            "compare with `cdn-sri` instead",
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_spelled_alike_in_scenarios_and_in_journals() {
        for (name, fault) in PLAIN {
            assert_eq!(serde_json::to_value(fault).unwrap(), *name);
        }
        for (name, make) in TIMED {
            assert_eq!(
                serde_json::to_value(make(7)).unwrap(),
                serde_json::json!({ *name: 7 })
            );
        }
    }
}
