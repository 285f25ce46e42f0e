//! `greenroom stack`: the local stack by hand.

use greenroom_fixtures::{Stack, StackOptions};
use greenroom_webdriver::BrowserChoice;

use crate::args::StackArgs;
use crate::failure::{Failure, chain};
use crate::run::listen;
use crate::{home, terminal};

/// Serves until a signal comes.
pub(crate) fn run(args: &StackArgs) -> Result<u8, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::caused("cannot start the runtime", &error))?;
    runtime.block_on(serve(args.port))
}

async fn serve(port: u16) -> Result<u8, Failure> {
    let mut signal = listen()?;
    let options = StackOptions { port, ..StackOptions::new(home::sdk_bundle()?) };
    let stack = Stack::start(options).await.map_err(|error| Failure::environment(chain(&error)))?;
    let endpoints = stack.endpoints();
    let mut text = String::from("The local stack serves on loopback until Ctrl-C.\n\n");
    for variant in ["inline", "cdn", "cdn-sri"] {
        text.push_str(&format!("  page   {}?variant={variant}\n", endpoints.page_url));
    }
    text.push_str(&format!("  SDK    {}\n", endpoints.sdk_url));
    text.push_str(&format!("  direct https://127.0.0.1:{}/ (any other client; the CDN)\n\n", stack.port()));
    text.push_str("Open the page in a browser that knows these names and trusts this stack:\n\n  ");
    text.push_str(&greenroom_webdriver::command_line(
        &BrowserChoice::Chromium,
        endpoints,
        &format!("{}?variant=cdn", endpoints.page_url),
    ));
    terminal::print(&text);
    let _ = crate::run::signalled(&mut signal).await;
    stack.shutdown().await;
    Ok(0)
}
