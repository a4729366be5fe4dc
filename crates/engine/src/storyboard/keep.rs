//! The keeper: wakes when a job has changed, starts the shot that is due, and tells how storyboards stand.

use std::sync::Arc;
use std::time::Duration;

use lastframe_library::{Library, LibraryError, ShotStart};
use lastframe_model::{BoardRow, BoardWait, Consent, Event, Storyboard, StoryboardId};

use crate::error::EngineError;
use crate::run::Inner;

/// How long to wait before the library is asked again after it failed.
const AFTER_FAILURE: Duration = Duration::from_secs(2);

impl Inner {
    /// Carries storyboards on until the engine stops.
    pub(crate) async fn keep_storyboards(self: Arc<Self>) {
        let (mut changes, mut circumstances) = (self.changes.subscribe(), self.circumstances.subscribe());
        while !self.stop.is_cancelled() {
            changes.mark_unchanged();
            circumstances.mark_unchanged();
            let look_again = self.tend_storyboards().await.unwrap_or_else(|error| {
                tracing::error!(%error, "the storyboards could not be read");
                Some(AFTER_FAILURE)
            });
            let pause = async {
                match look_again {
                    Some(time) => self.clock.sleep(time).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = changes.changed() => {}
                _ = circumstances.changed() => {}
                () = self.boards.wake.notified() => {}
                () = pause => {}
                () = self.stop.cancelled() => {}
            }
        }
    }

    /// Starts what is due and tells what is news. Returns when to look again, if time alone will change something.
    async fn tend_storyboards(&self) -> Result<Option<Duration>, EngineError> {
        let open = self.with_library(Library::open_storyboards).await?;
        let mut look_again = None;
        for board in &open {
            if let Some(place) = self.may_go_on(board)
                && !self.go_on(board, place).await?
            {
                look_again = Some(AFTER_FAILURE);
            }
        }
        let open: Vec<StoryboardId> = open.into_iter().map(|board| board.id).collect();
        // Those that were open when they were last told may have ended since.
        let before: Vec<StoryboardId> = self.boards.told.lock().await.keys().cloned().collect();
        for id in open.iter().chain(before.iter().filter(|id| !open.contains(id))) {
            match self.tell_storyboard(id).await {
                Ok(_) | Err(EngineError::Library(LibraryError::NoSuchStoryboard(_))) => {}
                Err(error) => return Err(error),
            }
        }
        self.boards.told.lock().await.retain(|id, _| open.contains(id));
        Ok(look_again)
    }

    /// The shot that is to be started now: one that is due, of a service that there is a way to. Without one the clip would
    /// only wait, and the models of the service may not be known yet.
    fn may_go_on(&self, board: &BoardRow) -> Option<usize> {
        board.due().filter(|_| self.services.access(&board.provider).is_some())
    }

    /// Whether a storyboard is about to start a shot.
    pub(crate) async fn storyboards_go_on(&self) -> Result<bool, EngineError> {
        let open = self.with_library(Library::open_storyboards).await?;
        Ok(open.iter().any(|board| self.may_go_on(board).is_some()))
    }

    /// Starts the shot that is due, or asks the person. `false` if neither could be done now, and it may pass.
    async fn go_on(&self, board: &BoardRow, place: usize) -> Result<bool, EngineError> {
        let start =
            ShotStart { board: board.id.clone(), place, instead_of: None, prompt: None, agreed: None, by_itself: true };
        let wait = match self.start_shot(start, Consent::Within).await {
            // Somebody was faster: it is looked at again.
            Ok(()) | Err(EngineError::Library(LibraryError::ShotMoved | LibraryError::WrongState { .. })) => {
                return Ok(true);
            }
            Err(EngineError::NeedsYes(breach)) => BoardWait::Guard { breach },
            Err(EngineError::Invalid(problem)) => BoardWait::Refused { problem },
            Err(EngineError::Interrupted) => return Ok(false),
            Err(EngineError::Library(error)) if error.may_pass() && !is_about_a_file(&error) => {
                tracing::warn!(board = %board.id, %error, "a shot could not be started; it is tried again");
                return Ok(false);
            }
            Err(error) => BoardWait::NoFrame { message: error.to_string() },
        };
        let id = board.id.clone();
        match self.with_library(move |library| library.ask_about_shot(&id, place, &wait)).await {
            Ok(_) | Err(EngineError::Library(LibraryError::ShotMoved)) => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// How a storyboard stands; told if that is news.
    pub(crate) async fn tell_storyboard(&self, id: &StoryboardId) -> Result<Storyboard, EngineError> {
        let mut told = self.boards.told.lock().await;
        let now = self.storyboard(id).await?;
        if told.get(id).is_none_or(|before| plain(before) != plain(&now)) {
            told.insert(id.clone(), now.clone());
            (self.events)(Event::Storyboard(now.clone()));
            self.changes.send_modify(|changes| *changes += 1);
        }
        Ok(now)
    }
}

/// A file that belongs to the clip before, not the database: the person has to know.
fn is_about_a_file(error: &LibraryError) -> bool {
    matches!(error, LibraryError::Io { .. } | LibraryError::FolderGone(_))
}

/// Without what its jobs tell by themselves, and often: how far they are.
fn plain(board: &Storyboard) -> Storyboard {
    let mut plain = Storyboard { revision: 0, ..board.clone() };
    for job in plain.shots.iter_mut().filter_map(|shot| shot.job.as_mut()) {
        (job.progress, job.revision) = (None, 0);
    }
    plain
}
