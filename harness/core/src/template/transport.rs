//! How viewers reach the edge: protocols, certificate, names.

use super::rule::{Remarks, Rule, Severity};
use super::site::{Distribution, Site};
use super::value::At;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "http-allowed",
        severity: Severity::Error,
        holds: "plain http is not answered with the file",
        source: "Amazon CloudFront Developer Guide, Require HTTPS for communication between viewers and CloudFront",
        check: http,
    },
    Rule {
        id: "http-not-redirected",
        severity: Severity::Note,
        holds: "plain http is led to https",
        source: "Amazon CloudFront Developer Guide, Require HTTPS for communication between viewers and CloudFront",
        check: not_redirected,
    },
    Rule {
        id: "http-version",
        severity: Severity::Warning,
        holds: "`HttpVersion` is `http2and3`; CloudFormation's default is `http1.1`",
        source: "AWS CloudFormation Template Reference, AWS::CloudFront::Distribution DistributionConfig",
        check: version,
    },
    Rule {
        id: "default-certificate",
        severity: Severity::Note,
        holds: "the distribution has a name and a certificate of its own, and so a minimum of TLS",
        source: "Amazon CloudFront Developer Guide, Supported protocols and ciphers between viewers and CloudFront",
        check: default_certificate,
    },
    Rule {
        id: "tls-minimum-ignored",
        severity: Severity::Warning,
        holds: "`MinimumProtocolVersion` stands with a certificate of one's own, where it has an effect",
        source: "AWS CloudFormation Template Reference, AWS::CloudFront::Distribution ViewerCertificate",
        check: minimum_ignored,
    },
    Rule {
        id: "tls-minimum",
        severity: Severity::Warning,
        holds: "viewers need TLS 1.2 at least",
        source: "Amazon CloudFront Developer Guide, Supported protocols and ciphers between viewers and CloudFront",
        check: minimum,
    },
    Rule {
        id: "certificate-sni",
        severity: Severity::Error,
        holds: "a certificate of one's own comes with `SslSupportMethod`",
        source: "AWS CloudFormation Template Reference, AWS::CloudFront::Distribution ViewerCertificate",
        check: sni,
    },
    Rule {
        id: "certificate-vip",
        severity: Severity::Warning,
        holds: "the certificate is chosen by name (`sni-only`) and not by an address that is paid for",
        source: "Amazon CloudFront Developer Guide, Choose how CloudFront serves HTTPS requests",
        check: vip,
    },
    Rule {
        id: "certificate-region",
        severity: Severity::Error,
        holds: "an ACM certificate for CloudFront is in us-east-1",
        source: "Amazon CloudFront Developer Guide, Requirements for using SSL/TLS certificates with CloudFront",
        check: region,
    },
    Rule {
        id: "alias-certificate",
        severity: Severity::Error,
        holds: "`Aliases` come with a certificate for them",
        source: "Amazon CloudFront Developer Guide, Requirements for using alternate domain names",
        check: alias,
    },
];

fn http(site: &Site<'_>, remarks: &mut Remarks) {
    for (distribution, behaviour) in site.served() {
        let policy = behaviour.settings.get("ViewerProtocolPolicy");
        if policy.and_then(At::text) == Some("allow-all") {
            remarks.add(
                behaviour.settings.place_of("ViewerProtocolPolicy"),
                distribution.id,
                format!(
                    "{} answers plain http: whoever is between can replace the script",
                    behaviour.name
                ),
                "set `ViewerProtocolPolicy` to `redirect-to-https`",
            );
        }
    }
}

fn not_redirected(site: &Site<'_>, remarks: &mut Remarks) {
    for (distribution, behaviour) in site.served() {
        let policy = behaviour.settings.get("ViewerProtocolPolicy");
        if policy.and_then(At::text) == Some("https-only") {
            remarks.add(
                behaviour.settings.place_of("ViewerProtocolPolicy"),
                distribution.id,
                format!("{} answers plain http with 403", behaviour.name),
                "`redirect-to-https` would lead it to the file",
            );
        }
    }
}

fn version(site: &Site<'_>, remarks: &mut Remarks) {
    for distribution in &site.distributions {
        let said = distribution.config.get("HttpVersion").and_then(At::text);
        // The API spells it `http2and3`, some older clients `HTTP2AND3`.
        let reason = match said.map(str::to_ascii_lowercase).as_deref() {
            Some("http2and3") => continue,
            None => {
                "no `HttpVersion` means HTTP/1.1: every request waits for one before it, or for \
                     a connection of its own"
            }
            Some("http2") => {
                "HTTP/3 is not offered: on a lossy network every lost packet holds \
                              everything up"
            }
            Some("http3") => {
                "HTTP/2 is not offered: where UDP is blocked, browsers fall back to \
                              HTTP/1.1"
            }
            Some(_) => {
                "only HTTP/1.1 is offered: every request waits for one before it, or for a \
                        connection of its own"
            }
        };
        remarks.add(
            distribution.config.place_of("HttpVersion"),
            distribution.id,
            reason,
            "set `HttpVersion` to `http2and3`",
        );
    }
}

fn certificate<'a>(distribution: &Distribution<'a>) -> Option<At<'a>> {
    distribution.config.get("ViewerCertificate")
}

/// The certificate is one of one's own, from ACM or IAM.
fn is_own(certificate: At<'_>) -> bool {
    ["AcmCertificateArn", "IamCertificateId"]
        .iter()
        .any(|key| certificate.get(key).is_some())
}

fn default_certificate(site: &Site<'_>, remarks: &mut Remarks) {
    for distribution in &site.distributions {
        if !certificate(distribution).is_some_and(is_own) {
            remarks.add(
                distribution.config.place_of("ViewerCertificate"),
                distribution.id,
                "with CloudFront's own certificate viewers may connect with TLS 1.0, and nothing \
                 changes that",
                "give the distribution an alias with an ACM certificate and \
                 `MinimumProtocolVersion: TLSv1.2_2021`",
            );
        }
    }
}

fn minimum_ignored(site: &Site<'_>, remarks: &mut Remarks) {
    for distribution in &site.distributions {
        if let Some(certificate) = certificate(distribution)
            && !is_own(certificate)
            && let Some(at) = certificate.get("MinimumProtocolVersion")
            && at.text() != Some("TLSv1")
        {
            remarks.add(
                at.place,
                distribution.id,
                format!(
                    "with CloudFront's own certificate the minimum is TLS 1.0, whatever is written \
                     here, and not `{}`",
                    at.text().unwrap_or_default()
                ),
                "take it out, or use a certificate of your own",
            );
        }
    }
}

fn minimum(site: &Site<'_>, remarks: &mut Remarks) {
    for distribution in &site.distributions {
        let Some(certificate) = certificate(distribution).filter(|at| is_own(*at)) else {
            continue;
        };
        let said = certificate.get("MinimumProtocolVersion").and_then(At::text);
        if !said.is_some_and(|said| said.starts_with("TLSv1.2") || said.starts_with("TLSv1.3")) {
            remarks.add(
                certificate.place_of("MinimumProtocolVersion"),
                distribution.id,
                format!(
                    "`{}` admits viewers with a protocol older than TLS 1.2, which RFC 8996 \
                     deprecates and scanners report",
                    said.unwrap_or("TLSv1")
                ),
                "set `MinimumProtocolVersion` to `TLSv1.2_2021`",
            );
        }
    }
}

fn sni(site: &Site<'_>, remarks: &mut Remarks) {
    for distribution in &site.distributions {
        if let Some(certificate) = certificate(distribution).filter(|at| is_own(*at))
            && certificate.get("SslSupportMethod").is_none()
        {
            remarks.add(
                certificate.place,
                distribution.id,
                "the certificate comes without `SslSupportMethod`, and CloudFront refuses the \
                 distribution",
                "set `SslSupportMethod` to `sni-only`",
            );
        }
    }
}

fn vip(site: &Site<'_>, remarks: &mut Remarks) {
    for distribution in &site.distributions {
        if let Some(at) = certificate(distribution).and_then(|at| at.get("SslSupportMethod"))
            && at.text() == Some("vip")
        {
            remarks.add(
                at.place,
                distribution.id,
                "`vip` reserves addresses at every edge for 600 USD a month, for browsers of before \
                 2010 that the SDK does not run in",
                "set `SslSupportMethod` to `sni-only`",
            );
        }
    }
}

fn region(site: &Site<'_>, remarks: &mut Remarks) {
    for distribution in &site.distributions {
        let Some(at) = certificate(distribution).and_then(|at| at.get("AcmCertificateArn")) else {
            continue;
        };
        let arn = at.text().unwrap_or_default();
        let parts: Vec<&str> = arn.split(':').collect();
        if let ["arn", _, "acm", elsewhere, ..] = parts.as_slice()
            && *elsewhere != "us-east-1"
        {
            remarks.add(
                at.place,
                distribution.id,
                format!("the certificate is in `{elsewhere}`, and CloudFront refuses it"),
                "request or import it in us-east-1",
            );
        }
    }
}

fn alias(site: &Site<'_>, remarks: &mut Remarks) {
    for distribution in &site.distributions {
        let aliases = distribution.config.get("Aliases");
        if let Some(at) = aliases
            && at.items().next().is_some()
            && !certificate(distribution).is_some_and(is_own)
        {
            remarks.add(
                at.place,
                distribution.id,
                "CloudFront's own certificate does not cover the aliases, and CloudFront refuses \
                 the distribution",
                "give `ViewerCertificate` an `AcmCertificateArn` for them",
            );
        }
    }
}
