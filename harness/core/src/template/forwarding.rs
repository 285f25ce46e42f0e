//! Which of a viewer's header fields reach the origin.

use super::site::{Behaviour, Policy};
use super::value::At;

/// Whether a header field of the viewer reaches the origin, as a part of the cache key or beside
/// it; `None` where that stands in a policy of elsewhere.
pub(super) fn forwards(behaviour: &Behaviour<'_>, name: &str) -> Option<bool> {
    let key = keyed(behaviour.cache).is_some_and(|config| names(config, name));
    let beside = behaviour
        .request
        .config()
        .and_then(|config| config.get("HeadersConfig"))
        .is_some_and(|config| names(config, name));
    if key || beside {
        return Some(true);
    }
    let unknown = |policy| matches!(policy, Policy::Elsewhere(_) | Policy::Other(..));
    (!unknown(behaviour.cache) && !unknown(behaviour.request)).then_some(false)
}

/// `HeadersConfig` of a cache policy.
pub(super) fn keyed(cache: Policy<'_>) -> Option<At<'_>> {
    cache
        .config()?
        .path(&["ParametersInCacheKeyAndForwardedToOrigin", "HeadersConfig"])
}

/// Whether a `HeadersConfig` passes a header field.
pub(super) fn names(config: At<'_>, name: &str) -> bool {
    let listed = config
        .get("Headers")
        .into_iter()
        .flat_map(At::texts)
        .any(|listed| listed.eq_ignore_ascii_case(name));
    match config.get("HeaderBehavior").and_then(At::text) {
        Some("whitelist") => listed,
        Some("allExcept") => !listed,
        Some("all" | "allViewer" | "allViewerAndWhitelistCloudFront") => true,
        _ => false,
    }
}
