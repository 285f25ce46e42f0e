//! From paths on the command line to parsed scenarios.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use greenroom_core::scenario::{self, Scenario, Settings, SourceFile};

use crate::failure::Failure;

/// A scenario that is longer than this is refused by the parser; no more is read of a file.
const READ_LIMIT: u64 = 16 * 1024 * 1024;

/// A scenario with the settings that hold for it.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// Its file.
    pub(crate) source: SourceFile,
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
    if errors.is_empty() { Ok(loaded) } else { Err(Failure::usage(errors.join("\n\n"))) }
}

fn load_one(path: &Path) -> Result<Loaded, Failure> {
    let source = read(path)?;
    let scenario = scenario::parse(&source).map_err(|error| Failure::usage(error.to_string()))?;
    let settings = settings_beside(path)?;
    Ok(Loaded { source, scenario, settings })
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
            .filter(|file| file.extension().is_some_and(|ending| ending == "yaml") && file.is_file())
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
    let (devices, networks) = (folder.join("devices.yaml"), folder.join("networks.yaml"));
    let built_in = Settings::sources();
    let devices = if devices.is_file() { read(&devices)? } else { built_in.0 };
    let networks = if networks.is_file() { read(&networks)? } else { built_in.1 };
    Settings::parse(&devices, &networks).map_err(|error| Failure::usage(error.to_string()))
}

fn read(path: &Path) -> Result<SourceFile, Failure> {
    let mut bytes = Vec::new();
    fs::File::open(path)
        .and_then(|file| file.take(READ_LIMIT).read_to_end(&mut bytes))
        .map_err(|error| cannot_read(path, &error))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let whole = error.as_bytes();
        let before = &whole[..error.utf8_error().valid_up_to()];
        let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
        Failure::usage(format!(
            "{}:{line}:1: not UTF-8\n  help: save the file as UTF-8",
            path.display()
        ))
    })?;
    Ok(SourceFile { path: path.display().to_string(), text })
}

fn cannot_read(path: &Path, error: &std::io::Error) -> Failure {
    Failure::usage(format!(
        "{}: {error}\n  help: name a scenario file or a folder of them",
        path.display()
    ))
}
