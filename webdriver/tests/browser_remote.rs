//! Somebody else's WebDriver endpoint.

#![expect(clippy::unwrap_used, reason = "a test stops at what it cannot do")]

mod support;

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use greenroom_model::load::LoadEnd;
use greenroom_webdriver::{Document, Driver, StartError, locate};
use rustix::process::Signal;
use support::{inline_page, processes, visit};

#[tokio::test]
async fn a_remote_end_that_nobody_runs_is_an_error_by_name() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    for scheme in ["http", "https"] {
        let endpoint = format!("{scheme}://{address}").parse().unwrap();
        let Err(error) = Driver::connect(endpoint, &support::options()).await else {
            panic!("nobody listens at {address}");
        };
        assert!(matches!(error, StartError::Session(_)), "{error:?}");
    }
}

#[tokio::test]
async fn a_chromedriver_that_was_there_already_is_used_and_left_running() {
    let folder = tempfile::tempdir().unwrap();
    let mut chromedriver = Command::new(locate::find_driver().unwrap().path)
        .arg("--port=0")
        .env("TMPDIR", folder.path())
        .env("HOME", folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let port = BufReader::new(chromedriver.stdout.as_mut().unwrap())
        .lines()
        .map_while(Result::ok)
        .find_map(|line| {
            let (_, port) = line.split_once("successfully on port ")?;
            port.trim_end_matches('.').parse::<u16>().ok()
        })
        .unwrap();

    let endpoint = format!("http://127.0.0.1:{port}").parse().unwrap();
    let mut driver = Driver::connect(endpoint, &support::options())
        .await
        .unwrap();
    assert!(!driver.info().version.is_empty());
    let html = inline_page("Channel.postMessage('SDK_READY')");
    let load = driver
        .load(&visit(Document::Data { html }, None))
        .await
        .unwrap();
    assert_eq!(load.ended, LoadEnd::Ready);
    driver.close().await.unwrap();

    assert_eq!(chromedriver.try_wait().unwrap(), None);
    chromedriver.kill().unwrap();
    chromedriver.wait().unwrap();
    for left in processes::tied_to(folder.path()) {
        processes::signal(left.pid, Signal::KILL);
    }
}
