//! Whether the bucket's policy lets this distribution read, and nobody else.

use std::collections::BTreeMap;

use greenroom_cloudformation::ResolvedResource;

use super::origin::{control_of, identity_of};
use super::rule::{Remarks, Rule, Severity};
use super::site::{BUCKET_POLICY, Distribution, Origin, OriginKind, Site, properties};
use super::statements::{Statement, matches, of_bucket, of_policy};
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
        id: "policy-any-distribution",
        severity: Severity::Warning,
        holds: "the grant names the distribution, and not CloudFront at large",
        source: "AWS Identity and Access Management User Guide, The confused deputy problem",
        check: any_distribution,
    },
    Rule {
        id: "policy-deny",
        severity: Severity::Error,
        holds: "no statement denies CloudFront what another one grants",
        source: "AWS Identity and Access Management User Guide, Policy evaluation logic",
        check: deny,
    },
    Rule {
        id: "policy-public",
        severity: Severity::Error,
        holds: "no statement lets everybody read the bucket, past the CDN",
        source: "Amazon S3 User Guide, Blocking public access to your Amazon S3 storage",
        check: public,
    },
    Rule {
        id: "policy-twice",
        severity: Severity::Error,
        holds: "a bucket has one `AWS::S3::BucketPolicy`, since S3 keeps one policy for it",
        source: "AWS CloudFormation Template Reference, AWS::S3::BucketPolicy",
        check: twice,
    },
    Rule {
        id: "policy-too-wide",
        severity: Severity::Warning,
        holds: "CloudFront may read objects and nothing more",
        source: "Amazon S3 User Guide, Security best practices for Amazon S3",
        check: too_wide,
    },
];

const READ: &str = "s3:getobject";

/// Buckets of the template behind an origin that signs: the distribution, the origin, the bucket
/// and the statements of its policies.
fn signed<'s, 'a>(
    site: &'s Site<'a>,
) -> impl Iterator<
    Item = (
        &'s Distribution<'a>,
        Origin<'a>,
        &'a ResolvedResource,
        Vec<Statement<'a>>,
    ),
> {
    site.bucket_origins().filter_map(|(distribution, origin)| {
        let OriginKind::Bucket(id) = origin.kind else {
            return None;
        };
        let bucket = site.resource(id)?;
        let signs = control_of(origin).is_some() || identity_of(origin).is_some();
        signs.then(|| (distribution, origin, bucket, of_bucket(site, bucket)))
    })
}

/// Whether a statement is about whom an origin's requests are signed by.
fn is_about_signer(statement: &Statement<'_>, origin: Origin<'_>) -> bool {
    if control_of(origin).is_some() {
        statement.is_about_cloudfront()
    } else {
        statement.is_about_identity()
    }
}

fn grant(site: &Site<'_>, remarks: &mut Remarks) {
    for (_, origin, bucket, statements) in signed(site) {
        let id = &bucket.logical_id;
        let who = if control_of(origin).is_some() {
            "the service `cloudfront.amazonaws.com`"
        } else {
            "the origin access identity"
        };
        let fix = format!("allow {who} `s3:GetObject` on `!Sub \"${{{id}.Arn}}/*\"`");
        let allowed: Vec<&Statement<'_>> = statements
            .iter()
            .filter(|statement| statement.allows && is_about_signer(statement, origin))
            .collect();
        if allowed
            .iter()
            .any(|statement| statement.covers_action(READ))
        {
            continue;
        }
        // What comes nearest is where to look.
        if let Some(statement) = allowed.first() {
            remarks.add(
                statement.at.place_of("Action"),
                statement.policy,
                format!("{who} is not allowed `s3:GetObject`, so every file is answered 403"),
                fix,
            );
        } else if let Some(statement) = statements
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
            let (place, policy) = statements
                .first()
                .map_or((bucket.place, id.as_str()), |one| {
                    (one.at.place, one.policy)
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

/// The statements that let an origin read its bucket, with the bucket.
fn grants<'s, 'a>(
    site: &'s Site<'a>,
) -> impl Iterator<
    Item = (
        &'s Distribution<'a>,
        Origin<'a>,
        &'a ResolvedResource,
        Statement<'a>,
    ),
> {
    signed(site).flat_map(|(distribution, origin, bucket, statements)| {
        statements
            .into_iter()
            .filter(move |statement| {
                statement.allows
                    && is_about_signer(statement, origin)
                    && statement.covers_action(READ)
            })
            .map(move |statement| (distribution, origin, bucket, statement))
    })
}

fn resource(site: &Site<'_>, remarks: &mut Remarks) {
    for (distribution, origin, bucket, statements) in signed(site) {
        let Some(arn) = site.stand_in(&bucket.logical_id, "Arn") else {
            continue;
        };
        let prefixes = prefixes(site, distribution, origin);
        let reads: Vec<&Statement<'_>> = statements
            .iter()
            .filter(|statement| {
                statement.allows
                    && is_about_signer(statement, origin)
                    && statement.covers_action(READ)
            })
            .collect();
        let reached = |statement: &&&Statement<'_>| {
            statement.resources(site).iter().any(|pattern| {
                prefixes
                    .iter()
                    .any(|prefix| matches(pattern, &format!("{arn}{prefix}")))
            })
        };
        let Some(statement) = reads.first() else {
            continue;
        };
        if reads.iter().any(|statement| reached(&statement)) {
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
            format!("write `!Sub \"${{{}.Arn}}/*\"`", bucket.logical_id),
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

fn is_source_arn(key: &str) -> bool {
    key.eq_ignore_ascii_case("aws:SourceArn")
}

fn source_arn(site: &Site<'_>, remarks: &mut Remarks) {
    for (distribution, origin, _, statement) in grants(site) {
        if control_of(origin).is_none() {
            continue;
        }
        let arn = site
            .stand_in(distribution.id, "Ref")
            .map(|id| format!(":cloudfront::{}:distribution/{id}", site.inputs.account_id));
        let Some(own) = arn else { continue };
        for (operator, key, values) in statement.conditions() {
            if !is_source_arn(key) {
                continue;
            }
            let written: Vec<String> = values.items().filter_map(|at| site.filled(at)).collect();
            let bare = operator.trim_end_matches("IfExists");
            let admitted = match bare {
                "StringEquals" | "ArnEquals" | "StringLike" | "ArnLike" => {
                    // `ArnEquals` and `ArnLike` are the same; `StringEquals` takes `*` for itself.
                    let exact = bare == "StringEquals";
                    written.iter().any(|value| {
                        value.strip_prefix("arn:").is_some_and(|rest| {
                            let rest = rest.find(':').map_or("", |colon| &rest[colon..]);
                            if exact {
                                rest == own
                            } else {
                                matches(rest, &own)
                            }
                        })
                    })
                }
                _ => false,
            };
            if admitted {
                continue;
            }
            remarks.add(
                values.place,
                statement.policy,
                format!(
                    "`{operator}` on `{key}` with `{}` does not admit `{}`, so every file is \
                     answered 403",
                    written.join("`, `"),
                    distribution.id
                ),
                format!(
                    "write `StringEquals` with `!Sub \"arn:${{AWS::Partition}}:cloudfront::\
                     ${{AWS::AccountId}}:distribution/${{{}}}\"`; it has no region",
                    distribution.id
                ),
            );
        }
    }
}

fn any_distribution(site: &Site<'_>, remarks: &mut Remarks) {
    for (distribution, origin, _, statement) in grants(site) {
        if control_of(origin).is_none() {
            continue;
        }
        let mut narrowed = false;
        for (_, key, values) in statement.conditions() {
            if is_source_arn(key) {
                narrowed = values
                    .items()
                    .filter_map(|at| site.filled(at))
                    .all(|arn| !arn.contains('*'));
            }
        }
        if !narrowed {
            remarks.add(
                statement.at.place_of("Condition"),
                statement.policy,
                "CloudFront asks for all its customers under one name: without a condition on one \
                 distribution's `AWS:SourceArn`, others can put this bucket behind theirs",
                format!(
                    "add `StringEquals` on `AWS:SourceArn` with the ARN of `{}`",
                    distribution.id
                ),
            );
        }
    }
}

fn deny(site: &Site<'_>, remarks: &mut Remarks) {
    for (_, origin, bucket, statements) in signed(site) {
        let Some(arn) = site.stand_in(&bucket.logical_id, "Arn") else {
            continue;
        };
        for statement in statements {
            let about = statement.is_about_all() || is_about_signer(&statement, origin);
            let hits = statement
                .resources(site)
                .iter()
                .any(|pattern| matches(pattern, &format!("{arn}/greenroom-probe.js")));
            if statement.allows
                || !about
                || !hits
                || !statement.covers_action(READ)
                || !applies_to_cloudfront(&statement)
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

/// Conditions that bind a statement for everybody to somebody (Amazon S3 User Guide, The meaning
/// of "public").
const BINDING: [&str; 10] = [
    "aws:sourcearn",
    "aws:sourceaccount",
    "aws:sourceorgid",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:sourceip",
    "aws:principalorgid",
    "aws:principalaccount",
    "aws:userid",
    "s3:dataaccesspointaccount",
];

fn public(site: &Site<'_>, remarks: &mut Remarks) {
    for policy in site.of_kind(BUCKET_POLICY) {
        for statement in of_policy(site, policy) {
            let bound = statement.conditions().any(|(_, key, values)| {
                BINDING.contains(&key.to_ascii_lowercase().as_str())
                    && values.texts().all(|value| value != "*")
            });
            let all_but = statement.at.get("NotPrincipal").is_some();
            if statement.allows && (statement.is_about_all() || all_but) && !bound {
                remarks.add(
                    statement
                        .at
                        .place_of(if all_but { "NotPrincipal" } else { "Principal" }),
                    statement.policy,
                    "the statement is for everybody: the files can be had from S3, without the \
                     CDN's headers and cache, and at S3's price",
                    "allow the service `cloudfront.amazonaws.com` with a condition on \
                     `AWS:SourceArn`",
                );
            }
        }
    }
    for bucket in site.sdk_buckets() {
        if let Some(acl) = properties(bucket).get("AccessControl")
            && matches!(
                acl.text(),
                Some("PublicRead" | "PublicReadWrite" | "AuthenticatedRead")
            )
        {
            remarks.add(
                acl.place,
                &bucket.logical_id,
                "the bucket's ACL is for everybody",
                "take `AccessControl` out: ownership by the bucket's owner needs no ACL",
            );
        }
    }
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

fn too_wide(site: &Site<'_>, remarks: &mut Remarks) {
    const READS: [&str; 2] = [READ, "s3:getobjectversion"];
    for (_, _, bucket, statements) in signed(site) {
        for statement in statements {
            if !statement.allows
                || !(statement.is_about_cloudfront() || statement.is_about_identity())
            {
                continue;
            }
            let more: Vec<&str> = statement
                .actions()
                .filter(|action| !READS.contains(&action.to_lowercase().as_str()))
                // Only listing is asked for with a reason: 404 in place of 403.
                .filter(|action| !action.eq_ignore_ascii_case("s3:ListBucket"))
                .collect();
            let lists = statement.covers_action("s3:listbucket");
            let reason = match (more.is_empty(), lists) {
                (false, _) => format!(
                    "CloudFront may `{}`: a behaviour that lets such a method through lets \
                     everybody do it",
                    more.join("`, `")
                ),
                (true, true) if !has_root(site, bucket) => "CloudFront may list the bucket, and \
                     without a `DefaultRootObject` a request for `/` is answered with the list"
                    .to_owned(),
                (true, _) => continue,
            };
            remarks.add(
                statement.at.place_of("Action"),
                statement.policy,
                reason,
                "allow `s3:GetObject` alone",
            );
        }
    }
}

/// Every distribution in front of the bucket has a file for `/`.
fn has_root(site: &Site<'_>, bucket: &ResolvedResource) -> bool {
    site.bucket_origins()
        .filter(|(_, origin)| origin.kind == OriginKind::Bucket(&bucket.logical_id))
        .all(|(distribution, _)| distribution.config.get("DefaultRootObject").is_some())
}
