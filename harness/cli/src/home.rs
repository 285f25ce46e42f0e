//! Where the SDK bundle that the set-up built is found, from whatever folder greenroom runs in.

use std::path::{Path, PathBuf};

use greenroom_fixtures::SdkBundle;

use crate::failure::{Failure, chain};

/// Where the set-up puts the bundle, below the repository.
const DIST: &str = "fixtures/sdk/dist";

/// The folder of the bundle: `GREENROOM_SDK_DIST` if set, else below a folder above the program
/// itself (a checkout's `target/`), else below the folder that it was compiled in.
pub(crate) fn sdk_dist() -> PathBuf {
    if let Some(dir) = std::env::var_os("GREENROOM_SDK_DIST") {
        return PathBuf::from(dir);
    }
    let compiled_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let program = std::env::current_exe().unwrap_or_default();
    program
        .ancestors()
        .map(|dir| dir.join(DIST))
        .find(|dir| dir.is_dir())
        .unwrap_or_else(|| compiled_in.join(DIST))
}

/// Loads the bundle of a version, or the one that ships, and checks it against its manifest. The
/// set-up builds the version that ships, and others into folders named after them.
pub(crate) fn sdk_bundle(version: Option<&str>) -> Result<SdkBundle, Failure> {
    let dist = sdk_dist();
    let load =
        |dir: &Path| SdkBundle::load(dir).map_err(|error| Failure::environment(chain(&error)));
    let shipped = load(&dist)?;
    let Some(version) = version.filter(|version| *version != shipped.manifest().version) else {
        return Ok(shipped);
    };
    let mut built: Vec<String> = std::fs::read_dir(&dist)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    // Looked up, never joined: what is asked for may be any text.
    if built.iter().any(|name| name == version) {
        return load(&dist.join(version));
    }
    built.push(shipped.manifest().version.clone());
    built.sort();
    Err(Failure::usage(format!(
        "SDK version `{version}` is not built here; there are {}\n  \
         help: add it to fixtures/sdk/package.json and sdk.json, then run `make setup`",
        built.join(", ")
    )))
}
