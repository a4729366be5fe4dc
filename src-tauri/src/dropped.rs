//! What was let go over the window. The page sees that files were dropped, and where; which files, only the program sees,
//! so that no page can ever name one.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tauri::WebviewWindow;

/// The files of the last drag, until somebody takes them.
#[derive(Clone, Default)]
pub struct Dropped {
    over: Arc<Mutex<Vec<PathBuf>>>,
    dropped: Arc<Mutex<Vec<PathBuf>>>,
}

impl Dropped {
    /// The files that were let go, once.
    #[must_use]
    pub fn take(&self) -> Vec<PathBuf> {
        std::mem::take(&mut *self.dropped.lock().unwrap_or_else(PoisonError::into_inner))
    }

    #[cfg(any(target_os = "linux", test))]
    fn dragged(&self, files: Vec<PathBuf>) {
        *self.over.lock().unwrap_or_else(PoisonError::into_inner) = files;
    }

    #[cfg(any(target_os = "linux", test))]
    fn let_go(&self) {
        let files = std::mem::take(&mut *self.over.lock().unwrap_or_else(PoisonError::into_inner));
        *self.dropped.lock().unwrap_or_else(PoisonError::into_inner) = files;
    }

    /// Listens beside the web view, which goes on to get everything that it got before.
    #[cfg(target_os = "linux")]
    pub fn listen(&self, window: &WebviewWindow) -> tauri::Result<()> {
        use gtk::prelude::WidgetExt;
        let dropped = self.clone();
        window.with_webview(move |view| {
            let view = view.inner();
            let hearing = dropped.clone();
            view.connect_drag_data_received(move |_, _, _, _, data, _, _| {
                let uris = data.uris();
                if !uris.is_empty() {
                    hearing.dragged(uris.iter().filter_map(|uri| file_of(uri)).collect());
                }
            });
            view.connect_drag_drop(move |_, _, _, _, _| {
                dropped.let_go();
                false
            });
        })
    }

    /// Neither system's web view tells the program beside the page: importing asks with the system's dialog there.
    #[cfg(not(target_os = "linux"))]
    pub fn listen(&self, _: &WebviewWindow) -> tauri::Result<()> {
        Ok(())
    }
}

/// The file of a `file:` URI of this computer.
#[cfg(any(target_os = "linux", test))]
fn file_of(uri: &str) -> Option<PathBuf> {
    url::Url::parse(uri).ok().filter(|url| url.scheme() == "file")?.to_file_path().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_let_go_is_taken_once_and_what_only_passed_over_never() {
        let dropped = Dropped::default();
        dropped.dragged(vec![PathBuf::from("/a.mp4")]);
        assert!(dropped.take().is_empty(), "it was not let go");
        dropped.let_go();
        assert_eq!(dropped.take(), [PathBuf::from("/a.mp4")]);
        dropped.let_go();
        assert!(dropped.take().is_empty(), "once");
    }

    #[test]
    fn only_files_of_this_computer_are_files() {
        assert_eq!(
            file_of("file:///tmp/Night%20ferry%20%23%E5%A4%9C.mp4"),
            Some(PathBuf::from("/tmp/Night ferry #夜.mp4"))
        );
        for other in ["https://example.com/a.mp4", "file://elsewhere/a.mp4", "/tmp/a.mp4", "data:,x"] {
            assert_eq!(file_of(other), None, "{other}");
        }
    }
}
