//! Organising clips while the engine runs: what is told, what follows in the background, what leaves the library.

use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::SignedDuration;
use lastframe_engine::EngineError;
use lastframe_library::{LibraryError, Recipe};
use lastframe_model::{Clip, Consent, Event, GalleryQuery, JobState, Mark, Settings};

use crate::service::Script;
use crate::{KEY, Running, SPEED, TestClock, World, boat, eventually, start_by};

async fn made(running: &Running, count: u32) -> Vec<Clip> {
    let jobs = running.engine.enqueue(boat(), count, running.provider.clone(), Consent::Within).await.unwrap();
    let mut clips = Vec::new();
    for job in jobs {
        let job = running.until_state(&job.id, JobState::Done).await;
        clips.push(running.engine.library().clip(&job.clip.unwrap()).unwrap().unwrap());
    }
    clips
}

#[tokio::test]
async fn marks_are_told_and_reach_the_recipes_by_themselves() {
    let world = World::new(Script::default()).await;
    let running = world.connected();
    let clips = made(&running, 2).await;
    let ids: Vec<_> = clips.iter().map(|clip| clip.id.clone()).collect();
    let library = running.engine.library().clone();
    running.events.lock().unwrap().clear();
    running.engine.mark_clips(vec![ids[0].clone()], Mark::Star { on: true }).await.unwrap();
    let told = |wanted: &dyn Fn(&Event) -> bool| running.events.lock().unwrap().iter().any(wanted);
    assert!(
        told(&|event| matches!(event, Event::Clip(clip) if clip.id == ids[0] && clip.starred)),
        "one clip is told whole"
    );
    for number in 0..50 {
        let name = format!("tag {}", number % 40);
        running.engine.mark_clips(ids.clone(), Mark::Tag { name, on: true }).await.unwrap();
    }
    let last = library.gallery_revision().unwrap();
    eventually("the last change to be told", || told(&|event| *event == Event::Gallery { revision: last })).await;
    let count = running.events.lock().unwrap().iter().filter(|event| matches!(event, Event::Gallery { .. })).count();
    assert!((1..=51).contains(&count), "{count}");
    eventually("the recipes", || library.recipes_due().unwrap() == 0).await;
    let recipe = std::fs::read(library.places().recipe_file(&clips[0])).unwrap();
    let recipe: Recipe = serde_json::from_slice(&recipe).unwrap();
    assert_eq!((recipe.clip.starred, recipe.clip.tags.len()), (true, 40));
    let refused = running.engine.mark_clips(ids, Mark::Tag { name: " ".into(), on: true }).await.unwrap_err();
    assert!(matches!(refused, EngineError::Library(LibraryError::Mark(_))), "{refused}");
}

#[tokio::test]
async fn recipes_that_an_earlier_run_left_are_written_at_the_start() {
    let world = World::new(Script::default()).await;
    let running = world.connected();
    let clip = made(&running, 1).await.remove(0);
    running.engine.shutdown().await;
    let library = lastframe_library::Library::open(running.engine.library().places()).unwrap();
    library.mark_clips(std::slice::from_ref(&clip.id), Mark::Note { text: "left".into() }).unwrap();
    assert_eq!(library.recipes_due().unwrap(), 1);
    let again = world.start();
    eventually("the recipe", || again.engine.library().recipes_due().unwrap() == 0).await;
    let path = again.engine.library().places().recipe_file(&clip);
    assert!(std::fs::read_to_string(path).unwrap().contains("left"));
}

#[tokio::test]
async fn the_trash_is_emptied_of_what_is_old_and_of_nothing_else() {
    let world = World::new(Script::default()).await;
    let clock = TestClock::new(SPEED);
    let settings = Settings { trash_days: Some(30), ..Settings::default() };
    let running = start_by(clock.clone(), world.folder.path(), world.provider(), settings, |_| {}).unwrap();
    running.connect(KEY);
    let clips = made(&running, 3).await;
    let library = running.engine.library().clone();
    let days = |days: i64| clock.jumped.fetch_add(days * 86_400_000, Ordering::SeqCst);
    running.engine.trash_clips(vec![clips[0].id.clone()]).await.unwrap();
    days(20);
    running.engine.trash_clips(vec![clips[1].id.clone()]).await.unwrap();
    days(11);
    running.engine.shutdown().await;
    let before = library.places().clip_file(&clips[0]);
    assert!(before.exists());
    let start = |trash_days| {
        let settings = Settings { trash_days, ..Settings::default() };
        start_by(clock.clone(), world.folder.path(), world.provider(), settings, |_| {}).unwrap()
    };
    let kept = start(None);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(before.exists(), "kept until it is emptied");
    kept.engine.shutdown().await;
    let again = start(Some(30));
    eventually("the old one to be deleted", || !before.exists()).await;
    let library = again.engine.library();
    eventually("its row", || library.clip(&clips[0].id).unwrap().is_none()).await;
    for clip in &clips[1..] {
        assert!(library.places().clip_file(clip).exists(), "20 days, and not in the trash");
    }
    assert_eq!(library.job(&clips[0].job).unwrap().unwrap().state, JobState::Done);
    let since = again.engine.library().clip(&clips[2].id).unwrap().unwrap().created_at - SignedDuration::from_hours(1);
    assert!(library.spent_since(since).unwrap() > lastframe_model::Usd::ZERO);
}

#[tokio::test]
async fn copies_of_many_clips_go_into_a_folder_under_names_of_their_own() {
    let world = World::new(Script::default()).await;
    let running = world.connected();
    let clips = made(&running, 3).await;
    let mut ids: Vec<_> = clips.iter().map(|clip| clip.id.clone()).collect();
    running.engine.mark_clips(vec![ids[1].clone()], Mark::Name { text: "Opening / 1".into() }).await.unwrap();
    let places = running.engine.library().places();
    std::fs::remove_file(places.clip_file(&clips[2])).unwrap();
    ids.push(lastframe_model::ClipId::new("gone"));
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("Opening 1.mp4"), b"mine").unwrap();
    let exported = running.engine.export_clips(ids.clone(), outside.path().to_owned()).await.unwrap();
    assert_eq!((exported.files, exported.skipped), (2, 2));
    let mut names: Vec<_> = std::fs::read_dir(outside.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["A paper boat drifts down a rainy street.mp4", "Opening 1 (2).mp4", "Opening 1.mp4"]);
    assert_eq!(std::fs::read(outside.path().join("Opening 1.mp4")).unwrap(), b"mine", "nothing is replaced");
    let mut copy = std::fs::File::open(outside.path().join(&names[0])).unwrap();
    assert!(lastframe_media::read_recipe(&mut copy).unwrap().unwrap().contains("paper boat"));

    let inside = running.engine.export_clips(ids.clone(), places.clips.join("2026-11")).await;
    assert!(inside.is_err(), "a folder of the library, or none");
    let inside = running.engine.export_clips(ids.clone(), places.clips.clone()).await.unwrap_err();
    assert!(matches!(inside, EngineError::TargetInLibrary), "{inside}");
    let shelf = running.engine.gallery(GalleryQuery::default()).await.unwrap();
    assert_eq!(shelf.total, 3);
    assert!(running.engine.disk_use().await.unwrap().free.is_some_and(|bytes| bytes > 0.0));
}
