//! `settings.json` and `draft.json`, through tauri-plugin-store. The command line reads the same file.

use std::sync::Arc;

use lastframe_library::Places;
use lastframe_model::check::COUNT;
use lastframe_model::{BoardDraft, Draft, ErrorCode, IpcError, Notice, NoticeCode, Settings, Theme};
use serde_json::Value;
use tauri::{AppHandle, Wry};
use tauri_plugin_store::{Store, StoreExt};

use crate::open::blocking;

/// The key in `draft.json` under which the storyboard being written stands.
const BOARD: &str = "storyboard";

/// The two files, open.
#[derive(Clone)]
pub struct SettingsFile {
    places: Places,
    settings: Arc<Store<Wry>>,
    draft: Arc<Store<Wry>>,
}

/// The theme that the file asks for, without opening anything: the window is coloured with it.
pub fn peek_theme(places: &Places) -> Theme {
    lastframe_library::read_settings(places).map(|settings| settings.theme).unwrap_or_default()
}

/// The settings in the file, or the defaults and why the file cannot be used. Changes nothing.
pub fn read(places: &Places) -> (Settings, Option<String>) {
    // Nobody knows for how long they wanted their trash kept: nothing is deleted on a guess.
    let usual = || Settings { trash_days: None, ..Settings::default() };
    match lastframe_library::read_settings(places).map(Settings::checked) {
        Ok(Ok(settings)) => (settings, None),
        Ok(Err(refused)) => (usual(), Some(refused.to_string())),
        Err(unreadable) => (usual(), Some(unreadable.to_string())),
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
        let places = places.clone();
        Ok((Self { settings: open(path)?, draft: open(places.draft_file())?, places }, notice))
    }

    /// Writes the settings; keys of other versions stay. The store writes over its file, so that a copy comes
    /// first, whole: a power cut leaves one of them.
    pub async fn write(&self, settings: &Settings) -> Result<(), IpcError> {
        let value = serde_json::to_value(settings).map_err(not_kept)?;
        if let Value::Object(fields) = value {
            for (key, value) in fields {
                self.settings.set(key, value);
            }
        }
        let file = self.clone();
        blocking(move || {
            let whole: serde_json::Map<String, Value> = file.settings.entries().into_iter().collect();
            let bytes = serde_json::to_vec_pretty(&whole).map_err(not_kept)?;
            lastframe_library::write_settings_copy(&file.places, &bytes).map_err(not_kept)?;
            file.settings.save().map_err(not_kept)
        })
        .await?
    }

    /// The form as it was when the window was last closed. A count that is missing (older versions kept none) or cannot
    /// be is one.
    pub fn draft(&self) -> Option<Draft> {
        let request = self.draft.get("request").and_then(|value| serde_json::from_value(value).ok())?;
        let count = self.draft.get("count").and_then(|value| serde_json::from_value(value).ok());
        Some(Draft { request, count: count.filter(|count| COUNT.contains(count)).unwrap_or(1) })
    }

    /// Remembers the form.
    pub async fn write_draft(&self, draft: &Draft) -> Result<(), IpcError> {
        self.draft.set("request", serde_json::to_value(&draft.request).map_err(not_kept)?);
        self.draft.set("count", draft.count);
        self.save_draft().await
    }

    /// The storyboard that was being written; `None` where none was, or where another version wrote it.
    pub fn board_draft(&self) -> Option<BoardDraft> {
        self.draft.get(BOARD).and_then(|value| serde_json::from_value(value).ok())
    }

    /// Remembers a storyboard being written; `None` forgets it.
    pub async fn write_board_draft(&self, draft: Option<&BoardDraft>) -> Result<(), IpcError> {
        match draft {
            Some(draft) => self.draft.set(BOARD, serde_json::to_value(draft).map_err(not_kept)?),
            None => {
                self.draft.delete(BOARD);
            }
        }
        self.save_draft().await
    }

    async fn save_draft(&self) -> Result<(), IpcError> {
        let draft = self.draft.clone();
        blocking(move || draft.save().map_err(not_kept)).await?
    }
}

fn not_kept(error: impl std::fmt::Display) -> IpcError {
    IpcError::new(ErrorCode::Storage, format!("The settings could not be written: {error}"))
        .with_hint("Make room on the disk, or check that the folder shown under Settings, Library can be written.")
}
