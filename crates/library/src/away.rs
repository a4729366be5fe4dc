//! Whether a folder of clips is there as a whole, or is the place of a drive that is not connected.
//!
//! Where such a drive belongs an empty folder may stand, which looks like one whose clips were all deleted, and into which
//! anybody can write. Nothing may be: it would be out of sight when the drive is back.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::LibraryError;
use crate::{Library, film_files};

impl Library {
    /// Whether a folder of clips is away as a whole, e.g. because its drive is not connected: it is not there, or is empty
    /// though clips should be in it. What is written into an empty one would be out of sight once the drive is back, and
    /// makes it look as if all the clips had been deleted. Of one that cannot be read nobody knows.
    pub fn is_away(&self, folder: &Path) -> Result<bool, LibraryError> {
        Ok(!folder.is_dir() || (is_empty(folder) == Some(true) && self.has_clips(folder)?))
    }

    /// Folders of clips that are away and should have clips in them.
    pub fn away_folders(&self) -> Result<Vec<PathBuf>, LibraryError> {
        let mut away = Vec::new();
        for folder in self.known_folders()? {
            if is_bare(&folder) && self.has_clips(&folder)? {
                away.push(folder);
            }
        }
        Ok(away)
    }

    /// [`LibraryError::FolderGone`] for a folder that is away.
    pub(crate) fn expect_here(&self, folder: &Path) -> Result<(), LibraryError> {
        if self.is_away(folder)? { Err(LibraryError::FolderGone(folder.to_owned())) } else { Ok(()) }
    }

    /// Takes an empty folder as the person says that it is, and returns whether it was one that should not be. What the
    /// library misses in it is marked from then on.
    pub(crate) fn begin_anew(&self, folder: &Path) -> Result<bool, LibraryError> {
        let anew = self.is_away(folder)?;
        if anew {
            // A folder that will be there anyhow, and in which no clip is kept.
            let films = folder.join(film_files::FOLDER);
            fs::create_dir(&films).map_err(|source| LibraryError::io(&films, source))?;
        }
        Ok(anew)
    }

    /// Whether clips should be in this folder: those that are missed already are not looked for.
    pub(crate) fn has_clips(&self, folder: &Path) -> Result<bool, LibraryError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM clips JOIN folders ON folders.id = clips.folder
                 WHERE folders.path = ?1 AND clips.missing = 0)",
            )?;
            Ok(statement.query_row([folder.to_str()], |row| row.get(0))?)
        })
    }
}

/// Whether nobody can look into a folder, or it is as empty as the place where a drive is not connected.
pub(crate) fn is_bare(folder: &Path) -> bool {
    is_empty(folder) != Some(false)
}

/// Whether a folder is as empty as the place where a drive is not connected; `None` if it cannot be read.
pub(crate) fn is_empty(folder: &Path) -> Option<bool> {
    let counts = |entry: fs::DirEntry| !counts_for_nothing(&entry.file_name());
    fs::read_dir(folder).ok().map(|entries| !entries.flatten().any(counts))
}

/// Whether something of that name may stand where a drive is not connected: what the system put there, or this program had
/// begun to when the drive was taken off, i.e. parts of downloads and the marks beside them.
pub(crate) fn counts_for_nothing(name: &OsStr) -> bool {
    is_hidden(name) || name.to_string_lossy().split('.').any(|piece| piece == "part")
}

pub(crate) fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}
