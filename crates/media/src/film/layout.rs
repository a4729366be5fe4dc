//! How the film that is joined by stream copy will lie in its file: which bytes of which part follow each other, and what
//! its tables say of them. Reads no file: the tables of the parts are enough.
//!
//! In a part's bytes nothing is moved that lies side by side: pictures and sound stay interleaved as they were, and a part
//! is usually one piece.

use super::plan::Survey;
use super::shots::Shot;
use super::sound::{self, Slot};
use super::tables::{self, Chapter, Content, Entry, Tables, Track};
use crate::MediaError;
use crate::aac::FRAME;
use crate::boxes::MAX_TABLES;

/// Ticks a second of the track of chapters.
const CHAPTER_CLOCK: u32 = 1000;

/// Bytes of the film, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Made here: titles and silence.
    Own(Vec<u8>),
    /// Out of the file of a part.
    Copy { part: usize, from: u64, bytes: u64 },
}

/// A film before it is written.
#[derive(Debug)]
pub(super) struct Layout {
    pub tables: Tables,
    pub pieces: Vec<Piece>,
}

impl Layout {
    /// Lays out parts that can be joined.
    pub fn of(survey: &Survey) -> Result<Self, MediaError> {
        let times = Times::of(survey)?;
        let mut pieces = Pieces::default();
        let chapters = chapters(&survey.shots, &times.starts);
        let chapter_track = chapter_track(&chapters, times.seconds(times.end()), survey.clock, |text| pieces.own(text));
        let seconds: Vec<f64> = times.starts.iter().map(|start| times.seconds(*start)).collect();
        let sound = sound::track(&survey.sounds(), &seconds);
        let silence = sound.as_ref().map(|sound| sound.kind.silence()).unwrap_or_default();
        let (mut pictures, mut sounds) = (Vec::new(), Vec::new());
        for (part, shot) in survey.shots.iter().enumerate() {
            let slots = sound.as_ref().and_then(|sound| sound.slots.get(part)).map_or(&[][..], Vec::as_slice);
            let frames = shot.sound.frames();
            let lying = slots.iter().filter_map(|slot| match slot {
                Slot::Frame(number) => frames.get(*number).copied(),
                Slot::Silence => None,
            });
            let silent = slots.iter().filter(|slot| **slot == Slot::Silence).count();
            // Silence first: what is read ahead of the pictures is never what one waits for.
            let mut quiet = if silent > 0 { pieces.own(silence.repeat(silent)) } else { 0 };
            let shown = shot.samples.iter().map(|sample| (sample.offset, sample.size));
            let extents = pieces.copy(part, shown.chain(lying).collect());
            pictures.extend(times.pictures(part, shot, |offset| extents.place(offset))?);
            for slot in slots {
                let (at, size) = match slot {
                    Slot::Silence => (quiet, length(&silence)?),
                    Slot::Frame(number) => {
                        let (offset, size) = frames.get(*number).copied().unwrap_or_default();
                        (extents.place(offset), size)
                    }
                };
                if *slot == Slot::Silence {
                    quiet += u64::from(size);
                }
                sounds.push(Entry { at, size, duration: FRAME, offset: 0, sync: true });
            }
        }
        let first = survey.shots.first().ok_or_else(|| MediaError::unsupported("A film without parts"))?;
        let entry = first.entry.clone().ok_or_else(|| MediaError::unsupported("A film of several codecs"))?;
        let video = Track {
            content: Content::Video(first.head.clone()),
            timescale: survey.clock,
            entry,
            samples: pictures,
            start: times.delay + times.hidden,
        };
        let sound = sound.map(|sound| Track {
            content: Content::Sound,
            timescale: sound.kind.rate,
            entry: sound.entry,
            samples: sounds,
            start: sound.start.into(),
        });
        let tracks = [Some(video), sound, chapter_track].into_iter().flatten().collect();
        let Pieces { pieces, bytes } = pieces;
        Ok(Self { tables: Tables { timescale: survey.clock, duration: times.end(), tracks, chapters, bytes }, pieces })
    }

    /// Bytes of the whole file, without tags; what cannot be known without writing is left out.
    pub fn size(&self) -> u64 {
        let tables = self.tables.moov(0, None).map_or(MAX_TABLES, |moov| moov.len() as u64);
        tables + self.tables.bytes
    }
}

fn length(bytes: &[u8]) -> Result<u32, MediaError> {
    u32::try_from(bytes.len()).map_err(MediaError::encode)
}

/// A chapter for each part that has a name or is not alone.
pub(super) fn chapters(shots: &[Shot], starts: &[u64]) -> Vec<Chapter> {
    let named = shots.len() > 1 || shots.iter().any(|shot| !shot.title.is_empty());
    let all = shots.iter().zip(starts).filter(|(shot, _)| named && shot.frames > 0);
    all.map(|(shot, start)| Chapter { start: *start, title: shot.title.clone() }).collect()
}

/// The track of chapters. `put` takes the text of each and says where it lies.
pub(super) fn chapter_track(
    chapters: &[Chapter],
    end: f64,
    clock: u32,
    mut put: impl FnMut(Vec<u8>) -> u64,
) -> Option<Track> {
    if chapters.is_empty() {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within half a day, in milliseconds")]
    let milliseconds = |seconds: f64| (seconds * f64::from(CHAPTER_CLOCK)).round().max(0.0) as u32;
    #[expect(clippy::cast_precision_loss, reason = "ticks of a video stay far under 2⁵³")]
    let begins = |chapter: &Chapter| milliseconds(chapter.start as f64 / f64::from(clock));
    let ends = chapters.iter().skip(1).map(begins).chain([milliseconds(end)]);
    let samples = chapters.iter().zip(ends).enumerate().map(|(index, (chapter, end))| {
        let text = tables::chapter_text(&chapter.title);
        let size = u32::try_from(text.len()).unwrap_or(0);
        // The first begins with the film, whatever was rounded.
        let begin = if index == 0 { 0 } else { begins(chapter) };
        Entry { at: put(text), size, duration: end.saturating_sub(begin), offset: 0, sync: true }
    });
    let samples = samples.collect();
    let entry = tables::chapter_entry();
    Some(Track { content: Content::Chapters, timescale: CHAPTER_CLOCK, entry, samples, start: 0 })
}

/// When the parts are decoded and shown, in ticks of the film.
struct Times {
    clock: u32,
    /// From decoding to showing, for a frame that keeps its place: as much as the part that reorders most needs.
    delay: u64,
    /// What is hidden before the first frame of the film.
    hidden: u64,
    /// When each part begins, and behind them the end.
    starts: Vec<u64>,
}

impl Times {
    fn of(survey: &Survey) -> Result<Self, MediaError> {
        let clock = survey.clock;
        let mut delay = 0_i64;
        for shot in &survey.shots {
            let least = shot.samples.iter().map(|sample| sample.shown_at - sample.decoded_at).min().unwrap_or(0);
            delay = delay.max(ticks(own_delay(shot).saturating_sub(least), shot, clock)?);
        }
        let hidden = survey.shots.first().map_or(Ok(0), |shot| ticks(shot.hidden, shot, clock))?;
        let mut starts = vec![0];
        let mut end = 0_i64;
        for shot in &survey.shots {
            end += ticks(shot.length, shot, clock)? + i64::from(shot.brief);
            starts.push(positive(end)?);
        }
        Ok(Self { clock, delay: positive(delay)?, hidden: positive(hidden)?, starts })
    }

    fn end(&self) -> u64 {
        self.starts.last().copied().unwrap_or(0)
    }

    fn seconds(&self, ticks: u64) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "ticks of a video stay far under 2⁵³")]
        let ticks = ticks as f64;
        ticks / f64::from(self.clock)
    }

    /// The pictures of a part. `place` says where the byte of its file lies in the film.
    fn pictures(&self, part: usize, shot: &Shot, place: impl Fn(u64) -> u64) -> Result<Vec<Entry>, MediaError> {
        let first = shot.samples.first().map_or(0, |sample| sample.decoded_at);
        let least = own_delay(shot);
        // What the first part hides is decoded in the time before it.
        let hidden = if part == 0 { self.hidden } else { 0 };
        let span = self.starts[part + 1] - self.starts[part] + hidden;
        let delay = i64::try_from(self.delay).map_err(MediaError::encode)?;
        let mut entries = Vec::with_capacity(shot.samples.len());
        let mut next = shot.samples.iter().skip(1);
        for sample in &shot.samples {
            let at = ticks(sample.decoded_at - first, shot, self.clock)?;
            // The last one lasts until the next part is decoded.
            let until = match next.next() {
                Some(next) => ticks(next.decoded_at - first, shot, self.clock)?,
                None => i64::try_from(span).map_err(MediaError::encode)?,
            };
            let offset = ticks(sample.shown_at - sample.decoded_at - least, shot, self.clock)? + delay;
            entries.push(Entry {
                at: place(sample.offset),
                size: sample.size,
                duration: u32::try_from(until - at).map_err(MediaError::encode)?,
                offset: u32::try_from(offset).map_err(MediaError::encode)?,
                sync: sample.sync,
            });
        }
        Ok(entries)
    }
}

/// From decoding a part's first coded frame to showing the first frame that comes out, in ticks of the part.
fn own_delay(shot: &Shot) -> i64 {
    let first = shot.samples.first().map_or(0, |sample| sample.decoded_at);
    shot.samples.iter().map(|sample| sample.shown_at).min().map_or(0, |shown| shown.saturating_sub(first))
}

/// Ticks of a part as ticks of the film.
fn ticks(own: i64, shot: &Shot, clock: u32) -> Result<i64, MediaError> {
    let whole = i128::from(own) * i128::from(clock) / i128::from(shot.timescale.max(1));
    i64::try_from(whole).map_err(MediaError::encode)
}

fn positive(ticks: i64) -> Result<u64, MediaError> {
    u64::try_from(ticks).map_err(MediaError::encode)
}

/// Pieces as they are put one behind the other.
#[derive(Default)]
struct Pieces {
    pieces: Vec<Piece>,
    bytes: u64,
}

impl Pieces {
    /// Puts bytes of our own and says where they lie.
    fn own(&mut self, bytes: Vec<u8>) -> u64 {
        let at = self.bytes;
        self.bytes += bytes.len() as u64;
        match self.pieces.last_mut() {
            Some(Piece::Own(before)) => before.extend(bytes),
            _ => self.pieces.push(Piece::Own(bytes)),
        }
        at
    }

    /// Puts ranges of a part's file, in the order in which they lie there, those that touch as one piece.
    fn copy(&mut self, part: usize, mut ranges: Vec<(u64, u32)>) -> Extents {
        ranges.sort_unstable();
        let mut extents: Vec<Extent> = Vec::new();
        for (from, size) in ranges {
            let end = from + u64::from(size);
            match extents.last_mut() {
                Some(last) if from <= last.end => last.end = last.end.max(end),
                _ => extents.push(Extent { from, end, at: 0 }),
            }
        }
        for extent in &mut extents {
            extent.at = self.bytes;
            let bytes = extent.end - extent.from;
            self.bytes += bytes;
            self.pieces.push(Piece::Copy { part, from: extent.from, bytes });
        }
        Extents(extents)
    }
}

/// Where ranges of a part's file lie in the film.
struct Extents(Vec<Extent>);

struct Extent {
    from: u64,
    end: u64,
    at: u64,
}

impl Extents {
    fn place(&self, offset: u64) -> u64 {
        let after = self.0.partition_point(|extent| extent.from <= offset);
        let holding = after.checked_sub(1).and_then(|index| self.0.get(index));
        holding.map_or(0, |extent| extent.at + (offset - extent.from))
    }
}
