//! What reached whom, beside what was sent.

use greenroom_core::results::{MediaRow as Result, Outcome};
use greenroom_model::Colour;
use serde::Serialize;

use crate::format::{self, NOTHING};
use crate::untrusted::{LINE, SENTENCE, shown};
use crate::wording::{self, Badge};

/// A colour to be shown. Its three numbers are all that reaches the style.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Swatch {
    /// `#rrggbb`.
    hex: String,
}

impl Swatch {
    pub(super) fn of(colour: Colour) -> Self {
        Self {
            hex: format!("#{:02x}{:02x}{:02x}", colour.r, colour.g, colour.b),
        }
    }
}

/// One direction of one step.
#[derive(Debug, Serialize)]
pub(super) struct MediaRow {
    badge: Badge,
    /// What was asked for, and whether it is proved.
    proved: &'static str,
    step: String,
    from: String,
    to: String,
    sent: Swatch,
    found: Option<Swatch>,
    /// What the tile shows, where it shows no colour.
    tile: &'static str,
    sent_tone: String,
    found_tone: String,
    level: String,
    counter: String,
    frames: String,
    packets: String,
    sentence: String,
}

impl MediaRow {
    pub(super) fn of(row: &Result) -> Self {
        let found = &row.found;
        Self {
            badge: wording::outcome(if row.holds {
                Outcome::Pass
            } else {
                Outcome::Fail
            }),
            proved: match (row.asked.gone, row.asked.video, row.asked.audio) {
                (false, true, true) => "sees and hears",
                (false, true, false) => "sees",
                (false, false, _) => "hears",
                (true, true, true) => "neither sees nor hears",
                (true, true, false) => "does not see",
                (true, false, _) => "does not hear",
            },
            step: shown(&row.step, LINE),
            from: shown(&row.from, LINE),
            to: shown(&row.to, LINE),
            sent: Swatch::of(row.sent.colour),
            found: found.colour.filter(|_| found.tile).map(Swatch::of),
            tile: if found.tile { "no picture" } else { "no tile" },
            sent_tone: format!("{} Hz", row.sent.tone_hz),
            found_tone: found.strongest_hz.map_or_else(
                || "silence".to_owned(),
                |hz| format!("{} Hz", format::number(hz, 0)),
            ),
            level: found.tone_db.map_or_else(
                || NOTHING.to_owned(),
                |db| format!("{} dB", format::number(db, 0)),
            ),
            counter: found.counter.map_or_else(
                || NOTHING.to_owned(),
                |(from, to)| format!("{from} to {to}"),
            ),
            frames: grown(found.frames_decoded),
            packets: grown(found.packets_received),
            sentence: shown(&row.sentence, SENTENCE),
        }
    }
}

/// How much a counter grew.
fn grown(counter: Option<(u64, u64)>) -> String {
    counter.map_or_else(
        || NOTHING.to_owned(),
        |(from, to)| format!("+{}", format::count(to.saturating_sub(from))),
    )
}
