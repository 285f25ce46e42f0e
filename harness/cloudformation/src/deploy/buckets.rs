//! `AWS::S3::Bucket` with its policies.

use crate::deploy::fields::{Fields, texts};
use crate::{
    Bucket, CorsRule, Encryption, Node, PublicAccessBlock, Resolved, ResolvedResource, Statement,
    StatementCondition, TemplateError, Value,
};

const BUCKET: [&str; 26] = [
    "AbacStatus",
    "AccelerateConfiguration",
    "AccessControl",
    "AnalyticsConfigurations",
    "BucketEncryption",
    "BucketName",
    "BucketNamePrefix",
    "BucketNamespace",
    "CorsConfiguration",
    "IntelligentTieringConfigurations",
    "InventoryConfigurations",
    "LifecycleConfiguration",
    "LoggingConfiguration",
    "MetadataConfiguration",
    "MetadataTableConfiguration",
    "MetricsConfigurations",
    "NotificationConfiguration",
    "ObjectLockConfiguration",
    "ObjectLockEnabled",
    "OwnershipControls",
    "PublicAccessBlockConfiguration",
    "ReplicationConfiguration",
    "Tags",
    "VersioningConfiguration",
    "WebsiteConfiguration",
    "WebsiteRedirectAllRequestsTo",
];

pub(super) fn read(
    resolved: &Resolved,
    resource: &ResolvedResource,
) -> Result<Bucket, TemplateError> {
    let fields = Fields::new(resolved, &resource.properties, "AWS::S3::Bucket", &BUCKET)?;
    let versioned = match fields.child("VersioningConfiguration", &["Status"])? {
        Some(versioning) => {
            versioning.required_choice("Status", &[("Enabled", true), ("Suspended", false)])?
        }
        None => false,
    };
    Ok(Bucket {
        logical_id: resource.logical_id.clone(),
        name: fields.text("BucketName")?,
        arn: resolved.stand_in(resource, "Arn"),
        versioned,
        encryption: encryption(fields)?,
        public_access_block: public_access_block(fields)?,
        cors: cors(fields)?,
        policy: policy(resolved, resource)?,
    })
}

/// `BucketEncryption`.
fn encryption(fields: Fields<'_>) -> Result<Encryption, TemplateError> {
    let Some(written) = fields.child("BucketEncryption", &["ServerSideEncryptionConfiguration"])?
    else {
        return Ok(Encryption::Aes256);
    };
    let rules = written.list(
        "ServerSideEncryptionConfiguration",
        &[
            "BlockedEncryptionTypes",
            "BucketKeyEnabled",
            "ServerSideEncryptionByDefault",
        ],
    )?;
    for rule in rules {
        if let Some(by_default) = rule.child(
            "ServerSideEncryptionByDefault",
            &["KMSMasterKeyID", "SSEAlgorithm"],
        )? {
            return by_default.required_choice(
                "SSEAlgorithm",
                &[
                    ("AES256", Encryption::Aes256),
                    ("aws:kms", Encryption::Kms),
                    ("aws:kms:dsse", Encryption::Kms),
                ],
            );
        }
    }
    Ok(Encryption::Aes256)
}

/// `PublicAccessBlockConfiguration`.
fn public_access_block(fields: Fields<'_>) -> Result<PublicAccessBlock, TemplateError> {
    let written = fields.child(
        "PublicAccessBlockConfiguration",
        &[
            "BlockPublicAcls",
            "BlockPublicPolicy",
            "IgnorePublicAcls",
            "RestrictPublicBuckets",
        ],
    )?;
    let on = |key: &str| -> Result<bool, TemplateError> {
        match &written {
            Some(written) => Ok(written.boolean(key)?.unwrap_or(false)),
            None => Ok(true),
        }
    };
    Ok(PublicAccessBlock {
        block_public_acls: on("BlockPublicAcls")?,
        ignore_public_acls: on("IgnorePublicAcls")?,
        block_public_policy: on("BlockPublicPolicy")?,
        restrict_public_buckets: on("RestrictPublicBuckets")?,
    })
}

/// `CorsConfiguration`.
fn cors(fields: Fields<'_>) -> Result<Vec<CorsRule>, TemplateError> {
    const RULE: [&str; 6] = [
        "AllowedHeaders",
        "AllowedMethods",
        "AllowedOrigins",
        "ExposedHeaders",
        "Id",
        "MaxAge",
    ];
    let Some(written) = fields.child("CorsConfiguration", &["CorsRules"])? else {
        return Ok(Vec::new());
    };
    written
        .list("CorsRules", &RULE)?
        .into_iter()
        .map(|rule| {
            Ok(CorsRule {
                allowed_origins: rule.texts("AllowedOrigins")?,
                allowed_methods: rule.texts("AllowedMethods")?,
                allowed_headers: rule.texts("AllowedHeaders")?,
                exposed_headers: rule.texts("ExposedHeaders")?,
                max_age: rule.number("MaxAge")?,
            })
        })
        .collect()
}

/// The statements of every policy of a bucket, in the order of the template.
fn policy(resolved: &Resolved, bucket: &ResolvedResource) -> Result<Vec<Statement>, TemplateError> {
    let mut statements = Vec::new();
    for policy in resolved.created("AWS::S3::BucketPolicy") {
        let fields = Fields::new(
            resolved,
            &policy.properties,
            "AWS::S3::BucketPolicy",
            &["Bucket", "PolicyDocument"],
        )?;
        if fields.required_text("Bucket")? != bucket.name {
            continue;
        }
        let document = fields.required_child("PolicyDocument", &["Id", "Statement", "Version"])?;
        let written = document.node("Statement").map_or(&[][..], Node::items);
        for statement in written {
            statements.push(read_statement(resolved, statement)?);
        }
    }
    Ok(statements)
}

/// A statement. IAM User Guide, "IAM JSON policy elements reference".
fn read_statement(resolved: &Resolved, node: &Node) -> Result<Statement, TemplateError> {
    let fields = Fields::new(
        resolved,
        node,
        "Statement",
        &[
            "Action",
            "Condition",
            "Effect",
            "NotAction",
            "NotPrincipal",
            "NotResource",
            "Principal",
            "Resource",
            "Sid",
        ],
    )?;
    fields.refuse(&["NotAction", "NotPrincipal", "NotResource"])?;
    let mut principals = Vec::new();
    if let Some(principal) = fields.node("Principal") {
        if let Value::Map(_) = principal.value {
            for (kind, who) in principal.entries() {
                for who in texts(resolved, who, "Principal")? {
                    principals.push(if who == "*" && kind.text == "AWS" {
                        who
                    } else {
                        format!("{}:{who}", kind.text)
                    });
                }
            }
        } else {
            principals = texts(resolved, principal, "Principal")?;
        }
    }
    let mut conditions = Vec::new();
    if let Some(written) = fields.node("Condition") {
        if !matches!(written.value, Value::Map(_)) {
            return Err(TemplateError::at(
                written.place,
                "`Condition` of a statement is no mapping",
                "write an operator and below it a key, e.g. `StringEquals: {AWS:SourceArn: ...}`",
            ));
        }
        for (operator, keys) in written.entries() {
            for (key, values) in keys.entries() {
                conditions.push(StatementCondition {
                    operator: operator.text.clone(),
                    key: key.text.clone(),
                    values: texts(resolved, values, &key.text)?,
                });
            }
        }
    }
    Ok(Statement {
        allows: fields.required_choice("Effect", &[("Allow", true), ("Deny", false)])?,
        principals,
        actions: fields.texts("Action")?,
        resources: fields.texts("Resource")?,
        conditions,
    })
}
