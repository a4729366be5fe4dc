//! The table of what seams look like: measured once, since files of clips never change.

use lastframe_model::{ClipId, SeamMeasure};
use rusqlite::{OptionalExtension, Transaction, params};

use crate::Library;
use crate::error::LibraryError;
use crate::rows;

/// A clip was deleted for good.
pub(crate) fn forget(tx: &Transaction<'_>, clip: &ClipId) -> Result<(), LibraryError> {
    tx.prepare_cached("DELETE FROM seams WHERE before = ?1")?.execute([clip.as_str()])?;
    tx.prepare_cached("DELETE FROM seams WHERE after = ?1")?.execute([clip.as_str()])?;
    Ok(())
}

impl Library {
    /// What was measured at the seam between that frame of a clip, from 0, and the first of another.
    pub fn seam(&self, before: &ClipId, frame: u32, after: &ClipId) -> Result<Option<SeamMeasure>, LibraryError> {
        self.read(|connection| {
            let mut statement = connection
                .prepare_cached("SELECT measure FROM seams WHERE before = ?1 AND frame = ?2 AND after = ?3")?;
            let found = statement.query_row(params![before.as_str(), frame, after.as_str()], |row| rows::json(row, 0));
            Ok(found.optional()?)
        })
    }

    /// Keeps what was measured.
    pub fn keep_seam(
        &self,
        before: &ClipId,
        frame: u32,
        after: &ClipId,
        measure: &SeamMeasure,
    ) -> Result<(), LibraryError> {
        let measure = serde_json::to_string(measure)?;
        self.write(|tx| {
            tx.prepare_cached("INSERT OR REPLACE INTO seams (before, frame, after, measure) VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![before.as_str(), frame, after.as_str(), measure])?;
            Ok(())
        })
    }
}
