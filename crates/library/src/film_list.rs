//! The list of films: those that were saved, and the trees that nobody had to save. Which there are and how they stand is
//! known in memory; only of those that are looked at a card is made.

use std::cmp::Reverse;
use std::collections::HashSet;

use jiff::Timestamp;
use lastframe_model::film::{FilmCost, POSTERS, clip_title, shown_frames};
use lastframe_model::{ClipId, FilmCard, FilmId, FilmsPage, Provider, SavedFilm, SeamKind, Usd};
use rusqlite::{Connection, OptionalExtension, Row};

use crate::error::LibraryError;
use crate::index::{Numbers, key_of};
use crate::{Library, film_trees, gallery, rows};

/// Most films of one page.
const PAGE_MAX: u32 = 200;

/// A film before its card is made.
enum Listed {
    Saved(SavedFilm),
    /// The newest path that begins with this clip.
    Derived(ClipId),
}

/// A place in the list.
enum Place {
    /// In the list of saved films.
    Saved(usize),
    /// `shelf.n` of the first clip.
    Derived(u32),
}

/// What is looked for.
struct Search<'a> {
    words: Vec<String>,
    /// The clips that it is found in; `None` where nothing is looked for.
    hits: Option<&'a Numbers>,
}

impl Search<'_> {
    fn finds_clip(&self, n: u32) -> bool {
        self.hits.is_none_or(|hits| hits.has(n))
    }

    fn finds_name(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        self.hits.is_none() || (!self.words.is_empty() && self.words.iter().all(|word| name.contains(word)))
    }
}

/// What a film's card needs to know of a clip.
struct Facts {
    clip: ClipId,
    continues: Option<ClipId>,
    continues_frame: Option<u32>,
    frames: u32,
    fps: f64,
    cost: Option<Usd>,
    provider: Provider,
    finished_at: Timestamp,
}

const FACTS: &str = "SELECT clips.id, jobs.continues, jobs.request ->> '$.continues_frame', clips.media ->> '$.frames',
    CAST(clips.media ->> '$.fps' AS REAL), coalesce(clips.billed_cost, jobs.estimated_cost), jobs.provider,
    clips.finished_at FROM clips JOIN jobs ON jobs.id = clips.job";

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
        })
    }
}

fn card(connection: &Connection, film: Listed) -> Result<Option<FilmCard>, LibraryError> {
    let (id, name, path, changed_at) = match film {
        Listed::Saved(film) => (film.id, film.name, film.path, Some(film.changed_at)),
        Listed::Derived(first) => (FilmId::new(first.as_str()), None, film_trees::onward(connection, first)?, None),
    };
    let mut statement = connection.prepare_cached(&format!("{FACTS} WHERE clips.id = ?1"))?;
    let facts = |clip: &ClipId| statement.query_row([clip.as_str()], Facts::from_row).optional();
    let path: Vec<Facts> = path.iter().map(facts).filter_map(Result::transpose).collect::<Result<_, _>>()?;
    let (Some(first), Some(newest)) = (path.first(), path.iter().map(|facts| facts.finished_at).max()) else {
        return Ok(None);
    };
    let title = match &name {
        Some(name) => name.clone(),
        None => title(connection, &first.clip)?,
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
        saved: changed_at.is_some(),
        changed_at: changed_at.unwrap_or(newest),
        id,
        name,
    }))
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
    /// At most `count` (200) films from the one at place `from` on, the newest change first: those that were saved, and
    /// the newest path of every tree that none of them has the id of. A tree changes with the newest of its clips. Words
    /// that are looked for must all be in a film's name; one without a name is found by what its first clip is found by.
    ///
    /// # Errors
    /// [`LibraryError::Database`].
    pub fn films(&self, search: &str, from: u32, count: u32) -> Result<FilmsPage, LibraryError> {
        let saved = self.saved_films()?;
        let mut index = self.index();
        self.read(|connection| {
            index.sync(connection)?;
            let hits = gallery::hits(connection, search)?;
            let words = search.split_whitespace().map(str::to_lowercase).collect();
            let search = Search { words, hits: hits.as_ref() };
            let mut places = Vec::new();
            for (place, film) in saved.iter().enumerate() {
                // After a rebuild without its folder a film may have no clip here: then there is nothing to show of it.
                let Some(first) = film.path.iter().find_map(|clip| index.number(clip)) else { continue };
                let found = match &film.name {
                    Some(name) => search.finds_name(name),
                    None => search.finds_clip(first),
                };
                if found {
                    let at = Reverse((film.changed_at.as_microsecond(), key_of(film.id.as_str())));
                    places.push((at, Place::Saved(place)));
                }
            }
            let ids: HashSet<u128> = saved.iter().map(|film| key_of(film.id.as_str())).collect();
            let heads = index.heads().iter().filter(|head| search.finds_clip(head.n) && !ids.contains(&head.key));
            places.extend(heads.map(|head| (Reverse((head.newest, head.key)), Place::Derived(head.n))));
            places.sort_by_key(|(at, _)| *at);

            let mut page = FilmsPage { total: u32::try_from(places.len()).unwrap_or(u32::MAX), cards: Vec::new() };
            for (_, place) in places.into_iter().skip(from as usize).take(count.min(PAGE_MAX) as usize) {
                let film = match place {
                    Place::Saved(place) => Some(Listed::Saved(saved[place].clone())),
                    Place::Derived(n) => clip_of(connection, n)?.map(Listed::Derived),
                };
                if let Some(film) = film {
                    page.cards.extend(card(connection, film)?);
                }
            }
            Ok(page)
        })
    }
}

fn clip_of(connection: &Connection, n: u32) -> Result<Option<ClipId>, LibraryError> {
    let mut statement = connection.prepare_cached("SELECT clip FROM shelf WHERE n = ?1 AND clip IS NOT NULL")?;
    Ok(statement.query_row([n], |row| row.get::<_, String>(0).map(ClipId::new)).optional()?)
}
