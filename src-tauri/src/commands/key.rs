//! The key: in, never out.

use lastframe_model::{IpcError, KeyStatus};
use tauri::State;

use crate::desk::Desk;

/// Checks a key with the service, then keeps it in the keychain. With `session_only` it is kept in
/// memory until the app is closed: the way on when there is no keychain.
#[tauri::command]
#[specta::specta]
pub async fn save_key(desk: State<'_, Desk>, key: String, session_only: bool) -> Result<KeyStatus, IpcError> {
    desk.open().await?.save_key(key, session_only).await
}

/// Asks the service whether it accepts the kept key.
#[tauri::command]
#[specta::specta]
pub async fn check_key(desk: State<'_, Desk>) -> Result<KeyStatus, IpcError> {
    desk.open().await?.check_key().await
}

/// Removes the key from the keychain and from memory.
#[tauri::command]
#[specta::specta]
pub async fn remove_key(desk: State<'_, Desk>) -> Result<KeyStatus, IpcError> {
    desk.open().await?.remove_key().await
}
