//! The HTML report: one file without scripts, fonts or network.

use greenroom_core::results::Results;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, UndefinedBehavior};

use crate::context::Page;
use crate::error::RenderError;

/// Templates by name. The name's ending decides the escaping: `.html` escapes every value, and
/// no template switches that off; the style sheet holds no value at all.
const TEMPLATES: [(&str, &str); 5] = [
    ("report.html", include_str!("templates/report.html")),
    ("comparison.html", include_str!("templates/comparison.html")),
    ("requests.html", include_str!("templates/requests.html")),
    ("marks.html", include_str!("templates/marks.html")),
    ("report.css", include_str!("templates/report.css")),
];

/// The report as one HTML document that opens from `file://`, in any browser, offline.
///
/// # Errors
/// [`RenderError::Html`] if a template asks for what its context does not have.
pub fn html(results: &Results) -> Result<String, RenderError> {
    rendered(&Page::of(results)).map_err(RenderError::Html)
}

fn rendered(page: &Page) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(
        SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build()?,
    );
    for (name, source) in TEMPLATES {
        environment.add_template(name, source)?;
    }
    environment
        .get_template("report.html")?
        .render(Value::from(Serde(page)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::sample_results;

    #[test]
    fn write_sample() {
        if let Some(path) = std::env::var_os("GREENROOM_WRITE_SAMPLE") {
            let r = sample_results();
            std::fs::write(&path, html(&r).unwrap()).unwrap();
            println!("{}", crate::summary(&r));
            println!("{}", crate::markdown(&r));
            println!("{}", crate::junit(&r).unwrap());
        }
    }
}
