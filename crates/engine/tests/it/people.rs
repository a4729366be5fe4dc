//! What people ask for: stop, again, settle, put away, continue.

use lastframe_engine::EngineError;
use lastframe_library::LibraryError;
use lastframe_model::{
    Adjustment, ClipId, Consent, ErrorCode, FailureCode, Field, ImageFormat, IpcError, JobState, Length, Outcome,
    Request, TaskId, WaitReason,
};

use crate::service::{Reply, Script};
use crate::{World, boat, frame, pass, png};

#[tokio::test]
async fn a_bad_request_is_refused_at_its_field_before_anything_is_written() {
    let world = World::new(Script::default()).await;
    let running = world.connected();
    for (request, count, field) in [
        (Request::default(), 1, Field::Prompt),
        (Request { length: Length::Seconds(13), ..boat() }, 1, Field::Length),
        (boat(), 9, Field::Count),
    ] {
        let error =
            running.engine.enqueue(request, count, running.provider.clone(), Consent::Within).await.unwrap_err();
        let error = IpcError::from(error);
        assert_eq!((error.code, error.field), (ErrorCode::Invalid, Some(field)), "{error:?}");
    }
    assert!(running.engine.library().all_jobs().unwrap().is_empty());
}

#[tokio::test]
async fn every_clip_has_a_seed_of_its_own() {
    let world = World::new(Script::default()).await;
    let running = world.start();
    let seeds = async |seed| {
        let request = Request { seed, ..boat() };
        let jobs = running.engine.enqueue(request, 3, running.provider.clone(), Consent::Within).await.unwrap();
        assert!(jobs.is_sorted_by(|a, b| a.id < b.id), "the queue keeps the order of the click");
        jobs.iter().map(|job| job.request.seed.unwrap()).collect::<Vec<u32>>()
    };
    let picked = seeds(None).await;
    assert!(picked[0] != picked[1] && picked[1] != picked[2], "{picked:?}");
    assert_eq!(seeds(Some(u32::MAX)).await, [u32::MAX, 0, 1], "an asked seed is counted up");
}

#[tokio::test]
async fn a_job_can_be_stopped_in_every_state_but_while_it_is_sent() {
    let world = World::new(Script { busy: true, videos: [Reply::Hang].into(), ..Script::default() }).await;
    let running = world.start_with(2);
    let ids = running.enqueue_some(3).await;
    running.connect(crate::KEY);
    for id in &ids[..2] {
        running.until_state(id, JobState::Running).await;
    }
    let error = running.engine.stop_following(&ids[2]).await.unwrap_err();
    assert!(matches!(error, EngineError::Library(LibraryError::WrongState { actual: JobState::Queued })), "{error}");
    assert_eq!(running.engine.cancel_queued(&ids[2]).await.unwrap().state, JobState::Canceled, "queued");
    assert_eq!(running.engine.stop_following(&ids[1]).await.unwrap().state, JobState::Canceled, "running");
    world.service.script().busy = false;
    running.until(&ids[0], "the download", |_| world.service.script().fetched == 1).await;
    let part = running.engine.library().places().part_file(&lastframe_library::clip_of(&ids[0]));
    std::fs::write(&part, b"some").unwrap();
    assert_eq!(running.engine.stop_following(&ids[0]).await.unwrap().state, JobState::Canceled, "downloading");
    crate::eventually("what was fetched to be removed", || !part.exists()).await;
    let polled = world.service.script().polled;
    pass(30).await;
    assert_eq!(world.service.script().polled, polled, "nobody is asked any more");
    assert_eq!(world.service.posts(), 2, "the queued one was never sent");
    let error = running.engine.stop_following(&ids[0]).await.unwrap_err();
    assert_eq!(IpcError::from(error).code, ErrorCode::WrongState);
    for id in &ids {
        assert!(running.engine.dismiss(id).await.unwrap().dismissed);
    }
}

#[tokio::test]
async fn an_unknown_job_is_settled_by_its_task() {
    let world = World::new(Script { submits: [Reply::Drop].into(), ..Script::default() }).await;
    let running = world.connected();
    let id = running.enqueue().await;
    running.until_state(&id, JobState::Unknown).await;
    let other = running.enqueue().await;
    let taken = running.until_state(&other, JobState::Done).await.task_id.unwrap();

    let settle = async |task: &str| running.engine.settle(&id, Outcome::Task { id: TaskId::new(task) }).await;
    let error = settle("nonsense").await.unwrap_err();
    assert!(matches!(error, EngineError::NoSuchTask(_)), "{error}");
    let error = settle(taken.as_str()).await.unwrap_err();
    assert!(matches!(error, EngineError::TaskTaken(ref job) if *job == other), "one task is one clip: {error}");
    assert_eq!(running.job(&id).state, JobState::Unknown, "a wrong id changes nothing");
    assert_eq!(settle(" task-1 ").await.unwrap().state, JobState::Running);
    let job = running.until_state(&id, JobState::Done).await;
    assert_eq!(job.task_id, Some(TaskId::new("task-1")));
    assert_eq!(world.service.posts(), 2, "settling sends nothing");
}

#[tokio::test]
async fn a_job_that_was_not_sent_can_be_sent_again_once() {
    let world = World::new(Script { submits: [Reply::Drop].into(), ..Script::default() }).await;
    let running = world.connected();
    let id = running.enqueue().await;
    let unknown = running.until_state(&id, JobState::Unknown).await;
    let failed = running.engine.settle(&id, Outcome::NotSent).await.unwrap();
    assert_eq!((failed.state, failed.failure.unwrap().code), (JobState::Failed, FailureCode::NotSent));
    let new = running.engine.send_again(&id, Consent::Within).await.unwrap();
    assert_eq!(new.request, unknown.request, "the same request with the same seed");
    assert!(running.job(&id).dismissed);
    let error = running.engine.send_again(&id, Consent::Within).await.unwrap_err();
    assert!(matches!(error, EngineError::Library(LibraryError::WrongState { .. })), "{error}");
    running.until_state(&new.id, JobState::Done).await;
    let error = running.engine.send_again(&new.id, Consent::Within).await.unwrap_err();
    assert_eq!(IpcError::from(error).code, ErrorCode::WrongState, "a finished one is generated anew, not again");
    assert_eq!(world.service.posts(), 2);
}

#[tokio::test]
async fn a_clip_is_continued_from_its_very_last_frame() {
    let picture = png(&image::RgbImage::from_pixel(64, 48, image::Rgb([9, 8, 7])));
    let world = World::new(Script { picture: Some(picture.clone()), ..Script::default() }).await;
    let running = world.connected();
    let id = running.enqueue().await;
    let clip = running.until_state(&id, JobState::Done).await.clip.unwrap();
    let next = running.engine.continue_from(&clip, None).await.unwrap();
    assert!(matches!(next.adjustments[..], [Adjustment::Model { .. }]), "{:?}", next.adjustments);
    assert_eq!(next.request.continues, Some(clip.clone()));
    let first = next.request.first_frame.unwrap();
    let library = running.engine.library();
    assert_eq!(library.image_bytes(&first.id).unwrap(), Some(picture.clone()), "byte for byte");

    // Without the picture file, the video still has the frame.
    let file = library.places().last_frame_file(&library.clip(&clip).unwrap().unwrap());
    std::fs::remove_file(file).unwrap();
    let decoded = running.engine.continue_from(&clip, None).await.unwrap().request.first_frame.unwrap();
    assert_eq!((decoded.width, decoded.height, decoded.format), (64, 48, ImageFormat::Png));
    let taken = running.engine.take_frame(&clip, 7).await.unwrap();
    assert_eq!(taken.id, decoded.id, "frame 7 is the last of 8");
    assert_eq!(lastframe_media::picture_facts(&running.engine.frame(&clip, 0).await.unwrap()).unwrap().width, 64);
    let error = running.engine.frame(&clip, 8).await.unwrap_err();
    assert_eq!(IpcError::from(error).code, ErrorCode::NotFound);
    let error = running.engine.continue_from(&ClipId::new("gone"), None).await.unwrap_err();
    assert_eq!(IpcError::from(error).code, ErrorCode::NotFound);
}

#[tokio::test]
async fn pictures_are_sent_as_they_are_kept_and_missing_ones_are_said() {
    let world = World::new(Script::default()).await;
    let running = world.connected();
    let bytes = png(&image::RgbImage::new(400, 320));
    let kept = running.engine.keep_image(bytes.clone()).await.unwrap();
    let small = running.engine.keep_image(png(&frame(1))).await.unwrap();
    let too_small = Request { first_frame: Some(small.clone()), ..boat() };
    let refused = running.engine.enqueue(too_small, 1, running.provider.clone(), Consent::Within).await.unwrap_err();
    assert!(refused.to_string().contains("300"), "the range is in the words: {refused}");
    let refused = IpcError::from(refused);
    assert_eq!((refused.code, refused.field), (ErrorCode::Invalid, Some(lastframe_model::Field::FirstFrame)));
    assert_eq!(world.service.posts(), 0, "it is kept, to be cropped or fitted; it is never sent as it is");
    let error = running.engine.keep_image(b"no picture".to_vec()).await.unwrap_err();
    assert_eq!(IpcError::from(error).code, ErrorCode::Unreadable);

    let request = Request {
        model: lastframe_model::ModelId::new(lastframe_model::catalogue::LITE_I2V),
        first_frame: Some(kept.clone()),
        continues: Some(ClipId::new("a-clip-that-is-gone")),
        ..boat()
    };
    let job =
        running.engine.enqueue(request.clone(), 1, running.provider.clone(), Consent::Within).await.unwrap().remove(0);
    assert_eq!(job.request.continues, None, "a film cannot continue from a clip that is not there");
    running.until_state(&job.id, JobState::Done).await;
    let content = world.service.script().posts[0]["input"][0]["params"]["content"].to_string();
    assert!(content.contains("data:image/png;base64,"), "{}", &content[..200]);

    // Gone between the click and the sending.
    running.engine.disconnect(&running.provider);
    let job =
        running.engine.enqueue(request.clone(), 1, running.provider.clone(), Consent::Within).await.unwrap().remove(0);
    running.until_waiting(&job.id, WaitReason::NoKey).await;
    std::fs::remove_file(running.engine.library().image_path(&kept.id).unwrap()).unwrap();
    running.connect(crate::KEY);
    let failed = running.until_state(&job.id, JobState::Failed).await;
    assert_eq!(failed.failure.unwrap().code, FailureCode::ImageMissing);
    assert_eq!(world.service.posts(), 1, "nothing half is sent");
    let error = running.engine.enqueue(request, 1, running.provider.clone(), Consent::Within).await.unwrap_err();
    assert_eq!(IpcError::from(error).field, Some(Field::FirstFrame));
}
