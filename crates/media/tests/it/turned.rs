//! Videos that are to be turned before they are shown, as phones make them. ffmpeg, which turns them too, is the judge.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use lastframe_media::{
    Reason, Route, decode_picture, fill, frame_at, join, last_frame, outline, plan, probe, reencode, seam, strip,
};
use lastframe_model::{PixelSize, SeamVerdict};

use crate::ffmpeg::{Clip, hashes, output, pictures, told};
use crate::films::{own, part};
use crate::foreign::by_ffmpeg;
use crate::psnr;
use crate::strips::tile;

/// The same coded frames, to be turned by so many degrees.
fn turned(clip: &Path, degrees: &str) -> PathBuf {
    let path = clip.with_extension(format!("{degrees}.mp4"));
    let noted = format!("rotate={degrees}");
    let (from, to) = (clip.display().to_string(), path.display().to_string());
    output("ffmpeg", &["-y", "-i", &from, "-c", "copy", "-metadata:s:v", &noted, &to]).unwrap();
    path
}

/// The same file with a, b, c, d of another matrix.
fn with_matrix(clip: &Path, name: &str, [a, b, c, d]: [i32; 4]) -> PathBuf {
    let mut bytes = std::fs::read(clip).unwrap();
    let head = bytes.windows(4).position(|window| window == b"tkhd").unwrap();
    // Of a head of version 0, behind its name, flags, times, number, length, layer, group and volume.
    let matrix = head + 44;
    for (place, value) in [(0, a), (1, b), (3, c), (4, d)] {
        let at = matrix + place * 4;
        bytes[at..at + 4].copy_from_slice(&(value << 16).to_be_bytes());
    }
    let path = clip.with_extension(format!("{name}.mp4"));
    std::fs::write(&path, bytes).unwrap();
    path
}

/// Every picture that is taken out of the video is the one that ffmpeg shows.
fn check(path: &Path, size: (u32, u32), frames: u32) {
    let facts = probe(path).unwrap();
    assert_eq!((facts.width, facts.height, facts.frames), (size.0, size.1, frames), "{}", path.display());
    let header = outline(path).unwrap();
    assert_eq!((header.width, header.height), size, "{}", path.display());
    for index in [0, 1, 13, frames - 1] {
        let quality = psnr(&frame_at(path, index).unwrap(), &by_ffmpeg(path, index, "bt601"));
        assert!(quality >= 40.0, "{} frame {index}: {quality:.1} dB against ffmpeg", path.display());
    }
    assert_eq!(last_frame(path).unwrap(), frame_at(path, frames - 1).unwrap());
}

#[test]
fn pictures_stand_upright_whichever_way_the_phone_was_held() {
    let folder = tempfile::tempdir().unwrap();
    let Some(clip) = (Clip { name: "lying", extra: &["-bf", "3"], ..Clip::PLAIN }).make(folder.path()) else { return };
    for (degrees, size) in [("90", (192, 320)), ("180", (320, 192)), ("270", (192, 320))] {
        let path = turned(&clip, degrees);
        assert_ne!(frame_at(&path, 5).unwrap(), frame_at(&clip, 5).unwrap(), "{degrees}: it is turned");
        check(&path, size, 31);
        let sheet = decode_picture(&strip(&path, &|| true).unwrap().unwrap()).unwrap();
        for number in [0, 7, 30] {
            let small = tile(&sheet, number, 31);
            let whole = frame_at(&path, number).unwrap();
            assert_eq!(small.width() < small.height(), size.0 < size.1, "{degrees}: the shape of the preview");
            let quality = psnr(&small, &fill(&whole, small.width(), small.height()).unwrap());
            assert!(quality > 22.0, "{degrees}: preview {number}: {quality:.1} dB");
        }
        // The same pictures coded as they are shown.
        let upright = folder.path().join("upright.mp4");
        let (from, to) = (path.display().to_string(), upright.display().to_string());
        output("ffmpeg", &["-y", "-i", &from, "-c:v", "libx264", "-crf", "12", &to]).unwrap();
        let figures = seam(&path, Some(8), &upright).unwrap();
        assert_ne!(figures.verdict, SeamVerdict::Repeated, "{degrees}: frame 8 is another: {figures:?}");
        let figures = seam(&path, Some(0), &upright).unwrap();
        assert_eq!(figures.verdict, SeamVerdict::Repeated, "{degrees}: {figures:?}");
    }
}

#[test]
fn mirror_images_are_shown_as_such_and_any_other_matrix_turns_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let Some(clip) = (Clip { name: "plain", ..Clip::PLAIN }).make(folder.path()) else { return };
    for (name, matrix, size) in [
        ("mirrored", [-1, 0, 0, 1], (320, 192)),
        ("upside-down", [1, 0, 0, -1], (320, 192)),
        ("transposed", [0, 1, 1, 0], (192, 320)),
        ("transposed-back", [0, -1, -1, 0], (192, 320)),
    ] {
        check(&with_matrix(&clip, name, matrix), size, 31);
    }
    for (name, matrix) in [("leaning", [1, 1, -1, 1]), ("nothing", [0; 4])] {
        let path = with_matrix(&clip, name, matrix);
        assert_eq!(frame_at(&path, 3).unwrap(), frame_at(&clip, 3).unwrap(), "{name}");
        assert_eq!(probe(&path).unwrap().width, 320, "{name}");
    }
}

#[test]
fn a_film_of_an_upright_and_a_turned_part_shows_both_upright() {
    let folder = tempfile::tempdir().unwrap();
    let Some(clip) = (Clip { name: "lying", frames: 40, ..Clip::PLAIN }).make(folder.path()) else { return };
    let upright = own(folder.path(), "upright.mp4", (192, 320), 0..24);
    for degrees in ["90", "270"] {
        let path = turned(&clip, degrees);
        let parts = [part(&upright), part(&path)];
        let planned = plan(&parts).unwrap();
        assert_eq!((planned.route, planned.size), (Route::Reencode, PixelSize { width: 192, height: 320 }));
        assert!(!planned.reasons.contains(&Reason::OtherSize), "both are shown in one size: {:?}", planned.reasons);
        let target = folder.path().join("film.mp4");
        reencode(&parts, &target, planned.size, 24.0, None, &mut |_| ControlFlow::Continue(())).unwrap();
        let facts = probe(&target).unwrap();
        assert_eq!((facts.width, facts.height, facts.frames), (192, 320, 64));
        assert_eq!(told(&target, "stream=width,height", &["-select_streams", "v"]), ["192,320"], "coded upright");
        for index in [0, 12, 23] {
            let quality = psnr(&by_ffmpeg(&target, index, "bt709"), &frame_at(&upright, index).unwrap());
            assert!(quality > 33.0, "{degrees}: frame {index} of the upright part: {quality:.1} dB");
        }
        for index in [0, 20, 39] {
            let quality = psnr(&by_ffmpeg(&target, 24 + index, "bt709"), &by_ffmpeg(&path, index, "bt601"));
            assert!(quality > 30.0, "{degrees}: frame {index} of the turned part: {quality:.1} dB");
        }
    }
}

#[test]
fn turned_parts_are_joined_as_they_are_and_stay_turned() {
    let folder = tempfile::tempdir().unwrap();
    let clip = |name, from| Clip { name, from, ..Clip::PLAIN }.make(folder.path());
    let Some(first) = clip("first", 0) else { return };
    let parts = [part(&turned(&first, "90")), part(&turned(&clip("second", 40).unwrap(), "90"))];
    let planned = plan(&parts).unwrap();
    assert_eq!((planned.route, planned.size), (Route::Join, PixelSize { width: 192, height: 320 }));
    let target = folder.path().join("film.mp4");
    join(&parts, &target, None, &mut |_| ControlFlow::Continue(())).unwrap();
    let (one, two) = (pictures(&parts[0].path), pictures(&parts[1].path));
    assert_eq!(hashes(&pictures(&target)), [hashes(&one), hashes(&two)].concat(), "every picture, bit for bit");
    assert_eq!(frame_at(&target, 31).unwrap(), frame_at(&parts[1].path, 0).unwrap());
    let reasons = plan(&[parts[0].clone(), part(&first)]).unwrap().reasons;
    assert!(reasons.contains(&Reason::OtherCodec), "a turned and an upright one cannot share a track: {reasons:?}");
}
