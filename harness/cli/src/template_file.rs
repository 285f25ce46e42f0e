//! A CloudFormation template that is named on the command line.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use greenroom_cloudformation::{Deployment, Inputs, Template, TemplateError};

use crate::args::TemplateArgs;
use crate::failure::{Failure, chain};

/// CloudFormation takes templates of 1 MB; what is longer than this is no template, or has no end.
const MAX_BYTES: u64 = 16 << 20;

impl TemplateArgs {
    /// Reads the template at `path`, with the parameters that were given.
    pub(crate) fn read(&self, path: &Path) -> Result<Deployment, Failure> {
        deployment(path, &self.parameter)
    }
}

/// The text of a template.
pub(crate) fn text(path: &Path) -> Result<String, Failure> {
    let shown = path.display();
    let refused = |error: &std::io::Error| {
        Failure::usage(format!(
            "cannot read {shown}: {}\n  help: name a CloudFormation template, in YAML or JSON",
            chain(error)
        ))
    };
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| refused(&error))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Failure::usage(format!(
            "{shown} has more than {} MiB, and CloudFormation takes templates of 1 MB\n  help: name \
             a CloudFormation template, in YAML or JSON",
            MAX_BYTES >> 20
        )));
    }
    String::from_utf8(bytes).map_err(|error| {
        Failure::usage(format!(
            "{shown} is not UTF-8 from byte {} on\n  help: save it as UTF-8; a template is plain text",
            error.utf8_error().valid_up_to()
        ))
    })
}

/// The deployment that a template describes with these parameters, in us-east-1.
pub(crate) fn deployment(
    path: &Path,
    parameters: &[(String, String)],
) -> Result<Deployment, Failure> {
    let text = text(path)?;
    let inputs = Inputs {
        parameters: parameters.to_vec(),
        ..Inputs::default()
    };
    Template::read(&text)
        .and_then(|template| template.resolve(&inputs)?.deployment())
        .map_err(|error| no_template(&path.display().to_string(), &error))
}

/// Why a file is no template, in the form of all errors with a place.
pub(crate) fn no_template(path: &str, error: &TemplateError) -> Failure {
    let place = error
        .place
        .map(|place| format!(":{}:{}", place.line, place.column));
    Failure::usage(format!(
        "{path}{}: {}\n  help: {}",
        place.unwrap_or_default(),
        error.message,
        error.help
    ))
}
