//! What a property comes to that a template leaves out. Each value is that of AWS's documentation,
//! and a reader that took another would run a template that nobody wrote.

use greenroom_cloudformation::{
    Deployment, HttpVersion, Inputs, KeyPart, PriceClass, PublicAccessBlock, Template,
};

/// A distribution with as little as it can have, and more where it is asked for.
fn deployment(bucket: &str, behaviour: &str, config: &str) -> Deployment {
    let text = format!(
        r"
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties: {{BucketName: sdk, {bucket}}}
  Forwarded:
    Type: AWS::CloudFront::OriginRequestPolicy
    Properties:
      OriginRequestPolicyConfig:
        Name: all but one
        CookiesConfig: {{CookieBehavior: none}}
        HeadersConfig: {{HeaderBehavior: allExcept, Headers: [Host]}}
        QueryStringsConfig: {{QueryStringBehavior: none}}
  Late:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/CloudFront
      MetricName: 5xxErrorRate
      Statistic: Average
      Period: 60
      EvaluationPeriods: 3
      Threshold: 1
      ComparisonOperator: GreaterThanThreshold
  Distribution:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: true
        Origins: [{{Id: o, DomainName: !GetAtt Bucket.RegionalDomainName, S3OriginConfig: {{}}}}]
        DefaultCacheBehavior:
          TargetOriginId: o
          ViewerProtocolPolicy: https-only
          CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6
          {behaviour}
        {config}
"
    );
    Template::read(&text)
        .and_then(|template| template.resolve(&Inputs::default()))
        .and_then(|resolved| resolved.deployment())
        .unwrap_or_else(|error| panic!("{error} ({})\n{text}", error.help))
}

/// AWS CloudFormation Template Reference, `AWS::CloudFront::Distribution`.
#[test]
fn a_distribution_that_says_little_is_slow_and_everywhere() {
    let plain = deployment("", "", "").distribution;
    assert_eq!(plain.http_version, HttpVersion::Http11);
    assert_eq!(plain.price_class, PriceClass::All);
    assert!(!plain.default_behaviour.compress);
    assert_eq!(plain.default_behaviour.forwarded_headers, KeyPart::None);
    assert_eq!(plain.default_behaviour.response_headers, None);
    assert_eq!(plain.error_responses, []);
}

#[test]
fn an_error_is_kept_for_five_minutes_where_nothing_is_said() {
    let kept = |entry: &str| {
        let config = format!("CustomErrorResponses: [{{ErrorCode: 404, {entry}}}]");
        let errors = deployment("", "", &config).distribution.error_responses;
        errors.first().unwrap().caching_min_ttl
    };
    assert_eq!(kept(""), 300);
    assert_eq!(kept("ErrorCachingMinTTL: 0"), 0);
}

/// AWS CloudFormation Template Reference, `AWS::CloudWatch::Alarm`.
#[test]
fn an_alarm_wants_every_period_and_knows_no_data_from_good_data() {
    let alarms = deployment("", "", "").alarms;
    let alarm = alarms.first().unwrap();
    assert_eq!(
        (alarm.datapoints_to_alarm, alarm.treat_missing.as_str()),
        (3, "missing")
    );
}

/// Amazon S3 User Guide, "Blocking public access": new buckets have all four settings on. Where a
/// template writes the block, a setting that it leaves out is off.
#[test]
fn a_block_of_public_access_is_whole_or_as_it_is_written() {
    let block = |bucket: &str| {
        let origins = deployment(bucket, "", "").distribution.origins;
        let bucket = origins.first().unwrap().bucket.clone().unwrap();
        bucket.public_access_block
    };
    let all = |on| PublicAccessBlock {
        block_public_acls: on,
        ignore_public_acls: on,
        block_public_policy: on,
        restrict_public_buckets: on,
    };
    assert_eq!(block(""), all(true));
    assert_eq!(
        block("PublicAccessBlockConfiguration: {BlockPublicPolicy: true}"),
        PublicAccessBlock {
            block_public_policy: true,
            ..all(false)
        }
    );
}

/// AWS CloudFormation Template Reference, `AWS::CloudFront::OriginRequestPolicy HeadersConfig`.
#[test]
fn an_origin_request_policy_may_leave_one_header_out() {
    let found = deployment("", "OriginRequestPolicyId: !Ref Forwarded", "").distribution;
    assert_eq!(
        found.default_behaviour.forwarded_headers,
        KeyPart::AllExcept(vec!["host".to_owned()])
    );
}
