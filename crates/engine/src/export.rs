//! Films on their way out: as one file, as numbered clips with edit lists, as a sheet of the frames at their seams.
//!
//! What stands in the way is said beforehand. Nothing half-written appears under a final name, and what is in the library
//! is only read.

mod edit_lists;
mod running;
mod shots;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use lastframe_library::{Library, LibraryError};
use lastframe_media as media;
use lastframe_model::film::clip_title;
use lastframe_model::{
    Clip, ClipId, ExportOptions, ExportPlan, ExportProblem, ExportReason, ExportRoute, FilmId, FilmProblem, PixelSize,
    SavedFilm, SeamKind, SeamVerdict,
};

use crate::copies;
use crate::error::EngineError;
use crate::film_recipe::FilmRecipe;
use crate::films::{path_clips, seam_between, shown_of};
use crate::whole::guarded;

pub(crate) use running::Exports;

/// Bytes that the tables and chapters of a joined film may take beyond its media data.
const TABLES: u64 = 1 << 20;

/// Most frames of a film in one file, and most seconds: the media crate makes none that is larger.
const MOST_FRAMES: u32 = 500_000;
const MOST_SECONDS: f64 = 43_200.0;

/// The way out of a library.
#[derive(Clone, Copy)]
pub struct Outgoing<'a> {
    /// The library.
    pub library: &'a Library,
    /// Whether what is found out on the way may be kept in it. Not while another program works on it.
    pub keeps: bool,
}

/// A film as its files are.
struct Gathered {
    film: SavedFilm,
    title: String,
    clips: Vec<Clip>,
    /// One for each clip.
    parts: Vec<media::Part>,
    /// What makes it impossible.
    problems: Vec<ExportProblem>,
}

impl Gathered {
    fn must_be_whole(&self) -> Result<(), EngineError> {
        if self.problems.is_empty() { Ok(()) } else { Err(LibraryError::Film(FilmProblem::NotWhole).into()) }
    }
}

impl Outgoing<'_> {
    /// A film, saved or derived, with its path.
    ///
    /// # Errors
    /// `LibraryError::NoSuchFilm` (as [`EngineError::Library`]).
    pub fn film(self, id: &FilmId) -> Result<SavedFilm, EngineError> {
        Ok(self.library.film_path(id)?.ok_or_else(|| LibraryError::NoSuchFilm(id.clone()))?)
    }

    /// What exporting a film would come to. Reads the tables of its clips, and the frames at seams that nobody has
    /// measured yet. Blocks.
    ///
    /// # Errors
    /// `LibraryError::NoSuchFilm` where nothing is left of it, and `LibraryError::Film` for options that no film can
    /// have, as [`EngineError::Library`]. What is the matter with a clip stands in the plan.
    pub fn plan(self, film: &SavedFilm, options: &ExportOptions) -> Result<ExportPlan, EngineError> {
        let options = options.clone().checked().map_err(LibraryError::from)?;
        let gathered = self.gather(film, options.skip_repeated)?;
        Ok(plan_of(&gathered, &options))
    }

    /// Writes a film to `target`, which is replaced once the new file is whole. `step` hears how far it is and may end
    /// it. Blocks.
    ///
    /// # Errors
    /// As [`Self::plan`]; `FilmProblem::NotWhole` for what cannot be exported, [`EngineError::TargetInLibrary`],
    /// `LibraryError::DiskFull` beforehand where that can be told, [`EngineError::Canceled`].
    pub fn export(
        self,
        film: &SavedFilm,
        options: &ExportOptions,
        target: &Path,
        step: &mut dyn FnMut(media::Progress) -> ControlFlow<()>,
    ) -> Result<ExportPlan, EngineError> {
        let options = options.clone().checked().map_err(LibraryError::from)?;
        let gathered = self.gather(film, options.skip_repeated)?;
        let plan = plan_of(&gathered, &options);
        if !plan.possible {
            return Err(LibraryError::Film(FilmProblem::NotWhole).into());
        }
        self.must_be_outside(target)?;
        must_have_room(target, plan.bytes)?;
        let tags = if options.recipe { self.tags(&gathered)? } else { None };
        let written = guarded_film(|| match plan.route {
            ExportRoute::Join => media::join(&gathered.parts, target, tags.as_ref(), step),
            ExportRoute::Reencode => media::reencode(&gathered.parts, target, plan.size, plan.fps, tags.as_ref(), step),
        });
        written.map_err(|error| unwritten(&gathered.clips, target, error))?;
        Ok(plan)
    }

    /// The clips of a film with their files, and how much is shown of each.
    fn gather(self, film: &SavedFilm, skip_repeated: bool) -> Result<Gathered, EngineError> {
        let clips = path_clips(self.library, film)?;
        let Some(first) = clips.first() else { return Err(LibraryError::NoSuchFilm(film.id.clone()).into()) };
        let title = film.name.clone().unwrap_or_else(|| clip_title(first.name.as_deref(), &first.request.prompt));
        let problems: Vec<ExportProblem> = clips.iter().filter_map(|clip| self.problem(clip)).collect();
        let places = self.library.places();
        let mut parts: Vec<media::Part> = Vec::new();
        for (at, clip) in clips.iter().enumerate() {
            let shown = shown_of(clip, clips.get(at + 1));
            let before = at.checked_sub(1).and_then(|before| Some((clips.get(before)?, parts.get(before)?)));
            let skip_first = problems.is_empty()
                && skip_repeated
                && before.is_some_and(|(before, part)| self.repeats(before, part.frames, clip));
            parts.push(media::Part {
                path: places.clip_file(clip),
                frames: (shown < clip.media.frames).then_some(shown),
                skip_first,
                title: chapter(at, clip),
            });
        }
        Ok(Gathered { film: film.clone(), title, clips, parts, problems })
    }

    /// What keeps a clip from leaving.
    fn problem(self, clip: &Clip) -> Option<ExportProblem> {
        let id = clip.id.clone();
        if clip.trashed_at.is_some() {
            return Some(ExportProblem::Trashed { clip: id });
        }
        let file = self.library.places().clip_file(clip);
        if file.is_file() {
            return None;
        }
        // It may only have another name by now.
        let found = self.keeps && self.library.look_for(&clip.id).is_ok() && file.is_file();
        (!found).then_some(ExportProblem::Missing { clip: id })
    }

    /// Whether a clip that continues another begins with the frame that is shown last of that.
    fn repeats(self, before: &Clip, shown: Option<u32>, clip: &Clip) -> bool {
        if SeamKind::between(before, clip) != SeamKind::Continues {
            return false;
        }
        let last = shown.unwrap_or(before.media.frames).saturating_sub(1);
        match seam_between(self.library, before, last, clip, self.keeps) {
            Ok(measure) => measure.kind == SeamVerdict::Repeated,
            // What cannot be read is said by the plan.
            Err(error) => {
                tracing::debug!(clip = %clip.id, %error, "a seam could not be measured");
                false
            }
        }
    }

    /// The recipe of a film. One that is too long for a tag is left out.
    fn tags(self, gathered: &Gathered) -> Result<Option<media::Tags>, EngineError> {
        let shots = gathered.clips.iter().map(|clip| copies::shared(self.library, clip));
        let recipe = FilmRecipe::of(gathered.film.name.clone(), shots.collect::<Result<_, _>>()?);
        let tags = recipe.tags(&gathered.title).map_err(LibraryError::from)?;
        if tags.is_none() {
            tracing::warn!(film = %gathered.film.id, "the recipe of a film is too long to be carried");
        }
        Ok(tags)
    }

    /// Nothing of the library is replaced, and nothing is put between its files.
    fn must_be_outside(self, target: &Path) -> Result<(), EngineError> {
        let target = std::path::absolute(target).map_err(|source| LibraryError::io(target, source))?;
        let folder = target.parent().unwrap_or(&target);
        let own = self.library.known_folders()?;
        let places = self.library.places();
        let own = own.into_iter().chain([places.clips.clone(), places.images(), places.rehearsal()]);
        let folder = folder.canonicalize().map_err(|source| LibraryError::io(folder, source))?;
        let within = own.filter_map(|own| own.canonicalize().ok()).any(|own| folder.starts_with(own));
        let replaced = copies::in_library(&places, &places.database(), &target);
        if within || replaced { Err(EngineError::TargetInLibrary) } else { Ok(()) }
    }
}

/// What a chapter is called.
fn chapter(at: usize, clip: &Clip) -> String {
    let title = clip_title(clip.name.as_deref(), &clip.request.prompt);
    if title.is_empty() { format!("Shot {}", at + 1) } else { title }
}

fn plan_of(gathered: &Gathered, options: &ExportOptions) -> ExportPlan {
    let mut problems = gathered.problems.clone();
    if problems.is_empty() {
        let known = rough(gathered, options, Vec::new());
        if is_too_large(known.frames, known.seconds) {
            return rough(gathered, options, vec![ExportProblem::TooLarge]);
        }
        match media::plan(&gathered.parts) {
            Ok(told) => return possible(&told, &gathered.clips, options),
            Err(media::PartError { part, error }) => {
                let clip = gathered.clips.get(part).map(|clip| clip.id.clone());
                problems.extend(clip.map(|clip| ExportProblem::Unreadable { clip, message: error.to_string() }));
            }
        }
    }
    rough(gathered, options, problems)
}

fn is_too_large(frames: u32, seconds: f64) -> bool {
    frames > MOST_FRAMES || seconds > MOST_SECONDS
}

/// The plan of a film that cannot be exported, from what the library knows of its clips.
fn rough(gathered: &Gathered, options: &ExportOptions, problems: Vec<ExportProblem>) -> ExportPlan {
    let shown = gathered.clips.iter().zip(&gathered.parts);
    let shown = shown.map(|(clip, part)| (clip, part.frames.unwrap_or(clip.media.frames)));
    let seconds =
        |(clip, frames): (&Clip, u32)| if clip.media.fps > 0.0 { f64::from(frames) / clip.media.fps } else { 0.0 };
    let first = gathered.clips.first().map(|clip| &clip.media);
    let size = first.map_or(PixelSize { width: 0, height: 0 }, |it| PixelSize { width: it.width, height: it.height });
    ExportPlan {
        route: ExportRoute::Reencode,
        reasons: Vec::new(),
        problems,
        possible: false,
        size: options.size.unwrap_or(size),
        fps: options.fps.or(first.map(|media| media.fps)).unwrap_or_default(),
        frames: shown.clone().map(|(_, frames)| frames).fold(0, u32::saturating_add),
        seconds: shown.map(seconds).sum(),
        bytes: None,
        audio: gathered.clips.iter().any(|clip| clip.media.audio),
    }
}

/// The plan of a film that can be exported.
fn possible(told: &media::JoinPlan, clips: &[Clip], options: &ExportOptions) -> ExportPlan {
    let mut reasons: Vec<ExportReason> = told.reasons.iter().copied().map(reason).collect();
    let size = options.size.unwrap_or(told.size);
    let fps = options.fps.unwrap_or(told.fps);
    let asked = options.reencode || size != told.size || (fps - told.fps).abs() > 0.001;
    if told.route == media::Route::Join && asked {
        reasons.push(ExportReason::Asked);
    }
    let route = if reasons.is_empty() { ExportRoute::Join } else { ExportRoute::Reencode };
    let dropped = clips.iter().zip(&told.sound.parts).filter(|(_, sound)| **sound == media::PartSound::Dropped);
    let mut problems: Vec<_> = dropped.map(|(clip, _)| ExportProblem::SoundDropped { clip: clip.id.clone() }).collect();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "as many frames as a film of that length has"
    )]
    let frames = if route == ExportRoute::Join { told.frames } else { (told.seconds * fps).round() as u32 };
    let too_large = is_too_large(frames, told.seconds);
    if too_large {
        problems.push(ExportProblem::TooLarge);
    }
    #[expect(clippy::cast_precision_loss, reason = "files are far smaller than 2^53 bytes")]
    let bytes = told.bytes.filter(|_| route == ExportRoute::Join).map(|bytes| bytes as f64);
    ExportPlan {
        route,
        reasons,
        possible: !too_large,
        problems,
        size,
        fps,
        frames,
        seconds: told.seconds,
        bytes,
        audio: told.sound.kept,
    }
}

fn reason(told: media::Reason) -> ExportReason {
    match told {
        media::Reason::OtherSize => ExportReason::OtherSize,
        media::Reason::OtherRate => ExportReason::OtherRate,
        media::Reason::OtherCodec => ExportReason::OtherCodec,
        media::Reason::Trimmed => ExportReason::Trimmed,
    }
}

/// Refuses beforehand what the disk has no room for, where both are known.
fn must_have_room(target: &Path, bytes: Option<f64>) -> Result<(), LibraryError> {
    let folder = folder_of(target);
    let free = fs4::available_space(&folder).map_err(|source| LibraryError::io(&folder, source))?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of bytes")]
    let needed = bytes.map_or(0, |bytes| bytes as u64).saturating_add(TABLES);
    if free < needed { Err(LibraryError::DiskFull) } else { Ok(()) }
}

/// A panic of a decoder is a video that cannot be read.
fn guarded_film(work: impl FnOnce() -> Result<(), media::JoinError>) -> Result<(), media::JoinError> {
    let mut ended = None;
    let guarded = guarded(|| {
        ended = Some(work());
        Ok(())
    });
    match (ended, guarded) {
        (Some(ended), _) => ended,
        (None, Err(error)) => Err(media::JoinError::Media(error)),
        (None, Ok(())) => Ok(()),
    }
}

fn unwritten(clips: &[Clip], target: &Path, error: media::JoinError) -> EngineError {
    match error {
        media::JoinError::Io(source) => LibraryError::io(target, source).into(),
        media::JoinError::Media(error) => error.into(),
        media::JoinError::Canceled => EngineError::Canceled,
        media::JoinError::OverPart => EngineError::TargetInLibrary,
        media::JoinError::Part(media::PartError { part, error }) => {
            let clip = clips.get(part).map_or_else(|| ClipId::new(""), |clip| clip.id.clone());
            EngineError::FilmPart { clip, error }
        }
        // The plan was for these very parts: a file was replaced since.
        media::JoinError::Unlike(_) | media::JoinError::Empty => LibraryError::Film(FilmProblem::NotWhole).into(),
    }
}

/// A path without its last name.
fn folder_of(target: &Path) -> PathBuf {
    target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned()
}
