//! Following: only the service's own word ends a job.

use std::sync::Arc;
use std::time::Duration;

use lastframe_model::{FailureCode, JobId, JobState, Settings, WaitReason};
use serde_json::json;

use crate::service::{KEY, Reply, Script};
use crate::{TestClock, World, pass, running_jobs, start_by};

#[tokio::test]
async fn errors_silence_and_unknown_words_do_not_end_a_job() {
    let polls = [
        Reply::Json(500, json!({"error": "oops"})),
        Reply::Text(200, "text/html", "<html>maintenance</html>"),
        Reply::Drop,
        Reply::Cut,
        Reply::Json(404, json!({"message": "not known here yet"})),
        Reply::Json(200, json!({"id": "task-1", "status": "dreaming"})),
        Reply::SlowDown(5),
        Reply::Text(504, "text/html", "<html>Gateway timeout</html>"),
    ];
    let world = World::new(Script { polls: polls.into(), ..Script::default() }).await;
    let running = world.connected();
    let id = running.enqueue().await;
    running.until_state(&id, JobState::Done).await;
    let reasons: Vec<_> = running.told(&id).iter().filter_map(|job| Some(job.wait.clone()?.reason)).collect();
    for reason in [WaitReason::ServiceTrouble, WaitReason::RateLimited] {
        assert!(reasons.contains(&reason), "{reason:?} was said: {reasons:?}");
    }
    assert!(!reasons.contains(&WaitReason::Offline), "being offline is no matter of one job: {reasons:?}");
    let told = running.hindrances_told();
    assert!(told.contains(&Some(WaitReason::Offline)) && told.contains(&Some(WaitReason::RateLimited)), "{told:?}");
    assert_eq!(told.last(), Some(&None), "and it is withdrawn");
    assert!(world.service.script().polls.is_empty(), "all of it happened");
    assert_eq!(world.service.posts(), 1);
}

#[tokio::test]
async fn a_failed_task_shows_the_services_reason() {
    let failed = json!({"id": "task-1", "status": "failed",
        "error": {"code": "003004095", "error_message": "internal generation error"}});
    let empty = json!({"id": "task-1", "status": "completed", "output": [{"content": []}]});
    for (reply, code) in [(failed, FailureCode::TaskFailed), (empty, FailureCode::NoVideo)] {
        let world = World::new(Script { polls: [Reply::Json(200, reply)].into(), ..Script::default() }).await;
        let running = world.connected();
        let id = running.enqueue().await;
        let job = running.until_state(&id, JobState::Failed).await;
        let failure = job.failure.unwrap();
        assert_eq!(failure.code, code, "{failure:?}");
        assert!(failure.service_code.is_some() && job.finished_at.is_some(), "{failure:?}");
    }
}

#[tokio::test]
async fn a_service_that_forgets_a_task_for_some_minutes_does_not_end_a_paid_job() {
    let gone = vec![Reply::Json(404, json!({"message": "no route matched"})); 12];
    let world = World::new(Script { polls: gone.into(), ..Script::default() }).await;
    let running = world.connected();
    let id = running.enqueue().await;
    running.until_waiting(&id, WaitReason::ServiceTrouble).await;
    running.until_state(&id, JobState::Done).await;
    assert!(world.service.script().polled > 12, "it was asked until the service knew it again");
    assert_eq!(world.service.posts(), 1);
}

#[tokio::test]
async fn a_key_refused_while_a_task_runs_makes_it_wait_and_another_key_lets_it_go_on() {
    let world = World::new(Script { busy: true, ..Script::default() }).await;
    let running = world.connected();
    let id = running.enqueue().await;
    running.until_state(&id, JobState::Running).await;
    running.connect("sk-a-wrong-key-00001");
    running.until_waiting(&id, WaitReason::KeyRefused).await;
    let polled = world.service.script().polled;
    pass(60).await;
    assert_eq!(world.service.script().polled, polled, "nothing is asked with a refused key");
    running.engine.idle().await;
    running.engine.disconnect(&running.provider);
    running.until_waiting(&id, WaitReason::NoKey).await;
    world.service.script().busy = false;
    running.connect(KEY);
    running.until_state(&id, JobState::Done).await;
    assert_eq!(world.service.posts(), 1);
}

#[tokio::test]
async fn progress_is_told_but_not_more_often_than_four_times_a_second() {
    let polls = (1..10).map(|tenth| {
        Reply::Json(200, json!({"id": "task-1", "status": "running", "progress": f64::from(tenth) / 10.0}))
    });
    let world = World::new(Script { polls: polls.collect(), ..Script::default() }).await;
    let running = world.connected();
    let id = running.enqueue().await;
    let done = running.until_state(&id, JobState::Done).await;
    let told = running.told(&id);
    let progress: Vec<f64> = told.iter().filter(|j| j.state == JobState::Running).filter_map(|j| j.progress).collect();
    assert!(progress.len() >= 9 && progress.is_sorted(), "{progress:?}");
    let seconds = done.finished_at.unwrap().duration_since(done.created_at).as_secs_f64();
    assert!((told.len() as f64) < seconds * 4.0 + 6.0, "{} snapshots in {seconds} s", told.len());
}

/// A job whose task was sent 60 hours ago, 48 hours of which it was given.
fn overdue(world: &World) -> JobId {
    running_jobs(world.folder.path(), &world.provider(), 1, Duration::from_hours(60)).remove(0)
}

#[tokio::test]
async fn a_task_long_past_its_time_ends_as_expired_and_can_still_be_asked_about() {
    let world = World::new(Script { busy: true, ..Script::default() }).await;
    let id = overdue(&world);
    let running = world.connected();
    let job = running.until_state(&id, JobState::Failed).await;
    let failure = job.failure.unwrap();
    assert_eq!(failure.code, FailureCode::Expired);
    assert!(failure.reply.is_some_and(|reply| reply.contains("in_progress")), "the service's last words are kept");
    assert!(world.service.script().polled >= 2, "one look is not enough: the clock may be wrong for a moment");

    // It is asked about again, with nothing to say; and once more, when it was finished after all.
    assert_eq!(running.engine.recheck(&id).await.unwrap().state, JobState::Running);
    running.until_state(&id, JobState::Failed).await;
    world.service.script().busy = false;
    let job = running.engine.recheck(&id).await.unwrap();
    assert_eq!((job.state, job.failure), (JobState::Running, None));
    let job = running.until_state(&id, JobState::Done).await;
    assert!(running.engine.library().clip(&job.clip.unwrap()).unwrap().is_some(), "the clip that was paid for is here");
    assert_eq!(world.service.posts(), 0, "nothing was sent for it");
}

#[tokio::test]
async fn a_task_past_its_time_is_not_given_up_while_the_service_cannot_be_asked() {
    for (name, down, always) in [
        ("offline", true, None),
        ("503", false, Some(Reply::Json(503, json!({"error": "maintenance"})))),
        ("html", false, Some(Reply::Text(200, "text/html", "<html>log in to this network</html>"))),
    ] {
        let world = World::new(Script { down, always, busy: true, ..Script::default() }).await;
        let id = overdue(&world);
        let clock = TestClock::new(400);
        let running = start_by(clock, world.folder.path(), world.provider(), Settings::default(), |_| {}).unwrap();
        running.connect(KEY);
        tokio::time::sleep(Duration::from_secs(2)).await; // 13 minutes
        assert_eq!(running.job(&id).state, JobState::Running, "{name}");
        {
            let mut script = world.service.script();
            (script.down, script.always, script.busy) = (false, None, false);
        }
        running.until_state(&id, JobState::Done).await;
    }
}

#[tokio::test]
async fn a_task_past_its_time_that_the_service_no_longer_knows_ends_as_expired_within_hours() {
    let gone = Reply::Json(404, json!({"message": "no such task"}));
    let world = World::new(Script { always: Some(gone.clone()), ..Script::default() }).await;
    let id = overdue(&world);
    let clock = TestClock::new(1_000);
    let listen = |_: &lastframe_model::Event| {};
    let running = start_by(clock, world.folder.path(), world.provider(), Settings::default(), listen).unwrap();
    let started = std::time::Instant::now();
    running.connect(KEY);
    let job = running.until_state(&id, JobState::Failed).await;
    assert_eq!(job.failure.unwrap().code, FailureCode::Expired);
    assert!(started.elapsed() >= Duration::from_millis(3_600), "it was asked for an hour");

    // Within its time the same word is not believed for a day.
    let world = World::new(Script { always: Some(gone), ..Script::default() }).await;
    let id = running_jobs(world.folder.path(), &world.provider(), 1, Duration::from_hours(40)).remove(0);
    let clock = TestClock::new(1_000);
    let running = start_by(clock, world.folder.path(), world.provider(), Settings::default(), listen).unwrap();
    running.connect(KEY);
    tokio::time::sleep(Duration::from_millis(4_500)).await;
    assert_eq!(running.job(&id).state, JobState::Running);
}

#[tokio::test]
async fn a_clock_set_ahead_does_not_expire_a_task_at_the_next_poll() {
    let world = World::new(Script { busy: true, ..Script::default() }).await;
    let clock = TestClock::new(20);
    let running =
        start_by(Arc::clone(&clock), world.folder.path(), world.provider(), Settings::default(), |_| {}).unwrap();
    running.connect(KEY);
    let id = running.enqueue().await;
    running.until_state(&id, JobState::Running).await;
    clock.jump(100 * 3_600);
    let polled = world.service.script().polled;
    running.until(&id, "a poll", |_| world.service.script().polled > polled).await;
    pass(2).await;
    assert_eq!(running.job(&id).state, JobState::Running, "a minute is waited for the clock to be set right");
    clock.jump(-100 * 3_600);
    pass(100).await;
    assert_eq!(running.job(&id).state, JobState::Running);
    world.service.script().busy = false;
    running.until_state(&id, JobState::Done).await;
}
