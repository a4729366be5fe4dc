//! Sending: whatever the service does, a job is paid for at most once.

use lastframe_model::{FailureCode, Field, JobState, WaitReason};
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
    for id in &ids {
        assert_eq!(running.until_waiting(id, WaitReason::Offline).await.state, JobState::Queued);
    }
    pass(20).await;
    let service = Service::start_at(address.trim_start_matches("http://"), with_video(Script::default())).await;
    for id in &ids {
        let job = running.until_state(id, JobState::Done).await;
        assert_eq!(job.wait, None);
        let (begun, counting) = running.engine.library().submits(id).unwrap();
        assert!(begun >= 1 && counting == 1, "{begun} begun, {counting} may have been accepted");
    }
    assert_eq!(service.posts(), 3, "each job arrived once");
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
    let id = running.engine.enqueue(boat(), 1, provider).await.unwrap().remove(0).id;
    running.until_state(&id, JobState::Done).await;

    running.engine.change_settings(lastframe_model::Settings { parallel_jobs: 4, ..Default::default() });
    running.until_state(&ids[3], JobState::Running).await;
    pass(20).await;
    assert_eq!((world.service.posts(), running.job(&ids[4]).state), (4, JobState::Queued));
    world.service.script().busy = false;
    running.engine.idle().await;
    assert_eq!(world.service.posts(), 5);
}
