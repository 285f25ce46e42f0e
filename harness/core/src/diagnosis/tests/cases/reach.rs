//! Nobody answers for the CDN, or somebody else does.

use greenroom_model::exchange::ExchangeFailureKind;
use greenroom_model::load::LoadEnd;

use super::{Case, any, case, on_cdn};
use crate::diagnosis::Cause;
use crate::diagnosis::tests::exchanges::{HOST, edge_refuses};
use crate::diagnosis::tests::pages::{answered, fails, script};

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
];
