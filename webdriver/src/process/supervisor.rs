//! The process between greenroom and chromedriver that cleans up after both.
//!
//! It is started with chromedriver's path as its one argument, in a process group of its own so
//! that a terminal's Ctrl-C does not reach it. It makes the private folder, starts chromedriver
//! with that folder as `TMPDIR` and `HOME`, reports both on standard output, and then waits for
//! the end of its standard input. As a child sub-reaper (prctl(2)) it inherits whatever
//! chromedriver or the browser leave behind, Crashpad's handlers with process groups of their own
//! among them.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use super::protocol::{Report, port_in};
use super::sweep;

/// How long killed processes may take to be gone.
const END_LIMIT: Duration = Duration::from_secs(10);

/// Environment variables that would lead the browser out of its private folder, or change it.
const CLEARED: &[&str] = &[
    "XDG_CONFIG_HOME",
    "XDG_CACHE_HOME",
    "XDG_DATA_HOME",
    "XDG_RUNTIME_DIR",
    "CHROMIUM_FLAGS",
    "SSLKEYLOGFILE",
];

/// Runs as the supervisor: `arguments` are what follows the words that select this mode, that is
/// chromedriver's path and then its own arguments. Returns when greenroom has closed the pipe and
/// everything is gone.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut arguments = arguments.into_iter();
    let Some(driver) = arguments.next() else {
        report(&Report::Failed("no chromedriver was named".into()));
        return ExitCode::from(2);
    };
    if let Err(error) = rustix::process::set_child_subreaper(Some(rustix::process::getpid())) {
        report(&Report::Failed(format!("not a sub-reaper: {error}")));
        return ExitCode::FAILURE;
    }
    let folder = match private_folder() {
        Ok(folder) => folder,
        Err(error) => {
            report(&Report::Failed(format!("no temporary folder: {error}")));
            return ExitCode::FAILURE;
        }
    };
    report(&Report::Folder(folder.path().to_owned()));
    if let Err(reason) = start(Path::new(&driver), arguments, folder.path()) {
        report(&Report::Failed(reason));
    }
    wait_for_the_end_of_input();
    let ended = sweep::end_descendants(END_LIMIT);
    let removed = sweep::remove(folder.path());
    match ended.and(removed) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&Report::Failed(error.to_string()));
            ExitCode::FAILURE
        }
    }
}

fn private_folder() -> std::io::Result<tempfile::TempDir> {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::Builder::new()
        .prefix("greenroom-")
        .permissions(std::fs::Permissions::from_mode(0o700))
        .tempdir()?;
    std::fs::create_dir(folder.path().join("home"))?;
    Ok(folder)
}

/// Starts chromedriver. A thread reports its port: the caller must be free to wait for the end of
/// the input, also when chromedriver hangs before it listens.
fn start(
    driver: &Path,
    arguments: impl Iterator<Item = OsString>,
    folder: &Path,
) -> Result<(), String> {
    let log = folder.join("chromedriver.log");
    let stderr = std::fs::File::create(&log).map_err(|error| error.to_string())?;
    let mut command = Command::new(driver);
    command
        // chromedriver chooses a free port itself: none can be taken between choice and use.
        .arg("--port=0")
        .args(arguments)
        .current_dir(folder)
        .env("TMPDIR", folder)
        .env("HOME", folder.join("home"))
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(stderr);
    for name in CLEARED {
        command.env_remove(name);
    }
    let name = driver.display().to_string();
    let mut child = command
        .spawn()
        .map_err(|error| format!("`{name}`: {error}"))?;
    let output = child.stdout.take();
    std::thread::spawn(move || {
        let Some(mut lines) = output.map(BufReader::new) else {
            return;
        };
        if let Some(port) = port_from(&mut lines) {
            report(&Report::Port(port));
            // Read on, so that chromedriver never blocks on a full pipe.
            let _end = std::io::copy(&mut lines, &mut std::io::sink());
        } else {
            let said = std::fs::read_to_string(&log).unwrap_or_default();
            let said: String = said.trim().chars().take(500).collect();
            report(&Report::Failed(format!(
                "`{name}` ended before it listened: {said}"
            )));
        }
    });
    Ok(())
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

fn wait_for_the_end_of_input() {
    let mut buffer = [0; 64];
    let mut input = std::io::stdin().lock();
    loop {
        match input.read(&mut buffer) {
            Ok(0) => return,
            Err(error) if error.kind() != std::io::ErrorKind::Interrupted => return,
            _ => {}
        }
    }
}

/// Tells greenroom. Nobody may be left to listen, which is the case this process is made for.
fn report(report: &Report) {
    let mut output = std::io::stdout().lock();
    let _nobody = writeln!(output, "{}", report.line()).and_then(|()| output.flush());
}
