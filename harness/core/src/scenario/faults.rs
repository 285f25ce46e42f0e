//! The names of faults in scenarios, and where each can be.

use greenroom_model::{Fault, PageVariant, ServiceFault};

use super::Kind;
use super::error::{Problem, ScenarioError};
use super::raw::{FaultEntries, FaultEntry, Name};
use super::source::SourceFile;
use super::units::Duration;
use super::vocabulary::Vocabulary;
use super::written::{Meaning, Shape, Written};
use crate::plan::{Arm, Injected};

/// Faults that are on or off, in the order of [`Fault`].
pub(crate) const PLAIN: &[(&str, Fault)] = &[
    ("trickle", Fault::Trickle),
    ("reset-mid-body", Fault::ResetMidBody),
    ("early-end", Fault::EarlyEnd),
    ("wrong-length", Fault::WrongLength),
    ("stalled-body", Fault::StalledBody),
    ("bad-certificate", Fault::BadCertificate),
    ("expired-certificate", Fault::ExpiredCertificate),
    ("closed-port", Fault::ClosedPort),
    ("redirect-loop", Fault::RedirectLoop),
    ("service-unavailable", Fault::ServiceUnavailable),
    ("global-undefined", Fault::GlobalUndefined),
    ("error-page-as-sdk", Fault::ErrorPageAsSdk),
    ("truncated-file", Fault::TruncatedFile),
    ("other-version", Fault::OtherVersion),
    ("stale-after-deploy", Fault::StaleAfterDeploy),
    ("wrong-content-type", Fault::WrongContentType),
    ("octet-stream", Fault::OctetStream),
    ("encoding-not-applied", Fault::EncodingNotApplied),
    ("short-max-age", Fault::ShortMaxAge),
    ("no-cache-control", Fault::NoCacheControl),
    ("immutable-unversioned", Fault::ImmutableUnversioned),
    ("access-denied", Fault::AccessDenied),
    ("missing-key", Fault::MissingKey),
    ("no-response-headers-policy", Fault::NoResponseHeadersPolicy),
    ("no-allow-origin", Fault::NoAllowOrigin),
    ("origin-list-refuses-null", Fault::OriginListRefusesNull),
    ("no-security-headers", Fault::NoSecurityHeaders),
    ("uncompressed", Fault::Uncompressed),
    ("always-miss", Fault::AlwaysMiss),
    ("http-not-redirected", Fault::HttpNotRedirected),
    ("no-http2", Fault::NoHttp2),
    ("no-http3", Fault::NoHttp3),
    ("bucket-public", Fault::BucketPublic),
    ("soft-not-found", Fault::SoftNotFound),
    ("error-cached-long", Fault::ErrorCachedLong),
    ("distribution-in-progress", Fault::DistributionInProgress),
    ("wrong-integrity", Fault::WrongIntegrity),
    ("placeholder-integrity", Fault::PlaceholderIntegrity),
    (
        "integrity-without-crossorigin",
        Fault::IntegrityWithoutCrossorigin,
    ),
    ("handler-before-definition", Fault::HandlerBeforeDefinition),
    ("channel-mismatch", Fault::ChannelMismatch),
    ("placeholder-sdk-url", Fault::PlaceholderSdkUrl),
    ("other-sdk-url", Fault::OtherSdkUrl),
    ("insecure-context", Fault::InsecureContext),
    ("old-sdk-calls", Fault::OldSdkCalls),
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
            let (fault, name) = read_entry(source, entry, unknown)?;
            placed_rightly(&fault, variant(arm)).map_err(|problem| name.error(source, problem))?;
            faults.push(fault);
        }
    }
    Ok(injected)
}

/// Faults of a whole stack and of the services in it.
#[derive(Debug, Default)]
pub(super) struct StackFaults {
    pub(super) stack: Vec<Fault>,
    pub(super) services: Vec<ServiceFault>,
}

/// Reads the faults of a scenario that has no arms; only a meeting needs the services.
pub(super) fn of_the_stack(
    source: &SourceFile,
    FaultEntries(shape): &FaultEntries,
    kind: Kind,
) -> Result<StackFaults, ScenarioError> {
    const HELP: &str = "write a list of names, for example `faults: [no-allow-origin]`";
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
            let problem =
                Problem::new("only a comparison has arms for faults to stand under", HELP);
            return Err(ScenarioError::new(source, keys.span, problem));
        }
    };
    let mut faults = StackFaults::default();
    for entry in list {
        let twice = if let Some((word, service)) = service(entry) {
            if kind != Kind::Meeting {
                let problem = Problem::new(
                    format!("`{}` is a fault of the services of a call", word.text),
                    "write a meeting: `participants` with `steps`",
                );
                return Err(word.error(source, problem));
            }
            let twice = faults.services.contains(&service);
            faults.services.push(service);
            twice.then(|| (word.text.clone(), word.span))
        } else {
            let known = |name: &str| match kind {
                Kind::Meeting => unknown_anywhere(name),
                Kind::Compare | Kind::Requests => unknown(name),
            };
            let (fault, name) = read_entry(source, entry, known)?;
            let same =
                |other: &Fault| std::mem::discriminant(other) == std::mem::discriminant(&fault);
            let twice = faults.stack.iter().any(same);
            faults.stack.push(fault);
            twice.then(|| (name.text.clone(), name.span))
        };
        if let Some((name, span)) = twice {
            let problem = Problem::new(
                format!("the fault `{name}` stands here a second time"),
                "name each only once",
            );
            return Err(ScenarioError::new(source, span, problem));
        }
    }
    Ok(faults)
}

/// The fault of the services that an entry names.
fn service(entry: &FaultEntry) -> Option<(&Written<Name>, ServiceFault)> {
    let Shape::One(word) = &entry.0 else {
        return None;
    };
    let fault = ServiceFault::from_word(&word.text).ok()?;
    Some((word, fault))
}

/// The fault of a name as a command line has it: `NAME`, or `NAME=DURATION` for one that takes
/// time.
///
/// # Errors
/// In words and with what to do, where there is no such fault or its time is missing or wrong.
pub fn fault_named(text: &str) -> Result<Fault, String> {
    let found = match text.split_once('=') {
        None => plain(text, unknown),
        Some((name, time)) => timed(name, unknown)
            .and_then(|make| Duration::read(time).map(|duration| make(duration.0))),
    };
    found.map_err(|problem| {
        let help = problem
            .help
            .replace(&format!("`{{{text}: 500ms}}`"), &format!("`{text}=500ms`"));
        format!("{}\n  help: {help}", problem.message)
    })
}

/// How every fault of the stack is written on a command line.
pub fn fault_names() -> impl Iterator<Item = String> {
    let timed = TIMED.iter().map(|(name, _)| format!("{name}=TIME"));
    PLAIN
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .chain(timed)
}

/// How a fault is written in a scenario.
pub fn fault_in_words(fault: &Fault) -> String {
    let plain = PLAIN.iter().find(|(_, known)| known == fault);
    match (plain, fault) {
        (Some((name, _)), _) => (*name).to_owned(),
        (None, Fault::FirstByteDelay(ms)) => format!("first-byte-delay: {ms}ms"),
        (None, Fault::PausedBody(ms)) => format!("paused-body: {ms}ms"),
        (None, _) => String::new(),
    }
}

/// How a fault of the services of a call is written in a scenario.
pub fn service_fault_in_words(fault: ServiceFault) -> &'static str {
    fault.word()
}

/// What is said of faults where the stack is not the target.
pub(super) fn needs_the_stack() -> Problem {
    Problem::new(
        "faults are made by the local stack, and the target is deployed",
        "run this scenario against `--target local`",
    )
}

/// The fault of an entry, with the name that it has there.
fn read_entry<'e>(
    source: &SourceFile,
    entry: &'e FaultEntry,
    unknown: impl Fn(&str) -> Problem,
) -> Result<(Fault, &'e Written<Name>), ScenarioError> {
    match &entry.0 {
        Shape::One(name) => plain(&name.text, unknown)
            .map(|fault| (fault, name))
            .map_err(|problem| name.error(source, problem)),
        Shape::Keys(keys) => match keys.value.0.as_slice() {
            [(name, time)] => {
                let make =
                    timed(&name.text, unknown).map_err(|problem| name.error(source, problem))?;
                let time: &Written<Duration> = time;
                Ok((make(time.read(source)?.0), name))
            }
            _ => Err(ScenarioError::new(source, keys.span, one_fault_an_entry())),
        },
        Shape::Many(list) => Err(ScenarioError::new(source, list.span, one_fault_an_entry())),
    }
}

fn one_fault_an_entry() -> Problem {
    Problem::new(
        "each entry of this list is one fault",
        "write `NAME`, or `{first-byte-delay: 500ms}`",
    )
}

fn plain(name: &str, unknown: impl Fn(&str) -> Problem) -> Result<Fault, Problem> {
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

fn timed(name: &str, unknown: impl Fn(&str) -> Problem) -> Result<Timed, Problem> {
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

fn of_a_stack() -> impl Iterator<Item = &'static str> {
    let plain = PLAIN.iter().map(|(known, _)| *known);
    plain.chain(TIMED.iter().map(|(known, _)| *known))
}

fn unknown(name: &str) -> Problem {
    Problem::unknown("fault", name, of_a_stack())
}

/// The same where the services of a call may have it too.
fn unknown_anywhere(name: &str) -> Problem {
    let services = ServiceFault::WORDS.iter().map(|(known, _)| *known);
    Problem::unknown("fault", name, services.chain(of_a_stack()))
}

/// A fault of the SDK's request says nothing of a page that makes none.
fn placed_rightly(fault: &Fault, variant: PageVariant) -> Result<(), Problem> {
    match (fault, variant) {
        (fault, _) if fault.is_of_the_whole_stack() => Err(Problem::new(
            "this fault is one of the whole stack, and the arms of a comparison share a stack",
            "write it in a scenario of `requests`, with a `load` to see what the page makes of it",
        )),
        (fault, PageVariant::Inline) if fault.reaches_inline() => Ok(()),
        (_, PageVariant::Inline) => Err(Problem::new(
            "the inline page does not request the SDK, so this fault cannot reach it",
            "use `global-undefined` on an inline arm, or put the fault on the other arm",
        )),
        (
            Fault::WrongIntegrity
            | Fault::PlaceholderIntegrity
            | Fault::IntegrityWithoutCrossorigin,
            PageVariant::Cdn,
        ) => Err(Problem::new(
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
    use std::collections::BTreeSet;

    use super::*;
    use crate::journal::TargetKind;
    use crate::plan::Work;
    use crate::scenario::{Names, Settings};

    #[test]
    fn a_fault_is_spelled_alike_in_scenarios_and_in_journals() {
        for (name, fault) in PLAIN {
            assert_eq!(serde_json::to_value(fault).unwrap(), *name);
            assert_eq!(fault_in_words(fault), *name);
        }
        for (name, make) in TIMED {
            assert_eq!(
                serde_json::to_value(make(7)).unwrap(),
                serde_json::json!({ *name: 7 })
            );
            assert_eq!(fault_in_words(&make(7)), format!("{name}: 7ms"));
        }
    }

    /// The schema of the model's type knows every variant.
    #[test]
    fn every_fault_has_a_name() {
        let schema = schemars::schema_for!(Fault).to_value().to_string();
        let named = of_a_stack().filter(|name| schema.contains(&format!("\"{name}\"")));
        let variants = schema.matches("\"const\":").count() + TIMED.len();
        assert_eq!(named.count(), variants, "{schema}");
        assert_eq!(PLAIN.len() + TIMED.len(), variants);
    }

    /// Of each fault there is a scenario that ships, and a diagnosis that it must come to.
    #[test]
    fn every_fault_has_a_scenario_that_expects_its_diagnosis() {
        let (devices, networks) = (Settings::builtin_devices(), Settings::builtin_networks());
        let settings = Settings::parse(&devices, &networks).unwrap();
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios/faults");
        let mut shown = BTreeSet::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.display().to_string();
            let source = SourceFile::from_bytes(&name, std::fs::read(&path).unwrap()).unwrap();
            let scenario = crate::scenario::parse(&source).unwrap();
            let names = Names::example();
            let target = TargetKind::Local;
            let plan = crate::scenario::plan(&scenario, &settings, &names, 1, target).unwrap();
            let told = plan.diagnosis.is_some_and(|asked| !asked.causes.is_empty());
            assert!(told, "{name} expects no diagnosis");
            let spelled = |fault| fault_in_words(fault).split(':').next().unwrap().to_owned();
            shown.extend(plan.injected.iter().map(spelled));
            if let Work::Meeting(meeting) = &plan.work {
                let words = meeting.injected.iter().map(|fault| fault.word().to_owned());
                shown.extend(words);
            }
        }
        let services = ServiceFault::WORDS.iter().map(|(word, _)| *word);
        let all: BTreeSet<String> = of_a_stack().chain(services).map(str::to_owned).collect();
        let missing: Vec<&String> = all.difference(&shown).collect();
        assert!(missing.is_empty(), "no scenario shows {missing:?}");
    }

    #[test]
    fn a_command_line_names_a_fault_with_its_time() {
        assert_eq!(fault_named("trickle"), Ok(Fault::Trickle));
        assert_eq!(
            fault_named("first-byte-delay=500ms"),
            Ok(Fault::FirstByteDelay(500))
        );
        let said = |text: &str| fault_named(text).unwrap_err();
        assert_eq!(
            said("paused-body"),
            "`paused-body` needs a time\n  help: write `paused-body=500ms`"
        );
        assert!(said("paused-body=5").contains("help: "));
        assert!(said("trickle=5s").contains("takes no value"));
        assert!(said("trickel").contains("did you mean `trickle`?"));
        for name in fault_names() {
            assert!(fault_named(&name.replace("TIME", "2s")).is_ok(), "{name}");
        }
    }
}
