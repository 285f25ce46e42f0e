//! Evidence, laid out for the rules: what each probe asked for, and which side of the deployment
//! each failed expectation is about.
//!
//! Invariant: nothing here depends on the order of the probes. Of several witnesses of one thing
//! the least by its text is quoted.

use greenroom_model::load::NetworkRequest;
use greenroom_model::{Exchange, ExchangeFailure, PageLoad, PageVariant};

use super::{Cause, Evidence, FailedCheck, Seen};
use crate::checks::fields;
use crate::classify::{self, Classified, Question, without_query};
use crate::plan::Check;

/// What a probe asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The SDK file, on the CDN.
    Sdk,
    /// The CDN by plain HTTP.
    Plain,
    /// Another file on the CDN.
    OtherFile,
    /// The bucket behind the CDN, by its own name.
    Bucket,
    /// Anything else: the token service, the app host, a page with the SDK inline.
    Elsewhere,
}

/// What an expectation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aspect {
    Status,
    Location,
    /// `Access-Control-*`.
    Cors,
    /// `Timing-Allow-Origin` and `Server-Timing`.
    Timing,
    /// Fields that harden a page against others.
    Security,
    CacheControl,
    /// `X-Cache` and `Age`.
    EdgeCache,
    ContentType,
    Encoding,
    /// What is in the file: its length, its digest, its beginning.
    File,
    Protocol,
    AltSvc,
    /// What became of a page.
    Load,
    SecureContext,
    Handshake,
    StackTrace,
    Other,
}

/// One try of a probe.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a> {
    pub(super) probe: usize,
    pub(super) place: Place,
    pub(super) seen: Seen<'a>,
    /// The SDK's request of a page that fetches it.
    pub(super) request: Option<&'a NetworkRequest>,
}

/// An expectation that does not hold, with the try that it was put to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Failure<'a> {
    /// Index into [`Evidence::failed`].
    pub(super) index: usize,
    pub(super) check: &'a Check,
    pub(super) aspect: Aspect,
    pub(super) view: View<'a>,
}

/// All that the rules look at.
#[derive(Debug)]
pub(super) struct Case<'a> {
    pub(super) evidence: &'a Evidence<'a>,
    /// Every try of every probe.
    pub(super) views: Vec<View<'a>>,
    pub(super) failures: Vec<Failure<'a>>,
}

/// What a rule says: a cause, and which of the failures come from it.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    pub(super) cause: Cause,
    pub(super) sentence: String,
    pub(super) remedy: String,
    pub(super) claims: Vec<usize>,
}

impl<'a> Case<'a> {
    pub(super) fn of(evidence: &'a Evidence<'a>) -> Self {
        let tries = evidence.probes.iter().enumerate();
        let views: Vec<View<'a>> = tries
            .flat_map(|(probe, one)| one.tries.iter().map(move |seen| (probe, *seen)))
            .map(|(probe, seen)| View::of(evidence, probe, seen))
            .collect();
        let failed = evidence.failed.iter().enumerate();
        let failures = failed
            .filter_map(|(index, FailedCheck { probe, check })| {
                let judged = evidence.probes.get(*probe)?.tries.last()?;
                let view = View::of(evidence, *probe, *judged);
                Some(Failure {
                    index,
                    check,
                    aspect: aspect(check),
                    view,
                })
            })
            .collect();
        Self {
            evidence,
            views,
            failures,
        }
    }

    /// Indices of the failures that a rule explains.
    pub(super) fn claims(&self, explained: impl Fn(&Failure<'a>) -> bool) -> Vec<usize> {
        let claimed = self.failures.iter().filter(|failure| explained(failure));
        claimed.map(|failure| failure.index).collect()
    }

    /// Every try that asked for the SDK file.
    pub(super) fn of_sdk(&self) -> impl Iterator<Item = &View<'a>> {
        self.views.iter().filter(|view| view.place == Place::Sdk)
    }

    /// Every try that asked the CDN for anything by https.
    pub(super) fn of_cdn(&self) -> impl Iterator<Item = &View<'a>> {
        self.views
            .iter()
            .filter(|view| matches!(view.place, Place::Sdk | Place::OtherFile))
    }

    /// Whole answers with the SDK file on the wire.
    pub(super) fn files(&self) -> impl Iterator<Item = &'a Exchange> {
        self.of_sdk()
            .filter_map(View::exchange)
            .filter(|exchange| exchange.status == 200 && exchange.method == "GET")
    }

    /// Pages that fetch the SDK, one for each try.
    pub(super) fn loads(&self) -> impl Iterator<Item = Loaded<'a>> {
        self.of_sdk().filter_map(View::loaded)
    }

    /// Whether the CDN's host answered anything at all by https.
    pub(super) fn answered(&self) -> bool {
        self.of_cdn().any(|view| view.status().is_some())
    }

    /// Host and, where it is not the usual one, port of the SDK's URL.
    pub(super) fn host(&self) -> &'a str {
        host(self.evidence.sdk_url)
    }
}

/// A page that fetches the SDK.
#[derive(Clone, Copy, Debug)]
pub(super) struct Loaded<'a> {
    pub(super) load: &'a PageLoad,
    pub(super) classified: &'a Classified,
    pub(super) request: Option<&'a NetworkRequest>,
}

impl<'a> View<'a> {
    fn of(evidence: &Evidence<'a>, probe: usize, seen: Seen<'a>) -> Self {
        let request = match seen {
            Seen::Load { variant, load, .. } => classify::sdk_request(
                load,
                &Question {
                    variant,
                    sdk_url: Some(evidence.sdk_url),
                    manifest: evidence.sdk,
                    timer_ms: 0,
                },
            ),
            _ => None,
        };
        Self {
            probe,
            place: place(evidence, seen),
            seen,
            request,
        }
    }

    pub(super) fn exchange(&self) -> Option<&'a Exchange> {
        match self.seen {
            Seen::Answer(exchange) => Some(exchange),
            _ => None,
        }
    }

    pub(super) fn no_answer(&self) -> Option<&'a ExchangeFailure> {
        match self.seen {
            Seen::NoAnswer(failure) => Some(failure),
            _ => None,
        }
    }

    /// The page, where it is one that fetches the SDK.
    pub(super) fn loaded(&self) -> Option<Loaded<'a>> {
        match self.seen {
            Seen::Load {
                variant,
                load,
                classified,
                ..
            } if variant != PageVariant::Inline => Some(Loaded {
                load,
                classified,
                request: self.request,
            }),
            _ => None,
        }
    }

    /// Status of the answer, on the wire or to the page.
    pub(super) fn status(&self) -> Option<u16> {
        match self.exchange() {
            Some(exchange) => Some(exchange.status),
            None => self.request.and_then(|request| request.status),
        }
    }

    /// A field of the answer, on the wire or to the page.
    pub(super) fn header(&self, name: &str) -> Option<String> {
        let headers = match self.exchange() {
            Some(exchange) => &exchange.headers,
            None => &self.request?.headers,
        };
        fields::combined(headers, name)
    }

    /// The answer's media type without its parameters, in lower case.
    pub(super) fn mime(&self) -> Option<String> {
        let field = self
            .header("content-type")
            .or_else(|| self.request?.mime_type.clone())?;
        let essence = field.split(';').next()?.trim().to_ascii_lowercase();
        (!essence.is_empty()).then_some(essence)
    }

    /// What the client says of an exchange that failed: the wire's or the browser's word.
    pub(super) fn error(&self) -> Option<&'a str> {
        match self.no_answer() {
            Some(failure) => Some(&failure.message),
            None => self.request?.error_text.as_deref(),
        }
    }

    /// Whether the answer came from the edge itself and not from the origin (a page of
    /// CloudFront's own, as for a host that it does not know).
    pub(super) fn is_edge_page(&self) -> bool {
        let html = self.mime().is_some_and(|mime| mime == "text/html");
        let by_edge = self
            .header("server")
            .is_some_and(|server| server.eq_ignore_ascii_case("cloudfront"))
            || self
                .header("x-cache")
                .is_some_and(|seen| seen.to_ascii_lowercase().ends_with("from cloudfront"));
        html && by_edge
    }
}

impl Failure<'_> {
    pub(super) fn is_at(&self, place: Place) -> bool {
        self.view.place == place
    }

    /// Whether it is about what is in the file, or what a page made of it.
    pub(super) fn is_of_content(&self) -> bool {
        self.is_at(Place::Sdk) && matches!(self.aspect, Aspect::File | Aspect::Load)
    }
}

fn place(evidence: &Evidence<'_>, seen: Seen<'_>) -> Place {
    let url = match seen {
        Seen::Answer(exchange) => exchange.url.as_str(),
        Seen::NoAnswer(failure) => failure.url.as_str(),
        Seen::Load { variant, .. } if variant != PageVariant::Inline => return Place::Sdk,
        Seen::Handshake(handshake) if handshake.host == without_port(host(evidence.sdk_url)) => {
            return Place::OtherFile;
        }
        Seen::Load { .. } | Seen::Handshake(_) | Seen::NotSent => return Place::Elsewhere,
    };
    if without_query(url) == without_query(evidence.sdk_url) {
        return Place::Sdk;
    }
    let host = host(url);
    if without_port(host) == without_port(self::host(evidence.sdk_url)) {
        let plain = url.starts_with("http://");
        return if plain {
            Place::Plain
        } else {
            Place::OtherFile
        };
    }
    // The names of S3's REST endpoint: `BUCKET.s3.REGION.amazonaws.com` and its older forms.
    let labels: Vec<&str> = host.split('.').collect();
    let of_s3 = labels
        .iter()
        .any(|label| *label == "s3" || label.starts_with("s3-"));
    if of_s3 && without_port(host).ends_with(".amazonaws.com") {
        Place::Bucket
    } else {
        Place::Elsewhere
    }
}

/// Host and port of a URL.
pub(super) fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

fn without_port(host: &str) -> &str {
    host.rsplit_once(':').map_or(host, |(name, _)| name)
}

fn aspect(check: &Check) -> Aspect {
    match check {
        Check::Status(_) => Aspect::Status,
        Check::HeaderIs { name, .. }
        | Check::HeaderAbsent { name }
        | Check::HeaderPresent { name }
        | Check::HeaderHas { name, .. }
        | Check::HeaderNumber { name, .. }
        | Check::HeaderNumberIfPresent { name, .. } => of_field(name),
        Check::Encoding(_) => Aspect::Encoding,
        Check::Integrity(_)
        | Check::Bytes(_)
        | Check::BodyStarts(_)
        | Check::BodyHas(_)
        | Check::BodyLacks(_) => Aspect::File,
        Check::Protocol(_) => Aspect::Protocol,
        Check::Became(_) | Check::SdkVersion(_) | Check::Channel(_) => Aspect::Load,
        Check::SecureContext(_) => Aspect::SecureContext,
        Check::HandshakeAccepted(_) => Aspect::Handshake,
        Check::NoStackTrace => Aspect::StackTrace,
        Check::Json { .. } => Aspect::Other,
    }
}

/// Fields that harden a page against others, whoever sets them.
pub(super) const SECURITY_FIELDS: [&str; 6] = [
    "strict-transport-security",
    "x-content-type-options",
    "x-frame-options",
    "referrer-policy",
    "x-xss-protection",
    "content-security-policy",
];

fn of_field(name: &str) -> Aspect {
    match name {
        "location" => Aspect::Location,
        "timing-allow-origin" | "server-timing" => Aspect::Timing,
        "cache-control" => Aspect::CacheControl,
        "x-cache" | "age" => Aspect::EdgeCache,
        "content-type" => Aspect::ContentType,
        "content-encoding" => Aspect::Encoding,
        "content-length" | "content-range" => Aspect::File,
        "alt-svc" => Aspect::AltSvc,
        name if name.starts_with("access-control-") => Aspect::Cors,
        name if SECURITY_FIELDS.contains(&name) => Aspect::Security,
        _ => Aspect::Other,
    }
}
