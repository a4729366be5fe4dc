//! Thumbnails for cards that show no more of a poster than that: a page keeps every picture that it has drawn unpacked in
//! memory, and a poster is four times as large. One is made behind the back of the first card that asks, which gets the
//! poster; nobody waits.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use lastframe_engine::make_thumbnail;
use tokio::sync::mpsc;

/// How many may wait to be made. Whoever scrolls through more of them asks for those that matter again.
const WAITING: usize = 200;
/// How many are kept from one start to the next, and how many once there were more: some two hundred megabytes.
const KEPT: usize = 20_000;
const LEFT: usize = 10_000;
/// How far apart the times of a poster and its thumbnail may be: some file systems keep them no finer than two seconds.
const COARSE: Duration = Duration::from_secs(2);
/// How long the one worker leaves the computer to others after each of them.
const PAUSE: Duration = Duration::from_millis(20);

/// The one worker that makes thumbnails, which ends with this.
pub struct Thumbnails {
    wanted: mpsc::Sender<Wanted>,
}

struct Wanted {
    poster: PathBuf,
    kept: PathBuf,
}

impl Thumbnails {
    /// Nobody waits yet.
    pub fn new() -> Self {
        let (wanted, mut next) = mpsc::channel::<Wanted>(WAITING);
        tokio::spawn(async move {
            while let Some(Wanted { poster, kept }) = next.recv().await {
                let made = move || is_current(&kept, &poster) || make(&poster, &kept);
                if tokio::task::spawn_blocking(made).await.is_err() {
                    tracing::error!("making a thumbnail panicked");
                }
                tokio::time::sleep(PAUSE).await;
            }
        });
        Self { wanted }
    }

    /// The picture for a small card: the thumbnail of this poster, kept under `kept`, or the poster itself until there is
    /// one. Blocks.
    pub fn of(&self, poster: PathBuf, kept: PathBuf) -> PathBuf {
        if is_current(&kept, &poster) {
            return kept;
        }
        // Too many at once: the next one who asks is as good.
        let _ = self.wanted.try_send(Wanted { poster: poster.clone(), kept });
        poster
    }
}

/// Makes a thumbnail and gives it the time of its poster, whatever clock that was written by.
fn make(poster: &Path, kept: &Path) -> bool {
    let Ok(drawn) = written(poster) else { return false };
    make_thumbnail(poster, kept)
        && std::fs::File::options().write(true).open(kept).and_then(|file| file.set_modified(drawn)).is_ok()
}

/// Whether a thumbnail is one of this very poster.
fn is_current(kept: &Path, poster: &Path) -> bool {
    let (Ok(made), Ok(drawn)) = (written(kept), written(poster)) else { return false };
    let apart = made.duration_since(drawn).or_else(|_| drawn.duration_since(made)).unwrap_or(Duration::MAX);
    apart <= COARSE
}

fn written(path: &Path) -> std::io::Result<SystemTime> {
    path.metadata()?.modified()
}

/// Takes the oldest thumbnails away when there are many.
pub fn sweep(folder: &Path) {
    keep_newest(folder, KEPT, LEFT);
}

fn keep_newest(folder: &Path, kept: usize, left: usize) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut files: Vec<(SystemTime, PathBuf)> = entries
        .flatten()
        .map(|entry| {
            let written = entry.metadata().and_then(|facts| facts.modified());
            (written.unwrap_or(SystemTime::UNIX_EPOCH), entry.path())
        })
        .collect();
    if files.len() <= kept {
        return;
    }
    files.sort_unstable_by_key(|(written, _)| std::cmp::Reverse(*written));
    for (_, path) in files.drain(left..) {
        if let Err(error) = std::fs::remove_file(&path) {
            tracing::debug!(%error, "an old thumbnail could not be removed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn poster(folder: &Path, shade: u8) -> PathBuf {
        let path = folder.join("clip.poster.webp");
        let picture = image::RgbImage::from_pixel(640, 360, image::Rgb([shade, 90, 40]));
        std::fs::write(&path, lastframe_media::encode_poster(&picture).unwrap()).unwrap();
        path
    }

    fn width(path: &Path) -> u32 {
        lastframe_media::picture_facts(&std::fs::read(path).unwrap()).unwrap().width
    }

    async fn made(path: &Path) {
        for _ in 0..500 {
            if path.is_file() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("no thumbnail was made");
    }

    #[tokio::test]
    async fn the_first_card_gets_the_poster_and_later_ones_its_thumbnail_until_the_poster_changes() {
        let folder = tempfile::tempdir().unwrap();
        let large = poster(folder.path(), 10);
        let kept = folder.path().join("thumbnails/clip.webp");
        let thumbnails = Thumbnails::new();
        let of = || thumbnails.of(large.clone(), kept.clone());
        assert_eq!(of(), large);
        made(&kept).await;
        assert_eq!(of(), kept);
        assert_eq!((width(&large), width(&kept)), (640, 320));

        let (now, away) = (SystemTime::now(), Duration::from_secs(200));
        for at in [now - away, now + away] {
            poster(folder.path(), 200);
            std::fs::File::options().write(true).open(&large).unwrap().set_modified(at).unwrap();
            assert_eq!(of(), large, "it was drawn anew, by whatever clock");
            for _ in 0..500 {
                if of() == kept {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            assert_eq!(of(), kept);
        }
    }

    #[tokio::test]
    async fn a_poster_that_cannot_be_read_serves_itself() {
        let folder = tempfile::tempdir().unwrap();
        let (broken, kept) = (folder.path().join("broken.webp"), folder.path().join("thumbnails/broken.webp"));
        std::fs::write(&broken, b"no picture").unwrap();
        let thumbnails = Thumbnails::new();
        assert_eq!(thumbnails.of(broken.clone(), kept.clone()), broken);
        let (whole, other) = (poster(folder.path(), 10), folder.path().join("thumbnails/other.webp"));
        assert_eq!(thumbnails.of(whole.clone(), other.clone()), whole);
        made(&other).await;
        assert!(!kept.exists());
    }

    #[test]
    fn the_oldest_go_when_there_are_many() {
        let folder = tempfile::tempdir().unwrap();
        let now = SystemTime::now();
        for age in 0..6 {
            let file = std::fs::File::create(folder.path().join(format!("{age}.webp"))).unwrap();
            file.set_modified(now - Duration::from_secs(age)).unwrap();
        }
        keep_newest(folder.path(), 6, 2);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 6, "not too many");
        keep_newest(folder.path(), 5, 2);
        let mut left: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort_unstable();
        assert_eq!(left, ["0.webp", "1.webp"]);
    }
}
