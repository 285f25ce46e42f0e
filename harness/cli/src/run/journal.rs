//! Appending to a journal and reading one back.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write};
use std::path::{Path, PathBuf};

use greenroom_core::journal::Record;
use greenroom_core::plan::Plan;
use thiserror::Error;

/// A journal that is being written: one line per record, in the file before the next thing
/// happens.
#[derive(Debug)]
pub(crate) struct JournalWriter {
    file: File,
    path: PathBuf,
}

/// Why a record could not be appended.
#[derive(Debug, Error)]
pub(crate) enum AppendError {
    /// The disk is full, read-only or gone.
    #[error(
        "cannot append to {path}: {source}; what was measured before is kept in it: make room, \
         then go on with `greenroom run --resume {run}`"
    )]
    Io {
        /// The journal.
        path: String,
        /// Its run's folder.
        run: String,
        /// What the system said.
        source: io::Error,
    },
    /// A record has no JSON form.
    #[error("a record cannot be written as JSON")]
    Json(#[from] serde_json::Error),
}

impl JournalWriter {
    /// A new journal; refuses to write over one.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new()
            .append(true)
            .create_new(true)
            .open(path)?;
        Ok(Self {
            file,
            path: path.to_path_buf(),
        })
    }

    /// Goes on with a journal. `keep` is the length of its whole lines: a cut line behind them
    /// is taken away, or the next record would be lost with it.
    pub(crate) fn append_to(path: &Path, keep: u64) -> io::Result<Self> {
        let file = OpenOptions::new().append(true).open(path)?;
        file.set_len(keep)?;
        Ok(Self {
            file,
            path: path.to_path_buf(),
        })
    }

    /// The folder of its run.
    pub(crate) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// Appends a record in one write, so that a kill between two records cuts no line.
    pub(crate) fn append(&mut self, record: &Record) -> Result<(), AppendError> {
        let mut line = serde_json::to_vec(record)?;
        line.push(b'\n');
        self.file
            .write_all(&line)
            .and_then(|()| self.file.flush())
            .map_err(|source| AppendError::Io {
                path: self.path.display().to_string(),
                run: self
                    .path
                    .parent()
                    .unwrap_or(&self.path)
                    .display()
                    .to_string(),
                source,
            })
    }
}

/// A journal that was read.
#[derive(Debug)]
pub(crate) struct ReadJournal {
    /// Its whole records.
    pub(crate) records: Vec<Record>,
    /// Length of its whole lines in bytes.
    pub(crate) whole: u64,
    /// Whether something stood behind the last whole line.
    pub(crate) cut: bool,
}

/// Why a journal cannot be read.
#[derive(Debug, Error)]
pub(crate) enum ReadError {
    /// The file cannot be read.
    #[error("cannot read {path}: {source}")]
    Io {
        /// The journal.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// A line that is not the last one is not a record.
    #[error(
        "{path}:{line}: not a journal record ({source}); the file was changed by something else, \
         or another version of greenroom wrote it"
    )]
    Line {
        /// The journal.
        path: String,
        /// Which line, from 1.
        line: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// There is nothing in it.
    #[error("{path}: the journal is empty: the run was cut off before its first line")]
    Empty {
        /// The journal.
        path: String,
    },
}

/// Reads a journal. Only the last line may be incomplete: a crash or a full disk cuts there.
pub(crate) fn read(path: &Path) -> Result<ReadJournal, ReadError> {
    let name = path.display().to_string();
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|mut file| file.read_to_end(&mut bytes))
        .map_err(|source| ReadError::Io {
            path: name.clone(),
            source,
        })?;
    let mut records = Vec::new();
    let mut whole = 0;
    let lines: Vec<&[u8]> = bytes.split_inclusive(|&byte| byte == b'\n').collect();
    for (index, line) in lines.iter().enumerate() {
        let ended = line.ends_with(b"\n");
        match serde_json::from_slice::<Record>(line) {
            Ok(record) if ended => records.push(record),
            // A last line without its end may parse and still be cut, e.g. within a number.
            Ok(_) => break,
            Err(_) if index + 1 == lines.len() => break,
            Err(source) => {
                return Err(ReadError::Line {
                    path: name,
                    line: index + 1,
                    source,
                });
            }
        }
        whole += line.len() as u64;
    }
    if records.is_empty() {
        return Err(ReadError::Empty { path: name });
    }
    Ok(ReadJournal {
        records,
        whole,
        cut: whole < bytes.len() as u64,
    })
}

/// The plans of a journal, in the order in which records name them.
pub(crate) fn plans(records: &[Record]) -> Vec<Plan> {
    let plan = |record: &Record| match record {
        Record::Plan { plan } => Some((**plan).clone()),
        _ => None,
    };
    records.iter().filter_map(plan).collect()
}

#[cfg(test)]
mod tests {
    use greenroom_core::journal::{Event, RunEnd};

    use super::*;

    fn event(n: u64) -> Record {
        Record::Event(Event {
            at_ms: n,
            kind: "test".to_owned(),
            detail: "é\n".to_owned(),
        })
    }

    #[test]
    fn a_journal_cut_at_any_byte_keeps_its_whole_lines_and_goes_on() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal.jsonl");
        let mut writer = JournalWriter::create(&path).unwrap();
        for n in 0..3 {
            writer.append(&event(n)).unwrap();
        }
        let bytes = std::fs::read(&path).unwrap();
        let first = bytes.iter().position(|&b| b == b'\n').unwrap() + 1;
        for cut in first..=bytes.len() {
            std::fs::write(&path, &bytes[..cut]).unwrap();
            let read_back = read(&path).unwrap();
            let newlines = bytes[..cut].split(|&byte| byte == b'\n').count() - 1;
            assert_eq!(read_back.records.len(), newlines, "cut at {cut}");
            assert_eq!(read_back.cut, bytes[cut - 1] != b'\n');
            let mut writer = JournalWriter::append_to(&path, read_back.whole).unwrap();
            writer
                .append(&Record::End {
                    how: RunEnd::Finished,
                    at_ms: 1.0,
                })
                .unwrap();
            let again = read(&path).unwrap();
            assert!(!again.cut);
            assert_eq!(again.records.len(), newlines + 1);
        }
    }

    #[test]
    fn a_broken_line_in_the_middle_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal.jsonl");
        let good = serde_json::to_string(&event(1)).unwrap();
        std::fs::write(&path, format!("{good}\nnonsense\n{good}\n")).unwrap();
        let error = read(&path).unwrap_err();
        assert!(error.to_string().contains("journal.jsonl:2:"), "{error}");
        std::fs::write(&path, "").unwrap();
        assert!(matches!(read(&path), Err(ReadError::Empty { .. })));
    }

    #[test]
    fn a_full_disk_is_said_with_what_to_do() {
        let full = Path::new("/dev/full");
        if !full.exists() {
            return;
        }
        let mut writer = JournalWriter {
            file: OpenOptions::new().write(true).open(full).unwrap(),
            path: full.into(),
        };
        let error = writer.append(&event(1)).unwrap_err();
        assert!(error.to_string().contains("--resume"), "{error}");
    }

    #[test]
    fn a_journal_is_never_written_over() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(JournalWriter::create(file.path()).is_err());
    }
}
