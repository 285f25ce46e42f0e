//! The `${...}` names that a scenario may use.

use greenroom_model::{Endpoints, SdkManifest};
use url::Url;

use super::error::Problem;

/// Every fixed name with what it stands for.
pub(crate) const TABLE: &[(&str, &str)] = &[
    ("cdn.sdk_url", "URL of the SDK file on the CDN"),
    ("cdn.host", "host name of the CDN"),
    ("cdn.origin", "origin of the CDN, `https://HOST[:PORT]`"),
    (
        "cdn.bucket_url",
        "URL of the SDK file in its bucket, past the CDN",
    ),
    ("app.url", "URL of the meeting page"),
    ("app.origin", "origin of the meeting page"),
    (
        "sdk.integrity",
        "Subresource Integrity value of the SDK file",
    ),
    ("sdk.bytes", "length of the SDK file in bytes"),
    ("sdk.version", "version of the SDK"),
    ("sdk.file", "file name of the SDK"),
    ("token.url", "URL of the token service"),
    ("appointment.id", "the appointment that calls are for"),
];

/// The name that a target without a known bucket has no value for.
const BUCKET_URL: &str = "cdn.bucket_url";

/// The names of secrets. A plan keeps them as they are written: their values are put in when a
/// request is sent, and stand in no file.
pub(crate) const SECRETS: &[(&str, &str)] = &[
    (
        "token.api_key",
        "key of the gateway before the token service",
    ),
    ("identity.provider", "identity token of the provider"),
    ("identity.patient", "identity token of the patient"),
    (
        "identity.stranger",
        "identity token of somebody without a part in the appointment",
    ),
    (
        "identity.expired",
        "identity token of the patient whose time is over",
    ),
    (
        "identity.forged",
        "identity token of the patient signed by a wrong key",
    ),
    (
        "identity.wrong-audience",
        "identity token of the patient for another audience",
    ),
    (
        "identity.wrong-issuer",
        "identity token of the patient under another issuer's name",
    ),
];

/// Prefix of the names that stand for a part of the answer before.
const PREVIOUS: &str = "previous.";

/// Prefix of the names that stand for a value in its body.
const PREVIOUS_JSON: &str = "json/";

/// What the `${...}` names stand for in one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// In the order of [`TABLE`]; `None` for what the target does not have.
    values: Vec<Option<String>>,
    /// Origin of the token service, the only one that secrets are sent to.
    token_origin: Option<String>,
}

/// What is public of the way into a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallNames {
    /// URL of the token service.
    pub token_url: Url,
    /// The appointment that calls are for.
    pub appointment_id: String,
}

impl Names {
    /// The names of a run against these endpoints with this SDK; `call` is `None` where the
    /// target has no token service, and `bucket_url` where nobody knows where its file is stored.
    pub fn new(
        endpoints: &Endpoints,
        sdk: &SdkManifest,
        bucket_url: Option<&Url>,
        call: Option<&CallNames>,
    ) -> Self {
        Self::from_urls(
            &endpoints.sdk_url,
            &endpoints.page_url,
            sdk,
            bucket_url,
            call,
        )
    }

    /// Made-up values of the right form, to validate a scenario where nothing runs.
    pub fn example() -> Self {
        Self {
            values: [
                "https://d111111abcdef8.cloudfront.net/chime-sdk-3.20.0.min.js",
                "d111111abcdef8.cloudfront.net",
                "https://d111111abcdef8.cloudfront.net",
                "https://chime-sdk-cdn.s3.us-east-1.amazonaws.com/chime-sdk-3.20.0.min.js",
                "https://app.medzen.example/meeting",
                "https://app.medzen.example",
                "sha384-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "1000000",
                "3.20.0",
                "chime-sdk-3.20.0.min.js",
                "https://token.medzen.example/functions/v1/chime-meeting-token",
                "4f5b2c1e-0d3a-4b6c-8e7f-9a1b2c3d4e5f",
            ]
            .map(|value| Some(value.to_owned()))
            .to_vec(),
            token_origin: Some("https://token.medzen.example".to_owned()),
        }
    }

    fn from_urls(
        sdk_url: &Url,
        page_url: &Url,
        sdk: &SdkManifest,
        bucket_url: Option<&Url>,
        call: Option<&CallNames>,
    ) -> Self {
        let always = Some::<String>;
        let values = vec![
            always(sdk_url.to_string()),
            always(sdk_url.host_str().unwrap_or_default().to_owned()),
            always(sdk_url.origin().ascii_serialization()),
            bucket_url.map(Url::to_string),
            always(page_url.to_string()),
            always(page_url.origin().ascii_serialization()),
            always(sdk.integrity.clone()),
            always(sdk.bytes.to_string()),
            always(sdk.version.clone()),
            always(sdk.file.clone()),
            call.map(|call| call.token_url.to_string()),
            call.map(|call| call.appointment_id.clone()),
        ];
        Self {
            values,
            token_origin: call.map(|call| call.token_url.origin().ascii_serialization()),
        }
    }

    fn value(&self, name: &str) -> Result<&str, Problem> {
        let Some(index) = TABLE.iter().position(|(known, _)| *known == name) else {
            return Err(unknown(name));
        };
        match self.values.get(index) {
            Some(Some(value)) => Ok(value),
            _ if name == BUCKET_URL => Err(no_bucket()),
            _ => Err(no_token_service(name)),
        }
    }

    /// Whether a name of a secret may stand in a request to this URL.
    fn check_secret(&self, name: &str, place: Place<'_>) -> Result<(), Problem> {
        let Place::Sent { url, .. } = place else {
            return Err(Problem::new(
                format!("`${{{name}}}` is a secret and cannot stand here"),
                "send it in a header or in the body only",
            ));
        };
        let Some(origin) = &self.token_origin else {
            return Err(no_token_service(name));
        };
        if url.origin().ascii_serialization() == *origin {
            return Ok(());
        }
        Err(Problem::new(
            format!("`${{{name}}}` is a secret and is sent to the token service only"),
            "send this request to `${token.url}`, or remove the name",
        ))
    }

    /// Puts values for the names in a text. `${previous...}` and the names of secrets are left as
    /// they are where they may stand, and refused elsewhere.
    pub(super) fn fill(&self, text: &str, place: Place<'_>) -> Result<String, Problem> {
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
            let late = if let Some(part) = name.strip_prefix(PREVIOUS) {
                Some(place.check_previous(part))
            } else if SECRETS.iter().any(|(known, _)| *known == name) {
                Some(self.check_secret(name, place))
            } else {
                None
            };
            let put = match late {
                Some(checked) => checked.map(|()| &text[start..end]),
                None => self.value(name),
            };
            filled.push_str(put.map_err(|problem| problem.within(start..end))?);
            at = end;
        }
        filled.push_str(&text[at..]);
        Ok(filled)
    }
}

/// Whether a text holds a name that only a target with a token service has a value for.
pub(super) fn speaks_of_calls(text: &str) -> bool {
    ["${token.", "${appointment.", "${identity."]
        .iter()
        .any(|begin| text.contains(begin))
}

fn unknown(name: &str) -> Problem {
    Problem::unknown(
        "name",
        name,
        TABLE
            .iter()
            .chain(SECRETS)
            .map(|(known, _)| *known)
            .chain(["previous.HEADER", "previous.json/POINTER"]),
    )
}

fn no_bucket() -> Problem {
    Problem::new(
        format!(
            "nobody says where this target's file is stored, so there is no `${{{BUCKET_URL}}}`"
        ),
        "run this scenario against `--target local`",
    )
}

fn no_token_service(name: &str) -> Problem {
    Problem::new(
        format!("this target has no token service, so there is no `${{{name}}}`"),
        "run this scenario against `--target local`, or against a deployment whose token service is named",
    )
}

/// Where a text with names stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place<'a> {
    /// Where nothing can stand that only the run knows.
    Elsewhere,
    /// In what is sent to this URL.
    Sent {
        /// Where to.
        url: &'a Url,
        /// Whether it is the first request, which has no answer before it.
        first: bool,
    },
}

impl Place<'_> {
    /// Whether a part of the answer before may be quoted.
    fn check_previous(self, part: &str) -> Result<(), Problem> {
        match self {
            Self::Elsewhere => Err(Problem::new(
                format!(
                    "`${{previous.{}}}` cannot stand here",
                    super::error::clip(part)
                ),
                "quote the answer before in a value of `with`, in `json` or in `body` only",
            )),
            Self::Sent { first: true, .. } => Err(Problem::new(
                "the first request has no answer before it",
                "put the request whose answer is quoted before this one",
            )),
            Self::Sent { .. } if part.starts_with(PREVIOUS_JSON) => Ok(()),
            Self::Sent { .. } if super::requests::is_field_name(part) => Ok(()),
            Self::Sent { .. } => Err(Problem::new(
                format!("`{}` is not a header name", super::error::clip(part)),
                "write for example `${previous.etag}`, in lower case, or `${previous.json/error}`",
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
                .fill("${cdn.origin}/v${sdk.version}?$x={}", Place::Elsewhere)
                .unwrap(),
            "https://d111111abcdef8.cloudfront.net/v3.20.0?$x={}"
        );
    }

    #[test]
    fn every_name_of_the_table_has_an_example() {
        let names = Names::example();
        for (name, _) in TABLE {
            assert!(!names.value(name).unwrap().is_empty(), "{name}");
        }
        assert_eq!(names.values.len(), TABLE.len());
    }

    #[test]
    fn a_name_that_is_none_is_pointed_at() {
        let problem = Names::example()
            .fill("x ${cdn.sdk_ur}", Place::Elsewhere)
            .unwrap_err();
        assert_eq!(problem.part, Some(2..15));
        assert!(problem.help.starts_with("did you mean `cdn.sdk_url`?"));
    }

    #[test]
    fn the_answer_before_is_quoted_only_where_there_is_one() {
        let names = Names::example();
        let url = Url::parse("https://a.example/").unwrap();
        let (first, later) = (
            Place::Sent {
                url: &url,
                first: true,
            },
            Place::Sent {
                url: &url,
                first: false,
            },
        );
        for quote in ["${previous.etag}", "${previous.json/meeting/MeetingId}"] {
            assert_eq!(names.fill(quote, later).unwrap(), quote);
            assert!(names.fill(quote, first).is_err());
            assert!(names.fill(quote, Place::Elsewhere).is_err());
        }
        assert!(names.fill("${previous.}", later).is_err());
        assert!(names.fill("${", later).is_err());
    }

    #[test]
    fn secrets_stay_names_and_go_to_the_token_service_only() {
        let names = Names::example();
        let to = |url: &str| {
            let url = Url::parse(url).unwrap();
            let place = Place::Sent {
                url: &url,
                first: true,
            };
            names.fill("Bearer ${identity.patient}", place)
        };
        assert_eq!(
            to("https://token.medzen.example/x").unwrap(),
            "Bearer ${identity.patient}"
        );
        assert!(to("https://token.medzen.example.evil.example/x").is_err());
        assert!(to("https://d111111abcdef8.cloudfront.net/").is_err());
        assert!(names.fill("${token.api_key}", Place::Elsewhere).is_err());
    }

    #[test]
    fn a_target_without_a_token_service_has_no_names_of_one() {
        let mut names = Names::example();
        names.values[TABLE.len() - 2] = None;
        names.token_origin = None;
        let problem = names.fill("${token.url}", Place::Elsewhere).unwrap_err();
        assert!(problem.message.contains("no token service"));
        let url = Url::parse("https://token.medzen.example/").unwrap();
        let place = Place::Sent {
            url: &url,
            first: true,
        };
        assert!(names.fill("${identity.patient}", place).is_err());
    }
}
