//! Small pictures from all over a video on one sheet, to show under the pointer where a line of time would lead.
//!
//! Its size and the work for it are bounded whatever the video is: a long one is shown by its key frames, which can be
//! decoded alone.

use std::collections::BTreeMap;
use std::ops::Range;

use image::RgbImage;
use image::imageops::replace;
use openh264::formats::YUVSource;

use crate::MediaError;
use crate::colour::{self, Planes};
use crate::container::Movie;
use crate::decode::{self, Feed, MAX_LEADING};
use crate::h264::Colours;
use crate::picture::{self, fill};
use crate::turn::Turn;

/// Pictures in a row of the sheet.
pub const STRIP_COLUMNS: u32 = 8;
/// Pictures on the sheet at most. A video of fewer frames has one for each.
pub const STRIP_TILES: u32 = 48;
/// The longer side of a picture on the sheet, in pixels.
const SIDE: u32 = 192;
/// WebP quality, 0 – 100: these are seen small and for a moment.
const QUALITY: f32 = 70.0;
/// Pixels that are decoded for one sheet at most, about 12 s of 1080p: beyond that only key frames are.
const MOST_PIXELS: u64 = 600_000_000;

/// A WebP sheet of up to [`STRIP_TILES`] small frames, row by row with [`STRIP_COLUMNS`] in each. The frames are spread
/// evenly: of `n` pictures of a video of `f` frames, number `i` shows frame `i × (f − 1) ÷ (n − 1)`, rounded, or for a
/// long video the key frame nearest to it. `None` as soon as `wanted` says no; it is asked before each frame.
///
/// # Errors
///
/// As [`crate::last_frame`]; [`MediaError::Unsupported`] also for a long video with too few key frames.
pub fn strip(path: &std::path::Path, wanted: &dyn Fn() -> bool) -> Result<Option<Vec<u8>>, MediaError> {
    let mut movie = Movie::open(path)?;
    let plan = Plan::of(&movie)?;
    let mut tiles: BTreeMap<usize, RgbImage> = BTreeMap::new();
    for group in &plan.groups {
        match tiles_of(&mut movie, group, wanted)? {
            Some(made) => tiles.extend(made),
            None => return Ok(None),
        }
    }
    let first = tiles.values().next().ok_or_else(|| MediaError::decode("there is nothing to decode"))?;
    let (width, height) = first.dimensions();
    let count = u32::try_from(plan.shown.len()).unwrap_or(STRIP_TILES);
    let mut sheet = RgbImage::new(width * STRIP_COLUMNS.min(count), height * count.div_ceil(STRIP_COLUMNS));
    for (number, sample) in (0_u32..).zip(&plan.shown) {
        let Some(tile) = tiles.get(sample) else { continue };
        let tile = fill(tile, width, height)?; // a video may change its size on the way
        let (column, row) = (number % STRIP_COLUMNS, number / STRIP_COLUMNS);
        replace(&mut sheet, &tile, i64::from(column * width), i64::from(row * height));
    }
    picture::encode_webp(&sheet, QUALITY).map(Some)
}

/// Which frames are on the sheet, and what is decoded for them.
struct Plan {
    /// For each place on the sheet, the sample shown there.
    shown: Vec<usize>,
    groups: Vec<Group>,
}

/// A run of samples that is decoded from its key frame on, and those wanted of it.
struct Group {
    samples: Range<usize>,
    wanted: Vec<usize>,
}

impl Plan {
    fn of(movie: &Movie) -> Result<Self, MediaError> {
        let samples = movie.samples();
        let frames = movie.frames();
        let count = frames.min(STRIP_TILES);
        let keys: Vec<usize> = (0..samples.len()).filter(|index| samples[*index].sync).collect();
        let evenly = (0..count).map(|place| {
            let frame = (u64::from(place) * u64::from(frames - 1) * 2 + u64::from(count - 1))
                / (u64::from(count - 1).max(1) * 2);
            movie.shown(u32::try_from(frame).unwrap_or(u32::MAX))
        });
        let mut shown: Vec<usize> = evenly.flatten().collect();
        let facts = movie.facts();
        let pixels = u64::from(facts.width) * u64::from(facts.height) * samples.len() as u64;
        let alone = pixels > MOST_PIXELS;
        if alone {
            let nearest = |at: i64| keys.iter().copied().min_by_key(|key| samples[*key].shown_at.abs_diff(at));
            shown = shown.iter().filter_map(|index| nearest(samples[*index].shown_at)).collect();
        }
        let mut wanted: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for index in &shown {
            let key = keys.iter().copied().take_while(|key| key <= index).last();
            let key = key.ok_or_else(|| MediaError::not_a_video("it has no frame to start decoding from"))?;
            let of_key = wanted.entry(key).or_default();
            if !of_key.contains(index) {
                of_key.push(*index);
            }
        }
        if alone && wanted.len() * 4 < shown.len() {
            return Err(MediaError::unsupported("A long video with few key frames"));
        }
        if alone {
            let of_key = |(start, wanted)| Group { samples: start..start + 1, wanted };
            return Ok(Self { shown, groups: wanted.into_iter().map(of_key).collect() });
        }
        // From its first key frame in one go: nearly everything is decoded anyway, and frames between two key frames may
        // need both.
        let start = wanted.keys().next().copied().unwrap_or(0);
        let all = Group { samples: start..samples.len(), wanted: wanted.into_values().flatten().collect() };
        Ok(Self { shown, groups: vec![all] })
    }
}

/// The wanted pictures of a group, small. The decoder hands pictures out in the order in which they are shown; it may
/// drop those that are decoded after the key frame and shown before it, so their number is known only at the end.
fn tiles_of(
    movie: &mut Movie,
    group: &Group,
    wanted: &dyn Fn() -> bool,
) -> Result<Option<Vec<(usize, RgbImage)>>, MediaError> {
    let samples = movie.samples()[group.samples.clone()].to_vec();
    let leading = samples.iter().filter(|sample| sample.shown_at < samples[0].shown_at).count();
    if leading > MAX_LEADING {
        return Err(MediaError::decode("too many frames are shown before their key frame"));
    }
    let ranks: Vec<(usize, usize)> = group
        .wanted
        .iter()
        .map(|index| {
            let shown_at = movie.samples()[*index].shown_at;
            (*index, samples.iter().filter(|sample| sample.shown_at < shown_at).count())
        })
        .collect();
    let last = ranks.iter().map(|(_, rank)| *rank).max().unwrap_or(0);
    let may_be_wanted =
        |number: usize| ranks.iter().any(|(_, rank)| (rank.saturating_sub(leading)..=*rank).contains(&number));

    let turn = movie.turn();
    let mut decoder = decode::decoder()?;
    let mut feed = Feed::default();
    let mut seen = 0;
    let mut small: BTreeMap<usize, RgbImage> = BTreeMap::new();
    let mut complete = true;
    for sample in &samples {
        if !wanted() {
            return Ok(None);
        }
        let packet = feed.packet(movie, sample)?;
        if let Some(picture) = decoder.decode(&packet).map_err(MediaError::decode)? {
            if may_be_wanted(seen) {
                small.insert(seen, tile(&picture, feed.colours()?, turn)?);
            }
            seen += 1;
        }
        if seen > last && leading == 0 {
            complete = false;
            break;
        }
    }
    if complete {
        for picture in decoder.flush_remaining().map_err(MediaError::decode)? {
            if may_be_wanted(seen) {
                small.insert(seen, tile(&picture, feed.colours()?, turn)?);
            }
            seen += 1;
        }
    }
    let dropped = if complete { samples.len().saturating_sub(seen) } else { 0 };
    if dropped > leading {
        return Err(MediaError::decode("the decoder dropped frames"));
    }
    Ok(Some(
        ranks
            .iter()
            .filter_map(|(index, rank)| Some((*index, small.get(&rank.saturating_sub(dropped))?.clone())))
            .collect(),
    ))
}

fn tile(picture: &impl YUVSource, colours: Colours, turn: Turn) -> Result<RgbImage, MediaError> {
    let (width, height) = picture.dimensions();
    let planes =
        Planes { luma: picture.y(), blue: picture.u(), red: picture.v(), strides: picture.strides(), width, height };
    let whole =
        colour::to_rgb(&planes, colours).ok_or_else(|| MediaError::decode("the decoded picture is incomplete"))?;
    let (width, height) = whole.dimensions();
    let longer = width.max(height).max(1);
    // Even, so that the colours of one picture on the sheet do not run into the next.
    let scaled = |side: u32| (side * SIDE.min(longer) + longer) / (longer * 2) * 2;
    Ok(turn.upright(fill(&whole, scaled(width).max(2), scaled(height).max(2))?))
}
