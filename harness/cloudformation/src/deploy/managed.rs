//! Managed policies by id. Amazon CloudFront Developer Guide, "Use managed cache policies", "Use
//! managed origin request policies", "Use managed response headers policies".

use crate::deploy::response_headers::EVERY_METHOD;
use crate::{CachePolicy, Cors, KeyPart, PolicyHeader, ResponseHeadersPolicy};

const DAY: u64 = 86_400;
const YEAR: u64 = 31_536_000;

/// A managed cache policy. Those that Amplify keeps for itself are left out.
pub(super) fn cache_policy(id: &str) -> Option<CachePolicy> {
    let plain = CachePolicy {
        min_ttl: 1,
        default_ttl: DAY,
        max_ttl: YEAR,
        gzip: true,
        brotli: true,
        headers: KeyPart::None,
        cookies: KeyPart::None,
        query_strings: KeyPart::None,
    };
    let by_origin = || CachePolicy {
        min_ttl: 0,
        default_ttl: 0,
        headers: only(&[
            "host",
            "origin",
            "x-http-method-override",
            "x-http-method",
            "x-method-override",
        ]),
        cookies: KeyPart::All,
        ..plain.clone()
    };
    Some(match id {
        // CachingOptimized.
        "658327ea-f89d-4fab-a63d-7e88639e58f6" => plain,
        // CachingOptimizedForUncompressedObjects.
        "b2884449-e4de-46a7-ac36-70bc7f1ddd6d" => CachePolicy {
            gzip: false,
            brotli: false,
            ..plain
        },
        // CachingDisabled.
        "4135ea2d-6df8-44a3-9df3-4b5a84be39ad" => CachePolicy {
            min_ttl: 0,
            default_ttl: 0,
            max_ttl: 0,
            gzip: false,
            brotli: false,
            ..plain
        },
        // UseOriginCacheControlHeaders.
        "83da9c7e-98b4-4e11-a168-04f0df8e2c65" => by_origin(),
        // UseOriginCacheControlHeaders-QueryStrings.
        "4cc15a8a-d715-48a4-82b8-cc0b614638fe" => CachePolicy {
            query_strings: KeyPart::All,
            ..by_origin()
        },
        // Amplify.
        "2e54312d-136d-493c-8eb9-b001f22f67d2" => CachePolicy {
            min_ttl: 2,
            default_ttl: 2,
            max_ttl: 600,
            headers: only(&["authorization", "cloudfront-viewer-country", "host"]),
            cookies: KeyPart::All,
            query_strings: KeyPart::All,
            ..plain
        },
        // Elemental-MediaPackage.
        "08627262-05a9-4f76-9ded-b50ca2e3a84f" => CachePolicy {
            min_ttl: 0,
            brotli: false,
            headers: only(&["origin"]),
            query_strings: only(&["aws.manifestfilter", "start", "end", "m"]),
            ..plain
        },
        _ => return None,
    })
}

/// The header fields of a managed origin request policy.
pub(super) fn origin_request_headers(id: &str) -> Option<KeyPart> {
    Some(match id {
        // CORS-S3Origin.
        "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf" => only(&[
            "origin",
            "access-control-request-headers",
            "access-control-request-method",
        ]),
        // CORS-CustomOrigin.
        "59781a5b-3903-41f3-afcb-af62929ccde1" => only(&["origin"]),
        // UserAgentRefererHeaders.
        "acba4595-bd28-49b8-b9fe-13317c0390fa" => only(&["user-agent", "referer"]),
        // Elemental-MediaTailor-PersonalizedManifests.
        "775133bc-15f2-49f9-abea-afb2e0bf67d2" => only(&[
            "origin",
            "access-control-request-headers",
            "access-control-request-method",
            "user-agent",
            "x-forwarded-for",
        ]),
        // HostHeaderOnly.
        "bf0718e1-ba1e-49d1-88b1-f726733018ae" => only(&["host"]),
        // AllViewer, and AllViewerAndCloudFrontHeaders-2022-06, which adds those of CloudFront.
        "216adef6-5c7f-47e4-b989-5492eafa07d3" | "33f36d7e-f396-46d9-90e0-52428a34d9dc" => {
            KeyPart::All
        }
        // AllViewerExceptHostHeader.
        "b689b0a8-53d0-40ab-baf2-68738e2966ac" => KeyPart::AllExcept(vec!["host".to_owned()]),
        _ => return None,
    })
}

fn only(names: &[&str]) -> KeyPart {
    KeyPart::Only(names.iter().map(|name| (*name).to_owned()).collect())
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

/// The page names `Access-Control-Allow-Origin` alone. A policy cannot be without methods and
/// headers to allow, so those here are what the API is said to answer, and not documented.
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

/// The page names the methods and what is exposed, and no `Access-Control-Allow-Headers`.
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
