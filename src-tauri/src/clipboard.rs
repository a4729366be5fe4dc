//! The key on the clipboard, read by the program itself: a key that is pasted never passes the page, whose process keeps
//! what was once in it for as long as it pleases.

use std::time::Duration;

use lastframe_model::{ErrorCode, IpcError};
use secrecy::{ExposeSecret, SecretString};
use tauri::AppHandle;

/// Whoever put a text there may be busy, or gone.
const PATIENCE: Duration = Duration::from_secs(3);
/// Bytes. No key is longer, and whatever else lies on the clipboard is nobody's business.
const LONGEST: usize = 1024;

/// The key on the clipboard, without the blanks around it.
pub async fn key(app: &AppHandle) -> Result<SecretString, IpcError> {
    let text = tokio::time::timeout(PATIENCE, text(app)).await.ok().flatten();
    of(text.as_ref().map(ExposeSecret::expose_secret))
}

fn of(text: Option<&str>) -> Result<SecretString, IpcError> {
    match text.map(str::trim) {
        None | Some("") => {
            let message = "No text could be read from the clipboard.";
            Err(IpcError::new(ErrorCode::Unreadable, message).with_hint("Copy the key and paste it again, or type it."))
        }
        // Said before anything is sent, and without repeating what it is.
        Some(text) if text.len() > LONGEST || !text.bytes().all(|byte| byte.is_ascii_graphic()) => {
            Err(IpcError::new(ErrorCode::Invalid, "What is on the clipboard is not a key.")
                .with_hint("Copy the key, all of it and nothing else, and paste it again."))
        }
        Some(text) => Ok(SecretString::from(text)),
    }
}

/// Through GTK, which speaks X11 and Wayland as the window does.
#[cfg(target_os = "linux")]
async fn text(app: &AppHandle) -> Option<SecretString> {
    let (tell, told) = tokio::sync::oneshot::channel();
    app.run_on_main_thread(move || {
        gtk::Clipboard::get(&gtk::gdk::SELECTION_CLIPBOARD).request_text(move |_, text| {
            let _ = tell.send(text.map(SecretString::from));
        });
    })
    .ok()?;
    told.await.ok().flatten()
}

#[cfg(not(target_os = "linux"))]
async fn text(_: &AppHandle) -> Option<SecretString> {
    let read = || arboard::Clipboard::new().and_then(|mut clipboard| clipboard.get_text()).ok();
    tokio::task::spawn_blocking(read).await.ok().flatten().map(SecretString::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_a_key_is_taken_and_nothing_is_repeated() {
        let taken = of(Some(" sk-0123456789abcdef\n")).unwrap();
        assert_eq!(taken.expose_secret(), "sk-0123456789abcdef", "blanks of a copy are dropped");
        for (text, code) in [
            (None, ErrorCode::Unreadable),
            (Some("  \n"), ErrorCode::Unreadable),
            (Some("dear diary"), ErrorCode::Invalid),
            (Some("line\nbreak"), ErrorCode::Invalid),
            (Some("schlüssel"), ErrorCode::Invalid),
            (Some("k\r\nX-Header:1"), ErrorCode::Invalid),
        ] {
            let error = of(text).unwrap_err();
            assert_eq!(error.code, code, "{text:?}");
            assert!(!format!("{error:?}").contains("diary"), "{error:?}");
        }
        assert_eq!(of(Some(&"k".repeat(LONGEST + 1))).unwrap_err().code, ErrorCode::Invalid);
    }
}
