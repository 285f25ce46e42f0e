//! What a page is given and nobody else may read.

use std::fmt;

use serde_json::Value;

/// What stands in place of a secret.
const BLACKED_OUT: &str = "[secret]";
/// What is shorter is no secret, and would black out half a sentence.
const SHORTEST: usize = 8;

/// The settings that a page finds as `window.visit` before its first script runs, on its own
/// origin and in its top frame only. They travel over the DevTools socket: in no URL, no command
/// line, no file.
///
/// Every text below a member whose name holds `token` or `key`, but for URLs, counts as a secret:
/// it is blacked out of whatever the page says.
#[derive(Clone, PartialEq)]
pub struct PageConfig(Value);

impl PageConfig {
    /// The settings as a JSON object.
    pub fn new(settings: Value) -> Self {
        Self(settings)
    }

    /// The statement that puts them in place on pages of this origin.
    pub(crate) fn script(&self, origin: &str) -> String {
        format!(
            "if (globalThis.top === globalThis && globalThis.location.origin === {}) \
             globalThis.visit = {};",
            Value::from(origin),
            self.0
        )
    }

    pub(crate) fn secrets(&self) -> Secrets {
        let mut secrets = Secrets::default();
        collect(&self.0, false, &mut secrets);
        secrets
    }
}

/// Shows nothing of the settings.
impl fmt::Debug for PageConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageConfig").finish_non_exhaustive()
    }
}

fn collect(value: &Value, named: bool, secrets: &mut Secrets) {
    match value {
        Value::String(text) if named && !text.contains("://") => secrets.add(text),
        Value::Array(values) => values
            .iter()
            .for_each(|value| collect(value, named, secrets)),
        Value::Object(members) => {
            for (name, value) in members {
                let name = name.to_ascii_lowercase();
                let named = named || name.contains("token") || name.contains("key");
                collect(value, named, secrets);
            }
        }
        _ => {}
    }
}

/// Texts that are blacked out of everything that is kept.
#[derive(Clone, Default)]
pub(crate) struct Secrets(Vec<String>);

impl Secrets {
    /// One more.
    pub(crate) fn add(&mut self, secret: &str) {
        if secret.len() >= SHORTEST && !self.0.iter().any(|known| known == secret) {
            self.0.push(secret.to_owned());
        }
    }

    /// The text without them.
    pub(crate) fn black_out(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| {
            text.replace(secret, BLACKED_OUT)
        })
    }
}

/// Shows how many there are.
impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({})", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn config() -> PageConfig {
        PageConfig::new(json!({
            "tokenUrl": "https://api.example/token",
            "apiKey": "anon-key-0123",
            "identityToken": "eyJhbGciOi.eyJzdWIi.c2ln",
            "appointmentId": "b2b6",
            "name": "Dr. Somebody",
        }))
    }

    #[test]
    fn secrets_are_known_by_the_names_of_their_members() {
        let said = "anon-key-0123 and eyJhbGciOi.eyJzdWIi.c2ln to https://api.example/token \
                    for Dr. Somebody";
        assert_eq!(
            config().secrets().black_out(said),
            "[secret] and [secret] to https://api.example/token for Dr. Somebody"
        );
    }

    #[test]
    fn nothing_of_them_is_shown() {
        let shown = format!("{:?} {:?}", config(), config().secrets());
        assert_eq!(shown, "PageConfig { .. } Secrets(2)");
    }

    #[test]
    fn the_script_names_the_origin_that_may_have_them() {
        let script = config().script("https://app.example");
        assert!(
            script.contains(r#"origin === "https://app.example")"#),
            "{script}"
        );
        assert!(script.contains(r#""appointmentId":"b2b6""#));
    }
}
