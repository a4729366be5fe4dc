//! Another process for the page. What is typed into a page stays in the memory of its process for as long as the web view
//! pleases, and a key may be among it. So once a key was typed, the process is ended and the page begins anew in another.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tauri::{AppHandle, Manager, WebviewWindow};

use crate::window;

/// How long the page may take to put its things in order before it is replaced without having asked for it.
const GRACE: Duration = Duration::from_secs(10);

/// State of the app, managed by Tauri.
pub struct Renewal {
    app: AppHandle,
    /// Whether a key was taken that was typed into the page that runs now.
    owed: Arc<AtomicBool>,
}

impl Renewal {
    /// For the window of this app.
    pub fn of(app: AppHandle) -> Self {
        Self { app, owed: Arc::default() }
    }

    /// Replaces the page; whether that is being done.
    pub fn now(&self) -> bool {
        self.owed.store(false, Ordering::SeqCst);
        replace(&self.app)
    }

    /// Replaces the page unless it asks for that itself, soon.
    pub fn soon(&self) {
        self.owed.store(true, Ordering::SeqCst);
        let (app, owed) = (self.app.clone(), self.owed.clone());
        tauri::async_runtime::spawn(async move {
            tokio::time::sleep(GRACE).await;
            if owed.swap(false, Ordering::SeqCst) {
                tracing::warn!("the page did not ask for another process after a key was typed");
                replace(&app);
            }
        });
    }
}

fn replace(app: &AppHandle) -> bool {
    let Some(window) = app.get_webview_window(window::LABEL) else { return false };
    let done = begin_anew(&window);
    if let Err(error) = &done {
        tracing::error!(%error, "the page could not be replaced");
    }
    done.is_ok()
}

/// `WebKitGTK` kills the process at once, with its memory; loading the page again starts another.
#[cfg(target_os = "linux")]
fn begin_anew(window: &WebviewWindow) -> tauri::Result<()> {
    window.with_webview(|view| {
        use webkit2gtk::WebViewExt;
        let view = view.inner();
        view.terminate_web_process();
        view.reload();
    })
}

/// Neither system's web view has a public call that ends its process: the page and its heap are given up, and what of
/// their memory is overwritten is the web view's to say.
#[cfg(not(target_os = "linux"))]
fn begin_anew(window: &WebviewWindow) -> tauri::Result<()> {
    window.reload()
}
