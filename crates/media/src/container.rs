//! The MP4 container: which tracks a file has, and the frames that it shows, in their order.
//!
//! The boxes are decoded by `shiguredo_mp4`, the sample tables by `samples`. Knows nothing of what is inside a frame.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use lastframe_model::MediaFacts;
use shiguredo_mp4::Decode;
use shiguredo_mp4::boxes::{ElstEntry, HdlrBox, MoovBox, SampleEntry, TkhdBox, TrakBox};

use crate::samples::{Sample, presented, samples};
use crate::turn::Turn;
use crate::{MediaError, boxes};

/// A track of a file, with the clock of the movie's edits.
#[derive(Debug)]
pub(crate) struct Track {
    /// Its boxes.
    pub boxes: TrakBox,
    /// Ticks a second of the lengths in its edit list.
    pub movie_timescale: u32,
}

impl Track {
    /// Its edits, first to last.
    pub fn edits(&self) -> &[ElstEntry] {
        let list = self.boxes.edts_box.as_ref().and_then(|edits| edits.elst_box.as_ref());
        list.map_or(&[], |list| &list.entries)
    }

    /// Ticks a second of its own clock.
    pub fn timescale(&self) -> u32 {
        self.boxes.mdia_box.mdhd_box.timescale.get()
    }

    /// Seconds before it begins, and the time on its own clock with which it begins then.
    pub fn beginning(&self) -> (f64, i64) {
        let edits = self.edits();
        let first = edits.iter().position(|edit| edit.media_time >= 0);
        let empty: u64 = edits[..first.unwrap_or(0)].iter().map(|edit| edit.edit_duration).sum();
        #[expect(clippy::cast_precision_loss, reason = "ticks of a video stay far under 2⁵³")]
        let delay = empty as f64 / f64::from(self.movie_timescale);
        (delay, first.map_or(0, |first| edits[first].media_time))
    }
}

/// The video track of an opened file, and its sound, if it has any.
#[derive(Debug)]
pub(crate) struct Movie {
    file: File,
    bytes: u64,
    video: Track,
    sound: Option<Track>,
    samples: Vec<Sample>,
    /// Indices into `samples`, in the order in which the edit list shows them.
    presented: Vec<usize>,
}

impl Movie {
    /// Opens a file and reads its tables. Those of the sound are not looked into.
    pub fn open(path: &Path) -> Result<Self, MediaError> {
        let mut file = File::open(path)?;
        let (moov, bytes) = read_moov(&mut file)?;
        let movie_timescale = moov.mvhd_box.timescale.get();
        let fragmented = moov.mvex_box.is_some();
        let mut tracks = moov.trak_boxes.into_iter().map(|boxes| Track { boxes, movie_timescale }).collect::<Vec<_>>();
        let mut taken = |handler: [u8; 4]| {
            let at = tracks.iter().position(|track| track.boxes.mdia_box.hdlr_box.handler_type == handler);
            at.map(|at| tracks.remove(at))
        };
        let video = taken(HdlrBox::HANDLER_TYPE_VIDE);
        let sound = taken(HdlrBox::HANDLER_TYPE_SOUN);
        let video = video.ok_or_else(|| MediaError::not_a_video("it has no video track"))?;
        let samples = samples(&video.boxes.mdia_box.minf_box.stbl_box)?;
        if samples.is_empty() {
            return Err(if fragmented {
                MediaError::unsupported("A fragmented MP4")
            } else {
                MediaError::not_a_video("its video track has no frames")
            });
        }
        within(&samples, bytes)?;
        let presented = presented(&samples, video.edits(), video.timescale(), movie_timescale);
        if presented.is_empty() {
            return Err(MediaError::not_a_video("its edit list shows no frame"));
        }
        Ok(Self { file, bytes, video, sound, samples, presented })
    }

    /// What the tables say.
    pub fn facts(&self) -> MediaFacts {
        let coded = self.entries().iter().find_map(pixel_size).unwrap_or_default();
        let (width, height) = self.turn().shown(coded);
        let ticks: u64 = self.presented.iter().map(|index| u64::from(self.samples[*index].duration)).sum();
        #[expect(clippy::cast_precision_loss, reason = "ticks and bytes of a video stay far under 2⁵³")]
        let (ticks, bytes) = (ticks as f64, self.bytes as f64);
        let seconds = ticks / f64::from(self.video.timescale());
        let frames = self.frames();
        MediaFacts {
            width,
            height,
            frames,
            fps: f64::from(frames) / seconds,
            seconds,
            audio: self.sound.is_some(),
            bytes,
        }
    }

    /// How many frames are shown.
    pub fn frames(&self) -> u32 {
        u32::try_from(self.presented.len()).unwrap_or(u32::MAX)
    }

    /// The decoding index of the frame that is shown as number `index`.
    pub fn shown(&self, index: u32) -> Option<usize> {
        self.presented.get(usize::try_from(index).ok()?).copied()
    }

    /// Every coded frame, in decoding order.
    pub fn samples(&self) -> &[Sample] {
        &self.samples
    }

    /// The decoding indices of the frames that are shown, in that order.
    pub fn presented(&self) -> &[usize] {
        &self.presented
    }

    /// The sample entry of a frame.
    pub fn entry(&self, sample: &Sample) -> Option<&SampleEntry> {
        self.entries().get(sample.entry)
    }

    fn entries(&self) -> &[SampleEntry] {
        &self.video.boxes.mdia_box.minf_box.stbl_box.stsd_box.entries
    }

    /// The video track.
    pub fn video(&self) -> &Track {
        &self.video
    }

    /// How it is to be turned and how large it is to be shown.
    pub fn head(&self) -> &TkhdBox {
        &self.video.boxes.tkhd_box
    }

    /// How its pictures are to be turned.
    pub fn turn(&self) -> Turn {
        Turn::of(&self.head().matrix)
    }

    /// Bytes of the whole file.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The sound track, and where each of its frames lies; all of them within the file.
    pub fn sound(&self) -> Result<Option<(&Track, Vec<Sample>)>, MediaError> {
        let Some(track) = &self.sound else { return Ok(None) };
        let samples = samples(&track.boxes.mdia_box.minf_box.stbl_box)?;
        within(&samples, self.bytes)?;
        Ok(Some((track, samples)))
    }

    /// Reads the bytes of one coded frame.
    pub fn read(&mut self, sample: &Sample) -> Result<Vec<u8>, MediaError> {
        self.file.seek(SeekFrom::Start(sample.offset))?;
        let mut data = vec![0; sample.size as usize];
        self.file.read_exact(&mut data)?;
        Ok(data)
    }
}

fn pixel_size(entry: &SampleEntry) -> Option<(u32, u32)> {
    let visual = match entry {
        SampleEntry::Avc1(entry) => &entry.visual,
        SampleEntry::Hev1(entry) => &entry.visual,
        SampleEntry::Hvc1(entry) => &entry.visual,
        SampleEntry::Vp08(entry) => &entry.visual,
        SampleEntry::Vp09(entry) => &entry.visual,
        SampleEntry::Av01(entry) => &entry.visual,
        _ => return None,
    };
    Some((u32::from(visual.width), u32::from(visual.height)))
}

/// Finds and decodes the `moov` box, wherever it stands, skipping over the pictures.
fn read_moov(file: &mut File) -> Result<(MoovBox, u64), MediaError> {
    let (boxes, bytes) = boxes::of_file(file, Some(b"moov"))?;
    let Some(moov) = boxes.iter().find(|found| &found.kind == b"moov") else {
        let end = boxes.last().map_or(0, |last| last.end);
        return Err(match end.checked_sub(bytes) {
            None | Some(0) => MediaError::not_a_video("it has no table of frames"),
            Some(missing) => MediaError::Truncated { missing },
        });
    };
    let data = boxes::read_tables(file, moov, moov.start, bytes)?;
    let decoded = MoovBox::decode(&data).map_err(|error| MediaError::not_a_video(error.reason))?;
    Ok((decoded.0, bytes))
}

/// Refuses tables that promise more than there is in the file.
fn within(samples: &[Sample], bytes: u64) -> Result<(), MediaError> {
    let end = samples.iter().map(|sample| sample.offset.saturating_add(u64::from(sample.size))).max().unwrap_or(0);
    if end > bytes { Err(MediaError::Truncated { missing: end - bytes }) } else { Ok(()) }
}
