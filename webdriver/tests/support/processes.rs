//! The processes of a browser under its supervisor.

#[path = "../../../supervisor/tests/support/processes.rs"]
mod any;

pub use any::*;

pub fn supervisor(root: u32) -> Process {
    find(root, |process| {
        process.command.contains("greenroom-supervisor")
    })
}

pub fn chromedriver(root: u32) -> Process {
    find(root, |process| {
        process.command.contains("chromedriver --port=0")
            && !process.command.contains("greenroom-supervisor")
    })
}

/// The browser's main process: the child of chromedriver.
pub fn browser(root: u32) -> Process {
    let driver = chromedriver(root).pid;
    find(root, |process| {
        process.parent == driver && process.command.contains("--user-data-dir")
    })
}
