//! Joining by stream copy: the tables first, then the bytes of the parts as they are, handed from file to file by the
//! system where it can.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::ControlFlow;
use std::path::Path;

use super::layout::{Layout, Piece};
use super::plan::Survey;
use super::{JoinError, Part, PartError, Progress};
use crate::copy::placed;
use crate::{MediaError, Tags};

/// Bytes copied between two looks at whether it is called off.
const STEP: u64 = 8 << 20;

/// Joins parts into one MP4 in which every picture is bit for bit that of its part. `target` is replaced if it exists; it
/// appears whole, or not at all. `step` is asked before anything is written and after every few megabytes.
///
/// Sound is carried over as it is; where there is none or another kind there is silence. A frame that is given a tick of
/// time because the next part repeats it is not counted in [`Progress`].
///
/// # Errors
///
/// [`JoinError::Unlike`] where [`crate::plan`] says that they must be coded anew, [`JoinError::Canceled`] when `step`
/// breaks, [`JoinError::Io`] when the film cannot be written, otherwise as told at each variant.
pub fn join(
    parts: &[Part],
    target: &Path,
    tags: Option<&Tags>,
    step: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<(), JoinError> {
    beside(parts, target)?;
    let survey = Survey::of(parts)?;
    let layout = survey.layout().map_err(JoinError::Unlike)?;
    let mut report = Report { frames: survey.frames(), bytes: layout.tables.bytes, done: 0, step };
    report.add(0)?;
    placed(target, |file| {
        file.write_all(&head(&layout, tags)?)?;
        let mut open: Option<(usize, File)> = None;
        for piece in &layout.pieces {
            match piece {
                Piece::Own(bytes) => {
                    file.write_all(bytes)?;
                    report.add(bytes.len() as u64)?;
                }
                Piece::Copy { part, from, bytes } => {
                    let source = match open.take() {
                        Some((of, source)) if of == *part => source,
                        _ => reopened(&survey, *part)?,
                    };
                    let (_, source) = open.insert((*part, source));
                    carry(source, file, *part, (*from, *bytes), &mut report)?;
                }
            }
        }
        Ok(())
    })
}

/// Refuses a target that is one of the parts.
pub(super) fn beside(parts: &[Part], target: &Path) -> Result<(), JoinError> {
    if parts.is_empty() {
        return Err(JoinError::Empty);
    }
    let Ok(target) = target.canonicalize() else { return Ok(()) };
    let over = parts.iter().any(|part| part.path.canonicalize().is_ok_and(|path| path == target));
    if over { Err(JoinError::OverPart) } else { Ok(()) }
}

/// What a film begins with: kind of file, tables, and the head of the box that holds all frames.
fn head(layout: &Layout, tags: Option<&Tags>) -> Result<Vec<u8>, MediaError> {
    let kind = file_kind();
    let length = layout.tables.moov(0, tags)?.len();
    let base = kind.len() + length + DATA_HEAD;
    let moov = layout.tables.moov(base as u64, tags)?;
    Ok([&kind, &moov, &data_head(layout.tables.bytes)[..]].concat())
}

/// `ftyp`: an MP4 as everyone reads it.
pub(super) fn file_kind() -> Vec<u8> {
    [&[0, 0, 0, 32][..], b"ftypisom", &[0, 0, 2, 0], b"isomiso2avc1mp41"].concat()
}

/// Bytes of [`data_head`].
pub(super) const DATA_HEAD: usize = 16;

/// The head of an `mdat` of that many bytes, with its length in 64 bits.
pub(super) fn data_head(bytes: u64) -> [u8; DATA_HEAD] {
    let mut head = [0; DATA_HEAD];
    head[3] = 1;
    head[4..8].copy_from_slice(b"mdat");
    head[8..].copy_from_slice(&(bytes + DATA_HEAD as u64).to_be_bytes());
    head
}

/// Opens the file of a part again.
pub(super) fn reopened(survey: &Survey, part: usize) -> Result<File, JoinError> {
    let at = |error| PartError { part, error };
    let shot = survey.shots.get(part).ok_or(JoinError::Empty)?;
    let file = File::open(&shot.path).map_err(|error| at(error.into()))?;
    if file.metadata().map_err(|error| at(error.into()))?.len() == shot.bytes {
        Ok(file)
    } else {
        Err(at(MediaError::not_a_video("it is being changed by another program")).into())
    }
}

fn carry(
    source: &mut File,
    target: &mut File,
    part: usize,
    (from, bytes): (u64, u64),
    report: &mut Report<'_>,
) -> Result<(), JoinError> {
    source.seek(SeekFrom::Start(from)).map_err(|error| PartError { part, error: error.into() })?;
    let mut left = bytes;
    while left > 0 {
        let wanted = left.min(STEP);
        // Files both, so that the bytes do not pass through here where the system can hand them over.
        let carried = io::copy(&mut Read::by_ref(source).take(wanted), target)?;
        if carried != wanted {
            let cut = MediaError::Truncated { missing: left - carried };
            return Err(PartError { part, error: cut }.into());
        }
        left -= carried;
        report.add(carried)?;
    }
    Ok(())
}

/// Tells how far it is, and hears whether it is called off.
struct Report<'a> {
    frames: u32,
    bytes: u64,
    done: u64,
    step: &'a mut dyn FnMut(Progress) -> ControlFlow<()>,
}

impl Report<'_> {
    fn add(&mut self, bytes: u64) -> Result<(), JoinError> {
        self.done += bytes;
        let share = u128::from(self.frames) * u128::from(self.done) / u128::from(self.bytes.max(1));
        let frames_done = u32::try_from(share).unwrap_or(self.frames);
        match (self.step)(Progress { frames_done, frames: self.frames }) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(JoinError::Canceled),
        }
    }
}
