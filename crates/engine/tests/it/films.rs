//! Films: looked at, changed, and on their way out and back in.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use lastframe_engine::EngineError;
use lastframe_library::{LibraryError, sha256_of};
use lastframe_media as media;
use lastframe_model::{
    Clip, ClipId, Consent, Event, ExportEnd, ExportOptions, ExportProblem, ExportReason, ExportRoute, FilmChange,
    FilmId, FilmProblem, FilmView, JobState, Length, PixelSize, Provider, Request, Resolution, SeamKind, SeamVerdict,
    Settings, ShotTrouble,
};
use lastframe_provider::Client;
use lastframe_rehearsal::{Options, Rehearsal};

use crate::copies::made;
use crate::imports::{import, local};
use crate::service::Script;
use crate::{Running, SIZE, World, boat, start};

/// A clip of the test's service that goes on from another one. The test's video is too small for the service's limits,
/// so that a picture of a fitting size stands in for its frame.
async fn continued(running: &Running, before: &Clip, frame: Option<u32>) -> Clip {
    let picture = image::RgbImage::from_pixel(640, 480, image::Rgb([9, 9, 9]));
    let picture = running.engine.keep_image(media::encode_png(&picture).unwrap()).await.unwrap();
    let next = running.engine.continue_from(&before.id, frame).await.unwrap().request;
    made(running, Request { prompt: "It goes on".into(), first_frame: Some(picture), ..next }).await
}

/// Three clips, each continuing the one before.
async fn chain(running: &Running) -> [Clip; 3] {
    let one = made(running, boat()).await;
    let two = continued(running, &one, None).await;
    let three = continued(running, &two, None).await;
    [one, two, three]
}

fn film_of(clip: &Clip) -> FilmId {
    FilmId::new(clip.id.as_str())
}

fn path(view: &FilmView) -> Vec<&ClipId> {
    view.shots.iter().map(|shot| &shot.clip.id).collect()
}

fn problem(error: &EngineError) -> Option<FilmProblem> {
    if let EngineError::Library(LibraryError::Film(problem)) = error { Some(*problem) } else { None }
}

/// How the export of a film ended.
async fn ended(running: &Running, film: &FilmId) -> ExportEnd {
    let began = Instant::now();
    loop {
        let found = running.events.lock().unwrap().iter().rev().find_map(|event| match event {
            Event::Export(progress) if progress.film == *film => progress.ended.clone(),
            _ => None,
        });
        if let Some(end) = found {
            return end;
        }
        assert!(began.elapsed() < Duration::from_mins(1), "the export never ended");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Peak signal-to-noise ratio of two pictures, dB.
fn psnr(a: &image::RgbImage, b: &image::RgbImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let squares = a.as_raw().iter().zip(b.as_raw()).map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2));
    let error = squares.sum::<f64>() / a.as_raw().len() as f64;
    if error == 0.0 { 100.0 } else { 10.0 * (255.0_f64.powi(2) / error).log10() }
}

#[tokio::test]
async fn a_film_shows_takes_depth_what_is_open_and_what_is_the_matter() {
    let world = World::new(Script::default()).await;
    let running = world.connected();
    let [one, two, three] = chain(&running).await;
    let other = continued(&running, &one, Some(3)).await;
    let engine = &running.engine;
    let view = engine.film_view(&film_of(&one)).await.unwrap();
    assert_eq!(path(&view), [&one.id, &other.id], "the newest take each time");
    assert_eq!(view.shots[0].shown, 4, "up to and including the frame that the next one starts from");
    let takes: Vec<_> = view.shots[1].takes.iter().map(|take| (&take.clip.id, take.from_frame, take.on_path)).collect();
    assert_eq!(takes, [(&two.id, None, false), (&other.id, Some(3), true)]);
    assert_eq!((view.tree_clips, view.saved, view.title.as_str()), (4, false, boat().prompt.as_str()));
    assert!(view.shots[0].takes.is_empty() && view.next.is_empty() && !view.rehearsal);

    let picked = FilmChange::Pick { at: 1, clip: two.id.clone() };
    let view = engine.change_film(&film_of(&one), picked).await.unwrap();
    assert_eq!((path(&view), view.saved), (vec![&one.id, &two.id, &three.id], true));
    assert_eq!(view.shots.iter().map(|shot| shot.depth).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(
        view.shots.iter().map(|shot| shot.seam).collect::<Vec<_>>(),
        [None, Some(SeamKind::Continues), Some(SeamKind::Continues)]
    );
    assert_eq!(view.shots[0].shown, 8);
    assert_eq!(engine.film_of(&three.id).await.unwrap(), film_of(&one));

    // A job that is open is seen, with what it will cost; the clip it becomes comes to the path.
    engine.pause_queue(true).await.unwrap();
    let next = engine.continue_from(&three.id, None).await.unwrap().request;
    let frame = view.shots[1].clip.request.first_frame.clone();
    let request = Request { prompt: "Further".into(), first_frame: frame, ..next };
    let jobs = engine.enqueue(request, 1, running.provider.clone(), Consent::Within).await.unwrap();
    let view = engine.film_view(&film_of(&one)).await.unwrap();
    assert_eq!(view.open_jobs.iter().map(|job| &job.id).collect::<Vec<_>>(), [&jobs[0].id]);
    assert_eq!(Some(view.open_cost), jobs[0].estimate.cost);
    engine.pause_queue(false).await.unwrap();
    running.until_state(&jobs[0].id, JobState::Done).await;
    let four = running.job(&jobs[0].id).clip.unwrap();
    let view = engine.film_view(&film_of(&one)).await.unwrap();
    assert_eq!(path(&view), [&one.id, &two.id, &three.id, &four], "it grew by itself");
    assert!(running.events.lock().unwrap().iter().any(|event| matches!(event, Event::Films { .. })));

    let copy = engine.duplicate_film(&view.id, " Another  cut ".into()).await.unwrap();
    assert_eq!((path(&copy), copy.title.as_str()), (path(&view), "Another cut"));
    assert_ne!(copy.id, view.id);
    engine.trash_clips(vec![two.id.clone()]).await.unwrap();
    let view = engine.film_view(&copy.id).await.unwrap();
    assert_eq!(view.shots[1].trouble, Some(ShotTrouble::Trashed));
    assert_eq!(view.shots[1].takes.len(), 2, "the path goes through it");
    let deleted = engine.delete_film(&copy.id).await.unwrap();
    assert!(engine.film_view(&copy.id).await.is_err());
    engine.delete_clips(vec![two.id.clone()]).await.unwrap();
    let view = engine.restore_film(deleted).await.unwrap();
    assert_eq!(path(&view), [&one.id, &three.id, &four], "what is gone for good stays gone");
    assert_eq!(view.shots[1].seam, Some(SeamKind::Cut), "it continues a clip that is not there");
}

#[tokio::test]
async fn what_stands_in_the_way_of_an_export_is_said_beforehand() {
    let world = World::new(Script::default()).await;
    let running = world.connected();
    let [one, two, three] = chain(&running).await;
    let (engine, film) = (&running.engine, film_of(&one));
    let outside = tempfile::tempdir().unwrap();
    let target = outside.path().join("film.mp4");
    std::fs::write(&target, b"mine").unwrap();
    let options = ExportOptions::default();

    engine.change_film(&film, FilmChange::Note { note: "kept".into() }).await.unwrap();
    engine.trash_clips(vec![two.id.clone()]).await.unwrap();
    let third = engine.library().places().clip_file(&three);
    std::fs::rename(&third, outside.path().join("elsewhere.mp4")).unwrap();
    let plan = engine.plan_export(&film, options.clone()).await.unwrap();
    assert!(!plan.possible);
    assert_eq!(
        plan.problems,
        [ExportProblem::Trashed { clip: two.id.clone() }, ExportProblem::Missing { clip: three.id.clone() }]
    );
    let error = engine.export_film(&film, options.clone(), target.clone()).await.unwrap_err();
    assert_eq!(problem(&error), Some(FilmProblem::NotWhole), "{error}");
    let error = engine.export_shots(&film, outside.path().to_owned()).await.unwrap_err();
    assert_eq!(problem(&error), Some(FilmProblem::NotWhole), "{error}");
    engine.restore_clips(vec![two.id.clone()]).await.unwrap();
    std::fs::write(&third, b"no video").unwrap();
    let plan = engine.plan_export(&film, options.clone()).await.unwrap();
    let [ExportProblem::Unreadable { clip, .. }] = plan.problems.as_slice() else { panic!("{plan:?}") };
    assert_eq!((clip, plan.possible), (&three.id, false));
    std::fs::rename(outside.path().join("elsewhere.mp4"), &third).unwrap();
    assert!(engine.plan_export(&film, options.clone()).await.unwrap().possible);

    let clip_file = engine.library().places().clip_file(&one);
    let between = clip_file.with_file_name("film.mp4");
    for place in [clip_file, engine.library().places().database(), between] {
        let error = engine.export_film(&film, options.clone(), place.clone()).await.unwrap_err();
        assert!(matches!(error, EngineError::TargetInLibrary), "{}: {error}", place.display());
    }
    for (odd, wanted) in [
        (
            ExportOptions { size: Some(PixelSize { width: 641, height: 360 }), ..options.clone() },
            FilmProblem::NoSuchSize,
        ),
        (ExportOptions { fps: Some(0.0), ..options.clone() }, FilmProblem::NoSuchRate),
        (ExportOptions { fps: Some(f64::NAN), ..options.clone() }, FilmProblem::NoSuchRate),
    ] {
        let error = engine.plan_export(&film, odd).await.unwrap_err();
        assert_eq!(problem(&error), Some(wanted), "{error}");
    }
    let nowhere = engine.export_film(&film, options, outside.path().join("gone/film.mp4")).await.unwrap_err();
    assert!(matches!(nowhere, EngineError::Library(LibraryError::Io { .. })), "{nowhere}");
    assert_eq!(std::fs::read(&target).unwrap(), b"mine", "nothing was touched");
    let left: Vec<PathBuf> = std::fs::read_dir(outside.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(left, [target]);
}

#[tokio::test]
async fn an_export_is_encoded_anew_where_it_is_asked_for_and_stopped_without_a_trace() {
    let world = World::new(Script::default()).await;
    let running = world.connected();
    let [one, two, three] = chain(&running).await;
    let (engine, film) = (&running.engine, film_of(&one));
    let sums = |running: &Running| {
        let places = running.engine.library().places();
        [&one, &two, &three].map(|clip| sha256_of(&places.clip_file(clip)).unwrap())
    };
    let before = sums(&running);
    let outside = tempfile::tempdir().unwrap();
    let target = outside.path().join("film.mp4");
    let size = PixelSize { width: 128, height: 96 };
    let options = ExportOptions {
        size: Some(size),
        fps: Some(12.0),
        skip_repeated: false,
        recipe: false,
        ..ExportOptions::default()
    };
    let plan = engine.plan_export(&film, options.clone()).await.unwrap();
    assert_eq!((plan.route, plan.reasons.as_slice()), (ExportRoute::Reencode, [ExportReason::Asked].as_slice()));
    engine.export_film(&film, options.clone(), target.clone()).await.unwrap();
    assert_eq!(ended(&running, &film).await, ExportEnd::Done { path: target.display().to_string() });
    let facts = media::probe(&target).unwrap();
    assert_eq!((facts.width, facts.height, facts.frames), (128, 96, plan.frames), "24 frames of 24 are 12 of 12");
    assert!((facts.fps - 12.0).abs() < 0.01);

    // A long film, so that there is time to stop it.
    let path: Vec<ClipId> = std::iter::repeat_n(one.id.clone(), 400).collect();
    let long = engine.new_film(path, "Long".into()).await.unwrap().id;
    let options = ExportOptions { reencode: true, ..options };
    let other = outside.path().join("long.mp4");
    engine.export_film(&long, options.clone(), other.clone()).await.unwrap();
    let twice = engine.export_film(&long, options.clone(), outside.path().join("twice.mp4")).await.unwrap_err();
    assert_eq!(problem(&twice), Some(FilmProblem::Exporting), "{twice}");
    engine.cancel_export(&long);
    assert_eq!(ended(&running, &long).await, ExportEnd::Canceled);
    assert!(!other.exists());
    let left = std::fs::read_dir(outside.path()).unwrap().count();
    assert_eq!(left, 1, "only the film that was finished");
    let joined = ExportOptions { recipe: false, ..ExportOptions::default() };
    engine.export_film(&long, joined, other.clone()).await.unwrap();
    running.engine.shutdown().await;
    assert!(
        !other.exists() || media::probe(&other).is_ok(),
        "an export that the program's end meets is whole or not there"
    );
    assert_eq!(sums(&running), before, "the library's files are only read");
}

#[tokio::test]
async fn editors_get_numbered_clips_and_lists_and_people_a_sheet_of_the_seams() {
    let world = World::new(Script::default()).await;
    let running = world.connected();
    let one = made(&running, boat()).await;
    let two = continued(&running, &one, Some(3)).await;
    let (engine, film) = (&running.engine, film_of(&one));
    engine.change_film(&film, FilmChange::Rename { name: "Night: ferry".into() }).await.unwrap();
    let outside = tempfile::tempdir().unwrap();
    let folder = engine.export_shots(&film, outside.path().to_owned()).await.unwrap();
    assert_eq!(folder, outside.path().join("Night ferry"));
    let mut names: Vec<_> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    let [first, second, edl, xml] = names.as_slice() else { panic!("{names:?}") };
    assert_eq!(
        (first.as_str(), second.as_str()),
        ("01 A paper boat drifts down a rainy street.mp4", "02 It goes on.mp4")
    );
    assert_eq!((edl.as_str(), xml.as_str()), ("film.edl", "film.fcpxml"));
    assert_eq!(media::probe(&folder.join(first)).unwrap().frames, 8, "the clip is whole");
    let edl = std::fs::read_to_string(folder.join(edl)).unwrap();
    assert!(edl.contains("00:00:00:00 00:00:00:04 00:00:00:00 00:00:00:04"), "the film shows four frames of it: {edl}");
    let xml = std::fs::read_to_string(folder.join(xml)).unwrap();
    assert!(xml.contains("Night%20ferry/02%20It%20goes%20on.mp4"), "{xml}");
    let again = engine.export_shots(&film, outside.path().to_owned()).await.unwrap();
    assert_eq!(again, outside.path().join("Night ferry (2)"), "nothing is replaced");
    let error = engine.export_shots(&film, engine.library().places().clips).await.unwrap_err();
    assert!(matches!(error, EngineError::TargetInLibrary), "{error}");

    let sheet = outside.path().join("seams.png");
    engine.contact_sheet(&film, sheet.clone()).await.unwrap();
    let facts = media::picture_facts(&std::fs::read(&sheet).unwrap()).unwrap();
    assert!(facts.width > 2 * SIZE.0 && facts.height >= SIZE.1, "two frames side by side: {facts:?}");
    let error = engine.contact_sheet(&film_of(&two), sheet).await.unwrap_err();
    assert_eq!(problem(&error), Some(FilmProblem::NoSeam), "{error}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_disk_without_room_is_said_beforehand_and_one_that_fills_leaves_nothing() {
    let world = World::new(Script::default()).await;
    let running = world.connected();
    let [one, ..] = chain(&running).await;
    let outside = tempfile::tempdir().unwrap();
    let Some(disk) = crate::imports::Disk::mount(&outside.path().join("small"), "size=64k") else { return };
    let (engine, film) = (&running.engine, film_of(&one));
    let target = outside.path().join("small/film.mp4");
    let error = engine.export_film(&film, ExportOptions::default(), target.clone()).await.unwrap_err();
    assert!(matches!(error, EngineError::Library(LibraryError::DiskFull)), "{error}");
    assert!(!target.exists());
    // Room for the look beforehand, and not for the film: it is only known how large a joined one is.
    disk.remount("size=1200k");
    std::fs::write(&target, b"mine").unwrap();
    let path: Vec<ClipId> = std::iter::repeat_n(one.id.clone(), 1_000).collect();
    let long = engine.new_film(path, "Long".into()).await.unwrap().id;
    let size = Some(PixelSize { width: 1280, height: 720 });
    let options = ExportOptions { size, skip_repeated: false, ..ExportOptions::default() };
    engine.export_film(&long, options, target.clone()).await.unwrap();
    let ExportEnd::Failed { error } = ended(&running, &long).await else { panic!("it cannot have room") };
    assert_eq!(error.reason, Some(lastframe_model::Reason::File(lastframe_model::FileProblem::DiskFull)), "{error}");
    assert_eq!(std::fs::read(&target).unwrap(), b"mine", "what was there before is there still");
    assert_eq!(std::fs::read_dir(target.parent().unwrap()).unwrap().count(), 1, "and nothing beside it");
}

/// A film of three with two takes at its second seam, made by the practice service.
struct Rehearsed {
    folder: tempfile::TempDir,
    running: Running,
    rehearsal: Rehearsal,
}

impl Rehearsed {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let running = start(folder.path(), Provider::Rehearsal, Settings::default()).unwrap();
        let options = Options { speed: 100.0, ..Options::in_folder(folder.path().join("rehearsal")) };
        let rehearsal = Rehearsal::start(options).await.unwrap();
        let client = Client::new(rehearsal.address(), rehearsal.key().clone()).unwrap();
        running.engine.connect(Provider::Rehearsal, client);
        Self { folder, running, rehearsal }
    }

    async fn clip(&self, request: Request) -> Clip {
        let request = Request { resolution: Resolution::P480, length: Length::Seconds(2), ..request };
        let engine = &self.running.engine;
        let job = engine.enqueue(request, 1, Provider::Rehearsal, Consent::Within).await.unwrap().remove(0).id;
        self.running.until_state(&job, JobState::Done).await;
        engine.library().clip(&self.running.job(&job).clip.unwrap()).unwrap().unwrap()
    }

    async fn continued(&self, before: &Clip, frame: Option<u32>, prompt: &str) -> Clip {
        let next = self.running.engine.continue_from(&before.id, frame).await.unwrap().request;
        self.clip(Request { prompt: prompt.into(), ..next }).await
    }

    fn file(&self, clip: &Clip) -> PathBuf {
        self.running.engine.library().places().clip_file(clip)
    }
}

/// Every frame of a video.
fn frames(path: &Path) -> Vec<image::RgbImage> {
    let count = media::probe(path).unwrap().frames;
    (0..count).map(|number| media::frame_at(path, number).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_film_goes_out_as_one_file_bit_for_bit_and_comes_back_with_its_structure() {
    let world = Rehearsed::start().await;
    let one = world.clip(boat()).await;
    let two = world.continued(&one, None, "It reaches the river").await;
    let three = world.continued(&two, Some(20), "It sinks").await;
    world.continued(&two, Some(20), "It floats on").await;
    let (engine, film) = (&world.running.engine, film_of(&one));
    let pick = FilmChange::Pick { at: 2, clip: three.id.clone() };
    let view = engine.change_film(&film, pick).await.unwrap();
    assert_eq!(path(&view), [&one.id, &two.id, &three.id]);
    assert_eq!((view.shots[2].takes.len(), view.shots[1].shown, view.rehearsal), (2, 21, true));

    // What the practice service makes of the frame that it was given.
    for (before, frame, after) in [(&one, one.media.frames - 1, &two), (&two, 20, &three)] {
        let given = media::frame_at(&world.file(before), frame).unwrap();
        let begins = media::frame_at(&world.file(after), 0).unwrap();
        let apart = psnr(&given, &begins);
        assert!(apart >= 35.0, "a continued clip begins with the frame it was made from: {apart:.1} dB");
        let measure = engine.measure_seam(&before.id, Some(frame), &after.id).await.unwrap();
        assert_eq!(measure.kind, SeamVerdict::Repeated, "{measure:?}");
    }

    engine.change_film(&film, FilmChange::Rename { name: "Paper boat".into() }).await.unwrap();
    let outside = tempfile::tempdir().unwrap();
    let target = outside.path().join("film.mp4");
    let options = ExportOptions { skip_repeated: false, ..ExportOptions::default() };
    let plan = engine.plan_export(&film, options.clone()).await.unwrap();
    assert_eq!((plan.route, plan.problems.len()), (ExportRoute::Join, 0), "{plan:?}");
    assert_eq!(plan.frames, one.media.frames + 21 + three.media.frames);
    engine.export_film(&film, options, target.clone()).await.unwrap();
    assert_eq!(ended(&world.running, &film).await, ExportEnd::Done { path: target.display().to_string() });
    let shown = frames(&target);
    let expected: Vec<_> = [(&one, one.media.frames), (&two, 21), (&three, three.media.frames)]
        .into_iter()
        .flat_map(|(clip, count)| frames(&world.file(clip)).into_iter().take(usize::try_from(count).unwrap()))
        .collect();
    assert_eq!(shown.len(), expected.len());
    let other: Vec<usize> = (0..shown.len()).filter(|at| shown[*at] != expected[*at]).collect();
    assert!(other.is_empty(), "every frame is that of its clip; others are {other:?}");
    let skipping = engine.plan_export(&film, ExportOptions::default()).await.unwrap();
    assert_eq!(skipping.frames, plan.frames - 2, "without the frames that stand there twice");

    // Where its clips are, it is a film again; where they are not, a clip that keeps the recipe.
    let deleted = engine.delete_film(&film).await.unwrap();
    let summary = import(&world.running, &[&target]).await;
    assert!(summary.clips.is_empty() && summary.refused.is_empty(), "{summary:?}");
    let view = engine.film_view(&summary.films[0].film).await.unwrap();
    assert_eq!((view.name.as_deref(), path(&view)), (Some("Paper boat"), deleted.path.iter().collect::<Vec<_>>()));
    assert_eq!((view.shots[1].shown, view.shots[2].takes.len()), (21, 2), "trims and takes are those of its clips");
    let again = import(&world.running, &[&target]).await;
    assert_eq!(again.films, summary.films, "it is saved once");

    let elsewhere = tempfile::tempdir().unwrap();
    let stranger = local(elsewhere.path());
    let summary = import(&stranger, &[&target]).await;
    assert_eq!((summary.clips.len(), summary.films.len()), (1, 0), "{summary:?}");
    let clip = stranger.engine.library().clip(&summary.clips[0]).unwrap().unwrap();
    assert_eq!((clip.name.as_deref(), clip.media.frames), (Some("film"), plan.frames));
    // Together with copies of its clips it is a film there, too: whatever comes first.
    let copies = [&one, &two, &three].map(|clip| outside.path().join(format!("{}.mp4", clip.id)));
    for (clip, copy) in [&one, &two, &three].into_iter().zip(&copies) {
        engine.copy_clip(&clip.id, copy).await.unwrap();
    }
    let elsewhere = tempfile::tempdir().unwrap();
    let stranger = local(elsewhere.path());
    let summary = import(&stranger, &[&target, &copies[2], &copies[0], &copies[1]]).await;
    assert_eq!((summary.clips.len(), summary.films.len()), (3, 1), "{summary:?}");
    let view = stranger.engine.film_view(&summary.films[0].film).await.unwrap();
    let seams: Vec<_> = view.shots.iter().map(|shot| (shot.seam, shot.shown)).collect();
    let count = |clip: &Clip| clip.media.frames;
    assert_eq!(
        seams,
        [(None, count(&one)), (Some(SeamKind::Continues), 21), (Some(SeamKind::Continues), count(&three))]
    );
    stranger.engine.shutdown().await;
    world.running.engine.shutdown().await;
    world.rehearsal.shutdown().await;
    drop(world.folder);
}
