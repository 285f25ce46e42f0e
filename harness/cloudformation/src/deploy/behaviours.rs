//! `DefaultCacheBehavior` and `CacheBehaviors`.

use crate::deploy::fields::Fields;
use crate::deploy::{cache, response_headers};
use crate::{Behaviour, KeyPart, Origin, TemplateError, ViewerProtocol};

/// Properties of `DefaultCacheBehavior`.
pub(super) const KEYS: [&str; 21] = [
    "AllowedMethods",
    "CachePolicyId",
    "CachedMethods",
    "Compress",
    "DefaultTTL",
    "FieldLevelEncryptionId",
    "ForwardedValues",
    "FunctionAssociations",
    "GrpcConfig",
    "LambdaFunctionAssociations",
    "MaxTTL",
    "MinTTL",
    "OriginRequestPolicyId",
    "RealtimeLogConfigArn",
    "ResponseHeadersPolicyId",
    "SmoothStreaming",
    "TargetOriginId",
    "TrustedKeyGroups",
    "TrustedSigners",
    "ViewerProtocolPolicy",
    "ParameterNameHeadersConfig",
];

/// Properties of an entry of `CacheBehaviors`.
pub(super) const KEYS_WITH_PATH: [&str; 22] = with_path();

const fn with_path() -> [&'static str; 22] {
    let mut keys = ["PathPattern"; 22];
    let mut index = 0;
    while index < KEYS.len() {
        keys[index] = KEYS[index];
        index += 1;
    }
    keys
}

/// Properties that would change answers and are not obeyed.
const NOT_OBEYED: [&str; 6] = [
    "FieldLevelEncryptionId",
    "FunctionAssociations",
    "LambdaFunctionAssociations",
    "SmoothStreaming",
    "TrustedKeyGroups",
    "TrustedSigners",
];

pub(super) fn read(fields: Fields<'_>, origins: &[Origin]) -> Result<Behaviour, TemplateError> {
    fields.refuse(&NOT_OBEYED)?;
    let origin = fields.required_text("TargetOriginId")?;
    if !origins.iter().any(|known| known.id == origin) {
        return Err(TemplateError::unknown(
            fields
                .node("TargetOriginId")
                .map_or(fields.place(), |node| node.place),
            "origin",
            &origin,
            origins.iter().map(|known| known.id.as_str()),
        ));
    }
    let compress = fields.boolean("Compress")?.unwrap_or(false);
    let (cache, forwarded_headers) = match fields.node("CachePolicyId") {
        Some(policy) => (
            cache::policy(fields.resolved, policy)?,
            match fields.node("OriginRequestPolicyId") {
                Some(policy) => cache::origin_request(fields.resolved, policy)?,
                None => KeyPart::None,
            },
        ),
        None => (cache::legacy(fields, compress)?, KeyPart::None),
    };
    Ok(Behaviour {
        origin,
        viewer_protocol: fields.required_choice(
            "ViewerProtocolPolicy",
            &[
                ("allow-all", ViewerProtocol::AllowAll),
                ("redirect-to-https", ViewerProtocol::RedirectToHttps),
                ("https-only", ViewerProtocol::HttpsOnly),
            ],
        )?,
        allowed_methods: methods(fields, "AllowedMethods")?,
        cached_methods: methods(fields, "CachedMethods")?,
        compress,
        cache,
        forwarded_headers,
        response_headers: match fields.node("ResponseHeadersPolicyId") {
            Some(policy) => Some(response_headers::policy(fields.resolved, policy)?),
            None => None,
        },
    })
}

/// A list of methods; GET and HEAD where there is none.
fn methods(fields: Fields<'_>, key: &str) -> Result<Vec<String>, TemplateError> {
    let written = fields.texts(key)?;
    Ok(if written.is_empty() {
        vec!["GET".to_owned(), "HEAD".to_owned()]
    } else {
        written
    })
}
