//! The SDK under test, as data.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What was built, written beside the bundle by the set-up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SdkManifest {
    /// npm package that the bundle was built from.
    pub package: String,
    /// Version of that package.
    pub version: String,
    /// File name of the bundle, the version in it.
    pub file: String,
    /// Length of the bundle in bytes.
    pub bytes: u64,
    /// SHA-256 of the bundle, lower-case hex.
    pub sha256: String,
    /// Subresource Integrity value (`sha384-...`).
    pub integrity: String,
    /// The global that the bundle defines.
    pub global: String,
    /// Members of the global that a meeting page needs; dotted paths reach inside.
    pub symbols: Vec<String>,
    /// The symbol whose `typeof` must be `function` for the SDK to count as ready.
    pub ready_symbol: String,
    /// Expression, below the global, that gives the version at run time.
    pub version_expression: String,
}
