//! The queue, guards on spending, and the library as a whole: what is kept, checked and made again.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use lastframe_library::{Library, Places};
use serde_json::Value;

use crate::world::World;

const SMALL: [&str; 6] = ["--resolution", "480p", "--duration", "2", "--seed", "7"];
const KEY: &str = "sk-some-key-000000";

fn generate(world: &World, more: &[&str]) -> Value {
    world.rehearse(&[&["generate", "--prompt", "A boat", "--json"], SMALL.as_slice(), more].concat()).json(0)
}

fn settings(world: &World, text: &str) {
    std::fs::create_dir_all(world.home()).unwrap();
    std::fs::write(world.home().join("settings.json"), text).unwrap();
}

/// A service that accepts submits as `paid-task-1` and so on, and answers every question with `word`, a status. With
/// the word `nonsense` it answers submits so that nobody knows whether it accepted them.
struct Service {
    address: String,
    posts: Arc<AtomicUsize>,
    word: Arc<Mutex<&'static str>>,
}

impl Service {
    /// `before` is called when a submit has arrived and before it is answered.
    fn start(word: &'static str, before: impl Fn() + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (posts, word) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(word)));
        let (count, now) = (Arc::clone(&posts), Arc::clone(&word));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut head = [0; 16_384];
                let read = stream.read(&mut head).unwrap_or(0);
                let status = if head[..read].starts_with(b"POST ") {
                    count.fetch_add(1, Ordering::SeqCst);
                    before();
                    "in_progress"
                } else {
                    *now.lock().unwrap()
                };
                let nonsense = *now.lock().unwrap() == "nonsense";
                let body = format!(r#"{{"id": "paid-task-{}", "status": "{status}"}}"#, count.load(Ordering::SeqCst));
                let (code, body) = if nonsense { (500, "<h1>Oops</h1>".to_owned()) } else { (200, body) };
                let head = format!(
                    "HTTP/1.1 {code} OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    body.len()
                );
                let _ = stream.write_all(format!("{head}{body}").as_bytes());
            }
        });
        Self { address, posts, word }
    }

    fn posts(&self) -> usize {
        self.posts.load(Ordering::SeqCst)
    }
}

#[test]
fn looking_works_with_settings_that_cannot_be_read_and_spending_does_not() {
    let world = World::new();
    let id = generate(&world, &[])["clips"][0]["id"].as_str().unwrap().to_owned();
    let service = Service::start("in_progress", || {});
    for broken in ["{ not json", r#"{"parallel_jobs": "many"}"#, r#"{"parallel_jobs": 99}"#] {
        settings(&world, broken);
        let png = world.home().join("frame.png");
        let looks: [&[&str]; 6] = [
            &["jobs"],
            &["clips"],
            &["show", &id],
            &["film", &id],
            &["frame", &id, "--out", png.to_str().unwrap()],
            &["library", "verify"],
        ];
        for look in looks {
            let ran = world.run(look);
            assert_eq!(ran.code, 0, "{broken} {look:?}: {}", ran.stderr);
            assert!(ran.stderr.contains("The usual settings are used."), "{broken} {look:?} says so: {}", ran.stderr);
        }
        assert_eq!(world.run(&["clips", "--json"]).json(0)["total"], 1);
        for act in [["generate", "--prompt", "x"].as_slice(), &["run"], &["library", "rebuild"], &["queue", "resume"]] {
            let ran = world.connect(&service.address, KEY, act);
            assert_ne!(ran.code, 0, "{broken} {act:?}: a budget may stand in what cannot be read");
        }
    }
    assert_eq!(service.posts(), 0, "nothing was sent");
    assert_eq!(world.jobs().len(), 1, "or written down");
}

#[test]
fn what_passes_a_guard_needs_a_yes() {
    for (guards, named) in [
        (r#"{"guards": {"job_ceiling": "0.01"}}"#, "the ceiling of $0.01 for one job"),
        (r#"{"guards": {"monthly_budget": "0.02"}}"#, "the budget of $0.02 for this month"),
    ] {
        let world = World::new();
        settings(&world, guards);
        let service = Service::start("failed", || {});
        let wanted = [&["generate", "--prompt", "x", "--json"], SMALL.as_slice()].concat();
        let ran = world.connect(&service.address, KEY, &wanted);
        assert_eq!(ran.json(2)["code"], "needs_yes");
        assert!(ran.stderr.contains(named) && ran.stderr.contains("--yes"), "{}", ran.stderr);
        assert_eq!((service.posts(), world.jobs().len()), (0, 0), "nothing was sent or written down");
        let yes = world.connect(&service.address, KEY, &[wanted.as_slice(), &["--yes"]].concat());
        assert_eq!(yes.json(1)["jobs"][0]["state"], "failed", "it was sent; this service fails it");
        assert_eq!(service.posts(), 1);
        // Practice costs nothing.
        generate(&world, &[]);
    }
}

#[test]
fn a_service_that_answers_nonsense_is_sent_two_jobs_and_no_third_until_the_person_says_so() {
    let world = World::new();
    settings(&world, r#"{"parallel_jobs": 1}"#);
    let service = Service::start("nonsense", || {});
    let wanted = [&["generate", "--count", "5", "--prompt", "x", "--json"], SMALL.as_slice()].concat();
    let made = world.connect(&service.address, KEY, &wanted);
    let states: Vec<Value> = made.json(3)["jobs"].as_array().unwrap().iter().map(|job| job["state"].clone()).collect();
    assert_eq!(states, ["unknown", "unknown", "queued", "queued", "queued"]);
    assert!(made.stderr.contains("paused by Lastframe"), "it says why it ends: {}", made.stderr);
    let ran = world.connect(&service.address, KEY, &["run"]);
    assert!(ran.stderr.contains("paused by Lastframe") && service.posts() == 2, "the next one too: {}", ran.stderr);
    let resumed = world.run(&["queue", "resume", "--json"]).json(0);
    assert_eq!((&resumed["paused"], &resumed["paused_because"]), (&false.into(), &Value::Null));
    world.connect(&service.address, KEY, &["run"]);
    assert_eq!(service.posts(), 3, "with none accepted since, one more is enough");
    assert_eq!(world.run(&["queue", "pause", "--json"]).json(0)["paused_because"]["kind"], "unknown_outcomes");
}

#[test]
fn a_paused_queue_sends_nothing_until_it_is_resumed_and_has_an_order() {
    let world = World::new();
    let service = Service::start("failed", || {});
    let paused = world.run(&["queue", "pause", "--json"]).json(0);
    assert_eq!(paused["paused"], true);
    let wanted = [&["generate", "--count", "3", "--prompt", "x", "--json"], SMALL.as_slice()].concat();
    let made = world.connect(&service.address, KEY, &wanted);
    assert!(made.stderr.contains("queue is paused"), "it says why it ends: {}", made.stderr);
    let ids: Vec<String> =
        made.json(1)["jobs"].as_array().unwrap().iter().map(|job| job["id"].as_str().unwrap().to_owned()).collect();
    let ran = world.connect(&service.address, KEY, &["run"]);
    assert_eq!((ran.code, service.posts()), (1, 0), "not even `run` sends them: {}", ran.stderr);

    let order = |ran: Value| {
        let jobs = ran["queued"].as_array().unwrap().clone();
        jobs.iter().map(|job| job["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let [a, b, c] = ids.as_slice() else { panic!("three jobs: {ids:?}") };
    let moved = world.run(&["queue", "move", c, "--before", a, "--json"]).json(0);
    assert_eq!(order(moved), [c.clone(), a.clone(), b.clone()]);
    let moved = world.run(&["queue", "move", a, "--json"]).json(0);
    assert_eq!(order(moved), [c.clone(), b.clone(), a.clone()]);
    let listed = world.run(&["jobs"]);
    for (id, place) in [(c, "#1"), (b, "#2"), (a, "#3")] {
        assert!(
            listed.stdout.lines().any(|line| line.contains(id.as_str()) && line.contains(place)),
            "{}",
            listed.stdout
        );
    }
    assert!(listed.stderr.contains("paused"), "{}", listed.stderr);
    assert_eq!(world.run(&["queue", "move", "nothing"]).code, 2, "an id that names nothing");

    assert_eq!(world.run(&["queue", "resume", "--json"]).json(0)["paused"], false);
    assert!(!world.run(&["jobs"]).stderr.contains("paused"));
    world.connect(&service.address, KEY, &["run", "--json"]).json(1);
    assert_eq!(service.posts(), 3, "each was sent once");
    assert_eq!(world.run(&["queue", "move", a]).code, 2, "it is no longer queued");
}

#[test]
fn while_another_program_has_the_library_nothing_of_it_is_changed_from_here() {
    let world = World::new();
    let id = generate(&world, &[])["jobs"][0]["id"].as_str().unwrap().to_owned();
    let places = Places::resolve(Some(world.home()), None).unwrap();
    let _owned = Library::open(places).unwrap().own("the window").unwrap();
    let before = std::fs::read(world.home().join("library.db")).unwrap();
    let acts: [&[&str]; 5] = [
        &["queue", "pause"],
        &["queue", "resume"],
        &["queue", "move", &id],
        &["recheck", &id],
        &["library", "rebuild"],
    ];
    for act in acts {
        let ran = world.run(&[act, &["--json"]].concat());
        assert_eq!(ran.json(2)["code"], "busy", "{act:?}");
        assert!(ran.stderr.contains("the window"), "{act:?} says who: {}", ran.stderr);
    }
    assert_eq!(std::fs::read(world.home().join("library.db")).unwrap(), before);
    assert_eq!(world.run(&["library", "verify"]).code, 0, "looking is allowed");
}

#[test]
fn a_failed_job_is_asked_about_once_more() {
    let world = World::new();
    let service = Service::start("failed", || {});
    let wanted = [&["generate", "--prompt", "x", "--json"], SMALL.as_slice()].concat();
    let made = world.connect(&service.address, KEY, &wanted).json(1);
    let id = made["jobs"][0]["id"].as_str().unwrap();
    assert_eq!(made["jobs"][0]["state"], "failed");
    *service.word.lock().unwrap() = "in_progress";
    let ran = world.connect(&service.address, KEY, &["recheck", id, "--json"]);
    let job = ran.json(0);
    assert_eq!((&job["state"], &job["task_id"]), (&"running".into(), &"paid-task-1".into()));
    assert!(ran.stderr.contains("lastframe run"), "{}", ran.stderr);
    assert_eq!(service.posts(), 1, "asking is not sending");
    assert_eq!(world.connect(&service.address, KEY, &["recheck", id]).code, 2, "it is running already");
    assert_eq!(world.run(&["recheck", "nothing"]).code, 2);
}

#[test]
fn the_library_is_made_again_from_the_clips() {
    let world = World::new();
    let first = generate(&world, &[])["clips"][0]["id"].as_str().unwrap().to_owned();
    generate(&world, &["--from", &first]);
    let seen = || {
        let film = world.run(&["film", &first, "--json"]).json(0);
        (world.run(&["clips", "--json"]).json(0), film, world.run(&["show", &first, "--json"]).json(0))
    };
    let before = seen();
    assert_eq!((&before.0["total"], before.1["clips"].as_array().unwrap().len()), (&2.into(), 2));
    for part in ["library.db", "library.db-wal", "library.db-shm"] {
        let _ = std::fs::remove_file(world.home().join(part));
    }
    let lost = world.run(&["clips", "--json"]);
    assert_eq!(lost.json(1)["code"], "damaged", "an empty library would look as if every clip were gone");
    assert!(lost.stderr.contains("lastframe library rebuild"), "{}", lost.stderr);

    let ran = world.run(&["library", "rebuild", "--verify", "--json"]);
    let rebuilt = ran.json(0);
    assert_eq!((&rebuilt["clips"], &rebuilt["refused"]), (&2.into(), &Value::Array(Vec::new())), "{rebuilt}");
    assert!(ran.stderr.contains("lost"), "it says that open jobs cannot be had from clips: {}", ran.stderr);
    assert_eq!(seen(), before);

    // A lying recipe and a video without one are named, and are no reason to stop.
    let month = std::fs::read_dir(world.home().join("clips")).unwrap().next().unwrap().unwrap().path();
    std::fs::write(month.join("liar.json"), r#"{"version": 1, "clip": "/etc/passwd"}"#).unwrap();
    std::fs::write(month.join("stray.mp4"), "video").unwrap();
    let ran = world.run(&["library", "rebuild"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for named in ["2 clips were entered", "liar.json: ", "video without a recipe: ", "library.replaced-"] {
        assert!(ran.stdout.contains(named), "{named}: {}", ran.stdout);
    }
    assert_eq!(seen(), before, "twice is once");
    let copies = std::fs::read_dir(world.home())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_str().unwrap().starts_with("library.replaced-"));
    assert!(copies.count() > 0, "the one before is kept");
    let gone = world.run(&["library", "rebuild", "--from", "/nonexistent/clips"]);
    assert_ne!(gone.code, 0);
    assert!(gone.stderr.contains("/nonexistent/clips"), "{}", gone.stderr);
}

#[test]
fn every_file_is_compared_with_what_arrived() {
    let world = World::new();
    let files: Vec<String> =
        (0..3).map(|_| generate(&world, &[])["clips"][0]["file"].as_str().unwrap().to_owned()).collect();
    let ran = world.run(&["library", "verify", "--json"]);
    assert_eq!(ran.json(0)["intact"], 3);
    assert!(ran.stderr.contains("3 of 3 files read"), "progress: {}", ran.stderr);
    let mut bytes = std::fs::read(&files[0]).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&files[0], bytes).unwrap();
    std::fs::remove_file(&files[1]).unwrap();
    let found = world.run(&["library", "verify", "--json"]).json(1);
    assert_eq!(found["intact"], 1);
    assert_eq!(found["changed"][0]["file"], files[0], "one bit is enough");
    assert_eq!(found["missing"][0]["file"], files[1]);
    let words = world.run(&["library", "verify"]);
    assert_eq!(words.code, 1);
    assert!(words.stdout.starts_with("1 intact, 1 changed, 1 missing."), "{}", words.stdout);
    assert!(words.stdout.contains(&files[0]) && words.stdout.contains(&files[1]), "{}", words.stdout);
}

/// Wants the right to mount, as root has: otherwise it says so and ends. What it shows of the library is also shown
/// without a disk, in the engine's `an_accepted_task_that_the_database_cannot_take_is_kept_in_the_reserve`.
#[cfg(target_os = "linux")]
#[test]
fn a_task_accepted_on_a_full_disk_is_said_and_found_again() {
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    struct Disk(tempfile::TempDir);
    impl Drop for Disk {
        fn drop(&mut self) {
            let _ = Command::new("umount").arg(self.0.path()).status();
        }
    }
    fn fill(path: &Path) {
        let mut file = std::fs::File::create(path).unwrap();
        for size in [64 * 1024, 4096, 1] {
            while file.write_all(&vec![0_u8; size]).is_ok() {}
        }
    }

    let disk = tempfile::tempdir().unwrap();
    let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=8m", "tmpfs"]).arg(disk.path()).status();
    if !mount.is_ok_and(|status| status.success()) {
        eprintln!("skipped: a small disk cannot be mounted here");
        return;
    }
    let disk = Disk(disk);
    let home = disk.0.path().to_owned();
    let filler = home.join("filler");
    let full = filler.clone();
    let service = Service::start("failed", move || fill(&full));
    let world = World::new();
    let run = |arguments: &[&str]| {
        let arguments = [&["--endpoint", &service.address], arguments].concat();
        let mut command = world.command(&arguments);
        command.env("LASTFRAME_HOME", &home).env("LASTFRAME_API_KEY", KEY);
        command
    };
    let wanted = [&["generate", "--prompt", "x"], SMALL.as_slice()].concat();
    let child = run(&wanted).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let began = Instant::now();
    let noted = || {
        let journal = std::fs::read(home.join("accepted.journal")).unwrap_or_default();
        String::from_utf8_lossy(&journal).contains("paid-task-1")
    };
    while !noted() {
        assert!(began.elapsed() < Duration::from_secs(30), "the id never reached the reserve");
        std::thread::sleep(Duration::from_millis(50));
    }
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("accepted it as task paid-task-1"), "the id is said: {said}");
    std::fs::remove_file(&filler).unwrap();

    let output = run(&["run", "--json"]).output().unwrap();
    let carried: Value = serde_json::from_slice(&output.stdout).unwrap();
    let job = &carried["jobs"][0];
    assert_eq!((&job["state"], &job["task_id"]), (&"failed".into(), &"paid-task-1".into()), "followed to its end");
    assert_eq!(service.posts(), 1, "and never sent again");
}
