//! Following a task that the service has, until it says that it is over.
//!
//! Only the service's own word ends a job: errors, silence and words that nobody knows are asked about again.

use std::time::Duration;

use lastframe_model::{Failure, FailureCode, Job, JobState, Wait, WaitReason};
use lastframe_provider::{PollError, Task, TaskStatus};

use crate::backoff;
use crate::error::EngineError;
use crate::run::{Course, Inner, Step};
use crate::services::{Call, Gate};

/// Longest wait between two polls of a service that does not answer.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// For so long, through every poll, a task has to be unknown to the service before it is believed to be gone:
/// longer than a bad deployment, a wrong key or a night lasts. A task that was paid for is not given up lightly.
const MISSING: Duration = Duration::from_hours(24);

impl Inner {
    pub(crate) async fn follow(&self, job: &Job, course: &mut Course) -> Result<Step, EngineError> {
        let task = match course.task.take() {
            Some(task) => task,
            None => match self.ask(job, course).await? {
                Ok(task) => task,
                Err(step) => return Ok(step),
            },
        };
        match task.status {
            TaskStatus::InProgress => {
                self.note_progress(job, task.progress).await?;
                Ok(Step::Wait(backoff::pace(job, self.clock.now())))
            }
            TaskStatus::Completed => {
                let id = job.id.clone();
                self.record(move |library| {
                    library.move_job(&id, JobState::Running, JobState::Downloading, |job| {
                        job.progress = None;
                        job.wait = None;
                    })
                })
                .await?;
                course.task = Some(task);
                Ok(Step::Again)
            }
            TaskStatus::Failed => {
                self.end(job, JobState::Running, reason(task)).await?;
                Ok(Step::End)
            }
        }
    }

    /// Asks how the job's task stands: the task, or what to do instead.
    pub(crate) async fn ask(&self, job: &Job, course: &mut Course) -> Result<Result<Task, Step>, EngineError> {
        let provider = &job.provider;
        let Some(task_id) = &job.task_id else {
            return Ok(Err(Step::End)); // the database does not allow it
        };
        let access = match self.services.gate(provider, Call::Poll, self.clock.elapsed()) {
            Gate::Open(access) => access,
            Gate::Blocked { wait, over_in } => {
                self.note_wait(job, Some(wait)).await?;
                return Ok(Err(over_in.map_or(Step::UntilChanged, Step::Wait)));
            }
        };
        let answer = tokio::select! {
            answer = access.client.poll(task_id) => answer,
            () = course.stop.cancelled() => return Ok(Err(Step::End)),
        };
        let now = self.clock.elapsed();
        let (reason, message) = match answer {
            Ok(task) => {
                (course.tries, course.missing) = (0, None);
                if self.services.calm(provider, &access, now) {
                    self.wake.notify_one();
                }
                return Ok(Ok(task));
            }
            Err(PollError::KeyRefused { message }) => {
                self.services.refuse(provider, &access, &message);
                self.wake.notify_one();
                self.note_wait(job, Some(Wait::new(WaitReason::KeyRefused, message))).await?;
                // Not `UntilChanged`: the key may have been changed while the refusal was on its way.
                return Ok(Err(Step::Again));
            }
            Err(PollError::RateLimited { retry_after, message }) => {
                let wait = Wait::new(WaitReason::RateLimited, message);
                self.services.pause(provider, &access, now, retry_after, wait);
                return Ok(Err(Step::Again));
            }
            Err(PollError::Gone { message }) => {
                if is_gone(&mut course.missing, access.number, now) {
                    self.end(job, job.state, gone(message)).await?;
                    return Ok(Err(Step::End));
                }
                (WaitReason::ServiceTrouble, message)
            }
            Err(PollError::Offline { message }) => (WaitReason::Offline, message),
            Err(PollError::Trouble { message }) => (WaitReason::ServiceTrouble, message),
        };
        tracing::info!(job = %job.id, ?reason, message, "a poll brought no news");
        self.note_wait(job, Some(Wait::new(reason, message))).await?;
        Ok(Err(Step::Wait(course.tried(LONGEST_WAIT))))
    }

    /// Says how far a job is, if that is news; a job that moves waits for nothing.
    pub(crate) async fn note_progress(&self, job: &Job, progress: Option<f64>) -> Result<(), EngineError> {
        if job.progress == progress && job.wait.is_none() {
            return Ok(());
        }
        let (id, state) = (job.id.clone(), job.state);
        let noted = self
            .with_library(move |library| {
                library.note_job(&id, state, |job| {
                    job.progress = progress;
                    job.wait = None;
                })
            })
            .await?;
        self.tell_job(&noted);
        Ok(())
    }
}

/// Whether a task that is unknown once more is to be believed gone. `missing` is since when, by which connection:
/// another key may belong to another account, so what one did not know says nothing about the next.
fn is_gone(missing: &mut Option<(u64, Duration)>, connection: u64, now: Duration) -> bool {
    let (by, since) = *missing.get_or_insert((connection, now));
    if by != connection {
        *missing = Some((connection, now));
        return false;
    }
    now.saturating_sub(since) >= MISSING
}

/// Why the service's task failed.
pub(crate) fn reason(task: Task) -> Failure {
    task.failure.unwrap_or_else(|| Failure {
        code: FailureCode::TaskFailed,
        message: "The service gave no reason.".to_owned(),
        service_code: None,
        field: None,
        reply: Some(task.reply),
    })
}

fn gone(message: String) -> Failure {
    Failure { code: FailureCode::TaskGone, message, service_code: None, field: None, reply: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_is_given_up_only_after_a_day_of_one_connection_not_knowing_it() {
        let hours = Duration::from_hours;
        let mut missing = None;
        assert!(!is_gone(&mut missing, 1, hours(5)), "the first word is not believed");
        assert!(!is_gone(&mut missing, 1, hours(28)));
        assert!(!is_gone(&mut missing, 2, hours(30)), "another key starts anew");
        assert!(!is_gone(&mut missing, 2, hours(53)));
        assert!(is_gone(&mut missing, 2, hours(54)));
    }
}
