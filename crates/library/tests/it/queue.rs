//! The order of the queue, its pause, what was spent, and what a completed task said.

use lastframe_library::{Completion, LibraryError};
use lastframe_model::{Billed, Job, JobId, JobState, PauseCause, Provider, Request, TaskId, Usd};

use crate::{World, at, job};

fn enqueue(world: &World, names: &[&str]) {
    let jobs: Vec<Job> = names.iter().map(|name| job(name, Request::default())).collect();
    world.library.insert_jobs(&jobs).unwrap();
}

fn order(world: &World) -> String {
    let open = world.library.open_jobs().unwrap();
    open.iter().map(|job| job.id.as_str()).collect::<Vec<_>>().join(" ")
}

fn put(world: &World, job: &str, before: Option<&str>) -> Result<Vec<Job>, LibraryError> {
    world.library.move_in_queue(&JobId::new(job), before.map(JobId::new).as_ref())
}

#[test]
fn a_job_is_put_before_another_or_last_and_only_its_row_changes() {
    let world = World::new();
    enqueue(&world, &["a", "b", "c", "d"]);
    assert_eq!(order(&world), "a b c d", "as they came");
    for (moved, before, then) in [
        ("d", Some("b"), "a d b c"),
        ("c", Some("a"), "c a d b"),
        ("c", None, "a d b c"),
        ("a", Some("d"), "a d b c"),
        ("d", Some("d"), "a b c d"),
    ] {
        let before_it: Vec<Job> = world.library.open_jobs().unwrap();
        let changed = put(&world, moved, before).unwrap();
        assert_eq!(order(&world), then, "{moved} before {before:?}");
        assert_eq!(changed.iter().map(|job| job.id.as_str()).collect::<Vec<_>>(), [moved]);
        let revision = |jobs: &[Job]| jobs.iter().find(|job| job.id.as_str() == moved).unwrap().revision;
        assert_eq!(revision(&changed), revision(&before_it) + 1, "whoever shows it hears that it is newer");
    }
    let again = world.again().open_jobs().unwrap();
    assert_eq!(again.iter().map(|job| job.id.as_str()).collect::<Vec<_>>(), ["a", "b", "c", "d"]);
    enqueue(&world, &["e"]);
    assert_eq!(order(&world), "a b c d e", "a new job goes last, wherever others were moved to");
}

#[test]
fn where_no_number_is_left_between_two_all_get_new_ones() {
    let world = World::new();
    enqueue(&world, &["a", "b", "c", "d"]);
    let mut renumbered = 0;
    // Each goes into the gap that the other left, which halves it every time.
    for round in 0..200 {
        let (moved, before) = if round % 2 == 0 { ("c", "b") } else { ("b", "c") };
        let changed = put(&world, moved, Some(before)).unwrap();
        assert_eq!(order(&world), if round % 2 == 0 { "a c b d" } else { "a b c d" }, "round {round}");
        if changed.len() > 1 {
            renumbered += 1;
            assert_eq!(changed.len(), 4, "all of them are told");
        }
        let places: Vec<f64> = world.library.open_jobs().unwrap().iter().map(|job| job.position).collect();
        assert!(places.is_sorted_by(|a, b| b - a > 1e-7), "round {round}: {places:?}");
    }
    assert!(renumbered >= 2, "200 halvings cannot fit between two numbers: {renumbered}");
}

#[test]
fn only_queued_jobs_have_a_place() {
    let world = World::new();
    enqueue(&world, &["a", "b"]);
    world.library.begin_submit(&JobId::new("a"), "sha", at(1)).unwrap();
    let state = |error: LibraryError| match error {
        LibraryError::WrongState { actual } => actual,
        other => panic!("{other}"),
    };
    assert_eq!(state(put(&world, "a", None).unwrap_err()), JobState::Submitting, "it is on its way");
    assert_eq!(state(put(&world, "b", Some("a")).unwrap_err()), JobState::Submitting);
    assert!(matches!(put(&world, "x", None), Err(LibraryError::NoSuchJob(_))));
    assert!(matches!(put(&world, "b", Some("x")), Err(LibraryError::NoSuchJob(_))));
    assert_eq!(order(&world), "a b", "nothing of it was kept");
}

#[test]
fn nobody_is_put_on_the_place_of_a_job_that_is_being_sent_and_may_come_back() {
    let world = World::new();
    enqueue(&world, &["a", "b", "c"]);
    let id = JobId::new("b");
    world.library.begin_submit(&id, "sha", at(1)).unwrap();
    put(&world, "c", None).unwrap();
    world.library.move_job(&id, JobState::Submitting, JobState::Queued, |_| {}).unwrap();
    assert_eq!(order(&world), "a b c");
    let queued = world.library.open_jobs().unwrap();
    assert!(queued.is_sorted_by(|a, b| a.position < b.position), "no two have one place: {queued:?}");
}

#[test]
fn a_pause_lasts_until_it_is_taken_back_whoever_looks() {
    let world = World::new();
    assert!(!world.library.is_paused().unwrap(), "a new library is not paused");
    world.library.set_paused(true).unwrap();
    assert!(world.again().is_paused().unwrap(), "who paused before a flight does not want it sent on landing");
    world.library.set_paused(true).unwrap();
    world.library.set_paused(false).unwrap();
    assert!(!world.again().is_paused().unwrap());
}

#[test]
fn two_unknown_outcomes_of_one_service_in_a_row_pause_the_queue_and_an_accepted_job_forgives_one() {
    let world = World::new();
    enqueue(&world, &["a", "b", "c", "d", "e"]);
    let begin = |name: &str| {
        let id = JobId::new(name);
        world.library.begin_submit(&id, "sha", at(1)).unwrap();
        id
    };
    let lose = |name: &str| world.library.lose_job(&begin(name), |job| job.finished_at = Some(at(2))).unwrap();
    assert_eq!(lose("a").state, JobState::Unknown);
    assert_eq!((world.library.is_paused().unwrap(), world.library.pause_cause().unwrap()), (false, None));
    let task = |job: &mut Job| job.task_id = Some(TaskId::new("t"));
    world.library.move_job(&begin("b"), JobState::Submitting, JobState::Running, task).unwrap();
    lose("c");
    assert!(!world.library.is_paused().unwrap(), "one was accepted in between");
    let provider = lose("d").provider;
    let cause = Some(PauseCause::UnknownOutcomes { provider, count: 2 });
    assert!(world.library.is_paused().unwrap());
    assert_eq!(world.again().pause_cause().unwrap(), cause, "another start knows it too");
    world.library.set_paused(false).unwrap();
    assert_eq!(world.library.pause_cause().unwrap(), None);
    lose("e");
    assert_eq!(world.library.pause_cause().unwrap(), cause, "none was accepted since");
    world.library.set_paused(true).unwrap();
    world.library.set_paused(false).unwrap();
    world.library.set_paused(true).unwrap();
    assert_eq!(world.library.pause_cause().unwrap(), None, "this pause is the person's");
    assert!(matches!(world.library.lose_job(&JobId::new("b"), |_| {}), Err(LibraryError::WrongState { .. })));
}

#[test]
fn what_a_completed_task_said_reads_back() {
    let world = World::new();
    enqueue(&world, &["a"]);
    let id = JobId::new("a");
    let said = Completion {
        billed: Billed { cost: Some("0.1".parse().unwrap()), discount: None, tokens: Some(102_960.0) },
        reply: "{\"id\": \"纸船\"}".into(),
        completed_at: Some("2026-11-22T14:07:58Z".parse().unwrap()),
    };
    assert_eq!(world.library.completion(&id).unwrap(), None);
    let error = world.library.complete_job(&id, &said).unwrap_err();
    assert!(matches!(error, LibraryError::WrongState { actual: JobState::Queued }), "{error}");
    assert_eq!(world.library.completion(&id).unwrap(), None, "nothing of a refused move is kept");
    world.library.begin_submit(&id, "sha", at(1)).unwrap();
    let task = |job: &mut Job| job.task_id = Some(TaskId::new("t"));
    world.library.move_job(&id, JobState::Submitting, JobState::Running, task).unwrap();
    assert_eq!(world.library.complete_job(&id, &said).unwrap().state, JobState::Downloading);
    assert_eq!(world.again().completion(&id).unwrap(), Some(said));
    assert_eq!(world.library.completion(&JobId::new("x")).unwrap(), None);
}

#[test]
fn what_was_spent_is_what_was_billed_or_may_still_be() {
    let world = World::new();
    let library = &world.library;
    let usd = |text: &str| text.parse::<Usd>().unwrap();
    let spent = || library.spent_since(at(0)).unwrap();
    let submitted = |name: &str| {
        enqueue(&world, &[name]);
        let id = JobId::new(name);
        library.begin_submit(&id, "sha", at(1)).unwrap();
        id
    };
    let running = |name: &str| {
        let id = submitted(name);
        let task = |job: &mut Job| job.task_id = Some(TaskId::new(name));
        library.move_job(&id, JobState::Submitting, JobState::Running, task).unwrap();
        id
    };
    assert_eq!(spent(), Usd::ZERO);
    enqueue(&world, &["queued"]);
    assert_eq!(spent(), usd("0.1853"), "what is expected of a job that waits its turn");
    library.move_job(&JobId::new("queued"), JobState::Queued, JobState::Canceled, |_| {}).unwrap();
    assert_eq!(spent(), Usd::ZERO, "canceled before it was sent");
    let id = submitted("unknown");
    library.move_job(&id, JobState::Submitting, JobState::Unknown, |_| {}).unwrap();
    assert_eq!(spent(), usd("0.1853"), "it may have been accepted");
    library.dismiss_job(&id).unwrap();
    assert_eq!(spent(), usd("0.1853"), "and still may have been when its card is put away");
    let id = running("stopped");
    library.move_job(&id, JobState::Running, JobState::Canceled, |_| {}).unwrap();
    assert_eq!(spent(), usd("0.3706"), "the service cannot cancel: it may bill it");
    let id = running("failed");
    library.move_job(&id, JobState::Running, JobState::Failed, |_| {}).unwrap();
    assert_eq!(spent(), usd("0.3706"), "a failed task is not billed");
    let id = running("completed");
    let billed = Billed { cost: Some(usd("0.05")), ..Billed::default() };
    library.complete_job(&id, &Completion { billed, reply: "{}".into(), completed_at: None }).unwrap();
    assert_eq!(spent(), usd("0.4206"), "billed less than was expected");
    world.clip("clip", 5, None);
    assert_eq!(spent(), usd("0.6059"), "a clip with what was billed for it");
    let practice = Job { provider: Provider::Rehearsal, ..job("practice", Request::default()) };
    library.insert_jobs(&[practice]).unwrap();
    assert_eq!(spent(), usd("0.6059"), "practice costs nothing");
    assert_eq!(library.spent_since(at(1)).unwrap(), Usd::ZERO, "all of it was asked for before that");
}
