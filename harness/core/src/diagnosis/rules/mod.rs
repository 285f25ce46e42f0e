//! The rules, in the order in which they take what does not hold.
//!
//! Invariant: a rule that stands before another has the better right to what both explain. So
//! first comes what leaves nothing to look at (no connection, an error, half a body), then what
//! the body is, then what the browser says to it, and last what is merely missing.

mod address;
mod cache;
mod cors;
mod exposure;
mod file;
mod pace;
mod page;
mod protocols;
mod reach;
mod refused;
mod transfer;

use super::case::{Case, Finding};

/// One cause, found or not.
type Rule = fn(&Case<'_>) -> Option<Finding>;

/// In the order of the module's documentation.
pub(super) const RULES: &[Rule] = &[
    address::placeholder,
    address::unknown_host,
    reach::distribution_not_found,
    reach::certificate_expired,
    reach::certificate_untrusted,
    reach::unreachable,
    cache::immutable_unversioned,
    refused::redirect_loop,
    refused::origin_unavailable,
    refused::access_denied,
    refused::missing_key,
    refused::edge_refused,
    transfer::encoding_not_applied,
    transfer::wrong_length,
    transfer::reset_mid_body,
    transfer::trickle,
    transfer::stalled,
    pace::slow_first_byte,
    pace::no_answer,
    pace::paused,
    transfer::ends_early,
    file::not_the_sdk,
    file::stale,
    file::truncated,
    file::other_version,
    file::export_wrong,
    page::integrity_without_crossorigin,
    page::integrity_placeholder,
    page::integrity_stale,
    file::other_build,
    cors::no_policy,
    cors::no_allow_origin,
    cors::null_refused,
    cors::origin_refused,
    file::wrong_content_type,
    page::old_sdk_calls,
    page::handler_undefined,
    page::channel_mismatch,
    page::insecure_context,
    exposure::stack_trace,
    exposure::bucket_public,
    exposure::http_not_redirected,
    exposure::old_tls,
    exposure::security_headers,
    cache::soft_404,
    cache::error_cached_long,
    cache::never_cached,
    cache::uncompressed,
    cache::no_cache_control,
    cache::short_max_age,
    protocols::no_http2,
    protocols::no_http3,
];

#[expect(clippy::unnecessary_wraps, reason = "each rule ends with it")]
fn finding(
    cause: super::Cause,
    sentence: impl Into<String>,
    remedy: impl Into<String>,
    claims: Vec<usize>,
) -> Option<Finding> {
    Some(Finding {
        cause,
        sentence: sentence.into(),
        remedy: remedy.into(),
        claims,
    })
}
