//! The trash: a mark on a clip, until it is deleted for good.
//!
//! Files stay where they are while a clip is in the trash, so that putting thousands there and taking them back is one
//! transaction, and nothing can be left half moved. Only deleting touches files: the video first, since it is what
//! counts, then what stands beside it, the row last. Whatever is cut off in between is still in the trash, and is deleted
//! the next time.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use lastframe_model::{ClipId, JobId};
use rusqlite::{OptionalExtension, Transaction, params};

use crate::clips::Kept;
use crate::error::LibraryError;
use crate::jobs::Completion;
use crate::places::ENDINGS;
use crate::shelf::Words;
use crate::{Library, clips, films, marks, rows, seams, shelf};

/// How many rows are deleted in one transaction: others want to write, too.
const ROWS: usize = 200;

/// Removes the row of a clip. What its job cost stays with the job.
fn remove(tx: &Transaction<'_>, clip: &ClipId) -> Result<bool, LibraryError> {
    let mut statement = tx.prepare_cached(
        "SELECT clips.job, clips.billed, clips.reply, jobs.completion ->> '$.completed_at'
             FROM clips JOIN jobs ON jobs.id = clips.job WHERE clips.id = ?1 AND clips.trashed_at IS NOT NULL",
    )?;
    let found = statement
        .query_row([clip.as_str()], |row| {
            let completed_at = rows::optional_time(row, 3)?;
            let completion = Completion { billed: rows::json(row, 1)?, reply: row.get(2)?, completed_at };
            Ok((JobId::new(row.get::<_, String>(0)?), completion))
        })
        .optional()?;
    let Some((job, completion)) = found else { return Ok(false) };
    tx.prepare_cached("UPDATE jobs SET completion = ?2, revision = revision + 1 WHERE id = ?1")?
        .execute(params![job.as_str(), serde_json::to_string(&completion)?])?;
    tx.prepare_cached("DELETE FROM clips WHERE id = ?1")?.execute([clip.as_str()])?;
    shelf::forget(tx, clip)?;
    films::forget(tx, clip)?;
    seams::forget(tx, clip)?;
    Ok(true)
}

/// The video of a clip, if it is one that `library` keeps: in a folder of clips, under the clip's own name.
fn own_file(library: &Library, kept: &Kept, current: &Path) -> Result<Option<PathBuf>, LibraryError> {
    let relative = Path::new(&kept.clip.file);
    let parts: Vec<_> = relative.components().collect();
    let plain = parts.iter().all(|part| matches!(part, std::path::Component::Normal(_)));
    let named = relative.file_stem().and_then(|stem| stem.to_str()) == Some(kept.clip.id.as_str());
    if !plain || parts.len() != 2 || !named || relative.extension().is_none_or(|end| end != "mp4") {
        return Ok(None);
    }
    let there = |folder: &Path| fs::symlink_metadata(folder.join(relative)).is_ok();
    let folder = if kept.folder != current && there(current) { current } else { kept.folder.as_path() };
    // A drive that is away comes back with the files on it.
    library.expect_here(folder)?;
    let file = folder.join(relative);
    let month = file.parent().unwrap_or(folder);
    let outside = match (folder.canonicalize(), month.canonicalize()) {
        (Ok(folder), Ok(month)) => !month.starts_with(folder),
        _ => false, // the month's folder is gone, and the file with it
    };
    Ok((!outside).then_some(file))
}

/// Removes a clip's files. Those that are gone already are removed.
fn remove_files(library: &Library, kept: &Kept) -> Result<(), LibraryError> {
    let places = library.places();
    remove_file(&places.thumbnail_file(&kept.clip.id))?;
    let Some(video) = own_file(library, kept, &places.clips)? else {
        tracing::warn!(clip = %kept.clip.id, "the file of this clip is not the library's own; it is left alone");
        return Ok(());
    };
    for beside in ENDINGS {
        remove_file(&video.with_extension(beside))?;
    }
    Ok(())
}

fn remove_file(path: &Path) -> Result<(), LibraryError> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(LibraryError::io(path, source)),
        _ => Ok(()),
    }
}

impl Library {
    /// Puts clips into the trash, where their files stay as they are. Returns how many were not there yet. They still
    /// count as money, and films still go through them. [`Self::write_recipes`] is to be called afterwards.
    pub fn trash_clips(&self, clips: &[ClipId], at: Timestamp) -> Result<u32, LibraryError> {
        self.set_trashed(clips, Some(at))
    }

    /// Takes clips out of the trash, with all that they had. Returns how many were there.
    pub fn restore_clips(&self, clips: &[ClipId]) -> Result<u32, LibraryError> {
        self.set_trashed(clips, None)
    }

    fn set_trashed(&self, clips: &[ClipId], at: Option<Timestamp>) -> Result<u32, LibraryError> {
        let _alone = self.trash();
        self.write(|tx| {
            let mut count = 0;
            for clip in clips {
                let moved = tx
                    .prepare_cached(
                        "UPDATE clips SET trashed_at = ?2 WHERE id = ?1 AND (trashed_at IS NULL) = (?2 IS NOT NULL)",
                    )?
                    .execute(params![clip.as_str(), at.map(rows::time_text)])?;
                if moved > 0 {
                    marks::changed(tx, clip, Words::Same)?;
                    count += 1;
                }
            }
            Ok(count)
        })
    }

    /// Deletes clips for good, with their files: of those named, the ones that are in the trash. Returns how many. Their
    /// jobs stay done, with what they cost.
    ///
    /// # Errors
    /// The first that came, after all were tried: [`LibraryError::FolderGone`], [`LibraryError::Io`]. A clip whose files
    /// could not be deleted stays in the trash.
    pub fn delete_clips(&self, clips: &[ClipId]) -> Result<u32, LibraryError> {
        let _alone = self.trash();
        let (mut deleted, mut failed) = (0, None);
        for some in clips.chunks(ROWS) {
            let held = self.hold()?;
            let mut gone = Vec::new();
            for clip in some {
                let Some(kept) = self.read(|connection| clips::get(connection, clip))? else { continue };
                if kept.clip.trashed_at.is_none() {
                    continue;
                }
                match remove_files(self, &kept) {
                    Ok(()) => gone.push(clip),
                    Err(error) => {
                        tracing::warn!(%clip, %error, "a clip could not be deleted; it stays in the trash");
                        failed.get_or_insert(error);
                    }
                }
            }
            drop(held);
            deleted += self.write(|tx| {
                let mut count = 0;
                for clip in &gone {
                    count += u32::from(remove(tx, clip)?);
                }
                Ok(count)
            })?;
        }
        failed.map_or(Ok(deleted), Err)
    }

    /// Deletes for good what was put into the trash before that time. Returns how many.
    ///
    /// # Errors
    /// As [`Self::delete_clips`].
    pub fn expire_trash(&self, before: Timestamp) -> Result<u32, LibraryError> {
        let old = self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT id FROM clips WHERE trashed_at < ?1 ORDER BY trashed_at")?;
            let ids = statement.query_map([rows::time_text(before)], |row| row.get::<_, String>(0).map(ClipId::new))?;
            Ok(ids.collect::<Result<Vec<_>, _>>()?)
        })?;
        if old.is_empty() { Ok(0) } else { self.delete_clips(&old) }
    }
}
