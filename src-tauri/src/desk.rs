//! What the commands stand at: the opened app, or the reason why it could not be opened.
//!
//! The library opens behind the window. A command that comes earlier waits; when opening failed, every command
//! answers with the same words, the window shows them, and asking for the session tries again.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use lastframe_library::{Places, Rebuild, Rebuilt};
use lastframe_model::{ErrorCode, Event, IpcError};
use serde::Serialize;
use specta::Type;
use tauri::AppHandle;
use tokio::sync::{Mutex, watch};

use crate::environment::Environment;
use crate::open::{Open, blocking, tell};
use crate::words;

/// How often it is told how far a rebuild is.
const TOLD_EVERY: Duration = Duration::from_millis(200);

/// What became of a library that was made again.
#[derive(Clone, Debug, Serialize, Type)]
pub struct Remade {
    /// Clips in it.
    pub clips: u32,
    /// Jobs without a clip that could be read in the damaged one and were carried over.
    pub jobs: u32,
    /// What was left out, as paths with the reason, at most twenty of them.
    pub refused: Vec<String>,
    /// How many were left out.
    pub refused_count: u32,
    /// Where the damaged database is now.
    pub kept: Option<String>,
}

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

    /// Makes the library again from its clips and opens it.
    pub async fn rebuild(&self) -> Result<Remade, IpcError> {
        let _alone = self.again.lock().await;
        if self.open().await.is_ok() {
            return Err(IpcError::new(ErrorCode::WrongState, "The library is open: there is nothing to repair."));
        }
        let environment = Environment::of_process();
        let places =
            environment.places.as_ref().map_err(|error| IpcError::new(ErrorCode::Storage, error.to_string()))?;
        let (places, app) = (places.clone(), self.app.clone());
        let rebuilt = blocking(move || rebuild(&places, &app)).await?.map_err(words::library)?;
        tracing::info!(clips = rebuilt.clips, jobs = rebuilt.jobs, kept = ?rebuilt.kept, "the library was made again");
        try_to_open(&self.opening, self.app.clone(), environment).await;
        Ok(remade(rebuilt))
    }

    /// Looks whether files of clips were moved, removed or brought back meanwhile. Returns at once.
    pub fn look_through(&self) {
        let opened = self.opening.borrow().clone();
        if let Some(Ok(open)) = opened {
            tauri::async_runtime::spawn(async move { open.look_through().await });
        }
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

fn rebuild(places: &Places, app: &AppHandle) -> Result<Rebuilt, lastframe_library::LibraryError> {
    let told = std::cell::Cell::new(Instant::now());
    let progress = |read: usize| {
        if told.get().elapsed() >= TOLD_EVERY {
            told.set(Instant::now());
            tell(app, Event::Rebuilding(u32::try_from(read).unwrap_or(u32::MAX)));
        }
    };
    let program = "Lastframe";
    Rebuild { places, from: &[], verify: false, program, now: jiff::Timestamp::now(), progress: &progress }.run()
}

fn remade(rebuilt: Rebuilt) -> Remade {
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let refused = rebuilt.refused.iter().map(|refused| format!("{}: {}", refused.file, refused.why));
    Remade {
        clips: count(rebuilt.clips),
        jobs: count(rebuilt.jobs),
        refused: refused.take(20).collect(),
        refused_count: count(rebuilt.refused.len()),
        kept: rebuilt.kept,
    }
}

async fn try_to_open(tell: &watch::Sender<Opening>, app: AppHandle, environment: Environment) {
    let result = Open::start(app, environment).await;
    if let Err(error) = &result {
        tracing::error!(%error, "the app could not be opened");
    }
    tell.send_replace(Some(result));
}
