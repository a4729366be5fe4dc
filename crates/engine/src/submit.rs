//! Sending a job, once.
//!
//! The intent is committed before the POST, the outcome right after. Only a submit that provably never left
//! (no connection) or was turned away unseen (401, 429) goes back to the queue; whatever may have been
//! accepted never does.

use lastframe_library::crash::{self, Point};
use lastframe_library::{Accepted, Library, LibraryError};
use lastframe_model::check::problems;
use lastframe_model::{
    Catalogue, Failure, FailureCode, Field, ImageId, Job, JobState, Problem, Request, Wait, WaitReason,
};
use lastframe_provider::{Payload, PayloadError, SubmitError, Task};

use crate::error::EngineError;
use crate::run::{Course, Inner, Step, blocking};
use crate::services::{Access, Call, Gate};

impl Inner {
    pub(crate) async fn submit(&self, job: &Job, course: &mut Course) -> Result<Step, EngineError> {
        let Gate::Open(access) = self.services.gate(&job.provider, Call::Submit, self.clock.elapsed()) else {
            return Ok(Step::End); // the queue says why
        };
        // The model changed while the job waited: what the person asked for can no longer be said to it, and something
        // else is not bought in its place.
        let problem = extras_refused(&job.request, &self.catalogue());
        if let Some(problem) = problem {
            self.end(job, JobState::Queued, changed_model(&problem)).await?;
            return Ok(Step::End);
        }
        let payload = match self.payload(&job.request).await? {
            Ok(payload) => payload,
            Err(id) => {
                let failure = image_missing(&id);
                self.end(job, JobState::Queued, failure).await?;
                return Ok(Step::End);
            }
        };
        if course.stop.is_cancelled() {
            return Ok(Step::End);
        }
        // Paused between the queue's look and now. Held until the intent is written, so that nothing leaves after
        // the pause was confirmed.
        let pausing = self.pausing.lock().await;
        if self.with_library(Library::is_paused).await? {
            return Ok(Step::End);
        }
        let (id, sha256, now) = (job.id.clone(), payload.sha256().to_owned(), self.clock.now());
        let begun = self.with_library(move |library| library.begin_submit(&id, &sha256, now)).await;
        drop(pausing);
        if let Err(EngineError::Library(LibraryError::AlreadySent(_))) = begun {
            // The database was changed behind the engine's back; what may have been paid for is not paid again.
            self.end(job, JobState::Queued, already_sent()).await?;
            return Ok(Step::End);
        }
        let job = begun?;
        self.tell_job(&job);
        // From here on nothing may cut the way short: the outcome has to be written down.
        let outcome = access.client.submit(&payload).await;
        crash::reached(Point::ReplyRead);
        drop(payload);
        let step = self.submitted(&job, course, &access, outcome).await;
        self.lanes.sent(&job.id);
        self.wake.notify_one();
        step
    }

    async fn submitted(
        &self,
        job: &Job,
        course: &mut Course,
        access: &Access,
        outcome: Result<Task, SubmitError>,
    ) -> Result<Step, EngineError> {
        let now = self.clock.elapsed();
        let provider = &job.provider;
        match outcome {
            Ok(task) => {
                self.accepted(job, &task).await?;
                if self.services.calm(provider, access, now) {
                    self.stands_differently().await;
                }
                course.task = Some(task);
                Ok(Step::Again)
            }
            Err(SubmitError::NotSent { message }) => {
                // Said once for the service, not on each of its jobs.
                if self.services.lost(provider, access, now, &message) {
                    self.stands_differently().await;
                }
                self.back_to_queue(job, None).await
            }
            Err(SubmitError::RateLimited { retry_after, message }) => {
                let wait = Wait::new(WaitReason::RateLimited, message);
                self.services.pause(provider, access, now, retry_after, wait.clone());
                self.back_to_queue(job, Some(wait)).await
            }
            Err(SubmitError::KeyRefused { message }) => {
                self.services.refuse(provider, access, &message);
                self.back_to_queue(job, Some(Wait::new(WaitReason::KeyRefused, message))).await
            }
            Err(SubmitError::BalanceOrPermission { failure } | SubmitError::Refused { failure }) => {
                let over = self.services.calm(provider, access, now);
                self.end(job, JobState::Submitting, failure).await?;
                if over {
                    self.stands_differently().await;
                }
                Ok(Step::End)
            }
            Err(SubmitError::Unknown { message, reply }) => {
                // Not in whose words: they may quote the prompt.
                tracing::warn!(job = %job.id, "the outcome of a submit is not known");
                // Nothing came back: no other job is sent the same way before something does.
                let away = reply.is_none() && self.services.lost(provider, access, now, &message);
                let (id, finished_at) = (job.id.clone(), self.clock.now());
                let wait = Wait { reply, ..Wait::new(WaitReason::ServiceTrouble, message) };
                // A second one in a row pauses the queue. Held, so that no other intent is written in between.
                let pausing = self.pausing.lock().await;
                let lost = self.record(move |library| {
                    library.lose_job(&id, |job| {
                        job.wait = Some(wait.clone());
                        job.finished_at = Some(finished_at);
                    })
                });
                lost.await?;
                drop(pausing);
                if self.services.doubt(provider, access) | away || self.with_library(Library::is_paused).await? {
                    self.stands_differently().await;
                }
                Ok(Step::End)
            }
        }
    }

    /// Commits the id of an accepted task. If that does not succeed at once, the id goes into the library's reserve
    /// before anything else is tried: whoever stops the program now, or pulls the plug, loses nothing.
    async fn accepted(&self, job: &Job, task: &Task) -> Result<(), EngineError> {
        let (id, task_id, progress) = (job.id.clone(), task.id.clone(), task.progress);
        let write = move |library: &Library| {
            library.move_job(&id, JobState::Submitting, JobState::Running, |job| {
                job.task_id = Some(task_id.clone());
                job.progress = progress;
            })
        };
        let error = match self.with_library(write.clone()).await {
            Ok(job) => {
                self.tell_job(&job);
                return Ok(());
            }
            Err(error) => error,
        };
        tracing::error!(job = %job.id, task = %task.id, %error, "an accepted task could not be written down at once");
        let accepted = Accepted { job: job.id.clone(), provider: job.provider.clone(), task_id: task.id.clone() };
        let line = accepted.clone();
        if let Err(error) = self.with_library(move |library| library.note_accepted(&line)).await {
            // It is in the log, and told by the library as long as the program runs.
            tracing::error!(job = %job.id, task = %task.id, %error, "not even the reserve took an accepted task");
        }
        self.record(write).await?;
        // A line that stays is taken for what it is at the next start: the job has its task.
        if let Err(error) = self.with_library(move |library| library.forget_accepted(&accepted)).await {
            tracing::warn!(job = %job.id, %error, "the reserve keeps a line that is no longer needed");
        }
        Ok(())
    }

    async fn back_to_queue(&self, job: &Job, wait: Option<Wait>) -> Result<Step, EngineError> {
        let id = job.id.clone();
        self.record(move |library| {
            library.move_job(&id, JobState::Submitting, JobState::Queued, |job| {
                job.wait.clone_from(&wait);
                job.submitted_at = None;
            })
        })
        .await?;
        Ok(Step::End)
    }

    /// Ends a job without a clip, unless its video lies here already.
    pub(crate) async fn end(&self, job: &Job, from: JobState, failure: Failure) -> Result<(), EngineError> {
        if matches!(from, JobState::Running | JobState::Downloading) && self.save(job, &failure).await? {
            return Ok(());
        }
        let (id, finished_at) = (job.id.clone(), self.clock.now());
        self.record(move |library| {
            library.move_job(&id, from, JobState::Failed, |job| {
                job.failure = Some(failure.clone());
                job.finished_at = Some(finished_at);
                job.progress = None;
                job.wait = None;
            })
        })
        .await?;
        Ok(())
    }

    /// The body to send, or which picture is missing.
    async fn payload(&self, request: &Request) -> Result<Result<Payload, ImageId>, EngineError> {
        let (library, request, catalogue) = (self.library.clone(), request.clone(), self.catalogue());
        let made = blocking(move || {
            Payload::new(&request, &catalogue, |picture| match library.image_bytes(&picture.id) {
                Ok(Some(bytes)) => Ok(bytes),
                Ok(None) => Err(std::io::ErrorKind::NotFound.into()),
                Err(error) => Err(std::io::Error::other(error)),
            })
        });
        match made.await? {
            Ok(payload) => Ok(Ok(payload)),
            Err(PayloadError::Image { id, source }) => {
                tracing::warn!(image = %id, error = %source, "a picture of a request cannot be read");
                Ok(Err(id))
            }
            Err(PayloadError::Json(error)) => Err(EngineError::Library(LibraryError::Json(error))),
        }
    }
}

/// The first of the model's own parameters that the request says in vain; only where the model is still known.
fn extras_refused(request: &Request, catalogue: &Catalogue) -> Option<Problem> {
    catalogue.get(&request.model)?;
    problems(request, catalogue).into_iter().find(|problem| problem.field == Field::Extra)
}

fn changed_model(problem: &Problem) -> Failure {
    Failure {
        code: FailureCode::InvalidRequest,
        message: format!("The model has changed since this was asked for; nothing was sent. {}", problem.message),
        service_code: None,
        field: Some(problem.field),
        reply: None,
    }
}

fn already_sent() -> Failure {
    Failure {
        code: FailureCode::Refused,
        message: "This job was sent before, and may have been accepted: it is not sent again.".to_owned(),
        service_code: None,
        field: None,
        reply: None,
    }
}

fn image_missing(id: &ImageId) -> Failure {
    Failure {
        code: FailureCode::ImageMissing,
        message: format!("A picture of this request is no longer in the library ({id})."),
        service_code: None,
        field: None,
        reply: None,
    }
}
