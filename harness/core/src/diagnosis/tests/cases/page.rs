//! The SDK comes, and the page makes nothing of it, or too late.

use greenroom_model::load::LoadEnd;
use greenroom_model::{Delivery, PageLoad};

use super::{Case, OTHER_DIGEST, any, case, digest_error, sri};
use crate::diagnosis::Cause;
use crate::diagnosis::tests::exchanges::{APP, BYTES, DIGEST, header, set, unset};
use crate::diagnosis::tests::pages::{answered, console, said_by_page, script, threw, without_sdk};

pub(super) const CASES: &[Case] = &[
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
];

fn cors_error(load: &mut PageLoad) {
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

fn late(load: &mut PageLoad) {
    load.sdk_ready_ms = Some(4_300.0);
    load.channel = vec![
        said_by_page(3_000.0, "SDK_TIMEOUT"),
        said_by_page(4_300.0, "SDK_READY"),
    ];
    load.script.get_or_insert_default().response_end = 4_200.0;
}
