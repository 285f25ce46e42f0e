//! `greenroom template`.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use greenroom_cloudformation::{Inputs, TemplateError};
use greenroom_core::template::review;
use greenroom_report::template;

use crate::args::{CheckTemplateArgs, TemplateFormat};
use crate::failure::{Failure, chain};
use crate::terminal;

/// CloudFormation takes templates of 1 MB; what is longer than this is no template, or has no end.
const MAX_BYTES: u64 = 16 << 20;

/// Holds a template against the rules and prints what they say.
pub(crate) fn run(args: &CheckTemplateArgs) -> Result<u8, Failure> {
    let path = args.file.display().to_string();
    let text = read(&args.file)?;
    let inputs = Inputs {
        parameters: args.parameters.clone(),
        region: args.region.clone(),
        ..Inputs::default()
    };
    let review = review(&path, &text, &inputs).map_err(|error| no_template(&path, &error))?;
    let rendered = match args.format {
        TemplateFormat::Text => Ok(template::text(&review, &text)),
        TemplateFormat::Json => template::json(&review),
        TemplateFormat::Junit => template::junit(&review),
        TemplateFormat::Sarif => template::sarif(&review),
    };
    let rendered = rendered.map_err(|error| Failure::caused("cannot write the review", &error))?;
    terminal::print(&rendered);
    Ok(review.exit_code())
}

/// The text of a template.
fn read(path: &Path) -> Result<String, Failure> {
    let shown = path.display();
    let refused = |error: &std::io::Error| {
        Failure::usage(format!(
            "cannot read {shown}: {}\nhelp: name a CloudFormation template, in YAML or JSON",
            chain(error)
        ))
    };
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| refused(&error))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Failure::usage(format!(
            "{shown} has more than {} MiB, and CloudFormation takes templates of 1 MB\nhelp: name \
             a CloudFormation template, in YAML or JSON",
            MAX_BYTES >> 20
        )));
    }
    String::from_utf8(bytes).map_err(|error| {
        Failure::usage(format!(
            "{shown} is not UTF-8 from byte {} on\nhelp: save it as UTF-8; a template is plain text",
            error.utf8_error().valid_up_to()
        ))
    })
}

/// Why a file is no template, in the form of all errors with a place.
fn no_template(path: &str, error: &TemplateError) -> Failure {
    let place = error
        .place
        .map(|place| format!(":{}:{}", place.line, place.column));
    Failure::usage(format!(
        "{path}{}: {}\nhelp: {}",
        place.unwrap_or_default(),
        error.message,
        error.help
    ))
}
