//! The table of what the program must remember that is neither a job nor a choice in the settings: whether the queue is
//! paused, and how many submits to each service in a row had outcomes that nobody knows.

use lastframe_model::{Job, JobId, JobState, PauseCause, Provider};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::LibraryError;
use crate::{Library, crash, jobs, rows};

const PAUSED: &str = "queue_paused";
const UNKNOWN: &str = "unknown_outcomes";

/// So many unknown outcomes in a row pause the queue: each may have been paid, and so may the next.
const MOST_UNKNOWN: u32 = 2;

/// Submits to a service with unknown outcomes, since it last accepted one.
#[derive(Serialize, Deserialize)]
struct InARow {
    provider: Provider,
    count: u32,
}

pub(crate) fn get<T: DeserializeOwned + Default>(connection: &Connection, name: &str) -> Result<T, LibraryError> {
    let mut statement = connection.prepare_cached("SELECT value FROM state WHERE name = ?1")?;
    Ok(statement.query_row([name], |row| rows::json(row, 0)).optional()?.unwrap_or_default())
}

pub(crate) fn put(tx: &Transaction<'_>, name: &str, value: &impl Serialize) -> Result<(), LibraryError> {
    tx.prepare_cached("INSERT INTO state (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2")?
        .execute(params![name, serde_json::to_string(value)?])?;
    Ok(())
}

/// A service accepted a job: its replies can be read.
pub(crate) fn accepted(tx: &Transaction<'_>, provider: &Provider) -> Result<(), LibraryError> {
    let mut all: Vec<InARow> = get(tx, UNKNOWN)?;
    let before = all.len();
    all.retain(|row| row.provider != *provider);
    if all.len() < before { put(tx, UNKNOWN, &all) } else { Ok(()) }
}

/// Counts one more unknown outcome, and pauses the queue if there were too many.
fn lost(tx: &Transaction<'_>, provider: &Provider) -> Result<(), LibraryError> {
    let mut all: Vec<InARow> = get(tx, UNKNOWN)?;
    let known = all.iter_mut().find(|row| row.provider == *provider);
    let count = if let Some(row) = known {
        row.count = row.count.saturating_add(1);
        row.count
    } else {
        all.push(InARow { provider: provider.clone(), count: 1 });
        1
    };
    put(tx, UNKNOWN, &all)?;
    if count >= MOST_UNKNOWN { put(tx, PAUSED, &true) } else { Ok(()) }
}

impl Library {
    /// Whether the queue is paused, by the person or by the program itself ([`Self::pause_cause`]).
    pub fn is_paused(&self) -> Result<bool, LibraryError> {
        self.read(|connection| get(connection, PAUSED))
    }

    /// Why the program paused the queue by itself; `None` if it did not.
    pub fn pause_cause(&self) -> Result<Option<PauseCause>, LibraryError> {
        self.read(|connection| {
            if !get::<bool>(connection, PAUSED)? {
                return Ok(None);
            }
            let rows: Vec<InARow> = get(connection, UNKNOWN)?;
            let worst = rows.into_iter().filter(|row| row.count >= MOST_UNKNOWN).max_by_key(|row| row.count);
            Ok(worst.map(|InARow { provider, count }| PauseCause::UnknownOutcomes { provider, count }))
        })
    }

    /// Remembers whether the person paused the queue, across restarts: who paused before a flight does not want
    /// it sent on landing. To let it go on ends the program's own pause, too; until a service accepts a job, the next
    /// unknown outcome of it pauses the queue again.
    pub fn set_paused(&self, paused: bool) -> Result<(), LibraryError> {
        self.write(|tx| {
            if !paused {
                let mut all: Vec<InARow> = get(tx, UNKNOWN)?;
                if !all.is_empty() {
                    for row in &mut all {
                        row.count = row.count.min(MOST_UNKNOWN - 1);
                    }
                    put(tx, UNKNOWN, &all)?;
                }
            }
            put(tx, PAUSED, &paused)
        })
    }

    /// Submitting → unknown, because what came back does not tell whether the service accepted the job. Two in a row of
    /// one service pause the queue in the same transaction. Not for a submit that the program's own end cut off: that
    /// says nothing about the service.
    ///
    /// # Errors
    /// [`LibraryError::WrongState`] unless the job is being submitted.
    pub fn lose_job(&self, id: &JobId, change: impl FnOnce(&mut Job)) -> Result<Job, LibraryError> {
        self.write(|tx| {
            let job = jobs::shift(tx, id, JobState::Submitting, JobState::Unknown, change)?;
            lost(tx, &job.provider)?;
            Ok(job)
        })
        .inspect(|job| crash::moved(job.state))
    }
}
