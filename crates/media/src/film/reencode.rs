//! A film coded anew, once: for parts that cannot be joined as they are.
//!
//! Several workers code units of it beside each other. What is finished before its turn waits in a file without a name
//! beside the film, where there must be room for it anyhow: a unit without a key frame to cut it at may be of any length,
//! and would be too much for the memory. One worker writes into the film itself.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, Write};
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use lastframe_model::PixelSize;
use shiguredo_mp4::boxes::SampleEntry;

use super::coding::Anew;
use super::join::beside;
use super::plan::Survey;
use super::time::Time;
use super::units::{Unit, units};
use super::written::Film;
use super::{JoinError, Part, Progress};
use crate::copy::placed;
use crate::write::Coded;
use crate::{MediaError, Tags};

/// Workers at most: each holds some dozens of pictures in memory, half a gigabyte of the largest ones.
const MOST_WORKERS: usize = 8;

/// Codes all parts once, as one MP4 of `size` at `fps` frames a second (1 – 120), in which every picture is the one that
/// the parts show at that time. Pictures of another shape are shown whole, on black. `target` is replaced if it exists; it
/// appears whole, or not at all. `step` is asked before the first frame and after each, and again
/// while finished frames are put in their places.
///
/// It is coded by about half as many workers as the computer has cores, since each takes two threads.
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
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    reencode_with(parts, target, size, fps, (cores / 2).min(MOST_WORKERS), tags, step)
}

/// As [`reencode`], with so many workers, at least one. With one worker all frames are coded by the same coder; with more
/// there are some more key frames.
///
/// # Errors
///
/// As [`reencode`].
pub fn reencode_with(
    parts: &[Part],
    target: &Path,
    size: PixelSize,
    fps: f64,
    workers: usize,
    tags: Option<&Tags>,
    step: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<(), JoinError> {
    beside(parts, target)?;
    let mut survey = Survey::of(parts)?;
    survey.decodable()?;
    let time = Time::of(&survey, fps)?;
    let anew = Anew { survey: &survey, time: &time, size };
    let coder = anew.coder()?;
    let units = units(&survey, &time, workers);
    placed(target, |file| {
        let mut film = Film::begin(file, &survey, &time, tags)?;
        let mut report = Report { done: 0, frames: time.total(), step };
        report.tell()?;
        if let [all] = units.as_slice() {
            anew.code(all, coder, &mut |coded| {
                film.add(coded)?;
                report.coded()
            })?;
        } else {
            drop(coder);
            side_by_side(&anew, &units, workers, target, &mut film, &mut report)?;
        }
        film.finish(size, tags)
    })
}

/// Tells how far it is, and hears whether it is called off.
struct Report<'a> {
    /// Frames coded, by whomever.
    done: u32,
    frames: u32,
    step: &'a mut dyn FnMut(Progress) -> ControlFlow<()>,
}

impl Report<'_> {
    fn coded(&mut self) -> Result<(), JoinError> {
        self.done += 1;
        self.tell()
    }

    fn tell(&mut self) -> Result<(), JoinError> {
        match (self.step)(Progress { frames_done: self.done, frames: self.frames }) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(JoinError::Canceled),
        }
    }
}

/// What a worker has to say.
enum Word {
    /// A frame is coded.
    Frame,
    /// A unit is finished, or cannot be.
    Unit(usize, Box<Result<Waiting, JoinError>>),
}

/// A finished unit that waits for its turn.
struct Waiting {
    file: File,
    /// Bytes of each frame, and whether decoding can start there.
    frames: Vec<(usize, bool)>,
    entry: Option<SampleEntry>,
}

/// Has the units coded by several workers, and puts them into the film in their order.
fn side_by_side(
    anew: &Anew<'_>,
    units: &[Unit],
    workers: usize,
    target: &Path,
    film: &mut Film<'_>,
    report: &mut Report<'_>,
) -> Result<(), JoinError> {
    let (next, failed) = (AtomicUsize::new(0), AtomicUsize::new(usize::MAX));
    thread::scope(|scope| {
        let (sender, words) = channel();
        for _ in 0..workers.min(units.len()) {
            let (sender, next, failed) = (sender.clone(), &next, &failed);
            scope.spawn(move || {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    // What comes behind a unit that cannot be coded is in vain.
                    let Some(unit) = units.get(number).filter(|_| number < failed.load(Ordering::Relaxed)) else {
                        break;
                    };
                    let finished = set_aside(anew, unit, target, &sender);
                    if finished.is_err() {
                        failed.fetch_min(number, Ordering::Relaxed);
                    }
                    if sender.send(Word::Unit(number, Box::new(finished))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        // When this returns nobody hears the workers any more, and each ends with the frame that it is at.
        in_order(words, units.len(), film, report)
    })
}

/// Codes a unit into a file without a name, beside the film.
fn set_aside(anew: &Anew<'_>, unit: &Unit, target: &Path, told: &Sender<Word>) -> Result<Waiting, JoinError> {
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let mut file = BufWriter::new(tempfile::tempfile_in(folder)?);
    let mut frames = Vec::new();
    let mut first = None;
    anew.code(unit, anew.coder()?, &mut |Coded { data, keyframe, entry }| {
        first = entry.or(first.take());
        file.write_all(&data)?;
        frames.push((data.len(), keyframe));
        told.send(Word::Frame).map_err(|_| JoinError::Canceled)
    })?;
    let file = file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    Ok(Waiting { file, frames, entry: first })
}

/// Puts units into the film, each as soon as all before it are there. Of several that failed the first is told.
fn in_order(
    words: Receiver<Word>,
    units: usize,
    film: &mut Film<'_>,
    report: &mut Report<'_>,
) -> Result<(), JoinError> {
    let mut waiting = BTreeMap::new();
    let mut next = 0;
    for word in words {
        match word {
            Word::Frame => report.coded()?,
            Word::Unit(number, finished) => {
                waiting.insert(number, finished);
            }
        }
        while let Some(unit) = waiting.remove(&next) {
            take((*unit)?, film, report)?;
            next += 1;
        }
    }
    if next == units { Ok(()) } else { Err(MediaError::encode("a worker failed").into()) }
}

fn take(unit: Waiting, film: &mut Film<'_>, report: &mut Report<'_>) -> Result<(), JoinError> {
    let Waiting { mut file, frames, mut entry } = unit;
    file.rewind()?;
    let mut source = BufReader::new(file);
    for (bytes, keyframe) in frames {
        let mut data = vec![0; bytes];
        source.read_exact(&mut data)?;
        film.add(Coded { data, keyframe, entry: entry.take() })?;
        report.tell()?;
    }
    Ok(())
}
