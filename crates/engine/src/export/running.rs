//! Exports that are under way: one of a film at a time, each told about and stoppable.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lastframe_library::LibraryError;
use lastframe_media as media;
use lastframe_model::{
    Event, ExportEnd, ExportOptions, ExportPlan, ExportProgress, FilmId, FilmProblem, IpcError, SavedFilm,
};
use tokio_util::sync::CancellationToken;

use super::{Outgoing, must_have_room};
use crate::Engine;
use crate::error::EngineError;
use crate::run::{Inner, blocking};

/// How often it is told, at most, how far an export is.
const TOLD_EVERY: Duration = Duration::from_millis(150);
/// No time is told before so much has passed: the first frames say little.
const TELLING: Duration = Duration::from_millis(700);

/// The exports that are under way.
#[derive(Default)]
pub(crate) struct Exports {
    running: Mutex<HashMap<FilmId, CancellationToken>>,
}

impl Exports {
    /// Takes the place of a film's only export; `None` if it is taken.
    fn begin(&self, film: &FilmId, stop: &CancellationToken) -> Option<CancellationToken> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if running.contains_key(film) {
            return None;
        }
        let stop = stop.child_token();
        running.insert(film.clone(), stop.clone());
        Some(stop)
    }

    fn end(&self, film: &FilmId) {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).remove(film);
    }

    fn cancel(&self, film: &FilmId) {
        if let Some(stop) = self.running.lock().unwrap_or_else(PoisonError::into_inner).get(film) {
            stop.cancel();
        }
    }
}

/// The place of a film's only export, taken for as long as this lives.
struct Begun {
    inner: Arc<Inner>,
    film: FilmId,
    stop: CancellationToken,
}

impl Begun {
    fn of(inner: &Arc<Inner>, film: &FilmId) -> Result<Self, LibraryError> {
        let stop = inner.exports.begin(film, &inner.stop).ok_or(FilmProblem::Exporting)?;
        Ok(Self { inner: Arc::clone(inner), film: film.clone(), stop })
    }

    /// Exports the path of that moment, and tells how it ended. A clip that comes to it meanwhile is not in it.
    async fn go(self, film: SavedFilm, plan: ExportPlan, options: ExportOptions, target: PathBuf) {
        let (inner, stop) = (Arc::clone(&self.inner), self.stop.clone());
        let done = blocking(move || export(&inner, &film, &options, &target, &stop)).await;
        let (ended, frames_done) = match done.unwrap_or_else(Err) {
            Ok(path) => (ExportEnd::Done { path: path.display().to_string() }, plan.frames),
            Err(EngineError::Canceled) => (ExportEnd::Canceled, 0),
            Err(error) => {
                tracing::warn!(film = %self.film, %error, "a film could not be exported");
                (ExportEnd::Failed { error: IpcError::from(error) }, 0)
            }
        };
        let (inner, film, frames) = (Arc::clone(&self.inner), self.film.clone(), plan.frames);
        // Whoever hears that it ended may begin again.
        drop(self);
        let progress = ExportProgress { film, frames_done, frames, seconds_left: None, ended: Some(ended) };
        (inner.events)(Event::Export(progress));
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        self.inner.exports.end(&self.film);
    }
}

/// Tells how far an export is, not too often, and how long it will still take.
struct Telling<'a> {
    inner: &'a Inner,
    film: &'a FilmId,
    began: Duration,
    told: Option<Duration>,
}

impl<'a> Telling<'a> {
    fn new(inner: &'a Inner, film: &'a FilmId) -> Self {
        Self { inner, film, began: inner.clock.elapsed(), told: None }
    }

    fn tell(&mut self, progress: media::Progress) {
        let now = self.inner.clock.elapsed();
        if self.told.is_some_and(|told| now.saturating_sub(told) < TOLD_EVERY) {
            return;
        }
        self.told = Some(now);
        let media::Progress { frames_done, frames } = progress;
        let seconds_left = seconds_left(now.saturating_sub(self.began), frames_done, frames);
        let film = self.film.clone();
        let progress = ExportProgress { film, frames_done, frames, seconds_left, ended: None };
        (self.inner.events)(Event::Export(progress));
    }
}

/// What is left if it goes on as it went so far.
fn seconds_left(passed: Duration, done: u32, frames: u32) -> Option<f64> {
    let left = f64::from(frames.saturating_sub(done));
    (passed >= TELLING && done > 0).then(|| passed.as_secs_f64() / f64::from(done) * left)
}

impl Engine {
    /// What exporting a film would come to.
    ///
    /// # Errors
    /// As [`Outgoing::plan`].
    pub async fn plan_export(&self, id: &FilmId, options: ExportOptions) -> Result<ExportPlan, EngineError> {
        let (library, id) = (self.inner().library.clone(), id.clone());
        blocking(move || {
            let outgoing = Outgoing { library: &library, keeps: true };
            outgoing.plan(&outgoing.film(&id)?, &options)
        })
        .await?
    }

    /// Begins to export a film to `target`. How far it is and how it ended is told by [`Event::Export`].
    ///
    /// # Errors
    /// Before it begins: as [`Outgoing::export`], and `FilmProblem::Exporting` while another export of it is under way.
    pub async fn export_film(&self, id: &FilmId, options: ExportOptions, target: PathBuf) -> Result<(), EngineError> {
        let begun = Begun::of(&self.handle.inner, id)?;
        let (library, wanted, asked, place) =
            (begun.inner.library.clone(), id.clone(), options.clone(), target.clone());
        let checked = blocking(move || {
            let outgoing = Outgoing { library: &library, keeps: true };
            let film = outgoing.film(&wanted)?;
            let plan = outgoing.plan(&film, &asked)?;
            if !plan.possible {
                return Err(LibraryError::Film(FilmProblem::NotWhole).into());
            }
            outgoing.must_be_outside(&place)?;
            must_have_room(&place, plan.bytes)?;
            Ok::<_, EngineError>((film, plan))
        });
        let (film, plan) = checked.await??;
        let tasks = begun.inner.tasks.clone();
        tasks.spawn(begun.go(film, plan, options, target));
        Ok(())
    }

    /// Stops the export of a film that is under way; nothing of it is left. Nothing happens where there is none.
    pub fn cancel_export(&self, id: &FilmId) {
        self.inner().exports.cancel(id);
    }
}

/// Exports a film and tells how far it is. Blocks.
fn export(
    inner: &Inner,
    film: &SavedFilm,
    options: &ExportOptions,
    target: &Path,
    stop: &CancellationToken,
) -> Result<PathBuf, EngineError> {
    let mut telling = Telling::new(inner, &film.id);
    Outgoing { library: &inner.library, keeps: true }.export(film, options, target, &mut |progress| {
        telling.tell(progress);
        if stop.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    Ok(target.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_that_is_left_is_told_from_what_was_done() {
        let seconds = Duration::from_secs;
        assert_eq!(seconds_left(seconds(10), 100, 300), Some(20.0));
        assert_eq!(seconds_left(seconds(10), 0, 300), None, "nothing is done yet");
        assert_eq!(seconds_left(Duration::from_millis(50), 3, 300), None, "too early to tell");
        assert_eq!(seconds_left(seconds(10), 300, 300), Some(0.0));
    }

    #[test]
    fn a_film_is_exported_once_at_a_time() {
        let (exports, stop) = (Exports::default(), CancellationToken::new());
        let film = FilmId::new("a");
        let first = exports.begin(&film, &stop).unwrap();
        assert!(exports.begin(&film, &stop).is_none(), "the first is still under way");
        assert!(exports.begin(&FilmId::new("b"), &stop).is_some(), "another film");
        exports.cancel(&film);
        assert!(first.is_cancelled() && !stop.is_cancelled(), "only this export is stopped");
        exports.end(&film);
        assert!(exports.begin(&film, &stop).is_some());
    }
}
