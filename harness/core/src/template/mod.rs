//! What CloudFront, S3 and CloudWatch hold a template to that is to serve the SDK.
//!
//! A rule is a statement about these services with its source, not the picture of one mistake. It
//! looks at what is written, value by value, with its place: the emulator runs what it makes of the
//! same template, and what it misreads must not pass here for the same reason.
//!
//! Invariant: the text and the inputs decide alone, and each finding is told once, the first in
//! the file first.

mod alarm;
mod bucket;
mod caching;
mod compression;
mod cors;
mod distribution;
mod forwarding;
mod grant;
mod headers;
mod leaks;
mod monitoring;
mod origin;
mod policies;
mod preflight;
mod review;
mod rule;
mod signing;
mod site;
mod statements;
mod table;
mod thresholds;
mod transport;
mod value;

pub use self::review::{Finding, REVIEW_VERSION, Review, review};
pub use self::rule::{Rule, Severity};
pub use self::table::rules_table;

/// Rules that are about the same thing.
pub struct Subject {
    /// What they are about.
    pub title: &'static str,
    /// The rules.
    pub rules: &'static [Rule],
}

/// All rules, by subject.
pub const SUBJECTS: &[Subject] = &[
    Subject {
        title: "The distribution",
        rules: distribution::RULES,
    },
    Subject {
        title: "Protocols and certificates",
        rules: transport::RULES,
    },
    Subject {
        title: "CORS",
        rules: cors::RULES,
    },
    Subject {
        title: "Preflights",
        rules: preflight::RULES,
    },
    Subject {
        title: "Security and timing headers",
        rules: headers::RULES,
    },
    Subject {
        title: "Caching",
        rules: caching::RULES,
    },
    Subject {
        title: "Compression",
        rules: compression::RULES,
    },
    Subject {
        title: "The bucket as an origin",
        rules: origin::RULES,
    },
    Subject {
        title: "Signed requests to the bucket",
        rules: signing::RULES,
    },
    Subject {
        title: "What the bucket's policy lets CloudFront read",
        rules: grant::RULES,
    },
    Subject {
        title: "What else the bucket's policy allows",
        rules: leaks::RULES,
    },
    Subject {
        title: "The bucket",
        rules: bucket::RULES,
    },
    Subject {
        title: "Metrics",
        rules: monitoring::RULES,
    },
    Subject {
        title: "Alarms",
        rules: thresholds::RULES,
    },
];

/// All rules in the order of their subjects.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    SUBJECTS.iter().flat_map(|subject| subject.rules)
}
