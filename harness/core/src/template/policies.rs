//! Policies that a template refers to and does not hold: CloudFront's managed ones, and what the
//! older settings of a behaviour amount to.
//!
//! They are put into the form in which a template would write them, each value at the place that
//! refers to it, so that the rules look at them as at any other.

use std::collections::{BTreeMap, BTreeSet};

use greenroom_cloudformation::{Key, Node, Place, Resolved, Value};

use super::site::{DISTRIBUTION, properties};
use super::value::At;

/// Such policies by the place that refers to them.
#[derive(Debug, Default)]
pub(super) struct Synthetic {
    policies: BTreeMap<Place, Node>,
    /// Where a managed cache or response headers policy is referred to.
    managed: BTreeSet<Place>,
}

impl Synthetic {
    /// Those that the behaviours of a template refer to.
    pub(super) fn of(resolved: &Resolved) -> Self {
        let mut found = Self::default();
        for resource in &resolved.resources {
            if resource.kind != DISTRIBUTION {
                continue;
            }
            let Some(config) = properties(resource).get("DistributionConfig") else {
                continue;
            };
            let by_path = config.get("CacheBehaviors").into_iter().flat_map(At::items);
            for behaviour in config
                .get("DefaultCacheBehavior")
                .into_iter()
                .chain(by_path)
            {
                found.collect(behaviour);
            }
        }
        found
    }

    /// Whether a managed cache or response headers policy is referred to at this place: what is
    /// wrong in it cannot be mended there.
    pub(super) fn is_managed(&self, place: Place) -> bool {
        self.managed.contains(&place)
    }

    /// The policy that is referred to at this place.
    pub(super) fn at(&self, place: Place) -> Option<At<'_>> {
        self.policies.get(&place).map(|node| At::new(place, node))
    }

    fn collect(&mut self, behaviour: At<'_>) {
        for (key, managed) in [
            ("CachePolicyId", cache as fn(Writer, &str) -> Option<Node>),
            ("ResponseHeadersPolicyId", response_headers),
            ("OriginRequestPolicyId", origin_request),
        ] {
            if let Some(id) = behaviour.get(key)
                && let Some(text) = id.text()
                && let Some(policy) = managed(Writer(id.place), text)
            {
                self.policies.insert(id.place, policy);
                if key != "OriginRequestPolicyId" {
                    self.managed.insert(id.place);
                }
            }
        }
        if let Some(older) = behaviour.get("ForwardedValues") {
            self.policies
                .insert(older.place, forwarded(behaviour, older));
        }
    }
}

/// Writes values that all stand at one place.
#[derive(Clone, Copy)]
struct Writer(Place);

impl Writer {
    fn text(self, text: &str) -> Node {
        Node {
            place: self.0,
            value: Value::Text(text.to_owned()),
        }
    }

    fn list<'t>(self, texts: impl IntoIterator<Item = &'t str>) -> Node {
        Node {
            place: self.0,
            value: Value::List(texts.into_iter().map(|text| self.text(text)).collect()),
        }
    }

    fn map<const N: usize>(self, entries: [(&str, Node); N]) -> Node {
        let key = |text: &str| Key {
            place: self.0,
            text: text.to_owned(),
        };
        Node {
            place: self.0,
            value: Value::Map(
                entries
                    .into_iter()
                    .map(|(name, node)| (key(name), node))
                    .collect(),
            ),
        }
    }
}

/// The managed cache policies (Amazon CloudFront Developer Guide, Use managed cache policies).
fn cache(write: Writer, id: &str) -> Option<Node> {
    // Least, default and most time; gzip, Brotli; and what is in the key.
    let ([least, default, most], [gzip, brotli], [headers, cookies, queries]) = match id {
        // CachingOptimized
        "658327ea-f89d-4fab-a63d-7e88639e58f6" => (
            ["1", "86400", "31536000"],
            ["true", "true"],
            [&[][..], &[], &[]],
        ),
        // CachingOptimizedForUncompressedObjects
        "b2884449-e4de-46a7-ac36-70bc7f1ddd6d" => (
            ["1", "86400", "31536000"],
            ["false", "false"],
            [&[][..], &[], &[]],
        ),
        // CachingDisabled
        "4135ea2d-6df8-44a3-9df3-4b5a84be39ad" => {
            (["0", "0", "0"], ["false", "false"], [&[][..], &[], &[]])
        }
        // UseOriginCacheControlHeaders
        "83da9c7e-98b4-4e11-a168-04f0df8e2c65" => (
            ["0", "0", "31536000"],
            ["true", "true"],
            [&BY_ORIGIN[..], &["*"], &[]],
        ),
        // UseOriginCacheControlHeaders-QueryStrings
        "4cc15a8a-d715-48a4-82b8-cc0b614638fe" => (
            ["0", "0", "31536000"],
            ["true", "true"],
            [&BY_ORIGIN[..], &["*"], &["*"]],
        ),
        // Amplify
        "2e54312d-136d-493c-8eb9-b001f22f67d2" => (
            ["2", "2", "600"],
            ["true", "true"],
            [
                &["Authorization", "CloudFront-Viewer-Country", "Host"][..],
                &["*"],
                &["*"],
            ],
        ),
        // Elemental-MediaPackage
        "08627262-05a9-4f76-9ded-b50ca2e3a84f" => (
            ["0", "86400", "31536000"],
            ["true", "false"],
            [
                &["Origin"][..],
                &[],
                &["aws.manifestfilter", "start", "end", "m"],
            ],
        ),
        _ => return None,
    };
    let part = |behaviour, names, listed: &[&str]| {
        let word = match listed {
            [] => "none",
            ["*"] => "all",
            _ => "whitelist",
        };
        write.map([
            (behaviour, write.text(word)),
            (names, write.list(listed.iter().copied())),
        ])
    };
    let key = write.map([
        ("EnableAcceptEncodingGzip", write.text(gzip)),
        ("EnableAcceptEncodingBrotli", write.text(brotli)),
        ("HeadersConfig", part("HeaderBehavior", "Headers", headers)),
        ("CookiesConfig", part("CookieBehavior", "Cookies", cookies)),
        (
            "QueryStringsConfig",
            part("QueryStringBehavior", "QueryStrings", queries),
        ),
    ]);
    Some(write.map([
        ("MinTTL", write.text(least)),
        ("DefaultTTL", write.text(default)),
        ("MaxTTL", write.text(most)),
        ("ParametersInCacheKeyAndForwardedToOrigin", key),
    ]))
}

/// What the managed policies have in the key that let the origin say how long.
const BY_ORIGIN: [&str; 5] = [
    "Host",
    "Origin",
    "X-HTTP-Method-Override",
    "X-HTTP-Method",
    "X-Method-Override",
];

/// The managed response headers policies (the same guide, Use managed response headers policies).
fn response_headers(write: Writer, id: &str) -> Option<Node> {
    let cors = write.map([
        (
            "AccessControlAllowOrigins",
            write.map([("Items", write.list(["*"]))]),
        ),
        ("AccessControlAllowCredentials", write.text("false")),
        ("OriginOverride", write.text("false")),
    ]);
    let security = write.map([
        ("ContentTypeOptions", write.map([])),
        (
            "FrameOptions",
            write.map([("FrameOption", write.text("SAMEORIGIN"))]),
        ),
        (
            "ReferrerPolicy",
            write.map([(
                "ReferrerPolicy",
                write.text("strict-origin-when-cross-origin"),
            )]),
        ),
        (
            "StrictTransportSecurity",
            write.map([("AccessControlMaxAgeSec", write.text("31536000"))]),
        ),
    ]);
    let (cors_key, security_key) = ("CorsConfig", "SecurityHeadersConfig");
    match id {
        // SimpleCORS, CORS-With-Preflight
        "60669652-455b-4ae9-85a4-c4c02393f86c" | "5cc3b908-e619-4b99-88e5-2cf7f45965bd" => {
            Some(write.map([(cors_key, cors)]))
        }
        // SecurityHeadersPolicy
        "67f7725c-6f97-4210-82d7-5512b31e9d03" => Some(write.map([(security_key, security)])),
        // CORS-and-SecurityHeadersPolicy, CORS-with-preflight-and-SecurityHeadersPolicy
        "e61eb60c-9c35-4d20-a928-2b84e02af89c" | "eaab4381-ed33-4a86-88ca-d9558dc6cd63" => {
            Some(write.map([(cors_key, cors), (security_key, security)]))
        }
        _ => None,
    }
}

/// The managed origin request policies (the same guide, Use managed origin request policies).
fn origin_request(write: Writer, id: &str) -> Option<Node> {
    let headers = |behaviour: &str, names: &[&str]| {
        write.map([(
            "HeadersConfig",
            write.map([
                ("HeaderBehavior", write.text(behaviour)),
                ("Headers", write.list(names.iter().copied())),
            ]),
        )])
    };
    Some(match id {
        // CORS-S3Origin
        "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf" => headers(
            "whitelist",
            &[
                "Origin",
                "Access-Control-Request-Headers",
                "Access-Control-Request-Method",
            ],
        ),
        // CORS-CustomOrigin
        "59781a5b-3903-41f3-afcb-af62929ccde1" => headers("whitelist", &["Origin"]),
        // UserAgentRefererHeaders
        "acba4595-bd28-49b8-b9fe-13317c0390fa" => headers("whitelist", &["User-Agent", "Referer"]),
        // Elemental-MediaTailor-PersonalizedManifests
        "775133bc-15f2-49f9-abea-afb2e0bf67d2" => headers(
            "whitelist",
            &[
                "Origin",
                "Access-Control-Request-Headers",
                "Access-Control-Request-Method",
                "User-Agent",
                "X-Forwarded-For",
            ],
        ),
        // HostHeaderOnly
        "bf0718e1-ba1e-49d1-88b1-f726733018ae" => headers("whitelist", &["Host"]),
        // AllViewer, and AllViewerAndCloudFrontHeaders-2022-06, which adds those of CloudFront
        "216adef6-5c7f-47e4-b989-5492eafa07d3" | "33f36d7e-f396-46d9-90e0-52428a34d9dc" => {
            headers("allViewer", &[])
        }
        // AllViewerExceptHostHeader
        "b689b0a8-53d0-40ab-baf2-68738e2966ac" => headers("allExcept", &["Host"]),
        _ => return None,
    })
}

/// What a behaviour's own settings amount to as a cache policy (AWS CloudFormation Template
/// Reference, `AWS::CloudFront::Distribution ForwardedValues`). They know gzip only.
fn forwarded(behaviour: At<'_>, older: At<'_>) -> Node {
    let write = Writer(older.place);
    let part = |key: &str| Writer(older.place_of(key));
    let number = |key: &str, default: &str| match behaviour.get(key) {
        Some(at) => at.node.clone(),
        None => write.text(default),
    };
    let headers: Vec<&str> = older
        .get("Headers")
        .into_iter()
        .flat_map(At::texts)
        .collect();
    let header_behaviour = match headers.as_slice() {
        [] => "none",
        names if names.contains(&"*") => "all",
        _ => "whitelist",
    };
    let cookies = older
        .path(&["Cookies", "Forward"])
        .and_then(At::text)
        .unwrap_or("none");
    let queries = if older.says(&["QueryString"]) {
        "all"
    } else {
        "none"
    };
    let key = write.map([
        ("EnableAcceptEncodingGzip", write.text("true")),
        (
            "HeadersConfig",
            part("Headers").map([
                ("HeaderBehavior", write.text(header_behaviour)),
                ("Headers", write.list(headers)),
            ]),
        ),
        (
            "CookiesConfig",
            part("Cookies").map([("CookieBehavior", write.text(cookies))]),
        ),
        (
            "QueryStringsConfig",
            part("QueryString").map([("QueryStringBehavior", write.text(queries))]),
        ),
    ]);
    write.map([
        ("MinTTL", number("MinTTL", "0")),
        ("DefaultTTL", number("DefaultTTL", "86400")),
        ("MaxTTL", number("MaxTTL", "31536000")),
        ("ParametersInCacheKeyAndForwardedToOrigin", key),
    ])
}
