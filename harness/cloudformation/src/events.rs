//! The places of a template's values: the events of a YAML parser with markers.
//!
//! Invariant: what passes here has a bounded depth, one document, no alias, no merge key, and no
//! key twice in a mapping, so what follows may recurse and needs no budget.

use std::collections::HashMap;

use granit_parser::{Event, Parser, Span};

use crate::error::excerpt;
use crate::{Place, TemplateError};

/// Most that is read, in bytes. CloudFormation takes 1 MB ("CloudFormation quotas", template body
/// size in an object); a reader for ten thousand resources needs more room than that.
const LARGEST: usize = 32_000_000;

/// Deepest nesting that is read. A bucket policy in a template goes about twelve deep.
const DEEPEST: usize = 100;

/// A value of the template, flattened: what stands where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    /// Where it begins; where it has a tag, where that begins.
    pub(crate) place: Place,
    /// What it is.
    pub(crate) kind: ItemKind,
}

/// What stands at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ItemKind {
    /// A scalar, its text after escapes.
    Scalar(String),
    /// A list begins.
    List,
    /// A mapping begins.
    Map,
    /// The innermost list or mapping ends.
    End,
}

/// An open list or mapping.
enum Open {
    List,
    /// The keys so far, and whether a key is next.
    Map(HashMap<String, Place>, bool),
}

/// Reads the one document of a text.
pub(crate) fn read(text: &str) -> Result<Vec<Item>, TemplateError> {
    if text.len() > LARGEST {
        return Err(TemplateError::whole(
            format!(
                "the file has {} bytes, more than the {LARGEST} that are read",
                text.len()
            ),
            "CloudFormation itself takes no more than 1 MB",
        ));
    }
    let options = granit_parser::options! {
        emit_comments: false,
    };
    let mut items = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut documents = 0;
    for next in Parser::new_from_str_with_options(text, options) {
        let (event, span) = next.map_err(|error| {
            TemplateError::at(
                place(error.marker().line(), error.marker().col()),
                format!("not YAML or JSON: {}", error.info()),
                "correct the syntax; indent with spaces, and quote a text that begins with a special character",
            )
        })?;
        let at = place_of(&span);
        if event.is_node() {
            enter(&mut open, &event, at)?;
        }
        match event {
            Event::DocumentStart(..) => {
                documents += 1;
                if documents > 1 {
                    return Err(TemplateError::at(
                        at,
                        "a second document begins here",
                        "a template is one YAML document: remove the `---`",
                    ));
                }
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                return Err(TemplateError::at(
                    at,
                    "an alias stands here",
                    "CloudFormation refuses YAML aliases: write the value out, or use `Fn::FindInMap`",
                ));
            }
            Event::Scalar(text, ..) => items.push(Item {
                place: at,
                kind: ItemKind::Scalar(text.into_owned()),
            }),
            Event::SequenceStart(..) => {
                open.push(Open::List);
                items.push(Item {
                    place: at,
                    kind: ItemKind::List,
                });
            }
            Event::MappingStart(..) => {
                open.push(Open::Map(HashMap::new(), true));
                items.push(Item {
                    place: at,
                    kind: ItemKind::Map,
                });
            }
            Event::SequenceEnd | Event::MappingEnd => {
                open.pop();
                items.push(Item {
                    place: at,
                    kind: ItemKind::End,
                });
            }
            _ => {}
        }
        if open.len() > DEEPEST {
            return Err(TemplateError::at(
                at,
                format!("nested more than {DEEPEST} deep"),
                "no template needs that: simplify the value",
            ));
        }
    }
    Ok(items)
}

/// Notes that a value begins in the innermost list or mapping: where it is a key, it must be a
/// text that was not there before.
fn enter(open: &mut [Open], event: &Event<'_>, at: Place) -> Result<(), TemplateError> {
    let Some(Open::Map(keys, key_is_next)) = open.last_mut() else {
        return Ok(());
    };
    let is_key = *key_is_next;
    *key_is_next = !is_key;
    if !is_key {
        return Ok(());
    }
    let Some((text, _)) = event.scalar() else {
        return Err(TemplateError::at(
            at,
            "a key must be a text",
            "write a plain name before the colon",
        ));
    };
    if event.tag().is_some() {
        return Err(TemplateError::at(
            at,
            "a key cannot have a tag",
            "put the function after the colon",
        ));
    }
    if text == "<<" {
        return Err(TemplateError::at(
            at,
            "a merge key stands here",
            "CloudFormation refuses hash merges: write the keys out",
        ));
    }
    if let Some(first) = keys.insert(text.to_owned(), at) {
        return Err(TemplateError::at(
            at,
            format!("the key `{}` is there twice", excerpt(text)),
            format!("it stands in line {} first: keep one of them", first.line),
        ));
    }
    Ok(())
}

/// Where an event begins.
fn place_of(span: &Span) -> Place {
    let start = span.tag_start().unwrap_or(span.start);
    place(start.line(), start.col())
}

/// A place of a line counted from 1 and a column counted from 0.
fn place(line: usize, column: usize) -> Place {
    let bounded = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Place {
        line: bounded(line).max(1),
        column: bounded(column).saturating_add(1),
    }
}
