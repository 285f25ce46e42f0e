//! A run of the program that is ended from outside, and what it may leave behind: nothing.

#![expect(
    unreachable_pub,
    reason = "a module that more than one test program has a copy of"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use rustix::process::Pid;

use crate::support::{Bench, SETTINGS, eventually, processes_of};

/// A run that goes on until it is ended from outside. Its temporary folder is its own, so that
/// what it leaves can be told from everything else on the machine.
pub struct LongRun {
    pub bench: Bench,
    pub child: Child,
    /// Its processes, as they were seen last. Some of PostgreSQL's cannot be told by their
    /// environment: they write a title over it.
    seen: BTreeSet<u32>,
}

impl LongRun {
    pub fn start(scenario: &str) -> Self {
        let bench = Bench::new(scenario);
        let tmp = bench.dir.path().join("tmp");
        fs::create_dir(&tmp).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_greenroom"));
        for name in SETTINGS {
            command.env_remove(name);
        }
        let child = command
            .arg("run")
            .arg(&bench.scenario)
            .arg("--out")
            .arg(bench.out())
            .args(["--seed", "7"])
            .env("TMPDIR", &tmp)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self {
            bench,
            child,
            seen: BTreeSet::new(),
        }
    }

    pub fn tmp(&self) -> PathBuf {
        self.bench.dir.path().join("tmp")
    }

    pub fn run_folder(&self) -> PathBuf {
        eventually("the run's folder", || {
            fs::read_dir(self.bench.out())
                .ok()?
                .filter_map(Result::ok)
                .map(|entry| entry.path())
                .find(|path| path.join("journal.jsonl").is_file())
        })
    }

    pub fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// The command lines of everything that runs below it now.
    pub fn look(&mut self) -> Vec<String> {
        let mut found: BTreeSet<u32> = processes_of(&self.tmp()).into_iter().collect();
        found.insert(self.child.id());
        let parents = parents();
        loop {
            let before = found.len();
            let below = parents.iter().filter(|(_, parent)| found.contains(parent));
            let below: Vec<u32> = below.map(|(pid, _)| *pid).collect();
            found.extend(below);
            if found.len() == before {
                break;
            }
        }
        let line = |pid: &u32| fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let lines = found
            .iter()
            .map(|pid| String::from_utf8_lossy(&line(pid)).replace('\0', " "))
            .collect();
        self.seen.extend(found);
        lines
    }

    /// Nothing of the run may be left: no process, no folder.
    pub fn is_gone(&self) {
        let tmp = self.tmp();
        eventually("processes to be gone", || {
            let of_the_folder = processes_of(&tmp);
            let seen = self.seen.iter().find(|pid| parent_of(**pid).is_some());
            (of_the_folder.is_empty() && seen.is_none()).then_some(())
        });
        eventually("folders to be gone", || {
            fs::read_dir(&tmp).unwrap().next().is_none().then_some(())
        });
    }
}

/// The parent of a process (proc(5): what follows the last `)` of `stat` is state and parent);
/// `None` where it is gone, or dead and only not yet asked after.
fn parent_of(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace();
    (fields.next()? != "Z").then_some(())?;
    fields.next()?.parse().ok()
}

/// Every process with its parent.
fn parents() -> Vec<(u32, u32)> {
    let entries = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(|pid| Some((pid, parent_of(pid)?)))
        .collect()
}
