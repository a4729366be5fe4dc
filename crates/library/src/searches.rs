//! The table of queries that a person keeps under a name.

use lastframe_model::gallery::folded;
use lastframe_model::{GalleryQuery, SavedSearch};
use rusqlite::{Connection, params};

use crate::Library;
use crate::error::LibraryError;
use crate::rows;

fn all(connection: &Connection) -> Result<Vec<SavedSearch>, LibraryError> {
    let mut statement = connection.prepare_cached("SELECT name, query FROM searches ORDER BY folded")?;
    let found = statement.query_map([], |row| Ok(SavedSearch { name: row.get(0)?, query: rows::json(row, 1)? }))?;
    Ok(found.collect::<Result<_, _>>()?)
}

impl Library {
    /// Every saved search, by name.
    pub fn saved_searches(&self) -> Result<Vec<SavedSearch>, LibraryError> {
        self.read(all)
    }

    /// Keeps a query under a name, in the place of one that has it, in upper or lower case. Returns all of them.
    ///
    /// # Errors
    /// [`LibraryError::Mark`] for a name that is empty or too long.
    pub fn save_search(&self, name: &str, query: GalleryQuery) -> Result<Vec<SavedSearch>, LibraryError> {
        let search = SavedSearch::new(name, query)?;
        let text = serde_json::to_string(&search.query)?;
        self.write(|tx| {
            tx.prepare_cached(
                "INSERT INTO searches (name, folded, query) VALUES (?1, ?2, ?3)
                 ON CONFLICT (folded) DO UPDATE SET name = ?1, query = ?3",
            )?
            .execute(params![search.name, folded(&search.name), text])?;
            all(tx)
        })
    }

    /// Deletes a saved search, if there is one of that name. Returns those that are left.
    pub fn delete_search(&self, name: &str) -> Result<Vec<SavedSearch>, LibraryError> {
        self.write(|tx| {
            tx.prepare_cached("DELETE FROM searches WHERE folded = ?1")?.execute([folded(name)])?;
            all(tx)
        })
    }
}
