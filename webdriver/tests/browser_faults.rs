//! The browser's own failures during a load: an error soon, and never a hang.

#![expect(clippy::unwrap_used, reason = "a test stops at what it cannot do")]

mod support;

use std::time::Duration;

use greenroom_model::PageLoad;
use greenroom_webdriver::{Document, Driver, LoadError, Visit};
use rustix::process::Signal;
use support::{Server, page, processes, visit};

/// A visit that lasts until its deadline, far away.
fn endless(server: &Server) -> Visit {
    let stalled = server.url("/stall.js");
    let document = Document::Fulfilled {
        url: "https://app.medzen.example/".parse().unwrap(),
        html: page(stalled.as_str()),
    };
    let mut visit = visit(document, Some(stalled));
    visit.timeout = Duration::from_mins(10);
    visit
}

/// Starts an endless load and, once the page has asked for its script, does something to it.
async fn disturbed(
    driver: &mut Driver,
    server: &Server,
    disturb: impl FnOnce(),
) -> Result<PageLoad, LoadError> {
    let visit = endless(server);
    let asked = async {
        while server.connections_for("/stall.js").is_empty() {
            tokio::task::yield_now().await;
        }
        disturb();
        std::future::pending::<()>().await;
    };
    let limit = Duration::from_mins(1);
    tokio::select! {
        load = driver.load(&visit) => load,
        () = asked => unreachable!("it waits for ever"),
        () = tokio::time::sleep(limit) => panic!("no answer within {limit:?}"),
    }
}

#[tokio::test]
async fn a_browser_killed_during_a_load_is_an_error_soon() {
    let server = Server::start().await;
    let mut driver = support::driver().await;
    let browser = processes::browser(std::process::id());
    // Before the deadline, that is: a load that only ran out of time is no error.
    let error = disturbed(&mut driver, &server, || {
        processes::signal(browser.pid, Signal::KILL);
    })
    .await
    .unwrap_err();
    assert!(error.session_lost(), "{error:?}");
    driver.close().await.unwrap();
}

#[tokio::test]
async fn a_chromedriver_killed_during_a_load_is_an_error_soon() {
    let server = Server::start().await;
    let mut driver = support::driver().await;
    let chromedriver = processes::chromedriver(std::process::id());
    let error = disturbed(&mut driver, &server, || {
        processes::signal(chromedriver.pid, Signal::KILL);
    })
    .await
    .unwrap_err();
    assert!(error.session_lost(), "{error:?}");
    driver.close().await.unwrap();
}

#[tokio::test]
async fn a_crashed_renderer_is_an_error() {
    let mut driver = support::driver().await;
    let url: url::Url = "chrome://crash".parse().unwrap();
    let mut visit = visit(Document::Url(url), None);
    visit.timeout = Duration::from_mins(10);
    let load = tokio::time::timeout(Duration::from_mins(1), driver.load(&visit)).await;
    let error = load.unwrap().unwrap_err();
    assert!(matches!(error, LoadError::Crashed), "{error:?}");
    assert!(error.session_lost());
    driver.close().await.unwrap();
}
