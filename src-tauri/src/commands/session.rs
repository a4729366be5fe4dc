//! Start of the window, settings, folders.

use lastframe_model::{IpcError, Request, Session, Settings};
use tauri::{AppHandle, State};

use crate::desk::Desk;
use crate::dialogs;

/// What the window needs before it shows its first place. Fails with words when the library cannot be
/// opened; asking again tries again.
#[tauri::command]
#[specta::specta]
pub async fn session(desk: State<'_, Desk>) -> Result<Session, IpcError> {
    Ok(desk.open_again().await?.session().await)
}

/// Replaces the settings; a wrong value is refused with the reason.
#[tauri::command]
#[specta::specta]
pub async fn change_settings(desk: State<'_, Desk>, settings: Settings) -> Result<Settings, IpcError> {
    desk.open().await?.change_settings(settings).await
}

/// The request being written when the window was last closed.
#[tauri::command]
#[specta::specta]
pub async fn draft(desk: State<'_, Desk>) -> Result<Option<Request>, IpcError> {
    Ok(desk.open().await?.file.draft())
}

/// Remembers the request being written.
#[tauri::command]
#[specta::specta]
pub async fn save_draft(desk: State<'_, Desk>, request: Request) -> Result<(), IpcError> {
    desk.open().await?.file.write_draft(&request)
}

/// Lets the person choose a folder; `None` when they changed their mind.
#[tauri::command]
#[specta::specta]
pub async fn choose_folder(app: AppHandle) -> Result<Option<String>, IpcError> {
    Ok(dialogs::folder(&app).await.map(|folder| folder.display().to_string()))
}

/// Shows the folder of the program's logs in the file manager.
#[tauri::command]
#[specta::specta]
pub async fn reveal_logs(app: AppHandle, desk: State<'_, Desk>) -> Result<(), IpcError> {
    dialogs::open_folder(&app, desk.logs()?)
}
