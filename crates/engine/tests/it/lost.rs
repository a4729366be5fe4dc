//! Every way in which the reply to a submit can be lost, and every way out of it. In each the service may have
//! accepted the job, so each ends the same: one POST, `unknown`, still so after a restart, until the person decides.
//!
//! That the process itself dies while it submits is in the command line's tests (`crashes`).

use std::collections::HashMap;
use std::time::Duration;

use lastframe_model::{Consent, FailureCode, JobId, JobState, Outcome, TaskId, WaitReason};
use lastframe_provider::{Client, Limits};
use secrecy::SecretString;
use serde_json::json;

use crate::service::{KEY, Reply, Script};
use crate::{Running, World, pass};

/// How long a reply is waited for that never comes.
const PATIENCE: Duration = Duration::from_secs(3);
/// Long enough for a reply on loopback, even on a busy computer.
const LONG: Duration = Duration::from_mins(1);

fn variants() -> Vec<(&'static str, Reply)> {
    let html = "<!doctype html><title>Sign in</title>";
    vec![
        ("connection closed after sending", Reply::Drop),
        ("connection reset after sending", Reply::Reset),
        ("timed out", Reply::Hang),
        ("500", Reply::Json(500, json!({"error": "oops"}))),
        ("502", Reply::Text(502, "text/html", html)),
        ("503", Reply::Text(503, "text/plain", "")),
        ("504", Reply::Text(504, "text/html", html)),
        ("408", Reply::Text(408, "text/plain", "timeout")),
        (
            "redirect elsewhere",
            Reply::Raw(b"HTTP/1.1 307 X\r\nLocation: /model/v1/generation\r\nContent-Length: 0\r\n\r\n"),
        ),
        ("200 with a page of HTML", Reply::Text(200, "text/html", html)),
        ("200 with broken JSON", Reply::Text(200, "application/json", r#"{"id": "task-9", "status":"#)),
        ("200 with an empty body", Reply::Text(200, "application/json", "")),
        ("200 with JSON that is no task", Reply::Json(200, json!(["task-9"]))),
        ("200 without an id", Reply::Json(200, json!({"status": "in_progress"}))),
        ("200 with an empty id", Reply::Json(200, json!({"id": "", "status": "in_progress"}))),
        ("200 with the key for an id", Reply::Json(200, json!({"id": KEY, "status": "in_progress"}))),
        ("200 with a null id", Reply::Json(200, json!({"id": null, "status": "in_progress"}))),
        ("cut in the body", Reply::Cut),
        (
            "cut in a chunk",
            Reply::Raw(b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{\"id\": \"task-9\""),
        ),
        ("cut in the head", Reply::Raw(b"HTTP/1.1 200 X\r\nContent-Ty")),
        ("no HTTP at all", Reply::Raw(b"SSH-2.0-OpenSSH_9.2p1\r\n")),
    ]
}

fn connect(running: &Running, world: &World, submit: Duration) {
    let limits = Limits { submit, ..Limits::default() };
    let client = Client::with_limits(&world.service.address, SecretString::from(KEY), limits).unwrap();
    running.engine.connect(world.provider(), client);
}

/// How often each job was sent, told by its seed, which no other job has.
fn posts(world: &World, running: &Running, ids: &[JobId]) -> Vec<usize> {
    let mut by_seed: HashMap<u64, usize> = HashMap::new();
    for post in &world.service.script().posts {
        *by_seed.entry(post["input"][0]["params"]["seed"].as_u64().unwrap()).or_default() += 1;
    }
    let seed = |id| u64::from(running.job(id).request.seed.unwrap());
    ids.iter().map(|id| by_seed.get(&seed(id)).copied().unwrap_or(0)).collect()
}

/// Three jobs lose their replies; each is settled in another way. Returns what is to be said about it.
async fn lose(name: &'static str, reply: Reply) -> String {
    let patience = if matches!(reply, Reply::Hang) { PATIENCE } else { LONG };
    let world = World::new(Script { submits: vec![reply; 3].into(), ..Script::default() }).await;
    let running = world.start();
    connect(&running, &world, patience);
    let ids = running.enqueue_some(3).await;
    for id in &ids {
        // Two in a row pause the queue (`submits`); here the person lets it go on each time.
        while running.job(id).state.is_open() {
            if running.engine.standing().await.unwrap().paused {
                running.engine.pause_queue(false).await.unwrap();
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let job = running.job(id);
        assert_eq!(job.state, JobState::Unknown, "{name}");
        let wait = job.wait.unwrap_or_else(|| panic!("{name}: says what happened"));
        assert!(wait.reason == WaitReason::ServiceTrouble && !wait.message.is_empty(), "{name}: {wait:?}");
        assert!(job.estimate.cost.is_some(), "{name}: says what it may have cost");
    }
    connect(&running, &world, patience);
    pass(60).await;
    assert_eq!(posts(&world, &running, &ids), [1, 1, 1], "{name}: one POST each, a minute later too");
    running.engine.shutdown().await;
    drop(running);

    let running = world.start();
    connect(&running, &world, LONG);
    running.engine.idle().await;
    running.engine.pause_queue(false).await.unwrap();
    pass(60).await;
    for id in &ids {
        assert_eq!(running.job(id).state, JobState::Unknown, "{name}: after a restart");
        assert_eq!(running.engine.library().submits(id).unwrap(), (1, 1), "{name}: one intent");
    }
    assert_eq!(posts(&world, &running, &ids), [1, 1, 1], "{name}: nor is it sent again after a restart");

    let [found, never, again] = [&ids[0], &ids[1], &ids[2]];
    let task = |id: &str| Outcome::Task { id: TaskId::new(id) };
    let wrong = running.engine.settle(found, task("elsewhere")).await;
    assert!(wrong.is_err(), "{name}: a task that the service does not know is not adopted");
    assert_eq!(running.job(found).state, JobState::Unknown, "{name}");
    running.engine.settle(found, task(" task-1 ")).await.unwrap();
    running.until_state(found, JobState::Done).await;

    let job = running.engine.settle(never, Outcome::NotSent).await.unwrap();
    assert_eq!((job.state, job.failure.map(|failure| failure.code)), (JobState::Failed, Some(FailureCode::NotSent)));

    let new = running.engine.send_again(again, Consent::Within).await.unwrap();
    assert!(running.engine.send_again(again, Consent::Within).await.is_err(), "{name}: two clicks are one job");
    running.until_state(&new.id, JobState::Done).await;
    assert_eq!(running.job(again).state, JobState::Canceled, "{name}: the old one is put away");
    assert_eq!(world.service.posts(), 4, "{name}: the person's own fourth POST and no other");
    let sent = posts(&world, &running, &ids);
    assert_eq!(sent, [1, 1, 2], "{name}: the new job has the old one's seed, since it is the same request");
    assert_eq!(running.engine.library().submits(&new.id).unwrap(), (1, 1), "{name}");
    running.engine.shutdown().await;
    format!("lost reply: {name:<32} 1 POST, unknown, 1 POST after a restart; adopted, marked as not sent, sent again")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_reply_is_unknown_whatever_lost_it_and_each_way_out_works() {
    let all = variants();
    let count = all.len();
    let mut tasks = Vec::new();
    for (name, reply) in all {
        tasks.push(tokio::spawn(lose(name, reply)));
    }
    for task in tasks {
        println!("{}", task.await.unwrap());
    }
    println!("lost-reply variants: {count} of {count}, with 3 ways out each");
}
