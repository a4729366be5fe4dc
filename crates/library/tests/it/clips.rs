//! Clips, their files and their films.

use lastframe_library::{LibraryError, Recipe};
use lastframe_model::{ClipId, Film, JobState, Request, TaskId};

use crate::{World, at, clip, job};

fn names(film: &Film) -> Vec<&str> {
    film.clips.iter().map(|clip| clip.id.as_str()).collect()
}

#[test]
fn a_finished_job_has_its_clip_and_its_recipe() {
    let world = World::new();
    let made = world.clip("a", 5, None);
    let job = world.library.job(&made.job).unwrap().unwrap();
    assert_eq!((job.state, job.clip), (JobState::Done, Some(made.id.clone())));
    assert_eq!(world.again().clip(&made.id).unwrap(), Some(made.clone()));
    assert_eq!(world.library.reply(&made.id).unwrap(), "{}");
    let recipe = std::fs::read(world.library.places().recipe_file(&made)).unwrap();
    let recipe: Recipe = serde_json::from_slice(&recipe).unwrap();
    assert_eq!(recipe, Recipe { version: 1, clip: made, reply: "{}".into(), imported: None });
}

#[test]
fn no_row_comes_before_its_file() {
    let world = World::new();
    let queued = job("a", Request::default());
    let id = &queued.id;
    world.library.insert_jobs(std::slice::from_ref(&queued)).unwrap();
    world.library.begin_submit(id, "sha", at(0)).unwrap();
    world
        .library
        .move_job(id, JobState::Submitting, JobState::Running, |job| job.task_id = Some(TaskId::new("t")))
        .unwrap();
    let job = world.library.move_job(id, JobState::Running, JobState::Downloading, |_| {}).unwrap();
    let error = world.library.finish_job(&world.library.places(), &clip(&job, 1), "{}").unwrap_err();
    assert!(error.may_pass(), "the folder may come back: {error}");
    assert_eq!(world.library.job(id).unwrap().unwrap().state, JobState::Downloading);
    assert_eq!(world.library.clips(None, 10).unwrap().total, 0);
}

#[test]
fn a_job_that_is_not_downloading_cannot_be_finished() {
    let world = World::new();
    let made = world.clip("a", 1, None);
    let error = world.library.finish_job(&world.library.places(), &made, "{}").unwrap_err();
    assert!(matches!(error, LibraryError::Database(_) | LibraryError::WrongState { .. }), "{error}");
    assert_eq!(world.library.clips(None, 10).unwrap().total, 1, "one job makes one clip");
}

#[test]
fn pages_are_newest_first_and_join_without_gap_or_overlap() {
    let world = World::new();
    for (name, minute) in [("a", 3), ("b", 1), ("c", 2), ("d", 2)] {
        world.clip(name, minute, None);
    }
    let page = |after: Option<&str>| {
        let page = world.library.clips(after.map(ClipId::new).as_ref(), 2).unwrap();
        assert_eq!(page.total, 4);
        page.clips.iter().map(|clip| clip.id.as_str().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(page(None), ["a", "d"]);
    assert_eq!(page(Some("d")), ["c", "b"], "equal times are told apart by id");
    assert_eq!(page(Some("b")), [""; 0]);
    assert_eq!(page(Some("gone")), [""; 0]);
}

#[test]
fn another_clips_folder_loses_no_clip() {
    let world = World::new();
    let old = world.clip("old", 1, None);
    let first = world.library.places().clip_file(&old);
    let elsewhere = world.path("elsewhere");
    world.library.set_clips_folder(elsewhere.clone()).unwrap();
    let new = world.clip("new", 2, None);

    let places = world.library.places();
    assert!(places.clip_file(&new).starts_with(&elsewhere), "new clips go to the new folder");
    assert_eq!(new.file, "2026-11/new.mp4", "and are named relative to it");
    let found = world.library.clip(&old.id).unwrap().unwrap();
    assert_eq!(places.clip_file(&found), first, "the old clip is where it was");
    assert_eq!(std::fs::read(places.clip_file(&found)).unwrap(), b"old");

    // The next start uses the first folder again: now the other clip is the one elsewhere.
    let again = world.again();
    let found = again.clip(&new.id).unwrap().unwrap();
    assert_eq!(std::fs::read(again.places().clip_file(&found)).unwrap(), b"new");

    // The person carries the old clip over to the new folder by hand.
    let target = elsewhere.join("2026-11/old.mp4");
    std::fs::rename(&first, &target).unwrap();
    let found = world.library.clip(&old.id).unwrap().unwrap();
    assert_eq!(world.library.places().clip_file(&found), target);
}

#[test]
fn a_folder_that_is_away_is_not_made_anew() {
    let world = World::new();
    let clips = world.library.places().clips;
    std::fs::remove_dir_all(&clips).unwrap();
    drop(world.again());
    assert!(!clips.exists(), "an empty folder in place of a drive would take new clips in secret");
    world.library.set_clips_folder(clips.clone()).unwrap();
    assert!(clips.is_dir(), "choosing it is another matter");
}

#[test]
fn a_film_runs_from_its_root_through_the_clip_to_the_newest_end() {
    let world = World::new();
    // a ─ b ─ d        (the first take)
    //   └ c ─ e ─ g    (the second)
    //       └ f        (a take of e that came before it)
    for (name, minute, continues) in [
        ("a", 1, None),
        ("b", 2, Some("a")),
        ("c", 3, Some("a")),
        ("d", 4, Some("b")),
        ("f", 5, Some("c")),
        ("e", 6, Some("c")),
        ("g", 7, Some("e")),
        ("z", 8, None),
    ] {
        world.clip(name, minute, continues);
    }
    let film = |id: &str| world.library.film(&ClipId::new(id)).unwrap();
    assert_eq!(names(&film("a")), ["a", "c", "e", "g"], "at each fork the newest child");
    assert_eq!(names(&film("b")), ["a", "b", "d"], "the clip asked about is on the path");
    assert_eq!(names(&film("f")), ["a", "c", "f"]);
    assert_eq!(names(&film("z")), ["z"]);
    assert_eq!(film("b").cost, "0.5559".parse().unwrap());
    assert!((film("b").seconds - 3.0 * 121.0 / 24.0).abs() < 1e-9);
    let error = world.library.film(&ClipId::new("nowhere")).unwrap_err();
    assert!(matches!(error, LibraryError::NoSuchClip(_)), "{error}");
}

#[test]
fn a_film_survives_a_missing_parent_and_a_chain_that_bites_its_tail() {
    let world = World::new();
    world.clip("orphan", 1, Some("gone"));
    assert_eq!(names(&world.library.film(&ClipId::new("orphan")).unwrap()), ["orphan"]);
    // a continues c, which continues b, which continues a: no row forbids it.
    for (name, minute, continues) in [("a", 2, "c"), ("b", 3, "a"), ("c", 4, "b")] {
        world.clip(name, minute, Some(continues));
    }
    let film = world.library.film(&ClipId::new("b")).unwrap();
    assert_eq!(film.clips.len(), 3, "each clip once: {:?}", names(&film));
    world.clip("self", 5, Some("self"));
    assert_eq!(names(&world.library.film(&ClipId::new("self")).unwrap()), ["self"]);
}
