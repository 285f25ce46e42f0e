//! Parameters of a template and their values.

use std::collections::HashMap;

use crate::error::excerpt;
use crate::expression::{Expression, Kind};
use crate::{Key, Node, Place, TemplateError, Value};

/// A parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub place: Place,
    /// `Default`.
    pub default: Option<Node>,
    /// `Type`, e.g. `String`.
    pub kind: String,
    /// `AllowedValues`; empty where any is allowed.
    pub allowed_values: Vec<String>,
    /// The shortest and longest text, or the least and largest number.
    bounds: Bounds,
}

/// `MinLength`, `MaxLength`, `MinValue` and `MaxValue`.
#[derive(Clone, Debug, Default, PartialEq)]
struct Bounds {
    min_length: Option<f64>,
    max_length: Option<f64>,
    min_value: Option<f64>,
    max_value: Option<f64>,
}

/// The value of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ParameterValue {
    /// One text.
    Text(String),
    /// A list's texts.
    List(Vec<String>),
}

/// Most parameters that an error names beside its own.
const MOST_NAMED: usize = 12;

/// Keys of a parameter. AWS CloudFormation User Guide, "Parameters".
const KEYS: [&str; 11] = [
    "Type",
    "Default",
    "AllowedValues",
    "AllowedPattern",
    "ConstraintDescription",
    "Description",
    "MinLength",
    "MaxLength",
    "MinValue",
    "MaxValue",
    "NoEcho",
];

impl Parameter {
    /// Reads one entry of `Parameters`. `AllowedPattern` is a pattern of Java's and is not
    /// computed.
    pub(crate) fn read(key: &Key, value: &Expression) -> Result<Self, TemplateError> {
        let name = excerpt(&key.text);
        if !matches!(value.kind, Kind::Map(_)) {
            return Err(TemplateError::at(
                value.place,
                format!("the parameter `{name}` holds {}", value.describe()),
                "a parameter is a mapping with a `Type`",
            ));
        }
        for (key, _) in value.entries() {
            if !KEYS.contains(&key.text.as_str()) {
                return Err(TemplateError::unknown(
                    key.place,
                    "key of a parameter",
                    &key.text,
                    KEYS,
                ));
            }
        }
        let Some(kind) = value.get("Type").and_then(Expression::text) else {
            return Err(TemplateError::at(
                key.place,
                format!("the parameter `{name}` has no `Type`"),
                "e.g. `Type: String`",
            ));
        };
        let place = value.get("Type").map_or(key.place, |kind| kind.place);
        check_kind(kind, place)?;
        let bound = |bound: &str| -> Result<Option<f64>, TemplateError> {
            let Some(written) = value.get(bound) else {
                return Ok(None);
            };
            match written.text().and_then(|text| text.parse().ok()) {
                Some(number) => Ok(Some(number)),
                None => Err(TemplateError::at(
                    written.place,
                    format!("`{bound}` holds {}", written.describe()),
                    "it must be a number",
                )),
            }
        };
        let parameter = Self {
            name: key.text.clone(),
            place: key.place,
            default: value.get("Default").map(constant).transpose()?,
            kind: kind.to_owned(),
            allowed_values: match value.get("AllowedValues") {
                None => Vec::new(),
                Some(allowed) => constant(allowed)?
                    .items()
                    .iter()
                    .filter_map(Node::text)
                    .map(ToOwned::to_owned)
                    .collect(),
            },
            bounds: Bounds {
                min_length: bound("MinLength")?,
                max_length: bound("MaxLength")?,
                min_value: bound("MinValue")?,
                max_value: bound("MaxValue")?,
            },
        };
        if let Some(default) = &parameter.default {
            parameter.value(default.text().unwrap_or_default(), default.place)?;
        }
        Ok(parameter)
    }

    /// A text as this parameter's value.
    fn value(&self, text: &str, place: Place) -> Result<ParameterValue, TemplateError> {
        let is_list = self.kind == "CommaDelimitedList" || self.kind.starts_with("List<");
        let texts: Vec<&str> = if is_list {
            text.split(',').map(str::trim).collect()
        } else {
            vec![text]
        };
        for text in &texts {
            self.check(text, place)?;
        }
        let mut texts: Vec<String> = texts.into_iter().map(ToOwned::to_owned).collect();
        Ok(if is_list {
            ParameterValue::List(texts)
        } else {
            ParameterValue::Text(texts.pop().unwrap_or_default())
        })
    }

    /// Refuses a value that the parameter's own rules do not allow.
    fn check(&self, text: &str, place: Place) -> Result<(), TemplateError> {
        let name = excerpt(&self.name);
        let shown = excerpt(text);
        if !self.allowed_values.is_empty() && !self.allowed_values.iter().any(|one| one == text) {
            return Err(TemplateError::at(
                place,
                format!("the parameter `{name}` cannot be `{shown}`"),
                format!(
                    "`AllowedValues` are {}",
                    self.allowed_values
                        .iter()
                        .take(12)
                        .map(|one| format!("`{}`", excerpt(one)))
                        .collect::<Vec<_>>()
                        .join(", ")
                ),
            ));
        }
        let refused = |why: String| {
            TemplateError::at(
                place,
                format!("the parameter `{name}` cannot be `{shown}`"),
                why,
            )
        };
        if matches!(self.kind.as_str(), "Number" | "List<Number>") {
            let number = text
                .parse::<f64>()
                .ok()
                .filter(|number| number.is_finite())
                .ok_or_else(|| refused("its type is `Number`".to_owned()))?;
            if let Some(least) = self.bounds.min_value.filter(|least| number < *least) {
                return Err(refused(format!("`MinValue` is {least}")));
            }
            if let Some(largest) = self.bounds.max_value.filter(|largest| number > *largest) {
                return Err(refused(format!("`MaxValue` is {largest}")));
            }
            return Ok(());
        }
        #[expect(clippy::cast_precision_loss, reason = "a length of a text")]
        let length = text.chars().count() as f64;
        if let Some(least) = self.bounds.min_length.filter(|least| length < *least) {
            return Err(refused(format!("`MinLength` is {least}")));
        }
        if let Some(largest) = self.bounds.max_length.filter(|largest| length > *largest) {
            return Err(refused(format!("`MaxLength` is {largest}")));
        }
        Ok(())
    }
}

/// Refuses a type whose values this reader cannot know.
fn check_kind(kind: &str, place: Place) -> Result<(), TemplateError> {
    const PLAIN: [&str; 4] = ["String", "Number", "CommaDelimitedList", "List<Number>"];
    if kind.starts_with("AWS::SSM::Parameter::Value<") {
        return Err(TemplateError::at(
            place,
            "the value of this parameter is kept in Systems Manager",
            "this reader cannot ask for it: make it a `String` parameter",
        ));
    }
    // Types of AWS's own, such as `AWS::EC2::VPC::Id`, take a text that must exist in the account.
    let plain = PLAIN.contains(&kind)
        || kind.starts_with("AWS::")
        || (kind.starts_with("List<AWS::") && kind.ends_with('>'));
    if plain {
        Ok(())
    } else {
        Err(TemplateError::unknown(
            place,
            "type of parameter",
            kind,
            PLAIN,
        ))
    }
}

/// The values of a template's parameters: those that are given, else the defaults.
pub(crate) fn values<'t>(
    parameters: &'t [Parameter],
    given: &[(String, String)],
) -> Result<HashMap<&'t str, ParameterValue>, TemplateError> {
    let names = || parameters.iter().map(|parameter| parameter.name.as_str());
    let mut by_name: HashMap<&str, &str> = HashMap::with_capacity(given.len());
    for (name, value) in given {
        by_name.insert(name, value);
    }
    let mut values = HashMap::with_capacity(parameters.len());
    for parameter in parameters {
        let text = match by_name.remove(parameter.name.as_str()) {
            Some(text) => text,
            None => match &parameter.default {
                Some(default) => default.text().unwrap_or_default(),
                None => return Err(without_value(parameter, parameters, given)),
            },
        };
        values.insert(
            parameter.name.as_str(),
            parameter.value(text, parameter.place)?,
        );
    }
    // The first of those given that the template does not have, in the order given.
    match given
        .iter()
        .find(|(name, _)| by_name.contains_key(name.as_str()))
    {
        None => Ok(values),
        Some((name, _)) => {
            let unknown =
                TemplateError::unknown(Place { line: 1, column: 1 }, "parameter", name, names());
            Err(TemplateError {
                place: None,
                ..unknown
            })
        }
    }
}

/// The error of a parameter without a value, which names the others that have none either: who
/// gives them one by one has a run for each.
fn without_value(
    parameter: &Parameter,
    parameters: &[Parameter],
    given: &[(String, String)],
) -> TemplateError {
    let others: Vec<String> = parameters
        .iter()
        .filter(|other| {
            other.name != parameter.name
                && other.default.is_none()
                && !given.iter().any(|(name, _)| *name == other.name)
        })
        .map(|other| format!("`{}`", excerpt(&other.name)))
        .collect();
    let (named, rest) = others.split_at(others.len().min(MOST_NAMED));
    let beside = match (named, rest.len()) {
        ([], _) => String::new(),
        (named, 0) => format!(", nor have {}", named.join(", ")),
        (named, more) => format!(", nor have {} and {more} others", named.join(", ")),
    };
    TemplateError::at(
        parameter.place,
        format!(
            "the parameter `{}` has no value{beside}",
            excerpt(&parameter.name)
        ),
        format!(
            "give it one, as `--parameter {}=VALUE`, or write a `Default`",
            excerpt(&parameter.name)
        ),
    )
}

/// A value without functions.
pub(crate) fn constant(value: &Expression) -> Result<Node, TemplateError> {
    let plain = match &value.kind {
        Kind::Null => Value::Null,
        Kind::Bool(value) => Value::Bool(*value),
        Kind::Number(text) => Value::Number(text.clone()),
        Kind::Text(text) => Value::Text(text.clone()),
        Kind::List(list) => Value::List(list.iter().map(constant).collect::<Result<_, _>>()?),
        Kind::Map(entries) => Value::Map(
            entries
                .iter()
                .map(|(key, value)| Ok((key.clone(), constant(value)?)))
                .collect::<Result<_, _>>()?,
        ),
        Kind::Call(function, _) => {
            return Err(TemplateError::at(
                value.place,
                format!("`{}` cannot stand here", function.name()),
                "this part of a template takes plain values only",
            ));
        }
    };
    Ok(Node {
        place: value.place,
        value: plain,
    })
}
