//! `results.json` and the schema that it keeps to.

use greenroom_core::results::Results;
use schemars::generate::SchemaSettings;

use crate::error::RenderError;

/// The whole result model as indented JSON, ended by a line break.
///
/// # Errors
/// [`RenderError::Json`] if the model cannot be serialised.
pub fn json(results: &Results) -> Result<String, RenderError> {
    let mut text = serde_json::to_string_pretty(results).map_err(RenderError::Json)?;
    text.push('\n');
    Ok(text)
}

/// JSON Schema (2020-12) of what [`json`] writes.
pub fn results_schema() -> serde_json::Value {
    SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<Results>()
        .to_value()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::sample_results;

    /// Written anew by `GREENROOM_BLESS=1 cargo nextest run -p greenroom-report schema`.
    #[test]
    fn the_committed_schema_is_what_the_types_say() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/results.schema.json");
        let mut now = serde_json::to_string_pretty(&results_schema()).unwrap();
        now.push('\n');
        if std::env::var_os("GREENROOM_BLESS").is_some() {
            std::fs::write(path, &now).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap();
        assert!(
            committed == now,
            "results.schema.json differs from the types; run this test with GREENROOM_BLESS=1 \
             and raise RESULTS_VERSION if a reader of the old form would be misled"
        );
    }

    #[test]
    fn full_results_keep_to_the_schema() {
        let schema = jsonschema::validator_for(&results_schema()).unwrap();
        let text = json(&sample_results()).unwrap();
        let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let errors: Vec<_> = schema
            .iter_errors(&value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(errors, [""; 0]);

        value["scenarios"][0]["comparisons"][0]["decision"]["answer"] = "better".into();
        assert!(
            !schema.is_valid(&value),
            "the schema refuses an unknown answer"
        );
    }

    #[test]
    fn what_is_written_can_be_read_back() {
        let results = sample_results();
        let read: Results = serde_json::from_str(&json(&results).unwrap()).unwrap();
        assert_eq!(read, results);
    }
}
