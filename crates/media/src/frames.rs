//! All frames of a video in the order in which they are shown, one after the other, whatever its length: only what the
//! decoder keeps for itself is in memory.

use std::ops::{ControlFlow, Range};

use openh264::decoder::DecodedYUV;

use crate::MediaError;
use crate::container::Movie;
use crate::decode::{self, Feed, MAX_LEADING};
use crate::h264::Colours;
use crate::samples::Sample;

/// A frame, and how its numbers mean colours.
pub(crate) type Give<'a> = dyn FnMut(&DecodedYUV<'_>, Colours) -> ControlFlow<()> + 'a;

/// Gives the frames at some places among those that a video shows, until it is told to stop.
///
/// # Errors
///
/// As [`crate::last_frame`]; [`MediaError::Unsupported`] for a video that shows frames twice or backwards.
pub(crate) fn each_frame(movie: &mut Movie, places: Range<usize>, give: &mut Give<'_>) -> Result<(), MediaError> {
    let samples = movie.samples();
    let Some(shown) = movie.presented().get(places).filter(|shown| !shown.is_empty()) else { return Ok(()) };
    if shown.windows(2).any(|pair| samples[pair[0]].shown_at >= samples[pair[1]].shown_at) {
        return Err(MediaError::unsupported("A video that shows its frames in several pieces"));
    }
    let deepest = shown.iter().copied().max().unwrap_or(0);
    let earliest = shown.iter().copied().min().unwrap_or(0);
    let start = samples[..=earliest].iter().rposition(|sample| sample.sync);
    let start = start.ok_or_else(|| MediaError::not_a_video("it has no frame to start decoding from"))?;
    let mut order: Vec<usize> = (start..=deepest).collect();
    order.sort_by_key(|index| samples[*index].shown_at);
    let mut wanted = vec![false; order.len()];
    let mut rest = shown.iter().peekable();
    for (place, index) in order.iter().enumerate() {
        wanted[place] = rest.next_if_eq(&index).is_some();
    }
    let leading = samples[start..=deepest].iter().filter(|sample| sample.shown_at < samples[start].shown_at).count();
    if leading > MAX_LEADING {
        return Err(MediaError::decode("too many frames are shown before their key frame"));
    }
    let coded = samples[start..=deepest].to_vec();
    // Frames shown before the key frame that decoding starts from may need others from before it: a decoder may leave
    // them out, and only having decoded all can one know how many. Hardly any video begins so.
    let mut place = 0;
    if leading > 0 {
        let mut seen = 0;
        let _all = decoded(movie, &coded, &mut |_, _| {
            seen += 1;
            ControlFlow::Continue(())
        })?;
        place = coded.len().saturating_sub(seen);
        if place > leading {
            return Err(MediaError::decode("the decoder dropped frames"));
        }
    }
    let stopped = decoded(movie, &coded, &mut |picture, colours| {
        let go = if wanted.get(place) == Some(&true) { give(picture, colours) } else { ControlFlow::Continue(()) };
        place += 1;
        go
    })?;
    if stopped.is_continue() && place < coded.len() {
        return Err(MediaError::decode("the decoder dropped frames"));
    }
    Ok(())
}

/// Every picture that comes out of the decoder, in the order in which they are shown.
fn decoded(movie: &mut Movie, coded: &[Sample], give: &mut Give<'_>) -> Result<ControlFlow<()>, MediaError> {
    let mut decoder = decode::decoder()?;
    let mut feed = Feed::default();
    for sample in coded {
        let packet = feed.packet(movie, sample)?;
        if let Some(picture) = decoder.decode(&packet).map_err(MediaError::decode)?
            && give(&picture, feed.colours()?).is_break()
        {
            return Ok(ControlFlow::Break(()));
        }
    }
    for picture in decoder.flush_remaining().map_err(MediaError::decode)? {
        if give(&picture, feed.colours()?).is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}
