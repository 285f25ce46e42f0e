//! The folder of one run, and `latest` beside it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::failure::Failure;

/// A run's folder: `OUT/RUN-ID/`.
#[derive(Clone, Debug)]
pub(crate) struct RunFolder {
    path: PathBuf,
}

impl RunFolder {
    /// Makes a new folder for a run that begins now.
    ///
    /// The name sorts by time; the process id keeps two runs of one second apart.
    pub(crate) fn create(out: &Path, now: Timestamp) -> Result<Self, Failure> {
        let id = format!(
            "{}-{:x}",
            now.strftime("%Y%m%dT%H%M%SZ"),
            std::process::id()
        );
        let path = out.join(id);
        fs::create_dir_all(&path).map_err(|error| cannot_write(&path, &error))?;
        // A folder that exists may still refuse files, and a run should not find out at its end.
        let probe = path.join(".writable");
        fs::write(&probe, b"greenroom\n")
            .and_then(|()| fs::remove_file(&probe))
            .map_err(|error| {
                let _ = fs::remove_dir(&path);
                cannot_write(&path, &error)
            })?;
        Ok(Self { path })
    }

    /// The folder of a run that is there: a run folder, or the journal in it.
    pub(crate) fn open(run: &Path) -> Result<Self, Failure> {
        let path = if run.file_name().is_some_and(|name| name == "journal.jsonl") {
            run.parent().map_or_else(PathBuf::new, Path::to_path_buf)
        } else {
            run.to_path_buf()
        };
        // `latest` must keep naming the run even if another begins meanwhile.
        let path = path.canonicalize().unwrap_or(path);
        if path.join("journal.jsonl").is_file() {
            Ok(Self { path })
        } else {
            Err(Failure::usage(format!(
                "{}: there is no journal.jsonl\n  help: name a run's folder, e.g. reports/latest",
                run.display()
            )))
        }
    }

    /// The run's name.
    pub(crate) fn id(&self) -> String {
        self.path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default()
    }

    /// A file in it.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The folder itself.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Points `latest` to this run. The link is made aside and moved into place, so that there
    /// is always one.
    pub(crate) fn mark_latest(&self) -> io::Result<()> {
        let Some(out) = self.path.parent() else {
            return Ok(());
        };
        let aside = out.join(format!(".latest-{:x}", std::process::id()));
        let _ = fs::remove_file(&aside);
        std::os::unix::fs::symlink(self.id(), &aside)?;
        fs::rename(&aside, out.join("latest")).inspect_err(|_| {
            let _ = fs::remove_file(&aside);
        })
    }
}

fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    Failure::environment(format!(
        "cannot write to {}: {error}\n  help: name a folder that can be written with --out DIR",
        path.display()
    ))
}

/// Writes a whole file or none: a reader never sees half a report.
pub(crate) fn write_whole(path: &Path, text: &str) -> Result<(), Failure> {
    let aside = path.with_extension("partial");
    fs::write(&aside, text)
        .and_then(|()| fs::rename(&aside, path))
        .map_err(|error| {
            let _ = fs::remove_file(&aside);
            let full = error.kind() == io::ErrorKind::StorageFull;
            Failure::environment(format!(
                "cannot write {}: {error}\n  help: {}",
                path.display(),
                if full {
                    "make room on that disk, then render again with `greenroom report RUN`"
                } else {
                    "mend that, then render again with `greenroom report RUN`"
                }
            ))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latest_points_to_the_newest_run() {
        let out = tempfile::tempdir().unwrap();
        let first = RunFolder::create(out.path(), Timestamp::UNIX_EPOCH).unwrap();
        first.mark_latest().unwrap();
        let second =
            RunFolder::create(out.path(), "2026-01-02T03:04:05Z".parse().unwrap()).unwrap();
        second.mark_latest().unwrap();
        assert!(second.id().starts_with("20260102T030405Z-"));
        assert_eq!(
            fs::read_link(out.path().join("latest")).unwrap(),
            PathBuf::from(second.id())
        );
    }

    #[test]
    fn an_out_that_is_a_file_is_refused_with_what_to_do() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let failure = RunFolder::create(file.path(), Timestamp::UNIX_EPOCH).unwrap_err();
        assert!(
            failure.message().contains("--out DIR"),
            "{}",
            failure.message()
        );
    }

    #[test]
    fn a_report_is_written_whole_or_not_at_all() {
        let out = tempfile::tempdir().unwrap();
        let path = out.path().join("report.html");
        write_whole(&path, "one").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
        assert!(write_whole(&out.path().join("no/such/folder.html"), "two").is_err());
        assert_eq!(fs::read_dir(out.path()).unwrap().count(), 1);
    }
}
