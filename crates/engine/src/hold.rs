//! What stops every download at once: a full disk, or a clips folder that is gone. It is said in one place and looked
//! at by one download every half minute, instead of by each of them.
//!
//! Knows no files and no jobs but by name.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lastframe_model::{JobId, Wait};
use tokio::sync::watch;

/// Between two looks at whether there is room again.
const LOOK: Duration = Duration::from_secs(30);
/// The download that looked last lets the others go first for so long.
const MANNERS: Duration = Duration::from_secs(5);

/// Whether downloads stand still.
#[derive(Default)]
pub(crate) struct Hold {
    held: Mutex<Option<Held>>,
    /// Goes up whenever a hold begins, is renewed or ends.
    changes: watch::Sender<u64>,
    waiting: AtomicUsize,
}

struct Held {
    wait: Wait,
    /// The folder that it is about.
    folder: PathBuf,
    /// By the clock's `elapsed`.
    look_at: Duration,
    /// Who looked last.
    by: JobId,
    /// The number of the person's changes that were known then.
    circumstance: u64,
}

/// Whether a download may go.
#[derive(Debug, PartialEq)]
pub(crate) enum Admission {
    /// Nothing is in the way.
    Free,
    /// It is its turn to find out whether something still is.
    Look,
    /// Not now.
    Held {
        wait: Wait,
        /// When to ask again.
        over_in: Duration,
    },
}

/// One that waits; counted as long as this lives.
pub(crate) struct Waiting<'a>(&'a Hold);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Hold {
    fn held(&self) -> MutexGuard<'_, Option<Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changed(&self) {
        self.changes.send_modify(|changes| *changes += 1);
    }

    /// Counts one more that waits.
    pub(crate) fn wait_here(&self) -> Waiting<'_> {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        Waiting(self)
    }

    /// Hears of every change.
    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// How often something changed so far.
    pub(crate) fn number(&self) -> u64 {
        *self.changes.borrow()
    }

    /// Why downloads stand still, if they do.
    pub(crate) fn why(&self) -> Option<Wait> {
        self.held().as_ref().map(|held| held.wait.clone())
    }

    /// Whether a download into `folder` may go at `now` (the clock's `elapsed`). Whatever the person changed (another
    /// `circumstance`) is reason to look at once.
    pub(crate) fn admit(&self, job: &JobId, folder: &Path, circumstance: u64, now: Duration) -> Admission {
        let mut state = self.held();
        let Some(held) = state.as_mut().filter(|held| held.folder == folder) else { return Admission::Free };
        let looked = held.by == *job && self.waiting.load(Ordering::SeqCst) > 1;
        let due = if looked { held.look_at + MANNERS } else { held.look_at };
        if held.circumstance == circumstance && now < due {
            return Admission::Held { wait: held.wait.clone(), over_in: due.saturating_sub(now) };
        }
        (held.look_at, held.circumstance) = (now + LOOK, circumstance);
        held.by.clone_from(job);
        Admission::Look
    }

    /// Downloads into `folder` stand still from `now` on.
    pub(crate) fn begin(&self, job: &JobId, wait: Wait, folder: PathBuf, circumstance: u64, now: Duration) {
        *self.held() = Some(Held { wait, folder, look_at: now + LOOK, by: job.clone(), circumstance });
        self.changed();
    }

    /// Nothing is in the way any more. Whether something was.
    pub(crate) fn end(&self) -> bool {
        let was = self.held().take().is_some();
        if was {
            self.changed();
        }
        was
    }

    /// [`Self::end`] if nobody waits: what no download meets is not said.
    pub(crate) fn end_if_alone(&self) -> bool {
        self.waiting.load(Ordering::SeqCst) == 0 && self.end()
    }
}

#[cfg(test)]
mod tests {
    use lastframe_model::WaitReason;

    use super::*;

    #[test]
    fn one_looks_every_half_minute_and_they_take_turns() {
        let hold = Hold::default();
        let (a, b, folder) = (JobId::new("a"), JobId::new("b"), Path::new("/clips"));
        let seconds = Duration::from_secs;
        let ask = |job: &JobId, now| hold.admit(job, folder, 0, seconds(now));
        assert_eq!(ask(&a, 0), Admission::Free);
        hold.begin(&a, Wait::new(WaitReason::DiskFull, "full"), folder.to_owned(), 0, seconds(0));
        let _both = (hold.wait_here(), hold.wait_here());
        assert!(matches!(ask(&b, 29), Admission::Held { over_in, .. } if over_in == seconds(1)));
        assert!(matches!(ask(&a, 30), Admission::Held { .. }), "who looked last lets others go first");
        assert_eq!(ask(&b, 30), Admission::Look);
        assert!(matches!(ask(&a, 31), Admission::Held { .. }), "one at a time");
        assert_eq!(hold.admit(&a, Path::new("/other"), 0, seconds(31)), Admission::Free, "another folder is another");
        assert_eq!(hold.admit(&a, folder, 1, seconds(32)), Admission::Look, "the person changed something");
        assert!(hold.end() && !hold.end());
        assert_eq!((ask(&a, 33), hold.why()), (Admission::Free, None));
    }
}
