//! Ids of accepted tasks that the database could not take are found again, once, by the right job.

use lastframe_library::{Accepted, Library, LibraryError};
use lastframe_model::{JobId, JobState, Provider, Request, TaskId};

use crate::{World, at, job};

fn accepted(name: &str, task: &str) -> Accepted {
    Accepted { job: JobId::new(name), provider: job(name, Request::default()).provider, task_id: TaskId::new(task) }
}

/// A job that is being sent.
fn sending(world: &World, name: &str) -> JobId {
    let job = job(name, Request::default());
    world.library.insert_jobs(std::slice::from_ref(&job)).unwrap();
    world.library.begin_submit(&job.id, "sha", at(1)).unwrap();
    job.id
}

fn journal(world: &World) -> std::path::PathBuf {
    world.path("accepted.journal")
}

/// What the next start finds.
fn adopted(library: &Library) -> Vec<(String, JobState, Option<TaskId>)> {
    let _owned = library.own("the next start").unwrap();
    let jobs = library.adopt_accepted().unwrap();
    jobs.into_iter().map(|job| (job.id.as_str().to_owned(), job.state, job.task_id)).collect()
}

#[test]
fn an_id_that_was_noted_is_the_jobs_at_the_next_start_and_only_once() {
    for (name, state) in
        [("submitting", None), ("unknown", Some(JobState::Unknown)), ("failed", Some(JobState::Failed))]
    {
        let world = World::new();
        let id = sending(&world, name);
        if let Some(state) = state {
            world.library.move_job(&id, JobState::Submitting, state, |job| job.finished_at = Some(at(2))).unwrap();
        }
        let owned = world.library.own("test").unwrap();
        world.library.note_accepted(&accepted(name, &format!("task of {name}"))).unwrap();
        world.library.note_accepted(&accepted(name, &format!("task of {name}"))).unwrap();
        assert_eq!(world.library.accepted().len(), 1, "said twice, kept once");
        drop(owned);
        let again = world.again();
        let task = TaskId::new(format!("task of {name}"));
        assert_eq!(adopted(&again), [(name.to_owned(), JobState::Running, Some(task))]);
        assert_eq!(again.submits(&id).unwrap(), (1, 1));
        assert_eq!(again.job(&id).unwrap().unwrap().finished_at, None);
        assert_eq!(adopted(&world.again()), [], "{name}: never twice");
        assert!(again.accepted().is_empty());
    }
}

#[test]
fn a_job_that_has_it_already_or_moved_on_is_left_alone() {
    let world = World::new();
    let owned = world.library.own("test").unwrap();
    let id = sending(&world, "a");
    world.library.note_accepted(&accepted("a", "t")).unwrap();
    world
        .library
        .move_job(&id, JobState::Submitting, JobState::Running, |job| job.task_id = Some(TaskId::new("t")))
        .unwrap();
    // The program ends between the commit and the blanking.
    let ended = world.library.move_job(&id, JobState::Running, JobState::Failed, |_| {}).unwrap();
    drop(owned);
    assert_eq!(adopted(&world.again()), []);
    assert_eq!(world.again().job(&id).unwrap(), Some(ended), "a failed task is not called running again");
    let bytes = std::fs::read(journal(&world)).unwrap();
    assert!(bytes.iter().all(|byte| *byte == b' '), "and the line is gone");
}

#[test]
fn a_line_never_goes_to_the_wrong_job() {
    let world = World::new();
    let owned = world.library.own("test").unwrap();
    let other = sending(&world, "other-service");
    let has = sending(&world, "has-another");
    let task = |job: &mut lastframe_model::Job| job.task_id = Some(TaskId::new("mine"));
    let has = world.library.move_job(&has, JobState::Submitting, JobState::Running, task).unwrap();
    let elsewhere = Provider::Service { address: "https://elsewhere.example".into() };
    let kept = [
        Accepted { provider: elsewhere, ..accepted("other-service", "t1") },
        accepted("has-another", "t2"),
        accepted("no-such-job", "t3"),
    ];
    for line in &kept {
        world.library.note_accepted(line).unwrap();
    }
    // Its task was given to another job by the person meanwhile.
    let late = sending(&world, "late");
    world.library.note_accepted(&accepted("late", "mine")).unwrap();
    drop(owned);
    let again = world.again();
    assert_eq!(adopted(&again), []);
    assert_eq!(again.job(&other).unwrap().unwrap().state, JobState::Submitting);
    assert_eq!(again.job(&late).unwrap().unwrap().task_id, None, "one task, one job");
    assert_eq!(again.job(&has.id).unwrap(), Some(has));
    assert_eq!(again.accepted(), kept, "what fits no job is kept for the person");
}

#[test]
fn a_torn_or_foreign_line_is_none() {
    let world = World::new();
    let owned = world.library.own("test").unwrap();
    let ids: Vec<JobId> = ["a", "b", "c"].iter().map(|name| sending(&world, name)).collect();
    for (name, task) in [("a", "task-a"), ("b", "task-b"), ("c", "task-c")] {
        world.library.note_accepted(&accepted(name, task)).unwrap();
    }
    drop(owned);
    let mut bytes = std::fs::read(journal(&world)).unwrap();
    assert_eq!(bytes.len(), 64 * 1024, "its size never changes");
    let second = 1024 + 60;
    bytes[second..2048].fill(b' '); // the rest of b's line never reached the disk
    bytes[2048 + 40] ^= 1; // a bit of c's line has turned
    bytes[3 * 1024..3 * 1024 + 9].copy_from_slice(b"\xff{\"job\":1");
    std::fs::write(journal(&world), &bytes).unwrap();
    let again = world.again();
    assert_eq!(adopted(&again).len(), 1, "only the whole line counts");
    assert_eq!(again.job(&ids[0]).unwrap().unwrap().task_id, Some(TaskId::new("task-a")));
    assert_eq!(again.job(&ids[1]).unwrap().unwrap().state, JobState::Submitting);
    assert_eq!(again.job(&ids[2]).unwrap().unwrap().state, JobState::Submitting);
}

#[test]
fn a_queued_job_of_an_older_database_is_not_sent_again() {
    let world = World::new();
    let queued = job("a", Request::default());
    world.library.insert_jobs(std::slice::from_ref(&queued)).unwrap();
    let owned = world.library.own("test").unwrap();
    world.library.note_accepted(&accepted("a", "t")).unwrap();
    drop(owned);
    let again = world.again();
    assert_eq!(adopted(&again).len(), 1);
    assert_eq!(again.submits(&queued.id).unwrap(), (1, 1), "and the database refuses to send it from now on");
}

#[test]
fn the_reserve_is_the_owners_alone_and_says_when_it_has_no_room() {
    let world = World::new();
    assert!(matches!(world.library.note_accepted(&accepted("a", "t")), Err(LibraryError::NotOwned)));
    let _owned = world.library.own("test").unwrap();
    let long = accepted("a", &"t".repeat(2000));
    assert!(world.library.note_accepted(&long).is_err());
    assert_eq!(world.library.accepted(), [long], "what could not be written is at least known here");
    for number in 0..64 {
        world.library.note_accepted(&accepted("b", &format!("t{number}"))).unwrap();
    }
    assert!(world.library.note_accepted(&accepted("b", "one too many")).is_err());
    world.library.forget_accepted(&accepted("b", "t7")).unwrap();
    world.library.note_accepted(&accepted("b", "in its place")).unwrap();
}

/// With `mount` and the right to use it, which CI on Linux has as root: otherwise it says so and ends.
#[cfg(target_os = "linux")]
#[test]
fn on_a_full_disk_the_database_refuses_and_the_reserve_does_not() {
    let mount = tempfile::tempdir().unwrap();
    let mounted = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=4m", "tmpfs"])
        .arg(mount.path())
        .status()
        .is_ok_and(|status| status.success());
    if !mounted {
        eprintln!("skipped: a small disk cannot be mounted here");
        return;
    }
    let result = std::panic::catch_unwind(|| {
        let library = crate::open(mount.path());
        let owned = library.own("test").unwrap();
        let queued = job("a", Request::default());
        library.insert_jobs(std::slice::from_ref(&queued)).unwrap();
        library.begin_submit(&queued.id, "sha", at(1)).unwrap();
        fill(&mount.path().join("filler"));
        let task = |job: &mut lastframe_model::Job| job.task_id = Some(TaskId::new("t"));
        let error = library.move_job(&queued.id, JobState::Submitting, JobState::Running, task).unwrap_err();
        assert!(matches!(error, LibraryError::DiskFull), "the disk is really full: {error}");
        library.note_accepted(&accepted("a", "t")).unwrap();
        drop(owned);
        drop(library);
        std::fs::remove_file(mount.path().join("filler")).unwrap();
        let again = crate::open(mount.path());
        assert_eq!(adopted(&again), [("a".to_owned(), JobState::Running, Some(TaskId::new("t")))]);
    });
    let _ = std::process::Command::new("umount").arg(mount.path()).status();
    result.unwrap();
}

/// Writes until there is no room for a single byte.
#[cfg(target_os = "linux")]
fn fill(path: &std::path::Path) {
    use std::io::Write;
    let mut file = std::fs::File::create(path).unwrap();
    for size in [64 * 1024, 4096, 1] {
        while file.write_all(&vec![0_u8; size]).is_ok() {}
    }
}
