//! The words that a reader of a report may want explained.

use serde::Serialize;

/// A word and what it means here.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Term {
    word: &'static str,
    meaning: &'static str,
}

/// In the order in which a report uses them.
pub(crate) const TERMS: &[Term] = &[
    Term {
        word: "baseline, candidate",
        meaning: "The two arms of a comparison: the page as it is today, and the page that would \
                  replace it. They differ only in where the SDK comes from.",
    },
    Term {
        word: "pair",
        meaning: "One load of each arm, one right after the other in an order drawn from the \
                  seed. What slows the machine slows both, so the ratio within a pair is compared.",
    },
    Term {
        word: "difference",
        meaning: "The candidate's time over the baseline's, less one: −10% is a tenth less time. \
                  It is the geometric mean over the pairs.",
    },
    Term {
        word: "interval",
        meaning: "The differences that the pairs do not rule out. It is a confidence sequence: \
                  it holds at the stated level however often one looks, so stopping early does \
                  not weaken it.",
    },
    Term {
        word: "equivalence margin",
        meaning: "A difference too small to matter, set in the scenario. Faster and slower mean \
                  by more than the margin, equivalent means surely within it.",
    },
    Term {
        word: "inconclusive",
        meaning: "The interval lies in no one region yet. More pairs may settle it; nothing was \
                  guessed.",
    },
    Term {
        word: "restricted mean",
        meaning: "Some load never became ready. It counts with the timeout as its time, in both \
                  arms alike, so the true difference may be larger.",
    },
    Term {
        word: "p50, p75, p95",
        meaning: "The time within which this share of the loads was ready. Where it lies among \
                  the loads that never were, it reads > timeout.",
    },
    Term {
        word: "failure bound",
        meaning: "The largest failure rate that the loads seen do not rule out, one-sided at \
                  95% (Clopper-Pearson). No failure in 31 loads still allows for 9%.",
    },
    Term {
        word: "check, claim",
        meaning: "A check gates: it decides the outcome of the run. A claim is put to the test \
                  and reported as confirmed, refuted or open; it never changes the outcome.",
    },
    Term {
        word: "fail, error",
        meaning: "Fail: the product falls short. Error: it could not be found out, for a reason \
                  that lies with the environment or with greenroom.",
    },
    Term {
        word: "webview, https, opaque",
        meaning: "How the page's HTML gets to the browser: it is on the device already, as in \
                  the app; it comes over the network; or it is a data: URL.",
    },
    Term {
        word: "cold, warm, hot",
        meaning: "What the browser knows beforehand: nothing; the HTTP cache; the HTTP cache and \
                  V8's compiled code.",
    },
    Term {
        word: "saw and heard each other",
        meaning: "Each participant sends a picture of its own colour with a moving counter, and a \
                  tone of its own. The receiver's page showed that colour, the counter moved, and \
                  the tone stood out of what was played. A connection alone proves nothing.",
    },
    Term {
        word: "connected",
        meaning: "The SDK said that audio and video have started (audioVideoDidStart), counted \
                  from the tap on start or join.",
    },
];
