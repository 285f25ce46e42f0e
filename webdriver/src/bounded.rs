//! A short program run to its end, within a deadline and with bounded output.

use std::io::{Error, ErrorKind, Read, Result};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// Nothing run here prints more than a few lines.
const OUTPUT_LIMIT: u64 = 4096;

/// What a program did.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Whether it ended with status 0.
    pub(crate) success: bool,
    /// Its standard output, cut at 4096 bytes.
    pub(crate) stdout: String,
    /// Its standard error, cut at 4096 bytes.
    pub(crate) stderr: String,
}

/// Runs a program without input. One that outlives the limit is killed, which is an error of kind
/// `TimedOut`.
pub(crate) fn run(command: &mut Command, limit: Duration) -> Result<Ended> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let (sender, receiver) = mpsc::channel();
    let stdout = child.stdout.take();
    let stderr = child.stderr.take();
    let errors = std::thread::spawn(move || text(stderr));
    std::thread::spawn(move || {
        let _late = sender.send(text(stdout));
    });
    let Ok(stdout) = receiver.recv_timeout(limit) else {
        child.kill()?;
        child.wait()?;
        return Err(Error::new(
            ErrorKind::TimedOut,
            format!("no end within {} s", limit.as_secs()),
        ));
    };
    // Its output has ended, and the program with it or in a moment.
    let status = child.wait()?;
    Ok(Ended {
        success: status.success(),
        stdout,
        stderr: errors.join().unwrap_or_default(),
    })
}

/// Reads to the end, so that the writer never blocks, and keeps the beginning.
fn text(source: Option<impl Read>) -> String {
    let mut text = Vec::new();
    if let Some(mut source) = source {
        let _cut = source.by_ref().take(OUTPUT_LIMIT).read_to_end(&mut text);
        let _rest = std::io::copy(&mut source, &mut std::io::sink());
    }
    String::from_utf8_lossy(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_and_status_come_back() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo out; echo err >&2; exit 3"]);
        let ended = run(&mut command, Duration::from_secs(20)).unwrap();
        assert!(!ended.success);
        assert_eq!(
            (ended.stdout.as_str(), ended.stderr.as_str()),
            ("out\n", "err\n")
        );
    }

    #[test]
    fn a_program_without_end_is_ended() {
        let error = run(Command::new("sleep").arg("600"), Duration::from_millis(20)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
    }
}
