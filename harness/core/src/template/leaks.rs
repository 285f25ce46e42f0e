//! Whom else the bucket's policy lets in, and to what.

use greenroom_cloudformation::ResolvedResource;

use super::grant::{READ, is_source_arn, signed};
use super::rule::{Remarks, Rule, Severity};
use super::signing::control_of;
use super::site::{BUCKET_POLICY, OriginKind, Site, properties};
use super::statements::of_policy;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "policy-any-distribution",
        severity: Severity::Warning,
        holds: "the grant names the distribution, and not CloudFront at large",
        source: "AWS Identity and Access Management User Guide, The confused deputy problem",
        check: any_distribution,
    },
    Rule {
        id: "policy-public",
        severity: Severity::Error,
        holds: "no statement lets everybody read the bucket, past the CDN",
        source: "Amazon S3 User Guide, Blocking public access to your Amazon S3 storage",
        check: public,
    },
    Rule {
        id: "policy-too-wide",
        severity: Severity::Warning,
        holds: "CloudFront may read objects and nothing more",
        source: "Amazon S3 User Guide, Security best practices for Amazon S3",
        check: too_wide,
    },
];

fn any_distribution(site: &Site<'_>, remarks: &mut Remarks) {
    for one in signed(site).filter(|one| control_of(one.origin).is_some()) {
        for statement in one.grants() {
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
                    "CloudFront asks for all its customers under one name: without a condition on \
                     one distribution's `AWS:SourceArn`, others can put this bucket behind theirs",
                    format!(
                        "add `StringEquals` on `AWS:SourceArn` with the ARN of `{}`",
                        one.distribution.id
                    ),
                );
            }
        }
    }
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

fn too_wide(site: &Site<'_>, remarks: &mut Remarks) {
    const READS: [&str; 2] = [READ, "s3:getobjectversion"];
    for one in signed(site) {
        for statement in &one.statements {
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
                (true, true) if !has_root(site, one.bucket) => {
                    "CloudFront may list the bucket, and \
                     without a `DefaultRootObject` a request for `/` is answered with the list"
                        .to_owned()
                }
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
