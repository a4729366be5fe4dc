//! The program dies at every point between two durable writes of a job, is started again, and nobody pays twice,
//! nothing that was paid for is lost, and no file is anything but what the service sent.
//!
//! The points inside are [`Point::ALL`]; two more are seen only from outside: the service has the POST and has not
//! answered, and the first bytes of the video have arrived.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use lastframe_library::crash::Point;
use lastframe_library::sha256_of;
use lastframe_rehearsal::{DownloadFault, Faults, Options, Rehearsal, SubmitFault};
use secrecy::ExposeSecret;
use serde_json::Value;

use crate::world::World;

const MAKE: [&str; 8] = ["generate", "--prompt", "A boat", "--resolution", "480p", "--frames", "29", "--json"];
const ABORTED: i32 = 6;
const KILLED: i32 = 9;

/// What becomes of the job whose program died.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Ends {
    /// A clip, by itself.
    Done,
    /// Unknown, although the service has it: the person gives the task id, then a clip.
    UnknownAccepted,
    /// Unknown, and it never arrived: the person says so.
    UnknownNeverSent,
    /// A failure.
    Failed,
}

/// How the program is brought to the point, and what must come of it.
fn expected(point: Point) -> (Option<SubmitFault>, Ends) {
    match point {
        Point::IntentCommitted => (None, Ends::UnknownNeverSent),
        Point::ReplyRead | Point::RunningUncommitted => (None, Ends::UnknownAccepted),
        // The reply says what it was, and the program died before it could write that down.
        Point::QueuedUncommitted => (Some(SubmitFault::RateLimited(Some(0))), Ends::UnknownNeverSent),
        Point::QueuedCommitted => (Some(SubmitFault::RateLimited(Some(0))), Ends::Done),
        Point::UnknownUncommitted | Point::UnknownCommitted => (Some(SubmitFault::LoseReply), Ends::UnknownAccepted),
        Point::FailedUncommitted => (Some(SubmitFault::NoBalance), Ends::UnknownNeverSent),
        Point::FailedCommitted => (Some(SubmitFault::NoBalance), Ends::Failed),
        Point::JobCommitted
        | Point::IntentUncommitted
        | Point::RunningCommitted
        | Point::DownloadingUncommitted
        | Point::DownloadingCommitted
        | Point::PartWhole
        | Point::PartSynced
        | Point::FileRenamed
        | Point::FilePlaced
        | Point::BesideSynced
        | Point::LastFrameWritten
        | Point::PosterWritten
        | Point::RecipeWritten
        | Point::DoneUncommitted
        | Point::DoneCommitted
        | Point::ImportPlaced
        | Point::ImportEntered => (None, Ends::Done),
    }
}

/// A practice service that stands in for a hosted one, and what is known about it from outside the program.
struct Stage {
    runtime: tokio::runtime::Runtime,
    service: Option<Rehearsal>,
    folder: tempfile::TempDir,
    faults: Faults,
    address: String,
    key: String,
}

impl Stage {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let options = Options { speed: 1000.0, ..Options::in_folder(folder.path()) };
        let service = runtime.block_on(Rehearsal::start(options)).unwrap();
        let (address, key) = (service.address().to_owned(), service.key().expose_secret().to_owned());
        Self { runtime, faults: service.faults(), service: Some(service), folder, address, key }
    }

    fn command(&self, world: &World, arguments: &[&str]) -> Command {
        let mut command = world.command(&[&["--endpoint", &self.address], arguments].concat());
        command.env("LASTFRAME_API_KEY", &self.key);
        command
    }

    /// Ids of the tasks that the service accepted, whatever the program believes.
    fn accepted(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.folder.path().join("ledger.jsonl")).unwrap_or_default();
        let id = |line: &str| serde_json::from_str::<Value>(line).unwrap()["id"].as_str().unwrap().to_owned();
        text.lines().map(id).collect()
    }

    /// Carries the job on after the death, checks every promise, and returns the state that it was in.
    fn recover(&self, world: &World, name: &str, ends: Ends) -> String {
        self.faults.clear();
        let (before, sent) = (world.jobs(), self.accepted());
        assert_eq!(before.len(), 1, "{name}: the job is there");
        let run = || world.connect(&self.address, &self.key, &["run", "--json"]);
        let id = before[0]["id"].as_str().unwrap();
        run();
        let was = world.jobs()[0]["state"].as_str().unwrap().to_owned();
        match ends {
            Ends::Done | Ends::Failed => {}
            Ends::UnknownAccepted | Ends::UnknownNeverSent => {
                assert_eq!(was, "unknown", "{name}: what may have been accepted is said so");
                run();
                assert_eq!(world.jobs()[0]["state"], "unknown", "{name}: and stays so until the person decides");
                assert_eq!(self.accepted(), sent, "{name}: it is not sent again");
            }
        }
        if ends == Ends::UnknownAccepted {
            assert_eq!(sent.len(), 1, "{name}");
            world.connect(&self.address, &self.key, &["resolve", id, "--task", &sent[0], "--json"]).json(0);
            run().json(0);
        }
        if ends == Ends::UnknownNeverSent {
            assert_eq!(sent, Vec::<String>::new(), "{name}");
            let settled = world.run(&["resolve", id, "--not-submitted", "--json"]).json(0);
            assert_eq!(settled["state"], "failed", "{name}");
        }
        let job = &world.jobs()[0];
        assert_eq!(world.jobs().len(), 1, "{name}: no second job");
        let made = matches!(ends, Ends::Done | Ends::UnknownAccepted);
        assert_eq!(job["state"], if made { "done" } else { "failed" }, "{name}: {job}");
        assert_eq!(self.accepted().len(), usize::from(made), "{name}: paid for once at most");
        self.files_are_right(world, name, made);
        was
    }

    /// Under final names there is exactly what was served, and beside it nothing is left over.
    fn files_are_right(&self, world: &World, name: &str, made: bool) {
        let found = files_under(&world.home().join("clips"));
        let count = |extension: &str| found.keys().filter(|file| file.ends_with(extension)).count();
        let whole = usize::from(made);
        assert_eq!(
            (count(".mp4"), count(".last.png"), count(".poster.webp"), count(".json")),
            (whole, whole, whole, whole),
            "{name}: {:?}",
            found.keys()
        );
        assert_eq!(found.len(), 4 * whole, "{name}: nothing else is left: {:?}", found.keys());
        if made {
            let served = self.folder.path().join("results").join(format!("{}.mp4", self.accepted()[0]));
            let (_, kept) = found.iter().find(|(file, _)| file.ends_with("mp4")).unwrap();
            assert_eq!(sha256_of(kept).unwrap(), sha256_of(&served).unwrap(), "{name}: byte for byte what was served");
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if let Some(service) = self.service.take() {
            self.runtime.block_on(service.shutdown());
        }
    }
}

fn files_under(folder: &Path) -> BTreeMap<String, PathBuf> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_under(&path));
        } else {
            found.insert(path.display().to_string(), path);
        }
    }
    found
}

/// Kills the program as the system would, as soon as `now` says so.
fn kill_when(mut child: Child, what: &str, now: impl Fn() -> bool) {
    let began = Instant::now();
    while !now() {
        assert!(began.elapsed() < Duration::from_secs(30), "{what}: it never came to that");
        assert_eq!(child.try_wait().unwrap(), None, "{what}: it ended by itself");
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    assert_eq!(child.wait().unwrap().signal(), Some(KILLED), "{what}");
}

#[test]
fn a_death_at_every_point_of_a_job_costs_nothing_twice_and_loses_nothing() {
    let points: Vec<&Point> = Point::ALL.iter().filter(|point| !Point::OF_IMPORTS.contains(point)).collect();
    for point in &points {
        let (world, stage) = (World::new(), Stage::new());
        let (fault, ends) = expected(**point);
        stage.faults.submit(fault);
        let died = stage.command(&world, &MAKE).env("LASTFRAME_CRASH_AT", point.name()).output().unwrap();
        let said = String::from_utf8_lossy(&died.stderr).into_owned();
        assert_eq!(died.status.signal(), Some(ABORTED), "{}: the point was not hit: {said}", point.name());
        let was = stage.recover(&world, point.name(), ends);
        println!("crash point {:<24} after the restart {was:<10} → {ends:?}", point.name());
    }
    println!("crash points hit: {} of {}", points.len(), points.len());
}

#[test]
fn a_death_between_the_post_and_its_reply_is_an_unknown_outcome() {
    let (world, stage) = (World::new(), Stage::new());
    stage.faults.submit(SubmitFault::Silence);
    let child = stage.command(&world, &MAKE).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    kill_when(child, "post-arrived", || !stage.accepted().is_empty());
    let was = stage.recover(&world, "post-arrived", Ends::UnknownAccepted);
    println!("crash point {:<24} after the restart {was:<10} → {:?}", "post-arrived", Ends::UnknownAccepted);
}

#[test]
fn a_death_in_the_middle_of_a_download_goes_on_where_it_was() {
    let (world, stage) = (World::new(), Stage::new());
    stage.faults.download(DownloadFault::StallAfter(20_000));
    let child = stage.command(&world, &MAKE).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let part = || {
        files_under(&world.home()).iter().any(|(name, file)| {
            name.ends_with("part") && std::fs::metadata(file).is_ok_and(|facts| facts.len() == 20_000)
        })
    };
    kill_when(child, "part-begun", part);
    let was = stage.recover(&world, "part-begun", Ends::Done);
    println!("crash point {:<24} after the restart {was:<10} → {:?}", "part-begun", Ends::Done);
}

#[test]
fn a_point_that_is_not_there_is_said() {
    let world = World::new();
    let ran = world.command(&["jobs"]).env("LASTFRAME_CRASH_AT", "nowhere").output().unwrap();
    assert_eq!(ran.status.code(), Some(2), "a misspelt point must not look like one that was never hit");
}
