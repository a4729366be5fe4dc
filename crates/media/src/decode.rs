//! Single frames out of an H.264 MP4. Only the group of pictures that holds the frame is decoded.
//!
//! The decoder hands out pictures in presentation order, some of them late: it is fed without
//! flushing and flushed once at the end, or the last pictures of a stream with B-frames are lost.

use std::ops::RangeInclusive;
use std::path::Path;

use image::RgbImage;
use openh264::OpenH264API;
use openh264::decoder::{DecodedYUV, Decoder, DecoderConfig, Flush};
use openh264::formats::YUVSource;
use shiguredo_mp4::boxes::{Avc1Box, SampleEntry};

use crate::MediaError;
use crate::colour::{self, Planes};
use crate::container::Movie;
use crate::h264::{self, Colours};
use crate::samples::Sample;

/// Key frames looked at for one that needs nothing from before: each is read for it.
const MAX_KEYS: usize = 250;
/// Frames decoded for one picture at most: a longer group of pictures is refused.
pub(crate) const MAX_GROUP: usize = 3000;
/// Frames that may be decoded after a key frame and shown before it. H.264 reorders by 16 at most; each costs the
/// memory of a picture.
pub(crate) const MAX_LEADING: usize = 32;

/// The last frame that a video shows, upright.
///
/// # Errors
///
/// As [`crate::probe`], and [`MediaError::Decode`] for a damaged stream,
/// [`MediaError::Unsupported`] for anything but 8-bit 4:2:0 H.264.
pub fn last_frame(path: &Path) -> Result<RgbImage, MediaError> {
    let mut movie = Movie::open(path)?;
    let last = movie.frames().saturating_sub(1);
    frame_of(&mut movie, last)
}

/// The frame that a video shows as number `index`, counted from 0 in presentation order, upright.
///
/// # Errors
///
/// As [`last_frame`], and [`MediaError::NoSuchFrame`] beyond the end.
pub fn frame_at(path: &Path, index: u32) -> Result<RgbImage, MediaError> {
    frame_of(&mut Movie::open(path)?, index)
}

/// The first and the last frame that a video shows, upright. Where one cannot be decoded without the other, which is so in
/// most short clips, they are decoded together.
///
/// # Errors
///
/// As [`last_frame`]: also where one of them alone could be had.
pub fn first_and_last_frame(path: &Path) -> Result<(RgbImage, RgbImage), MediaError> {
    let mut movie = Movie::open(path)?;
    let (first, last) = (target(&movie, 0)?, target(&movie, movie.frames().saturating_sub(1))?);
    if start(&mut movie, first.max(last))? <= first.min(last) {
        let mut both = frames_of(&mut movie, &[first, last])?.into_iter();
        if let (Some(first), Some(last)) = (both.next(), both.next()) {
            return Ok((first, last));
        }
    }
    let mut alone = |sample| frames_of(&mut movie, &[sample])?.pop().ok_or_else(no_picture);
    Ok((alone(first)?, alone(last)?))
}

fn no_picture() -> MediaError {
    MediaError::decode("the decoder gave no picture for this frame")
}

/// The place of a frame among the samples.
fn target(movie: &Movie, index: u32) -> Result<usize, MediaError> {
    movie.shown(index).ok_or_else(|| MediaError::NoSuchFrame { index, frames: movie.frames() })
}

/// The place of the sample where decoding has to start for this one: the nearest one that needs nothing from before. A key
/// frame of an open group is passed over, since the decoder does not begin there; it is taken where there is no other.
fn start(movie: &mut Movie, target: usize) -> Result<usize, MediaError> {
    let keys: Vec<usize> = (0..=target).rev().filter(|place| movie.samples()[*place].sync).collect();
    let nearest = *keys.first().ok_or_else(|| MediaError::not_a_video("it has no frame to start decoding from"))?;
    for key in keys.into_iter().take(MAX_KEYS).filter(|key| target - key <= MAX_GROUP) {
        let sample = movie.samples()[key];
        let avc = avc_of(movie, sample.entry)?;
        check_format(&avc)?;
        if h264::starts_afresh(&movie.read(&sample)?, &avc.avcc_box) {
            return Ok(key);
        }
    }
    Ok(nearest)
}

fn frame_of(movie: &mut Movie, index: u32) -> Result<RgbImage, MediaError> {
    let target = target(movie, index)?;
    frames_of(movie, &[target])?.pop().ok_or_else(no_picture)
}

/// The pictures of samples of one group, in the order in which they are asked for; the last of them is decoded last.
fn frames_of(movie: &mut Movie, targets: &[usize]) -> Result<Vec<RgbImage>, MediaError> {
    let samples = needed(movie, targets)?;
    let shown_before = |target: &usize| {
        let shown_at = movie.samples()[*target].shown_at;
        samples.iter().filter(|sample| sample.shown_at < shown_at).count()
    };
    let ranks: Vec<usize> = targets.iter().map(shown_before).collect();
    let leading = samples.iter().filter(|sample| sample.shown_at < samples[0].shown_at).count();
    if leading > MAX_LEADING {
        return Err(MediaError::decode("too many frames are shown before their key frame"));
    }

    let mut decoder = decoder()?;
    // Pictures come out in order; a wanted one is number `rank` if none is dropped before it, so
    // the pictures around it are kept until the count is known.
    let wanted = ranks.iter().map(|rank| rank.saturating_sub(leading)..=*rank).collect();
    let mut keeper = Keeper { wanted, seen: 0, kept: Vec::new() };
    let mut feed = Feed::default();
    for sample in &samples {
        let packet = feed.packet(movie, sample)?;
        if let Some(picture) = decoder.decode(&packet).map_err(MediaError::decode)? {
            keeper.take(&picture);
        }
    }
    for picture in decoder.flush_remaining().map_err(MediaError::decode)? {
        keeper.take(&picture);
    }
    let dropped = samples.len().saturating_sub(keeper.seen);
    if dropped > leading {
        return Err(MediaError::decode("the decoder dropped frames"));
    }
    let picture = |rank: usize| {
        let owned = keeper.number(rank - dropped.min(rank)).ok_or_else(no_picture)?;
        let coded = colour::to_rgb(&owned.planes(), feed.colours()?)
            .ok_or_else(|| MediaError::decode("the decoded picture is incomplete"))?;
        Ok(movie.turn().upright(coded))
    };
    ranks.into_iter().map(picture).collect()
}

/// The coded frames that are decoded for some of one group, the last of which is the last one decoded: from the nearest
/// frame where decoding can start, without those that no other frame is decoded with. In a stream with B-frames that is
/// about half of them.
fn needed(movie: &mut Movie, targets: &[usize]) -> Result<Vec<Sample>, MediaError> {
    let target = targets.iter().copied().max().unwrap_or_default();
    let start = start(movie, target)?;
    if target - start > MAX_GROUP {
        return Err(MediaError::unsupported("A video with more than 3,000 frames between key frames"));
    }
    let mut needed = Vec::with_capacity(target - start + 1);
    for index in start..=target {
        let sample = movie.samples()[index];
        let alone = index != start && !targets.contains(&index) && {
            let avc = avc_of(movie, sample.entry)?;
            h264::stands_alone(&movie.read(&sample)?, &avc.avcc_box)
        };
        if !alone {
            needed.push(sample);
        }
    }
    Ok(needed)
}

/// A decoder that hands out its pictures late rather than losing some.
pub(crate) fn decoder() -> Result<Decoder, MediaError> {
    let config = DecoderConfig::new().flush_after_decode(Flush::NoFlush);
    Decoder::with_api_config(OpenH264API::from_source(), config).map_err(MediaError::decode)
}

/// Turns coded frames, one after the other, into what the decoder takes.
#[derive(Default)]
pub(crate) struct Feed {
    entry: Option<usize>,
    colours: Option<Colours>,
}

impl Feed {
    /// The bytes of one frame, behind its parameter sets where they change.
    pub fn packet(&mut self, movie: &mut Movie, sample: &Sample) -> Result<Vec<u8>, MediaError> {
        let avc = avc_of(movie, sample.entry)?;
        let mut packet = Vec::new();
        if self.entry != Some(sample.entry) {
            check_format(&avc)?;
            packet.extend(h264::parameter_sets(&avc.avcc_box));
            self.colours = Some(h264::colours(&avc.avcc_box, usize::from(avc.visual.height)));
            self.entry = Some(sample.entry);
        }
        let data = movie.read(sample)?;
        h264::append_units(&mut packet, &data, &avc.avcc_box)?;
        Ok(packet)
    }

    /// How the pictures that came out so far are to be read as colours.
    pub fn colours(&self) -> Result<Colours, MediaError> {
        self.colours.ok_or_else(|| MediaError::decode("there is nothing to decode"))
    }
}

/// Refuses a video whose frames are not all of a kind that is decoded here. Looks at its tables only.
pub(crate) fn check(movie: &Movie) -> Result<(), MediaError> {
    let mut entries: Vec<usize> = movie.samples().iter().map(|sample| sample.entry).collect();
    entries.sort_unstable();
    entries.dedup();
    entries.into_iter().try_for_each(|entry| check_format(&avc_of(movie, entry)?))
}

fn avc_of(movie: &Movie, entry: usize) -> Result<Avc1Box, MediaError> {
    let sample = movie.samples().iter().find(|sample| sample.entry == entry);
    match sample.and_then(|sample| movie.entry(sample)) {
        Some(SampleEntry::Avc1(avc)) => Ok(avc.clone()),
        Some(_) => Err(MediaError::unsupported("A video that is not H.264")),
        None => Err(MediaError::not_a_video("a frame has no description")),
    }
}

fn check_format(avc: &Avc1Box) -> Result<(), MediaError> {
    let sps = avc.avcc_box.sps_list.first().ok_or_else(|| MediaError::not_a_video("it has no parameter sets"))?;
    let sps = shiguredo_mp4::bitstream::h264::parse_sps(sps).map_err(|error| MediaError::decode(error.reason))?;
    if sps.chroma_format_idc != 1 || sps.bit_depth_luma_minus8 != 0 || sps.bit_depth_chroma_minus8 != 0 {
        return Err(MediaError::unsupported("H.264 other than 8-bit 4:2:0"));
    }
    if sps.width > 8192 || sps.height > 8192 {
        return Err(MediaError::unsupported("A video of more than 8192 pixels a side"));
    }
    Ok(())
}

/// A decoded picture, copied out of the decoder's own memory.
struct Picture {
    luma: Vec<u8>,
    blue: Vec<u8>,
    red: Vec<u8>,
    strides: (usize, usize, usize),
    size: (usize, usize),
}

impl Picture {
    fn of(picture: &DecodedYUV) -> Self {
        Self {
            luma: picture.y().to_vec(),
            blue: picture.u().to_vec(),
            red: picture.v().to_vec(),
            strides: picture.strides(),
            size: picture.dimensions(),
        }
    }

    fn planes(&self) -> Planes<'_> {
        Planes {
            luma: &self.luma,
            blue: &self.blue,
            red: &self.red,
            strides: self.strides,
            width: self.size.0,
            height: self.size.1,
        }
    }
}

/// Counts pictures and keeps those that may be wanted ones.
struct Keeper {
    wanted: Vec<RangeInclusive<usize>>,
    seen: usize,
    kept: Vec<(usize, Picture)>,
}

impl Keeper {
    fn take(&mut self, picture: &DecodedYUV) {
        if self.wanted.iter().any(|range| range.contains(&self.seen)) {
            self.kept.push((self.seen, Picture::of(picture)));
        }
        self.seen += 1;
    }

    fn number(&self, number: usize) -> Option<&Picture> {
        self.kept.iter().find(|kept| kept.0 == number).map(|kept| &kept.1)
    }
}
