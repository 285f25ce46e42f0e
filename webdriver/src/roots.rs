//! Gives the browser a private root certificate, in its private home, so that TLS stays verified.
//!
//! Chromium on Linux reads user-added roots from the NSS database below the home folder. Unlike a
//! switch that ignores errors, a root there leaves every other check of a certificate on, and the
//! HTTP cache too.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::bounded;

/// Where Chromium looks, below the home folder.
const DATABASE: &str = ".pki/nssdb";

/// Why the certificate could not be installed.
#[derive(Debug, thiserror::Error)]
pub enum RootsError {
    /// No `certutil`.
    #[error(
        "`certutil` is missing, which gives Chromium a private root certificate; run `apt-get install libnss3-tools`"
    )]
    Missing,
    /// The PEM text holds no certificate.
    #[error("the root certificate is not PEM: no `BEGIN CERTIFICATE` in it")]
    NotPem,
    /// `certutil` refused.
    #[error("`certutil` refused: {reason}")]
    Refused {
        /// Its words.
        reason: String,
    },
    /// The browser runs elsewhere.
    #[error("a private root certificate cannot be given to a remote browser; install it there")]
    Remote,
    /// The database could not be written.
    #[error("`{}` could not be written", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// Puts the certificates of a PEM text into the NSS database of this home.
pub(crate) fn install(pem: &str, home: &Path, limit: Duration) -> Result<(), RootsError> {
    let certificates = certificates(pem);
    if certificates.is_empty() {
        return Err(RootsError::NotPem);
    }
    let database = home.join(DATABASE);
    std::fs::create_dir_all(&database).map_err(|source| RootsError::Write {
        path: database.clone(),
        source,
    })?;
    certutil(&database, &["-N", "--empty-password"], limit)?;
    let file = home.join("root.pem");
    for (n, certificate) in certificates.iter().enumerate() {
        std::fs::write(&file, certificate).map_err(|source| RootsError::Write {
            path: file.clone(),
            source,
        })?;
        let name = format!("greenroom-{n}");
        // `C,,`: trusted to issue server certificates, and for nothing else.
        let add = [
            "-A",
            "-t",
            "C,,",
            "-n",
            &name,
            "-i",
            &file.to_string_lossy(),
        ];
        certutil(&database, &add, limit)?;
    }
    Ok(())
}

fn certutil(database: &Path, arguments: &[&str], limit: Duration) -> Result<(), RootsError> {
    let mut command = Command::new("certutil");
    command
        .arg("-d")
        .arg(format!("sql:{}", database.display()))
        .args(arguments);
    match bounded::run(&mut command, limit) {
        Ok(ended) if ended.success => Ok(()),
        Ok(ended) => Err(RootsError::Refused {
            reason: ended.stderr.trim().to_owned(),
        }),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(RootsError::Missing),
        Err(error) => Err(RootsError::Refused {
            reason: error.to_string(),
        }),
    }
}

/// The certificates of a PEM text, each whole; `certutil` reads only the first of a file.
fn certificates(pem: &str) -> Vec<&str> {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    let mut found = Vec::new();
    let mut rest = pem;
    while let Some(begin) = rest.find(BEGIN) {
        let Some(length) = rest[begin..].find(END) else {
            break;
        };
        let end = begin + length + END.len();
        found.push(&rest[begin..end]);
        rest = &rest[end..];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_is_taken_apart() {
        let one = "-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----";
        let two = "-----BEGIN CERTIFICATE-----\nBB\n-----END CERTIFICATE-----";
        let cut = "-----BEGIN CERTIFICATE-----\nCC";
        let bundle = format!("# first\n{one}\n# second\n{two}\n{cut}");
        assert_eq!(certificates(&bundle), [one, two]);
    }

    #[test]
    fn what_is_no_certificate_is_refused() {
        let home = tempfile::tempdir().unwrap();
        let limit = Duration::from_secs(20);
        let error = install("hello", home.path(), limit).unwrap_err();
        assert!(matches!(error, RootsError::NotPem));
    }
}
