//! The sampler by simulation: what it asks for, when it stops, and that a cut loses nothing.

use proptest::prelude::*;

use super::synthetic::{World, comparison, relation, threshold, throttled};
use super::{ENVIRONMENT_ERRORS_IN_A_ROW, Next, Sampler};
use crate::journal::{Classification, Record, Sample, StopReason, ThrottleReading};
use crate::plan::{Arm, Metric, Relation, Stop};

fn samples(records: &[Record]) -> Vec<&Sample> {
    records
        .iter()
        .filter_map(|record| match record {
            Record::Sample(sample) => Some(&**sample),
            _ => None,
        })
        .collect()
}

#[test]
fn the_warm_up_comes_first_and_the_order_is_balanced() {
    let mut plan = comparison();
    plan.sampling.stop = Stop::Never;
    let (records, reason) = World::new(250.0, 250.0, 0.1, 1).run(&plan, 7);
    assert_eq!(reason, StopReason::AtMost);
    let loads = samples(&records);
    assert_eq!(loads.len(), 2 + 2 * 40);
    assert!(loads[..2].iter().all(|load| load.warmup && load.block == 0));
    assert!(loads[2..].iter().all(|load| !load.warmup));
    let first: Vec<Arm> = loads[2..].iter().step_by(2).map(|load| load.arm).collect();
    for run in first.chunks(4) {
        let baseline = run.iter().filter(|arm| **arm == Arm::Baseline).count();
        assert_eq!(baseline, 2, "{run:?}");
    }
    // Another seed, another order; the same seed, the same.
    let order = |seed| {
        let (records, _) = World::new(250.0, 250.0, 0.1, 1).run(&plan, seed);
        samples(&records)
            .iter()
            .map(|load| load.arm)
            .collect::<Vec<_>>()
    };
    assert_eq!(order(7), order(7));
    assert_ne!(order(7), order(8));
}

#[test]
fn every_block_of_a_throttled_comparison_begins_with_a_proof() {
    let (records, _) = World::new(1_300.0, 1_100.0, 0.1, 1).run(&throttled(), 7);
    for block in records[..records.len() - 1].chunks(3) {
        assert!(
            matches!(
                block,
                [Record::Proof(_), Record::Sample(_), Record::Sample(_)]
            ),
            "{block:?}"
        );
    }
}

#[test]
fn a_proof_that_measured_nothing_spoils_its_block() {
    let mut world = World::new(1_300.0, 1_100.0, 0.1, 1);
    world.reading = ThrottleReading::default();
    let (records, reason) = world.run(&throttled(), 7);
    assert_eq!(reason, StopReason::Environment);
    assert_eq!(records.len(), ENVIRONMENT_ERRORS_IN_A_ROW as usize + 1);
}

#[test]
fn an_environment_error_drops_its_block_and_another_takes_its_place() {
    let mut plan = comparison();
    plan.sampling.stop = Stop::Never;
    let mut world = World::new(250.0, 250.0, 0.1, 3);
    world.environment_fails = 0.04;
    let (records, reason) = world.run(&plan, 7);
    assert_eq!(reason, StopReason::AtMost);
    let loads = samples(&records);
    let spoilt: Vec<u32> = loads
        .iter()
        .filter(|load| load.classification == Classification::EnvironmentError)
        .map(|load| load.block)
        .collect();
    assert!(!spoilt.is_empty());
    let mut sampler = Sampler::new(&plan, 7, 0, 0);
    records[..records.len() - 1]
        .iter()
        .for_each(|record| sampler.feed(record));
    let progress = sampler.progress();
    assert_eq!(progress.pairs, 40);
    assert_eq!(progress.environment_errors as usize, spoilt.len());
    let last = loads.last().unwrap().block;
    let dropped = spoilt.iter().filter(|block| **block > 0).count();
    assert_eq!(last as usize, 40 + dropped);
}

#[test]
fn a_broken_environment_ends_the_comparison() {
    let mut world = World::new(250.0, 250.0, 0.1, 3);
    world.environment_fails = 1.0;
    let (records, reason) = world.run(&comparison(), 7);
    assert_eq!(reason, StopReason::Environment);
    assert_eq!(
        samples(&records).len(),
        ENVIRONMENT_ERRORS_IN_A_ROW as usize
    );
}

#[test]
fn a_flaky_environment_never_runs_for_ever() {
    for seed in 0..200 {
        let mut world = World::new(250.0, 250.0, 0.1, seed);
        world.environment_fails = 0.45;
        let mut plan = comparison();
        plan.sampling.stop = Stop::Never;
        plan.sampling.within_ms = u64::MAX;
        let (records, _) = world.run(&plan, seed);
        assert!(records.len() <= 2 * (2 * 40 + 12));
    }
}

#[test]
fn time_is_up_between_blocks_only() {
    let mut plan = comparison();
    plan.sampling.within_ms = 2_000;
    let (records, reason) = World::new(250.0, 250.0, 0.3, 3).run(&plan, 7);
    assert_eq!(reason, StopReason::Within);
    assert_eq!(samples(&records).len() % 2, 0);
}

#[test]
fn an_interruption_is_no_end_to_what_is_resumed() {
    let plan = comparison();
    let mut world = World::new(250.0, 250.0, 0.1, 3);
    let mut sampler = Sampler::new(&plan, 7, 0, 0);
    let mut records: Vec<Record> = (0..5)
        .map(|_| world.step(&plan, &mut sampler).unwrap())
        .collect();
    let expected = sampler.next(0.0);
    records.push(Record::ComparisonEnd {
        plan: 0,
        comparison: 0,
        reason: StopReason::Interrupted,
        at_ms: 0.0,
    });
    let mut resumed = Sampler::new(&plan, 7, 0, 0);
    for record in &records {
        resumed.feed(record);
    }
    assert_eq!(resumed.next(0.0), expected);
}

#[test]
fn what_ended_in_order_stays_ended() {
    let plan = comparison();
    let (records, reason) = World::new(250.0, 500.0, 0.1, 3).run(&plan, 7);
    assert_eq!(reason, StopReason::Resolved);
    let mut sampler = Sampler::new(&plan, 7, 0, 0);
    for record in &records {
        sampler.feed(record);
    }
    assert_eq!(sampler.next(0.0), Next::Done(StopReason::Resolved));
}

#[test]
fn the_last_number_that_a_block_can_have_is_no_overflow() {
    let plan = comparison();
    let mut world = World::new(250.0, 250.0, 0.1, 3);
    let mut sampler = Sampler::new(&plan, 7, 0, 0);
    let next = sampler.next(0.0);
    for arm in Arm::BOTH {
        let mut sample = world.load(&plan, next);
        (sample.block, sample.arm) = (u32::MAX, arm);
        sampler.sample(&sample);
    }
    assert_eq!(sampler.next(0.0), Next::Done(StopReason::Environment));
}

#[test]
fn records_of_other_comparisons_are_left_alone() {
    let plan = comparison();
    let mut other = World::new(250.0, 250.0, 0.1, 3);
    let mut sampler = Sampler::new(&plan, 7, 0, 1);
    let before = sampler.next(0.0);
    let record = other
        .step(&plan, &mut Sampler::new(&plan, 7, 0, 0))
        .unwrap();
    sampler.feed(&record);
    assert_eq!(sampler.next(0.0), before);
}

#[test]
fn it_goes_on_until_expectations_and_claims_are_decided_too() {
    let pairs = |expectations, claims| {
        let mut plan = comparison();
        plan.sampling.at_most = 400;
        plan.expectations = expectations;
        plan.claims = claims;
        let (records, reason) = World::new(500.0, 250.0, 0.1, 3).run(&plan, 7);
        assert_eq!(reason, StopReason::Resolved);
        samples(&records).len() / 2 - 1
    };
    assert_eq!(pairs(vec![], vec![]), 10);
    let rare = threshold("failures", Arm::Candidate, Metric::Failures, None, 0.05);
    assert_eq!(pairs(vec![rare], vec![]), 59);
    let near = relation("faster by 48%", Relation::FasterThan, Some(0.48));
    assert!(pairs(vec![], vec![near]) > 10);
}

#[test]
fn two_arms_that_never_get_ready_are_not_sampled_to_the_end() {
    let mut plan = comparison();
    plan.baseline = plan.candidate;
    let mut sampler = Sampler::new(&plan, 7, 0, 0);
    let mut world = World::new(250.0, 250.0, 0.1, 3);
    let mut loads = 0;
    while let next @ Next::Load { .. } = sampler.next(0.0) {
        let mut sample = world.load(&plan, next);
        sample.classification = Classification::Undefined;
        sample.sdk_ready_ms = None;
        sampler.sample(&sample);
        loads += 1;
    }
    assert_eq!(loads, 2 + 2 * 10);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Cut anywhere, fed again: the same questions follow, order included.
    #[test]
    fn a_journal_cut_anywhere_is_resumed_where_it_stopped(
        seed in any::<u64>(), cut in 0.0..1.0f64, slow in any::<bool>(), flaky in 0.0..0.2f64,
    ) {
        let plan = if slow { throttled() } else { comparison() };
        let mut world = World::new(250.0, 260.0, 0.2, seed);
        world.environment_fails = flaky;
        let (records, _) = world.run(&plan, seed);
        let records = &records[..records.len() - 1];
        #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation,
            clippy::cast_sign_loss, reason = "an index")]
        let cut = (records.len() as f64 * cut) as usize;
        let mut whole = Sampler::new(&plan, seed, 0, 0);
        let mut resumed = Sampler::new(&plan, seed, 0, 0);
        for record in &records[..cut] {
            whole.next(0.0);
            whole.feed(record);
            // A resumed sampler is not asked while it is fed.
            resumed.feed(record);
        }
        for record in &records[cut..] {
            prop_assert_eq!(whole.next(0.0), resumed.next(0.0));
            whole.feed(record);
            resumed.feed(record);
        }
        prop_assert_eq!(whole.progress(), resumed.progress());
    }
}
