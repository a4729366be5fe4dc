//! What the disk does to downloads: full, or its folder gone. Then all of them stand still, and say so once.

use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use lastframe_library::{Library, LibraryError, Places};
use lastframe_model::{Job, Wait, WaitReason};

use crate::download::LONGEST_WAIT;
use crate::error::EngineError;
use crate::hold::Admission;
use crate::run::{Course, Inner, Step, blocking};

impl Inner {
    /// Waits as long as downloads stand still. Whether this one is to find out if they still have to; `None` if the
    /// lane is to end.
    pub(crate) async fn admitted(&self, job: &Job, course: &Course) -> Result<Option<bool>, EngineError> {
        let hold = &self.downloads.hold;
        let (mut circumstances, mut changes) = (self.circumstances.subscribe(), hold.subscribe());
        let waiting = hold.wait_here();
        let mut noted = job.wait.clone();
        loop {
            let (circumstance, _) = (*circumstances.borrow_and_update(), changes.borrow_and_update());
            let admission = hold.admit(&job.id, &self.library.places().clips, circumstance, self.clock.elapsed());
            let (wait, over_in) = match admission {
                Admission::Free => return Ok(Some(false)),
                Admission::Look => return Ok(Some(true)),
                Admission::Held { wait, over_in } => (wait, over_in),
            };
            if noted.as_ref() != Some(&wait) {
                self.say(job, wait.clone()).await?;
                noted = Some(wait);
            }
            tokio::select! {
                () = self.clock.sleep(over_in) => {}
                _ = changes.changed() => {}
                _ = circumstances.changed() => {}
                () = course.stop.cancelled() => {
                    drop(waiting);
                    if hold.end_if_alone() {
                        self.say_how_it_stands().await;
                    }
                    return Ok(None);
                }
            }
        }
    }

    /// What to do after something could not be written: with a full disk, without its folder or in one that cannot be written
    /// no download can go on;
    /// anything else is this file's own trouble.
    pub(crate) async fn stored_badly(
        &self,
        job: &Job,
        course: &mut Course,
        places: &Places,
        error: &str,
        full: bool,
    ) -> Result<Step, EngineError> {
        if full {
            let message = format!("The disk of {} is full.", places.clips.display());
            return self.hold_all(job, Wait::new(WaitReason::DiskFull, message), places).await;
        }
        let (library, clips) = (self.library.clone(), places.clips.clone());
        if let Some(wait) = blocking(move || folder_unusable(&library, &clips)).await?? {
            return self.hold_all(job, wait, places).await;
        }
        let message = format!("The clips folder {} cannot be written: {error}", places.clips.display());
        self.later(job, course, Wait::new(WaitReason::FolderGone, message), LONGEST_WAIT).await
    }

    /// Lets every download stand still. The next step waits until they may go on.
    pub(crate) async fn hold_all(&self, job: &Job, wait: Wait, places: &Places) -> Result<Step, EngineError> {
        tracing::warn!(job = %job.id, reason = ?wait.reason, message = wait.message, "downloads stand still");
        let (circumstance, now) = (*self.circumstances.borrow(), self.clock.elapsed());
        self.downloads.hold.begin(&job.id, wait.clone(), places.clips.clone(), circumstance, now);
        self.say_how_it_stands().await;
        self.say(job, wait).await?;
        Ok(Step::Again)
    }

    pub(crate) async fn say_how_it_stands(&self) {
        if let Err(error) = self.tell_standing().await {
            tracing::warn!(%error, "how downloads stand could not be told");
        }
    }

    /// Puts a wait on the job's card.
    pub(crate) async fn say(&self, job: &Job, wait: Wait) -> Result<(), EngineError> {
        let (id, state) = (job.id.clone(), job.state);
        match self.with_library(move |library| library.note_job(&id, state, |job| job.wait = Some(wait))).await {
            Ok(job) => self.tell_job(&job),
            // The disk that is full may be the database's.
            Err(EngineError::Library(error)) if error.may_pass() => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

/// Whether an error says that nothing can be written, rather than what was written.
pub(crate) fn is_about_storage(error: &LibraryError) -> bool {
    matches!(error, LibraryError::DiskFull | LibraryError::FolderGone(_) | LibraryError::Io { .. })
}

/// Why nothing may be placed in this folder, if it is away. Blocks.
pub(crate) fn folder_gone(library: &Library, clips: &Path) -> Result<Option<Wait>, EngineError> {
    let away = library.is_away(clips)?;
    Ok(away.then(|| Wait::new(WaitReason::FolderGone, LibraryError::FolderGone(clips.to_owned()).to_string())))
}

/// [`folder_gone`], or nothing can be written in it, as on a drive that its switch or its system protects. To be asked where
/// something could not be written, or was not a moment ago. Blocks.
pub(crate) fn folder_unusable(library: &Library, clips: &Path) -> Result<Option<Wait>, EngineError> {
    let gone = folder_gone(library, clips)?;
    if gone.is_some() {
        return Ok(gone);
    }
    // Twice: a virus scanner or another program may have its hand on it just now.
    let mut tried = lastframe_library::try_writing(clips);
    if tried.is_err() {
        std::thread::sleep(Duration::from_millis(100));
        tried = lastframe_library::try_writing(clips);
    }
    let Err(error) = tried else { return Ok(None) };
    // Room is another matter, and where a link stands in the way only that file is in question.
    let other = matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::AlreadyExists);
    let message = || format!("The clips folder {} cannot be written: {error}", clips.display());
    Ok((!other).then(|| Wait::new(WaitReason::FolderGone, message())))
}
