//! Films that several workers code beside each other: the same film as one worker makes, whatever lay in which unit.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use lastframe_media::{JoinError, MediaError, Part, Progress, frame_at, probe, reencode_with};
use lastframe_model::PixelSize;

use crate::ffmpeg::{CLICK, Clip, pictures, samples, told};
use crate::films::{own, part};
use crate::{loudest, psnr};

const SIZE: PixelSize = PixelSize { width: 320, height: 192 };

/// A long part with key frames that it can be cut at, one whose key frames lead to frames shown before them, short ones,
/// one at another rate, and one of a single frame. `None` without ffmpeg.
fn parts(folder: &Path) -> Option<Vec<Part>> {
    let long = &["-bf", "3", "-g", "31", "-sc_threshold", "0"];
    let long = Clip { name: "long", frames: 170, sound: Some(CLICK), extra: long, ..Clip::PLAIN }.make(folder)?;
    let open = &["-bf", "3", "-g", "24", "-sc_threshold", "0", "-x264-params", "open-gop=1"];
    let open = Clip { name: "open", frames: 130, from: 30, extra: open, ..Clip::PLAIN }.make(folder)?;
    let other = Clip { name: "other", size: "192x320", rate: "30", frames: 75, sound: Some(CLICK), ..Clip::PLAIN };
    let other = other.make(folder)?;
    let short = own(folder, "short.mp4", (320, 192), 0..10);
    let single = Part { frames: Some(1), ..part(&short) };
    Some(vec![part(&long), single.clone(), part(&open), part(&short), part(&other), single])
}

/// Where the parts of that film begin.
const STARTS: [usize; 6] = [0, 170, 171, 301, 311, 371];
const FRAMES: usize = 372;

fn film(parts: &[Part], target: &Path, workers: usize) -> Vec<u32> {
    let mut told = Vec::new();
    reencode_with(parts, target, SIZE, 24.0, workers, None, &mut |Progress { frames_done, frames }| {
        assert_eq!(frames as usize, FRAMES);
        told.push(frames_done);
        ControlFlow::Continue(())
    })
    .unwrap();
    told
}

fn keys(film: &Path) -> Vec<usize> {
    let flags = told(film, "packet=flags", &["-select_streams", "v"]);
    (0..flags.len()).filter(|frame| flags[*frame].contains('K')).collect()
}

#[test]
fn several_workers_make_the_film_that_one_makes() {
    let folder = tempfile::tempdir().unwrap();
    let Some(parts) = parts(folder.path()) else { return };
    let (alone, beside) = (folder.path().join("alone.mp4"), folder.path().join("beside.mp4"));
    assert_eq!(film(&parts, &alone, 1), (0..=FRAMES as u32).collect::<Vec<_>>(), "after every frame");
    let progress = film(&parts, &beside, 3);
    assert!(progress.is_sorted(), "progress never goes back");
    let mut figures = progress.clone();
    figures.dedup();
    assert_eq!(figures, (0..=FRAMES as u32).collect::<Vec<_>>(), "every frame that is coded is told");

    let (one, many) = (pictures(&alone), pictures(&beside));
    assert_eq!((one.len(), many.len()), (FRAMES, FRAMES));
    assert!(one.iter().zip(&many).all(|(one, many)| (one.time - many.time).abs() < 1e-9), "shown at the same times");
    let (one, many) = (probe(&alone).unwrap(), probe(&beside).unwrap());
    assert_eq!((one.frames, one.audio), (many.frames, many.audio));
    assert!((one.seconds - many.seconds).abs() < 1e-9 && (one.fps - many.fps).abs() < 1e-9, "{one:?} {many:?}");
    let lengths = [&alone, &beside].map(|film| told(film, "stream=duration", &[]));
    assert_eq!(lengths[0], lengths[1], "pictures, sound and chapters");
    assert_eq!(told(&alone, "chapter=start_time", &[]), told(&beside, "chapter=start_time", &[]));
    for number in 0..FRAMES as u32 {
        let quality = psnr(&frame_at(&alone, number).unwrap(), &frame_at(&beside, number).unwrap());
        assert!(quality > 36.0, "frame {number}: {quality:.1} dB");
    }
    for part in [0, 4] {
        let around = ((STARTS[part] as f64 / 24.0 + 0.5) * 44_100.0) as usize;
        let [one, many] = [&alone, &beside].map(|film| loudest(&samples(film, 44_100), around));
        assert_eq!(one, many, "the click of part {part}");
        assert!(many.abs_diff(around) < 1500, "the click of part {part} at {many}, not {around}");
    }

    let (one, many) = (keys(&alone), keys(&beside));
    for start in STARTS {
        assert!(one.contains(&start) && many.contains(&start), "{start}: each part begins with a key frame");
    }
    // Its key frames lie 31 apart, two seconds are 48, and the coder's own are 24 apart.
    let cuts = [62, 124];
    assert!(cuts.iter().all(|cut| many.contains(cut) && !one.contains(cut)), "the long part was cut: {many:?}");
    let within = |keys: &[usize]| keys.iter().filter(|key| (171..301).contains(*key)).count();
    assert_eq!(within(&many), within(&one), "the part that cannot be cut was left whole");

    for film in [&alone, &beside] {
        // The chapters are no track to decode.
        let mut command = std::process::Command::new("ffmpeg");
        command.args(["-v", "warning", "-i"]).arg(film).args(["-map", "0:v", "-map", "0:a", "-f", "null", "-"]);
        let output = command.output().unwrap();
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && words.is_empty(), "{}: {words}", film.display());
    }
}

#[test]
fn the_same_film_comes_out_every_time() {
    let folder = tempfile::tempdir().unwrap();
    let Some(parts) = parts(folder.path()) else { return };
    let made = |name: &str, workers| {
        let target = folder.path().join(name);
        film(&parts, &target, workers);
        std::fs::read(&target).unwrap()
    };
    assert!(made("one.mp4", 3) == made("two.mp4", 3), "whichever worker was quicker");
    assert!(made("one.mp4", 1) == made("two.mp4", 0), "there is always one");
}

#[test]
fn it_is_called_off_at_once_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let Some(parts) = parts(folder.path()) else { return };
    let own = std::fs::read_dir(folder.path()).unwrap().count();
    let target = folder.path().join("film.mp4");
    for at in [0, 1, 100, FRAMES as u32] {
        let mut after = 0;
        let called_off = reencode_with(&parts, &target, SIZE, 24.0, 3, None, &mut |progress| {
            if progress.frames_done < at {
                return ControlFlow::Continue(());
            }
            after += 1;
            ControlFlow::Break(())
        });
        assert!(matches!(called_off, Err(JoinError::Canceled)), "at {at}: {called_off:?}");
        assert_eq!(after, 1, "at {at}: it is not asked again");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), own, "at {at}: nothing is left");
    }
}

/// A video whose tables are whole and whose pictures are not.
fn damaged(folder: &Path, name: &str) -> PathBuf {
    let path = own(folder, name, (320, 192), 0..60);
    let mut bytes = std::fs::read(&path).unwrap();
    let at = bytes.windows(4).position(|window| window == b"mdat").unwrap() + 12;
    bytes[at..].fill(0xff);
    std::fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn of_several_parts_that_cannot_be_decoded_the_first_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let long = part(&own(folder.path(), "long.mp4", (320, 192), 0..150));
    let (one, two) = (part(&damaged(folder.path(), "one.mp4")), part(&damaged(folder.path(), "two.mp4")));
    let own = std::fs::read_dir(folder.path()).unwrap().count();
    let target = folder.path().join("film.mp4");
    // The last is found at once, and long before the one that stands behind what is whole.
    for (parts, first) in [(vec![long.clone(), one.clone(), long.clone(), two.clone()], 1), (vec![two, long, one], 0)] {
        let refused = reencode_with(&parts, &target, SIZE, 24.0, 3, None, &mut |_| ControlFlow::Continue(()));
        let Err(JoinError::Part(error)) = refused else { panic!("{refused:?}") };
        assert_eq!(error.part, first, "{error}");
        assert!(matches!(error.error, MediaError::Decode { .. }), "{error}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), own, "nothing is left");
    }
}
