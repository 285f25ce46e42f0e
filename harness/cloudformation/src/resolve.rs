//! A template with its values.

use crate::{Deployment, Node, Place, TemplateError};

/// What a deployment would know.
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
    /// `Outputs`: name and value.
    pub outputs: Vec<(String, Node)>,
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
}

impl Resolved {
    /// The distribution as CloudFront would run it.
    ///
    /// # Errors
    ///
    /// For a template without a distribution or with several, a reference to a policy that is
    /// neither in the template nor a managed one, and a value that its property cannot have.
    pub fn deployment(&self) -> Result<Deployment, TemplateError> {
        unimplemented!("the reader is being written")
    }
}
