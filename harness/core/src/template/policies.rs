//! Policies that a template refers to and does not hold: CloudFront's managed ones, and what the
//! older settings of a behaviour amount to.
//!
//! They are put into the form in which a template would write them, each value at the place that
//! refers to it, so that the rules look at them as at any other.

use std::collections::BTreeMap;

use greenroom_cloudformation::{Key, Node, Place, Resolved, Value};

use super::site::{DISTRIBUTION, properties};
use super::value::At;

/// Such policies by the place that refers to them.
#[derive(Debug, Default)]
pub(super) struct Synthetic(BTreeMap<Place, Node>);

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

    /// The policy that is referred to at this place.
    pub(super) fn at(&self, place: Place) -> Option<At<'_>> {
        self.0.get(&place).map(|node| At::new(place, node))
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
                self.0.insert(id.place, policy);
            }
        }
        if let Some(older) = behaviour.get("ForwardedValues") {
            self.0.insert(older.place, forwarded(behaviour, older));
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

/// The managed cache policies that serve files (Amazon CloudFront Developer Guide, Use managed
/// cache policies).
fn cache(write: Writer, id: &str) -> Option<Node> {
    let [least, default, most, encodings] = match id {
        // CachingOptimized
        "658327ea-f89d-4fab-a63d-7e88639e58f6" => ["1", "86400", "31536000", "true"],
        // CachingOptimizedForUncompressedObjects
        "b2884449-e4de-46a7-ac36-70bc7f1ddd6d" => ["1", "86400", "31536000", "false"],
        // CachingDisabled
        "4135ea2d-6df8-44a3-9df3-4b5a84be39ad" => ["0", "0", "0", "false"],
        _ => return None,
    };
    let key = write.map([
        ("EnableAcceptEncodingGzip", write.text(encodings)),
        ("EnableAcceptEncodingBrotli", write.text(encodings)),
    ]);
    Some(write.map([
        ("MinTTL", write.text(least)),
        ("DefaultTTL", write.text(default)),
        ("MaxTTL", write.text(most)),
        ("ParametersInCacheKeyAndForwardedToOrigin", key),
    ]))
}

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

/// The managed origin request policies that have to do with CORS or with the viewer's `Host` (the
/// same guide, Use managed origin request policies).
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
        // AllViewer
        "216adef6-5c7f-47e4-b989-5492eafa07d3" => headers("allViewer", &[]),
        // AllViewerExceptHostHeader
        "b689b0a8-53d0-40ab-baf2-68738e2966ac" => headers("allExcept", &["Host"]),
        _ => return None,
    })
}

/// What a behaviour's own settings amount to as a cache policy (AWS CloudFormation Template
/// Reference, `AWS::CloudFront::Distribution ForwardedValues`). They know gzip only.
fn forwarded(behaviour: At<'_>, older: At<'_>) -> Node {
    let write = Writer(older.place);
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
            write.map([
                ("HeaderBehavior", write.text(header_behaviour)),
                ("Headers", write.list(headers)),
            ]),
        ),
        (
            "CookiesConfig",
            write.map([("CookieBehavior", write.text(cookies))]),
        ),
        (
            "QueryStringsConfig",
            write.map([("QueryStringBehavior", write.text(queries))]),
        ),
    ]);
    write.map([
        ("MinTTL", number("MinTTL", "0")),
        ("DefaultTTL", number("DefaultTTL", "86400")),
        ("MaxTTL", number("MaxTTL", "31536000")),
        ("ParametersInCacheKeyAndForwardedToOrigin", key),
    ])
}
