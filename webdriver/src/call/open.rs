//! Opens a page for a call: set up, navigate, set the clocks against each other.

use greenroom_model::{DeviceProfile, NetworkProfile};
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};
use url::Url;

use super::clock::PageClock;
use super::fold::Fold;
use super::page::CallPage;
use super::watch::{EVENT_BOUND, Progress};
use crate::devtools::DevtoolsError;
use crate::driver::Driver;
use crate::error::LoadError;
use crate::events::{Observation, Reaction};
use crate::secrets::PageConfig;
use crate::tab::{self, Delivery, Setup, Tab};
use crate::visit::Document;

/// One participant's page.
#[derive(Clone, Debug, PartialEq)]
pub struct CallVisit {
    /// The document.
    pub document: Document,
    /// The SDK file, where the page fetches one.
    pub sdk_url: Option<Url>,
    /// The token service, whose answers are told.
    pub token_url: Url,
    /// What the page finds as `window.visit`.
    pub page: PageConfig,
    /// Name of the app's JavaScript channel, put in place before the page's first script.
    pub channel: String,
    /// Device that is stood in for.
    pub device: DeviceProfile,
    /// Network that is stood in for, by the document's, the SDK's and the token service's
    /// requests alone: DevTools' throttle wrecks WebRTC.
    pub network: NetworkProfile,
}

impl Driver {
    /// Opens a page in a new tab with empty caches, which stays until the driver is closed, and
    /// returns once the browser has the document: scripts may still load.
    ///
    /// # Errors
    /// When the environment failed, or the document could not be had.
    pub async fn open(&mut self, visit: &CallVisit) -> Result<CallPage, LoadError> {
        let delivery = Delivery::of(&visit.document)?;
        let context = self.create_context().await?;
        let probe = format!("{}_probe", self.binding);
        let setup = Setup {
            document: &visit.document,
            channel: &visit.channel,
            binding: &self.binding,
            probe: Some(&probe),
            page: Some(&visit.page),
            device: &visit.device,
            network: tab::network_of_a_call(
                &visit.network,
                &visit.document,
                visit.sdk_url.as_ref(),
                &visit.token_url,
            ),
        };
        let mut tab = Tab::open(
            &self.devtools,
            &self.session,
            Some(&context),
            tab::preparation(&setup),
        )
        .await?;
        // No message ends a call's observation.
        let mut observation = Observation::new(&tab.id, &self.binding, "");
        observation.secrets = visit.page.secrets();
        let navigated = navigate(&mut tab, delivery, &mut observation);
        tokio::time::timeout(self.command_limit, navigated)
            .await
            .map_err(|_| DevtoolsError::Timeout {
                method: "Page.navigate".into(),
                limit: self.command_limit,
            })??;
        let sender = tab.target.sender();
        let clock = PageClock::estimate(&sender).await?;
        let fold = Fold::new(clock, observation, &probe, visit.token_url.clone());
        let (events, received) = mpsc::channel(EVENT_BOUND);
        let (progress, seen) = watch::channel(Progress::default());
        let watching = tokio::spawn(super::watch::watch(tab.target, fold, events, progress));
        Ok(CallPage {
            session: self.session.clone(),
            sender,
            probe,
            events: received,
            seen,
            watching,
            device: visit.device.clone(),
        })
    }
}

/// Navigates and takes events until the document is there. By CDP: Navigate To would hold
/// chromedriver, and with it every tap, until the last script has loaded.
async fn navigate(
    tab: &mut Tab,
    delivery: Delivery,
    observation: &mut Observation,
) -> Result<(), LoadError> {
    let Delivery { url, body } = delivery;
    let navigation = tab
        .target
        .send("Page.navigate", json!({"url": url}))
        .await_reply();
    tokio::pin!(navigation);
    let mut answered = false;
    while !(answered && observation.committed()) {
        tokio::select! {
            event = tab.target.next_event() => {
                match observation.take(&event.ok_or(LoadError::Gone)?) {
                    Reaction::None => {}
                    Reaction::Crashed => return Err(LoadError::Crashed),
                    Reaction::Fulfil { request_id } => {
                        let body = body.as_deref().unwrap_or_default();
                        let (method, params) = tab::fulfilment(&request_id, body);
                        // A refusal shows as a document that never comes.
                        drop(tab.target.send(method, params));
                    }
                }
            }
            answer = &mut navigation, if !answered => {
                answered = true;
                refused(&answer?)?;
            }
        }
    }
    Ok(())
}

fn refused(answer: &Value) -> Result<(), LoadError> {
    match answer["errorText"].as_str() {
        Some(reason) if !reason.is_empty() => Err(LoadError::NoDocument {
            reason: reason.chars().take(200).collect(),
        }),
        _ => Ok(()),
    }
}
