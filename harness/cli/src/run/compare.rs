//! Carrying out one comparison: the sampler says what is next, the browser does it, the journal
//! gets it, the sampler hears of it.

use greenroom_core::classify::{self, Classified, Question};
use greenroom_core::journal::{
    Classification, Record, Sample, StopReason, ThrottleProof, ThrottleReading,
};
use greenroom_core::plan::{Arm, Comparison, SampleMetric};
use greenroom_core::sampler::{Next, Progress, Sampler};
use greenroom_model::SdkManifest;
use url::Url;

use super::host::LoadMeter;
use super::sessions::{SessionDriver, SessionFailure};
use super::visits::Visits;
use super::{RunContext, Stopped};

/// One comparison and what is needed to carry it out.
#[derive(Debug)]
pub(crate) struct Bout<'a> {
    /// Index of the plan.
    pub(crate) plan: usize,
    /// Index of the comparison in it.
    pub(crate) index: usize,
    /// The comparison.
    pub(crate) comparison: &'a Comparison,
    /// What to load for each arm.
    pub(crate) visits: &'a Visits,
    /// The SDK under test.
    pub(crate) manifest: &'a SdkManifest,
}

/// Carries out a comparison, from where the sampler stands. `spent_ms` is the time that the
/// comparison took before this process.
pub(crate) async fn carry_out(
    run: &mut RunContext,
    driver: &mut impl SessionDriver,
    bout: &Bout<'_>,
    sampler: &mut Sampler,
    spent_ms: f64,
) -> Result<(), Stopped> {
    let outcome = sample_all(run, driver, bout, sampler, spent_ms).await;
    if let Err(Stopped::Signal(_)) = &outcome {
        end(run, bout, StopReason::Interrupted)?;
    }
    outcome
}

async fn sample_all(
    run: &mut RunContext,
    driver: &mut impl SessionDriver,
    bout: &Bout<'_>,
    sampler: &mut Sampler,
    spent_ms: f64,
) -> Result<(), Stopped> {
    let began_ms = run.at_ms() - spent_ms;
    let mut meter = LoadMeter::new();
    let mut block_seen = None;
    let mut session = driver.session();
    run.progress.begin(
        &bout.comparison.id,
        u64::from(bout.comparison.sampling.at_most),
    );
    loop {
        let next = sampler.next(run.at_ms() - began_ms);
        match next {
            Next::Prove { block } => {
                let (device, network) = (&bout.comparison.device, &bout.comparison.network);
                let proof = run.or_signal(driver.prove(device, network)).await?;
                run.note_session(driver.session(), session, proof.as_ref().err())?;
                session = driver.session();
                record_proof(run, bout, sampler, block, proof)?;
            }
            Next::Load {
                block,
                position,
                arm,
                warmup,
            } => {
                if block_seen.replace(block) != Some(block) {
                    let load = meter.read(run.at_ms());
                    run.append(&Record::Host(load))?;
                }
                let loaded = run.or_signal(driver.load(bout.visits.of(arm))).await?;
                run.note_session(driver.session(), session, loaded.as_ref().err())?;
                session = driver.session();
                let sample = sample(
                    run.at_ms(),
                    bout,
                    arm,
                    loaded,
                    (block, position, warmup),
                    session,
                );
                run.append(&Record::Sample(Box::new(sample.clone())))?;
                sampler.sample(&sample);
                if let Some(picture) = driver.take_screenshot() {
                    run.keep_screenshot(&screenshot_name(&sample), &picture)?;
                }
                let standing = sampler.progress();
                run.progress
                    .step(u64::from(standing.pairs), &in_words(&standing));
            }
            Next::Done(reason) => {
                end(run, bout, reason)?;
                let standing = sampler.progress();
                run.progress.line(&format!(
                    "  {}: {} pairs, {}",
                    bout.comparison.id,
                    standing.pairs,
                    in_words(&standing)
                ));
                return Ok(());
            }
        }
    }
}

/// Named so that the pictures of a run lie in the order of its loads.
fn screenshot_name(sample: &Sample) -> String {
    let arm = match sample.arm {
        Arm::Baseline => "baseline",
        Arm::Candidate => "candidate",
    };
    format!(
        "{}-{}-block-{:03}-{arm}.png",
        sample.plan + 1,
        sample.comparison + 1,
        sample.block
    )
}

/// Where a comparison stands, for the person who waits.
fn in_words(standing: &Progress) -> String {
    let change = match standing.change {
        Some((lo, hi)) => format!("candidate {:+.0}% to {:+.0}%", lo * 100.0, hi * 100.0),
        None => "no interval yet".to_owned(),
    };
    match standing.more_pairs {
        Some(more) if more > 0 => format!("{change}, about {more} more to settle it"),
        _ => change,
    }
}

/// Notes that a comparison is over.
fn end(run: &mut RunContext, bout: &Bout<'_>, reason: StopReason) -> Result<(), Stopped> {
    let at_ms = run.at_ms();
    run.append(&Record::ComparisonEnd {
        plan: bout.plan,
        comparison: bout.index,
        reason,
        at_ms,
    })?;
    Ok(())
}

fn record_proof(
    run: &mut RunContext,
    bout: &Bout<'_>,
    sampler: &mut Sampler,
    block: u32,
    proof: Result<ThrottleReading, SessionFailure>,
) -> Result<(), Stopped> {
    let reading = match proof {
        Ok(reading) => reading,
        Err(failure) => {
            // A proof that could not be made is one that proves nothing: its reading is empty,
            // and the judge counts it against the comparison.
            run.event("proof_failed", failure.detail)?;
            ThrottleReading::default()
        }
    };
    let proof = ThrottleProof {
        plan: bout.plan,
        comparison: bout.index,
        block,
        at_ms: run.at_ms(),
        reading,
    };
    run.append(&Record::Proof(proof.clone()))?;
    sampler.proof(&proof);
    Ok(())
}

fn sample(
    at_ms: f64,
    bout: &Bout<'_>,
    arm: Arm,
    loaded: Result<greenroom_model::PageLoad, SessionFailure>,
    (block, position, warmup): (u32, u32, bool),
    session: u32,
) -> Sample {
    let comparison = bout.comparison;
    let variant = comparison.variant(arm);
    let (classified, load) = match loaded {
        Ok(load) => {
            let question = Question {
                variant,
                sdk_url: bout.visits.of(arm).sdk_url.as_ref().map(Url::as_str),
                manifest: bout.manifest,
                timer_ms: comparison.page_timers.of(variant),
            };
            let classified = classify::classify(&load, &question);
            let classified = classify::check_regime(classified, &load, variant, comparison.cache);
            let classified = match comparison.metric {
                SampleMetric::SdkReady => classified,
                SampleMetric::Connected => classify::check_joined(classified, &load),
            };
            (classified, Some(Box::new(load)))
        }
        Err(failure) => (
            Classified {
                classification: Classification::EnvironmentError,
                reason: Some(failure.detail),
            },
            None,
        ),
    };
    Sample {
        plan: bout.plan,
        comparison: bout.index,
        block,
        position,
        arm,
        variant,
        warmup,
        at_ms,
        classification: classified.classification,
        reason: classified.reason,
        sdk_ready_ms: load.as_ref().and_then(|load| load.sdk_ready_ms),
        connected_ms: load.as_ref().and_then(|load| load.connected_ms),
        session,
        load,
    }
}
