//! What looks like a stack trace in the body of an answer.

use serde_json::Value;

/// Lines that only a stack trace has, by their beginning.
const HEADINGS: [&str; 3] = [
    "Traceback (most recent call last)",
    "stack backtrace:",
    "goroutine 1 [",
];

/// The first line that looks like one of a stack trace, at most 200 characters. In a JSON
/// document every string is looked at, since there line breaks are escaped.
pub fn stack_trace(body: &str) -> Option<String> {
    match serde_json::from_str(body) {
        Ok(document) => in_document(&document),
        Err(_) => in_text(body),
    }
}

fn in_document(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => in_text(text),
        Value::Array(elements) => elements.iter().find_map(in_document),
        Value::Object(members) => members.values().find_map(in_document),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

fn in_text(text: &str) -> Option<String> {
    // A document that was cut off, or that stands in another, still has its escapes.
    text.split('\n')
        .flat_map(|line| line.split("\\n"))
        .map(str::trim)
        .find(|line| is_frame(line))
        .map(|line| {
            super::secret::text_without_secrets(line)
                .chars()
                .take(200)
                .collect()
        })
}

fn is_frame(line: &str) -> bool {
    if HEADINGS.iter().any(|heading| line.starts_with(heading)) {
        return true;
    }
    // V8: `at join (file:///srv/index.js:10:5)`; JVM: `at com.a.B.c(B.java:10)`.
    let Some(frame) = line.strip_prefix("at ") else {
        return false;
    };
    let place = frame.trim_end_matches([')', ',', '"', '}', ']']);
    let mut parts = place.rsplit(':');
    let number = parts.next().unwrap_or_default();
    let before = parts.next().unwrap_or_default();
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let of_file = |text: &str| text.contains(['.', '/', '<']);
    digits(number) && (of_file(before) || digits(before) && parts.next().is_some_and(of_file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_found_in_text_and_in_escaped_strings() {
        for body in [
            "Error: x\n    at join (file:///srv/index.ts:10:5)\n",
            "Error: x\n    at /srv/index.ts:10:5",
            r#"{"error": "x", "detail": {"stack": "Error: x\n    at join (index.js:1:2)"}}"#,
            r#"{"error": "x", "stack": "Error\n    at join (index.js:1:2)"#,
            "x\n\tat com.a.B.c(B.java:10)",
            "Traceback (most recent call last):\n  File \"x.py\", line 1",
        ] {
            assert!(stack_trace(body).is_some(), "{body}");
        }
    }

    #[test]
    fn words_are_no_frames() {
        for body in [
            r#"{"error": "Invalid or expired token"}"#,
            "Meet\nat 10:30",
            "at 10:30:15",
            "at the office: 5",
            "",
        ] {
            assert_eq!(stack_trace(body), None, "{body}");
        }
    }
}
