//! Stars, tags, notes and names of clips: rows at once, recipes after them.
//!
//! A mark is safe with its transaction. The recipe beside the video gets it afterwards, since thousands of files are not
//! written while somebody waits; until then the row says that its recipe is due, across restarts.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use lastframe_model::gallery::{TAGS_MAX, folded};
use lastframe_model::{ClipId, Mark, MarkProblem};
use rusqlite::{OptionalExtension, Transaction, params};

use crate::error::LibraryError;
use crate::imports::Imported;
use crate::places::Places;
use crate::shelf::Words;
use crate::{Library, clips, recipe, rows, shelf};

/// How many recipes are written between two looks into the database.
const RECIPES: u32 = 50;

/// What a person has written on a clip.
#[derive(Clone, PartialEq)]
struct Marks {
    name: Option<String>,
    note: String,
    starred: bool,
    tags: Vec<String>,
}

impl Marks {
    fn of(tx: &Transaction<'_>, clip: &ClipId) -> Result<Option<Self>, LibraryError> {
        let mut statement = tx.prepare_cached("SELECT name, note, starred, tags FROM clips WHERE id = ?1")?;
        let read = |row: &rusqlite::Row<'_>| {
            Ok(Self { name: row.get(0)?, note: row.get(1)?, starred: row.get(2)?, tags: rows::json(row, 3)? })
        };
        Ok(statement.query_row([clip.as_str()], read).optional()?)
    }

    fn with(&self, mark: &Mark) -> Result<Self, MarkProblem> {
        let mut marks = self.clone();
        match mark {
            Mark::Star { on } => marks.starred = *on,
            Mark::Tag { name, on } => {
                let wanted = folded(name);
                let has = marks.tags.iter().any(|tag| folded(tag) == wanted);
                if !on {
                    marks.tags.retain(|tag| folded(tag) != wanted);
                } else if !has && marks.tags.len() >= TAGS_MAX {
                    return Err(MarkProblem::TooManyTags);
                } else if !has {
                    marks.tags.push(name.clone());
                }
            }
            Mark::Note { text } => marks.note.clone_from(text),
            Mark::Name { text } => marks.name = (!text.is_empty()).then(|| text.clone()),
        }
        Ok(marks)
    }

    /// Whether it is found by other words.
    fn words(&self, before: &Self) -> Words {
        let same = (&self.name, &self.note, &self.tags) == (&before.name, &before.note, &before.tags);
        if same { Words::Same } else { Words::Changed }
    }
}

/// Whether there is such a clip.
fn mark(tx: &Transaction<'_>, clip: &ClipId, mark: &Mark) -> Result<bool, LibraryError> {
    let Some(before) = Marks::of(tx, clip)? else { return Ok(false) };
    let marks = before.with(mark)?;
    if marks == before {
        return Ok(true);
    }
    tx.prepare_cached("UPDATE clips SET name = ?2, note = ?3, starred = ?4, tags = ?5 WHERE id = ?1")?
        .execute(params![clip.as_str(), marks.name, marks.note, marks.starred, serde_json::to_string(&marks.tags)?])?;
    changed(tx, clip, marks.words(&before))?;
    Ok(true)
}

/// Something that stands in a clip's recipe has changed in its row.
pub(crate) fn changed(tx: &Transaction<'_>, clip: &ClipId, words: Words) -> Result<(), LibraryError> {
    let change = shelf::refresh(tx, clip, words)?;
    tx.prepare_cached("UPDATE clips SET recipe_due = ?2 WHERE id = ?1")?.execute(params![clip.as_str(), change])?;
    Ok(())
}

/// A recipe that is not what its row says.
struct Due {
    change: u32,
    kept: clips::Kept,
    reply: String,
    imported: Option<Imported>,
}

impl Library {
    /// Writes something on clips, on all or none, and returns how many of them are in the library. A tag that is known
    /// in another case is written as it is known. [`Self::write_recipes`] is to be called some time afterwards.
    ///
    /// # Errors
    /// [`LibraryError::Mark`] for a text that cannot be written on a clip, and a tag too many.
    pub fn mark_clips(&self, clips: &[ClipId], wanted: Mark) -> Result<u32, LibraryError> {
        let mut wanted = wanted.checked()?;
        if let Mark::Tag { name, on: true } = &mut wanted
            && let Some(known) = self.indexed(|index| index.spelling(name).map(str::to_owned))?
        {
            *name = known;
        }
        self.write(|tx| {
            let mut count = 0;
            for clip in clips {
                count += u32::from(mark(tx, clip, &wanted)?);
            }
            Ok(count)
        })
    }

    /// How many recipes do not have what the rows have.
    pub fn recipes_due(&self) -> Result<u32, LibraryError> {
        self.read(|connection| {
            let count = "SELECT count(*) FROM clips WHERE recipe_due IS NOT NULL";
            Ok(connection.prepare_cached(count)?.query_row([], |row| row.get(0))?)
        })
    }

    /// Writes every recipe that is due as long as it is to `go_on`, and returns how many. One that cannot be written
    /// stays due, and the others are written all the same. Takes some milliseconds a clip; others use the library
    /// meanwhile.
    ///
    /// # Errors
    /// The first that came, after all were tried.
    pub fn write_recipes(&self, go_on: impl Fn() -> bool) -> Result<u32, LibraryError> {
        let (mut written, mut failed, mut last) = (0, None, 0);
        while go_on() {
            let held = self.hold()?;
            let due = self.due_recipes(last)?;
            let Some(newest) = due.last().map(|due| due.change) else { break };
            last = newest;
            let (mut done, mut away) = (Vec::new(), HashMap::new());
            for Due { change, kept, reply, imported } in due {
                let Places { home, clips: current } = self.places();
                let places = Places { clips: kept.root(&current).to_owned(), home };
                let clip = kept.clip;
                let is_away = match away.entry(places.clips.clone()) {
                    Entry::Occupied(known) => *known.get(),
                    Entry::Vacant(unknown) => *unknown.insert(self.is_away(&places.clips)?),
                };
                let wrote = if is_away {
                    Err(LibraryError::FolderGone(places.clips))
                } else {
                    recipe::write(&places.recipe_file(&clip), &clip, &reply, imported.as_ref())
                };
                match wrote {
                    Ok(()) => done.push((clip.id, change)),
                    Err(error) => {
                        tracing::debug!(clip = %clip.id, %error, "a recipe could not be written; it stays due");
                        failed.get_or_insert(error);
                    }
                }
            }
            drop(held);
            written += u32::try_from(done.len()).unwrap_or(u32::MAX);
            self.write(|tx| {
                for (clip, change) in &done {
                    // Unless it was changed once more in the meantime.
                    tx.prepare_cached("UPDATE clips SET recipe_due = NULL WHERE id = ?1 AND recipe_due = ?2")?
                        .execute(params![clip.as_str(), change])?;
                }
                Ok(())
            })?;
        }
        failed.map_or(Ok(written), Err)
    }

    fn due_recipes(&self, after: u32) -> Result<Vec<Due>, LibraryError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT id, recipe_due, reply, imported FROM clips WHERE recipe_due > ?1 ORDER BY recipe_due LIMIT ?2",
            )?;
            let rows = statement.query_map([after, RECIPES], |row| {
                Ok((ClipId::new(row.get::<_, String>(0)?), row.get(1)?, row.get(2)?, rows::optional_json(row, 3)?))
            })?;
            let mut due = Vec::new();
            for row in rows {
                let (clip, change, reply, imported) = row?;
                if let Some(kept) = clips::get(connection, &clip)? {
                    due.push(Due { change, kept, reply, imported });
                }
            }
            Ok(due)
        })
    }
}
