//! The sound of a film: which AAC frame of which part, or silence, stands at each place of its track.
//!
//! Frames have a fixed length (1024 samples, some 21 ms), so a part's sound can begin up to half a frame early or late.
//! Every part is placed by where its pictures begin in the whole film, never by where the sound before it ended: what
//! was rounded at one seam is not carried to the next.

use shiguredo_mp4::boxes::SampleEntry;

use super::{PartSound, Sound};
use crate::MediaError;
use crate::aac::{Aac, FRAME};
use crate::container::Movie;
use crate::samples::Sample;

/// The sound of one part that can be carried over.
#[derive(Debug)]
pub(super) struct Heard {
    pub entry: SampleEntry,
    pub kind: Aac,
    /// Where each frame lies in the part's file.
    pub frames: Vec<(u64, u32)>,
    /// The sample of its own that is heard with the part's first picture; less than 0 when it begins later.
    start: i64,
}

/// What a part's file has for sound.
#[derive(Debug)]
pub(super) enum Found {
    None,
    /// Something that cannot be carried over.
    Other,
    Aac(Box<Heard>),
}

impl Found {
    /// Looks at the sound of a file whose first picture is shown at `shown` on the video's clock.
    pub fn of(movie: &Movie, shown: i64) -> Result<Self, MediaError> {
        let Some((track, samples)) = movie.sound()? else { return Ok(Self::None) };
        if samples.is_empty() {
            return Ok(Self::None);
        }
        let entries = &track.boxes.mdia_box.minf_box.stbl_box.stsd_box.entries;
        let [entry] = entries.as_slice() else { return Ok(Self::Other) };
        let Some(kind) = Aac::of(entry) else { return Ok(Self::Other) };
        let scale = f64::from(track.timescale());
        if !whole(&samples, scale, kind.rate) || track.edits().iter().filter(|edit| edit.media_time >= 0).count() > 1 {
            return Ok(Self::Other);
        }
        let (sound_delay, sound_begins) = track.beginning();
        let (video_delay, video_begins) = movie.video().beginning();
        #[expect(clippy::cast_precision_loss, reason = "ticks of a video stay far under 2⁵³")]
        let picture = video_delay + (shown - video_begins).max(0) as f64 / f64::from(movie.video().timescale());
        #[expect(clippy::cast_precision_loss, reason = "as above")]
        let seconds = picture - sound_delay + sound_begins as f64 / scale;
        let start = samples_in(seconds, kind.rate);
        let frames = samples.iter().map(|sample| (sample.offset, sample.size)).collect();
        Ok(Self::Aac(Box::new(Heard { entry: entry.clone(), kind, frames, start })))
    }

    /// Where its frames lie in the part's file.
    pub fn frames(&self) -> &[(u64, u32)] {
        self.heard().map_or(&[], |heard| &heard.frames)
    }

    fn heard(&self) -> Option<&Heard> {
        match self {
            Self::Aac(heard) => Some(heard),
            Self::None | Self::Other => None,
        }
    }
}

/// Whether a track is one frame after the other, without gaps.
fn whole(samples: &[Sample], timescale: f64, rate: u32) -> bool {
    let Some(last) = samples.last() else { return false };
    #[expect(clippy::cast_precision_loss, reason = "half a million frames at most")]
    let (told, is) = (last.decoded_at as f64 / timescale, (samples.len() - 1) as f64 * f64::from(FRAME));
    (told * f64::from(rate) - is).abs() < f64::from(FRAME)
}

fn samples_in(seconds: f64, rate: u32) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "within a day at most; a float that is not is clamped")]
    let samples = (seconds * f64::from(rate)).round().clamp(-1e12, 1e12) as i64;
    samples
}

/// What stands at one place of the track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    Silence,
    /// The frame of that number of the part.
    Frame(usize),
}

/// The sound track of a film.
#[derive(Clone, Debug)]
pub(super) struct Track {
    pub entry: SampleEntry,
    pub kind: Aac,
    /// For each part, what stands at its places, which follow each other.
    pub slots: Vec<Vec<Slot>>,
    /// The sample of the track that is heard with the film's first picture.
    pub start: u32,
}

impl Track {
    /// Samples from the beginning of the track to the beginning of a place.
    pub fn at(&self, place: usize) -> i64 {
        i64::try_from(place).unwrap_or(i64::MAX).saturating_mul(FRAME.into()) - i64::from(self.start)
    }
}

/// What becomes of the sound of each part: that of the first which has sound of a kind that can be carried over decides.
pub(super) fn kept(found: &[&Found]) -> Sound {
    let kind = found.iter().find_map(|found| found.heard()).map(|heard| heard.kind);
    let parts = found.iter().map(|found| match found {
        Found::None => PartSound::None,
        Found::Aac(heard) if Some(heard.kind) == kind => PartSound::Kept,
        Found::Aac(_) | Found::Other => PartSound::Dropped,
    });
    Sound { kept: kind.is_some(), parts: parts.collect() }
}

/// Lays the track out. `starts` are the times in seconds at which the parts begin, and behind them the end of the film.
pub(super) fn track<'a>(found: &[&'a Found], starts: &[f64]) -> Option<Track> {
    let first = found.iter().find_map(|found| found.heard())?;
    let (kind, entry) = (first.kind, first.entry.clone());
    let frame = i64::from(FRAME);
    let of = |part: &&'a Found| part.heard().filter(|heard| heard.kind == kind);
    // The first part is carried over with the frame before its first: a decoder needs that one to begin.
    let lead = found.first().and_then(of).map_or(0, |heard| heard.start);
    let start = if lead >= frame { frame + lead % frame } else { lead.max(0) };
    // The place nearest to a time.
    let place = |samples: i64| (samples + start + frame / 2).div_euclid(frame).max(0);
    let mut slots = Vec::with_capacity(found.len());
    for (index, (part, times)) in found.iter().zip(starts.windows(2)).enumerate() {
        let [begins, ends] = [times[0], times[1]].map(|seconds| samples_in(seconds, kind.rate));
        let from = if index == 0 { 0 } else { place(begins) };
        let last = index + 1 == found.len();
        let to = if last { (ends + start + frame - 1).div_euclid(frame) } else { place(ends) };
        let heard = of(part);
        let shift = heard.map_or(0, |heard| (begins - heard.start + start + frame / 2).div_euclid(frame));
        let count = heard.map_or(0, |heard| heard.frames.len());
        let at = |place: i64| {
            let number = usize::try_from(place - shift).ok().filter(|number| *number < count);
            number.map_or(Slot::Silence, Slot::Frame)
        };
        slots.push((from..to.max(from)).map(at).collect());
    }
    Some(Track { entry, kind, slots, start: u32::try_from(start).unwrap_or(0) })
}
