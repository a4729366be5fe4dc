//! The tables of storyboards and their shots.
//!
//! A shot is started in one transaction with its job, by compare-and-set on the job that the caller believes it to have:
//! whatever comes twice, comes too late, or comes again after a crash, finds the shot started and changes nothing.

use jiff::Timestamp;
use lastframe_model::{
    Agreed, Approval, BoardRow, BoardState, BoardWait, Charge, Job, JobId, JobState, Request, ShotRow, StoryboardId,
    Usd,
};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use crate::error::LibraryError;
use crate::{Library, crash, jobs, rows, usage};

/// What starts a shot.
#[derive(Clone, Debug)]
pub struct ShotStart {
    /// Of which storyboard.
    pub board: StoryboardId,
    /// Which shot, from 0. Those before it must have their clips.
    pub place: usize,
    /// The job that it has now and that is replaced; `None` for a shot that was not started.
    pub instead_of: Option<JobId>,
    /// Its prompt from now on, if it is another one.
    pub prompt: Option<String>,
    /// What the person said yes to beyond a guard, if they did now.
    pub agreed: Option<Agreed>,
    /// Whether no click started it: then it does not start where the person stopped the storyboard, or is being asked.
    pub by_itself: bool,
}

const BOARD: &str = "SELECT id, provider, approval, halted, wait, agreed, made_at FROM storyboards";

fn board(row: &Row<'_>) -> rusqlite::Result<BoardRow> {
    let word: String = row.get(2)?;
    let approval = Approval::from_word(&word)
        .ok_or_else(|| rusqlite::Error::InvalidColumnType(2, "approval".to_owned(), rusqlite::types::Type::Text))?;
    Ok(BoardRow {
        id: StoryboardId::new(row.get::<_, String>(0)?),
        provider: rows::provider(row.get(1)?),
        approval,
        halted: row.get(3)?,
        wait: rows::optional_json(row, 4)?,
        agreed: rows::optional_json(row, 5)?,
        shots: Vec::new(),
        made_at: rows::time(row, 6)?,
        revision: 0,
    })
}

fn list(connection: &Connection, rest: &str) -> Result<Vec<BoardRow>, LibraryError> {
    let mut statement = connection.prepare_cached(&format!("{BOARD} {rest}"))?;
    let boards = statement.query_map([], board)?.collect::<Result<Vec<_>, _>>()?;
    boards.into_iter().map(|board| with_shots(connection, board)).collect()
}

/// The storyboard, as the transaction sees it.
fn get(connection: &Connection, id: &StoryboardId) -> Result<BoardRow, LibraryError> {
    let mut statement = connection.prepare_cached(&format!("{BOARD} WHERE id = ?1"))?;
    let found = statement.query_row([id.as_str()], board).optional()?;
    with_shots(connection, found.ok_or_else(|| LibraryError::NoSuchStoryboard(id.clone()))?)
}

fn with_shots(connection: &Connection, mut board: BoardRow) -> Result<BoardRow, LibraryError> {
    let mut statement =
        connection.prepare_cached("SELECT place, request, job FROM shots WHERE storyboard = ?1 ORDER BY place")?;
    let planned = statement
        .query_map([board.id.as_str()], |row| {
            Ok((row.get::<_, i64>(0)?, rows::json(row, 1)?, row.get::<_, Option<String>>(2)?))
        })?
        .collect::<Result<Vec<(i64, Request, Option<String>)>, _>>()?;
    for (place, request, job) in planned {
        let job = match job {
            Some(id) => jobs::get(connection, &JobId::new(id))?,
            None => None,
        };
        board.shots.push(ShotRow { request, job, spent: spent(connection, &board.id, place)? });
    }
    // One connection writes: what it has changed so far orders what was read through it.
    board.revision = connection.query_row("SELECT total_changes()", [], |row| row.get(0))?;
    Ok(board)
}

/// What the jobs of a shot cost or may cost; those of a rehearsal as if they were real.
fn spent(connection: &Connection, board: &StoryboardId, place: i64) -> Result<Usd, LibraryError> {
    let mut statement = connection.prepare_cached(
        "SELECT state, sent, failure_code, estimated_cost, billed_cost FROM shot_jobs JOIN jobs ON jobs.id = shot_jobs.job
         WHERE storyboard = ?1 AND place = ?2",
    )?;
    let charges = statement.query_map(params![board.as_str(), place], |row| {
        let word: String = row.get(0)?;
        let state = JobState::from_word(&word)
            .ok_or_else(|| rusqlite::Error::InvalidColumnType(0, "state".to_owned(), rusqlite::types::Type::Text))?;
        Ok(Charge {
            real: true,
            state,
            sent: row.get(1)?,
            failure: usage::failure_code(row, 2)?,
            estimate: usage::usd(row, 3)?,
            billed: usage::usd(row, 4)?,
        })
    })?;
    let mut sum = Usd::ZERO;
    for charge in charges {
        sum = [sum, charge?.counted().unwrap_or_default()].into_iter().sum();
    }
    Ok(sum)
}

fn place_number(place: usize) -> i64 {
    i64::try_from(place).unwrap_or(i64::MAX)
}

/// Gives a shot the job that counts for it from now on.
fn give(tx: &Transaction<'_>, board: &StoryboardId, place: i64, job: &JobId) -> Result<(), LibraryError> {
    tx.prepare_cached("UPDATE shots SET job = ?3 WHERE storyboard = ?1 AND place = ?2")?.execute(params![
        board.as_str(),
        place,
        job.as_str()
    ])?;
    tx.prepare_cached("INSERT INTO shot_jobs (job, storyboard, place) VALUES (?1, ?2, ?3)")?.execute(params![
        job.as_str(),
        board.as_str(),
        place
    ])?;
    Ok(())
}

/// A job was sent again by its own card: where it was a shot's, the new one is.
pub(crate) fn replaced(tx: &Transaction<'_>, old: &JobId, new: &JobId) -> Result<(), LibraryError> {
    let shot = tx
        .prepare_cached("SELECT storyboard, place FROM shots WHERE job = ?1")?
        .query_row([old.as_str()], |row| Ok((StoryboardId::new(row.get::<_, String>(0)?), row.get::<_, i64>(1)?)))
        .optional()?;
    match shot {
        Some((board, place)) => give(tx, &board, place, new),
        None => Ok(()),
    }
}

/// Takes the shots from `place` on back to where nothing of them was started. Cards of failed and canceled jobs are put
/// away; clips stay. Returns the jobs that changed.
fn clear(tx: &Transaction<'_>, board: &BoardRow, place: usize) -> Result<Vec<Job>, LibraryError> {
    let mut changed = Vec::new();
    for job in board.shots[place..].iter().filter_map(|shot| shot.job.as_ref()) {
        match job.state {
            JobState::Done => {}
            JobState::Failed | JobState::Canceled if job.dismissed => {}
            JobState::Failed | JobState::Canceled => changed.push(jobs::put_away(tx, &job.id)?),
            // It is under way, or nobody knows whether it was paid for.
            actual => return Err(LibraryError::WrongState { actual }),
        }
    }
    tx.prepare_cached("UPDATE shots SET job = NULL WHERE storyboard = ?1 AND place >= ?2")?
        .execute(params![board.id.as_str(), place_number(place)])?;
    Ok(changed)
}

fn is_put_away(connection: &Connection, id: &StoryboardId) -> Result<bool, LibraryError> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM storyboards WHERE id = ?1 AND put_away = 1")?;
    Ok(statement.exists([id.as_str()])?)
}

/// The storyboard, if the person still has it before them.
fn present(connection: &Connection, id: &StoryboardId) -> Result<BoardRow, LibraryError> {
    let board = get(connection, id)?;
    if is_put_away(connection, id)? { Err(LibraryError::ShotMoved) } else { Ok(board) }
}

impl Library {
    /// A storyboard.
    ///
    /// # Errors
    /// [`LibraryError::NoSuchStoryboard`].
    pub fn storyboard(&self, id: &StoryboardId) -> Result<BoardRow, LibraryError> {
        self.read(|connection| get(connection, id))
    }

    /// Those that were not put away, newest first.
    pub fn storyboards(&self) -> Result<Vec<BoardRow>, LibraryError> {
        self.read(|connection| list(connection, "WHERE put_away = 0 ORDER BY id DESC"))
    }

    /// Those of them in which a shot has no clip yet, oldest first.
    pub fn open_storyboards(&self) -> Result<Vec<BoardRow>, LibraryError> {
        self.read(|connection| {
            list(
                connection,
                "WHERE put_away = 0 AND EXISTS (SELECT 1 FROM shots LEFT JOIN jobs ON jobs.id = shots.job
                 WHERE shots.storyboard = storyboards.id AND coalesce(jobs.state, '') <> 'done') ORDER BY id",
            )
        })
    }

    /// Writes a storyboard down together with the job of its first shot, or neither. Returns both as they stand.
    pub fn insert_storyboard(&self, board: &BoardRow, first: &Job) -> Result<(BoardRow, Job), LibraryError> {
        self.write(|tx| {
            tx.prepare_cached(
                "INSERT INTO storyboards (id, provider, approval, agreed, made_at) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![
                board.id.as_str(),
                rows::provider_text(&board.provider),
                board.approval.word(),
                rows::optional_text(board.agreed.as_ref())?,
                rows::time_text(board.made_at),
            ])?;
            for (place, shot) in board.shots.iter().enumerate() {
                tx.prepare_cached("INSERT INTO shots (storyboard, place, request) VALUES (?1, ?2, ?3)")?
                    .execute(params![board.id.as_str(), place_number(place), serde_json::to_string(&shot.request)?])?;
            }
            let job = jobs::insert(tx, first)?;
            give(tx, &board.id, 0, &job.id)?;
            Ok((get(tx, &board.id)?, job))
        })
        .inspect(|_| crash::reached(crash::Point::JobCommitted))
    }

    /// Starts a shot: its job is written down and becomes the shot's, and what followed it is planned again, all in one
    /// transaction. Returns the storyboard, the new job, and jobs whose cards were put away.
    ///
    /// # Errors
    /// [`LibraryError::ShotMoved`] if the shot has another job than the caller believes, a shot before it has no clip, or
    /// nobody may start it now; [`LibraryError::WrongState`] if the job that would be replaced, or one of a later shot, is
    /// under way or has an unknown outcome. Nothing is written then.
    pub fn start_shot(&self, start: &ShotStart, job: &Job) -> Result<(BoardRow, Job, Vec<Job>), LibraryError> {
        self.write(|tx| {
            let board = present(tx, &start.board)?;
            let shot = board.shots.get(start.place).ok_or(LibraryError::ShotMoved)?;
            let is = shot.job.as_ref().map(|job| &job.id);
            let turn = board.turn().unwrap_or(board.shots.len());
            if is != start.instead_of.as_ref() || turn < start.place {
                return Err(LibraryError::ShotMoved);
            }
            if start.by_itself && board.due() != Some(start.place) {
                return Err(LibraryError::ShotMoved);
            }
            let changed = clear(tx, &board, start.place)?;
            if let Some(prompt) = &start.prompt {
                set_prompt(tx, &start.board, start.place, prompt)?;
            }
            let job = jobs::insert(tx, job)?;
            give(tx, &board.id, place_number(start.place), &job.id)?;
            tx.prepare_cached(
                "UPDATE storyboards SET halted = 0, wait = NULL, agreed = coalesce(?2, agreed) WHERE id = ?1",
            )?
            .execute(params![board.id.as_str(), rows::optional_text(start.agreed.as_ref())?])?;
            Ok((get(tx, &board.id)?, job, changed))
        })
        .inspect(|_| crash::reached(crash::Point::JobCommitted))
    }

    /// Lets no further shot start. One whose job still waits in the queue is taken out of it and planned again: nothing is
    /// owed for it. Returns the storyboard and that job.
    pub fn halt_storyboard(&self, id: &StoryboardId, now: Timestamp) -> Result<(BoardRow, Option<Job>), LibraryError> {
        self.write(|tx| {
            let board = present(tx, id)?;
            let queued = board.turn().and_then(|turn| Some((turn, board.shots[turn].job.as_ref()?)));
            let taken = match queued.filter(|(_, job)| job.state == JobState::Queued) {
                Some((turn, job)) => {
                    let job = jobs::shift(tx, &job.id, JobState::Queued, JobState::Canceled, |job| {
                        job.finished_at = Some(now);
                        job.wait = None;
                        job.dismissed = true;
                    })?;
                    clear(tx, &get(tx, id)?, turn)?;
                    Some(job)
                }
                None => None,
            };
            tx.prepare_cached("UPDATE storyboards SET halted = 1 WHERE id = ?1")?.execute([id.as_str()])?;
            Ok((get(tx, id)?, taken))
        })
    }

    /// Takes a halt back.
    pub fn resume_storyboard(&self, id: &StoryboardId, agreed: Option<&Agreed>) -> Result<BoardRow, LibraryError> {
        self.write(|tx| {
            present(tx, id)?;
            tx.prepare_cached("UPDATE storyboards SET halted = 0, agreed = coalesce(?2, agreed) WHERE id = ?1")?
                .execute(params![id.as_str(), rows::optional_text(agreed)?])?;
            get(tx, id)
        })
    }

    /// Notes that the shot whose turn it is needs a word of the person.
    ///
    /// # Errors
    /// [`LibraryError::ShotMoved`] if it is not that shot's turn any more.
    pub fn ask_about_shot(&self, id: &StoryboardId, place: usize, wait: &BoardWait) -> Result<BoardRow, LibraryError> {
        self.write(|tx| {
            if present(tx, id)?.due() != Some(place) {
                return Err(LibraryError::ShotMoved);
            }
            tx.prepare_cached("UPDATE storyboards SET wait = ?2 WHERE id = ?1")?
                .execute(params![id.as_str(), serde_json::to_string(wait)?])?;
            get(tx, id)
        })
    }

    /// Gives a shot that was not started another prompt.
    ///
    /// # Errors
    /// [`LibraryError::ShotMoved`] if it was started.
    pub fn change_shot(&self, id: &StoryboardId, place: usize, prompt: &str) -> Result<BoardRow, LibraryError> {
        self.write(|tx| {
            let board = present(tx, id)?;
            if board.shots.get(place).is_none_or(|shot| shot.job.is_some()) {
                return Err(LibraryError::ShotMoved);
            }
            set_prompt(tx, id, place, prompt)?;
            get(tx, id)
        })
    }

    /// Puts a storyboard away. Its clips, its jobs and what they cost stay.
    ///
    /// # Errors
    /// [`LibraryError::ShotMoved`] if it is running: nothing must start out of sight.
    pub fn put_storyboard_away(&self, id: &StoryboardId) -> Result<(), LibraryError> {
        self.write(|tx| {
            if present(tx, id)?.state() == BoardState::Running {
                return Err(LibraryError::ShotMoved);
            }
            tx.prepare_cached("UPDATE storyboards SET put_away = 1 WHERE id = ?1")?.execute([id.as_str()])?;
            Ok(())
        })
    }
}

fn set_prompt(tx: &Transaction<'_>, id: &StoryboardId, place: usize, prompt: &str) -> Result<(), LibraryError> {
    tx.prepare_cached(
        "UPDATE shots SET request = json_set(request, '$.prompt', ?3) WHERE storyboard = ?1 AND place = ?2",
    )?
    .execute(params![id.as_str(), place_number(place), prompt])?;
    Ok(())
}
