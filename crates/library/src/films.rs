//! The table of films that the person saved. Those that nobody saved are derived from what continues what, in
//! [`crate::film_trees`].

use jiff::Timestamp;
use lastframe_model::film::{PATH_MAX, checked_film_name, checked_film_note};
use lastframe_model::ids::is_plain;
use lastframe_model::{Clip, ClipId, FilmChange, FilmId, FilmProblem, SavedFilm};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use crate::error::LibraryError;
use crate::{Library, clips, film_trees, rows};

const SELECT: &str = "SELECT id, name, note, path, made_at, changed_at FROM films";

fn from_row(row: &Row<'_>) -> rusqlite::Result<SavedFilm> {
    Ok(SavedFilm {
        id: FilmId::new(row.get::<_, String>(0)?),
        name: row.get(1)?,
        note: row.get(2)?,
        path: rows::json(row, 3)?,
        made_at: rows::time(row, 4)?,
        changed_at: rows::time(row, 5)?,
    })
}

pub(crate) fn get(connection: &Connection, id: &FilmId) -> Result<Option<SavedFilm>, LibraryError> {
    let mut statement = connection.prepare_cached(&format!("{SELECT} WHERE id = ?1"))?;
    Ok(statement.query_row([id.as_str()], from_row).optional()?)
}

/// Enters a film, in the place of one that has its id.
pub(crate) fn put(tx: &Transaction<'_>, film: &SavedFilm) -> Result<(), LibraryError> {
    tx.prepare_cached(
        "INSERT INTO films (id, name, note, path, made_at, changed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (id) DO UPDATE SET name = ?2, note = ?3, path = ?4, made_at = ?5, changed_at = ?6",
    )?
    .execute(params![
        film.id.as_str(),
        film.name,
        film.note,
        serde_json::to_string(&film.path)?,
        rows::time_text(film.made_at),
        rows::time_text(film.changed_at),
    ])?;
    Ok(())
}

/// A clip entered the library: paths that end with the one it continues go on to it.
pub(crate) fn grow(tx: &Transaction<'_>, clip: &Clip) -> Result<(), LibraryError> {
    let Some(before) = &clip.request.continues else { return Ok(()) };
    tx.prepare_cached(
        "UPDATE films SET path = json_insert(path, '$[#]', ?2), changed_at = max(changed_at, ?3)
         WHERE ends_with = ?1 AND json_array_length(path) < ?4",
    )?
    .execute(params![
        before.as_str(),
        clip.id.as_str(),
        rows::time_text(clip.finished_at),
        i64::try_from(PATH_MAX).unwrap_or(i64::MAX),
    ])?;
    Ok(())
}

/// A clip was deleted for good: no path goes through it any more. A film of which nothing is left goes with it.
pub(crate) fn forget(tx: &Transaction<'_>, clip: &ClipId) -> Result<(), LibraryError> {
    let mut statement = tx.prepare_cached(&format!(
        "{SELECT} WHERE instr(path, ?1) AND ?1 IN (SELECT value FROM json_each(films.path))"
    ))?;
    let films = statement.query_map([clip.as_str()], from_row)?.collect::<Result<Vec<_>, _>>()?;
    for mut film in films {
        film.path.retain(|other| other != clip);
        if film.path.is_empty() {
            remove(tx, &film.id)?;
        } else {
            put(tx, &film)?;
        }
    }
    Ok(())
}

/// Another folder of clips is used from now on: it gets the files of all films.
pub(crate) fn all_due(tx: &Transaction<'_>) -> Result<(), LibraryError> {
    tx.execute("INSERT INTO films_due (film) SELECT id FROM films", [])?;
    Ok(())
}

fn remove(tx: &Transaction<'_>, id: &FilmId) -> Result<(), LibraryError> {
    tx.prepare_cached("DELETE FROM films WHERE id = ?1")?.execute([id.as_str()])?;
    Ok(())
}

/// A film as it is stored, or as it would be: a derived one has its newest takes on its path.
pub(crate) fn get_or_derive(connection: &Connection, id: &FilmId) -> Result<Option<SavedFilm>, LibraryError> {
    if let Some(film) = get(connection, id)? {
        return Ok(Some(film));
    }
    let first = ClipId::new(id.as_str());
    let Some(kept) = clips::get(connection, &first)? else { return Ok(None) };
    let path = film_trees::onward(connection, first)?;
    let made_at = kept.clip.finished_at;
    Ok(Some(SavedFilm { id: id.clone(), name: None, note: String::new(), path, made_at, changed_at: made_at }))
}

/// Every clip that is to be on a path is in the library.
fn must_be_here(tx: &Transaction<'_>, clip: &ClipId) -> Result<(), LibraryError> {
    clips::get(tx, clip)?.map(drop).ok_or_else(|| LibraryError::NoSuchClip(clip.clone()))
}

fn place(at: u32, most: usize) -> Result<usize, FilmProblem> {
    usize::try_from(at).ok().filter(|at| *at <= most).ok_or(FilmProblem::NoSuchPlace)
}

/// The path after another take was picked at a place.
fn picked(tx: &Transaction<'_>, path: &[ClipId], at: u32, clip: &ClipId) -> Result<Vec<ClipId>, LibraryError> {
    let at = place(at, path.len())?;
    let before = at.checked_sub(1).and_then(|before| path.get(before)).ok_or(FilmProblem::NotATake)?;
    let kept = clips::get(tx, clip)?.ok_or_else(|| LibraryError::NoSuchClip(clip.clone()))?;
    if kept.clip.request.continues.as_ref() != Some(before) {
        return Err(FilmProblem::NotATake.into());
    }
    // What goes on from the take of before goes with it; what was put behind a cut stays.
    let mut end = at;
    while let Some(shot) = path.get(end) {
        let continues = film_trees::continued_by(tx, shot)?;
        if continues.as_ref() != path.get(end.wrapping_sub(1)) {
            break;
        }
        end += 1;
    }
    let mut changed = path[..at].to_vec();
    changed.extend(film_trees::onward(tx, clip.clone())?);
    changed.extend_from_slice(&path[end..]);
    Ok(changed)
}

fn change(tx: &Transaction<'_>, film: &mut SavedFilm, change: &FilmChange) -> Result<(), LibraryError> {
    match change {
        FilmChange::Rename { name } => film.name = checked_film_name(name)?,
        FilmChange::Note { note } => film.note = checked_film_note(note)?,
        FilmChange::Pick { at, clip } => film.path = picked(tx, &film.path, *at, clip)?,
        FilmChange::Insert { at, clip } => {
            must_be_here(tx, clip)?;
            film.path.insert(place(*at, film.path.len())?, clip.clone());
        }
        FilmChange::Detach { at } => {
            film.path.remove(place(*at, film.path.len().saturating_sub(1))?);
        }
        FilmChange::Move { from, to } => {
            let most = film.path.len().saturating_sub(1);
            let (from, to) = (place(*from, most)?, place(*to, most)?);
            let shot = film.path.remove(from);
            film.path.insert(to, shot);
        }
    }
    checked_length(&film.path)
}

fn checked_length(path: &[ClipId]) -> Result<(), LibraryError> {
    match path.len() {
        0 => Err(FilmProblem::NoClip.into()),
        length if length > PATH_MAX => Err(FilmProblem::TooLong.into()),
        _ => Ok(()),
    }
}

impl Library {
    /// Every film that the person saved, the newest change first.
    pub fn saved_films(&self) -> Result<Vec<SavedFilm>, LibraryError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(&format!("{SELECT} ORDER BY changed_at DESC, id DESC"))?;
            Ok(statement.query_map([], from_row)?.collect::<Result<_, _>>()?)
        })
    }

    /// A film that the person saved.
    pub fn saved_film(&self, id: &FilmId) -> Result<Option<SavedFilm>, LibraryError> {
        self.read(|connection| get(connection, id))
    }

    /// A film, saved or derived, with its path. A saved one may name clips that are not in the library, e.g. after a rebuild
    /// while a folder of clips was away.
    pub fn film_path(&self, id: &FilmId) -> Result<Option<SavedFilm>, LibraryError> {
        self.read(|connection| get_or_derive(connection, id))
    }

    /// Keeps a film under its id, in the place of one that has it: a new one, or one that was deleted.
    /// [`Self::write_film_files`] is to be called some time afterwards, as after every change below.
    ///
    /// # Errors
    /// [`LibraryError::Film`] for a name, note or path that no film may have; [`LibraryError::NoSuchClip`];
    /// [`LibraryError::NoSuchFilm`] for an id that can be none.
    pub fn save_film(&self, film: SavedFilm) -> Result<SavedFilm, LibraryError> {
        if !is_plain(film.id.as_str()) {
            return Err(LibraryError::NoSuchFilm(film.id));
        }
        checked_length(&film.path)?;
        let film = SavedFilm {
            name: checked_film_name(film.name.as_deref().unwrap_or_default())?,
            note: checked_film_note(&film.note)?,
            ..film
        };
        self.write(|tx| {
            film.path.iter().try_for_each(|clip| must_be_here(tx, clip))?;
            put(tx, &film)
        })?;
        Ok(film)
    }

    /// Keeps a film that was deleted again. Clips that were deleted meanwhile are left out of it.
    ///
    /// # Errors
    /// As [`Self::save_film`].
    pub fn restore_film(&self, mut film: SavedFilm) -> Result<SavedFilm, LibraryError> {
        let here = film.path.iter().map(|clip| self.has_clip(clip)).collect::<Result<Vec<_>, _>>()?;
        let mut here = here.into_iter();
        film.path.retain(|_| here.next().unwrap_or(false));
        self.save_film(film)
    }

    /// Changes a film. One that is derived is saved by it.
    ///
    /// # Errors
    /// [`LibraryError::NoSuchFilm`]; [`LibraryError::Film`] for a change that cannot be; [`LibraryError::NoSuchClip`].
    pub fn change_film(&self, id: &FilmId, wanted: &FilmChange, now: Timestamp) -> Result<SavedFilm, LibraryError> {
        self.write(|tx| {
            let saved = get(tx, id)?.is_some();
            let mut film = get_or_derive(tx, id)?.ok_or_else(|| LibraryError::NoSuchFilm(id.clone()))?;
            change(tx, &mut film, wanted)?;
            film.changed_at = now;
            if !saved {
                film.made_at = now;
            }
            put(tx, &film)?;
            Ok(film)
        })
    }

    /// Deletes a film that the person saved and returns it, so that it can be kept again. Its clips stay; a tree that
    /// begins with a clip of its id is derived again.
    ///
    /// # Errors
    /// [`LibraryError::NoSuchFilm`].
    pub fn delete_film(&self, id: &FilmId) -> Result<SavedFilm, LibraryError> {
        self.write(|tx| {
            let film = get(tx, id)?.ok_or_else(|| LibraryError::NoSuchFilm(id.clone()))?;
            remove(tx, id)?;
            Ok(film)
        })
    }
}
