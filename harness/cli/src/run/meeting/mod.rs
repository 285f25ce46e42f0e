//! Carrying out a meeting: browsers, steps, and what is seen while they run.
//!
//! Invariant: a step ends when what it says is so, or at its deadline, never after a fixed time.
//! What is waited for is decided by the same functions that judge it later.

mod rows;
mod seat;
mod stage;
mod steps;

use std::time::Instant;

use greenroom_core::journal::{
    MeetingBegin, MeetingEnd, Record, RowsRecord, StepOutcome, StepRecord,
};
use greenroom_core::plan::{AskedStep, Meeting};
use greenroom_webdriver::DriverOptions;

use self::stage::Stage;
pub(crate) use self::steps::Halt;
use super::access::CallAccess;
use super::target::Target;
use super::{RunContext, Stopped};

/// Runs a meeting from its beginning: what an earlier process saw of it does not count.
pub(crate) async fn carry_out(
    run: &mut RunContext,
    target: &Target,
    access: CallAccess<'_>,
    browser: &DriverOptions,
    plan: usize,
    meeting: &Meeting,
) -> Result<(), Stopped> {
    access.prepare(&meeting.injected).await?;
    let began = MeetingBegin {
        plan,
        at_ms: run.at_ms(),
    };
    run.append(&Record::MeetingBegin(began))?;
    run.progress.begin("steps", meeting.steps.len() as u64);
    let mut stage = Stage::new(run, target, access, browser, plan, meeting);
    let played = play(&mut stage).await;
    let closed = stage.close().await;
    played.and(closed)?;
    let ended = MeetingEnd {
        plan,
        at_ms: run.at_ms(),
    };
    run.append(&Record::MeetingEnd(ended))?;
    Ok(())
}

/// The steps in order, up to the first that fails; then the rows, which say what became of the
/// call either way.
async fn play(stage: &mut Stage<'_>) -> Result<(), Stopped> {
    let mut done = true;
    for (index, asked) in stage.meeting.steps.iter().enumerate() {
        done = play_step(stage, index, asked).await?;
        if !done {
            stage.take_pictures(index).await?;
            break;
        }
    }
    // All of them wait for the same end of the call. After a step that failed nothing more comes.
    let deadline = if done {
        rows::deadline()
    } else {
        Instant::now()
    };
    for (query, asked) in stage.meeting.records.iter().enumerate() {
        let outcome = rows::ask(stage, asked, deadline).await?;
        let record = RowsRecord {
            plan: stage.plan,
            step: None,
            query,
            at_ms: stage.run.at_ms(),
            outcome,
        };
        stage.run.append(&Record::Rows(Box::new(record)))?;
    }
    Ok(())
}

/// Whether the step came true.
async fn play_step(
    stage: &mut Stage<'_>,
    index: usize,
    asked: &AskedStep,
) -> Result<bool, Stopped> {
    let began_ms = stage.run.at_ms();
    stage.begin_step(index);
    let performed = steps::perform(stage, &asked.step).await;
    stage.journal_events()?;
    let (outcome, detail) = match performed {
        Ok(detail) => (StepOutcome::Done, detail),
        Err(Halt::NotDone(detail)) => (StepOutcome::NotDone, detail),
        Err(Halt::Environment(detail)) => (StepOutcome::EnvironmentError, detail),
        Err(Halt::Stopped(stopped)) => return Err(stopped),
    };
    let record = StepRecord {
        plan: stage.plan,
        step: index,
        began_ms,
        at_ms: stage.run.at_ms(),
        outcome,
        detail,
    };
    stage.run.append(&Record::Step(Box::new(record)))?;
    stage.run.progress.step(index as u64 + 1, &asked.text);
    Ok(outcome == StepOutcome::Done)
}
