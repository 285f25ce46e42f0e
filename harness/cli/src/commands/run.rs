//! `greenroom run`.

use std::path::Path;
use std::time::Duration;

use greenroom_core::journal::{
    BrowserInfo, JOURNAL_VERSION, Record, RunEnd, RunHeader, TargetKind,
};
use greenroom_core::meeting::refusal;
use greenroom_core::plan::{Comparison, Plan, SampleMetric, TokenAction, Work};
use greenroom_core::scenario::{self, Names};
use greenroom_fixtures::SdkBundle;
use greenroom_model::{Colour, FakeMedia, IdentityToken, Permission, Role};
use greenroom_webdriver::{DriverOptions, ParticipantMedia};
use jiff::Timestamp;
use tokio::sync::watch;

use super::scenarios::{self, Loaded};
use crate::args::RunArgs;
use crate::failure::{Failure, chain};
use crate::home;
use crate::run::compare::{self, Bout};
use crate::run::folder::RunFolder;
use crate::run::journal::{self, JournalWriter, ReadJournal};
use crate::run::secrets::SecretNames;
use crate::run::sessions::Sessions;
use crate::run::standing::{self, Standing};
use crate::run::target::{self, Target, TargetChoice};
use crate::run::visits::Visits;
use crate::run::{RunContext, Stopped, host, listen, meeting, outputs, requests, signalled};
use crate::terminal;

/// Deadline of a single command to browser or driver. On a busy machine a browser takes seconds
/// to answer; one that takes longer is lost.
const COMMAND_LIMIT: Duration = Duration::from_secs(30);

/// What the patient of a comparison sends; nobody is there to see it.
const PATIENT_MEDIA: ParticipantMedia = ParticipantMedia {
    media: FakeMedia {
        colour: Colour {
            r: 40,
            g: 90,
            b: 200,
        },
        tone_hz: 680,
    },
    camera: Permission::Granted,
};

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

    fn plans(&self) -> Vec<Plan> {
        let plan = |record: &Record| match record {
            Record::Plan { plan } => Some((**plan).clone()),
            _ => None,
        };
        self.read.records.iter().filter_map(plan).collect()
    }
}

/// A run before its first step.
struct Ready {
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
    };
    // Read before the target is started: what they hold decides what has to run.
    let loaded = match &resumed {
        Some(_) => Vec::new(),
        None => scenarios::load(&args.paths)?,
    };
    let planned = match &resumed {
        Some(resumed) => resumed.plans(),
        None => plan_all(&loaded, &Names::example(), choice.kind(), 0)?,
    };
    let with_calls = planned.iter().any(Plan::needs_calls);
    let target = choice.start(bundle, with_calls).await?;
    let seed = match &resumed {
        Some(resumed) => resumed.header.seed,
        None => args.seed.unwrap_or_else(draw_seed),
    };
    let plans = match &resumed {
        Some(_) => planned,
        None => plan_all(&loaded, &target.names(), choice.kind(), seed)?,
    };
    let works = |of: fn(&Work) -> bool| plans.iter().any(|plan| of(&plan.work));
    let loads = works(|work| matches!(work, Work::Compare(_)));
    let meets = works(|work| matches!(work, Work::Meeting(_)));
    if meets && args.webdriver.is_some() {
        return Err(Failure::usage(
            "a meeting needs browsers with cameras and microphones of its own, and --webdriver \
             names somebody else's\n  help: leave --webdriver out, or run the meeting by itself",
        ));
    }
    let mut sessions = None;
    let mut browser = None;
    if loads || meets {
        let mut options = driver_options(args, &target)?;
        // A page that joins a call asks for camera and microphone.
        options.media = plans.iter().any(Plan::needs_calls).then_some(PATIENT_MEDIA);
        let probe_url = target.endpoints.probe_url.clone();
        let started = Sessions::start(options, args.webdriver.clone(), probe_url).await?;
        browser = started.info();
        if let Some(resumed) = &resumed {
            resumed.check_browser(browser.as_ref())?;
        }
        if loads {
            sessions = Some(started);
        } else {
            // The participants of a meeting bring their own; this one only said what it is.
            started.close().await;
        }
    }
    Ok(Ready {
        target,
        sessions,
        browser,
        plans,
        seed,
        resumed,
    })
}

/// Whether the loads of a comparison join a call.
fn joins(comparison: &Comparison) -> bool {
    comparison.metric == SampleMetric::Connected
}

/// Plans every scenario; with several that cannot be planned, all are told.
fn plan_all(
    loaded: &[Loaded],
    names: &Names,
    kind: TargetKind,
    seed: u64,
) -> Result<Vec<Plan>, Failure> {
    let mut plans = Vec::new();
    let mut errors = Vec::new();
    for one in loaded {
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

fn driver_options(args: &RunArgs, target: &Target) -> Result<DriverOptions, Failure> {
    Ok(DriverOptions {
        browser: args.browser.clone(),
        supervisor: target::supervisor()?,
        endpoints: target.endpoints.clone(),
        headed: args.headed,
        // Local Network Access keeps a fulfilled page from loopback. A deployment elsewhere is
        // tested under the checks that users' browsers make.
        allow_loopback: target.sdk_is_on_loopback(),
        http3: false,
        media: None,
        command_limit: COMMAND_LIMIT,
    })
}

async fn carry_out(
    args: &RunArgs,
    ready: Ready,
    signal: watch::Receiver<Option<RunEnd>>,
) -> Result<u8, Failure> {
    let (folder, mut run) = open_journal(args, &ready, signal)?;
    let Ready {
        target,
        mut sessions,
        plans,
        seed,
        ..
    } = ready;
    let mut outcome = Ok(());
    for (index, plan) in plans.iter().enumerate() {
        outcome = one_plan(&mut run, &target, &mut sessions, plan, index, args, seed).await;
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

async fn one_plan(
    run: &mut RunContext,
    target: &Target,
    sessions: &mut Option<Sessions>,
    plan: &Plan,
    index: usize,
    args: &RunArgs,
    seed: u64,
) -> Result<(), Stopped> {
    run.progress
        .line(&format!("{} ({})", plan.source.title, plan.source.path));
    match &plan.work {
        Work::Meeting(meeting) => {
            if standing::meeting_is_over(run.records(), index) {
                return Ok(());
            }
            let access = target.calls().ok_or_else(|| {
                Failure::environment("the target was started without the services of a call")
            })?;
            let browser = driver_options(args, target)?;
            Box::pin(meeting::carry_out(
                run, target, access, &browser, index, meeting,
            ))
            .await
        }
        Work::Requests(list) => {
            let requester = target.requester()?;
            let secrets = target.calls().map(SecretNames::of).unwrap_or_default();
            let standing = standing::of_requests(run.records(), index, list);
            if let Some(access) = target.calls()
                && plan.needs_calls()
                && standing.done == 0
            {
                access.prepare(&[]).await?;
            }
            requests::carry_out(run, &requester, &secrets, index, list, standing).await
        }
        Work::Compare(comparisons) => {
            for (number, comparison) in comparisons.iter().enumerate() {
                let Standing {
                    mut sampler,
                    spent_ms,
                    over,
                } = standing::of_comparison(run.records(), index, number, comparison, seed);
                if over {
                    continue;
                }
                let Some(driver) = sessions.as_mut() else {
                    return Err(Failure::environment("a comparison without a browser").into());
                };
                if joins(comparison) {
                    run.or_signal(start_call(target)).await??;
                }
                let visits = Visits::prepare(comparison, target)?;
                let manifest = target.bundle.manifest();
                let bout = Bout {
                    plan: index,
                    index: number,
                    comparison,
                    visits: &visits,
                    manifest,
                };
                compare::carry_out(run, driver, &bout, &mut sampler, spent_ms).await?;
            }
            Ok(())
        }
    }
}

/// Has the provider start the call that the loads join; one that runs already is as good.
async fn start_call(target: &Target) -> Result<(), Failure> {
    let access = target.calls().ok_or_else(|| {
        Failure::environment("the target was started without the services of a call")
    })?;
    access.prepare(&[]).await?;
    let answer = access
        .ask(
            &target.client()?,
            Role::Provider,
            IdentityToken::Valid,
            TokenAction::Create,
        )
        .await?;
    if refusal::granted(&answer) {
        return Ok(());
    }
    Err(Failure::environment(format!(
        "there is no call to join: the token service answered {} to the provider's `create`",
        refusal::in_words(&answer)
    )))
}

/// A seed for a run that was given none. It needs to differ from run to run, no more.
fn draw_seed() -> u64 {
    use std::hash::{BuildHasher as _, RandomState};
    // Six digits: a person will type it again.
    RandomState::new().hash_one(std::process::id()) % 1_000_000
}
