//! Stars, tags, notes, names and the trash: in rows, in recipes, and through a rebuild.

use std::path::Path;

use jiff::tz::TimeZone;
use lastframe_library::{Library, LibraryError, Places, Rebuild, Rebuilt, Recipe};
use lastframe_model::gallery::{NOTE_MAX, TAGS_MAX};
use lastframe_model::{Clip, ClipId, CommonMarks, FilmId, GalleryQuery, JobState, Mark, MarkProblem, SavedFilm, Usd};

use crate::{World, at, open};

fn shelf(library: &Library, trash: bool) -> Vec<String> {
    let query = GalleryQuery { trash, ..GalleryQuery::default() };
    let ids = library.gallery_ids(&query, &TimeZone::UTC, 0, u32::MAX).unwrap();
    let mut ids: Vec<_> = ids.into_iter().map(|id| id.as_str().to_owned()).collect();
    ids.sort();
    ids
}

fn get(library: &Library, id: &str) -> Clip {
    library.clip(&ClipId::new(id)).unwrap().unwrap()
}

fn some(ids: &[&str]) -> Vec<ClipId> {
    ids.iter().copied().map(ClipId::new).collect()
}

fn recipe(library: &Library, id: &str) -> Recipe {
    let path = library.places().recipe_file(&get(library, id));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn tag(name: &str, on: bool) -> Mark {
    Mark::Tag { name: name.to_owned(), on }
}

fn rebuild(world: World) -> (Library, Rebuilt, tempfile::TempDir) {
    let World { folder, library } = world;
    let places = library.places();
    drop(library);
    let all = Rebuild { places: &places, from: &[], verify: true, program: "test", now: at(59), progress: &|_| {} };
    let rebuilt = all.run().unwrap();
    (open(&places.home), rebuilt, folder)
}

/// Marked in every way.
fn marked() -> World {
    let world = World::new();
    for (name, minute) in [("a", 1), ("b", 2), ("c", 3)] {
        world.clip(name, minute, None);
    }
    let mark = |mark: Mark| assert_eq!(world.library.mark_clips(&some(&["a", "gone"]), mark).unwrap(), 1);
    mark(Mark::Star { on: true });
    mark(tag("客户 A", true));
    mark(tag("night", true));
    mark(Mark::Note { text: "手在结尾处闪烁\nline two".to_owned() });
    mark(Mark::Name { text: "Opening".to_owned() });
    world.library.trash_clips(&some(&["b"]), at(30)).unwrap();
    world
}

fn is_marked(clip: &Clip) {
    assert!(clip.starred);
    assert_eq!(clip.tags, ["客户 A", "night"]);
    assert_eq!((clip.name.as_deref(), clip.note.as_str()), (Some("Opening"), "手在结尾处闪烁\nline two"));
}

#[test]
fn marks_are_in_the_row_at_once_and_in_the_recipe_after_it() {
    let world = marked();
    is_marked(&get(&world.library, "a"));
    is_marked(&get(&world.again(), "a"));
    assert!(!recipe(&world.library, "a").clip.starred, "nobody waits for a file");
    assert_eq!(world.library.recipes_due().unwrap(), 2);
    assert_eq!(world.library.write_recipes(|| true).unwrap(), 2);
    assert_eq!(recipe(&world.library, "a").clip, get(&world.library, "a"));
    assert_eq!(recipe(&world.library, "a").reply, "{}", "and the rest of it is as it was");
    assert_eq!(recipe(&world.library, "b").clip.trashed_at, Some(at(30)));
    assert_eq!((world.library.recipes_due().unwrap(), world.library.write_recipes(|| true).unwrap()), (0, 0));
}

#[test]
fn a_program_that_ends_before_the_recipes_are_written_has_them_written_by_the_next() {
    let world = marked();
    let again = world.again();
    assert_eq!(again.recipes_due().unwrap(), 2, "remembered across the restart");
    assert_eq!(again.write_recipes(|| true).unwrap(), 2);
    is_marked(&recipe(&again, "a").clip);
}

#[test]
fn marks_and_the_trash_survive_a_rebuild() {
    let world = marked();
    world.library.save_search("night", GalleryQuery::default()).unwrap();
    world.library.write_recipes(|| true).unwrap();
    let (library, rebuilt, _folder) = rebuild(world);
    assert_eq!((rebuilt.clips, rebuilt.refused.len(), rebuilt.not_found.len()), (3, 0, 0), "{rebuilt:?}");
    is_marked(&get(&library, "a"));
    assert_eq!((shelf(&library, false), shelf(&library, true)), (vec!["a".into(), "c".into()], vec!["b".into()]));
    assert_eq!(get(&library, "b").trashed_at, Some(at(30)), "so that it is not kept for longer");
    let query = GalleryQuery { text: "闪烁 客户".to_owned(), ..GalleryQuery::default() };
    assert_eq!(library.gallery(&query, &TimeZone::UTC).unwrap().total, 1, "and is found again");
    assert_eq!(library.saved_searches().unwrap().len(), 1);
    assert_eq!(library.restore_clips(&some(&["b"])).unwrap(), 1);
}

#[test]
fn what_a_recipe_says_that_nobody_could_have_written_is_dropped_and_the_clip_entered() {
    let world = marked();
    world.library.write_recipes(|| true).unwrap();
    let path = world.library.places().recipe_file(&get(&world.library, "a"));
    let mut lies: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    lies["clip"]["note"] = "x".repeat(NOTE_MAX + 1).into();
    lies["clip"]["name"] = "y".repeat(1_000_000).into();
    lies["clip"]["tags"] = (0..500).map(|tag| format!(" t{}", tag % 400)).chain([String::new(), "T1".into()]).collect();
    lies["clip"]["missing"] = true.into();
    std::fs::write(&path, lies.to_string()).unwrap();
    let (library, rebuilt, _folder) = rebuild(world);
    assert_eq!(rebuilt.clips, 3);
    let clip = get(&library, "a");
    assert_eq!((clip.name, clip.note.as_str(), clip.missing, clip.starred), (None, "", false, true));
    assert_eq!((clip.tags.len(), clip.tags[0].as_str()), (TAGS_MAX, "t0"));
}

#[test]
fn what_clips_have_in_common_is_what_each_of_them_has() {
    let world = World::new();
    for (name, minute) in [("a", 1), ("b", 2), ("c", 3)] {
        world.clip(name, minute, None);
    }
    let library = &world.library;
    let common = |clips: &[&str]| library.common_marks(&some(clips)).unwrap();
    assert_eq!(common(&["a", "b", "c"]), CommonMarks::default());
    library.mark_clips(&some(&["a", "b"]), Mark::Star { on: true }).unwrap();
    for (clips, name) in [(&["a", "b", "c"][..], "Night"), (&["a"], "sea"), (&["b", "c"], "夜景")] {
        library.mark_clips(&some(clips), Mark::Tag { name: name.to_owned(), on: true }).unwrap();
    }
    assert_eq!(common(&["a", "b"]), CommonMarks { starred: true, tags: vec!["Night".to_owned()] });
    assert_eq!(common(&["b", "c"]).tags, ["Night", "夜景"]);
    assert!(!common(&["b", "c"]).starred, "one of them has none");
    assert_eq!(common(&["a", "nobody"]), common(&["a"]), "who is not here has no say");
    assert_eq!(common(&[]), CommonMarks::default(), "nobody has nothing");
}

#[test]
fn tags_have_one_spelling_are_counted_and_have_an_end() {
    let world = World::new();
    for name in ["a", "b", "c"] {
        world.clip(name, 1, None);
    }
    let mark = |ids: &[&str], mark| world.library.mark_clips(&some(ids), mark);
    mark(&["a"], tag("Night", true)).unwrap();
    mark(&["a", "b"], tag(" NIGHT ", true)).unwrap();
    mark(&["b", "c"], tag("夜景", true)).unwrap();
    assert_eq!(
        (get(&world.library, "a").tags, get(&world.library, "b").tags[0].clone()),
        (vec!["Night".into()], "Night".into())
    );
    let counts = |library: &Library| -> Vec<(String, u32)> {
        library.tags().unwrap().into_iter().map(|tag| (tag.name, tag.clips)).collect()
    };
    assert_eq!(counts(&world.library), [("Night".into(), 2), ("夜景".into(), 2)]);
    world.library.trash_clips(&some(&["c"]), at(1)).unwrap();
    assert_eq!(counts(&world.library), [("Night".into(), 2), ("夜景".into(), 1)], "the trash does not count");
    mark(&["a", "b"], tag("night", false)).unwrap();
    assert_eq!(counts(&world.library), [("夜景".into(), 1)]);

    for number in 0..TAGS_MAX {
        mark(&["a"], tag(&format!("tag {number}"), true)).unwrap();
    }
    let error = mark(&["b", "a"], tag("one more", true)).unwrap_err();
    assert!(matches!(error, LibraryError::Mark(MarkProblem::TooManyTags)), "{error}");
    assert_eq!(get(&world.library, "b").tags, ["夜景"], "all or none");
    assert!(matches!(mark(&["a"], tag(" ", true)), Err(LibraryError::Mark(MarkProblem::TagEmpty))));
    let long = Mark::Note { text: "x".repeat(NOTE_MAX + 1) };
    assert!(matches!(mark(&["a"], long), Err(LibraryError::Mark(MarkProblem::NoteTooLong))));
}

#[test]
fn two_thousand_clips_are_marked_binned_and_restored_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let library = crate::finding::generator::fill(folder.path(), 2_500, 3, at(0)).unwrap();
    let query = GalleryQuery::default();
    let ids = library.gallery_ids(&query, &TimeZone::UTC, 100, 2_000).unwrap();
    let before: Vec<Clip> = ids.iter().map(|id| library.clip(id).unwrap().unwrap()).collect();
    let total = library.gallery(&query, &TimeZone::UTC).unwrap().total;
    assert_eq!(library.mark_clips(&ids, tag("bulk", true)).unwrap(), 2_000);
    let found = GalleryQuery { text: "bulk".to_owned(), ..GalleryQuery::default() };
    assert_eq!(library.gallery(&found, &TimeZone::UTC).unwrap().total, 2_000);
    assert_eq!(library.recipes_due().unwrap(), 2_000);

    assert_eq!(library.trash_clips(&ids, at(5)).unwrap(), 2_000);
    assert_eq!(library.trash_clips(&ids, at(6)).unwrap(), 0, "those that are there stay as they are");
    assert_eq!(library.gallery(&query, &TimeZone::UTC).unwrap().total, total - 2_000);
    assert_eq!(library.restore_clips(&ids).unwrap(), 2_000);
    library.mark_clips(&ids, tag("bulk", false)).unwrap();
    let after: Vec<Clip> = ids.iter().map(|id| library.clip(id).unwrap().unwrap()).collect();
    assert_eq!(after, before, "an undo brings everything back");
}

fn files_of(places: &Places, clip: &Clip) -> [bool; 4] {
    [places.clip_file(clip), places.last_frame_file(clip), places.poster_file(clip), places.recipe_file(clip)]
        .map(|path| path.exists())
}

fn with_pictures(world: &World, id: &str) -> Clip {
    let (places, clip) = (world.library.places(), get(&world.library, id));
    std::fs::write(places.last_frame_file(&clip), b"png").unwrap();
    std::fs::write(places.poster_file(&clip), b"webp").unwrap();
    clip
}

#[test]
fn a_clip_in_the_trash_is_in_no_other_place_keeps_its_files_its_money_and_its_film() {
    let world = World::new();
    for (name, minute, before) in [("a", 1, None), ("b", 2, Some("a")), ("c", 3, Some("b")), ("d", 4, Some("b"))] {
        world.clip(name, minute, before);
    }
    let library = &world.library;
    let spent = library.spent_since(at(0)).unwrap();
    library.trash_clips(&some(&["b", "d"]), at(9)).unwrap();
    assert_eq!(
        (shelf(library, false), shelf(library, true)),
        (vec!["a".into(), "c".into()], vec!["b".into(), "d".into()])
    );
    assert_eq!(library.clips(None, 9).unwrap().total, 2);
    assert_eq!(library.spent_since(at(0)).unwrap(), spent, "it was paid for");
    let film = library.film(&ClipId::new("c")).unwrap();
    let names: Vec<_> = film.clips.iter().map(|clip| clip.id.as_str()).collect();
    assert_eq!(names, ["a", "b", "c"], "the way back goes through it");
    let film = library.film(&ClipId::new("b")).unwrap();
    assert_eq!(film.clips.last().unwrap().id.as_str(), "c", "and no film goes on with it");
    assert!(files_of(&library.places(), &get(library, "b"))[0]);
    library.restore_clips(&some(&["b", "d", "a", "gone"])).unwrap();
    assert_eq!(shelf(library, false).len(), 4);
}

#[test]
fn deleting_takes_files_and_row_from_the_trash_only_and_leaves_the_job_with_what_it_cost() {
    let world = World::new();
    for name in ["a", "b", "c"] {
        world.clip(name, 1, None);
    }
    let [a, b, _] = ["a", "b", "c"].map(|id| with_pictures(&world, id));
    let (library, places) = (&world.library, world.library.places());
    let stranger = places.clips.join("2026-11/mine.mp4");
    std::fs::write(&stranger, b"the person's own").unwrap();
    std::fs::create_dir_all(places.thumbnails()).unwrap();
    let thumbnails = [&a, &b].map(|clip| places.thumbnail_file(&clip.id));
    for file in &thumbnails {
        std::fs::write(file, b"small").unwrap();
    }
    let (spent, bills) = (library.spent_since(at(0)).unwrap(), bills(library, &a));
    library.trash_clips(&some(&["a"]), at(9)).unwrap();
    assert_eq!(library.delete_clips(&some(&["a", "b", "gone"])).unwrap(), 1, "only what is in the trash");
    assert_eq!((files_of(&places, &a), files_of(&places, &b)), ([false; 4], [true; 4]));
    assert_eq!(thumbnails.map(|file| file.exists()), [false, true]);
    assert!(stranger.exists());
    assert_eq!(library.clip(&a.id).unwrap(), None);
    assert_eq!((shelf(library, false).len(), shelf(library, true).len()), (2, 0));
    let job = library.job(&a.job).unwrap().unwrap();
    assert_eq!((job.state, job.clip), (JobState::Done, None));
    assert_eq!(library.completion(&a.job).unwrap().unwrap().billed, a.billed);
    assert_eq!((library.spent_since(at(0)).unwrap(), self::bills(library, &a)), (spent, bills));
    assert_eq!(library.delete_clips(&some(&["a"])).unwrap(), 0, "twice is once");
    library.keep_last_frame(&a.id, b"drawn too late").unwrap();
    assert_eq!(files_of(&places, &a), [false; 4], "nothing is left that nobody would take away");
    library.keep_last_frame(&b.id, b"drawn").unwrap();
    assert_eq!(std::fs::read(places.last_frame_file(&b)).unwrap(), b"png", "what the service sent stays");

    // A rebuild keeps what nothing but the database knows: that it was paid.
    let (library, rebuilt, _folder) = rebuild(world);
    assert_eq!((rebuilt.clips, rebuilt.jobs, rebuilt.not_found.len()), (2, 1, 0), "{rebuilt:?}");
    assert_eq!(library.spent_since(at(0)).unwrap(), spent);
    assert_eq!(library.job(&a.job).unwrap().unwrap().state, JobState::Done);
    library.own("test").unwrap();
}

fn bills(library: &Library, like: &Clip) -> Vec<Usd> {
    let bills = library.bills(&like.provider, &like.request, 10).unwrap();
    bills.into_iter().map(|bill| bill.cost).collect()
}

#[test]
fn only_what_is_older_than_the_time_expires() {
    let world = World::new();
    for name in ["old", "new", "kept"] {
        world.clip(name, 1, None);
    }
    world.library.trash_clips(&some(&["old"]), at(10)).unwrap();
    world.library.trash_clips(&some(&["new"]), at(20)).unwrap();
    assert_eq!(world.library.expire_trash(at(10)).unwrap(), 0);
    assert_eq!(world.library.expire_trash(at(20)).unwrap(), 1);
    assert_eq!((shelf(&world.library, true), shelf(&world.library, false)), (vec!["new".into()], vec!["kept".into()]));
    assert_eq!(world.library.expire_trash(at(20)).unwrap(), 0);
}

#[test]
fn a_drive_that_is_away_keeps_its_clips_in_the_trash() {
    let world = World::new();
    let clip = world.clip("a", 1, None);
    world.library.trash_clips(&some(&["a"]), at(2)).unwrap();
    let (places, away) = (world.library.places(), world.path("away"));
    std::fs::rename(&places.clips, &away).unwrap();
    let error = world.library.delete_clips(&some(&["a"])).unwrap_err();
    assert!(matches!(error, LibraryError::FolderGone(_)), "{error}");
    assert_eq!(shelf(&world.library, true), ["a"]);
    let unwritten = world.library.write_recipes(|| true).unwrap_err();
    assert!(unwritten.may_pass(), "{unwritten}");
    assert_eq!(world.library.recipes_due().unwrap(), 1, "and its recipe stays due");
    assert!(!places.clips.exists(), "no empty folder takes its place");
    std::fs::rename(&away, &places.clips).unwrap();
    assert_eq!(world.library.write_recipes(|| true).unwrap(), 1);
    assert_eq!(world.library.restore_clips(&some(&["a"])).unwrap(), 1);
    assert_eq!(std::fs::read(places.clip_file(&clip)).unwrap(), b"a");
}

#[test]
fn nothing_is_written_where_a_drive_is_not_connected() {
    let world = World::new();
    let clip = world.clip("a", 1, None);
    world.clip("b", 2, Some("a"));
    let (library, places, drive) = (&world.library, world.library.places(), world.path("drive"));
    library.trash_clips(&some(&["b"]), at(3)).unwrap();
    let (path, id) = (some(&["a"]), FilmId::new("f"));
    let film = SavedFilm { id, name: None, note: String::new(), path, made_at: at(3), changed_at: at(3) };
    library.save_film(film).unwrap();
    // The place where it was, with what a system or this program may have begun to write there.
    std::fs::rename(&places.clips, &drive).unwrap();
    std::fs::create_dir(&places.clips).unwrap();
    std::fs::write(places.clips.join(".directory"), "").unwrap();
    std::fs::write(places.clips.join("c.mp4.part"), "").unwrap();
    std::fs::write(places.clips.join("c.mp4.part.etag"), "").unwrap();
    let names = || std::fs::read_dir(&places.clips).unwrap().count();

    assert!(library.is_away(&places.clips).unwrap());
    let root = std::slice::from_ref(&places.clips);
    assert_eq!(library.away_folders().unwrap(), root);
    let gone = |error: LibraryError| matches!(error, LibraryError::FolderGone(_));
    assert!(gone(library.write_recipes(|| true).unwrap_err()));
    assert!(gone(library.write_film_files().unwrap_err()));
    assert!(gone(library.delete_clips(&some(&["b"])).unwrap_err()));
    let copy = world.path("copy.mp4");
    std::fs::write(&copy, "a").unwrap();
    assert!(gone(library.restore_file(&clip.id, &copy).unwrap_err()));
    library.look_for(&clip.id).unwrap();
    assert_eq!(library.look_through().unwrap().away, root);
    assert!(!get(library, "a").missing && names() == 3, "nothing was made there, and nothing is missed");

    // It is connected again: all that waited is done.
    std::fs::remove_dir_all(&places.clips).unwrap();
    std::fs::rename(&drive, &places.clips).unwrap();
    assert!(!library.is_away(&places.clips).unwrap());
    assert_eq!((library.write_recipes(|| true).unwrap(), library.write_film_files().unwrap()), (1, 1));
    assert_eq!(std::fs::read(places.clip_file(&clip)).unwrap(), b"a");
}

#[test]
fn a_folder_that_the_person_emptied_is_used_again_once_they_choose_it() {
    let world = World::new();
    world.clip("a", 1, None);
    let (library, clips) = (&world.library, world.library.places().clips);
    std::fs::remove_dir_all(&clips).unwrap();
    std::fs::create_dir(&clips).unwrap();
    assert!(library.is_away(&clips).unwrap());
    library.set_clips_folder(clips.clone()).unwrap();
    assert!(!library.is_away(&clips).unwrap());
    assert_eq!(library.look_through().unwrap().changed.len(), 1, "what was in it is missed");
    std::fs::remove_dir_all(&clips).unwrap();
    std::fs::create_dir(&clips).unwrap();
    assert!(!library.is_away(&clips).unwrap(), "nothing is missed that is not known to be");
    library.trash_clips(&some(&["a"]), at(2)).unwrap();
    assert_eq!(library.delete_clips(&some(&["a"])).unwrap(), 1);
}

#[test]
fn clips_that_a_person_carried_to_another_folder_are_kept_there_once_the_old_one_is_gone() {
    let world = World::new();
    let clip = world.clip("boat", 1, None);
    let (library, old, drive) = (&world.library, world.library.places().clips, world.path("drive"));
    let month = clip.file.split('/').next().unwrap();
    std::fs::create_dir_all(drive.join(month)).unwrap();
    for entry in std::fs::read_dir(old.join(month)).unwrap().flatten() {
        std::fs::copy(entry.path(), drive.join(month).join(entry.file_name())).unwrap();
    }
    library.set_clips_folder(drive.clone()).unwrap();
    assert!(library.look_through().unwrap().away.is_empty());
    // A copy that was cut off does not take the place of the whole file, which may come back.
    let (whole, aside) = (drive.join(&clip.file), world.path("aside-old"));
    std::fs::write(&whole, "b").unwrap();
    std::fs::rename(&old, &aside).unwrap();
    assert_eq!(library.look_through().unwrap().away, std::slice::from_ref(&old));
    std::fs::rename(&aside, &old).unwrap();
    std::fs::write(&whole, "boat").unwrap();
    std::fs::remove_dir_all(&old).unwrap();
    assert!(library.look_through().unwrap().away.is_empty(), "nothing is missed of a folder that is not used any more");
    assert_eq!((library.away_folders().unwrap(), get(library, "boat").file), (Vec::new(), clip.file.clone()));
    // And the drive is one whose empty place is known for what it is.
    std::fs::rename(&drive, world.path("aside")).unwrap();
    std::fs::create_dir(&drive).unwrap();
    assert!(library.is_away(&drive).unwrap());
    // Choosing it again from another folder does not say that it is meant to be empty; choosing it twice does.
    library.set_clips_folder(world.path("other")).unwrap();
    library.set_clips_folder(drive.clone()).unwrap();
    assert!(library.is_away(&drive).unwrap() && !get(library, "boat").missing);
    library.set_clips_folder(drive.clone()).unwrap();
    assert!(!library.is_away(&drive).unwrap());
}

#[test]
fn a_file_that_cannot_be_deleted_leaves_its_clip_whole_in_the_trash_and_the_others_go() {
    let world = World::new();
    for name in ["a", "b", "c"] {
        world.clip(name, 1, None);
    }
    let all = some(&["a", "b", "c"]);
    let (library, places) = (&world.library, world.library.places());
    library.trash_clips(&all, at(2)).unwrap();
    let stuck = get(library, "b");
    // What no program can remove as a file, whoever runs it: also as root, where modes do not count.
    std::fs::remove_file(places.clip_file(&stuck)).unwrap();
    std::fs::create_dir_all(places.clip_file(&stuck).join("inside")).unwrap();
    let error = library.delete_clips(&all).unwrap_err();
    assert!(matches!(error, LibraryError::Io { .. }), "{error}");
    assert_eq!(shelf(library, true), ["b"]);
    assert!(files_of(&places, &stuck)[3], "its recipe is still there");
    std::fs::remove_dir_all(places.clip_file(&stuck)).unwrap();
    assert_eq!(library.delete_clips(&all).unwrap(), 1, "a file that is gone is no obstacle");
}

#[cfg(unix)]
#[test]
fn a_read_only_folder_is_said_and_nothing_is_half_done() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new();
    let clip = world.clip("a", 1, None);
    let (library, places) = (&world.library, world.library.places());
    library.trash_clips(&some(&["a"]), at(2)).unwrap();
    let month = places.clip_file(&clip).parent().unwrap().to_owned();
    std::fs::set_permissions(&month, PermissionsExt::from_mode(0o555)).unwrap();
    if std::fs::write(month.join("probe"), b"").is_err() {
        let (deleted, written) = (library.delete_clips(&some(&["a"])), library.write_recipes(|| true));
        assert!(matches!(deleted, Err(LibraryError::Io { .. })) && matches!(written, Err(LibraryError::Io { .. })));
        assert_eq!((shelf(library, true).len(), library.recipes_due().unwrap()), (1, 1));
        assert!(places.clip_file(&clip).exists() && places.recipe_file(&clip).exists());
    } // else: root may write anywhere
    std::fs::set_permissions(&month, PermissionsExt::from_mode(0o755)).unwrap();
    library.restore_clips(&some(&["a"])).unwrap();
    assert_eq!(library.write_recipes(|| true).unwrap(), 1);
}

#[cfg(unix)]
#[test]
fn nothing_outside_the_folder_of_clips_is_deleted_whatever_the_rows_say() {
    let world = World::new();
    for name in ["a", "b", "c"] {
        world.clip(name, 1, None);
    }
    let places = world.library.places();
    let outside = world.path("outside");
    std::fs::create_dir(&outside).unwrap();
    let precious = |name: &str| -> std::path::PathBuf {
        let path = outside.join(name);
        std::fs::write(&path, b"precious").unwrap();
        path
    };
    let (first, second) = (precious("a.mp4"), precious("c.mp4"));
    let raw = rusqlite::Connection::open(places.database()).unwrap();
    raw.execute("UPDATE clips SET file = ?1 WHERE id = 'a'", ["../outside/a.mp4"]).unwrap();
    raw.execute("UPDATE clips SET file = '2026-11/b.mp4/../c.mp4' WHERE id = 'b'", []).unwrap();
    std::os::unix::fs::symlink(&outside, places.clips.join("2026-12")).unwrap();
    raw.execute("UPDATE clips SET file = '2026-12/c.mp4' WHERE id = 'c'", []).unwrap();
    drop(raw);
    world.library.trash_clips(&some(&["a", "b", "c"]), at(2)).unwrap();
    assert_eq!(world.library.delete_clips(&some(&["a", "b", "c"])).unwrap(), 3, "the rows go");
    assert!(first.exists() && second.exists(), "the files are not ours");
    assert!(places.clips.join("2026-11/c.mp4").exists());
}

#[test]
fn nothing_is_deleted_through_a_library_that_was_given_back() {
    let world = World::new();
    world.clip("a", 1, None);
    let owned = world.library.own("test").unwrap();
    world.library.trash_clips(&some(&["a"]), at(2)).unwrap();
    drop(owned);
    assert!(matches!(world.library.delete_clips(&some(&["a"])), Err(LibraryError::NotOwned)));
    assert!(world.library.places().clip_file(&get(&world.library, "a")).exists());
}

#[test]
fn disk_use_is_told_by_the_day_and_the_trash_apart() {
    let world = World::new();
    for name in ["a", "b", "c"] {
        world.clip(name, 1, None);
    }
    world.library.trash_clips(&some(&["b"]), at(2)).unwrap();
    let told = world.library.disk_use(&TimeZone::UTC).unwrap();
    assert_eq!((told.clips.count, told.trash.count, told.days.len()), (2, 1, 1));
    assert!((told.clips.bytes - 8.0).abs() < 1e-9 && (told.trash.bytes - 4.0).abs() < 1e-9);
    assert_eq!((told.days[0].day.as_str(), told.days[0].count), ("2026-11-22", 2));
}

/// A library as version 3 left it: no marks, no shelf, no words, no imports, no ledger.
fn as_of_version_3(home: &Path) {
    let places = Places::resolve(Some(home.to_owned()), None).unwrap();
    let raw = rusqlite::Connection::open(places.database()).unwrap();
    raw.execute_batch(
        "DROP TABLE shot_jobs; DROP TABLE shots; DROP TABLE storyboards; DROP TABLE films; DROP TABLE films_due; DROP TABLE seams;
         DROP TRIGGER bill_of_a_clip; DROP INDEX jobs_by_usage; DROP INDEX jobs_of_films; DROP INDEX jobs_by_position;
         ALTER TABLE jobs DROP COLUMN billed_cost; ALTER TABLE jobs DROP COLUMN billed_tokens;
         ALTER TABLE jobs DROP COLUMN failure_code; ALTER TABLE jobs DROP COLUMN expected_seconds;
         ALTER TABLE jobs DROP COLUMN sent;
         DROP INDEX clips_missing; DROP INDEX clips_by_place; DROP INDEX clips_by_sha256; DROP INDEX clips_by_original;
         DROP INDEX clips_by_continued; ALTER TABLE clips DROP COLUMN original_sha256;
         ALTER TABLE clips DROP COLUMN continues_sha256; ALTER TABLE clips DROP COLUMN imported;
         DROP TABLE words; DROP TABLE shelf; DROP TABLE searches; DELETE FROM state WHERE name = 'shelf_form';
         DROP INDEX clips_in_trash; DROP INDEX clips_with_recipe_due;
         ALTER TABLE clips DROP COLUMN name; ALTER TABLE clips DROP COLUMN note; ALTER TABLE clips DROP COLUMN starred;
         ALTER TABLE clips DROP COLUMN tags; ALTER TABLE clips DROP COLUMN trashed_at;
         ALTER TABLE clips DROP COLUMN missing; ALTER TABLE clips DROP COLUMN recipe_due; PRAGMA user_version = 3;",
    )
    .unwrap();
}

#[test]
fn a_library_of_version_three_is_filled_and_found_in_from_the_first_start() {
    let folder = tempfile::tempdir().unwrap();
    let library = crate::finding::generator::fill(folder.path(), 500, 5, at(0)).unwrap();
    let boats = GalleryQuery { text: "灯塔".to_owned(), ..GalleryQuery::default() };
    // Of what the version did not have, nothing may be left.
    let all: Vec<ClipId> = library.gallery_ids(&GalleryQuery::default(), &TimeZone::UTC, 0, 9_999).unwrap();
    let trashed =
        library.gallery(&GalleryQuery { trash: true, ..GalleryQuery::default() }, &TimeZone::UTC).unwrap().total;
    let found = library.gallery_ids(&boats, &TimeZone::UTC, 0, 9_999).unwrap();
    drop(library);
    as_of_version_3(folder.path());
    let library = open(folder.path());
    let total = library.gallery(&GalleryQuery::default(), &TimeZone::UTC).unwrap().total;
    assert_eq!(
        total as usize,
        all.len() + trashed as usize,
        "no clip is lost, and none is in a trash that was not there"
    );
    let again = library.gallery_ids(&boats, &TimeZone::UTC, 0, 9_999).unwrap();
    assert!(!found.is_empty() && found.iter().all(|id| again.contains(id)));
    let clip = library.clip(&found[0]).unwrap().unwrap();
    assert_eq!((clip.name, clip.note.as_str(), clip.starred, clip.tags.len()), (None, "", false, 0));
    library.mark_clips(&found, Mark::Star { on: true }).unwrap();
    library.own("test").unwrap();
}

#[test]
fn what_is_derived_in_an_older_form_is_made_anew_and_numbers_of_changes_go_on() {
    let world = marked();
    let before = world.library.gallery_revision().unwrap();
    let raw = rusqlite::Connection::open(world.library.places().database()).unwrap();
    raw.execute_batch("UPDATE state SET value = '0' WHERE name = 'shelf_form'; UPDATE shelf SET width = 1").unwrap();
    drop(raw);
    let again = world.again();
    let shelf = again.gallery(&GalleryQuery::default(), &TimeZone::UTC).unwrap();
    assert_eq!((shelf.total, shelf.shapes[0].width), (2, 1248));
    assert!(shelf.revision > before);
    let query = GalleryQuery { text: "闪烁".to_owned(), ..GalleryQuery::default() };
    assert_eq!(again.gallery(&query, &TimeZone::UTC).unwrap().total, 1);
}
