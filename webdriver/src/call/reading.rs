//! What the probe measured, as the model's reading. Pure.

use greenroom_model::{Colour, MediaReading};
use serde::Deserialize;

use crate::fake_media::picture::{self, Look};

/// The probe's answer.
#[derive(Debug, Deserialize)]
pub(crate) struct Measured {
    /// The picture over the interval, `None` where there was none.
    looks: Vec<Option<Look>>,
    /// Everything else.
    reading: MediaReading,
}

impl Measured {
    /// Reads counter and colour from the looks.
    pub(crate) fn reading(self) -> MediaReading {
        let looks: Vec<Look> = self.looks.into_iter().flatten().collect();
        let legible: Vec<u32> = looks
            .iter()
            .filter_map(|look| picture::read_counter(&look.cells))
            .collect();
        MediaReading {
            colour: looks.last().map(|look| colour(look.field)),
            counter: ends(&legible),
            ..self.reading
        }
    }
}

/// The first number and the last that differs from it: a loop can come back to where it was.
fn ends(numbers: &[u32]) -> Option<(u32, u32)> {
    let first = *numbers.first()?;
    let other = numbers.iter().rev().find(|number| **number != first);
    Some((first, other.copied().unwrap_or(first)))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the range"
)]
fn colour([r, g, b]: [f64; 3]) -> Colour {
    let channel = |mean: f64| mean.round().clamp(0.0, 255.0) as u8;
    Colour {
        r: channel(r),
        g: channel(g),
        b: channel(b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_loop_that_came_round_has_moved_and_a_picture_that_stands_has_not() {
        assert_eq!(ends(&[3, 9, 20, 3]), Some((3, 20)));
        assert_eq!(ends(&[3, 3]), Some((3, 3)));
        assert_eq!(ends(&[]), None);
    }

    #[test]
    fn no_picture_has_neither_colour_nor_counter() {
        let measured: Measured = serde_json::from_value(json!({
            "looks": [null, null],
            "reading": {"interval_ms": 500.0, "tile": false, "strongest_hz": 440.1,
                "packets_received": [1, 26], "frames_decoded": null},
        }))
        .unwrap();
        let reading = measured.reading();
        assert_eq!((reading.colour, reading.counter), (None, None));
        assert_eq!(reading.packets_received, Some((1, 26)));
    }

    #[test]
    fn the_last_picture_gives_the_colour() {
        let measured: Measured = serde_json::from_value(json!({
            "looks": [{"field": [1, 2, 3], "cells": []}, {"field": [199.6, 60.2, -1], "cells": []}],
            "reading": {},
        }))
        .unwrap();
        let expected = Colour {
            r: 200,
            g: 60,
            b: 0,
        };
        assert_eq!(measured.reading().colour, Some(expected));
    }
}
