//! The process between greenroom and a program that cleans up after both.
//!
//! It is started with the program's word and arguments, in a process group of its own so that a
//! terminal's Ctrl-C does not reach it. It makes the private folder, has the program started,
//! reports both on standard output, and then waits for the end of its standard input. As a child
//! sub-reaper (prctl(2)) it inherits whatever the program leaves behind, Crashpad's handlers with
//! process groups of their own among them.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::program::{Program, Scope};
use crate::protocol::Report;
use crate::sweep;

/// How long killed processes may take to be gone.
const END_LIMIT: Duration = Duration::from_secs(10);
/// Between two looks at whether a start that was cut short is over.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// Runs as the supervisor of one of these programs: `arguments` are what follows the word that
/// selects this mode, that is the program's word and then its own arguments. Returns when
/// greenroom has closed the pipe and everything is gone.
pub fn run(programs: &[Program], arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut arguments = arguments.into_iter();
    let word = arguments.next().unwrap_or_default();
    let Some(program) = programs.iter().find(|program| word == program.name) else {
        let word = word.to_string_lossy();
        report(&Report::Failed(format!("`{word}` cannot be supervised")));
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
    let scope = Arc::new(Scope::new(folder.path().to_owned()));
    let (start, own, rest) = (program.start, Arc::clone(&scope), arguments.collect());
    // The caller must be free to wait for the end of the input, also when the program hangs.
    let starting = std::thread::spawn(move || {
        report(&match start(&own, rest) {
            Ok(ready) => Report::Ready(ready),
            Err(reason) => Report::Failed(reason),
        });
    });
    wait_for_the_end_of_input();
    scope.close();
    let ended = sweep::end_descendants(program.farewell, END_LIMIT);
    // Nothing is written to the folder any more while it is removed.
    let deadline = Instant::now() + END_LIMIT;
    while !starting.is_finished() && Instant::now() < deadline {
        std::thread::sleep(LOOK_AGAIN);
    }
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
    tempfile::Builder::new()
        .prefix("greenroom-")
        .permissions(std::fs::Permissions::from_mode(0o700))
        .tempdir()
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
