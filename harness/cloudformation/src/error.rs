//! Why a template cannot be read.

use crate::Place;

/// Why a template cannot be read or resolved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", place.map(|place| format!("{}:{}: ", place.line, place.column)).unwrap_or_default())]
pub struct TemplateError {
    /// Where; `None` where the file as a whole is meant.
    pub place: Option<Place>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl TemplateError {
    /// What is wrong at a place, and what to do about it.
    pub(crate) fn at(place: Place, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            place: Some(place),
            message: message.into(),
            help: help.into(),
        }
    }

    /// What is wrong with the file as a whole.
    pub(crate) fn whole(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            place: None,
            message: message.into(),
            help: help.into(),
        }
    }

    /// A name that is none of those that can stand at its place.
    pub(crate) fn unknown<'a>(
        place: Place,
        what: &str,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        Self::at(
            place,
            format!("unknown {what} `{}`", excerpt(name)),
            nearest(name, known),
        )
    }
}

/// As much of a foreign text as an error shows.
pub(crate) fn excerpt(text: &str) -> String {
    const SHOWN: usize = 80;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// The known name that was probably meant, or the first few that there are.
fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    const LISTED: usize = 12;
    // Longer than any name that is compared with it: nothing is near.
    let comparable = name.len() <= 128;
    let mut best: Option<(&str, f64)> = None;
    let mut listed = Vec::new();
    let mut more = false;
    for candidate in known {
        if comparable {
            let alike = strsim::jaro_winkler(name, candidate);
            if alike > best.map_or(0.8, |(_, so_far)| so_far) {
                best = Some((candidate, alike));
            }
        }
        if listed.len() < LISTED {
            listed.push(format!("`{candidate}`"));
        } else {
            more = true;
        }
    }
    match best {
        Some((candidate, _)) => format!("did you mean `{candidate}`?"),
        None if listed.is_empty() => "there is none".to_owned(),
        None => format!(
            "there is {}{}",
            listed.join(", "),
            if more { " and more" } else { "" }
        ),
    }
}
