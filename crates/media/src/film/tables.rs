//! The tables of a film: what stands in its `moov`. Sample entries and frames come from elsewhere; here it is only said
//! where they lie and when they are shown.
//!
//! Chapters are told twice, since no player reads both ways: in a list (`chpl`, as Nero began it) and in a text track that
//! the video names (as QuickTime began it).

use std::num::NonZeroU32;

use lastframe_model::PixelSize;
use shiguredo_mp4::boxes::{
    Co64Box, CttsBox, CttsEntry, DinfBox, EdtsBox, ElstBox, ElstEntry, HdlrBox, MdhdBox, MdiaBox, MediaHeader, MinfBox,
    MoovBox, MvhdBox, SampleEntry, SmhdBox, StblBox, StcoBox, StscBox, StscEntry, StsdBox, StssBox, StszBox, SttsBox,
    TkhdBox, TrakBox, UnknownBox, VmhdBox,
};
use shiguredo_mp4::{BoxSize, BoxType, Either, Encode, FixedPointNumber, LanguageCode, Mp4FileTime};

use crate::MediaError;
use crate::boxes::{Kind, MAX_TABLES};
use crate::tags::{self, Tags, Unusual, boxed};

/// Chapters that a list holds at most; its titles have 255 bytes at most.
const MOST_LISTED: usize = 255;

/// One coded frame of a track.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    /// Where it lies, counted from the first byte of all frames.
    pub at: u64,
    /// Bytes.
    pub size: u32,
    /// Until the next is decoded, in ticks of the track.
    pub duration: u32,
    /// From decoding to showing, in ticks of the track.
    pub offset: u32,
    /// Whether decoding can start here.
    pub sync: bool,
}

/// What a track holds.
#[derive(Clone, Debug)]
pub(super) enum Content {
    /// With how it is turned and shown.
    Video(TkhdBox),
    Sound,
    Chapters,
}

/// One track.
#[derive(Clone, Debug)]
pub(super) struct Track {
    pub content: Content,
    pub timescale: u32,
    pub entry: SampleEntry,
    pub samples: Vec<Entry>,
    /// The time on its clock that stands at the beginning of the film.
    pub start: u64,
}

/// A chapter.
#[derive(Clone, Debug)]
pub(super) struct Chapter {
    /// When it begins, in ticks of the film.
    pub start: u64,
    pub title: String,
}

/// All tables of a film.
#[derive(Clone, Debug)]
pub(super) struct Tables {
    /// Ticks a second of the film: those of its video.
    pub timescale: u32,
    /// In those ticks.
    pub duration: u64,
    /// The video first.
    pub tracks: Vec<Track>,
    pub chapters: Vec<Chapter>,
    /// Bytes of all frames.
    pub bytes: u64,
}

impl Tables {
    /// The whole `moov`. `base` is where the first byte of all frames lies in the file. Its length is the same for every
    /// `base` if `wide` is.
    pub fn moov(&self, base: u64, tags: Option<&Tags>) -> Result<Vec<u8>, MediaError> {
        let wide = self.bytes.saturating_add(2 * MAX_TABLES) > u32::MAX.into();
        let ids = 1..;
        let chapters = self.tracks.iter().position(|track| matches!(track.content, Content::Chapters));
        let named = chapters.and_then(|at| u32::try_from(at + 1).ok());
        let tracks = self.tracks.iter().zip(ids).map(|(track, id)| self.track(track, id, named, (base, wide)));
        let moov = MoovBox {
            mvhd_box: MvhdBox {
                creation_time: Mp4FileTime::from_secs(0),
                modification_time: Mp4FileTime::from_secs(0),
                timescale: clock(self.timescale)?,
                duration: self.duration,
                rate: MvhdBox::DEFAULT_RATE,
                volume: MvhdBox::DEFAULT_VOLUME,
                matrix: MvhdBox::DEFAULT_MATRIX,
                next_track_id: u32::try_from(self.tracks.len() + 1).map_err(MediaError::encode)?,
            },
            trak_boxes: tracks.collect::<Result<_, _>>()?,
            mvex_box: None,
            unknown_boxes: vec![other(*b"udta", boxed(*b"chpl", &[&self.list()]).map_err(unusual)?)?],
        };
        let whole = moov.encode_to_vec().map_err(MediaError::encode)?;
        let content = whole.get(8..).unwrap_or_default();
        let whole = match tags {
            None => whole,
            Some(tags) => boxed(*b"moov", &[&tags::tagged(content, tags).map_err(unusual)?]).map_err(unusual)?,
        };
        if whole.len() as u64 > MAX_TABLES {
            return Err(MediaError::encode("the film's tables would have over 64 MB"));
        }
        Ok(whole)
    }

    fn track(
        &self,
        track: &Track,
        id: u32,
        chapters: Option<u32>,
        (base, wide): (u64, bool),
    ) -> Result<TrakBox, MediaError> {
        let mut head = TkhdBox { track_id: id, duration: self.duration, ..track_head(0, 0) };
        let mut beside = Vec::new();
        let (handler_type, media_header, header) = match &track.content {
            Content::Video(as_before) => {
                (head.matrix, head.width, head.height) = (as_before.matrix, as_before.width, as_before.height);
                if let Some(chapters) = chapters {
                    beside.push(other(*b"tref", boxed(*b"chap", &[&chapters.to_be_bytes()]).map_err(unusual)?)?);
                }
                (HdlrBox::HANDLER_TYPE_VIDE, Some(MediaHeader::Vmhd(VmhdBox::default())), Vec::new())
            }
            Content::Sound => {
                head.volume = TkhdBox::DEFAULT_AUDIO_VOLUME;
                let header = MediaHeader::Smhd(SmhdBox::default());
                (HdlrBox::HANDLER_TYPE_SOUN, Some(header), Vec::new())
            }
            // Not enabled: it is no subtitle.
            Content::Chapters => {
                head.flag_track_enabled = false;
                (*b"text", None, vec![other(*b"gmhd", text_header()?)?])
            }
        };
        let ticks: u64 = track.samples.iter().map(|sample| u64::from(sample.duration)).sum();
        let edits = vec![ElstEntry {
            edit_duration: self.duration,
            media_time: i64::try_from(track.start).map_err(MediaError::encode)?,
            media_rate: FixedPointNumber::new(1, 0),
        }];
        Ok(TrakBox {
            tkhd_box: head,
            edts_box: Some(EdtsBox { elst_box: Some(ElstBox { entries: edits }), unknown_boxes: Vec::new() }),
            mdia_box: MdiaBox {
                mdhd_box: MdhdBox {
                    creation_time: Mp4FileTime::from_secs(0),
                    modification_time: Mp4FileTime::from_secs(0),
                    timescale: clock(track.timescale)?,
                    duration: ticks,
                    language: LanguageCode::UNDEFINED,
                },
                hdlr_box: HdlrBox { handler_type, name: vec![0] },
                minf_box: MinfBox {
                    media_header,
                    dinf_box: DinfBox::LOCAL_FILE,
                    stbl_box: samples(track, base, wide)?,
                    unknown_boxes: header,
                },
                unknown_boxes: Vec::new(),
            },
            unknown_boxes: beside,
        })
    }

    /// The content of a `chpl`: version 1, then for each chapter its beginning in units of 100 ns and its title.
    fn list(&self) -> Vec<u8> {
        let listed = &self.chapters[..self.chapters.len().min(MOST_LISTED)];
        let mut list = vec![1, 0, 0, 0, 0, 0, 0, 0, u8::try_from(listed.len()).unwrap_or(u8::MAX)];
        for chapter in listed {
            let start = u128::from(chapter.start) * 10_000_000 / u128::from(self.timescale.max(1));
            let title = &chapter.title[..chapter.title.floor_char_boundary(255)];
            list.extend(u64::try_from(start).unwrap_or(u64::MAX).to_be_bytes());
            list.push(u8::try_from(title.len()).unwrap_or(0));
            list.extend(title.as_bytes());
        }
        list
    }
}

/// The head of a video track that is shown as it is.
pub(super) fn upright(size: PixelSize) -> Result<TkhdBox, MediaError> {
    let pixels = |side: u32| i16::try_from(side).map_err(MediaError::encode);
    Ok(track_head(pixels(size.width)?, pixels(size.height)?))
}

fn track_head(width: i16, height: i16) -> TkhdBox {
    TkhdBox {
        flag_track_enabled: true,
        flag_track_in_movie: true,
        flag_track_in_preview: false,
        flag_track_size_is_aspect_ratio: false,
        creation_time: Mp4FileTime::from_secs(0),
        modification_time: Mp4FileTime::from_secs(0),
        track_id: 1,
        duration: 0,
        layer: TkhdBox::DEFAULT_LAYER,
        alternate_group: TkhdBox::DEFAULT_ALTERNATE_GROUP,
        volume: TkhdBox::DEFAULT_VIDEO_VOLUME,
        matrix: TkhdBox::DEFAULT_MATRIX,
        width: FixedPointNumber::new(width, 0),
        height: FixedPointNumber::new(height, 0),
    }
}

/// What the text track holds for a chapter: the length of the title, the title, and that it is UTF-8.
pub(super) fn chapter_text(title: &str) -> Vec<u8> {
    let title = &title[..title.floor_char_boundary(4096)];
    let length = u16::try_from(title.len()).unwrap_or(0).to_be_bytes();
    [&length[..], title.as_bytes(), &[0, 0, 0, 12], b"encd", &[0, 0, 1, 0]].concat()
}

/// The sample entry of that track (QuickTime File Format, "Text sample description"): plain, centred text.
pub(super) fn chapter_entry() -> SampleEntry {
    let mut payload = vec![0; 51];
    payload[7] = 1; // its data lies in this file
    payload[15] = 1; // centred
    let size = BoxSize::U32(8 + 51);
    SampleEntry::Unknown(UnknownBox { box_type: BoxType::Normal(*b"text"), box_size: size, payload })
}

/// The media header of that track: `gmin` with the usual mode and colours, and `text` with a matrix that turns nothing.
fn text_header() -> Result<Vec<u8>, MediaError> {
    let general = [0, 0, 0, 0, 0, 0x40, 0x80, 0, 0x80, 0, 0x80, 0, 0, 0, 0, 0];
    let matrix: Vec<u8> = TkhdBox::DEFAULT_MATRIX.iter().flat_map(|value| value.to_be_bytes()).collect();
    let (general, text) = (boxed(*b"gmin", &[&general]), boxed(*b"text", &[&matrix]));
    Ok([general.map_err(unusual)?, text.map_err(unusual)?].concat())
}

fn other(kind: Kind, payload: Vec<u8>) -> Result<UnknownBox, MediaError> {
    let size = BoxSize::U32(u32::try_from(payload.len() + 8).map_err(MediaError::encode)?);
    Ok(UnknownBox { box_type: BoxType::Normal(kind), box_size: size, payload })
}

fn unusual(why: Unusual) -> MediaError {
    MediaError::encode(why.0)
}

fn clock(timescale: u32) -> Result<NonZeroU32, MediaError> {
    NonZeroU32::new(timescale).ok_or_else(|| MediaError::encode("no time scale"))
}

/// Frames that lie one behind the other.
struct Chunk {
    at: u64,
    end: u64,
    samples: u32,
}

fn samples(track: &Track, base: u64, wide: bool) -> Result<StblBox, MediaError> {
    let samples = &track.samples;
    let mut chunks: Vec<Chunk> = Vec::new();
    for sample in samples {
        let end = sample.at + u64::from(sample.size);
        match chunks.last_mut() {
            Some(chunk) if chunk.end == sample.at => (chunk.end, chunk.samples) = (end, chunk.samples + 1),
            _ => chunks.push(Chunk { at: sample.at, end, samples: 1 }),
        }
    }
    let mut runs: Vec<StscEntry> = Vec::new();
    for (chunk, number) in chunks.iter().zip(1..) {
        if runs.last().is_none_or(|run| run.sample_per_chunk != chunk.samples) {
            let first_chunk = NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
            let index = NonZeroU32::MIN;
            runs.push(StscEntry { first_chunk, sample_per_chunk: chunk.samples, sample_description_index: index });
        }
    }
    let mut offsets: Vec<CttsEntry> = Vec::new();
    for sample in samples {
        let offset = i64::from(sample.offset);
        match offsets.last_mut() {
            Some(run) if run.sample_offset == offset => run.sample_count += 1,
            _ => offsets.push(CttsEntry { sample_count: 1, sample_offset: offset }),
        }
    }
    let delayed = samples.iter().any(|sample| sample.offset != 0);
    let synced = (1..).zip(samples).filter(|(_, sample)| sample.sync).filter_map(|(number, _)| NonZeroU32::new(number));
    let all = samples.iter().all(|sample| sample.sync);
    let place = |chunk: &Chunk| base + chunk.at;
    Ok(StblBox {
        stsd_box: StsdBox { entries: vec![track.entry.clone()] },
        stts_box: SttsBox::from_sample_deltas(samples.iter().map(|sample| sample.duration))
            .map_err(MediaError::encode)?,
        ctts_box: delayed.then_some(CttsBox { version: 0, entries: offsets }),
        cslg_box: None,
        stsc_box: StscBox { entries: runs },
        stsz_box: StszBox::Variable { entry_sizes: samples.iter().map(|sample| sample.size).collect() },
        stco_or_co64_box: if wide {
            Either::B(Co64Box { chunk_offsets: chunks.iter().map(place).collect() })
        } else {
            let offsets = chunks.iter().map(|chunk| u32::try_from(place(chunk)).map_err(MediaError::encode));
            Either::A(StcoBox { chunk_offsets: offsets.collect::<Result<_, _>>()? })
        },
        stss_box: (!all).then(|| StssBox { sample_numbers: synced.collect() }),
        sdtp_box: None,
        unknown_boxes: Vec::new(),
    })
}
