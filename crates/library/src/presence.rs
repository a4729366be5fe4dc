//! Whether the files of clips are where their rows say. Files that people rename, move or delete are marked, and put back
//! in their place when they turn up under another name in a folder of clips.
//!
//! Looking again costs a look at each folder, not at each file: a folder whose time of change is the same has the same
//! names in it. A file is read only to recognise one that is missed, and only if it has the very size of it.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use std::time::{Duration, SystemTime};

use lastframe_model::{Clip, ClipId};
use rusqlite::params;

use crate::away::{counts_for_nothing, is_bare, is_hidden};
use crate::error::LibraryError;
use crate::shelf::Words;
use crate::{Library, clips, files, folders, shelf};

/// A folder that changed so shortly before it was read may have changed again without its time telling.
const SETTLED: Duration = Duration::from_secs(3);
/// How deep folders of people's own are searched, below a folder of clips.
const DEPTH: usize = 4;
/// Files that are no clip's and are remembered: far more than anybody drops into the folder.
const STRANGERS: usize = 20_000;
/// What a video's name may end with.
const ENDINGS: [&str; 3] = ["mp4", "m4v", "mov"];

/// What was seen when the library was last looked through.
#[derive(Default)]
pub(crate) struct Seen {
    /// When each folder on the disk had last changed; only of those whose rows were compared since.
    folders: HashMap<PathBuf, SystemTime>,
    /// Videos that are no clip's, with what they were when they were read: size and SHA-256.
    strangers: HashMap<PathBuf, Option<(u64, SystemTime, String)>>,
}

/// What looking through the library found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Looked {
    /// Clips whose file is no longer there, or is there again, as they are now.
    pub changed: Vec<Clip>,
    /// Folders of clips that are not there as a whole, e.g. on a drive that is not connected: nothing is marked for them.
    pub away: Vec<PathBuf>,
}

/// The row of a clip, as far as its file goes.
struct Row {
    id: String,
    file: String,
    missing: bool,
    /// What the video should have.
    bytes: f64,
}

impl Library {
    /// Compares rows with files, marks what is missing or there again, and puts back what is found by its bytes. What is
    /// the same as at the last look costs next to nothing.
    ///
    /// # Errors
    /// [`LibraryError::Database`]; a folder that cannot be read is away.
    pub fn look_through(&self) -> Result<Looked, LibraryError> {
        let mut seen = self.shared.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let current = self.places().clips;
        let mut looked = Looked::default();
        let mut changed = Vec::new();
        for (number, folder) in self.numbered_folders()? {
            let Some(on_disk) = folders_below(&folder) else {
                if folder != current {
                    changed.extend(self.settle(number, &folder, &current)?);
                }
                if self.has_clips(&folder)? {
                    looked.away.push(folder);
                }
                continue;
            };
            self.compare(&mut seen, number, &folder, &on_disk, &current, &mut changed)?;
        }
        self.mark(&changed)?;
        let mut ids: Vec<ClipId> = changed.into_iter().map(|(id, _)| id).collect();
        ids.extend(self.put_back(&mut seen)?);
        let unique: BTreeSet<ClipId> = ids.into_iter().collect();
        for id in unique {
            looked.changed.extend(self.clip(&id)?);
        }
        Ok(looked)
    }

    /// Looks for the file of one clip: where its row says, and then everywhere. The clip as it is now.
    pub fn look_for(&self, id: &ClipId) -> Result<Clip, LibraryError> {
        let clip = self.clip(id)?.ok_or_else(|| LibraryError::NoSuchClip(id.clone()))?;
        let there = self.places().clip_file(&clip).is_file();
        let kept = self.read(|connection| clips::get(connection, id))?;
        if there == clip.missing && !kept.is_some_and(|kept| is_bare(&kept.folder)) {
            self.mark(&[(id.clone(), !there)])?;
        }
        if !there {
            self.look_through()?;
        }
        self.clip(id)?.ok_or_else(|| LibraryError::NoSuchClip(id.clone()))
    }

    /// Gives a clip its file back from a copy that the person pointed at, which stays where it is.
    ///
    /// # Errors
    /// [`LibraryError::AnotherFile`] unless it has the very bytes of the clip.
    pub fn restore_file(&self, id: &ClipId, from: &Path) -> Result<Clip, LibraryError> {
        let clip = self.clip(id)?.ok_or_else(|| LibraryError::NoSuchClip(id.clone()))?;
        if files::sha256_of(from)? != clip.sha256 {
            return Err(LibraryError::AnotherFile);
        }
        let target = self.places().clip_file(&clip);
        if !target.is_file() {
            if let Some(kept) = self.read(|connection| clips::get(connection, id))? {
                self.expect_here(kept.root(&self.places().clips))?;
            }
            files::copy_into_place(from, &target)?;
        }
        self.mark(&[(id.clone(), false)])?;
        self.clip(id)?.ok_or_else(|| LibraryError::NoSuchClip(id.clone()))
    }

    fn numbered_folders(&self) -> Result<Vec<(i64, PathBuf)>, LibraryError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached("SELECT id, path FROM folders ORDER BY id")?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, PathBuf::from(row.get::<_, String>(1)?))))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Compares the rows of one folder of clips with what is on the disk, where that has changed.
    fn compare(
        &self,
        seen: &mut Seen,
        number: i64,
        root: &Path,
        on_disk: &HashMap<PathBuf, SystemTime>,
        current: &Path,
        changed: &mut Vec<(ClipId, bool)>,
    ) -> Result<(), LibraryError> {
        let of_rows = self.folders_of_rows(number, seen, root)?;
        let gone: Vec<PathBuf> = seen
            .folders
            .keys()
            .filter(|folder| folder.starts_with(root) && !on_disk.contains_key(*folder))
            .cloned()
            .collect();
        let mut look: BTreeSet<PathBuf> = of_rows.into_iter().chain(gone).collect();
        look.extend(
            on_disk.iter().filter(|(folder, at)| seen.folders.get(*folder) != Some(*at)).map(|(path, _)| path.clone()),
        );
        let now = SystemTime::now();
        for folder in look {
            let names = videos_in(&folder);
            let mut of_clips = HashSet::new();
            for row in self.rows_in(number, root, &folder)? {
                let name = row.file.rsplit('/').next().unwrap_or_default().to_owned();
                // A clip that was carried to the folder in use is there.
                let there = names.contains(&name) || (current != root && current.join(&row.file).is_file());
                of_clips.insert(name);
                if there == row.missing {
                    changed.push((ClipId::new(row.id), !there));
                }
            }
            seen.strangers.retain(|path, _| path.parent() != Some(&folder) || names.contains(&name_of(path)));
            for name in names.difference(&of_clips) {
                if seen.strangers.len() < STRANGERS {
                    seen.strangers.entry(folder.join(name)).or_default();
                }
            }
            seen.strangers.retain(|path, _| path.parent() != Some(&folder) || !of_clips.contains(&name_of(path)));
            match on_disk.get(&folder) {
                Some(at) if now.duration_since(*at).is_ok_and(|age| age >= SETTLED) => {
                    seen.folders.insert(folder, *at);
                }
                _ => {
                    seen.folders.remove(&folder);
                }
            }
        }
        Ok(())
    }

    /// Clips of a folder that is away, which stand in the one in use: the person carried them there, and there they are kept
    /// from now on. A part of a file, as of a copy that was cut off, is left for the whole one to come back. Returns those
    /// that were missed.
    fn settle(&self, number: i64, root: &Path, current: &Path) -> Result<Vec<(ClipId, bool)>, LibraryError> {
        let mut carried = Vec::new();
        for folder in self.folders_of_rows(number, &Seen::default(), root)? {
            let Ok(below) = folder.strip_prefix(root) else { continue };
            let names = videos_in(&current.join(below));
            if !names.is_empty() {
                let rows = self.rows_in(number, root, &folder)?.into_iter();
                #[expect(clippy::cast_precision_loss, reason = "files are far smaller than 2^53 bytes")]
                let whole = |row: &Row| {
                    let there = fs::metadata(current.join(&row.file));
                    there.is_ok_and(|facts| facts.is_file() && (facts.len() as f64 - row.bytes).abs() < 0.5)
                };
                let listed = |row: &Row| names.contains(row.file.rsplit('/').next().unwrap_or_default());
                carried.extend(rows.filter(|row| listed(row) && whole(row)));
            }
        }
        if carried.is_empty() {
            return Ok(Vec::new());
        }
        tracing::info!(clips = carried.len(), to = %current.display(), "clips were carried to the folder in use");
        self.write(|tx| {
            let to = folders::id_of(tx, current)?;
            let mut statement = tx.prepare_cached("UPDATE clips SET folder = ?2 WHERE id = ?1")?;
            for row in &carried {
                statement.execute(params![row.id, to])?;
            }
            Ok(())
        })?;
        Ok(carried.into_iter().filter(|row| row.missing).map(|row| (ClipId::new(row.id), false)).collect())
    }

    /// The folders in which rows say that files are, the first time only: those that never were on the disk since.
    fn folders_of_rows(&self, number: i64, seen: &Seen, root: &Path) -> Result<Vec<PathBuf>, LibraryError> {
        if seen.folders.contains_key(root) {
            return Ok(Vec::new());
        }
        self.read(|connection| {
            // All up to the last '/'.
            let mut statement = connection.prepare_cached(
                "SELECT DISTINCT rtrim(file, replace(file, '/', '')) FROM clips WHERE folder = ?1 AND instr(file, '/') > 0",
            )?;
            let found = statement.query_map([number], |row| row.get::<_, String>(0))?;
            let folders = found.map(|text| text.map(|text| root.join(text.trim_end_matches('/'))));
            Ok(folders.collect::<Result<_, _>>()?)
        })
    }

    /// The rows whose files belong right into `folder`.
    fn rows_in(&self, number: i64, root: &Path, folder: &Path) -> Result<Vec<Row>, LibraryError> {
        let Ok(below) = folder.strip_prefix(root) else { return Ok(Vec::new()) };
        let Some(below) = below.to_str().map(|text| text.replace('\\', "/")) else { return Ok(Vec::new()) };
        let from = if below.is_empty() { String::new() } else { format!("{below}/") };
        // '0' follows '/' in the order of the alphabet.
        let to = if below.is_empty() { "\u{10ffff}".to_owned() } else { format!("{below}0") };
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT id, file, missing, coalesce(media ->> '$.bytes', 0) FROM clips WHERE folder = ?1 AND file >= ?2 AND file < ?3
                 AND instr(substr(file, length(?2) + 1), '/') = 0",
            )?;
            let rows = statement.query_map(params![number, from, to], |row| {
                Ok(Row { id: row.get(0)?, file: row.get(1)?, missing: row.get(2)?, bytes: row.get(3)? })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Notes which files are missing and which are there.
    fn mark(&self, changed: &[(ClipId, bool)]) -> Result<(), LibraryError> {
        if changed.is_empty() {
            return Ok(());
        }
        self.write(|tx| {
            let mut statement = tx.prepare_cached("UPDATE clips SET missing = ?2 WHERE id = ?1 AND missing <> ?2")?;
            for (id, missing) in changed {
                if statement.execute(params![id.as_str(), missing])? > 0 {
                    shelf::refresh(tx, id, Words::Same)?;
                }
            }
            Ok(())
        })
    }

    /// Puts missed files back that stand under another name in a folder of clips. That name stays too, and takes no room:
    /// whoever gave it to the file meant it.
    fn put_back(&self, seen: &mut Seen) -> Result<Vec<ClipId>, LibraryError> {
        if seen.strangers.is_empty() {
            return Ok(Vec::new());
        }
        let missed = self.missed()?;
        if missed.is_empty() {
            return Ok(Vec::new());
        }
        let sizes: HashSet<u64> = missed.iter().map(|missed| missed.bytes).collect();
        let mut found = Vec::new();
        for (path, read) in &mut seen.strangers {
            let Ok(facts) = fs::symlink_metadata(path) else { continue };
            if !facts.is_file() || !sizes.contains(&facts.len()) {
                continue;
            }
            let at = facts.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            if read.as_ref().is_none_or(|(size, then, _)| (*size, *then) != (facts.len(), at)) {
                let Ok(sha256) = files::sha256_of(path) else { continue };
                *read = Some((facts.len(), at, sha256));
            }
            let Some((_, _, sha256)) = read else { continue };
            for missed in missed.iter().filter(|missed| missed.sha256 == *sha256) {
                if found.contains(&missed.id) {
                    continue;
                }
                match self.expect_here(&missed.folder).and_then(|()| link_or_copy(path, &missed.file)) {
                    Ok(()) => found.push(missed.id.clone()),
                    Err(error) => {
                        tracing::warn!(clip = %missed.id, %error, "a file that was found could not be put back");
                    }
                }
            }
        }
        let marks: Vec<(ClipId, bool)> = found.iter().map(|id| (id.clone(), false)).collect();
        self.mark(&marks)?;
        Ok(found)
    }

    fn missed(&self) -> Result<Vec<Missed>, LibraryError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT clips.id, clips.sha256, clips.media ->> '$.bytes', folders.path, clips.file
                 FROM clips JOIN folders ON folders.id = clips.folder WHERE clips.missing = 1",
            )?;
            let rows = statement.query_map([], |row| {
                let bytes: f64 = row.get(2)?;
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the size of a file")]
                let bytes = bytes as u64;
                let folder = PathBuf::from(row.get::<_, String>(3)?);
                let file = folder.join(row.get::<_, String>(4)?);
                Ok(Missed { id: ClipId::new(row.get::<_, String>(0)?), sha256: row.get(1)?, bytes, folder, file })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

/// A clip whose file is missed.
struct Missed {
    id: ClipId,
    sha256: String,
    bytes: u64,
    /// The folder of clips that it was kept in.
    folder: PathBuf,
    /// Where it belongs.
    file: PathBuf,
}

fn link_or_copy(from: &Path, to: &Path) -> Result<(), LibraryError> {
    files::make_parent(to)?;
    if fs::hard_link(from, to).is_ok() {
        return files::sync_parent(to);
    }
    // Another file system, or one without links.
    files::copy_into_place(from, to)
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The folder and those below it with the times of their last change, hidden ones and links left out. `None` if it is not
/// there, or is as empty as the place where a drive is not connected.
fn folders_below(root: &Path) -> Option<HashMap<PathBuf, SystemTime>> {
    let mut found = HashMap::new();
    let mut waiting = vec![(root.to_owned(), 0)];
    let mut bare = true;
    while let Some((folder, depth)) = waiting.pop() {
        let at = match fs::metadata(&folder).and_then(|facts| facts.modified()) {
            Ok(at) => at,
            Err(_) if depth > 0 => continue,
            Err(_) => return None,
        };
        let Ok(entries) = fs::read_dir(&folder) else {
            if depth == 0 {
                return None;
            }
            continue;
        };
        for entry in entries.flatten() {
            let name = entry.file_name();
            bare &= depth > 0 || counts_for_nothing(&name);
            if depth < DEPTH && !is_hidden(&name) && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                waiting.push((entry.path(), depth + 1));
            }
        }
        found.insert(folder, at);
    }
    (!bare).then_some(found)
}

/// The names of videos right in a folder; none if it is not there.
fn videos_in(folder: &Path) -> HashSet<String> {
    let Ok(entries) = fs::read_dir(folder) else { return HashSet::new() };
    let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let is_video = |name: &String| {
        let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
        !name.starts_with('.') && ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
    };
    names.filter(is_video).collect()
}
