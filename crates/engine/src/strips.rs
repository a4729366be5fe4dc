//! The sheet of small frames that the line of time shows under the pointer: made once, when it is first wanted.

use std::path::Path;

use lastframe_library::write_file;
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
    if let Err(error) = write_file(kept, &bytes) {
        tracing::debug!(%error, "a preview could not be kept");
    }
    Some(bytes)
}
