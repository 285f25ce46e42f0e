//! Header field values by RFC 9110, section 5, and RFC 9111, section 5.2.
//!
//! Invariant: a comma or semicolon inside a quoted string parts nothing.

use greenroom_model::Header;

/// The value of a field; lines of the same name are joined by `, ` (RFC 9110, section 5.3).
/// `None` where there is no such line; names are case-insensitive.
pub(crate) fn combined(headers: &[Header], name: &str) -> Option<String> {
    let lines: Vec<&str> = headers
        .iter()
        .filter(|header| header.name.eq_ignore_ascii_case(name))
        .map(|header| header.value.trim())
        .collect();
    (!lines.is_empty()).then(|| lines.join(", "))
}

/// Whether a list has a member: the whole member, one of its parameters, or the name of either
/// (`max-age` of `max-age=60`), without regard to case. Quoted strings are compared as they
/// stand, so that `no-cache="public"` has no `public`.
pub(crate) fn has(value: &str, token: &str) -> bool {
    let token = token.trim();
    split(value, ',').into_iter().any(|member| {
        member.eq_ignore_ascii_case(token)
            || split(member, ';').into_iter().any(|part| {
                part.eq_ignore_ascii_case(token)
                    || part
                        .split_once('=')
                        .is_some_and(|(name, _)| name.trim().eq_ignore_ascii_case(token))
            })
    })
}

/// The argument of the first directive of that name, quotes undone. RFC 9111, section 4.2.1,
/// allows taking the first of several.
pub(crate) fn directive(value: &str, name: &str) -> Option<String> {
    split(value, ',')
        .into_iter()
        .flat_map(|member| split(member, ';'))
        .filter_map(|part| part.split_once('='))
        .find(|(found, _)| found.trim().eq_ignore_ascii_case(name.trim()))
        .map(|(_, argument)| unquote(argument.trim()))
}

/// A non-negative decimal number. What `f64` would take beside digits (`inf`, `1e3`, `+1`) is
/// no value of a header field.
pub(crate) fn non_negative(text: &str) -> Option<f64> {
    let text = text.trim();
    let decimal = !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
        && text.bytes().filter(|byte| *byte == b'.').count() <= 1;
    decimal.then(|| text.parse().ok()).flatten()
}

/// The non-empty members between separators outside quoted strings (RFC 9110, section 5.6.1:
/// empty list elements are ignored).
fn split(value: &str, separator: char) -> Vec<&str> {
    let mut members = Vec::new();
    let mut start = 0;
    let mut quoted = false;
    let mut escaped = false;
    for (at, symbol) in value.char_indices() {
        if escaped {
            escaped = false;
        } else if quoted && symbol == '\\' {
            escaped = true;
        } else if symbol == '"' {
            quoted = !quoted;
        } else if symbol == separator && !quoted {
            members.push(value[start..at].trim());
            start = at + symbol.len_utf8();
        }
    }
    members.push(value[start..].trim());
    members.retain(|member| !member.is_empty());
    members
}

/// A quoted string without its quotes and escapes (RFC 9110, section 5.6.4); a token as it is.
fn unquote(text: &str) -> String {
    let Some(inner) = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    else {
        return text.to_owned();
    };
    let mut plain = String::with_capacity(inner.len());
    let mut escaped = false;
    for symbol in inner.chars() {
        if symbol == '\\' && !escaped {
            escaped = true;
        } else {
            escaped = false;
            plain.push(symbol);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn header(name: &str, value: &str) -> Header {
        Header {
            name: name.to_owned(),
            value: value.to_owned(),
        }
    }

    #[test]
    fn lines_of_one_name_are_one_list() {
        let headers = [
            header("vary", "Origin"),
            header("Vary", " Accept-Encoding "),
        ];
        assert_eq!(
            combined(&headers, "VARY").as_deref(),
            Some("Origin, Accept-Encoding")
        );
        assert_eq!(combined(&headers, "age"), None);
    }

    #[test]
    fn members_are_found_whatever_their_case_and_place() {
        let cache = "Public,, max-age=31536000 , IMMUTABLE";
        for token in ["public", "immutable", "max-age", "max-age=31536000"] {
            assert!(has(cache, token), "{token}");
        }
        assert!(!has(cache, "max"));
        assert!(!has("no-cache=\"public, x\", private", "public"));
        assert!(has(
            "max-age=63072000; includeSubDomains",
            "includesubdomains"
        ));
        assert!(has("cdn-cache-hit,cdn-pop;desc=\"a,b\"", "cdn-pop"));
        assert!(!has("cdn-cache-hit,cdn-pop;desc=\"a,b\"", "b\""));
    }

    #[test]
    fn arguments_come_without_quotes() {
        assert_eq!(
            directive("a, Max-Age=\"60\"", "max-age").as_deref(),
            Some("60")
        );
        assert_eq!(
            directive("max-age=1, max-age=2", "max-age").as_deref(),
            Some("1")
        );
        assert_eq!(directive("x=\"a\\\"b\"", "x").as_deref(), Some("a\"b"));
        assert_eq!(directive("s-maxage=1", "max-age"), None);
    }

    #[test]
    fn only_plain_decimals_are_numbers() {
        assert_eq!(non_negative("31536000"), Some(31_536_000.0));
        for wrong in ["", "-1", "+1", "inf", "NaN", "1e3", "1.2.3", "60s", "."] {
            assert_eq!(non_negative(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn no_value_makes_it_panic(value in "\\PC*", token in "\\PC*") {
            has(&value, &token);
            directive(&value, &token);
            non_negative(&value);
        }

        #[test]
        fn a_member_put_into_a_list_is_found(before in "[a-z]{0,8}", token in "[a-z]{1,8}") {
            let list = format!("{before}, {}", token.to_uppercase());
            prop_assert!(has(&list, &token));
        }
    }
}
