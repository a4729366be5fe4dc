//! The table of intents: one row for each POST, committed before it is sent.
//!
//! The unique index `one_intent_that_counts` is the law that nothing is paid for twice: as long as a job has
//! an intent whose POST may have been accepted, a second cannot be written, and without one nothing is sent.

use jiff::Timestamp;
use lastframe_model::{Job, JobId, JobState};
use rusqlite::{Transaction, params};

use crate::Library;
use crate::crash::{self, Point};
use crate::error::LibraryError;
use crate::jobs;
use crate::rows;

/// What became of a POST; the words of the column.
fn outcome_of(next: JobState) -> Option<&'static str> {
    match next {
        JobState::Queued => Some("not_taken"),
        JobState::Running => Some("accepted"),
        JobState::Failed => Some("refused"),
        JobState::Unknown => Some("lost"),
        JobState::Submitting | JobState::Downloading | JobState::Done | JobState::Canceled => None,
    }
}

/// Notes what became of the job's POST, as it leaves `Submitting` or `Unknown`.
pub(crate) fn settle(
    tx: &Transaction<'_>,
    job: &JobId,
    from: JobState,
    to: JobState,
    at: Option<Timestamp>,
) -> Result<(), LibraryError> {
    let outcome = match (from, to) {
        (JobState::Submitting, to) => outcome_of(to),
        (JobState::Unknown | JobState::Failed, JobState::Running) => Some("accepted"),
        (JobState::Unknown, JobState::Failed) => Some("not_taken"),
        _ => None,
    };
    if let Some(outcome) = outcome {
        // The last one is the one that is being settled; earlier ones were all `not_taken`.
        tx.execute(
            "UPDATE intents SET outcome = ?2, settled_at = ?3
             WHERE job = ?1 AND attempt = (SELECT max(attempt) FROM intents WHERE job = ?1)",
            params![job.as_str(), outcome, at.map(rows::time_text)],
        )?;
    }
    Ok(())
}

/// Queued → submitting, with its intent.
pub(crate) fn begin(
    tx: &Transaction<'_>,
    id: &JobId,
    payload_sha256: &str,
    at: Timestamp,
) -> Result<Job, LibraryError> {
    let job = jobs::shift(tx, id, JobState::Queued, JobState::Submitting, |job| {
        job.submitted_at = Some(at);
        job.wait = None;
    })?;
    let written = tx.execute(
        "INSERT INTO intents (job, attempt, payload_sha256, sent_at)
         SELECT ?1, coalesce(max(attempt), 0) + 1, ?2, ?3 FROM intents WHERE job = ?1",
        params![id.as_str(), payload_sha256, rows::time_text(at)],
    );
    match written {
        Ok(_) => {
            crash::reached(Point::IntentUncommitted);
            Ok(job)
        }
        Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation) => {
            Err(LibraryError::AlreadySent(id.clone()))
        }
        Err(error) => Err(error.into()),
    }
}

impl Library {
    /// Queued → submitting, with the intent of its POST written down in the same transaction. Only after this
    /// has returned may the POST be sent. `payload_sha256` is the hash of its body, `at` the time.
    ///
    /// # Errors
    /// [`LibraryError::WrongState`] unless the job is queued; [`LibraryError::AlreadySent`] if an earlier POST
    /// of it may have been accepted.
    pub fn begin_submit(&self, id: &JobId, payload_sha256: &str, at: Timestamp) -> Result<Job, LibraryError> {
        self.write(|tx| begin(tx, id, payload_sha256, at)).inspect(|job| crash::moved(job.state))
    }

    /// How many POSTs of this job were begun, and how many of them may have been accepted (at most one).
    pub fn submits(&self, id: &JobId) -> Result<(u32, u32), LibraryError> {
        self.read(|connection| {
            Ok(connection.query_row(
                "SELECT count(*), count(*) FILTER (WHERE outcome IS NULL OR outcome <> 'not_taken')
                 FROM intents WHERE job = ?1",
                [id.as_str()],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?)
        })
    }
}
