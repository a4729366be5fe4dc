//! The table of clips, and the films they make. What was asked for is read from the clip's job.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use lastframe_model::{Clip, ClipId, ClipPage, Film, Job, JobId, JobState, TaskId};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::Library;
use crate::error::LibraryError;
use crate::places::Places;
use crate::{folders, jobs, recipe, rows};

const SELECT: &str = "SELECT clips.id, clips.job, jobs.request, jobs.provider, jobs.task_id, clips.media,
    jobs.estimate, clips.billed, clips.sha256, clips.file, clips.last_frame_from_service, jobs.created_at,
    jobs.submitted_at, clips.finished_at, folders.path
    FROM clips JOIN jobs ON jobs.id = clips.job JOIN folders ON folders.id = clips.folder";

fn from_row(row: &Row<'_>, current: &Path) -> rusqlite::Result<Clip> {
    Ok(Clip {
        id: ClipId::new(row.get::<_, String>(0)?),
        job: JobId::new(row.get::<_, String>(1)?),
        request: rows::json(row, 2)?,
        provider: rows::provider(row.get(3)?),
        task_id: TaskId::new(row.get::<_, String>(4)?),
        media: rows::json(row, 5)?,
        estimate: rows::json(row, 6)?,
        billed: rows::json(row, 7)?,
        sha256: row.get(8)?,
        file: file_in(current, &row.get::<_, String>(14)?, row.get(9)?),
        last_frame_from_service: row.get(10)?,
        created_at: rows::time(row, 11)?,
        submitted_at: rows::optional_time(row, 12)?,
        finished_at: rows::time(row, 13)?,
    })
}

/// Where a clip is, seen from the folder in use: relative to it if it was kept there, or was carried there
/// with a folder that moved; else the whole path in the folder it was kept in.
fn file_in(current: &Path, kept_in: &str, file: String) -> String {
    if current == Path::new(kept_in) || current.join(&file).is_file() {
        return file;
    }
    PathBuf::from(kept_in).join(&file).to_string_lossy().replace('\\', "/")
}

fn get(connection: &Connection, id: &ClipId, places: &Places) -> Result<Option<Clip>, LibraryError> {
    let mut statement = connection.prepare_cached(&format!("{SELECT} WHERE clips.id = ?1"))?;
    Ok(statement.query_row([id.as_str()], |row| from_row(row, &places.clips)).optional()?)
}

/// The newest clip that continues from this one.
fn newest_after(connection: &Connection, id: &ClipId, places: &Places) -> Result<Option<Clip>, LibraryError> {
    let mut statement = connection.prepare_cached(&format!(
        "{SELECT} WHERE jobs.continues = ?1 ORDER BY clips.finished_at DESC, clips.id DESC LIMIT 1"
    ))?;
    Ok(statement.query_row([id.as_str()], |row| from_row(row, &places.clips)).optional()?)
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
        recipe::write(&places.recipe_file(clip), clip, reply)?;
        self.write(|tx| {
            let folder = folders::id_of(tx, &places.clips)?;
            tx.execute(
                "INSERT INTO clips (id, job, folder, file, sha256, media, billed, last_frame_from_service,
                 finished_at, reply) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                params![
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
                ],
            )?;
            let job = jobs::shift(tx, &clip.job, JobState::Downloading, JobState::Done, |job| {
                job.finished_at = Some(clip.finished_at);
                job.progress = None;
                job.wait = None;
            })?;
            let clip = get(tx, &clip.id, &self.places())?.ok_or_else(|| LibraryError::NoSuchClip(clip.id.clone()))?;
            Ok((job, clip))
        })
    }

    /// A clip.
    pub fn clip(&self, id: &ClipId) -> Result<Option<Clip>, LibraryError> {
        let places = self.places();
        self.read(|connection| get(connection, id, &places))
    }

    /// Up to `limit` clips, newest first, after the one given or from the newest. An `after` that is not in the
    /// library gives an empty page.
    pub fn clips(&self, after: Option<&ClipId>, limit: u32) -> Result<ClipPage, LibraryError> {
        let places = self.places();
        self.read(|connection| {
            let total = connection.query_row("SELECT count(*) FROM clips", [], |row| row.get(0))?;
            let mut statement = connection.prepare_cached(&format!(
                "{SELECT} WHERE ?1 IS NULL OR (clips.finished_at, clips.id) <
                     (SELECT finished_at, id FROM clips WHERE id = ?1)
                 ORDER BY clips.finished_at DESC, clips.id DESC LIMIT ?2"
            ))?;
            let clips = statement
                .query_map(params![after.map(ClipId::as_str), limit], |row| from_row(row, &places.clips))?
                .collect::<Result<_, _>>()?;
            Ok(ClipPage { clips, total })
        })
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
        let places = self.places();
        self.read(|connection| {
            let this = get(connection, id, &places)?.ok_or_else(|| LibraryError::NoSuchClip(id.clone()))?;
            let mut seen = HashSet::from([this.id.clone()]);
            let mut clips = vec![this];
            while let Some(before) = clips.last().and_then(|clip| clip.request.continues.clone()) {
                match get(connection, &before, &places)? {
                    Some(clip) if seen.insert(clip.id.clone()) => clips.push(clip),
                    _ => break,
                }
            }
            clips.reverse();
            while let Some(last) = clips.last().map(|clip| clip.id.clone()) {
                match newest_after(connection, &last, &places)? {
                    Some(clip) if seen.insert(clip.id.clone()) => clips.push(clip),
                    _ => break,
                }
            }
            Ok(Film::of(clips))
        })
    }
}
