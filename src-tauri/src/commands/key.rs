//! The key: in, never out.

use lastframe_model::{IpcError, KeyStatus};
use secrecy::SecretString;
use serde::Deserialize;
use specta::Type;
use tauri::{AppHandle, State};

use crate::clipboard;
use crate::desk::Desk;
use crate::renewal::Renewal;

/// A key as it was typed: in the one form that cannot be printed and is wiped when it is dropped, from the moment it is read
/// out of the call.
#[derive(Deserialize, Type)]
#[serde(transparent)]
pub struct TypedKey(
    #[serde(deserialize_with = "secret")]
    #[specta(type = String)]
    SecretString,
);

fn secret<'de, D: serde::Deserializer<'de>>(key: D) -> Result<SecretString, D::Error> {
    // A text that is passed on as owned is taken over by the secret as it is, not copied and left behind.
    String::deserialize(key).map(SecretString::from)
}

/// Checks a key with the service, then keeps it in the keychain. With `session_only` it is kept in
/// memory until the app is closed: the way on when there is no keychain. The page, which has seen the key, is to ask for
/// another in its place (`renew_page`); if it does not, it is replaced all the same.
#[tauri::command]
#[specta::specta]
pub async fn save_key(
    desk: State<'_, Desk>,
    renewal: State<'_, Renewal>,
    key: TypedKey,
    session_only: bool,
) -> Result<KeyStatus, IpcError> {
    let status = desk.open().await?.save_key(key.0, session_only).await?;
    renewal.soon();
    Ok(status)
}

/// The same with the key that lies on the clipboard: it is read here and never passes the page. `unreadable` when no key
/// can be read there; what is no key is `invalid`.
#[tauri::command]
#[specta::specta]
pub async fn paste_key(app: AppHandle, desk: State<'_, Desk>, session_only: bool) -> Result<KeyStatus, IpcError> {
    let key = clipboard::key(&app).await?;
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
