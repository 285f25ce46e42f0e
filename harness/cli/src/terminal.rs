//! What a person reads while and after a run: progress on stderr, results on stdout.

use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Prints results to stdout. A reader that went away (`| head`) is not an error.
pub(crate) fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes());
    if !text.ends_with('\n') {
        let _ = out.write_all(b"\n");
    }
    let _ = out.flush();
}

/// Prints a line to stderr.
pub(crate) fn error_line(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Progress of a run: a bar on a terminal, plain lines elsewhere.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
}

impl Progress {
    /// A bar where stderr is a terminal.
    pub(crate) fn new() -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner();
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Self { bar }
    }

    /// Begins a stretch of work of at most `most` steps.
    pub(crate) fn begin(&self, what: &str, most: u64) {
        match &self.bar {
            Some(bar) => {
                bar.reset();
                bar.set_length(most);
                if let Ok(style) = ProgressStyle::with_template(
                    "{spinner} {prefix} {wide_msg} [{bar:24}] {pos}/{len} {elapsed}",
                ) {
                    bar.set_style(style.progress_chars("=> "));
                }
                bar.set_prefix(what.to_owned());
                bar.set_message("");
            }
            None => error_line(&format!("  {what} ...")),
        }
    }

    /// `done` steps are done; `note` says how it stands.
    pub(crate) fn step(&self, done: u64, note: &str) {
        if let Some(bar) = &self.bar {
            bar.set_position(done);
            bar.set_message(note.to_owned());
        }
    }

    /// A line that stays.
    pub(crate) fn line(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.println(text),
            None => error_line(text),
        }
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
