//! The main job against the practice service: real videos over the whole contract.

use std::path::Path;

use lastframe_engine::Engine;
use lastframe_model::{Clip, Consent, JobId, JobState, Length, Provider, Request, Resolution, Settings};
use lastframe_provider::Client;
use lastframe_rehearsal::{Options, Rehearsal};

use crate::{Running, boat, start};

pub async fn rehearse(folder: &Path, running: &Running, speed: f64) -> Rehearsal {
    let options = Options { speed, ..Options::in_folder(folder.join("rehearsal")) };
    let rehearsal = Rehearsal::start(options).await.unwrap();
    let client = Client::new(rehearsal.address(), rehearsal.key().clone()).unwrap();
    running.engine.connect(Provider::Rehearsal, client);
    rehearsal
}

fn short(request: Request) -> Request {
    Request { resolution: Resolution::P480, length: Length::Seconds(2), ..request }
}

async fn enqueue(engine: &Engine, request: Request) -> JobId {
    engine.enqueue(request, 1, Provider::Rehearsal, Consent::Within).await.unwrap().remove(0).id
}

fn clip_of(running: &Running, id: &JobId) -> Clip {
    running.engine.library().clip(&running.job(id).clip.unwrap()).unwrap().unwrap()
}

/// Mean difference of two pictures, 0 – 255.
pub fn difference(a: &image::RgbImage, b: &image::RgbImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let sum: u64 = a.as_raw().iter().zip(b.as_raw()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / a.as_raw().len() as f64
}

#[tokio::test(flavor = "multi_thread")]
async fn a_film_of_two_clips_joins_at_the_last_frame() {
    let folder = tempfile::tempdir().unwrap();
    let running = start(folder.path(), Provider::Rehearsal, Settings::default()).unwrap();
    let rehearsal = rehearse(folder.path(), &running, 100.0).await;
    let id = enqueue(&running.engine, short(boat())).await;
    running.until_state(&id, JobState::Done).await;
    let first = clip_of(&running, &id);
    let size = first.estimate.size;
    assert_eq!((first.media.width, first.media.height), (size.width, size.height));
    assert_eq!(first.media.frames, first.estimate.frames);
    assert_eq!(first.billed.cost, first.estimate.cost, "the practice service bills by the documented formula");
    assert!(first.last_frame_from_service);
    let completed = first.completed_at.expect("the service was heard to have finished it");
    assert!(first.submitted_at.unwrap() <= completed && completed <= first.finished_at, "sent, finished, downloaded");

    let places = running.engine.library().places();
    let sent = std::fs::read(places.last_frame_file(&first)).unwrap();
    let sent = lastframe_media::decode_picture(&sent).unwrap();
    let decoded = lastframe_media::last_frame(&places.clip_file(&first)).unwrap();
    let apart = difference(&sent, &decoded);
    assert!(apart < 5.0, "the service's last frame and the file's agree: {apart}");

    let next = running.engine.continue_from(&first.id, None).await.unwrap().request;
    let id = enqueue(&running.engine, Request { prompt: "It reaches the river".into(), ..next }).await;
    running.until_state(&id, JobState::Done).await;
    let second = clip_of(&running, &id);
    let begins = lastframe_media::frame_at(&places.clip_file(&second), 0).unwrap();
    let apart = difference(&sent, &begins);
    assert!(apart < 5.0, "the second begins with the frame that the first ended on: {apart}");
    let film = running.engine.library().film(&first.id).unwrap();
    assert_eq!(film.clips.iter().map(|clip| &clip.id).collect::<Vec<_>>(), [&first.id, &second.id]);
    running.engine.shutdown().await;
    rehearsal.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn closed_in_the_middle_and_started_again_the_job_arrives() {
    let folder = tempfile::tempdir().unwrap();
    let running = start(folder.path(), Provider::Rehearsal, Settings::default()).unwrap();
    let rehearsal = rehearse(folder.path(), &running, 0.5).await;
    let id = enqueue(&running.engine, short(boat())).await;
    running.until_state(&id, JobState::Running).await;
    running.engine.shutdown().await;
    rehearsal.shutdown().await;
    drop(running);

    let running = start(folder.path(), Provider::Rehearsal, Settings::default()).unwrap();
    assert_eq!(running.job(&id).state, JobState::Running);
    let rehearsal = rehearse(folder.path(), &running, 100.0).await; // on another port
    running.until_state(&id, JobState::Done).await;
    assert_eq!(running.engine.library().submits(&id).unwrap(), (1, 1));
    running.engine.shutdown().await;
    rehearsal.shutdown().await;
}
