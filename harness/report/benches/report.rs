//! How long the report of 10,000 loads takes: the aim is below a second.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};

#[path = "../tests/sample/mod.rs"]
mod sample;

fn report(criterion: &mut Criterion) {
    let results = sample::results_with_loads(10_000);
    criterion.bench_function("HTML report of 10,000 loads", |bencher| {
        bencher.iter(|| greenroom_report::html(black_box(&results)));
    });
}

criterion_group!(benches, report);
criterion_main!(benches);
