//! Where the time to `sdk_ready` goes.
//!
//! Invariant: the phases of one load follow each other without gap or overlap from `timeOrigin`
//! to `sdk_ready`; each milestone is held between the one before it and readiness. So the
//! medians add up to about the median of `sdk_ready`.

use greenroom_model::PageLoad;

use crate::journal::{Classification, Sample};
use crate::results::Phase;
use crate::statistics::median;

const DOCUMENT: &str = "document";
const QUEUE: &str = "SDK queue";
const CONNECT: &str = "SDK connect";
const WAIT: &str = "SDK wait";
const DOWNLOAD: &str = "SDK download";
/// The whole fetch, where the server does not let the page see its parts.
const FETCH: &str = "SDK fetch";
const RUN: &str = "compile and run";

const IN_ORDER: [&str; 7] = [DOCUMENT, QUEUE, CONNECT, WAIT, DOWNLOAD, FETCH, RUN];

/// Median phases over the loads that were `ready`.
pub(super) fn phases(loads: &[&Sample]) -> Vec<Phase> {
    let of_loads: Vec<Vec<(&str, f64)>> = loads
        .iter()
        .filter(|sample| sample.classification == Classification::Ready)
        .filter_map(|sample| of_load(sample.load.as_deref()?))
        .collect();
    IN_ORDER
        .into_iter()
        .filter_map(|name| {
            let lengths = of_loads
                .iter()
                .flatten()
                .filter(|(phase, _)| *phase == name)
                .map(|(_, length)| *length);
            Some(Phase {
                name: name.to_owned(),
                median_ms: median(lengths)?,
            })
        })
        .collect()
}

/// The phases of one load that became ready.
fn of_load(load: &PageLoad) -> Option<Vec<(&'static str, f64)>> {
    let ready = load.sdk_ready_ms?;
    let document_end = load.document.as_ref()?.resource.response_end;
    let milestones = match &load.script {
        None => vec![(DOCUMENT, document_end)],
        // Without Timing-Allow-Origin everything between the ends is 0.
        Some(script) if script.request_start <= 0.0 => {
            vec![(DOCUMENT, script.start_time), (FETCH, script.response_end)]
        }
        Some(script) => vec![
            (DOCUMENT, script.start_time),
            (QUEUE, script.domain_lookup_start.max(script.fetch_start)),
            (CONNECT, script.request_start),
            (WAIT, script.response_start),
            (DOWNLOAD, script.response_end),
        ],
    };
    let mut before = 0.0_f64;
    let mut phases = Vec::with_capacity(milestones.len() + 1);
    for (name, end) in milestones.into_iter().chain([(RUN, ready)]) {
        let end = end.clamp(before, ready.max(before));
        phases.push((name, end - before));
        before = end;
    }
    Some(phases)
}

#[cfg(test)]
mod tests {
    use greenroom_model::timing::{DocumentTiming, ResourceTiming};
    use proptest::prelude::*;

    use super::*;

    fn load(script: Option<ResourceTiming>, document_end: f64, ready: f64) -> PageLoad {
        PageLoad {
            sdk_ready_ms: Some(ready),
            document: Some(DocumentTiming {
                resource: ResourceTiming {
                    response_end: document_end,
                    ..ResourceTiming::default()
                },
                ..DocumentTiming::default()
            }),
            script,
            ..PageLoad::default()
        }
    }

    fn script(times: [f64; 6]) -> ResourceTiming {
        ResourceTiming {
            start_time: times[0],
            fetch_start: times[1],
            domain_lookup_start: times[2],
            request_start: times[3],
            response_start: times[4],
            response_end: times[5],
            ..ResourceTiming::default()
        }
    }

    #[test]
    fn every_stretch_has_its_name() {
        let seen = script([10.0, 11.0, 12.0, 20.0, 70.0, 100.0]);
        let external = of_load(&load(Some(seen), 9.0, 250.0)).unwrap();
        assert_eq!(
            external,
            [
                (DOCUMENT, 10.0),
                (QUEUE, 2.0),
                (CONNECT, 8.0),
                (WAIT, 50.0),
                (DOWNLOAD, 30.0),
                (RUN, 150.0)
            ]
        );
        let inline = of_load(&load(None, 40.0, 250.0)).unwrap();
        assert_eq!(inline, [(DOCUMENT, 40.0), (RUN, 210.0)]);
        let hidden = script([10.0, 10.0, 0.0, 0.0, 0.0, 100.0]);
        let hidden = of_load(&load(Some(hidden), 9.0, 250.0)).unwrap();
        assert_eq!(hidden, [(DOCUMENT, 10.0), (FETCH, 90.0), (RUN, 150.0)]);
    }

    proptest! {
        #[test]
        fn phases_are_never_negative_and_add_up(
            times in prop::array::uniform6(0.0..1e4f64), end in 0.0..1e4f64, ready in 0.0..1e4f64,
        ) {
            let phases = of_load(&load(Some(script(times)), end, ready)).unwrap();
            prop_assert!(phases.iter().all(|(_, length)| *length >= 0.0));
            let sum: f64 = phases.iter().map(|(_, length)| length).sum();
            prop_assert!((sum - ready).abs() < 1e-6);
        }
    }
}
