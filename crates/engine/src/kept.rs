//! Videos that lie on the disk already: placed by a run that ended before the row was written, or whole in their part.
//!
//! They were paid for. Whatever the service says of their tasks meanwhile, they become clips.

use std::path::{Path, PathBuf};

use lastframe_library::{Completion, Library, LibraryError, Places, clip_of, file_of};
use lastframe_model::{Billed, Failure, Job, JobState, Wait, WaitReason};
use lastframe_provider::whole_part;

use crate::error::EngineError;
use crate::finish::Video;
use crate::run::{Inner, blocking};
use crate::storage::is_about_storage;
use crate::whole;

/// A video that lies in a folder of clips.
pub(crate) struct Kept {
    /// The library's, with the folder that it lies in as the clips folder.
    pub(crate) places: Places,
    pub(crate) video: Video,
}

impl Inner {
    /// The job's video, if it lies whole in the clips folder or in any that was used before.
    pub(crate) async fn kept(&self, job: &Job, completion: Option<&Completion>) -> Result<Option<Kept>, EngineError> {
        let said = completion.and_then(|completion| lastframe_provider::video_bytes(&completion.reply));
        let (library, job) = (self.library.clone(), job.clone());
        blocking(move || {
            let Places { home, clips } = library.places();
            let mut folders = vec![clips.clone()];
            folders.extend(library.known_folders()?.into_iter().filter(|folder| *folder != clips));
            let in_folder = |clips: PathBuf| Places { clips, home: home.clone() };
            let placed = folders.iter().cloned().map(in_folder).find_map(|places| placed(places, &job));
            Ok(placed
                .or_else(|| folders.into_iter().map(in_folder).find_map(|places| whole_in_part(places, &job, said))))
        })
        .await?
    }

    /// Makes a clip of a job that is to end without one, if its video lies here. Whether it did.
    ///
    /// # Errors
    /// What kept it from becoming one, e.g. a full disk: then the job must not end either.
    pub(crate) async fn save(&self, job: &Job, failure: &Failure) -> Result<bool, EngineError> {
        let stored = self.completion(job).await?;
        let Some(kept) = self.kept(job, stored.as_ref()).await? else { return Ok(false) };
        tracing::warn!(job = %job.id, message = failure.message, "the service gave a task up whose video is here; it is kept");
        let completion = stored.unwrap_or_else(|| Completion {
            billed: Billed::default(),
            reply: failure.reply.clone().unwrap_or_else(|| "{}".to_owned()),
            completed_at: None,
        });
        let mut job = job.clone();
        if job.state == JobState::Running {
            let (id, completion) = (job.id.clone(), completion.clone());
            job = self.record(move |library| library.complete_job(&id, &completion)).await?;
        }
        let picture = self.picture(&kept.places, None, &job).await;
        let elsewhere = kept.places.clips != self.library.places().clips;
        match self.finish(&job, &kept.places, completion, kept.video, picture).await {
            Ok(()) => Ok(true),
            Err(EngineError::Library(error)) if elsewhere && is_about_storage(&error) => {
                // About that folder alone: downloads into the folder in use go on.
                let message = format!("{} cannot be written: {error}", kept.places.clips.display());
                self.say(&job, Wait::new(WaitReason::FolderGone, message)).await?;
                Err(EngineError::Interrupted)
            }
            Err(error) => Err(error),
        }
    }

    /// What the service said when the job's task was completed.
    pub(crate) async fn completion(&self, job: &Job) -> Result<Option<Completion>, EngineError> {
        let id = job.id.clone();
        self.with_library(move |library: &Library| library.completion(&id)).await
    }
}

/// A file under its final name was checked before it got that name; it is looked at again all the same.
fn placed(places: Places, job: &Job) -> Option<Kept> {
    let file = places.clips.join(file_of(&clip_of(&job.id), job.created_at));
    let facts = looked_at(&file, job)?;
    match lastframe_library::sha256_of(&file) {
        Ok(sha256) => Some(Kept { places, video: Video { sha256, placed: true, facts } }),
        Err(error) => unreadable(&error),
    }
}

fn looked_at(file: &Path, job: &Job) -> Option<lastframe_model::MediaFacts> {
    if !file.is_file() {
        return None;
    }
    match whole::facts_or_request(file, &job.request) {
        Ok(facts) => Some(facts),
        Err(error) => {
            tracing::warn!(job = %job.id, %error, "what lies under a clip's name is no video; it is fetched");
            None
        }
    }
}

fn unreadable(error: &LibraryError) -> Option<Kept> {
    tracing::warn!(%error, "a video that lies in a folder of clips cannot be read");
    None
}

/// Only what can be read here and is as long as the service said: anything else in a part still has to prove itself.
fn whole_in_part(places: Places, job: &Job, said: Option<u64>) -> Option<Kept> {
    let part = places.part_file(&clip_of(&job.id));
    let arrived = whole_part(&part)?;
    if said.is_some_and(|said| said != arrived.bytes) {
        return None;
    }
    let facts = whole::facts(&part).ok()?;
    Some(Kept { places, video: Video { sha256: arrived.sha256, placed: false, facts } })
}
