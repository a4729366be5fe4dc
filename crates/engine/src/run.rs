//! What all parts of the engine share, and the lane: the one task that carries one job as far as it can go.
//!
//! A lane looks at the job's row, does the next step, and looks again. It holds no state that a restart would
//! miss; what it does hold (links, how often it has tried) can be asked for anew.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use lastframe_library::{Library, LibraryError, Ownership, clip_of};
use lastframe_model::{Catalogue, Event, Job, JobId, JobState, Provider, Settings, Standing, Wait, WaitReason};
use lastframe_provider::{Downloaded, Task, forget_part};
use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::backoff;
use crate::clock::Clock;
use crate::download::Downloads;
use crate::error::EngineError;
use crate::follow::{Kind, Overdue, Pacing};
use crate::ids::Ids;
use crate::pace::Typical;
use crate::polls::{Polls, Toll, Turn};
use crate::services::Services;

/// A download that waits at least so long for its next attempt does not keep other jobs from being sent meanwhile.
const LONG: Duration = Duration::from_secs(7);

/// Told what happened, after it was committed. Called from the engine's own tasks: must return at once.
pub type Events = Arc<dyn Fn(Event) + Send + Sync>;

/// Everything the engine's tasks share.
pub(crate) struct Inner {
    pub(crate) library: Library,
    pub(crate) clock: Arc<dyn Clock>,
    /// Where the person is.
    pub(crate) time_zone: jiff::tz::TimeZone,
    /// Held from looking at what was spent until new jobs count as spent.
    pub(crate) spending: tokio::sync::Mutex<()>,
    /// Held while the queue is paused, and from looking whether it is until an intent is written.
    pub(crate) pausing: tokio::sync::Mutex<()>,
    /// Lists that were started already.
    pub(crate) started: crate::batches::Started,
    pub(crate) boards: crate::storyboard::Boards,
    /// As it was last told.
    pub(crate) standing: tokio::sync::Mutex<Standing>,
    pub(crate) events: Events,
    pub(crate) settings: RwLock<Settings>,
    pub(crate) catalogue: RwLock<Catalogue>,
    pub(crate) live: crate::specs::Live,
    pub(crate) services: Services,
    pub(crate) polls: Arc<Polls>,
    /// How long tasks usually take, as far as the library was asked.
    pub(crate) typical: tokio::sync::Mutex<HashMap<Kind, Option<Typical>>>,
    pub(crate) ids: Ids,
    pub(crate) lanes: Lanes,
    pub(crate) downloads: Downloads,
    pub(crate) organising: crate::gallery::Organising,
    pub(crate) films: crate::films::Films,
    pub(crate) exports: crate::export::Exports,
    pub(crate) last_frames: crate::last_frames::LastFrames,
    /// Makes the queue look again.
    pub(crate) wake: Notify,
    /// Goes up with every committed change of a job.
    pub(crate) changes: watch::Sender<u64>,
    /// Goes up when the person changed something that jobs may wait for: a key, a folder, a setting.
    pub(crate) circumstances: watch::Sender<u64>,
    /// The engine is stopping: no new step begins.
    pub(crate) stop: CancellationToken,
    pub(crate) tasks: TaskTracker,
    /// Held until the engine has stopped.
    pub(crate) ownership: Mutex<Option<Ownership>>,
}

/// The jobs that are being carried now.
#[derive(Default)]
pub(crate) struct Lanes {
    by_job: Mutex<HashMap<JobId, Lane>>,
}

pub(crate) struct Lane {
    pub(crate) provider: Provider,
    /// Until it is known what became of the submit.
    pub(crate) sending: bool,
    /// A step of it panicked: the job rests until the next start, and holds no place.
    pub(crate) wrecked: bool,
    /// It was paid for and made, and waits long for its next attempt to be fetched: it holds no place either.
    pub(crate) resting: bool,
    /// Ends this lane only.
    stop: CancellationToken,
    /// Set right after the task was spawned.
    abort: Option<AbortHandle>,
}

impl Lanes {
    pub(crate) fn all(&self) -> MutexGuard<'_, HashMap<JobId, Lane>> {
        self.by_job.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the lane of a job. Whether there was one that is still under way.
    pub(crate) fn stop(&self, job: &JobId) -> bool {
        let mut lanes = self.all();
        if lanes.get(job).is_some_and(|lane| lane.wrecked) {
            lanes.remove(job);
        }
        lanes.get(job).map(|lane| lane.stop.cancel()).is_some()
    }

    pub(crate) fn sent(&self, job: &JobId) {
        if let Some(lane) = self.all().get_mut(job) {
            lane.sending = false;
        }
    }

    fn rests(&self, job: &JobId, resting: bool) {
        if let Some(lane) = self.all().get_mut(job) {
            lane.resting = resting;
        }
    }

    pub(crate) fn abort_all(&self) {
        for lane in self.all().values() {
            if let Some(abort) = &lane.abort {
                abort.abort();
            }
        }
    }
}

/// What a lane does next.
pub(crate) enum Step {
    /// The next step, at once.
    Again,
    /// The next step after this time, or as soon as circumstances change.
    Wait(Duration),
    /// Another attempt at a download that failed: after this time, or as soon as circumstances change, and when the
    /// retries of all jobs together allow it.
    Retry(Duration),
    /// The next step when it is the job's turn to ask, not before [`Course::due`].
    Turn,
    /// The next step when circumstances change.
    UntilChanged,
    /// Nothing more: the job has ended, or goes back to the queue.
    End,
}

/// What a lane remembers between steps.
pub(crate) struct Course {
    /// Ends the lane.
    pub(crate) stop: CancellationToken,
    /// The newest word about the task, not used yet.
    pub(crate) task: Option<Task>,
    /// The right to ask now.
    pub(crate) turn: Option<Turn>,
    /// What the attempt that is under way has cost.
    pub(crate) toll: Option<Toll>,
    /// Nobody is asked before this (by [`Polls::time`]).
    pub(crate) due: Duration,
    /// When the running task is asked about.
    pub(crate) pacing: Option<Pacing>,
    /// Since when the task is past its time, with the service still saying nothing final.
    pub(crate) overdue: Overdue,
    /// Failures in a row of asking the service or writing to the library.
    pub(crate) tries: u32,
    /// Failures in a row of fetching the video without a byte gained. A poll that succeeds does not end them.
    pub(crate) fetches: u32,
    /// Since when the service does not know the task (the clock's `elapsed`), and by which connection.
    pub(crate) missing: Option<(u64, Duration)>,
    /// Times that something arrived which was no video.
    pub(crate) bad: u32,
    /// The last file that arrived whole and was not believed to be the video.
    pub(crate) doubted: Option<Downloaded>,
    /// Whether this download is the one that finds out if downloads still have to stand still.
    pub(crate) looking: bool,
}

impl Course {
    /// The wait after one more failure.
    pub(crate) fn tried(&mut self, most: Duration) -> Duration {
        self.tries = self.tries.saturating_add(1);
        backoff::growing(self.tries, Duration::from_secs(1), most)
    }
}

/// Takes the lane off the list when its task ends. A lane that panicked stays on it, without a place: the same
/// step would panic again, and nothing must run in circles. Its job goes on at the next start.
struct Leave {
    inner: Arc<Inner>,
    job: JobId,
}

impl Drop for Leave {
    fn drop(&mut self) {
        if std::thread::panicking() {
            tracing::error!(job = %self.job, "a step panicked; the job rests until the next start");
            if let Some(lane) = self.inner.lanes.all().get_mut(&self.job) {
                (lane.wrecked, lane.sending) = (true, false);
            }
        } else {
            self.inner.lanes.all().remove(&self.job);
        }
        self.inner.wake.notify_one();
    }
}

impl Inner {
    /// Carries a job from here on, in a task of its own.
    pub(crate) fn launch(self: &Arc<Self>, job: &Job) {
        let stop = self.stop.child_token();
        let lane = Lane {
            provider: job.provider.clone(),
            sending: job.state == JobState::Queued,
            wrecked: false,
            resting: false,
            stop: stop.clone(),
            abort: None,
        };
        self.lanes.all().insert(job.id.clone(), lane);
        let leave = Leave { inner: Arc::clone(self), job: job.id.clone() };
        let provider = job.provider.clone();
        let task = self.tasks.spawn(async move { leave.inner.carry(&leave.job, &provider, stop).await });
        if let Some(lane) = self.lanes.all().get_mut(&job.id) {
            lane.abort = Some(task.abort_handle());
        }
        self.polls.wake.notify_one();
    }

    async fn carry(self: &Arc<Self>, id: &JobId, provider: &Provider, stop: CancellationToken) {
        let mut circumstances = self.circumstances.subscribe();
        let mut course = Course {
            stop: stop.clone(),
            task: None,
            turn: None,
            toll: None,
            due: Duration::ZERO,
            pacing: None,
            overdue: None,
            tries: 0,
            fetches: 0,
            missing: None,
            bad: 0,
            doubted: None,
            looking: false,
        };
        while !stop.is_cancelled() {
            circumstances.mark_unchanged();
            let next = match self.step(id, &mut course).await {
                Ok(next) => next,
                Err(error) => self.stumbled(id, &mut course, &error).await,
            };
            if let Some(turn) = course.turn.take() {
                turn.went_well(); // it was not used, and is somebody else's now
            }
            match next {
                Step::Again => {}
                Step::End => break,
                Step::Wait(time) => tokio::select! {
                    () = self.clock.sleep(time) => {}
                    _ = circumstances.changed() => {}
                    () = stop.cancelled() => break,
                },
                Step::Retry(time) => {
                    course.toll = None;
                    if time >= LONG {
                        self.lanes.rests(id, true);
                        self.wake.notify_one();
                    }
                    tokio::select! {
                        () = self.clock.sleep(time) => {}
                        _ = circumstances.changed() => {}
                        () = stop.cancelled() => break,
                    }
                    tokio::select! {
                        toll = self.polls.retry(provider, &*self.clock) => course.toll = toll.ok(),
                        () = stop.cancelled() => break,
                    }
                    self.lanes.rests(id, false);
                }
                Step::Turn => tokio::select! {
                    turn = self.polls.turn(provider, course.due, &*self.clock) => course.turn = turn.ok(),
                    () = stop.cancelled() => break,
                },
                Step::UntilChanged => tokio::select! {
                    _ = circumstances.changed() => {}
                    () = stop.cancelled() => break,
                },
            }
        }
        if self.downloads.is_back(id) {
            self.say_how_it_stands().await;
        }
        self.clean_up(id).await;
    }

    async fn step(self: &Arc<Self>, id: &JobId, course: &mut Course) -> Result<Step, EngineError> {
        let wanted = id.clone();
        let Some(job) = self.with_library(move |library| library.job(&wanted)).await? else {
            return Ok(Step::End);
        };
        match job.state {
            JobState::Queued => self.submit(&job, course).await,
            JobState::Running => self.follow(&job, course).await,
            JobState::Downloading => self.fetch(&job, course).await,
            JobState::Submitting | JobState::Done | JobState::Failed | JobState::Unknown | JobState::Canceled => {
                Ok(Step::End)
            }
        }
    }

    /// What to do after a step that the library did not let happen.
    async fn stumbled(&self, id: &JobId, course: &mut Course, error: &EngineError) -> Step {
        match error {
            // Somebody else moved the job: it is theirs now.
            EngineError::Library(LibraryError::WrongState { .. } | LibraryError::NoSuchJob(_)) => Step::Again,
            EngineError::Library(LibraryError::DiskFull) => {
                let wait = Wait::new(WaitReason::DiskFull, "The disk is full.");
                self.note_anywhere(id, wait).await;
                Step::Wait(course.tried(Duration::from_secs(30)))
            }
            error => {
                tracing::error!(job = %id, %error, "a step failed; it is tried again");
                if matches!(error, EngineError::Library(LibraryError::Io { .. } | LibraryError::FolderGone(_))) {
                    let wait = Wait::new(WaitReason::FolderGone, error.to_string());
                    self.note_anywhere(id, wait).await;
                }
                Step::Wait(course.tried(Duration::from_mins(1)))
            }
        }
    }

    /// Removes what was fetched of a job that the person stopped following.
    pub(crate) async fn clean_up(&self, id: &JobId) {
        let id = id.clone();
        let done = self.with_library(move |library| {
            if library.job(&id)?.is_some_and(|job| job.state == JobState::Canceled) {
                let (places, clip) = (library.places(), clip_of(&id));
                for part in [places.part_file(&clip), places.last_frame_part_file(&clip)] {
                    let _ = forget_part(&part); // most jobs have none
                }
            }
            Ok(())
        });
        if let Err(error) = done.await {
            tracing::debug!(%error, "nothing was cleaned up");
        }
    }

    /// Runs something that blocks on the library, where blocking is allowed.
    pub(crate) async fn with_library<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Library) -> Result<T, LibraryError> + Send + 'static,
    ) -> Result<T, EngineError> {
        let library = self.library.clone();
        Ok(blocking(move || work(&library)).await??)
    }

    /// Commits something that must not be lost: while the disk is full or the database is locked it is tried
    /// again, until the engine is stopped.
    pub(crate) async fn record(
        &self,
        write: impl Fn(&Library) -> Result<Job, LibraryError> + Clone + Send + 'static,
    ) -> Result<Job, EngineError> {
        let mut tries = 0;
        loop {
            let error = match self.with_library(write.clone()).await {
                Ok(job) => {
                    self.tell_job(&job);
                    return Ok(job);
                }
                Err(EngineError::Library(error)) if error.may_pass() => error,
                Err(error) => return Err(error),
            };
            tries += 1;
            tracing::warn!(%error, tries, "a change could not be written down; it is tried again");
            tokio::select! {
                () = self.clock.sleep(backoff::growing(tries, Duration::from_millis(500), Duration::from_secs(10))) => {}
                () = self.stop.cancelled(), if tries > 1 => return Err(error.into()),
            }
        }
    }

    /// Says why a job is not moving, if that is news.
    pub(crate) async fn note_wait(&self, job: &Job, wait: Option<Wait>) -> Result<(), EngineError> {
        if job.wait == wait {
            return Ok(());
        }
        let (id, state) = (job.id.clone(), job.state);
        let noted = self.with_library(move |library| library.note_job(&id, state, |job| job.wait = wait)).await?;
        self.tell_job(&noted);
        Ok(())
    }

    /// [`Self::note_wait`] wherever the job is; what cannot be noted is not.
    async fn note_anywhere(&self, id: &JobId, wait: Wait) {
        let wanted = id.clone();
        if let Ok(Some(job)) = self.with_library(move |library| library.job(&wanted)).await
            && job.state.is_open()
        {
            let _ = self.note_wait(&job, Some(wait)).await; // the disk that is full may be the database's
        }
    }

    /// Tells a job's committed snapshot.
    pub(crate) fn tell_job(&self, job: &Job) {
        (self.events)(Event::Job(job.clone()));
        self.changes.send_modify(|changes| *changes += 1);
    }

    /// Wakes everything that waits for the person.
    pub(crate) fn circumstances_changed(&self) {
        self.circumstances.send_modify(|changes| *changes += 1);
        self.wake.notify_one();
        self.polls.wake.notify_one();
    }

    /// The settings of now.
    pub(crate) fn settings(&self) -> Settings {
        self.settings.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Runs something that blocks, where blocking is allowed.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, EngineError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        tracing::error!(%error, "blocking work did not end");
        EngineError::Interrupted
    })
}
