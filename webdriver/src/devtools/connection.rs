//! One socket, its task, and the handles through which commands and events pass.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use super::DevtoolsError;
use super::wire::{self, Event, Incoming, Refusal};

/// Events that a session may leave unread. A load of the SDK makes some hundreds; a page that
/// logs in a loop reaches the bound, and what is beyond it is counted, not kept.
const EVENT_BOUND: usize = 16_384;

/// An inline page's document passes through here in base64, and a screenshot comes back.
const MESSAGE_LIMIT: usize = 256 * 1024 * 1024;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;
type Answer = Result<Value, Refusal>;

/// Whoever waits for an answer.
enum Waiter {
    /// A plain command.
    Command(oneshot::Sender<Answer>),
    /// `Target.attachToTarget`: the route of the new session is laid by the socket's task, before
    /// it reads the next message, so that no event can come first.
    Attach(oneshot::Sender<Result<(Value, Route), Refusal>>),
}

struct Route {
    events: mpsc::Receiver<Event>,
    lost: Arc<AtomicU64>,
}

struct RouteEnd {
    events: mpsc::Sender<Event>,
    lost: Arc<AtomicU64>,
}

struct Outgoing {
    session: Option<Arc<str>>,
    method: &'static str,
    params: Value,
    waiter: Waiter,
}

/// A connection to the browser. Clones share it; the socket closes with the last one.
#[derive(Clone)]
pub(crate) struct Devtools {
    outgoing: mpsc::UnboundedSender<Outgoing>,
    limit: Duration,
}

impl Devtools {
    /// Opens the WebSocket. `limit` is the deadline of the handshake and, after it, of every
    /// command.
    pub(crate) async fn connect(url: &str, limit: Duration) -> Result<Self, DevtoolsError> {
        let failed = |source: Box<dyn std::error::Error + Send + Sync>| DevtoolsError::Connect {
            address: url.to_owned(),
            source,
        };
        let config = WebSocketConfig::default()
            .max_message_size(Some(MESSAGE_LIMIT))
            .max_frame_size(Some(MESSAGE_LIMIT));
        let handshake = tokio_tungstenite::connect_async_with_config(url, Some(config), true);
        let (socket, _) = tokio::time::timeout(limit, handshake)
            .await
            .map_err(|_| failed(format!("no handshake within {} ms", limit.as_millis()).into()))?
            .map_err(|error| failed(error.into()))?;
        // Unbounded on this side only: what is queued here are our own commands.
        let (outgoing, commands) = mpsc::unbounded_channel();
        tokio::spawn(pump(socket, commands));
        Ok(Self { outgoing, limit })
    }

    /// Sends a command of the browser's own session; the answer is awaited on what is returned.
    pub(crate) fn send(&self, method: &'static str, params: Value) -> PendingReply {
        self.send_to(None, method, params)
    }

    /// Sends a command of the browser's own session and awaits the answer.
    pub(crate) async fn call(
        &self,
        method: &'static str,
        params: Value,
    ) -> Result<Value, DevtoolsError> {
        self.send(method, params).await_reply().await
    }

    /// As [`Devtools::call`], for the one member of the answer that is wanted.
    pub(crate) async fn call_for(
        &self,
        method: &'static str,
        params: Value,
        member: &'static str,
    ) -> Result<String, DevtoolsError> {
        let answer = self.call(method, params).await?;
        answer[member]
            .as_str()
            .map(str::to_owned)
            .ok_or_else(|| DevtoolsError::Incomplete {
                method: method.to_owned(),
                member,
            })
    }

    /// Attaches to a target in flat mode.
    pub(crate) async fn attach(&self, target_id: &str) -> Result<TargetSession, DevtoolsError> {
        const METHOD: &str = "Target.attachToTarget";
        let (sender, receiver) = oneshot::channel();
        self.outgoing
            .send(Outgoing {
                session: None,
                method: METHOD,
                params: json!({"targetId": target_id, "flatten": true}),
                waiter: Waiter::Attach(sender),
            })
            .map_err(|_| DevtoolsError::Closed)?;
        let (answer, route) = settle(METHOD, self.limit, receiver).await?;
        let session: Arc<str> = answer["sessionId"]
            .as_str()
            .ok_or_else(|| DevtoolsError::Incomplete {
                method: METHOD.to_owned(),
                member: "sessionId",
            })?
            .into();
        Ok(TargetSession {
            sender: TargetSender {
                devtools: self.clone(),
                session,
            },
            events: route.events,
            lost: route.lost,
        })
    }

    fn send_to(
        &self,
        session: Option<Arc<str>>,
        method: &'static str,
        params: Value,
    ) -> PendingReply {
        let (sender, receiver) = oneshot::channel();
        // A closed socket shows when the answer is awaited: the receiver's other end is dropped.
        let _closed = self.outgoing.send(Outgoing {
            session,
            method,
            params,
            waiter: Waiter::Command(sender),
        });
        PendingReply {
            method,
            limit: self.limit,
            receiver,
        }
    }
}

/// A command that was sent and not yet answered. Dropping it leaves the command in force.
#[must_use = "an answer that nobody reads hides a refusal"]
pub(crate) struct PendingReply {
    method: &'static str,
    limit: Duration,
    receiver: oneshot::Receiver<Answer>,
}

impl PendingReply {
    /// Waits for the answer, up to the connection's limit from now.
    pub(crate) async fn await_reply(self) -> Result<Value, DevtoolsError> {
        settle(self.method, self.limit, self.receiver).await
    }

    /// The same with a limit of its own.
    pub(crate) async fn await_within(self, limit: Duration) -> Result<Value, DevtoolsError> {
        settle(self.method, limit, self.receiver).await
    }
}

async fn settle<T>(
    method: &'static str,
    limit: Duration,
    receiver: oneshot::Receiver<Result<T, Refusal>>,
) -> Result<T, DevtoolsError> {
    match tokio::time::timeout(limit, receiver).await {
        Err(_) => Err(DevtoolsError::Timeout {
            method: method.to_owned(),
            limit,
        }),
        Ok(Err(_)) => Err(DevtoolsError::Closed),
        Ok(Ok(Err(refusal))) => Err(DevtoolsError::Refused {
            method: method.to_owned(),
            code: refusal.code,
            message: refusal.message,
        }),
        Ok(Ok(Ok(answer))) => Ok(answer),
    }
}

/// The way for commands to one target. Clones share it.
#[derive(Clone)]
pub(crate) struct TargetSender {
    devtools: Devtools,
    session: Arc<str>,
}

impl TargetSender {
    /// Sends a command to the target; commands are carried out in the order they were sent in.
    pub(crate) fn send(&self, method: &'static str, params: Value) -> PendingReply {
        self.devtools
            .send_to(Some(Arc::clone(&self.session)), method, params)
    }

    /// Sends a command and awaits the answer.
    pub(crate) async fn call(
        &self,
        method: &'static str,
        params: Value,
    ) -> Result<Value, DevtoolsError> {
        self.send(method, params).await_reply().await
    }
}

/// A flat session attached to one target.
pub(crate) struct TargetSession {
    sender: TargetSender,
    events: mpsc::Receiver<Event>,
    lost: Arc<AtomicU64>,
}

impl TargetSession {
    /// The way for commands, for whoever sends them while another takes the events.
    pub(crate) fn sender(&self) -> TargetSender {
        self.sender.clone()
    }

    /// Sends a command to the target; commands are carried out in the order they were sent in.
    pub(crate) fn send(&self, method: &'static str, params: Value) -> PendingReply {
        self.sender.send(method, params)
    }

    /// Sends a command and awaits the answer.
    pub(crate) async fn call(
        &self,
        method: &'static str,
        params: Value,
    ) -> Result<Value, DevtoolsError> {
        self.sender.call(method, params).await
    }

    /// The next event; `None` once the target or the browser is gone.
    pub(crate) async fn next_event(&mut self) -> Option<Event> {
        self.events.recv().await
    }

    /// An event that is there already.
    pub(crate) fn ready_event(&mut self) -> Option<Event> {
        self.events.try_recv().ok()
    }

    /// Events that did not fit within the bound.
    pub(crate) fn lost_events(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }
}

/// Everything that the socket's task knows.
#[derive(Default)]
struct Router {
    next_id: u64,
    waiters: HashMap<u64, Waiter>,
    routes: HashMap<String, RouteEnd>,
}

impl Router {
    fn register(&mut self, command: Outgoing) -> String {
        self.next_id += 1;
        let text = wire::write(
            self.next_id,
            command.session.as_deref(),
            command.method,
            &command.params,
        );
        self.waiters.insert(self.next_id, command.waiter);
        text
    }

    fn take(&mut self, message: Incoming) {
        match message {
            Incoming::Reply { id, result } => self.reply(id, result),
            Incoming::Event {
                session: Some(session),
                event,
            } => {
                if let Some(route) = self.routes.get(&session)
                    && let Err(mpsc::error::TrySendError::Full(_)) = route.events.try_send(event)
                {
                    route.lost.fetch_add(1, Ordering::Relaxed);
                }
            }
            Incoming::Event {
                session: None,
                event,
            } => {
                if event.method == "Target.detachedFromTarget"
                    && let Some(session) = event.params["sessionId"].as_str()
                {
                    self.routes.remove(session);
                }
            }
        }
    }

    fn reply(&mut self, id: u64, result: Answer) {
        // Whoever no longer waits has met its deadline and reported it.
        match self.waiters.remove(&id) {
            Some(Waiter::Command(waiter)) => {
                let _gone = waiter.send(result);
            }
            Some(Waiter::Attach(waiter)) => {
                let answer = result.map(|value| {
                    let (sender, events) = mpsc::channel(EVENT_BOUND);
                    let lost = Arc::new(AtomicU64::new(0));
                    if let Some(session) = value["sessionId"].as_str() {
                        self.routes.insert(
                            session.to_owned(),
                            RouteEnd {
                                events: sender,
                                lost: Arc::clone(&lost),
                            },
                        );
                    }
                    (value, Route { events, lost })
                });
                let _gone = waiter.send(answer);
            }
            None => {}
        }
    }
}

/// Runs until the browser closes the socket or the last handle is dropped. Its end drops every
/// waiter and every route, which is how they learn of it.
async fn pump(socket: Socket, mut commands: mpsc::UnboundedReceiver<Outgoing>) {
    let (mut sink, mut stream) = socket.split();
    let mut router = Router::default();
    loop {
        tokio::select! {
            command = commands.recv() => {
                let Some(command) = command else {
                    let _closed = sink.close().await;
                    return;
                };
                let text = router.register(command);
                if sink.send(Message::text(text)).await.is_err() {
                    return;
                }
            }
            message = stream.next() => match message {
                Some(Ok(Message::Text(text))) => {
                    if let Some(message) = wire::read(&text) {
                        router.take(message);
                    }
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(session: &str, n: usize) -> Incoming {
        Incoming::Event {
            session: Some(session.into()),
            event: Event {
                method: "Log.entryAdded".into(),
                params: json!(n),
            },
        }
    }

    fn attached(router: &mut Router) -> Route {
        let (waiter, mut answer) = oneshot::channel();
        router.waiters.insert(1, Waiter::Attach(waiter));
        router.take(Incoming::Reply {
            id: 1,
            result: Ok(json!({"sessionId": "S"})),
        });
        answer.try_recv().unwrap().unwrap().1
    }

    #[test]
    fn an_event_right_after_the_attach_answer_is_kept() {
        let mut router = Router::default();
        let mut route = attached(&mut router);
        router.take(event("S", 7));
        router.take(event("another", 8));
        assert_eq!(route.events.try_recv().unwrap().params, json!(7));
        assert!(route.events.try_recv().is_err());
    }

    #[test]
    fn events_beyond_the_bound_are_counted() {
        let mut router = Router::default();
        let route = attached(&mut router);
        for n in 0..EVENT_BOUND + 3 {
            router.take(event("S", n));
        }
        assert_eq!(route.lost.load(Ordering::Relaxed), 3);
    }

    #[test]
    fn a_detached_session_ends() {
        let mut router = Router::default();
        let mut route = attached(&mut router);
        router.take(Incoming::Event {
            session: None,
            event: Event {
                method: "Target.detachedFromTarget".into(),
                params: json!({"sessionId": "S"}),
            },
        });
        assert_eq!(
            route.events.try_recv(),
            Err(mpsc::error::TryRecvError::Disconnected)
        );
    }
}
