//! A film coded anew, once: for parts that cannot be joined as they are.
//!
//! One thread decodes and scales, the calling one codes and writes; between them waits a handful of pictures at most. The
//! sound is not touched. The tables come first, in room that is kept for them: how large they can get is known beforehand.

use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use image::imageops::replace;
use image::{Rgb, RgbImage};
use lastframe_model::PixelSize;
use openh264::decoder::DecodedYUV;
use openh264::formats::YUVSource;

use super::join::{DATA_HEAD, beside, data_head, file_kind, reopened};
use super::layout::{chapter_track, chapters};
use super::plan::Survey;
use super::sound::{self, Slot};
use super::tables::{Content, Entry, Tables, Track};
use super::{JoinError, Part, PartError, Progress};
use crate::aac::FRAME;
use crate::colour::{self, Canvas, Planes};
use crate::container::Movie;
use crate::copy::placed;
use crate::frames::each_frame;
use crate::framing::inscribed;
use crate::h264::Colours;
use crate::picture::fill;
use crate::samples::MAX_FRAMES;
use crate::write::{Coded, Coder};
use crate::{MediaError, Tags};

/// Pictures that wait between the two threads.
const WAITING: usize = 4;
/// Sound is written so long before the pictures that it is heard with, in seconds.
const AHEAD: f64 = 1.0;

/// Codes all parts once, as one MP4 of `size` at `fps` frames a second (1 – 120), in which every picture is the one that
/// the parts show at that time. Pictures of another shape are shown whole, on black. `target` is replaced if it exists; it
/// appears whole, or not at all. `step` is asked before the first frame and after each.
///
/// Sound is carried over as [`crate::join`] does.
///
/// # Errors
///
/// [`JoinError::Canceled`] when `step` breaks, [`JoinError::Part`] for pictures that cannot be decoded,
/// [`JoinError::Media`] for a size or rate that cannot be made, [`JoinError::Io`] when the film cannot be written.
pub fn reencode(
    parts: &[Part],
    target: &Path,
    size: PixelSize,
    fps: f64,
    tags: Option<&Tags>,
    step: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<(), JoinError> {
    beside(parts, target)?;
    let mut survey = Survey::of(parts)?;
    survey.decodable()?;
    let time = Time::of(&survey, fps)?;
    let coder = Coder::new(size.width, size.height, time.fps())?;
    placed(target, |file| {
        let mut film = Film::begin(file, &survey, &time, coder, tags)?;
        // Both ends of the channel are gone when this returns, so that the other thread ends with this one.
        thread::scope(|scope| {
            let (sender, receiver) = sync_channel(WAITING);
            let (survey, time) = (&survey, &time);
            let decoding = scope.spawn(move || decode(survey, time, size, &sender));
            let written = film.code(&receiver, step);
            drop(receiver);
            // Why it has no more pictures is told before what that led to.
            decoding.join().map_err(|_| MediaError::decode("the decoder failed"))??;
            written
        })?;
        film.finish(size, tags)
    })
}

/// When the pictures of the film are shown, and of what.
struct Time {
    /// Ticks a second, and ticks of a frame.
    clock: (u32, u32),
    /// When each part begins in seconds, and behind them the end.
    starts: Vec<f64>,
    /// The number of the frame that each part begins with, and behind them how many there are.
    frames: Vec<u32>,
}

impl Time {
    fn of(survey: &Survey, fps: f64) -> Result<Self, MediaError> {
        if !(1.0..=120.0).contains(&fps) {
            return Err(MediaError::unsupported(format!("A video of {fps} frames a second")));
        }
        let mut starts = vec![0.0];
        let mut end = 0.0;
        for shot in &survey.shots {
            end += shot.seconds();
            starts.push(end);
        }
        let mut time = Self { clock: clock(fps), starts, frames: Vec::new() };
        time.frames = time.starts.iter().map(|start| time.first_from(*start)).collect();
        // However short, it shows something.
        let last = time.frames.last_mut().map_or(0, |last| {
            *last = (*last).max(1);
            *last as usize
        });
        if last > MAX_FRAMES {
            return Err(MediaError::unsupported("A film of over 500,000 frames"));
        }
        Ok(time)
    }

    fn fps(&self) -> f64 {
        f64::from(self.clock.0) / f64::from(self.clock.1)
    }

    fn total(&self) -> u32 {
        self.frames.last().copied().unwrap_or(0)
    }

    /// The first frame of the film whose middle is not before a time, in seconds: each shows what the parts show then.
    fn first_from(&self, seconds: f64) -> u32 {
        // A hair's breadth, so that what falls together does so in spite of rounding.
        let frame = seconds * self.fps() - 0.5 - 1e-6;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "half a day at 120 a second at most"
        )]
        let first = frame.ceil().max(0.0) as u32;
        first
    }
}

/// A clock that tells a rate exactly: whole numbers, those over 1.001 of television, and others to a thousandth.
fn clock(fps: f64) -> (u32, u32) {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 120,000")]
    let rounded = |value: f64| value.round() as u32;
    let near = |value: f64| (value - value.round()).abs() < 1e-3;
    if near(fps) {
        (rounded(fps) * 512, 512)
    } else if near(fps * 1.001) {
        (rounded(fps * 1.001) * 1000, 1001)
    } else {
        (rounded(fps * 1000.0), 1000)
    }
}

/// A picture, and how many frames of the film show it; the first of them begins a part.
struct Picture {
    canvas: Canvas,
    frames: u32,
    begins: bool,
}

/// Decodes and scales all parts, until nobody takes the pictures any more.
fn decode(survey: &Survey, time: &Time, size: PixelSize, out: &SyncSender<Picture>) -> Result<(), JoinError> {
    for (part, shot) in survey.shots.iter().enumerate() {
        let at = |error| PartError { part, error };
        let mut movie = Movie::open(&shot.path).map_err(at)?;
        if movie.bytes() != shot.bytes {
            return Err(at(MediaError::not_a_video("it is being changed by another program")).into());
        }
        let count = shot.frames as usize;
        // When each of its frames goes, as numbers of frames of the film. Known beforehand, the decoder only counts.
        let shown_at = |place: usize| movie.presented().get(place).map(|index| movie.samples()[*index].shown_at);
        let first = shown_at(0).unwrap_or(0);
        let mut ends: Vec<u32> = Vec::with_capacity(count);
        for place in 1..=count {
            let last = place == count;
            #[expect(clippy::cast_precision_loss, reason = "ticks of a video stay far under 2⁵³")]
            let within = shown_at(place).map_or(shot.length, |at| at - first) as f64 / f64::from(shot.timescale);
            let whole = time.frames[part + 1];
            ends.push(if last { whole } else { time.first_from(time.starts[part] + within).min(whole) });
        }
        let (mut place, mut done) = (0, time.frames[part]);
        let mut failed = None;
        let mut begins = true;
        each_frame(&mut movie, count, &mut |picture, colours| {
            let end = ends.get(place).copied().unwrap_or(done);
            place += 1;
            let frames = end.saturating_sub(done);
            done = done.max(end);
            if frames == 0 {
                return ControlFlow::Continue(());
            }
            let picture = match fitted(picture, colours, size) {
                Ok(canvas) => Picture { canvas, frames, begins: std::mem::take(&mut begins) },
                Err(error) => {
                    failed = Some(error);
                    return ControlFlow::Break(());
                }
            };
            // Nobody takes it: whoever does not, says why.
            if out.send(picture).is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })
        .map_err(at)?;
        if let Some(error) = failed {
            return Err(at(error).into());
        }
        if place < count {
            return Ok(()); // nobody takes them any more, and says why
        }
    }
    Ok(())
}

/// A picture as it goes into the film. One that has the film's size and colours is not touched.
fn fitted(picture: &DecodedYUV<'_>, colours: Colours, size: PixelSize) -> Result<Canvas, MediaError> {
    let (width, height) = picture.dimensions();
    let planes =
        Planes { luma: picture.y(), blue: picture.u(), red: picture.v(), strides: picture.strides(), width, height };
    let incomplete = || MediaError::decode("the decoded picture is incomplete");
    let (wide, high) = (size.width as usize, size.height as usize);
    if (width, height) == (wide, high) && colours == Colours::BT709 {
        return Canvas::of(&planes).ok_or_else(incomplete);
    }
    let whole = colour::to_rgb(&planes, colours).ok_or_else(incomplete)?;
    let mut canvas = Canvas::new(wide, high);
    canvas.load(&on_black(whole, size)?);
    Ok(canvas)
}

/// The whole picture in another size, in its own shape.
fn on_black(picture: RgbImage, size: PixelSize) -> Result<RgbImage, MediaError> {
    let (width, height) = inscribed(picture.dimensions(), (size.width, size.height));
    let inner = if picture.dimensions() == (width, height) { picture } else { fill(&picture, width, height)? };
    if (width, height) == (size.width, size.height) {
        return Ok(inner);
    }
    let mut whole = RgbImage::from_pixel(size.width, size.height, Rgb([0; 3]));
    replace(&mut whole, &inner, ((size.width - width) / 2).into(), ((size.height - height) / 2).into());
    Ok(whole)
}

/// A film while it is written.
struct Film<'a> {
    file: BufWriter<&'a mut File>,
    survey: &'a Survey,
    time: &'a Time,
    coder: Coder,
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
    fn begin(
        file: &'a mut File,
        survey: &'a Survey,
        time: &'a Time,
        coder: Coder,
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
        Ok(Self { file, survey, time, coder, tables, room, pictures, sounds, noise, entry: None })
    }

    /// Codes what comes, frame by frame.
    fn code(
        &mut self,
        pictures: &Receiver<Picture>,
        step: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<(), JoinError> {
        let frames = self.time.total();
        let mut told = |frames_done| match step(Progress { frames_done, frames }) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(JoinError::Canceled),
        };
        told(0)?;
        let mut done = 0;
        for picture in pictures {
            if picture.begins && done > 0 {
                self.coder.begin_group();
            }
            for _ in 0..picture.frames {
                self.hear(f64::from(done) / self.time.fps() + AHEAD)?;
                let Coded { data, keyframe, entry } = self.coder.code(&picture.canvas)?;
                self.entry = entry.or(self.entry.take());
                let at = self.put(&data)?;
                let size = u32::try_from(data.len()).map_err(MediaError::encode)?;
                self.pictures.push(Entry { at, size, duration: self.time.clock.1, offset: 0, sync: keyframe });
                done += 1;
                told(done)?;
            }
        }
        self.hear(f64::INFINITY)
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

    /// Puts the tables into their room.
    fn finish(self, size: PixelSize, tags: Option<&Tags>) -> Result<(), JoinError> {
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
