//! Known answers: what is wrong with a deployment, and what its probes then see.

use greenroom_model::exchange::{ExchangeFailureKind, HandshakeAnswer, TlsVersion};
use greenroom_model::load::LoadEnd;
use greenroom_model::{Delivery, Exchange, PageVariant};

use super::gate::*;
use crate::diagnosis::Cause;
use crate::journal::ExchangeOutcome;

/// Something wrong, and the causes that are told by all probes, by the wire alone and by the
/// browser alone. The first is the one that leads.
pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) wrong: fn(&mut Gate),
    pub(super) all: &'static [Cause],
    pub(super) wire: &'static [Cause],
    pub(super) browser: &'static [Cause],
}

const fn case(
    name: &'static str,
    wrong: fn(&mut Gate),
    all: &'static [Cause],
    wire: &'static [Cause],
    browser: &'static [Cause],
) -> Case {
    Case {
        name,
        wrong,
        all,
        wire,
        browser,
    }
}

fn any(_: PageVariant, _: Delivery) -> bool {
    true
}

fn sri(variant: PageVariant, _: Delivery) -> bool {
    variant == PageVariant::CdnSri
}

fn on_cdn(exchange: &Exchange) -> bool {
    exchange.url.contains(HOST) && exchange.url.starts_with("https")
}

fn at_sdk(exchange: &Exchange) -> bool {
    exchange.url == SDK_URL
}

fn cors_error(load: &mut greenroom_model::PageLoad) {
    let origin = load.origin.clone();
    without_sdk(load);
    console(
        load,
        &format!(
            "Access to script at 'u' from origin '{origin}' has been blocked by CORS policy: No \
             'Access-Control-Allow-Origin' header is present on the requested resource."
        ),
    );
    let request = script(load);
    request.cors_error = Some("MissingAllowOriginHeader".to_owned());
    request.error_text = Some("net::ERR_FAILED".to_owned());
    unset(&mut request.headers, "access-control-allow-origin");
}

fn digest_error(load: &mut greenroom_model::PageLoad, computed: &str) {
    without_sdk(load);
    console(
        load,
        &format!(
            "Failed to find a valid digest in the 'integrity' attribute for resource 'u' with \
             computed SHA-384 integrity '{computed}'. The resource has been blocked."
        ),
    );
}

const OTHER_DIGEST: &str = "xqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQhx1wx4JwY8wC";

pub(super) const CASES: &[Case] = &[
    case("nothing", |_| {}, &[], &[], &[]),
    case(
        "the name does not resolve",
        |gate| {
            gate.no_answers(
                |exchange| exchange.url.contains(HOST),
                ExchangeFailureKind::Dns,
                "dns error: failed to lookup",
            )
            .loads(any, |load| fails(load, "net::ERR_NAME_NOT_RESOLVED"));
        },
        &[Cause::DistributionNotFound],
        &[Cause::DistributionNotFound],
        &[Cause::DistributionNotFound],
    ),
    case(
        "the distribution is not deployed yet",
        |gate| {
            gate.answers(|exchange| exchange.url.contains(HOST), edge_refuses)
                .loads(any, |load| {
                    answered(load, 403, "text/html", &[("server", "CloudFront")]);
                });
        },
        &[Cause::DistributionNotFound],
        &[Cause::DistributionNotFound],
        &[Cause::DistributionNotFound],
    ),
    case(
        "a firewall refuses the file",
        |gate| {
            gate.files(edge_refuses).loads(any, |load| {
                answered(load, 403, "text/html", &[("server", "CloudFront")]);
            });
        },
        &[Cause::EdgeRefused],
        &[Cause::EdgeRefused],
        // Nothing else was asked for, so that the edge may as well refuse everything.
        &[Cause::DistributionNotFound],
    ),
    case(
        "nobody listens",
        |gate| {
            gate.no_answers(
                on_cdn,
                ExchangeFailureKind::Connection,
                "tcp connect error: Connection refused",
            )
            .loads(any, |load| fails(load, "net::ERR_CONNECTION_REFUSED"));
        },
        &[Cause::Unreachable],
        &[Cause::Unreachable],
        &[Cause::Unreachable],
    ),
    case(
        "an expired certificate",
        |gate| {
            gate.no_answers(
                on_cdn,
                ExchangeFailureKind::Tls,
                "invalid peer certificate: certificate expired: verification time 1",
            )
            .loads(any, |load| fails(load, "net::ERR_CERT_DATE_INVALID"));
        },
        &[Cause::CertificateExpired],
        &[Cause::CertificateExpired],
        &[Cause::CertificateExpired],
    ),
    case(
        "a certificate of nobody, whose time is over too",
        |gate| {
            gate.no_answers(
                on_cdn,
                ExchangeFailureKind::Tls,
                "invalid peer certificate: Expired",
            )
            .loads(any, |load| fails(load, "net::ERR_CERT_AUTHORITY_INVALID"));
        },
        &[Cause::CertificateExpired],
        &[Cause::CertificateExpired],
        &[Cause::CertificateUntrusted],
    ),
    case(
        "a certificate of nobody",
        |gate| {
            gate.no_answers(
                on_cdn,
                ExchangeFailureKind::Tls,
                "invalid peer certificate: UnknownIssuer",
            )
            .loads(any, |load| fails(load, "net::ERR_CERT_AUTHORITY_INVALID"));
        },
        &[Cause::CertificateUntrusted],
        &[Cause::CertificateUntrusted],
        &[Cause::CertificateUntrusted],
    ),
    case(
        "never an answer",
        |gate| {
            gate.no_answers(
                on_cdn,
                ExchangeFailureKind::Timeout,
                "error sending request: operation timed out",
            )
            .loads(any, |load| {
                fails(load, "");
                load.ended = LoadEnd::Deadline;
                let request = script(load);
                request.error_text = None;
                request.end_ms = None;
            });
        },
        &[Cause::NoAnswer],
        &[Cause::NoAnswer],
        &[Cause::NoAnswer],
    ),
    case(
        "a placeholder for the address",
        |gate| {
            gate.loads(any, |load| {
                fails(load, "net::ERR_NAME_NOT_RESOLVED");
                let url = "https://YOUR_DISTRIBUTION.cloudfront.net/chime-sdk-3.20.0.min.js";
                load.script_element.as_mut().unwrap().src = url.to_owned();
                script(load).url = url.to_ascii_lowercase();
            });
        },
        &[Cause::SdkUrlPlaceholder],
        &[],
        &[Cause::SdkUrlPlaceholder],
    ),
    case(
        "the address of a distribution that was deleted",
        |gate| {
            gate.loads(any, |load| {
                fails(load, "net::ERR_NAME_NOT_RESOLVED");
                let url = "https://d999999abcdef9.cloudfront.net/chime-sdk-3.20.0.min.js";
                load.script_element.as_mut().unwrap().src = url.to_owned();
                script(load).url = url.to_owned();
            });
        },
        &[Cause::SdkUrlUnknownHost],
        &[],
        &[Cause::SdkUrlUnknownHost],
    ),
    case(
        "a redirect to itself",
        |gate| {
            gate.files(|exchange| {
                exchange.status = 302;
                set(&mut exchange.headers, "location", SDK_URL);
                content(exchange, "", 0);
            })
            .loads(any, |load| fails(load, "net::ERR_TOO_MANY_REDIRECTS"));
        },
        &[Cause::RedirectLoop],
        &[Cause::RedirectLoop],
        &[Cause::RedirectLoop],
    ),
    case(
        "the origin is down",
        |gate| {
            gate.answers(on_cdn, |exchange| {
                store_error(exchange, 503, "ServiceUnavailable");
            })
            .loads(any, |load| answered(load, 503, "application/xml", &[]));
        },
        &[Cause::OriginUnavailable],
        &[Cause::OriginUnavailable],
        &[Cause::OriginUnavailable],
    ),
    case(
        "access denied",
        |gate| {
            gate.files(|exchange| store_error(exchange, 403, "AccessDenied"))
                .loads(any, |load| answered(load, 403, "application/xml", &[]));
        },
        &[Cause::AccessDenied],
        &[Cause::AccessDenied],
        &[Cause::AccessDenied],
    ),
    case(
        "no such key",
        |gate| {
            gate.files(|exchange| store_error(exchange, 404, "NoSuchKey"))
                .loads(any, |load| answered(load, 404, "application/xml", &[]));
        },
        &[Cause::MissingKey],
        &[Cause::MissingKey],
        &[Cause::MissingKey],
    ),
    case(
        "an encoding that is not applied",
        |gate| {
            gate.files(|exchange| {
                set(&mut exchange.headers, "content-encoding", "gzip");
                exchange.decode_error = Some("invalid gzip header".to_owned());
                exchange.body_bytes = BYTES;
            })
            .loads(any, |load| {
                without_sdk(load);
                script(load).error_text = Some("net::ERR_CONTENT_DECODING_FAILED".to_owned());
            });
        },
        &[Cause::EncodingNotApplied],
        &[Cause::EncodingNotApplied],
        &[Cause::EncodingNotApplied],
    ),
    case(
        "a reset in the body",
        |gate| {
            gate.no_answers(
                at_sdk,
                ExchangeFailureKind::Body,
                "request or response body error: stream error received: unexpected internal error",
            )
            .loads(any, |load| {
                without_sdk(load);
                script(load).error_text = Some("net::ERR_HTTP2_PROTOCOL_ERROR".to_owned());
            });
        },
        &[Cause::ResetMidBody],
        &[Cause::ResetMidBody],
        &[Cause::ResetMidBody],
    ),
    case(
        "a length that is too long",
        |gate| {
            gate.no_answers(
                at_sdk,
                ExchangeFailureKind::Body,
                "error reading a body: end of file before message length reached",
            )
            .loads(any, |load| {
                without_sdk(load);
                script(load).error_text = Some("net::ERR_CONTENT_LENGTH_MISMATCH".to_owned());
            });
        },
        &[Cause::WrongLength],
        &[Cause::WrongLength],
        &[Cause::WrongLength],
    ),
    case(
        "a body that stalls",
        |gate| {
            gate.gives_up(
                at_sdk,
                ExchangeFailureKind::Timeout,
                "error decoding response body: operation timed out",
                Some(2_900.0),
            )
            .loads(any, |load| unended(load, 400.0));
        },
        &[Cause::Stalled],
        &[Cause::Stalled],
        &[Cause::Stalled],
    ),
    case(
        "a body that trickles",
        |gate| {
            gate.gives_up(
                at_sdk,
                ExchangeFailureKind::Timeout,
                "error decoding response body: operation timed out",
                Some(150.0),
            )
            .loads(any, |load| unended(load, 7_900.0));
        },
        &[Cause::Trickle],
        &[Cause::Trickle],
        &[Cause::Trickle],
    ),
    case(
        "a body that ends early",
        |gate| {
            gate.files(|exchange| {
                content(exchange, &exchange.body_start.clone(), BYTES / 2);
                unset(&mut exchange.headers, "content-encoding");
                unset(&mut exchange.headers, "content-length");
            })
            .loads(any, half);
        },
        &[Cause::EndsEarly],
        &[Cause::EndsEarly],
        &[Cause::EndsEarly],
    ),
    case(
        "a file that was cut off",
        |gate| {
            gate.files(|exchange| content(exchange, &exchange.body_start.clone(), BYTES / 2))
                .loads(any, |load| {
                    half(load);
                    let request = script(load);
                    set(&mut request.headers, "content-length", "578918");
                });
        },
        &[Cause::Truncated],
        &[Cause::Truncated],
        &[Cause::Truncated],
    ),
    case(
        "an error page as the SDK",
        |gate| {
            gate.files(|exchange| {
                content(exchange, "<?xml version=\"1.0\"?><Error>", 243);
                unset(&mut exchange.headers, "content-encoding");
            })
            .loads(any, |load| {
                ran_empty(load);
                threw(load, "SyntaxError: Unexpected token '<'", Some(SDK_URL));
                load.script.get_or_insert_default().decoded_body_size = 243;
            });
        },
        &[Cause::BodyIsNotTheSdk],
        &[Cause::BodyIsNotTheSdk],
        &[Cause::BodyIsNotTheSdk],
    ),
    case(
        "an old copy at the edge",
        |gate| {
            gate.files(|exchange| {
                content(exchange, &exchange.body_start.clone(), BYTES - 310);
                set(&mut exchange.headers, "x-cache", "Hit from cloudfront");
                set(&mut exchange.headers, "age", "86000");
            })
            .loads(sri, |load| digest_error(load, OTHER_DIGEST));
        },
        &[Cause::StaleObject],
        &[Cause::StaleObject],
        &[Cause::OtherBuild],
    ),
    case(
        "another version",
        |gate| {
            gate.files(|exchange| {
                content(
                    exchange,
                    "/*! amazon-chime-sdk-js 3.18.2, bundled */",
                    BYTES - 9_000,
                );
            })
            .loads(sri, |load| digest_error(load, OTHER_DIGEST))
            .loads(
                |variant, _| variant == PageVariant::Cdn,
                |load| load.sdk.version = Some("3.18.2".to_owned()),
            );
        },
        &[Cause::OtherVersion],
        &[Cause::OtherVersion],
        &[Cause::OtherVersion],
    ),
    case(
        "a wrong export",
        |gate| {
            gate.files(|exchange| content(exchange, &exchange.body_start.clone(), BYTES + 30))
                .loads(sri, |load| digest_error(load, OTHER_DIGEST))
                .loads(
                    |variant, _| variant == PageVariant::Cdn,
                    |load| {
                        ran_empty(load);
                        load.script.get_or_insert_default().decoded_body_size = BYTES + 30;
                    },
                );
        },
        &[Cause::ExportWrong],
        &[Cause::OtherBuild],
        &[Cause::ExportWrong],
    ),
    case(
        "no response headers policy",
        |gate| {
            gate.files(|exchange| {
                for name in [
                    "access-control-allow-origin",
                    "timing-allow-origin",
                    "strict-transport-security",
                    "x-content-type-options",
                ] {
                    unset(&mut exchange.headers, name);
                }
            })
            .loads(sri, |load| {
                cors_error(load);
                let request = script(load);
                unset(&mut request.headers, "strict-transport-security");
                unset(&mut request.headers, "x-content-type-options");
            })
            .loads(any, |load| {
                let request = script(load);
                unset(&mut request.headers, "strict-transport-security");
                unset(&mut request.headers, "x-content-type-options");
            });
        },
        &[Cause::NoResponseHeadersPolicy],
        &[Cause::NoResponseHeadersPolicy],
        &[Cause::NoResponseHeadersPolicy],
    ),
    case(
        "no allowed origin",
        |gate| {
            gate.files(|exchange| unset(&mut exchange.headers, "access-control-allow-origin"))
                .loads(sri, cors_error);
        },
        &[Cause::NoAllowOrigin],
        &[Cause::NoAllowOrigin],
        &[Cause::NoAllowOrigin],
    ),
    case(
        "a list of origins without null",
        |gate| {
            gate.files(|exchange| {
                let by_app = exchange.request_headers.contains(&header("origin", APP));
                if by_app {
                    set(&mut exchange.headers, "access-control-allow-origin", APP);
                } else {
                    unset(&mut exchange.headers, "access-control-allow-origin");
                }
            })
            .loads(|_, delivery| delivery == Delivery::Opaque, cors_error);
        },
        &[Cause::NullOriginRefused],
        &[Cause::NullOriginRefused],
        &[Cause::NullOriginRefused],
    ),
    case(
        "a list of origins without the app's",
        |gate| {
            gate.answers(
                |exchange| exchange.request_headers.contains(&header("origin", APP)),
                |exchange| unset(&mut exchange.headers, "access-control-allow-origin"),
            )
            .loads(
                |variant, delivery| sri(variant, delivery) && delivery == Delivery::Webview,
                cors_error,
            );
        },
        &[Cause::OriginRefused],
        &[Cause::OriginRefused],
        &[Cause::OriginRefused],
    ),
    case(
        "a stale integrity value",
        |gate| {
            gate.loads(sri, |load| {
                digest_error(load, DIGEST);
                let element = load.script_element.as_mut().unwrap();
                element.integrity = Some(format!("sha384-{OTHER_DIGEST}"));
            });
        },
        &[Cause::IntegrityStale],
        &[],
        &[Cause::IntegrityStale],
    ),
    case(
        "a placeholder for the integrity value",
        |gate| {
            gate.loads(sri, |load| {
                digest_error(load, DIGEST);
                let element = load.script_element.as_mut().unwrap();
                element.integrity = Some("sha384-REPLACE_WITH_ACTUAL_HASH".to_owned());
            });
        },
        &[Cause::IntegrityPlaceholder],
        &[],
        &[Cause::IntegrityPlaceholder],
    ),
    case(
        "integrity without crossorigin",
        |gate| {
            gate.loads(sri, |load| {
                without_sdk(load);
                console(
                    load,
                    "Subresource Integrity: The resource 'u' has an integrity attribute, but the \
                     resource requires the request to be CORS enabled to check the integrity, and \
                     it is not.",
                );
                load.script_element.as_mut().unwrap().crossorigin = None;
            });
        },
        &[Cause::IntegrityWithoutCrossorigin],
        &[],
        &[Cause::IntegrityWithoutCrossorigin],
    ),
    case(
        "a type of no script",
        |gate| {
            gate.files(|exchange| {
                set(
                    &mut exchange.headers,
                    "content-type",
                    "application/octet-stream",
                );
                unset(&mut exchange.headers, "content-encoding");
                exchange.body_bytes = BYTES;
            })
            .loads(any, |load| {
                answered(
                    load,
                    200,
                    "application/octet-stream",
                    &[("x-content-type-options", "nosniff")],
                );
                console(
                    load,
                    "Refused to execute script from 'u' because its MIME type \
                     ('application/octet-stream') is not executable, and strict MIME type checking \
                     is enabled.",
                );
            });
        },
        &[Cause::WrongContentType],
        &[Cause::WrongContentType],
        &[Cause::WrongContentType],
    ),
    case(
        "a handler that is defined further down",
        |gate| {
            gate.loads(any, |load| {
                load.ended = LoadEnd::Deadline;
                load.sdk_ready_ms = None;
                load.channel = vec![said_by_page(3_000.0, "SDK_TIMEOUT")];
                threw(
                    load,
                    "ReferenceError: onSdkLoaded is not defined",
                    Some("https://app.medzen.example/meeting"),
                );
            });
        },
        &[Cause::HandlerUndefined],
        &[],
        &[Cause::HandlerUndefined],
    ),
    case(
        "another channel",
        |gate| {
            gate.loads(any, |load| {
                load.ended = LoadEnd::Deadline;
                load.sdk_ready_ms = None;
                load.channel.clear();
            });
        },
        &[Cause::ChannelMismatch],
        &[],
        &[Cause::ChannelMismatch],
    ),
    case(
        "no secure context",
        |gate| {
            gate.loads(any, |load| {
                load.secure_context = false;
                load.origin = "null".to_owned();
            });
        },
        &[Cause::InsecureContext],
        &[],
        &[Cause::InsecureContext],
    ),
    case(
        "a slow first byte",
        |gate| {
            gate.loads(any, |load| {
                late(load);
                load.script.get_or_insert_default().response_start = 4_020.0;
            });
        },
        &[Cause::SlowFirstByte],
        &[],
        &[Cause::SlowFirstByte],
    ),
    case(
        "a body that pauses",
        |gate| {
            gate.loads(any, |load| {
                late(load);
                script(load).longest_pause_ms = Some(3_900.0);
            });
        },
        &[Cause::Paused],
        &[],
        &[Cause::Paused],
    ),
    case(
        "a slow network",
        |gate| {
            gate.loads(any, |load| {
                late(load);
                script(load).longest_pause_ms = Some(40.0);
            });
        },
        // Nothing of the deployment is wrong that could be named.
        &[],
        &[],
        &[],
    ),
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

fn half(load: &mut greenroom_model::PageLoad) {
    ran_empty(load);
    threw(load, "Script error.", None);
    load.script.get_or_insert_default().decoded_body_size = BYTES / 2;
}

fn late(load: &mut greenroom_model::PageLoad) {
    load.sdk_ready_ms = Some(4_300.0);
    load.channel = vec![
        said_by_page(3_000.0, "SDK_TIMEOUT"),
        said_by_page(4_300.0, "SDK_READY"),
    ];
    load.script.get_or_insert_default().response_end = 4_200.0;
}

fn unended(load: &mut greenroom_model::PageLoad, last_data_ms: f64) {
    without_sdk(load);
    load.ended = LoadEnd::Deadline;
    load.channel = vec![said_by_page(3_000.0, "SDK_TIMEOUT")];
    load.document = None;
    load.wall_ms = 8_600.0;
    let request = script(load);
    request.end_ms = None;
    request.encoded_data_length = 113_000;
    request.last_data_ms = Some(last_data_ms);
}
