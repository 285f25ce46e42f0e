//! A template's text as values with their places.
//!
//! Two readings of the same text are walked together: `serde_yaml`'s values say what each scalar
//! is (a number, a text, a boolean, a tag), [`crate::events`] where it stands. Where the two
//! disagree, which takes a text that YAML 1.1 and 1.2 read differently, that is an error at the
//! place and no choice between them.

use std::vec::IntoIter;

use serde_yaml::Value as Yaml;

use crate::events::{self, Item, ItemKind};
use crate::expression::{Expression, Function, Kind};
use crate::{Key, Place, TemplateError};

/// Reads a text as one value.
pub(crate) fn read(text: &str) -> Result<Expression, TemplateError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let items = events::read(text)?;
    if items.is_empty() {
        return Err(TemplateError::whole(
            "the file is empty",
            "a template needs at least `Resources`",
        ));
    }
    let value: Yaml = serde_yaml::from_str(text).map_err(|error| {
        let place = error.location().map(|location| Place {
            line: u32::try_from(location.line()).unwrap_or(u32::MAX),
            column: u32::try_from(location.column()).unwrap_or(u32::MAX),
        });
        TemplateError {
            place,
            message: format!("not YAML or JSON: {error}"),
            help: "correct the syntax".to_owned(),
        }
    })?;
    let mut items = items.into_iter();
    let expression = join(value, &mut items)?;
    match items.next() {
        None => Ok(expression),
        Some(item) => Err(ambiguous(item.place)),
    }
}

/// A value with the places of its items.
fn join(value: Yaml, items: &mut IntoIter<Item>) -> Result<Expression, TemplateError> {
    let Some(Item { place, kind }) = items.next() else {
        return Err(TemplateError::whole(
            "the file ends too early",
            "close what is open",
        ));
    };
    if let Yaml::Tagged(tagged) = value {
        let tag = tagged.tag.to_string();
        let name = tag.trim_start_matches('!');
        let Some(function) = Function::of(name) else {
            return Err(unknown_function(place, name, &tag));
        };
        let argument = untagged(tagged.value, Item { place, kind }, items)?;
        return Ok(Expression {
            place,
            kind: Kind::Call(function, Box::new(argument)),
        });
    }
    untagged(value, Item { place, kind }, items)
}

/// A value without a tag of its own.
fn untagged(
    value: Yaml,
    item: Item,
    items: &mut IntoIter<Item>,
) -> Result<Expression, TemplateError> {
    let place = item.place;
    let kind = match (value, item.kind) {
        (Yaml::Null, ItemKind::Scalar(_)) => Kind::Null,
        (Yaml::Bool(value), ItemKind::Scalar(_)) => Kind::Bool(value),
        (Yaml::Number(_), ItemKind::Scalar(text)) => Kind::Number(text),
        (Yaml::String(value), ItemKind::Scalar(text)) if value == text => Kind::Text(text),
        (Yaml::Sequence(values), ItemKind::List) => {
            let mut list = Vec::with_capacity(values.len());
            for value in values {
                list.push(join(value, items)?);
            }
            end(items, place)?;
            Kind::List(list)
        }
        (Yaml::Mapping(values), ItemKind::Map) => {
            let mut entries = Vec::with_capacity(values.len());
            for (_, value) in values {
                let key = match items.next() {
                    Some(Item {
                        place,
                        kind: ItemKind::Scalar(text),
                    }) => Key { place, text },
                    Some(item) => return Err(ambiguous(item.place)),
                    None => return Err(ambiguous(place)),
                };
                entries.push((key, join(value, items)?));
            }
            end(items, place)?;
            return long_form(place, entries);
        }
        _ => return Err(ambiguous(place)),
    };
    Ok(Expression { place, kind })
}

/// A mapping, or the function that it is the long form of.
fn long_form(
    place: Place,
    mut entries: Vec<(Key, Expression)>,
) -> Result<Expression, TemplateError> {
    let alone = entries.len() == 1;
    if let Some(key) = entries
        .iter()
        .map(|(key, _)| key)
        .find(|key| key.text.starts_with("Fn::") || (alone && key.text == "Ref"))
    {
        let name = key.text.trim_start_matches("Fn::");
        let long = key.text.starts_with("Fn::");
        // `Condition` and `Ref` have no `Fn::` before them.
        let function =
            Function::of(name).filter(|function| long == function.name().starts_with("Fn::"));
        let Some(function) = function else {
            return Err(unknown_function(key.place, name, &key.text));
        };
        if !alone {
            return Err(TemplateError::at(
                key.place,
                format!("`{}` has other keys beside it", key.text),
                "an intrinsic function is the only key of its mapping",
            ));
        }
        let place = key.place;
        if let Some((_, argument)) = entries.pop() {
            return Ok(Expression {
                place,
                kind: Kind::Call(function, Box::new(argument)),
            });
        }
    }
    Ok(Expression {
        place,
        kind: Kind::Map(entries),
    })
}

/// The end of a list or mapping.
fn end(items: &mut IntoIter<Item>, open: Place) -> Result<(), TemplateError> {
    match items.next() {
        Some(Item {
            kind: ItemKind::End,
            ..
        }) => Ok(()),
        Some(item) => Err(ambiguous(item.place)),
        None => Err(ambiguous(open)),
    }
}

/// Functions of CloudFormation that are not read.
const NOT_READ: [&str; 14] = [
    "Base64",
    "Cidr",
    "Contains",
    "EachMemberEquals",
    "EachMemberIn",
    "ForEach",
    "GetAZs",
    "ImportValue",
    "Length",
    "RefAll",
    "ToJsonString",
    "Transform",
    "ValueOf",
    "ValueOfAll",
];

fn unknown_function(place: Place, name: &str, written: &str) -> TemplateError {
    let known = name.split("::").next().unwrap_or(name);
    if NOT_READ.contains(&known) {
        return TemplateError::at(
            place,
            format!("`{written}` is not read"),
            "its value is known to a deployment only: pass it as a parameter",
        );
    }
    let mut error = TemplateError::unknown(place, "intrinsic function", name, Function::names());
    error.message = error
        .message
        .replace(&format!("`{name}`"), &format!("`{written}`"));
    error
}

fn ambiguous(place: Place) -> TemplateError {
    TemplateError::at(
        place,
        "YAML 1.1 and 1.2 read this differently",
        "put the text between quotes",
    )
}
