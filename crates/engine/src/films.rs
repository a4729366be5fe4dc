//! Films: put together out of what the library knows, changed, and told about. What leaves the program as one file is in
//! [`crate::export`].

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use lastframe_library::{Library, LibraryError};
use lastframe_media as media;
use lastframe_model::film::{FilmCost, PATH_MAX, clip_title, shown_frames};
use lastframe_model::{
    Clip, ClipId, Event, FilmChange, FilmId, FilmProblem, FilmShot, FilmTake, FilmView, FilmsPage, SavedFilm, SeamKind,
    SeamMeasure, ShotTrouble, Usd,
};
use tokio::sync::Notify;

use crate::Engine;
use crate::error::EngineError;
use crate::run::{Inner, blocking};
use crate::whole::guarded;

/// How often it is told, at most, that films changed.
const TOLD_EVERY: Duration = Duration::from_millis(200);

/// What is to be done after films changed.
#[derive(Default)]
pub(crate) struct Films {
    /// Goes up with every event.
    revision: AtomicU32,
    changed: Notify,
}

impl Films {
    pub(crate) fn changed(&self) {
        self.changed.notify_one();
    }
}

/// A film as it is looked at. Only reads, so that it can be asked while another program runs jobs on the library. Blocks.
///
/// # Errors
/// `LibraryError::NoSuchFilm` (as [`EngineError::Library`]) where nothing is left of it, either.
pub fn film_view(library: &Library, id: &FilmId) -> Result<FilmView, EngineError> {
    let film = library.film_path(id)?.ok_or_else(|| LibraryError::NoSuchFilm(id.clone()))?;
    let saved = library.saved_film(id)?.is_some();
    let clips = path_clips(library, &film)?;
    let path: Vec<ClipId> = clips.iter().map(|clip| clip.id.clone()).collect();
    let (Some(first), Some(last)) = (clips.first(), path.last()) else {
        return Err(LibraryError::NoSuchFilm(id.clone()).into());
    };
    let title = film.name.clone().unwrap_or_else(|| clip_title(first.name.as_deref(), &first.request.prompt));
    let mut shots: Vec<FilmShot> = Vec::new();
    for (at, clip) in clips.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| clips.get(before));
        let seam = before.map(|before| SeamKind::between(before, clip));
        let continued = before.filter(|_| seam == Some(SeamKind::Continues));
        let takes = continued.map_or_else(|| Ok(Vec::new()), |before| takes(library, &before.id, Some(&clip.id)))?;
        let depth = match shots.last().filter(|_| continued.is_some()) {
            Some(shot) => shot.depth.saturating_add(1),
            None => library.continued_times(&clip.id)?,
        };
        shots.push(FilmShot {
            shown: shown_of(clip, clips.get(at + 1)),
            seam,
            takes,
            depth,
            trouble: ShotTrouble::of(clip),
            clip: clip.clone(),
        });
    }
    let tree = library.film_tree(&path)?;
    let grown: HashSet<&ClipId> = tree.iter().map(|(clip, ..)| clip).collect();
    let mut open_jobs = library.open_jobs()?;
    open_jobs.retain(|job| job.request.continues.as_ref().is_some_and(|clip| grown.contains(clip)));
    let cost = FilmCost::of(clips.iter().map(|clip| (&clip.provider, clip.cost())));
    let on_path: HashSet<&ClipId> = path.iter().collect();
    let mut next = takes(library, last, None)?;
    next.retain(|take| !on_path.contains(&take.clip.id));
    Ok(FilmView {
        id: film.id,
        name: film.name,
        title,
        note: film.note,
        saved,
        seconds: shots.iter().map(shown_seconds).sum(),
        next,
        cost: cost.cost,
        rehearsal: cost.rehearsal,
        tree_clips: u32::try_from(tree.len()).unwrap_or(u32::MAX),
        tree_cost: FilmCost::of(tree.iter().map(|(_, provider, cost)| (provider, *cost))).cost,
        open_cost: open_jobs.iter().filter_map(|job| job.estimate.cost).sum::<Usd>(),
        open_jobs,
        shots,
    })
}

/// The clips of a film's path that are in the library.
pub(crate) fn path_clips(library: &Library, film: &SavedFilm) -> Result<Vec<Clip>, LibraryError> {
    let found = film.path.iter().map(|clip| library.clip(clip)).collect::<Result<Vec<_>, _>>()?;
    Ok(found.into_iter().flatten().collect())
}

/// Frames that a path shows of a clip that stands before another one, or last.
pub(crate) fn shown_of(clip: &Clip, next: Option<&Clip>) -> u32 {
    let continued = next.filter(|next| SeamKind::between(clip, next) == SeamKind::Continues);
    shown_frames(clip.media.frames, continued.and_then(|next| next.request.continues_frame))
}

fn shown_seconds(shot: &FilmShot) -> f64 {
    let media = &shot.clip.media;
    if shot.shown == media.frames || media.fps <= 0.0 { media.seconds } else { f64::from(shot.shown) / media.fps }
}

fn takes(library: &Library, before: &ClipId, picked: Option<&ClipId>) -> Result<Vec<FilmTake>, LibraryError> {
    let clips = library.continuations(before)?.into_iter();
    let taken = clips.map(|clip| FilmTake {
        on_path: picked == Some(&clip.id),
        from_frame: clip.request.continues_frame,
        clip,
    });
    Ok(taken.filter(|take| take.on_path || take.clip.trashed_at.is_none()).collect())
}

impl Engine {
    /// At most `count` (200) films, saved or derived, from the one at place `from` on, the newest change first. See
    /// [`Library::films`] for what a search finds.
    ///
    /// # Errors
    /// [`EngineError::Library`] when the library cannot be read or written; so for all below.
    pub async fn films(&self, search: String, from: u32, count: u32) -> Result<FilmsPage, EngineError> {
        self.inner().with_library(move |library| library.films(&search, from, count)).await
    }

    /// A film as it is looked at.
    ///
    /// # Errors
    /// As [`film_view`].
    pub async fn film_view(&self, id: &FilmId) -> Result<FilmView, EngineError> {
        let (library, id) = (self.inner().library.clone(), id.clone());
        blocking(move || film_view(&library, &id)).await?
    }

    /// The film that a clip stands in: the saved one that goes through it and was changed last, or else the tree that it
    /// grew in.
    ///
    /// # Errors
    /// `LibraryError::NoSuchClip`.
    pub async fn film_of(&self, clip: &ClipId) -> Result<FilmId, EngineError> {
        let clip = clip.clone();
        self.inner().with_library(move |library| library.film_of(&clip)).await
    }

    /// Makes a film of clips of the library, in their order. An empty name is none.
    ///
    /// # Errors
    /// `LibraryError::Film` for a name or a path that no film may have; `LibraryError::NoSuchClip`.
    pub async fn new_film(&self, clips: Vec<ClipId>, name: String) -> Result<FilmView, EngineError> {
        self.inner().make_film(clips, name, String::new()).await
    }

    /// Changes a film; one that is derived is saved by it.
    ///
    /// # Errors
    /// `LibraryError::NoSuchFilm`; `LibraryError::Film` for a change that cannot be; `LibraryError::NoSuchClip`.
    pub async fn change_film(&self, id: &FilmId, change: FilmChange) -> Result<FilmView, EngineError> {
        let (id, now) = (id.clone(), self.inner().clock.now());
        self.inner().film_changed(move |library| library.change_film(&id, &change, now)).await
    }

    /// Makes another film of the same path and note.
    ///
    /// # Errors
    /// `LibraryError::NoSuchFilm`; `LibraryError::Film` for a name that no film may have.
    pub async fn duplicate_film(&self, id: &FilmId, name: String) -> Result<FilmView, EngineError> {
        let wanted = id.clone();
        let film = self.inner().with_library(move |library| {
            let film = library.film_path(&wanted)?.ok_or(LibraryError::NoSuchFilm(wanted))?;
            let path = path_clips(library, &film)?.into_iter().map(|clip| clip.id).collect();
            Ok(SavedFilm { path, ..film })
        });
        let film = film.await?;
        self.inner().make_film(film.path, name, film.note).await
    }

    /// Deletes a film that the person saved; its clips stay. What is returned brings it back.
    ///
    /// # Errors
    /// `LibraryError::NoSuchFilm`.
    pub async fn delete_film(&self, id: &FilmId) -> Result<SavedFilm, EngineError> {
        let id = id.clone();
        let deleted = self.inner().with_library(move |library| library.delete_film(&id)).await?;
        self.inner().films.changed();
        Ok(deleted)
    }

    /// Brings a film back that was deleted, without clips that are gone meanwhile.
    ///
    /// # Errors
    /// `LibraryError::Film` if nothing is left of it, or nobody could have saved it.
    pub async fn restore_film(&self, film: SavedFilm) -> Result<FilmView, EngineError> {
        self.inner().film_changed(move |library| library.restore_film(film)).await
    }

    /// What the seam between a frame of a clip (its last if none is given) and the first of another looks like. Measured
    /// once, then known.
    ///
    /// # Errors
    /// `LibraryError::NoSuchClip`, `LibraryError::ClipMissing`; [`EngineError::Media`] where one of the frames cannot be
    /// read.
    pub async fn measure_seam(
        &self,
        before: &ClipId,
        frame: Option<u32>,
        after: &ClipId,
    ) -> Result<SeamMeasure, EngineError> {
        let (library, before, after) = (self.inner().library.clone(), before.clone(), after.clone());
        blocking(move || measure_seam(&library, &before, frame, &after)).await?
    }
}

/// As [`Engine::measure_seam`]. Blocks.
fn measure_seam(
    library: &Library,
    before: &ClipId,
    frame: Option<u32>,
    after: &ClipId,
) -> Result<SeamMeasure, EngineError> {
    let clip = |id: &ClipId| library.clip(id)?.ok_or_else(|| LibraryError::NoSuchClip(id.clone()));
    let (before, after) = (clip(before)?, clip(after)?);
    let last = before.media.frames.saturating_sub(1);
    seam_between(library, &before, frame.map_or(last, |frame| frame.min(last)), &after, true)
}

/// What the seam between a frame of a clip and the first of another looks like, as it is known or as it is measured now;
/// kept then if it may be. Blocks.
pub(crate) fn seam_between(
    library: &Library,
    before: &Clip,
    frame: u32,
    after: &Clip,
    keeps: bool,
) -> Result<SeamMeasure, EngineError> {
    if let Some(known) = library.seam(&before.id, frame, &after.id)? {
        return Ok(known);
    }
    let places = library.places();
    let file = |clip: &Clip| {
        let file = places.clip_file(clip);
        if file.is_file() { Ok(file) } else { Err(LibraryError::ClipMissing(file)) }
    };
    let (earlier, later) = (file(before)?, file(after)?);
    let figures = guarded(|| media::seam(&earlier, Some(frame), &later))?;
    let measure = SeamMeasure {
        kind: figures.verdict,
        psnr: figures.psnr,
        brightness: figures.brightness,
        colour: figures.colour,
    };
    if keeps {
        library.keep_seam(&before.id, frame, &after.id, &measure)?;
    }
    Ok(measure)
}

impl Inner {
    /// A clip entered the library or changed in it; the films it stands in changed with it.
    pub(crate) fn tell_clip(&self, clip: Clip) {
        (self.events)(Event::Clip(clip));
        self.films.changed();
    }

    async fn make_film(&self, path: Vec<ClipId>, name: String, note: String) -> Result<FilmView, EngineError> {
        if path.len() > PATH_MAX {
            return Err(LibraryError::Film(FilmProblem::TooLong).into());
        }
        let now = self.clock.now();
        let id = FilmId::new(self.ids.job(now).as_str());
        let film = SavedFilm { id, name: Some(name), note, path, made_at: now, changed_at: now };
        self.film_changed(move |library| library.save_film(film)).await
    }

    async fn film_changed(
        &self,
        change: impl FnOnce(&Library) -> Result<SavedFilm, LibraryError> + Send + 'static,
    ) -> Result<FilmView, EngineError> {
        let library = self.library.clone();
        let view = blocking(move || film_view(&library, &change(&library)?.id)).await?;
        self.films.changed();
        view
    }

    /// Brings the files of films in line with their rows and tells that films changed: what an earlier run left, and from
    /// then on at once after a change, and then not again for a while.
    pub(crate) async fn keep_films(self: Arc<Self>) {
        let (mut circumstances, mut tell) = (self.circumstances.subscribe(), false);
        loop {
            if let Err(error) = self.with_library(Library::write_film_files).await {
                tracing::warn!(%error, "files of films could not be written; they stay due");
            }
            if tell {
                let revision = self.films.revision.fetch_add(1, Ordering::Relaxed) + 1;
                (self.events)(Event::Films { revision });
                tokio::select! {
                    () = self.clock.sleep(TOLD_EVERY) => {}
                    () = self.stop.cancelled() => return,
                }
            }
            tell = tokio::select! {
                () = self.films.changed.notified() => true,
                _ = circumstances.changed() => false, // e.g. another clips folder
                () = self.stop.cancelled() => return,
            };
        }
    }
}
