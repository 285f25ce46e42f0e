//! A short program run to its end, within a deadline and with bounded output.

use std::io::{Error, ErrorKind, Read, Result};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// Nothing run here prints more than a few lines.
const OUTPUT_LIMIT: u64 = 4096;
/// Between two looks at whether a program whose output has ended is gone too.
const LOOK_AGAIN: Duration = Duration::from_millis(2);

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

/// Runs a program without input. One that outlives the limit, itself or in a child that holds its
/// output open, is killed, which is an error of kind `TimedOut`.
pub(crate) fn run(command: &mut Command, limit: Duration) -> Result<Ended> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let deadline = Instant::now() + limit;
    let (stdout, stderr) = (text_of(child.stdout.take()), text_of(child.stderr.take()));
    if let Some(ended) = end(&mut child, &stdout, &stderr, deadline)? {
        return Ok(ended);
    }
    child.kill()?;
    child.wait()?;
    Err(Error::new(
        ErrorKind::TimedOut,
        format!("no end within {} s", limit.as_secs()),
    ))
}

/// Waits until output, errors and program have ended; `None` at the deadline.
fn end(
    child: &mut Child,
    stdout: &Receiver<String>,
    stderr: &Receiver<String>,
    deadline: Instant,
) -> Result<Option<Ended>> {
    let left = || deadline.saturating_duration_since(Instant::now());
    let (Ok(stdout), Ok(stderr)) = (stdout.recv_timeout(left()), stderr.recv_timeout(left()))
    else {
        return Ok(None);
    };
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(Ended {
                success: status.success(),
                stdout,
                stderr,
            }));
        }
        if left().is_zero() {
            return Ok(None);
        }
        std::thread::sleep(LOOK_AGAIN);
    }
}

/// Reads on a thread of its own, which ends with the writer.
fn text_of(source: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let _late = sender.send(text(source));
    });
    receiver
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

    #[test]
    fn neither_closed_output_nor_a_child_that_holds_it_open_is_waited_for_without_end() {
        for script in [
            "exec >&- 2>&-; exec sleep 600",
            "sleep 5 >/dev/null & exec >&-",
        ] {
            let mut command = Command::new("sh");
            command.args(["-c", script]);
            let error = run(&mut command, Duration::from_millis(50)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::TimedOut, "{script}");
        }
    }
}
