//! The life cycle of a job: from a request to a clip in the library, across restarts, without paying twice.
//!
//! Given a library, a clock and an event sink; connected to services from outside. Knows no window, no
//! keychain and no address. What is durable is in the library; a job moves only there, by compare-and-set,
//! and is told about only after it was committed.
//!
//! | state | what happens in it | goes to |
//! |---|---|---|
//! | queued | waits for a place, a key, the network | submitting; failed (a picture is gone); canceled (stopped) |
//! | submitting | the intent is committed, the POST is on its way | running (task id committed); queued (it provably never left, or 401, 429: nothing is owed); failed (403, a documented refusal); unknown (everything else, and a run that ended in it) |
//! | running | the task is polled; errors and silence are only waits | downloading (completed); failed (the service says so); canceled (no longer followed) |
//! | downloading | the video is fetched, checked, placed; a full disk or a missing folder is only a wait | done; running (the service took its word back); failed (the task is gone); canceled |
//! | done | the clip is in the library | – |
//! | failed | says why | running (the person found the task after all) |
//! | unknown | it may have been accepted; the person decides | running (the task was found); failed (it was not sent); canceled (put away) |
//! | canceled | no longer followed; the service may still bill it | – |
//!
//! At the start of the engine: queued, running and downloading go on, submitting becomes unknown.

mod backoff;
mod clock;
mod download;
mod error;
mod finish;
mod follow;
mod ids;
mod people;
mod pictures;
mod queue;
mod run;
mod services;
mod submit;

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use lastframe_library::Library;
use lastframe_model::{
    Catalogue, Check, ClipId, Continuation, ImageRef, Job, JobId, JobState, Outcome, Provider, Request, Settings,
    WaitReason,
};
use lastframe_provider::Client;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use clock::{Clock, Sleep, SystemClock};
pub use error::EngineError;
pub use run::Events;

/// How long a stopping engine waits for a submit that is on its way and for writes.
const SHUTDOWN: Duration = Duration::from_secs(20);

/// What an engine is made of.
pub struct Parts {
    /// Name of the program, told to others that want the same library.
    pub program: String,
    /// Where jobs and clips are.
    pub library: Library,
    /// What the person chose: parallel jobs and prices are used.
    pub settings: Settings,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Told what happened.
    pub events: Events,
}

/// A running engine. Clones share it; it stops when [`Engine::shutdown`] is called or the last clone is dropped.
#[derive(Clone)]
pub struct Engine {
    handle: Arc<Handle>,
}

struct Handle {
    inner: Arc<run::Inner>,
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.inner.stop.cancel();
    }
}

impl Engine {
    /// Claims the library, marks submits that a dead run left behind as unknown, and goes on with open jobs as
    /// soon as their services are connected. Blocks for some milliseconds; must be called inside a tokio runtime.
    ///
    /// # Errors
    /// `LibraryError::Owned` (as [`EngineError::Library`]) if another program runs jobs on this library.
    pub fn start(parts: Parts) -> Result<Self, EngineError> {
        tokio::runtime::Handle::try_current().map_err(|_| EngineError::NoRuntime)?;
        let Parts { program, library, settings, clock, events } = parts;
        let ownership = library.own(&program)?;
        let inner = Arc::new(run::Inner {
            library,
            clock,
            events,
            settings: RwLock::new(settings),
            catalogue: Catalogue::built_in(),
            services: services::Services::default(),
            ids: ids::Ids::new(),
            lanes: run::Lanes::default(),
            wake: Notify::new(),
            changes: watch::Sender::new(0),
            circumstances: watch::Sender::new(0),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
            ownership: Mutex::new(Some(ownership)),
        });
        for job in inner.library.open_jobs()? {
            if job.state == JobState::Submitting {
                let now = inner.clock.now();
                let job = inner.library.move_job(&job.id, JobState::Submitting, JobState::Unknown, |job| {
                    job.wait = Some(queue::interrupted());
                    job.finished_at = Some(now);
                })?;
                tracing::warn!(job = %job.id, "the last run ended while this job was being sent");
                inner.tell_job(&job);
            }
        }
        inner.tasks.spawn(Arc::clone(&inner).keep_queue());
        Ok(Self { handle: Arc::new(Handle { inner }) })
    }

    fn inner(&self) -> &run::Inner {
        &self.handle.inner
    }

    /// Gives the jobs of a service a way to it. What waited for a key or for the network is tried at once.
    pub fn connect(&self, provider: Provider, client: Client) {
        self.inner().services.connect(provider, client);
        self.inner().circumstances_changed();
    }

    /// Takes the way away, e.g. because the key was removed. Jobs wait; what is on its way still arrives.
    pub fn disconnect(&self, provider: &Provider) {
        self.inner().services.disconnect(provider);
        self.inner().circumstances_changed();
    }

    /// Uses other settings from now on: parallel jobs and prices. The clips folder is the library's: set it there
    /// first, and jobs that wait for it are tried again by this.
    pub fn change_settings(&self, settings: Settings) {
        *self.inner().settings.write().unwrap_or_else(PoisonError::into_inner) = settings;
        self.inner().circumstances_changed();
    }

    /// The models that can be asked for.
    #[must_use]
    pub fn catalogue(&self) -> Catalogue {
        self.inner().catalogue.clone()
    }

    /// The library that the engine works on.
    #[must_use]
    pub fn library(&self) -> &Library {
        &self.inner().library
    }

    /// What is wrong with a request, and what `count` clips of it would cost.
    #[must_use]
    pub fn check(&self, request: &Request, count: u32) -> Check {
        self.inner().check(request, count)
    }

    /// Writes down `count` jobs (1 – 8) of a request and returns them; they go as soon as they may. Each has its
    /// own seed: the asked one counted up, or one picked at random. A `continues` whose clip is gone is dropped.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] and [`EngineError::PictureMissing`], before anything is written.
    pub async fn enqueue(&self, request: Request, count: u32, provider: Provider) -> Result<Vec<Job>, EngineError> {
        self.inner().enqueue(request, count, provider).await
    }

    /// Follows a queued, running or downloading job no longer. The service cannot cancel and may bill it.
    pub async fn stop_following(&self, id: &JobId) -> Result<Job, EngineError> {
        self.inner().stop_following(id).await
    }

    /// Makes a new job of a failed, unknown or canceled one, with the same seed, and puts the old one away.
    /// Returns the new job. A job whose card is put away cannot be sent again: two clicks do not pay twice.
    pub async fn send_again(&self, id: &JobId) -> Result<Job, EngineError> {
        self.inner().send_again(id).await
    }

    /// The person's word about an unknown job. A task id is looked up first, and only a task that the service
    /// knows and that no other job has is adopted.
    pub async fn settle(&self, id: &JobId, outcome: Outcome) -> Result<Job, EngineError> {
        self.inner().settle(id, outcome).await
    }

    /// Puts away the card of a failed, unknown or canceled job.
    pub async fn dismiss(&self, id: &JobId) -> Result<Job, EngineError> {
        self.inner().dismiss(id).await
    }

    /// Keeps a picture for requests, if the service would take it.
    ///
    /// # Errors
    /// [`EngineError::Media`] for bytes that are no picture, [`EngineError::PictureRefused`] for one that is too
    /// small, too large or too long.
    pub async fn keep_image(&self, bytes: Vec<u8>) -> Result<ImageRef, EngineError> {
        self.inner().keep_image(bytes).await
    }

    /// The request that goes on from a clip's last frame.
    pub async fn continue_from(&self, clip: &ClipId) -> Result<Continuation, EngineError> {
        self.inner().continue_from(clip).await
    }

    /// A frame of a clip as PNG, counted from 0 in the order of presentation.
    pub async fn frame(&self, clip: &ClipId, index: u32) -> Result<Vec<u8>, EngineError> {
        self.inner().frame(clip, index).await
    }

    /// A frame of a clip, kept as a picture for requests.
    pub async fn take_frame(&self, clip: &ClipId, index: u32) -> Result<ImageRef, EngineError> {
        self.inner().take_frame(clip, index).await
    }

    /// Returns when no job is open but those that wait for a key, or when the engine stops.
    pub async fn idle(&self) {
        let inner = self.inner();
        let mut changes = inner.changes.subscribe();
        loop {
            changes.mark_unchanged();
            let pause = match inner.with_library(Library::open_jobs).await {
                Ok(jobs) if jobs.iter().all(waits_for_person) => return,
                Ok(_) => None,
                Err(error) => {
                    tracing::warn!(%error, "the jobs could not be read");
                    Some(Duration::from_secs(1))
                }
            };
            let again = async {
                match pause {
                    Some(time) => inner.clock.sleep(time).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = changes.changed() => {}
                () = again => {}
                () = inner.stop.cancelled() => return,
            }
        }
    }

    /// Stops. A submit that is on its way may still get its reply (for up to 20 seconds), what is being written
    /// is finished; everything else is left for the next start. The library is free afterwards.
    pub async fn shutdown(&self) {
        let inner = self.inner();
        inner.stop.cancel();
        inner.tasks.close();
        if tokio::time::timeout(SHUTDOWN, inner.tasks.wait()).await.is_err() {
            tracing::warn!("some jobs did not stop in time; they are cut off");
            inner.lanes.abort_all();
            inner.tasks.wait().await;
        }
        drop(inner.ownership.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

fn waits_for_person(job: &Job) -> bool {
    job.wait
        .as_ref()
        .is_some_and(|wait| matches!(wait.reason, WaitReason::NoKey | WaitReason::NoRehearsal | WaitReason::KeyRefused))
}
