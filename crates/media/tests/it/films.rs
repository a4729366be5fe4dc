//! Films joined by stream copy: every picture is that of its part, sound and chapters are where they belong.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use lastframe_media::{
    JoinError, MediaError, Part, Progress, Reason, Route, Tags, VideoWriter, frame_at, join, last_frame, plan, probe,
    read_recipe,
};

use crate::ffmpeg::{CLICK, Clip, Frame, hashes, pictures, told};
use crate::scene;

pub fn part(path: &Path) -> Part {
    Part { path: path.to_owned(), frames: None, skip_first: false, title: String::new() }
}

fn on(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// Joins, and checks what must hold for every film that was joined without leaving anything out.
pub fn joined(parts: &[Part], target: &Path) -> Vec<Frame> {
    let told_before = plan(parts).unwrap();
    assert_eq!((told_before.route, &told_before.reasons[..]), (Route::Join, &[][..]));
    join(parts, target, None, &mut on).unwrap();
    let film = pictures(target);
    assert_eq!(probe(target).unwrap().frames as usize, film.len(), "as many frames as ffmpeg shows");
    let seconds: f64 = told(target, "format=duration", &[])[0].parse().unwrap();
    assert!(
        (seconds - told_before.seconds).abs() < 1.0 / told_before.fps,
        "{seconds} s, planned {}",
        told_before.seconds
    );
    let bytes = std::fs::metadata(target).unwrap().len();
    assert!(
        told_before.bytes.unwrap().abs_diff(bytes) <= 64,
        "planned {:?} bytes, {bytes} are there",
        told_before.bytes
    );
    film
}

fn all(parts: &[Part]) -> Vec<Frame> {
    parts.iter().flat_map(|part| pictures(&part.path)).collect()
}

pub fn evenly(film: &[Frame], fps: f64) {
    for (number, frame) in (0..).zip(film) {
        let expected = f64::from(number) / fps;
        assert!((frame.time - expected).abs() < 0.002, "frame {number} at {} s, not {expected}", frame.time);
    }
}

/// Two clips of one kind; `None` without ffmpeg.
fn pair(folder: &Path, clip: &Clip<'_>) -> Option<Vec<Part>> {
    let first = Clip { name: "first", ..clip.clone() }.make(folder)?;
    let second = Clip { name: "second", from: 60, frames: clip.frames + 6, ..clip.clone() }.make(folder)?;
    Some(vec![part(&first), part(&second)])
}

#[test]
fn frames_are_those_of_the_parts_whoever_made_them() {
    let kinds: [(&str, &str, &[&str]); 5] = [
        ("baseline", "320x192", &["-profile:v", "baseline"]),
        ("b-frames and edit lists", "320x192", &["-profile:v", "high", "-bf", "3"]),
        ("9:16, tables first", "192x320", &["-bf", "3", "-movflags", "+faststart"]),
        ("without edit lists", "320x192", &["-bf", "2", "-use_editlist", "0"]),
        ("negative offsets", "320x192", &["-bf", "2", "-movflags", "+negative_cts_offsets"]),
    ];
    for (kind, size, extra) in kinds {
        let folder = tempfile::tempdir().unwrap();
        let Some(parts) = pair(folder.path(), &Clip { size, extra, ..Clip::PLAIN }) else { return };
        let target = folder.path().join("film.mp4");
        let film = joined(&parts, &target);
        assert_eq!(hashes(&film), hashes(&all(&parts)), "{kind}: every picture, bit for bit");
        assert!((film[0].time).abs() < 1e-6, "{kind}: it begins at once, not at {}", film[0].time);
        evenly(&film, 24.0);
        let keys = told(&target, "packet=flags", &["-select_streams", "v"]);
        let starts = keys.iter().filter(|flags| flags.contains('K')).count();
        assert_eq!(starts, 3 + 4, "{kind}: key frames every 12 frames of each part stay key frames");
        // Ours reads what it writes.
        let last = last_frame(&parts[1].path).unwrap();
        assert_eq!(last_frame(&target).unwrap(), last, "{kind}");
        assert_eq!(frame_at(&target, 31).unwrap(), frame_at(&parts[1].path, 0).unwrap(), "{kind}");
    }
}

#[test]
fn parts_with_other_clocks_and_delays_are_brought_together() {
    let folder = tempfile::tempdir().unwrap();
    let clip = |name, extra| Clip { name, extra, from: 5, ..Clip::PLAIN }.make(folder.path());
    let Some(usual) = clip("usual", &["-bf", "2"]) else { return };
    let others = [
        clip("fine", &["-bf", "2", "-video_track_timescale", "90000"]),
        clip("coarse", &["-bf", "2", "-video_track_timescale", "24"]),
        clip("negative", &["-bf", "2", "-movflags", "+negative_cts_offsets"]),
        clip("odd", &["-bf", "2", "-video_track_timescale", "1000"]),
    ];
    for order in [false, true] {
        for other in others.iter().flatten() {
            let mut parts = vec![part(&usual), part(other)];
            if order {
                parts.reverse();
            }
            let film = joined(&parts, &folder.path().join("film.mp4"));
            assert_eq!(hashes(&film), hashes(&all(&parts)), "{}", other.display());
            evenly(&film, 24.0);
        }
    }
}

#[test]
fn what_is_unlike_is_not_joined_and_the_reason_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let clip = |name, size, rate, extra| Clip { name, size, rate, extra, ..Clip::PLAIN }.make(folder.path());
    let Some(usual) = clip("usual", "320x192", "24", &["-bf", "2"]) else { return };
    for (what, other, reason) in [
        ("size", clip("size", "192x320", "24", &["-bf", "2"]), Reason::OtherSize),
        ("rate", clip("rate", "320x192", "30", &["-bf", "2"]), Reason::OtherRate),
        ("rate of television", clip("ntsc", "320x192", "24000/1001", &["-bf", "2"]), Reason::OtherRate),
        ("profile", clip("profile", "320x192", "24", &["-profile:v", "baseline"]), Reason::OtherCodec),
        ("references", clip("refs", "320x192", "24", &["-bf", "2", "-refs", "5"]), Reason::OtherCodec),
    ] {
        let parts = [part(&usual), part(&other.unwrap())];
        let plan = plan(&parts).unwrap();
        assert_eq!(plan.route, Route::Reencode, "{what}");
        assert!(plan.reasons.contains(&reason), "{what}: {:?}", plan.reasons);
        assert_eq!(plan.bytes, None, "{what}: nobody knows");
        let refused = join(&parts, &folder.path().join("film.mp4"), None, &mut on);
        assert!(matches!(&refused, Err(JoinError::Unlike(reasons)) if *reasons == plan.reasons), "{what}: {refused:?}");
        assert!(!folder.path().join("film.mp4").exists());
    }
    let mpeg4 = clip("mpeg4", "320x192", "24", &["-c:v", "mpeg4"]).unwrap();
    let refused = plan(&[part(&usual), part(&mpeg4)]);
    let Err(error) = refused else { panic!("it can neither be joined nor decoded") };
    assert_eq!(error.part, 1, "{error}");
    assert!(matches!(error.error, MediaError::Unsupported { .. }), "{error}");
}

#[test]
fn a_part_may_end_at_any_frame_where_that_is_exact() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mut parts) = pair(folder.path(), &Clip { extra: &["-bf", "0"], ..Clip::PLAIN }) else { return };
    let (first, second) = (pictures(&parts[0].path), pictures(&parts[1].path));
    parts[0].frames = Some(17);
    let film = joined(&parts, &folder.path().join("film.mp4"));
    assert_eq!(hashes(&film), [hashes(&first[..17]), hashes(&second)].concat());
    evenly(&film, 24.0);

    let Some(mut parts) = pair(folder.path(), &Clip { extra: &["-bf", "2", "-b_strategy", "0"], ..Clip::PLAIN }) else {
        return;
    };
    let first = pictures(&parts[0].path);
    let mut routes = Vec::new();
    for frames in 10..20 {
        parts[0].frames = Some(frames);
        let plan = plan(&parts).unwrap();
        routes.push(plan.route);
        assert_eq!(plan.frames, frames + 37);
        if plan.route == Route::Join {
            let film = joined(&parts, &folder.path().join("film.mp4"));
            assert_eq!(hashes(&film)[..frames as usize], hashes(&first[..frames as usize]), "{frames} frames");
            evenly(&film, 24.0);
        } else {
            assert_eq!(plan.reasons, [Reason::Trimmed], "{frames} frames");
        }
    }
    assert!(routes.contains(&Route::Join), "behind a frame that others are not decoded after: {routes:?}");
    assert!(routes.contains(&Route::Reencode), "between frames that are kept in another order: {routes:?}");

    for (frames, wrong) in [(0, "no frame"), (32, "more than there are")] {
        parts[0].frames = Some(frames);
        assert!(plan(&parts).is_err(), "{wrong}");
    }
}

#[test]
fn a_repeated_frame_is_shown_once() {
    let folder = tempfile::tempdir().unwrap();
    let kinds: [(&[&str], bool); 3] = [
        (&["-bf", "0"], true),
        (&["-bf", "2", "-b_strategy", "0"], false),
        (&["-bf", "2", "-b_strategy", "0", "-video_track_timescale", "24"], false),
    ];
    for (extra, left_out) in kinds {
        let Some(mut parts) = pair(folder.path(), &Clip { extra, ..Clip::PLAIN }) else { return };
        parts[1].skip_first = true;
        let target = folder.path().join("film.mp4");
        let planned = plan(&parts).unwrap();
        assert_eq!((planned.route, planned.frames), (Route::Join, 31 + 37 - 1));
        join(&parts, &target, None, &mut on).unwrap();
        let film = pictures(&target);
        let (first, second) = (pictures(&parts[0].path), pictures(&parts[1].path));
        if left_out {
            assert_eq!(hashes(&film), [hashes(&first[..30]), hashes(&second)].concat());
            evenly(&film, 24.0);
        } else {
            assert_eq!(hashes(&film), [hashes(&first), hashes(&second)].concat(), "others need it: it stays");
            assert!(film[31].time - film[30].time < 0.001, "but for a tick: {} to {}", film[30].time, film[31].time);
            evenly(&film[..30], 24.0);
        }
        assert!((film[film.len() - 37].time - 30.0 / 24.0).abs() < 0.001, "the second part begins a frame earlier");
    }
}

#[test]
fn a_part_that_hides_its_beginning_is_joined_only_in_front() {
    let folder = tempfile::tempdir().unwrap();
    let Some(parts) = pair(folder.path(), &Clip { extra: &["-bf", "2"], ..Clip::PLAIN }) else { return };
    let cut = folder.path().join("cut.mp4");
    let (from, to) = (parts[0].path.display().to_string(), cut.display().to_string());
    crate::ffmpeg::output("ffmpeg", &["-ss", "0.75", "-i", &from, "-c", "copy", &to]).unwrap();
    let shown = pictures(&cut).len();
    assert_eq!(probe(&cut).unwrap().frames as usize, shown, "ffmpeg hides what stands before the cut");
    let target = folder.path().join("film.mp4");
    let film = joined(&[part(&cut), parts[1].clone()], &target);
    assert_eq!(hashes(&film), [hashes(&pictures(&cut)), hashes(&pictures(&parts[1].path))].concat());
    evenly(&film, 24.0);
    let behind = plan(&[parts[1].clone(), part(&cut)]).unwrap();
    assert_eq!(behind.reasons, [Reason::Trimmed], "hidden frames cannot stand in the middle of a film");
}

#[test]
fn chapters_and_tags_are_where_players_look() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mut parts) = pair(folder.path(), &Clip { sound: Some(CLICK), extra: &["-bf", "2"], ..Clip::PLAIN }) else {
        return;
    };
    parts[0].title = "A paper boat 纸船".into();
    parts[1].title = "字".repeat(200);
    parts.push(Part { frames: Some(1), ..parts[0].clone() });
    let tags = Tags { title: "Boats".into(), comment: "three shots".into(), recipe: "{\"film\":1}".into() };
    let target = folder.path().join("film.mp4");
    join(&parts, &target, Some(&tags), &mut on).unwrap();
    let starts = told(&target, "chapter=start_time", &[]);
    let starts: Vec<f64> = starts.iter().map(|line| line.split(',').next().unwrap().parse().unwrap()).collect();
    for (start, expected) in starts.iter().zip([0.0, 31.0 / 24.0, 68.0 / 24.0]) {
        assert!((start - expected).abs() < 0.002, "a chapter at {start}, not {expected}");
    }
    assert_eq!(starts.len(), 3);
    let titles = told(&target, "chapter_tags=title", &[]);
    assert_eq!(titles, parts.iter().map(|part| part.title.clone()).collect::<Vec<_>>(), "whole, in the text track");
    // The list alone, without the track: long titles end at a whole letter.
    let bytes = std::fs::read(&target).unwrap();
    let mut listed = bytes.clone();
    let at = listed.windows(4).position(|window| window == b"tref").unwrap();
    listed[at..at + 4].copy_from_slice(b"free");
    let only = folder.path().join("listed.mp4");
    std::fs::write(&only, listed).unwrap();
    let titles = told(&only, "chapter_tags=title", &[]);
    assert_eq!(titles, ["A paper boat 纸船".to_owned(), "字".repeat(85), "A paper boat 纸船".to_owned()]);

    let place = |name: &[u8]| bytes.windows(4).position(|window| window == name).unwrap();
    assert!(place(b"moov") < place(b"mdat"), "playback can start before the whole file is there");
    let recipe = read_recipe(&mut std::io::Cursor::new(&bytes)).unwrap();
    assert_eq!(recipe.as_deref(), Some("{\"film\":1}"));
    let format = told(&target, "format_tags=title,comment", &[]);
    assert!(format[0].contains("Boats") && format[0].contains("three shots"), "{format:?}");
    assert_eq!(probe(&target).unwrap().frames, 31 + 37 + 1);
}

/// A part of our own, with pictures that begin at `from`.
pub fn own(folder: &Path, name: &str, (width, height): (u32, u32), frames: std::ops::Range<u32>) -> PathBuf {
    let path = folder.join(name);
    let mut writer = VideoWriter::create(&path, width, height, frames.len() as u32).unwrap();
    for frame in frames {
        writer.push(&scene(width, height, frame)).unwrap();
    }
    writer.finish().unwrap();
    path
}

#[test]
fn our_own_clips_are_joined_and_the_film_is_the_same_every_time() {
    let folder = tempfile::tempdir().unwrap();
    let parts =
        [part(&own(folder.path(), "a.mp4", (128, 96), 0..10)), part(&own(folder.path(), "b.mp4", (128, 96), 10..30))];
    let target = folder.path().join("film.mp4");
    let mut told = Vec::new();
    join(&parts, &target, None, &mut |progress| {
        told.push(progress);
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(told.first(), Some(&Progress { frames_done: 0, frames: 30 }));
    assert_eq!(told.last(), Some(&Progress { frames_done: 30, frames: 30 }));
    let facts = probe(&target).unwrap();
    assert_eq!((facts.frames, facts.audio), (30, false));
    for frame in 0..30 {
        let (path, number) = if frame < 10 { (&parts[0].path, frame) } else { (&parts[1].path, frame - 10) };
        assert_eq!(frame_at(&target, frame).unwrap(), frame_at(path, number).unwrap(), "frame {frame}");
    }
    let first = std::fs::read(&target).unwrap();
    join(&parts, &target, None, &mut on).unwrap();
    assert!(std::fs::read(&target).unwrap() == first, "no clock and no chance in the file");
    // A film can be part of a film.
    let twice = folder.path().join("twice.mp4");
    join(&[part(&target), part(&target)], &twice, None, &mut on).unwrap();
    assert_eq!(probe(&twice).unwrap().frames, 60);
}

#[test]
fn nothing_is_left_of_a_film_that_was_called_off_and_no_part_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let part = part(&own(folder.path(), "a.mp4", (128, 96), 0..10));
    let target = folder.path().join("film.mp4");
    for at in 0..4 {
        let mut asked = 0;
        let called_off = join(&[part.clone(), part.clone(), part.clone()], &target, None, &mut |_| {
            asked += 1;
            if asked > at { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert!(matches!(called_off, Err(JoinError::Canceled)), "at {at}: {called_off:?}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "only the part is there");
    }
    let before = std::fs::read(&part.path).unwrap();
    let refused = join(&[part.clone(), part.clone()], &part.path, None, &mut on);
    assert!(matches!(refused, Err(JoinError::OverPart)), "{refused:?}");
    assert_eq!(std::fs::read(&part.path).unwrap(), before, "parts are only read");
    assert!(matches!(join(&[], &target, None, &mut on), Err(JoinError::Empty)));
    let nowhere = join(&[part], &folder.path().join("nowhere/film.mp4"), None, &mut on);
    assert!(matches!(nowhere, Err(JoinError::Io(_))), "{nowhere:?}");
}

#[test]
fn parts_that_cannot_be_read_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let whole = own(folder.path(), "a.mp4", (128, 96), 0..10);
    let bytes = std::fs::read(&whole).unwrap();
    let other = folder.path().join("other.mp4");
    let target = folder.path().join("film.mp4");
    let refused = |bytes: &[u8]| {
        std::fs::write(&other, bytes).unwrap();
        let parts = [part(&whole), part(&other)];
        let planned = plan(&parts).unwrap_err();
        let Err(JoinError::Part(error)) = join(&parts, &target, None, &mut on) else { panic!("it was joined") };
        assert_eq!((planned.part, error.part), (1, 1), "the second: {error}");
        assert!(!target.exists());
        error
    };
    let cut = refused(&bytes[..bytes.len() - 7]);
    assert!(matches!(cut.error, MediaError::Truncated { missing: 7 }), "{cut}");
    assert!(cut.to_string().starts_with("Part 2 of the film: The video is cut short"), "{cut}");
    let html = refused(b"<!doctype html><title>Sign in</title>");
    assert!(matches!(html.error, MediaError::NotAVideo { .. }), "{html}");
    std::fs::remove_file(&other).unwrap();
    let gone = plan(&[part(&whole), part(&other)]).unwrap_err();
    assert!(matches!(gone.error, MediaError::Io(_)), "{gone}");
    assert!(plan(&[]).is_err(), "a film of nothing");
}

#[test]
fn damaged_tables_give_films_or_errors_but_no_panic() {
    let folder = tempfile::tempdir().unwrap();
    let Some(sounding) =
        (Clip { name: "a", frames: 9, sound: Some(CLICK), extra: &["-bf", "2"], ..Clip::PLAIN }).make(folder.path())
    else {
        return;
    };
    let whole = std::fs::read(&sounding).unwrap();
    let start = whole.windows(4).position(|window| window == b"moov").unwrap();
    let damaged = folder.path().join("damaged.mp4");
    let target = folder.path().join("film.mp4");
    let (mut refused, mut made) = (0, 0);
    for position in (start..whole.len()).step_by(3) {
        for value in [0x00, 0xff] {
            let mut bytes = whole.clone();
            bytes[position] = value;
            std::fs::write(&damaged, &bytes).unwrap();
            let parts = [part(&damaged), part(&sounding), part(&damaged)];
            match plan(&parts) {
                Ok(plan) if plan.route == Route::Join && position % 7 == 0 => {
                    made += u32::from(join(&parts, &target, None, &mut on).is_ok());
                }
                Ok(_) => {}
                Err(_) => refused += 1,
            }
        }
    }
    assert!(refused > 100 && made > 50, "{refused} refused, {made} joined");
}
