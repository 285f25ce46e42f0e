//! `greenroom stack`: the local stack by hand.

use std::fmt::Write as _;
use std::sync::Arc;

use greenroom_core::scenario::fault_in_words;
use greenroom_fixtures::{Stack, StackError, StackOptions};
use greenroom_model::Fault;
use greenroom_webdriver::BrowserChoice;

use crate::args::StackArgs;
use crate::failure::{Failure, chain};
use crate::run::listen;
use crate::run::target::{call_options, other_bundle};
use crate::{home, terminal};

/// Serves until a signal comes.
pub(crate) fn run(args: &StackArgs) -> Result<u8, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::caused("cannot start the runtime", &error))?;
    runtime.block_on(serve(args))
}

async fn serve(args: &StackArgs) -> Result<u8, Failure> {
    let mut signal = listen()?;
    let usual = StackOptions::new(home::sdk_bundle(args.sdk_version.as_deref())?);
    let options = StackOptions {
        port: args.port,
        calls: Some(call_options()?),
        other_bundle: other_bundle(&args.faults),
        deployment: match &args.template.template {
            Some(path) => Arc::new(args.template.read(path)?),
            None => usual.deployment,
        },
        faults: args.faults.clone(),
        ..usual
    };
    let stack = Stack::start(options).await.map_err(|error| {
        let said = chain(&error);
        match error {
            StackError::Faults(_) => Failure::usage(said),
            _ => Failure::environment(format!(
                "{said}\n  help: leave --port out, and any free one is taken"
            )),
        }
    })?;
    let endpoints = stack.endpoints();
    let mut text = String::from("The local stack serves on loopback until Ctrl-C.\n\n");
    for fault in &args.faults {
        let _ = writeln!(text, "  fault   {}", fault_in_words(fault));
    }
    if args.faults.contains(&Fault::InsecureContext) {
        text.push_str(
            "          (a page has no origin where the app gives it none; `greenroom run` does that)\n",
        );
    }
    if !args.faults.is_empty() {
        text.push('\n');
    }
    for variant in ["inline", "cdn", "cdn-sri"] {
        let _ = writeln!(text, "  page    {}?variant={variant}", endpoints.page_url);
    }
    let _ = writeln!(
        text,
        "  SDK     {}\n  direct  https://{}/ (for other tools: the CDN, whatever the name)",
        endpoints.sdk_url,
        stack.address()
    );
    if let Some(bucket) = stack.bucket_url() {
        let _ = writeln!(text, "  bucket  {bucket} (past the CDN)");
    }
    text.push('\n');
    let page = format!("{}?variant=cdn", endpoints.page_url);
    match greenroom_webdriver::command_line(&BrowserChoice::Chromium, endpoints, &page) {
        Ok(command) => {
            text.push_str("A browser that knows these names and trusts this stack:\n\n");
            text.push_str(&command);
        }
        Err(error) => {
            let _ = write!(text, "No browser to open it with: {}", chain(&error));
        }
    }
    let aws = stack.aws();
    let _ = writeln!(
        text,
        "\n\nA deploy script, or AWS's command line, uploads to the bucket `{}` and invalidates the distribution `{}` under:\n",
        aws.bucket(),
        aws.distribution()
    );
    for (name, value) in aws.environment() {
        let _ = writeln!(text, "  export {name}={value}");
    }
    if let Some(calls) = stack.calls() {
        text.push_str("\nAn app on this machine that uses an AWS SDK makes and joins meetings here under:\n\n");
        for (name, value) in calls.environment() {
            let _ = writeln!(text, "  export {name}={value}");
        }
        let _ = writeln!(
            text,
            "\nThe rows of the calls are in {}.",
            calls.database().address()
        );
    }
    terminal::print(&text);
    let _ = crate::run::signalled(&mut signal).await;
    let written = args.access_log.as_ref().map(|path| {
        std::fs::write(path, stack.access_log_text(0))
            .map_err(|error| Failure::caused(format!("cannot write {}", path.display()), &error))
    });
    stack.shutdown().await;
    written.transpose()?;
    Ok(0)
}
