//! The command line that opens a page by hand as a run would.

use greenroom_model::Endpoints;

use crate::locate::{self, BrowserChoice, LocateError};
use crate::switches::{Situation, switches};

/// A shell command that opens `url` in a browser window with the switches of a run, so that the
/// target's names and certificates hold. The profile is a new temporary folder.
///
/// # Errors
/// When the browser is not found.
pub fn command_line(
    browser: &BrowserChoice,
    endpoints: &Endpoints,
    url: &str,
) -> Result<String, LocateError> {
    let (kind, program) = locate::find_browser(browser)?;
    let situation = Situation {
        kind,
        headed: true,
        root: rustix::process::geteuid().is_root(),
        allow_loopback: true,
        http3: true,
        endpoints,
        media: None,
    };
    let mut command = quoted(&program.path.display().to_string());
    // Chromium's profile is the one thing that a run leaves to chromedriver.
    command.push_str(" --user-data-dir=\"$(mktemp -d)\"");
    for switch in switches(&situation) {
        command.push_str(" \\\n  ");
        command.push_str(&quoted(&switch.text));
    }
    command.push_str(" \\\n  ");
    command.push_str(&quoted(url));
    Ok(command)
}

/// Quotes a word for a POSIX shell where it needs quoting.
fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_=./,:@%+".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_a_shell() {
        assert_eq!(quoted("--a=b/c.d"), "--a=b/c.d");
        assert_eq!(quoted("MAP * ~NOTFOUND"), "'MAP * ~NOTFOUND'");
        assert_eq!(quoted("it's"), "'it'\\''s'");
    }
}
