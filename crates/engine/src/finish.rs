//! From a checked file to a clip in the library: final name, last frame, poster, recipe, row.

use std::path::Path;

use lastframe_library::{Library, LibraryError, Places, clip_of, file_of, place_file, write_file};
use lastframe_media as media;
use lastframe_model::{Clip, Event, ImageFormat, Job, MediaFacts};
use lastframe_provider::Task;

use crate::download::Video;
use crate::error::EngineError;
use crate::run::{Inner, blocking};

impl Inner {
    /// Enters the clip. `picture` is the last frame as the service sent it.
    pub(crate) async fn finish(
        &self,
        job: &Job,
        places: &Places,
        task: Task,
        video: Video,
        picture: Option<Vec<u8>>,
    ) -> Result<(), EngineError> {
        let (library, job, places, now) = (self.library.clone(), job.clone(), places.clone(), self.clock.now());
        let (job, clip) =
            blocking(move || enter(&library, &job, &places, &task, video, picture.as_deref(), now)).await??;
        // The clip first: whoever hears that the job is done has its clip already.
        (self.events)(Event::Clip(clip));
        self.tell_job(&job);
        Ok(())
    }
}

fn enter(
    library: &Library,
    job: &Job,
    places: &Places,
    task: &Task,
    video: Video,
    picture: Option<&[u8]>,
    now: jiff::Timestamp,
) -> Result<(Job, Clip), EngineError> {
    let id = clip_of(&job.id);
    let relative = file_of(&id, job.created_at);
    let file = places.clips.join(&relative);
    if !video.placed {
        place_file(&places.part_file(&id), &file)?;
    }
    let facts = media::probe(&file)?;
    let picture = picture.filter(|bytes| is_frame_of(bytes, &facts));
    let clip = Clip {
        id,
        job: job.id.clone(),
        request: job.request.clone(),
        provider: job.provider.clone(),
        task_id: task.id.clone(),
        media: facts,
        estimate: job.estimate,
        billed: task.billed.clone(),
        sha256: video.sha256,
        file: relative,
        last_frame_from_service: picture.is_some(),
        created_at: job.created_at,
        submitted_at: job.submitted_at,
        finished_at: now,
    };
    match picture {
        Some(bytes) => write_file(&places.last_frame_file(&clip), bytes)?,
        None => decoded(&file, "last frame", media::last_frame, media::encode_png, &places.last_frame_file(&clip))?,
    }
    decoded(&file, "poster", |path| media::frame_at(path, 0), media::encode_poster, &places.poster_file(&clip))?;
    Ok(library.finish_job(places, &clip, &task.reply)?)
}

/// Whether these bytes are a PNG of the video's size.
fn is_frame_of(bytes: &[u8], facts: &MediaFacts) -> bool {
    match media::picture_facts(bytes) {
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
fn decoded<P>(
    file: &Path,
    what: &str,
    frame: impl FnOnce(&Path) -> Result<P, media::MediaError>,
    encode: impl FnOnce(&P) -> Result<Vec<u8>, media::MediaError>,
    target: &Path,
) -> Result<(), LibraryError> {
    match frame(file).and_then(|picture| encode(&picture)) {
        Ok(bytes) => write_file(target, &bytes),
        Err(error) => {
            tracing::warn!(file = %file.display(), %error, what, "the video has no picture that can be read here");
            Ok(())
        }
    }
}
