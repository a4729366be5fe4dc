//! Restarts: a job goes on from wherever the program was cut off.
//!
//! The first run has a runtime of its own that is torn down in the middle, as a killed program is: nothing
//! gets to finish or to say goodbye.

use lastframe_model::{JobId, JobState, WaitReason};

use crate::service::{KEY, Reply, Script};
use crate::{Running, World, pass};

/// Runs the engine until `reached`, then kills it.
fn killed(world: &World, reached: impl AsyncFnOnce(&Running) -> JobId + Send + 'static) -> JobId {
    let (folder, provider) = (world.folder.path().to_owned(), world.provider());
    let run = move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let (running, id) = runtime.block_on(async {
            let running = crate::start(&folder, provider, lastframe_model::Settings::default()).unwrap();
            let id = reached(&running).await;
            (running, id)
        });
        runtime.shutdown_timeout(std::time::Duration::from_secs(5));
        drop(running);
        id
    };
    std::thread::spawn(run).join().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn cut_off_while_queued_it_is_sent_once_by_the_next_run() {
    let world = World::new(Script::default()).await;
    let id = killed(&world, async |running| {
        let id = running.enqueue().await;
        running.until_waiting(&id, WaitReason::NoKey).await;
        id
    });
    assert_eq!(world.service.posts(), 0);
    let running = world.connected();
    running.until_state(&id, JobState::Done).await;
    assert_eq!(world.service.posts(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn cut_off_while_sending_it_is_unknown_and_stays_so() {
    let world = World::new(Script { submits: [Reply::Hang].into(), ..Script::default() }).await;
    let script = std::sync::Arc::clone(&world.service.script);
    let id = killed(&world, async move |running| {
        running.connect(KEY);
        let id = running.enqueue().await;
        running.until(&id, "the POST", |_| script.lock().unwrap().posts.len() == 1).await;
        assert_eq!(running.job(&id).state, JobState::Submitting);
        id
    });
    for start in 1..=2 {
        let running = world.connected();
        assert_eq!(running.job(&id).state, JobState::Unknown, "start {start}");
        running.engine.idle().await;
        pass(30).await;
        assert_eq!((running.job(&id).state, world.service.posts()), (JobState::Unknown, 1), "start {start}");
        running.engine.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cut_off_while_running_it_is_followed_on() {
    let world = World::new(Script { busy: true, ..Script::default() }).await;
    let id = killed(&world, async |running| {
        running.connect(KEY);
        let id = running.enqueue().await;
        running.until(&id, "progress", |job| job.progress == Some(0.5)).await;
        id
    });
    world.service.script().busy = false;
    let running = world.connected();
    running.until_state(&id, JobState::Done).await;
    assert_eq!(world.service.posts(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn cut_off_while_downloading_it_is_fetched_on() {
    let world = World::new(Script { videos: [Reply::Hang].into(), ..Script::default() }).await;
    let script = std::sync::Arc::clone(&world.service.script);
    let id = killed(&world, async move |running| {
        running.connect(KEY);
        let id = running.enqueue().await;
        running.until(&id, "the download", |_| script.lock().unwrap().fetched == 1).await;
        id
    });
    let running = world.start();
    assert_eq!(running.job(&id).state, JobState::Downloading);
    running.until_waiting(&id, WaitReason::NoKey).await;
    running.connect(KEY);
    running.until_state(&id, JobState::Done).await;
    assert_eq!((world.service.posts(), world.service.script().fetched), (1, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn cut_off_between_the_file_and_its_row_nothing_is_fetched_twice() {
    let world = World::new(Script { videos: [Reply::Hang].into(), ..Script::default() }).await;
    let script = std::sync::Arc::clone(&world.service.script);
    let id = killed(&world, async move |running| {
        running.connect(KEY);
        let id = running.enqueue().await;
        running.until(&id, "the download", |_| script.lock().unwrap().fetched == 1).await;
        id
    });
    // What stands there when the power fails right after the rename.
    let running = world.start();
    let job = running.job(&id);
    let places = running.engine.library().places();
    let file = places.clips.join(lastframe_library::file_of(&lastframe_library::clip_of(&id), job.created_at));
    lastframe_library::write_file(&file, &world.service.script().video).unwrap();
    running.connect(KEY);
    let job = running.until_state(&id, JobState::Done).await;
    assert_eq!(world.service.script().fetched, 1, "the placed file was used");
    let clip = running.engine.library().clip(&job.clip.unwrap()).unwrap().unwrap();
    assert_eq!(clip.sha256, lastframe_library::sha256_of(&file).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_lets_a_submit_get_its_reply_and_frees_the_library() {
    let world = World::new(Script { busy: true, ..Script::default() }).await;
    let running = world.connected();
    let second = crate::start(world.folder.path(), world.provider(), lastframe_model::Settings::default());
    let error = second.err().expect("one program at a time").to_string();
    assert!(error.contains("test (process"), "says which program has it: {error}");
    let id = running.enqueue().await;
    running.until(&id, "sending", |job| job.state != JobState::Queued).await;
    running.engine.shutdown().await;
    let job = running.job(&id);
    assert_eq!((job.state, job.task_id.is_some()), (JobState::Running, true), "the task id was written down");
    let again = world.connected();
    world.service.script().busy = false;
    again.until_state(&id, JobState::Done).await;
    assert_eq!(world.service.posts(), 1);
}
