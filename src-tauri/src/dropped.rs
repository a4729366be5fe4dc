//! What is dragged over the window and let go there. A page could name any file in a drag of its own, so WebKitGTK hands it
//! none: the program hears the drag beside the web view and tells the page what is in it. Which files these are on the disk,
//! only the program knows, and a drag that the window itself began is none of them.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lastframe_model::DroppedFile;
use tauri::WebviewWindow;

/// The files of the last drag.
#[derive(Clone, Default)]
pub struct Dropped {
    held: Arc<Mutex<Held>>,
}

#[derive(Default)]
struct Held {
    /// Dragged over the window.
    over: Vec<PathBuf>,
    /// Let go there, until the next drag.
    let_go: Vec<PathBuf>,
}

impl Dropped {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The files that were let go, once.
    #[must_use]
    pub fn take(&self) -> Vec<PathBuf> {
        std::mem::take(&mut self.held().let_go)
    }

    /// The files over the window, or those that were let go there.
    #[must_use]
    pub fn seen(&self) -> Vec<PathBuf> {
        let held = self.held();
        if held.let_go.is_empty() { held.over.clone() } else { held.let_go.clone() }
    }

    /// One of those that were let go. What only passes over the window is nobody's to read.
    #[must_use]
    pub fn let_go_file(&self, number: u32) -> Option<PathBuf> {
        self.held().let_go.get(number as usize).cloned()
    }

    /// A drag has come over the window.
    #[cfg(any(target_os = "linux", test))]
    fn dragged(&self, files: Vec<PathBuf>) {
        *self.held() = Held { over: files, let_go: Vec::new() };
    }

    #[cfg(any(target_os = "linux", test))]
    fn let_go(&self) {
        let mut held = self.held();
        held.let_go = std::mem::take(&mut held.over);
    }

    /// Listens beside the web view, which goes on to get everything that it got before.
    #[cfg(target_os = "linux")]
    pub fn listen(&self, window: &WebviewWindow) -> tauri::Result<()> {
        use gtk::prelude::{DragContextExtManual, WidgetExt};
        let dropped = self.clone();
        window.with_webview(move |view| {
            let view = view.inner();
            let hearing = dropped.clone();
            view.connect_drag_data_received(move |_, drag, _, _, data, _, _| {
                let uris = data.uris();
                // What the window itself drags may say anything.
                if drag.drag_get_source_widget().is_some() {
                    hearing.dragged(Vec::new());
                } else if !uris.is_empty() {
                    hearing.dragged(uris.iter().filter_map(|uri| file_of(uri)).collect());
                }
            });
            view.connect_drag_drop(move |_, _, _, _, _| {
                dropped.let_go();
                false
            });
        })
    }

    /// The other systems' web views hand the page its files; which they are on the disk nobody tells: importing asks with
    /// the system's dialog there.
    #[cfg(not(target_os = "linux"))]
    pub fn listen(&self, _: &WebviewWindow) -> tauri::Result<()> {
        Ok(())
    }
}

/// What the page is told of a file.
pub fn described(file: &Path) -> DroppedFile {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    #[expect(clippy::cast_precision_loss, reason = "a file is far smaller than 2^53 bytes")]
    let bytes = std::fs::metadata(file).map(|facts| facts.len() as f64).unwrap_or_default();
    DroppedFile { name, bytes }
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
    fn what_passes_over_is_named_and_what_was_let_go_can_be_read_until_the_next_drag() {
        let (a, b) = (PathBuf::from("/a.mp4"), PathBuf::from("/b.png"));
        let dropped = Dropped::default();
        dropped.dragged(vec![a.clone(), b.clone()]);
        assert_eq!(dropped.seen(), [a.clone(), b.clone()]);
        assert_eq!(dropped.let_go_file(0), None, "not while it is only dragged over the window");
        dropped.let_go();
        assert_eq!(dropped.seen(), [a, b.clone()]);
        assert_eq!((dropped.let_go_file(1), dropped.let_go_file(2)), (Some(b), None));
        dropped.dragged(Vec::new());
        assert!(dropped.seen().is_empty() && dropped.let_go_file(0).is_none(), "as a drag of the window's own is");
    }

    #[test]
    fn a_file_is_described_by_its_name_and_its_size() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("夜 1.mp4");
        std::fs::write(&file, b"12345").unwrap();
        assert_eq!(described(&file), DroppedFile { name: "夜 1.mp4".to_owned(), bytes: 5.0 });
        assert_eq!(described(&folder.path().join("gone.mp4")), DroppedFile { name: "gone.mp4".to_owned(), bytes: 0.0 });
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
