//! The file of each saved film: `films/<film id>.json` in the clips folder, from which a rebuild has it.
//!
//! A row is safe with its transaction; its file follows, also after a restart. A file that is read may have been written
//! by anybody.

use std::collections::HashMap;
use std::path::Path;

use jiff::Timestamp;
use lastframe_model::film::{PATH_MAX, checked_film_name, checked_film_note};
use lastframe_model::ids::is_plain;
use lastframe_model::{FilmId, SavedFilm};
use rusqlite::params;
use serde::{Deserialize, Serialize};

use crate::error::LibraryError;
use crate::{Library, files, films};

/// The folder of films in a folder of clips.
pub(crate) const FOLDER: &str = "films";
/// The form that this program writes and reads.
const VERSION: u32 = 1;
/// A path of 2,000 clips has 80 kB, a note at most 40.
const MOST_BYTES: u64 = 1024 * 1024;

/// What stands in the file of a film.
#[derive(Serialize, Deserialize)]
struct FilmFile {
    version: u32,
    film: SavedFilm,
}

/// Why the file of a film is not believed, in words that follow its name.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FilmFileError {
    /// It cannot be read.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// It is a folder, a link or a device.
    #[error("it is not a file")]
    NotAFile,
    /// It is far larger than any film.
    #[error("it has {0} bytes, which no film has")]
    TooLarge(u64),
    /// It is not JSON, or JSON of something else.
    #[error("it is no film: {0}")]
    NotAFilm(#[from] serde_json::Error),
    /// A later program wrote it.
    #[error("its form is {0}, this program knows {VERSION}")]
    Version(u32),
    /// Something in it cannot be true.
    #[error("{0}")]
    Doubtful(&'static str),
}

/// Reads the film at `folder/films/name.json`.
pub(crate) fn read(folder: &Path, name: &str) -> Result<SavedFilm, FilmFileError> {
    let path = folder.join(FOLDER).join(format!("{name}.json"));
    let facts = std::fs::symlink_metadata(&path)?;
    if !facts.is_file() {
        return Err(FilmFileError::NotAFile);
    }
    if facts.len() > MOST_BYTES {
        return Err(FilmFileError::TooLarge(facts.len()));
    }
    let FilmFile { version, mut film } = serde_json::from_slice(&std::fs::read(&path)?)?;
    if version != VERSION {
        return Err(FilmFileError::Version(version));
    }
    let doubts = [
        (!is_plain(name), "its name is not a film's id"),
        (film.id.as_str() != name, "it is another film's"),
        (film.path.is_empty() || film.path.len() > PATH_MAX, "its path is empty or too long"),
        (!film.path.iter().all(|clip| is_plain(clip.as_str())), "it names a clip by something that is no id"),
        // Which of both is later says nothing: clocks are set back.
        (film.made_at.min(film.changed_at) < Timestamp::UNIX_EPOCH, "a time in it is before computers"),
    ];
    if let Some((_, why)) = doubts.into_iter().find(|(doubtful, _)| *doubtful) {
        return Err(FilmFileError::Doubtful(why));
    }
    // Words that nobody could have written are no reason to lose the path.
    film.name = checked_film_name(film.name.as_deref().unwrap_or_default()).unwrap_or_default();
    film.note = checked_film_note(&film.note).unwrap_or_default();
    Ok(film)
}

impl Library {
    /// Brings the files of films in line with their rows, and returns how many there were to be. One that cannot be
    /// written stays due, and the others are written all the same.
    ///
    /// # Errors
    /// The first that came, after all were tried.
    pub fn write_film_files(&self) -> Result<u32, LibraryError> {
        let due = self.read(|connection| {
            let mut statement = connection.prepare_cached("SELECT film, max(n) FROM films_due GROUP BY film")?;
            let due = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))?;
            Ok(due.collect::<Result<HashMap<_, _>, _>>()?)
        })?;
        let (mut done, mut failed) = (0, None);
        for (film, change) in due {
            let held = self.hold()?;
            let written = self.write_film_file(&FilmId::new(&film));
            drop(held);
            match written {
                Ok(()) => {
                    self.write(|tx| {
                        tx.prepare_cached("DELETE FROM films_due WHERE film = ?1 AND n <= ?2")?
                            .execute(params![film, change])?;
                        Ok(())
                    })?;
                    done += 1;
                }
                Err(error) => {
                    tracing::debug!(film, %error, "the file of a film could not be written; it stays due");
                    failed.get_or_insert(error);
                }
            }
        }
        failed.map_or(Ok(done), Err)
    }

    fn write_film_file(&self, id: &FilmId) -> Result<(), LibraryError> {
        if !is_plain(id.as_str()) {
            return Ok(()); // such a film cannot be saved
        }
        let name = format!("{id}.json");
        let current = self.places().clips;
        let film = self.read(|connection| films::get(connection, id))?;
        if let Some(film) = film {
            let text = serde_json::to_vec_pretty(&FilmFile { version: VERSION, film })?;
            self.expect_here(&current)?;
            return files::write_file(&current.join(FOLDER).join(name), &text);
        }
        let mut failed = None;
        for folder in self.known_folders()?.into_iter().chain([current]) {
            let path = folder.join(FOLDER).join(&name);
            // The file comes back with its drive, and the film with it, unless it is taken away then.
            let removed = self.expect_here(&folder).and_then(|()| match std::fs::remove_file(&path) {
                Err(source) if !is_absent(&source) => Err(LibraryError::io(&path, source)),
                _ => Ok(()),
            });
            if let Err(error) = removed {
                failed.get_or_insert(error);
            }
        }
        failed.map_or(Ok(()), Err)
    }
}

fn is_absent(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory)
}
