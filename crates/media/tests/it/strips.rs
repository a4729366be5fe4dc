//! The sheet of small frames: which frames it shows, how large it may get, and that it can be called off.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::process::Command;

use image::RgbImage;
use lastframe_media::{
    MediaError, STRIP_COLUMNS, STRIP_TILES, VideoWriter, decode_picture, fill, frame_at, picture_facts, strip,
};

use crate::{psnr, scene};

fn own(folder: &Path, width: u32, height: u32, frames: u32) -> PathBuf {
    let path = folder.join(format!("{width}x{height}-{frames}.mp4"));
    let mut writer = VideoWriter::create(&path, width, height, frames).unwrap();
    (0..frames).for_each(|frame| writer.push(&scene(width, height, frame * 4)).unwrap());
    writer.finish().unwrap();
    path
}

pub fn tile(sheet: &RgbImage, number: u32, tiles: u32) -> RgbImage {
    let (columns, rows) = (STRIP_COLUMNS.min(tiles), tiles.div_ceil(STRIP_COLUMNS));
    let (width, height) = (sheet.width() / columns, sheet.height() / rows);
    let (x, y) = (number % STRIP_COLUMNS * width, number / STRIP_COLUMNS * height);
    image::imageops::crop_imm(sheet, x, y, width, height).to_image()
}

/// Every picture of a sheet is likest to the frame that it stands for, of that frame and those around it.
fn check(path: &Path, frames: u32) {
    let sheet = decode_picture(&strip(path, &|| true).unwrap().unwrap()).unwrap();
    let tiles = frames.min(STRIP_TILES);
    let mut compared = 0;
    for number in 0..tiles {
        let small = tile(&sheet, number, tiles);
        let exact = f64::from(number) * f64::from(frames - 1) / f64::from(tiles - 1);
        let expected = exact.round() as u32;
        let around = expected.saturating_sub(1)..=(expected + 1).min(frames - 1);
        // A frame that is shown before the key frame it is kept behind may need the frames before that one, too.
        let alone = |frame: u32| frame_at(path, frame).ok();
        let likeness = |frame: u32| {
            alone(frame).map_or(f64::MIN, |whole| psnr(&small, &fill(&whole, small.width(), small.height()).unwrap()))
        };
        if alone(expected).is_none() {
            continue;
        }
        let best = around.max_by(|a, b| likeness(*a).total_cmp(&likeness(*b))).unwrap();
        assert_eq!(best, expected, "picture {number} of {}", path.display());
        assert!(likeness(best) > 22.0, "picture {number}: {:.1} dB", likeness(best));
        compared += 1;
    }
    assert!(compared * 4 >= tiles, "only {compared} of {tiles} could be compared");
}

#[test]
fn each_picture_shows_the_frame_that_it_stands_for() {
    let folder = tempfile::tempdir().unwrap();
    check(&own(folder.path(), 320, 180, 121), 121);
    check(&own(folder.path(), 180, 320, 60), 60);
    check(&own(folder.path(), 320, 320, 5), 5);
}

/// A video of another maker, with frames that are shown in another order than they are kept in; `None` without ffmpeg.
fn foreign(folder: &Path, seconds: u32, key_frames: u32, extra: &[&str]) -> Option<PathBuf> {
    let path = folder.join(format!("{seconds}-{key_frames}-{}.mp4", extra.len()));
    let status = Command::new("ffmpeg")
        .args(["-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=24"])
        .args(["-t", &seconds.to_string(), "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p"])
        .args(["-bf", "3", "-g", &key_frames.to_string(), "-sc_threshold", "0"])
        .args(extra)
        .arg(&path)
        .status();
    assert!(status.as_ref().map_or(true, std::process::ExitStatus::success), "ffmpeg failed");
    status.ok().map(|_| path)
}

#[test]
fn frames_out_of_order_and_open_groups_are_numbered_rightly() {
    let folder = tempfile::tempdir().unwrap();
    let Some(path) = foreign(folder.path(), 5, 250, &[]) else { return };
    check(&path, 120);
    let Some(path) = foreign(folder.path(), 3, 24, &["-x264-params", "open-gop=1"]) else { return };
    check(&path, 72);
}

#[test]
fn a_long_video_costs_no_more_than_a_short_one() {
    let folder = tempfile::tempdir().unwrap();
    // Six minutes of 320 × 180 are just under what is decoded whole; eight are not.
    let Some(path) = foreign(folder.path(), 480, 24, &["-crf", "40", "-preset", "ultrafast"]) else { return };
    let asked = Cell::new(0);
    let count = || {
        asked.set(asked.get() + 1);
        true
    };
    let bytes = strip(&path, &count).unwrap().unwrap();
    assert!(asked.get() <= STRIP_TILES, "only key frames are decoded, not {} frames", asked.get());
    assert!(bytes.len() < 512 * 1024, "{} bytes", bytes.len());
    let facts = picture_facts(&bytes).unwrap();
    assert_eq!((facts.width, facts.height), (192 * 8, 108 * 6));
    let Some(path) = foreign(folder.path(), 481, 100_000, &["-crf", "40", "-preset", "ultrafast"]) else { return };
    let refused = strip(&path, &|| true);
    assert!(matches!(refused, Err(MediaError::Unsupported { .. })), "one key frame is no preview: {refused:?}");
}

#[test]
fn it_stops_at_the_next_frame_when_nobody_wants_it_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let path = own(folder.path(), 320, 180, 121);
    let asked = Cell::new(0);
    let called_off = || {
        asked.set(asked.get() + 1);
        asked.get() < 10
    };
    assert_eq!(strip(&path, &called_off).unwrap(), None);
    assert_eq!(asked.get(), 10);
}

#[test]
fn what_cannot_be_decoded_has_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = own(folder.path(), 320, 180, 25);
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert!(matches!(strip(&path, &|| true), Err(MediaError::Truncated { .. })));
    std::fs::write(&path, b"no video").unwrap();
    assert!(strip(&path, &|| true).is_err());
}
