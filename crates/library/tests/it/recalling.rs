//! What a person wants back: presets and earlier prompts.

use lastframe_library::{Library, LibraryError, Places, Rebuild};
use lastframe_model::{Job, PresetProblem, Request};

use crate::{World, at, job};

fn asked(prompt: &str) -> Request {
    Request { prompt: prompt.to_owned(), ..Request::default() }
}

fn names(library: &Library) -> Vec<String> {
    library.presets().unwrap().into_iter().map(|preset| preset.name).collect()
}

fn refused<T: std::fmt::Debug>(result: Result<T, LibraryError>) -> PresetProblem {
    match result.unwrap_err() {
        LibraryError::PresetName(problem) => problem,
        other => panic!("not about a name: {other}"),
    }
}

#[test]
fn presets_are_saved_renamed_deleted_and_survive_a_restart() {
    let world = World::new();
    let flex = Request { expires_after: 7_200, seed: Some(3), ..asked("") };
    world.library.save_preset("  night   shots ", flex.clone(), false).unwrap();
    world.library.save_preset("Fast", asked("A boat"), false).unwrap();
    world.library.save_preset("黄昏", asked(""), false).unwrap();
    assert_eq!(names(&world.library), ["Fast", "night shots", "黄昏"], "by name, whatever their case");
    assert_eq!(world.again().presets().unwrap()[1].request, flex, "read back as they were saved");

    let renamed = world.library.rename_preset("NIGHT SHOTS", "Night").unwrap();
    assert_eq!((renamed.name.as_str(), &renamed.request), ("Night", &flex));
    world.library.rename_preset("Night", "night").expect("its own name in another case is not taken");
    let deleted = world.library.delete_preset("Fast").unwrap();
    assert_eq!(names(&world.library), ["night", "黄昏"]);
    world.library.save_preset(&deleted.name, deleted.request, false).expect("what was deleted can be had back");
    assert_eq!(world.again().presets().unwrap()[0].request.prompt, "A boat");
}

#[test]
fn a_name_that_cannot_be_had_is_refused_by_what_is_wrong_with_it() {
    let world = World::new();
    let save = |name: &str, replace| world.library.save_preset(name, asked(name), replace);
    save("Nächte", false).unwrap();
    save("Days", false).unwrap();
    assert_eq!(refused(save(" ", false)), PresetProblem::NameEmpty);
    assert_eq!(refused(save(&"x".repeat(61), false)), PresetProblem::NameTooLong);
    assert_eq!(refused(save("NÄCHTE", false)), PresetProblem::NameTaken, "case alone makes no other name");
    assert_eq!(refused(world.library.rename_preset("Days", "nächte")), PresetProblem::NameTaken);
    assert_eq!(refused(world.library.rename_preset("Days", "\n")), PresetProblem::NameEmpty);
    let gone = world.library.rename_preset("never", "was").unwrap_err();
    assert!(matches!(&gone, LibraryError::NoSuchPreset(name) if name == "never"), "{gone}");
    assert!(matches!(world.library.delete_preset("never"), Err(LibraryError::NoSuchPreset(_))));

    save("NÄCHTE", true).expect("replaced because it was asked for");
    let presets = world.library.presets().unwrap();
    assert_eq!(names(&world.library), ["Days", "NÄCHTE"], "and nothing else was touched");
    assert_eq!(presets[1].request.prompt, "NÄCHTE");
}

#[test]
fn a_rebuild_keeps_presets() {
    let world = World::new();
    world.clip("one", 1, None);
    world.library.save_preset("Night", asked("A boat"), false).unwrap();
    let places = world.library.places();
    let World { folder, library } = world;
    drop(library);
    let rebuild = |places: &Places| {
        let all = Rebuild { places, from: &[], verify: false, program: "test", now: at(30), progress: &|_| {} };
        all.run().unwrap()
    };
    assert_eq!(rebuild(&places).clips, 1);
    let library = crate::open(folder.path());
    let presets = library.presets().unwrap();
    assert_eq!((presets.len(), presets[0].name.as_str(), presets[0].request.prompt.as_str()), (1, "Night", "A boat"));
}

#[test]
fn a_rebuild_of_a_library_from_before_there_were_presets_keeps_its_jobs() {
    let world = World::new();
    world.library.insert_jobs(&[job("waits", asked("A boat"))]).unwrap();
    let places = world.library.places();
    let World { folder, library } = world;
    drop(library);
    let old = rusqlite::Connection::open(places.database()).unwrap();
    old.execute_batch("DROP TABLE presets; DROP INDEX jobs_by_prompt; PRAGMA user_version = 2;").unwrap();
    drop(old);
    let all = Rebuild { places: &places, from: &[], verify: false, program: "test", now: at(30), progress: &|_| {} };
    let rebuilt = all.run().unwrap();
    assert_eq!((rebuilt.jobs, rebuilt.jobs_left), (1, 0), "{rebuilt:?}");
    assert_eq!(crate::open(folder.path()).presets().unwrap(), []);
}

#[test]
fn earlier_prompts_come_newest_first_each_once_from_every_job() {
    let world = World::new();
    let made = |id: &str, prompt: &str, minute: u32| Job { created_at: at(minute), ..job(id, asked(prompt)) };
    let jobs = [
        made("a", "A boat drifts", 1),
        made("b", "  ", 2),
        made("c", "灯塔 在夜里亮起", 3),
        made("d", "A boat drifts \n", 4),
        made("e", "Ärger im Hafen", 5),
    ];
    world.library.insert_jobs(&jobs).unwrap();
    world
        .library
        .move_job(&jobs[4].id, lastframe_model::JobState::Queued, lastframe_model::JobState::Canceled, |_| {})
        .unwrap();
    let found = |search: &str, limit| -> Vec<String> {
        let prompts = world.library.prompts(search, limit).unwrap();
        prompts.into_iter().map(|past| past.prompt).collect()
    };
    assert_eq!(
        found("", 9),
        ["Ärger im Hafen", "A boat drifts", "灯塔 在夜里亮起"],
        "a job that came to nothing counts too"
    );
    let boat = world.library.prompts("boat", 9).unwrap().remove(0);
    assert_eq!((boat.times, boat.used_at), (2, at(4)), "the same words are one, used when they were used last");
    assert_eq!(found("", 2).len(), 2);
    assert_eq!(found("drifts BOAT", 9), ["A boat drifts"], "every word, in any order and case");
    assert_eq!(found("ÄRGER", 9), ["Ärger im Hafen"], "also beyond ASCII");
    assert_eq!(found("夜里", 9), ["灯塔 在夜里亮起"], "Chinese is found without spaces between words");
    assert_eq!(found("boat 夜里", 9), Vec::<String>::new());
    assert_eq!(found("%", 9), Vec::<String>::new(), "a sign is a sign, not a pattern");
}

#[test]
fn one_prompt_is_found_among_those_of_years() {
    let world = World::new();
    let words = "a lighthouse on a black cliff at the blue hour, the beam swings out over the water ".repeat(3);
    world.library.insert_jobs(&[job("first", asked("A boat"))]).unwrap();
    let raw = rusqlite::Connection::open(world.library.places().database()).unwrap();
    raw.execute(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
         INSERT INTO jobs (id, state, revision, provider, request, estimate, created_at, position)
         SELECT printf('%05d', i), state, revision, provider, json_set(request, '$.prompt', ?1 || (i / 2)), estimate,
                created_at, i FROM n, jobs WHERE jobs.id = 'first'",
        [&words],
    )
    .unwrap();
    let found = world.library.prompts("blue 4711", 50).unwrap();
    assert_eq!(found.len(), 1, "neither the limit nor ten thousand others hide it");
    assert_eq!(found[0].times, 2);
}
