//! Response headers policies.

use crate::deploy::fields::Fields;
use crate::deploy::{managed, unknown_reference};
use crate::{Cors, Node, PolicyHeader, Resolved, ResponseHeadersPolicy, TemplateError};

const KIND: &str = "AWS::CloudFront::ResponseHeadersPolicy";

/// What `ALL` of `AccessControlAllowMethods` means.
pub(super) const EVERY_METHOD: [&str; 7] =
    ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

/// `ResponseHeadersPolicyId`: of this template, or a managed one.
pub(super) fn policy(
    resolved: &Resolved,
    node: &Node,
) -> Result<ResponseHeadersPolicy, TemplateError> {
    let Some(resource) = resolved.referred(node, KIND) else {
        return node
            .text()
            .and_then(managed::response_headers_policy)
            .ok_or_else(|| unknown_reference(resolved, node, "response headers policy", KIND));
    };
    let properties = Fields::new(
        resolved,
        &resource.properties,
        KIND,
        &["ResponseHeadersPolicyConfig"],
    )?;
    let config = properties.required_child(
        "ResponseHeadersPolicyConfig",
        &[
            "Comment",
            "CorsConfig",
            "CustomHeadersConfig",
            "Name",
            "RemoveHeadersConfig",
            "SecurityHeadersConfig",
            "ServerTimingHeadersConfig",
        ],
    )?;
    config.required_text("Name")?;
    Ok(ResponseHeadersPolicy {
        cors: cors(config)?,
        security: security(config)?,
        custom: custom(config)?,
        remove: remove(config)?,
        server_timing: server_timing(config)?,
    })
}

/// `CorsConfig`.
fn cors(config: Fields<'_>) -> Result<Option<Cors>, TemplateError> {
    let Some(written) = config.child(
        "CorsConfig",
        &[
            "AccessControlAllowCredentials",
            "AccessControlAllowHeaders",
            "AccessControlAllowMethods",
            "AccessControlAllowOrigins",
            "AccessControlExposeHeaders",
            "AccessControlMaxAgeSec",
            "OriginOverride",
        ],
    )?
    else {
        return Ok(None);
    };
    let items = |key| written.required_child(key, &["Items"])?.texts("Items");
    let mut allow_methods = items("AccessControlAllowMethods")?;
    if allow_methods.iter().any(|method| method == "ALL") {
        allow_methods = EVERY_METHOD.map(ToOwned::to_owned).to_vec();
    }
    Ok(Some(Cors {
        allow_origins: items("AccessControlAllowOrigins")?,
        allow_methods,
        allow_headers: items("AccessControlAllowHeaders")?,
        expose_headers: match written.child("AccessControlExposeHeaders", &["Items"])? {
            Some(expose) => expose.texts("Items")?,
            None => Vec::new(),
        },
        allow_credentials: written.required_boolean("AccessControlAllowCredentials")?,
        max_age: written.number("AccessControlMaxAgeSec")?,
        overrides: written.required_boolean("OriginOverride")?,
    }))
}

/// `SecurityHeadersConfig`, each field as it goes on the wire. Amazon CloudFront Developer Guide,
/// "Understand response headers policies", security headers.
fn security(config: Fields<'_>) -> Result<Vec<PolicyHeader>, TemplateError> {
    let Some(written) = config.child(
        "SecurityHeadersConfig",
        &[
            "ContentSecurityPolicy",
            "ContentTypeOptions",
            "FrameOptions",
            "ReferrerPolicy",
            "StrictTransportSecurity",
            "XSSProtection",
        ],
    )?
    else {
        return Ok(Vec::new());
    };
    let mut headers = Vec::new();
    let mut add = |name: &str, value: String, part: Fields<'_>| -> Result<(), TemplateError> {
        headers.push(PolicyHeader {
            name: name.to_owned(),
            value,
            overrides: part.required_boolean("Override")?,
        });
        Ok(())
    };
    if let Some(part) = written.child(
        "StrictTransportSecurity",
        &[
            "AccessControlMaxAgeSec",
            "IncludeSubdomains",
            "Override",
            "Preload",
        ],
    )? {
        let age: u64 = part.required_number("AccessControlMaxAgeSec")?;
        let mut value = format!("max-age={age}");
        if part.boolean("IncludeSubdomains")?.unwrap_or(false) {
            value.push_str("; includeSubDomains");
        }
        if part.boolean("Preload")?.unwrap_or(false) {
            value.push_str("; preload");
        }
        add("strict-transport-security", value, part)?;
    }
    if let Some(part) = written.child("ContentTypeOptions", &["Override"])? {
        add("x-content-type-options", "nosniff".to_owned(), part)?;
    }
    if let Some(part) = written.child("FrameOptions", &["FrameOption", "Override"])? {
        let value = part.required_choice(
            "FrameOption",
            &[("DENY", "DENY"), ("SAMEORIGIN", "SAMEORIGIN")],
        )?;
        add("x-frame-options", value.to_owned(), part)?;
    }
    if let Some(part) = written.child(
        "XSSProtection",
        &["ModeBlock", "Override", "Protection", "ReportUri"],
    )? {
        add("x-xss-protection", xss_protection(part)?, part)?;
    }
    if let Some(part) = written.child("ReferrerPolicy", &["Override", "ReferrerPolicy"])? {
        const POLICIES: [&str; 8] = [
            "no-referrer",
            "no-referrer-when-downgrade",
            "origin",
            "origin-when-cross-origin",
            "same-origin",
            "strict-origin",
            "strict-origin-when-cross-origin",
            "unsafe-url",
        ];
        let value = part.required_choice("ReferrerPolicy", &POLICIES.map(|word| (word, word)))?;
        add("referrer-policy", value.to_owned(), part)?;
    }
    if let Some(part) = written.child(
        "ContentSecurityPolicy",
        &["ContentSecurityPolicy", "Override"],
    )? {
        let value = part.required_text("ContentSecurityPolicy")?;
        add("content-security-policy", value, part)?;
    }
    Ok(headers)
}

fn xss_protection(part: Fields<'_>) -> Result<String, TemplateError> {
    if !part.required_boolean("Protection")? {
        return Ok("0".to_owned());
    }
    let report = part.text("ReportUri")?.filter(|uri| !uri.is_empty());
    match (part.boolean("ModeBlock")?.unwrap_or(false), report) {
        (true, Some(_)) => Err(TemplateError::at(
            part.place(),
            "`XSSProtection` has `ModeBlock` and `ReportUri`",
            "CloudFront takes one of them",
        )),
        (true, None) => Ok("1; mode=block".to_owned()),
        (false, Some(uri)) => Ok(format!("1; report={uri}")),
        (false, None) => Ok("1".to_owned()),
    }
}

/// `CustomHeadersConfig`.
fn custom(config: Fields<'_>) -> Result<Vec<PolicyHeader>, TemplateError> {
    let Some(written) = config.child("CustomHeadersConfig", &["Items"])? else {
        return Ok(Vec::new());
    };
    written
        .list("Items", &["Header", "Override", "Value"])?
        .into_iter()
        .map(|header| {
            Ok(PolicyHeader {
                name: header.required_text("Header")?.to_ascii_lowercase(),
                value: header.required_text("Value")?,
                overrides: header.required_boolean("Override")?,
            })
        })
        .collect()
}

/// `RemoveHeadersConfig`.
fn remove(config: Fields<'_>) -> Result<Vec<String>, TemplateError> {
    let Some(written) = config.child("RemoveHeadersConfig", &["Items"])? else {
        return Ok(Vec::new());
    };
    written
        .list("Items", &["Header"])?
        .into_iter()
        .map(|header| Ok(header.required_text("Header")?.to_ascii_lowercase()))
        .collect()
}

/// `ServerTimingHeadersConfig`: the sampling rate in percent, where it is enabled.
fn server_timing(config: Fields<'_>) -> Result<Option<f64>, TemplateError> {
    let Some(written) = config.child("ServerTimingHeadersConfig", &["Enabled", "SamplingRate"])?
    else {
        return Ok(None);
    };
    let enabled = written.required_boolean("Enabled")?;
    let rate: Option<f64> = written.number("SamplingRate")?;
    if let Some(rate) = rate
        && !(0.0..=100.0).contains(&rate)
    {
        return Err(TemplateError::at(
            written.place(),
            format!("`SamplingRate` cannot be {rate}"),
            "it is a percentage, from 0 to 100",
        ));
    }
    Ok(enabled.then_some(rate.unwrap_or(0.0)))
}
