//! Good and bad scenarios as files: `good/*.yaml` must resolve, and `bad/NAME.yaml` must be
//! refused with exactly what `bad/NAME.err` says. `UPDATE=1` writes the `.err` files anew; read
//! the difference before you commit it.

#![expect(clippy::unwrap_used, reason = "what is not there fails the test")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use greenroom_core::journal::TargetKind;
use greenroom_core::plan::{Plan, Work};
use greenroom_core::scenario::{self, Names, ScenarioError, Settings, SourceFile};

/// A first line `# target: deployed` resolves the file for a deployment.
const DEPLOYED: &str = "# target: deployed\n";

fn folder(below: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(below)
}

fn yaml_files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "yaml"))
        .collect();
    files.sort();
    files
}

fn settings() -> Settings {
    Settings::parse(&Settings::builtin_devices(), &Settings::builtin_networks()).unwrap()
}

fn resolve(path: &Path, target: TargetKind) -> Result<Plan, ScenarioError> {
    let name = path.file_name().unwrap().to_str().unwrap();
    let source = SourceFile::from_bytes(name, fs::read(path).unwrap())?;
    let scenario = scenario::parse(&source)?;
    scenario::plan(&scenario, &settings(), &Names::example(), 1, target)
}

fn as_json(path: &Path) -> serde_json::Value {
    serde_saphyr::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn shipped() -> Vec<PathBuf> {
    let scenarios = folder("../../scenarios");
    let mut files = yaml_files(&scenarios);
    files.extend(yaml_files(&scenarios.join("demo")));
    files
}

#[test]
fn bad_scenarios_are_refused_with_their_message() {
    let update = std::env::var_os("UPDATE").is_some();
    let files = yaml_files(&folder("tests/scenarios/bad"));
    assert!(files.len() > 60, "only {} files were found", files.len());
    let mut wrong = String::new();
    for path in files {
        let text = fs::read(&path).unwrap();
        let target = if text.starts_with(DEPLOYED.as_bytes()) {
            TargetKind::Deployed
        } else {
            TargetKind::Local
        };
        let said = match resolve(&path, target) {
            Ok(_) => "accepted\n".to_owned(),
            Err(error) => format!("{error}\n"),
        };
        let expected = path.with_extension("err");
        if update {
            fs::write(&expected, &said).unwrap();
        }
        if fs::read_to_string(&expected).unwrap_or_default() != said || said == "accepted\n" {
            writeln!(wrong, "{}:\n{said}", path.display()).unwrap();
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn every_bad_message_says_what_to_do() {
    for path in yaml_files(&folder("tests/scenarios/bad")) {
        let error = resolve(&path, TargetKind::Local)
            .and_then(|_| resolve(&path, TargetKind::Deployed))
            .unwrap_err();
        let lines: Vec<String> = error.to_string().lines().map(str::to_owned).collect();
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(lines[0].starts_with(&format!("{name}:")), "{error}");
        assert!(lines.last().unwrap().starts_with("help: "), "{error}");
        assert!(lines.iter().any(|line| line.ends_with('^')), "{error}");
    }
}

#[test]
fn good_and_shipped_scenarios_resolve() {
    let mut files = yaml_files(&folder("tests/scenarios/good"));
    assert!(files.len() > 4);
    files.extend(shipped());
    for path in files {
        if let Err(error) = resolve(&path, TargetKind::Local) {
            panic!("{}\n{error}", path.display());
        }
    }
}

#[test]
fn request_scenarios_that_ship_hold_for_a_deployment_too() {
    for name in ["cdn-headers.yaml", "cdn-cors.yaml", "smoke.yaml"] {
        let path = folder("../../scenarios").join(name);
        if let Err(error) = resolve(&path, TargetKind::Deployed) {
            panic!("{error}");
        }
    }
}

#[test]
fn the_demo_ends_in_time() {
    // Steps end as soon as they are true; this is far more than those of a call take.
    const CALL_MS: u64 = 60_000;
    let mut within = 0;
    for path in yaml_files(&folder("../../scenarios/demo")) {
        within += match resolve(&path, TargetKind::Local).unwrap().work {
            Work::Compare(comparisons) => comparisons
                .iter()
                .map(|comparison| comparison.sampling.within_ms)
                .sum(),
            Work::Meeting(_) => CALL_MS,
            Work::Requests(_) => 0,
        };
    }
    // Of five minutes, half a minute is for starting, judging and writing.
    assert!(within > 0 && within <= 270_000, "{within} ms");
}

/// `run DIR` takes the files of one folder, so the demo has copies of the others.
#[test]
fn the_demo_asks_what_the_full_scenarios_ask() {
    for (copy, original) in [
        ("demo/02-cdn-headers.yaml", "cdn-headers.yaml"),
        ("demo/03-cdn-cors.yaml", "cdn-cors.yaml"),
        ("demo/04-call.yaml", "provider-patient-call.yaml"),
    ] {
        let work = |name| resolve(&folder("../../scenarios").join(name), TargetKind::Local);
        assert!(
            work(copy).unwrap().work == work(original).unwrap().work,
            "{copy} differs from {original}"
        );
    }
}

#[test]
fn the_examples_of_the_readme_are_scenarios() {
    let readme = fs::read_to_string(folder("../../scenarios/README.md")).unwrap();
    let blocks: Vec<&str> = readme
        .split("```yaml\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap())
        .filter(|block| block.contains("scenario:"))
        .collect();
    assert_eq!(blocks.len(), 4);
    for block in blocks {
        let source = SourceFile::new("README.md", block);
        let plan = scenario::parse(&source).and_then(|scenario| {
            let names = Names::example();
            scenario::plan(&scenario, &settings(), &names, 1, TargetKind::Local)
        });
        if let Err(error) = plan {
            panic!("{error}");
        }
    }
}

#[test]
fn the_schema_accepts_what_is_accepted() {
    let validator = jsonschema::validator_for(&scenario::schema()).unwrap();
    let mut files = yaml_files(&folder("tests/scenarios/good"));
    files.extend(shipped());
    for path in files {
        let errors: Vec<String> = validator
            .iter_errors(&as_json(&path))
            .map(|error| format!("{error} at {}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
    }
}

#[test]
fn the_schema_refuses_what_its_types_cannot_hold() {
    let validator = jsonschema::validator_for(&scenario::schema()).unwrap();
    for name in [
        "unknown-key-top",
        "unknown-key-condition",
        "unknown-key-samples",
        "unknown-key-request",
        "unknown-metric",
        "unknown-variant",
        "wrong-unit",
        "missing-unit",
        "both-kinds",
        "no-kind",
        "conditions-empty",
        "null-value",
        "fault-unknown",
        "two-methods",
        "expect-nothing",
        "compare-and-participants",
        "meeting-no-steps",
        "meeting-participant-key",
        "meeting-role-unknown",
        "meeting-fault-unknown",
        "step-no-idea",
        "step-scene-unknown",
        "step-two-in-one",
        "limit-metric",
        "records-key",
    ] {
        let path = folder("tests/scenarios/bad")
            .join(name)
            .with_extension("yaml");
        assert!(!validator.is_valid(&as_json(&path)), "{name}");
    }
}

#[test]
fn the_committed_schema_is_the_generated_one() {
    let path = folder("../../scenarios/scenario.schema.json");
    let generated = format!(
        "{}\n",
        serde_json::to_string_pretty(&scenario::schema()).unwrap()
    );
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &generated).unwrap();
    }
    assert!(
        fs::read_to_string(&path).unwrap_or_default() == generated,
        "scenarios/scenario.schema.json is not what the types say: run this test with UPDATE=1"
    );
}
