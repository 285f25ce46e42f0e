//! Whether pages may load the SDK: the CORS part of the response headers policy.

use super::forwarding::{forwards, keyed, names};
use super::preflight::{cors_rules, list};
use super::rule::{Remarks, Rule, Severity};
use super::site::{Behaviour, OriginKind, Policy, Site};
use super::value::At;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "response-headers-policy",
        severity: Severity::Error,
        holds: "a behaviour that serves the SDK has a response headers policy",
        source: "Amazon CloudFront Developer Guide, Add or remove HTTP headers in CloudFront responses with a policy",
        check: has_policy,
    },
    Rule {
        id: "cors-config",
        severity: Severity::Error,
        holds: "the response headers policy has a CORS part, and that says who may load the SDK",
        source: "Amazon CloudFront Developer Guide, Understand response headers policies",
        check: has_cors,
    },
    Rule {
        id: "cors-origin-form",
        severity: Severity::Error,
        holds: "an allowed origin is `*`, or `scheme://host` with an optional port, a wildcard leftmost in the host and no path",
        source: "Amazon CloudFront Developer Guide, Understand response headers policies",
        check: origin_form,
    },
    Rule {
        id: "cors-null-origin",
        severity: Severity::Warning,
        holds: "the allowed origins admit `Origin: null`, which pages without a base URL send",
        source: "Fetch Standard, CORS protocol; HTML Standard, Origin",
        check: null_origin,
    },
    Rule {
        id: "cors-credentials",
        severity: Severity::Error,
        holds: "credentials are not allowed together with a `*` for origins, headers or methods",
        source: "Fetch Standard, CORS protocol and credentials",
        check: credentials,
    },
    Rule {
        id: "cors-custom-header",
        severity: Severity::Error,
        holds: "`Access-Control-*` stands in the CORS part of the policy and not among its custom headers",
        source: "AWS CloudFormation Template Reference, AWS::CloudFront::ResponseHeadersPolicy CustomHeader",
        check: custom_header,
    },
    Rule {
        id: "cors-origin-override",
        severity: Severity::Warning,
        holds: "the policy's CORS headers replace those that the bucket gave to whoever asked first",
        source: "Amazon CloudFront Developer Guide, Understand response headers policies",
        check: origin_override,
    },
];

/// What a bucket's own CORS rules do for pages where no policy of CloudFront's does. S3 answers
/// with `Access-Control-Allow-Origin` only to a request with `Origin` (Amazon S3 User Guide, Using
/// cross-origin resource sharing), and the edge keeps that answer for all that share its key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ByBucket {
    /// Nothing: it has no rules, or is not told the origin.
    Nothing,
    /// The edge keeps what whoever came first was given.
    ByChance,
    /// It admits the origins that it lists, each with a copy at the edge.
    Listed,
    /// It is not in the template.
    Elsewhere,
    /// It admits every origin, and the edge keeps those answers apart.
    All,
}

/// What the bucket of a behaviour does for pages of other origins.
pub(super) fn by_bucket(site: &Site<'_>, behaviour: &Behaviour<'_>) -> ByBucket {
    let rules = match behaviour.origin.map(|origin| origin.kind) {
        Some(OriginKind::Bucket(id)) => site.resource(id).map(cors_rules).unwrap_or_default(),
        Some(OriginKind::BucketElsewhere | OriginKind::Website) => {
            return if forwards(behaviour, "origin") == Some(false) {
                ByBucket::Nothing
            } else {
                ByBucket::Elsewhere
            };
        }
        Some(OriginKind::Server) | None => return ByBucket::Nothing,
    };
    let reads = |rule: &&At<'_>| list(**rule, "AllowedMethods").any(|method| method == "GET");
    let is_keyed = keyed(behaviour.cache).is_some_and(|config| names(config, "origin"));
    match rules.iter().find(reads) {
        None => ByBucket::Nothing,
        Some(_) if forwards(behaviour, "origin") == Some(false) => ByBucket::Nothing,
        Some(_) if !is_keyed => ByBucket::ByChance,
        Some(_) => {
            let every = |rule: &At<'_>| list(*rule, "AllowedOrigins").any(|origin| origin == "*");
            if rules.iter().filter(reads).any(every) {
                ByBucket::All
            } else {
                ByBucket::Listed
            }
        }
    }
}

/// What becomes of a page's `<script crossorigin>` where CloudFront adds no CORS header.
fn without_cors(by_bucket: ByBucket) -> &'static str {
    match by_bucket {
        ByBucket::Nothing | ByBucket::All => "and a `<script crossorigin>` does not load",
        ByBucket::ByChance => {
            "and the edge keeps the bucket's answer to whoever asks first, which has one only where \
             that was a page of another origin: a `<script crossorigin>` loads by chance"
        }
        ByBucket::Listed => {
            "and a `<script crossorigin>` loads in pages whose origin the bucket's rules list, and \
             in none without a base URL"
        }
        ByBucket::Elsewhere => {
            "and a `<script crossorigin>` loads only if the bucket, which is not in this template, \
             has CORS rules of its own"
        }
    }
}

fn has_policy(site: &Site<'_>, remarks: &mut Remarks) {
    for (distribution, behaviour) in site.served() {
        match behaviour.headers {
            // Another rule says what else is missing.
            Policy::None if by_bucket(site, behaviour) == ByBucket::All => {}
            Policy::None => remarks.add(
                behaviour.settings.place,
                distribution.id,
                format!(
                    "{} has no `ResponseHeadersPolicyId`, so CloudFront adds no \
                     `Access-Control-Allow-Origin`, no security header and no \
                     `Timing-Allow-Origin`, {}",
                    behaviour.name,
                    without_cors(by_bucket(site, behaviour))
                ),
                "refer to an `AWS::CloudFront::ResponseHeadersPolicy` with `CorsConfig`",
            ),
            Policy::Other(at, resource) => remarks.add(
                at.place,
                distribution.id,
                format!("`{resource}` is no response headers policy"),
                "refer to an `AWS::CloudFront::ResponseHeadersPolicy`",
            ),
            Policy::Known(..) | Policy::Elsewhere(_) => {}
        }
    }
}

fn has_cors(site: &Site<'_>, remarks: &mut Remarks) {
    for (_, behaviour) in site.served() {
        if let Policy::Known(resource, policy) = behaviour.headers
            && policy.get("CorsConfig").is_none()
            && by_bucket(site, behaviour) != ByBucket::All
        {
            remarks.add(
                policy.place,
                resource,
                format!(
                    "the response headers policy has no `CorsConfig`, so CloudFront adds no \
                     `Access-Control-Allow-Origin`, {}",
                    without_cors(by_bucket(site, behaviour))
                ),
                "add `CorsConfig` with `AccessControlAllowOrigins`",
            );
        }
    }
    for (resource, policy) in site.header_policies() {
        let Some(cors) = policy.get("CorsConfig") else {
            continue;
        };
        if origins(cors).next().is_none() {
            remarks.add(
                cors.place_of("AccessControlAllowOrigins"),
                resource,
                "no origin is allowed, so no page may load the SDK",
                "list `*`, or the origins of the pages, under `AccessControlAllowOrigins`",
            );
        }
    }
}

fn origin_form(site: &Site<'_>, remarks: &mut Remarks) {
    for (resource, cors) in cors_configs(site) {
        for (at, origin) in origins(cors) {
            if let Some(wrong) = misformed(origin) {
                remarks.add(
                    at.place,
                    resource,
                    format!("`{origin}` {wrong}, so it matches no page's `Origin`"),
                    "write the origin as the browser sends it, such as `https://app.example.org`",
                );
            }
        }
    }
}

/// Why no browser sends such an origin.
fn misformed(origin: &str) -> Option<&'static str> {
    if matches!(origin, "*" | "null") {
        return None;
    }
    let (scheme, host) = origin.split_once("://").unwrap_or(("https", origin));
    let letters = |text: &str| text.chars().all(|letter| letter.is_ascii_alphanumeric());
    if scheme.is_empty() || !letters(scheme) {
        return Some("has no scheme");
    }
    if host.is_empty() {
        return Some("has no host");
    }
    if host.contains(['/', '?', '#']) {
        return Some("has a path");
    }
    if host.contains(char::is_whitespace) {
        return Some("has a space in it");
    }
    let inner = host.strip_prefix("*.").unwrap_or(host);
    // CloudFront takes a wildcard in place of the port, too.
    let inner = inner.strip_suffix(":*").unwrap_or(inner);
    inner
        .contains('*')
        .then_some("has a wildcard that does not stand for the leftmost labels of the host")
}

fn null_origin(site: &Site<'_>, remarks: &mut Remarks) {
    for (resource, cors) in cors_configs(site) {
        let mut listed = origins(cors).map(|(_, origin)| origin).peekable();
        if listed.peek().is_some() && !listed.any(|origin| matches!(origin, "*" | "null")) {
            remarks.add(
                cors.place_of("AccessControlAllowOrigins"),
                resource,
                "the allowed origins are a list without `null`: a page that an app loads from a \
                 string has no base URL, sends `Origin: null` and gets no SDK",
                "allow `*`, which gives nothing away for a public file without credentials, or \
                 have every app load its page with an https base URL",
            );
        }
    }
}

fn credentials(site: &Site<'_>, remarks: &mut Remarks) {
    for (resource, cors) in cors_configs(site) {
        if !cors.says(&["AccessControlAllowCredentials"]) {
            continue;
        }
        let starred: Vec<&str> = [
            "AccessControlAllowOrigins",
            "AccessControlAllowHeaders",
            "AccessControlAllowMethods",
        ]
        .into_iter()
        .filter(|key| {
            items(cors, key).any(|(_, text)| {
                text == "*" || (*key == "AccessControlAllowMethods" && text == "ALL")
            })
        })
        .collect();
        if !starred.is_empty() {
            remarks.add(
                cors.place_of("AccessControlAllowCredentials"),
                resource,
                format!(
                    "credentials are allowed and `{}` is `*`, which a browser does not take for a \
                     wildcard in an answer to a request with credentials",
                    starred.join("`, `")
                ),
                "set `AccessControlAllowCredentials` to `false`: the SDK is public",
            );
        }
    }
}

fn custom_header(site: &Site<'_>, remarks: &mut Remarks) {
    for (resource, policy) in site.header_policies() {
        for (header, name) in custom_headers(policy) {
            if name.to_ascii_lowercase().starts_with("access-control-") {
                remarks.add(
                    header.place_of("Header"),
                    resource,
                    format!("`{name}` as a custom header is refused when the policy is created"),
                    "say it under `CorsConfig`",
                );
            }
        }
    }
}

fn origin_override(site: &Site<'_>, remarks: &mut Remarks) {
    let mut seen = Vec::new();
    for (_, behaviour) in site.served() {
        let Policy::Known(resource, policy) = behaviour.headers else {
            continue;
        };
        let Some(cors) = policy.get("CorsConfig") else {
            continue;
        };
        let bucket_answers = match behaviour.origin.map(|origin| origin.kind) {
            Some(OriginKind::Bucket(id)) => site
                .resource(id)
                .is_some_and(|bucket| bucket.properties.get("CorsConfiguration").is_some()),
            Some(OriginKind::BucketElsewhere | OriginKind::Website) => true,
            Some(OriginKind::Server) | None => false,
        };
        let asked = forwards(behaviour, "origin") != Some(false);
        if cors.says(&["OriginOverride"]) || !bucket_answers || !asked || seen.contains(&cors.place)
        {
            continue;
        }
        seen.push(cors.place);
        remarks.add(
            cors.place_of("OriginOverride"),
            resource,
            "`OriginOverride` is not `true`, and the bucket answers CORS requests itself: the edge \
             keeps the headers that the first page was given and hands them to all others",
            "set `OriginOverride` to `true`",
        );
    }
}

/// The CORS parts of the policies in use.
fn cors_configs<'a>(site: &Site<'a>) -> impl Iterator<Item = (&'a str, At<'a>)> {
    site.header_policies()
        .into_iter()
        .filter_map(|(resource, policy)| Some((resource, policy.get("CorsConfig")?)))
}

/// `AccessControlAllowOrigins` of a `CorsConfig`.
pub(super) fn origins(cors: At<'_>) -> impl Iterator<Item = (At<'_>, &str)> {
    items(cors, "AccessControlAllowOrigins")
}

fn items<'a>(cors: At<'a>, key: &str) -> impl Iterator<Item = (At<'a>, &'a str)> {
    cors.path(&[key, "Items"])
        .into_iter()
        .flat_map(At::items)
        .filter_map(|at| Some((at, at.text()?.trim())))
}

/// The custom headers of a response headers policy and their names.
pub(super) fn custom_headers(policy: At<'_>) -> impl Iterator<Item = (At<'_>, &str)> {
    policy
        .path(&["CustomHeadersConfig", "Items"])
        .into_iter()
        .flat_map(At::items)
        .filter_map(|header| Some((header, header.get("Header")?.text()?)))
}
