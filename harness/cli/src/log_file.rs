//! A standard log of CloudFront, read from a file or from standard input.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use greenroom_core::logs::{Entry, LogReader, Skipped};

/// Bytes that are read at a time.
const PIECE: usize = 256 * 1024;

/// What gzip begins with (RFC 1952, section 2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Hands each request of a log to `each`, whether the file is gzip or not; `-` is standard input.
/// Gives what was skipped, and the field whose absence made it so.
pub(crate) fn read(
    path: &Path,
    each: &mut impl FnMut(&Entry<'_>),
) -> io::Result<(Skipped, Option<&'static str>)> {
    let mut source: Box<dyn Read> = if path == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        Box::new(File::open(path)?)
    };
    let mut begin = Vec::new();
    source
        .by_ref()
        .take(GZIP.len() as u64)
        .read_to_end(&mut begin)?;
    let is_gzip = begin == GZIP;
    let whole = io::Cursor::new(begin).chain(source);
    let mut source: Box<dyn Read> = if is_gzip {
        Box::new(MultiGzDecoder::new(BufReader::new(whole)))
    } else {
        Box::new(whole)
    };
    let mut reader = LogReader::default();
    let mut piece = vec![0; PIECE];
    loop {
        match source.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => reader.feed(piece.get(..read).unwrap_or_default(), each),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(reader.finish(each))
}
