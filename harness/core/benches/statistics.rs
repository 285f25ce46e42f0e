//! What the statistics cost: a look after every one of 1,000 pairs, and the figures beside it.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use greenroom_core::statistics::{
    Alpha, ConfidenceSequence, Margin, Pair, classify, hodges_lehmann_shift, ratio_of_medians,
};

/// Pairs with a spread like that of real ones, without a generator.
fn pairs(count: u32) -> Vec<Pair> {
    (0..count)
        .map(|i| {
            let wave = |step: f64| 250.0 * (1.0 + 0.15 * (f64::from(i) * step).sin());
            Pair::new(Some(wave(1.7)), Some(wave(2.3)), 75_000.0)
                .expect("the values are positive and finite")
        })
        .collect()
}

fn statistics(criterion: &mut Criterion) {
    let pairs = pairs(1_000);
    let margin = Margin::new(0.1).expect("10% is a margin");
    criterion.bench_function(
        "confidence sequence, 1,000 pairs, a look after each",
        |bench| {
            bench.iter(|| {
                let mut sequence = ConfidenceSequence::new(
                    Alpha::FIVE_PERCENT,
                    ConfidenceSequence::N_STAR,
                    ConfidenceSequence::N_MIN,
                )
                .expect("the defaults are sound");
                for pair in &pairs {
                    sequence
                        .push(pair.log_ratio())
                        .expect("a pair has a finite log ratio");
                    black_box(sequence.interval().and_then(|i| classify(i, margin)));
                }
            });
        },
    );
    criterion.bench_function(
        "bootstrap of the ratio of medians, 1,000 pairs, 2,000 replicates",
        |bench| {
            bench.iter(|| ratio_of_medians(black_box(&pairs), 2_000, Alpha::FIVE_PERCENT, 1));
        },
    );
    criterion.bench_function("Hodges-Lehmann shift, 1,000 pairs", |bench| {
        bench.iter(|| hodges_lehmann_shift(black_box(&pairs)));
    });
}

criterion_group!(benches, statistics);
criterion_main!(benches);
