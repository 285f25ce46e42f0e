//! The moving picture: a field of one colour above a row of cells that spell the frame's number.
//!
//! The cells are large and black or white, so that they outlast VP8 at a low bit rate and any
//! scaling; they are read at 320x180 and 60 kbit/s in the tests. Two of them are references; the last makes the number of white ones among the counted
//! cells even, so that a cell that is misread shows.

use std::io::{Result, Write};

use greenroom_model::Colour;
use serde::{Deserialize, Serialize};

/// Width in pixels.
const WIDTH: usize = 640;
/// Height in pixels.
const HEIGHT: usize = 360;
/// The first row of the cells; even, because a chroma sample spans two rows.
const CELLS_TOP: usize = 264;
/// White, black, [`BITS`] cells of the number with the highest bit first, parity.
const CELLS: usize = 10;
/// Bits of the number.
const BITS: usize = 7;
/// Frames a second: what the SDK asks a camera for.
const FRAME_RATE: u32 = 15;
/// Frames of the loop: two seconds, some 10 MB.
const FRAMES: u32 = 30;

/// How much lighter the white reference must be than the black one, of 255.
const CONTRAST: f64 = 64.0;
/// How near to a reference a cell must be, as a share of their distance.
const NEAR: f64 = 0.3;

/// A rectangle as shares of the picture's width and height.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Region {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

/// Where to look in a picture of any size.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Layout {
    field: Region,
    cells: Vec<Region>,
}

/// What was found there: means over the regions, 0 to 255.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Look {
    /// Red, green, blue of the field.
    pub(crate) field: [f64; 3],
    /// Lightness of each cell.
    pub(crate) cells: Vec<f64>,
}

/// The middle of the field and of each cell, clear of edges that a codec smears.
#[expect(
    clippy::cast_precision_loss,
    reason = "pixels of a small picture are exact in an f64"
)]
pub(crate) fn layout() -> Layout {
    let top = CELLS_TOP as f64 / HEIGHT as f64;
    let cell = |index: usize| Region {
        left: (index as f64 + 0.25) / CELLS as f64,
        top: top + 0.25 * (1.0 - top),
        right: (index as f64 + 0.75) / CELLS as f64,
        bottom: 1.0 - 0.25 * (1.0 - top),
    };
    Layout {
        field: Region {
            left: 0.1,
            top: 0.1,
            right: 0.9,
            bottom: top - 0.1,
        },
        cells: (0..CELLS).map(cell).collect(),
    }
}

/// The frame's number by the lightness of the cells; `None` where they are not legible.
pub(crate) fn read_counter(cells: &[f64]) -> Option<u32> {
    let (&[white, black], counted) = cells.split_first_chunk()?;
    if counted.len() != BITS + 1 || white - black < CONTRAST {
        return None;
    }
    let bits = counted
        .iter()
        .map(|cell| match (cell - black) / (white - black) {
            share if share < NEAR => Some(0),
            share if share > 1.0 - NEAR => Some(1),
            _ => None,
        })
        .collect::<Option<Vec<u32>>>()?;
    if bits.iter().sum::<u32>() % 2 != 0 {
        return None;
    }
    Some(bits[..BITS].iter().fold(0, |number, bit| number * 2 + bit))
}

/// Whether each cell is white.
fn cells(number: u32) -> [bool; CELLS] {
    let mut cells = [false; CELLS];
    cells[0] = true;
    for bit in 0..BITS {
        cells[2 + bit] = number >> (BITS - 1 - bit) & 1 == 1;
    }
    cells[CELLS - 1] = number.count_ones() % 2 == 1;
    cells
}

/// Writes the loop as YUV4MPEG2, planar 4:2:0.
pub(crate) fn write_y4m(colour: Colour, out: &mut impl Write) -> Result<()> {
    writeln!(
        out,
        "YUV4MPEG2 W{WIDTH} H{HEIGHT} F{FRAME_RATE}:1 Ip A1:1 C420"
    )?;
    for number in 0..FRAMES {
        writeln!(out, "FRAME")?;
        write_frame(colour, number, out)?;
    }
    Ok(())
}

/// The planes Y, Cb and Cr of one frame.
fn write_frame(colour: Colour, number: u32, out: &mut impl Write) -> Result<()> {
    let [luma, cb, cr] = ycbcr(colour);
    let field = [luma; WIDTH];
    let mut band = [0; WIDTH];
    let (white, black) = (235, 16);
    for (x, pixel) in band.iter_mut().enumerate() {
        *pixel = if cells(number)[x * CELLS / WIDTH] {
            white
        } else {
            black
        };
    }
    for y in 0..HEIGHT {
        out.write_all(if y < CELLS_TOP { &field } else { &band })?;
    }
    for chroma in [cb, cr] {
        for y in 0..HEIGHT / 2 {
            let value = if y < CELLS_TOP / 2 { chroma } else { 128 };
            out.write_all(&[value; WIDTH / 2])?;
        }
    }
    Ok(())
}

/// sRGB in the limited range of ITU-R BT.601, which Chromium takes a Y4M file to be in.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the matrix maps 0 to 255 into 16 to 240"
)]
fn ycbcr(colour: Colour) -> [u8; 3] {
    let [r, g, b] = [colour.r, colour.g, colour.b].map(|channel| f64::from(channel) / 255.0);
    [
        16.0 + 65.481 * r + 128.553 * g + 24.966 * b,
        128.0 - 37.797 * r - 74.203 * g + 112.0 * b,
        128.0 + 112.0 * r - 93.786 * g - 18.214 * b,
    ]
    .map(|value| value.round() as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLOUR: Colour = Colour {
        r: 200,
        g: 60,
        b: 30,
    };

    fn y4m() -> Vec<u8> {
        let mut file = Vec::new();
        write_y4m(COLOUR, &mut file).unwrap();
        file
    }

    /// The luma planes of a file, by its own header.
    fn luma_planes(file: &[u8]) -> Vec<&[u8]> {
        let header = file.iter().position(|byte| *byte == b'\n').unwrap();
        let frame = b"FRAME\n".len() + WIDTH * HEIGHT * 3 / 2;
        file[header + 1..]
            .chunks(frame)
            .map(|frame| {
                assert!(frame.starts_with(b"FRAME\n"));
                &frame[6..6 + WIDTH * HEIGHT]
            })
            .collect()
    }

    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "pixels of a small picture"
    )]
    fn mean(plane: &[u8], region: Region) -> f64 {
        let (left, right) = (region.left * WIDTH as f64, region.right * WIDTH as f64);
        let (top, bottom) = (region.top * HEIGHT as f64, region.bottom * HEIGHT as f64);
        let mut sum = 0.0;
        let mut count = 0.0;
        for y in top as usize..bottom as usize {
            for x in left as usize..right as usize {
                sum += f64::from(plane[y * WIDTH + x]);
                count += 1.0;
            }
        }
        sum / count
    }

    #[test]
    fn every_frame_is_read_back_by_its_number() {
        let file = y4m();
        let read: Vec<Option<u32>> = luma_planes(&file)
            .into_iter()
            .map(|plane| {
                let cells: Vec<f64> = layout()
                    .cells
                    .iter()
                    .map(|cell| mean(plane, *cell))
                    .collect();
                read_counter(&cells)
            })
            .collect();
        let expected: Vec<Option<u32>> = (0..FRAMES).map(Some).collect();
        assert_eq!(read, expected);
    }

    #[test]
    fn cells_are_read_through_blur_and_not_through_doubt() {
        let seen = |number, white: f64, black: f64| -> Vec<f64> {
            cells(number)
                .iter()
                .map(|&cell| if cell { white } else { black })
                .collect()
        };
        assert_eq!(read_counter(&seen(77, 180.0, 70.0)), Some(77));
        assert_eq!(read_counter(&seen(77, 120.0, 70.0)), None, "no contrast");
        let mut misread = seen(5, 235.0, 16.0);
        misread[4] = 235.0;
        assert_eq!(read_counter(&misread), None, "parity");
        misread[4] = 125.0;
        assert_eq!(read_counter(&misread), None, "neither");
        assert_eq!(read_counter(&[]), None);
        assert_eq!(read_counter(&[235.0; CELLS]), None);
    }

    #[test]
    fn the_field_is_of_the_colour() {
        let file = y4m();
        let plane = luma_planes(&file)[3];
        let [luma, cb, cr] = ycbcr(COLOUR);
        assert!((mean(plane, layout().field) - f64::from(luma)).abs() < 1e-9);
        // The way back, BT.601.
        let [y, cb, cr] = [luma, cb, cr].map(f64::from);
        let (y, cb, cr) = (1.164_383 * (y - 16.0), cb - 128.0, cr - 128.0);
        for (found, sent) in [
            (y + 1.596_027 * cr, COLOUR.r),
            (y - 0.391_762 * cb - 0.812_968 * cr, COLOUR.g),
            (y + 2.017_232 * cb, COLOUR.b),
        ] {
            assert!((found - f64::from(sent)).abs() < 2.0, "{found} {sent}");
        }
    }
}
