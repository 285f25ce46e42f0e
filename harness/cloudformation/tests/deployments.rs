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
}

/// Developer Guide, "Use managed cache policies": times, gzip, Brotli, and what is in the key.
#[test]
fn managed_cache_policies_are_what_aws_documents() {
    let only =
        |names: &[&str]| KeyPart::Only(names.iter().map(|name| (*name).to_owned()).collect());
    let by_origin = || {
        only(&[
            "host",
            "origin",
            "x-http-method-override",
            "x-http-method",
            "x-method-override",
        ])
    };
    let (none, all) = (KeyPart::None, KeyPart::All);
    let year = 31_536_000;
    let documented = [
        (
            "658327ea-f89d-4fab-a63d-7e88639e58f6",
            [1, 86_400, year],
            [true, true],
            [none.clone(), none.clone(), none.clone()],
        ),
        (
            "b2884449-e4de-46a7-ac36-70bc7f1ddd6d",
            [1, 86_400, year],
            [false, false],
            [none.clone(), none.clone(), none.clone()],
        ),
        (
            "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
            [0, 0, 0],
            [false, false],
            [none.clone(), none.clone(), none.clone()],
        ),
        (
            "83da9c7e-98b4-4e11-a168-04f0df8e2c65",
            [0, 0, year],
            [true, true],
            [by_origin(), all.clone(), none.clone()],
        ),
        (
            "4cc15a8a-d715-48a4-82b8-cc0b614638fe",
            [0, 0, year],
            [true, true],
            [by_origin(), all.clone(), all.clone()],
        ),
        (
            "2e54312d-136d-493c-8eb9-b001f22f67d2",
            [2, 2, 600],
            [true, true],
            [
                only(&["authorization", "cloudfront-viewer-country", "host"]),
                all.clone(),
                all,
            ],
        ),
        (
            "08627262-05a9-4f76-9ded-b50ca2e3a84f",
            [0, 86_400, year],
            [true, false],
            [
                only(&["origin"]),
                none,
                only(&["aws.manifestfilter", "start", "end", "m"]),
            ],
        ),
    ];
    for (id, [min_ttl, default_ttl, max_ttl], [gzip, brotli], key) in documented {
        let [headers, cookies, query_strings] = key;
        let found = deployment(
            "DomainName: sdk.s3.amazonaws.com, S3OriginConfig: {}",
            &format!("CachePolicyId: {id}"),
        )
        .unwrap();
        assert_eq!(
            found.distribution.default_behaviour.cache,
            CachePolicy {
                min_ttl,
                default_ttl,
                max_ttl,
                gzip,
                brotli,
                headers,
                cookies,
                query_strings,
            },
            "{id}"
        );
    }
}

/// Developer Guide, "Use managed origin request policies": the viewer's header fields that go on.
#[test]
fn managed_origin_request_policies_are_what_aws_documents() {
    let cors = "origin,access-control-request-headers,access-control-request-method";
    let documented = [
        ("88a5eaf4-2fd4-4709-b370-b4c650ea3fcf", cors.to_owned()),
        ("59781a5b-3903-41f3-afcb-af62929ccde1", "origin".to_owned()),
        (
            "acba4595-bd28-49b8-b9fe-13317c0390fa",
            "user-agent,referer".to_owned(),
        ),
        (
            "775133bc-15f2-49f9-abea-afb2e0bf67d2",
            format!("{cors},user-agent,x-forwarded-for"),
        ),
        ("bf0718e1-ba1e-49d1-88b1-f726733018ae", "host".to_owned()),
        ("216adef6-5c7f-47e4-b989-5492eafa07d3", "*".to_owned()),
        ("33f36d7e-f396-46d9-90e0-52428a34d9dc", "*".to_owned()),
        (
            "b689b0a8-53d0-40ab-baf2-68738e2966ac",
            "* - host".to_owned(),
        ),
    ];
    for (id, expected) in documented {
        let found = deployment(
            "DomainName: sdk.s3.amazonaws.com, S3OriginConfig: {}",
            &format!("{OPTIMIZED}, OriginRequestPolicyId: {id}"),
        )
        .unwrap();
        let forwarded = match found.distribution.default_behaviour.forwarded_headers {
            KeyPart::None => String::new(),
            KeyPart::Only(names) => names.join(","),
            KeyPart::AllExcept(names) => format!("* - {}", names.join(",")),
            KeyPart::All => "*".to_owned(),
        };
        assert_eq!(forwarded, expected, "{id}");
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
