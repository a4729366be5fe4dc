//! Rehearsal: making clips, looking at them, stopping and going on.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use lastframe_library::{Library, Places};
use lastframe_media::{picture_facts, probe};

use crate::world::World;

const SMALL: [&str; 6] = ["--resolution", "480p", "--duration", "2", "--seed", "7"];

#[test]
fn a_clip_is_made_listed_shown_and_continued() {
    let world = World::new();
    let made = world.rehearse(&["generate", "--prompt", "A paper boat", "--json"]).json(0);
    let clip = &made["clips"][0];
    let (id, file) = (clip["id"].as_str().unwrap(), clip["file"].as_str().unwrap());
    let facts = probe(Path::new(file)).expect("the file that is named is there and is a video");
    assert_eq!((facts.width, facts.height, facts.frames), (1248, 704, 121), "720p, 16:9, 5 s");
    assert_eq!(made["jobs"][0]["state"], "done");
    assert_eq!(clip["billed"]["cost"], "0.1853", "by the documented formula");

    assert_eq!(world.run(&["clips", "--json"]).json(0)["clips"][0]["id"], id);
    assert_eq!(world.run(&["clips", "--search", "PAPER", "--json"]).json(0)["total"], 1);
    assert_eq!(world.run(&["clips", "--search", "steel", "--json"]).json(0)["total"], 0);
    assert_eq!(world.run(&["show", id, "--json"]).json(0)["file"], file);
    assert!(world.run(&["show", id]).stdout.contains("A paper boat"));
    assert_eq!(world.jobs().len(), 1);

    let png = world.home().join("frame.png");
    for source in [id, file] {
        let ran = world.run(&["frame", source, "--out", png.to_str().unwrap()]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let facts = picture_facts(&std::fs::read(&png).unwrap()).unwrap();
        assert_eq!((facts.width, facts.height), (1248, 704), "the frame has the video's size");
    }

    let next = world.rehearse(&["generate", "--from", id, "--prompt", "It sinks", "--duration", "2", "--json"]).json(0);
    let next = &next["clips"][0];
    assert_eq!(next["request"]["continues"], id, "it says which clip it continues");
    assert_eq!(next["request"]["model"], "spark_dance_v1_0_lite_i2v", "a model that takes a first frame");
    let path = world.run(&["film", id, "--json"]).json(0);
    assert_eq!((&path["clips"][0]["id"], &path["clips"][1]["id"]), (&clip["id"], &next["id"]));
}

#[test]
fn a_refused_value_names_its_flag_and_writes_nothing() {
    let world = World::new();
    let table: [(&[&str], &str, &str); 6] = [
        (&["--prompt", "x", "--duration", "99"], "--duration", "length"),
        (&["--prompt", "x", "--frames", "30"], "--frames", "length"),
        (&["--prompt", " "], "--prompt", "prompt"),
        (&["--prompt", "x", "--expires-after", "1"], "--expires-after", "expires_after"),
        (&["--prompt", "x", "--first-frame", "/nonexistent.png"], "--first-frame", "first_frame"),
        (&["--prompt", "x", "--count", "9"], "--count", "count"),
    ];
    for (arguments, flag, field) in table {
        let ran = world.rehearse(&[&["generate", "--json"], arguments].concat());
        assert_eq!(ran.json(2)["field"], field, "{arguments:?}");
        assert!(ran.stderr.contains(&format!("{flag}:")), "{arguments:?}: {}", ran.stderr);
    }
    assert_eq!(world.rehearse(&["generate", "--prompt", "x", "--ratio", "5:4"]).code, 2, "not a ratio");
    assert_eq!(world.rehearse(&["show", "nothing"]).code, 2, "an id that names nothing");
    assert_eq!(world.jobs().len(), 0, "nothing was written down, let alone sent");
}

#[test]
fn the_same_seed_is_kept_and_count_counts() {
    let world = World::new();
    let arguments = [&["generate", "--prompt", "x", "--count", "2", "--json"], SMALL.as_slice()].concat();
    let made = world.rehearse(&arguments).json(0);
    assert_eq!(made["clips"].as_array().unwrap().len(), 2);
    let seeds: Vec<_> = made["jobs"].as_array().unwrap().iter().map(|job| &job["request"]["seed"]).collect();
    assert!(seeds.iter().any(|seed| **seed == 7), "the asked seed is used: {seeds:?}");
}

#[test]
fn what_is_not_waited_for_is_fetched_by_run() {
    let world = World::new();
    let arguments = [&["generate", "--prompt", "x", "--no-wait", "--json"], SMALL.as_slice()].concat();
    let made = world.run(&[&["--rehearsal", "--rehearsal-speed", "0.5"], arguments.as_slice()].concat()).json(0);
    assert!(made["jobs"][0]["task_id"].is_string(), "the service has it: {made}");
    assert_eq!(made["clips"].as_array().unwrap().len(), 0, "nobody waited for it");
    let carried = world.rehearse(&["run", "--json"]).json(0);
    assert_eq!(carried["clips"][0]["id"], made["jobs"][0]["id"], "the very job, not another one");
    assert_eq!(world.rehearse(&["run", "--json"]).json(0)["jobs"].as_array().unwrap().len(), 0);
}

#[cfg(unix)]
#[test]
fn an_interrupted_job_goes_on_later() {
    let world = World::new();
    let slow = ["--rehearsal", "--rehearsal-speed", "0.1", "generate", "--prompt", "x"];
    let child =
        world.command(&[&slow, SMALL.as_slice()].concat()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let child = child.unwrap();
    let began = Instant::now();
    while !world.jobs().iter().any(|job| job["state"] == "running") {
        assert!(began.elapsed() < Duration::from_mins(1), "the job never got to the service");
        std::thread::sleep(Duration::from_millis(100));
    }
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "not done: {said}");
    assert!(said.contains("lastframe run"), "it says how to go on: {said}");
    assert_eq!(world.jobs()[0]["state"], "running");
    let carried = world.rehearse(&["run", "--json"]).json(0);
    assert_eq!(carried["jobs"][0]["state"], "done");
    assert_eq!(world.jobs().len(), 1, "no second job, no second payment");
}

#[test]
fn reading_works_while_another_program_has_the_library() {
    let world = World::new();
    let places = Places::resolve(Some(world.home()), None).unwrap();
    let _ownership = Library::open(places).unwrap().own("the window").unwrap();
    let ran = world.rehearse(&["generate", "--prompt", "x", "--json"]);
    assert_eq!(ran.json(2)["code"], "busy");
    assert!(ran.stderr.contains("the window"), "it says which program: {}", ran.stderr);
    for reading in [["clips"].as_slice(), &["jobs"], &["generate", "--prompt", "x", "--estimate"]] {
        let ran = world.run(reading);
        assert_eq!(ran.code, 0, "{reading:?}: {}", ran.stderr);
    }
}
