//! A template with its values.

use std::collections::HashMap;

use crate::error::excerpt;
use crate::scope::{Reference, Scope};
use crate::template::properties_place;
use crate::{Node, Place, Template, TemplateError, Value, kinds};

/// What a deployment would know.
///
/// What only it could tell, such as the id of its distribution, has a stand-in: the distribution is
/// `EDFDVBD632BHDS5` at `d111111abcdef8.cloudfront.net`, a bucket without a name is
/// `STACK-LOGICALID-1a2b3c4d5e6f`, and what no policy, origin or alarm is compared with is
/// `<LogicalId.Attribute>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inputs {
    /// Values of parameters, by name; a `List` parameter's are comma-separated.
    pub parameters: Vec<(String, String)>,
    /// `AWS::Region`.
    pub region: String,
    /// `AWS::AccountId`.
    pub account_id: String,
    /// `AWS::StackName`.
    pub stack_name: String,
}

impl Default for Inputs {
    /// A stack in the region that CloudFront's metrics live in, in AWS's example account.
    fn default() -> Self {
        Self {
            parameters: Vec::new(),
            region: "us-east-1".to_owned(),
            account_id: "123456789012".to_owned(),
            stack_name: "chime-sdk-cdn".to_owned(),
        }
    }
}

/// A template with its values.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// Resources in their order, also those that a false condition leaves out.
    pub resources: Vec<ResolvedResource>,
    /// `Outputs` whose condition holds: name and value.
    pub outputs: Vec<(String, Node)>,
    /// Where and as whom it is deployed.
    pub(crate) inputs: Inputs,
    /// `AWS::Partition`.
    pub(crate) partition: &'static str,
    /// Resources by logical id, as an index into them.
    pub(crate) index: HashMap<String, usize>,
}

/// A resource with its values.
#[derive(Clone, Debug, PartialEq)]
pub struct ResolvedResource {
    /// Logical id.
    pub logical_id: String,
    /// Where its logical id stands.
    pub place: Place,
    /// `Type`.
    pub kind: String,
    /// Whether its condition holds.
    pub created: bool,
    /// `Properties`; an empty map where there are none. In a resource that is left out, a property
    /// under a false `Fn::If` has the branch that would be taken.
    pub properties: Node,
    /// Its name as a deployment would have it, for stand-ins.
    pub(crate) name: String,
}

/// Puts values into a template.
pub(crate) fn resolve(template: &Template, inputs: &Inputs) -> Result<Resolved, TemplateError> {
    let mut scope = Scope::new(template, inputs)?;
    check_rules(template, &mut scope)?;
    for (name, _) in &template.conditions {
        scope.condition(&name.text, name.place)?;
    }
    let mut resources = Vec::with_capacity(template.resources.len());
    let mut references = Vec::with_capacity(template.resources.len());
    for (index, resource) in template.resources.iter().enumerate() {
        let created = match &resource.condition {
            Some(condition) => scope.condition(&condition.text, condition.place)?,
            None => true,
        };
        let properties = match &resource.properties {
            Some(properties) => scope.value(properties)?,
            None => None,
        };
        let place = properties_place(resource);
        let properties = properties.unwrap_or(Node {
            place,
            value: Value::Map(Vec::new()),
        });
        let mut met = std::mem::take(&mut scope.references);
        for dependency in &resource.depends_on {
            let (to, _) = scope.resource(&dependency.text, dependency.place)?;
            met.push(Reference {
                place: dependency.place,
                to,
            });
        }
        references.push(met);
        resources.push(ResolvedResource {
            logical_id: resource.id.text.clone(),
            place: resource.id.place,
            kind: resource.kind.clone(),
            created,
            properties,
            name: scope.resource_name(index, resource, place)?,
        });
    }
    check_created(&resources, &references)?;
    crate::circles::refuse(&resources, &references)?;
    let mut outputs = Vec::with_capacity(template.outputs.len());
    for output in &template.outputs {
        let given = match &output.condition {
            Some(condition) => scope.condition(&condition.text, condition.place)?,
            None => true,
        };
        let value = scope.value(&output.value)?;
        let met = std::mem::take(&mut scope.references);
        if let (true, Some(value)) = (given, value) {
            for reference in &met {
                must_be_created(&resources, reference)?;
            }
            outputs.push((output.name.text.clone(), value));
        }
    }
    let index = resources
        .iter()
        .enumerate()
        .map(|(index, resource)| (resource.logical_id.clone(), index))
        .collect();
    Ok(Resolved {
        resources,
        outputs,
        inputs: inputs.clone(),
        partition: scope.partition,
        index,
    })
}

/// Refuses values of parameters that the template's own rules do not allow.
fn check_rules<'t>(template: &'t Template, scope: &mut Scope<'t>) -> Result<(), TemplateError> {
    for rule in &template.rules {
        let applies = match &rule.condition {
            Some(condition) => scope.holds(condition)?,
            None => true,
        };
        for (assert, said) in &rule.assertions {
            // Each is computed, so that a mistake shows whatever the parameters are.
            if !scope.holds(assert)? && applies {
                return Err(TemplateError::at(
                    assert.place,
                    format!(
                        "the parameters break the rule `{}`",
                        excerpt(&rule.name.text)
                    ),
                    if said.is_empty() {
                        "give them other values"
                    } else {
                        said
                    },
                ));
            }
        }
    }
    Ok(())
}

impl Resolved {
    /// A resource by its logical id.
    pub fn resource(&self, logical_id: &str) -> Option<&ResolvedResource> {
        self.resources.get(*self.index.get(logical_id)?)
    }

    /// A value as the text that it would be in a deployment, attributes of resources as stand-ins;
    /// `None` for a list, a mapping and nothing.
    pub fn text(&self, node: &Node) -> Option<String> {
        match &node.value {
            Value::Attribute { resource, name } => {
                Some(self.stand_in(self.resource(resource)?, name))
            }
            _ => node.text().map(ToOwned::to_owned),
        }
    }

    /// The text that stands for an attribute of a resource.
    pub(crate) fn stand_in(&self, resource: &ResolvedResource, attribute: &str) -> String {
        kinds::stand_in(
            &kinds::Account {
                partition: self.partition,
                region: &self.inputs.region,
                owner: &self.inputs.account_id,
                stack_name: &self.inputs.stack_name,
            },
            &resource.kind,
            &resource.logical_id,
            &resource.name,
            attribute,
        )
    }
}

/// A resource of the stack cannot refer to one that its condition leaves out.
fn check_created(
    resources: &[ResolvedResource],
    references: &[Vec<Reference>],
) -> Result<(), TemplateError> {
    for (resource, references) in resources.iter().zip(references) {
        if resource.created {
            for reference in references {
                must_be_created(resources, reference)?;
            }
        }
    }
    Ok(())
}

fn must_be_created(
    resources: &[ResolvedResource],
    reference: &Reference,
) -> Result<(), TemplateError> {
    match resources.get(reference.to) {
        Some(left_out) if !left_out.created => Err(TemplateError::at(
            reference.place,
            format!(
                "`{}` is left out by its condition, and this refers to it",
                left_out.logical_id
            ),
            "put what refers to it under the same condition, or use `Fn::If`",
        )),
        _ => Ok(()),
    }
}
