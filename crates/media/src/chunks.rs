//! Where the tables of an MP4 say that the pictures and the sound lie, as positions in the file, and how to say it anew
//! when they move. Leaves alone whatever else may hold positions: such files are not edited.

use crate::boxes::{FileBox, Inner, inside};
use crate::tags::{Unusual, only};

/// Tables that mean more than their chunk offsets say: fragments, compressed tables, references to other files.
const ELSEWHERE: [&[u8; 4]; 3] = [b"mvex", b"cmov", b"rmra"];

/// Boxes of a file that hold positions in it, or come in files that are read in pieces.
pub(crate) const BESIDE: [&[u8; 4]; 7] = [b"moof", b"mfra", b"sidx", b"ssix", b"meta", b"imda", b"styp"];

/// How a file's boxes move when its `moov` changes its size.
#[derive(Clone, Copy)]
pub(crate) struct Move<'a> {
    /// Where pictures and sound may lie: the `mdat` boxes, first to last.
    pub media: &'a [FileBox],
    /// Where the `moov` ended; everything from there on moves.
    pub from: u64,
    /// Bytes that the new one has more.
    pub by: i64,
}

impl Move<'_> {
    fn of(self, position: u64) -> Result<u64, Unusual> {
        let after = self.media.partition_point(|part| part.content <= position);
        let held = after.checked_sub(1).and_then(|index| self.media.get(index));
        if held.is_none_or(|part| position >= part.end) {
            return Err(Unusual("its tables point outside its pictures"));
        }
        if position < self.from {
            return Ok(position);
        }
        position.checked_add_signed(self.by).ok_or(TOO_FAR)
    }
}

const BROKEN: Unusual = Unusual("its tables are damaged");
const TOO_FAR: Unusual = Unusual("it is too long for its kind of tables");

/// Rewrites every chunk offset in the content of a `moov`.
pub(crate) fn shift(moov: &mut [u8], way: Move<'_>) -> Result<(), Unusual> {
    for Table { at, bytes, wide } in tables(moov)? {
        let entries = moov.get_mut(at..at + bytes).ok_or(BROKEN)?;
        if wide {
            for entry in entries.as_chunks_mut::<8>().0 {
                *entry = way.of(u64::from_be_bytes(*entry))?.to_be_bytes();
            }
        } else {
            for entry in entries.as_chunks_mut::<4>().0 {
                let moved = way.of(u32::from_be_bytes(*entry).into())?;
                *entry = u32::try_from(moved).map_err(|_| TOO_FAR)?.to_be_bytes();
            }
        }
    }
    Ok(())
}

/// A table of chunk offsets.
struct Table {
    /// Where its first entry stands in the content of the `moov`.
    at: usize,
    bytes: usize,
    /// Whether its entries have 64 bits.
    wide: bool,
}

fn tables(moov: &[u8]) -> Result<Vec<Table>, Unusual> {
    let boxes = within(moov, 0)?;
    if boxes.iter().any(|inner| ELSEWHERE.contains(&&inner.kind)) {
        return Err(Unusual("it is made of fragments or of parts of other files"));
    }
    located_metadata(&boxes)?;
    let mut found = Vec::new();
    for track in boxes.iter().filter(|inner| &inner.kind == b"trak") {
        let boxes = within(track.content, track.at)?;
        located_metadata(&boxes)?;
        let Some(media) = only(&boxes, *b"mdia")? else { continue };
        let Some(information) = only(&within(media.content, media.at)?, *b"minf")? else { continue };
        let boxes = within(information.content, information.at)?;
        if let Some(data) = only(&boxes, *b"dinf")? {
            own_data(&data)?;
        }
        if let Some(samples) = only(&boxes, *b"stbl")? {
            found.extend(table(&samples)?);
        }
    }
    Ok(found)
}

fn within(bytes: &[u8], base: usize) -> Result<Vec<Inner<'_>>, Unusual> {
    inside(bytes, base).map(|found| found.0).ok_or(BROKEN)
}

/// Refuses metadata whose items lie somewhere in the file (`iloc`).
fn located_metadata(boxes: &[Inner<'_>]) -> Result<(), Unusual> {
    let user = boxes.iter().filter(|inner| &inner.kind == b"udta").filter_map(|inner| inside(inner.content, 0));
    let metas = user.flat_map(|found| found.0).chain(boxes.iter().copied()).filter(|inner| &inner.kind == b"meta");
    for meta in metas {
        // With version and flags, as ISO has it, or without, as QuickTime has it.
        let contents = [meta.content.get(4..), Some(meta.content)].into_iter().flatten();
        let known = contents.filter_map(|content| inside(content, 0)).any(|found| {
            let located = found.0.iter().any(|inner| &inner.kind == b"iloc");
            !located
        });
        if !known {
            return Err(Unusual("its tags lie elsewhere in the file"));
        }
    }
    Ok(())
}

/// Refuses tracks whose samples are in other files.
fn own_data(data: &Inner<'_>) -> Result<(), Unusual> {
    let Some(references) = only(&within(data.content, data.at)?, *b"dref")? else { return Ok(()) };
    let entries = references.content.get(8..).ok_or(BROKEN)?;
    let own = within(entries, 0)?.iter().all(|entry| entry.content.get(3).is_some_and(|flags| flags & 1 == 1));
    if own { Ok(()) } else { Err(Unusual("it is made of parts of other files")) }
}

fn table(samples: &Inner<'_>) -> Result<Option<Table>, Unusual> {
    let boxes = within(samples.content, samples.at)?;
    if boxes.iter().any(|inner| &inner.kind == b"saio") {
        return Err(Unusual("it is encrypted"));
    }
    let (table, wide) = match (only(&boxes, *b"stco")?, only(&boxes, *b"co64")?) {
        (Some(table), None) => (table, false),
        (None, Some(table)) => (table, true),
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => return Err(Unusual("it has a table twice")),
    };
    let count = table.content.get(4..8).and_then(|count| count.first_chunk()).ok_or(BROKEN)?;
    let count = usize::try_from(u32::from_be_bytes(*count)).map_err(|_| BROKEN)?;
    let bytes = count.checked_mul(if wide { 8 } else { 4 }).ok_or(BROKEN)?;
    if bytes > table.content.len().saturating_sub(8) {
        return Err(BROKEN);
    }
    Ok(Some(Table { at: table.at + 8, bytes, wide }))
}
