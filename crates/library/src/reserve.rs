//! Room for the ids of accepted tasks that the database cannot take.
//!
//! A service that has accepted a job has been paid for it, and only its task id leads back to the clip. If the disk
//! is full at that very moment, the id must not be lost with the program. So a small file is written full of blanks
//! beforehand, while there is room, and such an id is put into bytes that the file already has.
//!
//! A file system that never writes in place (copy on write) may refuse even this on a disk without a single free
//! block; the id then still stands in memory and in the log.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use lastframe_model::{Job, JobId, JobState, Provider, TaskId};
use rusqlite::Transaction;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Library;
use crate::error::LibraryError;
use crate::{files, intents, jobs};

/// Bytes of one line, blanks included.
const SLOT: usize = 1024;
/// Lines; far more than jobs are ever sent side by side.
const SLOTS: usize = 64;

/// A task that was accepted for a job and is not in the job's row yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// The job.
    pub job: JobId,
    /// The service that accepted it.
    pub provider: Provider,
    /// The service's id.
    pub task_id: TaskId,
}

impl Accepted {
    /// One slot: a checksum, so that a line cut off by a power cut is none; the values; blanks. `None` if the values
    /// are longer than that.
    fn line(&self) -> Result<Option<[u8; SLOT]>, LibraryError> {
        let json = serde_json::to_string(self)?;
        let text = format!("{} {json}\n", checksum(&json));
        let mut line = [b' '; SLOT];
        let Some(room) = line.get_mut(..text.len()) else { return Ok(None) };
        room.copy_from_slice(text.as_bytes());
        Ok(Some(line))
    }

    fn read(line: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(line).ok()?;
        let (sum, json) = text.split_once('\n')?.0.split_once(' ')?;
        (sum == checksum(json)).then(|| serde_json::from_str(json).ok()).flatten()
    }
}

fn checksum(text: &str) -> String {
    hex::encode(&Sha256::digest(text)[..8])
}

/// The open file and what stands in it.
pub(crate) struct Reserve {
    /// `None` if it could not be made.
    file: Option<File>,
    /// What stands in which line.
    lines: Vec<Option<Accepted>>,
    /// What could not be written even here.
    homeless: Vec<Accepted>,
}

impl Reserve {
    /// Opens the file, or makes it, blank and durable. Without it (the disk is full already) the library works all the
    /// same.
    pub(crate) fn prepare(path: &Path) -> Self {
        let mut reserve = Self { file: None, lines: vec![None; SLOTS], homeless: Vec::new() };
        match reserve.open(path) {
            Ok(file) => reserve.file = Some(file),
            Err(error) => tracing::warn!(%error, "there is no reserve for ids of accepted tasks"),
        }
        reserve
    }

    fn open(&mut self, path: &Path) -> Result<File, LibraryError> {
        let io = |source| LibraryError::io(path, source);
        let mut file = files::private_file(path).map_err(io)?;
        let mut bytes = Vec::new();
        (&mut file).take((SLOT * SLOTS) as u64).read_to_end(&mut bytes).map_err(io)?;
        if bytes.len() < SLOT * SLOTS {
            file.write_all(&vec![b' '; SLOT * SLOTS - bytes.len()]).map_err(io)?;
            file.sync_all().map_err(io)?;
            files::sync_parent(path)?;
        }
        for (line, slot) in self.lines.iter_mut().zip(bytes.chunks(SLOT)) {
            *line = Accepted::read(slot);
        }
        Ok(file)
    }

    fn put(&mut self, index: usize, line: &[u8; SLOT]) -> std::io::Result<()> {
        let file = self.file.as_mut().ok_or(std::io::ErrorKind::StorageFull)?;
        file.seek(SeekFrom::Start((index * SLOT) as u64))?;
        file.write_all(line)?;
        file.sync_data()
    }

    fn note(&mut self, accepted: &Accepted, path: &Path) -> Result<(), LibraryError> {
        if self.all().any(|known| known == accepted) {
            return Ok(());
        }
        let written = accepted.line().and_then(|line| {
            let free = self.lines.iter().position(Option::is_none);
            let (Some(line), Some(index)) = (line, free) else {
                return Err(LibraryError::io(path, std::io::Error::other("it has no room for this task id")));
            };
            self.put(index, &line).map_err(|source| LibraryError::io(path, source))?;
            self.lines[index] = Some(accepted.clone());
            Ok(())
        });
        if written.is_err() {
            self.homeless.push(accepted.clone());
        }
        written
    }

    fn forget(&mut self, accepted: &Accepted, path: &Path) -> Result<(), LibraryError> {
        self.homeless.retain(|known| known != accepted);
        while let Some(index) = self.lines.iter().position(|line| line.as_ref() == Some(accepted)) {
            self.put(index, &[b' '; SLOT]).map_err(|source| LibraryError::io(path, source))?;
            self.lines[index] = None;
        }
        Ok(())
    }

    fn all(&self) -> impl Iterator<Item = &Accepted> {
        self.lines.iter().flatten().chain(&self.homeless)
    }
}

/// What is to be done with a line.
enum Verdict {
    /// The job has it now.
    Adopted(Box<Job>),
    /// Nothing is left to do.
    Over,
    /// It fits no job; it is kept for the person.
    Kept(&'static str),
}

impl Library {
    /// Keeps the id of an accepted task in bytes that were reserved for it, for a moment in which the database cannot
    /// take it. Durable when this returns without an error.
    ///
    /// # Errors
    /// [`LibraryError::NotOwned`] unless this program owns the library; [`LibraryError::DiskFull`] or
    /// [`LibraryError::Io`] if even the reserve could not be written: then it is in [`Self::accepted`] only.
    pub fn note_accepted(&self, accepted: &Accepted) -> Result<(), LibraryError> {
        let _held = self.hold()?;
        let path = self.places().reserve();
        self.reserve().as_mut().ok_or(LibraryError::NotOwned)?.note(accepted, &path)
    }

    /// The job's row has it now.
    pub fn forget_accepted(&self, accepted: &Accepted) -> Result<(), LibraryError> {
        let _held = self.hold()?;
        let path = self.places().reserve();
        self.reserve().as_mut().ok_or(LibraryError::NotOwned)?.forget(accepted, &path)
    }

    /// The accepted tasks that are in no job's row yet, as far as this program knows.
    #[must_use]
    pub fn accepted(&self) -> Vec<Accepted> {
        self.reserve().as_ref().map(|reserve| reserve.all().cloned().collect()).unwrap_or_default()
    }

    /// Gives jobs the tasks that were accepted for them when the database could not be written. To be called by
    /// whoever owns the library, before anything else is done with its jobs. Returns the jobs that changed.
    ///
    /// A line whose job is not in the library, is another service's or has another task is left where it is.
    pub fn adopt_accepted(&self) -> Result<Vec<Job>, LibraryError> {
        let mut adopted = Vec::new();
        for accepted in self.accepted() {
            let task = &accepted.task_id;
            match self.write(|tx| adopt(tx, &accepted))? {
                Verdict::Adopted(job) => {
                    tracing::warn!(job = %job.id, %task, "an accepted task was found in the reserve");
                    adopted.push(*job);
                }
                Verdict::Over => {}
                Verdict::Kept(why) => {
                    tracing::error!(job = %accepted.job, %task, why, "an accepted task in the reserve fits no job");
                    continue;
                }
            }
            // Only now: had it been blanked before the commit, a power cut between the two would lose it.
            self.forget_accepted(&accepted)?;
        }
        Ok(adopted)
    }
}

fn adopt(tx: &Transaction<'_>, accepted: &Accepted) -> Result<Verdict, LibraryError> {
    let Some(job) = jobs::get(tx, &accepted.job)? else { return Ok(Verdict::Kept("there is no such job")) };
    if job.provider != accepted.provider {
        return Ok(Verdict::Kept("the job is another service's"));
    }
    match &job.task_id {
        Some(task) if *task == accepted.task_id => return Ok(Verdict::Over),
        Some(_) => return Ok(Verdict::Kept("the job has another task")),
        None => {}
    }
    if jobs::of_task(tx, &accepted.provider, &accepted.task_id)?.is_some() {
        return Ok(Verdict::Over); // another job has adopted it
    }
    let from = match job.state {
        JobState::Queued => {
            // An older copy of the database: it must not be sent again.
            match intents::begin(tx, &job.id, "", job.created_at) {
                Ok(_) | Err(LibraryError::AlreadySent(_)) => JobState::Submitting,
                Err(error) => return Err(error),
            }
        }
        JobState::Submitting | JobState::Unknown | JobState::Failed => job.state,
        // Canceled: the person has given it up. The others have a task.
        JobState::Canceled | JobState::Running | JobState::Downloading | JobState::Done => return Ok(Verdict::Over),
    };
    let job = jobs::shift(tx, &job.id, from, JobState::Running, |job| {
        job.task_id = Some(accepted.task_id.clone());
        job.submitted_at = job.submitted_at.or(Some(job.created_at));
        job.finished_at = None;
        job.failure = None;
        job.wait = None;
        job.dismissed = false;
    })?;
    Ok(Verdict::Adopted(Box::new(job)))
}
