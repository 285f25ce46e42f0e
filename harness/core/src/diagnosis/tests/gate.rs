//! What a gate's probes see of a deployment that is right, to be made wrong by a case.
//!
//! The expectations are put to it by the real checks and the pages are classified by the real
//! rules, so that a case says only what was seen.

use greenroom_model::exchange::{
    ExchangeFailureKind, Handshake, HandshakeAnswer, Received, TlsVersion,
};
use greenroom_model::{Delivery, Exchange, ExchangeFailure, PageLoad, PageVariant};

use super::exchanges::{
    APP, BYTES, DIGEST, HOST, SDK_URL, answer, file, header, set, store_error, unset,
};
use super::pages::{load, manifest, record};
use crate::checks::check_outcome;
use crate::diagnosis::{Diagnosis, Evidence, FailedCheck, Probe, Seen, diagnose};
use crate::journal::{Classification, ExchangeOutcome};
use crate::plan::{Check, Op};
use crate::results::Outcome;

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

    /// Expects more of a probe.
    pub(super) fn expects(&mut self, title: &str, check: Check) -> &mut Self {
        let asked = self.probes.iter_mut().find(|one| one.title == title);
        asked.unwrap().checks.push(check);
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
