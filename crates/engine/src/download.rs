//! Fetching a completed task's video into the clips folder, for as long as it takes.
//!
//! The service has been paid by now: nothing here ends a job but the service's word that the task is gone.
//! A full disk, a missing folder, an expired link, a broken connection or a file that is no video is said on
//! the job, and tried again.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use lastframe_library::{Places, clip_of, file_of};
use lastframe_media::MediaError;
use lastframe_model::{Job, JobState, Wait, WaitReason};
use lastframe_provider::{Client, DownloadError, Link, Task, TaskStatus};

use crate::backoff;
use crate::error::EngineError;
use crate::follow;
use crate::run::{Course, Inner, Step, blocking};

/// No clip of 12 seconds comes near this; a host that never stops sending does.
const LARGEST_VIDEO: u64 = 4 * 1024 * 1024 * 1024;
/// A PNG of the largest size is about 10 MB.
const LARGEST_PICTURE: u64 = 64 * 1024 * 1024;
/// Between two snapshots of a download.
const PROGRESS: Duration = Duration::from_millis(500);
/// Longest wait after a failure that passes.
const LONGEST_WAIT: Duration = Duration::from_mins(1);
/// Longest wait after something arrived that was no video.
const LONGEST_BAD: Duration = Duration::from_mins(10);

/// A whole, checked video.
pub(crate) struct Video {
    /// Of the file.
    pub(crate) sha256: String,
    /// Whether it has its final name already; otherwise it is in the part.
    pub(crate) placed: bool,
}

/// How an attempt to fetch something ended.
enum Brought {
    /// It is there.
    Whole(Video),
    /// It is not.
    Not(Step),
}

impl Inner {
    pub(crate) async fn fetch(&self, job: &Job, course: &mut Course) -> Result<Step, EngineError> {
        let task = match course.task.take() {
            Some(task) => task,
            None => match self.ask(job, course).await? {
                Ok(task) => task,
                Err(step) => return Ok(step),
            },
        };
        let link = match (task.status, &task.video) {
            (TaskStatus::Completed, Some(link)) => link.clone(),
            (TaskStatus::Failed, _) => {
                self.end(job, JobState::Downloading, follow::reason(task)).await?;
                return Ok(Step::End);
            }
            (TaskStatus::Completed | TaskStatus::InProgress, _) => {
                // It took its word back. Followed as before.
                let id = job.id.clone();
                self.record(move |l| l.move_job(&id, JobState::Downloading, JobState::Running, |_| {})).await?;
                return Ok(Step::Wait(backoff::pace(job, self.clock.now())));
            }
        };
        // One set of places for the whole attempt, whatever the person chooses meanwhile.
        let places = self.library.places();
        if let Some(wait) = folder_gone(&places) {
            return self.later(job, course, wait, LONGEST_WAIT).await;
        }
        let Some(access) = self.services.access(&job.provider) else { return Ok(Step::Again) };
        let clip = clip_of(&job.id);
        let (part, file) = (places.part_file(&clip), places.clips.join(file_of(&clip, job.created_at)));
        let video = match self.bring(job, course, &access.client, &link, &part, &file).await? {
            Brought::Whole(video) => video,
            Brought::Not(step) => return Ok(step),
        };
        let picture = self.picture(&places, &access.client, &task, job).await;
        match self.finish(job, &places, task, video, picture).await {
            Ok(()) => Ok(Step::End),
            Err(EngineError::Library(error)) if error.may_pass() => {
                let wait =
                    storage(&places, &error.to_string(), matches!(error, lastframe_library::LibraryError::DiskFull));
                self.later(job, course, wait, LONGEST_WAIT).await
            }
            Err(error) => Err(error),
        }
    }

    /// The video, complete and checked: in its final place already, or whole in the part.
    async fn bring(
        &self,
        job: &Job,
        course: &mut Course,
        client: &Client,
        link: &Link,
        part: &Path,
        file: &Path,
    ) -> Result<Brought, EngineError> {
        let target = file.to_owned();
        let hash = move || lastframe_media::probe(&target).is_ok().then(|| lastframe_library::sha256_of(&target));
        if let Some(sha256) = blocking(hash).await? {
            // By a run that ended before the row was written.
            return Ok(Brought::Whole(Video { sha256: sha256?, placed: true }));
        }
        let places = self.library.places();
        let before = length(part).await;
        let Some(outcome) = self.download(job, course, client, link, part).await? else {
            return Ok(Brought::Not(Step::End));
        };
        if length(part).await > before {
            course.fetches = 0;
        }
        let wait = |reason, message| Wait::new(reason, message);
        let (wait, most) = match outcome {
            Ok(arrived) => {
                let checked = part.to_owned();
                match blocking(move || lastframe_media::probe(&checked)).await? {
                    Ok(_) => return Ok(Brought::Whole(Video { sha256: arrived.sha256, placed: false })),
                    Err(MediaError::Io(error)) => (storage(&places, &error.to_string(), false), LONGEST_WAIT),
                    Err(error) => {
                        tracing::warn!(job = %job.id, %error, bytes = arrived.bytes, "what arrived is no video");
                        discard(part).await?;
                        (wait(WaitReason::BadDownload, error.to_string()), LONGEST_BAD)
                    }
                }
            }
            Err(DownloadError::LinkExpired { .. }) if course.fetches == 0 => {
                // The next step asks for a fresh one.
                course.fetches = 1;
                return Ok(Brought::Not(Step::Again));
            }
            Err(error @ DownloadError::LinkExpired { .. }) => {
                (wait(WaitReason::ServiceTrouble, error.to_string()), LONGEST_WAIT)
            }
            Err(DownloadError::DiskFull) => (storage(&places, "The disk is full.", true), LONGEST_WAIT),
            Err(DownloadError::Storage(error)) => (storage(&places, &error.to_string(), false), LONGEST_WAIT),
            Err(DownloadError::Offline { message }) => (wait(WaitReason::Offline, message), LONGEST_WAIT),
            Err(DownloadError::Trouble { message }) => (wait(WaitReason::ServiceTrouble, message), LONGEST_WAIT),
            Err(
                error @ (DownloadError::NotAVideo { .. }
                | DownloadError::TooLarge { .. }
                | DownloadError::Forbidden { .. }),
            ) => (wait(WaitReason::BadDownload, error.to_string()), LONGEST_BAD),
        };
        self.later(job, course, wait, most).await.map(Brought::Not)
    }

    /// Downloads into the part, telling progress. `None` if the lane is to end.
    async fn download(
        &self,
        job: &Job,
        course: &Course,
        client: &Client,
        link: &Link,
        part: &Path,
    ) -> Result<Option<Result<lastframe_provider::Downloaded, DownloadError>>, EngineError> {
        let (received, total) = (AtomicU64::new(0), AtomicU64::new(0));
        let download = client.download(link, part, LARGEST_VIDEO, |bytes, of| {
            received.store(bytes, Ordering::Relaxed);
            total.store(of.unwrap_or(0), Ordering::Relaxed);
        });
        tokio::pin!(download);
        let mut shown = job.clone();
        loop {
            tokio::select! {
                outcome = &mut download => return Ok(Some(outcome)),
                () = self.clock.sleep(PROGRESS) => {
                    let progress = share(received.load(Ordering::Relaxed), total.load(Ordering::Relaxed));
                    self.note_progress(&shown, progress).await?;
                    (shown.progress, shown.wait) = (progress, None);
                }
                () = course.stop.cancelled() => return Ok(None),
            }
        }
    }

    /// The last frame that the service made, if it made one and it can be had. It is never worth a wait: the
    /// file holds the same frame.
    async fn picture(&self, places: &Places, client: &Client, task: &Task, job: &Job) -> Option<Vec<u8>> {
        let link = task.last_frame.as_ref()?;
        let part = places.last_frame_part_file(&clip_of(&job.id));
        let brought = match client.download(link, &part, LARGEST_PICTURE, |_, _| {}).await {
            Ok(_) => tokio::fs::read(&part).await.map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        if let Err(error) = discard(&part).await {
            tracing::debug!(%error, "the part of a last frame could not be removed");
        }
        match brought {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                tracing::warn!(job = %job.id, error, "the service's last frame cannot be had; the file's is used");
                None
            }
        }
    }

    /// Says why the job has to wait, and for how long.
    async fn later(&self, job: &Job, course: &mut Course, wait: Wait, most: Duration) -> Result<Step, EngineError> {
        let failures = if wait.reason == WaitReason::BadDownload { &mut course.bad } else { &mut course.fetches };
        *failures = failures.saturating_add(1);
        let time = backoff::growing(*failures, Duration::from_secs(1), most);
        tracing::info!(job = %job.id, reason = ?wait.reason, message = wait.message, ?time, "a download has to wait");
        let (id, state) = (job.id.clone(), job.state);
        let noted = self.with_library(move |library| library.note_job(&id, state, |job| job.wait = Some(wait)));
        match noted.await {
            Ok(job) => self.tell_job(&job),
            // The disk that is full may be the database's.
            Err(EngineError::Library(error)) if error.may_pass() => {}
            Err(error) => return Err(error),
        }
        Ok(Step::Wait(time))
    }
}

/// Share of the bytes that have arrived; `None` while the whole is not known.
fn share(received: u64, total: u64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "files are far smaller than 2^53 bytes")]
    let share = (total > 0).then(|| (received as f64 / total as f64).min(1.0));
    share
}

fn folder_gone(places: &Places) -> Option<Wait> {
    let message = || format!("The clips folder {} is missing.", places.clips.display());
    (!places.clips.is_dir()).then(|| Wait::new(WaitReason::FolderGone, message()))
}

/// What a failed write means: the disk is full, or the folder is not there or cannot be written.
fn storage(places: &Places, error: &str, full: bool) -> Wait {
    if full {
        let message = format!("The disk of {} is full.", places.clips.display());
        return Wait::new(WaitReason::DiskFull, message);
    }
    folder_gone(places).unwrap_or_else(|| {
        let message = format!("The clips folder {} cannot be written: {error}", places.clips.display());
        Wait::new(WaitReason::FolderGone, message)
    })
}

/// Bytes of a part; 0 if there is none.
async fn length(part: &Path) -> u64 {
    tokio::fs::metadata(part).await.map_or(0, |facts| facts.len())
}

/// Removes a part and the mark beside it.
async fn discard(part: &Path) -> Result<(), EngineError> {
    let mut mark = part.as_os_str().to_owned();
    mark.push(".etag");
    let files = [part.to_owned(), mark.into()];
    blocking(move || {
        for file in files {
            match std::fs::remove_file(&file) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(EngineError::Media(MediaError::Io(error)));
                }
                _ => {}
            }
        }
        Ok(())
    })
    .await?
}
