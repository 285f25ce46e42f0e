//! Known answers: what is wrong with a deployment, and what its probes then see.

mod answers;
mod page;
mod reach;
mod wire;

use greenroom_model::{Delivery, Exchange, PageLoad, PageVariant};

use super::exchanges::{HOST, SDK_URL};
use super::gate::Gate;
use super::pages::{console, without_sdk};
use crate::diagnosis::Cause;

/// Something wrong, and the causes that are told by all probes, by the wire alone and by the
/// browser alone. The first is the one that leads.
pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) wrong: fn(&mut Gate),
    pub(super) all: &'static [Cause],
    pub(super) wire: &'static [Cause],
    pub(super) browser: &'static [Cause],
}

/// All of them, by where the fault lies.
pub(super) fn cases() -> impl Iterator<Item = &'static Case> {
    [reach::CASES, answers::CASES, page::CASES, wire::CASES]
        .into_iter()
        .flatten()
}

const fn case(
    name: &'static str,
    wrong: fn(&mut Gate),
    all: &'static [Cause],
    wire: &'static [Cause],
    browser: &'static [Cause],
) -> Case {
    Case {
        name,
        wrong,
        all,
        wire,
        browser,
    }
}

fn any(_: PageVariant, _: Delivery) -> bool {
    true
}

fn sri(variant: PageVariant, _: Delivery) -> bool {
    variant == PageVariant::CdnSri
}

fn on_cdn(exchange: &Exchange) -> bool {
    exchange.url.contains(HOST) && exchange.url.starts_with("https")
}

fn at_sdk(exchange: &Exchange) -> bool {
    exchange.url == SDK_URL
}

/// A digest that is not the file's.
const OTHER_DIGEST: &str = "xqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQhx1wx4JwY8wC";

fn digest_error(load: &mut PageLoad, computed: &str) {
    without_sdk(load);
    console(
        load,
        &format!(
            "Failed to find a valid digest in the 'integrity' attribute for resource 'u' with \
             computed SHA-384 integrity '{computed}'. The resource has been blocked."
        ),
    );
}
