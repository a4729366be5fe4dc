//! The table of folders in which clips have been kept, so that choosing another folder loses none.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, Transaction};

use crate::Library;
use crate::error::LibraryError;

fn text(folder: &Path) -> Result<&str, LibraryError> {
    folder.to_str().ok_or_else(|| LibraryError::NotUnicode(folder.to_owned()))
}

/// Whether clips were ever kept in this folder.
pub(crate) fn is_known(connection: &Connection, folder: &Path) -> Result<bool, LibraryError> {
    let found =
        connection.query_row("SELECT 1 FROM folders WHERE path = ?1", [text(folder)?], |_| Ok(())).optional()?;
    Ok(found.is_some())
}

/// The row of this folder, made if it is new.
pub(crate) fn id_of(tx: &Transaction<'_>, folder: &Path) -> Result<i64, LibraryError> {
    let path = text(folder)?;
    tx.execute("INSERT INTO folders (path) VALUES (?1) ON CONFLICT (path) DO NOTHING", [path])?;
    Ok(tx.query_row("SELECT id FROM folders WHERE path = ?1", [path], |row| row.get(0))?)
}

impl Library {
    /// Every folder in which clips were ever to be kept, the one in use among them, oldest first. Some may be gone.
    pub fn known_folders(&self) -> Result<Vec<PathBuf>, LibraryError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached("SELECT path FROM folders ORDER BY id")?;
            let folders = statement.query_map([], |row| row.get::<_, String>(0).map(PathBuf::from))?;
            Ok(folders.collect::<Result<_, _>>()?)
        })
    }
}
