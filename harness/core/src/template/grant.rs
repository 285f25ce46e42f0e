//! Whether the bucket's policy lets this distribution read.

use std::collections::BTreeMap;

use greenroom_cloudformation::ResolvedResource;

use super::rule::{Remarks, Rule, Severity};
use super::signing::{control_of, identity_of};
use super::site::{BUCKET_POLICY, Distribution, Origin, OriginKind, Site, properties};
use super::statements::{Statement, matches, of_bucket};
use super::value::At;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "policy-grant",
        severity: Severity::Error,
        holds: "the bucket's policy allows CloudFront `s3:GetObject`",
        source: "Amazon CloudFront Developer Guide, Restrict access to an Amazon S3 origin",
        check: grant,
    },
    Rule {
        id: "policy-resource",
        severity: Severity::Error,
        holds: "the grant is for the bucket's objects, `BUCKET-ARN/*`",
        source: "Amazon S3 User Guide, Policy resources for Amazon S3",
        check: resource,
    },
    Rule {
        id: "policy-source-arn",
        severity: Severity::Error,
        holds: "a condition on `AWS:SourceArn` admits this distribution",
        source: "Amazon CloudFront Developer Guide, Restrict access to an Amazon S3 origin",
        check: source_arn,
    },
    Rule {
        id: "policy-deny",
        severity: Severity::Error,
        holds: "no statement denies CloudFront what another one grants",
        source: "AWS Identity and Access Management User Guide, Policy evaluation logic",
        check: deny,
    },
    Rule {
        id: "policy-twice",
        severity: Severity::Error,
        holds: "a bucket has one `AWS::S3::BucketPolicy`, since S3 keeps one policy for it",
        source: "AWS CloudFormation Template Reference, AWS::S3::BucketPolicy",
        check: twice,
    },
];

/// What CloudFront needs: to get an object, in lower case.
pub(super) const READ: &str = "s3:getobject";

/// A bucket of the template behind an origin that signs.
pub(super) struct Signed<'s, 'a> {
    pub(super) distribution: &'s Distribution<'a>,
    pub(super) origin: Origin<'a>,
    pub(super) bucket: &'a ResolvedResource,
    /// The statements of the bucket's policies.
    pub(super) statements: Vec<Statement<'a>>,
}

impl<'a> Signed<'_, 'a> {
    /// Whether a statement is about whom the origin's requests are signed by.
    fn is_about_signer(&self, statement: &Statement<'_>) -> bool {
        if control_of(self.origin).is_some() {
            statement.is_about_cloudfront()
        } else {
            statement.is_about_identity()
        }
    }

    /// The statements that allow the signer something.
    fn allowed(&self) -> impl Iterator<Item = &Statement<'a>> {
        self.statements
            .iter()
            .filter(|statement| statement.allows && self.is_about_signer(statement))
    }

    /// The statements that let the signer read the bucket.
    pub(super) fn grants(&self) -> impl Iterator<Item = &Statement<'a>> {
        self.allowed()
            .filter(|statement| statement.covers_action(READ))
    }
}

/// Every such bucket of the site, once for each origin.
pub(super) fn signed<'s, 'a>(site: &'s Site<'a>) -> impl Iterator<Item = Signed<'s, 'a>> {
    site.bucket_origins().filter_map(|(distribution, origin)| {
        let OriginKind::Bucket(id) = origin.kind else {
            return None;
        };
        let bucket = site.resource(id)?;
        let signs = control_of(origin).is_some() || identity_of(origin).is_some();
        signs.then(|| Signed {
            distribution,
            origin,
            bucket,
            statements: of_bucket(site, bucket),
        })
    })
}

fn grant(site: &Site<'_>, remarks: &mut Remarks) {
    for one in signed(site) {
        let id = &one.bucket.logical_id;
        let who = if control_of(one.origin).is_some() {
            "the service `cloudfront.amazonaws.com`"
        } else {
            "the origin access identity"
        };
        let fix = format!("allow {who} `s3:GetObject` on `!Sub \"${{{id}.Arn}}/*\"`");
        if one.grants().next().is_some() {
            continue;
        }
        // What comes nearest is where to look.
        if let Some(statement) = one.allowed().next() {
            remarks.add(
                statement.at.place_of("Action"),
                statement.policy,
                format!("{who} is not allowed `s3:GetObject`, so every file is answered 403"),
                fix,
            );
        } else if let Some(statement) = one
            .statements
            .iter()
            .find(|statement| statement.allows && statement.covers_action(READ))
        {
            remarks.add(
                statement.at.place_of("Principal"),
                statement.policy,
                format!(
                    "the policy lets {} read, and {who}, which asks, is answered 403",
                    statement.principals.join(", ")
                ),
                fix,
            );
        } else {
            let (place, policy) = one
                .statements
                .first()
                .map_or((one.bucket.place, id.as_str()), |statement| {
                    (statement.at.place, statement.policy)
                });
            remarks.add(
                place,
                policy,
                format!("no policy of `{id}` lets {who} read, so every file is answered 403"),
                fix,
            );
        }
    }
}

fn resource(site: &Site<'_>, remarks: &mut Remarks) {
    for one in signed(site) {
        let Some(arn) = site.stand_in(&one.bucket.logical_id, "Arn") else {
            continue;
        };
        let prefixes = prefixes(site, one.distribution, one.origin);
        let reached = |statement: &Statement<'_>| {
            statement.resources(site).iter().any(|pattern| {
                prefixes
                    .iter()
                    .any(|prefix| matches(pattern, &format!("{arn}{prefix}")))
            })
        };
        let Some(statement) = one.grants().next() else {
            continue;
        };
        if one.grants().any(reached) {
            continue;
        }
        let said = statement.resources(site).join(", ");
        let whole = statement.resources(site).contains(&arn);
        remarks.add(
            statement.at.place_of("Resource"),
            statement.policy,
            if whole {
                "the grant is for the bucket and not for what is in it: `s3:GetObject` needs \
                 `/*` behind the bucket's ARN, or S3 refuses the policy, or answers every file 403"
                    .to_owned()
            } else {
                format!("the grant is for `{said}`, and CloudFront asks for other objects: 403")
            },
            format!("write `!Sub \"${{{}.Arn}}/*\"`", one.bucket.logical_id),
        );
    }
}

/// Keys that CloudFront asks an origin for, one for each path that it serves.
fn prefixes(site: &Site<'_>, distribution: &Distribution<'_>, origin: Origin<'_>) -> Vec<String> {
    let path = origin
        .settings
        .get("OriginPath")
        .and_then(|at| site.filled(at))
        .unwrap_or_default();
    let path = path.trim_end_matches('/');
    let asking = distribution
        .behaviours
        .iter()
        .filter(|behaviour| behaviour.origin.is_some_and(|one| one.name == origin.name));
    let mut prefixes: Vec<String> = asking
        .map(|behaviour| {
            let pattern = behaviour.settings.get("PathPattern").and_then(At::text);
            let under = pattern.unwrap_or("*").trim_start_matches('/');
            let example = under.replace(['*', '?'], "greenroom-probe.js");
            format!("{path}/{example}")
        })
        .collect();
    if prefixes.is_empty() {
        prefixes.push(format!("{path}/greenroom-probe.js"));
    }
    prefixes
}

pub(super) fn is_source_arn(key: &str) -> bool {
    key.eq_ignore_ascii_case("aws:SourceArn")
}

fn source_arn(site: &Site<'_>, remarks: &mut Remarks) {
    for one in signed(site).filter(|one| control_of(one.origin).is_some()) {
        let id = one.distribution.id;
        let Some(own) = site.stand_in(id, "Ref") else {
            continue;
        };
        let own = format!(":cloudfront::{}:distribution/{own}", site.inputs.account_id);
        for statement in one.grants() {
            for (operator, key, values) in statement.conditions() {
                if !is_source_arn(key) || admits(site, operator, values, &own) {
                    continue;
                }
                let written: Vec<String> =
                    values.items().filter_map(|at| site.filled(at)).collect();
                remarks.add(
                    values.place,
                    statement.policy,
                    format!(
                        "`{operator}` on `{key}` with `{}` does not admit `{id}`, so every file \
                         is answered 403",
                        written.join("`, `"),
                    ),
                    format!(
                        "write `StringEquals` with `!Sub \"arn:${{AWS::Partition}}:cloudfront::\
                         ${{AWS::AccountId}}:distribution/${{{id}}}\"`; it has no region"
                    ),
                );
            }
        }
    }
}

/// Whether a condition on a source's ARN holds for the distribution whose ARN ends so, behind its
/// partition.
fn admits(site: &Site<'_>, operator: &str, values: At<'_>, own: &str) -> bool {
    let operator = operator.trim_end_matches("IfExists");
    // `ArnEquals` and `ArnLike` are the same; `StringEquals` takes `*` for itself.
    let exact = operator == "StringEquals";
    if !exact && !matches!(operator, "ArnEquals" | "StringLike" | "ArnLike") {
        return false;
    }
    values
        .items()
        .filter_map(|at| site.filled(at))
        .any(|value| {
            value.strip_prefix("arn:").is_some_and(|rest| {
                let rest = rest.find(':').map_or("", |colon| &rest[colon..]);
                if exact {
                    rest == own
                } else {
                    matches(rest, own)
                }
            })
        })
}

fn deny(site: &Site<'_>, remarks: &mut Remarks) {
    for one in signed(site) {
        let Some(arn) = site.stand_in(&one.bucket.logical_id, "Arn") else {
            continue;
        };
        for statement in &one.statements {
            let about = statement.is_about_all() || one.is_about_signer(statement);
            let hits = statement
                .resources(site)
                .iter()
                .any(|pattern| matches(pattern, &format!("{arn}/greenroom-probe.js")));
            if statement.allows
                || !about
                || !hits
                || !statement.covers_action(READ)
                || !applies_to_cloudfront(statement)
            {
                continue;
            }
            remarks.add(
                statement.at.place,
                statement.policy,
                "the statement denies everybody what another one grants CloudFront, and a denial \
                 wins: every file is answered 403",
                "take it out, or bind it to a condition that CloudFront does not meet, such as \
                 `aws:SecureTransport: \"false\"`",
            );
        }
    }
}

/// Whether the conditions of a statement hold for a request that CloudFront signs, as far as that
/// can be known: it comes over TLS, and nothing else is certain.
fn applies_to_cloudfront(statement: &Statement<'_>) -> bool {
    statement.conditions().all(|(operator, key, values)| {
        operator == "Bool"
            && key.eq_ignore_ascii_case("aws:SecureTransport")
            && values.items().any(|at| at.flag() == Some(true))
    })
}

fn twice(site: &Site<'_>, remarks: &mut Remarks) {
    let mut first: BTreeMap<String, &str> = BTreeMap::new();
    for policy in site.of_kind(BUCKET_POLICY) {
        let said = properties(policy);
        let Some(bucket) = said.get("Bucket").and_then(|at| site.filled(at)) else {
            continue;
        };
        match first.get(&bucket) {
            Some(other) => remarks.add(
                policy.place,
                &policy.logical_id,
                format!(
                    "`{other}` is a policy for the same bucket, and S3 keeps one: the deployment \
                     fails, or the last of them wins"
                ),
                format!("put its statements into `{other}`"),
            ),
            None => {
                first.insert(bucket, &policy.logical_id);
            }
        }
    }
}
