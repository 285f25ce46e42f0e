//! `greenroom`: an end-to-end gate for video-call deployments.
//!
//! The program only orchestrates: it reads files, starts the local stack and the browser, asks
//! the sampler what to do next, appends what happened to the journal and writes the reports.
//! What a scenario means and what a run found is decided in `greenroom-core`, which does no IO.

mod args;
mod commands;
mod failure;
mod home;
mod log_file;
mod run;
mod template_file;
mod terminal;

use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::Parser as _;

use crate::args::{Cli, Command};
use crate::failure::Failure;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // clap prints help and version to stdout with code 0, errors to stderr with 2.
            let code = if error.use_stderr() { 2 } else { 0 };
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    if let Command::Supervise { arguments } = cli.command {
        return greenroom_supervisor::run(
            &[
                greenroom_webdriver::CHROMEDRIVER,
                greenroom_fixtures::POSTGRES,
            ],
            arguments,
        );
    }
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("GREENROOM_LOG").unwrap_or_else(|_| {
                tracing_subscriber::EnvFilter::new("error,rustls_platform_verifier=off")
            }),
        )
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
    // One crypto provider for every TLS client and server of this process.
    if rustls::crypto::ring::default_provider()
        .install_default()
        .is_err()
    {
        return Failure::environment("a TLS provider was installed before greenroom's own")
            .report();
    }
    let outcome = match cli.command {
        Command::Run(args) => commands::run::run(*args),
        Command::Validate(args) => commands::validate::run(&args),
        Command::List(args) => commands::list::run(&args),
        Command::Schema(args) => commands::schema::run(&args),
        Command::Stack(args) => commands::stack::run(&args),
        Command::Report(args) => commands::report::run(&args),
        Command::Logs(args) => commands::logs::run(&args),
        Command::Template(args) => commands::template::run(&args),
        Command::Doctor => Ok(commands::doctor::run()),
        Command::Supervise { .. } => unreachable!("handled before the runtime starts"),
    };
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(failure) => failure.report(),
    }
}
