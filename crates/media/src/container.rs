//! The MP4 container: where each frame lies in the file and when it is shown.
//!
//! The boxes are decoded by `shiguredo_mp4`; the sample tables are walked here, because a table from
//! outside may promise four thousand million frames and must be checked against the file before
//! anything is reserved for it. Knows nothing of what is inside a frame.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use lastframe_model::MediaFacts;
use shiguredo_mp4::boxes::{ElstEntry, HdlrBox, MoovBox, SampleEntry, StblBox, StszBox, TrakBox};
use shiguredo_mp4::{Decode, Either};

use crate::{MediaError, boxes};

/// Frames a video may have, at 24 fps almost six hours.
const MAX_FRAMES: usize = 500_000;
/// Bytes a single coded frame may have.
const MAX_FRAME_BYTES: u32 = 64 << 20;

/// One coded frame, in decoding order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    /// Where it starts in the file, in bytes.
    pub offset: u64,
    /// Bytes.
    pub size: u32,
    /// Whether decoding can start here.
    pub sync: bool,
    /// When it is shown, in the track's time scale.
    pub shown_at: i64,
    /// How long it is shown, in the track's time scale, at least 1.
    pub duration: u32,
    /// Which sample entry (parameter sets) it belongs to.
    pub entry: usize,
}

/// The video track of an opened file.
#[derive(Debug)]
pub(crate) struct Movie {
    file: File,
    bytes: u64,
    timescale: u32,
    audio: bool,
    entries: Vec<SampleEntry>,
    samples: Vec<Sample>,
    /// Indices into `samples`, in the order in which the edit list shows them.
    presented: Vec<usize>,
}

impl Movie {
    /// Opens a file and reads its tables.
    pub fn open(path: &Path) -> Result<Self, MediaError> {
        let mut file = File::open(path)?;
        let (moov, bytes) = read_moov(&mut file)?;
        let audio =
            moov.trak_boxes.iter().any(|track| track.mdia_box.hdlr_box.handler_type == HdlrBox::HANDLER_TYPE_SOUN);
        let movie_timescale = moov.mvhd_box.timescale.get();
        let fragmented = moov.mvex_box.is_some();
        let track = moov
            .trak_boxes
            .into_iter()
            .find(|track| track.mdia_box.hdlr_box.handler_type == HdlrBox::HANDLER_TYPE_VIDE)
            .ok_or_else(|| MediaError::not_a_video("it has no video track"))?;
        Self::of_track(file, bytes, track, movie_timescale, audio, fragmented)
    }

    fn of_track(
        file: File,
        bytes: u64,
        track: TrakBox,
        movie_timescale: u32,
        audio: bool,
        fragmented: bool,
    ) -> Result<Self, MediaError> {
        let timescale = track.mdia_box.mdhd_box.timescale.get();
        let tables = track.mdia_box.minf_box.stbl_box;
        let samples = samples(&tables)?;
        if samples.is_empty() {
            return Err(if fragmented {
                MediaError::unsupported("A fragmented MP4")
            } else {
                MediaError::not_a_video("its video track has no frames")
            });
        }
        let end = samples.iter().map(|sample| sample.offset.saturating_add(u64::from(sample.size))).max().unwrap_or(0);
        if end > bytes {
            return Err(MediaError::Truncated { missing: end - bytes });
        }
        let edits = track.edts_box.and_then(|edits| edits.elst_box).map(|list| list.entries).unwrap_or_default();
        let presented = presented(&samples, &edits, timescale, movie_timescale);
        if presented.is_empty() {
            return Err(MediaError::not_a_video("its edit list shows no frame"));
        }
        Ok(Self { file, bytes, timescale, audio, entries: tables.stsd_box.entries, samples, presented })
    }

    /// What the tables say.
    pub fn facts(&self) -> MediaFacts {
        let (width, height) = self.entries.iter().find_map(pixel_size).unwrap_or_default();
        let ticks: u64 = self.presented.iter().map(|index| u64::from(self.samples[*index].duration)).sum();
        #[expect(clippy::cast_precision_loss, reason = "ticks and bytes of a video stay far under 2⁵³")]
        let (ticks, bytes) = (ticks as f64, self.bytes as f64);
        let seconds = ticks / f64::from(self.timescale);
        let frames = self.frames();
        MediaFacts { width, height, frames, fps: f64::from(frames) / seconds, seconds, audio: self.audio, bytes }
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

    /// The sample entry of a frame.
    pub fn entry(&self, sample: &Sample) -> Option<&SampleEntry> {
        self.entries.get(sample.entry)
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

/// Walks the sample tables of a track.
fn samples(tables: &StblBox) -> Result<Vec<Sample>, MediaError> {
    let count = match &tables.stsz_box {
        StszBox::Fixed { sample_count, .. } => *sample_count as usize,
        StszBox::Variable { entry_sizes } => entry_sizes.len(),
    };
    if count > MAX_FRAMES {
        return Err(MediaError::unsupported("A video of over 500,000 frames"));
    }
    let mut samples = Vec::with_capacity(count);
    place(tables, count, &mut samples)?;
    time(tables, &mut samples)?;
    match &tables.stss_box {
        None => samples.iter_mut().for_each(|sample| sample.sync = true),
        Some(sync) => {
            for number in &sync.sample_numbers {
                if let Some(sample) = samples.get_mut(number.get() as usize - 1) {
                    sample.sync = true;
                }
            }
        }
    }
    Ok(samples)
}

/// Fills in where each sample lies (`stsz`, `stsc`, `stco` or `co64`).
fn place(tables: &StblBox, count: usize, samples: &mut Vec<Sample>) -> Result<(), MediaError> {
    let size_of = |index: usize| match &tables.stsz_box {
        StszBox::Fixed { sample_size, .. } => sample_size.get(),
        StszBox::Variable { entry_sizes } => entry_sizes.get(index).copied().unwrap_or(0),
    };
    let (chunks, chunk_at): (usize, Box<dyn Fn(usize) -> u64>) = match &tables.stco_or_co64_box {
        Either::A(stco) => (stco.chunk_offsets.len(), Box::new(|index| u64::from(stco.chunk_offsets[index]))),
        Either::B(co64) => (co64.chunk_offsets.len(), Box::new(|index| co64.chunk_offsets[index])),
    };
    let runs = &tables.stsc_box.entries;
    let mut run = 0;
    for chunk in 0..chunks {
        while runs.get(run + 1).is_some_and(|next| next.first_chunk.get() as usize <= chunk + 1) {
            run += 1;
        }
        let Some(current) = runs.get(run).filter(|run| run.first_chunk.get() as usize <= chunk + 1) else {
            return Err(MediaError::not_a_video("its chunks are not described"));
        };
        let mut offset = chunk_at(chunk);
        for _ in 0..current.sample_per_chunk {
            if samples.len() == count {
                return Ok(());
            }
            let size = size_of(samples.len());
            if size > MAX_FRAME_BYTES {
                return Err(MediaError::not_a_video("a frame claims more than 64 MB"));
            }
            let entry = current.sample_description_index.get() as usize - 1;
            samples.push(Sample { offset, size, sync: false, shown_at: 0, duration: 1, entry });
            offset = offset.saturating_add(u64::from(size));
        }
    }
    if samples.len() < count {
        return Err(MediaError::not_a_video("its tables do not say where every frame is"));
    }
    Ok(())
}

/// Fills in when each sample is shown (`stts`, `ctts`).
fn time(tables: &StblBox, samples: &mut [Sample]) -> Result<(), MediaError> {
    let mut decoded_at = 0_i64;
    let mut rest = samples.iter_mut();
    'runs: for run in &tables.stts_box.entries {
        for _ in 0..run.sample_count {
            let Some(sample) = rest.next() else { break 'runs };
            sample.shown_at = decoded_at;
            sample.duration = run.sample_delta.max(1);
            decoded_at = decoded_at.saturating_add(i64::from(run.sample_delta));
        }
    }
    if rest.next().is_some() {
        return Err(MediaError::not_a_video("its tables do not say when every frame is shown"));
    }
    if let Some(offsets) = &tables.ctts_box {
        let mut rest = samples.iter_mut();
        'offsets: for run in &offsets.entries {
            for _ in 0..run.sample_count {
                let Some(sample) = rest.next() else { break 'offsets };
                sample.shown_at = sample.shown_at.saturating_add(run.sample_offset);
            }
        }
    }
    Ok(())
}

/// The samples that the edit list shows, in that order. A frame counts when more than an eighth of
/// it is visible: edits are in the movie's coarser time scale, so their ends are rounded.
fn presented(samples: &[Sample], edits: &[ElstEntry], timescale: u32, movie_timescale: u32) -> Vec<usize> {
    let mut by_time: Vec<usize> = (0..samples.len()).collect();
    by_time.sort_by_key(|index| samples[*index].shown_at);
    let windows: Vec<(i128, i128)> = edits
        .iter()
        .filter(|edit| edit.media_time >= 0)
        .map(|edit| {
            let start = i128::from(edit.media_time);
            let length = i128::from(edit.edit_duration) * i128::from(timescale) / i128::from(movie_timescale);
            (start, if edit.edit_duration == 0 { i128::MAX } else { start + length })
        })
        .take(64)
        .collect();
    if windows.is_empty() {
        return by_time;
    }
    let mut shown = Vec::new();
    for (start, end) in windows {
        for index in &by_time {
            let sample = &samples[*index];
            let (from, length) = (i128::from(sample.shown_at), i128::from(sample.duration));
            let visible = (from + length).min(end) - from.max(start);
            if visible * 8 > length && shown.len() < MAX_FRAMES {
                shown.push(*index);
            }
        }
    }
    shown
}
