//! What a release manager reads, word for word.

use super::journals::{journal, judged};
use crate::journal::{Classification, Record};
use crate::judge::results;
use crate::plan::{Arm, Metric, Relation};
use crate::sampler::synthetic::{World, comparison, relation, threshold, throttled};

#[test]
fn a_local_pass_is_no_leave_to_ship() {
    let mut plan = comparison();
    plan.expectations = vec![
        threshold(
            "candidate.sdk_ready.p50 < 1s",
            Arm::Candidate,
            Metric::SdkReady,
            Some(0.5),
            1_000.0,
        ),
        threshold(
            "candidate.failures < 30%",
            Arm::Candidate,
            Metric::Failures,
            None,
            0.3,
        ),
    ];
    plan.claims = vec![relation("faster by 20%", Relation::FasterThan, Some(0.2))];
    let run = judged(&plan, &mut World::new(250.0, 310.0, 0.05, 1));
    insta::assert_snapshot!(run.headline.gate, @"");
    insta::assert_snapshot!(run.headline.answers[0], @"");
    insta::assert_snapshot!(run.verdicts[0].evidence, @"");
    insta::assert_snapshot!(run.verdicts[1].evidence, @"");
    insta::assert_snapshot!(run.claims[0].evidence, @"");
}

#[test]
fn open_answers_say_what_is_missing() {
    let mut plan = comparison();
    plan.sampling.at_most = 12;
    plan.expectations = vec![
        threshold(
            "candidate.sdk_ready.p95 < 1s",
            Arm::Candidate,
            Metric::SdkReady,
            Some(0.95),
            1_000.0,
        ),
        threshold(
            "candidate.failures < 5%",
            Arm::Candidate,
            Metric::Failures,
            None,
            0.05,
        ),
        threshold(
            "baseline.sdk_wait.p50 < 1s",
            Arm::Baseline,
            Metric::SdkWait,
            Some(0.5),
            1_000.0,
        ),
    ];
    let run = judged(&plan, &mut World::new(250.0, 262.0, 0.2, 1));
    insta::assert_snapshot!(run.headline.answers[0], @"");
    insta::assert_snapshot!(run.verdicts[0].evidence, @"");
    insta::assert_snapshot!(run.verdicts[1].evidence, @"");
    insta::assert_snapshot!(run.verdicts[2].evidence, @"");
}

#[test]
fn verdicts_under_throttling_carry_its_bias() {
    let mut plan = throttled();
    plan.expectations = vec![threshold(
        "candidate.sdk_ready.p50 < 8s",
        Arm::Candidate,
        Metric::SdkReady,
        Some(0.5),
        8_000.0,
    )];
    let mut world = World::new(1_300.0, 1_100.0, 0.05, 1);
    let run = judged(&plan, &mut world);
    insta::assert_snapshot!(run.verdicts[0].evidence, @"");
    let of = &run.scenarios[0].comparisons[0];
    insta::assert_snapshot!(of.throttle.as_ref().unwrap().sentence, @"");
    world.reading.cpu_ratio = Some(2.0);
    insta::assert_snapshot!(judged(&plan, &mut world).headline.answers[0], @"");
}

#[test]
fn pages_that_never_get_ready_are_worded_as_such() {
    let mut plan = comparison();
    plan.sampling.at_most = 20;
    let mut world = World::new(250.0, 250.0, 0.05, 1);
    world.candidate_fails = 1.0;
    insta::assert_snapshot!(judged(&plan, &mut world).headline.answers[0], @"");

    let mut records = journal(&plan, &mut world);
    for record in &mut records {
        if let Record::Sample(sample) = record {
            sample.classification = Classification::Undefined;
            sample.sdk_ready_ms = None;
        }
    }
    insta::assert_snapshot!(results(&records).unwrap().headline.answers[0], @"");
    insta::assert_snapshot!(results(&records[..2]).unwrap().headline.answers[0], @"");
}
