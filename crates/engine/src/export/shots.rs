//! A film as an editor takes it over: copies of its clips, numbered, with an edit list and FCPXML; and the sheet of the
//! frames at its seams.

use std::path::{Path, PathBuf};

use lastframe_library::LibraryError;
use lastframe_media as media;
use lastframe_model::{Clip, FilmId, FilmProblem, PixelSize, SavedFilm, SeamKind};

use super::edit_lists::{ListedShot, Rate, edl, fcpxml};
use super::{Gathered, Outgoing, must_have_room};
use crate::Engine;
use crate::copies;
use crate::error::EngineError;
use crate::gallery::{file_name, free_folder};
use crate::run::blocking;
use crate::whole::guarded;

impl Outgoing<'_> {
    /// Writes copies of a film's clips into a new folder, numbered by their place, with `film.edl` and `film.fcpxml`. The
    /// clips are whole; what the film shows of them stands in the lists. The folder is called like the film and stands in
    /// `folder`, unless that is not there: then it is made. It appears whole or not at all. Returns it. Blocks.
    ///
    /// # Errors
    /// `FilmProblem::NotWhole`, [`EngineError::TargetInLibrary`], `LibraryError::DiskFull` beforehand where that can be
    /// told, and what keeps a file from being written.
    pub fn shots(self, film: &SavedFilm, folder: &Path, with_recipes: bool) -> Result<PathBuf, EngineError> {
        let gathered = self.gather(film, true)?;
        gathered.must_be_whole()?;
        let target = if folder.is_dir() { free_folder(folder, &called(&gathered.title)) } else { folder.to_owned() };
        let target = std::path::absolute(&target).map_err(|source| LibraryError::io(&target, source))?;
        self.must_be_outside(&target)?;
        must_have_room(&target, Some(gathered.clips.iter().map(|clip| clip.media.bytes).sum()))?;
        let part = PathBuf::from(format!("{}.part", target.display()));
        std::fs::create_dir(&part).map_err(|source| LibraryError::io(&part, source))?;
        let written = self
            .write_shots(&gathered, &part, &target, with_recipes)
            .and_then(|()| std::fs::rename(&part, &target).map_err(|source| LibraryError::io(&target, source).into()));
        if let Err(error) = written {
            if let Err(error) = std::fs::remove_dir_all(&part) {
                tracing::warn!(folder = %part.display(), %error, "what an export left could not be removed");
            }
            return Err(error);
        }
        Ok(target)
    }

    /// Writes the frames at every seam of a film to a PNG, which is replaced once the new one is whole. Blocks.
    ///
    /// # Errors
    /// `FilmProblem::NotWhole`, `FilmProblem::NoSeam`, `FilmProblem::TooManySeams`, [`EngineError::TargetInLibrary`], and
    /// what keeps a frame from being read or the file from being written.
    pub fn contact_sheet(self, film: &SavedFilm, target: &Path) -> Result<(), EngineError> {
        let gathered = self.gather(film, false)?;
        gathered.must_be_whole()?;
        let shots: Vec<_> = gathered.clips.iter().zip(&gathered.parts).collect();
        let problem = match shots.len() {
            0 | 1 => Some(FilmProblem::NoSeam),
            shots if shots > media::SHEET_SEAMS + 1 => Some(FilmProblem::TooManySeams),
            _ => None,
        };
        if let Some(problem) = problem {
            return Err(LibraryError::Film(problem).into());
        }
        let target = std::path::absolute(target).map_err(|source| LibraryError::io(target, source))?;
        self.must_be_outside(&target)?;
        let mut seams = Vec::new();
        for pair in shots.windows(2) {
            let [(before, shown), (after, next)] = pair else { continue };
            let last = shown.frames.unwrap_or(before.media.frames).saturating_sub(1);
            let frames = guarded(|| {
                let (last, first) = (media::frame_at(&shown.path, last)?, media::frame_at(&next.path, 0)?);
                media::SeamFrames::of(&last, &first, SeamKind::between(before, after) == SeamKind::Continues)
            });
            seams.push(frames.map_err(|error| EngineError::FilmPart { clip: before.id.clone(), error })?);
        }
        Ok(lastframe_library::write_file(&target, &media::contact_sheet(&seams)?)?)
    }

    /// Writes everything into `part`, which is going to be called `target`.
    fn write_shots(
        self,
        gathered: &Gathered,
        part: &Path,
        target: &Path,
        with_recipes: bool,
    ) -> Result<(), EngineError> {
        let mut listed = Vec::new();
        let digits = gathered.clips.len().to_string().len().max(2);
        for (at, clip) in gathered.clips.iter().enumerate() {
            let title = gathered.parts.get(at).map(|part| part.title.as_str()).unwrap_or_default();
            let name = format!("{:0digits$} {}", at + 1, file_name(title));
            let file = format!("{}.mp4", name.trim_end());
            copies::copy_to(self.library, clip, &part.join(&file), with_recipes)?;
            listed.push(ListedShot {
                url: url_of(&target.join(&file))?,
                file,
                title: title.to_owned(),
                size: PixelSize { width: clip.media.width, height: clip.media.height },
                rate: Rate::of(clip.media.fps),
                frames: clip.media.frames,
                shown: shown(gathered, at, clip),
                audio: clip.media.audio,
            });
        }
        for (name, text) in
            [("film.edl", edl(&gathered.title, &listed)), ("film.fcpxml", fcpxml(&gathered.title, &listed))]
        {
            lastframe_library::write_file(&part.join(name), text.as_bytes())?;
        }
        Ok(())
    }
}

/// A film's title as the name of a file.
pub(super) fn called(title: &str) -> String {
    let name = file_name(title);
    if name.is_empty() { "Film".to_owned() } else { name }
}

/// Frames of a shot that a player of the lists shows: where the next one repeats its last, that is left out.
fn shown(gathered: &Gathered, at: usize, clip: &Clip) -> u32 {
    let frames = gathered.parts.get(at).and_then(|part| part.frames).unwrap_or(clip.media.frames);
    let repeated = gathered.parts.get(at + 1).is_some_and(|next| next.skip_first);
    frames.saturating_sub(u32::from(repeated)).max(1)
}

fn url_of(path: &Path) -> Result<String, LibraryError> {
    url::Url::from_file_path(path).map(String::from).map_err(|()| LibraryError::NotUnicode(path.to_owned()))
}

impl Engine {
    /// Writes the frames at every seam of a film to a PNG, as [`Outgoing::contact_sheet`] does.
    ///
    /// # Errors
    /// As [`Outgoing::contact_sheet`].
    pub async fn contact_sheet(&self, id: &FilmId, target: PathBuf) -> Result<(), EngineError> {
        let (library, id) = (self.inner().library.clone(), id.clone());
        blocking(move || {
            let outgoing = Outgoing { library: &library, keeps: true };
            outgoing.contact_sheet(&outgoing.film(&id)?, &target)
        })
        .await?
    }

    /// What a film is called as a file, without an ending.
    ///
    /// # Errors
    /// `LibraryError::NoSuchFilm`.
    pub async fn film_file_name(&self, id: &FilmId) -> Result<String, EngineError> {
        Ok(called(&self.film_view(id).await?.title))
    }

    /// Writes copies of a film's clips with edit lists into a folder, as [`Outgoing::shots`] does; with recipes inside
    /// unless the settings say otherwise.
    ///
    /// # Errors
    /// As [`Outgoing::shots`].
    pub async fn export_shots(&self, id: &FilmId, folder: PathBuf) -> Result<PathBuf, EngineError> {
        let (library, id) = (self.inner().library.clone(), id.clone());
        let with_recipes = self.inner().settings().recipe_in_copies;
        blocking(move || {
            let outgoing = Outgoing { library: &library, keeps: true };
            outgoing.shots(&outgoing.film(&id)?, &folder, with_recipes)
        })
        .await?
    }
}
