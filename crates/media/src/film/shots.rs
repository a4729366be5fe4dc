//! One part of a film as its tables describe it: which coded frames are carried over, how long they are shown, and
//! whether they can be without the others. Files are closed again, so that a film may have any number of parts.

use std::path::PathBuf;

use lastframe_model::PixelSize;
use shiguredo_mp4::BoxType;
use shiguredo_mp4::boxes::{SampleEntry, TkhdBox};

use super::Part;
use super::sound::Found;
use crate::container::Movie;
use crate::samples::Sample;
use crate::{MediaError, decode, h264};

/// A part of a film.
#[derive(Debug)]
pub(super) struct Shot {
    pub path: PathBuf,
    /// Bytes of its file, by which it is known whether the file has changed.
    pub bytes: u64,
    pub title: String,
    pub size: PixelSize,
    pub timescale: u32,
    /// What all its frames need to be decoded; `None` when they need different things.
    pub entry: Option<SampleEntry>,
    /// How it is to be turned and how large it is to be shown.
    pub head: TkhdBox,
    /// The coded frames that are carried over, in decoding order.
    pub samples: Vec<Sample>,
    /// Frames that the film shows of it.
    pub frames: u32,
    /// Its clock's ticks that they are shown for.
    pub length: i64,
    /// Ticks of what is decoded and hidden before its first frame.
    pub hidden: i64,
    /// Whether the frame after them is carried over too, for a tick: it is repeated by the next part, and others need it.
    pub brief: bool,
    /// Whether what is shown can be carried over alone.
    pub exact: bool,
    /// Whether it can stand behind another part: it begins with a picture that starts afresh, and hides nothing.
    pub fresh: bool,
    /// Why its pictures cannot be decoded here.
    pub undecodable: Option<MediaError>,
    pub sound: Found,
}

impl Shot {
    /// Reads the tables of a part. `repeated`: the next part begins with the last frame of this one.
    pub fn open(part: &Part, repeated: bool) -> Result<Self, MediaError> {
        let mut movie = Movie::open(&part.path)?;
        let all = movie.presented();
        let count = part.frames.unwrap_or(movie.frames());
        let Some(shown) = usize::try_from(count).ok().and_then(|count| all.get(..count)) else {
            return Err(MediaError::NoSuchFrame { index: count.saturating_sub(1), frames: movie.frames() });
        };
        let Some((first, last)) = shown.first().zip(shown.last()) else {
            return Err(MediaError::unsupported("A part of no frames"));
        };
        let samples = movie.samples();
        let at = |index: usize| samples[index].shown_at;
        let wanted = shown.len() - usize::from(repeated);
        // When the frame after those that are wanted would be shown.
        let end = all.get(wanted).map_or_else(|| at(*last) + i64::from(samples[*last].duration), |next| at(*next));
        // The earlier of a repeated pair is left out where nothing was decoded after it.
        let deepest = |shown: &[usize]| shown.iter().copied().max().unwrap_or(0);
        let spare = wanted > 0 && deepest(shown) == *last;
        let brief = repeated && !spare;
        let carried = if brief { shown } else { &shown[..wanted] };
        let kept = &samples[..=deepest(carried)];
        let ascending = carried.windows(2).all(|pair| at(pair[0]) < at(pair[1]));
        let before = kept.iter().filter(|sample| sample.shown_at < at(*first)).count();
        let earliest = kept.iter().map(|sample| sample.shown_at).min().unwrap_or(0);
        let facts = movie.facts();
        let entry = movie.entry(&kept[0]).filter(|_| kept.iter().all(|sample| sample.entry == kept[0].entry));
        let mut shot = Self {
            path: part.path.clone(),
            bytes: movie.bytes(),
            title: part.title.clone(),
            size: PixelSize { width: facts.width, height: facts.height },
            timescale: movie.video().timescale(),
            entry: entry.cloned().map(plain),
            head: movie.head().clone(),
            samples: kept.to_vec(),
            frames: u32::try_from(wanted).unwrap_or(u32::MAX),
            length: end.saturating_sub(at(*first)),
            hidden: at(*first).saturating_sub(earliest),
            brief,
            // Everything up to the last of them is shown too, or hidden before the first.
            exact: ascending && before + carried.len() == kept.len(),
            fresh: kept[0].sync && before == 0 && *first == 0,
            undecodable: None,
            sound: Found::of(&movie, at(*first))?,
        };
        if shot.length < i64::from(wanted > 0) {
            return Err(MediaError::not_a_video("its frames are shown for no time"));
        }
        shot.undecodable = decode::check(&movie).err();
        if shot.fresh
            && let Some(SampleEntry::Avc1(entry)) = &shot.entry
        {
            shot.fresh = h264::starts_afresh(&movie.read(&shot.samples[0])?, &entry.avcc_box);
        }
        Ok(shot)
    }

    /// Seconds that the film shows of it.
    pub fn seconds(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "ticks of a video stay far under 2⁵³")]
        let ticks = self.length as f64;
        ticks / f64::from(self.timescale)
    }
}

/// A sample entry without the box that only tells how many bits a second there are: those differ from part to part.
fn plain(mut entry: SampleEntry) -> SampleEntry {
    let others = match &mut entry {
        SampleEntry::Avc1(entry) => &mut entry.unknown_boxes,
        SampleEntry::Hev1(entry) => &mut entry.unknown_boxes,
        SampleEntry::Hvc1(entry) => &mut entry.unknown_boxes,
        SampleEntry::Vp08(entry) => &mut entry.unknown_boxes,
        SampleEntry::Vp09(entry) => &mut entry.unknown_boxes,
        SampleEntry::Av01(entry) => &mut entry.unknown_boxes,
        _ => return entry,
    };
    others.retain(|other| other.box_type != BoxType::Normal(*b"btrt"));
    entry
}
