//! The tone: one frequency that swells and fades four times a second.
//!
//! Chromium's noise suppression takes a steady tone for noise. Seen with Chromium 156 and a
//! page's default constraints (echo canceller, noise suppression and gain control on): a steady
//! tone of 1 kHz falls by 20 dB within 2 s, one that swells like a voice keeps its level, and one
//! that is cut into pulses of 250 ms keeps it with gaps in between. So nothing has to be switched
//! off in the browser, and no window of 250 ms is silent.

/// Samples a second: what Chromium's audio processing works at, so that nothing is resampled.
const SAMPLE_RATE: u32 = 48_000;
/// Length of the loop: a whole number of periods of every tone in whole Hz, and of the swelling.
const SECONDS: u32 = 2;
/// Swells a second.
const SWELLS_HZ: f64 = 4.0;
/// Peak, of full scale: some 10 dB of head room for gain control.
const PEAK: f64 = 0.3;

/// A RIFF WAVE file: PCM, 16 bit, mono.
pub(crate) fn wav(tone_hz: u32) -> Vec<u8> {
    let samples = samples(tone_hz);
    let bytes = SAMPLE_RATE * SECONDS * 2;
    let mut file = Vec::with_capacity(44 + samples.len() * 2);
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(36 + bytes).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt ");
    file.extend_from_slice(&16_u32.to_le_bytes());
    // PCM, one channel.
    file.extend_from_slice(&1_u16.to_le_bytes());
    file.extend_from_slice(&1_u16.to_le_bytes());
    file.extend_from_slice(&SAMPLE_RATE.to_le_bytes());
    file.extend_from_slice(&(SAMPLE_RATE * 2).to_le_bytes());
    file.extend_from_slice(&2_u16.to_le_bytes());
    file.extend_from_slice(&16_u16.to_le_bytes());
    file.extend_from_slice(b"data");
    file.extend_from_slice(&bytes.to_le_bytes());
    for sample in samples {
        file.extend_from_slice(&sample.to_le_bytes());
    }
    file
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the peak is below full scale"
)]
fn samples(tone_hz: u32) -> Vec<i16> {
    let turn = std::f64::consts::TAU;
    (0..SAMPLE_RATE * SECONDS)
        .map(|n| {
            let t = f64::from(n) / f64::from(SAMPLE_RATE);
            let swell = 0.5 - 0.5 * (turn * SWELLS_HZ * t).cos();
            let tone = (turn * f64::from(tone_hz) * t).sin();
            (PEAK * swell * tone * f64::from(i16::MAX)).round() as i16
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Power at one frequency (Goertzel's algorithm).
    fn power(samples: &[i16], hz: f64) -> f64 {
        let step = 2.0 * (std::f64::consts::TAU * hz / f64::from(SAMPLE_RATE)).cos();
        let (mut one, mut two) = (0.0, 0.0);
        for sample in samples {
            (one, two) = (f64::from(*sample) + step * one - two, one);
        }
        one * one + two * two - step * one * two
    }

    #[test]
    fn the_tone_stands_out() {
        let samples = samples(740);
        let tone = power(&samples, 740.0);
        for other in [200.0, 370.0, 700.0, 750.0, 1_480.0, 3_000.0] {
            assert!(tone > 1e6 * power(&samples, other), "{other} Hz");
        }
        // Half a second of it is enough.
        assert!(power(&samples[..24_000], 740.0) > 1e4 * power(&samples[..24_000], 700.0));
    }

    #[test]
    fn the_loop_has_no_click() {
        for tone_hz in [440, 741, 2_999] {
            let samples = samples(tone_hz);
            let step = |pair: &[i16]| (i32::from(pair[1]) - i32::from(pair[0])).abs();
            let largest = samples.windows(2).map(step).max().unwrap();
            let seam = step(&[*samples.last().unwrap(), samples[0]]);
            assert!(seam <= largest / 10, "{tone_hz} Hz: {seam} of {largest}");
        }
    }

    #[test]
    fn the_file_says_what_it_holds() {
        let file = wav(440);
        assert_eq!(&file[..4], b"RIFF");
        let length = u32::from_le_bytes(file[4..8].try_into().unwrap());
        assert_eq!(file.len(), length as usize + 8);
        let data = u32::from_le_bytes(file[40..44].try_into().unwrap());
        assert_eq!(file.len(), data as usize + 44);
        assert_eq!(&file[36..40], b"data");
    }
}
