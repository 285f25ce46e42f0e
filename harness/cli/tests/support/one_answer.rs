//! One answer of the CDN, as clients of several makes tell it.

#![expect(unreachable_pub, reason = "a module of a test program")]

use std::process::{Command, Output, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use greenroom_fixtures::CDN_HOST;
use greenroom_model::Endpoints;
use sha2::{Digest as _, Sha384};

/// An answer, as a client of another make tells it.
#[derive(Debug, PartialEq)]
pub struct Seen {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub integrity: String,
}

/// The fields of these names out of lines of `name: value`.
pub fn named<'a>(names: &[&str], lines: impl Iterator<Item = &'a str>) -> Vec<(String, String)> {
    let mut fields: Vec<_> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .filter(|(name, _)| names.contains(&name.as_str()))
        .collect();
    fields.sort_unstable();
    fields
}

/// The integrity value of a body (W3C Subresource Integrity).
pub fn integrity(body: &[u8]) -> String {
    format!("sha384-{}", BASE64.encode(Sha384::digest(body)))
}

/// A program of the system's, if it is there.
pub fn present(program: &str) -> bool {
    let mut command = Command::new(program);
    command
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let there = command.status().is_ok();
    if !there {
        eprintln!("skipped: there is no `{program}`; run `make setup`");
    }
    there
}

/// Runs a client while the stack, which is in this process, answers it.
pub async fn run(mut command: Command) -> Output {
    let output = tokio::task::spawn_blocking(move || command.output());
    let output = output.await.unwrap().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// curl with a stack's root and addresses.
pub struct Curl {
    endpoints: Endpoints,
    ca: tempfile::NamedTempFile,
}

impl Curl {
    pub fn to(endpoints: &Endpoints) -> Self {
        let ca = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(ca.path(), endpoints.ca_pem.as_ref().unwrap()).unwrap();
        Self {
            endpoints: endpoints.clone(),
            ca,
        }
    }

    pub fn command(&self) -> Command {
        let map = self.endpoints.host_map.iter();
        let mut command = Command::new("curl");
        command.args(["--silent", "--show-error", "--max-time", "60", "--cacert"]);
        command.arg(self.ca.path());
        for entry in map.filter(|entry| entry.host == CDN_HOST) {
            let (host, port) = (&entry.host, entry.port);
            let to = format!("{host}:{port}:{}:{}", entry.address, entry.address_port);
            command.args(["--connect-to", &to]);
        }
        command
    }

    /// The SDK file with these options and fields: what of it has these `names`, and the body as
    /// `decoded` makes it of the bytes on the wire.
    pub async fn sees(
        &self,
        options: &[&str],
        names: &[&str],
        decoded: impl FnOnce(&[u8]) -> Vec<u8>,
    ) -> Seen {
        let head = tempfile::NamedTempFile::new().unwrap();
        let mut curl = self.command();
        curl.args(options)
            .args([self.endpoints.sdk_url.as_str(), "--dump-header"])
            .arg(head.path());
        let body = run(curl).await.stdout;
        let head = std::fs::read_to_string(head.path()).unwrap();
        Seen {
            status: head.split(' ').nth(1).unwrap().trim().parse().unwrap(),
            headers: named(names, head.lines()),
            integrity: integrity(&decoded(&body)),
        }
    }
}
