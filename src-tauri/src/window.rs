//! The one window, and what it may not do: go elsewhere, open others, download by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lastframe_model::Theme;
use tauri::webview::NewWindowResponse;
use tauri::window::Color;
use tauri::{AppHandle, Manager, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder};

/// Label of the window, as `capabilities/main.json` names it.
pub const LABEL: &str = "main";

/// The size of a new window, in logical pixels.
const WIDTH: i32 = 1280;
const HEIGHT: i32 = 800;

/// The colours of the two rooms, as `tokens.css` has them.
const DARKROOM: Color = Color(0x0d, 0x0d, 0x0d, 0xff);
const LIGHTBOX: Color = Color(0xe6, 0xe6, 0xe6, 0xff);

/// How long a page may take until it has something to show. After that its empty window appears: a program of which
/// nothing is seen seems not to have started.
const PATIENCE: Duration = Duration::from_millis(1500);

/// What hides the window until there is something to see in it. State of the app, managed by Tauri.
#[derive(Clone)]
pub struct Curtain {
    app: AppHandle,
    risen: Arc<AtomicBool>,
}

impl Curtain {
    /// Hangs before the window of this app.
    pub fn before(app: AppHandle) -> Self {
        Self { app, risen: Arc::default() }
    }

    /// The window is made: from now on the page has [`PATIENCE`].
    pub fn rise_later(&self) {
        let curtain = self.clone();
        tauri::async_runtime::spawn(async move {
            tokio::time::sleep(PATIENCE).await;
            curtain.rise();
        });
    }

    /// Shows the window, the first time that there is one.
    pub fn rise(&self) {
        let Some(window) = self.app.get_webview_window(LABEL) else { return };
        if self.risen.swap(true, Ordering::SeqCst) {
            return;
        }
        if let Err(error) = window.show() {
            tracing::error!(%error, "the window could not be shown");
            self.risen.store(false, Ordering::SeqCst);
        }
    }
}

/// Creates the window, hidden until [`Curtain::rise`], in the colour of its theme, so that it does not flash.
pub fn create(app: &AppHandle, theme: Theme) -> tauri::Result<WebviewWindow> {
    let (native, room) = match theme {
        Theme::System => (None, DARKROOM),
        Theme::Darkroom => (Some(tauri::Theme::Dark), DARKROOM),
        Theme::Lightbox => (Some(tauri::Theme::Light), LIGHTBOX),
    };
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title("Lastframe")
        .inner_size(WIDTH.into(), HEIGHT.into())
        .min_inner_size(800.0, 560.0)
        .theme(native)
        .background_color(room)
        .visible(false)
        .on_navigation(is_own_page)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false)
        // Dropped pictures are the page's to read; the default handler would swallow them.
        .disable_drag_drop_handler()
        .build()?;
    // What the system prefers is known of a window that is there.
    if native.is_none() && window.theme().is_ok_and(|theme| theme == tauri::Theme::Light) {
        window
            .set_background_color(Some(LIGHTBOX))
            .unwrap_or_else(|error| tracing::warn!(%error, "the window is dark until its page is there"));
    }
    #[cfg(target_os = "linux")]
    if let Err(error) = give_size(&window) {
        tracing::warn!(%error, "the page is arranged once the window is shown");
    }
    Ok(window)
}

/// Gives the page of a hidden window the size that is asked for it. GTK gives none to what is not on the screen: the page would
/// arrange its first screen for a window of no width, and again, with everything in sight, once it is shown. Where the window
/// gets another size, on a small screen, it does so still.
#[cfg(target_os = "linux")]
fn give_size(window: &WebviewWindow) -> tauri::Result<()> {
    use gtk::prelude::WidgetExt;
    window.with_webview(|view| {
        let view = view.inner();
        // GTK wants to be asked before it is told.
        let _ = view.preferred_size();
        view.size_allocate(&gtk::Rectangle::new(0, 0, WIDTH, HEIGHT));
    })
}

/// Whether a URL is the app's own page. Everything else is refused: no link, redirect or prompt
/// text can take the window, which may call commands, to a foreign page.
fn is_own_page(url: &Url) -> bool {
    match (url.scheme(), url.host_str(), url.port()) {
        ("tauri", Some("localhost"), None) | ("http" | "https", Some("tauri.localhost"), None) => true,
        ("http", Some("127.0.0.1"), Some(5173)) => cfg!(all(debug_assertions, not(feature = "custom-protocol"))),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_apps_own_page_may_be_shown() {
        let may = |text: &str| is_own_page(&text.parse().unwrap());
        assert!(may("tauri://localhost/index.html"));
        assert!(may("http://tauri.localhost/"), "Windows spells it so");
        for foreign in [
            "https://example.com",
            "http://127.0.0.1:80/",
            "file:///etc/passwd",
            "tauri://evil/",
            "data:text/html,x",
            "http://tauri.localhost:81/",
            "javascript:alert(1)",
        ] {
            assert!(!may(foreign), "{foreign} could call commands");
        }
    }
}
