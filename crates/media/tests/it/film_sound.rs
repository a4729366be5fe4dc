//! The sound of films: carried over as it is, in sync at every seam, and silence where there is none.

use std::path::Path;

use lastframe_media::{Part, PartSound, plan};

use crate::ffmpeg::{CLICK, Clip, samples, told};
use crate::films::{evenly, joined, part};
use crate::loudest;

#[test]
fn sound_stays_in_sync_across_all_seams_and_silence_stands_where_there_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let clip = |name, sound, extra| Clip { name, sound, extra, ..Clip::PLAIN }.make(folder.path());
    let Some(sounding) = clip("sounding", Some(CLICK), &["-bf", "2"]) else { return };
    let silent = clip("silent", None, &["-bf", "2"]).unwrap();
    let other = clip("other", Some("sine=r=48000"), &["-bf", "2"]).unwrap();
    let opus = clip("opus", Some("sine=r=48000"), &["-bf", "2", "-c:a", "libopus"]).unwrap();
    let order = [&sounding, &silent, &sounding, &sounding, &other, &sounding, &opus, &sounding, &sounding, &silent];
    let mut parts: Vec<Part> = order.iter().map(|path| part(path)).collect();
    let planned = plan(&parts).unwrap();
    assert!(planned.sound.kept);
    for (path, sound) in order.iter().zip(&planned.sound.parts) {
        let expected = match path.file_stem().unwrap().to_str().unwrap() {
            "sounding" => PartSound::Kept,
            "silent" => PartSound::None,
            _ => PartSound::Dropped,
        };
        assert_eq!(*sound, expected, "{}", path.display());
    }
    for rotated in 0..2 {
        let target = folder.path().join("film.mp4");
        let film = joined(&parts, &target);
        evenly(&film, 24.0);
        let sound = samples(&target, 44_100);
        let seconds = 310.0 / 24.0;
        assert!((sound.len() as f64 / 44_100.0 - seconds).abs() < 1.0 / 24.0, "as long as the pictures");
        let length = 31.0 / 24.0;
        for (number, part) in parts.iter().enumerate() {
            let begin = number as f64 * length;
            if part.path == sounding {
                let expected = (begin + 0.5) * 44_100.0;
                let found = loudest(&sound, expected as usize);
                let off = found as f64 - expected;
                assert!(off.abs() < 1024.0, "part {number}: the click is {off} samples off ({rotated})");
            } else {
                // A frame at each end overlaps with its neighbour.
                let quiet = &sound[(begin * 44_100.0) as usize + 2048..((begin + length) * 44_100.0) as usize - 2048];
                let loud = quiet.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
                assert!(loud < 1e-4, "part {number} is silent, not {loud}");
            }
        }
        // The same with silence in front.
        parts.rotate_left(1);
    }
}

#[test]
fn silence_is_valid_for_every_arrangement_of_channels() {
    let folder = tempfile::tempdir().unwrap();
    for layout in ["mono", "stereo", "3.0", "4.0", "5.0", "5.1", "7.1"] {
        let tone = format!("aevalsrc=0.1*sin(2*PI*440*t):s=48000,aformat=channel_layouts={layout}");
        let clip = |name, sound| Clip { name, sound, frames: 13, ..Clip::PLAIN }.make(folder.path());
        let Some(sounding) = clip("sounding", Some(tone.as_str())) else { return };
        let silent = clip("silent", None).unwrap();
        let target = folder.path().join("film.mp4");
        joined(&[part(&silent), part(&sounding), part(&silent)], &target);
        let sound = samples(&target, 48_000); // any complaint of the decoder fails it
        assert!((sound.len() as f64 / 48_000.0 - 39.0 / 24.0).abs() < 1.0 / 24.0, "{layout}");
        assert!(sound[..24_000].iter().all(|value| value.abs() < 1e-4), "{layout}: digital silence");
    }
}

#[test]
fn sound_that_is_delayed_or_cut_by_edits_stays_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let Some(sounding) = (Clip { name: "a", sound: Some(CLICK), ..Clip::PLAIN }).make(folder.path()) else { return };
    let path = sounding.display().to_string();
    for (offset, expected) in [("0.3", 0.8), ("-0.2", 0.3)] {
        let moved = folder.path().join("moved.mp4");
        let to = moved.display().to_string();
        let arguments =
            ["-y", "-i", &path, "-itsoffset", offset, "-i", &path, "-map", "0:v", "-map", "1:a", "-c", "copy", &to];
        crate::ffmpeg::output("ffmpeg", &arguments).unwrap();
        let alone = loudest(&samples_at(&moved), (expected * 44_100.0) as usize) as f64 / 44_100.0;
        assert!((alone - expected).abs() < 0.03, "the part itself has its click at {alone} s");
        let target = folder.path().join("film.mp4");
        joined(&[part(&sounding), part(&moved), part(&moved)], &target);
        let sound = samples(&target, 44_100);
        for number in [1.0, 2.0] {
            let wanted = number * 31.0 / 24.0 + expected;
            let found = loudest(&sound, (wanted * 44_100.0) as usize) as f64 / 44_100.0;
            assert!((found - wanted).abs() < 1024.0 / 44_100.0, "{offset}: at {found} s, not {wanted}");
        }
    }
}

/// As a player hears it: silence where the sound has not begun.
fn samples_at(path: &Path) -> Vec<f32> {
    let start: f64 = told(path, "stream=start_time", &["-select_streams", "a"])[0].parse().unwrap();
    let silence = (start.max(0.0) * 44_100.0) as usize;
    [vec![0.0; silence], samples(path, 44_100)].concat()
}
