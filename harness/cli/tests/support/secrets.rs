//! Finds what looks like a secret of a call in what a run wrote: an identity token, or one of the
//! random values that let somebody in.

#![expect(unreachable_pub, reason = "a module of a test program")]

use std::fs;
use std::path::Path;

/// 256 random bits in base64url without padding: the tokens that attendees join with, and the
/// key of the gateway before the token service.
const RANDOM_VALUE: usize = 43;
/// A run of base64 that is longer and has no dot is a picture.
const PICTURE: usize = 1_000;

/// Every file of a run with what in it looks like a secret.
pub fn in_folder(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.path().is_dir() {
            found.extend(in_folder(&entry.path()));
        } else {
            let bytes = fs::read(entry.path()).unwrap();
            // The report escapes what stands in an attribute.
            let text = String::from_utf8_lossy(&bytes).replace("&#x2f;", "/");
            let name = entry.file_name().into_string().unwrap();
            found.extend(in_text(&text).map(|secret| format!("{name}: {secret}")));
        }
    }
    found
}

/// What in a text looks like a secret.
pub fn in_text(text: &str) -> impl Iterator<Item = &str> {
    let is_base64 = |symbol: char| symbol.is_ascii_alphanumeric() || "-_.+/".contains(symbol);
    // Standard base64 is padded where it holds 256 bits: a hash, not a random value.
    let padded = |word: &str| {
        let end = word.as_ptr() as usize - text.as_ptr() as usize + word.len();
        text[end..].starts_with('=')
    };
    text.split(move |symbol| !is_base64(symbol))
        .filter(|run| run.contains('.') || run.len() < PICTURE)
        .flat_map(|run| run.split(['+', '/']))
        .flat_map(move |word| {
            let whole = is_identity_token(word).then_some(word);
            let parts = word.split('.').filter(|part| is_random_value(part));
            whole.into_iter().chain(parts)
        })
        .filter(move |word| !padded(word))
}

/// A JSON Web Token (RFC 7519): three parts, of which the first begins with `{"`.
fn is_identity_token(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    word.starts_with("eyJ") && parts.len() >= 3 && parts[..3].iter().all(|part| part.len() > 8)
}

/// Random bytes have letters of both cases and digits in them, as words have not.
fn is_random_value(word: &str) -> bool {
    let has = |is: fn(&u8) -> bool| word.bytes().any(|byte| is(&byte));
    word.len() == RANDOM_VALUE
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_digit)
}
