//! Values that somebody was to fill in and did not.

/// Words that stand where a value should.
const WORDS: [&str; 11] = [
    "placeholder",
    "replace",
    "your",
    "changeme",
    "todo",
    "fixme",
    "insert",
    "example",
    "xxx",
    "undefined",
    "null",
];

/// Whether a URL was left as a template has it: with the marks of a template language, a word
/// that asks to be replaced, or the text of a value that was not there.
pub(super) fn is_placeholder_url(url: &str) -> bool {
    let name = host_or_all(url);
    has_marks(url) || name.contains("__") || says_so(&name)
}

/// Whether an `integrity` value holds no digest that a file could have: SHA-256, SHA-384 and
/// SHA-512 have 44, 64 and 88 characters in base64 (Subresource Integrity, section 3.5).
pub(super) fn is_placeholder_integrity(value: &str) -> bool {
    let digests = value.split_ascii_whitespace();
    let mut hashes = digests.map(|one| one.split('?').next().unwrap_or(one));
    !hashes.any(is_digest)
}

fn is_digest(hash: &str) -> bool {
    let Some((algorithm, digest)) = hash.split_once('-') else {
        return false;
    };
    let length = match algorithm {
        "sha256" => 44,
        "sha384" => 64,
        "sha512" => 88,
        _ => return false,
    };
    let characters = digest.trim_end_matches('=');
    // A digest is as good as random: in 43 characters or more there are many different ones.
    let mut different: Vec<u8> = characters.bytes().collect();
    different.sort_unstable();
    different.dedup();
    digest.len() == length
        && characters
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/')
        && different.len() > 12
}

fn has_marks(text: &str) -> bool {
    // A browser writes the braces of an address that it resolved as escapes.
    let text = text.to_ascii_lowercase();
    ["{{", "${", "<", "%%", "%7b%7b", "$%7b", "%3c"]
        .iter()
        .any(|mark| text.contains(mark))
}

/// The host of an absolute URL: a word in a path may be anybody's file name. A value that is no
/// absolute URL is looked at as a whole.
fn host_or_all(url: &str) -> String {
    let host = super::case::host(url);
    let text = if host.is_empty() { url } else { host };
    text.to_ascii_lowercase()
}

fn says_so(text: &str) -> bool {
    let labels: Vec<&str> = text
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|label| !label.is_empty())
        .collect();
    // `app.example` and the like are names that documentation and tests may use (RFC 2606): the
    // word counts as a label of its own before the last two only.
    let inner = labels.len().saturating_sub(2);
    let named = labels.iter().enumerate().any(|(at, label)| {
        let reserved = *label == "example";
        WORDS.contains(label) && (!reserved || at < inner)
    });
    let run_of_x = labels.iter().any(|label| {
        let rest = label.strip_prefix('d').unwrap_or(label);
        rest.len() >= 3 && rest.bytes().all(|letter| letter == b'x')
    });
    named || run_of_x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_was_not_filled_in_is_seen() {
        for url in [
            "{{SDK_URL}}",
            "https://${CDN_DOMAIN}/chime.js",
            "https://YOUR_DISTRIBUTION.cloudfront.net/chime.js",
            "https://your-distribution.cloudfront.net/chime.js",
            "https://REPLACE-ME/chime.js",
            "https://placeholder.cloudfront.net/assets/a.js",
            "https://dxxxxxxxxxxxxx.cloudfront.net/chime.js",
            "https://__CDN__/a.js",
            "undefined",
            "null/assets/a.js",
            "%7B%7Bsdk%7D%7D",
        ] {
            assert!(is_placeholder_url(url), "{url}");
        }
        for url in [
            "https://d111111abcdef8.cloudfront.net/chime-sdk-3.20.0.min.js",
            "https://cdn.medzen.example/assets/your-sdk.js",
            "https://assets.yourtown.org/sdk.js",
            "/assets/chime-sdk.min.js",
            "https://127.0.0.1:8443/a.js",
        ] {
            assert!(!is_placeholder_url(url), "{url}");
        }
    }

    #[test]
    fn an_integrity_value_that_no_file_has_is_seen() {
        let real = "sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC";
        assert!(!is_placeholder_integrity(real));
        assert!(!is_placeholder_integrity(&format!("sha384-x {real}?opt")));
        for value in [
            "",
            "sha384-PLACEHOLDER",
            "sha384-REPLACE_WITH_ACTUAL_HASH",
            "{{SRI}}",
            "md5-1B2M2Y8AsgTpgAmY7PhCfg==",
        ] {
            assert!(is_placeholder_integrity(value), "{value}");
        }
        let zeros = format!("sha384-{}", "A".repeat(64));
        assert!(is_placeholder_integrity(&zeros));
    }
}
