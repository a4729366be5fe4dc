//! A new database from the clips themselves: every recipe that stands beside its video.
//!
//! The old database is never changed or deleted: it is put aside, with what could still be read of its other jobs
//! carried over. The new one is whole before it takes the old one's place, and a rebuild that is cut off in that very
//! moment is finished by the next program that opens the library.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use lastframe_model::{ClipId, FileCheck, FilmId, Provider, SavedFilm};
use rusqlite::{Transaction, TransactionBehavior};
use serde::Serialize;

use crate::error::LibraryError;
use crate::owner::Ownership;
use crate::places::Places;
use crate::recipe::RecipeError;
use crate::salvage::Old;
use crate::{away, clips, files, film_files, films, folders, imports, jobs, recipe, schema, verify};

/// What SQLite keeps beside a database; it belongs to it.
const PARTS: [&str; 3] = ["", "-wal", "-shm"];

/// How to rebuild a library.
pub struct Rebuild<'a> {
    /// The library.
    pub places: &'a Places,
    /// Further folders of clips, beside the one in use and those that the old database still names.
    pub from: &'a [PathBuf],
    /// Whether each video is compared with its recorded SHA-256, which reads all of it.
    pub verify: bool,
    /// Name of the program, told to others that want the library meanwhile.
    pub program: &'a str,
    /// For the name of the database that is put aside.
    pub now: Timestamp,
    /// Told how many recipes were read, after each.
    pub progress: &'a dyn Fn(usize),
}

/// What became of it. Paths are given as text to show.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Rebuilt {
    /// Clips entered.
    pub clips: usize,
    /// Films entered that the person had saved.
    pub films: usize,
    /// Jobs without a clip that were carried over from the old database.
    pub jobs: usize,
    /// Jobs without a clip that could be read there and were not carried over.
    pub jobs_left: usize,
    /// The folders that were searched.
    pub folders: Vec<String>,
    /// What was not entered, and why.
    pub refused: Vec<Refused>,
    /// Videos without a recipe: nothing is known about them.
    pub without_recipe: Vec<String>,
    /// Entered all the same: their bytes are not what the service sent. Only looked for by request.
    pub changed: Vec<String>,
    /// Clips of the old database that were found nowhere, by id.
    pub not_found: Vec<String>,
    /// Where the old database is now.
    pub kept: Option<String>,
    /// Whether the old database was damaged; `None` if there was none that could be opened.
    pub was_damaged: Option<bool>,
}

/// Something that was not entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// The recipe, or the folder that could not be read.
    pub file: String,
    /// Why, in words.
    pub why: String,
}

impl Rebuild<'_> {
    /// Makes the new database and puts it in place.
    ///
    /// # Errors
    /// [`LibraryError::Owned`] if another program works on the library; [`LibraryError::FolderGone`] if a folder that
    /// was named, or the only one, is not there. Nothing is changed then. A recipe that cannot be used is no error.
    pub fn run(&self) -> Result<Rebuilt, LibraryError> {
        let places = self.places;
        files::private_folder(&places.home)?;
        let owned = Ownership::claim(places, self.program)?;
        let _alone = schema::alone(places)?;
        finish(places)?;
        let old = Old::open(&places.database());
        let (roots, refused) = self.roots(old.as_ref())?;

        let path = places.rebuilt();
        for part in PARTS {
            remove(&with(&path, part))?; // left by a rebuild that was cut off early
        }
        let mut rebuilt = Rebuilt {
            folders: roots.iter().map(|root| shown(root)).collect(),
            refused,
            was_damaged: old.as_ref().map(|old| !old.sound),
            ..Rebuilt::default()
        };
        let mut connection = schema::create(&path)?;
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut known = HashMap::new();
        for root in &roots {
            self.enter(&tx, root, &mut known, &mut rebuilt)?;
        }
        if let Some(old) = &old {
            (rebuilt.jobs, rebuilt.jobs_left) = old.carry(&tx)?;
            rebuilt.not_found = old.clips();
            rebuilt.not_found.retain(|id| !known.contains_key(&ClipId::new(id.as_str())));
        }
        rebuilt.films = enter_films(&tx, &roots, old.as_ref(), &mut rebuilt.refused)?;
        tx.commit()?;
        // The last connection that closes empties the log into the database and removes it.
        connection.close().map_err(|(_, error)| error)?;
        drop(old);

        let aside = self.aside(rebuilt.was_damaged == Some(false)).unwrap_or_default();
        if !aside.is_empty() {
            rebuilt.kept = Some(shown(&places.home.join(&aside)));
        }
        files::write_private_file(&places.rebuilding(), aside.as_bytes())?;
        finish(places)?;
        owned.is_sound();
        Ok(rebuilt)
    }

    /// The folders to search, each once, and those that the old database names and that are away.
    fn roots(&self, old: Option<&Old>) -> Result<(Vec<PathBuf>, Vec<Refused>), LibraryError> {
        let mut roots = Vec::new();
        let with_clips = old.map(Old::folders_with_clips).unwrap_or_default();
        let mut add = |folder: &Path| -> bool {
            let Ok(folder) = std::path::absolute(folder) else { return false };
            let same = |root: &PathBuf| fs::canonicalize(root).ok() == fs::canonicalize(&folder).ok();
            // Also the empty place of a drive that is not connected.
            if !folder.is_dir() || (away::is_empty(&folder) == Some(true) && with_clips.contains(&folder)) {
                return false;
            }
            if !roots.iter().any(same) {
                roots.push(folder);
            }
            true
        };
        if !add(&self.places.clips) && self.from.is_empty() {
            // An empty library in place of a drive that is away would be a lie.
            return Err(LibraryError::FolderGone(self.places.clips.clone()));
        }
        if let Some(gone) = self.from.iter().find(|folder| !add(folder)) {
            return Err(LibraryError::FolderGone(gone.clone()));
        }
        let mut away = old.map(Old::folders).unwrap_or_default();
        away.retain(|folder| !add(folder));
        let why = "clips were kept here, and the folder is not there: rebuild again when it is back";
        let away = away.iter().map(|folder| Refused { file: shown(folder), why: why.to_owned() }).collect();
        Ok((roots, away))
    }

    /// Enters every clip of a folder.
    fn enter(
        &self,
        tx: &Transaction<'_>,
        root: &Path,
        known: &mut HashMap<ClipId, PathBuf>,
        rebuilt: &mut Rebuilt,
    ) -> Result<(), LibraryError> {
        let folder = folders::id_of(tx, root)?;
        for month in list(root, &mut rebuilt.refused).into_iter().filter(|name| is_month(name)) {
            let folder_of_month = root.join(&month);
            if fs::symlink_metadata(&folder_of_month).is_ok_and(|facts| facts.is_symlink()) {
                // It may lead anywhere.
                rebuilt.refused.push(Refused { file: shown(&folder_of_month), why: "it is a link".to_owned() });
                continue;
            }
            let names = list(&folder_of_month, &mut rebuilt.refused);
            for name in &names {
                let path = folder_of_month.join(name);
                if let Some(stem) = name.strip_suffix(".mp4")
                    && !names.contains(&format!("{stem}.json"))
                {
                    rebuilt.without_recipe.push(shown(&path));
                }
                let Some(stem) = name.strip_suffix(".json") else { continue };
                let video = path.with_file_name(format!("{stem}.mp4"));
                let entered = recipe::read(root, &month, stem).and_then(|recipe| {
                    let found = fs::symlink_metadata(&video).is_ok_and(|facts| facts.is_file());
                    if !found {
                        return Err(RecipeError::WithoutVideo);
                    }
                    match known.get(&recipe.clip.id) {
                        Some(first) => Err(RecipeError::Twice(first.clone())),
                        None => Ok(recipe),
                    }
                });
                match entered {
                    Ok(recipe) => {
                        jobs::insert_done(tx, &recipe.clip)?;
                        clips::insert(tx, &recipe.clip, folder, &recipe.reply)?;
                        if let Some(imported) = recipe.imported.filter(|_| recipe.clip.provider == Provider::Imported) {
                            imports::note(tx, &recipe.clip.id, &imported)?;
                        }
                        if self.verify
                            && !matches!(verify::check_file(&video, &recipe.clip.sha256), Ok(FileCheck::Intact))
                        {
                            rebuilt.changed.push(shown(&video));
                        }
                        known.insert(recipe.clip.id, path);
                        rebuilt.clips += 1;
                    }
                    Err(why) => rebuilt.refused.push(Refused { file: shown(&path), why: why.to_string() }),
                }
                (self.progress)(rebuilt.clips + rebuilt.refused.len());
            }
        }
        Ok(())
    }

    /// A name under which no database was put aside yet; `None` if there is nothing to put aside.
    fn aside(&self, sound: bool) -> Option<String> {
        let database = self.places.database();
        if !PARTS.iter().any(|part| with(&database, part).exists()) {
            return None;
        }
        let word = if sound { "replaced" } else { "damaged" };
        let name = format!("library.{word}-{}", self.now.strftime("%Y%m%dT%H%M%SZ"));
        let numbered = (2..).map(|number| format!("{name}-{number}.db"));
        let names = std::iter::once(format!("{name}.db")).chain(numbered);
        let free = |name: &String| !PARTS.iter().any(|part| with(&self.places.home.join(name), part).exists());
        names.into_iter().find(free)
    }
}

/// Enters every film that was saved, from the files in the folders of clips and what the old database still has: the one
/// that was changed last, where there are several of it. Returns how many.
fn enter_films(
    tx: &Transaction<'_>,
    roots: &[PathBuf],
    old: Option<&Old>,
    refused: &mut Vec<Refused>,
) -> Result<usize, LibraryError> {
    let mut found: HashMap<FilmId, SavedFilm> = HashMap::new();
    let mut take = |film: SavedFilm| match found.get(&film.id) {
        Some(known) if known.changed_at > film.changed_at => {}
        _ => drop(found.insert(film.id.clone(), film)),
    };
    for root in roots {
        let folder = root.join(film_files::FOLDER);
        match fs::symlink_metadata(&folder) {
            Ok(facts) if facts.is_dir() => {}
            Ok(_) => {
                // A link may lead anywhere.
                refused.push(Refused { file: shown(&folder), why: "it is not a folder".to_owned() });
                continue;
            }
            Err(_) => continue, // no film was saved here
        }
        for name in list(&folder, refused) {
            let Some(stem) = name.strip_suffix(".json") else { continue };
            match film_files::read(root, stem) {
                Ok(film) => take(film),
                Err(why) => refused.push(Refused { file: shown(&folder.join(&name)), why: why.to_string() }),
            }
        }
    }
    // Rows come after files: a file follows its row.
    old.map(Old::films).unwrap_or_default().into_iter().for_each(take);
    for film in found.values() {
        films::put(tx, film)?;
    }
    Ok(found.len())
}

/// Puts a database that was rebuilt in its place, if one is waiting for that: the old one goes aside first, with
/// everything that belongs to it. May be cut off anywhere and called again. To be called by whoever holds
/// [`schema::alone`].
pub(crate) fn finish(places: &Places) -> Result<(), LibraryError> {
    let mark = places.rebuilding();
    let aside = match fs::read_to_string(&mark) {
        Ok(aside) => aside,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(LibraryError::io(&mark, source)),
    };
    let (database, rebuilt) = (places.database(), places.rebuilt());
    if rebuilt.exists() {
        for part in PARTS {
            let (from, to) = (with(&database, part), with(&places.home.join(&aside), part));
            if !aside.is_empty() && from.exists() && !to.exists() {
                fs::rename(&from, &to).map_err(|source| LibraryError::io(&from, source))?;
            }
        }
        files::sync_parent(&database)?;
        fs::rename(&rebuilt, &database).map_err(|source| LibraryError::io(&database, source))?;
        files::sync_parent(&database)?;
    }
    remove(&mark)?;
    files::sync_parent(&mark)
}

fn with(path: &Path, part: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(part);
    PathBuf::from(name)
}

fn remove(path: &Path) -> Result<(), LibraryError> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(LibraryError::io(path, source)),
        _ => Ok(()),
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// The names in a folder, sorted. One that cannot be read is noted; names that are no text are none of ours.
fn list(folder: &Path, refused: &mut Vec<Refused>) -> Vec<String> {
    let read = || -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(folder)? {
            names.extend(entry?.file_name().into_string());
        }
        names.sort();
        Ok(names)
    };
    read().unwrap_or_else(|error| {
        refused.push(Refused { file: shown(folder), why: error.to_string() });
        Vec::new()
    })
}

/// `2026-11`
fn is_month(name: &str) -> bool {
    let digits = |text: &str, count| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    name.split_once('-').is_some_and(|(year, month)| digits(year, 4) && digits(month, 2))
}
