//! The `${...}` names that a scenario may use.

use greenroom_model::{Endpoints, SdkManifest};
use url::Url;

use super::error::Problem;

/// Every fixed name with what it stands for.
pub(crate) const TABLE: &[(&str, &str)] = &[
    ("cdn.sdk_url", "URL of the SDK file on the CDN"),
    ("cdn.host", "host name of the CDN"),
    ("cdn.origin", "origin of the CDN, `https://HOST[:PORT]`"),
    ("app.url", "URL of the meeting page"),
    ("app.origin", "origin of the meeting page"),
    (
        "sdk.integrity",
        "Subresource Integrity value of the SDK file",
    ),
    ("sdk.bytes", "length of the SDK file in bytes"),
    ("sdk.version", "version of the SDK"),
    ("sdk.file", "file name of the SDK"),
];

/// Prefix of the names that stand for a header of the answer before.
const PREVIOUS: &str = "previous.";

/// What the `${...}` names stand for in one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// In the order of [`TABLE`].
    values: Vec<String>,
}

impl Names {
    /// The names of a run against these endpoints with this SDK.
    pub fn new(endpoints: &Endpoints, sdk: &SdkManifest) -> Self {
        Self::from_urls(&endpoints.sdk_url, &endpoints.page_url, sdk)
    }

    /// Made-up values of the right form, to validate a scenario where nothing runs.
    pub fn example() -> Self {
        Self {
            values: [
                "https://d111111abcdef8.cloudfront.net/chime-sdk-3.20.0.min.js",
                "d111111abcdef8.cloudfront.net",
                "https://d111111abcdef8.cloudfront.net",
                "https://app.medzen.example/meeting",
                "https://app.medzen.example",
                "sha384-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "1000000",
                "3.20.0",
                "chime-sdk-3.20.0.min.js",
            ]
            .map(str::to_owned)
            .to_vec(),
        }
    }

    fn from_urls(sdk_url: &Url, page_url: &Url, sdk: &SdkManifest) -> Self {
        Self {
            values: vec![
                sdk_url.to_string(),
                sdk_url.host_str().unwrap_or_default().to_owned(),
                sdk_url.origin().ascii_serialization(),
                page_url.to_string(),
                page_url.origin().ascii_serialization(),
                sdk.integrity.clone(),
                sdk.bytes.to_string(),
                sdk.version.clone(),
                sdk.file.clone(),
            ],
        }
    }

    fn value(&self, name: &str) -> Option<&str> {
        let index = TABLE.iter().position(|(known, _)| *known == name)?;
        self.values.get(index).map(String::as_str)
    }

    /// Puts values for the names in a text. `${previous.HEADER}` is left as it is where
    /// `previous` allows it, and refused elsewhere.
    pub(super) fn fill(&self, text: &str, previous: Previous) -> Result<String, Problem> {
        let mut filled = String::with_capacity(text.len());
        let mut at = 0;
        while let Some(found) = text[at..].find("${") {
            let start = at + found;
            filled.push_str(&text[at..start]);
            let Some(length) = text[start..].find('}') else {
                return Err(Problem::new(
                    "this `${` has no `}`",
                    "write `${cdn.sdk_url}`; a plain `$` needs no care",
                )
                .within(start..text.len()));
            };
            let end = start + length + 1;
            let name = &text[start + 2..end - 1];
            if let Some(header) = name.strip_prefix(PREVIOUS) {
                previous
                    .check(header)
                    .map_err(|problem| problem.within(start..end))?;
                filled.push_str(&text[start..end]);
            } else {
                filled.push_str(
                    self.value(name)
                        .ok_or_else(|| unknown(name).within(start..end))?,
                );
            }
            at = end;
        }
        filled.push_str(&text[at..]);
        Ok(filled)
    }
}

fn unknown(name: &str) -> Problem {
    Problem::unknown(
        "name",
        name,
        TABLE
            .iter()
            .map(|(known, _)| *known)
            .chain(["previous.HEADER"]),
    )
}

/// Whether a text may quote the answer before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Previous {
    /// It stands where nothing of an answer can be quoted.
    Elsewhere,
    /// It belongs to the first request.
    First,
    /// It may.
    Allowed,
}

impl Previous {
    fn check(self, header: &str) -> Result<(), Problem> {
        match self {
            Self::Elsewhere => Err(Problem::new(
                "`${previous.HEADER}` cannot stand here",
                "quote a header of the answer before in a value of `with` only",
            )),
            Self::First => Err(Problem::new(
                "the first request has no answer before it",
                "put the request whose answer is quoted before this one",
            )),
            Self::Allowed if super::requests::is_field_name(header) => Ok(()),
            Self::Allowed => Err(Problem::new(
                format!("`{}` is not a header name", super::error::clip(header)),
                "write for example `${previous.etag}`, in lower case",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_filled_in_wherever_they_stand() {
        let names = Names::example();
        assert_eq!(
            names
                .fill("${cdn.origin}/v${sdk.version}?$x={}", Previous::Elsewhere)
                .unwrap(),
            "https://d111111abcdef8.cloudfront.net/v3.20.0?$x={}"
        );
    }

    #[test]
    fn every_name_of_the_table_has_an_example() {
        let names = Names::example();
        for (name, _) in TABLE {
            assert!(
                names.value(name).is_some_and(|value| !value.is_empty()),
                "{name}"
            );
        }
        assert_eq!(names.values.len(), TABLE.len());
    }

    #[test]
    fn a_name_that_is_none_is_pointed_at() {
        let problem = Names::example()
            .fill("x ${cdn.sdk_ur}", Previous::Elsewhere)
            .unwrap_err();
        assert_eq!(problem.part, Some(2..15));
        assert!(problem.help.starts_with("did you mean `cdn.sdk_url`?"));
    }

    #[test]
    fn the_answer_before_is_quoted_only_where_there_is_one() {
        let names = Names::example();
        let quote = "${previous.etag}";
        assert_eq!(names.fill(quote, Previous::Allowed).unwrap(), quote);
        assert!(names.fill(quote, Previous::First).is_err());
        assert!(names.fill(quote, Previous::Elsewhere).is_err());
        assert!(names.fill("${previous.}", Previous::Allowed).is_err());
        assert!(names.fill("${", Previous::Allowed).is_err());
    }
}
