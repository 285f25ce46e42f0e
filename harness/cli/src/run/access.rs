//! How the participants of a call get in, and what the harness may do to the services beneath:
//! everything with the local stack, and with a deployment what the environment gives.

use std::fmt;
use std::time::Duration;

use greenroom_core::journal::RowsOutcome;
use greenroom_core::plan::TokenAction;
use greenroom_fixtures::{Calls, Database, QueryError};
use greenroom_model::{IdentityToken, Role, ServiceFault, TokenAnswer};
use serde_json::json;
use url::Url;

use crate::failure::{Failure, chain};
use crate::run::meeting::Halt;

/// The variables that say how to get into a deployed call.
const TOKEN_URL: &str = "GREENROOM_TOKEN_URL";
const API_KEY: &str = "GREENROOM_API_KEY";
const APPOINTMENT: &str = "GREENROOM_APPOINTMENT_ID";
const PROVIDER: &str = "GREENROOM_PROVIDER_TOKEN";
const PATIENT: &str = "GREENROOM_PATIENT_TOKEN";
const DATABASE: &str = "DATABASE_URL";

/// Deadline of a question that the harness itself puts to the token service.
const ANSWER_LIMIT: Duration = Duration::from_secs(20);
/// More of an answer is not read.
const ANSWER_MOST: usize = 1_000_000;

/// A deployed token service, as the environment describes it.
pub(crate) struct DeployedCalls {
    token_url: Url,
    api_key: String,
    appointment: String,
    provider: String,
    patient: String,
    database: Option<Database>,
}

/// Shows where, never how.
impl fmt::Debug for DeployedCalls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeployedCalls")
            .field("token_url", &self.token_url.as_str())
            .finish_non_exhaustive()
    }
}

impl DeployedCalls {
    /// The token service.
    pub(crate) fn token_url(&self) -> &Url {
        &self.token_url
    }

    /// What the environment says; every variable that is missing is named at once.
    pub(crate) fn from_environment() -> Result<Self, Failure> {
        let mut missing = Vec::new();
        let mut value = |name: &'static str| {
            let value = std::env::var(name).unwrap_or_default().trim().to_owned();
            if value.is_empty() {
                missing.push(name);
            }
            value
        };
        let (token_url, api_key, appointment, provider, patient) = (
            value(TOKEN_URL),
            value(API_KEY),
            value(APPOINTMENT),
            value(PROVIDER),
            value(PATIENT),
        );
        if !missing.is_empty() {
            return Err(Failure::usage(format!(
                "a call on a deployment needs {}\n  help: set {} to what the app would send, or \
                 leave --sdk-url out to run against the local stack",
                missing.join(", "),
                if missing.len() == 1 { "it" } else { "them" },
            )));
        }
        // The value is not repeated: a variable may hold what it should not.
        let token_url = Url::parse(&token_url)
            .ok()
            .filter(|url| url.scheme() == "https" && url.password().is_none())
            .ok_or_else(|| {
                Failure::usage(format!(
                    "{TOKEN_URL} is no https URL without a password\n  help: name the token \
                     service as the app does"
                ))
            })?;
        let database = match std::env::var(DATABASE) {
            Ok(url) if !url.trim().is_empty() => {
                let existing = Database::to_be_read(url.trim());
                Some(existing.map_err(|error| Failure::usage(chain(&error)))?)
            }
            _ => None,
        };
        Ok(Self {
            token_url,
            api_key,
            appointment,
            provider,
            patient,
            database,
        })
    }
}

/// The way into a call.
#[derive(Clone, Copy)]
pub(crate) enum CallAccess<'t> {
    /// The local stack's.
    Local(&'t Calls),
    /// A deployment's.
    Deployed(&'t DeployedCalls),
}

impl CallAccess<'_> {
    /// Makes the services ready for a meeting: no rows of an earlier one, and these faults. A
    /// deployment is left as it is; the plan has refused faults there.
    pub(crate) async fn prepare(&self, faults: &[ServiceFault]) -> Result<(), Failure> {
        match self {
            Self::Local(calls) => calls
                .prepare(faults)
                .await
                .map_err(|error| Failure::environment(chain(&error))),
            Self::Deployed(_) => Ok(()),
        }
    }

    /// The token service.
    pub(crate) fn token_url(&self) -> &Url {
        match self {
            Self::Local(calls) => calls.token_url(),
            Self::Deployed(calls) => &calls.token_url,
        }
    }

    /// What the gateway before the token service wants to see; a secret.
    pub(crate) fn api_key(&self) -> &str {
        match self {
            Self::Local(calls) => calls.api_key(),
            Self::Deployed(calls) => &calls.api_key,
        }
    }

    /// The appointment of provider and patient.
    pub(crate) fn appointment_id(&self) -> &str {
        match self {
            Self::Local(calls) => calls.appointment_id(),
            Self::Deployed(calls) => &calls.appointment,
        }
    }

    /// An identity token; a secret. `None` where none is to be sent.
    pub(crate) fn identity(
        &self,
        role: Role,
        kind: IdentityToken,
    ) -> Result<Option<String>, Failure> {
        match (self, role, kind) {
            (Self::Local(calls), ..) => Ok(calls.identity_token(role, kind)),
            (_, _, IdentityToken::Missing) => Ok(None),
            (Self::Deployed(calls), Role::Provider, IdentityToken::Valid) => {
                Ok(Some(calls.provider.clone()))
            }
            (Self::Deployed(calls), Role::Patient, IdentityToken::Valid) => {
                Ok(Some(calls.patient.clone()))
            }
            (Self::Deployed(_), ..) => Err(Failure::usage(
                "only valid tokens of provider and patient are known of a deployment",
            )),
        }
    }

    /// Puts a question to the token service without a page.
    pub(crate) async fn ask(
        &self,
        client: &reqwest::Client,
        role: Role,
        kind: IdentityToken,
        action: TokenAction,
    ) -> Result<TokenAnswer, Failure> {
        let action = match action {
            TokenAction::Create => "create",
            TokenAction::Join => "join",
            TokenAction::End => "end",
        };
        let mut request = client
            .post(self.token_url().clone())
            .timeout(ANSWER_LIMIT)
            .header("content-type", "application/json")
            .header("apikey", self.api_key())
            .header("authorization", format!("Bearer {}", self.api_key()))
            .body(json!({"action": action, "appointmentId": self.appointment_id()}).to_string());
        if let Some(identity) = self.identity(role, kind)? {
            request = request.header("x-firebase-token", identity);
        }
        let unanswered = |reason: String| TokenAnswer {
            action: action.to_owned(),
            error: Some(reason),
            ..TokenAnswer::default()
        };
        let mut answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) => return Ok(unanswered(chain(&error.without_url()))),
        };
        let status = answer.status().as_u16();
        let mut body = Vec::new();
        loop {
            match answer.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() <= ANSWER_MOST => {
                    body.extend_from_slice(&chunk);
                }
                Ok(None) => break,
                Ok(Some(_)) => return Ok(unanswered("the answer does not end".to_owned())),
                Err(error) => return Ok(unanswered(chain(&error.without_url()))),
            }
        }
        Ok(greenroom_webdriver::token_answer(
            action,
            status,
            &String::from_utf8_lossy(&body),
        ))
    }

    /// What the database says to a query.
    pub(crate) async fn query(&self, sql: &str, values: &[String]) -> RowsOutcome {
        let database = match self {
            Self::Local(calls) => calls.database(),
            Self::Deployed(DeployedCalls {
                database: Some(database),
                ..
            }) => database,
            Self::Deployed(_) => {
                return RowsOutcome::NotAsked(format!(
                    "there is no database to ask: {DATABASE} is not set"
                ));
            }
        };
        match database.query_json(sql, values).await {
            Ok(rows) => RowsOutcome::Rows(rows),
            Err(QueryError::Refused { code, message }) => RowsOutcome::Refused { code, message },
            Err(error) => RowsOutcome::NotAsked(chain(&error)),
        }
    }

    /// Cuts a participant's signaling connection; whether there was one.
    pub(crate) async fn drop_signaling(&self, meeting_id: &str, user: &str) -> Result<bool, Halt> {
        Ok(self.local()?.drop_signaling(meeting_id, user).await)
    }

    /// Takes the media server away.
    pub(crate) async fn stop_media(&self) -> Result<(), Halt> {
        self.local()?.stop_media().await;
        Ok(())
    }

    /// Brings it back.
    pub(crate) async fn start_media(&self) -> Result<(), Halt> {
        let started = self.local()?.start_media().await;
        started.map_err(|error| Halt::Environment(chain(&error)))
    }

    /// Deletes a meeting behind the token service's back.
    pub(crate) fn expire(&self, meeting_id: &str) -> Result<(), Halt> {
        self.local()?.expire(meeting_id);
        Ok(())
    }

    fn local(&self) -> Result<&Calls, Halt> {
        match self {
            Self::Local(calls) => Ok(calls),
            // The plan has refused such steps already.
            Self::Deployed(_) => Err(Halt::Environment(
                "only the local stack can be broken on purpose".to_owned(),
            )),
        }
    }
}
