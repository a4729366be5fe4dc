//! What continues what: trees of clips, read out of the clips and their jobs, and the paths through them that nobody had
//! to save.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use lastframe_model::film::{FilmCost, PATH_MAX, POSTERS, clip_title, shown_frames};
use lastframe_model::{Clip, ClipId, FilmCard, FilmId, Provider, SavedFilm, SeamKind, Usd};
use rusqlite::{Connection, OptionalExtension, Row, params};

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

/// What a list of films needs to know of a clip.
#[derive(Clone)]
struct Facts {
    clip: ClipId,
    continues: Option<ClipId>,
    continues_frame: Option<u32>,
    frames: u32,
    fps: f64,
    cost: Option<Usd>,
    provider: Provider,
    finished_at: Timestamp,
    trashed: bool,
}

const FACTS: &str = "SELECT clips.id, jobs.continues, jobs.request ->> '$.continues_frame', clips.media ->> '$.frames',
    CAST(clips.media ->> '$.fps' AS REAL), coalesce(clips.billed_cost, jobs.estimated_cost), jobs.provider,
    clips.finished_at, clips.trashed_at IS NOT NULL FROM clips JOIN jobs ON jobs.id = clips.job";

impl Facts {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            clip: ClipId::new(row.get::<_, String>(0)?),
            continues: row.get::<_, Option<String>>(1)?.map(ClipId::new),
            continues_frame: row.get(2)?,
            frames: row.get(3)?,
            fps: row.get(4)?,
            cost: row.get::<_, Option<String>>(5)?.and_then(|text| text.parse().ok()),
            provider: rows::provider(row.get(6)?),
            finished_at: rows::time(row, 7)?,
            trashed: row.get(8)?,
        })
    }
}

/// Facts of clips, asked for once.
struct Known<'a> {
    connection: &'a Connection,
    facts: HashMap<ClipId, Option<Facts>>,
}

impl Known<'_> {
    fn get(&mut self, clip: &ClipId) -> Result<Option<&Facts>, LibraryError> {
        if !self.facts.contains_key(clip) {
            let mut statement = self.connection.prepare_cached(&format!("{FACTS} WHERE clips.id = ?1"))?;
            let found = statement.query_row([clip.as_str()], Facts::from_row).optional()?;
            self.facts.insert(clip.clone(), found);
        }
        Ok(self.facts.get(clip).and_then(Option::as_ref))
    }

    fn card(&mut self, film: SavedFilm, saved: bool) -> Result<Option<FilmCard>, LibraryError> {
        let mut path = Vec::new();
        for clip in &film.path {
            path.extend(self.get(clip)?.cloned());
        }
        let Some(first) = path.first() else { return Ok(None) };
        let newest = path.iter().map(|facts| facts.finished_at).max();
        let title = match &film.name {
            Some(name) => name.clone(),
            None => title(self.connection, &first.clip)?,
        };
        let cost = FilmCost::of(path.iter().map(|facts| (&facts.provider, facts.cost)));
        Ok(Some(FilmCard {
            title,
            clips: u32::try_from(path.len()).unwrap_or(u32::MAX),
            seconds: seconds(&path),
            cost: cost.cost,
            rehearsal: cost.rehearsal,
            posters: path.iter().take(POSTERS).map(|facts| facts.clip.clone()).collect(),
            seams: path
                .windows(2)
                .take(POSTERS - 1)
                .map(|pair| SeamKind::behind(&pair[0].clip, pair[1].continues.as_ref()))
                .collect(),
            changed_at: if saved { film.changed_at } else { newest.unwrap_or(film.changed_at) },
            id: film.id,
            name: film.name,
            saved,
        }))
    }
}

/// Seconds that a path shows.
fn seconds(path: &[Facts]) -> f64 {
    let shot = |(at, facts): (usize, &Facts)| {
        let next = path
            .get(at + 1)
            .filter(|next| SeamKind::behind(&facts.clip, next.continues.as_ref()) == SeamKind::Continues);
        let shown = shown_frames(facts.frames, next.and_then(|next| next.continues_frame));
        if facts.fps > 0.0 { f64::from(shown) / facts.fps } else { 0.0 }
    };
    path.iter().enumerate().map(shot).sum()
}

fn title(connection: &Connection, clip: &ClipId) -> Result<String, LibraryError> {
    let mut statement = connection.prepare_cached(
        "SELECT clips.name, coalesce(jobs.request ->> '$.prompt', '') FROM clips JOIN jobs ON jobs.id = clips.job
         WHERE clips.id = ?1",
    )?;
    let words =
        statement.query_row([clip.as_str()], |row| Ok((row.get::<_, Option<String>>(0)?, row.get::<_, String>(1)?)));
    let words = words.optional()?;
    Ok(words.map(|(name, prompt)| clip_title(name.as_deref(), &prompt)).unwrap_or_default())
}

impl Library {
    /// Every film: those that were saved, and the newest path of every tree that none of them has the id of. The newest
    /// change first.
    pub fn films(&self) -> Result<Vec<FilmCard>, LibraryError> {
        let saved = self.saved_films()?;
        let mut cards = self.read(|connection| {
            let mut statement = connection.prepare_cached(&format!(
                "{FACTS} WHERE jobs.continues IS NOT NULL ORDER BY clips.finished_at, clips.id"
            ))?;
            let continuing = statement.query_map([], Facts::from_row)?.collect::<Result<Vec<_>, _>>()?;
            // Later ones come last, and stay.
            let newest: HashMap<ClipId, ClipId> = continuing
                .iter()
                .filter(|facts| !facts.trashed)
                .filter_map(|facts| Some((facts.continues.clone()?, facts.clip.clone())))
                .collect();
            let mut known = Known {
                connection,
                facts: continuing.into_iter().map(|facts| (facts.clip.clone(), Some(facts))).collect(),
            };
            let mut cards = Vec::new();
            for first in newest.keys() {
                let Some(facts) = known.get(first)?.cloned() else { continue };
                // The clip that it continues may be gone: then it is the first that there is.
                let begins = match &facts.continues {
                    None => true,
                    Some(earlier) => known.get(earlier)?.is_none(),
                };
                if !begins || saved.iter().any(|film| film.id.as_str() == first.as_str()) {
                    continue;
                }
                let (mut path, mut seen) = (vec![first.clone()], HashSet::from([first.clone()]));
                while let Some(next) = path.last().and_then(|last| newest.get(last)).filter(|_| path.len() < PATH_MAX) {
                    if !seen.insert(next.clone()) {
                        break;
                    }
                    path.push(next.clone());
                }
                let (id, at) = (FilmId::new(first.as_str()), facts.finished_at);
                let film = SavedFilm { id, name: None, note: String::new(), path, made_at: at, changed_at: at };
                cards.extend(known.card(film, false)?);
            }
            for film in saved {
                cards.extend(known.card(film, true)?);
            }
            Ok(cards)
        })?;
        cards.sort_by(|a, b| b.changed_at.cmp(&a.changed_at).then_with(|| b.id.cmp(&a.id)));
        Ok(cards)
    }

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
