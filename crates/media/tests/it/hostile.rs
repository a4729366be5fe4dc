//! Damaged files are errors: never a panic, never a wrong frame, never a full memory.

use lastframe_media::{MediaError, VideoWriter, frame_at, last_frame, probe};

use crate::scene;

fn small_video() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("v.mp4");
    let mut writer = VideoWriter::create(&path, 64, 64, 30).unwrap();
    for frame in 0..30 {
        writer.push(&scene(64, 64, frame)).unwrap();
    }
    writer.finish().unwrap();
    std::fs::read(&path).unwrap()
}

fn with_file<T>(bytes: &[u8], look: impl Fn(&std::path::Path) -> T) -> T {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("v.mp4");
    std::fs::write(&path, bytes).unwrap();
    look(&path)
}

#[test]
fn every_truncation_is_noticed_by_probing() {
    let whole = small_video();
    assert!(with_file(&whole, probe).is_ok());
    for length in (0..whole.len()).step_by(97).chain([whole.len() - 1]) {
        let result = with_file(&whole[..length], probe);
        assert!(result.is_err(), "{length} of {} bytes passed as a whole video", whole.len());
    }
    let cut = with_file(&whole[..whole.len() - 5], probe);
    assert!(matches!(cut, Err(MediaError::Truncated { missing: 5 })), "{cut:?}");
}

#[test]
fn things_that_are_not_videos() {
    let html = b"<!doctype html><title>Sign in</title>".repeat(20);
    for bytes in [&[][..], b"abc", &html[..], &[0; 4096], &[0xff; 4096]] {
        let result = with_file(bytes, probe);
        assert!(matches!(result, Err(MediaError::NotAVideo { .. })), "{result:?}");
    }
    let missing = probe(std::path::Path::new("/nowhere/at/all.mp4"));
    assert!(matches!(missing, Err(MediaError::Io(_))), "{missing:?}");
}

#[test]
fn flipped_bytes_in_the_tables_never_panic() {
    let whole = small_video();
    let start = whole.windows(4).position(|window| window == b"moov").unwrap() - 4;
    let end = whole.windows(4).position(|window| window == b"mdat").unwrap();
    let mut accepted = 0;
    for position in start..end {
        for value in [0x00, 0x7f, 0xff] {
            let mut bytes = whole.clone();
            bytes[position] = value;
            accepted += u32::from(with_file(&bytes, |path| probe(path).is_ok()));
        }
    }
    assert!(accepted > 0, "some bytes (dates, names) do not matter");
    assert!(accepted < 3 * u32::try_from(end - start).unwrap(), "some bytes do");
}

#[test]
fn damaged_tables_give_errors_or_frames_but_no_panic_when_decoding() {
    let whole = small_video();
    let start = whole.windows(4).position(|window| window == b"stbl").unwrap();
    let end = whole.windows(4).position(|window| window == b"mdat").unwrap();
    let mut refused = 0;
    for position in (start..end).step_by(7) {
        let mut bytes = whole.clone();
        bytes[position] ^= 0x55;
        refused += u32::from(with_file(&bytes, |path| last_frame(path).is_err() || frame_at(path, 3).is_err()));
    }
    assert!(refused > 0, "damage to offsets and sizes must be noticed");
}

#[test]
fn four_thousand_million_frames_do_not_fill_the_memory() {
    let mut bytes = small_video();
    let stsz = bytes.windows(4).position(|window| window == b"stsz").unwrap();
    // Fixed size 1, count u32::MAX: sixteen bytes that promise four gigabytes of samples.
    bytes[stsz + 8..stsz + 12].copy_from_slice(&1_u32.to_be_bytes());
    bytes[stsz + 12..stsz + 16].copy_from_slice(&u32::MAX.to_be_bytes());
    let result = with_file(&bytes, probe);
    assert!(result.is_err(), "{result:?}");
}
