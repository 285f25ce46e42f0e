//! Cache policies, origin request policies, and the older settings that they replace.

use crate::deploy::fields::Fields;
use crate::deploy::{managed, unknown_reference};
use crate::{CachePolicy, KeyPart, Node, Resolved, TemplateError};

const CACHE: &str = "AWS::CloudFront::CachePolicy";
const ORIGIN_REQUEST: &str = "AWS::CloudFront::OriginRequestPolicy";

/// `CachePolicyId`: of this template, or a managed one.
pub(super) fn policy(resolved: &Resolved, node: &Node) -> Result<CachePolicy, TemplateError> {
    let Some(resource) = resolved.referred(node, CACHE) else {
        return node
            .text()
            .and_then(managed::cache_policy)
            .ok_or_else(|| unknown_reference(resolved, node, "cache policy", CACHE));
    };
    let properties = Fields::new(
        resolved,
        &resource.properties,
        CACHE,
        &["CachePolicyConfig"],
    )?;
    let config = properties.required_child(
        "CachePolicyConfig",
        &[
            "Comment",
            "DefaultTTL",
            "MaxTTL",
            "MinTTL",
            "Name",
            "ParametersInCacheKeyAndForwardedToOrigin",
        ],
    )?;
    config.required_text("Name")?;
    let key = config.required_child(
        "ParametersInCacheKeyAndForwardedToOrigin",
        &[
            "CookiesConfig",
            "EnableAcceptEncodingBrotli",
            "EnableAcceptEncodingGzip",
            "HeadersConfig",
            "QueryStringsConfig",
        ],
    )?;
    Ok(CachePolicy {
        min_ttl: config.required_number("MinTTL")?,
        default_ttl: config.required_number("DefaultTTL")?,
        max_ttl: config.required_number("MaxTTL")?,
        gzip: key.required_boolean("EnableAcceptEncodingGzip")?,
        brotli: key.boolean("EnableAcceptEncodingBrotli")?.unwrap_or(false),
        headers: headers(key)?,
        cookies: key_part(key, "CookiesConfig", "CookieBehavior", "Cookies")?,
        query_strings: key_part(
            key,
            "QueryStringsConfig",
            "QueryStringBehavior",
            "QueryStrings",
        )?,
    })
}

/// `OriginRequestPolicyId`: the header fields that it forwards.
pub(super) fn origin_request(resolved: &Resolved, node: &Node) -> Result<KeyPart, TemplateError> {
    let Some(resource) = resolved.referred(node, ORIGIN_REQUEST) else {
        return node
            .text()
            .and_then(managed::origin_request_headers)
            .ok_or_else(|| {
                unknown_reference(resolved, node, "origin request policy", ORIGIN_REQUEST)
            });
    };
    let properties = Fields::new(
        resolved,
        &resource.properties,
        ORIGIN_REQUEST,
        &["OriginRequestPolicyConfig"],
    )?;
    let config = properties.required_child(
        "OriginRequestPolicyConfig",
        &[
            "Comment",
            "CookiesConfig",
            "HeadersConfig",
            "Name",
            "QueryStringsConfig",
        ],
    )?;
    headers(config)
}

fn headers(fields: Fields<'_>) -> Result<KeyPart, TemplateError> {
    key_part(fields, "HeadersConfig", "HeaderBehavior", "Headers").map(lower_case)
}

/// Header names compare without case.
fn lower_case(part: KeyPart) -> KeyPart {
    let lower = |names: Vec<String>| {
        names
            .into_iter()
            .map(|name| name.to_ascii_lowercase())
            .collect()
    };
    match part {
        KeyPart::Only(names) => KeyPart::Only(lower(names)),
        KeyPart::AllExcept(names) => KeyPart::AllExcept(lower(names)),
        KeyPart::None | KeyPart::All => part,
    }
}

/// `HeadersConfig`, `CookiesConfig` or `QueryStringsConfig`.
fn key_part(
    fields: Fields<'_>,
    config: &'static str,
    behaviour: &'static str,
    names: &'static str,
) -> Result<KeyPart, TemplateError> {
    #[derive(Clone, Copy)]
    enum Word {
        None,
        Only,
        AllExcept,
        All,
    }
    let part = fields.required_child(config, &[behaviour, names])?;
    let word = part.required_choice(
        behaviour,
        &[
            ("none", Word::None),
            ("whitelist", Word::Only),
            ("allExcept", Word::AllExcept),
            ("all", Word::All),
            // Of origin request policies.
            ("allViewer", Word::All),
            ("allViewerAndWhitelistCloudFront", Word::All),
        ],
    )?;
    let listed = part.texts(names)?;
    Ok(match word {
        Word::None => KeyPart::None,
        Word::Only => KeyPart::Only(listed),
        Word::AllExcept => KeyPart::AllExcept(listed),
        Word::All => KeyPart::All,
    })
}

/// `ForwardedValues`, `MinTTL`, `DefaultTTL` and `MaxTTL` of the behaviour itself. Amazon
/// CloudFront Developer Guide, "Serve compressed files": with these settings CloudFront compresses
/// with gzip alone.
pub(super) fn legacy(fields: Fields<'_>, compress: bool) -> Result<CachePolicy, TemplateError> {
    let Some(forwarded) = fields.child(
        "ForwardedValues",
        &["Cookies", "Headers", "QueryString", "QueryStringCacheKeys"],
    )?
    else {
        return Err(TemplateError::at(
            fields.place(),
            "the behaviour has no `CachePolicyId`",
            "name a cache policy, e.g. the managed 658327ea-f89d-4fab-a63d-7e88639e58f6 (CachingOptimized)",
        ));
    };
    let query_keys = forwarded.texts("QueryStringCacheKeys")?;
    let query_strings = match (forwarded.required_boolean("QueryString")?, query_keys) {
        (false, _) => KeyPart::None,
        (true, keys) if keys.is_empty() => KeyPart::All,
        (true, keys) => KeyPart::Only(keys),
    };
    let headers = forwarded.texts("Headers")?;
    let headers = if headers.iter().any(|name| name == "*") {
        KeyPart::All
    } else if headers.is_empty() {
        KeyPart::None
    } else {
        lower_case(KeyPart::Only(headers))
    };
    let cookies = match forwarded.child("Cookies", &["Forward", "WhitelistedNames"])? {
        None => KeyPart::None,
        Some(cookies) => {
            let names = cookies.texts("WhitelistedNames")?;
            match cookies
                .required_choice("Forward", &[("none", 0), ("whitelist", 1), ("all", 2)])?
            {
                0 => KeyPart::None,
                1 => KeyPart::Only(names),
                _ => KeyPart::All,
            }
        }
    };
    Ok(CachePolicy {
        min_ttl: fields.number("MinTTL")?.unwrap_or(0),
        default_ttl: fields.number("DefaultTTL")?.unwrap_or(86_400),
        max_ttl: fields.number("MaxTTL")?.unwrap_or(31_536_000),
        gzip: compress,
        brotli: false,
        headers,
        cookies,
        query_strings,
    })
}
