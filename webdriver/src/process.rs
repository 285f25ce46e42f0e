//! chromedriver under greenroom's supervisor: how it is started, and when it listens.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use greenroom_supervisor::{ProcessError, Program, Scope, Supervised};

/// chromedriver, to be named to [`greenroom_supervisor::run`]. Its arguments are the program's
/// path and then chromedriver's own.
pub const CHROMEDRIVER: Program = Program {
    name: "chromedriver",
    start,
    // Whatever it or the browser write is thrown away, and a kill is quickest.
    farewell: None,
};

/// Environment variables that would lead the browser out of its private folder, or change it.
const CLEARED: &[&str] = &[
    "XDG_CONFIG_HOME",
    "XDG_CACHE_HOME",
    "XDG_DATA_HOME",
    "XDG_RUNTIME_DIR",
    "CHROMIUM_FLAGS",
    "SSLKEYLOGFILE",
];

/// chromedriver under its supervisor.
#[derive(Debug)]
pub(crate) struct LocalDriver {
    supervised: Supervised,
    port: u16,
}

impl LocalDriver {
    /// Starts the supervisor, which starts chromedriver, and waits for its port. Blocks up to
    /// `limit`.
    pub(crate) fn start(
        command: &[OsString],
        driver: &Path,
        limit: Duration,
    ) -> Result<Self, ProcessError> {
        let driver = driver.as_os_str().to_owned();
        let supervised = Supervised::start(command, CHROMEDRIVER, &[driver], limit)?;
        let port = supervised.place().parse();
        let port = port.map_err(|_| ProcessError::Failed {
            program: CHROMEDRIVER.name,
            reason: format!("`{}` is no port", supervised.place()),
        })?;
        Ok(Self { supervised, port })
    }

    /// chromedriver's port on 127.0.0.1.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// `HOME` of the driver and the browser.
    pub(crate) fn home(&self) -> PathBuf {
        home_in(self.supervised.folder())
    }

    /// Ends everything and waits until it is gone. Blocks up to some seconds.
    pub(crate) fn close(self) -> Result<(), ProcessError> {
        self.supervised.close()
    }
}

fn home_in(folder: &Path) -> PathBuf {
    folder.join("home")
}

/// Starts chromedriver and waits for its greeting.
fn start(scope: &Scope, arguments: Vec<OsString>) -> Result<String, String> {
    let mut arguments = arguments.into_iter();
    let driver = PathBuf::from(arguments.next().ok_or("no chromedriver was named")?);
    let home = home_in(scope.folder());
    std::fs::create_dir(&home).map_err(|error| format!("no home folder: {error}"))?;
    let log = scope.folder().join("chromedriver.log");
    let stderr = std::fs::File::create(&log).map_err(|error| error.to_string())?;
    let mut command = Command::new(&driver);
    command
        // chromedriver chooses a free port itself: none can be taken between choice and use.
        .arg("--port=0")
        .args(arguments)
        .current_dir(scope.folder())
        .env("HOME", home)
        .stdout(Stdio::piped())
        .stderr(stderr);
    for name in CLEARED {
        command.env_remove(name);
    }
    let name = driver.display();
    let mut child = scope
        .spawn(&mut command)
        .map_err(|error| format!("`{name}`: {error}"))?;
    let mut lines = child
        .stdout
        .take()
        .map(BufReader::new)
        .ok_or("chromedriver's output is not to be had")?;
    if let Some(port) = port_from(&mut lines) {
        // Read on, so that chromedriver never blocks on a full pipe.
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
        return Ok(port.to_string());
    }
    let said = std::fs::read_to_string(&log).unwrap_or_default();
    let said: String = said.trim().chars().take(500).collect();
    Err(format!("`{name}` ended before it listened: {said}"))
}

/// Reads chromedriver's greeting up to the line that names the port.
fn port_from(lines: &mut impl BufRead) -> Option<u16> {
    let mut line = String::new();
    loop {
        line.clear();
        match lines.read_line(&mut line) {
            Ok(read) if read > 0 => {}
            _ => return None,
        }
        if let Some(port) = port_in(&line) {
            return Some(port);
        }
    }
}

/// The port in chromedriver's `... was started successfully on port N.`
fn port_in(line: &str) -> Option<u16> {
    let (_, rest) = line.split_once("started successfully on port ")?;
    rest.trim_end().trim_end_matches('.').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_in_the_line_of_success_only() {
        let said = "ChromeDriver was started successfully on port 40771.\n";
        assert_eq!(port_in(said), Some(40771));
        assert_eq!(
            port_in("Starting ChromeDriver 156.0.8078.79 on port 0"),
            None
        );
    }
}
