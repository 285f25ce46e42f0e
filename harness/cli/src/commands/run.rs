//! `greenroom run`.

use std::path::Path;

use greenroom_core::journal::{
    BrowserInfo, JOURNAL_VERSION, Record, RunEnd, RunHeader, TargetKind,
};
use greenroom_core::plan::{Plan, Work};
use greenroom_core::scenario::{self, Names};
use greenroom_fixtures::SdkBundle;
use jiff::Timestamp;
use tokio::sync::watch;

use super::scenarios::{self, Loaded};
use crate::args::RunArgs;
use crate::failure::{Failure, chain};
use crate::home;
use crate::run::course::{self, Course};
use crate::run::folder::RunFolder;
use crate::run::journal::{self, JournalWriter, ReadJournal};
use crate::run::sessions::Sessions;
use crate::run::target::{Target, TargetChoice};
use crate::run::{RunContext, Stopped, host, listen, outputs, signalled};
use crate::terminal;

/// Runs scenarios, or goes on with a run, and gives the exit code.
pub(crate) fn run(args: RunArgs) -> Result<u8, Failure> {
    // Two threads: one serves the local stack while the other talks to the browser. More would
    // only take the browser's cores from it.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::caused("cannot start the runtime", &error))?;
    let code = runtime.block_on(begin(args));
    // A name look-up that hangs in the system's resolver must not hold up the end.
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    code
}

async fn begin(args: RunArgs) -> Result<u8, Failure> {
    let signal = listen()?;
    let resumed = args.resume.as_deref().map(Resumed::open).transpose()?;
    let version = resumed
        .as_ref()
        .map_or(args.sdk_version.as_deref(), |resumed| {
            Some(resumed.header.sdk.version.as_str())
        });
    let bundle = home::sdk_bundle(version)?;
    if let Some(resumed) = &resumed {
        resumed.check_sdk(&bundle)?;
    }
    if let Some(resumed) = &resumed
        && resumed.is_finished()
    {
        terminal::error_line("this run was finished already; its reports are written again");
        return outputs::conclude(&resumed.read.records, &resumed.folder, args.fail_on.into());
    }
    let mut early = signal.clone();
    let ready = tokio::select! {
        biased;
        how = signalled(&mut early) => return Ok(how.signal_code().unwrap_or_default()),
        ready = stand_up(&args, resumed, bundle) => ready?,
    };
    Box::pin(carry_out(&args, ready, signal)).await
}

/// A run to go on with.
struct Resumed {
    folder: RunFolder,
    read: ReadJournal,
    header: RunHeader,
}

impl Resumed {
    fn open(run: &Path) -> Result<Self, Failure> {
        let folder = RunFolder::open(run)?;
        let read = journal::read(&folder.file("journal.jsonl"))
            .map_err(|error| Failure::usage(chain(&error)))?;
        let Some(Record::Run(header)) = read.records.first() else {
            return Err(Failure::usage(
                "the journal does not begin with the run's header\n  help: start a new run",
            ));
        };
        if header.journal_version != JOURNAL_VERSION {
            return Err(Failure::usage(format!(
                "the journal has version {}, this greenroom writes {JOURNAL_VERSION}\n  \
                 help: go on with greenroom {}",
                header.journal_version, header.greenroom
            )));
        }
        let header = (**header).clone();
        Ok(Self {
            folder,
            read,
            header,
        })
    }

    /// Samples of two bundles may not be mixed.
    fn check_sdk(&self, bundle: &SdkBundle) -> Result<(), Failure> {
        let (then, now) = (&self.header.sdk, bundle.manifest());
        if then == now {
            return Ok(());
        }
        Err(Failure::usage(format!(
            "the run tested {} {} (sha256 {}), the bundle here is {} {} (sha256 {}): their \
             samples may not be mixed\n  help: start a new run",
            then.package, then.version, then.sha256, now.package, now.version, now.sha256
        )))
    }

    /// Samples of two browsers may not be mixed.
    fn check_browser(&self, browser: Option<&BrowserInfo>) -> Result<(), Failure> {
        let in_words = |browser: Option<&BrowserInfo>| match browser {
            Some(browser) => format!(
                "{} {}{}",
                browser.kind,
                browser.version,
                if browser.headed { " with a window" } else { "" }
            ),
            None => "no browser".to_owned(),
        };
        let (then, now) = (in_words(self.header.browser.as_ref()), in_words(browser));
        if then == now {
            return Ok(());
        }
        Err(Failure::usage(format!(
            "the run was made with {then}, this is {now}: their samples may not be mixed\n  \
             help: name that browser with --browser, or start a new run"
        )))
    }

    fn is_finished(&self) -> bool {
        matches!(
            self.read.records.last(),
            Some(Record::End {
                how: RunEnd::Finished,
                ..
            })
        )
    }
}

/// A run before its first step.
struct Ready {
    choice: TargetChoice,
    target: Target,
    sessions: Option<Sessions>,
    /// What runs, or ran when it was asked.
    browser: Option<BrowserInfo>,
    plans: Vec<Plan>,
    seed: u64,
    resumed: Option<Resumed>,
}

/// Starts the target, plans what it is asked for, and starts a browser where a plan needs one.
async fn stand_up(
    args: &RunArgs,
    resumed: Option<Resumed>,
    bundle: SdkBundle,
) -> Result<Ready, Failure> {
    let choice = match &resumed {
        Some(resumed) => TargetChoice::again(&args.target, &resumed.header.target)?,
        None => TargetChoice::from_args(&args.target)?,
    }
    .under(&args.template)?;
    // Read before the target is started: what they hold decides what has to run.
    let loaded = match &resumed {
        Some(_) => Vec::new(),
        None => scenarios::load(&args.paths)?,
    };
    let planned = if let Some(resumed) = &resumed {
        journal::plans(&resumed.read.records)
    } else {
        let examples = vec![Names::example(); loaded.len()];
        plan_all(&loaded, &examples, choice.kind(), 0)?
    };
    // A plan with faults of the whole stack brings its own.
    let on_the_target = |plan: &&Plan| plan.injected.is_empty();
    let with_calls = planned.iter().filter(on_the_target).any(Plan::needs_calls);
    let target = choice.start(bundle, with_calls, &[]).await?;
    let seed = match &resumed {
        Some(resumed) => resumed.header.seed,
        None => args.seed.unwrap_or_else(draw_seed),
    };
    let plans = if resumed.is_some() {
        planned
    } else {
        let names = names(&choice, &target, &planned).await?;
        plan_all(&loaded, &names, choice.kind(), seed)?
    };
    let loads = plans.iter().filter(on_the_target).any(Plan::loads_pages);
    let meets = plans
        .iter()
        .any(|plan| matches!(plan.work, Work::Meeting(_)));
    if meets && args.webdriver.is_some() {
        return Err(Failure::usage(
            "a meeting needs browsers with cameras and microphones of its own, and --webdriver \
             names somebody else's\n  help: leave --webdriver out, or run the meeting by itself",
        ));
    }
    let mut sessions = None;
    let mut browser = None;
    if meets || plans.iter().any(Plan::loads_pages) {
        let started = course::start_sessions(args, &target, &plans).await?;
        browser = started.info();
        if let Some(resumed) = &resumed {
            resumed.check_browser(browser.as_ref())?;
        }
        if loads {
            sessions = Some(started);
        } else {
            // Participants and stacks with faults bring their own; this one only said what it is.
            started.close().await;
        }
    }
    Ok(Ready {
        choice,
        target,
        sessions,
        browser,
        plans,
        seed,
        resumed,
    })
}

/// The names of each plan: those of the target, or of the stack that it will have for itself, where
/// the file may be called something else.
async fn names(
    choice: &TargetChoice,
    target: &Target,
    plans: &[Plan],
) -> Result<Vec<Names>, Failure> {
    let mut names = Vec::new();
    for plan in plans {
        let moved = matches!(plan.work, Work::Requests(_)) && !plan.injected.is_empty();
        if !moved {
            names.push(target.names());
            continue;
        }
        let bundle = target.bundle.clone();
        let own = choice
            .start(bundle, plan.needs_calls(), &plan.injected)
            .await?;
        names.push(own.names());
        own.stack.shutdown().await;
    }
    Ok(names)
}

/// Plans every scenario; with several that cannot be planned, all are told.
fn plan_all(
    loaded: &[Loaded],
    names: &[Names],
    kind: TargetKind,
    seed: u64,
) -> Result<Vec<Plan>, Failure> {
    let mut plans = Vec::new();
    let mut errors = Vec::new();
    for (one, names) in loaded.iter().zip(names) {
        match scenario::plan(&one.scenario, &one.settings, names, seed, kind) {
            Ok(plan) => plans.push(plan),
            Err(error) => errors.push(error.to_string()),
        }
    }
    if errors.is_empty() {
        Ok(plans)
    } else {
        Err(Failure::usage(errors.join("\n\n")))
    }
}

async fn carry_out(
    args: &RunArgs,
    ready: Ready,
    signal: watch::Receiver<Option<RunEnd>>,
) -> Result<u8, Failure> {
    let (folder, mut run) = open_journal(args, &ready, signal)?;
    let Ready {
        choice,
        target,
        mut sessions,
        plans,
        seed,
        ..
    } = ready;
    let course = Course {
        args,
        choice: &choice,
        target: &target,
        seed,
    };
    let mut outcome = Ok(());
    for (index, plan) in plans.iter().enumerate() {
        outcome = Box::pin(course.one_plan(&mut run, &mut sessions, plan, index)).await;
        if outcome.is_err() {
            break;
        }
    }
    let (how, failure) = match outcome {
        Ok(()) => (Some(RunEnd::Finished), None),
        Err(Stopped::Signal(how)) => (Some(how), None),
        Err(Stopped::Failed(failure)) => (None, Some(failure)),
    };
    if let Some(sessions) = sessions {
        sessions.close().await;
    }
    target.stack.shutdown().await;
    if let Some(how) = how {
        let at_ms = run.at_ms();
        run.append(&Record::End { how, at_ms })
            .map_err(|error| Failure::environment(chain(&error)))?;
    }
    run.progress.finish();
    // A run that failed is reported all the same: what was measured is in the journal.
    let code = outputs::conclude(run.records(), &folder, args.fail_on.into());
    match failure {
        Some(failure) => Err(failure),
        None => code,
    }
}

fn open_journal(
    args: &RunArgs,
    ready: &Ready,
    signal: watch::Receiver<Option<RunEnd>>,
) -> Result<(RunFolder, RunContext), Failure> {
    let failed = |error: &dyn std::error::Error| Failure::caused("cannot write the journal", error);
    if let Some(Resumed { folder, read, .. }) = &ready.resumed {
        let writer = JournalWriter::append_to(&folder.file("journal.jsonl"), read.whole)
            .map_err(|error| failed(&error))?;
        let mut run = RunContext::new(writer, read.records.clone(), signal);
        if read.cut {
            run.event(
                "journal_cut",
                "the last line had been cut off and was dropped",
            )
            .map_err(|error| failed(&error))?;
        }
        run.event("resumed", "the run went on")
            .map_err(|error| failed(&error))?;
        return Ok((folder.clone(), run));
    }
    let now = Timestamp::now();
    let folder = RunFolder::create(&args.out, now)?;
    let writer =
        JournalWriter::create(&folder.file("journal.jsonl")).map_err(|error| failed(&error))?;
    let mut run = RunContext::new(writer, Vec::new(), signal);
    let header = RunHeader {
        journal_version: JOURNAL_VERSION,
        greenroom: env!("CARGO_PKG_VERSION").to_owned(),
        run_id: folder.id(),
        started_at: now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        seed: ready.seed,
        target: ready.target.info.clone(),
        host: host::info(),
        browser: ready.browser.clone(),
        sdk: ready.target.bundle.manifest().clone(),
    };
    run.append(&Record::Run(Box::new(header)))
        .map_err(|error| failed(&error))?;
    for plan in &ready.plans {
        run.append(&Record::Plan {
            plan: Box::new(plan.clone()),
        })
        .map_err(|error| failed(&error))?;
    }
    Ok((folder, run))
}

/// A seed for a run that was given none. It needs to differ from run to run, no more.
fn draw_seed() -> u64 {
    use std::hash::{BuildHasher as _, RandomState};
    // Six digits: a person will type it again.
    RandomState::new().hash_one(std::process::id()) % 1_000_000
}
