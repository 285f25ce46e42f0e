//! From requests as they are written to the requests of a plan.

mod bodies;
mod headers;
mod probes;
pub(super) mod raw;

use std::cell::Cell;
use std::collections::HashMap;

use greenroom_model::{Header, PageTimers};
use url::Url;

use self::raw::{ByteCount, Expectations, FieldName, RequestEntry, Template};
use super::error::{Problem, ScenarioError, clip, listed};
use super::names::{self, Names, Place};
use super::raw::Document;
use super::source::{SourceFile, Span};
use super::units;
use super::vocabulary::{ContentCoding, Vocabulary};
use super::written::{OneOrMany, Pairs, Placed, Written};
use crate::journal::TargetKind;
use crate::plan::{AskedCheck, Body, Check, HttpVersion, Probe, Request};

const ATTEMPTS: u32 = 1;
const TIMEOUT_MS: u64 = 10_000;
/// The methods that a request can have, as they are written.
const METHODS: [&str; 6] = ["get", "head", "options", "put", "post", "delete"];

/// Resolves the requests of a scenario.
pub(super) fn requests(
    source: &SourceFile,
    document: &Document,
    names: &Names,
    target: TargetKind,
) -> Result<Vec<Request>, ScenarioError> {
    let Some(entries) = document.requests.get() else {
        return Ok(Vec::new());
    };
    if entries.value.is_empty() {
        return Err(ScenarioError::new(
            source,
            entries.span,
            Problem::new(
                "this scenario has no request, so nothing would be done",
                "write at least one, for example `- get: ${cdn.sdk_url}`",
            ),
        ));
    }
    let timers = probes::timers(source, document)?;
    let mut titles: HashMap<String, u32> = HashMap::new();
    let mut requests = Vec::new();
    for (index, entry) in entries.value.iter().enumerate() {
        let reader = Reader {
            source,
            names,
            target,
            timers,
            needs_calls: Cell::new(false),
        };
        let mut request = reader.entry(entry, index)?;
        // The report keeps verdicts apart by the request's title.
        let uses = titles.entry(request.title.clone()).or_default();
        *uses += 1;
        if *uses > 1 {
            request.title = format!("{} ({uses})", request.title);
        }
        requests.push(request);
    }
    Ok(requests)
}

/// Whether this is a field name in lower case (RFC 9110, section 5.1).
pub(super) fn is_field_name(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"!#$%&'*+-.^_`|~".contains(&byte)
        })
}

struct Reader<'a> {
    source: &'a SourceFile,
    names: &'a Names,
    target: TargetKind,
    /// The timers of the pages that are loaded.
    timers: PageTimers,
    /// Whether a name of a call stood in anything that was filled in.
    needs_calls: Cell<bool>,
}

impl Reader<'_> {
    fn entry(&self, entry: &Placed<RequestEntry>, index: usize) -> Result<Request, ScenarioError> {
        match (entry.value.load.get(), entry.value.tls.get()) {
            (None, None) => self.request(entry, index),
            (Some(variant), None) => self.load(entry, variant),
            (None, Some(version)) => self.handshake(entry, version),
            (Some(_), Some(tls)) => Err(tls.error(
                self.source,
                Problem::new(
                    "this entry is both a `load` and a `tls` handshake",
                    "write two entries",
                ),
            )),
        }
    }

    fn request(
        &self,
        entry: &Placed<RequestEntry>,
        index: usize,
    ) -> Result<Request, ScenarioError> {
        let Placed { value, span } = entry;
        let (method, target) = self.method(value, *span)?;
        self.no_keys_of_a_load(value, "a request")?;
        let url = self.url(target)?;
        let place = Place::Sent {
            url: &url,
            first: index == 0,
        };
        let mut headers = self.sent(value, place)?;
        let body = self.body(value, method, place)?;
        let expect = self.expectations(entry, probes::Asked::Request)?;
        let checks = self.checks(expect, method)?;
        accept_what_is_expected(&mut headers, &checks);
        if let Some(Body::Json(_)) = body
            && headers.iter().all(|header| header.name != "content-type")
        {
            headers.push(Header {
                name: "content-type".to_owned(),
                value: "application/json".to_owned(),
            });
        }
        Ok(Request {
            method: method.to_uppercase(),
            headers,
            body,
            over: value
                .over
                .get()
                .map(|over| over.read(self.source))
                .transpose()?,
            ..self.common(
                entry,
                || format!("{} {url}", method.to_uppercase()),
                TIMEOUT_MS,
                url.as_str(),
                checks,
            )?
        })
    }

    /// What entries of every kind have; the rest is that of a plain GET.
    fn common(
        &self,
        entry: &Placed<RequestEntry>,
        title: impl FnOnce() -> String,
        timeout_ms: u64,
        url: &str,
        checks: Vec<AskedCheck>,
    ) -> Result<Request, ScenarioError> {
        let Placed { value, span } = entry;
        Ok(Request {
            title: match value.title.get() {
                Some(title) => title.read(self.source)?.0,
                None => title(),
            },
            probe: Probe::Http,
            method: "GET".to_owned(),
            url: url.to_owned(),
            over: None,
            headers: Vec::new(),
            body: None,
            needs_calls: self.needs_calls.get(),
            attempts: match value.attempts.get() {
                Some(attempts) => attempts.read(self.source)?.0,
                None => ATTEMPTS,
            },
            timeout_ms: match value.timeout.get() {
                Some(timeout) => timeout.read(self.source)?.0,
                None => timeout_ms,
            },
            checks,
            at: span.at,
        })
    }

    fn method<'e>(
        &self,
        entry: &'e RequestEntry,
        span: Span,
    ) -> Result<(&'static str, &'e Written<Template>), ScenarioError> {
        let given = [
            &entry.get,
            &entry.head,
            &entry.options,
            &entry.put,
            &entry.post,
            &entry.delete,
        ];
        let mut methods = METHODS
            .into_iter()
            .zip(given)
            .filter_map(|(method, url)| url.get().map(|url| (method, url)));
        let help = format!(
            "give one of {} its URL, or write `load: cdn` or `tls: \"1.1\"`",
            listed(&METHODS)
        );
        let Some(method) = methods.next() else {
            return Err(ScenarioError::new(
                self.source,
                span,
                Problem::new("this request has no method", help),
            ));
        };
        match methods.next() {
            None => Ok(method),
            Some((second, url)) => Err(url.error(
                self.source,
                Problem::new(
                    format!(
                        "this request has two methods, `{}` and `{second}`",
                        method.0
                    ),
                    "write two requests",
                ),
            )),
        }
    }

    fn fill(&self, text: &Written<Template>, place: Place<'_>) -> Result<String, ScenarioError> {
        self.filled(&text.text, place)
            .map_err(|problem| text.error(self.source, problem))
    }

    fn filled(&self, text: &str, place: Place<'_>) -> Result<String, Problem> {
        if names::speaks_of_calls(text) {
            self.needs_calls.set(true);
        }
        self.names.fill(text, place)
    }

    fn url(&self, target: &Written<Template>) -> Result<Url, ScenarioError> {
        let text = self.fill(target, Place::Elsewhere)?;
        match Url::parse(&text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url),
            _ => Err(target.error(
                self.source,
                Problem::new(
                    format!("`{}` is not an http or https URL", clip(&text)),
                    "write an absolute URL, for example `${cdn.sdk_url}`",
                ),
            )),
        }
    }

    fn sent(&self, entry: &RequestEntry, place: Place<'_>) -> Result<Vec<Header>, ScenarioError> {
        let Some(Pairs(pairs)) = entry.with.get() else {
            return Ok(Vec::new());
        };
        let mut headers: Vec<Header> = Vec::new();
        for (name, value) in pairs {
            let header = Header {
                name: self.field_name(name)?,
                value: self.field_value(value, place)?,
            };
            if headers.iter().any(|other| other.name == header.name) {
                return Err(self.named_twice(name));
            }
            headers.push(header);
        }
        Ok(headers)
    }

    fn field_name(&self, name: &Written<FieldName>) -> Result<String, ScenarioError> {
        let lower = name.text.to_ascii_lowercase();
        if is_field_name(&lower) {
            Ok(lower)
        } else {
            Err(name.error(
                self.source,
                Problem::new(
                    format!("`{}` is not a header name", clip(&name.text)),
                    "header names are letters, digits and `-`",
                ),
            ))
        }
    }

    fn named_twice(&self, name: &Written<FieldName>) -> ScenarioError {
        name.error(
            self.source,
            Problem::new(
                format!(
                    "the header `{}` stands here a second time",
                    clip(&name.text)
                ),
                "name each header once; upper and lower case are the same",
            ),
        )
    }

    fn field_value(
        &self,
        value: &Written<Template>,
        place: Place<'_>,
    ) -> Result<String, ScenarioError> {
        let filled = self.fill(value, place)?;
        if filled.chars().any(char::is_control) {
            return Err(value.error(
                self.source,
                Problem::new(
                    "a header value cannot hold line breaks or control characters",
                    "write it on one line",
                ),
            ));
        }
        Ok(filled)
    }

    fn checks(
        &self,
        expect: &Placed<Expectations>,
        method: &str,
    ) -> Result<Vec<AskedCheck>, ScenarioError> {
        let Placed { value, span } = expect;
        let mut checks = Vec::new();
        if let Some(status) = value.status.get() {
            let codes: Vec<u16> = self
                .each(status, |code| code.read(self.source))?
                .iter()
                .map(|code| code.0)
                .collect();
            let words: Vec<String> = codes.iter().map(u16::to_string).collect();
            checks.push(AskedCheck {
                text: format!("status is {}", words.join(" or ")),
                at: status.span().at,
                check: Check::Status(codes),
            });
        }
        if let Some(Pairs(rules)) = value.headers.get() {
            self.header_checks(rules, &mut checks)?;
        }
        if let Some(location) = value.location.get() {
            let name = "location".to_owned();
            let values = location.items(self.source)?;
            checks.push(self.header_is(name, values, location.span())?);
        }
        self.body_checks(value, method, &mut checks)?;
        checks.extend(self.protocol(value)?);
        if checks.is_empty() {
            return Err(ScenarioError::new(
                self.source,
                *span,
                Problem::new(
                    "nothing is expected of this request's answer",
                    "expect something, for example `status: 200`",
                ),
            ));
        }
        Ok(checks)
    }

    fn protocol(&self, expect: &Expectations) -> Result<Option<AskedCheck>, ScenarioError> {
        let Some(protocol) = expect.protocol.get() else {
            return Ok(None);
        };
        let words = self.words::<HttpVersion>(protocol)?;
        Ok(Some(AskedCheck {
            text: format!("protocol is {}", words.join(" or ")),
            at: protocol.span().at,
            check: Check::Protocol(words),
        }))
    }

    fn body_checks(
        &self,
        expect: &Expectations,
        method: &str,
        checks: &mut Vec<AskedCheck>,
    ) -> Result<(), ScenarioError> {
        let first_span = [
            expect.encoding.get().map(OneOrMany::span),
            expect.integrity.get().map(|value| value.span),
            expect.bytes.get().map(|value| value.span),
            expect.stack_trace.get().map(|value| value.span),
            expect.body.get().map(|value| value.span),
            expect
                .json
                .get()
                .and_then(|values| values.0.first().map(|(pointer, _)| pointer.span)),
        ]
        .into_iter()
        .flatten()
        .next();
        if let (Some(span), "head") = (first_span, method) {
            return Err(ScenarioError::new(
                self.source,
                span,
                Problem::new(
                    "the answer to HEAD has no body",
                    "use `get`, or expect the headers `content-encoding` and `content-length`",
                ),
            ));
        }
        if let Some(encoding) = expect.encoding.get() {
            let words = self.words::<ContentCoding>(encoding)?;
            checks.push(AskedCheck {
                text: format!("encoding is {}", words.join(" or ")),
                at: encoding.span().at,
                check: Check::Encoding(words),
            });
        }
        if let Some(integrity) = expect.integrity.get() {
            let value = self.integrity(integrity)?;
            checks.push(AskedCheck {
                text: format!("integrity is {value}"),
                at: integrity.span.at,
                check: Check::Integrity(value),
            });
        }
        if let Some(bytes) = expect.bytes.get() {
            let value = self.bytes(bytes)?;
            checks.push(AskedCheck {
                text: format!("length is {value} bytes"),
                at: bytes.span.at,
                check: Check::Bytes(value),
            });
        }
        if let Some(values) = expect.json.get() {
            self.json_checks(values, checks)?;
        }
        if let Some(rule) = expect.body.get() {
            self.beginning(rule, checks)?;
        }
        if let Some(word) = expect.stack_trace.get() {
            word.read(self.source)?;
            checks.push(AskedCheck {
                text: "no stack trace in the body".to_owned(),
                at: word.span.at,
                check: Check::NoStackTrace,
            });
        }
        Ok(())
    }

    fn integrity(&self, written: &Written<Template>) -> Result<String, ScenarioError> {
        // 48 bytes of SHA-384 are 64 characters of base64.
        const LENGTH: usize = 64;
        let value = self.fill(written, Place::Elsewhere)?;
        let good = value.strip_prefix("sha384-").is_some_and(|digest| {
            digest.len() == LENGTH
                && digest
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/')
        });
        if good {
            Ok(value)
        } else {
            Err(written.error(
                self.source,
                Problem::new(
                    format!("`{}` is not a SHA-384 integrity value", clip(&value)),
                    "write `${sdk.integrity}`, or `sha384-` and 64 characters of base64",
                ),
            ))
        }
    }

    fn bytes(&self, written: &Written<ByteCount>) -> Result<u64, ScenarioError> {
        self.filled(&written.text, Place::Elsewhere)
            .and_then(|filled| units::whole(&filled, 0, 1 << 40))
            .map_err(|problem| written.error(self.source, problem))
    }

    fn each<T, R>(
        &self,
        list: &OneOrMany<T>,
        read: impl Fn(&Written<T>) -> Result<R, ScenarioError>,
    ) -> Result<Vec<R>, ScenarioError> {
        list.items(self.source)?.iter().map(read).collect()
    }

    fn words<T: Vocabulary>(&self, list: &OneOrMany<T>) -> Result<Vec<String>, ScenarioError> {
        self.each(list, |word| {
            word.read(self.source).map(|value| value.word().to_owned())
        })
    }
}

/// A server compresses only for a client that says it can decode: where a coding is expected
/// and the scenario sends no `accept-encoding`, what is expected is asked for.
fn accept_what_is_expected(headers: &mut Vec<Header>, checks: &[AskedCheck]) {
    let expected = checks.iter().find_map(|asked| match &asked.check {
        Check::Encoding(codings) => Some(codings.join(", ")),
        _ => None,
    });
    if let Some(value) = expected
        && headers
            .iter()
            .all(|header| header.name != "accept-encoding")
    {
        headers.push(Header {
            name: "accept-encoding".to_owned(),
            value,
        });
    }
}
