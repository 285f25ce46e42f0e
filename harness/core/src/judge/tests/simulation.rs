//! Thousands of whole comparisons, sampled and judged: how often the answer is wrong, and how
//! soon it comes. The statistics are proved in their own module; here the way through sampler,
//! evidence and verdict is.

use super::journals::judged;
use crate::journal::Record;
use crate::journal::StopReason;
use crate::judge::Evidence;
use crate::judge::decide::decide;
use crate::plan::{Arm, Metric, Stop};
use crate::results::Answer;
use crate::sampler::synthetic::{World, comparison, threshold};

/// The answer of a comparison, its pairs, and why it stopped.
fn outcome(world: &mut World, seed: u64, stop: Stop, at_most: u32) -> (Answer, u32, StopReason) {
    let mut plan = comparison();
    plan.sampling.stop = stop;
    plan.sampling.at_most = at_most;
    plan.sampling.within_ms = u64::MAX;
    let (records, reason) = world.run(&plan, seed);
    let mut evidence = Evidence::new(&plan);
    for record in &records {
        if let Record::Sample(sample) = record {
            evidence.push(sample);
        }
    }
    (decide(&plan, &evidence).answer, evidence.pairs(), reason)
}

/// Loads whose pairs have sd(L) of 0.15.
fn noisy(candidate_ms: f64, seed: u64) -> World {
    World::new(250.0, candidate_ms, 0.15 / 2.0_f64.sqrt(), seed)
}

#[test]
fn equal_arms_are_called_different_in_next_to_no_run() {
    let mut wrong = 0;
    let mut equivalent = 0;
    for seed in 0..2_000 {
        match outcome(&mut noisy(250.0, seed), seed, Stop::Resolved, 60).0 {
            Answer::Faster | Answer::Slower => wrong += 1,
            Answer::Equivalent => equivalent += 1,
            Answer::Inconclusive | Answer::Error => {}
        }
    }
    assert!(wrong <= 10, "{wrong} of 2,000");
    assert!(equivalent >= 1_800, "{equivalent} of 2,000");
}

#[test]
fn a_twenty_percent_effect_is_found_soon() {
    let mut found = 0;
    let mut pairs = 0;
    for seed in 0..500 {
        let (answer, made, reason) = outcome(&mut noisy(200.0, seed), seed, Stop::Resolved, 60);
        if answer == Answer::Faster {
            found += 1;
            assert_eq!(reason, StopReason::Resolved);
        }
        assert_ne!(answer, Answer::Slower);
        pairs += made;
    }
    assert!(found >= 480, "{found} of 500");
    assert!(pairs <= 500 * 22, "{pairs} pairs in 500 runs");
}

#[test]
fn timeouts_of_one_arm_do_not_make_it_the_faster_one() {
    // The first ten pairs show none of them in 0.7^10 = 2.8% of runs; no rule could tell.
    let mut faster = 0;
    for seed in 0..300 {
        let mut world = noisy(200.0, seed);
        world.candidate_fails = 0.3;
        let (answer, ..) = outcome(&mut world, seed, Stop::Resolved, 60);
        faster += u32::from(answer == Answer::Faster);
    }
    assert!(faster <= 15, "{faster} of 300");
}

#[test]
fn a_flaky_environment_changes_how_long_it_takes_and_not_the_answer() {
    let mut decided = 0;
    for seed in 0..300 {
        let mut world = noisy(150.0, seed);
        world.environment_fails = 0.05;
        let (answer, ..) = outcome(&mut world, seed, Stop::Resolved, 60);
        assert_ne!(answer, Answer::Slower);
        decided += u32::from(answer == Answer::Faster);
    }
    assert!(decided >= 290, "{decided} of 300");
}

#[test]
fn never_stopping_early_makes_every_pair() {
    let (answer, pairs, reason) = outcome(&mut noisy(100.0, 1), 1, Stop::Never, 33);
    assert_eq!(
        (answer, pairs, reason),
        (Answer::Faster, 33, StopReason::AtMost)
    );
}

/// The report of a run says what the sampler stopped at.
#[test]
fn what_stopped_as_resolved_is_reported_as_decided() {
    for seed in 0..100 {
        let mut plan = comparison();
        plan.expectations = vec![
            threshold("p50", Arm::Candidate, Metric::SdkReady, Some(0.5), 260.0),
            threshold("failures", Arm::Candidate, Metric::Failures, None, 0.2),
        ];
        plan.sampling.at_most = 120;
        let mut world = noisy(250.0, seed);
        world.candidate_fails = 0.02;
        let run = judged(&plan, &mut world);
        let of = &run.scenarios[0].comparisons[0];
        if of.stopped == Some(StopReason::Resolved) {
            assert_ne!(of.decision.answer, Answer::Inconclusive, "seed {seed}");
            assert_eq!(run.counts.inconclusive, 0, "seed {seed}");
        } else {
            assert!(of.decision.answer == Answer::Inconclusive || run.counts.inconclusive > 0);
        }
    }
}

/// Thousands of samples must not slow the sampler down.
#[test]
fn a_long_comparison_is_judged_whole() {
    let (answer, pairs, reason) = outcome(&mut noisy(275.0, 1), 1, Stop::Resolved, 3_000);
    assert_eq!(answer == Answer::Inconclusive, reason == StopReason::AtMost);
    assert!(pairs > 60, "{pairs}");
}
