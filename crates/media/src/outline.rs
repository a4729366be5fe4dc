//! What can be said of a video whose pictures nobody here can read: the size and length that its header names.

use std::fs::File;
use std::path::Path;

use crate::MediaError;
use crate::boxes::{self, Inner, inside};
use crate::turn::Turn;

/// What the header of an MP4 names. Zero where it names nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Outline {
    /// Pixels, as it is meant to be shown.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Seconds.
    pub seconds: f64,
}

/// Reads size and length out of the header of a file of the MP4 family, whatever its pictures are coded in.
///
/// # Errors
///
/// As [`crate::read_recipe`].
pub fn outline(path: &Path) -> Result<Outline, MediaError> {
    let mut file = File::open(path)?;
    let (found, bytes) = boxes::of_file(&mut file, Some(b"moov"))?;
    let Some(moov) = found.iter().find(|found| &found.kind == b"moov") else { return Ok(Outline::default()) };
    let tables = boxes::read_tables(&mut file, moov, moov.content, bytes)?;
    Ok(of_tables(&tables).unwrap_or_default())
}

fn of_tables(moov: &[u8]) -> Option<Outline> {
    let (parts, _) = inside(moov, 0)?;
    let seconds = parts.iter().find(|part| &part.kind == b"mvhd").and_then(seconds_of).unwrap_or_default();
    let tracks = parts.iter().filter(|part| &part.kind == b"trak");
    // A track of sound has no size.
    let (width, height) = tracks.filter_map(size_of).find(|(width, height)| *width > 0 && *height > 0)?;
    Some(Outline { width, height, seconds })
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// ISO/IEC 14496-12, 8.2.2: time scale and duration, in 32 or 64 bits by version.
fn seconds_of(header: &Inner<'_>) -> Option<f64> {
    let long = *header.content.first()? == 1;
    let (scale, ticks) = if long {
        let high = u64::from(number(header.content, 24)?);
        (number(header.content, 20)?, high << 32 | u64::from(number(header.content, 28)?))
    } else {
        (number(header.content, 12)?, u64::from(number(header.content, 16)?))
    };
    #[expect(clippy::cast_precision_loss, reason = "ticks of a video stay far under 2⁵³")]
    let seconds = ticks as f64 / f64::from(scale);
    // All ones mean that nobody knows.
    (scale > 0 && seconds < 1e7).then_some(seconds)
}

/// ISO/IEC 14496-12, 8.3.2: the last eight bytes of `tkhd`, as 16.16 fixed point, and before them the matrix that turns it.
fn size_of(track: &Inner<'_>) -> Option<(u32, u32)> {
    let (parts, _) = inside(track.content, 0)?;
    let header = parts.iter().find(|part| &part.kind == b"tkhd")?.content;
    let at = header.len().checked_sub(8)?;
    let mut matrix = [0; 9];
    for (value, place) in matrix.iter_mut().zip((at.checked_sub(36)?..).step_by(4)) {
        *value = number(header, place)?.cast_signed();
    }
    Some(Turn::of(&matrix).shown((number(header, at)? >> 16, number(header, at + 4)? >> 16)))
}
