//! Start of the window, settings, folders.

use lastframe_model::{Catalogue, IpcError, Session, Settings};
use tauri::{AppHandle, State};

use crate::desk::{Desk, Remade};
use crate::dialogs;
use crate::open::blocking;
use crate::renewal::Renewal;
use crate::window::Curtain;
use crate::words;

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

/// Fetches the live model specs now, however fresh they are, and returns the models that can be asked for.
#[tauri::command]
#[specta::specta]
pub async fn refresh_catalogue(desk: State<'_, Desk>) -> Result<Catalogue, IpcError> {
    Ok(desk.open().await?.engine.refresh_catalogue().await?)
}

/// Lets the person choose a folder; `None` when they changed their mind. Who chooses the one in use says that it is as it
/// should be, if it is empty.
#[tauri::command]
#[specta::specta]
pub async fn choose_folder(app: AppHandle, desk: State<'_, Desk>) -> Result<Option<String>, IpcError> {
    let Some(folder) = dialogs::folder(&app).await else { return Ok(None) };
    let library = desk.open().await?.library.clone();
    let chosen = folder.clone();
    blocking(move || {
        let current = library.places().clips;
        let same = chosen.canonicalize().is_ok_and(|chosen| current.canonicalize().is_ok_and(|now| now == chosen));
        if same { library.set_clips_folder(current) } else { Ok(()) }
    })
    .await?
    .map_err(words::library)?;
    Ok(Some(folder.display().to_string()))
}

/// Shows the folder of the program's logs in the file manager.
#[tauri::command]
#[specta::specta]
pub async fn reveal_logs(app: AppHandle, desk: State<'_, Desk>) -> Result<(), IpcError> {
    let logs = desk.logs()?.to_owned();
    blocking(move || dialogs::open_folder(&app, &logs)).await?
}

/// Makes the library again from its clips, in place of a damaged one, which is kept aside; tells how far it is meanwhile.
/// `wrong_state` while a library is open. The session can be asked for afterwards.
#[tauri::command]
#[specta::specta]
pub async fn rebuild_library(desk: State<'_, Desk>) -> Result<Remade, IpcError> {
    desk.rebuild().await
}

/// The page has something to show: the window appears, unless it was closed or put away since it first did.
#[tauri::command]
#[specta::specta]
pub async fn show_window(curtain: State<'_, Curtain>) -> Result<(), IpcError> {
    curtain.rise();
    Ok(())
}

/// Replaces the page and the process in which it runs, with everything that was typed into it. Whether that is being done:
/// then the page is about to end, and begins anew.
#[tauri::command]
#[specta::specta]
pub async fn renew_page(renewal: State<'_, Renewal>) -> Result<bool, IpcError> {
    Ok(renewal.now())
}
