//! Texts that others wrote: pages, servers, scenario authors.
//!
//! Invariant: what [`shown`] returns has no control character, no direction override and no
//! more than the given number of characters (and a remark on what was cut). It is still not
//! escaped: each writer escapes for its own form.

/// Characters of a sentence that a page or a server may have a say in.
pub(crate) const SENTENCE: usize = 1_000;
/// Characters of a name, a URL or a header's value.
pub(crate) const LINE: usize = 500;

/// `text` on one line, without what could reorder, hide or break the text around it.
///
/// Line breaks and tabs become spaces. C0 and C1 controls, direction overrides and isolates
/// (Unicode UAX 9), invisible marks and characters that XML 1.0 cannot hold become U+FFFD, so
/// that a reader sees that there was something.
pub(crate) fn shown(text: &str, limit: usize) -> String {
    let mut kept = String::with_capacity(text.len().min(limit * 2));
    let mut characters = text.chars();
    for character in characters.by_ref().take(limit) {
        kept.push(match character {
            '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => ' ',
            character if is_unfit(character) => char::REPLACEMENT_CHARACTER,
            character => character,
        });
    }
    let cut = characters.count();
    if cut > 0 {
        kept.push_str("… (");
        kept.push_str(&cut.to_string());
        kept.push_str(" more characters)");
    }
    kept
}

fn is_unfit(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{061c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
        )
}

/// `text` as one word of a POSIX shell.
pub(crate) fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@,+%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_and_overrides_are_shown_as_such() {
        assert_eq!(
            shown("a\u{0}b\u{202e}c\u{7f}d\re\u{ffff}", 100),
            "a\u{fffd}b\u{fffd}c\u{fffd}d e\u{fffd}"
        );
    }

    #[test]
    fn ordinary_text_of_any_script_is_left_alone() {
        let text = "שלום, 世界, naïve — <b>“x”</b> & 'y'";
        assert_eq!(shown(text, 100), text);
    }

    #[test]
    fn a_long_text_is_cut_by_characters() {
        assert_eq!(shown("ééééé", 3), "ééé… (2 more characters)");
        assert_eq!(shown("ééé", 3), "ééé");
    }

    #[test]
    fn a_shell_word_stays_one_word() {
        assert_eq!(
            shell_word("scenarios/demo/sdk.yaml"),
            "scenarios/demo/sdk.yaml"
        );
        assert_eq!(shell_word("it's $HOME"), r"'it'\''s $HOME'");
        assert_eq!(shell_word(""), "''");
    }
}
