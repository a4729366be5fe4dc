//! Seams: what is measured of them, and the sheet that shows them all.

use std::path::{Path, PathBuf};

use image::{Rgb, RgbImage};
use lastframe_media::{
    MediaError, SHEET_SEAMS, SeamFrames, VideoWriter, contact_sheet, decode_picture, seam, seam_between,
};
use lastframe_model::SeamVerdict;

use crate::ffmpeg::Clip;
use crate::scene;

/// Six frames from `from` on, each made of what the scene shows.
fn shot(folder: &Path, name: &str, from: u32, made: impl Fn(&RgbImage) -> RgbImage) -> PathBuf {
    let path = folder.join(name);
    let mut writer = VideoWriter::create(&path, 320, 192, 6).unwrap();
    for frame in from..from + 6 {
        writer.push(&made(&scene(320, 192, frame * 4))).unwrap();
    }
    writer.finish().unwrap();
    path
}

fn moved(picture: &RgbImage, by: [i16; 3]) -> RgbImage {
    let mut moved = picture.clone();
    for pixel in moved.pixels_mut() {
        for (value, by) in pixel.0.iter_mut().zip(by) {
            *value = (i16::from(*value) + by).clamp(0, 255) as u8;
        }
    }
    moved
}

#[test]
fn each_kind_of_seam_is_told_from_real_frames() {
    let folder = tempfile::tempdir().unwrap();
    let before = shot(folder.path(), "before.mp4", 0, Clone::clone);
    let after = |name: &str, from, made: &dyn Fn(&RgbImage) -> RgbImage| shot(folder.path(), name, from, made);
    let cases = [
        ("the same frame again", after("a.mp4", 5, &Clone::clone), SeamVerdict::Repeated),
        ("the next frame", after("b.mp4", 6, &Clone::clone), SeamVerdict::Clean),
        ("lighter", after("c.mp4", 6, &|picture| moved(picture, [7; 3])), SeamVerdict::Brightness),
        ("darker, the same frame", after("d.mp4", 5, &|picture| moved(picture, [-6; 3])), SeamVerdict::Brightness),
        ("warmer", after("e.mp4", 6, &|picture| moved(picture, [9, 0, -16])), SeamVerdict::Colour),
        ("another picture", after("f.mp4", 6, &image::imageops::rotate180), SeamVerdict::Jump),
        ("black", after("g.mp4", 6, &|_| RgbImage::new(320, 192)), SeamVerdict::Jump),
    ];
    for (what, after, verdict) in &cases {
        let figures = seam(&before, None, after).unwrap();
        assert_eq!(figures.verdict, *verdict, "{what}: {figures:?}");
    }
    let repeated = seam(&before, None, &cases[0].1).unwrap();
    assert!(repeated.psnr >= 35.0 && repeated.brightness.abs() < 1.0 && repeated.colour < 1.0, "{repeated:?}");
    let lighter = seam(&before, None, &cases[2].1).unwrap();
    assert!((lighter.brightness - 7.0).abs() < 1.5, "after is lighter than before: {lighter:?}");
    let darker = seam(&before, Some(5), &cases[3].1).unwrap();
    assert!((darker.brightness + 6.0).abs() < 1.5, "after is darker than before: {darker:?}");
    let earlier = seam(&before, Some(2), &cases[0].1).unwrap();
    assert_ne!(earlier.verdict, SeamVerdict::Repeated, "from frame 2 on it is not the same: {earlier:?}");
    let beyond = seam(&before, Some(6), &cases[0].1);
    assert!(matches!(beyond, Err(MediaError::NoSuchFrame { index: 6, frames: 6 })), "{beyond:?}");
}

#[test]
fn one_shot_cut_in_two_is_clean_and_two_shots_jump() {
    let folder = tempfile::tempdir().unwrap();
    let clip = |name, from| Clip { name, from, frames: 20, ..Clip::PLAIN }.make(folder.path());
    let Some(first) = clip("first", 0) else { return };
    let next = seam(&first, None, &clip("second", 20).unwrap()).unwrap();
    assert_eq!(next.verdict, SeamVerdict::Clean, "{next:?}");
    let same = seam(&first, None, &clip("again", 19).unwrap()).unwrap();
    assert_eq!(same.verdict, SeamVerdict::Repeated, "{same:?}");
    let other = seam(&first, None, &shot(folder.path(), "other.mp4", 0, Clone::clone)).unwrap();
    assert_eq!(other.verdict, SeamVerdict::Jump, "{other:?}");
}

#[test]
fn other_sizes_are_compared_at_the_smaller() {
    let large = scene(640, 384, 3);
    let small = lastframe_media::fill(&large, 320, 192).unwrap();
    for (before, after) in [(&large, &small), (&small, &large)] {
        assert_eq!(seam_between(before, after).unwrap().verdict, SeamVerdict::Repeated);
    }
    let same = seam_between(&large, &large).unwrap();
    assert!((same.psnr - 100.0).abs() < 1e-9, "no difference is told as 100 dB: {same:?}");
    assert!(seam_between(&large, &RgbImage::new(0, 0)).is_err());
}

#[test]
fn the_sheet_shows_both_frames_of_every_seam_beside_their_line() {
    let plain = |value| RgbImage::from_pixel(1248, 704, Rgb([value, value, value]));
    let seams = [
        SeamFrames::of(&plain(100), &plain(200), true).unwrap(),
        SeamFrames::of(&plain(120), &RgbImage::from_pixel(90, 160, Rgb([220; 3])), false).unwrap(),
    ];
    let sheet = decode_picture(&contact_sheet(&seams).unwrap()).unwrap();
    // 32 around, 64 for the number, 480 × 271 for a frame, 16 between.
    assert_eq!(sheet.dimensions(), (32 + 64 + 480 + 16 + 480 + 32, 32 + 271 + 32 + 271 + 32));
    let at = |x: u32, y: u32| sheet.get_pixel(x, y).0;
    let (left, middle, right) = (32 + 64 + 240, 32 + 64 + 480 + 8, 32 + 64 + 480 + 16 + 240);
    assert_eq!((at(left, 160)[0], at(right, 160)[0]), (100, 200), "the first seam");
    let amber = at(middle, 160);
    assert!(amber[0] > 200 && amber[2] < 100, "an amber line where it truly continues: {amber:?}");
    let cut = at(middle, 32 + 271 + 32 + 130);
    assert!(cut[0] == cut[2] && cut[0] < 100, "a plain one at a cut: {cut:?}");
    assert_eq!(at(32 + 64 + 480 + 16 + 45, 32 + 271 + 32 + 135)[0], 220, "a small frame is not enlarged");
    let ground = at(right, 32 + 271 + 16);
    let numbers = (32..96).flat_map(|x| (32..64).map(move |y| (x, y)));
    assert!(numbers.filter(|(x, y)| at(*x, *y) != ground).count() > 20, "the first row has its number");
}

#[test]
fn many_seams_stay_one_handy_picture() {
    let frame = scene(1280, 720, 0);
    let seams = vec![SeamFrames::of(&frame, &frame, true).unwrap(); 40];
    let sheet = decode_picture(&contact_sheet(&seams).unwrap()).unwrap();
    let (width, height) = sheet.dimensions();
    assert!(height <= 2 * width + 64 && width <= 2 * height, "{width} × {height}");
    assert!(matches!(contact_sheet(&[]), Err(MediaError::Encode { .. })), "nothing to show");
    let few = vec![seams[0].clone(); SHEET_SEAMS + 1];
    assert!(matches!(contact_sheet(&few), Err(MediaError::Encode { .. })), "more than anyone looks at");
}
