//! Finds the browser and its chromedriver, and refuses a pair that does not belong together.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::bounded;

/// What to run on Debian when something is missing.
const APT: &str = "apt-get install chromium chromium-driver";
/// Debian's headless shell is a package of its own.
const APT_SHELL: &str = "apt-get install chromium-headless-shell chromium-driver";

/// `--version` of a healthy binary takes well under a second; a program that is not a browser may
/// never end.
const VERSION_LIMIT: Duration = Duration::from_secs(10);

/// Which browser to drive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BrowserChoice {
    /// The full browser, as users have it. The environment variable `CHROMIUM` overrides where
    /// it is.
    Chromium,
    /// `chromium-headless-shell`: starts faster, but is not the browser that users have.
    HeadlessShell,
    /// The binary at this path.
    Path(PathBuf),
}

/// What kind of browser a binary is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrowserKind {
    /// The full browser.
    Chromium,
    /// The old headless mode as a program of its own.
    HeadlessShell,
}

impl BrowserKind {
    /// The name under which results are labelled.
    pub fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::HeadlessShell => "chromium-headless-shell",
        }
    }
}

/// A program and the version that it reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Where it is.
    pub path: PathBuf,
    /// Dotted version, e.g. `156.0.8078.79`.
    pub version: String,
}

impl Program {
    /// The major version, by which browser and driver must match.
    pub fn major(&self) -> &str {
        self.version.split('.').next().unwrap_or_default()
    }
}

/// A browser with the driver that matches it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// What kind of browser it is.
    pub kind: BrowserKind,
    /// The browser.
    pub browser: Program,
    /// Its chromedriver.
    pub driver: Program,
}

/// Why no usable pair of browser and driver was found.
#[derive(Debug, thiserror::Error)]
pub enum LocateError {
    /// No browser binary.
    #[error(
        "no browser found, looked for {looked_for}; run `{install}`, or name one by `CHROMIUM=/path/to/it` or `--browser PATH`"
    )]
    BrowserMissing {
        /// The places and names that were tried.
        looked_for: String,
        /// What to run.
        install: &'static str,
    },
    /// No chromedriver.
    #[error(
        "no chromedriver found, looked for {looked_for}; run `{APT}`, or name one by `CHROMEDRIVER=/path/to/it`"
    )]
    DriverMissing {
        /// The places and names that were tried.
        looked_for: String,
    },
    /// A named file is not there or not executable.
    #[error("`{}` is not an executable file", path.display())]
    NotExecutable {
        /// The path as it was given.
        path: PathBuf,
    },
    /// The program gave no version.
    #[error("`{} --version` gave no version: {reason}", path.display())]
    Version {
        /// The program.
        path: PathBuf,
        /// What it did instead.
        reason: String,
    },
    /// Browser and driver are of different major versions, which chromedriver refuses.
    #[error(
        "browser and chromedriver do not match: `{}` is {} and `{}` is {}; run `{APT}` so that both come from one release",
        browser.path.display(), browser.version, driver.path.display(), driver.version
    )]
    Mismatch {
        /// The browser.
        browser: Program,
        /// The driver.
        driver: Program,
    },
}

/// Finds browser and driver and checks that their major versions are the same.
///
/// # Errors
/// When one is missing, gives no version within ten seconds, or does not match the other.
pub fn locate(choice: &BrowserChoice) -> Result<Located, LocateError> {
    let (kind, browser) = find_browser(choice)?;
    let driver = find_driver()?;
    matching(kind, browser, driver)
}

fn matching(kind: BrowserKind, browser: Program, driver: Program) -> Result<Located, LocateError> {
    if browser.major() == driver.major() {
        Ok(Located {
            kind,
            browser,
            driver,
        })
    } else {
        Err(LocateError::Mismatch { browser, driver })
    }
}

/// Finds the browser.
///
/// # Errors
/// When it is missing or gives no version.
pub fn find_browser(choice: &BrowserChoice) -> Result<(BrowserKind, Program), LocateError> {
    let (kind, path) = match choice {
        BrowserChoice::Path(path) => (kind_of(path), executable(path)?),
        BrowserChoice::Chromium => {
            let path = match std::env::var_os("CHROMIUM") {
                Some(path) => executable(Path::new(&path))?,
                // Debian's `/usr/bin/chromium` is a shell script that adds switches from
                // `/etc/chromium.d` and the user's environment; the binary behind it starts the
                // same everywhere.
                None => search(
                    &["/usr/lib/chromium/chromium"],
                    &["chromium", "chromium-browser", "google-chrome"],
                )
                .map_err(|looked_for| LocateError::BrowserMissing {
                    looked_for,
                    install: APT,
                })?,
            };
            (BrowserKind::Chromium, path)
        }
        BrowserChoice::HeadlessShell => {
            let path = search(
                &["/usr/lib/chromium/chromium-headless-shell"],
                &["chromium-headless-shell", "chrome-headless-shell"],
            )
            .map_err(|looked_for| LocateError::BrowserMissing {
                looked_for,
                install: APT_SHELL,
            })?;
            (BrowserKind::HeadlessShell, path)
        }
    };
    Ok((kind, program(path)?))
}

/// Finds chromedriver: `CHROMEDRIVER`, or `chromedriver` on the `PATH`.
///
/// # Errors
/// When it is missing or gives no version.
pub fn find_driver() -> Result<Program, LocateError> {
    let path = match std::env::var_os("CHROMEDRIVER") {
        Some(path) => executable(Path::new(&path))?,
        None => search(&[], &["chromedriver"])
            .map_err(|looked_for| LocateError::DriverMissing { looked_for })?,
    };
    program(path)
}

fn kind_of(path: &Path) -> BrowserKind {
    let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
    if name.contains("headless-shell") || name.contains("headless_shell") {
        BrowserKind::HeadlessShell
    } else {
        BrowserKind::Chromium
    }
}

fn executable(path: &Path) -> Result<PathBuf, LocateError> {
    if is_executable(path) {
        Ok(path.to_owned())
    } else {
        Err(LocateError::NotExecutable {
            path: path.to_owned(),
        })
    }
}

fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path)
        .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

/// The first of the fixed places, then of the names on the `PATH`; else what was looked for.
fn search(places: &[&str], names: &[&str]) -> Result<PathBuf, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    places
        .iter()
        .map(PathBuf::from)
        .chain(
            names
                .iter()
                .flat_map(|name| folders.iter().map(move |folder| folder.join(name))),
        )
        .find(|candidate| is_executable(candidate))
        .ok_or_else(|| {
            let mut tried: Vec<String> = places.iter().map(|place| format!("`{place}`")).collect();
            tried.extend(names.iter().map(|name| format!("`{name}` on the PATH")));
            tried.join(", ")
        })
}

fn program(path: PathBuf) -> Result<Program, LocateError> {
    let failed = |reason: String| LocateError::Version {
        path: path.clone(),
        reason,
    };
    let text = bounded::run(Command::new(&path).arg("--version"), VERSION_LIMIT)
        .map_err(|error| failed(error.to_string()))?
        .stdout;
    // Chromium, Google Chrome and ChromeDriver all say so; many a program has a version.
    match version_in(&text).filter(|_| text.contains("Chrom")) {
        Some(version) => Ok(Program { path, version }),
        None => Err(failed(format!(
            "it printed `{}`",
            text.trim().chars().take(100).collect::<String>()
        ))),
    }
}

/// The first word that is digits in at least two dotted parts.
fn version_in(text: &str) -> Option<String> {
    text.split_whitespace()
        .find(|word| {
            word.contains('.')
                && word
                    .split('.')
                    .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
        })
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_versions_as_the_programs_print_them() {
        let chromium = "Chromium 156.0.8078.79 built on Debian GNU/Linux 12 (bookworm)\n";
        assert_eq!(version_in(chromium).as_deref(), Some("156.0.8078.79"));
        let driver = "ChromeDriver 156.0.8078.79 (a21ce95c-refs/branch-heads/8078@{#1704})\n";
        assert_eq!(version_in(driver).as_deref(), Some("156.0.8078.79"));
        assert_eq!(version_in("no version here. none"), None);
    }

    #[test]
    fn a_mismatch_names_both() {
        let of = |path: &str, version: &str| Program {
            path: path.into(),
            version: version.into(),
        };
        let error = matching(
            BrowserKind::Chromium,
            of("/b", "156.0.1"),
            of("/d", "155.0.1"),
        )
        .unwrap_err();
        let text = error.to_string();
        assert!(text.contains("`/b` is 156.0.1"), "{text}");
        assert!(text.contains("`/d` is 155.0.1"), "{text}");
        assert!(text.contains("apt-get install"), "{text}");
        assert!(
            matching(
                BrowserKind::Chromium,
                of("/b", "156.0.1"),
                of("/d", "156.9.9")
            )
            .is_ok()
        );
    }

    #[test]
    fn a_path_that_is_no_program_is_refused() {
        let choice = BrowserChoice::Path("/nonexistent/chromium".into());
        let error = find_browser(&choice).unwrap_err();
        assert!(matches!(error, LocateError::NotExecutable { .. }));
        // A program, but not a browser.
        let choice = BrowserChoice::Path("/bin/true".into());
        let error = find_browser(&choice).unwrap_err();
        assert!(matches!(error, LocateError::Version { .. }), "{error}");
    }

    #[test]
    fn what_was_looked_for_is_said() {
        let tried = search(&["/nonexistent/x"], &["surely-no-such-program"]).unwrap_err();
        assert_eq!(
            tried,
            "`/nonexistent/x`, `surely-no-such-program` on the PATH"
        );
    }
}
