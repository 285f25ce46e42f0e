//! The lines that the supervisor writes to its standard output.

use std::path::PathBuf;

/// What a supervisor reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Report {
    /// The private folder was made.
    Folder(PathBuf),
    /// The program can be used; where it is, in its own words.
    Ready(String),
    /// It could not be started.
    Failed(String),
}

impl Report {
    /// The line for it, without the line end.
    pub(crate) fn line(&self) -> String {
        match self {
            Self::Folder(folder) => format!("folder {}", folder.display()),
            Self::Ready(place) => format!("ready {}", place.replace('\n', " ")),
            Self::Failed(reason) => format!("failed {}", reason.replace('\n', " ")),
        }
    }

    /// Reads a line; `None` for any other.
    pub(crate) fn read(line: &str) -> Option<Self> {
        let (word, rest) = line.split_once(' ')?;
        match word {
            "folder" => Some(Self::Folder(rest.into())),
            "ready" => Some(Self::Ready(rest.to_owned())),
            "failed" => Some(Self::Failed(rest.to_owned())),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_back_as_written() {
        for report in [
            Report::Folder("/tmp/with a space".into()),
            Report::Ready("4711".into()),
            Report::Ready(String::new()),
            Report::Failed("no such file".into()),
        ] {
            assert_eq!(Report::read(&report.line()), Some(report));
        }
        assert_eq!(Report::read("hello world"), None);
        assert_eq!(Report::Failed("a\nb".into()).line(), "failed a b");
    }
}
