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

/// Loads the bundle and checks it against its manifest.
pub(crate) fn sdk_bundle() -> Result<SdkBundle, Failure> {
    SdkBundle::load(&sdk_dist()).map_err(|error| Failure::environment(chain(&error)))
}
