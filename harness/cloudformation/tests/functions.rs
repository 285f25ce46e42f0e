//! What each intrinsic function gives, in its short and its long form.

#![expect(clippy::unwrap_used, reason = "what is not there fails the test")]

use greenroom_cloudformation::{Inputs, Node, Resolved, Template, Value};

/// A template that has `expression` as a property.
fn resolved(expression: &str) -> Resolved {
    let text = format!(
        r#"
Parameters:
  Stage: {{Type: String, Default: staging}}
  Count: {{Type: Number, Default: 3}}
  Names: {{Type: CommaDelimitedList, Default: "a, b,c"}}
Mappings:
  Ages: {{staging: {{Max: 300, Hosts: [x, y]}}, "123456789012": {{Max: 1}}}}
Conditions:
  Yes: !Equals [!Ref Stage, staging]
  No: !Not [{{Condition: "Yes"}}]
  Both: !And [!Condition "Yes", {{"Fn::Not": [{{"Fn::Equals": [1, 2]}}]}}]
  Either: {{"Fn::Or": [!Condition "No", !Equals [true, "true"]]}}
  Neither: !Or [!Condition "No", !Equals [a, b]]
  NotBoth: !And [!Condition "Yes", !Condition "No"]
Resources:
  Bucket:
    Type: AWS::S3::Bucket
  Named:
    Type: AWS::S3::Bucket
    Properties: {{BucketName: !Sub "${{Stage}}-sdk"}}
  Distribution: {{Type: AWS::CloudFront::Distribution}}
  Policy: {{Type: AWS::CloudFront::CachePolicy}}
  Key: {{Type: AWS::KMS::Key}}
  It:
    Type: AWS::SNS::Topic
    Properties: {{DisplayName: {expression}}}
"#
    );
    Template::read(&text)
        .and_then(|template| template.resolve(&Inputs::default()))
        .unwrap_or_else(|error| panic!("{expression}: {error} ({})", error.help))
}

/// Values for parameters.
fn given(parameters: &[(&str, &str)]) -> Inputs {
    Inputs {
        parameters: parameters
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        ..Inputs::default()
    }
}

/// A value as one text, so that a table can hold it.
fn shown(resolved: &Resolved, node: Option<&Node>) -> String {
    match node.map(|node| &node.value) {
        None => "-".to_owned(),
        Some(Value::Null) => "null".to_owned(),
        Some(Value::List(items)) => {
            let items = items
                .iter()
                .map(|item| shown(resolved, Some(item)))
                .collect::<Vec<_>>();
            format!("[{}]", items.join(" "))
        }
        Some(Value::Map(entries)) => {
            let entries = entries
                .iter()
                .map(|(key, value)| format!("{}: {}", key.text, shown(resolved, Some(value))))
                .collect::<Vec<_>>();
            format!("{{{}}}", entries.join(" "))
        }
        Some(Value::Attribute { resource, name }) => format!("<<{resource}.{name}>>"),
        Some(_) => resolved.text(node.unwrap()).unwrap(),
    }
}

#[test]
fn each_function_gives_what_its_reference_says() {
    let table = [
        ("!Ref Stage", "staging"),
        ("{Ref: Stage}", "staging"),
        ("!Ref Count", "3"),
        ("!Ref Names", "[a b c]"),
        ("!Ref AWS::Region", "us-east-1"),
        ("!Ref AWS::Partition", "aws"),
        ("!Ref AWS::URLSuffix", "amazonaws.com"),
        ("!Ref AWS::NotificationARNs", "[]"),
        ("!Ref AWS::StackName", "chime-sdk-cdn"),
        (
            "!Select [5, !Split [\":\", !Ref AWS::StackId]]",
            "stack/chime-sdk-cdn/51af3dc0-da77-11e4-872e-1234567db123",
        ),
        ("!Ref AWS::NoValue", "-"),
        ("[a, !Ref AWS::NoValue, b]", "[a b]"),
        ("{a: !Ref AWS::NoValue, b: 1}", "{b: 1}"),
        ("!Ref Bucket", "<<Bucket.Ref>>"),
        ("!GetAtt Bucket.Arn", "<<Bucket.Arn>>"),
        ("!GetAtt [Bucket, Arn]", "<<Bucket.Arn>>"),
        ("{\"Fn::GetAtt\": [Bucket, Arn]}", "<<Bucket.Arn>>"),
        ("!GetAtt Key.Any.Thing", "<<Key.Any.Thing>>"),
        ("!Sub plain", "plain"),
        ("!Sub \"${Stage}-${AWS::Region}\"", "staging-us-east-1"),
        ("!Sub \"${!Stage} is ${Stage}\"", "${Stage} is staging"),
        ("!Sub [\"${x}-${Stage}\", {x: !Ref Count}]", "3-staging"),
        ("!Sub [\"${Stage}\", {Stage: mine}]", "mine"),
        ("{\"Fn::Sub\": \"${Count}$\"}", "3$"),
        ("!Sub \"${Bucket}\"", "chime-sdk-cdn-bucket-1a2b3c4d5e6f"),
        ("!Sub \"${Named.Arn}/*\"", "arn:aws:s3:::staging-sdk/*"),
        (
            "!Sub \"${Named.RegionalDomainName}\"",
            "staging-sdk.s3.us-east-1.amazonaws.com",
        ),
        ("!Sub \"${Distribution}\"", "EDFDVBD632BHDS5"),
        (
            "!Sub \"${Distribution.DomainName}\"",
            "d111111abcdef8.cloudfront.net",
        ),
        ("!Sub \"${Policy}\"", "<Policy.Ref>"),
        ("!Sub \"${Policy.Id}\"", "<Policy.Ref>"),
        ("!Sub \"${Key.Arn}\"", "<Key.Arn>"),
        (
            "!Join [\"-\", [a, !Ref Stage, 1, true]]",
            "a-staging-1-true",
        ),
        ("!Join [\"\", []]", ""),
        (
            "!Join [\"/\", [!GetAtt Named.Arn, \"*\"]]",
            "arn:aws:s3:::staging-sdk/*",
        ),
        ("!Join [\",\", !Ref Names]", "a,b,c"),
        ("!Select [1, !Ref Names]", "b"),
        ("!Select [\"0\", [x, y]]", "x"),
        ("!Select [0, [!Ref Bucket]]", "<<Bucket.Ref>>"),
        ("!Split [\"/\", \"a/b/c\"]", "[a b c]"),
        (
            "!Select [2, !Split [\"/\", !GetAtt Named.WebsiteURL]]",
            "staging-sdk.s3-website-us-east-1.amazonaws.com",
        ),
        ("!FindInMap [Ages, !Ref Stage, Max]", "300"),
        ("!FindInMap [Ages, !Ref AWS::AccountId, Max]", "1"),
        ("!FindInMap [Ages, staging, Hosts]", "[x y]"),
        ("!If [\"Yes\", a, b]", "a"),
        ("!If [\"No\", a, b]", "b"),
        ("!If [Both, a, b]", "a"),
        ("!If [Either, a, b]", "a"),
        ("!If [Neither, a, b]", "b"),
        ("!If [NotBoth, a, b]", "b"),
        ("!If [\"No\", a, !Ref AWS::NoValue]", "-"),
        (
            "{\"Fn::If\": [\"Yes\", {\"Fn::If\": [\"No\", a, b]}, c]}",
            "b",
        ),
        // The branch that is not taken is not computed, only its names are looked up.
        ("!If [\"Yes\", a, !Select [9, [a]]]", "a"),
        ("012345678901", "012345678901"),
        ("1.10", "1.10"),
        ("2012-10-17", "2012-10-17"),
        ("true", "true"),
        ("\"true\"", "true"),
        ("yes", "yes"),
        ("~", "null"),
    ];
    for (expression, expected) in table {
        let resolved = resolved(expression);
        let topic = resolved.resource("It").unwrap();
        assert_eq!(
            shown(&resolved, topic.properties.get("DisplayName")),
            expected,
            "{expression}"
        );
    }
}

#[test]
fn json_reads_as_yaml_does() {
    let json = r#"{
	"Resources": {
		"Bucket": {"Type": "AWS::S3::Bucket"},
		"It": {"Type": "AWS::SNS::Topic", "Properties": {
			"DisplayName": {"Fn::Join": ["\/", [{"Ref": "AWS::Region"}, {"Fn::GetAtt": ["Bucket", "Arn"]}]]}
		}}
	}
}"#;
    let resolved = Template::read(json)
        .unwrap()
        .resolve(&Inputs::default())
        .unwrap();
    let topic = resolved.resource("It").unwrap();
    let name = topic.properties.get("DisplayName").unwrap();
    assert_eq!(
        resolved.text(name).unwrap(),
        "us-east-1/arn:aws:s3:::chime-sdk-cdn-bucket-1a2b3c4d5e6f"
    );
    assert_eq!((name.place.line, name.place.column), (5, 20));
}

#[test]
fn parameters_are_taken_as_given() {
    let template = Template::read(
        "Parameters: {Stage: {Type: String, AllowedValues: [a, b]}}\nResources:\n  Bucket: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref Stage}}",
    )
    .unwrap();
    let resolved = template.resolve(&given(&[("Stage", "b")])).unwrap();
    let bucket = resolved.resource("Bucket").unwrap();
    assert_eq!(
        bucket.properties.get("BucketName").and_then(Node::text),
        Some("b")
    );
    let refused = [
        (
            given(&[("Stage", "c")]),
            "1:14: the parameter `Stage` cannot be `c`",
        ),
        (
            given(&[("Stage", "a"), ("Stag", "a")]),
            "unknown parameter `Stag`",
        ),
        (given(&[]), "1:14: the parameter `Stage` has no value"),
    ];
    for (inputs, message) in refused {
        assert_eq!(template.resolve(&inputs).unwrap_err().to_string(), message);
    }
}

/// AWS General Reference, "AWS service endpoints" and "Amazon Resource Names": China and `GovCloud`
/// have partitions of their own, and China a domain.
#[test]
fn a_region_says_which_partition_and_domain_it_is_in() {
    let template = Template::read(
        "Resources:\n  Bucket: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub \"${AWS::Partition} ${AWS::URLSuffix}\"}}",
    )
    .unwrap();
    for (region, expected) in [
        ("us-east-1", "aws amazonaws.com"),
        ("cn-north-1", "aws-cn amazonaws.com.cn"),
        ("us-gov-west-1", "aws-us-gov amazonaws.com"),
    ] {
        let inputs = Inputs {
            region: region.to_owned(),
            ..Inputs::default()
        };
        let resolved = template.resolve(&inputs).unwrap();
        let bucket = resolved.resource("Bucket").unwrap();
        let name = bucket.properties.get("BucketName").unwrap();
        assert_eq!(name.text(), Some(expected), "{region}");
    }
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_template() {
    let said = |text: &str| Template::read(text).unwrap_err().to_string();
    let text = "Resourcs: {}";
    assert_eq!(said(&format!("\u{feff}{text}")), said(text));
    assert!(said(text).starts_with("1:1: "), "{}", said(text));
}

/// AWS CloudFormation User Guide, "Rules": assertions are for where the rule's condition holds.
#[test]
fn a_rule_asserts_only_where_its_condition_holds() {
    let template = Template::read(
        r#"
Parameters:
  Alias: {Type: String, Default: ""}
  Certificate: {Type: String, Default: ""}
Rules:
  AliasHasCertificate:
    RuleCondition: !Not [!Equals [!Ref Alias, ""]]
    Assertions:
      - Assert: !Not [!Equals [!Ref Certificate, ""]]
Resources:
  Bucket: {Type: AWS::S3::Bucket}
"#,
    )
    .unwrap();
    let with = |parameters: &[(&str, &str)]| template.resolve(&given(parameters));
    assert!(with(&[]).is_ok());
    assert!(with(&[("Alias", "a"), ("Certificate", "c")]).is_ok());
    let error = with(&[("Alias", "a")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "9:17: the parameters break the rule `AliasHasCertificate`"
    );
}

#[test]
fn a_resource_under_a_false_condition_is_read_and_not_created() {
    let template = Template::read(
        "Conditions: {Here: !Equals [!Ref AWS::Region, us-east-1]}\nResources:\n  Alarm:\n    Type: AWS::SNS::Topic\n    Condition: Here\n    Properties: {DisplayName: !Ref AWS::Region}\nOutputs:\n  There: {Condition: Here, Value: !Ref Alarm}",
    )
    .unwrap();
    let elsewhere = Inputs {
        region: "eu-west-1".to_owned(),
        ..Inputs::default()
    };
    let resolved = template.resolve(&elsewhere).unwrap();
    let alarm = resolved.resource("Alarm").unwrap();
    assert!(!alarm.created);
    assert_eq!(
        alarm.properties.get("DisplayName").and_then(Node::text),
        Some("eu-west-1")
    );
    assert!(resolved.outputs.is_empty());
    let here = template.resolve(&Inputs::default()).unwrap();
    assert!(here.resource("Alarm").unwrap().created);
    assert_eq!(here.outputs.len(), 1);
}
