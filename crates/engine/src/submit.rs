//! Sending a job, once.
//!
//! The intent is committed before the POST, the outcome right after. Only a submit that provably never left
//! (no connection) or was turned away unseen (401, 429) goes back to the queue; whatever may have been
//! accepted never does.

use lastframe_library::LibraryError;
use lastframe_model::{Failure, FailureCode, ImageId, Job, JobState, Request, Wait, WaitReason};
use lastframe_provider::{Payload, PayloadError, SubmitError};

use crate::error::EngineError;
use crate::run::{Course, Inner, Step, blocking};
use crate::services::{Access, Call, Gate};

impl Inner {
    pub(crate) async fn submit(&self, job: &Job, course: &mut Course) -> Result<Step, EngineError> {
        let Gate::Open(access) = self.services.gate(&job.provider, Call::Submit, self.clock.elapsed()) else {
            return Ok(Step::End); // the queue says why
        };
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
        let (id, sha256, now) = (job.id.clone(), payload.sha256().to_owned(), self.clock.now());
        let begun = self.with_library(move |library| library.begin_submit(&id, &sha256, now)).await;
        if let Err(EngineError::Library(LibraryError::AlreadySent(_))) = begun {
            // The database was changed behind the engine's back; what may have been paid for is not paid again.
            self.end(job, JobState::Queued, already_sent()).await?;
            return Ok(Step::End);
        }
        let job = begun?;
        self.tell_job(&job);
        // From here on nothing may cut the way short: the outcome has to be written down.
        let outcome = access.client.submit(&payload).await;
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
        outcome: Result<lastframe_provider::Task, SubmitError>,
    ) -> Result<Step, EngineError> {
        let now = self.clock.elapsed();
        let provider = &job.provider;
        match outcome {
            Ok(task) => {
                let (id, task_id, progress) = (job.id.clone(), task.id.clone(), task.progress);
                let accepted = self.record(move |library| {
                    library.move_job(&id, JobState::Submitting, JobState::Running, |job| {
                        job.task_id = Some(task_id.clone());
                        job.progress = progress;
                    })
                });
                if let Err(error) = accepted.await {
                    // The last place where the id can still be found.
                    tracing::error!(job = %job.id, task = %task.id, %error, "an accepted task was not written down");
                    return Err(error);
                }
                self.services.calm(provider, access, now);
                course.task = Some(task);
                Ok(Step::Again)
            }
            Err(SubmitError::NotSent { message }) => {
                let wait = Wait::new(WaitReason::Offline, message);
                self.services.pause(provider, access, now, None, wait.clone());
                self.back_to_queue(job, wait).await
            }
            Err(SubmitError::RateLimited { retry_after, message }) => {
                let wait = Wait::new(WaitReason::RateLimited, message);
                self.services.pause(provider, access, now, retry_after, wait.clone());
                self.back_to_queue(job, wait).await
            }
            Err(SubmitError::KeyRefused { message }) => {
                self.services.refuse(provider, access, &message);
                self.back_to_queue(job, Wait::new(WaitReason::KeyRefused, message)).await
            }
            Err(SubmitError::BalanceOrPermission { failure } | SubmitError::Refused { failure }) => {
                self.services.calm(provider, access, now);
                self.end(job, JobState::Submitting, failure).await?;
                Ok(Step::End)
            }
            Err(SubmitError::Unknown { message, reply }) => {
                tracing::warn!(job = %job.id, message, "the outcome of a submit is not known");
                let (id, finished_at) = (job.id.clone(), self.clock.now());
                let wait = Wait { reply, ..Wait::new(WaitReason::ServiceTrouble, message) };
                self.record(move |library| {
                    library.move_job(&id, JobState::Submitting, JobState::Unknown, |job| {
                        job.wait = Some(wait.clone());
                        job.finished_at = Some(finished_at);
                    })
                })
                .await?;
                Ok(Step::End)
            }
        }
    }

    async fn back_to_queue(&self, job: &Job, wait: Wait) -> Result<Step, EngineError> {
        let id = job.id.clone();
        self.record(move |library| {
            library.move_job(&id, JobState::Submitting, JobState::Queued, |job| {
                job.wait = Some(wait.clone());
                job.submitted_at = None;
            })
        })
        .await?;
        Ok(Step::End)
    }

    /// Ends a job without a clip.
    pub(crate) async fn end(&self, job: &Job, from: JobState, failure: Failure) -> Result<(), EngineError> {
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
        let (library, request) = (self.library.clone(), request.clone());
        let made = blocking(move || {
            Payload::new(&request, |picture| match library.image_bytes(&picture.id) {
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
