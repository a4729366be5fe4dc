//! What the person wants back: the form and the storyboard as they were left, earlier prompts, presets.

use lastframe_model::recall::PROMPTS_MAX;
use lastframe_model::{BoardDraft, Draft, IpcError, PastPrompt, Preset, Request};
use tauri::State;

use crate::desk::Desk;
use crate::open::blocking;
use crate::words;

/// The form as it was when the window was last closed.
#[tauri::command]
#[specta::specta]
pub async fn draft(desk: State<'_, Desk>) -> Result<Option<Draft>, IpcError> {
    Ok(desk.open().await?.file.draft())
}

/// Remembers the form.
#[tauri::command]
#[specta::specta]
pub async fn save_draft(desk: State<'_, Desk>, draft: Draft) -> Result<(), IpcError> {
    desk.open().await?.file.write_draft(&draft).await
}

/// The storyboard that was being written when the window was last closed.
#[tauri::command]
#[specta::specta]
pub async fn board_draft(desk: State<'_, Desk>) -> Result<Option<BoardDraft>, IpcError> {
    Ok(desk.open().await?.file.board_draft())
}

/// Remembers the storyboard being written; `None` forgets it.
#[tauri::command]
#[specta::specta]
pub async fn save_board_draft(desk: State<'_, Desk>, draft: Option<BoardDraft>) -> Result<(), IpcError> {
    desk.open().await?.file.write_board_draft(draft.as_ref()).await
}

/// Prompts ever used, newest first: at most `limit` (500) that have every word of `search` in them.
#[tauri::command]
#[specta::specta]
pub async fn prompts(desk: State<'_, Desk>, search: String, limit: u32) -> Result<Vec<PastPrompt>, IpcError> {
    let library = desk.open().await?.library.clone();
    blocking(move || library.prompts(&search, limit.min(PROMPTS_MAX))).await?.map_err(words::library)
}

/// Every preset, by name.
#[tauri::command]
#[specta::specta]
pub async fn presets(desk: State<'_, Desk>) -> Result<Vec<Preset>, IpcError> {
    let library = desk.open().await?.library.clone();
    blocking(move || library.presets()).await?.map_err(words::library)
}

/// Keeps the settings of a request under a name, without its pictures. `replace` is the person's yes to putting them
/// in the place of the preset that has the name.
#[tauri::command]
#[specta::specta]
pub async fn save_preset(
    desk: State<'_, Desk>,
    name: String,
    request: Request,
    replace: bool,
) -> Result<Preset, IpcError> {
    let library = desk.open().await?.library.clone();
    blocking(move || library.save_preset(&name, request, replace)).await?.map_err(words::library)
}

/// Gives a preset another name.
#[tauri::command]
#[specta::specta]
pub async fn rename_preset(desk: State<'_, Desk>, name: String, to: String) -> Result<Preset, IpcError> {
    let library = desk.open().await?.library.clone();
    blocking(move || library.rename_preset(&name, &to)).await?.map_err(words::library)
}

/// Deletes a preset and returns it, so that it can be saved again.
#[tauri::command]
#[specta::specta]
pub async fn delete_preset(desk: State<'_, Desk>, name: String) -> Result<Preset, IpcError> {
    let library = desk.open().await?.library.clone();
    blocking(move || library.delete_preset(&name)).await?.map_err(words::library)
}
