//! The library can be made again from the clips alone, and a recipe that lies is not believed.

use std::path::{Path, PathBuf};

use lastframe_library::{Library, LibraryError, Places, Rebuild, Rebuilt};
use lastframe_model::{Clip, ClipId, Film, Job, JobId, JobState, Provider, Request, TaskId};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::{World, at, job, open};

fn rebuild(places: &Places, from: &[PathBuf], verify: bool) -> Result<Rebuilt, LibraryError> {
    Rebuild { places, from, verify, program: "test", now: at(0), progress: &|_| {} }.run()
}

/// Everything about clips that a person can see.
#[derive(Debug, PartialEq)]
struct Seen {
    clips: Vec<Clip>,
    films: Vec<Film>,
    replies: Vec<String>,
    jobs: Vec<Job>,
    spent: lastframe_model::Usd,
}

fn seen(library: &Library) -> Seen {
    let clips = library.clips(None, 100).unwrap().clips;
    let ids: Vec<ClipId> = clips.iter().map(|clip| clip.id.clone()).collect();
    // How often its row was changed and where it once stood in the queue mean nothing for a job that is done.
    let job = |clip: &Clip| {
        let job = library.job(&clip.job).unwrap().unwrap();
        Job { revision: 0, position: 0.0, ..job }
    };
    Seen {
        films: ids.iter().map(|id| library.film(id).unwrap()).collect(),
        replies: ids.iter().map(|id| library.reply(id).unwrap()).collect(),
        jobs: clips.iter().map(job).collect(),
        spent: library.spent_since(at(0)).unwrap(),
        clips,
    }
}

/// A library with films, takes, two folders and both kinds of provider.
fn filled() -> World {
    let world = World::new();
    for (name, minute, continues) in [("a", 1, None), ("b", 2, Some("a")), ("d", 4, Some("b"))] {
        world.clip(name, minute, continues);
    }
    world.library.set_clips_folder(world.path("elsewhere")).unwrap();
    world.clip("c", 3, Some("a"));
    world.clip("e", 3, None);
    world.library.set_clips_folder(world.path("clips")).unwrap();
    world
}

fn without_database(world: &World) -> Places {
    let places = world.library.places();
    for part in ["library.db", "library.db-wal", "library.db-shm"] {
        let _ = std::fs::remove_file(places.home.join(part));
    }
    places
}

#[test]
fn clips_films_costs_replies_and_jobs_are_as_they_were() {
    let world = filled();
    let before = seen(&world.library);
    assert_eq!(before.clips.len(), 5);
    assert_eq!(before.films.iter().map(|film| film.clips.len()).max(), Some(3), "there is a film to lose");
    let places = without_database(&world);
    let rebuilt = rebuild(&places, &[world.path("elsewhere")], true).unwrap();
    assert_eq!((rebuilt.clips, rebuilt.kept.clone()), (5, None), "{rebuilt:?}");
    assert!(rebuilt.refused.is_empty() && rebuilt.changed.is_empty() && rebuilt.without_recipe.is_empty());
    let again = open(&places.home);
    assert_eq!(seen(&again), before, "order, films, costs, replies, providers, folders");
    for clip in &before.clips {
        assert_eq!(again.submits(&clip.job).unwrap(), (1, 1), "it was sent once, and cannot be sent again");
    }
    drop(again.own("it can be worked on").unwrap());

    // Once more, over the one that was just made.
    let rebuilt = rebuild(&places, &[], false).unwrap();
    assert_eq!((rebuilt.clips, rebuilt.was_damaged), (5, Some(false)), "its folders are known: {rebuilt:?}");
    assert_eq!(seen(&open(&places.home)), before, "rebuilding twice changes nothing");
}

#[test]
fn a_database_that_is_there_is_put_aside_and_its_other_jobs_go_on() {
    let world = filled();
    let library = &world.library;
    let new = |name: &str| {
        let job = job(name, Request { prompt: name.into(), ..Request::default() });
        library.insert_jobs(&[job]).unwrap().remove(0).id
    };
    let (running, unknown, queued) = (new("running"), new("unknown"), new("queued"));
    for id in [&running, &unknown] {
        library.begin_submit(id, "sha", at(1)).unwrap();
    }
    let task = |job: &mut Job| job.task_id = Some(TaskId::new("paid"));
    library.move_job(&running, JobState::Submitting, JobState::Running, task).unwrap();
    library.move_job(&unknown, JobState::Submitting, JobState::Unknown, |_| {}).unwrap();
    library.set_paused(true).unwrap();
    let jobs = || [&running, &unknown, &queued].map(|id| open(world.path("").as_path()).job(id).unwrap());
    let (before, kept) = (jobs(), seen(library));
    let places = library.places();

    let owned = library.own("the window").unwrap();
    let error = rebuild(&places, &[], false).unwrap_err();
    assert!(error.to_string().contains("the window"), "it says who has it: {error}");
    drop(owned);

    let old = Connection::open(places.database()).unwrap();
    let rebuilt = rebuild(&places, &[], false).unwrap();
    drop(old);
    assert_eq!((rebuilt.clips, rebuilt.jobs, rebuilt.jobs_left), (5, 3, 0), "{rebuilt:?}");
    assert_eq!(jobs(), before, "paid jobs go on, and what waited still waits");
    let again = open(&places.home);
    assert!(again.is_paused().unwrap());
    assert_eq!(again.submits(&unknown).unwrap(), (1, 1), "it still cannot be sent twice");
    assert_eq!(seen(&again).clips, kept.clips);
    let aside = PathBuf::from(rebuilt.kept.unwrap());
    assert_eq!(aside.file_name().unwrap(), "library.replaced-20261122T100000Z.db");
    let jobs_aside: i64 =
        Connection::open(&aside).unwrap().query_row("SELECT count(*) FROM jobs", [], |row| row.get(0)).unwrap();
    assert_eq!(jobs_aside, 8, "the old database is whole, with its log");
    let next = rebuild(&places, &[], false).unwrap().kept.unwrap();
    assert!(next.ends_with("library.replaced-20261122T100000Z-2.db"), "none is overwritten: {next}");
    assert!(aside.exists());
}

#[test]
fn a_damaged_database_is_kept_and_nothing_of_it_is_sent() {
    let world = filled();
    let before = seen(&world.library);
    let places = world.library.places();
    let many: Vec<Job> = (0..300).map(|number| job(&format!("queued-{number:03}"), Request::default())).collect();
    world.library.insert_jobs(&many).unwrap();
    let raw = Connection::open(places.database()).unwrap();
    raw.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    drop(raw);
    let mut bytes = std::fs::read(places.database()).unwrap();
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 4096].fill(0xA5);
    std::fs::write(places.database(), &bytes).unwrap();
    let rebuilt = rebuild(&places, &[world.path("elsewhere")], false).unwrap();
    assert_eq!((rebuilt.clips, rebuilt.was_damaged), (5, Some(true)), "{rebuilt:?}");
    assert_eq!(rebuilt.jobs, 0, "a queued job of a damaged database may have been sent");
    let kept = rebuilt.kept.unwrap();
    assert!(kept.ends_with("library.damaged-20261122T100000Z.db"), "{kept}");
    assert_eq!(std::fs::read(kept).unwrap(), bytes, "byte for byte");
    assert_eq!(seen(&open(&places.home)), before);

    std::fs::write(places.database(), b"no database at all, but of some length").unwrap();
    let rebuilt = rebuild(&places, &[world.path("elsewhere")], false).unwrap();
    assert_eq!((rebuilt.clips, rebuilt.was_damaged), (5, None), "{rebuilt:?}");
    assert!(rebuilt.kept.is_some_and(|kept| kept.ends_with("library.damaged-20261122T100000Z-2.db")));
}

#[test]
fn a_rebuild_that_is_cut_off_while_it_changes_places_is_finished_by_the_next_program() {
    let names = ["library.db", "library.db-wal", "library.db-shm"];
    // After how many of the moves the program ends.
    for cut in 0..=4 {
        let world = filled();
        let before = seen(&world.library);
        let places = world.library.places();
        drop(world.library);
        // The state right before the first move: a new database, and a mark that says where the old one goes.
        let other = tempfile::tempdir().unwrap();
        let there = Places { home: other.path().to_owned(), clips: places.clips.clone() };
        rebuild(&there, &[world.folder.path().join("elsewhere")], false).unwrap();
        std::fs::copy(there.database(), places.home.join("library.rebuilt.db")).unwrap();
        std::fs::write(places.home.join("library.rebuilding"), "library.aside.db").unwrap();
        std::fs::write(places.home.join("library.db-wal"), b"what the old one has not taken in yet").unwrap();
        for name in names.iter().take(cut.min(3)) {
            let aside = name.replace("library.db", "library.aside.db");
            let _ = std::fs::rename(places.home.join(name), places.home.join(aside));
        }
        if cut == 4 {
            std::fs::rename(places.home.join("library.rebuilt.db"), places.database()).unwrap();
        }
        let again = open(&places.home);
        assert_eq!(seen(&again), before, "cut after {cut}");
        assert!(!places.home.join("library.rebuilding").exists() && !places.home.join("library.rebuilt.db").exists());
        let wal = std::fs::read(places.home.join("library.aside.db-wal")).unwrap();
        assert!(wal.starts_with(b"what the old one"), "the old log went with the old database, after {cut}");
        assert!(places.home.join("library.aside.db").exists(), "after {cut}");
    }
}

#[test]
fn a_folder_that_is_away_is_no_reason_for_an_empty_library() {
    let world = filled();
    let places = without_database(&world);
    std::fs::rename(&places.clips, world.path("away")).unwrap();
    let error = rebuild(&places, &[], false).unwrap_err();
    assert!(matches!(error, LibraryError::FolderGone(_)), "{error}");
    let error = rebuild(&places, &[world.path("nowhere")], false).unwrap_err();
    assert!(error.to_string().contains("nowhere"), "{error}");
    assert!(!places.database().exists(), "nothing was made");
    let rebuilt = rebuild(&places, &[world.path("away")], false).unwrap();
    assert_eq!(rebuilt.clips, 3, "clips that were carried off are found where they are now");
}

#[test]
fn the_empty_place_of_a_drive_is_no_reason_for_an_empty_library_either() {
    let world = filled();
    let World { folder, library } = world;
    let (places, away) = (library.places(), folder.path().join("away"));
    drop(library);
    std::fs::rename(&places.clips, &away).unwrap();
    std::fs::create_dir(&places.clips).unwrap();
    let error = rebuild(&places, &[], false).unwrap_err();
    assert!(matches!(error, LibraryError::FolderGone(_)), "{error}");
    std::fs::remove_dir(&places.clips).unwrap();
    std::fs::rename(&away, &places.clips).unwrap();
    assert_eq!(rebuild(&places, &[], false).unwrap().clips, 5, "nothing was changed meanwhile");
    std::fs::remove_dir_all(&places.clips).unwrap();
    std::fs::create_dir_all(places.clips.join("films")).unwrap();
    assert_eq!(
        rebuild(&places, &[], false).unwrap().clips,
        2,
        "those of the other folder: a person said that it is empty"
    );
}

/// A clip's recipe, changed.
fn lie(places: &Places, clip: &Clip, change: impl FnOnce(&mut Value)) {
    let path = places.recipe_file(clip);
    let mut recipe: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    change(&mut recipe);
    std::fs::write(path, recipe.to_string()).unwrap();
}

#[test]
fn a_recipe_that_lies_is_refused_by_name_and_every_other_clip_is_entered() {
    type Change = fn(&mut Value);
    let lies: [(&str, Change); 26] = [
        ("absolute", |r| r["clip"]["file"] = json!("/etc/passwd")),
        ("parent", |r| r["clip"]["file"] = json!("../2026-11/parent.mp4")),
        ("inside-parent", |r| r["clip"]["file"] = json!("2026-11/../../x.mp4")),
        ("drive", |r| r["clip"]["file"] = json!("C:\\x.mp4")),
        ("other-file", |r| r["clip"]["file"] = json!("2026-11/good.mp4")),
        ("other-id", |r| r["clip"]["id"] = json!("good")),
        ("path-id", |r| r["clip"]["id"] = json!("../good")),
        ("other-job", |r| r["clip"]["job"] = json!("good")),
        ("wrong-type", |r| r["clip"]["media"]["width"] = json!("wide")),
        ("huge-width", |r| r["clip"]["media"]["width"] = json!(1e30)),
        ("huge-bytes", |r| r["clip"]["media"]["bytes"] = json!(1e300)),
        ("negative", |r| r["clip"]["media"]["seconds"] = json!(-1.0)),
        ("no-frame", |r| r["clip"]["media"]["frames"] = json!(0)),
        ("huge-cost", |r| r["clip"]["billed"]["cost"] = json!("79228162514264337593543950335")),
        ("negative-cost", |r| r["clip"]["estimate"]["cost"] = json!("-1")),
        ("float-cost", |r| r["clip"]["billed"]["cost"] = json!(0.5)),
        ("before-time", |r| r["clip"]["finished_at"] = json!("-009999-01-02T00:00:00Z")),
        ("no-time", |r| r["clip"]["created_at"] = json!("yesterday")),
        ("no-sum", |r| r["clip"]["sha256"] = json!("00")),
        ("no-task", |r| r["clip"]["task_id"] = json!("")),
        ("not-a-service", |r| r["clip"]["provider"] = json!({"kind": "service", "address": "rehearsal"})),
        ("plain-http", |r| r["clip"]["provider"] = json!({"kind": "service", "address": "http://example.com"})),
        ("picture-path", |r| {
            r["clip"]["request"]["first_frame"] =
                json!({"id": "../../library.db", "format": "png", "width": 1, "height": 1, "bytes": 1});
        }),
        ("next-version", |r| r["version"] = json!(2)),
        ("no-clip", |r| r["clip"] = json!(null)),
        ("list", |r| *r = json!([1, 2])),
    ];
    let world = World::new();
    let good = world.clip("good", 1, None);
    for (name, change) in lies {
        let clip = world.clip(name, 2, None);
        lie(&world.library.places(), &clip, change);
    }
    let places = world.library.places();
    let deep = world.clip("deep", 2, None);
    std::fs::write(places.recipe_file(&deep), "[".repeat(100_000)).unwrap();
    let cut = world.clip("cut", 2, None);
    std::fs::write(places.recipe_file(&cut), "{\"version\": 1, \"clip\": {").unwrap();
    let gone = world.clip("gone", 2, None);
    std::fs::remove_file(places.clip_file(&gone)).unwrap();
    // The recipe of a good clip under another name.
    std::fs::copy(places.recipe_file(&good), places.clips.join("2026-11/alias.json")).unwrap();
    std::fs::copy(places.clip_file(&good), places.clips.join("2026-11/alias.mp4")).unwrap();
    // Not ours: nothing is said about it.
    std::fs::write(places.clips.join("notes.json"), "{}").unwrap();
    std::fs::create_dir(places.clips.join("other")).unwrap();
    std::fs::write(places.clips.join("other/x.json"), "{}").unwrap();
    // What was being fetched stays.
    let part = places.part_file(&ClipId::new("open"));
    std::fs::write(&part, b"half").unwrap();
    std::fs::write(places.clips.join("2026-11/stray.mp4"), b"video").unwrap();

    without_database(&world);
    let rebuilt = rebuild(&places, &[], false).unwrap();
    assert_eq!(rebuilt.clips, 1, "{rebuilt:#?}");
    let mut refused: Vec<&str> = rebuilt
        .refused
        .iter()
        .map(|refused| {
            assert!(!refused.why.is_empty());
            Path::new(&refused.file).file_stem().unwrap().to_str().unwrap()
        })
        .collect();
    let mut names: Vec<&str> = lies.iter().map(|(name, _)| *name).chain(["alias", "cut", "deep", "gone"]).collect();
    refused.sort_unstable();
    names.sort_unstable();
    assert_eq!(refused, names, "each by name, and no other");
    assert_eq!(rebuilt.without_recipe, [places.clips.join("2026-11/stray.mp4").display().to_string()]);
    assert_eq!(std::fs::read(part).unwrap(), b"half");
    let again = open(&places.home);
    assert_eq!(again.clips(None, 10).unwrap().clips, [good]);
    assert!(again.job(&JobId::new("absolute")).unwrap().is_none());
}

#[test]
fn what_stands_twice_is_entered_once_and_changed_bytes_are_named() {
    let world = filled();
    let places = without_database(&world);
    let copy = world.path("copy");
    std::fs::create_dir_all(copy.join("2026-11")).unwrap();
    for name in ["a.json", "a.mp4"] {
        std::fs::copy(places.clips.join("2026-11").join(name), copy.join("2026-11").join(name)).unwrap();
    }
    std::fs::write(places.clips.join("2026-11/b.mp4"), b"another video").unwrap();
    let again_and_again = [copy.clone(), places.clips.clone(), world.path("elsewhere")];
    let rebuilt = rebuild(&places, &again_and_again, true).unwrap();
    assert_eq!((rebuilt.clips, rebuilt.folders.len()), (5, 3), "{rebuilt:?}");
    assert_eq!(rebuilt.changed, [places.clips.join("2026-11/b.mp4").display().to_string()], "entered, and named");
    assert_eq!(rebuilt.refused.len(), 1);
    assert_eq!(rebuilt.refused[0].file, copy.join("2026-11/a.json").display().to_string());
    assert!(rebuilt.refused[0].why.contains("already"), "{:?}", rebuilt.refused);
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    let world = World::new();
    world.clip("a", 1, None);
    let outside = World::new();
    let stolen = outside.clip("b", 1, None);
    let theirs = outside.library.places();
    let places = without_database(&world);
    std::os::unix::fs::symlink(theirs.clips.join("2026-11"), places.clips.join("2026-10")).unwrap();
    std::os::unix::fs::symlink(theirs.clip_file(&stolen), places.clips.join("2026-11/b.mp4")).unwrap();
    std::fs::copy(theirs.recipe_file(&stolen), places.clips.join("2026-11/b.json")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", places.clips.join("2026-11/c.json")).unwrap();
    let rebuilt = rebuild(&places, &[], false).unwrap();
    assert_eq!(rebuilt.clips, 1, "{rebuilt:?}");
    let refused: Vec<_> = rebuilt.refused.iter().map(|refused| refused.file.rsplit('/').next().unwrap()).collect();
    assert_eq!(refused, ["2026-10", "b.json", "c.json"]);
}

#[test]
fn two_clips_of_one_task_are_both_kept() {
    let world = World::new();
    let first = world.clip("a", 1, None);
    let second = world.clip("b", 2, None);
    lie(&world.library.places(), &second, |recipe| recipe["clip"]["task_id"] = json!(first.task_id));
    let places = without_database(&world);
    assert_eq!(rebuild(&places, &[], false).unwrap().clips, 2);
    let again = open(&places.home);
    let provider = Provider::Service { address: "https://cloud.vtrix.ai".into() };
    assert_eq!(again.job_of_task(&provider, &first.task_id).unwrap(), Some(first.job));
    assert_eq!(again.clip(&second.id).unwrap().unwrap().task_id, first.task_id);
}
