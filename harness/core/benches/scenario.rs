//! How long it takes to understand a scenario: parse alone, and parse with plan.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use greenroom_core::journal::TargetKind;
use greenroom_core::scenario::{Names, Settings, SourceFile, parse, plan};

const TEXT: &str = include_str!("../../../scenarios/sdk-loading.yaml");

fn scenario(criterion: &mut Criterion) {
    let source = SourceFile::new("sdk-loading.yaml", TEXT);
    let settings = Settings::parse(&Settings::builtin_devices(), &Settings::builtin_networks())
        .expect("the built-in settings are well-formed");
    let names = Names::example();
    criterion.bench_function("scenario parse", |bencher| {
        bencher.iter(|| parse(black_box(&source)).expect("it is well-formed"));
    });
    criterion.bench_function("scenario parse and plan", |bencher| {
        bencher.iter(|| {
            let scenario = parse(black_box(&source)).expect("it is well-formed");
            plan(&scenario, &settings, &names, 1, TargetKind::Local).expect("it can be decided")
        });
    });
}

criterion_group!(benches, scenario);
criterion_main!(benches);
