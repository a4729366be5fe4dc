//! Sending: whatever the service does, a job is paid for at most once.

use lastframe_library::Accepted;
use lastframe_model::{Consent, Event, FailureCode, Field, JobState, Outcome, PauseCause, TaskId, WaitReason};
use serde_json::json;

use crate::service::{KEY, Reply, Script, Service};
use crate::{World, boat, frame, pass, png, with_video};

#[tokio::test]
async fn a_job_becomes_a_clip() {
    let picture = png(&frame(7));
    let world = World::new(Script { picture: Some(picture.clone()), ..Script::default() }).await;
    let running = world.connected();
    let id = running.enqueue().await;
    running.engine.idle().await;
    let job = running.job(&id);
    assert_eq!((job.state, job.failure, job.wait), (JobState::Done, None, None));

    let library = running.engine.library();
    let clip = library.clip(&job.clip.unwrap()).unwrap().unwrap();
    let places = library.places();
    assert_eq!(std::fs::read(places.clip_file(&clip)).unwrap(), world.service.script().video);
    assert_eq!(clip.sha256, lastframe_library::sha256_of(&places.clip_file(&clip)).unwrap());
    assert_eq!(std::fs::read(places.last_frame_file(&clip)).unwrap(), picture);
    assert!(clip.last_frame_from_service);
    assert!(places.poster_file(&clip).is_file() && places.recipe_file(&clip).is_file());
    assert_eq!((clip.media.width, clip.media.height, clip.media.frames), (64, 48, 8));
    assert_eq!(clip.cost(), Some("0.1853".parse().unwrap()));
    let reply = library.reply(&clip.id).unwrap();
    assert!(!reply.contains("s3cret"), "signed links are kept masked: {reply}");
    let left: Vec<_> = std::fs::read_dir(&places.clips).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 1, "only the month's folder, no parts: {left:?}");

    let seed = world.service.script().posts[0]["input"][0]["params"]["seed"].clone();
    assert_eq!(seed, json!(clip.request.seed.unwrap()), "the picked seed is the one that was sent and kept");
    assert_eq!((world.service.posts(), library.submits(&id).unwrap()), (1, (1, 1)));
    let told = running.told(&id);
    assert!(told.is_sorted_by(|a, b| a.revision < b.revision), "snapshots come in order");
    let mut states: Vec<_> = told.iter().map(|job| job.state).collect();
    states.dedup();
    let way = [JobState::Queued, JobState::Submitting, JobState::Running, JobState::Downloading, JobState::Done];
    assert_eq!(states, way, "every state is told");
}

#[tokio::test]
async fn a_submit_whose_outcome_is_lost_is_unknown_and_never_sent_again() {
    for (name, reply) in [
        ("connection dropped", Reply::Drop),
        ("reply cut off", Reply::Cut),
        ("500", Reply::Json(500, json!({"error": "oops"}))),
        ("502 html", Reply::Text(502, "text/html", "<html>Bad gateway</html>")),
        ("503", Reply::Text(503, "text/plain", "")),
        ("200 html", Reply::Text(200, "text/html", "<html>Welcome</html>")),
        ("200 without id", Reply::Json(200, json!({"status": "in_progress"}))),
        ("200 empty", Reply::Text(200, "application/json", "")),
        ("408", Reply::Text(408, "text/plain", "timeout")),
        ("302", Reply::Text(302, "text/plain", "")),
    ] {
        let world = World::new(Script { submits: [reply].into(), ..Script::default() }).await;
        let running = world.connected();
        let id = running.enqueue().await;
        let job = running.until(&id, name, |job| !job.state.is_open()).await;
        assert_eq!(job.state, JobState::Unknown, "{name}");
        assert!(job.wait.is_some_and(|wait| !wait.message.is_empty()), "{name}: says what happened");
        running.connect(KEY);
        pass(12).await;
        assert_eq!((running.job(&id).state, world.service.posts()), (JobState::Unknown, 1), "{name}");
        running.engine.shutdown().await;

        let running = world.connected();
        running.engine.idle().await;
        pass(12).await;
        assert_eq!((running.job(&id).state, world.service.posts()), (JobState::Unknown, 1), "{name}, next start");
        assert_eq!(running.engine.library().submits(&id).unwrap(), (1, 1), "{name}");
    }
}

#[tokio::test]
async fn a_refusal_fails_the_job_at_its_field() {
    let documented = json!({"error": {"code": 3_004_005, "message": "duration out of range"}});
    for (reply, code, field) in [
        (Reply::Json(400, documented), FailureCode::InvalidRequest, Some(Field::Length)),
        (Reply::Json(403, json!({"message": "balance too low"})), FailureCode::BalanceOrPermission, None),
        (Reply::Json(422, json!({"error": "no"})), FailureCode::Refused, None),
    ] {
        let world = World::new(Script { submits: [reply.clone()].into(), ..Script::default() }).await;
        let running = world.connected();
        let id = running.enqueue().await;
        let job = running.until_state(&id, JobState::Failed).await;
        let failure = job.failure.unwrap();
        assert_eq!((failure.code, failure.field), (code, field), "{reply:?}");
        pass(20).await;
        assert_eq!(world.service.posts(), 1, "{reply:?} is final");
    }
}

#[tokio::test]
async fn a_wrong_key_is_tried_once_and_every_job_waits_for_another() {
    let world = World::new(Script::default()).await;
    let running = world.start_with(1);
    running.connect("sk-a-wrong-key-00001");
    let ids = running.enqueue_some(3).await;
    for id in &ids {
        let job = running.until_waiting(id, WaitReason::KeyRefused).await;
        assert_eq!(job.state, JobState::Queued);
    }
    pass(120).await;
    assert_eq!(world.service.posts(), 1, "said once, not retried in a loop");
    running.engine.idle().await; // waiting for the person is idle

    running.connect(KEY);
    for id in &ids {
        running.until_state(id, JobState::Done).await;
    }
    assert_eq!(world.service.posts(), 4, "one that was turned away, one for each job");
    assert_eq!(running.engine.library().submits(&ids[0]).unwrap(), (2, 1), "of two, one counts");
}

#[tokio::test]
async fn two_unknown_outcomes_in_a_row_pause_the_queue_until_the_person_says_go_on() {
    let page = Reply::Text(200, "text/html", "<!doctype html><title>Sign in</title>");
    let broken = Reply::Text(200, "application/json", r#"{"id": "task-9", "status":"#);
    for reply in [Reply::Json(500, json!({"error": "oops"})), page, broken] {
        let world = World::new(Script { submits: vec![reply.clone(); 9].into(), ..Script::default() }).await;
        let running = world.start_with(1);
        running.connect(KEY);
        let ids = running.enqueue_some(6).await;
        for id in &ids[..2] {
            running.until_state(id, JobState::Unknown).await;
        }
        pass(60).await;
        assert_eq!(world.service.posts(), 2, "{reply:?}: no third");
        let because = PauseCause::UnknownOutcomes { provider: world.provider(), count: 2 };
        let standing = running.engine.standing().await.unwrap();
        assert_eq!((standing.paused, standing.paused_because.as_ref()), (true, Some(&because)));
        let told = running.events.lock().unwrap().iter().any(
            |event| matches!(event, Event::Standing(standing) if standing.paused_because.as_ref() == Some(&because)),
        );
        assert!(told, "{reply:?}: it is told");
        running.engine.shutdown().await;
        drop(running);

        let running = world.start_with(1);
        running.connect(KEY);
        pass(60).await;
        assert_eq!(running.engine.standing().await.unwrap().paused_because, Some(because), "after a restart too");
        assert_eq!(world.service.posts(), 2);
        let standing = running.engine.pause_queue(false).await.unwrap();
        assert_eq!((standing.paused, standing.paused_because), (false, None));
        running.until_state(&ids[2], JobState::Unknown).await;
        pass(60).await;
        assert_eq!(world.service.posts(), 3, "{reply:?}: with none accepted in between, the next one is enough");
        assert!(running.engine.standing().await.unwrap().paused_because.is_some());

        world.service.script().submits.clear();
        running.engine.pause_queue(false).await.unwrap();
        running.until_state(&ids[3], JobState::Done).await;
        running.engine.idle().await;
        world.service.script().submits = [reply.clone()].into();
        let ids = running.enqueue_some(2).await;
        running.until_state(&ids[0], JobState::Unknown).await;
        running.until_state(&ids[1], JobState::Done).await;
        assert!(!running.engine.standing().await.unwrap().paused, "{reply:?}: one alone pauses nothing");
        println!("lost: {reply:?} to every submit: 2 POSTs, then a pause; 1 more after “go on”");
    }
}

#[tokio::test]
async fn the_key_is_no_task_id_whoever_says_so() {
    let world = World::new(Script {
        submits: [Reply::Json(200, json!({"id": KEY, "status": "in_progress"}))].into(),
        ..Script::default()
    })
    .await;
    let running = world.connected();
    let id = running.enqueue().await;
    let job = running.until_state(&id, JobState::Unknown).await;
    assert_eq!(job.task_id, None);
    let text = serde_json::to_string(&job).unwrap();
    assert!(!text.contains(KEY), "neither as its id nor in its reply: {text}");
    let error = running.engine.settle(&id, Outcome::Task { id: TaskId::new(format!(" {KEY} ")) }).await.unwrap_err();
    assert!(matches!(error, lastframe_engine::EngineError::KeyAsTaskId), "{error}");
    assert!(!error.to_string().contains(KEY));
    assert_eq!(world.service.script().polled, 0, "nobody was asked");
}

#[tokio::test]
async fn jobs_without_a_key_wait_for_one() {
    let world = World::new(Script::default()).await;
    let running = world.start();
    let id = running.enqueue().await;
    running.until_waiting(&id, WaitReason::NoKey).await;
    running.engine.idle().await;
    assert_eq!(world.service.posts(), 0);
    running.connect(KEY);
    running.until_state(&id, JobState::Done).await;
}

#[tokio::test]
async fn too_many_requests_pause_the_whole_queue_as_long_as_asked() {
    let world = World::new(Script { submits: [Reply::SlowDown(40)].into(), ..Script::default() }).await;
    let running = world.start_with(1);
    running.connect(KEY);
    let ids = running.enqueue_some(2).await;
    for id in &ids {
        running.until_waiting(id, WaitReason::RateLimited).await;
    }
    for id in &ids {
        running.until_state(id, JobState::Done).await;
    }
    let script = world.service.script();
    assert_eq!(script.posts.len(), 3, "one turned away, one for each job");
    let pause = script.post_times[1] - script.post_times[0];
    assert!(pause * crate::SPEED >= std::time::Duration::from_secs(40), "asked for 40 s, waited {pause:?} × 20");
}

#[tokio::test]
async fn without_a_network_jobs_wait_and_go_on_by_themselves() {
    let folder = tempfile::tempdir().unwrap();
    let gone = Service::start(Script::default()).await;
    let address = gone.address.clone();
    drop(gone);
    let provider = lastframe_model::Provider::Service { address: address.clone() };
    let running = crate::start(folder.path(), provider, lastframe_model::Settings::default()).unwrap();
    running.connect(KEY);
    let ids = running.enqueue_some(3).await;
    running.until_hindered(Some(WaitReason::Offline)).await;
    pass(20).await;
    for id in &ids {
        let job = running.job(id);
        assert_eq!((job.state, job.wait), (JobState::Queued, None), "said once for the service, not on each job");
    }
    let service = Service::start_at(address.trim_start_matches("http://"), with_video(Script::default())).await;
    for id in &ids {
        let job = running.until_state(id, JobState::Done).await;
        assert_eq!(job.wait, None);
        let (begun, counting) = running.engine.library().submits(id).unwrap();
        assert!(begun >= 1 && counting == 1, "{begun} begun, {counting} may have been accepted");
    }
    assert_eq!(service.posts(), 3, "each job arrived once");
    assert_eq!(running.hindrance().await, None);
}

#[tokio::test]
async fn at_most_so_many_jobs_run_side_by_side_and_other_services_are_not_held_up() {
    let world = World::new(Script { busy: true, ..Script::default() }).await;
    let running = world.start_with(2);
    running.connect(KEY);
    let ids = running.enqueue_some(5).await;
    for id in &ids[..2] {
        running.until_state(id, JobState::Running).await;
    }
    pass(20).await;
    assert_eq!(world.service.posts(), 2, "oldest first, two at a time");

    let other = Service::start(with_video(Script::default())).await;
    let provider = lastframe_model::Provider::Service { address: other.address.clone() };
    let client = lastframe_provider::Client::new(&other.address, secrecy::SecretString::from(KEY)).unwrap();
    running.engine.connect(provider.clone(), client);
    let id = running.engine.enqueue(boat(), 1, provider, Consent::Within).await.unwrap().remove(0).id;
    running.until_state(&id, JobState::Done).await;

    running.engine.change_settings(lastframe_model::Settings { parallel_jobs: 4, ..Default::default() });
    running.until_state(&ids[3], JobState::Running).await;
    pass(20).await;
    assert_eq!((world.service.posts(), running.job(&ids[4]).state), (4, JobState::Queued));
    world.service.script().busy = false;
    running.engine.idle().await;
    assert_eq!(world.service.posts(), 5);
}

#[tokio::test]
async fn an_accepted_task_that_the_database_cannot_take_is_kept_in_the_reserve() {
    let folder = tempfile::tempdir().unwrap();
    let (reply, replied) = tokio::sync::oneshot::channel::<()>();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let provider = lastframe_model::Provider::Service { address: address.clone() };
    let (asked, mut has_asked) = tokio::sync::mpsc::unbounded_channel();
    let service = tokio::spawn(async move {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut vec![0; 65_536]).await;
        asked.send(()).unwrap();
        replied.await.unwrap();
        let body = r#"{"id": "paid-task", "status": "in_progress"}"#;
        let head =
            format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", body.len());
        stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
        let _ = stream.read(&mut [0; 1]).await;
    });
    let running = crate::start(folder.path(), provider.clone(), lastframe_model::Settings::default()).unwrap();
    running.connect(KEY);
    let id = running.enqueue().await;
    has_asked.recv().await.unwrap();
    // From now on the database is somebody else's: a write waits ten seconds and fails.
    let places = running.engine.library().places();
    let raw = rusqlite::Connection::open(places.database()).unwrap();
    raw.execute_batch("BEGIN IMMEDIATE").unwrap();
    reply.send(()).unwrap();
    let noted = Accepted { job: id.clone(), provider: provider.clone(), task_id: TaskId::new("paid-task") };
    let began = std::time::Instant::now();
    while running.engine.library().accepted() != [noted.clone()] {
        assert!(began.elapsed() < std::time::Duration::from_secs(25), "it never reached the reserve");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(running.job(&id).state, JobState::Submitting, "the row could not be written");
    // The power goes: what is on the disk at this moment is all there is.
    let after = tempfile::tempdir().unwrap();
    for name in ["library.db", "library.db-wal", "accepted.journal"] {
        std::fs::copy(places.home.join(name), after.path().join(name)).unwrap();
    }
    let next = crate::start(after.path(), provider.clone(), lastframe_model::Settings::default()).unwrap();
    let job = next.job(&id);
    assert_eq!((job.state, job.task_id), (JobState::Running, Some(TaskId::new("paid-task"))), "nothing is lost");
    assert!(next.told(&id).iter().any(|job| job.state == JobState::Running), "and it is told");
    assert_eq!(next.engine.library().submits(&id).unwrap(), (1, 1));

    // Here the database is free again: the row gets it, and the line goes.
    raw.execute_batch("ROLLBACK").unwrap();
    let job = running.until_state(&id, JobState::Running).await;
    assert_eq!(job.task_id, Some(TaskId::new("paid-task")));
    let began = std::time::Instant::now();
    while !running.engine.library().accepted().is_empty() {
        assert!(began.elapsed() < std::time::Duration::from_secs(10), "the line is no longer needed");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    service.abort();
}
