//! What `/proc` says of processes: whose child, whose environment.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rustix::process::Pid;

/// The parent in `/proc/PID/stat` (proc(5)): the second field after the last `)`, because the
/// command name before it may hold anything.
fn parent_in(stat: &str) -> Option<i32> {
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(1)?.parse().ok()
}

/// Whether a NUL-separated environment sets `TMPDIR` to this folder.
fn has_tmpdir(environ: &[u8], folder: &Path) -> bool {
    let wanted = [b"TMPDIR=", folder.as_os_str().as_encoded_bytes()].concat();
    environ
        .split(|byte| *byte == 0)
        .any(|entry| entry == wanted)
}

/// Whether a NUL-separated command line names a path below this folder. Chromium's children
/// overwrite their environment with a longer title, but keep `--user-data-dir` or the like.
fn names_folder(cmdline: &[u8], folder: &Path) -> bool {
    let below = [folder.as_os_str().as_encoded_bytes(), b"/"].concat();
    cmdline.windows(below.len()).any(|window| window == below)
}

/// Every process with its parent.
fn parents() -> BTreeMap<i32, i32> {
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return BTreeMap::new();
    };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok())
        .filter_map(|pid| {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
            Some((pid, parent_in(&stat)?))
        })
        .collect()
}

/// The processes below these roots, by parenthood, the roots left out.
fn below(parents: &BTreeMap<i32, i32>, roots: &BTreeSet<i32>) -> BTreeSet<i32> {
    let mut found: BTreeSet<i32> = BTreeSet::new();
    loop {
        let more: Vec<i32> = parents
            .iter()
            .filter(|(pid, parent)| {
                !found.contains(pid)
                    && !roots.contains(pid)
                    && (roots.contains(parent) || found.contains(parent))
            })
            .map(|(pid, _)| *pid)
            .collect();
        if more.is_empty() {
            return found;
        }
        found.extend(more);
    }
}

/// The processes that carry this folder as their `TMPDIR` or on their command line, and all
/// below them. The calling process is never among them.
pub(crate) fn tied_to(folder: &Path) -> Vec<Pid> {
    let own = rustix::process::getpid().as_raw_nonzero().get();
    let parents = parents();
    let roots: BTreeSet<i32> = parents
        .keys()
        .copied()
        .filter(|pid| {
            let read =
                |name: &str| std::fs::read(format!("/proc/{pid}/{name}")).unwrap_or_default();
            *pid != own
                && (has_tmpdir(&read("environ"), folder) || names_folder(&read("cmdline"), folder))
        })
        .collect();
    let descendants = below(&parents, &roots);
    pids(roots.into_iter().chain(descendants), own)
}

/// The processes below the calling one.
pub(crate) fn descendants() -> Vec<Pid> {
    let own = rustix::process::getpid().as_raw_nonzero().get();
    pids(below(&parents(), &BTreeSet::from([own])), own)
}

fn pids(raw: impl IntoIterator<Item = i32>, own: i32) -> Vec<Pid> {
    raw.into_iter()
        .filter(|pid| *pid != own)
        .filter_map(Pid::from_raw)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_name_with_parentheses_does_not_mislead() {
        assert_eq!(parent_in("42 (a) 7 (b c) S 17 42 42 0 -1"), Some(17));
        assert_eq!(parent_in("42 (a"), None);
    }

    #[test]
    fn only_the_whole_tmpdir_counts() {
        let folder = Path::new("/tmp/greenroom-a");
        assert!(has_tmpdir(b"HOME=/x\0TMPDIR=/tmp/greenroom-a\0", folder));
        assert!(!has_tmpdir(b"TMPDIR=/tmp/greenroom-ab\0", folder));
        assert!(!has_tmpdir(b"MY_TMPDIR=/tmp/greenroom-a\0", folder));
        assert!(names_folder(b"chrome\0--x=/tmp/greenroom-a/y\0", folder));
        assert!(!names_folder(b"chrome\0--x=/tmp/greenroom-ab/y\0", folder));
    }

    #[test]
    fn descendants_are_found_through_generations() {
        let parents = BTreeMap::from([(2, 1), (3, 2), (4, 3), (5, 1), (6, 5)]);
        assert_eq!(
            below(&parents, &BTreeSet::from([2])),
            BTreeSet::from([3, 4])
        );
        assert_eq!(
            below(&parents, &BTreeSet::from([1])),
            BTreeSet::from([2, 3, 4, 5, 6])
        );
    }

    #[test]
    fn a_child_of_ours_is_seen_by_both_searches() {
        let folder = tempfile::tempdir().unwrap();
        let mut child = std::process::Command::new("sleep")
            .arg("60")
            .env("TMPDIR", folder.path())
            .spawn()
            .unwrap();
        let pid = Pid::from_child(&child);
        assert!(descendants().contains(&pid));
        // Between fork and exec a child still shows its parent's environment.
        let limit = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while !tied_to(folder.path()).contains(&pid) {
            assert!(std::time::Instant::now() < limit, "never seen");
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!tied_to(folder.path()).contains(&pid));
    }
}
