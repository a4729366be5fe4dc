//! What can be done about a job.

use lastframe_model::{Consent, IpcError, Job, JobId, Outcome, Standing};
use tauri::State;

use crate::desk::Desk;
use crate::open::blocking;
use crate::words;

/// Every job with a card: open, failed and unknown ones that were not put away, newest first.
#[tauri::command]
#[specta::specta]
pub async fn jobs(desk: State<'_, Desk>) -> Result<Vec<Job>, IpcError> {
    let library = desk.open().await?.library.clone();
    blocking(move || library.carded_jobs()).await?.map_err(words::library)
}

/// Takes a job out of the queue before it is sent. One that was sent meanwhile is not touched: the error's reason says
/// where it is now.
#[tauri::command]
#[specta::specta]
pub async fn cancel_queued(desk: State<'_, Desk>, job: JobId) -> Result<Job, IpcError> {
    Ok(desk.open().await?.engine.cancel_queued(&job).await?)
}

/// Stops following a job that was sent. The service cannot cancel: it may still finish it and bill it.
#[tauri::command]
#[specta::specta]
pub async fn stop_following(desk: State<'_, Desk>, job: JobId) -> Result<Job, IpcError> {
    Ok(desk.open().await?.engine.stop_following(&job).await?)
}

/// Sends the request of a failed or unknown job once more, as a new job at a new price; the old card is put away.
/// `beyond_guards` is the person's yes to passing a budget or ceiling.
#[tauri::command]
#[specta::specta]
pub async fn send_again(desk: State<'_, Desk>, job: JobId, beyond_guards: bool) -> Result<Job, IpcError> {
    Ok(desk.open().await?.engine.send_again(&job, Consent::given(beyond_guards)).await?)
}

/// Asks the service once more about the task of a failed job, and follows it again if there is news.
#[tauri::command]
#[specta::specta]
pub async fn recheck(desk: State<'_, Desk>, job: JobId) -> Result<Job, IpcError> {
    Ok(desk.open().await?.engine.recheck(&job).await?)
}

/// Pauses the queue or lets it go on; what was sent is followed all the same.
#[tauri::command]
#[specta::specta]
pub async fn pause_queue(desk: State<'_, Desk>, paused: bool) -> Result<Standing, IpcError> {
    Ok(desk.open().await?.engine.pause_queue(paused).await?)
}

/// Puts a queued job right before another queued one, or last.
#[tauri::command]
#[specta::specta]
pub async fn move_in_queue(desk: State<'_, Desk>, job: JobId, before: Option<JobId>) -> Result<Job, IpcError> {
    Ok(desk.open().await?.engine.move_in_queue(&job, before).await?)
}

/// Settles a job whose submit has an unknown outcome.
#[tauri::command]
#[specta::specta]
pub async fn settle(desk: State<'_, Desk>, job: JobId, outcome: Outcome) -> Result<Job, IpcError> {
    Ok(desk.open().await?.engine.settle(&job, outcome).await?)
}

/// Puts a card away.
#[tauri::command]
#[specta::specta]
pub async fn dismiss(desk: State<'_, Desk>, job: JobId) -> Result<Job, IpcError> {
    Ok(desk.open().await?.engine.dismiss(&job).await?)
}
