//! What a person asks for: new jobs, and a word about those that need one.

use lastframe_library::LibraryError;
use lastframe_model::{
    Check, Failure, FailureCode, Field, ImageRef, Job, JobId, JobState, Outcome, Provider, Request, TaskId,
};
use lastframe_provider::PollError;
use rand::Rng;

use crate::error::EngineError;
use crate::run::Inner;

impl Inner {
    pub(crate) fn check(&self, request: &Request, count: u32) -> Check {
        Check::of(request, count, &self.catalogue, &self.settings().prices)
    }

    pub(crate) async fn enqueue(
        &self,
        mut request: Request,
        count: u32,
        provider: Provider,
    ) -> Result<Vec<Job>, EngineError> {
        if let Some(problem) = self.check(&request, count).refusal() {
            return Err(EngineError::Invalid(problem.clone()));
        }
        if let Some((field, picture)) = self.missing_picture(&request) {
            return Err(EngineError::PictureMissing { field, id: picture.id.clone() });
        }
        if let Some(clip) = request.continues.clone() {
            let known = clip.clone();
            if self.with_library(move |library| library.clip(&known)).await?.is_none() {
                tracing::info!(%clip, "the clip that a request continues is gone; it begins a film of its own");
                request.continues = None;
            }
        }
        let jobs: Vec<Job> = (0..count).map(|number| self.new_job(&request, number, &provider)).collect();
        let written = jobs.clone();
        self.with_library(move |library| library.insert_jobs(&written)).await?;
        for job in &jobs {
            self.tell_job(job);
        }
        self.wake.notify_one();
        Ok(jobs)
    }

    /// A job with a seed of its own: the asked one, counted up for each further clip (the same seed twice would
    /// be the same picture paid for twice), or one picked at random.
    fn new_job(&self, request: &Request, number: u32, provider: &Provider) -> Job {
        let seed = request.seed.map_or_else(|| rand::rng().random(), |seed| seed.wrapping_add(number));
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
            revision: 0,
        }
    }

    fn missing_picture<'a>(&self, request: &'a Request) -> Option<(Field, &'a ImageRef)> {
        let slots = [(Field::FirstFrame, &request.first_frame), (Field::LastFrame, &request.last_frame)];
        let frames = slots.into_iter().filter_map(|(field, picture)| Some((field, picture.as_ref()?)));
        let references = request.reference_images.iter().map(|picture| (Field::ReferenceImages, picture));
        frames.chain(references).find(|(_, picture)| self.library.image_path(&picture.id).is_none())
    }

    pub(crate) async fn stop_following(&self, id: &JobId) -> Result<Job, EngineError> {
        let (wanted, now) = (id.clone(), self.clock.now());
        let stopped = self.with_library(move |library| {
            // The job may move once or twice while it is being stopped.
            let mut tries = 0;
            loop {
                let job = library.job(&wanted)?.ok_or_else(|| LibraryError::NoSuchJob(wanted.clone()))?;
                if !matches!(job.state, JobState::Queued | JobState::Running | JobState::Downloading) {
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

    pub(crate) async fn send_again(&self, id: &JobId) -> Result<Job, EngineError> {
        let wanted = id.clone();
        let old =
            self.with_library(move |library| library.job(&wanted)?.ok_or(LibraryError::NoSuchJob(wanted))).await?;
        let new = self.new_job(&old.request, 0, &old.provider);
        if let Some((field, picture)) = self.missing_picture(&new.request) {
            return Err(EngineError::PictureMissing { field, id: picture.id.clone() });
        }
        let (id, written) = (id.clone(), new.clone());
        let old = self.with_library(move |library| library.replace_job(&id, &written)).await?;
        self.tell_job(&old);
        self.tell_job(&new);
        self.wake.notify_one();
        Ok(new)
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
        let (provider, wanted) = (job.provider.clone(), task_id.clone());
        if let Some(other) = self.with_library(move |library| library.job_of_task(&provider, &wanted)).await?
            && other != job.id
        {
            return Err(EngineError::TaskTaken(other));
        }
        let access = self.services.access(&job.provider).ok_or(EngineError::NotConnected)?;
        match access.client.poll(&task_id).await {
            Ok(_) => {}
            Err(PollError::Offline { message }) => return Err(EngineError::Offline(message)),
            Err(PollError::KeyRefused { message }) => {
                self.services.refuse(&job.provider, &access, &message);
                return Err(EngineError::KeyRefused(message));
            }
            Err(PollError::Gone { message }) => return Err(EngineError::NoSuchTask(message)),
            Err(PollError::RateLimited { message, .. } | PollError::Trouble { message }) => {
                return Err(EngineError::Service(message));
            }
        }
        let (id, from, now) = (job.id.clone(), job.state, self.clock.now());
        let job = self
            .record(move |library| {
                library.move_job(&id, from, JobState::Running, |job| {
                    job.task_id = Some(task_id.clone());
                    job.submitted_at = job.submitted_at.or(Some(now));
                    job.finished_at = None;
                    job.failure = None;
                    job.wait = None;
                    job.dismissed = false;
                })
            })
            .await?;
        self.wake.notify_one();
        Ok(job)
    }
}
