//! Copies of videos: as they are, or with tags in their tables. Pictures and sound are carried over as they are, in
//! pieces, whatever the length of the file. A copy appears under its name only when it is whole and on the disk.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use crate::MediaError;
use crate::boxes::{self, FileBox, MAX_TABLES};
use crate::chunks::{self, Move};
use crate::tags::{self, Tags, Unusual};

/// What became of a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Copied {
    /// It carries the tags.
    Tagged,
    /// It is the same, byte for byte: the file is of a kind that cannot be edited without risk.
    Unchanged {
        /// Why, in English.
        why: String,
    },
}

/// Copies a video into a new file with tags. A title, comment or recipe that it had is replaced; everything else about
/// it stays. A file that is fragmented, damaged, encrypted or otherwise unusual is copied byte for byte instead.
///
/// `target` is replaced if it exists; it appears whole, or not at all.
///
/// # Errors
///
/// [`MediaError::Io`] if the video cannot be read or the copy cannot be written.
pub fn copy_with_tags(source: &Path, target: &Path, tags: &Tags) -> Result<Copied, MediaError> {
    let mut source = File::open(source)?;
    placed(target, |file| write_with_tags(&mut source, file, tags))
}

/// Copies a file as it is, as [`copy_with_tags`] does.
///
/// # Errors
///
/// As [`copy_with_tags`].
pub fn copy_unchanged(source: &Path, target: &Path) -> Result<(), MediaError> {
    let mut source = File::open(source)?;
    placed(target, |file| {
        let bytes = source.seek(SeekFrom::End(0))?;
        carry(&mut source, file, 0, bytes)
    })
}

/// Writes a copy with tags into `target`, from its position on.
///
/// # Errors
///
/// As [`copy_with_tags`].
pub fn write_with_tags(
    source: &mut (impl Read + Seek),
    target: &mut impl Write,
    tags: &Tags,
) -> Result<Copied, MediaError> {
    match plan(source, tags) {
        Ok(plan) => {
            carry(source, target, 0, plan.moov.start)?;
            target.write_all(&plan.head)?;
            target.write_all(&plan.content)?;
            carry(source, target, plan.moov.end, plan.bytes)?;
            Ok(Copied::Tagged)
        }
        Err(NotEdited::Io(error)) => Err(MediaError::Io(error)),
        Err(why) => {
            let bytes = source.seek(SeekFrom::End(0))?;
            carry(source, target, 0, bytes)?;
            Ok(Copied::Unchanged { why: why.to_string() })
        }
    }
}

/// The recipe that a video carries; `None` if it carries none.
///
/// # Errors
///
/// [`MediaError::NotAVideo`] and [`MediaError::Truncated`] for anything but an MP4, [`MediaError::Unsupported`] for a
/// recipe of over 1 MB or tables of over 64 MB, [`MediaError::Io`] if it cannot be read.
pub fn read_recipe(source: &mut (impl Read + Seek)) -> Result<Option<String>, MediaError> {
    let (boxes, bytes) = boxes::of_file(source, Some(b"moov"))?;
    let Some(moov) = boxes.iter().find(|found| &found.kind == b"moov") else { return Ok(None) };
    tags::recipe(&boxes::read_tables(source, moov, moov.content, bytes)?)
}

/// A file with its new tables.
struct Plan {
    moov: FileBox,
    head: [u8; 8],
    content: Vec<u8>,
    bytes: u64,
}

/// Why a file is not given tags.
#[derive(Debug, thiserror::Error)]
enum NotEdited {
    /// It could not be read: nothing is copied either.
    #[error(transparent)]
    Io(io::Error),
    /// It is no MP4 that is understood here.
    #[error(transparent)]
    NotUnderstood(MediaError),
    /// Editing it would be a risk.
    #[error("{}", .0.0)]
    Unusual(Unusual),
}

impl From<MediaError> for NotEdited {
    fn from(error: MediaError) -> Self {
        match error {
            MediaError::Io(error) => Self::Io(error),
            error => Self::NotUnderstood(error),
        }
    }
}

impl From<Unusual> for NotEdited {
    fn from(why: Unusual) -> Self {
        Self::Unusual(why)
    }
}

/// How to write a copy with tags.
fn plan(source: &mut (impl Read + Seek), tags: &Tags) -> Result<Plan, NotEdited> {
    let (boxes, bytes) = boxes::of_file(source, None)?;
    let moov = layout(&boxes, bytes)?;
    let old = boxes::read_tables(source, &moov, moov.content, bytes)?;
    let (head, content) = edited(&old, tags, &boxes, moov)?;
    Ok(Plan { moov, head, content, bytes })
}

/// The `moov` of a file that can be edited.
fn layout(boxes: &[FileBox], bytes: u64) -> Result<FileBox, Unusual> {
    if boxes.iter().any(|found| chunks::BESIDE.contains(&&found.kind)) {
        return Err(Unusual("it is made of fragments"));
    }
    if boxes.last().is_none_or(|last| last.end != bytes) {
        return Err(Unusual("it is cut short"));
    }
    let mut moovs = boxes.iter().filter(|found| &found.kind == b"moov");
    match (moovs.next(), moovs.next()) {
        (Some(moov), None) => Ok(*moov),
        (None, _) => Err(Unusual("it has no tables")),
        (Some(_), Some(_)) => Err(Unusual("it has its tables twice")),
    }
}

/// Head and content of the new `moov`.
fn edited(old: &[u8], tags: &Tags, boxes: &[FileBox], moov: FileBox) -> Result<([u8; 8], Vec<u8>), Unusual> {
    const TOO_BIG: Unusual = Unusual("its tables are too big");
    let mut new = tags::tagged(old, tags)?;
    let size = u32::try_from(new.len() + 8).map_err(|_| TOO_BIG)?;
    if u64::from(size) > MAX_TABLES {
        return Err(TOO_BIG);
    }
    let by = i64::from(size).checked_sub_unsigned(moov.end - moov.start).ok_or(TOO_BIG)?;
    let media: Vec<FileBox> = boxes.iter().filter(|found| &found.kind == b"mdat").copied().collect();
    chunks::shift(&mut new, Move { media: &media, from: moov.end, by })?;
    let [a, b, c, d] = size.to_be_bytes();
    Ok(([a, b, c, d, b'm', b'o', b'o', b'v'], new))
}

/// Copies the bytes from `start` to `end`.
fn carry(source: &mut (impl Read + Seek), target: &mut impl Write, start: u64, end: u64) -> Result<(), MediaError> {
    source.seek(SeekFrom::Start(start))?;
    let wanted = end - start;
    let carried = io::copy(&mut source.by_ref().take(wanted), target)?;
    if carried == wanted { Ok(()) } else { Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()) }
}

/// Writes a file beside its place, brings it to the disk, and gives it its name.
pub(crate) fn placed<T, E: From<io::Error>>(
    target: &Path,
    write: impl FnOnce(&mut File) -> Result<T, E>,
) -> Result<T, E> {
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".lastframe-").suffix(".part");
    // As any program's file: what the person's umask leaves of this, instead of the privacy of a temporary file.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    let written = write(file.as_file_mut())?;
    file.as_file().sync_all()?;
    file.persist(target).map_err(|error| error.error)?;
    // Windows makes names durable by itself and cannot be asked.
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    Ok(written)
}
