//! The contact sheet of a film: one picture with the frames at every seam, side by side and numbered, the last before
//! it and the first after it. Pictures only; it does not know which films there are.

use image::imageops::replace;
use image::{Rgb, RgbImage};

use crate::MediaError;
use crate::framing::inscribed;
use crate::picture::{encode_png, fill};

/// Seams on one sheet at most.
pub const SHEET_SEAMS: usize = 400;

/// The ground: the neutral dark of a room for looking at film.
const GROUND: Rgb<u8> = Rgb([15, 15, 15]);
/// Numbers.
const INK: Rgb<u8> = Rgb([145, 145, 145]);
/// The line of a true continuation: safelight amber.
const AMBER: Rgb<u8> = Rgb([247, 173, 68]);
/// The line of a cut.
const PLAIN: Rgb<u8> = Rgb([58, 58, 58]);

/// A frame has at most this size on the sheet, in pixels.
const FRAME: (u32, u32) = (480, 360);
/// Around the sheet, and between seams.
const MARGIN: u32 = 32;
/// Between the two frames of a seam, with its line in the middle.
const GAP: u32 = 16;
const LINE: u32 = 4;
/// The column of the numbers.
const NUMBERS: u32 = 64;
/// A point of a digit, in pixels.
const DOT: u32 = 3;

/// Three by five points for each digit, a row in three bits.
const DIGITS: [[u8; 5]; 10] = [
    [0b111, 0b101, 0b101, 0b101, 0b111],
    [0b010, 0b110, 0b010, 0b010, 0b111],
    [0b111, 0b001, 0b111, 0b100, 0b111],
    [0b111, 0b001, 0b111, 0b001, 0b111],
    [0b101, 0b101, 0b111, 0b001, 0b001],
    [0b111, 0b100, 0b111, 0b001, 0b111],
    [0b111, 0b100, 0b111, 0b101, 0b111],
    [0b111, 0b001, 0b001, 0b010, 0b010],
    [0b111, 0b101, 0b111, 0b101, 0b111],
    [0b111, 0b101, 0b111, 0b001, 0b111],
];

/// The frames at one seam, as small as they are on the sheet: those of a long film need little memory.
#[derive(Clone, Debug)]
pub struct SeamFrames {
    before: RgbImage,
    after: RgbImage,
    continues: bool,
}

impl SeamFrames {
    /// Of the last frame before a seam, the first after it, and whether the second shot truly continues the first.
    ///
    /// # Errors
    ///
    /// [`MediaError::Encode`] when one of them has no pixels.
    pub fn of(before: &RgbImage, after: &RgbImage, continues: bool) -> Result<Self, MediaError> {
        Ok(Self { before: small(before)?, after: small(after)?, continues })
    }
}

fn small(frame: &RgbImage) -> Result<RgbImage, MediaError> {
    let (width, height) = frame.dimensions();
    if width == 0 || height == 0 {
        return Err(MediaError::encode("the picture has no pixels"));
    }
    if width <= FRAME.0 && height <= FRAME.1 {
        return Ok(frame.clone());
    }
    let (width, height) = inscribed((width, height), FRAME);
    fill(frame, width, height)
}

/// A PNG of the frames at each seam of a film, numbered from 1. Beyond six seams they go on in further columns.
///
/// # Errors
///
/// [`MediaError::Encode`] for no seam or more than [`SHEET_SEAMS`].
pub fn contact_sheet(seams: &[SeamFrames]) -> Result<Vec<u8>, MediaError> {
    encode_png(&sheet(seams)?)
}

fn sheet(seams: &[SeamFrames]) -> Result<RgbImage, MediaError> {
    if seams.is_empty() || seams.len() > SHEET_SEAMS {
        return Err(MediaError::encode(format!("a contact sheet of {} seams", seams.len())));
    }
    let frames = || seams.iter().flat_map(|seam| [&seam.before, &seam.after]);
    let width = frames().map(RgbImage::width).max().unwrap_or(FRAME.0);
    let height = frames().map(RgbImage::height).max().unwrap_or(FRAME.1);
    let cell = (NUMBERS + 2 * width + GAP, height);
    let count = u32::try_from(seams.len()).unwrap_or(u32::MAX);
    let columns = columns(count, cell);
    let rows = count.div_ceil(columns);
    let along = |cells: u32, side: u32| MARGIN + cells * (side + MARGIN);
    let mut sheet = RgbImage::from_pixel(along(columns, cell.0), along(rows, cell.1), GROUND);
    for (index, seam) in (0..).zip(seams) {
        // Down the first column, then down the next: as one reads a list.
        let (column, row) = (index / rows, index % rows);
        let (left, top) = (along(column, cell.0), along(row, cell.1));
        number(&mut sheet, index + 1, (left, top));
        let middle = left + NUMBERS + width + GAP / 2;
        // Both lean on the line, so that the eye can go over it; each is centred in height.
        let centred = |frame: &RgbImage| top + (height - frame.height()) / 2;
        place(&mut sheet, &seam.before, (middle - GAP / 2 - seam.before.width(), centred(&seam.before)));
        place(&mut sheet, &seam.after, (middle + GAP / 2, centred(&seam.after)));
        let colour = if seam.continues { AMBER } else { PLAIN };
        rectangle(&mut sheet, (middle - LINE / 2, top), (LINE, height), colour);
    }
    Ok(sheet)
}

/// As many columns as keep the sheet from being taller than twice its width, one for up to six seams.
fn columns(count: u32, cell: (u32, u32)) -> u32 {
    if count <= 6 {
        return 1;
    }
    let fits = |columns: &u32| {
        let height = u64::from(count.div_ceil(*columns)) * u64::from(cell.1 + MARGIN);
        height <= 2 * u64::from(*columns) * u64::from(cell.0 + MARGIN)
    };
    (2..=count).find(fits).unwrap_or(count)
}

fn place(sheet: &mut RgbImage, frame: &RgbImage, (x, y): (u32, u32)) {
    replace(sheet, frame, i64::from(x), i64::from(y));
}

fn rectangle(sheet: &mut RgbImage, (x, y): (u32, u32), (width, height): (u32, u32), colour: Rgb<u8>) {
    for down in y..(y + height).min(sheet.height()) {
        for across in x..(x + width).min(sheet.width()) {
            sheet.put_pixel(across, down, colour);
        }
    }
}

fn number(sheet: &mut RgbImage, number: u32, (x, y): (u32, u32)) {
    for (place, letter) in (0..).zip(number.to_string().bytes()) {
        let Some(rows) = DIGITS.get(usize::from(letter.wrapping_sub(b'0'))) else { continue };
        for (down, row) in (0..).zip(rows) {
            for across in (0..3).filter(|across| row & (0b100 >> across) != 0) {
                let at = (x + (place * 4 + across) * DOT, y + down * DOT);
                rectangle(sheet, at, (DOT, DOT), INK);
            }
        }
    }
}
