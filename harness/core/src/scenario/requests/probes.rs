//! Loads of the meeting page and TLS handshakes, beside the requests on the wire.

use greenroom_model::exchange::TlsVersion;
use greenroom_model::{Delivery, PageTimers, PageVariant};

use super::Reader;
use super::raw::{Expectations, RequestEntry};
use crate::journal::{Classification, TargetKind};
use crate::plan::{AskedCheck, Check, LoadProbe, Probe, Request};
use crate::scenario::error::{Problem, ScenarioError};
use crate::scenario::names::Place;
use crate::scenario::options;
use crate::scenario::raw::Document;
use crate::scenario::source::{SourceFile, Span};
use crate::scenario::vocabulary::{HandshakeEnd, Vocabulary};
use crate::scenario::written::{OneOrMany, Placed, Written};

const HANDSHAKE_TIMEOUT_MS: u64 = 10_000;

/// So much longer than the page's own timer a load is watched: what a user is told by then can be
/// seen.
const BEYOND_THE_TIMER_MS: u64 = 10_000;

/// What an entry asks, and so which expectations it can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Request,
    Load,
    Handshake,
}

impl Asked {
    const fn in_words(self) -> &'static str {
        match self {
            Self::Request => "a request",
            Self::Load => "a load",
            Self::Handshake => "a handshake",
        }
    }

    const fn help(self) -> &'static str {
        match self {
            Self::Request => "expect something, for example `status: 200`",
            Self::Load => "leave `expect` out for `outcome: ready`",
            Self::Handshake => "write `expect: {handshake: refused}` or `accepted`",
        }
    }
}

/// The timers of the pages that requests load.
pub(super) fn timers(
    source: &SourceFile,
    document: &Document,
) -> Result<PageTimers, ScenarioError> {
    let Some(Placed { value: page, .. }) = document.page.get() else {
        return Ok(PageTimers::default());
    };
    let unused = [
        page.variant.get().map(|key| key.span),
        page.encoding.get().map(|key| key.span),
        page.cache_control.get().map(|key| key.span),
    ];
    if let Some(span) = unused.into_iter().flatten().next() {
        return Err(ScenarioError::new(
            source,
            span,
            Problem::new(
                "each `load` names its page, and does not choose how it is compressed or cached",
                "remove the key; the `page` of requests has `timers` only",
            ),
        ));
    }
    options::timers(source, page)
}

impl Reader<'_> {
    pub(super) fn load(
        &self,
        entry: &Placed<RequestEntry>,
        variant: &Written<PageVariant>,
    ) -> Result<Request, ScenarioError> {
        let value = &entry.value;
        self.no_keys_of_a_request(value, "a load")?;
        let variant = variant.read(self.source)?;
        let delivery = match value.delivery.get() {
            Some(written) => {
                let delivery = written.read(self.source)?;
                if self.target == TargetKind::Deployed && delivery != Delivery::Webview {
                    return Err(written.error(self.source, needs_the_stack(delivery)));
                }
                delivery
            }
            None => Delivery::Webview,
        };
        let again = match value.again.get() {
            Some(again) => again.read(self.source)?,
            None => false,
        };
        let checks = match value.expect.get() {
            Some(_) => self.checks_of_a_load(self.expectations(entry, Asked::Load)?)?,
            None => vec![AskedCheck {
                text: "outcome is ready".to_owned(),
                at: entry.span.at,
                check: Check::Became(vec![Classification::Ready]),
            }],
        };
        let title = || {
            let times = if again { ", again" } else { "" };
            format!(
                "load of the {} page, {}{times}",
                variant.word(),
                delivery.word()
            )
        };
        Ok(Request {
            probe: Probe::Load(LoadProbe {
                variant,
                delivery,
                again,
                page_timers: self.timers,
            }),
            method: "LOAD".to_owned(),
            ..self.common(
                entry,
                title,
                self.timers.of(variant).saturating_add(BEYOND_THE_TIMER_MS),
                &self.known("${cdn.sdk_url}", entry.span)?,
                checks,
            )?
        })
    }

    pub(super) fn handshake(
        &self,
        entry: &Placed<RequestEntry>,
        version: &Written<TlsVersion>,
    ) -> Result<Request, ScenarioError> {
        let value = &entry.value;
        self.no_keys_of_a_request(value, "a handshake")?;
        self.no_keys_of_a_load(value, "a handshake")?;
        let version = version.read(self.source)?;
        let expect = self.expectations(entry, Asked::Handshake)?;
        let Some(written) = expect.value.handshake.get() else {
            return Err(nothing_expected(self.source, expect.span, Asked::Handshake));
        };
        let end = written.read(self.source)?;
        let checks = vec![AskedCheck {
            text: format!("handshake is {}", end.word()),
            at: written.span.at,
            check: Check::HandshakeAccepted(end == HandshakeEnd::Accepted),
        }];
        Ok(Request {
            probe: Probe::Handshake(version),
            method: "TLS".to_owned(),
            ..self.common(
                entry,
                || format!("handshake of TLS {} at most", version.word()),
                HANDSHAKE_TIMEOUT_MS,
                &self.known("${cdn.origin}", entry.span)?,
                checks,
            )?
        })
    }

    /// What is expected, with nothing in it that can only be expected of something else.
    pub(super) fn expectations<'e>(
        &self,
        entry: &'e Placed<RequestEntry>,
        asked: Asked,
    ) -> Result<&'e Placed<Expectations>, ScenarioError> {
        let Some(expect) = entry.value.expect.get() else {
            return Err(nothing_expected(self.source, entry.span, asked));
        };
        let value = &expect.value;
        let http: &[Asked] = &[Asked::Request];
        let load: &[Asked] = &[Asked::Load];
        let given = [
            ("status", http, value.status.get().map(OneOrMany::span)),
            ("encoding", http, value.encoding.get().map(OneOrMany::span)),
            ("integrity", http, value.integrity.get().map(|key| key.span)),
            ("bytes", http, value.bytes.get().map(|key| key.span)),
            (
                "stack_trace",
                http,
                value.stack_trace.get().map(|key| key.span),
            ),
            ("location", http, value.location.get().map(OneOrMany::span)),
            ("body", http, value.body.get().map(|key| key.span)),
            (
                "headers",
                http,
                value
                    .headers
                    .get()
                    .and_then(|pairs| Some(pairs.0.first()?.0.span)),
            ),
            (
                "json",
                http,
                value
                    .json
                    .get()
                    .and_then(|pairs| Some(pairs.0.first()?.0.span)),
            ),
            (
                "protocol",
                &[Asked::Request, Asked::Load],
                value.protocol.get().map(OneOrMany::span),
            ),
            ("outcome", load, value.outcome.get().map(OneOrMany::span)),
            (
                "sdk_version",
                load,
                value.sdk_version.get().map(|key| key.span),
            ),
            (
                "secure_context",
                load,
                value.secure_context.get().map(|key| key.span),
            ),
            ("channel", load, value.channel.get().map(OneOrMany::span)),
            (
                "handshake",
                &[Asked::Handshake],
                value.handshake.get().map(|key| key.span),
            ),
        ];
        for (key, owners, span) in given {
            let Some(span) = span.filter(|_| !owners.contains(&asked)) else {
                continue;
            };
            let owners: Vec<&str> = owners.iter().map(|owner| owner.in_words()).collect();
            return Err(ScenarioError::new(
                self.source,
                span,
                Problem::new(
                    format!(
                        "`{key}` is expected of {}, and this is {}",
                        owners.join(" or of "),
                        asked.in_words()
                    ),
                    "remove it, or write an entry of its own",
                ),
            ));
        }
        Ok(expect)
    }

    fn checks_of_a_load(
        &self,
        expect: &Placed<Expectations>,
    ) -> Result<Vec<AskedCheck>, ScenarioError> {
        let Placed { value, span } = expect;
        let mut checks = Vec::new();
        if let Some(outcome) = value.outcome.get() {
            let of = self.each(outcome, |word| word.read(self.source))?;
            let words: Vec<&str> = of.iter().map(|one: &Classification| one.word()).collect();
            checks.push(AskedCheck {
                text: format!("outcome is {}", words.join(" or ")),
                at: outcome.span().at,
                check: Check::Became(of),
            });
        }
        checks.extend(self.protocol(value)?);
        if let Some(version) = value.sdk_version.get() {
            let text = self.fill(version, Place::Elsewhere)?;
            checks.push(AskedCheck {
                text: format!("sdk_version is {text}"),
                at: version.span.at,
                check: Check::SdkVersion(text),
            });
        }
        if let Some(written) = value.secure_context.get() {
            let secure = written.read(self.source)?;
            checks.push(AskedCheck {
                text: format!("secure_context is {secure}"),
                at: written.span.at,
                check: Check::SecureContext(secure),
            });
        }
        if let Some(channel) = value.channel.get() {
            for message in channel.items(self.source)? {
                let text = message.read(self.source)?.0;
                checks.push(AskedCheck {
                    text: format!("the app is told {text}"),
                    at: message.span.at,
                    check: Check::Channel(text),
                });
            }
        }
        if checks.is_empty() {
            return Err(nothing_expected(self.source, *span, Asked::Load));
        }
        Ok(checks)
    }

    pub(super) fn no_keys_of_a_load(
        &self,
        entry: &RequestEntry,
        what: &str,
    ) -> Result<(), ScenarioError> {
        self.none_of(
            what,
            "a load",
            [
                ("delivery", entry.delivery.get().map(|key| key.span)),
                ("again", entry.again.get().map(|key| key.span)),
            ],
        )
    }

    fn no_keys_of_a_request(&self, entry: &RequestEntry, what: &str) -> Result<(), ScenarioError> {
        let url =
            |key: Option<&Written<_>>| key.map(|key: &Written<super::raw::Template>| key.span);
        self.none_of(
            what,
            "a request",
            [
                ("get", url(entry.get.get())),
                ("head", url(entry.head.get())),
                ("options", url(entry.options.get())),
                ("put", url(entry.put.get())),
                ("post", url(entry.post.get())),
                ("delete", url(entry.delete.get())),
                (
                    "with",
                    entry
                        .with
                        .get()
                        .and_then(|pairs| Some(pairs.0.first()?.0.span)),
                ),
                ("json", entry.json.get().map(|key| key.span)),
                ("body", url(entry.body.get())),
                ("over", entry.over.get().map(|key| key.span)),
            ],
        )
    }

    fn none_of<const N: usize>(
        &self,
        what: &str,
        owner: &str,
        keys: [(&str, Option<Span>); N],
    ) -> Result<(), ScenarioError> {
        let given = keys
            .into_iter()
            .find_map(|(key, span)| span.map(|span| (key, span)));
        match given {
            None => Ok(()),
            Some((key, span)) => Err(ScenarioError::new(
                self.source,
                span,
                Problem::new(
                    format!("`{key}` belongs to {owner}, and this is {what}"),
                    "remove it, or write an entry of its own",
                ),
            )),
        }
    }

    /// The value of a name that every target has.
    fn known(&self, name: &str, span: Span) -> Result<String, ScenarioError> {
        self.filled(name, Place::Elsewhere)
            .map_err(|problem| ScenarioError::new(self.source, span, problem))
    }
}

fn nothing_expected(source: &SourceFile, span: Span, asked: Asked) -> ScenarioError {
    let problem = Problem::new(
        format!("nothing is expected of {}", asked.in_words()),
        asked.help(),
    );
    ScenarioError::new(source, span, problem)
}

fn needs_the_stack(delivery: Delivery) -> Problem {
    Problem::new(
        format!(
            "delivery `{}` needs the local stack, and the target is deployed",
            delivery.word()
        ),
        "write `delivery: webview` (the page is then generated around the deployed SDK), or run \
         it against `--target local`",
    )
}
