//! The table of clips, and the films they make. What was asked for is read from the clip's job.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use lastframe_model::{Clip, ClipId, ClipPage, Film, Job, JobId, JobState, TaskId};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use crate::Library;
use crate::crash::{self, Point};
use crate::error::LibraryError;
use crate::places::Places;
use crate::{files, film_trees, films, folders, jobs, recipe, rows, shelf};

const SELECT: &str = "SELECT clips.id, clips.job, jobs.request, jobs.provider, jobs.task_id, clips.media,
    jobs.estimate, clips.billed, clips.sha256, clips.file, clips.last_frame_from_service, jobs.created_at,
    jobs.submitted_at, clips.finished_at, folders.path,
    clips.name, clips.note, clips.starred, clips.tags, clips.trashed_at, clips.missing,
    jobs.completion ->> '$.completed_at'
    FROM clips JOIN jobs ON jobs.id = clips.job JOIN folders ON folders.id = clips.folder";

/// A clip as its row has it. Where its file is seen from the folder in use is found out by [`Kept::seen_from`],
/// which looks at the disk and so has to wait until the connection is free for others: a drive may be slow, or away.
pub(crate) struct Kept {
    pub(crate) clip: Clip,
    /// The folder of clips that it was kept in.
    pub(crate) folder: PathBuf,
}

impl Kept {
    /// The folder of clips that its file is in, as seen from the one in use.
    pub(crate) fn root<'a>(&'a self, current: &'a Path) -> &'a Path {
        if current == self.folder || current.join(&self.clip.file).is_file() { current } else { &self.folder }
    }

    /// The clip with its file relative to the folder in use if it was kept there, or was carried there with a folder
    /// that moved; else with the whole path in the folder it was kept in.
    pub(crate) fn seen_from(self, current: &Path) -> Clip {
        if self.root(current) == current {
            return self.clip;
        }
        let Self { clip, folder } = self;
        let file = folder.join(&clip.file).to_string_lossy().replace('\\', "/");
        Clip { file, ..clip }
    }
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Kept> {
    let clip = Clip {
        id: ClipId::new(row.get::<_, String>(0)?),
        job: JobId::new(row.get::<_, String>(1)?),
        request: rows::json(row, 2)?,
        provider: rows::provider(row.get(3)?),
        task_id: TaskId::new(row.get::<_, String>(4)?),
        media: rows::json(row, 5)?,
        estimate: rows::json(row, 6)?,
        billed: rows::json(row, 7)?,
        sha256: row.get(8)?,
        file: row.get(9)?,
        last_frame_from_service: row.get(10)?,
        created_at: rows::time(row, 11)?,
        submitted_at: rows::optional_time(row, 12)?,
        completed_at: row.get::<_, Option<String>>(21)?.and_then(|text| text.parse().ok()),
        finished_at: rows::time(row, 13)?,
        name: row.get(15)?,
        note: row.get(16)?,
        starred: row.get(17)?,
        tags: rows::json(row, 18)?,
        trashed_at: rows::optional_time(row, 19)?,
        missing: row.get(20)?,
    };
    Ok(Kept { clip, folder: PathBuf::from(row.get::<_, String>(14)?) })
}

pub(crate) fn get(connection: &Connection, id: &ClipId) -> Result<Option<Kept>, LibraryError> {
    let mut statement = connection.prepare_cached(&format!("{SELECT} WHERE clips.id = ?1"))?;
    Ok(statement.query_row([id.as_str()], from_row).optional()?)
}

/// The clips of these numbers, in their order.
pub(crate) fn of_numbers(connection: &Connection, numbers: &[u32]) -> Result<Vec<Kept>, LibraryError> {
    let mut statement =
        connection.prepare_cached(&format!("{SELECT} JOIN shelf ON shelf.clip = clips.id WHERE shelf.n = ?1"))?;
    let kept = numbers.iter().map(|n| statement.query_row([n], from_row).optional());
    Ok(kept.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

/// Every clip that continues from this one, oldest first.
pub(crate) fn all_after(connection: &Connection, id: &ClipId) -> Result<Vec<Kept>, LibraryError> {
    let mut statement = connection
        .prepare_cached(&format!("{SELECT} WHERE jobs.continues = ?1 ORDER BY clips.finished_at, clips.id"))?;
    Ok(statement.query_map([id.as_str()], from_row)?.collect::<Result<_, _>>()?)
}

/// Enters the row of a clip whose job is in the table already.
pub(crate) fn insert(tx: &Transaction<'_>, clip: &Clip, folder: i64, reply: &str) -> Result<(), LibraryError> {
    tx.prepare_cached(
        "INSERT INTO clips (id, job, folder, file, sha256, media, billed, last_frame_from_service,
         finished_at, reply, name, note, starred, tags, trashed_at, missing)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
    )?
    .execute(params![
        clip.id.as_str(),
        clip.job.as_str(),
        folder,
        clip.file,
        clip.sha256,
        serde_json::to_string(&clip.media)?,
        serde_json::to_string(&clip.billed)?,
        clip.last_frame_from_service,
        rows::time_text(clip.finished_at),
        reply,
        clip.name,
        clip.note,
        clip.starred,
        serde_json::to_string(&clip.tags)?,
        clip.trashed_at.map(rows::time_text),
        clip.missing,
    ])?;
    shelf::refresh(tx, &clip.id, shelf::Words::Changed)?;
    films::grow(tx, clip)
}

impl Library {
    /// Enters a finished clip: its recipe beside the file first, then in one transaction the clip's row and its
    /// job's move downloading → done. `places` are those under which the file was placed; `clip.file` is
    /// relative to them; `reply` is the service's, masked. Request, estimate, task and times are the job's own.
    ///
    /// # Errors
    /// [`LibraryError::Io`] if the file is not there: a row never comes before its file.
    /// [`LibraryError::WrongState`] unless the job is downloading.
    pub fn finish_job(&self, places: &Places, clip: &Clip, reply: &str) -> Result<(Job, Clip), LibraryError> {
        let file = places.clip_file(clip);
        std::fs::metadata(&file).map_err(|source| LibraryError::io(&file, source))?;
        files::sweep_beside(&file)?;
        recipe::write(&places.recipe_file(clip), clip, reply, None)?;
        crash::reached(Point::RecipeWritten);
        let (job, kept) = self.write(|tx| {
            let folder = folders::id_of(tx, &places.clips)?;
            insert(tx, clip, folder, reply)?;
            let job = jobs::shift(tx, &clip.job, JobState::Downloading, JobState::Done, |job| {
                job.finished_at = Some(clip.finished_at);
                job.progress = None;
                job.wait = None;
            })?;
            let kept = get(tx, &clip.id)?.ok_or_else(|| LibraryError::NoSuchClip(clip.id.clone()))?;
            Ok((job, kept))
        })?;
        crash::moved(job.state);
        Ok((job, kept.seen_from(&self.places().clips)))
    }

    /// Keeps a last frame that was drawn from a clip's video (PNG) beside it. Not where the service sent one of its own, nor
    /// beside a clip that has been deleted meanwhile.
    ///
    /// # Errors
    /// [`LibraryError::Io`] if it cannot be written.
    pub fn keep_last_frame(&self, id: &ClipId, png: &[u8]) -> Result<(), LibraryError> {
        // Nobody deletes the clip between the look and the file.
        let _alone = self.trash();
        match self.clip(id)?.filter(|clip| !clip.last_frame_from_service) {
            Some(clip) => files::keep_made(&self.places().last_frame_file(&clip), png),
            None => Ok(()),
        }
    }

    /// A clip.
    pub fn clip(&self, id: &ClipId) -> Result<Option<Clip>, LibraryError> {
        let kept = self.read(|connection| get(connection, id))?;
        Ok(kept.map(|kept| kept.seen_from(&self.places().clips)))
    }

    /// Up to `limit` clips outside the trash, newest first, after the one given or from the newest. An `after` that is not in the
    /// library gives an empty page.
    pub fn clips(&self, after: Option<&ClipId>, limit: u32) -> Result<ClipPage, LibraryError> {
        let (kept, total) = self.read(|connection| {
            let total =
                connection.query_row("SELECT count(*) FROM clips WHERE trashed_at IS NULL", [], |row| row.get(0))?;
            let mut statement = connection.prepare_cached(&format!(
                "{SELECT} WHERE clips.trashed_at IS NULL AND (?1 IS NULL OR (clips.finished_at, clips.id) <
                     (SELECT finished_at, id FROM clips WHERE id = ?1))
                 ORDER BY clips.finished_at DESC, clips.id DESC LIMIT ?2"
            ))?;
            let kept = statement
                .query_map(params![after.map(ClipId::as_str), limit], from_row)?
                .collect::<Result<Vec<_>, _>>()?;
            Ok((kept, total))
        })?;
        Ok(ClipPage { clips: self.all_seen(kept), total })
    }

    /// The service's reply for a clip, as received, signed links masked.
    pub fn reply(&self, id: &ClipId) -> Result<String, LibraryError> {
        self.read(|connection| {
            connection
                .query_row("SELECT reply FROM clips WHERE id = ?1", [id.as_str()], |row| row.get(0))
                .optional()?
                .ok_or_else(|| LibraryError::NoSuchClip(id.clone()))
        })
    }

    /// The film through a clip: from the first clip of its chain to it, then on along the newest continuation
    /// each time. A chain whose earlier clip is gone begins where it can; one that bites its tail ends there.
    ///
    /// # Errors
    /// [`LibraryError::NoSuchClip`] if the clip itself is not in the library.
    pub fn film(&self, id: &ClipId) -> Result<Film, LibraryError> {
        let kept = self.read(|connection| {
            let this = get(connection, id)?.ok_or_else(|| LibraryError::NoSuchClip(id.clone()))?.clip.id;
            let mut path = film_trees::before(connection, &this)?;
            path.reverse();
            path.extend(film_trees::onward(connection, this)?);
            let mut seen = HashSet::new();
            path.retain(|clip| seen.insert(clip.clone()));
            let found = path.iter().map(|clip| get(connection, clip)).collect::<Result<Vec<_>, _>>()?;
            Ok(found.into_iter().flatten().collect())
        })?;
        Ok(Film::of(self.all_seen(kept)))
    }

    pub(crate) fn all_seen(&self, kept: Vec<Kept>) -> Vec<Clip> {
        let current = self.places().clips;
        kept.into_iter().map(|kept| kept.seen_from(&current)).collect()
    }
}
