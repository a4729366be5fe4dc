//! The library.

use lastframe_model::{Clip, ClipId, ClipPage, Film, IpcError};
use tauri::{AppHandle, State};

use crate::desk::Desk;
use crate::dialogs;
use crate::open::{Open, blocking};
use crate::words;

/// Clips, newest first: at most `limit` after the clip `after`.
#[tauri::command]
#[specta::specta]
pub async fn clips(desk: State<'_, Desk>, after: Option<ClipId>, limit: u32) -> Result<ClipPage, IpcError> {
    let library = desk.open().await?.library.clone();
    blocking(move || library.clips(after.as_ref(), limit)).await?.map_err(words::library)
}

/// One clip.
#[tauri::command]
#[specta::specta]
pub async fn clip(desk: State<'_, Desk>, id: ClipId) -> Result<Clip, IpcError> {
    desk.open().await?.clip(id).await
}

/// The film that a clip stands in: what it continues, itself, and what continues it (the newest take).
#[tauri::command]
#[specta::specta]
pub async fn film(desk: State<'_, Desk>, clip: ClipId) -> Result<Film, IpcError> {
    let library = desk.open().await?.library.clone();
    blocking(move || library.film(&clip)).await?.map_err(words::library)
}

/// The service's reply for a clip as received, links masked.
#[tauri::command]
#[specta::specta]
pub async fn reply(desk: State<'_, Desk>, clip: ClipId) -> Result<String, IpcError> {
    let library = desk.open().await?.library.clone();
    blocking(move || library.reply(&clip)).await?.map_err(words::library)
}

/// Shows a clip's file in the file manager.
#[tauri::command]
#[specta::specta]
pub async fn reveal_clip(app: AppHandle, desk: State<'_, Desk>, id: ClipId) -> Result<(), IpcError> {
    let open = desk.open().await?;
    let clip = open.clip(id).await?;
    dialogs::reveal(&app, &open.library.places().clip_file(&clip))
}

/// Lets the person save one frame of a clip (0-based) as a PNG; the path, or `None` when they changed their mind.
#[tauri::command]
#[specta::specta]
pub async fn save_frame(
    app: AppHandle,
    desk: State<'_, Desk>,
    clip: ClipId,
    frame: u32,
) -> Result<Option<String>, IpcError> {
    let png = desk.open().await?.engine.frame(&clip, frame).await?;
    let Some(path) = dialogs::save_png(&app, &format!("{clip}-{frame:04}.png")).await else { return Ok(None) };
    Open::save(path, png).await.map(Some)
}
