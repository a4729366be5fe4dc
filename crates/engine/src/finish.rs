//! From a checked file to a clip in the library: final name, last frame, poster, recipe, row.

use std::path::Path;

use lastframe_library::crash::{self, Point};
use lastframe_library::{Completion, Library, LibraryError, Places, clip_of, file_of, place_file, write_beside};
use lastframe_media::{self as media, MediaError, RgbImage};
use lastframe_model::{Clip, ImageFormat, Job, MediaFacts};
use lastframe_provider::forget_part;

use crate::error::EngineError;
use crate::run::{Inner, blocking};
use crate::whole::{self, guarded};

/// A whole, checked video.
pub(crate) struct Video {
    /// Of the file.
    pub(crate) sha256: String,
    /// Whether it has its final name already; otherwise it is in the part.
    pub(crate) placed: bool,
    /// What it says about itself, or what was asked for if it cannot be read here.
    pub(crate) facts: MediaFacts,
}

impl Inner {
    /// Enters the clip, under these `places`. `picture` is the last frame as the service sent it.
    pub(crate) async fn finish(
        &self,
        job: &Job,
        places: &Places,
        completion: Completion,
        video: Video,
        picture: Option<Vec<u8>>,
    ) -> Result<(), EngineError> {
        let (library, job, places, now) = (self.library.clone(), job.clone(), places.clone(), self.clock.now());
        let (job, clip) =
            blocking(move || enter(&library, &job, &places, &completion, video, picture.as_deref(), now)).await??;
        // The clip first: whoever hears that the job is done has its clip already.
        self.tell_clip(clip);
        self.tell_job(&job);
        Ok(())
    }
}

fn enter(
    library: &Library,
    job: &Job,
    places: &Places,
    completion: &Completion,
    video: Video,
    picture: Option<&[u8]>,
    now: jiff::Timestamp,
) -> Result<(Job, Clip), EngineError> {
    let id = clip_of(&job.id);
    let relative = file_of(&id, job.created_at);
    let file = places.clips.join(&relative);
    if !video.placed {
        crash::reached(Point::PartWhole);
        // The drive may have been taken off since the download began, and another part begun in its place.
        if library.is_away(&places.clips)? {
            return Err(LibraryError::FolderGone(places.clips.clone()).into());
        }
        place_file(&places.part_file(&id), &file)?;
        crash::reached(Point::FilePlaced);
    }
    let picture = picture.filter(|bytes| is_frame_of(bytes, &video.facts));
    // The database gives every job that has gone so far a task.
    let task_id = job.task_id.clone().ok_or(EngineError::Interrupted)?;
    let clip = Clip {
        id,
        job: job.id.clone(),
        request: job.request.clone(),
        provider: job.provider.clone(),
        task_id,
        media: video.facts,
        estimate: job.estimate,
        billed: completion.billed.clone(),
        sha256: video.sha256,
        file: relative,
        last_frame_from_service: picture.is_some(),
        created_at: job.created_at,
        submitted_at: job.submitted_at,
        completed_at: completion.completed_at,
        finished_at: now,
        name: None,
        note: String::new(),
        starred: false,
        tags: Vec::new(),
        trashed_at: None,
        missing: false,
    };
    let first = if let Some(bytes) = picture {
        write_beside(&places.last_frame_file(&clip), bytes)?;
        guarded(|| media::frame_at(&file, 0))
    } else {
        let (first, last) = whole::ends(&file);
        write_picture(&file, "last frame", last, media::encode_png, &places.last_frame_file(&clip))?;
        first
    };
    crash::reached(Point::LastFrameWritten);
    write_picture(&file, "poster", first, media::encode_poster, &places.poster_file(&clip))?;
    crash::reached(Point::PosterWritten);
    forget_parts(library, places, &clip)?;
    Ok(library.finish_job(places, &clip, &completion.reply)?)
}

/// Removes what was fetched on the way, wherever it was fetched to. What cannot be removed does no harm.
fn forget_parts(library: &Library, places: &Places, clip: &Clip) -> Result<(), LibraryError> {
    let known = library.known_folders()?.into_iter().filter(|folder| *folder != places.clips);
    for clips in known.chain([places.clips.clone()]) {
        let places = Places { clips, home: places.home.clone() };
        for part in [places.part_file(&clip.id), places.last_frame_part_file(&clip.id)] {
            if let Err(error) = forget_part(&part) {
                tracing::debug!(part = %part.display(), %error, "a part could not be removed");
            }
        }
    }
    Ok(())
}

/// Whether these bytes are a PNG of the video's size.
fn is_frame_of(bytes: &[u8], facts: &MediaFacts) -> bool {
    match guarded(|| media::picture_facts(bytes)) {
        Ok(picture) => {
            let fits =
                picture.format == ImageFormat::Png && (picture.width, picture.height) == (facts.width, facts.height);
            if !fits {
                tracing::warn!(?picture, "the service's last frame is not one of its video; the file's is used");
            }
            fits
        }
        Err(error) => {
            tracing::warn!(%error, "the service's last frame is no picture; the file's is used");
            false
        }
    }
}

/// Writes a picture taken from the video. A video that plays but cannot be decoded here is a clip all the same:
/// it was paid for.
fn write_picture(
    file: &Path,
    what: &str,
    frame: Result<RgbImage, MediaError>,
    encode: impl FnOnce(&RgbImage) -> Result<Vec<u8>, MediaError>,
    target: &Path,
) -> Result<(), LibraryError> {
    match frame.and_then(|picture| guarded(|| encode(&picture))) {
        Ok(bytes) => write_beside(target, &bytes),
        Err(error) => {
            tracing::warn!(file = %file.display(), %error, what, "the video has no picture that can be read here");
            Ok(())
        }
    }
}
