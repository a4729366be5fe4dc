//! Files of another maker, read as that maker reads them. Skipped where ffmpeg is not installed.

use std::path::{Path, PathBuf};
use std::process::Command;

use image::RgbImage;
use lastframe_media::{first_and_last_frame, frame_at, last_frame, probe};

use crate::psnr;

fn run(arguments: &[&str]) -> bool {
    match Command::new("ffmpeg").args(["-v", "error", "-y"]).args(arguments).status() {
        Ok(status) => {
            assert!(status.success(), "ffmpeg {arguments:?}");
            true
        }
        Err(_) => false,
    }
}

/// Three seconds with B-frames; `None` without ffmpeg.
fn make(folder: &Path, name: &str, size: &str, extra: &[&str]) -> Option<PathBuf> {
    let path = folder.join(name);
    let source = format!("mandelbrot=size={size}:rate=24");
    let mut arguments = vec!["-f", "lavfi", "-i", &source];
    if extra.contains(&"aac") {
        arguments.extend(["-f", "lavfi", "-i", "sine=frequency=440:duration=4"]);
    }
    arguments.extend(["-t", "3", "-vf", "format=yuv420p,scale=in_range=tv:out_range=tv", "-c:v", "libx264"]);
    arguments.extend(["-profile:v", "high", "-bf", "3", "-g", "60", "-crf", "16"]);
    arguments.extend(extra);
    let target = path.display().to_string();
    arguments.push(&target);
    run(&arguments).then_some(path)
}

/// A frame as ffmpeg shows it.
pub fn by_ffmpeg(path: &Path, index: u32, matrix: &str) -> RgbImage {
    let out = path.with_extension(format!("{index}.png"));
    let select = format!(
        "select=eq(n\\,{index}),scale=in_color_matrix={matrix}:flags=neighbor+accurate_rnd+full_chroma_int,format=rgb24"
    );
    assert!(run(&[
        "-i",
        &path.display().to_string(),
        "-vf",
        &select,
        "-frames:v",
        "1",
        "-pix_fmt",
        "rgb24",
        &out.display().to_string()
    ]));
    lastframe_media::decode_picture(&std::fs::read(out).unwrap()).unwrap()
}

fn check(path: &Path, matrix: &str, size: (u32, u32), audio: bool) {
    let facts = probe(path).unwrap();
    assert_eq!((facts.width, facts.height, facts.frames), (size.0, size.1, 72), "{}", path.display());
    assert!((facts.seconds - 3.0).abs() < 1e-6, "the length is that of the picture: {}", facts.seconds);
    assert_eq!(facts.audio, audio);
    for index in [0, 1, 2, 3, 35, 59, 60, 61, 70, 71] {
        let quality = psnr(&frame_at(path, index).unwrap(), &by_ffmpeg(path, index, matrix));
        assert!(quality >= 40.0, "{} frame {index}: {quality:.1} dB against ffmpeg", path.display());
    }
    let quality = psnr(&last_frame(path).unwrap(), &by_ffmpeg(path, 71, matrix));
    assert!(quality >= 40.0, "{} last frame: {quality:.1} dB against ffmpeg", path.display());
}

/// Decoded together or not, they are the very frames that each is alone.
fn both_ends(path: &Path) {
    let (first, last) = first_and_last_frame(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(first == frame_at(path, 0).unwrap(), "{}: the first", path.display());
    assert!(last == last_frame(path).unwrap(), "{}: the last", path.display());
}

#[test]
fn the_first_and_the_last_frame_at_once_are_the_same_as_alone() {
    let folder = tempfile::tempdir().unwrap();
    for (name, extra) in [
        ("one-group.mp4", &["-g", "250"][..]),
        ("two-groups.mp4", &["-g", "60"]),
        ("no-b-frames.mp4", &["-g", "250", "-bf", "0"]),
        ("open-groups.mp4", &["-g", "24", "-x264-params", "open-gop=1"]),
        ("two.mp4", &["-frames:v", "2"]),
        ("one.mp4", &["-frames:v", "1"]),
    ] {
        let Some(path) = make(folder.path(), name, "320x180", extra) else { return };
        both_ends(&path);
    }
    let open = folder.path().join("open-groups.mp4");
    for index in [0, 23, 24, 30, 46, 47, 48, 71] {
        let quality = psnr(&frame_at(&open, index).unwrap(), &by_ffmpeg(&open, index, "bt601"));
        assert!(quality >= 40.0, "frame {index} of open groups: {quality:.1} dB against ffmpeg");
    }
    let (whole, cut) = (folder.path().join("one-group.mp4"), folder.path().join("cut.mp4"));
    assert!(run(&["-ss", "1", "-i", &whole.display().to_string(), "-c", "copy", &cut.display().to_string()]));
    both_ends(&cut);
}

#[test]
fn b_frames_and_tables_at_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let Some(path) = make(folder.path(), "plain.mp4", "864x480", &[]) else { return };
    check(&path, "bt601", (864, 480), false);
}

#[test]
fn tables_first_high_definition_and_tagged_colours() {
    let folder = tempfile::tempdir().unwrap();
    let tags = ["-movflags", "+faststart", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"];
    let Some(path) = make(folder.path(), "hd.mp4", "1248x704", &tags) else { return };
    check(&path, "bt709", (1248, 704), false);
}

#[test]
fn portrait_with_sound() {
    let folder = tempfile::tempdir().unwrap();
    let Some(path) = make(folder.path(), "sound.mp4", "480x864", &["-c:a", "aac", "-movflags", "+faststart"]) else {
        return;
    };
    // The second input is only there when asked for by codec name.
    check(&path, "bt709", (480, 864), probe(&path).unwrap().audio);
    assert!(probe(&path).unwrap().audio, "the sound track was made");
}

#[test]
fn a_trimmed_copy_shows_only_what_its_edit_list_shows() {
    let folder = tempfile::tempdir().unwrap();
    let Some(path) = make(folder.path(), "whole.mp4", "640x640", &[]) else { return };
    let cut = folder.path().join("cut.mp4");
    // Stream copy from the second key frame's neighbourhood: decoding starts before what is shown.
    assert!(run(&["-ss", "1", "-i", &path.display().to_string(), "-c", "copy", &cut.display().to_string()]));
    let facts = probe(&cut).unwrap();
    assert_eq!(facts.frames, 48, "two of three seconds are shown");
    let quality = psnr(&last_frame(&cut).unwrap(), &last_frame(&path).unwrap());
    assert!(quality > 60.0, "both end on the same frame: {quality:.1} dB");
    let first = psnr(&frame_at(&cut, 0).unwrap(), &frame_at(&path, 24).unwrap());
    assert!(first > 60.0, "the cut starts at frame 24: {first:.1} dB");
}

#[test]
fn other_codecs_are_probed_but_not_decoded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mpeg4.mp4");
    let target = path.display().to_string();
    if !run(&["-f", "lavfi", "-i", "testsrc=size=320x240:rate=24", "-t", "1", "-c:v", "mpeg4", &target]) {
        return;
    }
    assert_eq!(probe(&path).unwrap().frames, 24);
    let refused = last_frame(&path).map(|_| ());
    assert!(matches!(refused, Err(lastframe_media::MediaError::Unsupported { .. })), "not decoded as H.264");
}
