//! The life cycle of a job: from a request to a clip in the library, across restarts, without paying twice.
//!
//! Given a library, a clock and an event sink; connected to services from outside. Knows no window, no
//! keychain and no address. What is durable is in the library; a job moves only there, by compare-and-set,
//! and is told about only after it was committed.
//!
//! | state | what happens in it | goes to |
//! |---|---|---|
//! | queued | waits for a place, a key, the network | submitting; failed (a picture is gone); canceled (taken out) |
//! | submitting | the intent is committed, the POST is on its way | running (task id committed); queued (it provably never left, or 401, 429: nothing is owed); failed (403, a documented refusal); unknown (everything else, and a run that ended in it) |
//! | running | the task is polled; errors and silence are only waits | downloading (completed); failed (the service says so, or the task's time is long over and it says nothing final); canceled (no longer followed) |
//! | downloading | the video is looked for on the disk, or fetched, checked, placed; a full disk or a missing folder is only a wait | done; running (the service took its word back); failed (the task failed or is gone, and its video is not here); canceled |
//! | done | the clip is in the library | – |
//! | failed | says why | running (the person found the task after all) |
//! | unknown | it may have been accepted; the person decides | running (the task was found); failed (it was not sent); canceled (put away) |
//! | canceled | no longer followed; the service may still bill it | – |
//!
//! At the start of the engine: queued, running and downloading go on, submitting becomes unknown, unless the library's
//! reserve holds the id that the service gave it: then it is running.

mod backoff;
mod batches;
mod clock;
mod copies;
mod download;
mod error;
mod export;
mod film_recipe;
mod films;
mod finish;
mod follow;
mod gallery;
mod guards;
mod hold;
mod ids;
mod import;
mod kept;
mod last_frames;
mod pace;
mod people;
mod pictures;
mod polls;
mod presence;
mod queue;
mod run;
mod services;
mod shared;
mod slots;
mod specs;
mod standing;
mod storage;
mod storyboard;
mod strips;
mod submit;
mod usage;
mod whole;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use lastframe_library::Library;
use lastframe_model::{
    Approval, Batch, BatchEntry, BudgetWarning, Catalogue, Check, Clip, ClipId, Consent, Continuation, Days, FileCheck,
    Framing, ImageId, ImageRef, ImportProgress, ImportSummary, Job, JobId, JobState, Outcome, PixelSize, Provider,
    RecentBills, Request, Settings, Standing, Storyboard, StoryboardCheck, StoryboardId, Usage, UsageFormat, UsagePage,
    UsageQuery, WaitReason, Week,
};
use lastframe_provider::Client;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use clock::{Clock, Sleep, SystemClock};
pub use error::EngineError;
pub use export::Outgoing;
pub use films::film_view;
pub use gallery::file_title;
pub use last_frames::last_frame_png;
pub use run::Events;
pub use shared::SharedRecipe;
pub use specs::{SpecSource, kept_catalogue, refresh};
pub use storyboard::ShotToRun;
pub use strips::{make_strip, make_thumbnail};

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
    /// Where the person is: a budget's month begins at midnight there.
    pub time_zone: jiff::tz::TimeZone,
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
        let Parts { program, library, settings, clock, time_zone, events } = parts;
        let ownership = library.own(&program)?;
        let inner = Arc::new(run::Inner {
            library,
            clock,
            time_zone,
            spending: tokio::sync::Mutex::new(()),
            pausing: tokio::sync::Mutex::new(()),
            started: batches::Started::default(),
            boards: storyboard::Boards::default(),
            standing: tokio::sync::Mutex::default(),
            events,
            settings: RwLock::new(settings),
            catalogue: RwLock::new(Catalogue::built_in()),
            live: specs::Live::default(),
            services: services::Services::default(),
            polls: Arc::default(),
            typical: tokio::sync::Mutex::default(),
            ids: ids::Ids::new(),
            lanes: run::Lanes::default(),
            downloads: download::Downloads::default(),
            organising: gallery::Organising::default(),
            films: films::Films::default(),
            exports: export::Exports::default(),
            last_frames: last_frames::LastFrames::default(),
            wake: Notify::new(),
            changes: watch::Sender::new(0),
            circumstances: watch::Sender::new(0),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
            ownership: Mutex::new(Some(ownership)),
        });
        import::sweep(&inner.library);
        last_frames::sweep(&inner.library);
        // First: what was accepted is not unknown.
        for job in inner.library.adopt_accepted()? {
            inner.tell_job(&job);
        }
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
        inner.tasks.spawn(Arc::clone(&inner).keep_polls());
        inner.tasks.spawn(Arc::clone(&inner).keep_storyboards());
        inner.tasks.spawn(Arc::clone(&inner).keep_catalogue());
        inner.tasks.spawn(Arc::clone(&inner).keep_shelves());
        inner.tasks.spawn(Arc::clone(&inner).keep_recipes());
        inner.tasks.spawn(Arc::clone(&inner).keep_trash());
        inner.tasks.spawn(Arc::clone(&inner).keep_films());
        inner.tasks.spawn(Arc::clone(&inner).keep_last_frames());
        Ok(Self { handle: Arc::new(Handle { inner }) })
    }

    fn inner(&self) -> &run::Inner {
        &self.handle.inner
    }

    /// Gives the jobs of a service a way to it. What waited for a key or for the network is tried at once.
    pub fn connect(&self, provider: Provider, client: Client) {
        let known = provider.clone();
        self.inner().services.connect(provider, client);
        self.inner().polls.hurry(&known);
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
        self.inner().catalogue()
    }

    /// Uses this catalogue from now on, as it is.
    pub fn use_catalogue(&self, catalogue: Catalogue) {
        self.inner().put_catalogue(catalogue);
    }

    /// Takes live specs from this source from now on: those that were kept at once, newer ones in the background when
    /// they are a day old. `None` switches them off. What changes is told by [`lastframe_model::Event::Catalogue`].
    pub async fn use_specs(&self, source: Option<SpecSource>) {
        self.inner().use_specs(source).await;
    }

    /// Fetches live specs now, however fresh they are. While they are off, the built-in catalogue is the answer.
    ///
    /// # Errors
    /// As [`refresh`]; the catalogue of before goes on serving, and says why.
    pub async fn refresh_catalogue(&self) -> Result<Catalogue, EngineError> {
        self.inner().refresh_catalogue().await
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

    /// What the last jobs of the request's kind were billed by this service, held against the prices in the settings.
    /// `None` where nothing of the kind was billed yet. Changes nothing.
    ///
    /// # Errors
    /// [`EngineError::Library`] when the library cannot be read.
    pub async fn recent_bills(&self, request: Request, provider: Provider) -> Result<Option<RecentBills>, EngineError> {
        self.inner().recent_bills(request, provider).await
    }

    /// Writes down `count` jobs (1 – 8) of a request and returns them; they go as soon as they may. Each has its
    /// own seed: the asked one counted up, or one picked at random. A `continues` whose clip is gone is dropped.
    ///
    /// # Errors
    /// [`EngineError::Invalid`], [`EngineError::PictureMissing`], and [`EngineError::NeedsYes`] when they pass a
    /// guard on spending without `consent`; before anything is written.
    pub async fn enqueue(
        &self,
        request: Request,
        count: u32,
        provider: Provider,
        consent: Consent,
    ) -> Result<Vec<Job>, EngineError> {
        self.inner().enqueue(request, count, provider, consent).await
    }

    /// How the engine stands as a whole.
    ///
    /// # Errors
    /// [`EngineError::Library`] when the library cannot be read.
    pub async fn standing(&self) -> Result<Standing, EngineError> {
        self.inner().standing_now().await
    }

    /// Pauses the queue, or lets it go on: while it is paused nothing new is sent. Remembered across restarts.
    /// What was sent already is followed and fetched all the same.
    pub async fn pause_queue(&self, paused: bool) -> Result<Standing, EngineError> {
        self.inner().pause_queue(paused).await
    }

    /// Puts a queued job right before another queued one, or last. Returns it.
    ///
    /// # Errors
    /// `LibraryError::WrongState` if either has been sent meanwhile.
    pub async fn move_in_queue(&self, id: &JobId, before: Option<JobId>) -> Result<Job, EngineError> {
        self.inner().move_in_queue(id, before).await
    }

    /// Takes a job out of the queue before it is sent. Nothing is owed for it.
    ///
    /// # Errors
    /// `LibraryError::WrongState` with the state that the job has now, if it is not queued (any more): then it is not
    /// touched, and what was sent is followed as before.
    pub async fn cancel_queued(&self, id: &JobId) -> Result<Job, EngineError> {
        self.inner().cancel_queued(id).await
    }

    /// Follows a running or downloading job no longer. The service cannot cancel and may bill it.
    ///
    /// # Errors
    /// `LibraryError::WrongState` with the state that the job has now, if it is neither: a queued one is canceled by
    /// [`Engine::cancel_queued`].
    pub async fn stop_following(&self, id: &JobId) -> Result<Job, EngineError> {
        self.inner().stop_following(id).await
    }

    /// Makes a new job of a failed, unknown or canceled one, with the same seed, and puts the old one away.
    /// Returns the new job. A job whose card is put away cannot be sent again: two clicks do not pay twice.
    ///
    /// # Errors
    /// [`EngineError::NeedsYes`] as for [`Engine::enqueue`].
    pub async fn send_again(&self, id: &JobId, consent: Consent) -> Result<Job, EngineError> {
        self.inner().send_again(id, consent).await
    }

    /// Asks the service once more about the task of a failed job (e.g. an expired one) and follows it again if the
    /// service still has something to say about it.
    ///
    /// # Errors
    /// [`EngineError::NoSuchTask`] for a job that was never accepted.
    pub async fn recheck(&self, id: &JobId) -> Result<Job, EngineError> {
        self.inner().recheck(id).await
    }

    /// The person's word about an unknown job. A task id is looked up first, and only a task that the service
    /// knows and that no other job has is adopted.
    ///
    /// # Errors
    /// [`EngineError::EmptyTaskId`] and [`EngineError::KeyAsTaskId`] for what is no task id, before anybody is asked.
    pub async fn settle(&self, id: &JobId, outcome: Outcome) -> Result<Job, EngineError> {
        self.inner().settle(id, outcome).await
    }

    /// Puts away the card of a failed, unknown or canceled job.
    pub async fn dismiss(&self, id: &JobId) -> Result<Job, EngineError> {
        self.inner().dismiss(id).await
    }

    /// Reads a list of requests: one prompt a line, or a table. A row takes from `base` what it does not say; a picture
    /// is named by its id. Writes nothing down.
    ///
    /// # Errors
    /// [`EngineError::NoBatch`]; what is wrong with a row is said by the row.
    pub async fn read_batch(&self, text: String, base: Request) -> Result<Batch, EngineError> {
        self.inner().read_batch(text, base).await
    }

    /// Writes down the jobs of many requests, each with its count (1 – 8), all or none. `act` is a name of the person's
    /// click: the same one does it once, however often it comes.
    ///
    /// # Errors
    /// [`EngineError::Row`] with the first that cannot be sent, [`EngineError::NeedsYes`] when they pass a guard on
    /// spending together, [`EngineError::AlreadyStarted`] for a second click; before anything is written.
    pub async fn start_batch(
        &self,
        act: String,
        rows: Vec<BatchEntry>,
        provider: Provider,
        consent: Consent,
    ) -> Result<Vec<Job>, EngineError> {
        self.inner().start_batch(act, rows, provider, consent).await
    }

    /// What is wrong with shots written ahead, what had to change in them, and what they would cost.
    #[must_use]
    pub fn check_storyboard(&self, shots: &[Request]) -> StoryboardCheck {
        self.inner().check_storyboard(shots)
    }

    /// Writes a storyboard down and starts its first shot. Each further one begins with the last frame of the clip before
    /// it, and starts by itself when that is there, or when the person has looked at the seam. `act` is a name of the
    /// person's click, as for [`Engine::start_batch`].
    ///
    /// # Errors
    /// [`EngineError::Row`] with the first shot that cannot be asked for; [`EngineError::NeedsYes`] when all of them pass a
    /// guard on spending together; [`EngineError::AlreadyStarted`] for a second click; before anything is written.
    pub async fn start_storyboard(
        &self,
        act: String,
        shots: Vec<Request>,
        approval: Approval,
        provider: Provider,
        consent: Consent,
    ) -> Result<Storyboard, EngineError> {
        self.inner().start_storyboard(act, shots, approval, provider, consent).await
    }

    /// Storyboards that were not put away, newest first.
    ///
    /// # Errors
    /// [`EngineError::Library`] when the library cannot be read.
    pub async fn storyboards(&self) -> Result<Vec<Storyboard>, EngineError> {
        self.inner().storyboards().await
    }

    /// A storyboard as it stands.
    ///
    /// # Errors
    /// `LibraryError::NoSuchStoryboard`
    pub async fn storyboard(&self, id: &StoryboardId) -> Result<Storyboard, EngineError> {
        self.inner().storyboard(id).await
    }

    /// Starts a shot by the person's word: the one whose turn it is, or one that has a job already, again. What follows it
    /// is planned again; clips stay. Two clicks start it once.
    ///
    /// # Errors
    /// `LibraryError::ShotMoved` if the shot has another job by now; `LibraryError::WrongState` while its job or a later
    /// one's is under way or unknown: the person settles that first. [`EngineError::NeedsYes`] when it passes a guard,
    /// together with all that goes on by itself after it.
    pub async fn run_storyboard(
        &self,
        id: &StoryboardId,
        shot: ShotToRun,
        consent: Consent,
    ) -> Result<Storyboard, EngineError> {
        self.inner().run_storyboard(id, shot, consent).await
    }

    /// Lets no further shot of a storyboard start. One that is still in the queue is taken out of it; one that was sent is
    /// followed to its end.
    pub async fn halt_storyboard(&self, id: &StoryboardId) -> Result<Storyboard, EngineError> {
        self.inner().halt_storyboard(id).await
    }

    /// Lets a storyboard go on that the person stopped.
    ///
    /// # Errors
    /// [`EngineError::NeedsYes`] when what is left of it passes a guard.
    pub async fn resume_storyboard(&self, id: &StoryboardId, consent: Consent) -> Result<Storyboard, EngineError> {
        self.inner().resume_storyboard(id, consent).await
    }

    /// Gives a shot that was not started another prompt.
    ///
    /// # Errors
    /// [`EngineError::Invalid`]; `LibraryError::ShotMoved` if it was started meanwhile.
    pub async fn change_shot(&self, id: &StoryboardId, place: u32, prompt: String) -> Result<Storyboard, EngineError> {
        self.inner().change_shot(id, place, prompt).await
    }

    /// Puts a storyboard away that is not running. Its clips, jobs and costs stay.
    ///
    /// # Errors
    /// `LibraryError::ShotMoved` if it is running.
    pub async fn put_storyboard_away(&self, id: &StoryboardId) -> Result<(), EngineError> {
        self.inner().put_storyboard_away(id).await
    }

    /// Makes a picture of the library into one of exactly `size`, kept beside it. The same act makes the same picture.
    ///
    /// # Errors
    /// [`EngineError::Media`] when its pixels cannot be read.
    pub async fn frame_picture(
        &self,
        image: &ImageId,
        size: PixelSize,
        framing: Framing,
    ) -> Result<ImageRef, EngineError> {
        self.inner().frame_picture(image, size, framing).await
    }

    /// Keeps a picture for requests, also one that the service would not take as it is: the check says so then.
    ///
    /// # Errors
    /// [`EngineError::Media`] for bytes that are no picture.
    pub async fn keep_image(&self, bytes: Vec<u8>) -> Result<ImageRef, EngineError> {
        self.inner().keep_image(bytes).await
    }

    /// The request that goes on from a clip: from its last frame, or from the one of that number, counted from 0.
    ///
    /// # Errors
    /// `MediaError::NoSuchFrame` (as [`EngineError::Media`]) beyond its end.
    pub async fn continue_from(&self, clip: &ClipId, frame: Option<u32>) -> Result<Continuation, EngineError> {
        self.inner().continue_from(clip, frame).await
    }

    /// A frame of a clip as PNG, counted from 0 in the order of presentation.
    pub async fn frame(&self, clip: &ClipId, index: u32) -> Result<Vec<u8>, EngineError> {
        self.inner().frame(clip, index).await
    }

    /// A frame of a clip, kept as a picture for requests.
    pub async fn take_frame(&self, clip: &ClipId, index: u32) -> Result<ImageRef, EngineError> {
        self.inner().take_frame(clip, index).await
    }

    /// Writes a copy of a clip's file, with its [`SharedRecipe`] inside unless the settings say otherwise. A file that
    /// cannot be edited without risk is copied as it is. `target` is replaced; it appears whole, or not at all.
    ///
    /// # Errors
    /// [`EngineError::TargetInLibrary`] for the clip's own file, or another file of the library.
    pub async fn copy_clip(&self, clip: &ClipId, target: &Path) -> Result<(), EngineError> {
        self.inner().copy_clip(clip, target).await
    }

    /// Whether a clip's file is still what the service sent.
    pub async fn verify_clip(&self, clip: &ClipId) -> Result<FileCheck, EngineError> {
        self.inner().verify_clip(clip).await
    }

    /// The request in the recipe that a file carries: a copy of a clip, or a recipe itself. Pictures and the clip that it
    /// continues are left out unless they are in this library; numbers are moved into their documented ranges.
    ///
    /// # Errors
    /// [`EngineError::NoRecipe`] if it carries none, or none that can be trusted to be one.
    pub async fn read_recipe(&self, file: Vec<u8>) -> Result<Request, EngineError> {
        self.inner().read_recipe(file).await
    }

    /// What jobs cost: today, this week and month, in all, and in these days.
    ///
    /// # Errors
    /// [`EngineError::Library`] when the library cannot be read; so for the three below.
    pub async fn usage(&self, days: Days, week: Week) -> Result<Usage, EngineError> {
        self.inner().usage(days, week).await
    }

    /// Rows of the ledger from place `from` on, at most `count`.
    pub async fn usage_page(&self, query: UsageQuery, from: u32, count: u32) -> Result<UsagePage, EngineError> {
        self.inner().usage_page(query, from, count).await
    }

    /// The ledger of these days as it leaves the program. Rehearsals and imported clips are not in it.
    pub async fn usage_file(&self, days: Days, format: UsageFormat) -> Result<Vec<u8>, EngineError> {
        self.inner().usage_file(days, format).await
    }

    /// A mark of the monthly budget (80 %, all of it) that what counts has reached. Each is given once for each month
    /// and budget, also across restarts: whoever gets it says it.
    pub async fn budget_warning(&self) -> Result<Option<BudgetWarning>, EngineError> {
        self.inner().budget_warning().await
    }

    /// Brings files in: whole videos of the MP4 family become clips, with the settings of the recipe that they carry.
    /// The files stay where they are. Last frames are drawn behind, but for those that a film may go on from. `told` hears
    /// how far it is, not too often; `stop` ends it after the files that are under way, and keeps what is in. What cannot
    /// be taken is no error, but stands in the summary with its reason.
    ///
    /// # Errors
    /// [`EngineError::Interrupted`] if the program is closing.
    pub async fn import(
        &self,
        files: Vec<PathBuf>,
        stop: CancellationToken,
        told: impl Fn(ImportProgress) + Send + Sync + 'static,
    ) -> Result<ImportSummary, EngineError> {
        import::run(Arc::clone(&self.handle.inner), files, stop, told).await
    }

    /// Looks whether the files of clips are where they belong, puts back what turned up elsewhere in a folder of clips,
    /// and tells of every clip that changed by it. Returns the folders of clips that are not there as a whole.
    pub async fn look_through(&self) -> Result<Vec<PathBuf>, EngineError> {
        self.inner().look_through().await
    }

    /// The same for one clip that is asked for now.
    pub async fn look_for(&self, clip: &ClipId) -> Result<Clip, EngineError> {
        self.inner().look_for(clip).await
    }

    /// Gives a clip its file back from one that the person points at, which stays where it is.
    ///
    /// # Errors
    /// `LibraryError::AnotherFile` (as [`EngineError::Library`]) if its bytes are others.
    pub async fn restore_file(&self, clip: &ClipId, from: PathBuf) -> Result<Clip, EngineError> {
        self.inner().restore_file(clip, from).await
    }

    /// Makes a clip's poster again from its video. Whether there is one now.
    pub async fn mend_poster(&self, clip: &ClipId) -> Result<bool, EngineError> {
        self.inner().mend_poster(clip).await
    }

    /// Returns when no job is open but those that wait for a key and no storyboard is about to start one, or when the
    /// engine stops.
    pub async fn idle(&self) {
        let inner = self.inner();
        let mut changes = inner.changes.subscribe();
        loop {
            changes.mark_unchanged();
            let pause = match inner.with_library(Library::open_jobs).await {
                Ok(jobs) if jobs.iter().all(waits_for_person) => match inner.storyboards_go_on().await {
                    Ok(false) => return,
                    Ok(true) => None,
                    Err(error) => {
                        tracing::warn!(%error, "the storyboards could not be read");
                        Some(Duration::from_secs(1))
                    }
                },
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
