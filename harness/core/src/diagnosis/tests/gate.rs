//! What a gate's probes see of a deployment that is right, to be made wrong by a case.
//!
//! The expectations are put to it by the real checks and the pages are classified by the real
//! rules, so that a case says only what was seen.

use greenroom_model::exchange::{
    ExchangeFailureKind, Handshake, HandshakeAnswer, Received, TlsVersion,
};
use greenroom_model::load::{
    ChannelMessage, ConsoleMessage, LoadEnd, NetworkRequest, PageException, ScriptElement,
    SdkPresence,
};
use greenroom_model::timing::{DocumentTiming, ResourceTiming};
use greenroom_model::{
    Delivery, Exchange, ExchangeFailure, Header, PageLoad, PageVariant, SdkManifest,
};

use crate::checks::check_outcome;
use crate::classify::{Question, classify};
use crate::diagnosis::{Diagnosis, Evidence, FailedCheck, Probe, Seen, diagnose};
use crate::journal::{Classification, ExchangeOutcome, LoadRecord};
use crate::plan::{Check, Op};
use crate::results::Outcome;

pub(super) const HOST: &str = "d111111abcdef8.cloudfront.net";
pub(super) const SDK_URL: &str = "https://d111111abcdef8.cloudfront.net/chime-sdk-3.20.0.min.js";
pub(super) const APP: &str = "https://app.medzen.example";
pub(super) const BYTES: u64 = 1_157_837;
pub(super) const DIGEST: &str = "oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC";
const TIMER_MS: u64 = 3_000;

/// One probe: its tries, and what is expected of the last.
#[derive(Clone, Debug)]
pub(super) struct One {
    pub(super) title: &'static str,
    pub(super) tries: Vec<ExchangeOutcome>,
    pub(super) checks: Vec<Check>,
}

/// All probes of a gate.
#[derive(Clone, Debug)]
pub(super) struct Gate {
    pub(super) sdk_url: String,
    pub(super) probes: Vec<One>,
}

pub(super) fn manifest() -> SdkManifest {
    SdkManifest {
        package: "amazon-chime-sdk-js".to_owned(),
        version: "3.20.0".to_owned(),
        file: "chime-sdk-3.20.0.min.js".to_owned(),
        bytes: BYTES,
        sha256: String::new(),
        integrity: format!("sha384-{DIGEST}"),
        global: "ChimeSDK".to_owned(),
        symbols: vec!["DefaultMeetingSession".to_owned()],
        ready_symbol: "DefaultMeetingSession".to_owned(),
        version_expression: "Versioning.sdkVersion".to_owned(),
    }
}

pub(super) fn header(name: &str, value: &str) -> Header {
    Header {
        name: name.to_owned(),
        value: value.to_owned(),
    }
}

pub(super) fn set(headers: &mut Vec<Header>, name: &str, value: &str) {
    unset(headers, name);
    headers.push(header(name, value));
}

pub(super) fn unset(headers: &mut Vec<Header>, name: &str) {
    headers.retain(|field| field.name != name);
}

/// The fields of an answer with the file, as CloudFront and its policy give them.
fn fields() -> Vec<Header> {
    [
        ("content-type", "application/javascript"),
        ("cache-control", "public, max-age=31536000, immutable"),
        ("etag", "\"5f1d\""),
        ("server", "AmazonS3"),
        ("strict-transport-security", "max-age=63072000"),
        ("x-content-type-options", "nosniff"),
        ("timing-allow-origin", "*"),
        ("alt-svc", "h3=\":443\"; ma=86400"),
        ("x-cache", "Hit from cloudfront"),
        ("age", "12"),
    ]
    .map(|(name, value)| header(name, value))
    .to_vec()
}

fn answer(url: &str, status: u16, sent: &[(&str, &str)]) -> Exchange {
    Exchange {
        method: "GET".to_owned(),
        url: url.to_owned(),
        request_headers: sent
            .iter()
            .map(|(name, value)| header(name, value))
            .collect(),
        status,
        protocol: "h2".to_owned(),
        headers: fields(),
        body_bytes: BYTES,
        decoded_bytes: BYTES,
        integrity: format!("sha384-{DIGEST}"),
        body_start: "/*! amazon-chime-sdk-js 3.20.0, bundled with its dependencies */".to_owned(),
        decode_error: None,
        json: Vec::new(),
        json_error: None,
        stack_trace: None,
        time_to_headers_ms: 20.0,
        duration_ms: 90.0,
        longest_pause_ms: None,
    }
}

fn file(sent: &[(&str, &str)]) -> Exchange {
    let mut file = answer(SDK_URL, 200, sent);
    if sent.iter().any(|(name, _)| *name == "origin") {
        set(&mut file.headers, "access-control-allow-origin", "*");
    }
    if sent.iter().any(|(_, value)| value.contains("br")) {
        set(&mut file.headers, "content-encoding", "br");
        file.body_bytes = 226_664;
    } else {
        set(&mut file.headers, "content-length", &BYTES.to_string());
    }
    file
}

/// An answer with XML of the store.
pub(super) fn store_error(exchange: &mut Exchange, status: u16, code: &str) {
    exchange.status = status;
    exchange.headers = vec![
        header("content-type", "application/xml"),
        header("server", "AmazonS3"),
        header("x-cache", "Error from cloudfront"),
    ];
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>m</Message>"
    );
    content(exchange, &body, 243);
}

/// Another body than the SDK's.
pub(super) fn content(exchange: &mut Exchange, start: &str, bytes: u64) {
    exchange.body_start = start.to_owned();
    exchange.decoded_bytes = bytes;
    exchange.body_bytes = bytes;
    exchange.integrity = format!("sha384-{}", DIGEST.replace('o', "x"));
    if exchange
        .headers
        .iter()
        .any(|field| field.name == "content-length")
    {
        set(&mut exchange.headers, "content-length", &bytes.to_string());
    }
}

fn from_edge(exchange: &mut Exchange, status: u16) {
    exchange.status = status;
    exchange.headers = vec![
        header("content-type", "text/html"),
        header("server", "CloudFront"),
        header("x-cache", "Error from cloudfront"),
    ];
    content(exchange, "<!DOCTYPE HTML PUBLIC", 915);
}

pub(super) fn edge_refuses(exchange: &mut Exchange) {
    from_edge(exchange, 403);
}

/// A page load that went well.
fn load(variant: PageVariant, delivery: Delivery) -> ExchangeOutcome {
    let with_sri = variant == PageVariant::CdnSri;
    let origin = match delivery {
        Delivery::Opaque => "null",
        _ => APP,
    };
    let mut headers = fields();
    if with_sri {
        headers.push(header("access-control-allow-origin", "*"));
    }
    let load = PageLoad {
        ended: LoadEnd::Ready,
        sdk_ready_ms: Some(252.0),
        channel: vec![said_by_page(252.0, "SDK_READY")],
        origin: origin.to_owned(),
        secure_context: delivery != Delivery::Opaque,
        document: Some(DocumentTiming {
            dom_interactive: 255.0,
            load_event_start: 256.0,
            load_event_end: 257.0,
            ..DocumentTiming::default()
        }),
        script: Some(ResourceTiming {
            name: SDK_URL.to_owned(),
            start_time: 12.0,
            request_start: 20.0,
            response_start: 24.0,
            response_end: 61.0,
            transfer_size: 227_000,
            decoded_body_size: BYTES,
            next_hop_protocol: "h2".to_owned(),
            ..ResourceTiming::default()
        }),
        script_element: Some(ScriptElement {
            src: SDK_URL.to_owned(),
            integrity: with_sri.then(|| format!("sha384-{DIGEST}")),
            crossorigin: with_sri.then(|| "anonymous".to_owned()),
        }),
        sdk: SdkPresence {
            type_of_global: "object".to_owned(),
            type_of_ready_symbol: "function".to_owned(),
            missing_symbols: Vec::new(),
            version: Some("3.20.0".to_owned()),
        },
        network: vec![
            NetworkRequest {
                url: "https://app.medzen.example/meeting".to_owned(),
                resource_type: "Document".to_owned(),
                status: Some(200),
                end_ms: Some(10.0),
                ..NetworkRequest::default()
            },
            NetworkRequest {
                url: SDK_URL.to_owned(),
                resource_type: "Script".to_owned(),
                status: Some(200),
                mime_type: Some("application/javascript".to_owned()),
                protocol: Some("h2".to_owned()),
                end_ms: Some(61.0),
                encoded_data_length: 227_000,
                headers,
                ..NetworkRequest::default()
            },
        ],
        wall_ms: 900.0,
        ..PageLoad::default()
    };
    record(variant, delivery, load)
}

fn record(variant: PageVariant, delivery: Delivery, load: PageLoad) -> ExchangeOutcome {
    let manifest = manifest();
    let classified = classify(
        &load,
        &Question {
            variant,
            sdk_url: Some(SDK_URL),
            manifest: &manifest,
            timer_ms: TIMER_MS,
        },
    );
    ExchangeOutcome::Load(Box::new(LoadRecord {
        variant,
        delivery,
        classified,
        load: Some(load),
    }))
}

pub(super) fn said_by_page(at_ms: f64, message: &str) -> ChannelMessage {
    ChannelMessage {
        at_ms,
        message: message.to_owned(),
    }
}

pub(super) fn console(load: &mut PageLoad, text: &str) {
    load.console.push(ConsoleMessage {
        level: "error".to_owned(),
        source: "security".to_owned(),
        text: text.to_owned(),
        url: None,
    });
}

pub(super) fn threw(load: &mut PageLoad, text: &str, url: Option<&str>) {
    load.exceptions.push(PageException {
        text: text.to_owned(),
        url: url.map(str::to_owned),
        line: Some(1),
    });
}

/// The script's request of a page.
pub(super) fn script(load: &mut PageLoad) -> &mut NetworkRequest {
    load.network.last_mut().unwrap()
}

/// The page without its SDK, which says that loading failed.
pub(super) fn without_sdk(load: &mut PageLoad) {
    load.ended = LoadEnd::Failed;
    load.sdk_ready_ms = None;
    load.channel = vec![said_by_page(60.0, "SDK_LOAD_FAILED: url")];
    load.script = None;
    load.sdk = SdkPresence {
        type_of_global: "undefined".to_owned(),
        type_of_ready_symbol: "undefined".to_owned(),
        ..SdkPresence::default()
    };
}

/// The page whose SDK came and left nothing behind.
pub(super) fn ran_empty(load: &mut PageLoad) {
    let script = load.script.take();
    without_sdk(load);
    load.script = script;
    load.channel = vec![said_by_page(400.0, "SDK_UNDEFINED")];
}

/// The SDK's request without an answer.
pub(super) fn fails(load: &mut PageLoad, error: &str) {
    without_sdk(load);
    let request = script(load);
    request.status = None;
    request.mime_type = None;
    request.protocol = None;
    request.headers.clear();
    request.encoded_data_length = 0;
    request.error_text = Some(error.to_owned());
}

pub(super) fn answered(load: &mut PageLoad, status: u16, mime: &str, fields: &[(&str, &str)]) {
    without_sdk(load);
    let request = script(load);
    request.status = Some(status);
    request.mime_type = Some(mime.to_owned());
    request.headers = fields
        .iter()
        .map(|(name, value)| header(name, value))
        .collect();
    request.headers.push(header("content-type", mime));
}

fn is(name: &str, values: &[&str]) -> Check {
    Check::HeaderIs {
        name: name.to_owned(),
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    }
}

fn present(name: &str) -> Check {
    Check::HeaderPresent {
        name: name.to_owned(),
    }
}

fn became_ready() -> Vec<Check> {
    vec![
        Check::Became(vec![Classification::Ready]),
        Check::SdkVersion("3.20.0".to_owned()),
        Check::Channel("SDK_READY".to_owned()),
    ]
}

fn one(title: &'static str, tries: &[ExchangeOutcome], checks: Vec<Check>) -> One {
    One {
        title,
        tries: tries.to_vec(),
        checks,
    }
}

fn whole(exchange: &Exchange) -> ExchangeOutcome {
    ExchangeOutcome::Answer(Box::new(exchange.clone()))
}

impl Gate {
    /// Everything as it should be.
    #[expect(
        clippy::too_many_lines,
        reason = "a list of probes, one after the other"
    )]
    pub(super) fn good() -> Self {
        let first = |mut exchange: Exchange| {
            set(&mut exchange.headers, "x-cache", "Miss from cloudfront");
            unset(&mut exchange.headers, "age");
            exchange
        };
        let by_app = file(&[("origin", APP), ("accept-encoding", "gzip, br")]);
        let by_none = file(&[("origin", "null"), ("accept-encoding", "gzip, br")]);
        let plain = file(&[("accept-encoding", "identity")]);
        let mut redirect = answer(&SDK_URL.replace("https", "http"), 301, &[]);
        redirect.headers = vec![
            header("server", "CloudFront"),
            header("content-type", "text/html"),
            header("location", SDK_URL),
            header("x-cache", "Redirect from cloudfront"),
        ];
        let mut missing = answer(&SDK_URL.replace("3.20.0", "0.0.0"), 403, &[]);
        store_error(&mut missing, 403, "AccessDenied");
        let mut direct = answer(
            "https://medzen-sdk.s3.us-east-1.amazonaws.com/chime-sdk-3.20.0.min.js",
            403,
            &[],
        );
        store_error(&mut direct, 403, "AccessDenied");
        let mut by_h3 = plain.clone();
        by_h3.protocol = "h3".to_owned();
        let old_tls = ExchangeOutcome::Handshake(Handshake {
            host: HOST.to_owned(),
            offered: TlsVersion::Tls11,
            answer: HandshakeAnswer::Alert(70),
        });
        let probes = vec![
            one(
                "by the app",
                &[whole(&first(by_app.clone())), whole(&by_app)],
                vec![
                    Check::Status(vec![200]),
                    is("access-control-allow-origin", &["*", APP]),
                    present("timing-allow-origin"),
                    is("x-content-type-options", &["nosniff"]),
                    present("strict-transport-security"),
                    is("content-type", &["application/javascript"]),
                    Check::HeaderHas {
                        name: "cache-control".to_owned(),
                        token: "immutable".to_owned(),
                    },
                    Check::HeaderNumber {
                        name: "cache-control".to_owned(),
                        directive: Some("max-age".to_owned()),
                        op: Op::AtLeast,
                        value: 31_536_000.0,
                    },
                    Check::Encoding(vec!["gzip".to_owned(), "br".to_owned()]),
                    Check::Integrity(format!("sha384-{DIGEST}")),
                    Check::Protocol(vec!["h2".to_owned()]),
                    present("alt-svc"),
                ],
            ),
            one(
                "by a page without origin",
                &[whole(&by_none)],
                vec![
                    Check::Status(vec![200]),
                    is("access-control-allow-origin", &["*", "null"]),
                ],
            ),
            one(
                "as it is",
                &[whole(&first(plain.clone())), whole(&plain)],
                vec![
                    Check::Status(vec![200]),
                    Check::Bytes(BYTES),
                    Check::Integrity(format!("sha384-{DIGEST}")),
                    is("x-cache", &["Hit from cloudfront"]),
                ],
            ),
            one(
                "by plain http",
                &[whole(&redirect)],
                vec![Check::Status(vec![301]), is("location", &[SDK_URL])],
            ),
            one(
                "a missing file",
                &[whole(&missing)],
                vec![Check::Status(vec![403, 404])],
            ),
            one(
                "past the CDN",
                &[whole(&direct)],
                vec![Check::Status(vec![403])],
            ),
            one("TLS 1.1", &[old_tls], vec![Check::HandshakeAccepted(false)]),
            one(
                "by h3",
                &[whole(&by_h3)],
                vec![
                    Check::Status(vec![200]),
                    Check::Protocol(vec!["h3".to_owned()]),
                ],
            ),
            one("cdn", &[load(PageVariant::Cdn, Delivery::Webview)], {
                let mut checks = became_ready();
                checks.push(Check::SecureContext(true));
                checks
            }),
            one(
                "cdn-sri",
                &[load(PageVariant::CdnSri, Delivery::Webview)],
                became_ready(),
            ),
            one(
                "cdn-sri, opaque",
                &[load(PageVariant::CdnSri, Delivery::Opaque)],
                vec![Check::Became(vec![Classification::Ready])],
            ),
        ];
        Self {
            sdk_url: SDK_URL.to_owned(),
            probes,
        }
    }

    /// Every answer on the wire of which this holds.
    pub(super) fn answers(
        &mut self,
        which: impl Fn(&Exchange) -> bool,
        wrong: impl Fn(&mut Exchange),
    ) -> &mut Self {
        for outcome in self.probes.iter_mut().flat_map(|one| &mut one.tries) {
            if let ExchangeOutcome::Answer(exchange) = outcome
                && which(exchange)
            {
                wrong(exchange);
            }
        }
        self
    }

    /// Every answer with the file.
    pub(super) fn files(&mut self, wrong: impl Fn(&mut Exchange)) -> &mut Self {
        self.answers(|exchange| exchange.url == SDK_URL, wrong)
    }

    /// No answer to what asks for this.
    pub(super) fn no_answers(
        &mut self,
        which: impl Fn(&Exchange) -> bool,
        kind: ExchangeFailureKind,
        message: &str,
    ) -> &mut Self {
        self.gives_up(which, kind, message, None)
    }

    /// The same, where the body had begun and then nothing came for so long.
    pub(super) fn gives_up(
        &mut self,
        which: impl Fn(&Exchange) -> bool,
        kind: ExchangeFailureKind,
        message: &str,
        silent_ms: Option<f64>,
    ) -> &mut Self {
        for outcome in self.probes.iter_mut().flat_map(|one| &mut one.tries) {
            let ExchangeOutcome::Answer(exchange) = outcome else {
                continue;
            };
            if which(exchange) {
                *outcome = ExchangeOutcome::Failure(ExchangeFailure {
                    method: exchange.method.clone(),
                    url: exchange.url.clone(),
                    kind,
                    message: message.to_owned(),
                    // A client gives up after 3 s, of which these were without a byte.
                    received: silent_ms.map(|silent_ms| Received {
                        bytes: 113_000,
                        silent_ms,
                        waited_ms: 3_000.0,
                    }),
                });
            }
        }
        self
    }

    /// Every page of these variants, classified anew.
    pub(super) fn loads(
        &mut self,
        which: impl Fn(PageVariant, Delivery) -> bool,
        wrong: impl Fn(&mut PageLoad),
    ) -> &mut Self {
        for outcome in self.probes.iter_mut().flat_map(|one| &mut one.tries) {
            let ExchangeOutcome::Load(seen) = outcome else {
                continue;
            };
            if which(seen.variant, seen.delivery) {
                let mut load = seen.load.clone().unwrap();
                wrong(&mut load);
                *outcome = record(seen.variant, seen.delivery, load);
            }
        }
        self
    }

    /// Only what was seen on the wire.
    pub(super) fn wire_only(mut self) -> Self {
        self.probes
            .retain(|one| !matches!(one.tries[0], ExchangeOutcome::Load(_)));
        self
    }

    /// Only what was seen in the browser.
    pub(super) fn browser_only(mut self) -> Self {
        self.probes
            .retain(|one| matches!(one.tries[0], ExchangeOutcome::Load(_)));
        self
    }

    /// What is diagnosed, with how many checks do not hold.
    pub(super) fn diagnosed(&self) -> (Vec<Diagnosis>, usize) {
        let sdk = manifest();
        let probes: Vec<Probe<'_>> = self.probes.iter().map(probe).collect();
        let mut failed = Vec::new();
        for (probe, one) in self.probes.iter().enumerate() {
            let Some(judged) = one.tries.last() else {
                continue;
            };
            for check in &one.checks {
                if check_outcome(check, judged).outcome != Outcome::Pass {
                    failed.push(FailedCheck { probe, check });
                }
            }
        }
        let evidence = Evidence {
            sdk: &sdk,
            sdk_url: &self.sdk_url,
            probes: &probes,
            failed: &failed,
        };
        (diagnose(&evidence), failed.len())
    }
}

fn probe(one: &One) -> Probe<'_> {
    Probe {
        title: one.title,
        tries: one.tries.iter().map(seen).collect(),
    }
}

fn seen(outcome: &ExchangeOutcome) -> Seen<'_> {
    match outcome {
        ExchangeOutcome::Answer(exchange) => Seen::Answer(exchange),
        ExchangeOutcome::Failure(failure) => Seen::NoAnswer(failure),
        ExchangeOutcome::Handshake(handshake) => Seen::Handshake(handshake),
        ExchangeOutcome::Load(record) => Seen::Load {
            variant: record.variant,
            delivery: record.delivery,
            load: record.load.as_ref().unwrap(),
            classified: &record.classified,
        },
        ExchangeOutcome::NotSent(_) => Seen::NotSent,
    }
}
