//! The system's own windows: pick a file, a folder, a name; show a file where it lies.

use std::path::{Path, PathBuf};

use lastframe_model::{ErrorCode, IpcError};
use tauri::AppHandle;
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder};
use tauri_plugin_opener::OpenerExt;
use tokio::sync::oneshot;

type Picked = Option<tauri_plugin_dialog::FilePath>;

async fn ask(
    app: &AppHandle,
    show: impl FnOnce(FileDialogBuilder<tauri::Wry>, oneshot::Sender<Picked>),
) -> Option<PathBuf> {
    let (tell, told) = oneshot::channel();
    show(app.dialog().file(), tell);
    told.await.ok().flatten().and_then(|path| path.into_path().ok())
}

/// A picture to open.
pub async fn picture(app: &AppHandle) -> Option<PathBuf> {
    let formats = ["jpg", "jpeg", "png", "webp", "bmp", "tif", "tiff", "gif"];
    ask(app, |dialog, tell| {
        dialog.add_filter("Pictures", &formats).pick_file(move |path| {
            let _ = tell.send(path);
        });
    })
    .await
}

/// A folder to use.
pub async fn folder(app: &AppHandle) -> Option<PathBuf> {
    ask(app, |dialog, tell| {
        dialog.pick_folder(move |path| {
            let _ = tell.send(path);
        });
    })
    .await
}

/// A name to save a PNG under.
pub async fn save_png(app: &AppHandle, name: &str) -> Option<PathBuf> {
    ask(app, |dialog, tell| {
        dialog.set_file_name(name).add_filter("PNG", &["png"]).save_file(move |path| {
            let _ = tell.send(path);
        });
    })
    .await
}

/// Shows a file in the file manager.
pub fn reveal(app: &AppHandle, path: &Path) -> Result<(), IpcError> {
    if !path.exists() {
        return Err(IpcError::new(ErrorCode::Storage, format!("{} is no longer there.", path.display())));
    }
    app.opener().reveal_item_in_dir(path).map_err(|error| no_file_manager(&error))
}

/// Opens a folder in the file manager.
pub fn open_folder(app: &AppHandle, path: &Path) -> Result<(), IpcError> {
    app.opener().open_path(path.display().to_string(), None::<&str>).map_err(|error| no_file_manager(&error))
}

fn no_file_manager(error: &tauri_plugin_opener::Error) -> IpcError {
    IpcError::new(ErrorCode::Storage, format!("No file manager could be opened: {error}"))
}
