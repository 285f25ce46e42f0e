//! What a rule is, and what it has to say about a template.

use greenroom_cloudformation::Place;
use serde::{Deserialize, Serialize};

use super::site::Site;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The deployment fails, or users get no SDK, or it is open to others.
    Error,
    /// Users get it late or dearly, a part of them only, or nobody would notice that they do not.
    Warning,
    /// Nothing wrong: what one should know.
    Note,
}

impl Severity {
    /// The word that a report has for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// Something that CloudFront, S3 or CloudWatch hold a template to.
pub struct Rule {
    /// Its name, in kebab-case.
    pub id: &'static str,
    /// How much a finding of it matters.
    pub severity: Severity,
    /// What must hold, in a sentence without its full stop.
    pub holds: &'static str,
    /// Where that is written: a guide and its page.
    pub source: &'static str,
    pub(super) check: fn(&Site<'_>, &mut Remarks),
}

/// What a rule found at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Remark {
    pub(super) place: Place,
    pub(super) resource: String,
    pub(super) reason: String,
    pub(super) fix: String,
}

/// What a rule found, in its own order.
#[derive(Debug, Default)]
pub(super) struct Remarks(pub(super) Vec<Remark>);

impl Remarks {
    /// `reason` says what is so and what comes of it, `fix` what to write; both are lower-case
    /// fragments with values in backticks.
    pub(super) fn add(
        &mut self,
        place: Place,
        resource: &str,
        reason: impl Into<String>,
        fix: impl Into<String>,
    ) {
        self.0.push(Remark {
            place,
            resource: resource.to_owned(),
            reason: reason.into(),
            fix: fix.into(),
        });
    }
}
