//! A page that calls another of its kind, and the server between them.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use greenroom_model::{Colour, FakeMedia, Permission};
use greenroom_webdriver::{
    CallVisit, Document, Driver, DriverOptions, PageConfig, ParticipantMedia,
};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use url::Url;

pub const IDENTITY: &str = "identity-token-of-somebody";
pub const JOIN_TOKEN: &str = "join-token-of-somebody";

pub const RED: FakeMedia = FakeMedia {
    colour: Colour {
        r: 200,
        g: 50,
        b: 40,
    },
    tone_hz: 523,
};
pub const BLUE: FakeMedia = FakeMedia {
    colour: Colour {
        r: 30,
        g: 70,
        b: 190,
    },
    tone_hz: 880,
};

type Boxes = watch::Sender<HashMap<String, Bytes>>;

/// Serves the page, a token service and boxes in which one page leaves a text for the other.
pub struct CallServer {
    origin: String,
}

impl CallServer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let boxes: Arc<Boxes> = Arc::new(watch::channel(HashMap::new()).0);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let boxes = Arc::clone(&boxes);
                tokio::spawn(async move {
                    let service = hyper::service::service_fn(move |request| {
                        let boxes = Arc::clone(&boxes);
                        async move { Ok::<_, Infallible>(answer(request, &boxes).await) }
                    });
                    let _closed = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        Self { origin }
    }

    pub fn url(&self, path: &str) -> Url {
        format!("{}{path}", self.origin).parse().unwrap()
    }

    pub fn visit(&self, settings: &Value) -> CallVisit {
        let mut page = json!({"name": "me", "identityToken": IDENTITY});
        let given = settings.as_object().unwrap().clone();
        page.as_object_mut().unwrap().extend(given);
        CallVisit {
            document: Document::Url(self.url("/call")),
            sdk_url: Some(self.url("/sdk.js")),
            token_url: self.url("/token"),
            page: PageConfig::new(page),
            channel: "Channel".into(),
            device: super::desktop(),
            network: super::unthrottled(),
        }
    }
}

async fn answer(request: Request<Incoming>, boxes: &Boxes) -> Response<Full<Bytes>> {
    let path = request.uri().path().to_owned();
    let method = request.method().clone();
    let known = request
        .headers()
        .get("x-token")
        .is_some_and(|token| token == IDENTITY);
    let body = request.into_body().collect().await.unwrap().to_bytes();
    let (status, kind, body): (u16, &str, Bytes) = match (method, path.as_str()) {
        (Method::GET, "/call") => (200, "text/html", include_str!("call.html").into()),
        (Method::GET, "/sdk.js") => (200, "text/javascript", super::SDK.into()),
        (Method::POST, "/token") if known => {
            let answer = json!({
                "meeting": {"MeetingId": "meeting-1"},
                "attendee": {
                    "AttendeeId": "attendee-1",
                    "ExternalUserId": "user-1",
                    "JoinToken": JOIN_TOKEN,
                },
                "sessionId": "session-1",
            });
            (200, "application/json", answer.to_string().into())
        }
        (Method::POST, "/token") => {
            let answer = json!({"error": "Invalid or expired token"});
            (401, "application/json", answer.to_string().into())
        }
        (Method::POST, name) => {
            boxes.send_modify(|boxes| drop(boxes.insert(name.to_owned(), body)));
            (200, "text/plain", Bytes::new())
        }
        (_, name) => {
            let mut boxes = boxes.subscribe();
            let full = boxes.wait_for(|boxes| boxes.contains_key(name)).await;
            (200, "application/json", full.unwrap()[name].clone())
        }
    };
    Response::builder()
        .status(status)
        .header("content-type", kind)
        .body(Full::new(body))
        .unwrap()
}

pub async fn participant(media: FakeMedia, camera: Permission) -> Driver {
    let options = DriverOptions {
        media: Some(ParticipantMedia { media, camera }),
        ..super::options()
    };
    Driver::start(options).await.unwrap()
}

/// Far away: a test that meets it has failed.
pub fn soon() -> Instant {
    Instant::now() + Duration::from_mins(1)
}
