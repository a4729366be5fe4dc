//! Files that are brought in: what becomes a clip, what does not and why, and that nothing is doubled or lost.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use lastframe_engine::SharedRecipe;
use lastframe_library::{Library, Places, Rebuild, sha256_of};
use lastframe_media as media;
use lastframe_model::{
    Clip, ClipId, Consent, Event, ImportProblem, ImportProgress, ImportSummary, JobState, Provider, Request, Settings,
};
use tokio_util::sync::CancellationToken;

use crate::service::Script;
use crate::{Running, SIZE, TestClock, World, boat, eventually, frame, start_by};

/// A video of eight frames, each brighter than the one before; `shade` makes it another one.
pub(crate) fn video(path: &Path, shade: u8) {
    let mut writer = media::VideoWriter::create(path, SIZE.0, SIZE.1, 8).unwrap();
    for number in 0..8 {
        let mut picture = frame(number);
        picture.pixels_mut().for_each(|pixel| pixel[2] = shade);
        writer.push(&picture).unwrap();
    }
    writer.finish().unwrap();
}

/// A library without a service, a day after everything that the tests made elsewhere: their clocks run fast.
pub(crate) fn local(home: &Path) -> Running {
    let clock = TestClock::new(1);
    clock.jump(86_400);
    start_by(clock, home, Provider::Rehearsal, Settings::default(), |_| {}).unwrap()
}

pub(crate) async fn import(running: &Running, files: &[&Path]) -> ImportSummary {
    let files = files.iter().map(|file| file.to_path_buf()).collect();
    running.engine.import(files, CancellationToken::new(), |_| {}).await.unwrap()
}

fn clip(library: &Library, id: &ClipId) -> Clip {
    library.clip(id).unwrap().unwrap()
}

/// Every file below the clips folder, by its path in it.
fn files_of(library: &Library) -> Vec<String> {
    fn walk(root: &Path, folder: &Path, found: &mut Vec<String>) {
        // What pictures are made in is gone as soon as they are.
        let Ok(entries) = std::fs::read_dir(folder) else { return };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, found);
            } else {
                found.push(path.strip_prefix(root).unwrap().display().to_string());
            }
        }
    }
    let (root, mut found) = (library.places().clips, Vec::new());
    walk(&root, &root, &mut found);
    found.sort();
    found
}

#[tokio::test]
async fn anyones_files_become_clips_and_stay_where_they_are() {
    let (home, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let running = local(home.path());
    let library = running.engine.library().clone();
    let (one, two) = (outside.path().join("Night ferry.mp4"), outside.path().join("b.m4v"));
    video(&one, 10);
    video(&two, 200);
    let before = (sha256_of(&one).unwrap(), std::fs::metadata(&one).unwrap().modified().unwrap());
    let told: Arc<Mutex<Vec<ImportProgress>>> = Arc::default();
    let heard = Arc::clone(&told);
    let hear = move |progress| heard.lock().unwrap().push(progress);
    let summary = running.engine.import(vec![one.clone(), two], CancellationToken::new(), hear).await.unwrap();
    assert_eq!((summary.clips.len(), summary.left), (2, 0), "{summary:?}");
    assert!(summary.known.is_empty() && summary.refused.is_empty(), "{summary:?}");
    assert_eq!(
        told.lock().unwrap().last(),
        Some(&ImportProgress { total: 2, done: 2, taken: 2 }),
        "the last word says that it is over"
    );

    let made = clip(&library, &summary.clips[0]);
    assert_eq!((made.provider.clone(), made.name.as_deref()), (Provider::Imported, Some("Night ferry")));
    assert_eq!((made.request.prompt.as_str(), made.request.model.as_str(), made.cost()), ("", "unknown", None));
    assert_eq!((made.media.width, made.media.height, made.media.frames), (SIZE.0, SIZE.1, 8));
    assert_eq!(made.sha256, before.0);
    let written = jiff::Timestamp::try_from(before.1).unwrap();
    assert_eq!(made.created_at, written, "it stands on the day on which its file was written");
    let places = library.places();
    assert_eq!(sha256_of(&places.clip_file(&made)).unwrap(), before.0, "byte for byte");
    let poster = media::decode_picture(&std::fs::read(places.poster_file(&made)).unwrap()).unwrap();
    assert_eq!(poster.dimensions(), SIZE);
    for id in &summary.clips {
        let file = places.last_frame_file(&clip(&library, id));
        eventually("the last frame to be drawn", || file.is_file()).await;
    }
    let last = media::decode_picture(&std::fs::read(places.last_frame_file(&made)).unwrap()).unwrap();
    assert_eq!(last, media::last_frame(&one).unwrap(), "exactly the last frame, drawn behind");
    assert_eq!((sha256_of(&one).unwrap(), std::fs::metadata(&one).unwrap().modified().unwrap()), before);
    eventually("four files a clip, and nothing that was only on the way", || files_of(&library).len() == 8).await;

    // It is a clip, and no job that anybody could see, pay for or send.
    assert!(library.all_jobs().unwrap().is_empty() && library.carded_jobs().unwrap().is_empty());
    assert!(library.open_jobs().unwrap().is_empty());
    assert_eq!(library.submits(&made.job).unwrap(), (0, 0), "nothing was ever sent");
    assert_eq!(library.spent_since(jiff::Timestamp::UNIX_EPOCH).unwrap(), lastframe_model::Usd::ZERO);
    assert!(library.prompts("", 10).unwrap().is_empty(), "nobody wrote a prompt for it");
    assert_eq!(library.job(&made.job).unwrap().unwrap().state, JobState::Done);
    assert!(
        running.engine.continue_from(&made.id, None).await.unwrap().request.continues.is_some(),
        "it can be gone on from"
    );
    let clips = running.events.lock().unwrap().iter().filter(|event| matches!(event, Event::Clip(_))).count();
    assert_eq!(clips, 2, "each is told once");
}

#[tokio::test]
async fn a_last_frame_that_was_never_drawn_is_drawn_when_somebody_wants_it() {
    let (home, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let running = local(home.path());
    let library = running.engine.library().clone();
    let file = outside.path().join("a.mp4");
    video(&file, 10);
    let made = clip(&library, &import(&running, &[&file]).await.clips[0]);
    let last = library.places().last_frame_file(&made);
    eventually("the last frame to be drawn", || last.is_file()).await;
    let drawn = std::fs::read(&last).unwrap();
    for left in [None, Some(b"half a picture")] {
        match left {
            None => std::fs::remove_file(&last).unwrap(),
            Some(bytes) => std::fs::write(&last, bytes).unwrap(),
        }
        let taken = running.engine.continue_from(&made.id, None).await.unwrap().request.first_frame.unwrap();
        assert_eq!(library.image_bytes(&taken.id).unwrap().unwrap(), drawn);
        assert_eq!(std::fs::read(&last).unwrap(), drawn, "and kept");
    }
}

#[tokio::test]
async fn a_last_frame_that_a_death_cut_short_is_taken_away_by_the_next_start() {
    let (home, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (file, left) = (outside.path().join("a.mp4"), home.path().join("clips/.lastframe-new"));
    video(&file, 10);
    let running = local(home.path());
    let library = running.engine.library().clone();
    let made = clip(&library, &import(&running, &[&file]).await.clips[0]);
    eventually("the last frame to be drawn", || library.places().last_frame_file(&made).is_file()).await;
    eventually("the folder of what is made to go away", || !left.exists()).await;
    running.engine.shutdown().await;
    drop((running, library));
    std::fs::create_dir(&left).unwrap();
    std::fs::write(left.join(format!("{}.last.png.17-0.new", made.id.as_str())), "half a pic").unwrap();
    let running = local(home.path());
    assert!(!left.exists());
    assert_eq!(files_of(running.engine.library()).len(), 4, "the video, its recipe and its two pictures");
}

#[tokio::test]
async fn what_cannot_be_taken_is_named_with_its_reason_and_keeps_nobody_else_out() {
    let (home, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let running = local(home.path());
    let path = |name: &str| outside.path().join(name);
    video(&path("good.mp4"), 10);
    let whole = std::fs::read(path("good.mp4")).unwrap();
    std::fs::write(path("cut.mp4"), &whole[..whole.len() * 2 / 3]).unwrap();
    std::fs::write(path("page.mp4"), "<html>").unwrap();
    std::fs::write(path("empty.mp4"), "").unwrap();
    std::fs::create_dir(path("folder.mp4")).unwrap();
    let names = ["cut.mp4", "page.mp4", "empty.mp4", "folder.mp4", "nowhere.mp4", "good.mp4"];
    let files: Vec<PathBuf> = names.iter().map(|name| path(name)).collect();
    let files: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    let summary = import(&running, &files).await;
    assert_eq!(summary.clips.len(), 1, "{summary:?}");
    let problems: Vec<ImportProblem> = summary.refused.iter().map(|refused| refused.problem).collect();
    assert_eq!(problems[1..4], [ImportProblem::NotAVideo, ImportProblem::NotAVideo, ImportProblem::NotAFile]);
    assert!(matches!(problems[0], ImportProblem::Truncated | ImportProblem::NotAVideo), "{problems:?}");
    assert_eq!(problems[4], ImportProblem::Missing);
    assert!(summary.refused.iter().zip(names).all(|(refused, name)| refused.file.ends_with(name)), "in their order");
    eventually("four files, of which none is of the others", || files_of(running.engine.library()).len() == 4).await;
}

#[tokio::test]
async fn a_whole_video_of_a_kind_that_cannot_be_read_here_is_kept_without_a_picture() {
    let (home, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let running = local(home.path());
    let file = outside.path().join("other codec.mp4");
    video(&file, 10);
    let mut bytes = std::fs::read(&file).unwrap();
    let at = bytes.windows(4).position(|four| four == b"avc1").unwrap();
    bytes[at..at + 4].copy_from_slice(b"zzz1");
    // The brand may say it too; what counts is the description of the pictures, which is in `stsd`.
    let at = bytes.windows(4).rposition(|four| four == b"avc1").unwrap_or(at);
    bytes[at..at + 4].copy_from_slice(b"zzz1");
    std::fs::write(&file, &bytes).unwrap();
    let summary = import(&running, &[&file]).await;
    assert_eq!(summary.clips.len(), 1, "{summary:?}");
    let library = running.engine.library();
    let made = clip(library, &summary.clips[0]);
    assert_eq!((made.media.width, made.media.height), SIZE, "what the header names");
    assert!(!library.places().poster_file(&made).exists(), "there is no picture of it here");
    assert!(!running.engine.mend_poster(&made.id).await.unwrap(), "and none can be made");
    assert_eq!(sha256_of(&library.places().clip_file(&made)).unwrap(), sha256_of(&file).unwrap());
}

#[tokio::test]
async fn the_same_bytes_are_one_clip_however_often_they_come() {
    let (home, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let running = local(home.path());
    let (one, same) = (outside.path().join("one.mp4"), outside.path().join("same.mp4"));
    video(&one, 10);
    std::fs::copy(&one, &same).unwrap();
    let first = import(&running, &[&one, &same]).await;
    assert_eq!((first.clips.len(), first.known.len()), (1, 1), "{first:?}");
    let again = import(&running, &[&one, &same]).await;
    assert_eq!((again.clips.len(), again.known.len()), (0, 2), "{again:?}");
    assert!(again.known.iter().all(|known| known.clip == first.clips[0]), "the clip that is here is named");
    let library = running.engine.library();
    assert_eq!(library.clips(None, 10).unwrap().total, 1);
    eventually("four files and no more", || files_of(library).len() == 4).await;

    // A clip whose own file is gone gets it back by this.
    let made = clip(library, &first.clips[0]);
    std::fs::remove_file(library.places().clip_file(&made)).unwrap();
    running.engine.look_through().await.unwrap();
    assert!(clip(library, &made.id).missing);
    import(&running, &[&same]).await;
    assert!(!clip(library, &made.id).missing);
    assert_eq!(sha256_of(&library.places().clip_file(&made)).unwrap(), made.sha256);
}

async fn made(running: &Running, request: Request) -> Clip {
    let jobs = running.engine.enqueue(request, 1, running.provider.clone(), Consent::Within).await.unwrap();
    running.until_state(&jobs[0].id, JobState::Done).await;
    clip(running.engine.library(), &running.job(&jobs[0].id).clip.unwrap())
}

/// Two clips of a film with their copies, and where those lie.
async fn film(world: &World, outside: &Path) -> (Running, [Clip; 2], [PathBuf; 2]) {
    let running = world.connected();
    let first = made(&running, boat()).await;
    let frame = image::RgbImage::from_pixel(640, 480, image::Rgb([9, 9, 9]));
    let picture = running.engine.keep_image(media::encode_png(&frame).unwrap()).await.unwrap();
    let request = running.engine.continue_from(&first.id, None).await.unwrap().request;
    let request =
        Request { prompt: "It reaches the river".into(), first_frame: Some(picture), seed: Some(77), ..request };
    // The test's service sends one video for all; another file is another clip.
    let second = made(&running, request).await;
    let copies = [outside.join("first.mp4"), outside.join("second.mp4")];
    running.engine.copy_clip(&first.id, &copies[0]).await.unwrap();
    running.engine.copy_clip(&second.id, &copies[1]).await.unwrap();
    (running, [first, second], copies)
}

#[tokio::test]
async fn a_copy_brings_its_settings_and_one_that_comes_home_is_known() {
    let (world, outside) = (World::new(Script::default()).await, tempfile::tempdir().unwrap());
    let (running, clips, copies) = film(&world, outside.path()).await;
    let home = import(&running, &[&copies[0]]).await;
    assert_eq!((home.clips.len(), home.known.len()), (0, 1), "{home:?}");
    assert_eq!(running.engine.library().clips(None, 10).unwrap().total, 2, "nothing is doubled");

    let elsewhere = tempfile::tempdir().unwrap();
    let other = local(elsewhere.path());
    let came = import(&other, &[&copies[1]]).await;
    let library = other.engine.library();
    let got = clip(library, &came.clips[0]);
    let asked = Request { first_frame: None, continues: None, ..clips[1].request.clone() };
    assert_eq!(got.request, asked, "prompt, seed, model and all settings are back");
    assert_eq!(got.created_at, clips[1].created_at, "and the day on which it was made");
    assert_eq!((got.provider.clone(), got.cost()), (Provider::Imported, None), "who was paid for it is not known here");
    let file = running.engine.library().places().clip_file(&clips[1]);
    let original = import(&other, &[&file]).await;
    assert_eq!(original.known.first().map(|known| known.clip.clone()), Some(got.id), "the original is that clip too");
    // A copy of the copy still says which clip it was.
    let again = outside.path().join("again.mp4");
    other.engine.copy_clip(&came.clips[0], &again).await.unwrap();
    let told = media::read_recipe(&mut std::fs::File::open(&again).unwrap()).unwrap().unwrap();
    let told: SharedRecipe = serde_json::from_str(&told).unwrap();
    assert_eq!(told.sha256, Some(clips[1].sha256.clone()));
}

#[tokio::test]
async fn a_recipe_that_names_a_clip_is_believed_only_of_a_video_of_its_shape() {
    let (home, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let running = local(home.path());
    let (one, cut) = (outside.path().join("one.mp4"), outside.path().join("cut.mp4"));
    video(&one, 10);
    let first = import(&running, &[&one]).await;
    let copy = outside.path().join("copy.mp4");
    running.engine.copy_clip(&first.clips[0], &copy).await.unwrap();
    let recipe = media::read_recipe(&mut std::fs::File::open(&copy).unwrap()).unwrap().unwrap();
    // An editor cut two frames off and kept the tags.
    let shorter = outside.path().join("shorter.mp4");
    let mut writer = media::VideoWriter::create(&shorter, SIZE.0, SIZE.1, 6).unwrap();
    (0..6).for_each(|number| writer.push(&frame(number)).unwrap());
    writer.finish().unwrap();
    let tags = media::Tags { title: "t".into(), comment: "c".into(), recipe };
    media::copy_with_tags(&shorter, &cut, &tags).unwrap();
    let summary = import(&running, &[&copy, &cut]).await;
    assert_eq!((summary.known.len(), summary.clips.len()), (1, 1), "the cut is a clip of its own: {summary:?}");
}

#[tokio::test]
async fn a_film_that_comes_as_files_is_a_film_again_in_whatever_order() {
    // Two videos of their own, so that the clips differ.
    let (home, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let first_home = local(home.path());
    let (one, two) = (outside.path().join("one.mp4"), outside.path().join("two.mp4"));
    video(&one, 10);
    video(&two, 200);
    let came = import(&first_home, &[&one, &two]).await;
    let library = first_home.engine.library();
    let still = image::RgbImage::from_pixel(640, 480, image::Rgb([9, 9, 9]));
    let frame = first_home.engine.keep_image(media::encode_png(&still).unwrap()).await.unwrap();
    library.link_import(&came.clips[1], &came.clips[0], None, &frame).unwrap();
    let copies = [outside.path().join("c1.mp4"), outside.path().join("c2.mp4")];
    for (clip, copy) in came.clips.iter().zip(&copies) {
        first_home.engine.copy_clip(clip, copy).await.unwrap();
    }
    for order in [[0, 1], [1, 0]] {
        let elsewhere = tempfile::tempdir().unwrap();
        let other = local(elsewhere.path());
        let mut ids = Vec::new();
        for index in order {
            ids.push((index, import(&other, &[&copies[index]]).await.clips[0].clone()));
        }
        ids.sort();
        let library = other.engine.library();
        let film = library.film(&ids[1].1).unwrap();
        let found: Vec<ClipId> = film.clips.iter().map(|clip| clip.id.clone()).collect();
        assert_eq!(found, [ids[0].1.clone(), ids[1].1.clone()], "order {order:?}");
        let second = clip(library, &ids[1].1);
        let begins = second.request.first_frame.clone().unwrap();
        let png = library.image_bytes(&begins.id).unwrap().unwrap();
        let shown = media::decode_picture(&png).unwrap();
        assert_eq!(shown, media::last_frame(&copies[0]).unwrap(), "it begins with the last frame of the one before");

        // All of it stands in the recipes, too.
        let (places, before) = (library.places(), library.clips(None, 10).unwrap());
        other.engine.shutdown().await;
        drop(other);
        std::fs::remove_file(places.database()).unwrap();
        rebuild(&places);
        let again = Library::open(places).unwrap();
        let mut after = again.clips(None, 10).unwrap();
        after.clips.sort_by(|a, b| b.finished_at.cmp(&a.finished_at).then(b.id.cmp(&a.id)));
        assert_eq!(after, before, "a rebuild keeps names, hashes and films of what was brought in");
        let known = again.clip_of_bytes(&[&sha256_of(&one).unwrap()]).unwrap().map(|clip| clip.id);
        assert_eq!(known, Some(ids[0].1.clone()), "and what each is a copy of");
        assert!(again.all_jobs().unwrap().is_empty());
    }
}

fn rebuild(places: &Places) {
    for part in ["library.db-wal", "library.db-shm"] {
        let _ = std::fs::remove_file(places.home.join(part));
    }
    let now = jiff::Timestamp::now();
    let rebuilt = Rebuild { places, from: &[], verify: true, program: "test", now, progress: &|_| {} }.run().unwrap();
    assert!(rebuilt.refused.is_empty() && rebuilt.changed.is_empty(), "{rebuilt:?}");
}

#[tokio::test]
async fn who_stops_keeps_what_is_in_and_nothing_half() {
    let (home, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let running = local(home.path());
    let files: Vec<PathBuf> = (0..40_u8)
        .map(|number| {
            let path = outside.path().join(format!("{number:02}.mp4"));
            video(&path, number * 6);
            path
        })
        .collect();
    let stop = CancellationToken::new();
    let stopper = stop.clone();
    let hear = move |progress: ImportProgress| {
        if progress.taken > 0 {
            stopper.cancel();
        }
    };
    let summary = running.engine.import(files.clone(), stop, hear).await.unwrap();
    let count = u32::try_from(summary.clips.len()).unwrap();
    assert!(count > 0 && summary.left > 0, "{summary:?}");
    assert_eq!(count + summary.left, 40, "every file is accounted for");
    let library = running.engine.library();
    assert_eq!(library.clips(None, 100).unwrap().total, count);
    let whole = summary.clips.len() * 4;
    eventually("four files a clip, and none without one", || files_of(library).len() == whole).await;
    let files: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    let rest = import(&running, &files).await;
    assert_eq!(u32::try_from(rest.clips.len()).unwrap(), summary.left, "the rest comes the next time");
}

#[tokio::test]
async fn a_clips_folder_that_is_gone_is_said_and_not_made() {
    let (home, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let running = local(home.path());
    let file = outside.path().join("a.mp4");
    video(&file, 10);
    let clips = running.engine.library().places().clips;
    std::fs::remove_dir_all(&clips).unwrap();
    let summary = import(&running, &[&file]).await;
    assert_eq!(summary.refused[0].problem, ImportProblem::FolderGone, "{summary:?}");
    assert!(!clips.exists(), "a drive that is away is not replaced by an empty folder");
}

#[tokio::test]
async fn nothing_is_imported_into_the_empty_place_of_a_drive() {
    let (home, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let running = local(home.path());
    let files = [outside.path().join("a.mp4"), outside.path().join("b.mp4")];
    video(&files[0], 10);
    video(&files[1], 30);
    let clip = import(&running, &[&files[0]]).await.clips.remove(0);
    let library = running.engine.library();
    let (places, clip) = (library.places(), library.clip(&clip).unwrap().unwrap());
    eventually("its last frame should be drawn", || {
        places.last_frame_file(&clip).exists() && !places.clips.join(".lastframe-new").exists()
    })
    .await;
    let away = home.path().join("away");
    std::fs::rename(&places.clips, &away).unwrap();
    std::fs::create_dir(&places.clips).unwrap();
    let summary = import(&running, &[&files[1]]).await;
    assert_eq!(summary.refused[0].problem, ImportProblem::FolderGone, "{summary:?}");
    assert!(summary.refused[0].message.contains("make a folder in it"), "what to do if it is meant to be empty");
    assert!(!running.engine.mend_poster(&clip.id).await.unwrap_or(false), "nor a picture");
    assert_eq!(std::fs::read_dir(&places.clips).unwrap().count(), 0);
    std::fs::remove_dir(&places.clips).unwrap();
    std::fs::rename(&away, &places.clips).unwrap();
    assert_eq!(import(&running, &[&files[1]]).await.clips.len(), 1);
}

/// A file system of its own in memory, gone when this is dropped.
#[cfg(target_os = "linux")]
pub(crate) struct Disk(PathBuf);

#[cfg(target_os = "linux")]
impl Disk {
    /// `None` where mounting is not allowed.
    pub(crate) fn mount(at: &Path, options: &str) -> Option<Self> {
        std::fs::create_dir_all(at).unwrap();
        let mut mount = std::process::Command::new("mount");
        let done = mount.args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(at).output();
        done.is_ok_and(|output| output.status.success()).then(|| Self(at.to_owned()))
    }

    pub(crate) fn remount(&self, options: &str) {
        let options = format!("remount,{options}");
        let mut mount = std::process::Command::new("mount");
        assert!(mount.args(["-o", &options]).arg(&self.0).status().unwrap().success());
    }
}

#[cfg(target_os = "linux")]
impl Drop for Disk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_folder_that_cannot_be_written_and_a_disk_that_fills_end_an_import_without_half_clips() {
    let (home, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let running = local(home.path());
    let library = running.engine.library().clone();
    let clips = home.path().join("small");
    let Some(disk) = Disk::mount(&clips, "size=400k") else { return };
    library.set_clips_folder(&clips).unwrap();
    let files: Vec<PathBuf> = (0..12_u8)
        .map(|number| {
            let path = outside.path().join(format!("{number:02}.mp4"));
            video(&path, number * 20);
            // Room that a video may have behind its pictures: a box that means nothing.
            let mut bytes = std::fs::read(&path).unwrap();
            bytes.extend([0, 1, 0, 0, b'f', b'r', b'e', b'e']);
            bytes.resize(bytes.len() + 65_536 - 8, number);
            std::fs::write(&path, bytes).unwrap();
            path
        })
        .collect();
    let files: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    disk.remount("ro");
    let summary = import(&running, &files[..2]).await;
    assert!(summary.clips.is_empty(), "{summary:?}");
    assert_eq!(summary.refused[0].problem, ImportProblem::FolderUnwritable, "{summary:?}");
    disk.remount("rw");

    let summary = import(&running, &files).await;
    assert!(summary.refused.iter().any(|refused| refused.problem == ImportProblem::DiskFull), "{summary:?}");
    assert!(summary.left > 0, "nothing after it was tried: {summary:?}");
    assert_eq!(library.clips(None, 100).unwrap().total, u32::try_from(summary.clips.len()).unwrap());
    let videos = files_of(&library)
        .iter()
        .filter(|file| Path::new(file).extension().is_some_and(|ending| ending == "mp4"))
        .count();
    assert_eq!(videos, summary.clips.len(), "no video without a row");
    for id in &summary.clips {
        let made = clip(&library, id);
        assert_eq!(sha256_of(&library.places().clip_file(&made)).unwrap(), made.sha256, "what is in is whole");
    }
    disk.remount("size=8m");
    let rest = import(&running, &files).await;
    assert_eq!(rest.clips.len() + rest.known.len(), 12, "with room all of them come: {rest:?}");
}
