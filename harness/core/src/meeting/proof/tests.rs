//! Readings of one sender and of another, one witness at a time.

use greenroom_model::{Colour, FakeMedia, MediaReading};
use proptest::prelude::*;

use super::{COLOUR_DISTANCE, TONE_DB, TONE_TOLERANCE_HZ, distance, heard, seen, unheard, unseen};

const PROVIDER: FakeMedia = FakeMedia {
    colour: Colour {
        r: 220,
        g: 40,
        b: 40,
    },
    tone_hz: 440,
};
const PATIENT: FakeMedia = FakeMedia {
    colour: Colour {
        r: 40,
        g: 90,
        b: 220,
    },
    tone_hz: 1_000,
};

fn of(sent: FakeMedia) -> MediaReading {
    MediaReading {
        interval_ms: 1_000.0,
        tile: true,
        colour: Some(sent.colour),
        counter: Some((12, 27)),
        current_time: Some((1.0, 2.0)),
        strongest_hz: Some(f64::from(sent.tone_hz)),
        tone_db: Some(48.0),
        frames_decoded: Some((10, 25)),
        packets_received: Some((50, 100)),
    }
}

#[test]
fn a_reading_of_the_sender_is_proof_with_figures() {
    let found = MediaReading {
        colour: Some(Colour {
            r: 214,
            g: 44,
            b: 38,
        }),
        strongest_hz: Some(445.3),
        ..of(PROVIDER)
    };
    let picture = seen(&PROVIDER, &[PATIENT], &found);
    assert!(picture.holds);
    assert_eq!(
        picture.sentence,
        "colour #dc2828 expected and #d62c26 found (distance 7, at most 60), counter from 12 to \
         27, currentTime from 1 s to 2 s, 15 frames decoded"
    );
    let sound = heard(&PROVIDER, &[PATIENT], &found);
    assert!(sound.holds);
    assert_eq!(
        sound.sentence,
        "tone 440 Hz expected and 445 Hz found (at most 24 Hz off), 48 dB over the rest of the \
         spectrum (at least 20 dB), 50 audio packets received"
    );
}

/// What is told of a reading in which one thing is changed.
type Spoilt = (&'static str, fn(&mut MediaReading));

/// Each witness alone can refute, and is what is told then.
#[test]
fn every_witness_is_needed() {
    let picture: [Spoilt; 9] = [
        ("no tile", |found| found.tile = false),
        ("no picture found", |found| found.colour = None),
        ("another participant sends", |found| {
            found.colour = Some(PATIENT.colour);
        }),
        ("not legible", |found| found.counter = None),
        ("does not move forward", |found| {
            found.counter = Some((27, 27));
        }),
        ("no `<video>`", |found| found.current_time = None),
        ("stands still", |found| {
            found.current_time = Some((2.0, 2.0));
        }),
        ("no count of frames", |found| found.frames_decoded = None),
        ("no further frame", |found| {
            found.frames_decoded = Some((9, 9));
        }),
    ];
    for (told, spoil) in picture {
        let mut found = of(PROVIDER);
        spoil(&mut found);
        let proof = seen(&PROVIDER, &[PATIENT], &found);
        assert!(!proof.holds && proof.sentence.contains(told), "{proof:?}");
        assert!(!proof.sentence.contains("counter from"), "{proof:?}");
        assert!(heard(&PROVIDER, &[PATIENT], &found).holds);
    }
    let sound: [Spoilt; 6] = [
        ("silence found", |found| found.strongest_hz = None),
        ("at most 24 Hz off", |found| {
            found.strongest_hz = Some(470.0);
        }),
        ("another participant sends", |found| {
            found.strongest_hz = Some(1_000.0);
        }),
        ("at least 20 dB", |found| found.tone_db = Some(19.9)),
        ("no sound", |found| found.tone_db = None),
        ("no further audio packet", |found| {
            found.packets_received = Some((5, 5));
        }),
    ];
    for (told, spoil) in sound {
        let mut found = of(PROVIDER);
        spoil(&mut found);
        let proof = heard(&PROVIDER, &[PATIENT], &found);
        assert!(!proof.holds && proof.sentence.contains(told), "{proof:?}");
        assert!(seen(&PROVIDER, &[PATIENT], &found).holds);
    }
}

#[test]
fn gone_is_the_tile_for_the_picture_and_the_tone_for_the_sound() {
    let mut found = of(PROVIDER);
    assert!(!unseen(&found).holds);
    assert_eq!(
        unheard(&PROVIDER, &found).sentence,
        "the tone of 440 Hz that should be gone is 48 dB above the rest of the spectrum (gone \
         below 20 dB)"
    );
    found.tile = false;
    found.tone_db = Some(3.0);
    assert!(unseen(&found).holds && unheard(&PROVIDER, &found).holds);
    found.tone_db = None;
    assert!(unheard(&PROVIDER, &found).holds);
}

fn media() -> impl Strategy<Value = FakeMedia> {
    (any::<[u8; 3]>(), 200..4_000_u32).prop_map(|([r, g, b], tone_hz)| FakeMedia {
        colour: Colour { r, g, b },
        tone_hz,
    })
}

proptest! {
    /// Whatever a codec does within the tolerances, the sender is recognised, as long as the
    /// other is far enough away.
    #[test]
    fn what_is_sent_is_recognised(
        sent in media(),
        other in media(),
        off in prop::array::uniform3(-30_i16..=30),
        hz in -TONE_TOLERANCE_HZ..=TONE_TOLERANCE_HZ,
        db in TONE_DB..120.0,
    ) {
        prop_assume!(distance(sent.colour, other.colour) > 2.0 * COLOUR_DISTANCE);
        prop_assume!(sent.tone_hz.abs_diff(other.tone_hz) > 48);
        let moved = |channel: u8, by: i16| u8::try_from((i16::from(channel) + by).clamp(0, 255)).unwrap();
        let Colour { r, g, b } = sent.colour;
        let found = MediaReading {
            colour: Some(Colour { r: moved(r, off[0]), g: moved(g, off[1]), b: moved(b, off[2]) }),
            strongest_hz: Some(f64::from(sent.tone_hz) + hz),
            tone_db: Some(db),
            ..of(sent)
        };
        prop_assert!(seen(&sent, &[other], &found).holds);
        prop_assert!(heard(&sent, &[other], &found).holds);
    }

    /// Whatever is found proves one sender at the most, and never both flowing and gone.
    #[test]
    fn no_reading_proves_two_senders(
        one in media(),
        two in media(),
        colour in any::<[u8; 3]>(),
        hz in 100.0..5_000.0,
        db in -20.0..90.0,
    ) {
        let [r, g, b] = colour;
        let found = MediaReading {
            colour: Some(Colour { r, g, b }),
            strongest_hz: Some(hz),
            tone_db: Some(db),
            ..of(one)
        };
        prop_assert!(!(seen(&one, &[two], &found).holds && seen(&two, &[one], &found).holds));
        prop_assert!(!(heard(&one, &[two], &found).holds && heard(&two, &[one], &found).holds));
        prop_assert!(!(heard(&one, &[two], &found).holds && unheard(&one, &found).holds));
    }
}
