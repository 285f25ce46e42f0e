//! From paths on the command line to parsed scenarios.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use greenroom_core::scenario::{self, Scenario, Settings, SourceFile};

use crate::failure::Failure;

/// No more is read of a file: it is well beyond what the parser takes, so that a file that is
/// too long is refused and not cut.
const READ_LIMIT: u64 = 16 * SourceFile::MAX_BYTES as u64;

/// A scenario with the settings that hold for it.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// As written.
    pub(crate) scenario: Scenario,
    /// Devices and networks.
    pub(crate) settings: Settings,
}

/// Reads and parses all scenarios of the paths. With several broken files, all are told.
pub(crate) fn load(paths: &[PathBuf]) -> Result<Vec<Loaded>, Failure> {
    let mut loaded = Vec::new();
    let mut errors = Vec::new();
    for file in files(paths)? {
        match load_one(&file) {
            Ok(one) => loaded.push(one),
            Err(failure) => errors.push(failure.message().to_owned()),
        }
    }
    if errors.is_empty() {
        Ok(loaded)
    } else {
        Err(Failure::usage(errors.join("\n\n")))
    }
}

fn load_one(path: &Path) -> Result<Loaded, Failure> {
    let source = read(path)?;
    let scenario = scenario::parse(&source).map_err(|error| Failure::usage(error.to_string()))?;
    let settings = settings_beside(path)?;
    Ok(Loaded { scenario, settings })
}

/// The files that the paths name: a file itself, of a folder its `*.yaml` in the order of their
/// names, not those of subfolders.
fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let entries = fs::read_dir(path).map_err(|error| cannot_read(path, &error))?;
        let mut here: Vec<PathBuf> = entries
            .filter_map(Result::ok)
            .map(|entry| entry.path())
            .filter(|file| {
                file.extension().is_some_and(|ending| ending == "yaml") && file.is_file()
            })
            .collect();
        if here.is_empty() {
            return Err(Failure::usage(format!(
                "{}: there is no *.yaml in this folder\n  help: name a scenario file, or a folder with some; subfolders are not searched",
                path.display()
            )));
        }
        here.sort();
        files.append(&mut here);
    }
    Ok(files)
}

/// The settings for a scenario: `settings/` beside it, where there is one, else the built-in.
fn settings_beside(scenario: &Path) -> Result<Settings, Failure> {
    let folder = scenario.parent().unwrap_or(Path::new("")).join("settings");
    let given = |name: &str, built_in: fn() -> SourceFile| {
        let file = folder.join(name);
        if file.is_file() {
            read(&file)
        } else {
            Ok(built_in())
        }
    };
    let devices = given("devices.yaml", Settings::builtin_devices)?;
    let networks = given("networks.yaml", Settings::builtin_networks)?;
    Settings::parse(&devices, &networks).map_err(|error| Failure::usage(error.to_string()))
}

fn read(path: &Path) -> Result<SourceFile, Failure> {
    let mut bytes = Vec::new();
    fs::File::open(path)
        .and_then(|file| file.take(READ_LIMIT).read_to_end(&mut bytes))
        .map_err(|error| cannot_read(path, &error))?;
    SourceFile::from_bytes(path.display().to_string(), bytes)
        .map_err(|error| Failure::usage(error.to_string()))
}

fn cannot_read(path: &Path, error: &std::io::Error) -> Failure {
    Failure::usage(format!(
        "{}: {error}\n  help: name a scenario file or a folder of them",
        path.display()
    ))
}
