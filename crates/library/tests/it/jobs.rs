//! Jobs move only by compare-and-set, and are never sent twice.

use lastframe_library::LibraryError;
use lastframe_model::{Failure, FailureCode, Field, Job, JobId, JobState, Provider, Request, TaskId, Wait, WaitReason};

use crate::{World, at, job};

fn queued(world: &World, id: &str) -> JobId {
    let job = job(id, Request { prompt: "A paper boat".into(), ..Request::default() });
    world.library.insert_jobs(std::slice::from_ref(&job)).unwrap();
    job.id
}

fn states() -> impl Iterator<Item = (JobState, JobState)> {
    JobState::ALL.into_iter().flat_map(|from| JobState::ALL.into_iter().map(move |to| (from, to)))
}

/// Brings a queued job to a state by a way that the engine takes.
fn bring(world: &World, id: &JobId, state: JobState) {
    let library = &world.library;
    let step = |from, to| {
        library.move_job(id, from, to, |job| job.task_id = Some(TaskId::new(format!("task-{id}")))).unwrap();
    };
    if state == JobState::Queued {
        return;
    }
    library.begin_submit(id, "sha", at(1)).unwrap();
    match state {
        JobState::Running | JobState::Failed | JobState::Unknown => step(JobState::Submitting, state),
        JobState::Downloading | JobState::Canceled => {
            step(JobState::Submitting, JobState::Running);
            step(JobState::Running, state);
        }
        _ => {}
    }
}

#[test]
fn a_job_reads_back_as_it_was_written_also_by_another_start() {
    let world = World::new();
    let request = Request { prompt: "纸船 \"in\" rain".into(), seed: Some(u32::MAX), ..Request::default() };
    let job = job("a", request);
    let written = world.library.insert_jobs(std::slice::from_ref(&job)).unwrap().remove(0);
    assert_eq!(written, Job { position: written.position, ..job.clone() });
    assert_eq!(world.again().job(&job.id).unwrap(), Some(written), "nothing is lost or changed on the way");
    assert_eq!(world.library.job(&JobId::new("b")).unwrap(), None);
}

#[test]
fn only_the_moves_of_the_model_are_possible() {
    for (number, (from, to)) in states().enumerate() {
        if from == JobState::Done || to == JobState::Submitting || to == JobState::Done {
            continue; // those have their own calls, tested elsewhere
        }
        let world = World::new();
        let id = queued(&world, &format!("job-{number}"));
        bring(&world, &id, from);
        let before = world.library.job(&id).unwrap().unwrap();
        let moved = world.library.move_job(&id, from, to, |job| job.task_id = Some(TaskId::new("t")));
        if from.may_become(to) {
            let moved = moved.unwrap();
            assert_eq!((moved.state, moved.revision), (to, before.revision + 1), "{from:?} → {to:?}");
        } else {
            assert!(matches!(moved, Err(LibraryError::WrongState { actual }) if actual == from), "{from:?} → {to:?}");
            assert_eq!(world.library.job(&id).unwrap().unwrap(), before, "a refused move changes nothing");
        }
    }
}

#[test]
fn whoever_believes_a_job_elsewhere_is_told_where_it_is() {
    let world = World::new();
    let id = queued(&world, "a");
    bring(&world, &id, JobState::Running);
    let error = world.library.move_job(&id, JobState::Queued, JobState::Canceled, |_| {}).unwrap_err();
    assert!(matches!(error, LibraryError::WrongState { actual: JobState::Running }), "{error}");
    let error = world.library.note_job(&id, JobState::Downloading, |job| job.progress = Some(0.5)).unwrap_err();
    assert!(matches!(error, LibraryError::WrongState { actual: JobState::Running }), "{error}");
    let shortcut = world.library.move_job(&id, JobState::Downloading, JobState::Done, |_| {}).unwrap_err();
    assert!(matches!(shortcut, LibraryError::WrongState { .. }), "done comes with a clip only: {shortcut}");
}

#[test]
fn notes_stay_and_what_was_asked_for_does_not_change() {
    let world = World::new();
    let id = queued(&world, "a");
    let wait = Wait::new(WaitReason::Offline, "no network");
    let noted = world
        .library
        .note_job(&id, JobState::Queued, |job| {
            job.wait = Some(wait.clone());
            job.request.prompt = "another".into();
        })
        .unwrap();
    assert_eq!(noted.wait, Some(wait));
    assert_eq!(noted.request.prompt, "A paper boat", "a request is what was paid for");
    let failure = Failure {
        code: FailureCode::InvalidRequest,
        message: "invalid duration".into(),
        service_code: Some("003004005".into()),
        field: Some(Field::Length),
        reply: None,
    };
    world.library.begin_submit(&id, "sha", at(1)).unwrap();
    let failed = world
        .library
        .move_job(&id, JobState::Submitting, JobState::Failed, |job| job.failure = Some(failure.clone()))
        .unwrap();
    assert_eq!((failed.failure, failed.wait), (Some(failure), None), "a job that was sent waits for nothing");
}

#[test]
fn a_job_is_sent_once_unless_it_provably_was_not_taken() {
    let world = World::new();
    let id = queued(&world, "a");
    let sent = world.library.begin_submit(&id, "sha", at(1)).unwrap();
    assert_eq!((sent.state, sent.submitted_at), (JobState::Submitting, Some(at(1))));
    assert!(world.library.begin_submit(&id, "sha", at(1)).is_err(), "it is being sent");
    assert_eq!(world.library.submits(&id).unwrap(), (1, 1));

    // Turned away unseen: it may go again, any number of times, and still only one counts.
    for attempt in 2..5 {
        world.library.move_job(&id, JobState::Submitting, JobState::Queued, |_| {}).unwrap();
        assert_eq!(world.library.submits(&id).unwrap(), (attempt - 1, 0));
        world.library.begin_submit(&id, "sha", at(1)).unwrap();
        assert_eq!(world.library.submits(&id).unwrap(), (attempt, 1));
    }
}

#[test]
fn the_database_itself_refuses_a_second_submit_that_could_be_accepted() {
    for (name, to) in [("unknown", JobState::Unknown), ("running", JobState::Running), ("failed", JobState::Failed)] {
        let world = World::new();
        let id = queued(&world, name);
        bring(&world, &id, to);
        // Somebody with an SQL prompt, or a fault of ours, puts the job back.
        let raw = rusqlite::Connection::open(world.library.places().database()).unwrap();
        raw.execute("UPDATE jobs SET state = 'queued' WHERE id = ?1", [id.as_str()]).unwrap();
        let error = world.library.begin_submit(&id, "sha", at(2)).unwrap_err();
        assert!(matches!(error, LibraryError::AlreadySent(_)), "{name}: {error}");
        assert_eq!(world.library.job(&id).unwrap().unwrap().state, JobState::Queued, "nothing of it was kept");
        assert_eq!(world.library.submits(&id).unwrap(), (1, 1));
    }
}

#[test]
fn lists_hold_what_they_say() {
    let world = World::new();
    for (number, state) in JobState::ALL.into_iter().filter(|state| *state != JobState::Done).enumerate() {
        let id = queued(&world, &format!("{number}-{}", state.word()));
        bring(&world, &id, state);
    }
    let words = |jobs: Vec<lastframe_model::Job>| jobs.iter().map(|job| job.state.word()).collect::<Vec<_>>().join(" ");
    let library = &world.library;
    assert_eq!(words(library.open_jobs().unwrap()), "queued submitting running downloading", "oldest first");
    assert_eq!(
        words(library.carded_jobs().unwrap()),
        "canceled unknown failed downloading running submitting queued",
        "newest first"
    );
    for job in library.all_jobs().unwrap() {
        let put_away = library.dismiss_job(&job.id);
        assert_eq!(put_away.is_ok(), !job.state.is_open(), "{:?}: an open job has its card", job.state);
        if job.state == JobState::Unknown {
            assert_eq!(put_away.unwrap().state, JobState::Canceled, "an unknown one is given up with its card");
        }
    }
    assert_eq!(words(library.carded_jobs().unwrap()), "downloading running submitting queued");
    assert_eq!(library.all_jobs().unwrap().len(), 7, "nothing is deleted");
}

#[test]
fn two_clicks_on_try_again_make_one_job() {
    let world = World::new();
    let old = queued(&world, "old");
    bring(&world, &old, JobState::Failed);
    let (put_away, _) = world.library.replace_job(&old, &job("new-1", Request::default())).unwrap();
    assert!(put_away.dismissed);
    let error = world.library.replace_job(&old, &job("new-2", Request::default())).unwrap_err();
    assert!(matches!(error, LibraryError::WrongState { .. }), "{error}");
    assert_eq!(world.library.job(&JobId::new("new-2")).unwrap(), None, "the second one was not written");
}

#[test]
fn a_task_leads_to_its_job_at_its_own_service_only() {
    let world = World::new();
    let id = queued(&world, "a");
    bring(&world, &id, JobState::Running);
    let task = TaskId::new("task-a");
    let service = Provider::Service { address: "https://cloud.vtrix.ai".into() };
    assert_eq!(world.library.job_of_task(&service, &task).unwrap(), Some(id));
    assert_eq!(world.library.job_of_task(&Provider::Rehearsal, &task).unwrap(), None);
}

#[cfg(unix)]
#[test]
fn prompts_and_pictures_are_for_this_user_only() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new();
    queued(&world, "a");
    let picture = world.library.keep_image(b"bytes", lastframe_model::ImageFormat::Png, 400, 400).unwrap();
    let places = world.library.places();
    let mut wal = places.database().into_os_string();
    wal.push("-wal");
    for file in [places.database(), wal.into(), world.library.image_path(&picture.id).unwrap()] {
        let mode = std::fs::metadata(&file).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{} can be read by others", file.display());
    }
}

#[test]
fn a_picture_is_kept_once_by_its_content() {
    let world = World::new();
    let keep = |bytes: &[u8]| world.library.keep_image(bytes, lastframe_model::ImageFormat::Png, 400, 300).unwrap();
    let one = keep(b"one");
    assert_eq!(keep(b"one"), one);
    assert_ne!(keep(b"two").id, one.id);
    assert_eq!(world.library.image_bytes(&one.id).unwrap().as_deref(), Some(&b"one"[..]));
    assert_eq!(std::fs::read_dir(world.library.places().images()).unwrap().count(), 2);
    let outside = lastframe_model::ImageId::new("../library.db");
    assert_eq!(world.library.image_bytes(&outside).unwrap(), None, "an id from outside never becomes a path");
}
