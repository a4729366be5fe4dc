//! Whoever has the library has it alone; a crash is noticed, and a damaged database is never worked on.

use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use lastframe_library::{Library, LibraryError, Places};
use lastframe_model::{JobId, JobState, Request};
use rusqlite::Connection;

use crate::{World, job};

fn places(world: &World) -> Places {
    world.library.places()
}

/// What a killed program leaves behind.
fn crash(world: &World) {
    std::fs::write(world.path("lock.owner"), "Lastframe (process 1)").unwrap();
}

/// Overwrites pages in the middle of the database, as a failing disk does.
fn spoil(world: &World) {
    let library = world.again();
    for number in 0..300 {
        library.insert_jobs(&[job(&format!("job-{number}"), Request::default())]).unwrap();
    }
    let raw = Connection::open(places(world).database()).unwrap();
    raw.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    let mut bytes = std::fs::read(places(world).database()).unwrap();
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 8192].fill(0xA5);
    std::fs::write(places(world).database(), bytes).unwrap();
}

#[test]
fn after_a_crash_a_whole_database_is_checked_once_and_used() {
    let world = World::new();
    world.clip("a", 1, None);
    crash(&world);
    let again = world.again();
    drop(again.own("test").unwrap());
    assert!(!world.path("lock.owner").exists(), "an orderly end leaves no name");
    drop(again.own("test").unwrap());
}

#[test]
fn a_damaged_database_is_found_after_a_crash_said_and_left_where_it_is() {
    let world = World::new();
    spoil(&world);
    crash(&world);
    let before = std::fs::read(places(&world).database()).unwrap();
    for start in 1..=2 {
        let again = world.again();
        let error = again.own("test").unwrap_err();
        assert!(matches!(error, LibraryError::Damaged { .. }), "start {start}: {error}");
        assert!(error.to_string().contains("lastframe library rebuild"), "it names the remedy: {error}");
        assert!(!error.may_pass(), "trying again does not help");
        drop(again);
    }
    assert_eq!(std::fs::read(places(&world).database()).unwrap(), before, "not a byte was changed");
}

#[test]
fn after_an_orderly_end_nothing_is_checked() {
    let world = World::new();
    drop(world.library.own("test").unwrap());
    spoil(&world);
    // The damage is there, and nobody looks for it: a start that reads the whole database would be slow every day.
    assert!(world.again().own("test").is_ok());
}

#[test]
fn a_loose_reference_is_damage_too() {
    let world = World::new();
    world.clip("a", 1, None);
    let raw = Connection::open(places(&world).database()).unwrap();
    raw.execute_batch("PRAGMA foreign_keys = OFF; DELETE FROM jobs;").unwrap();
    drop(raw);
    crash(&world);
    let error = world.again().own("test").unwrap_err();
    assert!(error.to_string().contains("refer to rows that are gone"), "{error}");
}

#[test]
fn what_is_no_database_and_one_that_was_emptied_are_refused() {
    for (bytes, what) in [(vec![b'x'; 8192], "not a database"), (Vec::new(), "empty")] {
        let world = World::new();
        world.clip("a", 1, None);
        drop(world.library.own("test").unwrap());
        let places = places(&world);
        drop(world.library);
        std::fs::write(places.database(), &bytes).unwrap();
        for part in ["library.db-wal", "library.db-shm"] {
            let _ = std::fs::remove_file(places.home.join(part));
        }
        let Err(error) = Library::open(places.clone()) else { panic!("{what}: an empty library hides every clip") };
        assert!(matches!(error, LibraryError::Damaged { .. }), "{what}: {error}");
        assert!(error.to_string().contains(what), "{error}");
        assert_eq!(std::fs::read(places.database()).unwrap(), bytes, "{what}: left as it was");
        std::fs::remove_file(places.database()).unwrap();
        let Err(error) = Library::open(places.clone()) else { panic!("gone: an empty library hides every clip") };
        assert!(matches!(error, LibraryError::Damaged { .. }), "{error}");
        assert!(!places.database().exists(), "none is made in its place");
    }
}

#[test]
fn a_write_that_is_under_way_keeps_the_library_and_none_begins_after_it_was_given_back() {
    let world = World::new();
    let queued = job("a", Request::default());
    world.library.insert_jobs(std::slice::from_ref(&queued)).unwrap();
    let first = world.library.own("first").unwrap();
    let (tell, heard) = channel();
    let (go_on, may_go_on) = channel::<()>();
    let library = world.library.clone();
    let writer = std::thread::spawn(move || {
        library.move_job(&JobId::new("a"), JobState::Queued, JobState::Canceled, |_| {
            tell.send(()).unwrap();
            may_go_on.recv().unwrap();
        })
    });
    heard.recv().unwrap();
    drop(first);
    let second = world.again();
    let error = second.own("second").unwrap_err();
    assert!(matches!(error, LibraryError::Owned { .. }), "in the middle of a write nobody else gets it: {error}");
    go_on.send(()).unwrap();
    writer.join().unwrap().unwrap();
    let began = Instant::now();
    while second.own("second").is_err() {
        assert!(began.elapsed() < Duration::from_secs(5), "it is free when the write is done");
        std::thread::sleep(Duration::from_millis(5));
    }
    let late = world.library.insert_jobs(&[job("b", Request::default())]).unwrap_err();
    assert!(matches!(late, LibraryError::NotOwned), "{late}");
    assert_eq!(world.library.all_jobs().unwrap().len(), 1, "reading is allowed");
}

/// Prints how long the check after a crash takes, for a library that has been used for years.
#[test]
#[ignore = "a measurement: run with `--ignored --nocapture`"]
fn the_check_of_ten_thousand_clips_is_measured() {
    let world = World::new();
    let prompt = "A paper boat drifts down a rainy street, past neon signs and sleeping cats. ".repeat(4);
    let reply = format!("{{\"output\": \"{}\"}}", "x".repeat(1500));
    let raw = Connection::open(places(&world).database()).unwrap();
    let template = world.clip("template", 1, None);
    let request = serde_json::to_string(&Request { prompt, ..template.request }).unwrap();
    raw.execute_batch("BEGIN").unwrap();
    for number in 0..10_000 {
        let id = format!("0192f3a0-aaaa-7bbb-8ccc-{number:012}");
        raw.execute(
            "INSERT INTO jobs (id, state, revision, provider, request, estimate, task_id, created_at)
             SELECT ?1, state, revision, provider, ?2, estimate, ?1, created_at FROM jobs WHERE id = 'template'",
            [&id, &request],
        )
        .unwrap();
        raw.execute(
            "INSERT INTO intents SELECT ?1, attempt, payload_sha256, sent_at, outcome, settled_at FROM intents
             WHERE job = 'template'",
            [&id],
        )
        .unwrap();
        raw.execute(
            "INSERT INTO clips (id, job, folder, file, sha256, media, billed, last_frame_from_service, finished_at, reply)
             SELECT ?1, ?1, folder, file, sha256, media, billed, 1, finished_at, ?2 FROM clips WHERE id = 'template'",
            [&id, &reply],
        )
        .unwrap();
    }
    raw.execute_batch("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)").unwrap_or_default();
    drop(raw);
    let size = std::fs::metadata(places(&world).database()).unwrap().len();
    for crashed in [false, true] {
        if crashed {
            crash(&world);
        }
        let again = world.again();
        let began = Instant::now();
        drop(again.own("test").unwrap());
        println!("own, crashed before: {crashed}: {:?} ({size} bytes, 10,000 clips)", began.elapsed());
    }
}
