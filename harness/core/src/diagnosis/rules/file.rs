//! The file comes whole, and is not the one that was built.

use greenroom_model::Exchange;
use greenroom_model::load::LoadEnd;

use super::super::Cause;
use super::super::case::{Aspect, Case, Failure, Finding, Loaded, Place, View};
use super::finding;
use crate::classify::{starts_like_markup, version_in_name};
use crate::figures::{count, quoted, thousands};
use crate::journal::Classification;

/// Whether an answer has another content than the build.
fn differs(case: &Case<'_>, file: &Exchange) -> bool {
    let built = &case.evidence.sdk.integrity;
    file.decode_error.is_none()
        && built.split('-').next() == file.integrity.split('-').next()
        && *built != file.integrity
}

fn other_files<'c, 'a>(case: &'c Case<'a>) -> impl Iterator<Item = &'a Exchange> + 'c {
    case.files().filter(|file| differs(case, file))
}

fn is_markup(file: &Exchange) -> bool {
    file.body_start
        .trim_start_matches('\u{feff}')
        .trim_start()
        .starts_with('<')
}

pub(super) fn not_the_sdk(case: &Case<'_>) -> Option<Finding> {
    let by_wire = other_files(case).filter(|file| is_markup(file));
    let least = by_wire.min_by_key(|file| (file.decoded_bytes, file.body_start.as_str()));
    let by_page = case
        .loads()
        .any(|loaded| loaded.load.sdk_ready_ms.is_none() && starts_like_markup(loaded.load));
    let what = match least {
        Some(file) => {
            let start: String = quoted(&file.body_start).chars().take(40).collect();
            format!("{} bytes, starts `{start}`", thousands(file.decoded_bytes))
        }
        None if by_page => "it starts with `<`".to_owned(),
        None => return None,
    };
    finding(
        Cause::BodyIsNotTheSdk,
        format!(
            "body is not the SDK: {what}; a page or an error document stands under the SDK's \
             name, answered 200, so nobody can join"
        ),
        "build the bundle (`npm ci`, esbuild) instead of downloading it, let a download fail on \
         an error (`curl --fail`), compare the file's SHA-384 with the manifest before `aws s3 \
         cp`, and invalidate its path",
        case.claims(|failure| {
            // A short document is not compressed, and may say by its type what it is.
            failure.is_of_content()
                || (failure.is_at(Place::Sdk)
                    && matches!(failure.aspect, Aspect::Encoding | Aspect::ContentType))
        }),
    )
}

/// The version that the bundle's banner gives (`amazon-chime-sdk-js 3.20.0, ...`).
fn banner_version<'a>(case: &Case<'_>, file: &'a Exchange) -> Option<&'a str> {
    let (_, rest) = file.body_start.split_once(&case.evidence.sdk.package)?;
    let rest = rest.trim_start_matches([' ', '@', 'v']);
    let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.');
    let version = rest[..end.unwrap_or(rest.len())].trim_end_matches('.');
    version.contains('.').then_some(version)
}

fn is_cut(case: &Case<'_>, loaded: &Loaded<'_>) -> bool {
    let script = loaded.load.script.as_ref();
    loaded.classified.classification == Classification::Truncated
        && loaded
            .request
            .is_none_or(|request| request.error_text.is_none())
        && script.is_none_or(|script| script.decoded_body_size < case.evidence.sdk.bytes)
}

pub(super) fn truncated(case: &Case<'_>) -> Option<Finding> {
    let sdk = case.evidence.sdk;
    let short = other_files(case).filter(|file| {
        let begins_well = banner_version(case, file) == Some(sdk.version.as_str());
        file.decoded_bytes < sdk.bytes && begins_well
    });
    let by_page = case.loads().filter(|loaded| is_cut(case, loaded));
    let lengths = short
        .map(|file| file.decoded_bytes)
        .chain(by_page.map(|loaded| {
            let script = loaded.load.script.as_ref();
            script.map_or(0, |script| script.decoded_body_size)
        }));
    let bytes = lengths.max()?;
    let how_much = match bytes {
        0 => String::new(),
        bytes => format!(" after {}", thousands(bytes)),
    };
    finding(
        Cause::Truncated,
        format!(
            "the SDK file was cut off{how_much} of {} bytes when it was stored: it stops in the \
             middle of a statement, the global is undefined and nobody can join",
            thousands(sdk.bytes)
        ),
        "upload the file anew, compare its length and SHA-384 with the manifest (`aws s3api \
         head-object`), and invalidate its path",
        case.claims(Failure::is_of_content),
    )
}

/// An answer that the edge had before it was asked: no try of this run filled the cache.
fn is_kept(view: &View<'_>) -> bool {
    view.header("x-cache")
        .is_some_and(|seen| seen.starts_with("Hit") || seen.starts_with("RefreshHit"))
}

/// Another content, and nobody saw it come from the origin: every answer is an old copy.
pub(super) fn stale(case: &Case<'_>) -> Option<Finding> {
    let of_file = |view: &&View<'_>| {
        view.exchange()
            .is_some_and(|file| file.status == 200 && file.method == "GET" && differs(case, file))
    };
    let answers: Vec<&View<'_>> = case.of_sdk().filter(of_file).collect();
    let kept = !answers.is_empty() && answers.iter().all(|view| is_kept(view));
    let fetched = case.of_sdk().any(|view| {
        view.header("x-cache")
            .is_some_and(|seen| seen.starts_with("Miss"))
    });
    // Some encodings may have been fetched after the deployment: these are right.
    let some_right = case
        .files()
        .any(|file| file.integrity == case.evidence.sdk.integrity);
    // An old copy is a file that worked; one that breaks a page was broken when it was uploaded.
    let breaks = case
        .loads()
        .any(|loaded| is_cut(case, &loaded) || lacks_export(&loaded));
    if !kept || breaks || (fetched && !some_right) {
        return None;
    }
    let age = answers
        .iter()
        .filter_map(|view| view.header("age")?.trim().parse::<u64>().ok())
        .max()
        .map_or_else(String::new, |age| {
            format!(", the oldest of {}", count(age, "second"))
        });
    finding(
        Cause::StaleObject,
        format!(
            "the edge serves a copy of the SDK from before this deployment ({} from its \
             cache{age}), and browsers that have it keep it as long as `Cache-Control` says",
            count(answers.len() as u64, "answer")
        ),
        "invalidate the path (`aws cloudfront create-invalidation --distribution-id ID --paths \
         /PATH`), and give each build a name of its own: an invalidation does not reach browsers. \
         If the file is another one still, the upload is wrong",
        case.claims(Failure::is_of_content),
    )
}

pub(super) fn other_version(case: &Case<'_>) -> Option<Finding> {
    let sdk = case.evidence.sdk;
    let named = version_in_name(case.evidence.sdk_url).unwrap_or(&sdk.version);
    let by_page = case
        .loads()
        .filter_map(|loaded| loaded.load.sdk.version.as_deref())
        .map(|version| version.trim_start_matches('v'))
        .filter(|version| !version.is_empty());
    let by_wire = other_files(case).filter_map(|file| banner_version(case, file));
    let found = by_page
        .chain(by_wire)
        .filter(|version| *version != named)
        .min()?;
    finding(
        Cause::OtherVersion,
        format!(
            "the file under the name of {} is version {} of the SDK: the page runs with what it \
             was not tested with",
            quoted(named),
            quoted(found)
        ),
        format!(
            "upload the build of {} under its own name (`{}`) and invalidate the path; let the \
             build take the name from the package's version",
            quoted(named),
            quoted(&sdk.file)
        ),
        case.claims(Failure::is_of_content),
    )
}

/// A page whose SDK came whole, ran, and left behind less than the page needs.
fn lacks_export(loaded: &Loaded<'_>) -> bool {
    let load = loaded.load;
    loaded.classified.classification == Classification::Undefined
        && load.sdk_ready_ms.is_none()
        && load.ended != LoadEnd::Ready
        && !load.sdk.type_of_global.is_empty()
        && !starts_like_markup(load)
        && (load.sdk.type_of_global == "undefined"
            || load.sdk.type_of_ready_symbol != "function"
            || !load.sdk.missing_symbols.is_empty())
}

pub(super) fn export_wrong(case: &Case<'_>) -> Option<Finding> {
    let global = &case.evidence.sdk.global;
    let empty = case.loads().filter(lacks_export);
    let undefined = empty
        .map(|loaded| loaded.load.sdk.type_of_global == "undefined")
        .max()?;
    let sentence = if undefined {
        format!(
            "SDK executed but window.{global} is undefined: the library export is wrong, not a \
             slow load; the user sees a failure that no faster network cures"
        )
    } else {
        format!(
            "SDK executed and window.{global} lacks what the page needs of it: the library \
             export is wrong, and nobody can join"
        )
    };
    finding(
        Cause::ExportWrong,
        sentence,
        format!(
            "bundle an entry that assigns `globalThis.{global}` (esbuild `--format=iife`, no \
             `--global-name` over it), run the file before it is uploaded, and give the new one \
             a new name"
        ),
        case.claims(Failure::is_of_content),
    )
}

/// Chromium's word on a digest that is not the page's: the digest that it computed.
fn computed(loaded: &Loaded<'_>) -> Option<String> {
    let said = loaded.load.console.iter().find_map(|message| {
        let (_, rest) = message
            .text
            .split_once("with computed SHA-384 integrity '")?;
        rest.split('\'').next()
    })?;
    Some(format!("sha384-{said}"))
}

/// Whether a page kept the file out by a digest that is neither the page's nor the build's.
pub(super) fn blocked_by_other_digest(case: &Case<'_>, loaded: &Loaded<'_>) -> bool {
    computed(loaded).is_some_and(|computed| computed != case.evidence.sdk.integrity)
}

pub(super) fn other_build(case: &Case<'_>) -> Option<Finding> {
    let by_wire = other_files(case).map(|file| file.decoded_bytes).min();
    let by_page = case
        .loads()
        .any(|loaded| blocked_by_other_digest(case, &loaded));
    let length = match by_wire {
        Some(bytes) => format!(
            " ({} bytes, and {} were built)",
            thousands(bytes),
            thousands(case.evidence.sdk.bytes)
        ),
        None if by_page => String::new(),
        None => return None,
    };
    finding(
        Cause::OtherBuild,
        format!(
            "the file under the SDK's name is another than the one that was built{length}: a \
             page with `integrity` refuses it, and any other runs what was not tested"
        ),
        "build once and upload that very file; compare its SHA-384 with the manifest, and \
         invalidate the path",
        case.claims(Failure::is_of_content),
    )
}

/// Types that browsers run as JavaScript (MIME Sniffing Standard, "JavaScript MIME type"), as
/// far as servers send them.
const SCRIPT_TYPES: [&str; 4] = [
    "application/javascript",
    "text/javascript",
    "application/x-javascript",
    "application/ecmascript",
];

fn is_no_script(view: &View<'_>) -> bool {
    let good = matches!(view.status(), Some(200 | 206 | 304));
    good && view
        .mime()
        .is_some_and(|mime| !SCRIPT_TYPES.contains(&mime.as_str()))
}

pub(super) fn wrong_content_type(case: &Case<'_>) -> Option<Finding> {
    let types = case.of_sdk().filter(|view| is_no_script(view));
    let mime = types.filter_map(View::mime).min()?;
    let kept_out = |view: &View<'_>| {
        is_no_script(view)
            && view
                .loaded()
                .is_some_and(|loaded| loaded.classified.classification == Classification::Blocked)
    };
    let blocks = case.of_sdk().any(kept_out)
        || case
            .of_sdk()
            .filter_map(|view| view.header("x-content-type-options"))
            .any(|value| value.eq_ignore_ascii_case("nosniff"));
    let effect = if blocks {
        "with `X-Content-Type-Options: nosniff` browsers refuse to run it, so nobody can join"
    } else {
        "browsers run it only as long as nothing says `nosniff`"
    };
    // CloudFront compresses by type ("Serving compressed files"): this one is not on its list.
    let incompressible = mime == "application/octet-stream" || mime == "binary/octet-stream";
    finding(
        Cause::WrongContentType,
        format!("the SDK is served as `{}`: {effect}", quoted(&mime)),
        "upload it with `aws s3 cp --content-type application/javascript` (a copy onto itself \
         with `--metadata-directive REPLACE` does), and invalidate its path",
        case.claims(|failure| {
            failure.is_at(Place::Sdk)
                && match failure.aspect {
                    Aspect::ContentType => is_no_script(&failure.view),
                    Aspect::Encoding => incompressible,
                    Aspect::Load => kept_out(&failure.view),
                    _ => false,
                }
        }),
    )
}
