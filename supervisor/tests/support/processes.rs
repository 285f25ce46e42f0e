//! Processes as `/proc` shows them, read apart from the crate's own reader.

use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

#[derive(Clone, Debug)]
pub struct Process {
    pub pid: i32,
    pub parent: i32,
    pub command: String,
    environ: Vec<u8>,
}

pub fn all() -> Vec<Process> {
    let entries = std::fs::read_dir("/proc").unwrap();
    entries
        .flatten()
        .filter_map(|entry| {
            let pid: i32 = entry.file_name().to_str()?.parse().ok()?;
            let status = std::fs::read_to_string(entry.path().join("status")).ok()?;
            let field = |name: &str| {
                status
                    .lines()
                    .find_map(|line| line.strip_prefix(name))
                    .map(|value| value.trim().to_owned())
            };
            // A zombie is gone but for its parent's taking note.
            if field("State:")?.starts_with('Z') {
                return None;
            }
            let read = |name| std::fs::read(entry.path().join(name)).unwrap_or_default();
            Some(Process {
                pid,
                parent: field("PPid:")?.parse().ok()?,
                command: String::from_utf8_lossy(&read("cmdline")).replace('\0', " "),
                environ: read("environ"),
            })
        })
        .collect()
}

/// The processes that mention a folder in their environment or on their command line.
pub fn tied_to(folder: &Path) -> Vec<Process> {
    let needle = folder.to_str().unwrap();
    let mut processes = all();
    processes.retain(|process| {
        process.pid != i32::try_from(std::process::id()).unwrap()
            && (process.command.contains(needle)
                || String::from_utf8_lossy(&process.environ).contains(needle))
    });
    processes
}

/// The processes below one, by parenthood.
pub fn below(root: u32) -> Vec<Process> {
    let all = all();
    let mut found: Vec<Process> = Vec::new();
    let mut parents = vec![i32::try_from(root).unwrap()];
    while let Some(parent) = parents.pop() {
        for process in all.iter().filter(|process| process.parent == parent) {
            parents.push(process.pid);
            found.push(process.clone());
        }
    }
    found
}

/// The one process below another that is wanted.
pub fn find(root: u32, wanted: impl Fn(&Process) -> bool) -> Process {
    let below = below(root);
    below
        .iter()
        .find(|process| wanted(process))
        .unwrap_or_else(|| panic!("no such process in {below:#?}"))
        .clone()
}

pub fn signal(pid: i32, signal: Signal) {
    kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
}

/// Waits until nothing is left of a folder: no process that mentions it, nothing in it.
pub fn assert_all_gone(folder: &Path) {
    let deadline = Instant::now() + Duration::from_mins(1);
    loop {
        let left = tied_to(folder);
        let files: Vec<_> = std::fs::read_dir(folder).unwrap().flatten().collect();
        if left.is_empty() && files.is_empty() {
            return;
        }
        assert!(
            Instant::now() < deadline,
            "still there: {files:?} {:#?}",
            left.iter().map(|p| (p.pid, &p.command)).collect::<Vec<_>>()
        );
        std::thread::yield_now();
    }
}

/// Waits until a process has ended, whether or not its parent has taken note.
pub fn wait_until_gone(pid: i32) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while all().iter().any(|process| process.pid == pid) {
        assert!(Instant::now() < deadline, "{pid} is still there");
        std::thread::yield_now();
    }
}
