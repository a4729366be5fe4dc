//! The bare structure of an MP4: which boxes it is made of, by name and size. Knows what no box means.

use std::io::{Read, Seek, SeekFrom};

use shiguredo_mp4::BoxSize;

use crate::MediaError;

/// Tables bigger than this are refused: a 12 s clip has about 5 kB, an hour about 2 MB.
pub(crate) const MAX_TABLES: u64 = 64 << 20;
/// Boxes looked at, side by side, before the file is given up.
const MAX_BOXES: usize = 4096;

/// Four letters that say what a box is.
pub(crate) type Kind = [u8; 4];

/// A box of a file, by where it lies in it, in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FileBox {
    pub kind: Kind,
    pub start: u64,
    /// Where its content starts.
    pub content: u64,
    /// Where the next box starts; may lie beyond the end of the file, if the file is cut short.
    pub end: u64,
}

/// The boxes of a file, first to last, or up to the first of the kind `until`; and the file's length in bytes.
///
/// # Errors
///
/// [`MediaError::NotAVideo`] for a file that does not begin like an MP4 or is not made of boxes alone.
pub(crate) fn of_file(
    source: &mut (impl Read + Seek),
    until: Option<&Kind>,
) -> Result<(Vec<FileBox>, u64), MediaError> {
    let bytes = source.seek(SeekFrom::End(0))?;
    let mut boxes = Vec::new();
    let mut position = 0;
    while position < bytes && boxes.last().is_none_or(|last: &FileBox| Some(&last.kind) != until) {
        let next = read_head(source, position, bytes)?;
        let first = matches!(&next.kind, b"ftyp" | b"styp" | b"moov" | b"free" | b"skip" | b"wide" | b"mdat");
        if boxes.is_empty() && !first {
            return Err(MediaError::not_a_video("it does not begin like one"));
        }
        if boxes.len() == MAX_BOXES {
            return Err(MediaError::unsupported("A video of over 4,096 boxes"));
        }
        position = next.end;
        boxes.push(next);
    }
    Ok((boxes, bytes))
}

fn read_head(source: &mut (impl Read + Seek), position: u64, bytes: u64) -> Result<FileBox, MediaError> {
    let mut head = [0_u8; 16];
    source.seek(SeekFrom::Start(position))?;
    let available = (bytes - position).min(16);
    if available < 8 {
        return Err(MediaError::not_a_video("it ends in the middle of a box"));
    }
    let wanted = if available == 16 { 16 } else { 8 };
    source.read_exact(&mut head[..wanted])?;
    let (kind, header, size) = sizes(&head[..wanted], bytes - position)
        .ok_or_else(|| MediaError::not_a_video("a box is smaller than its own head"))?;
    Ok(FileBox { kind, start: position, content: position + header, end: position.saturating_add(size) })
}

/// Kind, length of the head, and whole length, from the first bytes of a box. `left` is what there is up to the end of
/// what holds the box: a size of 0 means all of it. `None` for a size that has no room for the head.
fn sizes(head: &[u8], left: u64) -> Option<(Kind, u64, u64)> {
    let (short, rest) = head.split_first_chunk::<4>()?;
    let (kind, rest) = rest.split_first_chunk::<4>()?;
    let (header, size) = match BoxSize::U32(u32::from_be_bytes(*short)).get() {
        0 => (8, left),
        1 => (16, u64::from_be_bytes(*rest.first_chunk()?)),
        size => (8, size),
    };
    (size >= header).then_some((*kind, header, size))
}

/// Reads the content of a box of tables into memory.
///
/// # Errors
///
/// [`MediaError::Unsupported`] for over 64 MB, [`MediaError::Truncated`] if the file ends before the box does.
pub(crate) fn read_tables(
    source: &mut (impl Read + Seek),
    of: &FileBox,
    from: u64,
    bytes: u64,
) -> Result<Vec<u8>, MediaError> {
    if of.end - of.start > MAX_TABLES {
        return Err(MediaError::unsupported("A video with tables of over 64 MB"));
    }
    if of.end > bytes {
        return Err(MediaError::Truncated { missing: of.end - bytes });
    }
    source.seek(SeekFrom::Start(from))?;
    let length = usize::try_from(of.end - from).map_err(|_| MediaError::not_a_video("its tables are too big"))?;
    let mut data = vec![0; length];
    source.read_exact(&mut data)?;
    Ok(data)
}

/// A box inside other bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Inner<'a> {
    pub kind: Kind,
    /// Head and content.
    pub whole: &'a [u8],
    pub content: &'a [u8],
    /// Where its content starts, counted from `base` of [`inside`].
    pub at: usize,
}

/// The boxes that some bytes are made of, and the zeros that may stand behind the last (QuickTime ends lists with them).
/// `None` if they are made of anything else, or of more than 4,096 boxes.
pub(crate) fn inside(bytes: &[u8], base: usize) -> Option<(Vec<Inner<'_>>, &[u8])> {
    let mut boxes = Vec::new();
    let mut rest = bytes;
    // A size of zero begins the zeros at the end; whether it does is checked below.
    while rest.len() >= 8 && rest[..4] != [0; 4] {
        let (kind, header, size) = sizes(rest, 0)?;
        let (whole, after) = rest.split_at_checked(usize::try_from(size).ok()?)?;
        let header = usize::try_from(header).ok()?;
        let at = base + (bytes.len() - rest.len()) + header;
        boxes.push(Inner { kind, whole, content: whole.get(header..)?, at });
        if boxes.len() > MAX_BOXES {
            return None;
        }
        rest = after;
    }
    rest.iter().all(|byte| *byte == 0).then_some((boxes, rest))
}
