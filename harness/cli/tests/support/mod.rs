//! What the program's tests share: running it, and reading what it wrote.

#![expect(
    unreachable_pub,
    reason = "a module that every test program has a copy of"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

/// What a developer may have set for runs of their own.
pub const SETTINGS: [&str; 8] = [
    "CHIME_SDK_CDN_URL",
    "DATABASE_URL",
    "GREENROOM_API_KEY",
    "GREENROOM_APPOINTMENT_ID",
    "GREENROOM_LOG",
    "GREENROOM_PATIENT_TOKEN",
    "GREENROOM_PROVIDER_TOKEN",
    "GREENROOM_TOKEN_URL",
];

/// The program, with an environment that no developer's settings reach into.
pub fn greenroom() -> Command {
    let mut command = Command::cargo_bin("greenroom").unwrap();
    for name in SETTINGS {
        command.env_remove(name);
    }
    command
}

/// The repository's root.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// A temporary folder with a scenario in it, where runs are written too.
pub struct Bench {
    pub dir: TempDir,
    pub scenario: PathBuf,
}

impl Bench {
    pub fn new(yaml: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let scenario = dir.path().join("scenario.yaml");
        fs::write(&scenario, yaml).unwrap();
        Self { dir, scenario }
    }

    pub fn out(&self) -> PathBuf {
        self.dir.path().join("out")
    }

    /// `greenroom run scenario.yaml --out out`.
    pub fn run(&self) -> Command {
        let mut command = greenroom();
        command
            .arg("run")
            .arg(&self.scenario)
            .arg("--out")
            .arg(self.out());
        command
    }

    pub fn latest(&self) -> PathBuf {
        self.out().join("latest")
    }

    pub fn journal(&self) -> Vec<Value> {
        journal(&self.latest())
    }

    pub fn results(&self) -> Value {
        results(&self.latest())
    }
}

/// The records of a run.
pub fn journal(run: &Path) -> Vec<Value> {
    let text = fs::read_to_string(run.join("journal.jsonl")).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The results of a run.
pub fn results(run: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(run.join("results.json")).unwrap()).unwrap()
}

/// The samples of a journal that are not warm-up.
pub fn samples(journal: &[Value]) -> Vec<&Value> {
    journal
        .iter()
        .filter(|line| line["type"] == "sample" && line["warmup"] == false)
        .collect()
}

/// Polls until `found` gives something, generously.
pub fn eventually<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(90);
    loop {
        if let Some(value) = found() {
            return value;
        }
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Processes whose environment names this temporary folder: what a run of ours left behind.
pub fn processes_of(folder: &Path) -> Vec<u32> {
    let needle = format!("TMPDIR={}", folder.display());
    fs::read_dir("/proc")
        .unwrap()
        .filter_map(Result::ok)
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .filter(|pid| {
            fs::read(format!("/proc/{pid}/environ")).is_ok_and(|environ| {
                environ
                    .split(|&byte| byte == 0)
                    .any(|variable| variable.starts_with(needle.as_bytes()))
            })
        })
        .collect()
}
