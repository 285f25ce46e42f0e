//! Values against expectations, and whole rows.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Difference, Row, difference, sentence};
use crate::plan::{AskedRows, At, ExpectedValue, Op};

fn row(value: &Value) -> Row {
    value.as_object().unwrap().clone()
}

fn asked(columns: &[(&str, ExpectedValue)]) -> AskedRows {
    AskedRows {
        text: "SELECT status FROM video_call_sessions".to_owned(),
        at: At { line: 1, column: 1 },
        sql: "SELECT status FROM video_call_sessions".to_owned(),
        parameters: Vec::new(),
        rows: vec![
            columns
                .iter()
                .map(|(column, value)| ((*column).to_owned(), value.clone()))
                .collect(),
        ],
    }
}

fn holds(expected: ExpectedValue, found: &Value) -> bool {
    let asked = asked(&[("column", expected)]);
    difference(&asked.rows, &[row(&json!({ "column": found }))]).is_none()
}

#[test]
fn numbers_are_numbers_and_the_rest_is_text() {
    let is = |expected: Value, found: Value| holds(ExpectedValue::Is(expected), &found);
    assert!(is(json!(3), json!(3.0)));
    assert!(is(json!(3), json!("3")));
    assert!(is(
        json!(9_007_199_254_740_993_u64),
        json!(9_007_199_254_740_993_u64)
    ));
    assert!(is(json!("ended"), json!("ended")));
    assert!(is(json!(true), json!(true)));
    assert!(is(json!("3"), json!(3)));
    assert!(is(Value::Null, Value::Null));
    assert!(!is(json!(3), json!("three")));
    assert!(!is(json!(0), Value::Null));
    assert!(!is(json!(""), Value::Null));
    assert!(!is(json!("null"), Value::Null));
    assert!(!is(json!("ended"), json!("Ended")));
}

#[test]
fn presence_absence_and_limits() {
    assert!(holds(ExpectedValue::Present, &json!("")));
    assert!(!holds(ExpectedValue::Present, &Value::Null));
    assert!(holds(ExpectedValue::Absent, &Value::Null));
    assert!(!holds(ExpectedValue::Absent, &json!("x")));
    let at_least = |value| ExpectedValue::Number {
        op: Op::AtLeast,
        value,
    };
    assert!(holds(at_least(1.0), &json!("1.5")));
    assert!(!holds(at_least(2.0), &json!(1)));
    assert!(!holds(at_least(0.0), &Value::Null));
    assert!(!holds(at_least(0.0), &json!("soon")));
}

#[test]
fn what_differs_is_told_column_by_column() {
    let expected = asked(&[
        ("status", ExpectedValue::Is(json!("ended"))),
        ("ended_at", ExpectedValue::Present),
        (
            "duration_seconds",
            ExpectedValue::Number {
                op: Op::AtLeast,
                value: 1.0,
            },
        ),
    ]);
    let found = row(&json!({"status": "active", "ended_at": null, "extra": 1}));
    assert_eq!(
        sentence(&expected, &[found]),
        "status `ended` expected, `active` found; ended_at present expected, NULL found; \
         duration_seconds >= 1 expected, no such column found"
    );
    let found = row(&json!({"status": "ended", "ended_at": "2026-01-01", "duration_seconds": 9}));
    assert_eq!(
        sentence(&expected, &[found]),
        "1 row as expected: status `ended`, ended_at `2026-01-01`, duration_seconds `9`"
    );
    assert_eq!(sentence(&expected, &[]), "1 row expected, 0 rows found");
}

proptest! {
    /// A value is as expected where it was expected from itself, whatever it is.
    #[test]
    fn what_was_found_can_be_expected(text in ".{0,12}", number in any::<f64>(), flag in any::<bool>()) {
        for value in [json!(text), json!(number), json!(flag), Value::Null] {
            prop_assert!(holds(ExpectedValue::Is(value.clone()), &value), "{value}");
            prop_assert!(holds(ExpectedValue::Present, &value) != holds(ExpectedValue::Absent, &value));
        }
    }

    /// One row more or less is a difference, whatever is in them.
    #[test]
    fn rows_are_counted(expected in 0_usize..4, found in 0_usize..4) {
        let rows = vec![Vec::new(); expected];
        let there = vec![Row::new(); found];
        let told = difference(&rows, &there);
        prop_assert_eq!(told, (expected != found).then_some(Difference::Number { expected, found }));
    }
}
