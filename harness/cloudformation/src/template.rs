//! A template as it is written.

use crate::{Inputs, Node, Place, Resolved, TemplateError};

/// A template as it is written, each value with its place.
#[derive(Clone, Debug)]
pub struct Template {
    /// Parameters in their order.
    pub parameters: Vec<Parameter>,
}

/// A parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub place: Place,
    /// `Default`.
    pub default: Option<Node>,
}

impl Template {
    /// Reads a template in YAML or JSON.
    ///
    /// # Errors
    ///
    /// For what is neither, or no template.
    pub fn read(_text: &str) -> Result<Self, TemplateError> {
        unimplemented!("the reader is being written")
    }

    /// Puts values for parameters, pseudo-parameters and intrinsic functions.
    ///
    /// # Errors
    ///
    /// For a missing parameter, a circular reference, or an intrinsic function that is not known.
    pub fn resolve(&self, _inputs: &Inputs) -> Result<Resolved, TemplateError> {
        unimplemented!("the reader is being written")
    }
}
