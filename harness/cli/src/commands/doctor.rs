//! `greenroom doctor`: what is found, which version, what is missing and how to get it.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use greenroom_webdriver::BrowserChoice;
use greenroom_webdriver::locate::{self, LocateError};

use crate::failure::chain;
use crate::{home, terminal};

/// One line of the screen.
struct Finding {
    what: &'static str,
    state: State,
    detail: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// There, and of use.
    Found,
    /// Not there; only some things need it.
    Optional,
    /// Not there, and nothing runs without it.
    Missing,
}

/// Prints the findings; exit code 3 when something that every run needs is missing.
pub(crate) fn run() -> u8 {
    let findings = [
        browser(),
        driver(),
        versions_match(),
        headless_shell(),
        bundle(),
        postgres(),
        certutil(),
        node(),
        temp_folder(),
    ];
    let mut text = format!(
        "greenroom {} on {}\n\n",
        env!("CARGO_PKG_VERSION"),
        crate::run::host::info().os
    );
    for finding in &findings {
        let mark = match finding.state {
            State::Found => "ok      ",
            State::Optional => "optional",
            State::Missing => "MISSING ",
        };
        let mut lines = finding.detail.lines();
        let first = lines.next().unwrap_or_default();
        let _ = writeln!(text, "  {mark}  {:<22} {first}", finding.what);
        for line in lines {
            let _ = writeln!(text, "  {:32}  {}", "", line.trim_start());
        }
    }
    let missing = findings
        .iter()
        .filter(|finding| finding.state == State::Missing)
        .count();
    if missing == 0 {
        text.push_str(
            "\nEverything that a run needs is here. Try: greenroom run scenarios/smoke.yaml\n",
        );
    } else {
        let _ = writeln!(
            text,
            "\n{missing} missing. On Debian and Ubuntu, `make setup` as root installs and builds it all.\n\
             On another system: install Chromium and the ChromeDriver of the same major version with\n\
             its package manager, name them with CHROMIUM and CHROMEDRIVER if they are not on the\n\
             PATH, then `make sdk` (Node 20) builds the bundle."
        );
    }
    terminal::print(&text);
    if missing == 0 { 0 } else { 3 }
}

fn browser() -> Finding {
    located(
        "Chromium",
        locate::find_browser(&BrowserChoice::Chromium).map(|(_, program)| program),
        State::Missing,
    )
}

fn driver() -> Finding {
    located("ChromeDriver", locate::find_driver(), State::Missing)
}

fn headless_shell() -> Finding {
    located(
        "headless shell",
        locate::find_browser(&BrowserChoice::HeadlessShell).map(|(_, program)| program),
        State::Optional,
    )
}

fn located(
    what: &'static str,
    found: Result<locate::Program, LocateError>,
    otherwise: State,
) -> Finding {
    match found {
        Ok(program) => Finding {
            what,
            state: State::Found,
            detail: format!("{}, {}", program.version, program.path.display()),
        },
        Err(error) => Finding {
            what,
            state: otherwise,
            detail: chain(&error),
        },
    }
}

fn versions_match() -> Finding {
    let what = "browser and driver";
    match locate::locate(&BrowserChoice::Chromium) {
        Ok(found) => Finding {
            what,
            state: State::Found,
            detail: format!("both of major version {}", found.browser.major()),
        },
        Err(error @ LocateError::Mismatch { .. }) => Finding {
            what,
            state: State::Missing,
            detail: chain(&error),
        },
        Err(_) => Finding {
            what,
            state: State::Missing,
            detail: "cannot be compared while one is missing".to_owned(),
        },
    }
}

fn bundle() -> Finding {
    let what = "SDK bundle";
    match home::sdk_bundle(None) {
        Ok(bundle) => {
            let manifest = bundle.manifest();
            Finding {
                what,
                state: State::Found,
                detail: format!(
                    "{} {}, {} bytes, sha256 {}…",
                    manifest.package,
                    manifest.version,
                    manifest.bytes,
                    &manifest.sha256[..12.min(manifest.sha256.len())]
                ),
            }
        }
        Err(failure) => Finding {
            what,
            state: State::Missing,
            detail: failure.message().to_owned(),
        },
    }
}

fn postgres() -> Finding {
    let what = "PostgreSQL";
    match greenroom_fixtures::find_postgres() {
        Ok(bin) => Finding {
            what,
            state: State::Found,
            detail: bin.display().to_string(),
        },
        Err(error) => Finding {
            what,
            state: State::Optional,
            detail: format!("only calls need it; {error}"),
        },
    }
}

fn certutil() -> Finding {
    let there = on_path("certutil");
    Finding {
        what: "certutil",
        state: if there { State::Found } else { State::Optional },
        detail: if there {
            "for --ca".to_owned()
        } else {
            "only --ca needs it: apt-get install libnss3-tools".to_owned()
        },
    }
}

fn node() -> Finding {
    let version = Command::new("node")
        .arg("--version")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()
        .filter(|output| output.status.success())
        .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    match version {
        Some(version) => Finding {
            what: "Node",
            state: State::Found,
            detail: format!("{version}, builds the SDK bundle"),
        },
        None => Finding {
            what: "Node",
            state: State::Optional,
            detail: "only `make sdk` needs it: install Node 20 or later".to_owned(),
        },
    }
}

fn temp_folder() -> Finding {
    let what = "temporary folder";
    match tempfile::tempdir() {
        Ok(dir) => Finding {
            what,
            state: State::Found,
            detail: format!(
                "{} can be written",
                dir.path().parent().unwrap_or(Path::new("/")).display()
            ),
        },
        Err(error) => Finding {
            what,
            state: State::Missing,
            detail: format!(
                "{}: {error}\nset TMPDIR to a folder that can be written",
                std::env::temp_dir().display()
            ),
        },
    }
}

fn on_path(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|paths| std::env::split_paths(&paths).any(|dir| dir.join(program).is_file()))
}
