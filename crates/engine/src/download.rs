//! Fetching a completed task's video into the clips folder, for as long as it takes.
//!
//! The service has been paid by now: nothing here ends a job but the service's word that the task failed or is gone,
//! and that only while its video is not here. An expired link, a broken connection or a file that is no video is said
//! on the job, and tried again; a full disk or a missing folder lets all downloads stand still (see `storage`).

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use lastframe_library::{Completion, LibraryError, Places, clip_of};
use lastframe_media::MediaError;
use lastframe_model::{Hindrance, Job, JobId, JobState, Provider, Wait, WaitReason};
use lastframe_provider::{Bounds, Client, DownloadError, Downloaded, Link, Task, TaskStatus, forget_part, whole_part};

use crate::backoff;
use crate::error::EngineError;
use crate::finish::Video;
use crate::follow;
use crate::hold::Hold;
use crate::kept::Kept;
use crate::run::{Course, Inner, Step, blocking};
use crate::slots::Slots;
use crate::storage::{folder_gone, folder_unusable, is_about_storage};
use crate::whole;

/// No clip of 12 seconds comes near this; a host that never stops sending does.
const LARGEST_VIDEO: u64 = 2 * 1024 * 1024 * 1024;
/// A video that the service says is shorter may be as long as this before it is given up, or four times what was said.
const LEAST_LIMIT: u64 = 64 * 1024 * 1024;
/// A PNG of the largest size is about 10 MB.
const LARGEST_PICTURE: u64 = 64 * 1024 * 1024;
/// What downloads leave free: room for the pictures beside the video, and for the database to take note of jobs.
const SPARE: u64 = 16 * 1024 * 1024;
/// Between two snapshots of a download.
const PROGRESS: Duration = Duration::from_millis(500);
/// Longest wait after a failure that passes.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_mins(1);
/// Longest wait after something arrived that was no video.
const LONGEST_BAD: Duration = Duration::from_mins(10);
/// A link that says nothing about its end is taken to work for so long after its task was sent.
const LINK_LIFE: Duration = Duration::from_hours(24);
/// So often a link is used again after a broken connection before the service is asked for another.
const SAME_LINK: u32 = 3;

/// What all downloads share.
#[derive(Default)]
pub(crate) struct Downloads {
    /// Places, soonest-expiring link first.
    slots: Slots,
    /// Whether all of them stand still.
    pub(crate) hold: Hold,
    /// Those whose host could not be reached at their last attempts: said once for all of them.
    away: Mutex<BTreeMap<JobId, (Provider, Wait)>>,
}

impl Downloads {
    /// Why downloads stand still, if they do. That a network is away is not said of a service (of `told`) and of its
    /// downloads, too.
    pub(crate) fn why(&self, told: &[Hindrance]) -> Option<Wait> {
        let offline = |hindrance: &Hindrance| hindrance.wait.reason == WaitReason::Offline;
        let is_told = |provider: &Provider| told.iter().any(|h| h.provider == *provider && offline(h));
        let away = || self.away().values().find(|(provider, _)| !is_told(provider)).map(|(_, wait)| wait.clone());
        self.hold.why().or_else(away)
    }

    fn away(&self) -> MutexGuard<'_, BTreeMap<JobId, (Provider, Wait)>> {
        self.away.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A job's file came nearer, or the job waits for something else. Whether its host was said to be away.
    pub(crate) fn is_back(&self, job: &JobId) -> bool {
        self.away().remove(job).is_some()
    }
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
        if !course.looking {
            let Some(looking) = self.admitted(job, course).await? else { return Ok(Step::End) };
            course.looking = looking;
        }
        let hold = &self.downloads.hold;
        let before = hold.number();
        // One set of places for the whole attempt, whatever the person chooses meanwhile.
        let places = self.library.places();
        let step = match self.attempt(job, course, &places).await {
            Err(EngineError::Library(error)) if is_about_storage(&error) => {
                let full = matches!(error, LibraryError::DiskFull);
                self.stored_badly(job, course, &places, &error.to_string(), full).await
            }
            step => step,
        };
        if course.looking {
            let found_out = hold.number() != before;
            match &step {
                // It has not come to the disk yet: it still waits for its turn to ask, or for a fresh link.
                Ok(Step::Turn | Step::Again) if !found_out => {}
                Ok(Step::End) if !found_out => {
                    course.looking = false;
                    if hold.end() {
                        self.say_how_it_stands().await;
                    }
                }
                // Something else was in its way, which says nothing about the disk. Others look in half a minute.
                _ => course.looking = false,
            }
        }
        step
    }

    async fn attempt(&self, job: &Job, course: &mut Course, places: &Places) -> Result<Step, EngineError> {
        let stored = self.completion(job).await?;
        let completed_at = stored.as_ref().and_then(|stored| stored.completed_at);
        let mut kept = self.kept(job, stored.as_ref()).await?;
        if let Some(completion) = stored
            && let Some(found) = kept.take()
            && self.keep(job, course.task.as_ref(), completion, found, places).await?
        {
            return Ok(Step::End);
        }
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
        if let Some(found) = kept
            && self.keep(job, Some(&task), completion(&task, completed_at), found, places).await?
        {
            return Ok(Step::End);
        }
        let expires = link.expires_at().unwrap_or_else(|| dies(job));
        let slot = tokio::select! {
            slot = self.downloads.slots.take(expires) => slot,
            () = course.stop.cancelled() => return Ok(Step::End),
        };
        // Whoever looks whether downloads may go on fetches nothing that could not be kept.
        let look = if course.looking { folder_unusable } else { folder_gone };
        let (library, clips) = (self.library.clone(), places.clips.clone());
        if let Some(wait) = blocking(move || look(&library, &clips)).await?? {
            return self.hold_all(job, wait, places).await;
        }
        let Some(access) = self.services.access(&job.provider) else { return Ok(Step::Again) };
        let brought = self.bring(job, course, &access.client, &task, &link, places).await;
        let video = match brought? {
            Brought::Whole(video) => video,
            Brought::Not(step) => return Ok(step),
        };
        let picture = self.picture(places, Some((&access.client, &task)), job).await;
        drop(slot);
        self.finish(job, places, completion(&task, completed_at), video, picture).await?;
        Ok(Step::End)
    }

    /// Makes a clip of a video that lies here. `false` if that cannot be done where it lies, in a folder of earlier.
    async fn keep(
        &self,
        job: &Job,
        task: Option<&Task>,
        completion: Completion,
        found: Kept,
        places: &Places,
    ) -> Result<bool, EngineError> {
        let elsewhere = found.places.clips != places.clips;
        let access = self.services.access(&job.provider);
        let source = access.as_ref().and_then(|access| Some((&access.client, task?)));
        let picture = self.picture(&found.places, source, job).await;
        match self.finish(job, &found.places, completion, found.video, picture).await {
            Ok(()) => Ok(true),
            Err(EngineError::Library(error)) if elsewhere && is_about_storage(&error) => {
                tracing::warn!(job = %job.id, %error, "a video in an earlier folder cannot be kept there; it is fetched");
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// The video, complete and checked, in the part.
    async fn bring(
        &self,
        job: &Job,
        course: &mut Course,
        client: &Client,
        task: &Task,
        link: &Link,
        places: &Places,
    ) -> Result<Brought, EngineError> {
        let part = places.part_file(&clip_of(&job.id));
        let before = length(&part).await;
        let most = task.video_bytes.map_or(LARGEST_VIDEO, |said| said.saturating_mul(4).max(LEAST_LIMIT));
        let bounds = Bounds { most: most.min(LARGEST_VIDEO), said: task.video_bytes, spare: SPARE };
        let Some(outcome) = self.download(job, course, client, link, &part, bounds).await? else {
            return Ok(Brought::Not(Step::End));
        };
        if length(&part).await > before || outcome.is_ok() {
            course.fetches = 0;
            if let Some(toll) = course.toll.take() {
                toll.give_back();
            }
        }
        if !matches!(outcome, Err(DownloadError::Offline { .. })) && self.downloads.is_back(&job.id) {
            self.say_how_it_stands().await;
        }
        let wait = |reason, message| Wait::new(reason, message);
        let (wait, most) = match outcome {
            Ok(arrived) => match self.judge(job, course, task.video_bytes, &part, arrived).await? {
                Ok(video) => return Ok(Brought::Whole(video)),
                Err(MediaError::Io(error)) => {
                    return self.stored_badly(job, course, places, &error.to_string(), false).await.map(Brought::Not);
                }
                Err(error) => (wait(WaitReason::BadDownload, error.to_string()), LONGEST_BAD),
            },
            Err(DownloadError::LinkExpired { .. }) if course.fetches == 0 => {
                // The next step asks for a fresh one.
                course.fetches = 1;
                return Ok(Brought::Not(Step::Again));
            }
            Err(error @ DownloadError::LinkExpired { .. }) => {
                (wait(WaitReason::ServiceTrouble, error.to_string()), LONGEST_WAIT)
            }
            Err(DownloadError::DiskFull) => {
                return self.stored_badly(job, course, places, "", true).await.map(Brought::Not);
            }
            Err(DownloadError::Storage(error)) => {
                return self.stored_badly(job, course, places, &error.to_string(), false).await.map(Brought::Not);
            }
            Err(DownloadError::Offline { message }) => {
                if course.fetches < SAME_LINK {
                    course.task = Some(task.clone());
                }
                return self.away(job, course, message).await.map(Brought::Not);
            }
            Err(DownloadError::Trouble { message }) => (wait(WaitReason::ServiceTrouble, message), LONGEST_WAIT),
            Err(
                error @ (DownloadError::NotAVideo { .. }
                | DownloadError::TooLarge { .. }
                | DownloadError::Forbidden { .. }),
            ) => (wait(WaitReason::BadDownload, error.to_string()), LONGEST_BAD),
        };
        self.later(job, course, wait, most).await.map(Brought::Not)
    }

    /// Whether what arrived is the video. What cannot be read here, or is not as long as the service said, is fetched
    /// once more; if the very same bytes come again, that is how the video is, and it was paid for.
    async fn judge(
        &self,
        job: &Job,
        course: &mut Course,
        said: Option<u64>,
        part: &Path,
        arrived: Downloaded,
    ) -> Result<Result<Video, MediaError>, EngineError> {
        let again = course.doubted.as_ref() == Some(&arrived);
        let right_length = said.is_none_or(|said| said == arrived.bytes);
        let (file, request) = (part.to_owned(), job.request.clone());
        let looked_at = move || if again { whole::facts_or_request(&file, &request) } else { whole::facts(&file) };
        let why = match blocking(looked_at).await? {
            Ok(facts) if right_length || again => {
                return Ok(Ok(Video { sha256: arrived.sha256, placed: false, facts }));
            }
            Ok(_) => {
                let (is, said) = (arrived.bytes, said.unwrap_or_default());
                MediaError::NotAVideo { why: format!("it has {is} bytes instead of the {said} that the service said") }
            }
            Err(error @ MediaError::Io(_)) => return Ok(Err(error)),
            Err(error) => error,
        };
        tracing::warn!(job = %job.id, error = %why, bytes = arrived.bytes, again, "what arrived is not the video");
        course.doubted = Some(arrived);
        let part = part.to_owned();
        blocking(move || forget_part(&part)).await?.map_err(MediaError::Io)?;
        Ok(Err(why))
    }

    /// Downloads into the part, telling progress. `None` if the lane is to end.
    async fn download(
        &self,
        job: &Job,
        course: &Course,
        client: &Client,
        link: &Link,
        part: &Path,
        bounds: Bounds,
    ) -> Result<Option<Result<Downloaded, DownloadError>>, EngineError> {
        let (received, total) = (AtomicU64::new(0), AtomicU64::new(0));
        let download = client.download(link, part, bounds, |bytes, of| {
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

    /// The last frame that the service made, if it made one and it can be had: fetched before, or from `source` now. It
    /// is never worth a wait: the file holds the same frame. Its part stays until the clip is entered.
    pub(crate) async fn picture(
        &self,
        places: &Places,
        source: Option<(&Client, &Task)>,
        job: &Job,
    ) -> Option<Vec<u8>> {
        let part = places.last_frame_part_file(&clip_of(&job.id));
        let file = part.clone();
        let earlier = blocking(move || whole_part(&file).and_then(|_| std::fs::read(&file).ok())).await.ok().flatten();
        if earlier.is_some() {
            return earlier;
        }
        let (client, task) = source?;
        let bounds = Bounds { most: LARGEST_PICTURE, said: None, spare: SPARE };
        let brought = match client.download(task.last_frame.as_ref()?, &part, bounds, |_, _| {}).await {
            Ok(_) => tokio::fs::read(&part).await.map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        brought
            .inspect_err(|error| {
                tracing::warn!(job = %job.id, error, "the service's last frame cannot be had; the file's is used");
            })
            .ok()
    }

    /// The host of the file cannot be reached: a state of the app, which the standing says once for all downloads, and
    /// which is written on no job. A first broken connection is not worth saying.
    async fn away(&self, job: &Job, course: &mut Course, message: String) -> Result<Step, EngineError> {
        let again = course.fetches > 0;
        course.fetches = course.fetches.saturating_add(1);
        let time = backoff::growing(course.fetches, Duration::from_secs(1), LONGEST_WAIT);
        tracing::info!(job = %job.id, ?time, message, "a file's host cannot be reached");
        if again {
            let wait = Wait::new(WaitReason::Offline, message);
            self.downloads.away().entry(job.id.clone()).or_insert_with(|| (job.provider.clone(), wait));
            self.say_how_it_stands().await;
        }
        let wanted = job.id.clone();
        let job = self.with_library(move |library| library.job(&wanted)).await?.unwrap_or_else(|| job.clone());
        self.note_wait(&job, None).await?;
        Ok(Step::Retry(time))
    }

    /// Says why the job has to wait, and for how long.
    pub(crate) async fn later(
        &self,
        job: &Job,
        course: &mut Course,
        wait: Wait,
        most: Duration,
    ) -> Result<Step, EngineError> {
        let failures = if wait.reason == WaitReason::BadDownload { &mut course.bad } else { &mut course.fetches };
        *failures = failures.saturating_add(1);
        let time = backoff::growing(*failures, Duration::from_secs(1), most);
        tracing::info!(job = %job.id, reason = ?wait.reason, ?time, "a download has to wait");
        let ours = wait.reason == WaitReason::FolderGone;
        self.say(job, wait).await?;
        // A disk is nobody's network: looking at it again costs no retry.
        Ok(if ours { Step::Wait(time) } else { Step::Retry(time) })
    }
}

/// What to keep of a completed task, heard of at that time.
pub(crate) fn completion(task: &Task, completed_at: Option<Timestamp>) -> Completion {
    Completion { billed: task.billed.clone(), reply: task.reply.clone(), completed_at }
}

/// When the link of a job is taken to die, if it does not say so itself.
fn dies(job: &Job) -> Timestamp {
    let sent = job.submitted_at.unwrap_or(job.created_at);
    sent.checked_add(LINK_LIFE).unwrap_or(sent)
}

/// Share of the bytes that have arrived; `None` while the whole is not known.
fn share(received: u64, total: u64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "files are far smaller than 2^53 bytes")]
    let share = (total > 0).then(|| (received as f64 / total as f64).min(1.0));
    share
}

/// Bytes of a part; 0 if there is none.
async fn length(part: &Path) -> u64 {
    tokio::fs::metadata(part).await.map_or(0, |facts| facts.len())
}
