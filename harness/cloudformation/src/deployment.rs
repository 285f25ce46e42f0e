//! The distribution as CloudFront would run it: data without behaviour.
//!
//! Names and defaults are CloudFormation's (AWS CloudFormation Template Reference,
//! `AWS::CloudFront::*`, `AWS::S3::*`, `AWS::CloudWatch::Alarm`). What a template leaves out
//! holds its documented default here, so that no reader has to know it.

/// What a template deploys, as far as a viewer of the CDN can tell.
#[derive(Clone, Debug, PartialEq)]
pub struct Deployment {
    /// The distribution.
    pub distribution: Distribution,
    /// Whether `AWS::CloudFront::MonitoringSubscription` turns the additional metrics on.
    pub additional_metrics: bool,
    /// Alarms, also those that a false condition keeps from this region.
    pub alarms: Vec<Alarm>,
}

/// `AWS::CloudFront::Distribution`.
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    /// Logical id in the template.
    pub logical_id: String,
    /// What `Ref` gives, a stand-in: see [`crate::Inputs`].
    pub id: String,
    /// Its ARN as a bucket policy's `AWS:SourceArn` is compared with it, with the stand-in's id.
    pub arn: String,
    /// `Enabled`.
    pub enabled: bool,
    /// `Aliases`.
    pub aliases: Vec<String>,
    /// `HttpVersion`; HTTP/1.1 by default.
    pub http_version: HttpVersion,
    /// `PriceClass`; all by default.
    pub price_class: PriceClass,
    /// `ViewerCertificate`.
    pub certificate: ViewerCertificate,
    /// `DefaultRootObject`, without a leading slash.
    pub default_root_object: Option<String>,
    /// `Origins`.
    pub origins: Vec<Origin>,
    /// `DefaultCacheBehavior`.
    pub default_behaviour: Behaviour,
    /// `CacheBehaviors`, each with its `PathPattern`, in the order in which they are tried.
    pub behaviours: Vec<(String, Behaviour)>,
    /// `CustomErrorResponses`.
    pub error_responses: Vec<ErrorResponse>,
}

/// `HttpVersion`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpVersion {
    /// `http1.1`.
    Http11,
    /// `http2`, with HTTP/1.1.
    Http2,
    /// `http3`, with HTTP/1.1.
    Http3,
    /// `http2and3`, with HTTP/1.1.
    Http2And3,
}

/// `PriceClass`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PriceClass {
    /// `PriceClass_100`: the cheapest edge locations.
    Class100,
    /// `PriceClass_200`.
    Class200,
    /// `PriceClass_All`.
    All,
}

/// `ViewerCertificate`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewerCertificate {
    /// The `*.cloudfront.net` certificate, with which the security policy is `TLSv1` whatever
    /// the template asks for.
    pub is_default: bool,
    /// `MinimumProtocolVersion` in force, e.g. `TLSv1` or `TLSv1.2_2021`.
    pub minimum_protocol: String,
}

/// `Origin`.
#[derive(Clone, Debug, PartialEq)]
pub struct Origin {
    /// `Id`.
    pub id: String,
    /// `DomainName`, with stand-ins for what only a deployment knows.
    pub domain: String,
    /// `OriginPath`, with a leading slash or empty.
    pub path: String,
    /// The template's bucket behind an S3 origin; `None` for a bucket of elsewhere or an origin
    /// that is no bucket.
    pub bucket: Option<Bucket>,
    /// Whether it is a web server, or a bucket's website endpoint, that is asked over HTTP
    /// (`CustomOriginConfig`).
    pub is_custom: bool,
    /// How the distribution proves to the bucket who it is.
    pub access: OriginAccess,
    /// The names under which a bucket policy can mean who signs, in the form of
    /// [`Statement::principals`]; empty where nobody does.
    pub principals: Vec<String>,
}

/// How requests to a bucket are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OriginAccess {
    /// Not at all.
    None,
    /// `AWS::CloudFront::OriginAccessControl` with this `SigningBehavior`.
    Control(Signing),
    /// The older `CloudFrontOriginAccessIdentity`, which cannot read what KMS encrypts.
    Identity,
}

/// `SigningBehavior`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signing {
    /// `always`.
    Always,
    /// `never`.
    Never,
    /// `no-override`: unless the viewer sent an `Authorization` header.
    NoOverride,
}

/// `AWS::S3::Bucket` with its bucket policies.
#[derive(Clone, Debug, PartialEq)]
pub struct Bucket {
    /// Logical id in the template.
    pub logical_id: String,
    /// `BucketName`, where the template gives one.
    pub name: Option<String>,
    /// Its ARN as it stands in a bucket policy's `Resource`: with its name, or a stand-in.
    pub arn: String,
    /// `VersioningConfiguration` is `Enabled`.
    pub versioned: bool,
    /// Default encryption.
    pub encryption: Encryption,
    /// `PublicAccessBlockConfiguration`.
    pub public_access_block: PublicAccessBlock,
    /// `CorsConfiguration`.
    pub cors: Vec<CorsRule>,
    /// The statements of all `AWS::S3::BucketPolicy` resources for it.
    pub policy: Vec<Statement>,
}

/// Default encryption of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// `AES256`, which is also what S3 does where a template says nothing.
    Aes256,
    /// `aws:kms` or `aws:kms:dsse`.
    Kms,
}

/// `PublicAccessBlockConfiguration`. S3 turns all four on for a bucket that says nothing; one that
/// names the property gets what it says, `false` for what it leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "the property has four")]
pub struct PublicAccessBlock {
    /// `BlockPublicAcls`.
    pub block_public_acls: bool,
    /// `IgnorePublicAcls`.
    pub ignore_public_acls: bool,
    /// `BlockPublicPolicy`.
    pub block_public_policy: bool,
    /// `RestrictPublicBuckets`.
    pub restrict_public_buckets: bool,
}

/// A rule of a bucket's own CORS configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorsRule {
    /// `AllowedOrigins`.
    pub allowed_origins: Vec<String>,
    /// `AllowedMethods`.
    pub allowed_methods: Vec<String>,
    /// `AllowedHeaders`.
    pub allowed_headers: Vec<String>,
    /// `ExposedHeaders`.
    pub exposed_headers: Vec<String>,
    /// `MaxAge`, s.
    pub max_age: Option<u64>,
}

/// A statement of a bucket policy. Values that only a deployment knows are filled in with those
/// of [`crate::Inputs`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// `Effect` is `Allow`.
    pub allows: bool,
    /// `Principal`: `*`, or `TYPE:VALUE` such as `Service:cloudfront.amazonaws.com`.
    pub principals: Vec<String>,
    /// `Action`.
    pub actions: Vec<String>,
    /// `Resource`, as ARNs.
    pub resources: Vec<String>,
    /// `Condition`.
    pub conditions: Vec<StatementCondition>,
}

/// One key of a statement's `Condition`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementCondition {
    /// Operator, e.g. `StringEquals`.
    pub operator: String,
    /// Key, e.g. `AWS:SourceArn`.
    pub key: String,
    /// Values, any of which will do.
    pub values: Vec<String>,
}

/// `DefaultCacheBehavior` or one of `CacheBehaviors`, its policies resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct Behaviour {
    /// `TargetOriginId`.
    pub origin: String,
    /// `ViewerProtocolPolicy`.
    pub viewer_protocol: ViewerProtocol,
    /// `AllowedMethods`; GET and HEAD by default.
    pub allowed_methods: Vec<String>,
    /// `CachedMethods`; GET and HEAD by default.
    pub cached_methods: Vec<String>,
    /// `Compress`; off by default.
    pub compress: bool,
    /// `CachePolicyId`, resolved, or the older settings of the behaviour itself.
    pub cache: CachePolicy,
    /// Header fields of `OriginRequestPolicyId`, resolved: they go to the origin beside those of
    /// the cache key, and are not part of it.
    pub forwarded_headers: KeyPart,
    /// `ResponseHeadersPolicyId`, resolved.
    pub response_headers: Option<ResponseHeadersPolicy>,
}

/// `ViewerProtocolPolicy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewerProtocol {
    /// `allow-all`.
    AllowAll,
    /// `redirect-to-https`.
    RedirectToHttps,
    /// `https-only`.
    HttpsOnly,
}

/// `CachePolicyConfig`: how long the edge keeps objects, and what tells cache entries apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CachePolicy {
    /// `MinTTL`, s: objects stay at least this long, whatever the origin says.
    pub min_ttl: u64,
    /// `DefaultTTL`, s: for objects whose origin says nothing.
    pub default_ttl: u64,
    /// `MaxTTL`, s: objects stay no longer than this.
    pub max_ttl: u64,
    /// `EnableAcceptEncodingGzip`.
    pub gzip: bool,
    /// `EnableAcceptEncodingBrotli`.
    pub brotli: bool,
    /// `HeadersConfig`.
    pub headers: KeyPart,
    /// `CookiesConfig`.
    pub cookies: KeyPart,
    /// `QueryStringsConfig`.
    pub query_strings: KeyPart,
}

/// What of headers, cookies or query strings is in the cache key. Header names are lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum KeyPart {
    /// `none`.
    #[default]
    None,
    /// `whitelist`.
    Only(Vec<String>),
    /// `allExcept`.
    AllExcept(Vec<String>),
    /// `all`.
    All,
}

/// `ResponseHeadersPolicyConfig`: what is added to and taken from answers.
#[derive(Clone, Debug, PartialEq)]
pub struct ResponseHeadersPolicy {
    /// `CorsConfig`.
    pub cors: Option<Cors>,
    /// `SecurityHeadersConfig`, each field as it goes on the wire.
    pub security: Vec<PolicyHeader>,
    /// `CustomHeadersConfig`.
    pub custom: Vec<PolicyHeader>,
    /// `RemoveHeadersConfig`: names that are taken away before anything is added, lower case.
    pub remove: Vec<String>,
    /// `ServerTimingHeadersConfig`: `SamplingRate` in percent, where it is enabled.
    pub server_timing: Option<f64>,
}

/// A header that a policy adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyHeader {
    /// Field name, lower case.
    pub name: String,
    /// Field value.
    pub value: String,
    /// `Override`: whether it replaces the origin's field of the same name.
    pub overrides: bool,
}

/// `CorsConfig`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cors {
    /// `AccessControlAllowOrigins`: `*`, `scheme://host[:port]`, or a host with `*.` leftmost.
    pub allow_origins: Vec<String>,
    /// `AccessControlAllowMethods`, for preflight answers; `ALL` is spelt out.
    pub allow_methods: Vec<String>,
    /// `AccessControlAllowHeaders`, for preflight answers.
    pub allow_headers: Vec<String>,
    /// `AccessControlExposeHeaders`.
    pub expose_headers: Vec<String>,
    /// `AccessControlAllowCredentials`.
    pub allow_credentials: bool,
    /// `AccessControlMaxAgeSec`, s, for preflight answers.
    pub max_age: Option<u64>,
    /// `OriginOverride`: whether the policy's fields replace the origin's.
    pub overrides: bool,
}

/// An entry of `CustomErrorResponses`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorResponse {
    /// `ErrorCode` of the origin.
    pub code: u16,
    /// `ResponseCode` for the viewer, where another is sent.
    pub response_code: Option<u16>,
    /// `ResponsePagePath`, where another page is sent.
    pub page_path: Option<String>,
    /// `ErrorCachingMinTTL`, s; 300 where the entry says nothing.
    pub caching_min_ttl: u64,
}

/// `AWS::CloudWatch::Alarm` on a metric of CloudFront.
#[derive(Clone, Debug, PartialEq)]
pub struct Alarm {
    /// Logical id in the template.
    pub logical_id: String,
    /// Whether a condition keeps it out of the stack as it was resolved.
    pub created: bool,
    /// `Namespace`.
    pub namespace: String,
    /// `MetricName`.
    pub metric: String,
    /// `Dimensions`, as name and value.
    pub dimensions: Vec<(String, String)>,
    /// `Statistic`.
    pub statistic: AlarmStatistic,
    /// `Period`, s.
    pub period: u64,
    /// `EvaluationPeriods`.
    pub evaluation_periods: u32,
    /// `DatapointsToAlarm`; `EvaluationPeriods` by default.
    pub datapoints_to_alarm: u32,
    /// `Threshold`, in the metric's unit: percent for error rates.
    pub threshold: f64,
    /// `ComparisonOperator`.
    pub comparison: AlarmComparison,
    /// `TreatMissingData`; `missing` by default.
    pub treat_missing: String,
    /// `EvaluationWindow`.
    pub window: AlarmWindow,
}

/// `EvaluationWindow`: from when the periods are counted that an alarm looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlarmWindow {
    /// `SlidingWindow`, the default: back from each minute.
    Sliding,
    /// `WallClockWindow`: by the clock, e.g. at the full hour.
    WallClock {
        /// Whether `Timezone` says by whose.
        has_time_zone: bool,
    },
}

/// `Statistic`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlarmStatistic {
    /// `Average`.
    Average,
    /// `Sum`.
    Sum,
    /// `Minimum`.
    Minimum,
    /// `Maximum`.
    Maximum,
    /// `SampleCount`.
    SampleCount,
}

/// `ComparisonOperator`, one-sided ones only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlarmComparison {
    /// `GreaterThanThreshold`.
    Greater,
    /// `GreaterThanOrEqualToThreshold`.
    AtLeast,
    /// `LessThanThreshold`.
    Less,
    /// `LessThanOrEqualToThreshold`.
    AtMost,
}
