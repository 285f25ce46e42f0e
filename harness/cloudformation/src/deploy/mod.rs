//! The distribution as CloudFront would run it.
//!
//! What a property's name or value means is CloudFormation's (AWS CloudFormation Template
//! Reference, `AWS::CloudFront::*`, `AWS::S3::*`, `AWS::CloudWatch::*`). What is not known here
//! and could change what a viewer gets is an error with its line. A web ACL, a geographic
//! restriction and logging are left aside: they let a viewer's request pass or do not, and change
//! no answer that passes.

mod alarms;
mod behaviours;
mod buckets;
mod cache;
mod distribution;
mod fields;
mod managed;
mod origins;
mod response_headers;

use crate::{Deployment, Node, Resolved, ResolvedResource, TemplateError, Value};

const DISTRIBUTION: &str = "AWS::CloudFront::Distribution";

impl Resolved {
    /// The distribution as CloudFront would run it.
    ///
    /// # Errors
    ///
    /// For a template without a distribution or with several, a reference to a policy that is
    /// neither in the template nor a managed one, and a property or value that is not known.
    pub fn deployment(&self) -> Result<Deployment, TemplateError> {
        let mut all = self.created(DISTRIBUTION);
        let Some(distribution) = all.next() else {
            return Err(TemplateError::whole(
                "the template has no distribution",
                format!(
                    "add a resource of type `{DISTRIBUTION}`, or give the parameters under which it is created"
                ),
            ));
        };
        if let Some(second) = all.next() {
            return Err(TemplateError::at(
                second.place,
                format!(
                    "`{}` is a distribution beside `{}`",
                    second.logical_id, distribution.logical_id
                ),
                "one template is read as one distribution: put the other in a template of its own",
            ));
        }
        Ok(Deployment {
            distribution: distribution::read(self, distribution)?,
            additional_metrics: alarms::additional_metrics(self)?,
            alarms: alarms::read(self)?,
        })
    }

    /// The resources of a type that the stack would have.
    fn created<'r>(&'r self, kind: &'r str) -> impl Iterator<Item = &'r ResolvedResource> {
        self.resources
            .iter()
            .filter(move |resource| resource.created && resource.kind == kind)
    }

    /// The resource of a type whose `Ref` or `Id` a value is, also as part of no longer text.
    fn referred<'r>(&'r self, node: &Node, kind: &'r str) -> Option<&'r ResolvedResource> {
        match &node.value {
            Value::Attribute { resource, name } => self
                .resource(resource)
                .filter(|found| found.kind == kind && matches!(name.as_str(), "Ref" | "Id")),
            Value::Text(text) => self
                .created(kind)
                .find(|resource| self.stand_in(resource, "Ref") == *text),
            _ => None,
        }
    }
}

/// The error of a reference that leads to nothing that is known.
fn unknown_reference(resolved: &Resolved, node: &Node, what: &str, kind: &str) -> TemplateError {
    let shown = match &node.value {
        Value::Attribute { resource, name } => format!("{resource}.{name}"),
        _ => resolved.text(node).unwrap_or_default(),
    };
    TemplateError::at(
        node.place,
        format!("`{}` is no {what}", crate::error::excerpt(&shown)),
        format!(
            "refer to a resource of type `{kind}` of this template, or give the id of a managed one"
        ),
    )
}
