//! The SDK's address answers, and not with a file.

use super::super::Cause;
use super::super::case::{Case, Finding, Place, View};
use super::finding;
use crate::figures::{count, quoted};

/// What asks for the file itself: a preflight is refused for reasons of its own.
fn asks_for_file(view: &View<'_>) -> bool {
    view.place == Place::Sdk
        && view
            .exchange()
            .is_none_or(|exchange| matches!(exchange.method.as_str(), "GET" | "HEAD"))
}

fn shown<'c, 'a>(
    case: &'c Case<'a>,
    shows: impl Fn(&View<'a>) -> bool + 'c,
) -> impl Iterator<Item = &'c View<'a>> {
    case.of_sdk()
        .filter(move |view| asks_for_file(view) && shows(view))
}

fn is_loop(view: &View<'_>) -> bool {
    let to_itself = view.exchange().is_some_and(|exchange| {
        let location = view.header("location");
        (300..400).contains(&exchange.status)
            && location.is_some_and(|to| {
                let path = exchange.url.split_once("://").map_or("", |(_, rest)| {
                    rest.find('/').map_or("", |slash| &rest[slash..])
                });
                to == exchange.url || (!path.is_empty() && to == path)
            })
    });
    to_itself
        || view
            .error()
            .is_some_and(|error| error.contains("ERR_TOO_MANY_REDIRECTS"))
}

pub(super) fn redirect_loop(case: &Case<'_>) -> Option<Finding> {
    shown(case, is_loop).next()?;
    finding(
        Cause::RedirectLoop,
        format!(
            "`{}` redirects to itself, so the browser gives up and nobody can join",
            quoted(case.evidence.sdk_url)
        ),
        "look for a redirect in the behaviour's function, in the bucket's website rules \
         (`RoutingRules`) and in `OriginProtocolPolicy`: an origin that redirects http to https \
         must be asked by https",
        case.claims(|failure| {
            failure.is_at(Place::Sdk)
                && (is_loop(&failure.view)
                    || failure
                        .view
                        .status()
                        .is_some_and(|status| (300..400).contains(&status) && status != 304))
        }),
    )
}

fn is_5xx(view: &View<'_>) -> bool {
    view.status().is_some_and(|status| status >= 500)
}

pub(super) fn origin_unavailable(case: &Case<'_>) -> Option<Finding> {
    let statuses: Vec<u16> = shown(case, is_5xx).filter_map(View::status).collect();
    let status = statuses.iter().min()?;
    finding(
        Cause::OriginUnavailable,
        format!(
            "the CDN answers {status} for the SDK ({}): the origin fails and the edge has no \
             copy, so nobody can join",
            count(statuses.len() as u64, "answer")
        ),
        "look at the origin (`Origins[].DomainName` names an existing bucket in the right region) \
         and at the AWS Health dashboard; `OriginGroups` with a second bucket would have answered",
        case.claims(|failure| {
            matches!(failure.view.place, Place::Sdk | Place::OtherFile) && is_5xx(&failure.view)
        }),
    )
}

/// S3's error document (Amazon S3 API Reference, "Error responses"). An answer to HEAD has none.
fn is_store_error(view: &View<'_>) -> bool {
    view.mime().is_some_and(|mime| mime.ends_with("xml"))
        || view
            .exchange()
            .is_some_and(|exchange| exchange.body_start.contains("<Error>"))
}

fn is_denied(view: &View<'_>) -> bool {
    view.status() == Some(403) && is_store_error(view)
}

pub(super) fn access_denied(case: &Case<'_>) -> Option<Finding> {
    let denied = shown(case, is_denied).count();
    if denied == 0 {
        return None;
    }
    // Another object that can be read acquits the policy.
    let others = case
        .of_cdn()
        .any(|view| view.place == Place::OtherFile && matches!(view.status(), Some(200 | 206)));
    let which = if others {
        "another object can be read, so this key is missing or apart in the policy"
    } else {
        "either the bucket's policy does not let the distribution read, or there is no such key, \
         which S3 does not tell to whoever may not list"
    };
    finding(
        Cause::AccessDenied,
        format!(
            "S3 answers 403 `AccessDenied` for the SDK ({}), so nobody can join: {which}",
            count(denied as u64, "answer")
        ),
        format!(
            "see whether the object is there (`aws s3 ls`, key `{}`); then the bucket policy: \
             `s3:GetObject` on `BUCKET_ARN/*` for `cloudfront.amazonaws.com` with \
             `AWS:SourceArn` of this distribution, and the origin's `OriginAccessControlId` with \
             `SigningBehavior: always`",
            quoted(&case.evidence.sdk.file)
        ),
        case.claims(|failure| asks_for_file(&failure.view) && is_denied(&failure.view)),
    )
}

fn is_missing(view: &View<'_>) -> bool {
    matches!(view.status(), Some(404 | 410))
}

pub(super) fn missing_key(case: &Case<'_>) -> Option<Finding> {
    let by_store = shown(case, is_missing).any(is_store_error);
    let missing = shown(case, is_missing).count();
    if missing == 0 {
        return None;
    }
    let said = if by_store { " `NoSuchKey`" } else { "" };
    finding(
        Cause::MissingKey,
        format!(
            "there is no file at the SDK's address: it is answered 404{said}, so nobody can join"
        ),
        format!(
            "upload `{}` (`aws s3 cp`) and invalidate its path; compare the key with \
             `Origins[].OriginPath` and with the address in the page",
            quoted(&case.evidence.sdk.file)
        ),
        case.claims(|failure| asks_for_file(&failure.view) && is_missing(&failure.view)),
    )
}

fn is_refused_by_edge(view: &View<'_>) -> bool {
    view.status() == Some(403) && !is_store_error(view) && view.is_edge_page()
}

pub(super) fn edge_refused(case: &Case<'_>) -> Option<Finding> {
    shown(case, is_refused_by_edge).next()?;
    finding(
        Cause::EdgeRefused,
        "CloudFront itself answers 403 for the SDK, with a page of its own, so nobody whom it \
         refuses can join",
        "look at the distribution's `WebACLId`, at `Restrictions.GeoRestriction`, at \
         `AllowedMethods` and at `Aliases`",
        case.claims(|failure| asks_for_file(&failure.view) && is_refused_by_edge(&failure.view)),
    )
}
