//! Lists: all rows become jobs or none does, the guards look at all of them together, and a restart loses nothing.

use std::time::Duration;

use lastframe_engine::EngineError;
use lastframe_model::{
    BatchEntry, BatchProblem, Consent, ErrorCode, Field, Framing, Guard, Guards, IpcError, JobState, Length, PixelSize,
    ProblemCode, Provider, Reason, Request, Settings,
};

use crate::service::{KEY, Script};
use crate::{World, boat, png, start};

fn row(prompt: &str, count: u32) -> BatchEntry {
    BatchEntry { request: Request { prompt: prompt.into(), ..boat() }, count }
}

/// A service that is not there: what is written down stays queued.
fn nowhere() -> Provider {
    Provider::Service { address: "http://127.0.0.1:9".into() }
}

#[tokio::test]
async fn a_list_is_read_against_the_form_and_started_whole() {
    let world = World::new(Script::default()).await;
    let running = world.connected();
    let kept = running.engine.keep_image(png(&image::RgbImage::new(640, 360))).await.unwrap();
    let text =
        format!("prompt,model,first_frame,duration,count\nA boat,,,3,2\nA cat,Pro,{},4,\nA dog,Pro,a.png,,\n", kept.id);
    let batch = running.engine.read_batch(text, boat()).await.unwrap();
    assert_eq!(batch.rows[1].request.first_frame.as_ref(), Some(&kept), "a picture of the library, by its id");
    let refused = batch.rows[2].refusal().unwrap();
    assert_eq!((refused.field, refused.code), (Field::FirstFrame, ProblemCode::CellUnread));
    assert!(refused.message.contains("cannot open files"), "{}", refused.message);

    let entry = |row: &lastframe_model::BatchRow| BatchEntry { request: row.request.clone(), count: row.count };
    let rows: Vec<BatchEntry> = batch.rows.iter().filter(|row| row.refusal().is_none()).map(entry).collect();
    let start = |rows| running.engine.start_batch("act".into(), rows, running.provider.clone(), Consent::Within);
    let (first, second) = tokio::join!(start(rows.clone()), start(rows.clone()));
    let second = second.unwrap_err();
    assert!(matches!(second, EngineError::AlreadyStarted), "a double click: {second}");
    let jobs = first.unwrap();
    assert_eq!(jobs.iter().map(|job| job.request.prompt.as_str()).collect::<Vec<_>>(), ["A boat", "A boat", "A cat"]);
    assert_ne!(jobs[0].request.seed, jobs[1].request.seed, "each clip of a row has its own seed");
    running.engine.idle().await;
    assert!(jobs.iter().all(|job| running.job(&job.id).state == JobState::Done));
    assert_eq!(world.service.posts(), 3, "each was sent once");
}

#[tokio::test]
async fn one_row_that_cannot_go_keeps_all_from_going() {
    let folder = tempfile::tempdir().unwrap();
    let running = start(folder.path(), nowhere(), Settings::default()).unwrap();
    let wrong = BatchEntry { request: Request { length: Length::Seconds(99), ..boat() }, count: 1 };
    let gone = lastframe_model::ImageRef {
        id: lastframe_model::ImageId::new("0".repeat(64)),
        format: lastframe_model::ImageFormat::Png,
        width: 640,
        height: 640,
        bytes: 1.0,
    };
    let model = lastframe_model::ModelId::new(lastframe_model::catalogue::PRO);
    let missing = BatchEntry { request: Request { model, first_frame: Some(gone), ..boat() }, count: 1 };
    for (bad, field) in [(wrong, Field::Length), (missing, Field::FirstFrame), (row("A boat", 9), Field::Count)] {
        let rows = vec![row("A boat", 1), bad, row("A cat", 1)];
        let error = running.engine.start_batch("a".into(), rows, nowhere(), Consent::Within).await.unwrap_err();
        assert!(error.to_string().starts_with("Row 2: "), "{error}");
        let error = IpcError::from(error);
        assert_eq!((error.code, error.field), (ErrorCode::Invalid, Some(field)));
    }
    let empty = running.engine.start_batch("a".into(), vec![], nowhere(), Consent::Within).await.unwrap_err();
    assert_eq!(IpcError::from(empty).reason, Some(Reason::List(BatchProblem::Empty)));
    assert_eq!(running.engine.library().all_jobs().unwrap(), [], "nothing was written down");
    let jobs = running.engine.start_batch("a".into(), vec![row("A boat", 1)], nowhere(), Consent::Within).await;
    assert_eq!(jobs.unwrap().len(), 1, "an act that was refused may be tried again");
}

#[tokio::test]
async fn the_guards_look_at_all_rows_together() {
    let folder = tempfile::tempdir().unwrap();
    // 0.1853 each: two pass, three do not.
    let guards = Guards { monthly_budget: Some("0.40".parse().unwrap()), ..Guards::default() };
    let running = start(folder.path(), nowhere(), Settings { guards, ..Settings::default() }).unwrap();
    let rows = || vec![row("A boat", 1), row("A cat", 1), row("A dog", 1)];
    let error = running.engine.start_batch("a".into(), rows(), nowhere(), Consent::Within).await.unwrap_err();
    let EngineError::NeedsYes(breach) = error else { panic!("{error}") };
    assert_eq!((breach.guard, breach.amount), (Guard::MonthlyBudget, Some("0.5559".parse().unwrap())));
    assert_eq!(running.engine.library().all_jobs().unwrap(), [], "not the two that would have fitted either");
    let jobs = running.engine.start_batch("a".into(), rows(), nowhere(), Consent::Beyond).await.unwrap();
    assert_eq!(jobs.len(), 3, "with the person's yes all of them");
}

#[tokio::test]
async fn a_paused_list_survives_a_restart_and_goes_on_in_its_order() {
    let world = World::new(Script::default()).await;
    let running = world.start();
    running.engine.pause_queue(true).await.unwrap();
    let prompts: Vec<String> = (1..=20).map(|number| format!("Shot {number:02}")).collect();
    let rows = prompts.iter().map(|prompt| row(prompt, 1)).collect();
    let jobs = running.engine.start_batch("a".into(), rows, running.provider.clone(), Consent::Within).await.unwrap();
    running.connect(KEY);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(world.service.posts(), 0, "a paused queue sends nothing");
    running.engine.shutdown().await;

    let running = world.connected();
    let waiting = running.engine.library().open_jobs().unwrap();
    let order: Vec<&str> = waiting.iter().map(|job| job.request.prompt.as_str()).collect();
    assert_eq!(order, prompts.iter().map(String::as_str).collect::<Vec<_>>());
    running.engine.pause_queue(false).await.unwrap();
    running.engine.idle().await;
    assert!(jobs.iter().all(|job| running.job(&job.id).state == JobState::Done));
    assert_eq!(world.service.posts(), 20, "each was sent once");
}

#[tokio::test]
async fn a_picture_gets_another_shape_and_the_first_one_stays() {
    let folder = tempfile::tempdir().unwrap();
    let running = start(folder.path(), nowhere(), Settings::default()).unwrap();
    let photo = running.engine.keep_image(png(&image::RgbImage::new(1000, 500))).await.unwrap();
    let size = PixelSize { width: 1248, height: 704 };
    let crop = Framing::Crop { x: 0.25, y: 0.5 };
    let framed = running.engine.frame_picture(&photo.id, size, crop).await.unwrap();
    assert_eq!((framed.width, framed.height), (1248, 704));
    let again = running.engine.frame_picture(&photo.id, size, crop).await.unwrap();
    assert_eq!(again, framed, "the same act makes the same picture");
    let library = running.engine.library();
    assert!(library.image_path(&photo.id).is_some() && library.image_path(&framed.id).is_some());
    let gone = lastframe_model::ImageId::new("gone");
    let error = running.engine.frame_picture(&gone, size, crop).await.unwrap_err();
    assert_eq!(IpcError::from(error).code, ErrorCode::NotFound);
}
