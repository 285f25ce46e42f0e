//! Bucket policies, statement by statement.

use greenroom_cloudformation::{ResolvedResource, Value};

use super::site::{BUCKET_POLICY, Site, properties};
use super::value::At;

/// A statement of a bucket policy.
pub(super) struct Statement<'a> {
    /// The policy's logical id.
    pub(super) policy: &'a str,
    /// The statement itself.
    pub(super) at: At<'a>,
    /// `Effect` is `Allow`.
    pub(super) allows: bool,
    /// Whom it is about: `*`, or `TYPE:VALUE` such as `Service:cloudfront.amazonaws.com`.
    pub(super) principals: Vec<String>,
}

/// CloudFront as a principal.
const CLOUDFRONT: &str = "Service:cloudfront.amazonaws.com";

/// The statements of all policies for a bucket.
pub(super) fn of_bucket<'a>(site: &Site<'a>, bucket: &ResolvedResource) -> Vec<Statement<'a>> {
    let name = site.stand_in(&bucket.logical_id, "Ref");
    site.of_kind(BUCKET_POLICY)
        .filter(|policy| {
            properties(policy).get("Bucket").is_some_and(|at| {
                at.attribute() == Some((bucket.logical_id.as_str(), "Ref"))
                    || (at.text().is_some() && at.text() == name.as_deref())
            })
        })
        .flat_map(|policy| of_policy(site, policy))
        .collect()
}

/// The statements of one policy.
pub(super) fn of_policy<'a>(
    site: &Site<'a>,
    policy: &'a ResolvedResource,
) -> impl Iterator<Item = Statement<'a>> {
    properties(policy)
        .path(&["PolicyDocument", "Statement"])
        .into_iter()
        .flat_map(At::items)
        .map(|at| Statement {
            policy: &policy.logical_id,
            at,
            allows: at
                .get("Effect")
                .and_then(At::text)
                .is_some_and(|effect| effect == "Allow"),
            principals: principals(site, at),
        })
}

fn principals(site: &Site<'_>, statement: At<'_>) -> Vec<String> {
    let Some(principal) = statement.get("Principal") else {
        return Vec::new();
    };
    if let Value::Map(_) = principal.node.value {
        return principal
            .entries()
            .flat_map(|(kind, values)| {
                values
                    .items()
                    .filter_map(|at| site.filled(at))
                    .map(move |value| match (kind, value.as_str()) {
                        (_, "*") => "*".to_owned(),
                        _ => format!("{kind}:{value}"),
                    })
            })
            .collect();
    }
    principal.items().filter_map(|at| site.filled(at)).collect()
}

impl<'a> Statement<'a> {
    /// It is about everybody.
    pub(super) fn is_about_all(&self) -> bool {
        self.principals.iter().any(|principal| principal == "*")
    }

    /// It is about CloudFront as a service.
    pub(super) fn is_about_cloudfront(&self) -> bool {
        self.principals
            .iter()
            .any(|principal| principal == CLOUDFRONT)
    }

    /// It is about an origin access identity.
    pub(super) fn is_about_identity(&self) -> bool {
        self.principals.iter().any(|principal| {
            principal.starts_with("CanonicalUser:")
                || principal.contains("CloudFront Origin Access Identity")
        })
    }

    /// `Action` covers an action, by name or by a wildcard.
    pub(super) fn covers_action(&self, action: &str) -> bool {
        list(self.at, "Action").any(|pattern| matches(&pattern.to_lowercase(), action))
    }

    /// The texts of `Action`.
    pub(super) fn actions(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        list(self.at, "Action")
    }

    /// The texts of `Resource`, with stand-ins.
    pub(super) fn resources(&self, site: &Site<'_>) -> Vec<String> {
        self.at
            .get("Resource")
            .into_iter()
            .flat_map(At::items)
            .filter_map(|at| site.filled(at))
            .collect()
    }

    /// The keys of `Condition`, each with its operator and its values.
    pub(super) fn conditions(&self) -> impl Iterator<Item = (&'a str, &'a str, At<'a>)> + use<'a> {
        self.at
            .get("Condition")
            .into_iter()
            .flat_map(At::entries)
            .flat_map(|(operator, keys)| keys.entries().map(move |(key, at)| (operator, key, at)))
    }
}

fn list<'a>(statement: At<'a>, key: &str) -> impl Iterator<Item = &'a str> + use<'a> {
    statement.get(key).into_iter().flat_map(At::texts)
}

/// A pattern of IAM, with `*` for any run of characters and `?` for one.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut in_pattern) = (0, 0);
    // Where the last `*` stood, and up to where it has been tried.
    let mut star: Option<(usize, usize)> = None;
    while at < text.len() {
        match pattern.get(in_pattern) {
            Some(b'*') => {
                star = Some((in_pattern, at));
                in_pattern += 1;
            }
            Some(letter) if *letter == b'?' || *letter == text[at] => {
                in_pattern += 1;
                at += 1;
            }
            _ => match star {
                Some((stood, tried)) => {
                    star = Some((stood, tried + 1));
                    in_pattern = stood + 1;
                    at = tried + 1;
                }
                None => return false,
            },
        }
    }
    pattern[in_pattern..].iter().all(|letter| *letter == b'*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_pattern_of_iam_has_stars_and_question_marks() {
        assert!(matches("s3:get*", "s3:getobject"));
        assert!(matches("*", ""));
        assert!(matches("a*b*c", "a-b-b-c"));
        assert!(matches("s3:getobjec?", "s3:getobject"));
        assert!(!matches("s3:getobject", "s3:getobjectversion"));
        assert!(!matches("arn:aws:s3:::bucket", "arn:aws:s3:::bucket/key"));
        assert!(!matches("a*b", "a-b-c"));
    }
}
