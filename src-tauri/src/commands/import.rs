//! Files that come into the library, files that leave it, and files that are not where they were.

use lastframe_model::{Clip, ClipId, DroppedFile, ErrorCode, ImportSummary, IpcError};
use tauri::{AppHandle, State};

use crate::desk::Desk;
use crate::dropped::{self, Dropped};
use crate::open::blocking;
use crate::{dialogs, outward, pictures};

/// Lets the person pick videos and brings them in; `None` when they changed their mind. Progress is told by events.
#[tauri::command]
#[specta::specta]
pub async fn import_files(app: AppHandle, desk: State<'_, Desk>) -> Result<Option<ImportSummary>, IpcError> {
    let open = desk.open().await?;
    let Some(files) = dialogs::videos(&app).await else { return Ok(None) };
    open.import(files).await.map(Some)
}

/// Brings in what was let go over the window just now. The page never names a file: the program knows what was dropped.
/// `None` where the system does not tell.
#[tauri::command]
#[specta::specta]
pub async fn import_dropped(
    desk: State<'_, Desk>,
    dropped: State<'_, Dropped>,
) -> Result<Option<ImportSummary>, IpcError> {
    let open = desk.open().await?;
    let files = dropped.take();
    if files.is_empty() {
        return Ok(None);
    }
    open.import(files).await.map(Some)
}

/// The files that are dragged over the window, or were let go over it last: what the web view does not tell its page.
#[tauri::command]
#[specta::specta]
pub async fn dragged_files(dropped: State<'_, Dropped>) -> Result<Vec<DroppedFile>, IpcError> {
    let files = dropped.seen();
    blocking(move || files.iter().map(|file| dropped::described(file)).collect()).await
}

/// The bytes of a file that was let go over the window, by its place among the dragged ones, as base64.
#[tauri::command]
#[specta::specta]
pub async fn dropped_file(dropped: State<'_, Dropped>, number: u32) -> Result<String, IpcError> {
    let gone = || IpcError::new(ErrorCode::Unreadable, "This file was not let go over the window.");
    let file = dropped.let_go_file(number).ok_or_else(gone)?;
    Ok(pictures::encode(&pictures::read(file).await?))
}

/// Stops the import that is under way. What is in the library stays.
#[tauri::command]
#[specta::specta]
pub async fn cancel_import(desk: State<'_, Desk>) -> Result<(), IpcError> {
    desk.open().await?.cancel_import();
    Ok(())
}

/// Looks for a clip's file, where it belongs and then in every folder of clips. The clip as it is now.
#[tauri::command]
#[specta::specta]
pub async fn look_for_clip(desk: State<'_, Desk>, id: ClipId) -> Result<Clip, IpcError> {
    Ok(desk.open().await?.engine.look_for(&id).await?)
}

/// Lets the person point at a clip's file; `None` when they changed their mind.
#[tauri::command]
#[specta::specta]
pub async fn locate_clip(app: AppHandle, desk: State<'_, Desk>, id: ClipId) -> Result<Option<Clip>, IpcError> {
    let open = desk.open().await?;
    let Some(file) = dialogs::video(&app).await else { return Ok(None) };
    Ok(Some(open.engine.restore_file(&id, file).await?))
}

/// Makes a clip's poster again from its video. Whether there is one now.
#[tauri::command]
#[specta::specta]
pub async fn mend_poster(desk: State<'_, Desk>, id: ClipId) -> Result<bool, IpcError> {
    Ok(desk.open().await?.engine.mend_poster(&id).await?)
}

/// Puts a copy of a clip's file on the clipboard, as a file manager would.
#[tauri::command]
#[specta::specta]
pub async fn copy_file(app: AppHandle, desk: State<'_, Desk>, id: ClipId) -> Result<(), IpcError> {
    let open = desk.open().await?;
    let file = outward::copy_of(&open, &id).await?;
    outward::onto_clipboard(&app, file).await
}

/// Begins to drag a copy of a clip's file out of the window. To be called while the mouse button is down.
#[tauri::command]
#[specta::specta]
pub async fn drag_file(app: AppHandle, desk: State<'_, Desk>, id: ClipId) -> Result<(), IpcError> {
    let open = desk.open().await?;
    let file = outward::copy_of(&open, &id).await?;
    let poster = outward::poster_of(&open, &id).await?;
    outward::begin_drag(&app, file, poster).await
}
