//! Whole journals: what is counted, what is void, what is missing.

use greenroom_model::{Fault, PageVariant};

use crate::classify::synthetic::{SDK_URL, manifest};
use crate::journal::{
    Classification, Event, HostInfo, HostLoad, JOURNAL_VERSION, Record, RunEnd, RunHeader,
    StopReason, TargetInfo, TargetKind,
};
use crate::judge::results;
use crate::plan::{Arm, Comparison, Metric, Plan, Relation, Source, Work};
use crate::results::{Answer, FailOn, Outcome, Quantile, Results, Standing};
use crate::sampler::synthetic::{World, comparison, relation, threshold, throttled};

pub(super) fn header(kind: TargetKind) -> Record {
    Record::Run(Box::new(RunHeader {
        journal_version: JOURNAL_VERSION,
        greenroom: "0.1.0".to_owned(),
        run_id: "2026-01-01T00-00-00Z".to_owned(),
        started_at: "2026-01-01T00:00:00Z".to_owned(),
        seed: 7,
        target: TargetInfo {
            kind,
            label: match kind {
                TargetKind::Local => "local stack, this machine".to_owned(),
                TargetKind::Deployed => "cdn.medzen.example".to_owned(),
            },
            sdk_url: SDK_URL.to_owned(),
        },
        host: HostInfo {
            os: "Debian 12".to_owned(),
            cpu: "x".to_owned(),
            cores: 2,
            memory_bytes: 8_000_000_000,
        },
        browser: None,
        sdk: manifest(),
    }))
}

pub(super) fn plan(work: Work) -> Record {
    Record::Plan {
        plan: Box::new(Plan {
            source: Source {
                path: "scenarios/demo/sdk.yaml".to_owned(),
                title: "SDK load".to_owned(),
            },
            seed: 7,
            work,
            diagnosis: None,
            injected: Vec::new(),
        }),
    }
}

/// A run of one comparison in a world, from its first line to its last.
pub(super) fn journal(comparison: &Comparison, world: &mut World) -> Vec<Record> {
    let mut records = vec![
        header(TargetKind::Local),
        plan(Work::Compare(vec![comparison.clone()])),
    ];
    records.extend(world.run(comparison, 7).0);
    records.push(Record::End {
        how: RunEnd::Finished,
        at_ms: 99_000.0,
    });
    records
}

pub(super) fn judged(comparison: &Comparison, world: &mut World) -> Results {
    results(&journal(comparison, world)).unwrap()
}

pub(super) fn gated() -> Comparison {
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
    plan
}

#[test]
fn a_good_run_passes_with_every_figure_in_place() {
    let run = judged(&gated(), &mut World::new(250.0, 150.0, 0.1, 1));
    assert_eq!(run.outcome, Outcome::Pass);
    assert_eq!(run.exit_code(FailOn::Inconclusive), 0);
    assert_eq!((run.counts.pass, run.counts.claims_confirmed), (2, 1));
    assert_eq!(
        run.verdicts[0].check,
        "SDK load / webview, desktop, unthrottled, cold / candidate.sdk_ready.p50 < 1s"
    );
    let of = &run.scenarios[0].comparisons[0];
    assert_eq!(of.decision.answer, Answer::Faster);
    let (ratio, interval) = (of.decision.ratio.unwrap(), of.decision.interval.unwrap());
    assert!((0.5..0.7).contains(&ratio) && interval.lo < ratio && ratio < interval.hi);
    assert!(of.decision.shift_ms.unwrap() < -50.0);
    let median = of.decision.median_ratio_interval.unwrap();
    let seen = of.decision.median_ratio.unwrap();
    assert!(median.lo <= seen && seen <= median.hi && median.hi < 1.0);
    // The warm-up is a row and no load.
    assert_eq!(of.samples.len(), 2 * of.decision.pairs as usize + 2);
    assert_eq!(of.candidate.loads, of.decision.pairs);
    assert_eq!(
        of.candidate.classifications,
        [(Classification::Ready, of.decision.pairs)]
    );
    let Some(Quantile::Value(p50)) = of.candidate.p50 else {
        panic!("a median")
    };
    let sum: f64 = of
        .candidate
        .phases
        .iter()
        .map(|phase| phase.median_ms)
        .sum();
    assert!((sum / p50 - 1.0).abs() < 0.05, "{sum} of {p50}");
    let names: Vec<&str> = of
        .candidate
        .phases
        .iter()
        .map(|phase| phase.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "document",
            "SDK queue",
            "SDK connect",
            "SDK wait",
            "SDK download",
            "compile and run"
        ]
    );
    assert_eq!(of.samples[0].cache_proof, "code cache: not applicable");
    assert_eq!(of.samples[1].cache_proof, "network");
}

#[test]
fn a_missed_limit_fails_the_gate() {
    let run = judged(&gated(), &mut World::new(250.0, 1_500.0, 0.1, 1));
    assert_eq!(run.outcome, Outcome::Fail);
    assert_eq!(run.exit_code(FailOn::Fail), 1);
    assert_eq!(run.claims[0].standing, Standing::Refuted);
    assert!(
        run.headline.gate.starts_with(
            "Gate failed on the local stack, this machine: 1 of 2 checks does not hold"
        ),
        "{}",
        run.headline.gate
    );
}

#[test]
fn too_few_loads_leave_the_gate_undecided() {
    let mut plan = gated();
    plan.sampling.within_ms = 1_000;
    let run = judged(&plan, &mut World::new(250.0, 150.0, 0.1, 1));
    assert_eq!(run.outcome, Outcome::Inconclusive);
    assert_eq!(run.exit_code(FailOn::Inconclusive), 4);
    let of = &run.scenarios[0].comparisons[0];
    assert_eq!(
        (of.decision.answer, of.stopped),
        (Answer::Inconclusive, Some(StopReason::Within))
    );
}

#[test]
fn a_throttle_that_did_not_hold_is_an_error_not_a_failure() {
    let mut plan = throttled();
    plan.expectations = vec![threshold(
        "candidate.sdk_ready.p50 < 1ms",
        Arm::Candidate,
        Metric::SdkReady,
        Some(0.5),
        1.0,
    )];
    plan.claims = vec![relation("slower", Relation::SlowerThan, None)];
    let mut world = World::new(1_300.0, 2_600.0, 0.1, 1);
    assert_eq!(judged(&plan, &mut world).outcome, Outcome::Fail);
    world.reading.rtt_ms = Some(16.0);
    let run = judged(&plan, &mut world);
    assert_eq!(run.outcome, Outcome::Error);
    assert_eq!(run.exit_code(FailOn::Inconclusive), 3);
    assert_eq!(run.verdicts[0].outcome, Outcome::Error);
    assert_eq!(run.claims[0].standing, Standing::Open);
    let of = &run.scenarios[0].comparisons[0];
    assert_eq!(of.decision.answer, Answer::Error);
    assert!(!of.throttle.as_ref().unwrap().holds);
}

#[test]
fn a_throttled_comparison_without_expectations_still_errs() {
    let mut world = World::new(1_300.0, 1_300.0, 0.1, 1);
    world.reading.cpu_ratio = Some(1.0);
    assert_eq!(judged(&throttled(), &mut world).outcome, Outcome::Error);
}

#[test]
fn timeouts_are_cut_off_never_dropped() {
    let mut plan = comparison();
    plan.sampling.at_most = 20;
    let mut world = World::new(250.0, 200.0, 0.1, 5);
    world.candidate_fails = 0.6;
    let run = judged(&plan, &mut world);
    let of = &run.scenarios[0].comparisons[0];
    assert!(of.decision.restricted_mean);
    assert_ne!(of.decision.answer, Answer::Faster);
    assert_eq!(of.candidate.p95, Some(Quantile::Above(75_000.0)));
    assert!(of.candidate.failures > 0);
    assert!(of.decision.sentence.contains("restricted mean"));
}

#[test]
fn environment_errors_are_counted_apart() {
    let mut world = World::new(250.0, 150.0, 0.1, 2);
    world.environment_fails = 0.08;
    let run = judged(&gated(), &mut world);
    assert_eq!(run.outcome, Outcome::Pass);
    let of = &run.scenarios[0].comparisons[0];
    assert_eq!((of.baseline.failures, of.candidate.failures), (0, 0));
    assert!(
        run.notes
            .iter()
            .any(|note| note.contains("spoilt by the environment")),
        "{:?}",
        run.notes
    );

    world.environment_fails = 1.0;
    let run = judged(&gated(), &mut world);
    assert_eq!(run.outcome, Outcome::Error);
    assert_eq!(
        run.scenarios[0].comparisons[0].decision.answer,
        Answer::Error
    );
    assert_eq!(run.counts.fail, 0);
}

#[test]
fn a_failure_stays_though_its_block_was_dropped() {
    let plan = gated();
    let mut records = journal(&plan, &mut World::new(250.0, 150.0, 0.1, 2));
    let mut failed = false;
    for record in &mut records {
        if let Record::Sample(sample) = record
            && sample.block == 3
        {
            if sample.position == 0 {
                sample.classification = Classification::Undefined;
                sample.sdk_ready_ms = None;
                failed = sample.arm == Arm::Candidate;
            } else {
                sample.classification = Classification::EnvironmentError;
            }
        }
    }
    let run = results(&records).unwrap();
    let of = &run.scenarios[0].comparisons[0];
    let arm = if failed { &of.candidate } else { &of.baseline };
    assert_eq!(arm.failures, 1);
    assert!(!of.decision.restricted_mean);
}

#[test]
fn judges_never_see_what_was_injected() {
    let mut plan = gated();
    plan.injected.candidate = vec![Fault::StalledBody, Fault::FirstByteDelay(500)];
    let mut world = World::new(250.0, 200.0, 0.1, 5);
    world.candidate_fails = 0.5;
    let records = journal(&plan, &mut world);
    let stripped: Vec<Record> = records
        .iter()
        .cloned()
        .map(|record| match record {
            Record::Plan { mut plan } => {
                if let Work::Compare(comparisons) = &mut plan.work {
                    for comparison in comparisons {
                        comparison.injected = crate::plan::Injected::default();
                    }
                }
                Record::Plan { plan }
            }
            other => other,
        })
        .collect();
    assert_ne!(records, stripped);
    assert_eq!(results(&records).unwrap(), results(&stripped).unwrap());
}

#[test]
fn same_titles_get_names_of_their_own() {
    let records = journal(&gated(), &mut World::new(250.0, 150.0, 0.1, 1));
    let twice: Vec<Record> = [&records[..2], &records[1..]].concat();
    let run = results(&twice).unwrap();
    let mut names: Vec<&str> = run
        .verdicts
        .iter()
        .map(|verdict| verdict.check.as_str())
        .collect();
    assert_eq!(names.len(), 4);
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 4, "{names:?}");
    // The second plan was never begun.
    assert_eq!(run.outcome, Outcome::Inconclusive);
    assert_eq!(run.counts.skipped, 2);
}

#[test]
fn the_host_and_lost_sessions_are_noted() {
    let mut records = journal(&gated(), &mut World::new(250.0, 150.0, 0.1, 1));
    let end = records.pop().unwrap();
    records.push(Record::Host(HostLoad {
        at_ms: 10.0,
        load_average: 3.24,
        steal_percent: 4.0,
        busy_percent: 80.0,
    }));
    records.push(Record::Event(Event {
        at_ms: 11,
        kind: "session_lost".to_owned(),
        detail: "tab crashed".to_owned(),
    }));
    records.push(end);
    let run = results(&records).unwrap();
    assert_eq!(
        run.notes,
        [
            "1 browser session lost and replaced.",
            "Host: load average up to 3.2 on 2 cores, at most 4% of CPU time stolen by the hypervisor."
        ]
    );
}

#[test]
fn arms_that_differ_only_in_their_part_favour_none() {
    let mut plan = throttled();
    plan.baseline = PageVariant::Cdn;
    let run = judged(&plan, &mut World::new(1_300.0, 1_300.0, 0.1, 1));
    let of = &run.scenarios[0].comparisons[0];
    assert!(of.biases.is_empty());
    assert!(of.decision.sentence.contains("the candidate CDN page"));
    let inline = judged(&throttled(), &mut World::new(1_300.0, 1_300.0, 0.1, 1));
    assert_eq!(inline.scenarios[0].comparisons[0].biases.len(), 3);
}
