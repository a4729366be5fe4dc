//! The table of jobs. A job moves only by compare-and-set: whoever believed it elsewhere is told so, and
//! moves that the model does not know are refused whoever asks.

use lastframe_model::{ClipId, Job, JobId, JobState, Provider, TaskId};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use crate::Library;
use crate::error::LibraryError;
use crate::{intents, rows};

const SELECT: &str = "SELECT jobs.id, jobs.request, jobs.provider, jobs.state, jobs.task_id, jobs.progress,
    jobs.estimate, jobs.failure, jobs.wait, clips.id, jobs.created_at, jobs.submitted_at, jobs.finished_at,
    jobs.dismissed, jobs.revision
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
    get(tx, id)?.ok_or_else(|| LibraryError::NoSuchJob(id.clone()))
}

fn insert(tx: &Transaction<'_>, job: &Job) -> Result<(), LibraryError> {
    tx.prepare_cached(
        "INSERT INTO jobs (id, state, revision, provider, request, estimate, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
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
    Ok(())
}

fn put_away(tx: &Transaction<'_>, id: &JobId) -> Result<Job, LibraryError> {
    let state = get(tx, id)?.ok_or_else(|| LibraryError::NoSuchJob(id.clone()))?.state;
    let to = match state {
        JobState::Unknown => JobState::Canceled,
        JobState::Failed | JobState::Canceled => state,
        actual => return Err(LibraryError::WrongState { actual }),
    };
    shift(tx, id, state, to, |job| job.dismissed = true)
}

impl Library {
    /// Writes new, queued jobs down, all or none.
    pub fn insert_jobs(&self, jobs: &[Job]) -> Result<(), LibraryError> {
        self.write(|tx| jobs.iter().try_for_each(|job| insert(tx, job)))
    }

    /// Writes a new job down in the place of an old one that ended without a clip and whose card is still there:
    /// the old one is put away in the same transaction, so that two clicks make one job. Returns the old one.
    ///
    /// # Errors
    /// [`LibraryError::WrongState`] if the old one is open, done or put away.
    pub fn replace_job(&self, old: &JobId, new: &Job) -> Result<Job, LibraryError> {
        self.write(|tx| {
            let job = get(tx, old)?.ok_or_else(|| LibraryError::NoSuchJob(old.clone()))?;
            if job.dismissed {
                return Err(LibraryError::WrongState { actual: job.state });
            }
            insert(tx, new)?;
            put_away(tx, old)
        })
    }

    /// The job that has this task of this service.
    pub fn job_of_task(&self, provider: &Provider, task: &TaskId) -> Result<Option<JobId>, LibraryError> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT id FROM jobs WHERE provider = ?1 AND task_id = ?2 LIMIT 1")?;
            let found = statement
                .query_row(params![rows::provider_text(provider), task.as_str()], |row| row.get::<_, String>(0))
                .optional()?;
            Ok(found.map(JobId::new))
        })
    }

    /// A job.
    pub fn job(&self, id: &JobId) -> Result<Option<Job>, LibraryError> {
        self.read(|connection| get(connection, id))
    }

    /// Jobs that still have a way to go, in the order in which they were asked for.
    pub fn open_jobs(&self) -> Result<Vec<Job>, LibraryError> {
        self.read(|c| list(c, "WHERE state IN ('queued', 'submitting', 'running', 'downloading') ORDER BY jobs.id"))
    }

    /// Jobs that have a card: open ones, and those that ended without a clip and were not put away. Newest first.
    pub fn carded_jobs(&self) -> Result<Vec<Job>, LibraryError> {
        self.read(|c| list(c, "WHERE state <> 'done' AND dismissed = 0 ORDER BY jobs.id DESC"))
    }

    /// Every job there ever was, newest first.
    pub fn all_jobs(&self) -> Result<Vec<Job>, LibraryError> {
        self.read(|connection| list(connection, "ORDER BY jobs.id DESC"))
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
        self.write(|tx| shift(tx, id, from, to, change))
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
