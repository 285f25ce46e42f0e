//! Why greenroom could not do what it was asked, with the exit code that says whose fault it is.

use std::error::Error;
use std::process::ExitCode;

/// A failure that ends the program.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    /// The command line or a scenario is wrong: exit code 2.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self {
            code: 2,
            message: message.into(),
        }
    }

    /// The environment is: exit code 3.
    pub(crate) fn environment(message: impl Into<String>) -> Self {
        Self {
            code: 3,
            message: message.into(),
        }
    }

    /// As [`Failure::environment`], with an error and all its causes.
    pub(crate) fn caused(what: impl Into<String>, error: &dyn Error) -> Self {
        Self::environment(format!("{}: {}", what.into(), chain(error)))
    }

    /// Prints the message and gives the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        // Scenario errors begin with their place; everything else with the program's name.
        if self.code == 2 {
            crate::terminal::error_line(&self.message);
        } else {
            crate::terminal::error_line(&format!("greenroom: {}", self.message));
        }
        ExitCode::from(self.code)
    }

    /// The message.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }
}

/// An error and its causes, joined by `: `. A cause that its parent already quotes is left out.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}
