//! Films: derived from what continues what, saved, changed, kept through deaths and rebuilds.

use lastframe_library::{Library, LibraryError, Places, Rebuild, Rebuilt};
use lastframe_model::{
    ClipId, FilmCard, FilmChange, FilmId, FilmProblem, Request, SavedFilm, SeamKind, SeamMeasure, SeamVerdict,
};

use crate::{World, at, open};

fn id(name: &str) -> ClipId {
    ClipId::new(name)
}

fn ids(names: &[&str]) -> Vec<ClipId> {
    names.iter().map(|name| id(name)).collect()
}

fn film(name: &str, path: &[&str]) -> SavedFilm {
    SavedFilm {
        id: FilmId::new(name),
        name: Some(format!("Film {name}")),
        note: "A note".into(),
        path: ids(path),
        made_at: at(30),
        changed_at: at(30),
    }
}

fn path(library: &Library, film: &str) -> Vec<String> {
    let film = library.film_path(&FilmId::new(film)).unwrap().unwrap();
    film.path.iter().map(ToString::to_string).collect()
}

#[expect(clippy::needless_pass_by_value, reason = "made where it is asked for")]
fn change(library: &Library, film: &str, change: FilmChange) -> Result<SavedFilm, LibraryError> {
    library.change_film(&FilmId::new(film), &change, at(40))
}

/// a ─ b ─ d
///   └ c ─ e      and z, alone
fn tree() -> World {
    let world = World::new();
    for (name, minute, continues) in [
        ("a", 1, None),
        ("b", 2, Some("a")),
        ("c", 3, Some("a")),
        ("d", 4, Some("b")),
        ("e", 5, Some("c")),
        ("z", 6, None),
    ] {
        world.clip(name, minute, continues);
    }
    world
}

fn films(library: &Library) -> Vec<FilmCard> {
    let page = library.films("", 0, 200).unwrap();
    assert_eq!(page.total as usize, page.cards.len(), "a page that takes them all");
    page.cards
}

fn card<'a>(cards: &'a [FilmCard], film: &str) -> &'a FilmCard {
    cards.iter().find(|card| card.id.as_str() == film).unwrap()
}

#[test]
fn a_tree_is_a_film_until_one_with_its_id_is_saved() {
    let world = tree();
    let cards = films(&world.library);
    assert_eq!(cards.len(), 1, "a clip alone is no film: {cards:?}");
    let card = &cards[0];
    assert_eq!((card.id.as_str(), card.saved, card.clips), ("a", false, 3));
    assert_eq!(card.posters, ids(&["a", "c", "e"]), "the newest take each time");
    assert_eq!(card.seams, [SeamKind::Continues; 2]);
    assert_eq!(card.cost, "0.5559".parse().unwrap());
    assert!((card.seconds - 3.0 * 121.0 / 24.0).abs() < 1e-9 && !card.rehearsal);
    assert_eq!(card.changed_at, at(5), "when its newest clip came");

    let saved = change(&world.library, "a", FilmChange::Rename { name: "  Night \n ferry ".into() }).unwrap();
    assert_eq!((saved.name.as_deref(), saved.path), (Some("Night ferry"), ids(&["a", "c", "e"])));
    let cards = films(&world.library);
    assert_eq!(cards.len(), 1, "it stands there once: {cards:?}");
    assert_eq!((cards[0].title.as_str(), cards[0].saved, cards[0].changed_at), ("Night ferry", true, at(40)));

    let deleted = world.library.delete_film(&FilmId::new("a")).unwrap();
    assert!(!films(&world.library)[0].saved, "the tree is still there, under no name");
    world.library.restore_film(deleted.clone()).unwrap();
    assert_eq!(world.library.saved_film(&FilmId::new("a")).unwrap(), Some(deleted), "as it was");
}

#[test]
fn the_list_is_had_in_parts_and_found_in_by_names_or_by_the_words_of_a_first_clip() {
    let world = World::new();
    for (name, minute, prompt) in [("a", 1, "Fog over the harbour"), ("c", 3, "海边的雾"), ("e", 5, "Fog in the hills")]
    {
        world.clip_of(name, minute, Request { prompt: prompt.into(), ..Request::default() });
        let next = ["b", "d", "f"][minute as usize / 2];
        world.clip_of(next, minute + 1, Request { continues: Some(id(name)), ..Request::default() });
    }
    let library = &world.library;
    let found = |search: &str, from: u32, count: u32| {
        let page = library.films(search, from, count).unwrap();
        (page.total, page.cards.into_iter().map(|card| card.id.to_string()).collect::<Vec<_>>().join(" "))
    };
    assert_eq!(found("", 0, 10), (3, "e c a".into()), "the tree that grew last comes first");
    assert_eq!(found("", 1, 1), (3, "c".into()));
    assert_eq!(found("", 3, 10), (3, String::new()));
    assert_eq!(found("fog", 0, 1), (2, "e".into()));
    assert_eq!(found("fog harb", 0, 10), (1, "a".into()));
    assert_eq!(found("雾", 0, 10), (1, "c".into()));
    assert_eq!(found("snow", 0, 10), (0, String::new()));
    assert_eq!(found("“?", 0, 10), (0, String::new()), "signs are in no name");

    change(library, "a", FilmChange::Rename { name: "Night ferry?".into() }).unwrap();
    assert_eq!(found("", 0, 10), (3, "a e c".into()), "it was changed last");
    assert_eq!(found("fog", 0, 10), (1, "e".into()), "what has a name is found by it");
    assert_eq!(found("FERRY night", 0, 10), (1, "a".into()));
    assert_eq!(found("?", 0, 10), (1, "a".into()));
    let unnamed = SavedFilm { name: None, ..film("g", &["c", "a"]) };
    library.save_film(unnamed).unwrap();
    assert_eq!(found("海边", 0, 10), (2, "g c".into()), "a saved one without a name as well");

    let database = rusqlite::Connection::open(library.places().database()).unwrap();
    let gone =
        "INSERT INTO films VALUES ('gone', 'Fog', '', '[\"nowhere\"]', '2026-11-20T10:00:00Z', '2026-11-20T10:59:00Z')";
    database.execute(gone, []).unwrap();
    assert_eq!(found("", 0, 1), (4, "a".into()), "one without a clip that is here is not shown, nor counted");

    library.trash_clips(&[id("f")], at(50)).unwrap();
    assert_eq!(found("", 0, 10), (3, "a g c".into()), "nothing continues its first clip any more");
    world.clip("h", 7, Some("d"));
    assert_eq!(library.films("", 0, 10).unwrap().cards[2].clips, 3, "what came since is there");
}

#[test]
fn a_shot_counts_as_long_as_it_is_shown() {
    let world = World::new();
    world.clip("a", 1, None);
    let request = Request { continues: Some(id("a")), continues_frame: Some(47), ..Request::default() };
    world.clip_of("b", 2, request);
    let seconds = films(&world.library)[0].seconds;
    assert!((seconds - (48.0 + 121.0) / 24.0).abs() < 1e-9, "a is shown up to its frame 47: {seconds}");
}

#[test]
fn a_card_tells_seams_from_cuts_as_far_as_its_posters_go() {
    let world = tree();
    let library = &world.library;
    for (film_id, path) in [
        ("cuts", &["a", "z", "b", "d"][..]),
        ("long", &["a", "c", "e", "z", "a", "b", "d", "z"]),
        ("gap", &["a", "c", "e"]),
        ("one", &["z"]),
    ] {
        library.save_film(film(film_id, path)).unwrap();
    }
    library.trash_clips(&[id("c")], at(40)).unwrap();
    let seams = |film: &str| card(&films(library), film).seams.clone();
    let (on, cut) = (SeamKind::Continues, SeamKind::Cut);
    assert_eq!(seams("cuts"), [cut, cut, on], "b continues a, which is not the one before it here");
    assert_eq!(seams("long"), [on, on, cut, cut, on], "one fewer than the six posters");
    assert_eq!(seams("gap"), [on, on], "one in the trash is still on the path");
    assert!(seams("one").is_empty());
    library.delete_clips(&[id("c")]).unwrap();
    assert_eq!(seams("gap"), [cut], "e continues a clip that is not there any more");
}

#[test]
fn a_clip_whose_first_is_gone_begins_a_film_and_a_chain_that_bites_its_tail_is_none() {
    let world = World::new();
    for (name, minute, continues) in [("b", 2, "gone"), ("c", 3, "b"), ("x", 4, "y"), ("y", 5, "x"), ("s", 6, "s")] {
        world.clip(name, minute, Some(continues));
    }
    let cards = films(&world.library);
    let found: Vec<&str> = cards.iter().map(|card| card.id.as_str()).collect();
    assert_eq!(found, ["b"], "no film begins where nothing begins");
    assert_eq!(world.library.film_of(&id("c")).unwrap().as_str(), "b");
    assert!(world.library.film_of(&id("x")).is_ok() && world.library.continued_times(&id("x")).unwrap() < 3);
    assert_eq!(path(&world.library, "s"), ["s"]);
}

#[test]
fn picking_a_take_goes_on_along_its_newest_clips_and_keeps_what_stands_behind_a_cut() {
    let world = tree();
    let library = &world.library;
    change(library, "a", FilmChange::Insert { at: 3, clip: id("z") }).unwrap();
    assert_eq!(path(library, "a"), ["a", "c", "e", "z"]);
    change(library, "a", FilmChange::Pick { at: 1, clip: id("b") }).unwrap();
    assert_eq!(path(library, "a"), ["a", "b", "d", "z"], "the take that was there went with what continued it");
    for (at, clip, problem) in [
        (1, "d", FilmProblem::NotATake),
        (0, "a", FilmProblem::NotATake),
        (9, "b", FilmProblem::NoSuchPlace),
        (4, "e", FilmProblem::NotATake),
    ] {
        let error = change(library, "a", FilmChange::Pick { at, clip: id(clip) }).unwrap_err();
        assert!(matches!(error, LibraryError::Film(found) if found == problem), "{at} {clip}: {error}");
    }
    let error = change(library, "a", FilmChange::Pick { at: 1, clip: id("nowhere") }).unwrap_err();
    assert!(matches!(error, LibraryError::NoSuchClip(_)), "{error}");
    assert_eq!(path(library, "a"), ["a", "b", "d", "z"], "what was refused changed nothing");
}

#[test]
fn shots_are_moved_and_taken_out_and_one_stays() {
    let world = tree();
    let library = &world.library;
    library.save_film(film("f", &["a", "z", "a"])).unwrap();
    change(library, "f", FilmChange::Move { from: 2, to: 1 }).unwrap();
    assert_eq!(path(library, "f"), ["a", "a", "z"], "a clip may stand in it twice");
    change(library, "f", FilmChange::Detach { at: 0 }).unwrap();
    change(library, "f", FilmChange::Detach { at: 1 }).unwrap();
    let error = change(library, "f", FilmChange::Detach { at: 0 }).unwrap_err();
    assert!(matches!(error, LibraryError::Film(FilmProblem::NoClip)), "{error}");
    for wanted in [FilmChange::Detach { at: 1 }, FilmChange::Move { from: 0, to: 1 }] {
        let error = change(library, "f", wanted).unwrap_err();
        assert!(matches!(error, LibraryError::Film(FilmProblem::NoSuchPlace)), "{error}");
    }
    let long = "x".repeat(121);
    let error = change(library, "f", FilmChange::Rename { name: long }).unwrap_err();
    assert!(matches!(error, LibraryError::Film(FilmProblem::NameTooLong)), "{error}");
    assert_eq!(path(library, "f"), ["a"]);
    let error = change(library, "nowhere", FilmChange::Note { note: String::new() }).unwrap_err();
    assert!(matches!(error, LibraryError::NoSuchFilm(_)), "{error}");
    let error = library.save_film(film("../f", &["a"])).unwrap_err();
    assert!(matches!(error, LibraryError::NoSuchFilm(_)), "an id becomes a file's name: {error}");
}

#[test]
fn a_clip_comes_to_every_path_that_ends_with_the_one_it_continues() {
    let world = tree();
    let library = &world.library;
    library.save_film(film("one", &["a", "b"])).unwrap();
    library.save_film(film("two", &["z", "b"])).unwrap();
    library.save_film(film("three", &["b", "z"])).unwrap();
    world.clip("n", 50, Some("b"));
    assert_eq!(path(library, "one"), ["a", "b", "n"]);
    assert_eq!(path(library, "two"), ["z", "b", "n"]);
    assert_eq!(path(library, "three"), ["b", "z"], "it does not end there");
    world.clip("m", 51, Some("b"));
    assert_eq!(path(library, "one"), ["a", "b", "n"], "another take waits under its seam");
    assert_eq!(library.saved_film(&FilmId::new("one")).unwrap().unwrap().changed_at, at(50));
}

#[test]
fn the_trash_leaves_paths_alone_and_deleting_takes_the_clip_out_of_them() {
    let world = tree();
    let library = &world.library;
    library.save_film(film("f", &["a", "c", "e", "c"])).unwrap();
    library.save_film(film("only", &["c"])).unwrap();
    let measure = SeamMeasure { kind: SeamVerdict::Clean, psnr: 30.5, brightness: -1.0, colour: 0.5 };
    for (before, after) in [("a", "c"), ("c", "e"), ("a", "b")] {
        library.keep_seam(&id(before), 120, &id(after), &measure).unwrap();
    }
    library.trash_clips(&ids(&["c"]), at(50)).unwrap();
    assert_eq!(path(library, "f"), ["a", "c", "e", "c"]);
    assert_eq!(card(&films(library), "a").posters, ids(&["a", "b", "d"]), "a derived film takes what is left");
    library.restore_clips(&ids(&["c"])).unwrap();
    assert_eq!(card(&films(library), "a").posters, ids(&["a", "c", "e"]));

    library.trash_clips(&ids(&["c"]), at(51)).unwrap();
    assert_eq!(library.delete_clips(&ids(&["c"])).unwrap(), 1);
    assert_eq!(path(library, "f"), ["a", "e"]);
    assert_eq!(library.saved_film(&FilmId::new("only")).unwrap(), None, "nothing was left of it");
    assert_eq!(library.seam(&id("a"), 120, &id("c")).unwrap(), None);
    assert_eq!(library.seam(&id("c"), 120, &id("e")).unwrap(), None);
    assert_eq!(library.seam(&id("a"), 120, &id("b")).unwrap(), Some(measure), "another seam");
    assert_eq!(library.film_of(&id("e")).unwrap().as_str(), "f");
}

#[test]
fn a_film_of_a_clip_is_the_one_that_was_changed_last_or_its_tree() {
    let world = tree();
    let library = &world.library;
    assert_eq!(library.film_of(&id("d")).unwrap().as_str(), "a");
    assert_eq!(library.film_of(&id("z")).unwrap().as_str(), "z", "it begins one");
    library.save_film(film("old", &["d", "z"])).unwrap();
    library.save_film(SavedFilm { changed_at: at(31), ..film("new", &["z", "d"]) }).unwrap();
    assert_eq!(library.film_of(&id("d")).unwrap().as_str(), "new");
    let tree = library.film_tree(&ids(&["b", "z"])).unwrap();
    let mut found: Vec<&str> = tree.iter().map(|(clip, ..)| clip.as_str()).collect();
    found.sort_unstable();
    assert_eq!(found, ["b", "d", "z"], "the path and all that continues it");
    assert_eq!(library.continued_times(&id("e")).unwrap(), 2);
}

fn without_database(world: &World) -> Places {
    let places = world.library.places();
    for part in ["library.db", "library.db-wal", "library.db-shm"] {
        let _ = std::fs::remove_file(places.home.join(part));
    }
    places
}

fn rebuild(places: &Places) -> Rebuilt {
    Rebuild { places, from: &[], verify: false, program: "test", now: at(0), progress: &|_| {} }.run().unwrap()
}

#[test]
fn saved_films_survive_a_rebuild_from_their_files_and_from_the_old_database() {
    let world = tree();
    let library = &world.library;
    library.save_film(film("f", &["z", "a", "z"])).unwrap();
    library.save_film(film("gone", &["a"])).unwrap();
    assert_eq!(library.write_film_files().unwrap(), 2);
    library.delete_film(&FilmId::new("gone")).unwrap();
    assert_eq!(library.write_film_files().unwrap(), 1);
    let folder = library.places().clips.join("films");
    let names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["f.json"], "a deleted one has no file");
    assert_eq!(library.write_film_files().unwrap(), 0, "nothing is due any more");
    let before = library.saved_films().unwrap();

    let places = without_database(&world);
    let rebuilt = rebuild(&places);
    assert_eq!((rebuilt.clips, rebuilt.films), (6, 1), "{rebuilt:?}");
    let again = open(&places.home);
    assert_eq!(again.saved_films().unwrap(), before);

    // A change whose file was not written yet is in the database that is replaced.
    change(&again, "f", FilmChange::Rename { name: "Later".into() }).unwrap();
    let changed = again.saved_films().unwrap();
    drop(again);
    assert_eq!(rebuild(&places).films, 1);
    let again = open(&places.home);
    assert_eq!(again.saved_films().unwrap(), changed);
    assert_eq!(again.write_film_files().unwrap(), 1, "and its file follows");
}

#[test]
fn the_file_of_a_film_that_a_death_kept_from_being_written_is_written_by_the_next_program() {
    let world = tree();
    world.library.save_film(film("f", &["a"])).unwrap();
    let again = world.again();
    assert_eq!(again.write_film_files().unwrap(), 1);
    let file = again.places().clips.join("films/f.json");
    assert!(std::fs::read_to_string(&file).unwrap().contains("\"Film f\""));
    // A drive that is away is not replaced by a folder of its name.
    let clips = again.places().clips;
    let aside = world.path("aside");
    std::fs::rename(&clips, &aside).unwrap();
    change(&again, "f", FilmChange::Note { note: "x".into() }).unwrap();
    assert!(again.write_film_files().is_err() && !clips.exists());
    std::fs::rename(&aside, &clips).unwrap();
    assert_eq!(again.write_film_files().unwrap(), 1, "it stayed due");
    // Another folder of clips gets its own; the newer file counts.
    again.set_clips_folder(world.path("elsewhere")).unwrap();
    assert_eq!(again.write_film_files().unwrap(), 1);
    change(&again, "f", FilmChange::Note { note: "y".into() }).unwrap();
    assert_eq!(again.write_film_files().unwrap(), 1);
    let note = |folder: &str| std::fs::read_to_string(world.path(folder).join("films/f.json")).unwrap();
    assert!(note("elsewhere").contains("\"y\"") && note("clips").contains("\"x\""));
    again.delete_film(&FilmId::new("f")).unwrap();
    again.write_film_files().unwrap();
    assert!(!world.path("clips/films/f.json").exists() && !world.path("elsewhere/films/f.json").exists());
}

#[test]
fn a_film_that_lies_is_refused_by_name_and_every_other_one_is_entered() {
    let world = tree();
    world.library.save_film(film("f", &["a", "z"])).unwrap();
    world.library.write_film_files().unwrap();
    let places = without_database(&world);
    let folder = places.clips.join("films");
    let good = std::fs::read_to_string(folder.join("f.json")).unwrap();
    let lies = [
        ("other", good.clone()),
        ("json", "{".into()),
        ("later", good.replace("\"version\": 1", "\"version\": 2").replace("\"f\"", "\"later\"")),
        ("path", good.replace("\"f\"", "\"path\"").replace("\"a\"", "\"../../etc/passwd\"")),
        ("empty", good.replace("\"f\"", "\"empty\"").replace("\"a\",", "").replace("\"z\"", "")),
    ];
    for (name, text) in &lies {
        std::fs::write(folder.join(format!("{name}.json")), text).unwrap();
    }
    std::fs::create_dir(folder.join("folder.json")).unwrap();
    let long = good.replace("\"f\"", "\"long\"").replace("Film f", &"x".repeat(500));
    std::fs::write(folder.join("long.json"), long).unwrap();
    std::fs::write(folder.join("notes.txt"), "mine").unwrap();
    let rebuilt = rebuild(&places);
    assert_eq!(rebuilt.films, 2, "{rebuilt:?}");
    for (name, _) in lies.iter().map(|(name, text)| (*name, text)).chain([("folder", &String::new())]) {
        assert!(
            rebuilt.refused.iter().any(|refused| refused.file.ends_with(&format!("{name}.json"))),
            "{name}: {rebuilt:?}"
        );
    }
    let again = open(&places.home);
    assert_eq!(path(&again, "f"), ["a", "z"]);
    let long = again.saved_film(&FilmId::new("long")).unwrap().unwrap();
    assert_eq!(
        (long.name, long.path),
        (None, ids(&["a", "z"])),
        "a name that nobody could give is no reason to lose it"
    );
}

#[cfg(unix)]
#[test]
fn a_folder_of_films_that_is_a_link_is_not_followed() {
    let world = tree();
    let places = without_database(&world);
    let outside = world.path("outside");
    std::fs::create_dir(&outside).unwrap();
    std::os::unix::fs::symlink(&outside, places.clips.join("films")).unwrap();
    let rebuilt = rebuild(&places);
    assert_eq!((rebuilt.films, rebuilt.refused.len()), (0, 1), "{rebuilt:?}");
}
