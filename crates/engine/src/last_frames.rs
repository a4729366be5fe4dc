//! Last frames of clips: as the service sent them, or as their videos have them. Those of files that are brought in are drawn
//! once the clips are in the library, one after the other, or at once when somebody wants one.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lastframe_library::Library;
use lastframe_media as media;
use lastframe_model::{Clip, ClipId};
use tokio::sync::Notify;

use crate::error::EngineError;
use crate::run::{Inner, blocking};
use crate::whole::guarded;

/// How long the computer is left to others after each one that nobody waits for.
const PAUSE: Duration = Duration::from_millis(20);

/// Clips whose last frames are to be drawn.
#[derive(Default)]
pub(crate) struct LastFrames {
    due: Mutex<VecDeque<ClipId>>,
    more: Notify,
}

impl LastFrames {
    pub(crate) fn draw(&self, clips: impl IntoIterator<Item = ClipId>) {
        self.due.lock().unwrap_or_else(PoisonError::into_inner).extend(clips);
        self.more.notify_one();
    }

    fn next(&self) -> Option<ClipId> {
        self.due.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }
}

impl Inner {
    /// Draws what is due. What is left when the program ends is drawn when somebody wants it.
    pub(crate) async fn keep_last_frames(self: Arc<Self>) {
        loop {
            let Some(id) = self.last_frames.next() else {
                tokio::select! {
                    () = self.last_frames.more.notified() => continue,
                    () = self.stop.cancelled() => return,
                }
            };
            let library = self.library.clone();
            let drawn = blocking(move || match library.clip(&id)? {
                Some(clip) => last_frame_png(&library, &clip).map(drop),
                None => Ok(()),
            });
            tokio::select! {
                drawn = drawn => {
                    if let Err(error) = drawn.and_then(|drawn| drawn) {
                        tracing::info!(%error, "a video that was brought in has no last frame that can be read here");
                    }
                }
                () = self.stop.cancelled() => return,
            }
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                () = self.stop.cancelled() => return,
            }
        }
    }
}

/// Takes away what programs that died left of pictures that they made, in every folder of clips. To be called by whoever owns
/// the library, before anything is made. What cannot be removed now does no harm.
pub(crate) fn sweep(library: &Library) {
    let folders = library.known_folders().unwrap_or_default();
    for clips in folders.into_iter().chain([library.places().clips]) {
        if let Err(error) = lastframe_library::sweep_made(&clips) {
            tracing::warn!(%error, "pictures that were not finished could not be removed");
        }
    }
}

/// The last frame of a clip as a PNG: as the service sent it, or as the video has it, which is kept beside the clip then. A
/// folder that cannot be written to only means that it is drawn again the next time.
///
/// Blocks while it decodes; call it from a thread that may.
///
/// # Errors
/// [`EngineError::Media`] if there is neither a picture nor a video that can be read here.
pub fn last_frame_png(library: &Library, clip: &Clip) -> Result<Vec<u8>, EngineError> {
    let places = library.places();
    if let Ok(png) = std::fs::read(places.last_frame_file(clip))
        && media::picture_facts(&png).is_ok()
    {
        return Ok(png);
    }
    // Not there yet, removed or damaged: the video still has it.
    let video = places.clip_file(clip);
    let png = guarded(|| media::encode_png(&media::last_frame(&video)?))?;
    if let Err(error) = library.keep_last_frame(&clip.id, &png) {
        tracing::debug!(%error, "a last frame could not be kept");
    }
    Ok(png)
}
