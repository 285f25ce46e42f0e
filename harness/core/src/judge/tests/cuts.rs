//! Journals that end before their run does.

use proptest::prelude::*;

use super::journals::{gated, journal};
use crate::journal::{Event, Record, RunEnd};
use crate::judge::{JudgeError, results};
use crate::results::{FailOn, Outcome};
use crate::sampler::synthetic::World;

#[test]
fn a_cut_journal_is_judged_as_far_as_it_goes() {
    let records = journal(&gated(), &mut World::new(250.0, 150.0, 0.1, 1));
    let run = results(&records[..7]).unwrap();
    assert_eq!((run.outcome, run.ended), (Outcome::Inconclusive, None));
    assert!(run.notes[0].contains("cut off"));
    assert_eq!(run.scenarios[0].comparisons[0].stopped, None);

    let run = results(&records[..2]).unwrap();
    assert_eq!(run.outcome, Outcome::Skipped);
    assert!(
        run.verdicts
            .iter()
            .all(|verdict| verdict.outcome == Outcome::Skipped)
    );
    assert_eq!(
        run.headline.gate,
        "Nothing was executed on the local stack, this machine."
    );

    assert_eq!(results(&records[..0]), Err(JudgeError::NoRun));
    assert_eq!(results(&records[1..]), Err(JudgeError::NoRun));
    let Record::Run(mut header) = records[0].clone() else {
        panic!("a header")
    };
    header.journal_version = 9;
    assert_eq!(results(&[Record::Run(header)]), Err(JudgeError::Version(9)));
}

#[test]
fn an_interrupted_run_says_so_and_exits_by_its_signal() {
    let mut records = journal(&gated(), &mut World::new(250.0, 150.0, 0.1, 1));
    records.truncate(9);
    records.push(Record::End {
        how: RunEnd::Interrupted,
        at_ms: 5_000.0,
    });
    let run = results(&records).unwrap();
    assert_eq!(run.exit_code(FailOn::Inconclusive), 130);
    assert_eq!(run.outcome, Outcome::Inconclusive);
    assert!(run.notes[0].contains("SIGINT"));
    // A resumed run goes on after the end line.
    records.push(Record::Event(Event {
        at_ms: 5_001,
        kind: "resumed".to_owned(),
        detail: "resumed after 3 pairs".to_owned(),
    }));
    assert_eq!(results(&records).unwrap().ended, None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Wherever a journal is cut, judging it neither panics nor gives a check two verdicts.
    #[test]
    fn any_cut_is_judged(cut in 1_usize..60, seed in any::<u64>(), flaky in 0.0..0.5f64) {
        let mut world = World::new(250.0, 200.0, 0.3, seed);
        world.environment_fails = flaky;
        world.candidate_fails = flaky;
        let records = journal(&gated(), &mut world);
        let run = results(&records[..cut.min(records.len())]).unwrap();
        prop_assert!(run.verdicts.len() <= 3);
        prop_assert!(serde_json::to_string(&run).is_ok());
    }
}
