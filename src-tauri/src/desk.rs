//! What the commands stand at: the opened app, or the reason why it could not be opened.
//!
//! The library opens behind the window. A command that comes earlier waits; when opening failed, every command
//! answers with the same words, the window shows them, and asking for the session tries again.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use lastframe_model::{ErrorCode, IpcError};
use tauri::AppHandle;
use tokio::sync::{Mutex, watch};

use crate::environment::Environment;
use crate::open::Open;

type Opening = Option<Result<Arc<Open>, IpcError>>;

/// State of the app, managed by Tauri.
pub struct Desk {
    app: AppHandle,
    /// Known before anything is open: the log matters most when opening failed.
    logs: Option<PathBuf>,
    /// `None` while it is being opened.
    opening: Arc<watch::Sender<Opening>>,
    /// Held by whoever tries again.
    again: Mutex<()>,
}

impl Desk {
    /// Begins to open the app.
    pub fn start(app: AppHandle, environment: Environment) -> Self {
        let logs = environment.places.as_ref().ok().map(lastframe_library::Places::logs);
        let opening = Arc::new(watch::Sender::new(None));
        let (tell, handle) = (opening.clone(), app.clone());
        tauri::async_runtime::spawn(async move { try_to_open(&tell, handle, environment).await });
        Self { app, logs, opening, again: Mutex::new(()) }
    }

    /// The opened app, once it is.
    pub async fn open(&self) -> Result<Arc<Open>, IpcError> {
        let mut opening = self.opening.subscribe();
        let value = opening.wait_for(Option::is_some).await.map(|value| value.clone());
        value.ok().flatten().unwrap_or_else(|| Err(IpcError::new(ErrorCode::Internal, "The app is closing.")))
    }

    /// The same; if opening failed, it is tried once more: the other program may be closed by now.
    pub async fn open_again(&self) -> Result<Arc<Open>, IpcError> {
        let _alone = self.again.lock().await;
        if self.open().await.is_err() {
            try_to_open(&self.opening, self.app.clone(), Environment::of_process()).await;
        }
        self.open().await
    }

    /// The folder of the logs.
    pub fn logs(&self) -> Result<&Path, IpcError> {
        self.logs.as_deref().ok_or_else(|| IpcError::new(ErrorCode::Storage, "There is no folder for logs."))
    }

    /// Lets the engine write what it holds. Jobs go on at the next start.
    pub async fn close(&self) {
        let opened = self.opening.borrow().clone();
        if let Some(Ok(open)) = opened {
            open.close().await;
        }
    }
}

async fn try_to_open(tell: &watch::Sender<Opening>, app: AppHandle, environment: Environment) {
    let result = Open::start(app, environment).await;
    if let Err(error) = &result {
        tracing::error!(%error, "the app could not be opened");
    }
    tell.send_replace(Some(result));
}
