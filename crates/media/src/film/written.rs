//! The file of a film that is coded anew, while it is written. The sound is not touched. The tables come first, in room
//! that is kept for them: how large they can get is known beforehand.

use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};

use lastframe_model::PixelSize;

use super::join::{DATA_HEAD, data_head, file_kind, reopened};
use super::layout::{chapter_track, chapters};
use super::plan::Survey;
use super::sound::{self, Slot};
use super::tables::{Content, Entry, Tables, Track};
use super::time::Time;
use super::{JoinError, PartError};
use crate::aac::FRAME;
use crate::write::Coded;
use crate::{MediaError, Tags};

/// Sound is written so long before the pictures that it is heard with, in seconds.
const AHEAD: f64 = 1.0;

/// A film while it is written.
pub(super) struct Film<'a> {
    file: BufWriter<&'a mut File>,
    survey: &'a Survey,
    time: &'a Time,
    tables: Tables,
    /// Bytes that are kept for the tables.
    room: usize,
    pictures: Vec<Entry>,
    sounds: Vec<Entry>,
    noise: Option<Noise>,
    entry: Option<shiguredo_mp4::boxes::SampleEntry>,
}

/// The sound that is still to be written.
struct Noise {
    track: sound::Track,
    silence: Vec<u8>,
    /// The next place, as part and place in it.
    next: (usize, usize),
    /// The part whose file is open.
    open: Option<(usize, File)>,
}

impl<'a> Film<'a> {
    /// Begins a film in an empty file.
    pub fn begin(
        file: &'a mut File,
        survey: &'a Survey,
        time: &'a Time,
        tags: Option<&Tags>,
    ) -> Result<Self, JoinError> {
        let (clock, frame) = time.clock;
        let starts: Vec<u64> = time.frames.iter().map(|start| u64::from(*start) * u64::from(frame)).collect();
        let seconds: Vec<f64> = time.frames.iter().map(|start| f64::from(*start) / time.fps()).collect();
        let end = seconds.last().copied().unwrap_or(0.0);
        let chapters = chapters(&survey.shots, &starts);
        let mut texts = Vec::new();
        let chapter_track = chapter_track(&chapters, end, clock, |text| {
            let at = texts.len() as u64;
            texts.extend(text);
            at
        });
        let track = sound::track(&survey.sounds(), &seconds);
        let noise = track.map(|track| Noise { silence: track.kind.silence(), track, next: (0, 0), open: None });
        let tables = Tables {
            timescale: clock,
            duration: starts.last().copied().unwrap_or(0),
            tracks: chapter_track.into_iter().collect(),
            chapters,
            // Not known yet: the widest offsets are reckoned with.
            bytes: u64::MAX / 2,
        };
        // For each frame its size, its number if it can be sought, and a chunk of its own.
        let sounds = noise.as_ref().map_or(0, |noise| noise.track.slots.iter().map(Vec::len).sum::<usize>());
        let room = tables.moov(0, tags)?.len() + 4096 + (time.total() as usize + sounds) * (4 + 4 + 8 + 12);
        let mut file = BufWriter::new(file);
        file.write_all(&file_kind())?;
        file.write_all(&vec![0; room])?;
        file.write_all(&data_head(0))?;
        file.write_all(&texts)?;
        let tables = Tables { bytes: texts.len() as u64, ..tables };
        let (pictures, sounds) = (Vec::new(), Vec::new());
        Ok(Self { file, survey, time, tables, room, pictures, sounds, noise, entry: None })
    }

    /// Adds a frame. The first of each coder brings what is needed to decode all of them.
    pub fn add(&mut self, coded: Coded) -> Result<(), JoinError> {
        let Coded { data, keyframe, entry } = coded;
        if let Some(entry) = entry {
            // One file has one set: with others some players fail on seeking back.
            if self.entry.as_ref().is_some_and(|before| *before != entry) {
                return Err(MediaError::encode("its coders wrote different parameter sets").into());
            }
            self.entry = Some(entry);
        }
        #[expect(clippy::cast_precision_loss, reason = "half a million at most")]
        let begins = self.pictures.len() as f64 / self.time.fps();
        self.hear(begins + AHEAD)?;
        let at = self.put(&data)?;
        let size = u32::try_from(data.len()).map_err(MediaError::encode)?;
        self.pictures.push(Entry { at, size, duration: self.time.clock.1, offset: 0, sync: keyframe });
        Ok(())
    }

    fn put(&mut self, bytes: &[u8]) -> Result<u64, JoinError> {
        let at = self.tables.bytes;
        self.file.write_all(bytes)?;
        self.tables.bytes += bytes.len() as u64;
        Ok(at)
    }

    /// Writes the sound up to a time, in seconds.
    fn hear(&mut self, until: f64) -> Result<(), JoinError> {
        let Some(mut noise) = self.noise.take() else { return Ok(()) };
        while let Some(slots) = noise.track.slots.get(noise.next.0) {
            let Some(slot) = slots.get(noise.next.1) else {
                noise.next = (noise.next.0 + 1, 0);
                continue;
            };
            #[expect(clippy::cast_precision_loss, reason = "some millions at most")]
            let begins = noise.track.at(self.sounds.len()) as f64 / f64::from(noise.track.kind.rate);
            if begins >= until {
                break;
            }
            let bytes = match slot {
                Slot::Silence => noise.silence.clone(),
                Slot::Frame(number) => {
                    let part = noise.next.0;
                    let source = match noise.open.take() {
                        Some((of, source)) if of == part => source,
                        _ => reopened(self.survey, part)?,
                    };
                    let (_, source) = noise.open.insert((part, source));
                    let frame = self.survey.shots[part].sound.frames().get(*number).copied();
                    read(source, frame.unwrap_or_default()).map_err(|error| PartError { part, error })?
                }
            };
            noise.next.1 += 1;
            let at = self.put(&bytes)?;
            let size = u32::try_from(bytes.len()).map_err(MediaError::encode)?;
            self.sounds.push(Entry { at, size, duration: FRAME, offset: 0, sync: true });
        }
        self.noise = Some(noise);
        Ok(())
    }

    /// Writes the rest of the sound, and puts the tables into their room.
    pub fn finish(mut self, size: PixelSize, tags: Option<&Tags>) -> Result<(), JoinError> {
        self.hear(f64::INFINITY)?;
        let Self { mut file, time, mut tables, room, pictures, sounds, noise, entry, .. } = self;
        let entry = entry.ok_or_else(|| MediaError::encode("a video needs at least one frame"))?;
        let head = super::tables::upright(size)?;
        let video =
            Track { content: Content::Video(head), timescale: time.clock.0, entry, samples: pictures, start: 0 };
        let sound = noise.map(|noise| Track {
            content: Content::Sound,
            timescale: noise.track.kind.rate,
            entry: noise.track.entry,
            samples: sounds,
            start: noise.track.start.into(),
        });
        let chapters = std::mem::take(&mut tables.tracks);
        tables.tracks = [Some(video), sound].into_iter().flatten().chain(chapters).collect();
        let kind = file_kind().len() as u64;
        let moov = tables.moov(kind + (room + DATA_HEAD) as u64, tags)?;
        let left = room.checked_sub(moov.len()).filter(|left| *left >= 8);
        let left = left.ok_or_else(|| MediaError::encode("the film's tables outgrew their room"))?;
        file.seek(SeekFrom::Start(kind))?;
        file.write_all(&moov)?;
        file.write_all(&u32::try_from(left).map_err(MediaError::encode)?.to_be_bytes())?;
        file.write_all(b"free")?;
        file.seek(SeekFrom::Start(kind + room as u64))?;
        file.write_all(&data_head(tables.bytes))?;
        file.flush()?;
        Ok(())
    }
}

fn read(source: &mut File, (offset, size): (u64, u32)) -> Result<Vec<u8>, MediaError> {
    source.seek(SeekFrom::Start(offset))?;
    let mut bytes = vec![0; size as usize];
    source.read_exact(&mut bytes)?;
    Ok(bytes)
}
