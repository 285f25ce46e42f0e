//! Holds the arrows between the crates: who may depend on whom, and on what.

#![expect(
    clippy::unwrap_used,
    reason = "helper functions of a test are part of it"
)]

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

fn metadata() -> Metadata {
    MetadataCommand::new()
        .no_deps()
        .other_options(["--offline".to_owned()])
        .exec()
        .unwrap()
}

/// Normal and build dependencies of each workspace crate.
fn dependencies(metadata: &Metadata) -> BTreeMap<String, BTreeSet<String>> {
    metadata
        .packages
        .iter()
        .map(|package| {
            let names = package
                .dependencies
                .iter()
                .filter(|dependency| dependency.kind != DependencyKind::Development)
                .map(|dependency| dependency.name.clone())
                .collect();
            (package.name.to_string(), names)
        })
        .collect()
}

#[test]
fn arrows_between_the_crates_go_one_way() {
    let allowed: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("greenroom-model", &[][..]),
        ("greenroom-cloudformation", &[]),
        (
            "greenroom-core",
            &["greenroom-cloudformation", "greenroom-model"],
        ),
        ("greenroom-report", &["greenroom-core", "greenroom-model"]),
        ("greenroom-supervisor", &[]),
        (
            "greenroom-webdriver",
            &["greenroom-model", "greenroom-supervisor"],
        ),
        (
            "greenroom-fixtures",
            &[
                "greenroom-cloudformation",
                "greenroom-model",
                "greenroom-supervisor",
            ],
        ),
        (
            "greenroom",
            &[
                "greenroom-cloudformation",
                "greenroom-model",
                "greenroom-core",
                "greenroom-report",
                "greenroom-supervisor",
                "greenroom-webdriver",
                "greenroom-fixtures",
            ],
        ),
    ]);
    let found = dependencies(&metadata());
    assert_eq!(
        found.keys().map(String::as_str).collect::<Vec<_>>(),
        allowed.keys().copied().collect::<Vec<_>>(),
        "a crate came or went: say here what it may depend on"
    );
    for (krate, dependencies) in &found {
        for dependency in dependencies
            .iter()
            .filter(|name| allowed.contains_key(name.as_str()))
        {
            assert!(
                allowed[krate.as_str()].contains(&dependency.as_str()),
                "{krate} must not depend on {dependency}"
            );
        }
    }
}

#[test]
fn the_pure_crates_have_no_means_of_io_or_time() {
    let found = dependencies(&metadata());
    let impure = [
        "tokio",
        "reqwest",
        "hyper",
        "fantoccini",
        "rustix",
        "tempfile",
        "tracing-subscriber",
        "axum",
        "indicatif",
        "clap",
    ];
    for krate in [
        "greenroom-model",
        "greenroom-cloudformation",
        "greenroom-core",
        "greenroom-report",
    ] {
        for dependency in &found[krate] {
            assert!(
                !impure.contains(&dependency.as_str()),
                "{krate} is pure, {dependency} is not"
            );
        }
    }
}
