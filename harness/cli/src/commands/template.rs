//! `greenroom template`.

use greenroom_cloudformation::Inputs;
use greenroom_core::template::review;
use greenroom_report::template;

use crate::args::{CheckTemplateArgs, TemplateFormat};
use crate::failure::Failure;
use crate::{template_file, terminal};

/// Holds a template against the rules and prints what they say.
pub(crate) fn run(args: &CheckTemplateArgs) -> Result<u8, Failure> {
    let path = args.file.display().to_string();
    let text = template_file::text(&args.file)?;
    let inputs = Inputs {
        parameters: args.parameters.clone(),
        region: args.region.clone(),
        ..Inputs::default()
    };
    let review =
        review(&path, &text, &inputs).map_err(|error| template_file::no_template(&path, &error))?;
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
