//! The values of the names that stand for secrets.
//!
//! Invariant: a value leaves this type only to be sent, and [`SecretNames::hide`] takes out of a
//! text whatever came back of it. `Debug` shows names only.

use std::fmt;

use greenroom_core::checks::secret::HIDDEN;
use greenroom_model::{IdentityToken, Role};

use super::access::CallAccess;

/// Shorter values are no secrets, and hiding them would make texts illegible.
const SHORTEST: usize = 8;

/// What `${token.api_key}` and the `${identity...}` names stand for in one run.
#[derive(Clone, Default)]
pub(crate) struct SecretNames {
    values: Vec<(String, String)>,
}

impl SecretNames {
    /// What a way into a call gives; a deployment gives no tokens that do not hold.
    pub(crate) fn of(access: CallAccess<'_>) -> Self {
        let identities = [
            ("provider", Role::Provider, IdentityToken::Valid),
            ("patient", Role::Patient, IdentityToken::Valid),
            ("stranger", Role::Stranger, IdentityToken::Valid),
            ("expired", Role::Patient, IdentityToken::Expired),
            ("forged", Role::Patient, IdentityToken::Forged),
            (
                "wrong-audience",
                Role::Patient,
                IdentityToken::WrongAudience,
            ),
            ("wrong-issuer", Role::Patient, IdentityToken::WrongIssuer),
        ];
        let tokens = identities.into_iter().filter_map(|(name, role, kind)| {
            let token = access.identity(role, kind).ok().flatten()?;
            Some((format!("identity.{name}"), token))
        });
        let api_key = ("token.api_key".to_owned(), access.api_key().to_owned());
        std::iter::once(api_key).chain(tokens).collect()
    }

    /// The value of a name, without `${` and `}`.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.values
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// A text without any of the values.
    pub(crate) fn hide(&self, text: &str) -> String {
        self.values
            .iter()
            .filter(|(_, value)| value.len() >= SHORTEST)
            .fold(text.to_owned(), |text, (_, value)| {
                text.replace(value, HIDDEN)
            })
    }
}

impl FromIterator<(String, String)> for SecretNames {
    /// From names as the scenario language has them, e.g. `identity.provider`, with their values.
    fn from_iter<I: IntoIterator<Item = (String, String)>>(values: I) -> Self {
        Self {
            values: values.into_iter().collect(),
        }
    }
}

impl fmt::Debug for SecretNames {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_set()
            .entries(self.values.iter().map(|(name, _)| name))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_and_hidden_texts_have_no_value() {
        let secrets: SecretNames = [("token.api_key".to_owned(), "hunter2-hunter2".to_owned())]
            .into_iter()
            .collect();
        assert_eq!(format!("{secrets:?}"), "{\"token.api_key\"}");
        assert_eq!(secrets.hide("key=hunter2-hunter2;"), "key=(secret);");
        assert_eq!(secrets.value("token.api_key"), Some("hunter2-hunter2"));
    }
}
