//! What a person asks for: new jobs, and a word about those that need one.

use lastframe_library::LibraryError;
use lastframe_model::{
    Check, Consent, Failure, FailureCode, Field, ImageRef, Job, JobId, JobState, Outcome, Provider, Request, TaskId,
};
use lastframe_provider::PollError;
use rand::Rng;

use crate::error::EngineError;
use crate::run::Inner;

impl Inner {
    pub(crate) fn check(&self, request: &Request, count: u32) -> Check {
        Check::of(request, count, &self.catalogue(), &self.settings().prices)
    }

    pub(crate) async fn enqueue(
        &self,
        request: Request,
        count: u32,
        provider: Provider,
        consent: Consent,
    ) -> Result<Vec<Job>, EngineError> {
        let jobs = self.jobs_of(request, count, &provider).await?;
        self.write_down(jobs, consent).await
    }

    /// `count` new jobs of a request that can be sent, not yet written down.
    pub(crate) async fn jobs_of(
        &self,
        mut request: Request,
        count: u32,
        provider: &Provider,
    ) -> Result<Vec<Job>, EngineError> {
        if let Some(problem) = self.check(&request, count).refusal() {
            return Err(EngineError::Invalid(problem.clone()));
        }
        if let Some((field, picture)) = self.missing_picture(&request) {
            return Err(EngineError::PictureMissing { field, id: picture.id.clone() });
        }
        let before = match request.continues.clone() {
            Some(clip) => self.with_library(move |library| library.clip(&clip)).await?,
            None => None,
        };
        if let Some(before) = before {
            // The last frame has one spelling.
            let last = before.media.frames.saturating_sub(1);
            request.continues_frame = request.continues_frame.filter(|frame| *frame < last);
        } else {
            if let Some(clip) = &request.continues {
                tracing::info!(%clip, "the clip that a request continues is gone; it begins a film of its own");
            }
            request.continue_nothing();
        }
        Ok((0..count).map(|number| self.new_job(&request, number, provider)).collect())
    }

    /// Writes new jobs down, all or none, if they pass no guard without the person's yes.
    pub(crate) async fn write_down(&self, jobs: Vec<Job>, consent: Consent) -> Result<Vec<Job>, EngineError> {
        // From the look at what was spent until the new jobs count as spent, nobody else may look.
        let _alone = self.spending.lock().await;
        self.guard(&jobs, consent).await?;
        let jobs = self.with_library(move |library| library.insert_jobs(&jobs)).await?;
        for job in &jobs {
            self.tell_job(job);
        }
        self.wake.notify_one();
        Ok(jobs)
    }

    /// A job with a seed of its own: the asked one, counted up for each further clip (the same seed twice would
    /// be the same picture paid for twice), or one picked at random.
    fn new_job(&self, request: &Request, number: u32, provider: &Provider) -> Job {
        let most = self.catalogue().get(&request.model).map_or(u32::MAX, |model| model.max_seed);
        let seed = match request.seed {
            Some(seed) => u64::from(seed) + u64::from(number),
            None => u64::from(rand::rng().random_range(0..=most)),
        };
        let seed = u32::try_from(seed % (u64::from(most) + 1)).unwrap_or(most);
        let request = Request { seed: Some(seed), ..request.clone() };
        let now = self.clock.now();
        Job {
            id: self.ids.job(now),
            estimate: self.settings().prices.estimate(&request),
            request,
            provider: provider.clone(),
            state: JobState::Queued,
            task_id: None,
            progress: None,
            failure: None,
            wait: None,
            clip: None,
            created_at: now,
            submitted_at: None,
            finished_at: None,
            dismissed: false,
            position: 0.0,
            revision: 0,
        }
    }

    fn missing_picture<'a>(&self, request: &'a Request) -> Option<(Field, &'a ImageRef)> {
        let slots = [(Field::FirstFrame, &request.first_frame), (Field::LastFrame, &request.last_frame)];
        let frames = slots.into_iter().filter_map(|(field, picture)| Some((field, picture.as_ref()?)));
        let references = request.reference_images.iter().map(|picture| (Field::ReferenceImages, picture));
        frames.chain(references).find(|(_, picture)| self.library.image_path(&picture.id).is_none())
    }

    /// Takes a job out of the queue, and never a job that was sent meanwhile: one move, from queued and nowhere else.
    pub(crate) async fn cancel_queued(&self, id: &JobId) -> Result<Job, EngineError> {
        let (wanted, now) = (id.clone(), self.clock.now());
        let canceled = self.with_library(move |library| {
            library.move_job(&wanted, JobState::Queued, JobState::Canceled, |job| {
                job.finished_at = Some(now);
                job.wait = None;
            })
        });
        let job = canceled.await?;
        self.tell_job(&job);
        self.lanes.stop(id);
        self.wake.notify_one();
        Ok(job)
    }

    pub(crate) async fn stop_following(&self, id: &JobId) -> Result<Job, EngineError> {
        let (wanted, now) = (id.clone(), self.clock.now());
        let stopped = self.with_library(move |library| {
            // The job may move once or twice while it is being stopped.
            let mut tries = 0;
            loop {
                let job = library.job(&wanted)?.ok_or_else(|| LibraryError::NoSuchJob(wanted.clone()))?;
                if !matches!(job.state, JobState::Running | JobState::Downloading) {
                    return Err(LibraryError::WrongState { actual: job.state });
                }
                let moved = library.move_job(&wanted, job.state, JobState::Canceled, |job| {
                    job.finished_at = Some(now);
                    job.wait = None;
                });
                match moved {
                    Err(LibraryError::WrongState { .. }) if tries < 5 => tries += 1,
                    moved => return moved,
                }
            }
        });
        let job = stopped.await?;
        self.tell_job(&job);
        if !self.lanes.stop(id) {
            self.clean_up(id).await;
        }
        self.wake.notify_one();
        Ok(job)
    }

    pub(crate) async fn send_again(&self, id: &JobId, consent: Consent) -> Result<Job, EngineError> {
        let wanted = id.clone();
        let old =
            self.with_library(move |library| library.job(&wanted)?.ok_or(LibraryError::NoSuchJob(wanted))).await?;
        let new = self.new_job(&old.request, 0, &old.provider);
        if let Some((field, picture)) = self.missing_picture(&new.request) {
            return Err(EngineError::PictureMissing { field, id: picture.id.clone() });
        }
        let _alone = self.spending.lock().await;
        self.guard(std::slice::from_ref(&new), consent).await?;
        let id = id.clone();
        let (old, new) = self.with_library(move |library| library.replace_job(&id, &new)).await?;
        self.tell_job(&old);
        self.tell_job(&new);
        self.wake.notify_one();
        Ok(new)
    }

    pub(crate) async fn recheck(&self, id: &JobId) -> Result<Job, EngineError> {
        let wanted = id.clone();
        let job =
            self.with_library(move |library| library.job(&wanted)?.ok_or(LibraryError::NoSuchJob(wanted))).await?;
        let task = job.task_id.clone().ok_or_else(|| EngineError::NoSuchTask("it was never accepted".to_owned()))?;
        self.adopt(&job, task).await
    }

    pub(crate) async fn move_in_queue(&self, id: &JobId, before: Option<JobId>) -> Result<Job, EngineError> {
        let wanted = id.clone();
        let moved = self.with_library(move |library| library.move_in_queue(&wanted, before.as_ref())).await?;
        for job in &moved {
            self.tell_job(job);
        }
        self.wake.notify_one();
        moved.into_iter().find(|job| job.id == *id).ok_or_else(|| LibraryError::NoSuchJob(id.clone()).into())
    }

    pub(crate) async fn dismiss(&self, id: &JobId) -> Result<Job, EngineError> {
        let id = id.clone();
        let job = self.with_library(move |library| library.dismiss_job(&id)).await?;
        self.tell_job(&job);
        Ok(job)
    }

    pub(crate) async fn settle(&self, id: &JobId, outcome: Outcome) -> Result<Job, EngineError> {
        let wanted = id.clone();
        let job =
            self.with_library(move |library| library.job(&wanted)?.ok_or(LibraryError::NoSuchJob(wanted))).await?;
        match outcome {
            Outcome::NotSent => self.not_sent(&job).await,
            Outcome::Task { id } => self.adopt(&job, id).await,
        }
    }

    async fn not_sent(&self, job: &Job) -> Result<Job, EngineError> {
        let (id, now) = (job.id.clone(), self.clock.now());
        let failure = Failure {
            code: FailureCode::NotSent,
            message: "Marked as not sent: nothing is owed for it.".to_owned(),
            service_code: None,
            field: None,
            reply: job.wait.as_ref().map(|wait| wait.message.clone()),
        };
        self.record(move |library| {
            library.move_job(&id, JobState::Unknown, JobState::Failed, |job| {
                job.failure = Some(failure.clone());
                job.finished_at = Some(now);
                job.wait = None;
            })
        })
        .await
    }

    /// Takes a task over for a job whose submit has an unknown outcome, or that was believed to have failed.
    async fn adopt(&self, job: &Job, task_id: TaskId) -> Result<Job, EngineError> {
        if !matches!(job.state, JobState::Unknown | JobState::Failed) {
            return Err(LibraryError::WrongState { actual: job.state }.into());
        }
        let task_id = TaskId::new(task_id.as_str().trim());
        if task_id.as_str().is_empty() {
            return Err(EngineError::EmptyTaskId);
        }
        self.must_be_free(job, &task_id).await?;
        let access = self.services.access(&job.provider).ok_or(EngineError::NotConnected)?;
        if access.client.key_is_in(task_id.as_str()) {
            return Err(EngineError::KeyAsTaskId);
        }
        let answer = access.client.poll(&task_id).await;
        if !matches!(answer, Err(PollError::Offline { .. })) && self.services.reached(&job.provider, &access) {
            self.stands_differently().await;
        }
        match answer {
            Ok(_) => {}
            Err(PollError::Offline { message }) => return Err(EngineError::Offline(message)),
            Err(PollError::KeyRefused { message }) => {
                self.services.refuse(&job.provider, &access, &message);
                self.stands_differently().await;
                return Err(EngineError::KeyRefused(message));
            }
            Err(PollError::Gone { message }) => return Err(EngineError::NoSuchTask(message)),
            Err(PollError::RateLimited { message, .. } | PollError::Trouble { message }) => {
                return Err(EngineError::Service(message));
            }
        }
        let (id, from, now, adopted) = (job.id.clone(), job.state, self.clock.now(), task_id.clone());
        let moved = self
            .record(move |library| {
                library.move_job(&id, from, JobState::Running, |job| {
                    job.task_id = Some(adopted.clone());
                    job.submitted_at = job.submitted_at.or(Some(now));
                    job.finished_at = None;
                    job.failure = None;
                    job.wait = None;
                    job.dismissed = false;
                })
            })
            .await;
        if moved.is_err() {
            // Two who gave the same id at once: the database let one of them have it.
            self.must_be_free(job, &task_id).await?;
        }
        self.wake.notify_one();
        moved
    }

    /// Refuses a task that another job has.
    async fn must_be_free(&self, job: &Job, task_id: &TaskId) -> Result<(), EngineError> {
        let (provider, wanted) = (job.provider.clone(), task_id.clone());
        match self.with_library(move |library| library.job_of_task(&provider, &wanted)).await? {
            Some(other) if other != job.id => Err(EngineError::TaskTaken(other)),
            _ => Ok(()),
        }
    }
}
