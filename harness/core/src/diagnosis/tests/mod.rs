//! Known answers, and what holds of any evidence.

mod cases;
mod exchanges;
mod gate;
mod pages;

use std::fmt::Write as _;

use proptest::prelude::*;

use self::cases::cases;
use self::gate::Gate;
use super::{Cause, Diagnosis};

fn broken(wrong: &[fn(&mut Gate)]) -> Gate {
    let mut gate = Gate::good();
    for one in wrong {
        one(&mut gate);
    }
    gate
}

fn causes(diagnoses: &[Diagnosis]) -> Vec<Cause> {
    diagnoses.iter().map(|one| one.cause).collect()
}

#[test]
fn each_fault_is_told_by_its_cause_and_by_no_other() {
    let mut wrong = String::new();
    for case in cases() {
        let gate = broken(&[case.wrong]);
        let sides = [
            ("all", gate.clone(), case.all),
            ("wire", gate.clone().wire_only(), case.wire),
            ("browser", gate.browser_only(), case.browser),
        ];
        for (side, gate, expected) in sides {
            let (diagnoses, failed) = gate.diagnosed();
            let found = causes(&diagnoses);
            let explained: usize = diagnoses.iter().map(|one| one.explains.len()).sum();
            // One cause has all of the consequences, but where the table says that none is known.
            if found != expected || (!expected.is_empty() && explained != failed) {
                _ = writeln!(
                    wrong,
                    "{} ({side}): expected {expected:?}, found {found:?}, {explained} of {failed} \
                     explained",
                    case.name
                );
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn a_right_deployment_has_no_check_that_fails() {
    let (diagnoses, failed) = Gate::good().diagnosed();
    assert_eq!((causes(&diagnoses), failed), (Vec::new(), 0));
}

#[test]
fn sentences_and_remedies_read_well() {
    let mut text = String::new();
    for case in cases() {
        for one in broken(&[case.wrong]).diagnosed().0 {
            _ = write!(
                text,
                "{} [{}]\n  {}.\n  -> {}.\n",
                case.name, one.cause, one.sentence, one.remedy
            );
        }
    }
    insta::assert_snapshot!(text);
}

fn nth(index: usize) -> fn(&mut Gate) {
    cases().nth(index).unwrap().wrong
}

/// Two things wrong at once, and the order in which the probes were made.
fn two_and_an_order() -> impl Strategy<Value = (usize, usize, Vec<usize>)> {
    let probes = Gate::good().probes.len();
    let order: Vec<usize> = (0..probes).collect();
    let all = cases().count();
    (0..all, 0..all, Just(order).prop_shuffle())
}

proptest! {
    #[test]
    fn no_check_is_explained_twice_and_none_out_of_nothing(
        (one, other, _) in two_and_an_order()
    ) {
        let gate = broken(&[nth(one), nth(other)]);
        let (diagnoses, failed) = gate.diagnosed();
        let mut explained: Vec<usize> =
            diagnoses.iter().flat_map(|one| one.explains.clone()).collect();
        let all = explained.len();
        explained.sort_unstable();
        explained.dedup();
        prop_assert_eq!(explained.len(), all);
        prop_assert!(explained.iter().all(|index| *index < failed));
        prop_assert!(diagnoses.iter().all(|one| !one.explains.is_empty()));
        prop_assert!(causes(&diagnoses).is_sorted());
        // Nothing fails of a gate that expects nothing.
        let mut silent = gate;
        for probe in &mut silent.probes {
            probe.checks.clear();
        }
        prop_assert!(silent.diagnosed().0.is_empty());
    }

    #[test]
    fn the_order_of_the_probes_changes_nothing(
        (one, other, order) in two_and_an_order()
    ) {
        let gate = broken(&[nth(one), nth(other)]);
        let mut shuffled = gate.clone();
        shuffled.probes = order.iter().map(|at| gate.probes[*at].clone()).collect();
        let told = |gate: &Gate| -> Vec<(Cause, String, usize)> {
            let (diagnoses, _) = gate.diagnosed();
            let told = diagnoses.into_iter();
            told.map(|one| (one.cause, one.sentence, one.explains.len())).collect()
        };
        prop_assert_eq!(told(&gate), told(&shuffled));
    }
}
