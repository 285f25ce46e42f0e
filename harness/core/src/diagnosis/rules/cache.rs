//! What is kept, for how long, and how small.

use super::super::Cause;
use super::super::case::{Aspect, Case, Failure, Finding, Place, View};
use super::finding;
use crate::checks::fields;
use crate::classify::{version_in_name, without_query};
use crate::figures::{count, quoted, thousands};
use crate::plan::{Check, Op};

fn claims(case: &Case<'_>, aspect: Aspect) -> Vec<usize> {
    case.claims(|failure| failure.is_at(Place::Sdk) && failure.aspect == aspect)
}

fn fails(case: &Case<'_>, aspect: Aspect) -> bool {
    !claims(case, aspect).is_empty()
}

fn is_page(view: &View<'_>) -> bool {
    view.place == Place::OtherFile
        && view.status() == Some(200)
        && view.mime().is_some_and(|mime| mime == "text/html")
}

pub(super) fn soft_404(case: &Case<'_>) -> Option<Finding> {
    let shown = case
        .failures
        .iter()
        .filter(|failure| is_page(&failure.view));
    let url = shown
        .filter_map(|failure| Some(failure.view.exchange()?.url.as_str()))
        .min()?;
    finding(
        Cause::Soft404,
        format!(
            "a file that is not there (`{}`) is answered 200 with a page: a mistyped SDK address \
             looks right to every check of the status, and the page runs HTML as its SDK",
            quoted(url)
        ),
        "take the entry for 403 and 404 out of `CustomErrorResponses`, or let it keep the status \
         (`ResponseCode: 404`)",
        case.claims(|failure| is_page(&failure.view)),
    )
}

/// Where an SDK is fetched from under `immutable` and a name without a version: the address of
/// the deployment, or the one that a page uses.
fn unversioned<'a>(case: &Case<'a>) -> Option<&'a str> {
    case.of_sdk()
        .filter(|view| {
            view.header("cache-control")
                .is_some_and(|value| fields::has(&value, "immutable"))
        })
        .filter_map(|view| match view.exchange() {
            Some(exchange) => Some(exchange.url.as_str()),
            None => view.request.map(|request| request.url.as_str()),
        })
        .filter(|url| version_in_name(url).is_none())
        .min()
}

fn file_name(url: &str) -> &str {
    without_query(url).rsplit('/').next().unwrap_or_default()
}

pub(super) fn immutable_unversioned(case: &Case<'_>) -> Option<Finding> {
    let url = unversioned(case)?;
    let file = &case.evidence.sdk.file;
    let is_missing = |view: &View<'_>| matches!(view.status(), Some(403 | 404));
    finding(
        Cause::ImmutableUnversioned,
        format!(
            "`immutable` stands on `{}`, a name without a version: browsers that have the file \
             keep it for its whole time, and no next version reaches them",
            quoted(file_name(url))
        ),
        format!(
            "publish each build under a name of its own (`{}`), or take `immutable` off and give \
             the name minutes (`max-age=300`)",
            quoted(file)
        ),
        // The name that the build has leads nowhere, or the field should not be there.
        case.claims(|failure| {
            let built_name = failure
                .view
                .exchange()
                .is_some_and(|exchange| file_name(&exchange.url) == file);
            let on_cdn = matches!(failure.view.place, Place::Sdk | Place::OtherFile);
            (on_cdn && built_name && is_missing(&failure.view))
                || (failure.is_at(Place::Sdk)
                    && failure.aspect == Aspect::CacheControl
                    && !is_missing(&failure.view))
        }),
    )
}

/// CloudFront keeps an error for 10 s unless told otherwise (Developer Guide, "How CloudFront
/// caches error responses"), s.
const ERROR_CACHING_DEFAULT: u64 = 10;

/// The age of an error that the edge answered from its cache, s.
fn error_age(view: &View<'_>) -> Option<u64> {
    let error = matches!(view.place, Place::Sdk | Place::OtherFile)
        && view.status().is_some_and(|status| status >= 400);
    let age = view.header("age").filter(|_| error)?;
    age.trim().parse().ok()
}

pub(super) fn error_cached_long(case: &Case<'_>) -> Option<Finding> {
    let ages = case.views.iter().filter_map(error_age);
    let age = ages.max().filter(|age| *age > ERROR_CACHING_DEFAULT)?;
    finding(
        Cause::ErrorCachedLong,
        format!(
            "the edge still answers with an error that is {} old: a file that was uploaded too \
             late stays missing for as long as that is kept",
            count(age, "second")
        ),
        "set `ErrorCachingMinTTL` of each of `CustomErrorResponses` to 10 or less (left out, it is \
         300), and give errors of the origin no `max-age`",
        case.claims(|failure| error_age(&failure.view).is_some_and(|age| age > 0)),
    )
}

fn cache_word(view: &View<'_>) -> Option<String> {
    let kept = view.header("x-cache")?;
    kept.split_whitespace().next().map(str::to_owned)
}

/// CloudFront may miss once at each of its places, so one miss is none.
pub(super) fn never_cached(case: &Case<'_>) -> Option<Finding> {
    if !fails(case, Aspect::EdgeCache) {
        return None;
    }
    let words: Vec<String> = case
        .of_sdk()
        .filter(|view| matches!(view.status(), Some(200 | 206 | 304)))
        .filter_map(cache_word)
        .collect();
    let missed = words.len() > 1 && words.iter().all(|word| word == "Miss");
    missed.then_some(())?;
    finding(
        Cause::NeverCached,
        format!(
            "the edge keeps nothing: {} and not one from its cache, so each user waits for the \
             origin and each request is paid for twice",
            count(words.len() as u64, "answer")
        ),
        "attach a cache policy that keeps (`CachePolicyId`, `DefaultTTL` and `MaxTTL` above 0; \
         `CachingDisabled` has none), leave cookies, query strings and headers out of its key, and \
         upload without `no-cache`, `no-store` or `private`",
        claims(case, Aspect::EdgeCache),
    )
}

/// Requests that would take a compressed answer, and those of them that got one.
pub(super) fn uncompressed(case: &Case<'_>) -> Option<Finding> {
    let willing = case.files().filter(|file| {
        fields::combined(&file.request_headers, "accept-encoding")
            .is_some_and(|codings| fields::has(&codings, "gzip") || fields::has(&codings, "br"))
    });
    let (mut asked, mut compressed) = (0_u64, 0_u64);
    for file in willing {
        asked += 1;
        compressed += u64::from(fields::combined(&file.headers, "content-encoding").is_some());
    }
    if asked == 0 || compressed > 0 || !fails(case, Aspect::Encoding) {
        return None;
    }
    let bytes = case.files().map(|file| file.body_bytes).max().unwrap_or(0);
    #[expect(clippy::cast_precision_loss, reason = "a file is far below 2^53 bytes")]
    let size = crate::figures::size(bytes as f64);
    finding(
        Cause::Uncompressed,
        format!(
            "the SDK comes uncompressed in {} that would take gzip or brotli: {size} over \
             the wire where about a quarter would do, and a slow network times out",
            if asked == 1 {
                "the one answer".to_owned()
            } else {
                format!("all {}", count(asked, "answer"))
            }
        ),
        "set `DefaultCacheBehavior.Compress: true`, the cache policy's \
         `EnableAcceptEncodingGzip` and `EnableAcceptEncodingBrotli` to true and its TTLs above 0; \
         then invalidate the path, because an uncompressed copy stays",
        claims(case, Aspect::Encoding),
    )
}

pub(super) fn no_cache_control(case: &Case<'_>) -> Option<Finding> {
    let lacks = |view: &View<'_>| {
        matches!(view.status(), Some(200 | 206)) && view.header("cache-control").is_none()
    };
    case.of_sdk().find(|view| lacks(view))?;
    finding(
        Cause::NoCacheControl,
        "the SDK has no `Cache-Control`: browsers guess how long they may keep it, and the edge \
         takes its policy's default",
        "upload it with `aws s3 cp --cache-control 'public, max-age=31536000, immutable'`",
        case.claims(|failure| {
            failure.is_at(Place::Sdk)
                && failure.aspect == Aspect::CacheControl
                && lacks(&failure.view)
        }),
    )
}

/// The number of seconds that a check asks for and an answer falls short of.
fn short(failure: &Failure<'_>) -> Option<(f64, Option<f64>)> {
    let Check::HeaderNumber {
        name,
        directive: Some(directive),
        op: Op::AtLeast | Op::Greater,
        value,
    } = failure.check
    else {
        return None;
    };
    let seen = failure.view.header(name)?;
    let found = fields::directive(&seen, directive).and_then(|text| fields::non_negative(&text));
    let asks = name == "cache-control" && failure.is_at(Place::Sdk);
    (asks && found.is_none_or(|found| found < *value)).then_some((*value, found))
}

/// A time given in s; a year of them is easier to compare with what stands in a header so.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a directive's value is a decimal without a sign"
)]
fn seconds(value: f64) -> String {
    format!("{} s", thousands(value as u64))
}

pub(super) fn short_max_age(case: &Case<'_>) -> Option<Finding> {
    let (asked, found) = case
        .failures
        .iter()
        .filter_map(short)
        .max_by(|one, other| one.0.total_cmp(&other.0))?;
    let allowed = found.map_or_else(|| "no time at all".to_owned(), seconds);
    finding(
        Cause::ShortMaxAge,
        format!(
            "`Cache-Control` lets browsers keep the SDK for {allowed} and not for {}: who comes \
             back loads it again",
            seconds(asked)
        ),
        "upload it with `aws s3 cp --cache-control 'public, max-age=31536000, immutable'` (its \
         name has its version), and invalidate its path",
        claims(case, Aspect::CacheControl),
    )
}
