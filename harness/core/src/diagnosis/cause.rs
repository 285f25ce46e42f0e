//! The closed list of causes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What can be wrong with a deployment, as far as it can be told from outside.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The behaviour has no response headers policy.
    NoResponseHeadersPolicy,
}
