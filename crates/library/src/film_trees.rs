//! What continues what: trees of clips, read out of the clips and their jobs, and the paths through them that nobody had
//! to save.

use std::collections::HashSet;

use lastframe_model::film::PATH_MAX;
use lastframe_model::{Clip, ClipId, FilmId, Provider, Usd};
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::LibraryError;
use crate::{Library, clips, rows};

/// Most clips of one chain that are followed upwards.
const MOST: usize = 10 * PATH_MAX;

/// The clip that a clip continues, if it is in the library.
pub(crate) fn continued_by(connection: &Connection, clip: &ClipId) -> Result<Option<ClipId>, LibraryError> {
    let mut statement = connection.prepare_cached(
        "SELECT jobs.continues FROM clips JOIN jobs ON jobs.id = clips.job
         WHERE clips.id = ?1 AND EXISTS (SELECT 1 FROM clips earlier WHERE earlier.id = jobs.continues)",
    )?;
    Ok(statement.query_row([clip.as_str()], |row| row.get::<_, String>(0).map(ClipId::new)).optional()?)
}

/// A clip and its newest continuations outside the trash, one after the other.
pub(crate) fn onward(connection: &Connection, first: ClipId) -> Result<Vec<ClipId>, LibraryError> {
    let mut statement = connection.prepare_cached(
        "SELECT clips.id FROM jobs JOIN clips ON clips.job = jobs.id
         WHERE jobs.continues = ?1 AND clips.trashed_at IS NULL ORDER BY clips.finished_at DESC, clips.id DESC LIMIT 1",
    )?;
    let mut seen = HashSet::from([first.clone()]);
    let mut path = vec![first];
    while let Some(last) = path.last().filter(|_| path.len() < PATH_MAX) {
        let next = statement.query_row([last.as_str()], |row| row.get::<_, String>(0).map(ClipId::new)).optional()?;
        match next {
            Some(next) if seen.insert(next.clone()) => path.push(next),
            _ => break,
        }
    }
    Ok(path)
}

/// The clips that a clip continues, one before the other: the one right before it first.
pub(crate) fn before(connection: &Connection, clip: &ClipId) -> Result<Vec<ClipId>, LibraryError> {
    let mut seen = HashSet::from([clip.clone()]);
    let mut chain: Vec<ClipId> = Vec::new();
    while let Some(earlier) = continued_by(connection, chain.last().unwrap_or(clip))? {
        if chain.len() >= MOST || !seen.insert(earlier.clone()) {
            break; // no row forbids a chain that bites its tail
        }
        chain.push(earlier);
    }
    Ok(chain)
}

impl Library {
    /// The film that a clip stands in: the saved one that goes through it and was changed last, or else the tree that it
    /// grew in.
    ///
    /// # Errors
    /// [`LibraryError::NoSuchClip`].
    pub fn film_of(&self, clip: &ClipId) -> Result<FilmId, LibraryError> {
        let mine = self.saved_films()?.into_iter().find(|film| film.path.contains(clip));
        if let Some(film) = mine {
            return Ok(film.id);
        }
        self.read(|connection| {
            clips::get(connection, clip)?.ok_or_else(|| LibraryError::NoSuchClip(clip.clone()))?;
            let first = before(connection, clip)?.pop();
            Ok(FilmId::new(first.as_ref().unwrap_or(clip).as_str()))
        })
    }

    /// Every clip that continues this one, oldest first.
    pub fn continuations(&self, clip: &ClipId) -> Result<Vec<Clip>, LibraryError> {
        let kept = self.read(|connection| clips::all_after(connection, clip))?;
        Ok(self.all_seen(kept))
    }

    /// How many clips in a row were continued to come to this one, as far as they are in the library.
    pub fn continued_times(&self, clip: &ClipId) -> Result<u32, LibraryError> {
        let chain = self.read(|connection| before(connection, clip))?;
        Ok(u32::try_from(chain.len()).unwrap_or(u32::MAX))
    }

    /// The clips of a path and all that continue them, over any number of others, each once; those in the trash are left
    /// out unless the path goes through them. With each who made it and what it cost.
    pub fn film_tree(&self, path: &[ClipId]) -> Result<Vec<(ClipId, Provider, Option<Usd>)>, LibraryError> {
        let roots = serde_json::to_string(path)?;
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "WITH RECURSIVE tree (id) AS (
                     SELECT value FROM json_each(?1)
                     UNION
                     SELECT clips.id FROM tree JOIN jobs ON jobs.continues = tree.id JOIN clips ON clips.job = jobs.id)
                 SELECT clips.id, jobs.provider, coalesce(clips.billed_cost, jobs.estimated_cost)
                 FROM tree JOIN clips ON clips.id = tree.id JOIN jobs ON jobs.id = clips.job
                 WHERE clips.trashed_at IS NULL OR clips.id IN (SELECT value FROM json_each(?1))",
            )?;
            let tree = statement.query_map(params![roots], |row| {
                let cost: Option<String> = row.get(2)?;
                let provider = rows::provider(row.get(1)?);
                Ok((ClipId::new(row.get::<_, String>(0)?), provider, cost.and_then(|text| text.parse().ok())))
            })?;
            Ok(tree.collect::<Result<_, _>>()?)
        })
    }
}
