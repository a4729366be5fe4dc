//! Small pictures that are made once, when they are first wanted: the sheet of frames that the line of time shows under the
//! pointer, and posters for cards that show less of them.

use std::path::Path;

use lastframe_library::{keep_made, write_file};
use lastframe_media as media;

use crate::whole::guarded;

/// Makes the sheet of a clip's video (see [`media::strip`]) and keeps it beside the video under `kept`. A folder that
/// cannot be written to only means that it is made again the next time. `None` when it was called off through `wanted`,
/// and for a video that cannot be decoded here: it plays all the same, without a preview.
///
/// Blocks for up to some seconds; call it from a thread that may.
pub fn make_strip(video: &Path, kept: &Path, wanted: &dyn Fn() -> bool) -> Option<Vec<u8>> {
    let bytes = match guarded(|| media::strip(video, wanted)) {
        Ok(bytes) => bytes?,
        Err(error) => {
            tracing::debug!(video = %video.display(), %error, "a video has no preview");
            return None;
        }
    };
    if let Err(error) = keep_made(kept, &bytes) {
        tracing::debug!(%error, "a preview could not be kept");
    }
    Some(bytes)
}

/// Makes the thumbnail of a poster (see [`media::thumbnail`]) and keeps it under `kept`. Whether it is there now: what cannot
/// be read or written has none, and the poster serves in its place.
///
/// Blocks for some milliseconds; call it from a thread that may.
#[must_use]
pub fn make_thumbnail(poster: &Path, kept: &Path) -> bool {
    let made = std::fs::read(poster).ok().and_then(|bytes| {
        guarded(|| media::thumbnail(&bytes))
            .inspect_err(|error| tracing::debug!(poster = %poster.display(), %error, "a poster has no thumbnail"))
            .ok()
    });
    let Some(bytes) = made else { return false };
    write_file(kept, &bytes).inspect_err(|error| tracing::debug!(%error, "a thumbnail could not be kept")).is_ok()
}
