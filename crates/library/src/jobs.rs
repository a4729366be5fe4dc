//! The table of jobs. A job moves only by compare-and-set: whoever believed it elsewhere is told so, and
//! moves that the model does not know are refused whoever asks.

use lastframe_model::{Billed, Clip, ClipId, Job, JobId, JobState, Provider, TaskId};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde::{Deserialize, Serialize};

use crate::Library;
use crate::error::LibraryError;
use crate::{crash, intents, rows, state, storyboards};

/// What the service said of a finished task: enough to make a clip of its video without asking again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Completion {
    /// What was billed.
    pub billed: Billed,
    /// The whole reply as received, links masked.
    pub reply: String,
    /// When that was heard. Older versions did not write it down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<jiff::Timestamp>,
}

const SELECT: &str = "SELECT jobs.id, jobs.request, jobs.provider, jobs.state, jobs.task_id, jobs.progress,
    jobs.estimate, jobs.failure, jobs.wait, clips.id, jobs.created_at, jobs.submitted_at, jobs.finished_at,
    jobs.dismissed, jobs.revision, jobs.position
    FROM jobs LEFT JOIN clips ON clips.job = jobs.id";

fn from_row(row: &Row<'_>) -> rusqlite::Result<Job> {
    let word: String = row.get(3)?;
    let state = JobState::from_word(&word)
        .ok_or_else(|| rusqlite::Error::InvalidColumnType(3, "state".to_owned(), rusqlite::types::Type::Text))?;
    Ok(Job {
        id: JobId::new(row.get::<_, String>(0)?),
        request: rows::json(row, 1)?,
        provider: rows::provider(row.get(2)?),
        state,
        task_id: row.get::<_, Option<String>>(4)?.map(TaskId::new),
        progress: row.get(5)?,
        estimate: rows::json(row, 6)?,
        failure: rows::optional_json(row, 7)?,
        wait: rows::optional_json(row, 8)?,
        clip: row.get::<_, Option<String>>(9)?.map(ClipId::new),
        created_at: rows::time(row, 10)?,
        submitted_at: rows::optional_time(row, 11)?,
        finished_at: rows::optional_time(row, 12)?,
        dismissed: row.get(13)?,
        revision: row.get(14)?,
        position: row.get(15)?,
    })
}

fn list(connection: &Connection, rest: &str) -> Result<Vec<Job>, LibraryError> {
    let mut statement = connection.prepare_cached(&format!("{SELECT} {rest}"))?;
    let jobs = statement.query_map([], from_row)?.collect::<Result<_, _>>()?;
    Ok(jobs)
}

/// The job, as the transaction sees it.
pub(crate) fn get(connection: &Connection, id: &JobId) -> Result<Option<Job>, LibraryError> {
    let mut statement = connection.prepare_cached(&format!("{SELECT} WHERE jobs.id = ?1"))?;
    Ok(statement.query_row([id.as_str()], from_row).optional()?)
}

/// Moves a job inside a transaction, if it is where the caller believes it to be and may go there. What was
/// asked for, by whom and when does not change, whatever `change` does.
pub(crate) fn shift(
    tx: &Transaction<'_>,
    id: &JobId,
    from: JobState,
    to: JobState,
    change: impl FnOnce(&mut Job),
) -> Result<Job, LibraryError> {
    let mut job = get(tx, id)?.ok_or_else(|| LibraryError::NoSuchJob(id.clone()))?;
    if job.state != from || !(from == to || from.may_become(to)) {
        return Err(LibraryError::WrongState { actual: job.state });
    }
    change(&mut job);
    if from != to {
        intents::settle(tx, id, from, to, job.finished_at)?;
    }
    if (from, to) == (JobState::Submitting, JobState::Running) {
        state::accepted(tx, &job.provider)?;
    }
    tx.prepare_cached(
        "UPDATE jobs SET state = ?2, revision = revision + 1, task_id = ?3, progress = ?4, failure = ?5, wait = ?6,
         submitted_at = ?7, finished_at = ?8, dismissed = ?9 WHERE id = ?1",
    )?
    .execute(params![
        id.as_str(),
        to.word(),
        job.task_id.as_ref().map(TaskId::as_str),
        job.progress,
        rows::optional_text(job.failure.as_ref())?,
        rows::optional_text(job.wait.as_ref())?,
        job.submitted_at.map(rows::time_text),
        job.finished_at.map(rows::time_text),
        job.dismissed,
    ])?;
    if from != to {
        crash::moving(to);
    }
    get(tx, id)?.ok_or_else(|| LibraryError::NoSuchJob(id.clone()))
}

/// Writes a new, queued job down at the end of the queue.
pub(crate) fn insert(tx: &Transaction<'_>, job: &Job) -> Result<Job, LibraryError> {
    tx.prepare_cached(
        "INSERT INTO jobs (id, state, revision, provider, request, estimate, created_at, position)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, (SELECT coalesce(max(position), 0) + 1 FROM jobs))",
    )?
    .execute(params![
        job.id.as_str(),
        JobState::Queued.word(),
        job.revision,
        rows::provider_text(&job.provider),
        serde_json::to_string(&job.request)?,
        serde_json::to_string(&job.estimate)?,
        rows::time_text(job.created_at),
    ])?;
    get(tx, &job.id)?.ok_or_else(|| LibraryError::NoSuchJob(job.id.clone()))
}

/// The job that has this task of this service; the one that had it first.
pub(crate) fn of_task(
    connection: &Connection,
    provider: &Provider,
    task: &TaskId,
) -> Result<Option<JobId>, LibraryError> {
    let mut statement = connection
        .prepare_cached("SELECT id FROM jobs WHERE provider = ?1 AND task_id = ?2 ORDER BY shares_task, id LIMIT 1")?;
    let found = statement
        .query_row(params![rows::provider_text(provider), task.as_str()], |row| row.get::<_, String>(0))
        .optional()?;
    Ok(found.map(JobId::new))
}

/// Enters the job of a clip that is found without a database: done, with the one POST that must have been accepted, or
/// none where its file was brought in.
pub(crate) fn insert_done(tx: &Transaction<'_>, clip: &Clip) -> Result<(), LibraryError> {
    let shares = of_task(tx, &clip.provider, &clip.task_id)?.is_some();
    let completion = Completion { billed: clip.billed.clone(), reply: String::new(), completed_at: clip.completed_at };
    tx.prepare_cached(
        "INSERT INTO jobs (id, state, revision, provider, request, estimate, task_id, created_at, submitted_at,
         finished_at, position, shares_task, completion)
         VALUES (?1, 'done', 0, ?2, ?3, ?4, ?5, ?6, ?7, ?8, (SELECT coalesce(max(position), 0) + 1 FROM jobs), ?9, ?10)",
    )?
    .execute(params![
        clip.job.as_str(),
        rows::provider_text(&clip.provider),
        serde_json::to_string(&clip.request)?,
        serde_json::to_string(&clip.estimate)?,
        clip.task_id.as_str(),
        rows::time_text(clip.created_at),
        clip.submitted_at.map(rows::time_text),
        rows::time_text(clip.finished_at),
        shares,
        serde_json::to_string(&completion)?,
    ])?;
    if clip.provider == Provider::Imported {
        return Ok(());
    }
    // Its payload is not known any more; that it was sent and accepted is.
    tx.prepare_cached(
        "INSERT INTO intents (job, attempt, payload_sha256, sent_at, outcome, settled_at)
         VALUES (?1, 1, '', ?2, 'accepted', ?2)",
    )?
    .execute(params![clip.job.as_str(), rows::time_text(clip.submitted_at.unwrap_or(clip.created_at))])?;
    Ok(())
}

/// Puts the card of a job away that ended without a clip; an unknown one is given up with it.
pub(crate) fn put_away(tx: &Transaction<'_>, id: &JobId) -> Result<Job, LibraryError> {
    let state = get(tx, id)?.ok_or_else(|| LibraryError::NoSuchJob(id.clone()))?.state;
    let to = match state {
        JobState::Unknown => JobState::Canceled,
        JobState::Failed | JobState::Canceled => state,
        actual => return Err(LibraryError::WrongState { actual }),
    };
    shift(tx, id, state, to, |job| job.dismissed = true)
}

impl Library {
    /// Writes new, queued jobs down at the end of the queue, all or none. Returns them as they stand.
    pub fn insert_jobs(&self, jobs: &[Job]) -> Result<Vec<Job>, LibraryError> {
        self.write(|tx| jobs.iter().map(|job| insert(tx, job)).collect())
            .inspect(|_| crash::reached(crash::Point::JobCommitted))
    }

    /// Writes a new job down in the place of an old one that ended without a clip and whose card is still there:
    /// the old one is put away in the same transaction, so that two clicks make one job. Where the old one was a shot's of a
    /// storyboard, the new one is. Returns both as they stand: the old one, the new one.
    ///
    /// # Errors
    /// [`LibraryError::WrongState`] if the old one is open, done or put away.
    pub fn replace_job(&self, old: &JobId, new: &Job) -> Result<(Job, Job), LibraryError> {
        self.write(|tx| {
            let job = get(tx, old)?.ok_or_else(|| LibraryError::NoSuchJob(old.clone()))?;
            if job.dismissed {
                return Err(LibraryError::WrongState { actual: job.state });
            }
            let new = insert(tx, new)?;
            storyboards::replaced(tx, old, &new.id)?;
            Ok((put_away(tx, old)?, new))
        })
    }

    /// The job that has this task of this service.
    pub fn job_of_task(&self, provider: &Provider, task: &TaskId) -> Result<Option<JobId>, LibraryError> {
        self.read(|connection| of_task(connection, provider, task))
    }

    /// A job.
    pub fn job(&self, id: &JobId) -> Result<Option<Job>, LibraryError> {
        self.read(|connection| get(connection, id))
    }

    /// Jobs that still have a way to go, in the order in which they are to go.
    pub fn open_jobs(&self) -> Result<Vec<Job>, LibraryError> {
        self.read(|connection| {
            list(
                connection,
                "WHERE state IN ('queued', 'submitting', 'running', 'downloading') ORDER BY jobs.position, jobs.id",
            )
        })
    }

    /// Puts a queued job right before another queued one, or last. Returns those whose place changed: the job
    /// alone, or all that are queued when there was no number left between its neighbours.
    ///
    /// # Errors
    /// [`LibraryError::WrongState`] if either is not queued (any more).
    pub fn move_in_queue(&self, id: &JobId, before: Option<&JobId>) -> Result<Vec<Job>, LibraryError> {
        self.write(|tx| {
            for job in [Some(id), before].into_iter().flatten() {
                let state = get(tx, job)?.ok_or_else(|| LibraryError::NoSuchJob(job.clone()))?.state;
                if state != JobState::Queued {
                    return Err(LibraryError::WrongState { actual: state });
                }
            }
            // One that is being sent may come back to its place: nobody else is put on it.
            let mut queued = list(tx, "WHERE state IN ('queued', 'submitting') ORDER BY jobs.position, jobs.id")?;
            queued.retain(|job| job.id != *id);
            let next = before.and_then(|before| queued.iter().position(|job| job.id == *before));
            let place = next.unwrap_or(queued.len());
            let after = place.checked_sub(1).map(|index| queued[index].position);
            let position = match (after, queued.get(place).map(|job| job.position)) {
                (Some(after), Some(next)) => f64::midpoint(after, next),
                (Some(after), None) => after + 1.0,
                (None, Some(next)) => next - 1.0,
                (None, None) => 0.0,
            };
            let crowded = |other: &Job| (other.position - position).abs() < 1e-6;
            let order: Vec<(JobId, f64)> = if queued.iter().any(crowded) {
                let mut ids: Vec<JobId> = queued.into_iter().map(|job| job.id).collect();
                ids.insert(place, id.clone());
                ids.into_iter().zip((0_u32..).map(f64::from)).collect()
            } else {
                vec![(id.clone(), position)]
            };
            let change = |(id, position): (JobId, f64)| {
                tx.prepare_cached("UPDATE jobs SET position = ?2, revision = revision + 1 WHERE id = ?1")?
                    .execute(params![id.as_str(), position])?;
                get(tx, &id)?.ok_or(LibraryError::NoSuchJob(id))
            };
            order.into_iter().map(change).collect()
        })
    }

    /// Running → downloading, with what the service said of the finished task.
    ///
    /// # Errors
    /// [`LibraryError::WrongState`] unless the job is running.
    pub fn complete_job(&self, id: &JobId, completion: &Completion) -> Result<Job, LibraryError> {
        let text = serde_json::to_string(completion)?;
        self.write(|tx| {
            tx.prepare_cached("UPDATE jobs SET completion = ?2 WHERE id = ?1")?.execute([id.as_str(), &text])?;
            shift(tx, id, JobState::Running, JobState::Downloading, |job| {
                job.progress = None;
                job.wait = None;
            })
        })
        .inspect(|job| crash::moved(job.state))
    }

    /// What the service said when the job's task was completed, if it has been.
    pub fn completion(&self, id: &JobId) -> Result<Option<Completion>, LibraryError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached("SELECT completion FROM jobs WHERE id = ?1")?;
            let found = statement.query_row([id.as_str()], |row| rows::optional_json(row, 0)).optional()?;
            Ok(found.flatten())
        })
    }

    /// Jobs that have a card: open ones, and those that ended without a clip and were not put away. Newest first.
    pub fn carded_jobs(&self) -> Result<Vec<Job>, LibraryError> {
        // Named one by one they are found by the index: next to all jobs of a large library are done.
        const UNDONE: &str = "'queued', 'submitting', 'running', 'downloading', 'failed', 'unknown', 'canceled'";
        self.read(|c| list(c, &format!("WHERE state IN ({UNDONE}) AND dismissed = 0 ORDER BY jobs.id DESC")))
    }

    /// Every job there ever was, newest first. What stands behind files that were brought in is none.
    pub fn all_jobs(&self) -> Result<Vec<Job>, LibraryError> {
        self.read(|connection| list(connection, "WHERE jobs.provider <> 'imported' ORDER BY jobs.id DESC"))
    }

    /// Moves a job from one state to another in one transaction, changing what `change` changes; its revision
    /// goes up. Returns the new snapshot.
    ///
    /// # Errors
    /// [`LibraryError::WrongState`] unless the job is in `from` and [`JobState::may_become`] allows `to`.
    pub fn move_job(
        &self,
        id: &JobId,
        from: JobState,
        to: JobState,
        change: impl FnOnce(&mut Job),
    ) -> Result<Job, LibraryError> {
        if !from.may_become(to) || to == JobState::Submitting || to == JobState::Done {
            // Those two have a transaction of their own: `begin_submit`, `finish_job`.
            let actual = self.job(id)?.map_or(from, |job| job.state);
            return Err(LibraryError::WrongState { actual });
        }
        self.write(|tx| shift(tx, id, from, to, change)).inspect(|job| crash::moved(job.state))
    }

    /// Changes what is said about a job that stays where it is: progress, why it waits.
    ///
    /// # Errors
    /// [`LibraryError::WrongState`] unless the job is in that state.
    pub fn note_job(&self, id: &JobId, in_state: JobState, change: impl FnOnce(&mut Job)) -> Result<Job, LibraryError> {
        self.write(|tx| shift(tx, id, in_state, in_state, change))
    }

    /// Puts away the card of a job that ended without a clip. An unknown one is given up with it: canceled.
    ///
    /// # Errors
    /// [`LibraryError::WrongState`] for a job that is open or done.
    pub fn dismiss_job(&self, id: &JobId) -> Result<Job, LibraryError> {
        self.write(|tx| put_away(tx, id))
    }
}
