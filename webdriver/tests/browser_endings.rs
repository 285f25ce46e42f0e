//! Every way in which greenroom, chromedriver or the browser can end leaves nothing behind.
//!
//! Each test starts this very test program again as "the harness", with a `TMPDIR` of its own, so
//! that what stays behind can be told from everything else on the machine.

#![expect(clippy::unwrap_used, reason = "a test stops at what it cannot do")]

mod support;

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use greenroom_webdriver::Document;
use rustix::process::{Pid, Signal, kill_process_group};
use support::processes;

/// Which ending the harness is to make; unset in an ordinary run of this file.
const ENDING: &str = "GREENROOM_TEST_ENDING";

/// The harness: started as a test of this file by the others. By itself it does nothing.
#[test]
fn harness() {
    let Ok(ending) = std::env::var(ENDING) else {
        return;
    };
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let mut driver = support::driver().await;
        println!("started");
        std::io::stdin()
            .lock()
            .read_line(&mut String::new())
            .unwrap();
        match ending.as_str() {
            "close" => driver.close().await.unwrap(),
            "drop" => drop(driver),
            "panic" => panic!("on purpose"),
            "exit" => std::process::exit(7),
            "load" => {
                let html = support::inline_page("");
                let load = driver
                    .load(&support::visit(Document::Data { html }, None))
                    .await;
                let error = load.unwrap_err();
                assert!(error.session_lost(), "{error:?}");
                println!("lost");
                driver.close().await.unwrap();
            }
            other => panic!("no ending `{other}`"),
        }
    });
}

struct Harness {
    child: Child,
    lines: Receiver<String>,
    folder: tempfile::TempDir,
}

impl Harness {
    fn start(ending: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "harness", "--nocapture"])
            .env(ENDING, ending)
            .env("TMPDIR", folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let _gone = sender.send(line);
            }
        });
        let harness = Self {
            child,
            lines,
            folder,
        };
        harness.wait_for("started");
        // The check at the end can fail: there is something to find.
        assert!(processes::tied_to(harness.folder()).len() > 3);
        assert_eq!(std::fs::read_dir(harness.folder()).unwrap().count(), 1);
        harness
    }

    fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn wait_for(&self, wanted: &str) {
        loop {
            let line = self.lines.recv_timeout(Duration::from_mins(1));
            if line.expect("the harness ended").ends_with(wanted) {
                return;
            }
        }
    }

    fn go(&mut self) {
        self.child
            .stdin
            .as_mut()
            .unwrap()
            .write_all(b"go\n")
            .unwrap();
    }

    fn end(mut self) -> ExitStatus {
        let status = self.child.wait().unwrap();
        processes::assert_all_gone(self.folder());
        status
    }
}

fn ended_by_itself(ending: &str) -> ExitStatus {
    let mut harness = Harness::start(ending);
    harness.go();
    harness.end()
}

fn ended_by(signal: Signal) {
    let harness = Harness::start("never");
    processes::signal(i32::try_from(harness.child.id()).unwrap(), signal);
    assert!(!harness.end().success());
}

#[test]
fn closed() {
    assert!(ended_by_itself("close").success());
}

#[test]
fn dropped() {
    assert!(ended_by_itself("drop").success());
}

#[test]
fn panicked() {
    assert_eq!(ended_by_itself("panic").code(), Some(101));
}

#[test]
fn exited_without_unwinding() {
    assert_eq!(ended_by_itself("exit").code(), Some(7));
}

#[test]
fn interrupted() {
    // As a terminal does it on Ctrl-C: to the whole foreground process group.
    let harness = Harness::start("never");
    let group = Pid::from_child(&harness.child);
    kill_process_group(group, Signal::INT).unwrap();
    assert!(!harness.end().success());
}

#[test]
fn terminated() {
    ended_by(Signal::TERM);
}

#[test]
fn killed() {
    ended_by(Signal::KILL);
}

#[test]
fn chromedriver_killed() {
    let mut harness = Harness::start("load");
    processes::signal(
        processes::chromedriver(harness.child.id()).pid,
        Signal::KILL,
    );
    harness.go();
    harness.wait_for("lost");
    assert!(harness.end().success());
}

#[test]
fn browser_killed() {
    let mut harness = Harness::start("load");
    processes::signal(processes::browser(harness.child.id()).pid, Signal::KILL);
    harness.go();
    harness.wait_for("lost");
    assert!(harness.end().success());
}

#[test]
fn supervisor_and_chromedriver_killed() {
    let mut harness = Harness::start("close");
    // With chromedriver gone too, no polite request ends the browser: only the sweep does.
    let chromedriver = processes::chromedriver(harness.child.id()).pid;
    let supervisor = processes::supervisor(harness.child.id()).pid;
    processes::signal(supervisor, Signal::KILL);
    processes::signal(chromedriver, Signal::KILL);
    harness.go();
    assert!(harness.end().success());
}
