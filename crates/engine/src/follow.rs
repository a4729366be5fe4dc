//! Following a task that the service has, until it says that it is over.
//!
//! Only the service's own word ends a job: errors, silence and words that nobody knows are asked about again. The
//! one exception is a task past the time that was given to it, of which the service, asked and reached, still says
//! nothing final.

use std::time::Duration;

use jiff::Timestamp;
use lastframe_model::{Failure, FailureCode, Job, JobState, ModelId, Provider, ServiceTier, Wait, WaitReason};
use lastframe_provider::{PollError, Task, TaskStatus};

use crate::backoff;
use crate::download::completion;
use crate::error::EngineError;
use crate::pace::{Pace, Typical};
use crate::run::{Course, Inner, Step};
use crate::services::{Call, Gate};

/// Longest wait between two polls of a task that the service says nothing about.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// For so long, through every poll, a task has to be unknown to the service before it is believed to be gone:
/// longer than a bad deployment, a wrong key or a night lasts. A task that was paid for is not given up lightly.
const MISSING: Duration = Duration::from_hours(24);
/// So long after its `execution_expires_after` a task is past its time, whatever the clocks of two computers say.
const GRACE: Duration = Duration::from_hours(3);
/// For so long a task past its time has to be "in progress" before that is believed: a computer whose clock was
/// just set, or that has just woken, may be wrong about the time for a moment.
const OVERDUE: Duration = Duration::from_mins(1);
/// And for so long unknown to the service: longer than most bad deployments last, shorter than [`MISSING`].
const OVERDUE_MISSING: Duration = Duration::from_hours(1);
/// How many earlier tasks tell how long the next one takes.
const LEARNED_FROM: u32 = 30;

/// Tasks that take about the same time.
pub(crate) type Kind = (Provider, ModelId, ServiceTier);

/// Since when (the clock's `elapsed`) the service, reached, has said nothing final about a task past its time.
pub(crate) type Overdue = Option<Duration>;

/// When one running task is asked about.
pub(crate) struct Pacing {
    pace: Pace,
    /// How old the task was when this began, and when that was (by `Polls::time`).
    age: Duration,
    since: Duration,
    /// Its age when it was last seen in progress.
    seen: Option<Duration>,
}

impl Pacing {
    fn age(&self, time: Duration) -> Duration {
        self.age + time.saturating_sub(self.since)
    }

    /// Seconds that the task took, if the last look before its end was not long before. `time` by `Polls::time`.
    fn took(&self, time: Duration) -> Option<f64> {
        let (age, seen) = (self.age(time), self.seen?);
        let unsure = age.saturating_sub(seen);
        let close = unsure <= Duration::from_secs(30) || unsure <= age / 5;
        close.then(|| (age + seen).as_secs_f64() / 2.0)
    }
}

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
                if self.is_expired(job, &mut course.overdue, OVERDUE) {
                    self.end(job, JobState::Running, expired(Some(task.reply))).await?;
                    return Ok(Step::End);
                }
                self.note_progress(job, task.progress).await?;
                self.look_again(job, course).await;
                Ok(Step::Turn)
            }
            TaskStatus::Completed => {
                let (id, completion) = (job.id.clone(), completion(&task, Some(self.clock.now())));
                self.record(move |library| library.complete_job(&id, &completion)).await?;
                self.learn(job, course).await;
                course.task = Some(task);
                Ok(Step::Again)
            }
            TaskStatus::Failed => {
                self.end(job, JobState::Running, reason(task)).await?;
                Ok(Step::End)
            }
        }
    }

    /// Sets when a task that is in progress is asked about next.
    async fn look_again(&self, job: &Job, course: &mut Course) {
        let time = self.polls.time(&*self.clock);
        let pacing = if let Some(pacing) = &mut course.pacing {
            pacing
        } else {
            let age = age(job, self.clock.now());
            let pace = Pace::new(self.typical(job).await, job.provider.is_rehearsal(), age);
            course.pacing.insert(Pacing { pace, age, since: time, seen: None })
        };
        let age = pacing.age(time);
        pacing.seen = Some(age);
        course.due = time + pacing.pace.next(age).saturating_sub(age);
    }

    /// How long tasks like this one take, if it is known.
    async fn typical(&self, job: &Job) -> Option<Typical> {
        // Held while the library is asked: hundreds of jobs that go on at once ask it once.
        let mut known = self.typical.lock().await;
        if let Some(typical) = known.get(&kind(job)) {
            return typical.clone();
        }
        let (provider, like) = (job.provider.clone(), job.request.clone());
        match self.with_library(move |library| library.durations(&provider, &like, LEARNED_FROM)).await {
            Ok(seconds) => known.entry(kind(job)).or_insert(Typical::of(seconds)).clone(),
            Err(error) => {
                tracing::warn!(%error, "how long earlier tasks took could not be read");
                None
            }
        }
    }

    /// Notes how long a task took that was just found completed. Not worth a failure.
    async fn learn(&self, job: &Job, course: &Course) {
        let time = self.polls.time(&*self.clock);
        let Some(seconds) = course.pacing.as_ref().and_then(|pacing| pacing.took(time)) else { return };
        let id = job.id.clone();
        match self.with_library(move |library| library.note_duration(&id, seconds)).await {
            Ok(()) => {
                self.typical.lock().await.remove(&kind(job));
            }
            Err(error) => tracing::warn!(job = %job.id, %error, "how long a task took was not written down"),
        }
    }

    /// Asks how the job's task stands, when it is its turn: the task, or what to do instead.
    pub(crate) async fn ask(&self, job: &Job, course: &mut Course) -> Result<Result<Task, Step>, EngineError> {
        let provider = &job.provider;
        let Some(task_id) = &job.task_id else {
            return Ok(Err(Step::End)); // the database does not allow it
        };
        let access = match self.services.gate(provider, Call::Poll, self.clock.elapsed()) {
            Gate::Open(access) => access,
            Gate::Blocked { wait, over_in: None } => {
                self.note_wait(job, Some(wait)).await?;
                return Ok(Err(Step::UntilChanged));
            }
            // The turn comes when it is over.
            Gate::Blocked { .. } => return Ok(Err(Step::Turn)),
        };
        let Some(turn) = course.turn.take() else {
            if job.state == JobState::Running && job.wait.as_ref().is_some_and(|wait| is_over(wait.reason)) {
                self.note_wait(job, None).await?;
            }
            return Ok(Err(Step::Turn));
        };
        let answer = tokio::select! {
            answer = access.client.poll(task_id) => answer,
            () = course.stop.cancelled() => return Ok(Err(Step::End)),
        };
        let now = self.clock.elapsed();
        if !matches!(answer, Err(PollError::Offline { .. })) && self.services.reached(provider, &access) {
            self.stands_differently().await;
        }
        let message = match answer {
            Ok(task) => {
                turn.went_well();
                (course.tries, course.missing) = (0, None);
                if self.services.calm(provider, &access, now) {
                    self.stands_differently().await;
                }
                return Ok(Ok(task));
            }
            Err(PollError::KeyRefused { message }) => {
                self.services.refuse(provider, &access, &message);
                self.stands_differently().await;
                self.note_wait(job, Some(Wait::new(WaitReason::KeyRefused, message))).await?;
                // Not `UntilChanged`: the key may have been changed while the refusal was on its way.
                return Ok(Err(Step::Again));
            }
            Err(PollError::RateLimited { retry_after, message }) => {
                let wait = Wait::new(WaitReason::RateLimited, message);
                self.services.pause(provider, &access, now, retry_after, wait.clone());
                self.stands_differently().await;
                self.note_wait(job, Some(wait)).await?;
                return Ok(Err(Step::Turn));
            }
            Err(PollError::Offline { message }) => {
                tracing::info!(job = %job.id, message, "a poll did not reach the service");
                let news = self.services.lost(provider, &access, now, &message);
                self.again_later(course);
                drop(turn);
                if news {
                    self.stands_differently().await;
                }
                return Ok(Err(Step::Turn));
            }
            Err(PollError::Gone { message }) => {
                if is_gone(&mut course.missing, access.number, now) {
                    self.end(job, job.state, gone(message)).await?;
                    return Ok(Err(Step::End));
                }
                if job.state == JobState::Running && self.is_expired(job, &mut course.overdue, OVERDUE_MISSING) {
                    self.end(job, JobState::Running, expired(Some(message))).await?;
                    return Ok(Err(Step::End));
                }
                message
            }
            Err(PollError::Trouble { message }) => message,
        };
        // Not in whose words: they may quote the prompt.
        tracing::info!(job = %job.id, "a poll brought no news");
        self.again_later(course);
        drop(turn);
        self.note_wait(job, Some(Wait::new(WaitReason::ServiceTrouble, message))).await?;
        Ok(Err(Step::Turn))
    }

    /// Sets when a job is asked about again whose poll brought no news: later each time, with full jitter.
    fn again_later(&self, course: &mut Course) {
        course.tries = course.tries.saturating_add(1);
        let wait = backoff::full(course.tries, Duration::from_secs(2), LONGEST_WAIT);
        course.due = self.polls.time(&*self.clock) + wait.max(Duration::from_millis(250));
    }

    /// Whether a task about which the service said nothing final just now is past its time, and has been for as long
    /// as `believed`. Only asked with an answer in hand: a service that cannot be reached expires nothing.
    fn is_expired(&self, job: &Job, overdue: &mut Overdue, believed: Duration) -> bool {
        expires(job, self.clock.now(), overdue, self.clock.elapsed(), believed)
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

/// How long ago a job was sent. A clock that was set back makes it new.
fn age(job: &Job, now: Timestamp) -> Duration {
    job.submitted_at.and_then(|sent| Duration::try_from(now.duration_since(sent)).ok()).unwrap_or_default()
}

/// Whether a job that may ask does not wait for this any more.
fn is_over(reason: WaitReason) -> bool {
    matches!(reason, WaitReason::NoKey | WaitReason::NoRehearsal | WaitReason::KeyRefused | WaitReason::Offline)
}

fn kind(job: &Job) -> Kind {
    (job.provider.clone(), job.request.model.clone(), job.request.service_tier)
}

/// Whether a task is past its time and grace at `now`, and was so `believed` ago by `elapsed`, too.
fn expires(job: &Job, now: Timestamp, overdue: &mut Overdue, elapsed: Duration, believed: Duration) -> bool {
    let allowed = Duration::from_secs(u64::from(job.request.expires_after)) + GRACE;
    if age(job, now) <= allowed {
        *overdue = None;
        return false;
    }
    elapsed.saturating_sub(*overdue.get_or_insert(elapsed)) >= believed
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

/// The service's last words stand beside it.
fn expired(reply: Option<String>) -> Failure {
    let message = "The task's time is long over, and the service still says nothing final about it.".to_owned();
    Failure { code: FailureCode::Expired, message, service_code: None, field: None, reply }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_learned_only_if_the_end_was_seen_closely() {
        let seconds = Duration::from_secs;
        let pacing =
            |seen| Pacing { pace: Pace::new(None, false, Duration::ZERO), age: seconds(10), since: seconds(100), seen };
        assert_eq!(pacing(Some(seconds(96))).took(seconds(190)), Some(98.0), "between the last look and the next");
        assert_eq!(pacing(None).took(seconds(190)), None, "a restart found it finished: nobody knows since when");
        assert_eq!(pacing(Some(seconds(10))).took(seconds(4_000)), None, "the computer slept meanwhile");
    }

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
