//! The deployment that a template on the command line describes.

use std::path::Path;

use greenroom_cloudformation::{Deployment, Inputs, Template};

use crate::args::TemplateArgs;
use crate::failure::Failure;

/// Nobody writes a longer template; CloudFormation itself takes 1 MB (AWS CloudFormation quotas).
const LENGTH_AT_MOST: u64 = 4 * 1024 * 1024;

impl TemplateArgs {
    /// Reads the template at `path`, with the parameters that were given.
    pub(crate) fn read(&self, path: &Path) -> Result<Deployment, Failure> {
        let refuse = |said: &dyn std::fmt::Display| {
            Failure::usage(format!(
                "--template {}: {said}\n  help: `greenroom template {}` says more",
                path.display(),
                path.display()
            ))
        };
        let length = std::fs::metadata(path)
            .map_err(|error| refuse(&error))?
            .len();
        if length > LENGTH_AT_MOST {
            return Err(refuse(&format!("{length} bytes are no template")));
        }
        let text = std::fs::read_to_string(path).map_err(|error| refuse(&error))?;
        let inputs = Inputs {
            parameters: self.parameter.clone(),
            ..Inputs::default()
        };
        Template::read(&text)
            .and_then(|template| template.resolve(&inputs)?.deployment())
            .map_err(|error| refuse(&error))
    }
}
