//! `settings.json` and `draft.json`, through tauri-plugin-store. The command line reads the same file.

use std::sync::Arc;

use lastframe_library::Places;
use lastframe_model::{ErrorCode, IpcError, Notice, NoticeCode, Request, Settings, Theme};
use serde_json::Value;
use tauri::{AppHandle, Wry};
use tauri_plugin_store::{Store, StoreExt};

/// The two files, open.
pub struct SettingsFile {
    settings: Arc<Store<Wry>>,
    draft: Arc<Store<Wry>>,
}

/// The theme that the file asks for, without opening anything: the window is coloured with it.
pub fn peek_theme(places: &Places) -> Theme {
    lastframe_library::read_settings(places).map(|settings| settings.theme).unwrap_or_default()
}

/// The settings in the file, or the defaults and why the file cannot be used. Changes nothing.
pub fn read(places: &Places) -> (Settings, Option<String>) {
    match lastframe_library::read_settings(places).map(Settings::checked) {
        Ok(Ok(settings)) => (settings, None),
        Ok(Err(refused)) => (Settings::default(), Some(refused.to_string())),
        Err(unreadable) => (Settings::default(), Some(unreadable.to_string())),
    }
}

impl SettingsFile {
    /// Opens both files. A settings file that is `unusable` is kept aside under another name, with a notice.
    pub fn open(
        app: &AppHandle,
        places: &Places,
        unusable: Option<String>,
    ) -> Result<(Self, Option<Notice>), IpcError> {
        let path = places.settings_file();
        let notice = unusable.map(|reason| {
            let aside = path.with_extension("json.unreadable");
            let kept = std::fs::rename(&path, &aside).is_ok();
            tracing::warn!(%reason, kept, "settings.json was not used");
            let message = format!(
                "Your settings could not be used ({reason}). The file was kept as {} and the defaults are in force.",
                aside.display()
            );
            Notice { code: NoticeCode::Settings, message }
        });
        let open = |path| app.store_builder(path).disable_auto_save().build().map_err(not_kept);
        Ok((Self { settings: open(path)?, draft: open(places.draft_file())? }, notice))
    }

    /// Writes the settings; keys of other versions stay.
    pub fn write(&self, settings: &Settings) -> Result<(), IpcError> {
        let value = serde_json::to_value(settings).map_err(not_kept)?;
        if let Value::Object(fields) = value {
            for (key, value) in fields {
                self.settings.set(key, value);
            }
        }
        self.settings.save().map_err(not_kept)
    }

    /// The request being written when the window was last closed.
    pub fn draft(&self) -> Option<Request> {
        self.draft.get("request").and_then(|value| serde_json::from_value(value).ok())
    }

    /// Remembers the request being written.
    pub fn write_draft(&self, request: &Request) -> Result<(), IpcError> {
        self.draft.set("request", serde_json::to_value(request).map_err(not_kept)?);
        self.draft.save().map_err(not_kept)
    }
}

fn not_kept(error: impl std::fmt::Display) -> IpcError {
    IpcError::new(ErrorCode::Storage, format!("The settings could not be written: {error}"))
        .with_hint("Make room on the disk, or check that the folder shown under Settings, Library can be written.")
}
