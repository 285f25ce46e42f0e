//! One load: set up, navigate, watch, collect, tear down.

use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use greenroom_model::CacheRegime;
use greenroom_model::load::{LoadEnd, PageLoad};
use serde_json::json;

use crate::collect;
use crate::conditions;
use crate::devtools::{DevtoolsError, PendingReply};
use crate::driver::Driver;
use crate::error::LoadError;
use crate::events::{Observation, Reaction};
use crate::session::{Session, SessionError};
use crate::tab::{self, Delivery, Setup, Tab};
use crate::trace;
use crate::visit::Visit;

/// Loads after which V8 has written and used its code cache: it compiles lazily at first, caches
/// from the second load on, and is warm at the fifth at the latest. Whether it was is checked in
/// every sample all the same.
const HOT_AFTER: u32 = 5;

/// How long the headers of an answer that was kept from the page may come after its failure.
const LATE_ANSWER_LIMIT: Duration = Duration::from_secs(5);

/// Whether a load may be answered from the HTTP cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum HttpCache {
    Used,
    Bypassed,
}

impl Driver {
    /// Loads a page and observes it until it is ready, has failed, or the time is over.
    ///
    /// # Errors
    /// Only when the environment failed: a page that fails is a [`PageLoad`].
    pub async fn load(&mut self, visit: &Visit) -> Result<PageLoad, LoadError> {
        self.screenshot = None;
        match visit.regime {
            CacheRegime::Cold => {
                let began = Instant::now();
                let context = self.create_context().await?;
                let loaded = self.load_in(Some(&context), visit, HttpCache::Used).await;
                let disposed = self.devtools.send(
                    "Target.disposeBrowserContext",
                    json!({"browserContextId": context}),
                );
                // The tab goes with its context: one answer says both.
                let (mut load, _) = loaded?;
                disposed.await_reply().await?;
                load.wall_ms = ms_since(began);
                Ok(load)
            }
            CacheRegime::Warm => self.warm_load(visit).await,
            CacheRegime::Hot => self.hot_load(visit).await,
        }
    }

    /// Loads a page twice in one new browser context and gives what the second load showed. That
    /// one finds no HTTP cache, but what the browser has learned of the server: an alternative
    /// service (RFC 7838), through which HTTP/3 is found.
    ///
    /// # Errors
    /// Only when the environment failed: a page that fails is a [`PageLoad`].
    pub async fn load_again(&mut self, visit: &Visit) -> Result<PageLoad, LoadError> {
        self.screenshot = None;
        let began = Instant::now();
        let context = self.create_context().await?;
        let loaded = self.both_loads(&context, visit).await;
        let disposed = self.devtools.send(
            "Target.disposeBrowserContext",
            json!({"browserContextId": context}),
        );
        let mut load = loaded?;
        disposed.await_reply().await?;
        load.wall_ms = ms_since(began);
        Ok(load)
    }

    async fn both_loads(&mut self, context: &str, visit: &Visit) -> Result<PageLoad, LoadError> {
        let (_, closed) = self.load_in(Some(context), visit, HttpCache::Used).await?;
        closed.await_reply().await?;
        if self.http3 {
            // Seen in Chromium 156: the load that reads alt-svc leaves an HTTP/2 connection behind,
            // and the next one goes down that while QUIC shakes hands.
            let (_, closed) = self
                .load_in(Some(context), visit, HttpCache::Bypassed)
                .await?;
            closed.await_reply().await?;
        }
        // The tab goes with its context.
        let (load, _) = self
            .load_in(Some(context), visit, HttpCache::Bypassed)
            .await?;
        Ok(load)
    }

    /// The same context as a load before it, which is made first if there was none.
    async fn warm_load(&mut self, visit: &Visit) -> Result<PageLoad, LoadError> {
        let context = match self.warm_context.clone() {
            Some(context) => context,
            None => self.create_context().await?,
        };
        self.warm_context = Some(context.clone());
        let key = visit.cache_key();
        if !self.warmed.contains(&key)
            && self.tab_load(Some(&context), visit).await?.ended == LoadEnd::Ready
        {
            self.warmed.insert(key);
        }
        self.tab_load(Some(&context), visit).await
    }

    /// The default profile, the only one that keeps V8's code cache, after the loads that fill it.
    async fn hot_load(&mut self, visit: &Visit) -> Result<PageLoad, LoadError> {
        let key = visit.cache_key();
        while *self.heated.entry(key.clone()).or_default() < HOT_AFTER {
            let load = self.tab_load(None, visit).await?;
            // A page that does not get ready fills nothing, however often it is loaded.
            if load.ended != LoadEnd::Ready {
                break;
            }
            *self.heated.entry(key.clone()).or_default() += 1;
        }
        self.tab_load(None, visit).await
    }

    pub(crate) async fn create_context(&self) -> Result<String, DevtoolsError> {
        let context = self
            .devtools
            .call_for(
                "Target.createBrowserContext",
                json!({"disposeOnDetach": true}),
                "browserContextId",
            )
            .await?;
        for device in self.granted {
            self.devtools
                .call(
                    "Browser.setPermission",
                    json!({
                        "permission": {"name": device},
                        "setting": "granted",
                        "browserContextId": context,
                    }),
                )
                .await?;
        }
        Ok(context)
    }

    /// A load in a context that stays: tab by tab, each closed after it.
    async fn tab_load(
        &mut self,
        context: Option<&str>,
        visit: &Visit,
    ) -> Result<PageLoad, LoadError> {
        let began = Instant::now();
        let (mut load, closed) = self.load_in(context, visit, HttpCache::Used).await?;
        closed.await_reply().await?;
        load.wall_ms = ms_since(began);
        Ok(load)
    }

    /// Loads in a new tab of a context and tells the tab to close, whatever came of it.
    async fn load_in(
        &mut self,
        context: Option<&str>,
        visit: &Visit,
        cache: HttpCache,
    ) -> Result<(PageLoad, PendingReply), LoadError> {
        let delivery = Delivery::of(&visit.document)?;
        let join = visit.join.as_ref();
        let setup = Setup {
            document: &visit.document,
            channel: &visit.channel,
            binding: &self.binding,
            probe: None,
            page: join.map(|join| &join.page),
            device: &visit.device,
            network: match join {
                None => conditions::network(&visit.network),
                Some(join) => tab::network_of_a_call(
                    &visit.network,
                    &visit.document,
                    visit.sdk_url.as_ref(),
                    &join.token_url,
                ),
            },
        };
        let mut commands = tab::preparation(&setup);
        if cache == HttpCache::Bypassed {
            commands.push(("Network.setCacheDisabled", json!({"cacheDisabled": true})));
        }
        let mut tab = Tab::open(&self.devtools, &self.session, context, commands).await?;
        let loaded = self.load_tab(&mut tab, delivery, visit).await;
        let closed = self
            .devtools
            .send("Target.closeTarget", json!({"targetId": tab.id}));
        Ok((loaded?, closed))
    }

    async fn load_tab(
        &mut self,
        tab: &mut Tab,
        delivery: Delivery,
        visit: &Visit,
    ) -> Result<PageLoad, LoadError> {
        if visit.trace {
            trace::start(&tab.target).await?;
        }
        let mut observation = Observation::new(&tab.id, &self.binding, &visit.ready_message);
        if let Some(join) = &visit.join {
            observation.connected_message = Some(join.message.clone());
            observation.secrets = join.page.secrets();
        }
        let ended = watch(tab, &self.session, delivery, visit, &mut observation).await?;

        let mut load = PageLoad {
            ended,
            ..PageLoad::default()
        };
        let answers = collect::collect(&tab.target, visit, &self.binding, &mut load).await?;
        if answers && visit.screenshot_on_failure && ended != LoadEnd::Ready {
            self.screenshot = screenshot(tab).await?;
        }
        if answers && visit.collect_heap {
            load.js_heap = collect::heap(&tab.target).await?;
        }
        if visit.trace {
            let trace = trace::end(&mut tab.target, &mut observation).await?;
            load.code_cache = trace::code_cache(&trace, visit.sdk_url.as_ref());
        }
        // Answers come after the events before them on the same socket: what is there now is all
        // that belongs to this load.
        while let Some(event) = tab.target.ready_event() {
            observation.take(&event);
        }
        match tab.target.lost_events() {
            0 => {}
            count => return Err(LoadError::EventsLost { count }),
        }
        load.sdk_ready_ms = observation.sdk_ready_ms();
        load.connected_ms = observation.connected_ms();
        load.channel = observation.channel;
        load.console = observation.console;
        load.exceptions = observation.exceptions;
        load.network = observation.network.into_requests();
        Ok(load)
    }
}

/// Navigates and takes events until the observation has ended.
async fn watch(
    tab: &mut Tab,
    session: &Session,
    delivery: Delivery,
    visit: &Visit,
    observation: &mut Observation,
) -> Result<LoadEnd, LoadError> {
    let Delivery { url, body } = delivery;
    let deadline = tokio::time::sleep(visit.timeout);
    // Abandoned when the observation is over: chromedriver answers it once the tab is closed.
    let navigation = session.navigate(url);
    tokio::pin!(deadline, navigation);
    let mut navigating = true;
    let mut fulfilled = None;
    loop {
        if let Some(end) = observation.ended() {
            if end == LoadEnd::Failed {
                late_answers(tab, observation).await?;
            }
            return Ok(end);
        }
        tokio::select! {
            event = tab.target.next_event() => {
                let event = event.ok_or(LoadError::Gone)?;
                match observation.take(&event) {
                    Reaction::None => {}
                    Reaction::Crashed => return Err(LoadError::Crashed),
                    Reaction::Fulfil { request_id } => {
                        let body = body.as_deref().unwrap_or_default();
                        let (method, params) = tab::fulfilment(&request_id, body);
                        fulfilled = Some(tab.target.send(method, params));
                    }
                }
            }
            answer = &mut navigation, if navigating => {
                navigating = false;
                outcome(answer, observation)?;
            }
            () = &mut deadline => break,
        }
    }
    // A refused fulfilment shows as a page that never came; then this says why.
    if let Some(fulfilled) = fulfilled {
        fulfilled.await_reply().await?;
    }
    Ok(LoadEnd::Deadline)
}

/// Takes events until it is known what the answers were that the browser kept from the page:
/// they are told on another channel than the failure, and may come after it.
async fn late_answers(tab: &mut Tab, observation: &mut Observation) -> Result<(), LoadError> {
    let limit = tokio::time::sleep(LATE_ANSWER_LIMIT);
    tokio::pin!(limit);
    while observation.network.answer_outstanding() {
        tokio::select! {
            event = tab.target.next_event() => {
                observation.take(&event.ok_or(LoadError::Gone)?);
            }
            () = &mut limit => break,
        }
    }
    Ok(())
}

/// What the answer to Navigate To means.
fn outcome(
    answer: Result<(), SessionError>,
    observation: &mut Observation,
) -> Result<(), LoadError> {
    match answer {
        Ok(()) => Ok(()),
        Err(error) if error.net_error().is_some() => {
            observation.navigation_failed();
            Ok(())
        }
        Err(SessionError::Command { source, .. }) if source.to_string().contains("tab crashed") => {
            Err(LoadError::Crashed)
        }
        Err(error) => Err(error.into()),
    }
}

/// A picture of the page as it is. By CDP: a W3C command would queue behind the navigation, which
/// a stalled page never lets end.
async fn screenshot(tab: &Tab) -> Result<Option<Vec<u8>>, DevtoolsError> {
    let answer = tab
        .target
        .call("Page.captureScreenshot", json!({"format": "png"}))
        .await;
    match answer {
        Ok(answer) => Ok(answer["data"]
            .as_str()
            .and_then(|data| STANDARD.decode(data).ok())),
        // A page that cannot be painted has no picture; that is no reason to lose its load.
        Err(DevtoolsError::Timeout { .. } | DevtoolsError::Refused { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

fn ms_since(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1000.0
}
