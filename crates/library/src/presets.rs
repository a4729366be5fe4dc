//! The table of presets: settings under a name.

use lastframe_model::{Preset, PresetProblem, Request};
use rusqlite::{OptionalExtension, Transaction, params};

use crate::Library;
use crate::error::LibraryError;
use crate::rows;

/// Whether a preset has this name, in upper or lower case.
fn taken(tx: &Transaction<'_>, folded: &str) -> Result<bool, LibraryError> {
    let mut statement = tx.prepare_cached("SELECT 1 FROM presets WHERE folded = ?1")?;
    Ok(statement.exists([folded])?)
}

impl Library {
    /// Every preset, by name.
    pub fn presets(&self) -> Result<Vec<Preset>, LibraryError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached("SELECT name, request FROM presets ORDER BY folded")?;
            let presets = statement
                .query_map([], |row| Ok(Preset { name: row.get(0)?, request: rows::json(row, 1)? }))?
                .collect::<Result<_, _>>()?;
            Ok(presets)
        })
    }

    /// Keeps the settings of a request under a name; what is kept is returned. `replace` puts them in the place of
    /// the preset that has the name.
    ///
    /// # Errors
    /// [`LibraryError::PresetName`]: empty, too long, or taken and not to be replaced.
    pub fn save_preset(&self, name: &str, request: Request, replace: bool) -> Result<Preset, LibraryError> {
        let preset = Preset::new(name, request)?;
        let folded = Preset::folded(&preset.name);
        let text = serde_json::to_string(&preset.request)?;
        self.write(|tx| {
            if !replace && taken(tx, &folded)? {
                return Err(PresetProblem::NameTaken.into());
            }
            tx.prepare_cached(
                "INSERT INTO presets (name, folded, request) VALUES (?1, ?2, ?3)
                 ON CONFLICT (folded) DO UPDATE SET name = ?1, request = ?3",
            )?
            .execute(params![preset.name, folded, text])?;
            Ok(())
        })?;
        Ok(preset)
    }

    /// Gives a preset another name; it is returned with it.
    ///
    /// # Errors
    /// [`LibraryError::PresetName`]; [`LibraryError::NoSuchPreset`].
    pub fn rename_preset(&self, name: &str, to: &str) -> Result<Preset, LibraryError> {
        let (from, to) = (Preset::folded(name), Preset::checked_name(to)?);
        let folded = Preset::folded(&to);
        self.write(|tx| {
            if folded != from && taken(tx, &folded)? {
                return Err(PresetProblem::NameTaken.into());
            }
            let mut statement =
                tx.prepare_cached("UPDATE presets SET name = ?2, folded = ?3 WHERE folded = ?1 RETURNING request")?;
            let request = statement.query_row([&from, &to, &folded], |row| rows::json(row, 0)).optional()?;
            let request = request.ok_or_else(|| LibraryError::NoSuchPreset(name.to_owned()))?;
            Ok(Preset { name: to.clone(), request })
        })
    }

    /// Deletes a preset and returns it, so that it can be saved again.
    ///
    /// # Errors
    /// [`LibraryError::NoSuchPreset`].
    pub fn delete_preset(&self, name: &str) -> Result<Preset, LibraryError> {
        self.write(|tx| {
            let mut statement = tx.prepare_cached("DELETE FROM presets WHERE folded = ?1 RETURNING name, request")?;
            let preset = statement
                .query_row([Preset::folded(name)], |row| Ok(Preset { name: row.get(0)?, request: rows::json(row, 1)? }))
                .optional()?;
            preset.ok_or_else(|| LibraryError::NoSuchPreset(name.to_owned()))
        })
    }
}
