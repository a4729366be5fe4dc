//! What can be done about a job.

use lastframe_model::{IpcError, Job, JobId, Outcome};
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

/// Stops following a job. The service cannot cancel: it may still finish it and bill it.
#[tauri::command]
#[specta::specta]
pub async fn stop_following(desk: State<'_, Desk>, job: JobId) -> Result<Job, IpcError> {
    Ok(desk.open().await?.engine.stop_following(&job).await?)
}

/// Sends the request of a failed or unknown job once more, as a new job at a new price; the old card is put away.
#[tauri::command]
#[specta::specta]
pub async fn send_again(desk: State<'_, Desk>, job: JobId) -> Result<Job, IpcError> {
    Ok(desk.open().await?.engine.send_again(&job).await?)
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
