//! Pages work, and the deployment falls short of what is expected of it all the same.

use greenroom_model::exchange::{ExchangeFailureKind, HandshakeAnswer, TlsVersion};

use super::{Case, any, case};
use crate::diagnosis::Cause;
use crate::diagnosis::tests::exchanges::{
    BYTES, SDK_URL, content, header, set, store_error, unset,
};
use crate::diagnosis::tests::pages::{answered, script};
use crate::journal::ExchangeOutcome;
use crate::plan::{Check, Op};

pub(super) const CASES: &[Case] = &[
    case(
        "no compression",
        |gate| {
            gate.files(|exchange| {
                unset(&mut exchange.headers, "content-encoding");
                exchange.body_bytes = BYTES;
            });
        },
        &[Cause::Uncompressed],
        &[Cause::Uncompressed],
        &[],
    ),
    case(
        "always a miss",
        |gate| {
            gate.files(|exchange| {
                set(&mut exchange.headers, "x-cache", "Miss from cloudfront");
                unset(&mut exchange.headers, "age");
            })
            .loads(any, |load| {
                let request = script(load);
                set(&mut request.headers, "x-cache", "Miss from cloudfront");
            });
        },
        &[Cause::NeverCached],
        &[Cause::NeverCached],
        &[],
    ),
    case(
        "an hour to keep it",
        |gate| {
            gate.files(|exchange| {
                set(
                    &mut exchange.headers,
                    "cache-control",
                    "public, max-age=3600",
                );
            });
        },
        &[Cause::ShortMaxAge],
        &[Cause::ShortMaxAge],
        &[],
    ),
    case(
        "nothing said of keeping it",
        |gate| {
            gate.files(|exchange| unset(&mut exchange.headers, "cache-control"));
        },
        &[Cause::NoCacheControl],
        &[Cause::NoCacheControl],
        &[],
    ),
    case(
        "plain HTTP is answered",
        |gate| {
            gate.answers(
                |exchange| exchange.url.starts_with("http://"),
                |exchange| {
                    exchange.status = 200;
                    unset(&mut exchange.headers, "location");
                },
            );
        },
        &[Cause::HttpNotRedirected],
        &[Cause::HttpNotRedirected],
        &[],
    ),
    case(
        "plain HTTP gets through to the store",
        |gate| {
            gate.answers(
                |exchange| exchange.url.starts_with("http://"),
                |exchange| store_error(exchange, 403, "AccessDenied"),
            );
        },
        &[Cause::HttpNotRedirected],
        &[Cause::HttpNotRedirected],
        &[],
    ),
    case(
        "HTTP/1.1 only",
        |gate| {
            gate.no_answers(
                |exchange| exchange.protocol == "h3",
                ExchangeFailureKind::Connection,
                "no connection by h3: timed out",
            )
            .files(|exchange| {
                exchange.protocol = "http/1.1".to_owned();
                unset(&mut exchange.headers, "alt-svc");
            })
            .loads(any, |load| {
                script(load).protocol = Some("http/1.1".to_owned());
            });
        },
        &[Cause::NoHttp2],
        &[Cause::NoHttp2],
        &[],
    ),
    case(
        "no HTTP/3",
        |gate| {
            gate.no_answers(
                |exchange| exchange.protocol == "h3",
                ExchangeFailureKind::Timeout,
                "no connection by h3: timed out",
            )
            .files(|exchange| unset(&mut exchange.headers, "alt-svc"))
            .loads(any, |load| unset(&mut script(load).headers, "alt-svc"));
        },
        &[Cause::NoHttp3],
        &[Cause::NoHttp3],
        &[],
    ),
    case(
        "no security headers",
        |gate| {
            gate.files(|exchange| {
                unset(&mut exchange.headers, "strict-transport-security");
                unset(&mut exchange.headers, "x-content-type-options");
            });
        },
        &[Cause::SecurityHeadersMissing],
        &[Cause::SecurityHeadersMissing],
        &[],
    ),
    case(
        "a public bucket",
        |gate| {
            gate.answers(
                |exchange| exchange.url.contains("amazonaws"),
                |exchange| exchange.status = 200,
            );
        },
        &[Cause::BucketPublic],
        &[Cause::BucketPublic],
        &[],
    ),
    case(
        "a page for what is not there",
        |gate| {
            gate.answers(
                |exchange| exchange.url.contains("0.0.0"),
                |exchange| {
                    exchange.status = 200;
                    set(&mut exchange.headers, "content-type", "text/html");
                },
            );
        },
        &[Cause::Soft404],
        &[Cause::Soft404],
        &[],
    ),
    case(
        "an error that is kept for an hour",
        |gate| {
            gate.answers(
                |exchange| exchange.url.contains("0.0.0"),
                |exchange| set(&mut exchange.headers, "age", "55"),
            )
            .expects(
                "a missing file",
                Check::HeaderNumber {
                    name: "age".to_owned(),
                    directive: None,
                    op: Op::AtMost,
                    value: 10.0,
                },
            );
        },
        &[Cause::ErrorCachedLong],
        &[Cause::ErrorCachedLong],
        &[],
    ),
    case(
        "a page that uses a name without a version",
        |gate| {
            gate.files(|exchange| store_error(exchange, 403, "AccessDenied"))
                .loads(any, |load| {
                    let url = SDK_URL.replace("-3.20.0", "");
                    load.script_element.as_mut().unwrap().src = url.clone();
                    script(load).url = url;
                });
        },
        &[Cause::ImmutableUnversioned],
        &[Cause::AccessDenied],
        // The page works today.
        &[],
    ),
    case(
        "old TLS",
        |gate| {
            for outcome in gate.probes.iter_mut().flat_map(|one| &mut one.tries) {
                if let ExchangeOutcome::Handshake(handshake) = outcome {
                    handshake.answer = HandshakeAnswer::Accepted(TlsVersion::Tls11);
                }
            }
        },
        &[Cause::OldTlsAccepted],
        &[Cause::OldTlsAccepted],
        &[],
    ),
    case(
        "a public bucket, no compression and no HTTP/3",
        |gate| {
            gate.answers(
                |exchange| exchange.url.contains("amazonaws"),
                |exchange| exchange.status = 200,
            )
            .files(|exchange| {
                unset(&mut exchange.headers, "content-encoding");
                unset(&mut exchange.headers, "alt-svc");
                exchange.body_bytes = BYTES;
            });
        },
        &[Cause::BucketPublic, Cause::Uncompressed, Cause::NoHttp3],
        &[Cause::BucketPublic, Cause::Uncompressed, Cause::NoHttp3],
        &[],
    ),
    case(
        "too many requests",
        |gate| {
            gate.files(|exchange| {
                exchange.status = 429;
                exchange.headers = vec![header("content-type", "text/plain")];
                content(exchange, "slow down", 9);
            })
            .loads(any, |load| answered(load, 429, "text/plain", &[]));
        },
        // No rule knows of it, and none makes it up.
        &[],
        &[],
        &[],
    ),
];
