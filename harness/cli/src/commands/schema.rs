//! `greenroom schema`.

use crate::args::{SchemaArgs, SchemaName};
use crate::failure::Failure;
use crate::terminal;

/// Prints a JSON Schema.
pub(crate) fn run(args: &SchemaArgs) -> Result<u8, Failure> {
    let schema = match args.of {
        SchemaName::Scenario => greenroom_core::scenario::schema(),
        SchemaName::Results => greenroom_report::results_schema(),
    };
    let text = serde_json::to_string_pretty(&schema)
        .map_err(|error| Failure::caused("cannot write the schema", &error))?;
    terminal::print(&text);
    Ok(0)
}
