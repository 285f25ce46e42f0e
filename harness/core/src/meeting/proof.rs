//! Whether what reached a participant is what another one sent: proof of seeing and hearing.
//!
//! Invariant: a connection proves nothing. Seeing takes the sender's colour, a counter that
//! moves, a `<video>` that plays and frames that are decoded; hearing takes the sender's tone
//! above the rest of the spectrum and packets that arrive. No reading proves two senders.

use greenroom_model::{Colour, FakeMedia, MediaReading};

use crate::figures::{count, number, thousands};

/// The farthest a received colour may lie from the one that was sent: Euclidean distance in
/// eight-bit sRGB, in which black and white are 442 apart. Quantisation, chroma at half the
/// resolution and a swap of BT.601 with BT.709 stay below it for saturated colours.
pub const COLOUR_DISTANCE: f64 = 60.0;

/// The farthest the strongest frequency may lie from the tone that was sent, Hz: one bin of an
/// FFT of 2,048 points at 48 kHz (23.4 Hz), the default of the Web Audio API's `AnalyserNode`.
pub const TONE_TOLERANCE_HZ: f64 = 24.0;

/// How far the tone must stand above the median of the spectrum, dB. In white noise the power
/// of a bin is exponentially distributed, so one that is a hundred times the median comes with
/// a probability of 2^-100.
pub const TONE_DB: f64 = 20.0;

/// What a reading says of one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// Whether it is proved.
    pub holds: bool,
    /// What was expected and found, with figures; where it is not proved, what is missing.
    pub sentence: String,
}

impl Proof {
    /// All of the parts must hold; those that do not are what is told then.
    fn of(parts: Vec<(bool, String)>) -> Self {
        let holds = parts.iter().all(|(holds, _)| *holds);
        let told: Vec<String> = parts
            .into_iter()
            .filter(|(part, _)| *part == holds)
            .map(|(_, text)| text)
            .collect();
        Self {
            holds,
            sentence: told.join(", "),
        }
    }
}

/// Whether the picture of a sender was seen. `others` is what everybody else in the meeting
/// sends, the receiver included: a page that shows its own camera in the remote tile proves
/// nothing.
pub fn seen(sent: &FakeMedia, others: &[FakeMedia], found: &MediaReading) -> Proof {
    if !found.tile {
        return Proof::of(vec![(false, "no tile shows the sender".to_owned())]);
    }
    Proof::of(vec![
        colour(*sent, others, found.colour),
        counter(found.counter),
        current_time(found.current_time),
        grown(found.frames_decoded, "frame", "decoded"),
    ])
}

/// Whether the tone of a sender was heard; `others` as in [`seen`].
pub fn heard(sent: &FakeMedia, others: &[FakeMedia], found: &MediaReading) -> Proof {
    Proof::of(vec![
        frequency(*sent, others, found.strongest_hz),
        level(found.tone_db),
        grown(found.packets_received, "audio packet", "received"),
    ])
}

/// Whether the picture of a sender is gone.
pub fn unseen(found: &MediaReading) -> Proof {
    let text = if found.tile {
        "the tile that should be gone is still shown"
    } else {
        "the tile is gone"
    };
    Proof::of(vec![(!found.tile, text.to_owned())])
}

/// Whether the tone of a sender is gone.
pub fn unheard(sent: &FakeMedia, found: &MediaReading) -> Proof {
    let tone = sent.tone_hz;
    let part = match found.tone_db {
        Some(db) if stands_out(db) => (
            false,
            format!(
                "the tone of {tone} Hz that should be gone is {} dB above the rest of the \
                 spectrum (gone below {} dB)",
                number(db, 1),
                number(TONE_DB, 0)
            ),
        ),
        Some(db) => (
            true,
            format!(
                "the tone of {tone} Hz is gone: {} dB over the rest of the spectrum (gone below \
                 {} dB)",
                number(db, 1),
                number(TONE_DB, 0)
            ),
        ),
        None => (true, format!("the tone of {tone} Hz is gone: silence")),
    };
    Proof::of(vec![part])
}

fn stands_out(db: f64) -> bool {
    db >= TONE_DB
}

fn colour(sent: FakeMedia, others: &[FakeMedia], found: Option<Colour>) -> (bool, String) {
    let expected = hex(sent.colour);
    let Some(found) = found else {
        return (
            false,
            format!("colour {expected} expected and no picture found"),
        );
    };
    let off = distance(sent.colour, found);
    let text = format!(
        "colour {expected} expected and {} found (distance {}, at most {})",
        hex(found),
        number(off, 0),
        number(COLOUR_DISTANCE, 0)
    );
    let nearest = others
        .iter()
        .map(|other| (distance(other.colour, found), other.colour))
        .min_by(|left, right| left.0.total_cmp(&right.0));
    match nearest {
        Some((nearer, other)) if nearer <= off => (
            false,
            format!(
                "{text}, which is no farther from the {} that another participant sends",
                hex(other)
            ),
        ),
        _ => (off <= COLOUR_DISTANCE, text),
    }
}

fn counter(found: Option<(u32, u32)>) -> (bool, String) {
    match found {
        None => (
            false,
            "the counter in the picture is not legible".to_owned(),
        ),
        Some((from, to)) if to > from => (true, format!("counter from {from} to {to}")),
        Some((from, to)) => (
            false,
            format!("the counter in the picture does not move forward ({from}, then {to})"),
        ),
    }
}

fn current_time(found: Option<(f64, f64)>) -> (bool, String) {
    match found {
        None => (false, "there is no `<video>` to play".to_owned()),
        Some((from, to)) if to > from => (
            true,
            format!(
                "currentTime from {} s to {} s",
                number(from, 2),
                number(to, 2)
            ),
        ),
        Some((from, to)) => (
            false,
            format!(
                "the `<video>` stands still (currentTime {} s, then {} s)",
                number(from, 2),
                number(to, 2)
            ),
        ),
    }
}

fn frequency(sent: FakeMedia, others: &[FakeMedia], found: Option<f64>) -> (bool, String) {
    let tone = f64::from(sent.tone_hz);
    let Some(found) = found else {
        return (
            false,
            format!("tone {} Hz expected and silence found", sent.tone_hz),
        );
    };
    let off = (found - tone).abs();
    let text = format!(
        "tone {} Hz expected and {} Hz found (at most {} Hz off)",
        sent.tone_hz,
        number(found, 0),
        number(TONE_TOLERANCE_HZ, 0)
    );
    let taken = others
        .iter()
        .find(|other| (found - f64::from(other.tone_hz)).abs() <= off);
    match taken {
        Some(other) => (
            false,
            format!(
                "{text}, which is no farther from the {} Hz that another participant sends",
                other.tone_hz
            ),
        ),
        None => (off <= TONE_TOLERANCE_HZ, text),
    }
}

fn level(found: Option<f64>) -> (bool, String) {
    match found {
        Some(db) => (
            stands_out(db),
            format!(
                "{} dB over the rest of the spectrum (at least {} dB)",
                number(db, 1),
                number(TONE_DB, 0)
            ),
        ),
        None => (
            false,
            "there is no sound to look for the tone in".to_owned(),
        ),
    }
}

fn grown(found: Option<(u64, u64)>, what: &str, done: &str) -> (bool, String) {
    match found {
        Some((from, to)) if to > from => (true, format!("{} {done}", count(to - from, what))),
        Some((from, _)) => (
            false,
            format!(
                "no further {what} {done} (it stands at {})",
                thousands(from)
            ),
        ),
        None => (false, format!("no count of {what}s {done}")),
    }
}

/// Euclidean distance in eight-bit sRGB.
fn distance(left: Colour, right: Colour) -> f64 {
    let square = |a: u8, b: u8| (f64::from(a) - f64::from(b)).powi(2);
    (square(left.r, right.r) + square(left.g, right.g) + square(left.b, right.b)).sqrt()
}

/// `#rrggbb`.
fn hex(colour: Colour) -> String {
    format!("#{:02x}{:02x}{:02x}", colour.r, colour.g, colour.b)
}

#[cfg(test)]
mod tests;
