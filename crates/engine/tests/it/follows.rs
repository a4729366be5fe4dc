//! Following: only the service's own word ends a job.

use lastframe_model::{FailureCode, JobState, WaitReason};
use serde_json::json;

use crate::service::{KEY, Reply, Script};
use crate::{World, pass};

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
    for reason in [WaitReason::ServiceTrouble, WaitReason::Offline, WaitReason::RateLimited] {
        assert!(reasons.contains(&reason), "{reason:?} was said: {reasons:?}");
    }
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
