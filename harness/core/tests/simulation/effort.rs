//! How many pairs a decision takes.

use greenroom_core::statistics::{Alpha, ConfidenceSequence, Margin, Region, classify};

use crate::noise::{RUNS, SEEDS, Source, share};

/// The standard deviation of L that cold pairs on a machine with 2 cores stay within.
const SPREAD: f64 = 0.165;

/// Runs the rule to its decision with normal L; the mean number of pairs, and the share of runs
/// that were decided as expected.
fn decide(seed: u64, ratio: f64, expected: Region) -> (f64, f64) {
    let margin = Margin::new(0.10).unwrap();
    let mut source = Source::new(seed);
    let (mut pairs, mut right) = (0, 0);
    for _ in 0..RUNS {
        let mut sequence = ConfidenceSequence::new(
            Alpha::FIVE_PERCENT,
            ConfidenceSequence::N_STAR,
            ConfidenceSequence::N_MIN,
        )
        .unwrap();
        let region = loop {
            sequence
                .push(ratio.ln() + SPREAD * source.normal())
                .unwrap();
            pairs += 1;
            if let Some(region) = sequence.interval().and_then(|i| classify(i, margin)) {
                break region;
            }
        };
        right += usize::from(region == expected);
    }
    (share(pairs, RUNS), share(right, RUNS))
}

#[test]
fn a_difference_of_20_percent_takes_20_pairs() {
    for seed in SEEDS {
        let (pairs, right) = decide(seed, 0.8, Region::Faster);
        println!(
            "20% faster, seed {seed}: {pairs:.1} pairs, {:.2}% called faster",
            right * 100.0
        );
        assert!(pairs <= 20.0, "{pairs}");
        assert!(right >= 0.95, "{right}");
        let (mirrored, slower) = decide(seed, 1.25, Region::Slower);
        println!(
            "25% slower, seed {seed}: {mirrored:.1} pairs, {:.2}% called slower",
            slower * 100.0
        );
        assert!(mirrored <= 20.0, "{mirrored}");
        assert!(slower >= 0.95, "{slower}");
    }
}

#[test]
fn equality_takes_35_pairs() {
    for seed in SEEDS {
        let (pairs, right) = decide(seed, 1.0, Region::Equivalent);
        println!(
            "equal arms, seed {seed}: {pairs:.1} pairs, {:.2}% called equivalent",
            right * 100.0
        );
        assert!(pairs <= 35.0, "{pairs}");
        assert!(right >= 0.95, "{right}");
    }
}
