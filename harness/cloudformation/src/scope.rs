//! What names mean while a template is resolved.

use std::collections::HashMap;

use crate::error::excerpt;
use crate::expression::Expression;
use crate::kinds::{self, Account};
use crate::parameters::{self, ParameterValue};
use crate::template::Resource;
use crate::{Inputs, Key, Place, Template, TemplateError};

/// Most bytes that functions may make of a template, so that nested texts which repeat each other
/// come to an end. Ten thousand resources make about one hundredth of it.
const BUDGET: usize = 64_000_000;

/// Deepest chain of conditions, or of bucket names, that name each other.
const DEEPEST_CHAIN: usize = 100;

/// A reference from one resource to another.
#[derive(Clone, Debug)]
pub(crate) struct Reference {
    /// Where it stands.
    pub(crate) place: Place,
    /// The index of the resource that it names.
    pub(crate) to: usize,
}

/// What a name is.
pub(crate) enum Name<'t> {
    /// A pseudo-parameter.
    Pseudo(Pseudo),
    /// A parameter.
    Parameter(ParameterValue),
    /// A resource, by its index.
    Resource(usize, &'t Resource),
}

/// The value of a pseudo-parameter. AWS CloudFormation Template Reference, "Pseudo parameters".
pub(crate) enum Pseudo {
    /// A text.
    Text(String),
    /// `AWS::NotificationARNs`: nobody is notified.
    EmptyList,
    /// `AWS::NoValue`.
    NoValue,
}

const PSEUDO: [&str; 8] = [
    "AWS::AccountId",
    "AWS::NoValue",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

/// How far a condition or a name has been computed.
enum Progress<T> {
    Started,
    Done(T),
}

/// A template's names, and what has been computed of them.
pub(crate) struct Scope<'t> {
    inputs: &'t Inputs,
    /// `AWS::Partition`.
    pub(crate) partition: &'static str,
    parameters: HashMap<&'t str, ParameterValue>,
    resources: &'t [Resource],
    resource_index: HashMap<&'t str, usize>,
    /// Names of mappings, their keys of the first level, and those of the second.
    mappings: HashMap<&'t str, HashMap<&'t str, HashMap<&'t str, &'t Expression>>>,
    condition_index: HashMap<&'t str, &'t Expression>,
    conditions: HashMap<&'t str, Progress<bool>>,
    /// Conditions that are being computed, outermost first.
    condition_chain: Vec<&'t str>,
    names: HashMap<usize, Progress<String>>,
    name_chain: usize,
    /// References met since they were last taken.
    pub(crate) references: Vec<Reference>,
    spent: usize,
}

impl<'t> Scope<'t> {
    pub(crate) fn new(template: &'t Template, inputs: &'t Inputs) -> Result<Self, TemplateError> {
        let parameters = parameters::values(&template.parameters, &inputs.parameters)?;
        let resource_index = template.resource_index();
        for parameter in &template.parameters {
            if let Some(index) = resource_index.get(parameter.name.as_str()) {
                let place = template
                    .resources
                    .get(*index)
                    .map_or(parameter.place, |resource| resource.id.place);
                return Err(TemplateError::at(
                    place,
                    format!(
                        "`{}` is the name of a parameter too",
                        excerpt(&parameter.name)
                    ),
                    "give one of them another name",
                ));
            }
        }
        let second = |entries: &'t [(Key, Expression)]| {
            entries
                .iter()
                .map(|(key, value)| (key.text.as_str(), value))
                .collect::<HashMap<_, _>>()
        };
        Ok(Self {
            inputs,
            partition: if inputs.region.starts_with("cn-") {
                "aws-cn"
            } else if inputs.region.starts_with("us-gov-") {
                "aws-us-gov"
            } else {
                "aws"
            },
            parameters,
            resources: &template.resources,
            resource_index,
            mappings: template
                .mappings
                .iter()
                .map(|(name, first)| {
                    let first = first
                        .entries()
                        .iter()
                        .map(|(key, value)| (key.text.as_str(), second(value.entries())))
                        .collect();
                    (name.text.as_str(), first)
                })
                .collect(),
            condition_index: second(&template.conditions),
            conditions: HashMap::new(),
            condition_chain: Vec::new(),
            names: HashMap::new(),
            name_chain: 0,
            references: Vec::new(),
            spent: 0,
        })
    }

    /// Where and as whom the stack is deployed.
    pub(crate) fn account(&self) -> Account<'t> {
        Account {
            partition: self.partition,
            region: &self.inputs.region,
            owner: &self.inputs.account_id,
            stack_name: &self.inputs.stack_name,
        }
    }

    /// What a name is.
    pub(crate) fn name(&self, name: &str, place: Place) -> Result<Name<'t>, TemplateError> {
        if let Some(pseudo) = self.pseudo(name) {
            return Ok(Name::Pseudo(pseudo));
        }
        if let Some(value) = self.parameters.get(name) {
            return Ok(Name::Parameter(value.clone()));
        }
        if let Some(index) = self.resource_index.get(name)
            && let Some(resource) = self.resources.get(*index)
        {
            return Ok(Name::Resource(*index, resource));
        }
        let known = self
            .parameters
            .keys()
            .chain(self.resource_index.keys())
            .copied()
            .chain(PSEUDO);
        Err(TemplateError::unknown(place, "name", name, sorted(known)))
    }

    /// A resource by its logical id.
    pub(crate) fn resource(
        &self,
        name: &str,
        place: Place,
    ) -> Result<(usize, &'t Resource), TemplateError> {
        self.resource_index
            .get(name)
            .and_then(|index| Some((*index, self.resources.get(*index)?)))
            .ok_or_else(|| {
                let known = self.resource_index.keys().copied();
                TemplateError::unknown(place, "resource", name, sorted(known))
            })
    }

    fn pseudo(&self, name: &str) -> Option<Pseudo> {
        let Account {
            partition,
            region,
            owner,
            stack_name,
        } = self.account();
        Some(Pseudo::Text(match name {
            "AWS::AccountId" => owner.to_owned(),
            "AWS::Partition" => partition.to_owned(),
            "AWS::Region" => region.to_owned(),
            "AWS::StackName" => stack_name.to_owned(),
            "AWS::StackId" => format!(
                "arn:{partition}:cloudformation:{region}:{owner}:stack/{stack_name}/51af3dc0-da77-11e4-872e-1234567db123"
            ),
            "AWS::URLSuffix" if partition == "aws-cn" => "amazonaws.com.cn".to_owned(),
            "AWS::URLSuffix" => "amazonaws.com".to_owned(),
            "AWS::NotificationARNs" => return Some(Pseudo::EmptyList),
            "AWS::NoValue" => return Some(Pseudo::NoValue),
            _ => return None,
        }))
    }

    /// A value of `Mappings`.
    pub(crate) fn in_map(
        &self,
        names: [&str; 3],
        place: Place,
    ) -> Result<&'t Expression, TemplateError> {
        let [map, first, second] = names;
        let Some(firsts) = self.mappings.get(map) else {
            let known = self.mappings.keys().copied();
            return Err(TemplateError::unknown(place, "mapping", map, sorted(known)));
        };
        let Some(seconds) = firsts.get(first) else {
            let known = firsts.keys().copied();
            let what = format!("key of the mapping `{}`", excerpt(map));
            return Err(TemplateError::unknown(place, &what, first, sorted(known)));
        };
        seconds.get(second).copied().ok_or_else(|| {
            let what = format!(
                "key of `{}` in the mapping `{}`",
                excerpt(first),
                excerpt(map)
            );
            TemplateError::unknown(place, &what, second, sorted(seconds.keys().copied()))
        })
    }

    /// Whether a condition of `Conditions` holds.
    pub(crate) fn condition(&mut self, name: &str, place: Place) -> Result<bool, TemplateError> {
        let Some((name, expression)) = self.condition_index.get_key_value(name) else {
            let known = self.condition_index.keys().copied();
            return Err(TemplateError::unknown(
                place,
                "condition",
                name,
                sorted(known),
            ));
        };
        let (name, expression) = (*name, *expression);
        match self.conditions.get(name) {
            Some(Progress::Done(holds)) => return Ok(*holds),
            Some(Progress::Started) => {
                let chain = self
                    .condition_chain
                    .iter()
                    .skip_while(|before| **before != name)
                    .chain(std::iter::once(&name))
                    .map(|name| format!("`{}`", excerpt(name)))
                    .collect::<Vec<_>>()
                    .join(" -> ");
                return Err(TemplateError::at(
                    place,
                    format!("conditions name each other in a circle: {chain}"),
                    "a condition is computed from parameters, mappings and conditions before it",
                ));
            }
            None => {}
        }
        chain_limit(self.condition_chain.len(), place)?;
        self.conditions.insert(name, Progress::Started);
        self.condition_chain.push(name);
        let holds = self.holds(expression)?;
        self.condition_chain.pop();
        self.conditions.insert(name, Progress::Done(holds));
        Ok(holds)
    }

    /// The attribute of a resource as a text: see [`kinds::stand_in`].
    pub(crate) fn stand_in(
        &mut self,
        index: usize,
        resource: &'t Resource,
        attribute: &str,
        place: Place,
    ) -> Result<String, TemplateError> {
        let name = self.resource_name(index, resource, place)?;
        Ok(kinds::stand_in(
            &self.account(),
            &resource.kind,
            &resource.id.text,
            &name,
            attribute,
        ))
    }

    /// The name that a resource gives itself or is given.
    pub(crate) fn resource_name(
        &mut self,
        index: usize,
        resource: &'t Resource,
        place: Place,
    ) -> Result<String, TemplateError> {
        match self.names.get(&index) {
            Some(Progress::Done(name)) => return Ok(name.clone()),
            Some(Progress::Started) => {
                return Err(TemplateError::at(
                    place,
                    format!("the name of `{}` depends on itself", resource.id.text),
                    "name it without a reference to itself",
                ));
            }
            None => {}
        }
        let written = kinds::name_property(&resource.kind)
            .and_then(|property| resource.properties.as_ref()?.get(property));
        chain_limit(self.name_chain, place)?;
        self.names.insert(index, Progress::Started);
        self.name_chain += 1;
        // What this name refers to counts where it stands, not where it is asked for.
        let references = std::mem::take(&mut self.references);
        let name = match written {
            Some(written) => self.optional_text(written)?,
            None => None,
        };
        self.references = references;
        self.name_chain -= 1;
        let name = name.unwrap_or_else(|| {
            kinds::generated_name(&self.account(), &resource.kind, &resource.id.text)
        });
        self.names.insert(index, Progress::Done(name.clone()));
        Ok(name)
    }

    /// Counts bytes that a function makes.
    pub(crate) fn spend(&mut self, bytes: usize, place: Place) -> Result<(), TemplateError> {
        self.spent = self.spent.saturating_add(bytes);
        if self.spent > BUDGET {
            return Err(TemplateError::at(
                place,
                format!("the template's functions make more than {BUDGET} bytes"),
                "texts repeat each other: simplify them",
            ));
        }
        Ok(())
    }
}

fn chain_limit(length: usize, place: Place) -> Result<(), TemplateError> {
    if length >= DEEPEST_CHAIN {
        return Err(TemplateError::at(
            place,
            format!("more than {DEEPEST_CHAIN} names refer to each other one after the other"),
            "no template needs that: simplify the chain",
        ));
    }
    Ok(())
}

/// Names in an order that is the same each time.
fn sorted<'n>(names: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    let mut names = names.collect::<Vec<_>>();
    names.sort_unstable();
    names
}
