//! Intrinsic functions and conditions. AWS CloudFormation Template Reference, "Intrinsic function
//! reference" and "Condition functions".

use crate::error::excerpt;
use crate::expression::{Expression, Function, Kind};
use crate::kinds;
use crate::parameters::{ParameterValue, constant};
use crate::scope::{Name, Pseudo, Reference, Scope};
use crate::{Key, Node, Place, TemplateError, Value};

impl<'t> Scope<'t> {
    /// The value of an expression; `None` for `AWS::NoValue`.
    pub(crate) fn value(&mut self, written: &'t Expression) -> Result<Option<Node>, TemplateError> {
        let place = written.place;
        let value = match &written.kind {
            Kind::Null => Value::Null,
            Kind::Bool(value) => Value::Bool(*value),
            Kind::Number(text) => Value::Number(text.clone()),
            Kind::Text(text) => Value::Text(text.clone()),
            Kind::List(list) => {
                let mut items = Vec::with_capacity(list.len());
                for item in list {
                    items.extend(self.value(item)?);
                }
                Value::List(items)
            }
            Kind::Map(map) => {
                let mut entries = Vec::with_capacity(map.len());
                for (key, value) in map {
                    if let Some(value) = self.value(value)? {
                        entries.push((key.clone(), value));
                    }
                }
                Value::Map(entries)
            }
            Kind::Call(function, argument) => return self.call(*function, argument, place),
        };
        Ok(Some(Node { place, value }))
    }

    fn call(
        &mut self,
        function: Function,
        argument: &'t Expression,
        place: Place,
    ) -> Result<Option<Node>, TemplateError> {
        let value = match function {
            Function::Ref => return self.reference(argument, place),
            Function::GetAtt => self.get_att(argument, place)?,
            Function::Sub => Value::Text(self.sub(argument, place)?),
            Function::Join => Value::Text(self.join(argument, place)?),
            Function::Split => {
                let [separator, text] = arguments(function, argument, place)?;
                let separator = self.text(separator)?;
                let text = self.text(text)?;
                self.spend(text.len(), place)?;
                if separator.is_empty() {
                    return Err(wrong(function, place, "it needs a text to split at"));
                }
                Value::List(texts(text.split(separator.as_str()), place))
            }
            Function::Select => return self.select(argument, place),
            Function::FindInMap => {
                let [map, first, second] = arguments(function, argument, place)?;
                let (map, first, second) = (self.text(map)?, self.text(first)?, self.text(second)?);
                let found = constant(self.in_map([&map, &first, &second], place)?)?;
                self.spend(size(&found), place)?;
                found.value
            }
            Function::If => {
                let [condition, then, otherwise] = arguments(function, argument, place)?;
                let Kind::Text(name) = &condition.kind else {
                    return Err(wrong(
                        function,
                        condition.place,
                        "its first argument is the name of a condition",
                    ));
                };
                let (taken, other) = if self.condition(name, condition.place)? {
                    (then, otherwise)
                } else {
                    (otherwise, then)
                };
                self.check(other)?;
                return self.value(taken);
            }
            Function::Equals
            | Function::Not
            | Function::And
            | Function::Or
            | Function::Condition => {
                return Err(TemplateError::at(
                    place,
                    format!("`{}` cannot stand here", function.name()),
                    "compute it in `Conditions` and use it by its name in `Fn::If`",
                ));
            }
        };
        Ok(Some(Node { place, value }))
    }

    /// `Ref`.
    fn reference(
        &mut self,
        argument: &'t Expression,
        place: Place,
    ) -> Result<Option<Node>, TemplateError> {
        let Kind::Text(name) = &argument.kind else {
            return Err(wrong(
                Function::Ref,
                place,
                "it names a parameter or a resource",
            ));
        };
        let value = match self.name(name, place)? {
            Name::Pseudo(Pseudo::NoValue) => return Ok(None),
            Name::Pseudo(Pseudo::EmptyList) => Value::List(Vec::new()),
            Name::Pseudo(Pseudo::Text(text)) | Name::Parameter(ParameterValue::Text(text)) => {
                self.spend(text.len(), place)?;
                Value::Text(text)
            }
            Name::Parameter(ParameterValue::List(list)) => {
                self.spend(list.iter().map(String::len).sum(), place)?;
                Value::List(texts(list.iter().map(String::as_str), place))
            }
            Name::Resource(index, resource) => {
                self.references.push(Reference { place, to: index });
                Value::Attribute {
                    resource: resource.id.text.clone(),
                    name: "Ref".to_owned(),
                }
            }
        };
        Ok(Some(Node { place, value }))
    }

    /// `Fn::GetAtt` as `Resource.Attribute` or `[Resource, Attribute]`.
    fn get_att(&mut self, argument: &'t Expression, place: Place) -> Result<Value, TemplateError> {
        let (resource, attribute) = if let Kind::Text(dotted) = &argument.kind {
            let (resource, attribute) = dotted.split_once('.').ok_or_else(|| {
                wrong(
                    Function::GetAtt,
                    place,
                    "it names a resource and its attribute: `Resource.Attribute`",
                )
            })?;
            (resource.to_owned(), attribute.to_owned())
        } else {
            let [resource, attribute] = arguments(Function::GetAtt, argument, place)?;
            let Kind::Text(resource) = &resource.kind else {
                return Err(wrong(
                    Function::GetAtt,
                    place,
                    "its first argument is a name",
                ));
            };
            (resource.clone(), self.text(attribute)?)
        };
        self.attribute(&resource, &attribute, place)?;
        Ok(Value::Attribute {
            resource,
            name: attribute,
        })
    }

    /// Notes a reference to an attribute, which must be one that its resource's type has.
    pub(crate) fn attribute(
        &mut self,
        resource: &str,
        attribute: &str,
        place: Place,
    ) -> Result<(usize, &'t crate::template::Resource), TemplateError> {
        let (index, found) = self.resource(resource, place)?;
        if let Some(known) = kinds::attributes(&found.kind)
            && !known.contains(&attribute)
        {
            return Err(TemplateError::unknown(
                place,
                &format!("attribute of {}", found.kind),
                attribute,
                known.iter().copied(),
            ));
        }
        self.references.push(Reference { place, to: index });
        Ok((index, found))
    }

    /// `Fn::Sub` as a text, or as a text and its own variables.
    fn sub(&mut self, argument: &'t Expression, place: Place) -> Result<String, TemplateError> {
        let (text, variables) = match &argument.kind {
            Kind::List(_) => {
                let [text, variables] = arguments(Function::Sub, argument, place)?;
                let Kind::Map(variables) = &variables.kind else {
                    return Err(wrong(
                        Function::Sub,
                        place,
                        "its second argument is a mapping of variables",
                    ));
                };
                (text, variables.as_slice())
            }
            _ => (argument, [].as_slice()),
        };
        let Kind::Text(template) = &text.kind else {
            return Err(wrong(Function::Sub, place, "it takes a text"));
        };
        let mut own = std::collections::HashMap::with_capacity(variables.len());
        for (key, value) in variables {
            own.insert(key.text.as_str(), self.text(value)?);
        }
        let mut made = String::new();
        for part in parts(template, place)? {
            let value = match part {
                Part::Literal(text) => text.to_owned(),
                Part::Escaped(text) => format!("${{{text}}}"),
                Part::Variable(name) => match own.get(name) {
                    Some(value) => value.clone(),
                    None => self.variable(name, place)?,
                },
            };
            self.spend(value.len(), place)?;
            made.push_str(&value);
        }
        Ok(made)
    }

    /// What `${NAME}` stands for where `Fn::Sub` has no variable of that name.
    fn variable(&mut self, name: &str, place: Place) -> Result<String, TemplateError> {
        if let Some((resource, attribute)) = name.split_once('.') {
            let (index, found) = self.attribute(resource, attribute, place)?;
            return self.stand_in(index, found, attribute, place);
        }
        match self.name(name, place)? {
            Name::Pseudo(Pseudo::Text(text)) | Name::Parameter(ParameterValue::Text(text)) => {
                Ok(text)
            }
            Name::Resource(index, resource) => {
                self.references.push(Reference { place, to: index });
                self.stand_in(index, resource, "Ref", place)
            }
            Name::Pseudo(Pseudo::EmptyList | Pseudo::NoValue)
            | Name::Parameter(ParameterValue::List(_)) => Err(wrong(
                Function::Sub,
                place,
                &format!(
                    "`{}` is no text; put a list together with `Fn::Join`",
                    excerpt(name)
                ),
            )),
        }
    }

    /// `Fn::Join`.
    fn join(&mut self, argument: &'t Expression, place: Place) -> Result<String, TemplateError> {
        let [separator, list] = arguments(Function::Join, argument, place)?;
        let separator = self.text(separator)?;
        let mut made = String::new();
        for (index, item) in self.list(list, Function::Join)?.iter().enumerate() {
            let text = self.filled(item)?;
            self.spend(separator.len() + text.len(), place)?;
            if index > 0 {
                made.push_str(&separator);
            }
            made.push_str(&text);
        }
        Ok(made)
    }

    /// `Fn::Select`.
    fn select(
        &mut self,
        argument: &'t Expression,
        place: Place,
    ) -> Result<Option<Node>, TemplateError> {
        let [index, list] = arguments(Function::Select, argument, place)?;
        let index = self.text(index)?;
        let list = self.list(list, Function::Select)?;
        let chosen = index
            .parse::<usize>()
            .ok()
            .and_then(|index| list.get(index))
            .ok_or_else(|| {
                wrong(
                    Function::Select,
                    place,
                    &format!(
                        "there is no element `{}` in a list of {}; the first is 0",
                        excerpt(&index),
                        list.len()
                    ),
                )
            })?;
        Ok(Some(Node {
            place,
            value: chosen.value.clone(),
        }))
    }

    /// The elements of a list.
    fn list(
        &mut self,
        written: &'t Expression,
        function: Function,
    ) -> Result<Vec<Node>, TemplateError> {
        match self.value(written)?.map(|node| node.value) {
            Some(Value::List(items)) => Ok(items),
            _ => Err(wrong(function, written.place, "it takes a list here")),
        }
    }

    /// A value as a text, attributes of resources as stand-ins.
    pub(crate) fn text(&mut self, written: &'t Expression) -> Result<String, TemplateError> {
        self.optional_text(written)?.ok_or_else(|| {
            TemplateError::at(
                written.place,
                "`AWS::NoValue` stands where a text is needed",
                "give a text",
            )
        })
    }

    /// A value as a text; `None` for `AWS::NoValue`.
    pub(crate) fn optional_text(
        &mut self,
        written: &'t Expression,
    ) -> Result<Option<String>, TemplateError> {
        match self.value(written)? {
            Some(node) => self.filled(&node).map(Some),
            None => Ok(None),
        }
    }

    /// A resolved value as a text.
    pub(crate) fn filled(&mut self, node: &Node) -> Result<String, TemplateError> {
        if let Value::Attribute { resource, name } = &node.value {
            let (index, found) = self.resource(resource, node.place)?;
            return self.stand_in(index, found, name, node.place);
        }
        node.text().map(ToOwned::to_owned).ok_or_else(|| {
            TemplateError::at(
                node.place,
                "a text is needed here",
                "give one text or number",
            )
        })
    }

    /// Whether an expression of `Conditions` holds.
    pub(crate) fn holds(&mut self, written: &'t Expression) -> Result<bool, TemplateError> {
        let place = written.place;
        match &written.kind {
            Kind::Map(entries) => {
                if let [(Key { text, .. }, value)] = entries.as_slice()
                    && text == "Condition"
                {
                    return self.named_condition(value);
                }
            }
            Kind::Call(Function::Condition, name) => return self.named_condition(name),
            Kind::Call(Function::Equals, argument) => {
                let [left, right] = arguments(Function::Equals, argument, place)?;
                let known = self.references.len();
                let equal = self.text(left)? == self.text(right)?;
                if let Some(reference) = self.references.get(known) {
                    let place = reference.place;
                    self.references.truncate(known);
                    return Err(TemplateError::at(
                        place,
                        "a condition cannot depend on a resource",
                        "it is computed before there are any: use parameters and mappings",
                    ));
                }
                return Ok(equal);
            }
            Kind::Call(Function::Not, argument) => {
                let [one] = arguments(Function::Not, argument, place)?;
                return Ok(!self.holds(one)?);
            }
            Kind::Call(function @ (Function::And | Function::Or), argument) => {
                let several = match &argument.kind {
                    Kind::List(several) if (2..=10).contains(&several.len()) => several,
                    _ => return Err(wrong(*function, place, "it takes 2 to 10 conditions")),
                };
                // Each is computed, so that a mistake shows whatever the others say.
                let mut true_ones = 0;
                for one in several {
                    true_ones += usize::from(self.holds(one)?);
                }
                return Ok(match function {
                    Function::And => true_ones == several.len(),
                    _ => true_ones > 0,
                });
            }
            _ => {}
        }
        Err(TemplateError::at(
            place,
            format!("{} is no condition", written.describe()),
            "use `Fn::Equals`, `Fn::Not`, `Fn::And`, `Fn::Or` or `Condition`",
        ))
    }

    fn named_condition(&mut self, name: &'t Expression) -> Result<bool, TemplateError> {
        match &name.kind {
            Kind::Text(text) => self.condition(text, name.place),
            _ => Err(wrong(
                Function::Condition,
                name.place,
                "it names a condition",
            )),
        }
    }
}

/// A part of the text of `Fn::Sub`.
pub(crate) enum Part<'t> {
    /// Text as it is.
    Literal(&'t str),
    /// `${!Text}`, which gives `${Text}`.
    Escaped(&'t str),
    /// `${Name}`.
    Variable(&'t str),
}

/// The parts of the text of `Fn::Sub`.
pub(crate) fn parts(template: &str, place: Place) -> Result<Vec<Part<'_>>, TemplateError> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, next)) = after.split_once('}') else {
            return Err(wrong(Function::Sub, place, "a `${` is not closed by `}`"));
        };
        parts.push(Part::Literal(before));
        parts.push(match name.trim().strip_prefix('!') {
            Some(literal) => Part::Escaped(literal),
            None => Part::Variable(name.trim()),
        });
        rest = next;
    }
    parts.push(Part::Literal(rest));
    Ok(parts)
}

/// The arguments of a function that takes `N` of them.
fn arguments<const N: usize>(
    function: Function,
    argument: &Expression,
    place: Place,
) -> Result<&[Expression; N], TemplateError> {
    match &argument.kind {
        Kind::List(list) => list.as_slice().try_into().ok(),
        _ => None,
    }
    .ok_or_else(|| {
        wrong(
            function,
            place,
            &format!(
                "it takes a list of {N} argument{}",
                if N == 1 { "" } else { "s" }
            ),
        )
    })
}

fn wrong(function: Function, place: Place, help: &str) -> TemplateError {
    TemplateError::at(
        place,
        format!("`{}` cannot be computed", function.name()),
        help,
    )
}

fn texts<'a>(texts: impl Iterator<Item = &'a str>, place: Place) -> Vec<Node> {
    texts
        .map(|text| Node {
            place,
            value: Value::Text(text.to_owned()),
        })
        .collect()
}

/// About how many bytes a value takes.
fn size(node: &Node) -> usize {
    match &node.value {
        Value::Null | Value::Bool(_) => 1,
        Value::Number(text) | Value::Text(text) => text.len(),
        Value::List(items) => items.iter().map(|item| 16 + size(item)).sum(),
        Value::Map(entries) => entries
            .iter()
            .map(|(key, value)| 16 + key.text.len() + size(value))
            .sum(),
        Value::Attribute { resource, name } => resource.len() + name.len(),
    }
}
