//! The opened app: engine, keys, settings and servers, and the order in which they start.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use lastframe_engine::{Engine, Parts, SpecSource, SystemClock};
use lastframe_library::{Library, Places};
use lastframe_model::{
    Clip, ClipId, ErrorCode, Event, FilmId, ImportSummary, IpcError, Notice, NoticeCode, PriceTable, Provider, Session,
    Settings, WaitReason,
};
use lastframe_provider::Client;
use lastframe_rehearsal::{Options, Rehearsal};
use lastframe_secrets::{Keys, account_of};
use tauri::AppHandle;
use tauri_specta::Event as _;
use tokio_util::sync::CancellationToken;

use crate::environment::Environment;
use crate::ipc::Happened;
use crate::media_server::MediaServer;
use crate::settings_file::{self, SettingsFile};
use crate::{outward, thumbnails, words};

/// How long the window has the computer to itself before the files of all clips are looked at.
const BEFORE_LOOKING: Duration = Duration::from_secs(3);

/// The opened app.
pub struct Open {
    app: AppHandle,
    /// The life of jobs, and all access to the library.
    pub engine: Engine,
    /// The library's rows and files.
    pub library: Library,
    /// `settings.json` and `draft.json`.
    pub file: SettingsFile,
    pub(crate) keys: Arc<Keys>,
    settings: Mutex<Settings>,
    media: MediaServer,
    rehearsal: Mutex<Option<Rehearsal>>,
    /// Held by whoever reads or changes address and key together.
    pub(crate) account: tokio::sync::Mutex<()>,
    rehearsal_speed: f64,
    rehearsal_models: Option<PathBuf>,
    home: Option<PathBuf>,
    notices: Mutex<Vec<Notice>>,
    /// Ends the import that is under way.
    importing: Mutex<CancellationToken>,
    /// Where films were exported to in this run, so that the page need not name a file to show it.
    exported: Mutex<HashMap<FilmId, PathBuf>>,
    /// Held by whoever looks through the files of clips.
    looking: tokio::sync::Mutex<()>,
    opened: Instant,
}

impl Open {
    /// Opens everything in the order in which each part needs the one before.
    pub async fn start(app: AppHandle, environment: Environment) -> Result<Arc<Self>, IpcError> {
        let places = environment.places.map_err(words::library)?;
        let library = blocking({
            let places = places.clone();
            move || Library::open(places)
        })
        .await?
        .map_err(words::library)?;
        let (settings, unusable) = settings_file::read(&places);
        let media = MediaServer::start(library.clone()).await.map_err(|error| no_port(&error))?;
        let keys = Arc::new(Keys::new(environment.key));
        let engine = Engine::start(Parts {
            library: library.clone(),
            settings: settings.clone(),
            clock: Arc::new(SystemClock::new()),
            time_zone: jiff::tz::TimeZone::system(),
            events: listener(app.clone(), keys.clone()),
            program: "Lastframe".to_owned(),
        })?;
        // Only now, with the library ours: the store writes its files when the program ends, and a second
        // window that was refused must not write what it once read.
        let (file, notice) = SettingsFile::open(&app, &places, unusable)?;
        let open = Arc::new(Self {
            app,
            engine,
            library,
            file,
            keys,
            settings: Mutex::new(settings),
            media,
            rehearsal: Mutex::new(None),
            account: tokio::sync::Mutex::new(()),
            rehearsal_speed: environment.rehearsal_speed,
            rehearsal_models: environment.rehearsal_models,
            home: environment.home,
            notices: Mutex::new(notice.into_iter().collect()),
            importing: Mutex::default(),
            exported: Mutex::default(),
            looking: tokio::sync::Mutex::default(),
            opened: Instant::now(),
        });
        open.start_rehearsal().await;
        open.use_specs().await;
        tokio::spawn({
            let open = open.clone();
            async move { open.connect_services().await }
        });
        tokio::spawn({
            let open = open.clone();
            async move {
                let places = open.library.places();
                let _ = blocking(move || {
                    outward::sweep(&places.home);
                    thumbnails::sweep(&places.thumbnails());
                })
                .await;
                tokio::time::sleep(BEFORE_LOOKING).await;
                open.look_through().await;
            }
        });
        Ok(open)
    }

    /// The settings in force.
    pub fn settings(&self) -> Settings {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What the window needs to start.
    pub async fn session(self: &Arc<Self>) -> Session {
        let places = self.library.places();
        Session {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            settings: self.settings(),
            key: self.key_status().await,
            catalogue: self.engine.catalogue(),
            list_prices: PriceTable::default(),
            standing: self.engine.standing().await.unwrap_or_default(),
            media: self.media.base().to_owned(),
            clips_folder: places.clips.display().to_string(),
            home: places.home.display().to_string(),
            notices: self.notices().await,
        }
    }

    /// Puts new settings in force: checked, written, then acted on.
    pub async fn change_settings(self: &Arc<Self>, wanted: Settings) -> Result<Settings, IpcError> {
        let wanted = wanted.checked().map_err(IpcError::from)?;
        let alone = self.account.lock().await;
        let before = self.settings();
        if wanted.clips_folder != before.clips_folder {
            let places = Places::resolve(self.home.clone(), wanted.clips_folder.as_deref()).map_err(words::library)?;
            let library = self.library.clone();
            blocking(move || library.set_clips_folder(places.clips)).await?.map_err(words::library)?;
        }
        self.file.write(&wanted).await?;
        *self.settings.lock().unwrap_or_else(PoisonError::into_inner) = wanted.clone();
        self.engine.change_settings(wanted.clone());
        drop(alone);
        if wanted.service_address != before.service_address
            && let Err(error) = self.connect_once().await
        {
            tracing::warn!(%error, "the keychain was not readable");
        }
        self.tell(Event::Settings(wanted.clone()));
        let asks = |settings: &Settings| (settings.live_specs, settings.specs_address.clone(), settings.provider());
        if asks(&wanted) != asks(&before) {
            self.use_specs().await;
        }
        Ok(wanted)
    }

    /// Where new jobs go, if that is where the person believes they go.
    pub fn agreed(&self, believed: Provider) -> Result<Provider, IpcError> {
        if believed == self.settings().provider() {
            return Ok(believed);
        }
        let message = "The service was changed in the meantime; nothing was sent. Look at the price and press again.";
        Err(IpcError::new(ErrorCode::WrongState, message))
    }

    /// One clip of the library.
    pub async fn clip(&self, id: ClipId) -> Result<Clip, IpcError> {
        let library = self.library.clone();
        let found = blocking(move || library.clip(&id)).await?.map_err(words::library)?;
        found.ok_or_else(|| IpcError::new(ErrorCode::NotFound, "This clip is no longer in the library."))
    }

    /// Brings files in, one import after the other; how far it is, is told by events.
    pub async fn import(&self, files: Vec<PathBuf>) -> Result<ImportSummary, IpcError> {
        let stop = CancellationToken::new();
        *self.importing.lock().unwrap_or_else(PoisonError::into_inner) = stop.clone();
        let app = self.app.clone();
        Ok(self.engine.import(files, stop, move |progress| tell(&app, Event::Import(progress))).await?)
    }

    /// Stops the import that is under way.
    pub fn cancel_import(&self) {
        self.importing.lock().unwrap_or_else(PoisonError::into_inner).cancel();
    }

    /// Compares the library with its files, unless somebody does so already.
    pub async fn look_through(&self) {
        if self.opened.elapsed() < BEFORE_LOOKING {
            return; // it is going to happen
        }
        let Ok(_alone) = self.looking.try_lock() else { return };
        if let Err(error) = self.engine.look_through().await {
            tracing::warn!(%error, "the files of clips could not be looked through");
        }
    }

    /// Writes bytes to a path that the person chose, and returns the path.
    pub async fn save(path: PathBuf, bytes: Vec<u8>) -> Result<String, IpcError> {
        let shown = path.display().to_string();
        let failed =
            |error: std::io::Error| IpcError::new(ErrorCode::Storage, format!("{shown} could not be written: {error}"));
        tokio::fs::write(&path, bytes).await.map_err(failed)?;
        Ok(shown)
    }

    /// Starts the practice service; without it rehearsing is not possible, and a notice says so.
    async fn start_rehearsal(&self) {
        let options = Options { speed: self.rehearsal_speed, ..Options::in_folder(self.library.places().rehearsal()) };
        let options = match &self.rehearsal_models {
            Some(file) => options.with_models_of(file),
            None => Ok(options),
        };
        let started = match options {
            Ok(options) => Rehearsal::start(options).await,
            Err(error) => Err(error),
        };
        let started = match started {
            Ok(rehearsal) => match Client::new(rehearsal.address(), rehearsal.key()) {
                Ok(client) => Ok((rehearsal, client)),
                Err(error) => Err(words::client(error)),
            },
            Err(error) => Err(IpcError::new(ErrorCode::Internal, error.to_string())),
        };
        match started {
            Ok((rehearsal, client)) => {
                self.engine.connect(Provider::Rehearsal, client);
                *self.rehearsal.lock().unwrap_or_else(PoisonError::into_inner) = Some(rehearsal);
            }
            Err(error) => {
                let remedy = "Check that the folder can be written and that loopback connections are allowed, then start Lastframe again.";
                self.notice(NoticeCode::Rehearsal, format!("The practice service did not start: {error} {remedy}"));
            }
        }
    }

    /// Tells the engine where live specs come from: the practice service while clips are rehearsed, so that nothing
    /// leaves this computer; the spec service of the settings otherwise; nowhere while they are off.
    async fn use_specs(&self) {
        let settings = self.settings();
        let source = match settings.provider() {
            // Settings never name what was imported.
            Provider::Imported => Ok(None),
            _ if !settings.live_specs => Ok(None),
            Provider::Rehearsal => {
                let rehearsal = self.rehearsal.lock().unwrap_or_else(PoisonError::into_inner);
                let address = rehearsal.as_ref().map(|rehearsal| rehearsal.address().to_owned());
                address.map(|address| SpecSource::new(Provider::Rehearsal, &address, &address)).transpose()
            }
            provider @ Provider::Service { .. } => {
                SpecSource::new(provider, &settings.service_address, &settings.specs_address).map(Some)
            }
        };
        let source = source.unwrap_or_else(|error| {
            tracing::warn!(%error, "live specs cannot be asked for");
            None
        });
        self.engine.use_specs(source).await;
    }

    /// Takes note of where a film is exported to.
    pub fn exports_to(&self, film: FilmId, path: PathBuf) {
        self.exported.lock().unwrap_or_else(PoisonError::into_inner).insert(film, path);
    }

    /// Where a film was exported to last in this run.
    pub fn exported(&self, film: &FilmId) -> Option<PathBuf> {
        self.exported.lock().unwrap_or_else(PoisonError::into_inner).get(film).cloned()
    }

    /// What did not start as it should, and what is not as it should be now.
    async fn notices(&self) -> Vec<Notice> {
        let mut notices = self.notices.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let folder = self.library.places().clips;
        let away = self.library.away_folders().unwrap_or_default();
        let path = folder.display();
        let trouble = if !tokio::fs::metadata(&folder).await.is_ok_and(|found| found.is_dir()) {
            Some(format!("{path} is not there. Connect its drive, or choose another folder under Settings, Library."))
        } else if away.contains(&folder) {
            Some(format!(
                "{path} is empty, but there should be clips in it. Connect its drive, or choose a folder under Settings, \
                 Library: this one once more if it is meant to be empty."
            ))
        } else {
            None
        };
        if let Some(trouble) = trouble {
            let message = format!("The clips folder {trouble} Clips on their way wait; nothing is lost.");
            notices.push(Notice { code: NoticeCode::ClipsFolder, message });
        }
        for earlier in away {
            if earlier != folder {
                let message = format!(
                    "Clips were kept in {}, which is not there or empty. Connect its drive to see them; nothing is lost.",
                    earlier.display()
                );
                notices.push(Notice { code: NoticeCode::EarlierFolder, message });
            }
        }
        notices
    }

    fn notice(&self, code: NoticeCode, message: String) {
        tracing::warn!(?code, %message, "notice");
        self.notices.lock().unwrap_or_else(PoisonError::into_inner).push(Notice { code, message });
    }

    pub(crate) fn tell(&self, event: Event) {
        tell(&self.app, event);
    }

    /// Ends what runs; jobs go on at the next start.
    pub async fn close(&self) {
        self.engine.shutdown().await;
        let rehearsal = self.rehearsal.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(rehearsal) = rehearsal {
            rehearsal.shutdown().await;
        }
    }
}

/// Passes the engine's events to the window, and learns from them when the service refuses the key.
fn listener(app: AppHandle, keys: Arc<Keys>) -> Arc<dyn Fn(Event) + Send + Sync> {
    Arc::new(move |event| {
        if let Event::Job(job) = &event
            && let Provider::Service { address } = &job.provider
            && job.wait.as_ref().is_some_and(|wait| wait.reason == WaitReason::KeyRefused)
        {
            let account = account_of(address);
            if keys.mark_refused(&account, true) {
                let (app, keys) = (app.clone(), keys.clone());
                tokio::spawn(async move { tell(&app, Event::Key(keys.status(&account).await)) });
            }
        }
        tell(&app, event);
    })
}

/// Tells the window what happened.
pub(crate) fn tell(app: &AppHandle, event: Event) {
    if let Err(error) = Happened(event).emit(app) {
        tracing::warn!(%error, "an event did not reach the window");
    }
}

/// Runs what may block on a thread that may.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, IpcError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| IpcError::new(ErrorCode::Internal, "A task of the app broke off."))
}

fn no_port(error: &std::io::Error) -> IpcError {
    IpcError::new(ErrorCode::Internal, format!("No port on this computer could be opened for playing clips: {error}"))
        .with_hint(
            "Another program or a firewall forbids loopback connections; allow them for Lastframe and start it again.",
        )
}
