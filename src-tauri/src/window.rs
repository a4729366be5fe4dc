//! The one window, and what it may not do: go elsewhere, open others, download by itself.

use lastframe_model::Theme;
use tauri::webview::NewWindowResponse;
use tauri::window::Color;
use tauri::{AppHandle, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder};

/// Label of the window, as `capabilities/main.json` names it.
pub const LABEL: &str = "main";

/// Creates the window in the colour of its theme, so that it does not flash.
pub fn create(app: &AppHandle, theme: Theme) -> tauri::Result<WebviewWindow> {
    let (native, room) = match theme {
        Theme::System => (None, Color(0x0d, 0x0d, 0x0d, 0xff)),
        Theme::Darkroom => (Some(tauri::Theme::Dark), Color(0x0d, 0x0d, 0x0d, 0xff)),
        Theme::Lightbox => (Some(tauri::Theme::Light), Color(0xe6, 0xe6, 0xe6, 0xff)),
    };
    WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title("Lastframe")
        .inner_size(1280.0, 800.0)
        .min_inner_size(800.0, 560.0)
        .theme(native)
        .background_color(room)
        .on_navigation(is_own_page)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false)
        // Dropped pictures are the page's to read; the default handler would swallow them.
        .disable_drag_drop_handler()
        .build()
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
