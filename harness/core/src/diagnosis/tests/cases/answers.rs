//! The CDN answers, and not with the whole SDK.

use greenroom_model::exchange::ExchangeFailureKind;
use greenroom_model::load::LoadEnd;
use greenroom_model::{PageLoad, PageVariant};

use super::{Case, OTHER_DIGEST, any, at_sdk, case, digest_error, on_cdn, sri};
use crate::diagnosis::Cause;
use crate::diagnosis::tests::exchanges::{BYTES, SDK_URL, content, set, store_error, unset};
use crate::diagnosis::tests::pages::{
    answered, fails, ran_empty, said_by_page, script, threw, without_sdk,
};

pub(super) const CASES: &[Case] = &[
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
];

fn half(load: &mut PageLoad) {
    ran_empty(load);
    threw(load, "Script error.", None);
    load.script.get_or_insert_default().decoded_body_size = BYTES / 2;
}

fn unended(load: &mut PageLoad, last_data_ms: f64) {
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
