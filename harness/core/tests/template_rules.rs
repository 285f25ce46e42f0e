//! The rules for templates: the one that ships keeps them all, and other shapes of the same thing
//! are read alike.

#![expect(clippy::unwrap_used, reason = "what is not there fails the test")]

use greenroom_cloudformation::Inputs;
use greenroom_core::template::{Review, Severity, review, rules, rules_table};

const TEMPLATE: &str =
    include_str!("../../../fixtures/deployment/cloudformation/chime-sdk-cdn.yaml");

fn with(text: &str, parameters: &[(&str, &str)], region: &str) -> Review {
    let inputs = Inputs {
        parameters: parameters
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        region: region.to_owned(),
        ..Inputs::default()
    };
    review("template.yaml", text, &inputs).unwrap()
}

fn found(review: &Review) -> Vec<String> {
    let mut found: Vec<String> = review
        .findings
        .iter()
        .map(|finding| format!("{} {}", finding.severity.word(), finding.rule))
        .collect();
    found.sort();
    found.dedup();
    found
}

#[test]
fn the_template_that_ships_has_notes_alone() {
    let review = with(TEMPLATE, &[], "us-east-1");
    assert_eq!(
        found(&review),
        ["note alarm-actions", "note default-certificate"]
    );
    assert_eq!(review.exit_code(), 0);
    assert_eq!(review.rules, rules().count());
}

#[test]
fn it_has_none_where_everything_is_given() {
    let given = [
        ("AliasDomainName", "sdk.medzen.example"),
        (
            "CertificateArn",
            "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f",
        ),
        (
            "AlarmTopicArn",
            "arn:aws:sns:us-east-1:123456789012:on-call",
        ),
        ("AccessLogBucket", "logs.s3.amazonaws.com"),
    ];
    assert_eq!(found(&with(TEMPLATE, &given, "us-east-1")), [""; 0]);
    // Alarms that a condition leaves out are looked at, and are right there.
    assert_eq!(found(&with(TEMPLATE, &given, "eu-central-1")), [""; 0]);
}

/// One alone would be left out silently, and what was asked for with it.
#[test]
fn a_name_and_its_certificate_come_together() {
    let alone = |name: &str, value: &str| {
        let inputs = Inputs {
            parameters: vec![(name.to_owned(), value.to_owned())],
            ..Inputs::default()
        };
        let error = review("template.yaml", TEMPLATE, &inputs).unwrap_err();
        (error.message, error.help)
    };
    assert_eq!(
        alone("AliasDomainName", "sdk.medzen.example"),
        (
            "the parameters break the rule `AliasHasCertificate`".to_owned(),
            "AliasDomainName needs CertificateArn".to_owned()
        )
    );
    let arn = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f";
    assert_eq!(
        alone("CertificateArn", arn),
        (
            "the parameters break the rule `CertificateHasAlias`".to_owned(),
            "CertificateArn needs AliasDomainName".to_owned()
        )
    );
}

#[test]
fn an_alarm_that_is_left_out_is_looked_at() {
    let text = TEMPLATE.replace("Threshold: 5\n", "Threshold: 0.05\n");
    let review = with(&text, &[], "eu-central-1");
    assert!(found(&review).contains(&"error alarm-threshold".to_owned()));
}

#[test]
fn both_sides_of_a_condition_on_an_optional_parameter_are_looked_at() {
    let text = TEMPLATE.replace("TLSv1.2_2021", "TLSv1");
    assert!(found(&with(&text, &[], "us-east-1")).contains(&"warning tls-minimum".to_owned()));
}

#[test]
fn a_finding_says_where_why_and_what_to_do() {
    let text = TEMPLATE.replace("Compress: true", "Compress: false");
    let review = with(&text, &[], "us-east-1");
    let finding = review
        .findings
        .iter()
        .find(|finding| finding.rule == "compress")
        .unwrap();
    let line = text
        .lines()
        .position(|line| line.contains("Compress: false"))
        .unwrap();
    assert_eq!(usize::try_from(finding.line).unwrap(), line + 1);
    assert_eq!(finding.column, 11, "where the key begins");
    assert_eq!(finding.resource, "SdkDistribution");
    assert_eq!(finding.severity, Severity::Warning);
    assert_eq!(
        finding.reason,
        "the default behaviour does not compress: every user waits for four times the bytes"
    );
    assert_eq!(finding.fix, "set `Compress` to `true`");
}

/// What is wrong in a managed policy, and what the older settings of a behaviour say, is mended
/// elsewhere and under other names than in a policy of the template.
#[test]
fn a_fix_can_be_written_where_the_fault_is() {
    let fix = |text: &str, rule: &str, reason: &str| -> Vec<(u32, String)> {
        with(text, &[], "us-east-1")
            .findings
            .into_iter()
            .filter(|finding| finding.rule == rule && finding.reason.contains(reason))
            .map(|finding| (finding.line, finding.fix))
            .collect()
    };
    let line = |text: &str, part: &str| -> u32 {
        let line = text.lines().position(|line| line.contains(part)).unwrap();
        u32::try_from(line + 1).unwrap()
    };
    let managed = TEMPLATE.replace(
        "CachePolicyId: !Ref SdkCachePolicy",
        "CachePolicyId: 4cc15a8a-d715-48a4-82b8-cc0b614638fe",
    );
    let here = line(&managed, "4cc15a8a");
    assert_eq!(
        fix(&managed, "cache-key", "cookies"),
        [(
            here,
            "put a policy of your own in the place of the managed one, and there set \
             `CookieBehavior` to `none`"
                .to_owned()
        )]
    );
    assert_eq!(fix(&managed, "origin-host", "").len(), 1, "`Host` is keyed");
    let older = TEMPLATE.replace(
        "CachePolicyId: !Ref SdkCachePolicy",
        "ForwardedValues:\n            QueryString: true\n            Cookies:\n              Forward: all",
    );
    assert_eq!(
        fix(&older, "cache-key", ""),
        [
            (
                line(&older, "QueryString: true"),
                "set `QueryString` to `false`; a new release has a new name".to_owned()
            ),
            (
                line(&older, "QueryString: true") + 1,
                "set `Forward` of `Cookies` to `none`".to_owned()
            ),
        ]
    );
    let own = TEMPLATE.replace("QueryStringBehavior: none", "QueryStringBehavior: all");
    assert_eq!(
        fix(&own, "cache-key", ""),
        [(
            line(&own, "QueryStringBehavior: all"),
            "set `QueryStringBehavior` to `none`; a new release has a new name".to_owned()
        )]
    );
}

/// S3 answers pages of other origins by the bucket's own rules where the edge keeps those answers
/// apart, which is how templates of before response headers policies do it.
#[test]
fn a_bucket_may_answer_for_itself() {
    let policy = "          ResponseHeadersPolicyId: !Ref SdkResponseHeadersPolicy\n";
    let without = |cached: &str, origins: &str| {
        let text = TEMPLATE
            .replace(policy, "")
            .replace("HeaderBehavior: none", cached)
            .replace("            AllowedOrigins: !Ref AllowedOrigins\n", origins);
        assert!(!text.contains(policy));
        let review = with(&text, &[], "us-east-1");
        let grave = review
            .findings
            .into_iter()
            .filter(|finding| finding.severity != Severity::Note);
        let grave: Vec<String> = grave
            .map(|finding| format!("{}: {}", finding.rule, finding.reason))
            .collect();
        assert_eq!(grave.len(), 1, "{grave:#?}");
        grave.concat()
    };
    let (keyed, beside) = (
        "HeaderBehavior: whitelist\n            Headers: [Origin]",
        "HeaderBehavior: none",
    );
    let (every, one) = (
        "            AllowedOrigins: [\"*\"]\n",
        "            AllowedOrigins: [https://app.medzen.example]\n",
    );
    assert!(without(keyed, every).starts_with("security-headers: "));
    assert!(without(beside, every).ends_with("loads by chance"));
    let listed = without(keyed, one);
    assert!(listed.starts_with("response-headers-policy: "), "{listed}");
    assert!(listed.ends_with("in none without a base URL"), "{listed}");
}

/// Every managed policy is known, so that none is noted as one of elsewhere.
#[test]
fn no_managed_policy_is_of_elsewhere() {
    let ids = [
        (
            "CachePolicyId: !Ref SdkCachePolicy",
            "CachePolicyId",
            &[
                "658327ea-f89d-4fab-a63d-7e88639e58f6",
                "b2884449-e4de-46a7-ac36-70bc7f1ddd6d",
                "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
                "83da9c7e-98b4-4e11-a168-04f0df8e2c65",
                "4cc15a8a-d715-48a4-82b8-cc0b614638fe",
                "2e54312d-136d-493c-8eb9-b001f22f67d2",
                "08627262-05a9-4f76-9ded-b50ca2e3a84f",
            ][..],
        ),
        (
            "OriginRequestPolicyId: 88a5eaf4-2fd4-4709-b370-b4c650ea3fcf",
            "OriginRequestPolicyId",
            &[
                "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf",
                "59781a5b-3903-41f3-afcb-af62929ccde1",
                "acba4595-bd28-49b8-b9fe-13317c0390fa",
                "775133bc-15f2-49f9-abea-afb2e0bf67d2",
                "bf0718e1-ba1e-49d1-88b1-f726733018ae",
                "216adef6-5c7f-47e4-b989-5492eafa07d3",
                "33f36d7e-f396-46d9-90e0-52428a34d9dc",
                "b689b0a8-53d0-40ab-baf2-68738e2966ac",
            ],
        ),
        (
            "ResponseHeadersPolicyId: !Ref SdkResponseHeadersPolicy",
            "ResponseHeadersPolicyId",
            &[
                "60669652-455b-4ae9-85a4-c4c02393f86c",
                "5cc3b908-e619-4b99-88e5-2cf7f45965bd",
                "67f7725c-6f97-4210-82d7-5512b31e9d03",
                "e61eb60c-9c35-4d20-a928-2b84e02af89c",
                "eaab4381-ed33-4a86-88ca-d9558dc6cd63",
            ],
        ),
    ];
    for (written, key, ids) in ids {
        assert_eq!(TEMPLATE.matches(written).count(), 1, "{written}");
        for id in ids {
            let text = TEMPLATE.replace(written, &format!("{key}: {id}"));
            let found = found(&with(&text, &[], "us-east-1"));
            let elsewhere = "note policy-elsewhere".to_owned();
            assert!(!found.contains(&elsewhere), "{key}: {id}");
        }
    }
    let text = TEMPLATE.replace(
        ids[0].0,
        "CachePolicyId: 0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f",
    );
    let found = found(&with(&text, &[], "us-east-1"));
    assert!(found.contains(&"note policy-elsewhere".to_owned()));
}

#[test]
fn json_is_read_as_yaml_is() {
    let text = r#"{"Resources": {"Cdn": {"Type": "AWS::CloudFront::Distribution", "Properties":
        {"DistributionConfig": {"Enabled": "true", "HttpVersion": "http2and3", "Origins": [
            {"Id": "s3", "DomainName": "sdk.s3.eu-west-1.amazonaws.com", "S3OriginConfig": {}}],
         "DefaultCacheBehavior": {"TargetOriginId": "s3", "ViewerProtocolPolicy": "allow-all",
            "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6"}}}}}}"#;
    let review = with(text, &[], "us-east-1");
    let found = found(&review);
    for rule in [
        "error http-allowed",
        "error origin-access",
        "error response-headers-policy",
        "warning compress",
        "warning alarm-missing",
        "warning price-class",
    ] {
        assert!(found.contains(&rule.to_owned()), "{rule} in {found:?}");
    }
    assert!(
        !found
            .iter()
            .any(|one| one.ends_with("distribution-disabled"))
    );
    assert!(!found.iter().any(|one| one.ends_with("encodings")));
    let http = review
        .findings
        .iter()
        .find(|finding| finding.rule == "http-allowed")
        .unwrap();
    assert_eq!((http.line, http.column), (4, 59));
}

#[test]
fn a_behaviour_of_a_web_server_is_not_held_to_what_the_sdk_needs() {
    let text = TEMPLATE.replace(
        "        # No CustomErrorResponses",
        "        CacheBehaviors:
          - PathPattern: api/*
            TargetOriginId: api
            ViewerProtocolPolicy: https-only
            AllowedMethods: [GET, HEAD, OPTIONS, PUT, POST, PATCH, DELETE]
            CachePolicyId: 4135ea2d-6df8-44a3-9df3-4b5a84be39ad
        # No CustomErrorResponses",
    );
    let text = text.replace(
        "        DefaultCacheBehavior:",
        "          - Id: api
            DomainName: api.medzen.example
            CustomOriginConfig: {OriginProtocolPolicy: https-only}
        DefaultCacheBehavior:",
    );
    let review = with(&text, &[], "us-east-1");
    assert_eq!(review.exit_code(), 0, "{:#?}", review.findings);
}

#[test]
fn a_key_whose_policy_admits_cloudfront_is_right() {
    let key = |principal: &str| {
        TEMPLATE
            .replace(
                "SSEAlgorithm: AES256",
                "SSEAlgorithm: aws:kms\n              KMSMasterKeyID: !GetAtt SdkKey.Arn",
            )
            .replace(
                "Outputs:",
                &format!(
                    "  SdkKey:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Version: \"2012-10-17\"
        Statement:
          - Effect: Allow
            Principal: {{Service: {principal}}}
            Action: [\"kms:Decrypt\", \"kms:GenerateDataKey*\"]
            Resource: \"*\"

Outputs:"
                ),
            )
    };
    let right = with(&key("cloudfront.amazonaws.com"), &[], "us-east-1");
    assert_eq!(right.exit_code(), 0, "{:#?}", right.findings);
    let wrong = with(&key("s3.amazonaws.com"), &[], "us-east-1");
    assert!(found(&wrong).contains(&"error bucket-key".to_owned()));
}

#[test]
fn a_grant_for_the_folder_that_is_asked_for_is_right() {
    let text = TEMPLATE
        .replace(
            "${SdkBucket.Arn}/*\"\n            #",
            "${SdkBucket.Arn}/v3/*\"\n            #",
        )
        .replace(
            "            OriginAccessControlId:",
            "            OriginPath: /v3\n            OriginAccessControlId:",
        );
    assert!(text.contains("/v3/*"));
    assert_eq!(with(&text, &[], "us-east-1").exit_code(), 0);
}

#[test]
fn a_template_without_a_distribution_serves_nothing() {
    let review = with(
        "Resources: {Topic: {Type: \"AWS::SNS::Topic\"}}",
        &[],
        "us-east-1",
    );
    assert_eq!(found(&review), ["error distribution-missing"]);
}

#[test]
fn an_alarm_that_is_computed_is_noted() {
    let text = TEMPLATE.replace(
        "Outputs:",
        "  Computed:
    Type: AWS::CloudWatch::Alarm
    Condition: MetricsAreHere
    Properties:
      EvaluationPeriods: 1
      Threshold: 6
      ComparisonOperator: GreaterThanThreshold
      Metrics:
        - Id: both
          Expression: four + five
        - Id: four
          MetricStat:
            Metric: {Namespace: AWS/CloudFront, MetricName: 4xxErrorRate}
            Period: 300
            Stat: Average
          ReturnData: false

Outputs:",
    );
    let review = with(&text, &[], "us-east-1");
    assert!(found(&review).contains(&"note alarm-computed".to_owned()));
    assert_eq!(review.exit_code(), 0);
}

#[test]
fn names_of_rules_are_unique_and_in_kebab_case() {
    let mut ids: Vec<&str> = rules().map(|rule| rule.id).collect();
    for id in &ids {
        let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
        assert!(
            id.split('-')
                .all(|word| !word.is_empty() && word.chars().all(plain)),
            "{id}"
        );
    }
    ids.sort_unstable();
    let all = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), all);
}

/// Written anew by `GREENROOM_BLESS=1 cargo nextest run -p greenroom-core documented`.
#[test]
fn the_documented_rules_are_those_of_the_code() {
    const BEGIN: &str = "<!-- rules -->\n";
    const END: &str = "<!-- end of rules -->";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/template.md");
    let page = std::fs::read_to_string(path).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let now = format!("{before}{BEGIN}\n{}{END}{after}", rules_table());
    if std::env::var_os("GREENROOM_BLESS").is_some() {
        std::fs::write(path, &now).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap();
    assert!(
        committed == now,
        "docs/template.md differs from the rules; run this test with GREENROOM_BLESS=1"
    );
}
