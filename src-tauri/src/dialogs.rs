//! The system's own windows: pick a file, a folder, a name; show a file where it lies.

use std::path::{Path, PathBuf};

use lastframe_model::{ErrorCode, IpcError, UsageFormat};
use tauri::AppHandle;
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder};
use tauri_plugin_opener::OpenerExt;
use tokio::sync::oneshot;

/// What a video's name may end with.
const VIDEOS: [&str; 6] = ["mp4", "m4v", "mov", "MP4", "M4V", "MOV"];

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

/// A video to open.
pub async fn video(app: &AppHandle) -> Option<PathBuf> {
    ask(app, |dialog, tell| {
        dialog.add_filter("MP4", &VIDEOS).pick_file(move |path| {
            let _ = tell.send(path);
        });
    })
    .await
}

/// Videos to open, any number of them.
pub async fn videos(app: &AppHandle) -> Option<Vec<PathBuf>> {
    let (tell, told) = oneshot::channel();
    app.dialog().file().add_filter("MP4", &VIDEOS).pick_files(move |paths| {
        let _ = tell.send(paths);
    });
    let paths = told.await.ok().flatten()?;
    Some(paths.into_iter().filter_map(|path| path.into_path().ok()).collect())
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
    save(app, name, "PNG", "png").await
}

/// A name to save a video under.
pub async fn save_mp4(app: &AppHandle, name: &str) -> Option<PathBuf> {
    save(app, name, "MP4", "mp4").await
}

/// A name to save a table or a document under.
pub async fn save_ledger(app: &AppHandle, name: &str, format: UsageFormat) -> Option<PathBuf> {
    let (kind, extension) = match format {
        UsageFormat::Csv => ("CSV", "csv"),
        UsageFormat::Json => ("JSON", "json"),
    };
    save(app, &format!("{name}.{extension}"), kind, extension).await
}

async fn save(app: &AppHandle, name: &str, kind: &str, extension: &str) -> Option<PathBuf> {
    ask(app, |dialog, tell| {
        dialog.set_file_name(name).add_filter(kind, &[extension]).save_file(move |path| {
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
