//! What `VideoWriter` makes is what was asked for, and comes back as it was given.

use lastframe_media::{MediaError, VideoWriter, frame_at, last_frame, probe};

use crate::{ffmpeg, psnr, scene};

fn video(folder: &std::path::Path, width: u32, height: u32, frames: u32) -> std::path::PathBuf {
    let path = folder.join(format!("{width}x{height}.mp4"));
    let mut writer = VideoWriter::create(&path, width, height, frames).unwrap();
    for frame in 0..frames {
        writer.push(&scene(width, height, frame)).unwrap();
    }
    writer.finish().unwrap();
    path
}

#[test]
fn facts_of_a_written_video() {
    let folder = tempfile::tempdir().unwrap();
    for (width, height, frames) in [(864, 480, 29), (480, 864, 33), (640, 640, 49)] {
        let path = video(folder.path(), width, height, frames);
        let facts = probe(&path).unwrap();
        assert_eq!((facts.width, facts.height, facts.frames), (width, height, frames));
        assert!((facts.fps - 24.0).abs() < 1e-9, "24 fps, not {}", facts.fps);
        assert!((facts.seconds - f64::from(frames) / 24.0).abs() < 1e-9);
        assert!(!facts.audio, "nothing was said");
        assert_eq!(facts.bytes as u64, std::fs::metadata(&path).unwrap().len());
    }
}

#[test]
fn first_last_and_middle_frames_are_close_to_their_sources() {
    let folder = tempfile::tempdir().unwrap();
    let path = video(folder.path(), 1248, 704, 53);
    for index in [0, 1, 23, 24, 25, 52] {
        let quality = psnr(&frame_at(&path, index).unwrap(), &scene(1248, 704, index));
        assert!(quality >= 38.0, "frame {index}: {quality:.1} dB");
        let neighbour = psnr(&frame_at(&path, index).unwrap(), &scene(1248, 704, index + 3));
        assert!(neighbour < quality, "frame {index} is frame {index}, not a later one");
    }
    assert_eq!(last_frame(&path).unwrap(), frame_at(&path, 52).unwrap(), "the last frame has the last number");
    let beyond = frame_at(&path, 53);
    assert!(matches!(beyond, Err(MediaError::NoSuchFrame { index: 53, frames: 53 })), "{beyond:?}");
}

#[test]
fn tables_come_before_the_pictures_and_the_same_pictures_give_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let other = tempfile::tempdir().unwrap();
    let bytes = std::fs::read(video(folder.path(), 640, 640, 29)).unwrap();
    let place = |name: &[u8]| bytes.windows(4).position(|window| window == name).unwrap();
    assert!(place(b"moov") < place(b"mdat"), "playback can start before the whole file is there");
    let again = std::fs::read(video(other.path(), 640, 640, 29)).unwrap();
    assert!(bytes == again, "no clock and no chance in the file");
}

#[test]
fn sizes_and_counts_that_cannot_be_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.mp4");
    for (width, height) in [(641, 480), (640, 481), (5000, 480), (0, 0)] {
        let refused = VideoWriter::create(&path, width, height, 1);
        assert!(matches!(refused.err(), Some(MediaError::Unsupported { .. })), "{width} × {height}");
    }
    let mut writer = VideoWriter::create(&path, 64, 64, 1).unwrap();
    assert!(writer.push(&scene(64, 32, 0)).is_err(), "a frame of another size");
    writer.push(&scene(64, 64, 0)).unwrap();
    assert!(writer.push(&scene(64, 64, 1)).is_err(), "one frame more than announced");
    let empty = VideoWriter::create(&path, 64, 64, 1).unwrap();
    assert!(empty.finish().is_err(), "a video without frames");
}

#[test]
fn every_second_starts_with_a_key_frame() {
    let folder = tempfile::tempdir().unwrap();
    let path = video(folder.path(), 1248, 704, 73);
    // Whoever steps back from the end of a second has at most that second decoded.
    let flags = ffmpeg::told(&path, "packet=flags", &["-v", "error", "-select_streams", "v"]);
    let key_frames: Vec<usize> = (0..flags.len()).filter(|index| flags[*index].starts_with('K')).collect();
    assert_eq!(key_frames, [0, 24, 48, 72], "ffprobe sees a key frame every second");
    for index in [47, 71] {
        frame_at(&path, index).unwrap();
    }
}
