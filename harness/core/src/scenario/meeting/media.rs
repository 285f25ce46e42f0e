//! What participants send in place of camera and microphone.
//!
//! Invariant: no two of a meeting are alike. Colours lie far apart in sRGB, further than a lossy
//! codec moves them, and each tone keeps clear of the others and of their harmonics, so that a
//! picture or a tone tells whose it is.

use greenroom_model::{Colour, FakeMedia};

const fn media(r: u8, g: u8, b: u8, tone_hz: u32) -> FakeMedia {
    FakeMedia {
        colour: Colour { r, g, b },
        tone_hz,
    }
}

/// In the order in which participants are given them; the first ones differ most.
pub(super) const PALETTE: [FakeMedia; 8] = [
    media(200, 40, 40, 440),
    media(40, 90, 200, 680),
    media(40, 170, 60, 940),
    media(200, 160, 30, 1180),
    media(140, 40, 190, 560),
    media(20, 190, 170, 800),
    media(230, 120, 200, 1060),
    media(90, 60, 10, 1420),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs() -> impl Iterator<Item = (FakeMedia, FakeMedia)> {
        (0..PALETTE.len())
            .flat_map(|first| (0..first).map(move |second| (PALETTE[first], PALETTE[second])))
    }

    #[test]
    fn colours_are_further_apart_than_a_codec_moves_them() {
        for (one, other) in pairs() {
            let square =
                |a: u8, b: u8| (f64::from(a) - f64::from(b)) * (f64::from(a) - f64::from(b));
            let distance = (square(one.colour.r, other.colour.r)
                + square(one.colour.g, other.colour.g)
                + square(one.colour.b, other.colour.b))
            .sqrt();
            assert!(distance > 100.0, "{one:?} and {other:?}: {distance}");
        }
    }

    #[test]
    fn tones_keep_clear_of_each_other_and_of_harmonics() {
        // Two bins of a spectrum of 2048 points at 48 kHz.
        const CLEAR_HZ: u32 = 47;
        for (one, other) in pairs() {
            let low = one.tone_hz.min(other.tone_hz);
            let high = one.tone_hz.max(other.tone_hz);
            for harmonic in 1..=7 {
                let apart = (low * harmonic).abs_diff(high);
                assert!(apart > CLEAR_HZ, "{low} Hz x {harmonic} and {high} Hz");
            }
        }
    }
}
