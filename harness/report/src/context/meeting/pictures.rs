//! Screenshots, side by side.
//!
//! Invariant: what becomes the address of a picture is the base64 of a JPEG file, from its first
//! marker to its last, and nothing else: a journal can be written by anybody.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use greenroom_core::results::{MeetingResult, Picture};
use serde::Serialize;

use crate::format;
use crate::untrusted::{LINE, shown};

/// The largest picture, in characters of base64: a page of 1280 x 800 takes a tenth of it.
const SIZE_AT_MOST: usize = 2_000_000;
/// Start and end of image, and the byte that begins the marker after the start
/// (ITU-T T.81, B.1.1.3).
const START: [u8; 3] = [0xff, 0xd8, 0xff];
const END: [u8; 2] = [0xff, 0xd9];

/// What a participant's page looked like.
#[derive(Debug, Serialize)]
pub(super) struct Screenshot {
    who: String,
    step: String,
    at: String,
    /// The file in base64; `None` where it is no JPEG.
    jpeg: Option<String>,
}

/// The participants' pictures, those of one moment beside each other.
pub(super) fn screenshots(meeting: &MeetingResult) -> Vec<Screenshot> {
    let mut pictures: Vec<(usize, &str, &Picture)> = meeting
        .participants
        .iter()
        .flat_map(|participant| {
            let numbered = participant.pictures.iter().enumerate();
            numbered.map(|(number, picture)| (number, participant.name.as_str(), picture))
        })
        .collect();
    pictures.sort_by_key(|(number, ..)| *number);
    pictures
        .into_iter()
        .map(|(_, who, picture)| Screenshot {
            who: shown(who, LINE),
            step: shown(&picture.step, LINE),
            at: format::time(picture.at_ms),
            jpeg: is_jpeg(&picture.jpeg).then(|| picture.jpeg.clone()),
        })
        .collect()
}

/// Whether a text is the base64 of a JPEG file.
fn is_jpeg(text: &str) -> bool {
    text.len() <= SIZE_AT_MOST
        && STANDARD
            .decode(text)
            .is_ok_and(|bytes| bytes.starts_with(&START) && bytes.ends_with(&END))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_jpeg_becomes_a_picture() {
        let jpeg = |bytes: &[u8]| STANDARD.encode(bytes);
        let good = jpeg(&[0xff, 0xd8, 0xff, 0xe0, 1, 2, 3, 0xff, 0xd9]);
        assert!(is_jpeg(&good));
        assert!(!is_jpeg(&jpeg(b"<svg onload=alert(1)>")));
        assert!(
            !is_jpeg(&jpeg(&[0xff, 0xd8, 0xff, 0xe0, 1, 2, 3])),
            "cut off"
        );
        assert!(!is_jpeg(&format!("{good}\"><script>")));
        assert!(!is_jpeg(&good[1..]));
        assert!(!is_jpeg(""));
        let mut large = vec![0_u8; SIZE_AT_MOST];
        large[..3].copy_from_slice(&START);
        large.extend(END);
        assert!(!is_jpeg(&jpeg(&large)));
    }
}
