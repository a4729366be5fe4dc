//! Files on their way to other programs: a copy under a name that people can read, with the recipe inside if the settings
//! say so. The library's own file never leaves its place.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use lastframe_engine::file_title;
use lastframe_model::{ClipId, ErrorCode, IpcError};
use tauri::{AppHandle, Manager};

use crate::open::{Open, blocking};
use crate::window;

/// How long a copy is kept for the program that it was given to: a file on the clipboard may be pasted tomorrow.
const KEPT: Duration = Duration::from_hours(24);

fn folder(home: &Path) -> PathBuf {
    home.join("outgoing")
}

/// Takes away copies that nobody can want any more.
pub fn sweep(home: &Path) {
    let Ok(entries) = std::fs::read_dir(folder(home)) else { return };
    for entry in entries.flatten() {
        let written = entry.metadata().and_then(|facts| facts.modified());
        let old = written.is_ok_and(|at| SystemTime::now().duration_since(at).is_ok_and(|age| age > KEPT));
        if old && let Err(error) = std::fs::remove_dir_all(entry.path()) {
            tracing::debug!(%error, "a copy that was given away could not be removed");
        }
    }
}

/// A copy of a clip's file to give away.
pub async fn copy_of(open: &Open, id: &ClipId) -> Result<PathBuf, IpcError> {
    let clip = open.clip(id.clone()).await?;
    // Each in a folder of its own, so that two clips may have one name.
    let place = folder(&open.library.places().home).join(hex::encode(rand::random::<[u8; 8]>()));
    let made = place.clone();
    blocking(move || std::fs::create_dir_all(made)).await?.map_err(|error| unwritten(&place, &error))?;
    let file = place.join(format!("{}.mp4", file_title(&clip)));
    open.engine.copy_clip(id, &file).await?;
    Ok(file)
}

/// The picture that goes along under the pointer.
pub async fn poster_of(open: &Open, id: &ClipId) -> Result<PathBuf, IpcError> {
    let clip = open.clip(id.clone()).await?;
    Ok(open.library.places().poster_file(&clip))
}

fn unwritten(place: &Path, error: &std::io::Error) -> IpcError {
    IpcError::new(ErrorCode::Storage, format!("{} could not be written: {error}", place.display()))
}

/// Why the system did not take a file, in words that end a sentence.
#[derive(Debug, thiserror::Error)]
enum NotTaken {
    #[error("there is no window")]
    NoWindow,
    #[error("it is closing")]
    Closing,
    #[error(transparent)]
    Window(#[from] tauri::Error),
    #[cfg(target_os = "linux")]
    #[error("its path is not whole")]
    Path,
    #[cfg(target_os = "linux")]
    #[error("the clipboard is not there")]
    NoClipboard,
    #[cfg(target_os = "linux")]
    #[error("nothing can be dragged")]
    NoTargets,
    #[cfg(target_os = "linux")]
    #[error("the drag did not begin")]
    NotBegun,
    #[cfg(not(target_os = "linux"))]
    #[error(transparent)]
    Clipboard(#[from] arboard::Error),
    #[cfg(not(target_os = "linux"))]
    #[error(transparent)]
    Drag(#[from] drag::Error),
}

impl From<NotTaken> for IpcError {
    fn from(why: NotTaken) -> Self {
        Self::new(ErrorCode::Internal, format!("The system did not take the file: {why}."))
    }
}

/// Puts a file on the clipboard.
#[cfg(target_os = "linux")]
pub async fn onto_clipboard(app: &AppHandle, file: PathBuf) -> Result<(), IpcError> {
    on_main(app, move |_| linux::onto_clipboard(&file)).await
}

/// Puts a file on the clipboard.
#[cfg(not(target_os = "linux"))]
pub async fn onto_clipboard(_: &AppHandle, file: PathBuf) -> Result<(), IpcError> {
    let put = move || arboard::Clipboard::new().and_then(|mut clipboard| clipboard.set().file_list(&[file]));
    Ok(blocking(put).await?.map_err(NotTaken::Clipboard)?)
}

/// Begins a drag of a file.
pub async fn begin_drag(app: &AppHandle, file: PathBuf, poster: PathBuf) -> Result<(), IpcError> {
    on_main(app, move |app| {
        let window = app.get_webview_window(window::LABEL).ok_or(NotTaken::NoWindow)?;
        #[cfg(target_os = "linux")]
        linux::begin_drag(&window, &file, &poster)?;
        #[cfg(not(target_os = "linux"))]
        {
            let (item, image) = (drag::DragItem::Files(vec![file]), drag::Image::File(poster));
            drag::start_drag(&window, item, image, |_, _| {}, drag::Options::default())?;
        }
        Ok(())
    })
    .await
}

/// Windows and clipboards belong to the main thread.
async fn on_main(
    app: &AppHandle,
    work: impl FnOnce(&AppHandle) -> Result<(), NotTaken> + Send + 'static,
) -> Result<(), IpcError> {
    let (tell, told) = tokio::sync::oneshot::channel();
    let handle = app.clone();
    app.run_on_main_thread(move || {
        let _ = tell.send(work(&handle));
    })
    .map_err(NotTaken::Window)?;
    Ok(told.await.unwrap_or(Err(NotTaken::Closing))?)
}

/// Through GTK, which speaks X11 and Wayland as the window does.
#[cfg(target_os = "linux")]
mod linux {
    use std::cell::RefCell;
    use std::path::Path;
    use std::rc::Rc;

    use gtk::gdk;
    use gtk::glib::{ObjectExt, Propagation, SignalHandlerId};
    use gtk::prelude::{DragContextExtManual, WidgetExt, WidgetExtManual};
    use tauri::WebviewWindow;

    use super::NotTaken;

    fn uri_of(file: &Path) -> Result<String, NotTaken> {
        url::Url::from_file_path(file).map(String::from).map_err(|()| NotTaken::Path)
    }

    /// As file managers do: a list of URIs, and what GNOME's own says with it.
    pub(super) fn onto_clipboard(file: &Path) -> Result<(), NotTaken> {
        const GNOME: &str = "x-special/gnome-copied-files";
        let uri = uri_of(file)?;
        let target = |name, number| gtk::TargetEntry::new(name, gtk::TargetFlags::empty(), number);
        let targets = [target("text/uri-list", 0), target(GNOME, 1)];
        let taken = gtk::Clipboard::get(&gdk::SELECTION_CLIPBOARD).set_with_data(&targets, move |_, data, number| {
            if number == 0 {
                data.set_uris(&[uri.as_str()]);
            } else {
                data.set(&data.target(), 8, format!("copy\n{uri}").as_bytes());
            }
        });
        if taken { Ok(()) } else { Err(NotTaken::NoClipboard) }
    }

    pub(super) fn begin_drag(window: &WebviewWindow, file: &Path, poster: &Path) -> Result<(), NotTaken> {
        let source = window.gtk_window()?;
        let uri = uri_of(file)?;
        source.drag_source_set(gdk::ModifierType::BUTTON1_MASK, &[], gdk::DragAction::COPY);
        source.drag_source_add_uri_targets();
        let handlers: Rc<RefCell<Vec<SignalHandlerId>>> = Rc::default();
        let given = source.connect_drag_data_get(move |_, _, data, _, _| {
            data.set_uris(&[uri.as_str()]);
        });
        handlers.borrow_mut().push(given);
        let ending = handlers.clone();
        let ended = source.connect_drag_end(move |source, _| {
            // Its own handler is among them, so that it is the last thing that runs in it.
            for handler in ending.borrow_mut().drain(..) {
                source.disconnect(handler);
            }
            source.drag_source_unset();
        });
        let failed = source.connect_drag_failed(|_, _, _| Propagation::Proceed);
        handlers.borrow_mut().extend([ended, failed]);
        let targets = source.drag_source_get_target_list().ok_or(NotTaken::NoTargets)?;
        let button = 1;
        let begun = source.drag_begin_with_coordinates(&targets, gdk::DragAction::COPY, button, None, -1, -1);
        let drag = begun.ok_or(NotTaken::NotBegun)?;
        if let Ok(picture) = gtk::gdk_pixbuf::Pixbuf::from_file_at_size(poster, 160, 90) {
            drag.drag_set_icon_pixbuf(&picture, 12, 12);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_kept_a_day_and_then_taken_away() {
        let home = tempfile::tempdir().unwrap();
        let (old, new) = (folder(home.path()).join("old"), folder(home.path()).join("new"));
        for place in [&old, &new] {
            std::fs::create_dir_all(place).unwrap();
            std::fs::write(place.join("a.mp4"), "x").unwrap();
        }
        let long_ago = SystemTime::now() - KEPT - Duration::from_mins(1);
        std::fs::File::open(&old).unwrap().set_modified(long_ago).unwrap();
        sweep(home.path());
        assert!(!old.exists() && new.exists());
    }
}
