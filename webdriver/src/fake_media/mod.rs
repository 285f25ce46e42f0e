//! What a participant's browser sends in place of camera and microphone, as files that Chromium
//! plays in a loop.
//!
//! Invariant: the same [`FakeMedia`] gives the same bytes, and what is drawn is what
//! [`picture::read_counter`] reads back.

pub(crate) mod picture;
mod tone;

use std::fs::File;
use std::io::{BufWriter, Result, Write};
use std::path::{Path, PathBuf};

use greenroom_model::FakeMedia;

/// The files of one participant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MediaFiles {
    /// Y4M, the camera.
    pub(crate) video: PathBuf,
    /// WAV, the microphone.
    pub(crate) audio: PathBuf,
}

/// Writes both files, some 11 MB, into a folder.
pub(crate) fn write(media: FakeMedia, folder: &Path) -> Result<MediaFiles> {
    let files = MediaFiles {
        video: folder.join("camera.y4m"),
        audio: folder.join("microphone.wav"),
    };
    let mut video = BufWriter::new(File::create(&files.video)?);
    picture::write_y4m(media.colour, &mut video)?;
    video.flush()?;
    std::fs::write(&files.audio, tone::wav(media.tone_hz))?;
    Ok(files)
}
