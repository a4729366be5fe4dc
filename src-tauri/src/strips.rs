//! Makes previews of clips while somebody waits for them, one at a time: the person looks at one clip, and decoding is work.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lastframe_engine::make_strip;
use tokio::sync::Semaphore;

/// The one place at which previews are made.
pub struct Strips {
    turn: Arc<Semaphore>,
}

/// Says "no" to the work once its future was dropped: the page asked for another clip, or was closed.
struct CallOff(Arc<AtomicBool>);

impl Drop for CallOff {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Strips {
    /// Nobody is at work.
    pub fn new() -> Self {
        Self { turn: Arc::new(Semaphore::new(1)) }
    }

    /// Makes the preview of a video, and keeps it. `None` for a video that cannot be decoded here. Dropping the future
    /// calls the work off, at the next frame.
    pub async fn make(&self, video: PathBuf, kept: PathBuf) -> Option<Vec<u8>> {
        let turn = self.turn.clone().acquire_owned().await.ok()?;
        let called_off = Arc::new(AtomicBool::new(false));
        let _call_off = CallOff(called_off.clone());
        let made = tokio::task::spawn_blocking(move || {
            // Held until the work has really ended, not only until nobody waits for it.
            let _turn = turn;
            make_strip(&video, &kept, &|| !called_off.load(Ordering::Relaxed))
        });
        made.await.ok().flatten()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn clip(folder: &std::path::Path, frames: u32) -> PathBuf {
        let path = folder.join("clip.mp4");
        let mut writer = lastframe_media::VideoWriter::create(&path, 640, 352, frames).unwrap();
        for frame in 0..frames {
            let shade = u8::try_from(frame % 256).unwrap();
            writer.push(&image::RgbImage::from_pixel(640, 352, image::Rgb([shade, 90, 200 - shade / 2]))).unwrap();
        }
        writer.finish().unwrap();
        path
    }

    #[tokio::test]
    async fn a_preview_is_made_and_kept_beside_the_clip() {
        let folder = tempfile::tempdir().unwrap();
        let video = clip(folder.path(), 30);
        let kept = folder.path().join("clip.strip.webp");
        let bytes = Strips::new().make(video.clone(), kept.clone()).await.unwrap();
        assert_eq!(std::fs::read(&kept).unwrap(), bytes);
        std::fs::write(&video, b"damaged").unwrap();
        std::fs::remove_file(&kept).unwrap();
        assert_eq!(Strips::new().make(video, kept.clone()).await, None, "no video, no preview, no complaint");
        assert!(!kept.exists());
    }

    #[tokio::test]
    async fn nobody_waits_for_it_any_more_so_it_stops_and_the_next_one_has_its_turn() {
        let folder = tempfile::tempdir().unwrap();
        let video = clip(folder.path(), 289);
        let kept = folder.path().join("clip.strip.webp");
        let strips = Strips::new();
        let early = tokio::time::timeout(Duration::from_millis(1), strips.make(video.clone(), kept.clone())).await;
        assert!(early.is_err(), "289 frames are not decoded in a millisecond");
        // The turn comes back only when the thread has stopped.
        let turn = tokio::time::timeout(Duration::from_secs(5), strips.turn.clone().acquire_owned()).await;
        drop(turn.expect("the work stops at the next frame"));
        assert!(!kept.exists(), "what was called off is not kept");
        assert!(strips.make(video, kept.clone()).await.is_some(), "and can be asked for again");
        assert!(kept.exists());
    }
}
