//! The words for what the result model has names for: the same in every form of the report.

use greenroom_core::journal::{RunEnd, StopReason, TargetKind};
use greenroom_core::plan::{Arm, Op, SampleMetric, Stop};
use greenroom_core::results::{
    Answer, ArmResult, DiagnosisResult, Outcome, Results, ScenarioResult, Standing, Verdict,
};
use greenroom_model::exchange::TlsVersion;
use greenroom_model::{CacheRegime, CallMetric, Delivery, PageVariant};
use serde::Serialize;

/// A word with a sign and a class of its own, so that colour is never all there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Badge {
    /// The word.
    pub(crate) word: &'static str,
    /// One character that tells it from the others without colour.
    pub(crate) sign: &'static str,
    /// Style class.
    pub(crate) class: &'static str,
}

/// The badge of a check's outcome.
pub(crate) fn outcome(outcome: Outcome) -> Badge {
    let (word, sign, class) = match outcome {
        Outcome::Pass => ("pass", "✓", "good"),
        Outcome::Fail => ("fail", "✕", "bad"),
        Outcome::Error => ("error", "!", "broken"),
        Outcome::Inconclusive => ("inconclusive", "?", "open"),
        Outcome::Skipped => ("skipped", "○", "idle"),
    };
    Badge { word, sign, class }
}

/// The badge of a verdict. One that only is observed is news, not a failure.
pub(crate) fn verdict(verdict: &Verdict) -> Badge {
    let badge = outcome(verdict.outcome);
    if verdict.observed {
        Badge {
            class: "idle",
            ..badge
        }
    } else {
        badge
    }
}

/// The badge of a diagnosis: a failure, or what a scenario has asked for.
pub(crate) fn diagnosis(found: &DiagnosisResult, results: &Results) -> Badge {
    let mut explained = found.explains.iter();
    let gates = explained.any(|index| {
        let verdict = results.verdicts.get(*index);
        verdict.is_some_and(|verdict| !verdict.observed)
    });
    if gates {
        Badge {
            word: "cause",
            sign: "✕",
            class: "bad",
        }
    } else {
        Badge {
            word: "diagnosed",
            sign: "●",
            class: "info",
        }
    }
}

/// The diagnosis that explains the verdict with this index, the gravest where there are several.
pub(crate) fn explanation(index: usize, scenario: &ScenarioResult) -> Option<&DiagnosisResult> {
    let mut diagnoses = scenario.diagnoses.iter();
    diagnoses.find(|found| found.explains.contains(&index))
}

/// A version of TLS.
pub(crate) fn tls(version: TlsVersion) -> &'static str {
    match version {
        TlsVersion::Tls10 => "TLS 1.0",
        TlsVersion::Tls11 => "TLS 1.1",
        TlsVersion::Tls12 => "TLS 1.2",
        TlsVersion::Tls13 => "TLS 1.3",
    }
}

/// The badge of a claim. A refuted claim is news, not a failure.
pub(crate) fn standing(standing: Standing) -> Badge {
    let (word, sign, class) = match standing {
        Standing::Confirmed => ("confirmed", "●", "info"),
        Standing::Refuted => ("refuted", "⊘", "info"),
        Standing::Open => ("open", "○", "idle"),
    };
    Badge { word, sign, class }
}

/// The badge of a comparison's answer.
pub(crate) fn answer(answer: Answer) -> Badge {
    let (word, sign, class) = match answer {
        Answer::Faster => ("faster", "◀", "info"),
        Answer::Slower => ("slower", "▶", "info"),
        Answer::Equivalent => ("equivalent", "=", "info"),
        Answer::Inconclusive => ("inconclusive", "?", "open"),
        Answer::Error => ("error", "!", "broken"),
    };
    Badge { word, sign, class }
}

/// The banner's words. What passed on the local stack is never worded as leave to ship.
pub(crate) fn gate(results: &Results) -> &'static str {
    match (results.outcome, results.target.kind) {
        (Outcome::Pass, _) if results.verdicts.is_empty() => "Compared; nothing gates this run",
        (Outcome::Pass, TargetKind::Local) => "Passed on the local stack",
        (Outcome::Pass, TargetKind::Deployed) => "Passed",
        (Outcome::Fail, _) => "Failed",
        (Outcome::Error, _) => "Error: could not be found out",
        (Outcome::Inconclusive, _) => "Inconclusive: not enough evidence",
        (Outcome::Skipped, _) => "Nothing was checked",
    }
}

/// What the banner has to add, so that nobody takes the result for more than it is.
pub(crate) fn caveats(results: &Results) -> Vec<&'static str> {
    let mut caveats = Vec::new();
    if results.target.kind == TargetKind::Local {
        caveats.push(
            "The local stack is an emulation on one machine: a deployment has to be measured \
             itself before anything is concluded of it.",
        );
    }
    caveats.extend(match results.ended {
        Some(RunEnd::Finished) => None,
        Some(RunEnd::Interrupted | RunEnd::Terminated) => {
            Some("The run was interrupted: what follows is what was known by then.")
        }
        None => Some("The journal was cut off: what follows is what was known by then."),
    });
    caveats
}

/// A page variant as scenarios write it.
pub(crate) fn variant(variant: PageVariant) -> &'static str {
    match variant {
        PageVariant::Inline => "inline",
        PageVariant::Cdn => "cdn",
        PageVariant::CdnSri => "cdn-sri",
    }
}

/// A page variant in a sentence.
pub(crate) fn variant_in_prose(variant: PageVariant) -> &'static str {
    match variant {
        PageVariant::Inline => "the inlined SDK",
        PageVariant::Cdn | PageVariant::CdnSri => "the CDN",
    }
}

/// One side of a comparison.
pub(crate) fn arm(arm: Arm) -> &'static str {
    match arm {
        Arm::Baseline => "baseline",
        Arm::Candidate => "candidate",
    }
}

/// The name of an arm in a comparison: its variant, and the side where both load the same.
pub(crate) fn arm_name(of: &ArmResult, other: &ArmResult) -> String {
    if of.variant == other.variant {
        format!("{} ({})", variant(of.variant), arm(of.arm))
    } else {
        variant(of.variant).to_owned()
    }
}

/// How the HTML got to the browser.
pub(crate) fn delivery(delivery: Delivery) -> &'static str {
    match delivery {
        Delivery::Webview => "webview (HTML on the device)",
        Delivery::Https => "https (HTML from the app host)",
        Delivery::Opaque => "opaque (HTML as a data: URL)",
    }
}

/// What the browser may know beforehand.
pub(crate) fn cache(cache: CacheRegime) -> &'static str {
    match cache {
        CacheRegime::Cold => "cold (nothing known)",
        CacheRegime::Warm => "warm (HTTP cache filled)",
        CacheRegime::Hot => "hot (HTTP cache and code cache filled)",
    }
}

/// What a comparison times, after "time until".
pub(crate) fn until(metric: SampleMetric) -> &'static str {
    match metric {
        SampleMetric::SdkReady => "the SDK is ready",
        SampleMetric::Connected => "the page is in the call",
    }
}

/// Of a load that did not get so far, after "some load".
pub(crate) fn never(metric: SampleMetric) -> &'static str {
    match metric {
        SampleMetric::SdkReady => "never became ready",
        SampleMetric::Connected => "never got into the call",
    }
}

/// What is timed in a call, for a table.
pub(crate) fn call_metric(metric: CallMetric) -> &'static str {
    match metric {
        CallMetric::SdkReady => "SDK ready",
        CallMetric::Token => "token answered",
        CallMetric::MeetingCreated => "meeting created",
        CallMetric::Started => "in the call",
        CallMetric::Connected => "connected",
        CallMetric::FirstRemoteAudio => "first remote audio",
        CallMetric::FirstRemoteFrame => "first remote frame",
        CallMetric::MuteSeen => "mute seen",
        CallMetric::EndSeen => "end seen",
    }
}

/// From when on it is timed.
pub(crate) fn call_metric_from(metric: CallMetric) -> &'static str {
    match metric {
        CallMetric::SdkReady | CallMetric::Started => "since the navigation",
        CallMetric::Token
        | CallMetric::MeetingCreated
        | CallMetric::Connected
        | CallMetric::FirstRemoteAudio
        | CallMetric::FirstRemoteFrame => "since the tap",
        CallMetric::MuteSeen => "since the other's tap on mute",
        CallMetric::EndSeen => "since the other's tap on end",
    }
}

/// A comparison of numbers, as it is printed.
pub(crate) fn op(op: Op) -> &'static str {
    match op {
        Op::Less => "<",
        Op::AtMost => "≤",
        Op::Greater => ">",
        Op::AtLeast => "≥",
    }
}

/// Why sampling ended, after "Sampling ended".
pub(crate) fn stopped(reason: Option<StopReason>) -> &'static str {
    match reason {
        Some(StopReason::Resolved) => "because everything that was asked is decided",
        Some(StopReason::AtMost) => "at the greatest number of pairs",
        Some(StopReason::Within) => "at the time limit",
        Some(StopReason::Environment) => "after too many environment errors in a row",
        Some(StopReason::Interrupted) => "on a signal",
        None => "when the run was cut off",
    }
}

/// The stopping rule as scenarios write it.
pub(crate) fn stop(stop: Stop) -> &'static str {
    match stop {
        Stop::Resolved => "resolved",
        Stop::Never => "never",
    }
}

/// `1 pair`, `2 pairs`.
pub(crate) fn counted(number: u32, singular: &str, plural: &str) -> String {
    let noun = if number == 1 { singular } else { plural };
    format!("{} {noun}", crate::format::count(number.into()))
}

/// All outcomes in the order in which they weigh.
pub(crate) const BY_WEIGHT: [Outcome; 5] = [
    Outcome::Fail,
    Outcome::Error,
    Outcome::Inconclusive,
    Outcome::Pass,
    Outcome::Skipped,
];

/// Where an outcome stands in [`BY_WEIGHT`].
pub(crate) fn weight(outcome: Outcome) -> usize {
    BY_WEIGHT
        .iter()
        .position(|&other| other == outcome)
        .unwrap_or(BY_WEIGHT.len())
}

/// The counts that are not 0, e.g. `2 fail, 5 pass`; how many checks there were otherwise.
pub(crate) fn tally(results: &Results) -> String {
    let counts = &results.counts;
    let of = |outcome| match outcome {
        Outcome::Pass => (counts.pass, "passed"),
        Outcome::Fail => (counts.fail, "failed"),
        Outcome::Error => (counts.error, "in error"),
        Outcome::Inconclusive => (counts.inconclusive, "inconclusive"),
        Outcome::Skipped => (counts.skipped, "skipped"),
    };
    listed(BY_WEIGHT.into_iter().map(of))
}

/// The counts of claims that are not 0, e.g. `1 confirmed, 2 open`.
pub(crate) fn claims_tally(results: &Results) -> String {
    let counts = &results.counts;
    listed([
        (counts.claims_confirmed, "confirmed"),
        (counts.claims_refuted, "refuted"),
        (counts.claims_open, "open"),
    ])
}

fn listed(parts: impl IntoIterator<Item = (u32, &'static str)>) -> String {
    let parts: Vec<_> = parts
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{} {word}", crate::format::count(number.into())))
        .collect();
    if parts.is_empty() {
        "none".to_owned()
    } else {
        parts.join(", ")
    }
}
