//! Bad templates as files: `bad/NAME.yaml` (or `.json`) must be refused with exactly what
//! `bad/NAME.err` says. `UPDATE=1` writes the `.err` files anew; read the difference before you
//! commit it. A first line `# deployment` asks for the distribution too.

#![expect(clippy::unwrap_used, reason = "what is not there fails the test")]

use std::fs;
use std::path::{Path, PathBuf};

use greenroom_cloudformation::{Inputs, Template, TemplateError};

fn templates(kind: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/templates")
        .join(kind);
    let mut paths = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end != "err"))
        .collect::<Vec<_>>();
    paths.sort();
    paths
}

fn read(text: &str) -> Result<(), TemplateError> {
    let resolved = Template::read(text)?.resolve(&Inputs::default())?;
    if text.starts_with("# deployment\n") {
        resolved.deployment()?;
    }
    Ok(())
}

#[test]
fn bad_templates_are_refused_with_their_message() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut different = Vec::new();
    for path in templates("bad") {
        let text = fs::read_to_string(&path).unwrap();
        let said = match read(&text) {
            Ok(()) => "accepted\n".to_owned(),
            Err(error) => format!("{error}\nhelp: {}\n", error.help),
        };
        let expected = path.with_extension("err");
        if update {
            fs::write(&expected, &said).unwrap();
        } else if fs::read_to_string(&expected).unwrap_or_default() != said {
            different.push(format!("{}:\n{said}", path.display()));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn no_bad_template_is_accepted() {
    for path in templates("bad") {
        let text = fs::read_to_string(&path).unwrap();
        let error = read(&text).expect_err(&format!("{} is accepted", path.display()));
        assert!(!error.help.is_empty(), "{}: no help", path.display());
    }
}

#[test]
fn good_templates_have_a_distribution() {
    for path in templates("good") {
        let text = fs::read_to_string(&path).unwrap();
        let resolved = Template::read(&text)
            .and_then(|template| template.resolve(&Inputs::default()))
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        resolved
            .deployment()
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
}
