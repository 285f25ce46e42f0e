//! A template held against the rules.

use std::collections::{BTreeMap, BTreeSet};

use greenroom_cloudformation::{Inputs, Place, Template, TemplateError, Value};
use serde::{Deserialize, Serialize};

use super::policies::Synthetic;
use super::rule::{Remarks, Severity};
use super::rules;
use super::site::Site;

/// Version of [`Review`] as it is written to JSON.
pub const REVIEW_VERSION: u32 = 1;

/// What the rules have to say about a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// [`REVIEW_VERSION`] of what wrote it.
    pub review_version: u32,
    /// The template's file, as it was named.
    pub file: String,
    /// `AWS::Region` that it was resolved with.
    pub region: String,
    /// The parameters that were given, by name.
    pub parameters: BTreeMap<String, String>,
    /// How many rules looked at it.
    pub rules: usize,
    /// What they found, in the order of the file.
    pub findings: Vec<Finding>,
}

/// What a rule found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule's name.
    pub rule: String,
    /// The rule's severity.
    pub severity: Severity,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// Logical id of the resource; empty where the template as a whole is meant.
    pub resource: String,
    /// What is so and what comes of it.
    pub reason: String,
    /// What to write.
    pub fix: String,
}

impl Review {
    /// How many findings are of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        let of = |finding: &&Finding| finding.severity == severity;
        self.findings.iter().filter(of).count()
    }

    /// 1 where there is an error or a warning, 0 where there are notes at the most.
    pub fn exit_code(&self) -> u8 {
        let harmless = |finding: &Finding| finding.severity == Severity::Note;
        u8::from(!self.findings.iter().all(harmless))
    }
}

/// Holds the template in a file against all rules.
///
/// Beside the values that are asked for, two others are tried, of which only what is new is told:
/// every parameter that may be left empty is given, so that both sides of a condition on it are
/// looked at; and the stack is moved out of us-east-1, where alarms on CloudFront would be blind.
///
/// # Errors
///
/// Where the text is no template, or its values cannot be put in.
pub fn review(file: &str, text: &str, inputs: &Inputs) -> Result<Review, TemplateError> {
    let template = Template::read(text)?;
    let mut found = BTreeMap::new();
    look(&template, inputs, &mut found)?;
    let elsewhere = Inputs {
        region: "eu-west-1".to_owned(),
        ..inputs.clone()
    };
    for other in [elsewhere, given(&template, inputs)] {
        if other != *inputs {
            // That a template cannot be resolved with values that nobody asked for says nothing.
            let _ = look(&template, &other, &mut found);
        }
    }
    Ok(Review {
        review_version: REVIEW_VERSION,
        file: file.to_owned(),
        region: inputs.region.clone(),
        parameters: inputs.parameters.iter().cloned().collect(),
        rules: rules().count(),
        findings: found.into_values().flatten().collect(),
    })
}

/// Findings by place and rule.
type Found = BTreeMap<(Place, &'static str), Vec<Finding>>;

/// Adds what the rules find that is not found yet.
fn look(template: &Template, inputs: &Inputs, found: &mut Found) -> Result<(), TemplateError> {
    let resolved = template.resolve(inputs)?;
    let synthetic = Synthetic::of(&resolved);
    let site = Site::new(&resolved, inputs, &synthetic);
    let before: BTreeSet<(Place, &str)> = found.keys().copied().collect();
    for rule in rules() {
        let mut remarks = Remarks::default();
        (rule.check)(&site, &mut remarks);
        for remark in remarks.0 {
            if before.contains(&(remark.place, rule.id)) {
                continue;
            }
            let here = found.entry((remark.place, rule.id)).or_default();
            let fix = if synthetic.is_managed(remark.place) {
                format!(
                    "put a policy of your own in the place of the managed one, and there {}",
                    remark.fix
                )
            } else {
                remark.fix
            };
            let finding = Finding {
                rule: rule.id.to_owned(),
                severity: rule.severity,
                line: remark.place.line,
                column: remark.place.column,
                resource: remark.resource,
                reason: remark.reason,
                fix,
            };
            // A policy of several behaviours is one policy.
            if !here.contains(&finding) {
                here.push(finding);
            }
        }
    }
    Ok(())
}

/// The inputs with a value for every parameter that would be left empty.
fn given(template: &Template, inputs: &Inputs) -> Inputs {
    let mut full = inputs.clone();
    for parameter in &template.parameters {
        let empty = parameter
            .default
            .as_ref()
            .is_some_and(|default| default.value == Value::Text(String::new()));
        let asked = inputs
            .parameters
            .iter()
            .any(|(name, _)| *name == parameter.name);
        if empty && !asked {
            let other = parameter
                .allowed_values
                .iter()
                .find(|value| !value.is_empty());
            let value = other.map_or_else(|| format!("<{}>", parameter.name), Clone::clone);
            full.parameters.push((parameter.name.clone(), value));
        }
    }
    full
}
