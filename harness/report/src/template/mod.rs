//! What the rules say about a template, for a person, a pipeline and an editor.

mod junit;
mod sarif;
mod text;

pub use junit::junit;
pub use sarif::sarif;
pub use text::text;

use greenroom_core::template::Review;

use crate::error::RenderError;

/// The review as indented JSON, ended by a line break.
///
/// # Errors
/// [`RenderError::Json`] if it cannot be serialised.
pub fn json(review: &Review) -> Result<String, RenderError> {
    let mut text = serde_json::to_string_pretty(review).map_err(RenderError::Json)?;
    text.push('\n');
    Ok(text)
}

#[cfg(test)]
mod sample {
    use std::collections::BTreeMap;

    use greenroom_core::template::{Finding, REVIEW_VERSION, Review, Severity};

    /// A template's text with what the sample points at.
    pub(super) const TEXT: &str = "\
Resources:
  Cdn:
    Properties:
      DistributionConfig:
        DefaultCacheBehavior:
          Compress: false
          \u{202e}Name: <script>alert(\"1\")</script>
";

    /// One finding of each severity, of hostile text the second.
    pub(super) fn review() -> Review {
        let finding = |rule: &str, severity, line, column, reason: &str, fix: &str| Finding {
            rule: rule.to_owned(),
            severity,
            line,
            column,
            resource: "Cdn".to_owned(),
            reason: reason.to_owned(),
            fix: fix.to_owned(),
        };
        Review {
            review_version: REVIEW_VERSION,
            file: "infra/cdn stack.yaml".to_owned(),
            region: "us-east-1".to_owned(),
            parameters: BTreeMap::from([("PriceClass".to_owned(), "PriceClass_100".to_owned())]),
            rules: 86,
            findings: vec![
                finding(
                    "default-certificate",
                    Severity::Note,
                    4,
                    7,
                    "with CloudFront's own certificate viewers may connect with TLS 1.0",
                    "give the distribution an alias",
                ),
                finding(
                    "compress",
                    Severity::Warning,
                    6,
                    11,
                    "the default behaviour does not compress",
                    "set `Compress` to `true`",
                ),
                finding(
                    "cors-origin-form",
                    Severity::Error,
                    7,
                    12,
                    "`<script>alert(\"1\")</script>\u{202e}` has a path",
                    "write the origin as the browser sends it",
                ),
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use greenroom_core::template::Review;

    use super::*;

    #[test]
    fn json_is_read_back_as_it_was() {
        let mut review = sample::review();
        let read: Review = serde_json::from_str(&json(&review).unwrap()).unwrap();
        assert_eq!(read, review);
        // The hostile text stays what it is in data, and would hide something in a snapshot.
        review.findings.truncate(2);
        insta::assert_snapshot!(json(&review).unwrap());
    }
}
