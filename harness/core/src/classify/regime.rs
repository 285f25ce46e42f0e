//! Whether a load ran in the cache regime that it stands for.
//!
//! A cold sample from the cache, or a warm one from the network, says nothing of the regime it
//! was planned for. It is an environment error: recorded, never counted. The loads that fill a
//! warm or hot cache are no samples and do not come here.

use greenroom_model::{CacheRegime, PageLoad, PageVariant};

use super::Classified;
use crate::figures::size;
use crate::journal::Classification;

/// Where the SDK came from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    Network,
    HttpCache,
    Unseen,
}

/// Turns a load that came from elsewhere than its regime says into an environment error.
///
/// Loads that failed are left alone: what blocks, refuses or cuts the SDK is the product's, in
/// whatever regime. So is a page that has the SDK inline: it makes no request for it.
pub fn check_regime(
    classified: Classified,
    load: &PageLoad,
    variant: PageVariant,
    regime: CacheRegime,
) -> Classified {
    let fetched = matches!(
        classified.classification,
        Classification::Ready | Classification::Slow
    );
    if !fetched || variant == PageVariant::Inline {
        return classified;
    }
    let source = source(load);
    let breach = match regime {
        CacheRegime::Cold if source == Source::HttpCache => {
            Some("a cold load got the SDK from the HTTP cache")
        }
        CacheRegime::Warm | CacheRegime::Hot if source == Source::Network => {
            Some("a load from a filled cache got the SDK from the network")
        }
        CacheRegime::Hot => match load.code_cache {
            Some(cache) if cache.rejected => Some("V8 rejected the code cache of a hot load"),
            Some(cache) if cache.consumed_bytes > 0 => None,
            Some(_) => Some("a hot load consumed no code cache"),
            None => Some("a hot load was not traced for its code cache"),
        },
        CacheRegime::Cold | CacheRegime::Warm => None,
    };
    match breach {
        Some(breach) => Classified::because(
            Classification::EnvironmentError,
            format!("{breach}: it does not stand for its cache regime"),
        ),
        None => classified,
    }
}

/// How the cache state of a load was proved: `network`, `HTTP cache`, `code cache: 812 kB`,
/// `code cache: not applicable` for a page that has the SDK inline.
pub fn cache_proof(load: &PageLoad, variant: PageVariant) -> String {
    if variant == PageVariant::Inline {
        return "code cache: not applicable".to_owned();
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "a code cache is far below 2^53 bytes"
    )]
    if let Some(cache) = load.code_cache.filter(|cache| cache.consumed_bytes > 0) {
        return format!("code cache: {}", size(cache.consumed_bytes as f64));
    }
    match source(load) {
        Source::Network => "network",
        Source::HttpCache => "HTTP cache",
        Source::Unseen => "not observed",
    }
    .to_owned()
}

/// Resource Timing first: `deliveryType`, then `transferSize` beside a body that can be seen
/// (with `Timing-Allow-Origin`); otherwise the network stack's word.
fn source(load: &PageLoad) -> Source {
    if let Some(script) = &load.script {
        if script.delivery_type == "cache" {
            return Source::HttpCache;
        }
        if script.transfer_size > 0 {
            return Source::Network;
        }
        if script.decoded_body_size > 0 {
            return Source::HttpCache;
        }
    }
    let of_script = load
        .network
        .iter()
        .rev()
        .find(|request| request.resource_type == "Script");
    match of_script {
        Some(request) if request.from_cache => Source::HttpCache,
        Some(_) => Source::Network,
        None => Source::Unseen,
    }
}
