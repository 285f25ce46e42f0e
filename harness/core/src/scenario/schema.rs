//! The JSON Schema of scenarios, for editors.

use schemars::generate::SchemaSettings;

use super::raw::Document;

/// The schema (JSON Schema 2020-12), generated from the types that scenarios are read into.
/// `scenarios/scenario.schema.json` is this.
pub fn schema() -> serde_json::Value {
    SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<Document>()
        .to_value()
}
