//! Clips of files that were brought in. Their rows are those of any clip, so that everything that looks at clips sees
//! them; their jobs were never sent, have no intent, and stand in no list of jobs and in no sum.

use std::path::Path;

use lastframe_model::{Clip, ClipId, ImageRef, Provider};
use rusqlite::{OptionalExtension, Transaction, params};
use serde::{Deserialize, Serialize};

use crate::clips::{self, Kept};
use crate::error::LibraryError;
use crate::places::Places;
use crate::shelf::Words;
use crate::{Library, files, folders, jobs, places, recipe, shelf};

/// What is known of a file that was brought in, beside its clip.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Imported {
    /// The name it had, without its extension.
    pub file_name: String,
    /// SHA-256 of the clip that it is a copy of, as the recipe inside it says: 64 lower-case hex digits.
    pub original_sha256: Option<String>,
    /// The same of the clip that this one goes on from.
    pub continues_sha256: Option<String>,
    /// The frame of that clip, from 0, that it starts from; `None` is its last.
    pub continues_frame: Option<u32>,
}

/// Notes on a clip's row where it came from.
pub(crate) fn note(tx: &Transaction<'_>, clip: &ClipId, imported: &Imported) -> Result<(), LibraryError> {
    tx.prepare_cached("UPDATE clips SET imported = ?2 WHERE id = ?1")?
        .execute(params![clip.as_str(), serde_json::to_string(imported)?])?;
    Ok(())
}

impl Library {
    /// The clip that has one of these SHA-256s: of its file, or of the file that it is a copy of. The one that was made
    /// here comes first.
    pub fn clip_of_bytes(&self, hashes: &[&str]) -> Result<Option<Clip>, LibraryError> {
        let found = self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT id FROM clips WHERE sha256 = ?1 OR original_sha256 = ?1 ORDER BY imported IS NOT NULL, id LIMIT 1",
            )?;
            for hash in hashes {
                let id: Option<String> = statement.query_row([hash], |row| row.get(0)).optional()?;
                if let Some(id) = id {
                    return clips::get(connection, &ClipId::new(id));
                }
            }
            Ok(None)
        })?;
        Ok(found.map(|kept| kept.seen_from(&self.places().clips)))
    }

    /// Enters clips whose files stand under their final names, below `places`: their recipes first, then all rows in one
    /// transaction. A clip's `file` is relative to the clips folder of `places`.
    ///
    /// # Errors
    /// [`LibraryError::Io`] if one of the files is not there: then none is entered.
    pub fn enter_imports(&self, places: &Places, new: &[(Clip, Imported)]) -> Result<Vec<Clip>, LibraryError> {
        for (clip, imported) in new {
            let file = places.clip_file(clip);
            std::fs::metadata(&file).map_err(|source| LibraryError::io(&file, source))?;
            recipe::write(&places.recipe_file(clip), clip, "", Some(imported))?;
        }
        let kept = self.write(|tx| {
            let folder = folders::id_of(tx, &places.clips)?;
            let enter = |(clip, imported): &(Clip, Imported)| {
                jobs::insert_done(tx, clip)?;
                clips::insert(tx, clip, folder, "")?;
                note(tx, &clip.id, imported)?;
                clips::get(tx, &clip.id)?.ok_or_else(|| LibraryError::NoSuchClip(clip.id.clone()))
            };
            new.iter().map(enter).collect::<Result<Vec<Kept>, LibraryError>>()
        })?;
        let current = self.places().clips;
        Ok(kept.into_iter().map(|kept| kept.seen_from(&current)).collect())
    }

    /// Clips of files that go on from a clip which is here now, though not when they came: each with that clip, and the
    /// frame of it that it starts from unless that is the last.
    pub fn loose_continuations(&self) -> Result<Vec<(ClipId, ClipId, Option<u32>)>, LibraryError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT clips.id, earlier.id, clips.imported ->> '$.continues_frame' FROM clips
                 JOIN clips earlier ON earlier.sha256 = clips.continues_sha256
                     OR earlier.original_sha256 = clips.continues_sha256
                 JOIN jobs ON jobs.id = clips.job
                 WHERE clips.continues_sha256 IS NOT NULL AND jobs.continues IS NULL AND earlier.id <> clips.id
                 GROUP BY clips.id",
            )?;
            let pairs = statement.query_map([], |row| {
                Ok((ClipId::new(row.get::<_, String>(0)?), ClipId::new(row.get::<_, String>(1)?), row.get(2)?))
            })?;
            Ok(pairs.collect::<Result<_, _>>()?)
        })
    }

    /// Says that a clip of a file goes on from another, beginning with a picture of its last frame, or of the one of that
    /// number; in its recipe too.
    ///
    /// # Errors
    /// [`LibraryError::NoSuchClip`] unless it is a clip of a file.
    pub fn link_import(
        &self,
        id: &ClipId,
        earlier: &ClipId,
        number: Option<u32>,
        frame: &ImageRef,
    ) -> Result<Clip, LibraryError> {
        let (kept, imported) = self.write(|tx| {
            let kept = clips::get(tx, id)?.filter(|kept| kept.clip.provider == Provider::Imported);
            let mut clip = kept.ok_or_else(|| LibraryError::NoSuchClip(id.clone()))?.clip;
            clip.request.continues = Some(earlier.clone());
            clip.request.continues_frame = number;
            clip.request.first_frame = Some(frame.clone());
            tx.prepare_cached("UPDATE jobs SET request = ?2, revision = revision + 1 WHERE id = ?1")?
                .execute(params![clip.job.as_str(), serde_json::to_string(&clip.request)?])?;
            shelf::refresh(tx, id, Words::Same)?;
            let kept = clips::get(tx, id)?.ok_or_else(|| LibraryError::NoSuchClip(id.clone()))?;
            let imported = tx.query_row("SELECT imported FROM clips WHERE id = ?1", [id.as_str()], |row| {
                crate::rows::optional_json(row, 0)
            })?;
            Ok((kept, imported))
        })?;
        let Places { home, clips: current } = self.places();
        let places = Places { home, clips: kept.root(&current).to_owned() };
        recipe::write(&places.recipe_file(&kept.clip), &kept.clip, "", imported.as_ref())?;
        Ok(kept.seen_from(&current))
    }

    /// SHA-256 of the file that a clip was first: its own, or that of the clip which its file is a copy of.
    pub fn original_sha256(&self, id: &ClipId) -> Result<Option<String>, LibraryError> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT coalesce(original_sha256, sha256) FROM clips WHERE id = ?1")?;
            Ok(statement.query_row([id.as_str()], |row| row.get(0)).optional()?)
        })
    }

    /// Whether a clip is in the table.
    pub fn has_clip(&self, id: &ClipId) -> Result<bool, LibraryError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached("SELECT 1 FROM clips WHERE id = ?1")?;
            Ok(statement.query_row([id.as_str()], |_| Ok(())).optional()?.is_some())
        })
    }
}

/// Removes an import that did not come to its end: every file of the clip's stem that stands beside `file`.
///
/// # Errors
/// [`LibraryError::Io`] if one of them cannot be removed; a folder that is not there holds none.
pub fn remove_unentered(file: &Path) -> Result<(), LibraryError> {
    let (Some(folder), Some(stem)) = (file.parent(), file.file_stem().and_then(|stem| stem.to_str())) else {
        return Ok(());
    };
    for ending in places::ENDINGS {
        let path = folder.join(format!("{stem}.{ending}"));
        match std::fs::remove_file(&path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                return Err(LibraryError::io(&path, source));
            }
            _ => {}
        }
    }
    if folder.is_dir() { files::sweep_beside(file) } else { Ok(()) }
}
