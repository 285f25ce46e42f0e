//! The bucket itself: who may open it, what becomes of old files, and with which key they lie.

use super::rule::{Remarks, Rule, Severity};
use super::signing::{control_of, identity_of};
use super::site::{BUCKET, OriginKind, Site, properties};
use super::value::At;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "bucket-public-access",
        severity: Severity::Error,
        holds: "all four settings of `PublicAccessBlockConfiguration` are on, as they are where it is left out",
        source: "Amazon S3 User Guide, Blocking public access to your Amazon S3 storage",
        check: public_access,
    },
    Rule {
        id: "bucket-acl",
        severity: Severity::Warning,
        holds: "the bucket has no ACLs: its owner owns every object",
        source: "Amazon S3 User Guide, Controlling ownership of objects and disabling ACLs for your bucket",
        check: acl,
    },
    Rule {
        id: "bucket-versioning",
        severity: Severity::Warning,
        holds: "the bucket keeps versions, so that an overwritten SDK can be brought back",
        source: "Amazon S3 User Guide, Retaining multiple versions of objects with S3 Versioning",
        check: versioning,
    },
    Rule {
        id: "bucket-old-versions",
        severity: Severity::Note,
        holds: "old versions are deleted some day",
        source: "Amazon S3 User Guide, Lifecycle configuration elements",
        check: old_versions,
    },
    Rule {
        id: "bucket-expires",
        severity: Severity::Error,
        holds: "no lifecycle rule deletes or archives the file that pages ask for",
        source: "Amazon S3 User Guide, Lifecycle configuration elements",
        check: expires,
    },
    Rule {
        id: "bucket-key",
        severity: Severity::Error,
        holds: "CloudFront may use the KMS key that the bucket encrypts with",
        source: "Amazon CloudFront Developer Guide, Restrict access to an Amazon S3 origin",
        check: key,
    },
    Rule {
        id: "bucket-key-elsewhere",
        severity: Severity::Warning,
        holds: "the policy of the KMS key is in the template, where it can be seen to admit CloudFront",
        source: "Amazon CloudFront Developer Guide, Restrict access to an Amazon S3 origin",
        check: key_elsewhere,
    },
];

fn public_access(site: &Site<'_>, remarks: &mut Remarks) {
    for bucket in site.of_kind(BUCKET) {
        let Some(block) = properties(bucket).get("PublicAccessBlockConfiguration") else {
            continue;
        };
        let off: Vec<&str> = [
            "BlockPublicAcls",
            "IgnorePublicAcls",
            "BlockPublicPolicy",
            "RestrictPublicBuckets",
        ]
        .into_iter()
        .filter(|key| !block.says(&[key]))
        .collect();
        if let Some(first) = off.first() {
            remarks.add(
                block.place_of(first),
                &bucket.logical_id,
                format!(
                    "`{}` is off: a policy or an ACL can open the bucket to everybody, past the CDN",
                    off.join("`, `")
                ),
                "set all four to `true`",
            );
        }
    }
}

fn acl(site: &Site<'_>, remarks: &mut Remarks) {
    for bucket in site.sdk_buckets() {
        let rules = properties(bucket).path(&["OwnershipControls", "Rules"]);
        for rule in rules.into_iter().flat_map(At::items) {
            let Some(owner) = rule.get("ObjectOwnership") else {
                continue;
            };
            let said = owner.text().unwrap_or_default();
            if said != "BucketOwnerEnforced" {
                remarks.add(
                    owner.place,
                    &bucket.logical_id,
                    format!(
                        "`{said}` turns ACLs on: an upload can open a file to everybody, or keep it \
                         from the bucket's owner and so from CloudFront"
                    ),
                    "set `ObjectOwnership` to `BucketOwnerEnforced`",
                );
            }
        }
    }
}

fn versions(bucket: At<'_>) -> bool {
    let status = bucket.path(&["VersioningConfiguration", "Status"]);
    status.and_then(At::text) == Some("Enabled")
}

fn versioning(site: &Site<'_>, remarks: &mut Remarks) {
    for bucket in site.sdk_buckets() {
        let said = properties(bucket);
        if !versions(said) {
            let configured = said.get("VersioningConfiguration");
            remarks.add(
                configured.map_or(said.place, |at| at.place_of("Status")),
                &bucket.logical_id,
                "the bucket keeps no versions: what a bad upload overwrites is gone, and the way \
                 back is to build it again",
                "set `VersioningConfiguration` to `Status: Enabled`",
            );
        }
    }
}

/// Lifecycle rules that are on.
fn lifecycle(bucket: At<'_>) -> impl Iterator<Item = At<'_>> {
    bucket
        .path(&["LifecycleConfiguration", "Rules"])
        .into_iter()
        .flat_map(At::items)
        .filter(|rule| rule.get("Status").and_then(At::text) == Some("Enabled"))
}

fn old_versions(site: &Site<'_>, remarks: &mut Remarks) {
    for bucket in site.sdk_buckets() {
        let said = properties(bucket);
        let ends = lifecycle(said).any(|rule| {
            rule.get("NoncurrentVersionExpiration").is_some()
                || rule.get("NoncurrentVersionExpirationInDays").is_some()
        });
        if versions(said) && !ends {
            remarks.add(
                said.place_of("VersioningConfiguration"),
                &bucket.logical_id,
                "every version that was ever uploaded stays, and is paid for",
                "add a lifecycle rule with `NoncurrentVersionExpiration`",
            );
        }
    }
}

fn expires(site: &Site<'_>, remarks: &mut Remarks) {
    for bucket in site.sdk_buckets() {
        for rule in lifecycle(properties(bucket)) {
            for key in ["ExpirationInDays", "ExpirationDate"] {
                if let Some(at) = rule.get(key) {
                    remarks.add(
                        at.place,
                        &bucket.logical_id,
                        format!(
                            "`{key}` deletes the SDK at that age, while pages still ask for it: they \
                             are answered 403 or 404"
                        ),
                        "let lifecycle rules end old versions only, by \
                         `NoncurrentVersionExpiration`",
                    );
                }
            }
            let several = rule.get("Transitions").into_iter().flat_map(At::items);
            for transition in rule.get("Transition").into_iter().chain(several) {
                let class = transition.get("StorageClass").and_then(At::text);
                if let Some(archive @ ("GLACIER" | "DEEP_ARCHIVE")) = class {
                    remarks.add(
                        transition.place_of("StorageClass"),
                        &bucket.logical_id,
                        format!(
                            "in `{archive}` a file can no longer be read, and is answered 403 \
                             `InvalidObjectState`"
                        ),
                        "move nothing that pages ask for to an archive",
                    );
                }
            }
        }
    }
}

/// The default encryption of a bucket by KMS: where it is said, and the key, if one is named.
fn encryption(bucket: At<'_>) -> Option<(At<'_>, Option<At<'_>>)> {
    bucket
        .path(&["BucketEncryption", "ServerSideEncryptionConfiguration"])?
        .items()
        .filter_map(|rule| rule.get("ServerSideEncryptionByDefault"))
        .find_map(|default| {
            let algorithm = default.get("SSEAlgorithm")?;
            let by_kms = algorithm.text()?.starts_with("aws:kms");
            by_kms.then(|| (algorithm, default.get("KMSMasterKeyID")))
        })
}

fn key(site: &Site<'_>, remarks: &mut Remarks) {
    for (_, origin) in site.bucket_origins() {
        let OriginKind::Bucket(id) = origin.kind else {
            continue;
        };
        let Some(bucket) = site.resource(id) else {
            continue;
        };
        let Some((algorithm, named)) = encryption(properties(bucket)) else {
            continue;
        };
        let plain = "set `SSEAlgorithm` to `AES256`: the files are public";
        if identity_of(origin).is_some() && control_of(origin).is_none() {
            remarks.add(
                algorithm.place,
                id,
                "the files are encrypted with a KMS key, and an origin access identity reads no \
                 such files: 403",
                plain,
            );
            continue;
        }
        let Some(named) = named.filter(|at| at.text() != Some("alias/aws/s3")) else {
            remarks.add(
                algorithm.place,
                id,
                "the files are encrypted with AWS's own key for S3, whose policy cannot be changed \
                 to admit CloudFront: 403",
                plain,
            );
            continue;
        };
        let in_template = named
            .attribute()
            .and_then(|(key, _)| site.resource_of(key, "AWS::KMS::Key"));
        if let Some(key) = in_template
            && !admits_cloudfront(site, properties(key))
        {
            remarks.add(
                properties(key).place_of("KeyPolicy"),
                &key.logical_id,
                "the key's policy does not allow CloudFront `kms:Decrypt`, so every file is \
                 answered 403",
                "allow the service `cloudfront.amazonaws.com` `kms:Decrypt` and \
                 `kms:GenerateDataKey*`, with a condition on `AWS:SourceArn`",
            );
        }
    }
}

fn admits_cloudfront(site: &Site<'_>, key: At<'_>) -> bool {
    key.path(&["KeyPolicy", "Statement"])
        .into_iter()
        .flat_map(At::items)
        .any(|statement| {
            let allows = statement.get("Effect").and_then(At::text) == Some("Allow");
            let service = statement.path(&["Principal", "Service"]);
            let about = service
                .into_iter()
                .flat_map(At::items)
                .filter_map(|at| site.filled(at))
                .any(|service| service == "cloudfront.amazonaws.com");
            let decrypts = statement
                .get("Action")
                .into_iter()
                .flat_map(At::texts)
                .any(|action| super::statements::matches(&action.to_lowercase(), "kms:decrypt"));
            allows && about && decrypts
        })
}

fn key_elsewhere(site: &Site<'_>, remarks: &mut Remarks) {
    for bucket in site.sdk_buckets() {
        let Some((_, Some(named))) = encryption(properties(bucket)) else {
            continue;
        };
        let in_template = named
            .attribute()
            .is_some_and(|(key, _)| site.resource_of(key, "AWS::KMS::Key").is_some());
        if !in_template && named.text() != Some("alias/aws/s3") {
            remarks.add(
                named.place,
                &bucket.logical_id,
                "the files are encrypted with a key whose policy is not in this template: unless it \
                 allows CloudFront `kms:Decrypt`, every file is answered 403",
                "see to it, or set `SSEAlgorithm` to `AES256`: the files are public",
            );
        }
    }
}
