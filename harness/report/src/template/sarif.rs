//! SARIF 2.1.0 (OASIS, Static Analysis Results Interchange Format), for editors and code hosts.

use std::fmt::Write as _;

use greenroom_core::template::{Finding, Review, Rule, Severity, rules};
use serde_json::{Value, json};

use crate::error::RenderError;
use crate::untrusted::{SENTENCE, shown};

/// The review as a SARIF log with one run.
///
/// # Errors
/// [`RenderError::Json`] if it cannot be serialised.
pub fn sarif(review: &Review) -> Result<String, RenderError> {
    let known: Vec<&Rule> = rules().collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "greenroom",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": known.iter().map(|rule| descriptor(rule)).collect::<Vec<_>>(),
            }},
            // Columns are characters, as SARIF's `unicodeCodePoints` are.
            "columnKind": "unicodeCodePoints",
            "artifacts": [{"location": {"uri": uri(&review.file)}}],
            "results": review
                .findings
                .iter()
                .map(|finding| result(review, finding, &known))
                .collect::<Vec<_>>(),
        }],
    });
    let mut text = serde_json::to_string_pretty(&log).map_err(RenderError::Json)?;
    text.push('\n');
    Ok(text)
}

/// A `reportingDescriptor` (section 3.49).
fn descriptor(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "shortDescription": {"text": sentence(rule.holds)},
        "help": {"text": sentence(&format!("see {}", rule.source))},
        "defaultConfiguration": {"level": level(rule.severity)},
    })
}

/// A `result` (section 3.27).
fn result(review: &Review, finding: &Finding, known: &[&Rule]) -> Value {
    let mut location = json!({
        "physicalLocation": {
            "artifactLocation": {"uri": uri(&review.file), "index": 0},
            "region": {"startLine": finding.line, "startColumn": finding.column},
        },
    });
    if !finding.resource.is_empty() {
        location["logicalLocations"] =
            json!([{"name": shown(&finding.resource, SENTENCE), "kind": "resource"}]);
    }
    let mut result = json!({
        "ruleId": finding.rule,
        "level": level(finding.severity),
        "message": {"text": format!(
            "{} To mend it: {}",
            sentence(&shown(&finding.reason, SENTENCE)),
            sentence(&shown(&finding.fix, SENTENCE)),
        )},
        "locations": [location],
    });
    if let Some(index) = known.iter().position(|rule| rule.id == finding.rule) {
        result["ruleIndex"] = index.into();
    }
    result
}

/// The levels that SARIF has (section 3.27.10) are those of a rule.
fn level(severity: Severity) -> &'static str {
    severity.word()
}

/// With a full stop: messages are sentences (section 3.11).
fn sentence(fragment: &str) -> String {
    format!("{fragment}.")
}

/// A path as a URI reference (section 3.4.3; RFC 3986 section 3.3).
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    // A colon in the first segment would make a scheme of what stands before it.
    let first = path.split('/').next().unwrap_or_default();
    if first.contains(':') {
        out.push_str("./");
    }
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => out.push(char::from(byte)),
            b'/' | b'-' | b'.' | b'_' | b'~' | b':' | b'@' | b'+' | b',' | b'=' => {
                out.push(char::from(byte));
            }
            _ => {
                // Writing to a String cannot fail.
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::sample::review;

    fn log() -> Value {
        serde_json::from_str(&sarif(&review()).unwrap()).unwrap()
    }

    /// The properties that SARIF 2.1.0 requires of what is written here, with their types.
    fn schema() -> Value {
        let message = json!({
            "type": "object",
            "required": ["text"],
            "properties": {"text": {"type": "string", "minLength": 1}},
        });
        let level = json!({"enum": ["none", "note", "warning", "error"]});
        let position = json!({"type": "integer", "minimum": 1});
        json!({
            "type": "object",
            "required": ["version", "runs"],
            "properties": {
                "version": {"const": "2.1.0"},
                "runs": {"type": "array", "minItems": 1, "items": {
                    "type": "object",
                    "required": ["tool", "results"],
                    "properties": {
                        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                        "tool": {"type": "object", "required": ["driver"], "properties": {
                            "driver": {"type": "object", "required": ["name", "rules"], "properties": {
                                "semanticVersion": {"type": "string", "pattern": "^\\d+\\.\\d+\\.\\d+"},
                                "rules": {"type": "array", "uniqueItems": true, "items": {
                                    "type": "object",
                                    "required": ["id"],
                                    "properties": {
                                        "shortDescription": message,
                                        "help": message,
                                        "defaultConfiguration": {"properties": {"level": level}},
                                    },
                                }},
                            }},
                        }},
                        "results": {"type": "array", "items": {
                            "type": "object",
                            "required": ["message", "ruleId", "ruleIndex", "level", "locations"],
                            "properties": {
                                "message": message,
                                "level": level,
                                "ruleIndex": {"type": "integer", "minimum": 0},
                                "locations": {"type": "array", "items": {
                                    "required": ["physicalLocation"],
                                    "properties": {"physicalLocation": {
                                        "required": ["artifactLocation", "region"],
                                        "properties": {
                                            "artifactLocation": {"properties": {
                                                "uri": {"type": "string", "pattern": "^[^ <>\"]+$"},
                                            }},
                                            "region": {"properties": {
                                                "startLine": position,
                                                "startColumn": position,
                                            }},
                                        },
                                    }},
                                }},
                            },
                        }},
                    },
                }},
            },
        })
    }

    #[test]
    fn the_log_has_what_sarif_requires() {
        let schema = jsonschema::validator_for(&schema()).unwrap();
        let errors: Vec<String> = schema
            .iter_errors(&log())
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(errors, [""; 0]);
        let mut wrong = log();
        wrong["runs"][0]["results"][0]["level"] = "fatal".into();
        assert!(!schema.is_valid(&wrong));
    }

    #[test]
    fn a_result_says_its_rule_its_place_and_its_remedy() {
        let mut log = log();
        let run = &mut log["runs"][0];
        let known = run["tool"]["driver"]["rules"].take();
        for result in run["results"].as_array_mut().unwrap() {
            // It moves with every new rule.
            let index = result.as_object_mut().unwrap().remove("ruleIndex").unwrap();
            let index = usize::try_from(index.as_u64().unwrap()).unwrap();
            assert_eq!(known[index]["id"], result["ruleId"]);
        }
        insta::assert_json_snapshot!(run["results"]);
    }

    #[test]
    fn a_path_is_a_uri_reference() {
        assert_eq!(uri("infra/cdn stack.yaml"), "infra/cdn%20stack.yaml");
        assert_eq!(uri("c:template.yaml"), "./c:template.yaml");
        assert_eq!(uri("ä/100%.yaml"), "%C3%A4/100%25.yaml");
    }
}
