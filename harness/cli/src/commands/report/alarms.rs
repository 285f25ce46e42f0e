//! Which alarms of the template that ships a scenario's pages would have raised.

use std::path::Path;

use greenroom_core::logs::alarms::evaluate_if_it_lasts;
use greenroom_core::logs::{Entry, Traffic};
use greenroom_core::plan::{Plan, Work};
use greenroom_fixtures::shipped_deployment;

use crate::log_file;
use crate::run::{USER_AGENT, edge_log};

/// In words, if all traffic were like that of the scenario's pages for as long as alarms take.
/// `None` where no page was loaded, or the run has no log of it.
///
/// greenroom's own requests do not count: they ask for what no page asks for.
pub(super) fn in_words(run: &Path, index: usize, plan: &Plan) -> Option<String> {
    if !plan.loads_pages() && !matches!(plan.work, Work::Meeting(_)) {
        return None;
    }
    let mut traffic = Traffic::default();
    let mut each = |entry: &Entry<'_>| {
        if entry.user_agent != USER_AGENT {
            traffic.add(entry);
        }
    };
    log_file::read(&edge_log::path(run, index, &plan.source.path), &mut each).ok()?;
    if traffic.requests == 0 {
        return Some("none: no request of a page gets to CloudFront".to_owned());
    }
    let raised: Vec<String> = evaluate_if_it_lasts(&traffic, &shipped_deployment())
        .into_iter()
        .filter(|alarm| alarm.fired > 0)
        .map(|alarm| format!("{} ({})", alarm.alarm, alarm.metric))
        .collect();
    Some(if raised.is_empty() {
        "none".to_owned()
    } else {
        raised.join(", ")
    })
}
