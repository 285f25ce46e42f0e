//! `greenroom run`.

use greenroom_core::journal::{JOURNAL_VERSION, Record, RunEnd, RunHeader, TargetInfo};
use greenroom_core::plan::{Plan, Work};
use greenroom_core::scenario;
use greenroom_model::SdkManifest;
use greenroom_webdriver::{BrowserChoice, DriverOptions};
use jiff::Timestamp;
use tokio::sync::watch;

use super::scenarios;
use crate::args::RunArgs;
use crate::failure::{Failure, chain};
use crate::home;
use crate::run::compare::{self, Bout};
use crate::run::exchange::Requester;
use crate::run::folder::RunFolder;
use crate::run::journal::{self, JournalWriter};
use crate::run::progress_of::{self, Standing};
use crate::run::sessions::Sessions;
use crate::run::target::{Target, TargetChoice};
use crate::run::visits::Visits;
use crate::run::{RunContext, Stopped, host, listen, outputs, requests};
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
    let bundle = home::sdk_bundle()?;
    let manifest = bundle.manifest().clone();
    let prepared = match &args.resume {
        None => Prepared::anew(&args, &manifest)?,
        Some(run) => match Prepared::resumed(&args, run, &manifest)? {
            Some(prepared) => prepared,
            None => return conclude_finished(&args, run),
        },
    };
    let mut stopped_by = signal.clone();
    let started = tokio::select! {
        biased;
        how = first_signal(&mut stopped_by) => return Ok(signal_code(how)),
        started = start(&args, &prepared, bundle) => started?,
    };
    let (target, sessions) = started;
    let outcome = carry_out(&args, prepared, &target, sessions, signal, &manifest).await;
    target.stack.shutdown().await;
    outcome
}

/// A run before its first step: where it is written, what it will do, what it has done.
struct Prepared {
    choice: TargetChoice,
    plans: Vec<Plan>,
    seed: u64,
    place: Place,
}

enum Place {
    /// A run folder is made once browser and stack stand.
    New,
    /// A journal to go on with.
    Resumed { folder: RunFolder, records: Vec<Record>, whole: u64, cut: bool },
}

impl Prepared {
    fn anew(args: &RunArgs, manifest: &SdkManifest) -> Result<Self, Failure> {
        let choice = TargetChoice::from_args(&args.target)?;
        let seed = args.seed.unwrap_or_else(draw_seed);
        let names = choice.names(manifest);
        let mut plans = Vec::new();
        let mut errors = Vec::new();
        for one in scenarios::load(&args.paths)? {
            match scenario::plan(&one.scenario, &one.settings, &names, seed, choice.kind()) {
                Ok(plan) => plans.push(plan),
                Err(error) => errors.push(error.to_string()),
            }
        }
        if errors.is_empty() {
            Ok(Self { choice, plans, seed, place: Place::New })
        } else {
            Err(Failure::usage(errors.join("\n\n")))
        }
    }

    /// `None` where the run was finished already.
    fn resumed(
        args: &RunArgs,
        run: &std::path::Path,
        manifest: &SdkManifest,
    ) -> Result<Option<Self>, Failure> {
        let folder = RunFolder::open(run)?;
        let read = journal::read(&folder.file("journal.jsonl"))
            .map_err(|error| Failure::usage(chain(&error)))?;
        let Some(Record::Run(header)) = read.records.first() else {
            return Err(Failure::usage("the journal does not begin with the run's header"));
        };
        if header.journal_version != JOURNAL_VERSION {
            return Err(Failure::usage(format!(
                "the journal has version {}, this greenroom writes {JOURNAL_VERSION}\n  help: go on with greenroom {}",
                header.journal_version, header.greenroom
            )));
        }
        if header.sdk != *manifest {
            return Err(Failure::usage(format!(
                "the run tested {} {} ({} bytes), the bundle here is {} {} ({} bytes): their samples may not be mixed\n  help: start a new run",
                header.sdk.package, header.sdk.version, header.sdk.bytes,
                manifest.package, manifest.version, manifest.bytes
            )));
        }
        let choice = TargetChoice::again(&args.target, &header.target)?;
        if matches!(read.records.last(), Some(Record::End { how: RunEnd::Finished, .. })) {
            return Ok(None);
        }
        let plans = read
            .records
            .iter()
            .filter_map(|record| match record {
                Record::Plan { plan } => Some((**plan).clone()),
                _ => None,
            })
            .collect();
        let seed = header.seed;
        let place =
            Place::Resumed { folder, records: read.records, whole: read.whole, cut: read.cut };
        Ok(Some(Self { choice, plans, seed, place }))
    }
}

fn conclude_finished(args: &RunArgs, run: &std::path::Path) -> Result<u8, Failure> {
    let folder = RunFolder::open(run)?;
    let read = journal::read(&folder.file("journal.jsonl"))
        .map_err(|error| Failure::usage(chain(&error)))?;
    terminal::error_line("this run was finished already; its reports are written again");
    outputs::conclude(&read.records, &folder, args.fail_on.into())
}

async fn start(
    args: &RunArgs,
    prepared: &Prepared,
    bundle: greenroom_fixtures::sdk::SdkBundle,
) -> Result<(Target, Option<Sessions>), Failure> {
    let target = prepared.choice.start(bundle).await?;
    let needs_browser = prepared.plans.iter().any(|plan| matches!(plan.work, Work::Compare(_)));
    let sessions = if needs_browser {
        let options = driver_options(&args.browser, args.headed, &target)?;
        Some(Sessions::start(options, target.endpoints.probe_url.clone()).await?)
    } else {
        None
    };
    Ok((target, sessions))
}

fn driver_options(
    browser: &BrowserChoice,
    headed: bool,
    target: &Target,
) -> Result<DriverOptions, Failure> {
    let program = std::env::current_exe()
        .map_err(|error| Failure::caused("cannot find greenroom's own program", &error))?;
    Ok(DriverOptions {
        headed,
        ..DriverOptions::new(
            browser.clone(),
            vec![program.into_os_string(), "__supervise".into()],
            target.endpoints.clone(),
        )
    })
}

async fn carry_out(
    args: &RunArgs,
    prepared: Prepared,
    target: &Target,
    mut sessions: Option<Sessions>,
    signal: watch::Receiver<Option<RunEnd>>,
    manifest: &SdkManifest,
) -> Result<u8, Failure> {
    let (folder, mut run) = open_journal(args, &prepared, sessions.as_ref(), signal, manifest)?;
    let mut outcome = Ok(());
    for index in 0..prepared.plans.len() {
        outcome = one_plan(&mut run, target, &mut sessions, &prepared, index, manifest).await;
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
    prepared: &Prepared,
    sessions: Option<&Sessions>,
    signal: watch::Receiver<Option<RunEnd>>,
    manifest: &SdkManifest,
) -> Result<(RunFolder, RunContext), Failure> {
    let failed = |error: &dyn std::error::Error| Failure::caused("cannot write the journal", error);
    match &prepared.place {
        Place::New => {
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
                seed: prepared.seed,
                target: TargetInfo { ..prepared.choice.info(manifest) },
                host: host::info(),
                browser: sessions.and_then(Sessions::info),
                sdk: manifest.clone(),
            };
            let mut append = |record| run.append(&record).map_err(|error| failed(&error));
            append(Record::Run(Box::new(header)))?;
            for plan in &prepared.plans {
                append(Record::Plan { plan: Box::new(plan.clone()) })?;
            }
            Ok((folder, run))
        }
        Place::Resumed { folder, records, whole, cut } => {
            let writer = JournalWriter::append_to(&folder.file("journal.jsonl"), *whole)
                .map_err(|error| failed(&error))?;
            let mut run = RunContext::new(writer, records.clone(), signal);
            let detail = if *cut {
                "the run went on; the last line of its journal had been cut off and was dropped"
            } else {
                "the run went on"
            };
            run.event("resumed", detail).map_err(|error| failed(&error))?;
            Ok((folder.clone(), run))
        }
    }
}

async fn one_plan(
    run: &mut RunContext,
    target: &Target,
    sessions: &mut Option<Sessions>,
    prepared: &Prepared,
    index: usize,
    manifest: &SdkManifest,
) -> Result<(), Stopped> {
    let plan = &prepared.plans[index];
    run.progress.line(&format!("{} ({})", plan.source.title, plan.source.path));
    match &plan.work {
        Work::Requests(list) => {
            let requester = Requester::new(&target.endpoints, &target.roots)?;
            let (done, previous) = progress_of::requests(run.records(), index, list);
            requests::carry_out(run, &requester, index, list, done, previous).await
        }
        Work::Compare(comparisons) => {
            for (number, comparison) in comparisons.iter().enumerate() {
                let Standing { mut sampler, spent_ms, over } =
                    progress_of::comparison(run.records(), index, number, comparison, prepared.seed);
                if over {
                    continue;
                }
                let Some(driver) = sessions.as_mut() else {
                    return Err(Failure::environment("a comparison without a browser").into());
                };
                let visits = Visits::prepare(comparison, target)?;
                let bout = Bout { plan: index, index: number, comparison, visits: &visits, manifest };
                compare::carry_out(run, driver, &bout, &mut sampler, spent_ms).await?;
            }
            Ok(())
        }
    }
}

/// A seed for a run that was given none. It needs to differ from run to run, no more.
fn draw_seed() -> u64 {
    use std::hash::{BuildHasher as _, RandomState};
    // Six digits: a person will type it again.
    RandomState::new().hash_one(std::process::id()) % 1_000_000
}

async fn first_signal(signal: &mut watch::Receiver<Option<RunEnd>>) -> RunEnd {
    crate::run::signalled(signal).await
}

fn signal_code(how: RunEnd) -> u8 {
    match how {
        RunEnd::Finished => 0,
        RunEnd::Interrupted => 130,
        RunEnd::Terminated => 143,
    }
}
