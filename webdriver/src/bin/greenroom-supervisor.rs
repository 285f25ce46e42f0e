//! The supervisor as a program of its own, for tests of this crate; greenroom re-executes itself
//! with a hidden subcommand that calls the same function.

use std::process::ExitCode;

fn main() -> ExitCode {
    greenroom_supervisor::run(
        &[greenroom_webdriver::CHROMEDRIVER],
        std::env::args_os().skip(1),
    )
}
