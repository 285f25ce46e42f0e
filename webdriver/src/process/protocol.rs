//! The lines that the supervisor writes to its standard output.

use std::path::PathBuf;

/// What a supervisor reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Report {
    /// The private folder was made.
    Folder(PathBuf),
    /// chromedriver listens on this port of 127.0.0.1.
    Port(u16),
    /// It could not be started.
    Failed(String),
}

impl Report {
    /// The line for it, without the line end.
    pub(crate) fn line(&self) -> String {
        match self {
            Self::Folder(folder) => format!("folder {}", folder.display()),
            Self::Port(port) => format!("port {port}"),
            Self::Failed(reason) => format!("failed {}", reason.replace('\n', " ")),
        }
    }

    /// Reads a line; `None` for any other.
    pub(crate) fn read(line: &str) -> Option<Self> {
        let (word, rest) = line.trim_end().split_once(' ')?;
        match word {
            "folder" => Some(Self::Folder(rest.into())),
            "port" => rest.parse().ok().map(Self::Port),
            "failed" => Some(Self::Failed(rest.to_owned())),
            _ => None,
        }
    }
}

/// The port in chromedriver's `... was started successfully on port N.`
pub(crate) fn port_in(line: &str) -> Option<u16> {
    let (_, rest) = line.split_once("started successfully on port ")?;
    rest.trim_end().trim_end_matches('.').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_back_as_written() {
        for report in [
            Report::Folder("/tmp/with a space".into()),
            Report::Port(4711),
            Report::Failed("no such file".into()),
        ] {
            assert_eq!(Report::read(&report.line()), Some(report));
        }
        assert_eq!(Report::read("port x"), None);
        assert_eq!(Report::read("hello world"), None);
        assert_eq!(Report::Failed("a\nb".into()).line(), "failed a b");
    }

    #[test]
    fn the_port_is_in_the_line_of_success_only() {
        let said = "ChromeDriver was started successfully on port 40771.\n";
        assert_eq!(port_in(said), Some(40771));
        assert_eq!(
            port_in("Starting ChromeDriver 156.0.8078.79 on port 0"),
            None
        );
    }
}
