//! Finding and organising clips: asks the library where the person is and what time it is, tells what changed, and does
//! afterwards what nobody should wait for: recipes, and what has been in the trash for long enough.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::SignedDuration;
use lastframe_library::{Library, LibraryError};
use lastframe_model::{Clip, ClipId, DiskUse, Event, Exported, GalleryQuery, Mark, Shelf};
use tokio::sync::Notify;

use crate::Engine;
use crate::error::EngineError;
use crate::run::{Inner, blocking};

/// How often it is told, at most, that many clips changed.
const TOLD_EVERY: Duration = Duration::from_millis(200);
/// How often the trash is looked at. More than once a day, since waits do not count while the computer sleeps.
const LOOKED_EVERY: Duration = Duration::from_hours(1);
/// Most characters of an exported file's name, without its end.
const FILE_NAME: usize = 80;

/// What is to be done after clips were changed.
#[derive(Default)]
pub(crate) struct Organising {
    /// Shelves are not what they were.
    changed: Notify,
    /// Recipes are due.
    recipes: Notify,
    /// Folders of clips that were away at the last look.
    away: Mutex<Vec<PathBuf>>,
}

impl Organising {
    /// Takes note of the folders that are away now. Whether one is back.
    pub(crate) fn are_away(&self, now: &[PathBuf]) -> bool {
        let mut away = self.away.lock().unwrap_or_else(PoisonError::into_inner);
        let back = away.iter().any(|folder| !now.contains(folder));
        now.clone_into(&mut away);
        back
    }

    /// Recipes that could not be written may be by now.
    pub(crate) fn write_due(&self) {
        self.recipes.notify_one();
    }
}

impl Engine {
    /// Where every clip of a query stands; days are those of the person's time zone.
    ///
    /// # Errors
    /// `LibraryError::NoDay` (as [`EngineError::Library`]) for a day in the filter that is none.
    pub async fn gallery(&self, query: GalleryQuery) -> Result<Shelf, EngineError> {
        let zone = self.inner().time_zone.clone();
        self.inner().with_library(move |library| library.gallery(&query, &zone)).await
    }

    /// At most `count` (1,000) clips of a query, from the one at place `from` on.
    ///
    /// # Errors
    /// As [`Engine::gallery`].
    pub async fn gallery_page(&self, query: GalleryQuery, from: u32, count: u32) -> Result<Vec<Clip>, EngineError> {
        let zone = self.inner().time_zone.clone();
        self.inner().with_library(move |library| library.gallery_page(&query, &zone, from, count)).await
    }

    /// Ids of the clips of a query, from the one at place `from` on.
    ///
    /// # Errors
    /// As [`Engine::gallery`].
    pub async fn gallery_ids(&self, query: GalleryQuery, from: u32, count: u32) -> Result<Vec<ClipId>, EngineError> {
        let zone = self.inner().time_zone.clone();
        self.inner().with_library(move |library| library.gallery_ids(&query, &zone, from, count)).await
    }

    /// The place of a clip among those of a query.
    ///
    /// # Errors
    /// As [`Engine::gallery`].
    pub async fn gallery_place(&self, query: GalleryQuery, clip: ClipId) -> Result<Option<u32>, EngineError> {
        let zone = self.inner().time_zone.clone();
        self.inner().with_library(move |library| library.gallery_place(&query, &zone, &clip)).await
    }

    /// Writes something on clips, on all or none; how many of them there are. Their recipes follow in the background.
    ///
    /// # Errors
    /// `LibraryError::Mark` for what cannot be written on a clip.
    pub async fn mark_clips(&self, clips: Vec<ClipId>, mark: Mark) -> Result<u32, EngineError> {
        self.inner().organise(clips, move |library, clips| library.mark_clips(clips, mark)).await
    }

    /// Puts clips into the trash; how many were not there yet.
    pub async fn trash_clips(&self, clips: Vec<ClipId>) -> Result<u32, EngineError> {
        let now = self.inner().clock.now();
        self.inner().organise(clips, move |library, clips| library.trash_clips(clips, now)).await
    }

    /// Takes clips out of the trash; how many were there.
    pub async fn restore_clips(&self, clips: Vec<ClipId>) -> Result<u32, EngineError> {
        self.inner().organise(clips, Library::restore_clips).await
    }

    /// Deletes for good those of the clips that are in the trash; how many.
    ///
    /// # Errors
    /// What kept one of them from being deleted, after all were tried. It stays in the trash.
    pub async fn delete_clips(&self, clips: Vec<ClipId>) -> Result<u32, EngineError> {
        self.inner().organise(clips, Library::delete_clips).await
    }

    /// What clips take on the disk, and what is free there.
    pub async fn disk_use(&self) -> Result<DiskUse, EngineError> {
        let zone = self.inner().time_zone.clone();
        self.inner()
            .with_library(move |library| {
                let told = library.disk_use(&zone)?;
                #[expect(clippy::cast_precision_loss, reason = "a disk is far smaller than 2^53 bytes")]
                let free = fs4::available_space(library.places().clips).ok().map(|bytes| bytes as f64);
                Ok(DiskUse { free, ..told })
            })
            .await
    }

    /// Writes copies of clips into a folder, as [`Engine::copy_clip`] does each, named by what the person calls them or
    /// by their prompts. No file that is there is replaced. Clips whose own file is gone are left out and counted.
    ///
    /// # Errors
    /// [`EngineError::TargetInLibrary`] for a folder of the library; what keeps a copy from being written ends it, and
    /// the copies that were written stay.
    pub async fn export_clips(&self, clips: Vec<ClipId>, folder: PathBuf) -> Result<Exported, EngineError> {
        let mut exported = Exported { folder: folder.display().to_string(), files: 0, skipped: 0 };
        let mut taken = HashSet::new();
        for id in clips {
            let (library, folder) = (self.inner().library.clone(), folder.clone());
            let mut names = std::mem::take(&mut taken);
            let next = blocking(move || {
                if in_library(&library, &folder)? {
                    return Err(EngineError::TargetInLibrary);
                }
                let clip =
                    library.clip(&id)?.filter(|clip| std::fs::File::open(library.places().clip_file(clip)).is_ok());
                let target = clip.map(|clip| (free_name(&folder, &mut names, &file_title(&clip)), clip.id));
                Ok((target, names))
            });
            let target;
            (target, taken) = next.await??;
            if let Some((target, id)) = target {
                self.copy_clip(&id, &target).await?;
                exported.files += 1;
            } else {
                exported.skipped += 1;
            }
        }
        Ok(exported)
    }
}

impl Inner {
    async fn organise(
        &self,
        clips: Vec<ClipId>,
        change: impl FnOnce(&Library, &[ClipId]) -> Result<u32, LibraryError> + Send + 'static,
    ) -> Result<u32, EngineError> {
        let library = self.library.clone();
        let (changed, only) = blocking(move || {
            let changed = change(&library, &clips);
            // One clip is told as a whole, so that a card need not be asked for.
            let only = match clips.as_slice() {
                [clip] => library.clip(clip).ok().flatten(),
                _ => None,
            };
            (changed, only)
        })
        .await?;
        if let Some(clip) = only {
            (self.events)(Event::Clip(clip));
        }
        self.films.changed();
        // Also after an error: some may have been changed before it.
        self.organising.changed.notify_one();
        self.organising.recipes.notify_one();
        Ok(changed?)
    }

    /// Reads what clips are found by before anybody asks, and from then on tells that clips changed: at once, and then not
    /// again for a while.
    pub(crate) async fn keep_shelves(self: Arc<Self>) {
        if let Err(error) = self.with_library(Library::prepare_gallery).await {
            tracing::debug!(%error, "the gallery could not be read ahead; whoever asks reads it");
        }
        loop {
            tokio::select! {
                () = self.organising.changed.notified() => {}
                () = self.stop.cancelled() => return,
            }
            match self.with_library(Library::gallery_revision).await {
                Ok(revision) => (self.events)(Event::Gallery { revision }),
                Err(error) => tracing::warn!(%error, "changes of clips could not be told"),
            }
            tokio::select! {
                () = self.clock.sleep(TOLD_EVERY) => {}
                () = self.stop.cancelled() => return,
            }
        }
    }

    /// Writes the recipes that are due: those that an earlier run left, and from then on after each change.
    pub(crate) async fn keep_recipes(self: Arc<Self>) {
        let mut circumstances = self.circumstances.subscribe();
        loop {
            let stop = self.stop.clone();
            let written = self.with_library(move |library| library.write_recipes(|| !stop.is_cancelled())).await;
            if let Err(error) = written {
                tracing::warn!(%error, "recipes could not be written; they stay due");
            }
            tokio::select! {
                () = self.organising.recipes.notified() => {}
                _ = circumstances.changed() => {} // e.g. another clips folder
                () = self.stop.cancelled() => return,
            }
        }
    }

    /// Deletes for good what has been in the trash for longer than the settings say.
    pub(crate) async fn keep_trash(self: Arc<Self>) {
        loop {
            if let Some(days) = self.settings().trash_days {
                let age = SignedDuration::from_hours(24 * i64::from(days));
                let before = self.clock.now().checked_sub(age).unwrap_or(jiff::Timestamp::MIN);
                match self.with_library(move |library| library.expire_trash(before)).await {
                    Ok(0) => {}
                    Ok(clips) => {
                        tracing::info!(clips, days, "clips were deleted that had been in the trash for long enough");
                        self.organising.changed.notify_one();
                        self.films.changed();
                    }
                    Err(error) => {
                        tracing::warn!(%error, "some clips could not be deleted; they stay in the trash");
                        self.organising.changed.notify_one();
                        self.films.changed();
                    }
                }
            }
            tokio::select! {
                () = self.clock.sleep(LOOKED_EVERY) => {}
                () = self.stop.cancelled() => return,
            }
        }
    }
}

/// Whether a folder is the library's own.
fn in_library(library: &Library, folder: &Path) -> Result<bool, EngineError> {
    let folder = folder.canonicalize().map_err(|source| LibraryError::io(folder, source))?;
    let own = library.known_folders()?.into_iter().chain([library.places().clips, library.places().home]);
    Ok(own.filter_map(|own| own.canonicalize().ok()).any(|own| folder.starts_with(own)))
}

/// What a clip is called as a file, without an ending: its name, or the first line of its prompt that is not empty, or its
/// id; in letters that every system takes.
#[must_use]
pub fn file_title(clip: &Clip) -> String {
    let line = |text: &str| text.lines().map(file_name).find(|line| !line.is_empty());
    let name = clip.name.as_deref().and_then(line).or_else(|| line(&clip.request.prompt));
    name.unwrap_or_else(|| clip.id.to_string())
}

/// A text as the name of a file on every system; empty if nothing is left of it.
pub(crate) fn file_name(text: &str) -> String {
    let unsafe_letter = |letter: char| letter.is_control() || "<>:\"/\\|?*\u{202e}\u{2066}\u{2067}".contains(letter);
    let plain: String = text.chars().map(|letter| if unsafe_letter(letter) { ' ' } else { letter }).collect();
    let mut name = String::new();
    for word in plain.split_whitespace() {
        if !name.is_empty() {
            name.push(' ');
        }
        name.push_str(word);
    }
    // Names may have 255 bytes; a Chinese character has three.
    let cut: String = name
        .chars()
        .take(FILE_NAME)
        .scan(0, |bytes, letter| {
            *bytes += letter.len_utf8();
            (*bytes <= 200).then_some(letter)
        })
        .collect();
    let name = cut.trim_matches(|letter: char| letter == '.' || letter.is_whitespace());
    let stem = name.split('.').next().unwrap_or_default().trim().to_uppercase();
    let device = ["CON", "PRN", "AUX", "NUL"].contains(&stem.as_str())
        || (stem.len() == 4
            && (stem.starts_with("COM") || stem.starts_with("LPT"))
            && stem.ends_with(|c: char| c.is_ascii_digit()));
    if device { format!("{name} clip") } else { name.to_owned() }
}

/// A name in the folder that nothing has, in upper or lower case.
fn free_name(folder: &Path, taken: &mut HashSet<String>, title: &str) -> PathBuf {
    let numbered = (2..).map(|number| format!("{title} ({number}).mp4"));
    let mut names = std::iter::once(format!("{title}.mp4")).chain(numbered);
    // A name that is there already is taken in every spelling: where the copies go next, case may mean nothing.
    let free =
        names.find(|name| taken.insert(name.to_lowercase()) && std::fs::symlink_metadata(folder.join(name)).is_err());
    folder.join(free.unwrap_or_else(|| format!("{title}.mp4")))
}

/// A folder in the folder whose name nothing has.
pub(crate) fn free_folder(folder: &Path, title: &str) -> PathBuf {
    let numbered = (2..).map(|number| format!("{title} ({number})"));
    let mut names = std::iter::once(title.to_owned()).chain(numbered);
    let absent = |name: &str| std::fs::symlink_metadata(folder.join(name)).is_err();
    let is_free = |name: &String| absent(name) && absent(&format!("{name}.part"));
    folder.join(names.find(is_free).unwrap_or_else(|| title.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_safe_on_every_system() {
        for (text, name) in [
            ("A boat: drifts / sinks?", "A boat drifts sinks"),
            ("  ../../etc/passwd ", "etc passwd"),
            ("con", "con clip"),
            ("LPT1.tar", "LPT1.tar clip"),
            ("dots...", "dots"),
            ("黑色悬崖上的灯塔", "黑色悬崖上的灯塔"),
            ("a\0b\u{202e}c", "a b c"),
            ("***", ""),
        ] {
            assert_eq!(file_name(text), name, "{text:?}");
        }
        assert_eq!(file_name(&"字".repeat(300)).chars().count(), 66, "200 bytes");
    }

    #[test]
    fn a_file_is_called_by_the_name_then_the_prompt_then_the_id() {
        let titled = |name: Option<&str>, prompt: &str| {
            let clip = serde_json::json!({
                "id": "c", "job": "c", "request": { "prompt": prompt }, "provider": { "kind": "imported" },
                "task_id": "c", "media": { "width": 1, "height": 1, "frames": 1, "fps": 24.0, "seconds": 1.0,
                "audio": false, "bytes": 1.0 }, "estimate": { "size": { "width": 1, "height": 1 }, "frames": 1,
                "seconds": 1.0, "tokens": 0.0, "cost": null }, "billed": { "cost": null, "discount": null,
                "tokens": null }, "sha256": "", "file": "", "last_frame_from_service": false,
                "created_at": "2026-11-22T10:00:00Z", "submitted_at": null, "finished_at": "2026-11-22T10:00:00Z",
                "name": name,
            });
            file_title(&serde_json::from_value(clip).unwrap())
        };
        assert_eq!(titled(None, "A night ferry: 50% off?\nsecond line"), "A night ferry 50% off");
        assert_eq!(titled(Some("holiday/2026"), "a prompt"), "holiday 2026");
        assert_eq!(titled(Some("  "), "夜航的渡轮"), "夜航的渡轮", "a name of nothing is none");
        for nothing in ["", " ", "...", "../..", "\u{7}"] {
            assert_eq!(titled(None, nothing), "c", "{nothing:?}");
        }
    }

    #[test]
    fn no_name_is_given_twice_and_no_file_replaced() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("Boat.mp4"), b"mine").unwrap();
        let mut taken = HashSet::new();
        let mut next = |title: &str| {
            let path = free_name(folder.path(), &mut taken, title);
            path.file_name().unwrap().to_str().unwrap().to_owned()
        };
        assert_eq!(next("Boat"), "Boat (2).mp4");
        assert_eq!(next("BOAT"), "BOAT (3).mp4");
    }
}
