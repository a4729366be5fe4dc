//! One file: whether it can be a clip, and everything that its clip needs, made ready out of sight.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use lastframe_library::{Imported, LibraryError, Places, clip_of, copy_hashed, file_of};
use lastframe_media::{self as media, MediaError, RgbImage};
use lastframe_model::gallery::cut_name;
use lastframe_model::{
    Billed, Clip, ClipId, Estimate, ImportProblem, Length, MediaFacts, ModelId, PixelSize, Provider, Request,
    Resolution, TaskId,
};

use crate::film_recipe::{self, ToldFilm};
use crate::run::Inner;
use crate::shared::{self, Believed};
use crate::whole::{self, guarded};

/// Most bytes of a recipe beside a video that is looked at.
const RECIPE: u64 = 8 << 20;
/// The model of a video that does not say who made it. No service has one of this name.
const UNKNOWN: &str = "unknown";
/// Frames a second of a video that does not say.
const FPS: f64 = 24.0;

/// Why a file is not taken.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) problem: ImportProblem,
    pub(super) message: String,
}

/// What a file is.
pub(super) enum Taken {
    /// Of a clip that is here.
    Known(ClipId),
    /// A new clip.
    New(Box<Prepared>),
    /// A film of clips that may all be here. Nothing was made ready.
    Film(ToldFilm),
}

/// A clip whose files are whole and on the disk, under names for the time being.
pub(super) struct Prepared {
    pub(super) clip: Clip,
    pub(super) imported: Imported,
    /// From where to where its files go.
    pub(super) moves: Vec<(PathBuf, PathBuf)>,
}

impl Refusal {
    pub(super) fn of_library(error: &LibraryError) -> Self {
        let problem = match error {
            LibraryError::DiskFull => ImportProblem::DiskFull,
            LibraryError::FolderGone(_) => ImportProblem::FolderGone,
            LibraryError::Io { .. } => ImportProblem::FolderUnwritable,
            _ => ImportProblem::Library,
        };
        Self { problem, message: error.to_string() }
    }

    fn unread(error: &io::Error) -> Self {
        let problem = match error.kind() {
            io::ErrorKind::NotFound => ImportProblem::Missing,
            _ => ImportProblem::Unreadable,
        };
        Self { problem, message: error.to_string() }
    }

    fn no_video(error: MediaError) -> Self {
        match error {
            MediaError::Io(error) => Self::unread(&error),
            MediaError::Truncated { .. } => Self { problem: ImportProblem::Truncated, message: error.to_string() },
            error => Self { problem: ImportProblem::NotAVideo, message: error.to_string() },
        }
    }
}

/// The clips folder could not be written.
pub(super) fn unwritable(path: &Path, error: io::Error) -> Refusal {
    Refusal::of_library(&LibraryError::io(path, error))
}

/// Looks at a file, and makes a clip of it ready unless it is a film that this program has joined.
pub(super) fn take(inner: &Inner, places: &Places, file: &Path) -> Result<Taken, Refusal> {
    if let Some(film) = film_inside(file) {
        return Ok(Taken::Film(film));
    }
    take_clip(inner, places, file)
}

/// Makes a clip of a file ready, whatever it is.
pub(super) fn take_clip(inner: &Inner, places: &Places, file: &Path) -> Result<Taken, Refusal> {
    let before = fs::metadata(file).map_err(|error| Refusal::unread(&error))?;
    if !before.is_file() {
        return Err(Refusal { problem: ImportProblem::NotAFile, message: "It is not a file.".to_owned() });
    }
    let facts = facts(file)?;
    let told = inside(inner, file);
    if let Some(clip) = told.as_ref().and_then(|told| copy_of(inner, told, &facts)) {
        return Ok(known(inner, file, clip));
    }
    let id = inner.ids.job(inner.clock.now());
    let clip = clip_of(&id);
    let part = places.staging().join(format!("{clip}.mp4.part"));
    let made = prepare(inner, places, file, &before, Ready { id: clip, job: id, facts, told, part: part.clone() });
    if !matches!(made, Ok(Taken::New(_))) {
        let _ = fs::remove_file(&part); // it may never have been made
    }
    made
}

/// What is needed to make one clip.
struct Ready {
    id: ClipId,
    job: lastframe_model::JobId,
    facts: MediaFacts,
    told: Option<Believed>,
    part: PathBuf,
}

fn prepare(inner: &Inner, places: &Places, file: &Path, before: &fs::Metadata, ready: Ready) -> Result<Taken, Refusal> {
    let Ready { id, job, mut facts, told, part } = ready;
    let (sha256, bytes) = copy_hashed(file, &part).map_err(|error| copying(file, &error))?;
    let after = fs::metadata(file).map_err(|error| Refusal::unread(&error))?;
    if bytes != before.len() || after.len() != before.len() || after.modified().ok() != before.modified().ok() {
        return Err(Refusal { problem: ImportProblem::Changing, message: "It changed while it was read.".to_owned() });
    }
    if let Some(clip) = clip_of_bytes(inner, &sha256)? {
        return Ok(known(inner, file, clip));
    }
    // Of what lies beside a file, only what was written for that very file is believed.
    let told = told.or_else(|| beside(inner, file).filter(|told| told.sha256.as_deref() == Some(&sha256)));
    #[expect(clippy::cast_precision_loss, reason = "files are far smaller than 2^53 bytes")]
    let size = bytes as f64;
    facts.bytes = size;
    let now = inner.clock.now();
    let created_at = created(told.as_ref().and_then(|told| told.created_at), before, now);
    let relative = file_of(&id, created_at);
    let target = places.clips.join(&relative);
    let mut moves = vec![(part.clone(), target.clone())];
    let poster = part.with_extension("poster");
    // Others may go on from what carries a recipe, and are joined to it at the end of the import. Of anybody else's video it
    // costs more than all the rest, and is drawn behind.
    let (first_frame, last_frame) = match told {
        Some(_) => {
            let (first, last) = whole::ends(&part);
            (first, Some(last))
        }
        None => (guarded(|| media::frame_at(&part, 0)), None),
    };
    if picture("poster", first_frame, media::encode_poster, &poster)? {
        moves.push((poster, target.with_extension("poster.webp")));
    }
    let last = part.with_extension("last");
    if let Some(last_frame) = last_frame
        && picture("last frame", last_frame, media::encode_png, &last)?
    {
        moves.push((last, target.with_extension("last.png")));
    }
    let file_name = file.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut imported = Imported { file_name: file_name.clone(), ..Imported::default() };
    let request = match told {
        Some(told) => {
            imported.original_sha256 = told.sha256.filter(|sum| *sum != sha256);
            imported.continues_sha256 = told.continues_sha256;
            imported.continues_frame = told.continues_frame;
            told.request
        }
        None => unknown(&facts),
    };
    let name = request.prompt.trim().is_empty().then(|| cut_name(&file_name)).filter(|name| !name.is_empty());
    let clip = Clip {
        task_id: TaskId::new(id.as_str()),
        id,
        job,
        estimate: estimate(&facts),
        request,
        provider: Provider::Imported,
        media: facts,
        billed: Billed::default(),
        sha256,
        file: relative,
        last_frame_from_service: false,
        created_at,
        submitted_at: None,
        completed_at: None,
        finished_at: now,
        name,
        note: String::new(),
        starred: false,
        tags: Vec::new(),
        trashed_at: None,
        missing: false,
    };
    Ok(Taken::New(Box::new(Prepared { clip, imported, moves })))
}

/// A file whose clip is here. If the clip's own file is gone, this one takes its place: the bytes are the same.
fn known(inner: &Inner, file: &Path, clip: Clip) -> Taken {
    if !inner.library.places().clip_file(&clip).is_file()
        && let Ok(clip) = inner.library.restore_file(&clip.id, file)
    {
        inner.tell_clip(clip);
    }
    Taken::Known(clip.id)
}

/// What a video says about itself; what its header names, if its pictures are of a kind that cannot be read here.
fn facts(file: &Path) -> Result<MediaFacts, Refusal> {
    let error = match whole::facts(file) {
        Ok(facts) if facts.width > 0 && facts.height > 0 && facts.frames > 0 => return Ok(facts),
        Ok(_) => MediaError::Unsupported { what: "A video without a size".to_owned() },
        // A file that says how long it is, and is not, is of no use to anybody.
        Err(error @ (MediaError::Truncated { .. } | MediaError::Io(_))) => return Err(Refusal::no_video(error)),
        Err(error) => error,
    };
    let Ok(Some(bytes)) = whole::whole_container(file) else { return Err(Refusal::no_video(error)) };
    let outline = guarded(|| media::outline(file)).unwrap_or_default();
    if outline.width == 0 || outline.height == 0 {
        return Err(Refusal::no_video(error)); // sound alone, or pictures that are no video
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds of a header are below 10⁷")]
    let frames = ((outline.seconds * FPS).round() as u32).max(1);
    #[expect(clippy::cast_precision_loss, reason = "files are far smaller than 2^53 bytes")]
    let bytes = bytes as f64;
    let (width, height, seconds) = (outline.width, outline.height, outline.seconds);
    Ok(MediaFacts { width, height, frames, fps: FPS, seconds, audio: false, bytes })
}

/// The path in the recipe of a film that a file carries.
fn film_inside(file: &Path) -> Option<ToldFilm> {
    fs::metadata(file).ok().filter(fs::Metadata::is_file)?;
    film_recipe::read(&guarded(|| media::read_recipe(&mut File::open(file)?)).ok()??)
}

/// The recipe that a file carries.
fn inside(inner: &Inner, file: &Path) -> Option<Believed> {
    let recipe = guarded(|| media::read_recipe(&mut File::open(file)?)).ok()??;
    shared::read_all(recipe.as_bytes(), &inner.library)
}

/// The recipe that stands beside a file of a library.
fn beside(inner: &Inner, file: &Path) -> Option<Believed> {
    let path = file.with_extension("json");
    if !fs::symlink_metadata(&path).is_ok_and(|facts| facts.is_file() && facts.len() <= RECIPE) {
        return None;
    }
    let mut json = Vec::new();
    File::open(path).ok()?.take(RECIPE).read_to_end(&mut json).ok()?;
    shared::read_all(&json, &inner.library)
}

/// The clip that a file says it is a copy of, if its pictures have the size and number of that clip's: what was cut
/// shorter since is another video, though an editor may have kept the recipe.
fn copy_of(inner: &Inner, told: &Believed, facts: &MediaFacts) -> Option<Clip> {
    let clip = inner.library.clip_of_bytes(&[told.sha256.as_deref()?]).ok()??;
    let shape = |facts: &MediaFacts| (facts.width, facts.height, facts.frames);
    (shape(&clip.media) == shape(facts)).then_some(clip)
}

fn clip_of_bytes(inner: &Inner, sha256: &str) -> Result<Option<Clip>, Refusal> {
    inner.library.clip_of_bytes(&[sha256]).map_err(|error| Refusal::of_library(&error))
}

/// An error of copying, by whose fault it is.
fn copying(file: &Path, error: &LibraryError) -> Refusal {
    match error {
        LibraryError::Io { path, source } if path == file => Refusal::unread(source),
        error => Refusal::of_library(error),
    }
}

/// When a clip was made: as its recipe says, else when its file was last written; never in the future.
fn created(told: Option<Timestamp>, file: &fs::Metadata, now: Timestamp) -> Timestamp {
    let written = || Timestamp::try_from(file.modified().ok()?).ok();
    let believable = |time: &Timestamp| *time > Timestamp::UNIX_EPOCH && *time <= now;
    told.filter(believable).or_else(|| written().filter(believable)).unwrap_or(now)
}

/// The request of a video that says nothing: its shape, a model that nobody knows, and no words.
fn unknown(facts: &MediaFacts) -> Request {
    let short = facts.width.min(facts.height);
    let resolution = match short {
        0..=560 => Resolution::P480,
        561..=900 => Resolution::P720,
        _ => Resolution::P1080,
    };
    Request {
        model: ModelId::new(UNKNOWN),
        ratio: PixelSize::nearest_ratio(facts.width, facts.height),
        resolution,
        length: Length::nearest_frames(facts.seconds),
        ..Request::default()
    }
}

/// Nothing was expected and nothing is owed.
fn estimate(facts: &MediaFacts) -> Estimate {
    let size = PixelSize { width: facts.width, height: facts.height };
    Estimate { size, frames: facts.frames, seconds: facts.seconds, tokens: 0.0, cost: None }
}

/// Writes a picture taken from the video and brings it to the disk. Whether there is one.
fn picture(
    what: &str,
    frame: Result<RgbImage, MediaError>,
    encode: impl FnOnce(&RgbImage) -> Result<Vec<u8>, MediaError>,
    target: &Path,
) -> Result<bool, Refusal> {
    let bytes = match frame.and_then(|picture| guarded(|| encode(&picture))) {
        Ok(bytes) => bytes,
        Err(error) => {
            tracing::info!(%error, what, "a video that was brought in has no picture that can be read here");
            return Ok(false);
        }
    };
    let write = || {
        let mut file = File::create(target)?;
        io::Write::write_all(&mut file, &bytes)?;
        file.sync_all()
    };
    write().map_err(|error| unwritable(target, error))?;
    Ok(true)
}
