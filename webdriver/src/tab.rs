//! One tab: opened over DevTools, known to chromedriver, and made ready before it navigates.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use greenroom_model::{DeviceProfile, NetworkProfile};
use serde_json::{Value, json};
use url::Url;

use crate::conditions::{self, Command};
use crate::devtools::{Devtools, DevtoolsError, TargetSession};
use crate::error::LoadError;
use crate::secrets::PageConfig;
use crate::session::Session;
use crate::visit::Document;

/// `url::kMaxURLChars` of Chromium. A longer `data:` URL is dropped in silence, and chromedriver
/// reports success.
const URL_LIMIT: usize = 2 * 1024 * 1024;

/// An open tab.
pub(crate) struct Tab {
    /// The target's id: chromedriver's window handle, and the id of the main frame.
    pub(crate) id: String,
    /// The DevTools session attached to it.
    pub(crate) target: TargetSession,
}

impl Tab {
    /// Opens a blank tab in a browser context (`None`: the default profile), makes it
    /// chromedriver's current window, and carries out `commands` in it meanwhile: chromedriver
    /// takes the longest of all, some 40 ms when quiet.
    pub(crate) async fn open(
        devtools: &Devtools,
        session: &Session,
        context: Option<&str>,
        commands: impl IntoIterator<Item = Command>,
    ) -> Result<Self, LoadError> {
        let mut params = json!({"url": "about:blank"});
        if let Some(context) = context {
            params["browserContextId"] = json!(context);
        }
        let id = devtools
            .call_for("Target.createTarget", params, "targetId")
            .await?;
        let switched = async { session.switch_to(&id).await.map_err(LoadError::from) };
        let prepared = async {
            let tab = Self {
                target: devtools.attach(&id).await?,
                id: id.clone(),
            };
            tab.prepare(commands).await?;
            Ok::<_, LoadError>(tab)
        };
        let ((), tab) = tokio::try_join!(switched, prepared)?;
        Ok(tab)
    }

    /// Sends commands one behind the other without waiting in between, then awaits all answers.
    pub(crate) async fn prepare(
        &self,
        commands: impl IntoIterator<Item = Command>,
    ) -> Result<(), DevtoolsError> {
        let sent: Vec<_> = commands
            .into_iter()
            .map(|(method, params)| self.target.send(method, params))
            .collect();
        for reply in sent {
            reply.await_reply().await?;
        }
        Ok(())
    }
}

/// What a document needs: where to navigate, and the answer to its held request, if it is held.
#[derive(Debug)]
pub(crate) struct Delivery {
    /// URL for Navigate To.
    pub(crate) url: String,
    /// Body for `Fetch.fulfillRequest`, in base64.
    pub(crate) body: Option<String>,
}

impl Delivery {
    /// Encodes the document, before the clock of the load runs.
    pub(crate) fn of(document: &Document) -> Result<Self, LoadError> {
        match document {
            Document::Url(url) => Ok(Self {
                url: url.as_str().to_owned(),
                body: None,
            }),
            Document::Fulfilled { url, html } => Ok(Self {
                url: url.as_str().to_owned(),
                body: Some(STANDARD.encode(html)),
            }),
            Document::Data { html } => {
                let url = format!(
                    "data:text/html;charset=utf-8;base64,{}",
                    STANDARD.encode(html)
                );
                if url.len() > URL_LIMIT {
                    return Err(LoadError::DataUrlTooLong {
                        length: url.len(),
                        limit: URL_LIMIT,
                    });
                }
                Ok(Self { url, body: None })
            }
        }
    }
}

/// What a tab is made ready for.
pub(crate) struct Setup<'a> {
    /// The document.
    pub(crate) document: &'a Document,
    /// Name of the app's channel.
    pub(crate) channel: &'a str,
    /// Name under which its messages are told.
    pub(crate) binding: &'a str,
    /// Name under which the probe of a call tells what it sees, where there is one.
    pub(crate) probe: Option<&'a str>,
    /// What the page finds as `window.visit`.
    pub(crate) page: Option<&'a PageConfig>,
    /// Device that is stood in for.
    pub(crate) device: &'a DeviceProfile,
    /// The network's throttle.
    pub(crate) network: Option<Command>,
}

/// The commands that make a tab ready.
pub(crate) fn preparation(setup: &Setup<'_>) -> Vec<Command> {
    let none = || json!({});
    let before_the_page = |source: String| {
        (
            "Page.addScriptToEvaluateOnNewDocument",
            json!({"source": source}),
        )
    };
    let bound = |name: &str| ("Runtime.addBinding", json!({"name": name}));
    let mut commands = vec![
        ("Network.enable", none()),
        ("Page.enable", none()),
        ("Runtime.enable", none()),
        ("Log.enable", none()),
        ("Inspector.enable", none()),
        ("Performance.enable", none()),
        bound(setup.binding),
        before_the_page(injected(setup.channel, setup.binding)),
    ];
    if let Some(probe) = setup.probe {
        let script = include_str!("call/probe.js");
        commands.push(bound(probe));
        commands.push(before_the_page(
            script.replace("__BINDING__", &Value::from(probe).to_string()),
        ));
    }
    if let Some(page) = setup.page {
        commands.push(before_the_page(page.script(&origin(setup.document))));
    }
    commands.extend(conditions::device(setup.device));
    commands.extend(setup.network.clone());
    if let Document::Fulfilled { url, .. } = setup.document {
        // This one URL alone: holding the script would charge the CDN arm only.
        commands.push((
            "Fetch.enable",
            json!({"patterns": [{
                "urlPattern": literal_pattern(url.as_str()),
                "resourceType": "Document",
                "requestStage": "Request",
            }]}),
        ));
    }
    commands
}

/// `location.origin` of the document.
fn origin(document: &Document) -> String {
    match document {
        Document::Fulfilled { url, .. } | Document::Url(url) => url.origin().ascii_serialization(),
        Document::Data { .. } => "null".into(),
    }
}

/// The throttle of a page that takes part in a call: its document, its SDK and its tokens.
pub(crate) fn network_of_a_call(
    network: &NetworkProfile,
    document: &Document,
    sdk_url: Option<&Url>,
    token_url: &Url,
) -> Option<Command> {
    let document = match document {
        Document::Url(url) | Document::Fulfilled { url, .. } => Some(url),
        Document::Data { .. } => None,
    };
    let urls = document.into_iter().chain(sdk_url).chain([token_url]);
    conditions::network_for(network, urls)
}

/// `Fetch.fulfillRequest` for a held document.
pub(crate) fn fulfilment(request_id: &str, body: &str) -> Command {
    (
        "Fetch.fulfillRequest",
        json!({
            "requestId": request_id,
            "responseCode": 200,
            "responseHeaders": [{"name": "content-type", "value": "text/html; charset=utf-8"}],
            "body": body,
        }),
    )
}

/// The script that runs before the page's own.
fn injected(channel: &str, binding: &str) -> String {
    include_str!("inject.js")
        .replace("__BINDING__", &Value::from(binding).to_string())
        .replace("__CHANNEL__", &Value::from(channel).to_string())
}

/// A `Fetch.RequestPattern` that matches this URL only: `*`, `?` and `\` are special there, and a
/// fragment is never part of a request's URL.
fn literal_pattern(url: &str) -> String {
    let url = url.split('#').next().unwrap_or_default();
    let mut pattern = String::with_capacity(url.len());
    for c in url.chars() {
        if matches!(c, '*' | '?' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_its_url_literally() {
        assert_eq!(
            literal_pattern("https://a/b?c=*#frag"),
            r"https://a/b\?c=\*"
        );
    }

    #[test]
    fn names_are_injected_as_literals() {
        let script = injected("Flutter\"Channel", "b");
        assert!(script.contains(r#"globalThis["Flutter\"Channel"]"#));
        assert!(!script.contains("__CHANNEL__") && !script.contains("__BINDING__"));
    }

    #[test]
    fn a_data_url_beyond_chromiums_limit_is_refused() {
        let html = |length: usize| Document::Data {
            html: "x".repeat(length),
        };
        assert!(Delivery::of(&html(1_000_000)).is_ok());
        let error = Delivery::of(&html(1_600_000)).unwrap_err();
        assert!(matches!(error, LoadError::DataUrlTooLong { .. }));
        assert!(!error.session_lost());
    }
}
