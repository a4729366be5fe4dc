//! What the commands stand at: the opened app, or the reason why it could not be opened.
//!
//! The library opens behind the window. A command that comes earlier waits; when opening failed,
//! every command answers with the same words, and the window shows them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use lastframe_model::{ErrorCode, IpcError};
use tauri::AppHandle;
use tokio::sync::watch;

use crate::environment::Environment;
use crate::open::Open;

type Opening = Option<Result<Arc<Open>, IpcError>>;

/// State of the app, managed by Tauri.
pub struct Desk {
    /// Known before anything is open: the log matters most when opening failed.
    logs: Option<PathBuf>,
    opened: watch::Receiver<Opening>,
}

impl Desk {
    /// Begins to open the app.
    pub fn start(app: AppHandle, environment: Environment) -> Self {
        let logs = environment.places.as_ref().ok().map(lastframe_library::Places::logs);
        let (tell, opened) = watch::channel(None);
        tauri::async_runtime::spawn(async move {
            let result = Open::start(app, environment).await;
            if let Err(error) = &result {
                tracing::error!(%error, "the app could not be opened");
            }
            tell.send_replace(Some(result));
            // Kept until the app ends, so that a late receiver still finds the value.
            tell.closed().await;
        });
        Self { logs, opened }
    }

    /// The opened app, once it is.
    pub async fn open(&self) -> Result<Arc<Open>, IpcError> {
        let mut opened = self.opened.clone();
        let value = opened.wait_for(Option::is_some).await.map(|value| value.clone());
        value.ok().flatten().unwrap_or_else(|| Err(IpcError::new(ErrorCode::Internal, "The app is closing.")))
    }

    /// The folder of the logs.
    pub fn logs(&self) -> Result<&Path, IpcError> {
        self.logs.as_deref().ok_or_else(|| IpcError::new(ErrorCode::Storage, "There is no folder for logs."))
    }

    /// Lets the engine write what it holds. Jobs go on at the next start.
    pub async fn close(&self) {
        let opened = self.opened.borrow().clone();
        if let Some(Ok(open)) = opened {
            open.close().await;
        }
    }
}
