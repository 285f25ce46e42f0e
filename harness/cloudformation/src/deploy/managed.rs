//! Managed policies by id. Amazon CloudFront Developer Guide, "Use managed cache policies", "Use
//! managed origin request policies", "Use managed response headers policies".

use crate::deploy::response_headers::EVERY_METHOD;
use crate::{CachePolicy, Cors, KeyPart, PolicyHeader, ResponseHeadersPolicy};

const DAY: u64 = 86_400;
const YEAR: u64 = 31_536_000;

/// A managed cache policy.
pub(super) fn cache_policy(id: &str) -> Option<CachePolicy> {
    let (min_ttl, default_ttl, max_ttl, compressed) = match id {
        // CachingOptimized.
        "658327ea-f89d-4fab-a63d-7e88639e58f6" => (1, DAY, YEAR, true),
        // CachingOptimizedForUncompressedObjects.
        "b2884449-e4de-46a7-ac36-70bc7f1ddd6d" => (1, DAY, YEAR, false),
        // CachingDisabled.
        "4135ea2d-6df8-44a3-9df3-4b5a84be39ad" => (0, 0, 0, false),
        _ => return None,
    };
    Some(CachePolicy {
        min_ttl,
        default_ttl,
        max_ttl,
        gzip: compressed,
        brotli: compressed,
        headers: KeyPart::None,
        cookies: KeyPart::None,
        query_strings: KeyPart::None,
    })
}

/// The header fields of a managed origin request policy.
pub(super) fn origin_request_headers(id: &str) -> Option<KeyPart> {
    let names: &[&str] = match id {
        // CORS-S3Origin.
        "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf" => &[
            "origin",
            "access-control-request-headers",
            "access-control-request-method",
        ],
        // CORS-CustomOrigin.
        "59781a5b-3903-41f3-afcb-af62929ccde1" => &["origin"],
        // UserAgentRefererHeaders.
        "acba4595-bd28-49b8-b9fe-13317c0390fa" => &["user-agent", "referer"],
        // AllViewer.
        "216adef6-5c7f-47e4-b989-5492eafa07d3" => return Some(KeyPart::All),
        // AllViewerExceptHostHeader.
        "b689b0a8-53d0-40ab-baf2-68738e2966ac" => {
            return Some(KeyPart::AllExcept(vec!["host".to_owned()]));
        }
        _ => return None,
    };
    Some(KeyPart::Only(
        names.iter().map(|name| (*name).to_owned()).collect(),
    ))
}

/// A managed response headers policy.
pub(super) fn response_headers_policy(id: &str) -> Option<ResponseHeadersPolicy> {
    let (cors, secure) = match id {
        // SimpleCORS.
        "60669652-455b-4ae9-85a4-c4c02393f86c" => (Some(simple_cors()), false),
        // CORS-With-Preflight.
        "5cc3b908-e619-4b99-88e5-2cf7f45965bd" => (Some(cors_with_preflight()), false),
        // SecurityHeadersPolicy.
        "67f7725c-6f97-4210-82d7-5512b31e9d03" => (None, true),
        // CORS-and-SecurityHeadersPolicy.
        "e61eb60c-9c35-4d20-a928-2b84e02af89c" => (Some(simple_cors()), true),
        // CORS-with-preflight-and-SecurityHeadersPolicy.
        "eaab4381-ed33-4a86-88ca-d9558dc6cd63" => (Some(cors_with_preflight()), true),
        _ => return None,
    };
    Some(ResponseHeadersPolicy {
        cors,
        security: if secure {
            security_headers()
        } else {
            Vec::new()
        },
        custom: Vec::new(),
        remove: Vec::new(),
        server_timing: None,
    })
}

fn simple_cors() -> Cors {
    Cors {
        allow_origins: vec!["*".to_owned()],
        allow_methods: vec!["GET".to_owned(), "HEAD".to_owned()],
        allow_headers: vec!["*".to_owned()],
        expose_headers: Vec::new(),
        allow_credentials: false,
        max_age: None,
        overrides: false,
    }
}

fn cors_with_preflight() -> Cors {
    Cors {
        allow_methods: EVERY_METHOD.map(ToOwned::to_owned).to_vec(),
        expose_headers: vec!["*".to_owned()],
        ..simple_cors()
    }
}

fn security_headers() -> Vec<PolicyHeader> {
    let header = |name: &str, value: &str, overrides| PolicyHeader {
        name: name.to_owned(),
        value: value.to_owned(),
        overrides,
    };
    vec![
        header("strict-transport-security", "max-age=31536000", false),
        header("x-content-type-options", "nosniff", true),
        header("x-frame-options", "SAMEORIGIN", false),
        header("x-xss-protection", "1; mode=block", false),
        header("referrer-policy", "strict-origin-when-cross-origin", false),
    ]
}
