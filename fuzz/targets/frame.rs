//! Frames out of files that claim to be H.264 MP4s: the whole way, decoder included.
#![no_main]

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

static PLACE: LazyLock<PathBuf> = LazyLock::new(|| {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    folder.join(format!("lastframe-fuzz-frame-{}.mp4", std::process::id()))
});

fuzz_target!(|data: &[u8]| {
    std::fs::write(&*PLACE, data).unwrap();
    let last = lastframe_media::last_frame(&PLACE);
    let first = lastframe_media::frame_at(&PLACE, 0);
    std::fs::remove_file(&*PLACE).unwrap();
    for picture in [last, first].into_iter().flatten() {
        assert!(picture.width() > 0 && picture.height() > 0);
    }
});
