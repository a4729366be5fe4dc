//! Which job may go next.
//!
//! What the service already has is always followed. What is queued goes oldest first, at most
//! `parallel_jobs` of one service side by side, and only while its service takes calls: otherwise each
//! queued job says what it waits for, but for a network that is away, which the standing says once for all.
//! Jobs of one service never hold up those of another.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use lastframe_model::{Job, JobState, Provider, Wait, WaitReason};

use crate::error::EngineError;
use crate::run::Inner;
use crate::services::{Call, Gate};

/// How long to wait before the library is asked again after it failed.
const AFTER_FAILURE: Duration = Duration::from_secs(2);

impl Inner {
    /// Keeps the queue moving until the engine stops.
    pub(crate) async fn keep_queue(self: Arc<Self>) {
        while !self.stop.is_cancelled() {
            let look_again = self.dispatch().await.unwrap_or_else(|error| {
                tracing::error!(%error, "the queue could not be read");
                Some(AFTER_FAILURE)
            });
            let pause = async {
                match look_again {
                    Some(time) => self.clock.sleep(time).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = self.wake.notified() => {}
                () = pause => {}
                () = self.stop.cancelled() => {}
            }
        }
    }

    /// Launches what may go. Returns when to look again, if time alone will change something.
    async fn dispatch(self: &Arc<Self>) -> Result<Option<Duration>, EngineError> {
        let jobs = self.with_library(lastframe_library::Library::open_jobs).await?;
        let paused = self.with_library(lastframe_library::Library::is_paused).await?;
        if let Err(error) = self.tell_standing().await {
            tracing::warn!(%error, "how the queue stands could not be told");
        }
        // The standing says a pause as long as it lasts, whether or not anybody waits for its end.
        let mut held = HashSet::new();
        let mut look_again = self.services.pause_over_in(self.clock.elapsed());
        for job in jobs {
            if self.stop.is_cancelled() {
                break;
            }
            let lane = self.lanes.all().get(&job.id).map(|lane| lane.wrecked);
            match job.state {
                // Whatever its lane was about to write down about the POST is lost with it.
                JobState::Submitting if lane == Some(true) => self.lost(&job).await?,
                _ if lane.is_some() => {}
                JobState::Running | JobState::Downloading => self.launch(&job),
                JobState::Submitting => self.lost(&job).await?,
                // The standing says it once for all of them.
                JobState::Queued if paused => {}
                JobState::Queued => {
                    if let Some(time) = self.consider(&job, &mut held).await? {
                        look_again = Some(look_again.map_or(time, |sooner| sooner.min(time)));
                    }
                }
                JobState::Done | JobState::Failed | JobState::Unknown | JobState::Canceled => {}
            }
        }
        Ok(look_again)
    }

    /// Launches a queued job, or says why it has to wait; returns for how long, if that is known. `held` are the
    /// services one of whose jobs had to wait: whatever has changed since, none goes before it.
    async fn consider(
        self: &Arc<Self>,
        job: &Job,
        held: &mut HashSet<Provider>,
    ) -> Result<Option<Duration>, EngineError> {
        let gate = self.services.gate(&job.provider, Call::Submit, self.clock.elapsed());
        if matches!(gate, Gate::Open(_)) && !held.contains(&job.provider) && self.has_room(job) {
            self.launch(job);
            return Ok(None);
        }
        held.insert(job.provider.clone());
        let noted = match gate {
            // Said once, by the standing.
            Gate::Blocked { wait, over_in } if wait.reason == WaitReason::Offline => {
                self.note_wait(job, None).await.map(|()| over_in)
            }
            Gate::Blocked { wait, over_in } => self.note_wait(job, Some(wait)).await.map(|()| over_in),
            Gate::Open(_) => self.note_wait(job, None).await.map(|()| None),
        };
        match noted {
            // Stopped in this very moment.
            Err(EngineError::Library(lastframe_library::LibraryError::WrongState { .. })) => Ok(None),
            // The disk is full: the note can wait.
            Err(EngineError::Library(error)) if error.may_pass() => Ok(Some(AFTER_FAILURE)),
            noted => noted,
        }
    }

    fn has_room(&self, job: &Job) -> bool {
        let most = usize::try_from(self.settings().parallel_jobs.clamp(1, 10)).unwrap_or(1);
        let lanes = self.lanes.all();
        let others = lanes.values().filter(|lane| lane.provider == job.provider && !lane.wrecked && !lane.resting);
        // A service that was just away or asked for patience is tried with one job, not with all of them.
        let feeling = self.services.is_shaky(&job.provider) && others.clone().any(|lane| lane.sending);
        !feeling && others.count() < most
    }

    /// A submit whose lane is gone: nobody knows what became of it.
    async fn lost(&self, job: &Job) -> Result<(), EngineError> {
        let (id, now) = (job.id.clone(), self.clock.now());
        let moved = self
            .with_library(move |library| {
                library.move_job(&id, JobState::Submitting, JobState::Unknown, |job| {
                    job.wait = Some(interrupted());
                    job.finished_at = Some(now);
                })
            })
            .await;
        match moved {
            Ok(job) => self.tell_job(&job),
            Err(EngineError::Library(lastframe_library::LibraryError::WrongState { .. })) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

/// The words on a job whose submit was cut off by the end of the program.
pub(crate) fn interrupted() -> Wait {
    let message = "The program ended while this was being sent: it may or may not have been accepted.".to_owned();
    Wait::new(WaitReason::ServiceTrouble, message)
}
