//! The library.

use lastframe_model::{Clip, ClipId, ClipPage, FileCheck, Film, IpcError, Request};
use tauri::{AppHandle, State};

use crate::desk::Desk;
use crate::dialogs;
use crate::open::{Open, blocking};
use crate::{pictures, words};

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
    let file = open.library.places().clip_file(&clip);
    blocking(move || dialogs::reveal(&app, &file)).await?
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

/// Lets the person save a copy of a clip's file, with its recipe inside unless the settings say otherwise; the path,
/// or `None` when they changed their mind.
#[tauri::command]
#[specta::specta]
pub async fn save_copy(app: AppHandle, desk: State<'_, Desk>, clip: ClipId) -> Result<Option<String>, IpcError> {
    let open = desk.open().await?;
    let Some(path) = dialogs::save_mp4(&app, &format!("{clip}.mp4")).await else { return Ok(None) };
    open.engine.copy_clip(&clip, &path).await?;
    Ok(Some(path.display().to_string()))
}

/// Whether a clip's file is still, byte for byte, what the service sent.
#[tauri::command]
#[specta::specta]
pub async fn verify_clip(desk: State<'_, Desk>, clip: ClipId) -> Result<FileCheck, IpcError> {
    Ok(desk.open().await?.engine.verify_clip(&clip).await?)
}

/// The request in the recipe that a dropped file carries: a copy of a clip, or a recipe itself. `data` is base64.
#[tauri::command]
#[specta::specta]
pub async fn read_recipe(desk: State<'_, Desk>, data: String) -> Result<Request, IpcError> {
    let bytes = pictures::decode(&data)?;
    Ok(desk.open().await?.engine.read_recipe(bytes).await?)
}
