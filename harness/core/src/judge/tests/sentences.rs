//! What a release manager reads, word for word.

use super::journals::{gated, journal, judged};
use crate::journal::{Classification, Record};
use crate::judge::results;
use crate::plan::{Arm, Expression, Metric, Op, Relation, SampleMetric};
use crate::sampler::synthetic::{World, comparison, relation, threshold, throttled};

#[test]
fn a_local_pass_is_no_leave_to_ship() {
    let run = judged(&gated(), &mut World::new(250.0, 310.0, 0.05, 1));
    insta::assert_snapshot!(run.headline.gate, @"Gate passed on the local stack, this machine: 2 of 2 checks hold. This says nothing yet of a deployment.");
    insta::assert_snapshot!(run.headline.answers[0], @"With webview delivery on desktop, unthrottled, cold: the CDN page is ready 20% later than the inline page (95% interval 12% later to 29% later, 10 pairs) on the local stack, this machine: slower.");
    insta::assert_snapshot!(run.verdicts[0].evidence, @"p50 of sdk_ready is 300 ms (10 loads, 95% interval 295 ms to 315 ms); seen on the local stack, this machine");
    insta::assert_snapshot!(run.verdicts[1].evidence, @"0 of 10 loads failed, so at most 26% do at 95% confidence; seen on the local stack, this machine");
    insta::assert_snapshot!(run.claims[0].evidence, @"sdk_ready of the CDN page is 20% later than that of the inline page (95% interval 12% later to 29% later, 10 pairs); seen on the local stack, this machine");
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
    insta::assert_snapshot!(run.headline.answers[0], @"With webview delivery on desktop, unthrottled, cold: the CDN page is ready 5.9% earlier than the inline page (95% interval 25% earlier to 19% later, 12 pairs) on the local stack, this machine: not decided, about 327 more pairs would settle it.");
    insta::assert_snapshot!(run.verdicts[0].evidence, @"p95 of sdk_ready is 318 ms (12 loads); it takes 59 loads to judge it at all; seen on the local stack, this machine");
    insta::assert_snapshot!(run.verdicts[1].evidence, @"0 of 12 loads failed, so at most 22% do at 95% confidence; 59 loads with no further failure would show it; seen on the local stack, this machine");
    insta::assert_snapshot!(run.verdicts[2].evidence, @"sdk_wait was not observed in any of 12 loads: the page fetches no SDK, or its server sends no Timing-Allow-Origin; seen on the local stack, this machine");
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
    insta::assert_snapshot!(run.verdicts[0].evidence, @"p50 of sdk_ready is 1.06 s (10 loads, 95% interval 1.05 s to 1.12 s); seen on the local stack, this machine. Known bias: CDP throttles the CPU of the main thread only, and an external script is parsed in the background at full speed, which favours the CDN; CDP's network throttling charges no TCP or TLS handshake, which favours the CDN");
    let of = &run.scenarios[0].comparisons[0];
    insta::assert_snapshot!(of.throttle.as_ref().unwrap().sentence, @"CPU 6x asked, 5.7x measured, round trip 150 ms asked, 152 ms measured, throughput 1638 kbit/s asked, 1620 kbit/s measured; medians of 11 proofs");
    world.reading.cpu_ratio = Some(2.0);
    insta::assert_snapshot!(judged(&plan, &mut world).headline.answers[0], @"With webview delivery on low-end-mobile, slow-4g, cold: could not be found out on the local stack, this machine: the throttle did not hold: CPU 6x asked, 2x measured (outside), round trip 150 ms asked, 152 ms measured, throughput 1638 kbit/s asked, 1620 kbit/s measured; medians of 11 proofs.");
}

#[test]
fn pages_that_never_get_ready_are_worded_as_such() {
    let mut plan = comparison();
    plan.sampling.within_ms = u64::MAX;
    let mut world = World::new(250.0, 250.0, 0.05, 1);
    world.candidate_fails = 1.0;
    insta::assert_snapshot!(judged(&plan, &mut world).headline.answers[0], @"With webview delivery on desktop, unthrottled, cold: the CDN page never became ready (10 timed out: stalled body), while the inline page is ready after a median of 255 ms (10 pairs) on the local stack, this machine: slower.");

    let mut records = journal(&plan, &mut world);
    for record in &mut records {
        if let Record::Sample(sample) = record {
            sample.classification = Classification::Undefined;
            sample.sdk_ready_ms = None;
        }
    }
    insta::assert_snapshot!(results(&records).unwrap().headline.answers[0], @"With webview delivery on desktop, unthrottled, cold: neither the CDN page nor the inline page ever became ready in 10 pairs on the local stack, this machine: there is nothing to compare.");
    insta::assert_snapshot!(results(&records[..2]).unwrap().headline.answers[0], @"With webview delivery on desktop, unthrottled, cold: the CDN page was not compared with the inline page on the local stack, this machine: no pair was completed.");
}

#[test]
fn a_comparison_of_connected_is_decided_and_worded_by_it() {
    let mut plan = comparison();
    plan.metric = SampleMetric::Connected;
    plan.expectations = vec![threshold(
        "candidate.connected.p50 < 2s",
        Arm::Candidate,
        Metric::Connected,
        Some(0.5),
        2_000.0,
    )];
    let mut world = World::new(1_000.0, 1_300.0, 0.05, 1);
    let run = judged(&plan, &mut world);
    insta::assert_snapshot!(run.headline.answers[0], @"With webview delivery on desktop, unthrottled, cold: the CDN page is in the call 26% later than the inline page (95% interval 18% later to 35% later, 10 pairs) on the local stack, this machine: slower.");
    insta::assert_snapshot!(run.verdicts[0].evidence, @"p50 of connected is 1.26 s (10 loads, 95% interval 1.24 s to 1.32 s); seen on the local stack, this machine");
    world.candidate_fails = 1.0;
    insta::assert_snapshot!(judged(&plan, &mut world).headline.answers[0], @"With webview delivery on desktop, unthrottled, cold: the CDN page never got into the call (7 timed out: stalled body), while the inline page is in the call after a median of 1.02 s (7 pairs) on the local stack, this machine: not decided, about 3 more pairs would settle it.");
}

#[test]
fn a_stretch_of_time_is_longer_and_not_later() {
    let mut plan = comparison();
    let mut claim = relation("slower", Relation::SlowerThan, None);
    if let Expression::Relation { metric, .. } = &mut claim.expression {
        *metric = Metric::Script;
    }
    plan.claims = vec![claim];
    let mut world = World::new(250.0, 310.0, 0.05, 1);
    let mut records = journal(&plan, &mut world);
    for record in &mut records {
        if let Record::Sample(sample) = record
            && let (Some(load), Some(ready)) = (&mut sample.load, sample.sdk_ready_ms)
        {
            load.page_metrics = Some(greenroom_model::load::PageMetrics {
                script_ms: ready,
                ..Default::default()
            });
        }
    }
    insta::assert_snapshot!(results(&records).unwrap().claims[0].evidence, @"script of the CDN page is 20% longer than that of the inline page (95% interval 12% longer to 29% longer, 10 pairs); seen on the local stack, this machine");
}

#[test]
fn a_rate_that_is_to_exceed_its_limit_is_held_to_the_lower_bound() {
    let mut plan = comparison();
    let mut asked = threshold("", Arm::Candidate, Metric::Failures, None, 0.5);
    if let Expression::Threshold { op, .. } = &mut asked.expression {
        *op = Op::Greater;
    }
    plan.expectations = vec![asked];
    let mut world = World::new(250.0, 250.0, 0.05, 1);
    world.candidate_fails = 1.0;
    let run = judged(&plan, &mut world);
    insta::assert_snapshot!(run.verdicts[0].evidence, @"7 of 7 loads failed (7 timed out: stalled body), so at least 65% do at 95% confidence; seen on the local stack, this machine");
    let mut world = World::new(250.0, 250.0, 0.05, 1);
    insta::assert_snapshot!(judged(&plan, &mut world).verdicts[0].evidence, @"0 of 10 loads failed, so at most 26% do at 95% confidence; seen on the local stack, this machine");
}
