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
