//! A template as it is written.

use std::collections::HashMap;

use crate::error::excerpt;
use crate::expression::{Expression, Kind};
use crate::{Inputs, Key, Parameter, Place, Resolved, TemplateError, resolve, source};

/// A template as it is written, each value with its place.
#[derive(Clone, Debug)]
pub struct Template {
    /// Parameters in their order.
    pub parameters: Vec<Parameter>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) mappings: Vec<(Key, Expression)>,
    pub(crate) conditions: Vec<(Key, Expression)>,
    pub(crate) resources: Vec<Resource>,
    pub(crate) outputs: Vec<Output>,
}

/// A resource as it is written.
#[derive(Clone, Debug)]
pub(crate) struct Resource {
    pub(crate) id: Key,
    pub(crate) kind: String,
    pub(crate) condition: Option<Key>,
    /// `DependsOn`: logical ids.
    pub(crate) depends_on: Vec<Key>,
    /// `Properties`; `None` where there are none.
    pub(crate) properties: Option<Expression>,
}

/// A rule about parameters as it is written: AWS CloudFormation User Guide, "Rules".
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) name: Key,
    /// `RuleCondition`; the rule always holds where there is none.
    pub(crate) condition: Option<Expression>,
    /// `Assertions`: what must hold, and what is said where it does not.
    pub(crate) assertions: Vec<(Expression, String)>,
}

/// An output as it is written.
#[derive(Clone, Debug)]
pub(crate) struct Output {
    pub(crate) name: Key,
    pub(crate) condition: Option<Key>,
    pub(crate) value: Expression,
}

/// Sections that are read, and those that hold nothing for this purpose. AWS CloudFormation User
/// Guide, "Template sections".
const SECTIONS: [&str; 9] = [
    "AWSTemplateFormatVersion",
    "Description",
    "Metadata",
    "Parameters",
    "Rules",
    "Mappings",
    "Conditions",
    "Resources",
    "Outputs",
];

/// Attributes of a resource. AWS CloudFormation Template Reference, "Resource attributes".
const RESOURCE_ATTRIBUTES: [&str; 9] = [
    "Type",
    "Properties",
    "Condition",
    "DependsOn",
    "Metadata",
    "DeletionPolicy",
    "UpdateReplacePolicy",
    "UpdatePolicy",
    "CreationPolicy",
];

impl Template {
    /// Reads a template in YAML or JSON.
    ///
    /// # Errors
    ///
    /// For what is neither, or no template: for an alias, a key that is there twice, nesting
    /// without end, an intrinsic function or a section that is not known.
    pub fn read(text: &str) -> Result<Self, TemplateError> {
        let root = source::read(text)?;
        if !matches!(root.kind, Kind::Map(_)) {
            return Err(TemplateError::at(
                root.place,
                format!("the file holds {}, no template", root.describe()),
                "a template is a mapping with `Resources`",
            ));
        }
        for (key, value) in root.entries() {
            match key.text.as_str() {
                "AWSTemplateFormatVersion" if value.text() != Some("2010-09-09") => {
                    return Err(TemplateError::at(
                        value.place,
                        "unknown template format version",
                        "the only one is `2010-09-09`",
                    ));
                }
                "Transform" => {
                    return Err(TemplateError::at(
                        key.place,
                        "a macro rewrites this template",
                        "what `Transform` makes of it is known to CloudFormation only: give the processed template",
                    ));
                }
                section if SECTIONS.contains(&section) => {}
                other => {
                    return Err(TemplateError::unknown(
                        key.place, "section", other, SECTIONS,
                    ));
                }
            }
        }
        let resources = section(&root, "Resources")?;
        if resources.is_empty() {
            return Err(TemplateError::at(
                root.get("Resources")
                    .map_or(root.place, |there| there.place),
                "the template has no resources",
                "a template needs at least one in `Resources`",
            ));
        }
        Ok(Self {
            parameters: section(&root, "Parameters")?
                .iter()
                .map(|(key, value)| Parameter::read(key, value))
                .collect::<Result<_, _>>()?,
            rules: section(&root, "Rules")?
                .iter()
                .map(|(key, value)| Rule::read(key, value))
                .collect::<Result<_, _>>()?,
            mappings: section(&root, "Mappings")?.to_vec(),
            conditions: section(&root, "Conditions")?.to_vec(),
            resources: resources
                .iter()
                .map(|(key, value)| Resource::read(key, value))
                .collect::<Result<_, _>>()?,
            outputs: section(&root, "Outputs")?
                .iter()
                .map(|(key, value)| Output::read(key, value))
                .collect::<Result<_, _>>()?,
        })
    }

    /// Puts values for parameters, pseudo-parameters and intrinsic functions.
    ///
    /// # Errors
    ///
    /// For a missing parameter or one that is not allowed, a name that is not there, a circular
    /// reference, and a function that cannot be computed from what it is given.
    pub fn resolve(&self, inputs: &Inputs) -> Result<Resolved, TemplateError> {
        resolve::resolve(self, inputs)
    }

    /// Resources by logical id, as an index into them.
    pub(crate) fn resource_index(&self) -> HashMap<&str, usize> {
        self.resources
            .iter()
            .enumerate()
            .map(|(index, resource)| (resource.id.text.as_str(), index))
            .collect()
    }
}

/// The entries of a section that is a mapping; none where it is missing.
fn section<'r>(root: &'r Expression, name: &str) -> Result<&'r [(Key, Expression)], TemplateError> {
    match root.get(name) {
        None => Ok(&[]),
        Some(section) => mapping(section, &format!("`{name}`")),
    }
}

/// The entries of what must be a mapping.
fn mapping<'r>(
    value: &'r Expression,
    what: &str,
) -> Result<&'r [(Key, Expression)], TemplateError> {
    match &value.kind {
        Kind::Map(entries) => Ok(entries),
        _ => Err(TemplateError::at(
            value.place,
            format!("{what} holds {}", value.describe()),
            "it must be a mapping",
        )),
    }
}

impl Resource {
    fn read(id: &Key, value: &Expression) -> Result<Self, TemplateError> {
        if id.text.is_empty() || !id.text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(TemplateError::at(
                id.place,
                format!("`{}` cannot be a logical id", excerpt(&id.text)),
                "a logical id has letters and digits only",
            ));
        }
        for (key, _) in mapping(value, &format!("the resource `{}`", id.text))? {
            if !RESOURCE_ATTRIBUTES.contains(&key.text.as_str()) {
                return Err(TemplateError::unknown(
                    key.place,
                    "attribute of a resource",
                    &key.text,
                    RESOURCE_ATTRIBUTES,
                ));
            }
        }
        let kind = match value.get("Type") {
            Some(kind) => name(kind, "`Type`")?,
            None => {
                return Err(TemplateError::at(
                    id.place,
                    format!("the resource `{}` has no `Type`", id.text),
                    "say what it is, e.g. `AWS::S3::Bucket`",
                ));
            }
        };
        crate::kinds::check(&kind)?;
        let depends_on = match value.get("DependsOn") {
            None => Vec::new(),
            Some(Expression {
                kind: Kind::List(list),
                ..
            }) => list
                .iter()
                .map(|item| name(item, "`DependsOn`"))
                .collect::<Result<_, _>>()?,
            Some(one) => vec![name(one, "`DependsOn`")?],
        };
        let properties = value.get("Properties");
        if let Some(properties) = properties
            && !matches!(properties.kind, Kind::Map(_) | Kind::Null)
        {
            mapping(properties, "`Properties`")?;
        }
        Ok(Self {
            id: id.clone(),
            kind: kind.text,
            condition: condition(value)?,
            depends_on,
            properties: properties
                .filter(|properties| properties.kind != Kind::Null)
                .cloned(),
        })
    }
}

impl Rule {
    fn read(name: &Key, value: &Expression) -> Result<Self, TemplateError> {
        const KEYS: [&str; 2] = ["RuleCondition", "Assertions"];
        for (key, _) in mapping(value, &format!("the rule `{}`", excerpt(&name.text)))? {
            if !KEYS.contains(&key.text.as_str()) {
                return Err(TemplateError::unknown(
                    key.place,
                    "key of a rule",
                    &key.text,
                    KEYS,
                ));
            }
        }
        let Some(Kind::List(written)) = value.get("Assertions").map(|list| &list.kind) else {
            return Err(TemplateError::at(
                name.place,
                format!("the rule `{}` has no `Assertions`", excerpt(&name.text)),
                "give a list, each with an `Assert`",
            ));
        };
        let assertions = written
            .iter()
            .map(|one| {
                let assert = one.get("Assert").ok_or_else(|| {
                    TemplateError::at(
                        one.place,
                        "an assertion has no `Assert`",
                        "say what must hold",
                    )
                })?;
                let said = one.get("AssertDescription").and_then(Expression::text);
                Ok((assert.clone(), said.unwrap_or_default().to_owned()))
            })
            .collect::<Result<_, TemplateError>>()?;
        Ok(Self {
            name: name.clone(),
            condition: value.get("RuleCondition").cloned(),
            assertions,
        })
    }
}

impl Output {
    fn read(key: &Key, value: &Expression) -> Result<Self, TemplateError> {
        mapping(value, &format!("the output `{}`", excerpt(&key.text)))?;
        match value.get("Value") {
            Some(inner) => Ok(Self {
                name: key.clone(),
                condition: condition(value)?,
                value: inner.clone(),
            }),
            None => Err(TemplateError::at(
                key.place,
                format!("the output `{}` has no `Value`", excerpt(&key.text)),
                "say what it gives",
            )),
        }
    }
}

/// The name of the condition that a resource or output stands under.
fn condition(value: &Expression) -> Result<Option<Key>, TemplateError> {
    value
        .get("Condition")
        .map(|condition| name(condition, "`Condition`"))
        .transpose()
}

/// A text that names something, with its place.
fn name(value: &Expression, what: &str) -> Result<Key, TemplateError> {
    match &value.kind {
        Kind::Text(text) => Ok(Key {
            place: value.place,
            text: text.clone(),
        }),
        _ => Err(TemplateError::at(
            value.place,
            format!("{what} holds {}", value.describe()),
            "it must be a name",
        )),
    }
}

/// Where a resource's properties begin: its own place where it has none.
pub(crate) fn properties_place(resource: &Resource) -> Place {
    resource
        .properties
        .as_ref()
        .map_or(resource.id.place, |properties| properties.place)
}
