//! The sample tables of a track: where each coded frame lies, when it is decoded, and when it is shown.
//!
//! They are walked here because a table from outside may promise four thousand million frames and must be checked before
//! anything is reserved for it. The same for pictures and for sound; knows nothing of what is inside a frame.

use shiguredo_mp4::Either;
use shiguredo_mp4::boxes::{ElstEntry, StblBox, StszBox};

use crate::MediaError;

/// Frames a video may have, at 24 fps almost six hours.
pub(crate) const MAX_FRAMES: usize = 500_000;
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
    /// When it is decoded, in the track's time scale.
    pub decoded_at: i64,
    /// When it is shown, in the track's time scale.
    pub shown_at: i64,
    /// How long it is shown, in the track's time scale, at least 1.
    pub duration: u32,
    /// Which sample entry (parameter sets) it belongs to.
    pub entry: usize,
}

/// Walks the sample tables of a track.
///
/// # Errors
///
/// [`MediaError::NotAVideo`] when the tables contradict each other, [`MediaError::Unsupported`] for over 500,000 frames.
pub(crate) fn samples(tables: &StblBox) -> Result<Vec<Sample>, MediaError> {
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
            samples.push(Sample { offset, size, sync: false, decoded_at: 0, shown_at: 0, duration: 1, entry });
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
            sample.decoded_at = decoded_at;
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
pub(crate) fn presented(samples: &[Sample], edits: &[ElstEntry], timescale: u32, movie_timescale: u32) -> Vec<usize> {
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
