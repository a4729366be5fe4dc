//! Films that are coded anew: the right picture at every time, whole and in its own shape, with its sound.

use std::ops::ControlFlow;

use image::RgbImage;
use lastframe_media::{
    JoinError, MediaError, Part, Progress, Reason, Route, Tags, fill, frame_at, plan, probe, read_recipe, reencode,
};
use lastframe_model::PixelSize;

use crate::ffmpeg::{CLICK, Clip, pictures, samples, told};
use crate::films::{own, part};
use crate::{loudest, psnr};

const WIDE: PixelSize = PixelSize { width: 320, height: 192 };

fn on(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// The part of a picture that is not the black around it.
fn inner(frame: &RgbImage, (left, top, width, height): (u32, u32, u32, u32)) -> RgbImage {
    image::imageops::crop_imm(frame, left, top, width, height).to_image()
}

#[test]
fn every_picture_is_the_one_that_the_parts_show_at_that_time() {
    let folder = tempfile::tempdir().unwrap();
    let Some(wide) = (Clip { name: "wide", extra: &["-bf", "3", "-g", "250"], ..Clip::PLAIN }).make(folder.path())
    else {
        return;
    };
    let tall = Clip { name: "tall", size: "192x320", rate: "30", frames: 45, from: 20, ..Clip::PLAIN };
    let tall = tall.make(folder.path()).unwrap();
    let small = own(folder.path(), "small.mp4", (128, 96), 0..12);
    let mut parts = [part(&wide), part(&tall), part(&small)];
    parts[0].frames = Some(25);
    let planned = plan(&parts).unwrap();
    assert_eq!(planned.route, Route::Reencode);
    for reason in [Reason::OtherSize, Reason::OtherRate, Reason::OtherCodec] {
        assert!(planned.reasons.contains(&reason), "{reason:?} is missing in {:?}", planned.reasons);
    }
    assert_eq!(
        (planned.size, planned.fps.round() as u32),
        (PixelSize { width: 192, height: 320 }, 30),
        "of most frames"
    );
    let target = folder.path().join("film.mp4");
    let mut told = Vec::new();
    reencode(&parts, &target, WIDE, 24.0, None, &mut |progress| {
        told.push(progress.frames_done);
        ControlFlow::Continue(())
    })
    .unwrap();
    // 25 at 24 a second, a second and a half at 30, half a second at 24.
    let frames = 25 + 36 + 12;
    assert_eq!(told, (0..=frames).collect::<Vec<_>>(), "after every frame");
    let facts = probe(&target).unwrap();
    assert_eq!((facts.width, facts.height, facts.frames), (320, 192, frames));
    assert!((facts.fps - 24.0).abs() < 1e-9 && !facts.audio);
    for (number, frame) in (0..).zip(pictures(&target)) {
        assert!((frame.time - f64::from(number) / 24.0).abs() < 1e-4, "frame {number} at {}", frame.time);
    }
    for number in [0, 1, 2, 12, 23, 24] {
        let quality = psnr(&frame_at(&target, number).unwrap(), &frame_at(&wide, number).unwrap());
        assert!(quality > 33.0, "frame {number} of the first: {quality:.1} dB");
    }
    for number in [0, 1, 7, 20, 35] {
        let shown = frame_at(&target, 25 + number).unwrap();
        // 192 × 320 within 320 × 192 is 115 × 192.
        let picture = inner(&shown, (102, 0, 115, 192));
        let middle = (f64::from(number) + 0.5) / 24.0;
        let like = |frame: u32| psnr(&picture, &fill(&frame_at(&tall, frame).unwrap(), 115, 192).unwrap());
        let expected = (middle * 30.0) as u32;
        let around = expected.saturating_sub(2)..=(expected + 2).min(44);
        let best = around.max_by(|one, other| like(*one).total_cmp(&like(*other))).unwrap();
        assert_eq!(best, expected, "frame {number} of the second");
        // Hard edges between strong colours, at a third of their size: chroma has half the pixels.
        assert!(like(expected) > 20.0, "frame {number} of the second: {:.1} dB", like(expected));
        let black = inner(&shown, (0, 0, 96, 192));
        assert!(black.as_raw().iter().all(|value| *value < 8), "beside it is black");
    }
    let shown = frame_at(&target, 25 + 36 + 11).unwrap();
    let quality = psnr(&inner(&shown, (32, 0, 256, 192)), &fill(&frame_at(&small, 11).unwrap(), 256, 192).unwrap());
    assert!(quality > 28.0, "the last one: {quality:.1} dB");
    let flags = crate::ffmpeg::told(&target, "packet=flags", &["-select_streams", "v"]);
    for start in [0, 25, 25 + 36] {
        assert!(flags[start].contains('K'), "each part begins with a key frame, for those who jump there");
    }
}

#[test]
fn rates_sound_chapters_and_tags_are_as_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let clip = |name, rate, sound| Clip { name, rate, sound, frames: 31, ..Clip::PLAIN }.make(folder.path());
    let Some(slow) = clip("slow", "24", Some(CLICK)) else { return };
    let quick = clip("quick", "30", Some(CLICK)).unwrap();
    let silent = clip("silent", "25", None).unwrap();
    let mut parts = [part(&slow), part(&silent), part(&quick), part(&slow)];
    for (part, title) in parts.iter_mut().zip(["one", "two", "three", "four"]) {
        part.title = title.into();
    }
    let tags = Tags { title: "Anew".into(), comment: String::new(), recipe: "{}".into() };
    let lengths = [31.0 / 24.0, 31.0 / 25.0, 31.0 / 30.0, 31.0 / 24.0];
    let length: f64 = lengths.iter().sum();
    for (fps, exact) in [(24.0, 24.0), (30.0, 30.0), (23.976, 24000.0 / 1001.0), (12.5, 12.5), (60.0, 60.0)] {
        let target = folder.path().join("film.mp4");
        reencode(&parts, &target, PixelSize { width: 160, height: 96 }, fps, Some(&tags), &mut on).unwrap();
        let facts = probe(&target).unwrap();
        assert!((facts.fps - exact).abs() < 1e-9, "{fps}: {}", facts.fps);
        assert!((facts.seconds - length).abs() <= 1.0 / fps, "{fps}: {} s, not {length}", facts.seconds);
        let sound = samples(&target, 44_100);
        let mut begin = 0.0;
        for (part, length) in parts.iter().zip(lengths) {
            if part.path != silent {
                let found = loudest(&sound, ((begin + 0.5) * 44_100.0) as usize) as f64 / 44_100.0;
                // Half an AAC frame, and half a picture by which the part itself may be moved.
                assert!(
                    (found - begin - 0.5).abs() < 0.013 + 0.5 / fps,
                    "{fps}: click at {found}, not {}",
                    begin + 0.5
                );
            }
            begin += length;
        }
        let titles = told(&target, "chapter_tags=title", &[]);
        assert_eq!(titles, ["one", "two", "three", "four"]);
        let recipe = read_recipe(&mut std::fs::File::open(&target).unwrap()).unwrap();
        assert_eq!(recipe.as_deref(), Some("{}"));
        let bytes = std::fs::read(&target).unwrap();
        let place = |name: &[u8]| bytes.windows(4).position(|window| window == name).unwrap();
        assert!(place(b"moov") < place(b"mdat"), "tables first");
    }
}

#[test]
fn what_is_like_already_goes_through_with_little_loss_and_repeated_frames_once() {
    let folder = tempfile::tempdir().unwrap();
    let parts = [
        part(&own(folder.path(), "a.mp4", (320, 192), 0..10)),
        Part { skip_first: true, ..part(&own(folder.path(), "b.mp4", (320, 192), 9..20)) },
        Part { skip_first: true, frames: Some(1), ..part(&own(folder.path(), "c.mp4", (320, 192), 19..22)) },
    ];
    let target = folder.path().join("film.mp4");
    reencode(&parts, &target, WIDE, 24.0, None, &mut on).unwrap();
    assert_eq!(probe(&target).unwrap().frames, 20);
    for number in 0..20 {
        let quality = psnr(&frame_at(&target, number).unwrap(), &crate::scene(320, 192, number));
        assert!(quality > 34.0, "frame {number}: {quality:.1} dB against what was drawn");
    }
    // At a quarter of the rate, every fourth picture.
    reencode(&parts[..1], &target, WIDE, 6.0, None, &mut on).unwrap();
    assert_eq!(probe(&target).unwrap().frames, 2, "ten frames are 0.42 s");
}

#[test]
fn it_can_be_called_off_at_any_frame_and_refuses_what_cannot_be() {
    let folder = tempfile::tempdir().unwrap();
    let clip = part(&own(folder.path(), "a.mp4", (128, 96), 0..12));
    let parts = [clip.clone(), clip.clone()];
    let target = folder.path().join("film.mp4");
    let size = PixelSize { width: 128, height: 96 };
    for at in [0, 1, 11, 12, 13, 24] {
        let mut told = Vec::new();
        let called_off = reencode(&parts, &target, size, 24.0, None, &mut |progress| {
            told.push(progress);
            if progress.frames_done >= at { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert!(matches!(called_off, Err(JoinError::Canceled)), "at {at}: {called_off:?}");
        assert_eq!(told.last(), Some(&Progress { frames_done: at, frames: 24 }), "nothing is done after that");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "only the part is there");
    }
    for (size, fps) in
        [((127, 96), 24.0), ((8000, 96), 24.0), ((128, 96), 0.0), ((128, 96), 1000.0), ((128, 96), f64::NAN)]
    {
        let size = PixelSize { width: size.0, height: size.1 };
        let refused = reencode(&parts, &target, size, fps, None, &mut on);
        assert!(
            matches!(refused, Err(JoinError::Media(MediaError::Unsupported { .. }))),
            "{size:?} {fps}: {refused:?}"
        );
    }
    let over = reencode(&parts, &clip.path, size, 24.0, None, &mut on);
    assert!(matches!(over, Err(JoinError::OverPart)), "{over:?}");
    // A part whose tables are whole and whose pictures are not.
    let mut bytes = std::fs::read(&clip.path).unwrap();
    let at = bytes.windows(4).position(|window| window == b"mdat").unwrap() + 12;
    bytes[at..].fill(0xff);
    let damaged = folder.path().join("damaged.mp4");
    std::fs::write(&damaged, bytes).unwrap();
    let refused = reencode(&[clip, part(&damaged)], &target, size, 24.0, None, &mut on);
    let Err(JoinError::Part(error)) = refused else { panic!("{refused:?}") };
    assert_eq!(error.part, 1, "{error}");
    assert!(matches!(error.error, MediaError::Decode { .. }), "{error}");
    assert!(!target.exists());
}
