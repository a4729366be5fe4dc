//! What of a film can be coded beside the rest of it: units that begin with a key frame of the film and, in the files of
//! their parts, where decoding can start without anything from before.

use std::ops::Range;

use shiguredo_mp4::boxes::SampleEntry;

use super::plan::Survey;
use super::shots::Shot;
use super::time::Time;
use crate::container::Movie;
use crate::h264;

/// Seconds of a unit at least: a key frame more in so long a time, and a coder and a decoder made anew, are no loss.
const LEAST_SECONDS: f64 = 2.0;
/// Units for each worker at most. A few, so that in the end none waits long for the others; and each that waits for its
/// turn holds a file open.
const FOR_EACH_WORKER: u32 = 8;

/// Frames that a part shows one after the other.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub part: usize,
    /// By their places among all frames that the part shows.
    pub places: Range<usize>,
}

/// What one coder codes: all of its runs but the first begin a part.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Unit {
    pub runs: Vec<Run>,
}

/// Cuts a film into units for so many workers. For one, all of it is a unit.
///
/// All units but the last have two frames or more: the key frames that two coders begin with bear the same number, and
/// two with the same number may not follow each other (ITU-T H.264, 7.4.3, `idr_pic_id`).
pub(super) fn units(survey: &Survey, time: &Time, workers: usize) -> Vec<Unit> {
    let least = if workers <= 1 { u32::MAX } else { least(time, workers) };
    let mut units = Vec::new();
    let mut unit = Unit::default();
    let mut begun = 0;
    for (part, shot) in survey.shots.iter().enumerate() {
        let mut from = 0;
        let begins = time.frames[part];
        if begins - begun >= least {
            units.push(std::mem::take(&mut unit));
            begun = begins;
        }
        let mut cuts = if time.frames[part + 1] - begun > least { Cuts::of(shot) } else { None };
        while let Some((place, seconds)) = cuts.as_mut().and_then(Cuts::next) {
            let frame = time.reached(part, seconds);
            if frame - begun >= least && cuts.as_mut().is_some_and(Cuts::is_clean) {
                unit.runs.push(Run { part, places: from..place });
                units.push(std::mem::take(&mut unit));
                (from, begun) = (place, frame);
            }
        }
        unit.runs.push(Run { part, places: from..shot.frames as usize });
    }
    units.push(unit);
    units
}

/// Frames of a unit at least.
fn least(time: &Time, workers: usize) -> u32 {
    let most = u32::try_from(workers).unwrap_or(u32::MAX).saturating_mul(FOR_EACH_WORKER);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "two seconds of 120 frames at most")]
    let two_seconds = (time.fps() * LEAST_SECONDS).ceil() as u32;
    time.total().div_ceil(most).max(two_seconds).max(2)
}

/// Where a part may be cut: at frames before which everything is decoded that is shown before them, and nothing else.
struct Cuts {
    movie: Movie,
    /// What is left of them: their places, and when they are shown, in seconds from the part's first frame.
    left: std::vec::IntoIter<(usize, f64)>,
    /// The decoding index of the last that was given.
    index: usize,
}

impl Cuts {
    /// `None` for a part that is better left whole. What is wrong with it is said when it is decoded.
    fn of(shot: &Shot) -> Option<Self> {
        let movie = Movie::open(&shot.path).ok().filter(|movie| movie.bytes() == shot.bytes)?;
        let samples = movie.samples();
        let shown = movie.presented().get(..shot.frames as usize)?;
        let at = |index: usize| samples[index].shown_at;
        if shown.windows(2).any(|pair| at(pair[0]) >= at(pair[1])) {
            return None;
        }
        // From each coded frame on, the earliest time at which one is shown.
        let mut earliest = vec![i64::MAX; samples.len() + 1];
        for (index, sample) in samples.iter().enumerate().rev() {
            earliest[index] = earliest[index + 1].min(sample.shown_at);
        }
        let first = at(*shown.first()?);
        let mut latest = i64::MIN;
        let mut cuts = Vec::new();
        for (index, sample) in samples.iter().enumerate() {
            let apart = latest < sample.shown_at && sample.shown_at < earliest[index + 1];
            let place = shown.partition_point(|other| at(*other) < sample.shown_at);
            if sample.sync && apart && place > 0 && shown.get(place) == Some(&index) {
                #[expect(clippy::cast_precision_loss, reason = "ticks of a video stay far under 2⁵³")]
                cuts.push((place, (sample.shown_at - first) as f64 / f64::from(shot.timescale)));
            }
            latest = latest.max(sample.shown_at);
        }
        Some(Self { movie, left: cuts.into_iter(), index: 0 })
    }

    fn next(&mut self) -> Option<(usize, f64)> {
        let (place, seconds) = self.left.next()?;
        self.index = self.movie.presented()[place];
        Some((place, seconds))
    }

    /// Whether the frame that was given last is one that a decoder can start from, whatever the tables say.
    fn is_clean(&mut self) -> bool {
        let sample = self.movie.samples()[self.index];
        let Some(SampleEntry::Avc1(entry)) = self.movie.entry(&sample).cloned() else { return false };
        self.movie.read(&sample).is_ok_and(|data| h264::starts_afresh(&data, &entry.avcc_box))
    }
}
