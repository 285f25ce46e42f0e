//! Equal arms must not be called faster or slower.

use greenroom_core::statistics::{Alpha, ConfidenceSequence, Margin, Moments, Region, classify};
use statrs::distribution::{ContinuousCDF, StudentsT};

use crate::noise::{Arms, RUNS, SEEDS, Source, share};

/// The most pairs that a comparison may take.
const LIMITS: [usize; 2] = [60, 200];

/// The share of runs in which equal arms are called `faster` or `slower` at any look up to
/// either limit. The runs go on after `equivalent`, as they do when a claim is still open; a rule
/// that stops there can only make fewer false calls.
fn false_call_shares(seed: u64, cv: f64, outliers: f64, margin: Margin) -> [f64; 2] {
    let arms = Arms {
        cv,
        outliers,
        ratio: 1.0,
    };
    let mut source = Source::new(seed);
    let mut calls = [0, 0];
    for _ in 0..RUNS {
        let mut sequence = ConfidenceSequence::new(
            Alpha::FIVE_PERCENT,
            ConfidenceSequence::N_STAR,
            ConfidenceSequence::N_MIN,
        )
        .unwrap();
        for looks in 1..=LIMITS[1] {
            sequence.push(arms.pair(&mut source).log_ratio()).unwrap();
            let region = sequence.interval().and_then(|i| classify(i, margin));
            if matches!(region, Some(Region::Faster | Region::Slower)) {
                calls[0] += usize::from(looks <= LIMITS[0]);
                calls[1] += 1;
                break;
            }
        }
    }
    calls.map(|calls| share(calls, RUNS))
}

fn holds_at(cv: f64, margin: f64) {
    let margin = Margin::new(margin).unwrap();
    for outliers in [0.0, 0.03] {
        for seed in SEEDS {
            let shares = false_call_shares(seed, cv, outliers, margin);
            for (limit, share) in LIMITS.iter().zip(shares) {
                println!(
                    "A/A, margin {}, cv {cv}, outliers {outliers}, at most {limit}, seed {seed}: {:.2}% false calls",
                    margin.share(),
                    share * 100.0
                );
                assert!(share <= 0.05, "{share} false calls");
            }
        }
    }
}

#[test]
fn equal_arms_at_cv_5_percent() {
    holds_at(0.05, 0.10);
}

#[test]
fn equal_arms_at_cv_10_percent() {
    holds_at(0.10, 0.10);
}

#[test]
fn equal_arms_at_cv_15_percent() {
    holds_at(0.15, 0.10);
}

/// A margin far inside the noise keeps next to nothing back, so here the sequence itself is what
/// holds the level.
#[test]
fn equal_arms_at_a_margin_of_1_percent() {
    holds_at(0.15, 0.05);
    holds_at(0.15, 0.01);
}

/// The rule that this one stands in for: a 95% t-interval of the mean of L, tested against 0
/// again after every pair from the 50th on, as auto-sampling benchmark runners do. It shows, too,
/// that the simulation can fail.
#[test]
fn a_t_interval_tested_after_every_pair_finds_winners_among_equals() {
    const FIRST_LOOK: u32 = 50;
    let critical: Vec<f64> = (1..110)
        .map(|freedom| {
            StudentsT::new(0.0, 1.0, f64::from(freedom))
                .unwrap()
                .inverse_cdf(0.975)
        })
        .collect();
    // Tables have 2.262 for 9 degrees of freedom.
    assert!((critical[8] - 2.262).abs() < 1e-3);
    let arms = Arms {
        cv: 0.15,
        outliers: 0.0,
        ratio: 1.0,
    };
    for seed in SEEDS {
        let mut source = Source::new(seed);
        let mut winners = 0;
        for _ in 0..RUNS {
            let mut moments = Moments::default();
            for n in 1..=110_u32 {
                moments.push(arms.pair(&mut source).log_ratio());
                if n < FIRST_LOOK {
                    continue;
                }
                let mean = moments.mean().unwrap();
                let error = moments.standard_deviation().unwrap() / f64::from(n).sqrt();
                if mean.abs() > critical[n as usize - 2] * error {
                    winners += 1;
                    break;
                }
            }
        }
        let share = share(winners, RUNS);
        println!(
            "t-interval after every pair, 50 <= n <= 110, seed {seed}: {:.1}% winners",
            share * 100.0
        );
        assert!(share >= 0.10, "{share}");
    }
}
