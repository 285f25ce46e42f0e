//! The supervisor as a program of its own, for tests of this crate; greenroom re-executes itself
//! with a hidden subcommand that calls the same function.

use std::process::ExitCode;

fn main() -> ExitCode {
    greenroom_webdriver::supervisor::run(std::env::args_os().skip(1))
}
