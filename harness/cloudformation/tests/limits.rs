//! No input may end in a panic or take time out of proportion.

#![expect(clippy::unwrap_used, reason = "what is not there fails the test")]

use std::fmt::Write as _;

use greenroom_cloudformation::{Inputs, Template, TemplateError};
use proptest::prelude::*;

const GOOD: &str = include_str!("templates/good/cdn.yaml");

/// Reads a text as far as it goes.
fn read(text: &str) -> Result<(), TemplateError> {
    Template::read(text)?
        .resolve(&Inputs::default())?
        .deployment()
        .map(drop)
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,400}") {
        let _ = read(&text);
    }

    #[test]
    fn no_text_of_yaml_signs_panics(text in "[ \\n:\\-{}\\[\\]!&*|>'\"#%@,?a-c\\t]{0,300}") {
        let _ = read(&text);
        let _ = read(&format!("Resources:\n{text}"));
    }

    #[test]
    fn no_function_panics(
        function in "(Ref|Sub|GetAtt|If|Equals|Not|And|Or|Condition|Join|Select|Split|FindInMap)",
        argument in "[ ,{}\\[\\]:!\"$.a-cA0-9-]{0,60}",
    ) {
        let at = |expression: &str| format!(
            "Conditions: {{a: !Equals [a, b]}}\nResources:\n  A:\n    Type: AWS::S3::Bucket\n    Properties: {{BucketName: {expression}}}\n"
        );
        let _ = read(&at(&format!("!{function} {argument}")));
        let _ = read(&at(&format!("{{\"Fn::{function}\": {argument}}}")));
    }

    /// A good template, cut, or with a part of it somewhere else: what a slip of the editor makes.
    #[test]
    fn no_damage_panics(cut in 0..GOOD.len(), from in 0..GOOD.len(), length in 0usize..40) {
        let cut = GOOD.floor_char_boundary(cut);
        let from = GOOD.floor_char_boundary(from);
        let to = GOOD.floor_char_boundary((from + length).min(GOOD.len()));
        let _ = read(&GOOD[..cut]);
        let _ = read(&format!("{}{}{}", &GOOD[..cut], &GOOD[from..to], &GOOD[cut..]));
        let _ = read(&format!("{}{}", &GOOD[..from], &GOOD[to..]));
    }

    /// Each error that has a place has one that is in the file.
    #[test]
    fn every_place_is_in_the_file(from in 0..GOOD.len(), length in 0usize..40) {
        let from = GOOD.floor_char_boundary(from);
        let to = GOOD.floor_char_boundary((from + length).min(GOOD.len()));
        let text = format!("{}{}", &GOOD[..from], &GOOD[to..]);
        if let Err(TemplateError { place: Some(place), .. }) = read(&text) {
            prop_assert!(place.line >= 1 && place.column >= 1);
            prop_assert!(place.line as usize <= text.lines().count() + 1);
        }
    }
}

/// A template of many resources, each of which refers to the one before.
fn chain(resources: usize) -> String {
    let mut text = GOOD.replace("Outputs:\n", "");
    let outputs = text.split_off(text.find("  SdkUrl:").unwrap());
    for index in 0..resources {
        let before = if index == 0 {
            "SdkBucket.Arn".to_owned()
        } else {
            format!("T{}.TopicName", index - 1)
        };
        writeln!(
            text,
            "  T{index}:\n    Type: AWS::SNS::Topic\n    Properties:\n      DisplayName: !Sub \"${{{before}}}-${{AWS::Region}}\"\n      Tags: [{{Key: a, Value: !FindInMap [Ages, !Ref Environment, Max]}}]"
        )
        .unwrap();
    }
    format!("{text}Outputs:\n{outputs}")
}

#[test]
fn ten_thousand_resources_are_read() {
    let text = chain(10_000);
    let resolved = Template::read(&text)
        .unwrap()
        .resolve(&Inputs::default())
        .unwrap();
    assert_eq!(resolved.resources.len(), 10_008);
    resolved.deployment().unwrap();
}

#[test]
fn a_circle_of_ten_thousand_resources_is_found() {
    let text = chain(10_000).replacen("${SdkBucket.Arn}-$", "${T9999.TopicArn}-$", 1);
    let error = read(&text).unwrap_err();
    assert!(
        error
            .message
            .starts_with("resources refer to each other in a circle: `T0` -> "),
        "{error}"
    );
    assert!(
        error.message.ends_with("-> ... 9988 more ... -> `T0`"),
        "{error}"
    );
}

fn assert_too_long_a_chain(text: &str) {
    let error = read(text).unwrap_err();
    assert!(
        error
            .message
            .contains("refer to each other one after the other"),
        "{error}"
    );
}

#[test]
fn a_chain_of_ten_thousand_conditions_is_refused() {
    let mut text = "Conditions:\n".to_owned();
    for index in 0..10_000 {
        writeln!(text, "  C{index}: !Condition C{}", index + 1).unwrap();
    }
    text.push_str("  C10000: !Equals [a, a]\nResources:\n  A: {Type: AWS::S3::Bucket}\n");
    assert_too_long_a_chain(&text);
}

#[test]
fn a_chain_of_ten_thousand_bucket_names_is_refused() {
    let mut text = "Resources:\n".to_owned();
    for index in 0..10_000 {
        writeln!(
            text,
            "  B{index}: {{Type: AWS::S3::Bucket, Properties: {{BucketName: !Sub \"${{B{}}}x\"}}}}",
            index + 1
        )
        .unwrap();
    }
    text.push_str("  B10000: {Type: AWS::S3::Bucket}\n");
    assert_too_long_a_chain(&text);
}

#[test]
fn a_text_that_doubles_forty_times_is_refused() {
    let error = read(include_str!("templates/bad/sub_bomb.yaml")).unwrap_err();
    assert!(
        error.message.contains("functions make more than"),
        "{error}"
    );
}

#[test]
fn a_file_beyond_all_measure_is_refused() {
    let error = read(&"#".repeat(33_000_000)).unwrap_err();
    assert!(error.message.contains("33000000 bytes"), "{error}");
}
