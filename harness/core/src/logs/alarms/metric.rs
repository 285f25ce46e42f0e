//! What CloudFront's metrics are, of the requests of one minute. Amazon CloudFront Developer Guide,
//! "Types of metrics for CloudFront".

use crate::logs::Minute;
use crate::logs::traffic::CODES;

/// A metric of CloudFront that a log can tell.
#[derive(Clone, Copy)]
pub(super) enum Metric {
    Requests,
    BytesDownloaded,
    BytesUploaded,
    ClientErrors,
    ServerErrors,
    AllErrors,
    CacheHits,
    /// The rate of one status, by its place in [`CODES`].
    Code(usize),
}

impl Metric {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "Requests" => Self::Requests,
            "BytesDownloaded" => Self::BytesDownloaded,
            "BytesUploaded" => Self::BytesUploaded,
            "4xxErrorRate" => Self::ClientErrors,
            "5xxErrorRate" => Self::ServerErrors,
            "TotalErrorRate" => Self::AllErrors,
            "CacheHitRate" => Self::CacheHits,
            _ => {
                let code: u16 = name.strip_suffix("ErrorRate")?.parse().ok()?;
                Self::Code(CODES.iter().position(|known| *known == code)?)
            }
        })
    }

    /// Whether it needs a monitoring subscription.
    pub(super) fn is_additional(self) -> bool {
        matches!(self, Self::CacheHits | Self::Code(_))
    }

    /// Its value in a minute, and the requests that this is made of.
    #[expect(clippy::cast_precision_loss, reason = "counts of a minute")]
    pub(super) fn of(self, minute: &Minute) -> Option<(f64, u64)> {
        let rate = |part: u64, of: u64| (of > 0).then(|| (part as f64 / of as f64 * 100.0, of));
        let requests = minute.requests;
        match self {
            Self::Requests => Some((requests as f64, requests)),
            Self::BytesDownloaded => Some((minute.bytes as f64, requests)),
            Self::BytesUploaded => Some((minute.uploaded as f64, requests)),
            Self::ClientErrors => rate(minute.client_errors, requests),
            Self::ServerErrors => rate(minute.server_errors, requests),
            Self::AllErrors => rate(minute.client_errors + minute.server_errors, requests),
            Self::CacheHits => rate(minute.hits, minute.hits + minute.misses),
            Self::Code(index) => rate(minute.by_code.get(index).copied().unwrap_or(0), requests),
        }
    }
}
