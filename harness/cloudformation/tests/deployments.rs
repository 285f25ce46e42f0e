//! Other ways to write a distribution than that of `good/cdn.yaml`.

use std::fmt::Write as _;

use greenroom_cloudformation::{
    CachePolicy, Deployment, Inputs, KeyPart, OriginAccess, Template, TemplateError,
};

/// A template with a named bucket, an identity, and this origin and behaviour.
fn deployment(origin: &str, behaviour: &str) -> Result<Deployment, TemplateError> {
    let text = format!(
        r#"
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties: {{BucketName: sdk}}
  Identity:
    Type: AWS::CloudFront::CloudFrontOriginAccessIdentity
    Properties: {{CloudFrontOriginAccessIdentityConfig: {{Comment: sdk}}}}
  First:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: sdk
      PolicyDocument:
        Statement: {{Effect: Allow, Principal: {{CanonicalUser: !GetAtt Identity.S3CanonicalUserId}}, Action: [s3:GetObject], Resource: !Join ["", [!GetAtt Bucket.Arn, /*]]}}
  Second:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Bucket
      PolicyDocument:
        Statement: [{{Effect: Deny, Principal: "*", Action: "s3:*", Resource: "arn:aws:s3:::sdk/*", Condition: {{Bool: {{aws:SecureTransport: false}}}}}}]
  Distribution:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: "true"
        Origins: [{{Id: o, {origin}}}]
        DefaultCacheBehavior: {{TargetOriginId: o, ViewerProtocolPolicy: https-only, {behaviour}}}
"#
    );
    Template::read(&text)?
        .resolve(&Inputs::default())?
        .deployment()
}

const OPTIMIZED: &str = "CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6";

#[test]
fn every_way_to_name_a_bucket_leads_to_it() {
    let s3 = r#"S3OriginConfig: {OriginAccessIdentity: ""}"#;
    let custom = "CustomOriginConfig: {OriginProtocolPolicy: http-only}";
    let table = [
        ("!GetAtt Bucket.RegionalDomainName", s3, true),
        ("!GetAtt Bucket.DomainName", s3, true),
        (
            r#"!Sub "${Bucket}.s3.${AWS::Region}.amazonaws.com""#,
            s3,
            true,
        ),
        ("sdk.s3.amazonaws.com", s3, true),
        (
            r#"!Select [2, !Split ["/", !GetAtt Bucket.WebsiteURL]]"#,
            custom,
            true,
        ),
        ("sdk.s3-website.us-east-1.amazonaws.com", custom, true),
        ("sdk.s3.eu-west-1.amazonaws.com", s3, false),
        ("www.example.org", custom, false),
    ];
    for (domain, config, ours) in table {
        let origin = format!("DomainName: {domain}, {config}");
        let found = deployment(&origin, OPTIMIZED).unwrap();
        let origin = found.distribution.origins.first().unwrap();
        assert_eq!(origin.bucket.is_some(), ours, "{domain}");
        assert_eq!(origin.is_custom, config == custom, "{domain}");
        assert_eq!(origin.access, OriginAccess::None, "{domain}");
        assert!(origin.principals.is_empty(), "{domain}");
    }
}

#[test]
fn an_identity_is_the_principal_of_the_policy_that_names_it() {
    let found = deployment(
        r#"DomainName: sdk.s3.amazonaws.com, S3OriginConfig: {OriginAccessIdentity: !Sub "origin-access-identity/cloudfront/${Identity}"}"#,
        OPTIMIZED,
    )
    .unwrap();
    let origin = found.distribution.origins.first().unwrap();
    assert_eq!(origin.access, OriginAccess::Identity);
    let policy = &origin.bucket.as_ref().unwrap().policy;
    assert_eq!(policy.len(), 2, "the statements of both policies");
    let named = policy.first().unwrap();
    assert!(
        named
            .principals
            .iter()
            .all(|who| origin.principals.contains(who)),
        "{:?} is not {:?}",
        named.principals,
        origin.principals
    );
    assert_eq!(policy.get(1).unwrap().principals, ["*"]);
}

#[test]
fn the_older_settings_make_a_cache_policy() {
    let found = deployment(
        "DomainName: sdk.s3.amazonaws.com, S3OriginConfig: {}",
        "Compress: true, MaxTTL: 600, ForwardedValues: {QueryString: true, QueryStringCacheKeys: [v], Headers: [Origin], Cookies: {Forward: none}}",
    )
    .unwrap();
    assert_eq!(
        found.distribution.default_behaviour.cache,
        CachePolicy {
            min_ttl: 0,
            default_ttl: 86_400,
            max_ttl: 600,
            gzip: true,
            brotli: false,
            headers: KeyPart::Only(vec!["origin".to_owned()]),
            cookies: KeyPart::None,
            query_strings: KeyPart::Only(vec!["v".to_owned()]),
        }
    );
    assert_eq!(
        found.distribution.default_behaviour.allowed_methods,
        ["GET", "HEAD"]
    );
}

#[test]
fn managed_policies_are_what_aws_documents() {
    let names = [
        ("SimpleCORS", "60669652-455b-4ae9-85a4-c4c02393f86c"),
        (
            "CORS-With-Preflight",
            "5cc3b908-e619-4b99-88e5-2cf7f45965bd",
        ),
        ("SecurityHeaders", "67f7725c-6f97-4210-82d7-5512b31e9d03"),
        ("CORS-and-Security", "e61eb60c-9c35-4d20-a928-2b84e02af89c"),
        (
            "CORS-preflight-and-Security",
            "eaab4381-ed33-4a86-88ca-d9558dc6cd63",
        ),
    ];
    let mut shown = String::new();
    for (name, id) in names {
        let found = deployment(
            "DomainName: sdk.s3.amazonaws.com, S3OriginConfig: {}",
            &format!("{OPTIMIZED}, ResponseHeadersPolicyId: {id}"),
        )
        .unwrap();
        let policy = found
            .distribution
            .default_behaviour
            .response_headers
            .unwrap();
        writeln!(shown, "{name}").unwrap();
        if let Some(cors) = policy.cors {
            writeln!(shown, "  {cors:?}").unwrap();
        }
        for header in policy.security {
            writeln!(
                shown,
                "  {}: {}{}",
                header.name,
                header.value,
                if header.overrides { " (overrides)" } else { "" }
            )
            .unwrap();
        }
    }
    insta::assert_snapshot!("managed_response_headers", shown);
    for (id, min, default, max, compressed) in [
        (
            "658327ea-f89d-4fab-a63d-7e88639e58f6",
            1,
            86_400,
            31_536_000,
            true,
        ),
        (
            "b2884449-e4de-46a7-ac36-70bc7f1ddd6d",
            1,
            86_400,
            31_536_000,
            false,
        ),
        ("4135ea2d-6df8-44a3-9df3-4b5a84be39ad", 0, 0, 0, false),
    ] {
        let found = deployment(
            "DomainName: sdk.s3.amazonaws.com, S3OriginConfig: {}",
            &format!("CachePolicyId: {id}"),
        )
        .unwrap();
        let cache = found.distribution.default_behaviour.cache;
        assert_eq!(
            (cache.min_ttl, cache.default_ttl, cache.max_ttl),
            (min, default, max)
        );
        assert_eq!((cache.gzip, cache.brotli), (compressed, compressed));
    }
}

#[test]
fn a_certificate_of_one_s_own_has_a_floor_of_its_own() {
    let with = |certificate: &str| {
        let found = deployment(
            "DomainName: a.example.org, CustomOriginConfig: {OriginProtocolPolicy: https-only}",
            &format!("{OPTIMIZED}}}\n        ViewerCertificate: {{{certificate}"),
        )
        .unwrap();
        let certificate = found.distribution.certificate;
        (certificate.is_default, certificate.minimum_protocol)
    };
    let arn = "AcmCertificateArn: arn, SslSupportMethod: sni-only";
    assert_eq!(
        with(&format!("{arn}, MinimumProtocolVersion: TLSv1.2_2021")),
        (false, "TLSv1.2_2021".to_owned())
    );
    assert_eq!(with(arn), (false, "TLSv1".to_owned()));
    assert_eq!(
        with("CloudFrontDefaultCertificate: true, MinimumProtocolVersion: TLSv1.2_2021"),
        (true, "TLSv1".to_owned())
    );
}
