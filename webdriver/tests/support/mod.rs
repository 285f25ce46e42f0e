//! A plain HTTP server on loopback and the visits that the browser tests make.

#![expect(
    dead_code,
    unreachable_pub,
    reason = "every test file takes what it needs"
)]

pub mod call;
pub mod processes;

use std::convert::Infallible;
use std::ffi::OsString;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use greenroom_model::{CacheRegime, DeviceProfile, Endpoints, NetworkProfile};
use greenroom_webdriver::{BrowserChoice, Document, Driver, DriverOptions, SdkProbe, Visit};
use http_body_util::BodyExt;
use http_body_util::combinators::BoxBody;
use hyper::body::Incoming;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use url::Url;

/// One request as the server saw it.
#[derive(Clone, Debug)]
pub struct Seen {
    pub connection: usize,
    pub path: String,
}

pub struct Server {
    pub origin: String,
    pub seen: Arc<Mutex<Vec<Seen>>>,
}

pub const SDK: &str =
    "globalThis.Fake = {version: '1.2.3', Session: function () {}, deep: {er: 1}};";

impl Server {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        tokio::spawn(async move {
            for connection in 0.. {
                let Ok((stream, _)) = listener.accept().await else {
                    return;
                };
                let log = Arc::clone(&log);
                tokio::spawn(async move {
                    let service = hyper::service::service_fn(|request: Request<Incoming>| {
                        log.lock().unwrap().push(Seen {
                            connection,
                            path: request.uri().path().to_owned(),
                        });
                        async move { Ok::<_, Infallible>(answer(&request)) }
                    });
                    let _closed = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        Self { origin, seen }
    }

    pub fn url(&self, path: &str) -> Url {
        format!("{}{path}", self.origin).parse().unwrap()
    }

    pub fn connections_for(&self, path: &str) -> Vec<usize> {
        let seen = self.seen.lock().unwrap();
        seen.iter()
            .filter(|request| request.path == path)
            .map(|request| request.connection)
            .collect()
    }
}

fn full(body: impl Into<Bytes>) -> BoxBody<Bytes, Infallible> {
    http_body_util::Full::new(body.into()).boxed()
}

fn answer(request: &Request<Incoming>) -> Response<BoxBody<Bytes, Infallible>> {
    let builder = Response::builder().header("timing-allow-origin", "*");
    let response = match request.uri().path() {
        "/page" => builder
            .header("content-type", "text/html")
            .header("cache-control", "no-store")
            .body(full(page("/sdk.js"))),
        "/sdk.js" => builder
            .header("content-type", "text/javascript")
            .header("cache-control", "public, max-age=31536000, immutable")
            .header("access-control-allow-origin", "*")
            .header("x-cache", "Miss from here")
            .header("set-cookie", "secret=1")
            .body(full(SDK)),
        "/big.js" => builder
            .header("content-type", "text/javascript")
            .header("cache-control", "public, max-age=31536000, immutable")
            .body(full(big_script())),
        "/stall.js" => builder
            .header("content-type", "text/javascript")
            .body(http_body_util::StreamBody::new(futures_util::stream::pending()).boxed()),
        "/blank" => builder
            .header("content-type", "text/html")
            .body(full("<!doctype html><title>blank</title>")),
        "/probe" => {
            let bytes: usize = request
                .uri()
                .query()
                .and_then(|query| query.strip_prefix("bytes="))
                .and_then(|bytes| bytes.parse().ok())
                .unwrap_or(1);
            builder
                .header("cache-control", "no-store")
                .header("access-control-allow-origin", "*")
                .body(full(vec![b'x'; bytes]))
        }
        _ => builder.status(404).body(full("not here")),
    };
    response.unwrap()
}

/// A script large enough for V8's code cache.
fn big_script() -> String {
    let functions = (0..2_000)
        .map(|n| format!("function f{n}(a, b) {{ return a * {n} + b; }} f{n}({n}, 1);\n"));
    std::iter::once(SDK.to_owned()).chain(functions).collect()
}

/// A meeting page of the kind that is driven: an external script, then its first use.
pub fn page(script: &str) -> String {
    format!(
        "<!doctype html><html><head><link rel=icon href='data:,'></head><body>\
         <script src='{script}' onerror=\"Channel.postMessage('SDK_LOAD_FAILED: script')\"></script>\
         <script>if (globalThis.Fake && typeof Fake.Session === 'function') \
         Channel.postMessage('SDK_READY');</script></body></html>"
    )
}

pub fn inline_page(script: &str) -> String {
    format!(
        "<!doctype html><html><head><link rel=icon href='data:,'></head><body>\
         <script>{script}</script></body></html>"
    )
}

pub fn endpoints() -> Endpoints {
    Endpoints {
        page_url: "https://app.medzen.example/meeting".parse().unwrap(),
        sdk_url: "https://cdn.example/sdk.js".parse().unwrap(),
        probe_url: None,
        host_map: Vec::new(),
        closed: true,
        spki: Vec::new(),
        ca_pem: None,
    }
}

pub fn options() -> DriverOptions {
    let browser = match std::env::var_os("GREENROOM_TEST_BROWSER") {
        Some(name) if name == "headless-shell" => BrowserChoice::HeadlessShell,
        _ => BrowserChoice::Chromium,
    };
    DriverOptions {
        browser,
        supervisor: vec![OsString::from(env!("CARGO_BIN_EXE_greenroom-supervisor"))],
        endpoints: endpoints(),
        headed: false,
        allow_loopback: true,
        http3: false,
        media: None,
        command_limit: Duration::from_secs(30),
    }
}

pub async fn driver() -> Driver {
    Driver::start(options()).await.unwrap()
}

pub fn desktop() -> DeviceProfile {
    DeviceProfile {
        name: "desktop".into(),
        cpu_rate: 1.0,
        width: 1280,
        height: 800,
        device_scale_factor: 1.0,
        mobile: false,
    }
}

pub fn unthrottled() -> NetworkProfile {
    NetworkProfile {
        name: "unthrottled".into(),
        down_kbps: None,
        up_kbps: None,
        rtt_ms: None,
    }
}

pub fn visit(document: Document, sdk_url: Option<Url>) -> Visit {
    Visit {
        document,
        sdk_url,
        sdk: SdkProbe {
            global: "Fake".into(),
            symbols: vec!["Session".into(), "deep.er".into(), "Missing".into()],
            ready_symbol: "Session".into(),
            version_expression: "version".into(),
        },
        channel: "Channel".into(),
        ready_message: "SDK_READY".into(),
        join: None,
        regime: CacheRegime::Cold,
        device: desktop(),
        network: unthrottled(),
        timeout: Duration::from_secs(20),
        collect_heap: false,
        trace: false,
        screenshot_on_failure: false,
    }
}
